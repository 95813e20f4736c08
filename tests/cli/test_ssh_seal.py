"""The last lock of a session: what its hook lets pass, and what not; and that a process keeps it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sdesk.cli.ssh_seal import hook
from sdesk.desk.deskfile import trial
from sdesk.domain.errors import Refused

READ, WRITE = os.O_RDONLY, os.O_WRONLY | os.O_CREAT


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("open", ("/srv/program/x.py", "r", READ)),
        ("open", (b"/srv/program/x.py", "r", READ)),
        ("open", ("/usr/share/zoneinfo/Europe/Berlin", "rb", READ)),
        ("open", ("/dev/null", "w", WRITE)),
        ("open", (3, "w", WRITE)),
        ("os.listdir", ("/srv/program",)),
        ("os.scandir", (3,)),
        ("sqlite3.connect", ("/srv/store/desk.db",)),
        ("sqlite3.connect", ("file:/srv/store/desk.db?mode=ro",)),
        ("import", ("os", None, None, None, None)),
        ("subprocess.Popen", (sys.executable, trial.command(), None, None)),
    ],
)
def test_the_program_itself_goes_on(event: str, arguments: tuple[Any, ...]) -> None:
    hook(["/srv/program"], Path("/srv/store/desk.db"))(event, arguments)


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("open", ("/etc/passwd", "r", READ)),
        ("open", ("/srv/program/../../etc/passwd", "r", READ)),
        ("open", ("/srv/programs/x", "r", READ)),
        ("open", ("/srv/program/x.py", "w", WRITE)),
        ("open", ("/srv/store/desk.db", "rb", READ)),
        ("open", ("/dev/null/../../etc/passwd", "r", READ)),
        ("open", ("x", None, WRITE)),
        ("os.listdir", ("/home",)),
        ("os.scandir", (b"/",)),
        ("sqlite3.connect", ("/srv/store/other.db",)),
        ("sqlite3.connect", (":memory:",)),
        ("subprocess.Popen", ("/bin/sh", ["sh"], None, None)),
        ("subprocess.Popen", (sys.executable, [sys.executable, "-c", "x"], None, None)),
        ("os.system", (b"id",)),
        ("os.exec", ("/bin/sh", ["sh"], None)),
        ("os.posix_spawn", ("/bin/sh", ["sh"], None)),
        ("os.fork", ()),
        ("socket.connect", (None, ("127.0.0.1", 25))),
        ("os.remove", ("/srv/store/desk.db", -1)),
        ("os.rename", ("a", "b", -1, -1)),
        ("tempfile.mkstemp", ("/tmp/x",)),
        ("os.kill", (1, 9)),
    ],
)
def test_the_rest_is_out_of_reach(event: str, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(Refused, match="out of reach"):
        hook(["/srv/program"], Path("/srv/store/desk.db"))(event, arguments)


def test_a_process_is_sealed_for_ever(tmp_path: Path) -> None:
    program = f"""
import os, sys, subprocess
from pathlib import Path
from sdesk.cli.ssh_seal import seal
seal(Path({str(tmp_path / "desk.db")!r}))
tries = [
    lambda: open("/etc/passwd"), lambda: open({str(tmp_path / "x")!r}, "w"), lambda: os.open("/tmp/x", os.O_RDWR),
    lambda: subprocess.run(["id"]), lambda: os.system("id"), lambda: os.execv("/bin/sh", ["sh"]), lambda: os.fork(),
    lambda: os.mkdir({str(tmp_path / "d")!r}), lambda: os.listdir("/"), lambda: Path("/etc/passwd").read_bytes(),
]
for number, each in enumerate(tries):
    try:
        each()
    except Exception as error:
        assert type(error).__name__ == "Refused", (number, error)
    else:
        sys.exit(f"{{number}} was done")
import resource
import sdesk.tui.app  # what is loaded later is found
print(os.getcwd(), resource.getrlimit(resource.RLIMIT_CORE)[0])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "/ 0\n", "")
    assert list(tmp_path.iterdir()) == []
