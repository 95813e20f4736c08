"""The last lock of a session over SSH: an audit hook (PEP 578), which nothing in the process can take away again.

The commands that a session has, and the fence that they ask, are the doors. This stands behind them: whatever code
comes to run, from a door that somebody forgets to a fault in a library, starts no program, opens no connection,
changes no file, and reads none but the program's own.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from sdesk.domain.errors import Refused

_REFUSED = (
    # Programs.
    *("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "pty.spawn"),
    *("os.startfile", "webbrowser.open", "os.kill", "os.killpg", "signal.pthread_kill"),
    # Connections.
    *("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname"),
    # Files and folders.
    *("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.utime"),
    *("os.chmod", "os.chown", "os.chflags", "os.setxattr", "os.removexattr", "tempfile.mkstemp", "tempfile.mkdtemp"),
    *("shutil.copyfile", "shutil.copytree", "shutil.move", "shutil.rmtree", "shutil.make_archive"),
)
_LISTING = ("os.listdir", "os.scandir", "os.walk", "os.fwalk", "glob.glob")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_ANY = ("/dev/null", "/dev/tty", "/dev/urandom")
_SYSTEM = (
    # Where time zones, terminals and the types of files are described.
    *("/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo", "/etc/localtime"),
    *("/usr/share/terminfo", "/lib/terminfo", "/etc/terminfo", "/usr/lib/terminfo", "/usr/share/misc/terminfo"),
    *("/etc/mime.types", "/etc/apache2/mime.types", "/etc/apache/mime.types", "/etc/httpd/mime.types"),
    *("/etc/httpd/conf/mime.types", "/usr/local/etc/httpd/conf/mime.types", "/usr/local/lib/netscape/mime.types"),
    *("/usr/local/etc/mime.types", "/etc/nginx/mime.types", "/usr/share/mime", "/usr/share/locale"),
)


def seal(store: Path) -> None:
    """Seal this process, for ever: `store` is what it works upon, which the driver of SQLite opens, and nobody else."""
    here, place = os.getcwd(), os.path.realpath(store)
    # A module is looked for where the program is, and never where somebody works, or the store lies.
    sys.path[:] = [
        each
        for each in sys.path
        if each
        and (sys.flags.isolated or os.path.realpath(each) != here)
        and not _within(place, [os.path.realpath(each)])
    ]
    program = Path(__file__).resolve().parents[1]
    own = list(map(os.path.realpath, (str(program), sys.prefix, sys.base_prefix, sys.exec_prefix, *sys.path)))
    sys.dont_write_bytecode = True
    os.chdir("/")
    os.umask(0o077)
    # What the terminal's own keys can still do is to end the process: no image of it stays.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.addaudithook(hook(own, store))


def hook(own: Iterable[str], store: Path) -> Callable[[str, tuple[Any, ...]], None]:
    """What refuses; `own`: the folders of the program and its libraries."""
    readable = (*own, *_SYSTEM)
    base = os.path.realpath(store)
    of_the_store = (base, *(f"{base}-{part}" for part in ("wal", "shm", "journal")))

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, int):
                return
            where = os.path.realpath(os.fsdecode(path))
            if os.fsdecode(path) in _ANY:
                return
            if flags & _WRITING or not _within(where, readable):
                raise _out_of_reach("a file")
        elif event in _LISTING:
            if not isinstance(arguments[0], int) and not _within(os.path.realpath(os.fsdecode(arguments[0])), readable):
                raise _out_of_reach("a folder")
        elif event == "sqlite3.connect":
            if _path_of(arguments[0]) not in of_the_store:
                raise _out_of_reach("another store")
        elif event in _REFUSED and not _is_trial(event, arguments):
            raise _out_of_reach(event)

    return audit


def _within(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)


def _path_of(database: object) -> str:
    """The file that is opened: a path, or an address as SQLite has it."""
    from urllib.parse import unquote

    text = os.fsdecode(database) if isinstance(database, str | bytes | os.PathLike) else ""
    if text.startswith("file:"):
        text = unquote(text.removeprefix("file:").partition("?")[0])
    return os.path.realpath(text) if text else ""


def _is_trial(event: str, arguments: tuple[Any, ...]) -> bool:
    """Whether the patterns of a desk file are tried, in a process that is told them by its standard input alone."""
    trial = sys.modules.get("sdesk.desk.deskfile.trial")
    return event == "subprocess.Popen" and trial is not None and list(arguments[1]) == trial.command()


def _out_of_reach(what: str) -> Refused:
    return Refused(f"over SSH the server's own is out of reach ({what})", "do it at the machine itself")
