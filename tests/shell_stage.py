"""Where the files of tests/shell are played: the installed wheel, a folder with a fresh desk, a real shell."""

from __future__ import annotations

import fcntl
import os
import pty
import pwd
import select
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from desks import DESK_FILE, build_small, fill
from installation import installed
from shell_script import Ended, Script, Step

LONGEST = 150.0
"""Seconds that a command may take."""
NOBODY = "nobody"
"""As whom an ordinary user's file is played where root runs the tests."""

CLOCKED = """\
#!{python}
\"\"\"The installed program with a clock that stands: what it prints is the same at every run.\"\"\"
import os
from datetime import datetime

import sdesk.main

instant = datetime.fromisoformat(os.environ["CLOCK"])
sdesk.main.now = lambda: instant
sdesk.main.main()
"""
"""It lies in the tests' own environment, beside the program: the product has no way to be told the time."""


class Programs:
    """What is made once for all files, whichever process comes first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o755, exist_ok=True)
        folder.chmod(0o755)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            (folder / f"used-{os.getpid()}").touch()
            if not (folder / "ready").exists():
                self._make()
                (folder / "ready").touch()

    def _make(self) -> None:
        programs = installed(self.folder)
        (self.folder / "bin").mkdir()
        clocked = self.folder / "bin" / "sdesk"
        clocked.write_text(CLOCKED.format(python=programs / "python"), encoding="utf-8")
        clocked.chmod(0o755)
        build_small(self.folder / "small.db")
        shutil.copy(self.folder / "small.db", self.folder / "busy.db")
        fill(self.folder / "busy.db")
        for desk in ("small.db", "busy.db"):
            (self.folder / desk).chmod(0o644)

    @property
    def real(self) -> Path:
        """The program as pip wrote it, whose clock goes."""
        return self.folder / "venv" / "bin" / "sdesk"

    def leave(self) -> None:
        """Take everything away, if no other process is at it."""
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            (self.folder / f"used-{os.getpid()}").unlink(missing_ok=True)
            if not list(self.folder.glob("used-*")):
                shutil.rmtree(self.folder, ignore_errors=True)


class Stage:
    """A folder of its own for one file."""

    def __init__(self, programs: Programs, script: Script, name: str) -> None:
        self.programs = programs
        self.before: list[str] = []
        self.why_not = ""
        """Why this file cannot be played here; empty where it can."""
        self.folder = programs.folder / f"{name}-{os.getpid()}"
        home = self.folder / "home"
        home.mkdir(parents=True)
        if script.desk != "none":
            shutil.copyfile(programs.folder / f"{script.desk}.db", self.folder / "desk.db")
            (self.folder / "desk.db").chmod(0o600)
        (self.folder / "desk.toml").write_text(DESK_FILE, encoding="utf-8")
        if script.as_user and os.geteuid() == 0:
            user = pwd.getpwnam(NOBODY)
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, user.pw_uid, user.pw_gid)
            become = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
            self.before = self._as_somebody(become)
        self.env = {
            "PATH": f"{programs.folder / 'bin'}:{programs.folder / 'venv' / 'bin'}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(home),
            "LOGNAME": "tester",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "TERM": "xterm-256color",
            "COLUMNS": "100",
            "CLOCK": "2026-11-23T09:00:00+00:00",
            "REAL": str(programs.real),
            "SDESK_DB": "desk.db",
            "SDESK_AGENT": "anna",
        }

    def _as_somebody(self, become: list[str]) -> list[str]:
        """What goes before a command; where Python lies in root's own home, whoever plays may read what root may."""
        if shutil.which("setpriv") is None:
            self.why_not = "root runs the tests, and there is no setpriv to be somebody else with"
            return []
        for more in ([], ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]):
            before = [*become, *more, "--"]
            command = [*before, "bash", "-c", f"{self.programs.real} version"]
            if subprocess.run(command, capture_output=True, check=False).returncode == 0:
                return before
        self.why_not = f"{NOBODY} cannot run this Python"
        return []

    def play(self, step: Step) -> Ended:
        """Run one command."""
        command = [*self.before, "bash", "--noprofile", "--norc", "-c", step.command]
        return self._shown(self._on_terminal(command, step) if step.on_terminal else self._piped(command))

    def _piped(self, command: list[str]) -> Ended:
        started = subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            out, err = started.communicate(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)  # what the shell began, too
            started.communicate()
            raise
        return Ended(_text(out), _text(err), started.returncode)

    def _on_terminal(self, command: list[str], step: Step) -> Ended:
        """What is typed waits until the program has stopped writing: until it asks."""
        ours, theirs = pty.openpty()
        started = subprocess.Popen(
            command, cwd=self.folder, env=self.env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
        )
        os.close(theirs)
        shown = b""
        typed = list(step.typed)
        until = time.monotonic() + LONGEST
        while time.monotonic() < until:
            # A program that starts is silent for less long than one that waits for a person.
            if not select.select([ours], [], [], 0.5 if typed and shown else 5)[0]:
                if typed:
                    os.write(ours, f"{typed.pop(0)}\n".encode())
                continue
            try:
                piece = os.read(ours, 65536)
            except OSError:  # Linux says EIO when the last writer has gone
                break
            if not piece:
                break
            shown += piece
        else:
            os.killpg(started.pid, signal.SIGKILL)
        os.close(ours)
        return Ended(_text(shown.replace(b"\r\n", b"\n")), "", started.wait(timeout=LONGEST))

    def _shown(self, ended: Ended) -> Ended:
        """What differs from machine to machine, by its name."""
        names = {str(self.folder): "HERE", str(self.programs.folder): "PROGRAMS"}
        out, err = ended.out, ended.err
        for path, name in names.items():
            out, err = out.replace(path, name), err.replace(path, name)
        return Ended(out, err, ended.code)

    def close(self) -> None:
        """Give the folder back, whatever rights a file took away."""
        with suppress(OSError):
            for path in (self.folder, *self.folder.rglob("*")):
                if path.is_dir():
                    path.chmod(0o700)
        shutil.rmtree(self.folder, ignore_errors=True)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace").replace("\x1b", "\\e").replace("\r", "\\r")
