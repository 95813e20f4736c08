"""What lies outside of the terminal: whether it can be reached, by which program, and which files it may be given.

Files come from strangers. Only what a desk reads daily and no system runs is opened; the rest is offered for saving.
"""

from __future__ import annotations

import getpass
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from sdesk.actions import fence
from sdesk.domain.safe_text import safe_file_name
from sdesk.store.reader.detail_rows import AttachmentRow
from sdesk.tui.language import _

_DOCUMENTS = "txt log md csv tsv json pdf rtf odt ods odp docx xlsx pptx"
_PICTURES = "png jpg jpeg jfif gif webp bmp tif tiff heic heif avif"
_SOUNDS = "mp3 ogg oga opus m4a aac wav flac"
_FILMS = "mp4 m4v mov webm mkv avi mpg mpeg 3gp"
HARMLESS = frozenset(f"{_DOCUMENTS} {_PICTURES} {_SOUNDS} {_FILMS}".split())
"""Extensions of what is opened: all that a system may run, or whose program runs what stands in it, is missing here
(programs, scripts, shortcuts, web pages, drawings with scripts, documents with macros, archives)."""

_PROGRAM_TYPES = (
    "dosexec", "executable", "java", "javascript", "ms-installer", "msdos", "msdownload", "msi", "perl", "php",
    "python", "ruby", "script", "sharedlib", "shortcut", "shellscript", "desktop", "x-sh", "x-csh", "html", "svg",
    "apk", "hta", "appimage", "mach-binary",
)  # fmt: skip
"""Parts of media types that say: this can be run."""

_PROGRAM_BEGINNINGS = (
    b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe", b"L\x00\x00\x00\x01\x14\x02\x00", b"[Desktop Entry]", b"[InternetShortcut]", b"<?php",
)  # fmt: skip
"""First bytes of programs, scripts and shortcuts, whatever they are called."""


def why_not_opened(name: str, media_type: str, beginning: bytes = b"") -> str | None:
    """Why a file is not opened; None for one that may be. `beginning`: its first bytes, where they are known."""
    safe = safe_file_name(name)
    extension = safe.rpartition(".")[2].lower() if "." in safe else ""
    start = beginning.lstrip(b"\xef\xbb\xbf \t\r\n")
    if any(part in media_type.lower() for part in _PROGRAM_TYPES) or start.startswith(_PROGRAM_BEGINNINGS):
        return _("it may be a program, whatever it is called")
    if not extension:
        return _("its name does not say what kind of file it is")
    if extension not in HARMLESS:
        return _("a file .{extension} may run something").format(extension=extension)
    return None


class OpenedFiles:
    """Copies for programs outside, in a folder of the person's own, which goes when the console ends."""

    def __init__(self) -> None:
        self._folder: Path | None = None

    def put(self, name: str, content: bytes) -> Path:
        """Write a copy; a folder of its own keeps its name as it is. BadInput where it cannot be written."""
        from sdesk.actions.saving import write_new

        fence.keep_off_files()
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="sdesk-"))
        return write_new(Path(tempfile.mkdtemp(dir=self._folder)) / safe_file_name(name), content)

    def clear(self) -> None:
        """Take all copies away."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None


def over_ssh(env: Mapping[str, str]) -> bool:
    """Whether the person sits at another machine: what is opened here would open where nobody is."""
    return fence.is_up() or bool(env.get("SSH_CONNECTION") or env.get("SSH_TTY"))


def opener(env: Mapping[str, str], platform: str = sys.platform) -> str | None:
    """The system's program that opens a file or a link with what the person has chosen for it; None without one."""
    if fence.is_up():
        return None
    if platform == "darwin":
        return shutil.which("open", path=env.get("PATH"))
    if not (env.get("DISPLAY") or env.get("WAYLAND_DISPLAY")):
        return None
    return shutil.which("xdg-open", path=env.get("PATH"))


def run_outside(program: str, target: str, failed: Callable[[str], object]) -> None:
    """Start a program and go on; `failed` is told, from a thread, what went wrong. The terminal stays ours.
    Refused in a session over SSH."""
    fence.keep_off_programs()

    def run() -> None:
        try:
            ended = subprocess.run(
                [program, target],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                check=False,
            )
        except OSError as error:
            failed(error.strerror or str(error))
            return
        if ended.returncode:
            failed(_("it ended with {code}").format(code=ended.returncode))

    threading.Thread(target=run, name="sdesk-outside", daemon=True).start()


def fetch_command(env: Mapping[str, str], login: str, store: Path, number: int, file: AttachmentRow) -> str:
    """What the person types on their own machine to get a file of a ticket: one line, safe to paste into a shell.

    It writes no file over: a stranger chose the name, and the shell that it is pasted into stands anywhere.
    """
    parts = env.get("SSH_CONNECTION", "").split()
    host, port = (parts[2], parts[3]) if len(parts) == 4 else (socket.gethostname(), "22")
    # Where the desk itself is served, store and agent follow from the key, and no path of the server's is told.
    named = [] if fence.is_up() else ["sdesk", "--db", str(store.absolute()), "--as", login]
    there = shlex.join([*named, "ticket", "attach", "get", str(number), str(file.id)])
    ssh = ["ssh", *(["-p", port] if port != "22" else []), f"{getpass.getuser()}@{host}", f"{there} -"]
    # In a shell of its own, so that `set -C` does not stay.
    return f"(set -C; {shlex.join(ssh)} > {shlex.quote(safe_file_name(file.name))})"
