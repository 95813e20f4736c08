"""Runs a page as a reader would: its commands in their order upon a machine of the test's own, and compares what comes.

A fence is one of these: `console` holds commands after `$ ` and what they print; `toml` whose first line is `# FILE`
holds the tables that the reader gives this file; `eml` is a letter that arrives. A table `| press | there is |` after
the command `sdesk` is what is done in the console. With SDESK_WRITE_GOLDEN what comes is written into the page.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from command_line import on_terminal
from tmux_terminal import TmuxTerminal

ROOT = Path(__file__).parents[1]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$|^\| press \| there is \|\n\| --- \| --- \|\n((?:\|[^\n]*\n)+)", re.M | re.S)

_PROGRAM = """\
#!{python}
import pathlib, sys
sys.path.insert(0, {root!r})
from datetime import datetime
import sdesk.main as main
main.now = lambda: datetime.fromisoformat(pathlib.Path({clock!r}).read_text())
sys.argv[0] = {here!r}
main.main()
"""
_TRANSIENT = re.compile("\r\x1b\\[2K[^\n\r\x1b]*(?=\r)|\r\x1b\\[2K")
"""A line of progress, which the next one overwrites."""
_CRONTAB = """\
#!/bin/sh
if [ "$1" = -l ]; then cat {file} 2>/dev/null || {{ echo "no crontab for dana" >&2; exit 1; }}; else cat > {file}; fi
"""


@dataclass
class Reader:
    """Who follows a page, and her machine: an empty home, `sdesk` on the PATH, a clock that goes a minute a command."""

    now: datetime
    letter: Callable[[str, datetime], None] = lambda text, at: None
    """Puts a letter into the reader's mailbox."""
    instead: dict[str, str] = field(default_factory=dict)
    """What stands in the page, and what it is on this machine."""
    varying: dict[str, str] = field(default_factory=dict)
    """Expressions for what differs from run to run, and what the page has in its place."""

    def __post_init__(self) -> None:
        # A short name, as a home has: lines are broken by their length.
        self.home = Path(tempfile.mkdtemp(prefix="d-", dir="/tmp"))
        self.bin = self.home / ".local" / "bin"
        self.bin.mkdir(parents=True)
        self.clock = self.home / ".clock"
        program = self.bin / "sdesk"
        python, here = sys.executable, str(program)
        program.write_text(_PROGRAM.format(python=python, root=str(ROOT), clock=str(self.clock), here=here))
        self.crontab = self.home / ".crontab"
        (self.bin / "crontab").write_text(_CRONTAB.format(file=self.crontab))
        for file in self.bin.iterdir():
            file.chmod(0o755)
        self.environment = {
            **{name: os.environ[name] for name in ("LANG", "LC_ALL", "TZ")},
            "TERM": "screen-256color",
            "PATH": f"{self.bin}:{os.environ['PATH']}",
            "HOME": str(self.home),
            "LOGNAME": "dana",
            "COLUMNS": "80",
            "NO_COLOR": "1",
            "TMUX_TMPDIR": str(self.home),
        }

    def follow(self, page: str) -> str:
        """Do all that the page says; gives the page as it should be."""
        self.pressed = 0
        return FENCE.sub(self._part, page)

    def close(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self.home)

    def _part(self, found: re.Match[str]) -> str:
        language, text, keys = found.groups()
        if keys is not None:
            self._press(keys)
        elif language == "toml" and text.startswith("# "):
            self._edit(text)
        elif language == "eml":
            self._tick()
            self.letter(self._here(text), self.now)
        elif language == "console":
            return f"```console\n{self._session(text)}```"
        return found[0]

    def _tick(self) -> None:
        self.now += timedelta(minutes=1)
        self.clock.write_text(self.now.isoformat())

    def _here(self, text: str) -> str:
        for there, here in self.instead.items():
            text = text.replace(there, here)
        return text

    def _there(self, text: str) -> str:
        for here, there in self.varying.items():
            text = re.sub(here, there, text)
        return text.replace(str(self.home), "/home/dana")

    def _session(self, text: str) -> str:
        said = ""
        for each in re.split(r"^\$ ", text, flags=re.M)[1:]:
            command, _, expected = each.partition("\n")
            said += f"$ {command}\n"
            if command == "sdesk":
                continue  # what is done in it, the next table says
            self._tick()
            # What a command reads stands below it.
            typed = self._here(expected) + "\x04" if "cat >" in command else ""
            ran = on_terminal(["sh", "-c", f"cd; {self._here(command)}"], typed, self.environment)
            out = _TRANSIENT.sub("", ran.out)
            came = self._there("".join(f"{line.rstrip()}\n" for line in out.splitlines()))
            assert ran.code == 0, f"{command}\n{came}"
            same = [part.split() for part in (expected, came)]
            said += expected if "cat >" in command or same[0] == same[1] else came
        return said

    def _edit(self, text: str) -> None:
        name, _, content = text.partition("\n")
        file = self.home / name.removeprefix("# ").split(":")[0].removeprefix("~/")
        written = file.read_text()
        for table in re.findall(r"^\[.*?(?=^\[|\Z)", self._here(content), flags=re.M | re.S):
            head = re.escape(table.split("\n")[0]).replace("dana", '"?dana"?')
            there = re.compile(rf"^{head}.*?(?=^\[|^# ---|\Z)", re.M | re.S)
            assert len(there.findall(written)) < 2
            new = table.strip() + "\n\n"
            found = there.search(written)
            before, after = (written[: found.start()], written[found.end() :]) if found else (f"{written}\n", "")
            written = before + new + after
        file.write_text(written)

    def _press(self, keys: str) -> None:
        self._tick()
        terminal = TmuxTerminal(self.home, "cd; sdesk", self.environment)
        try:
            for row in keys.splitlines():
                press, shown = (re.findall(r"`([^`]+)`", cell) for cell in row.strip("| ").split(" | "))
                for key in press:
                    terminal.send(*_as_tmux_says(key))
                for text in shown:
                    terminal.wait_for(partial(_shows, text), f"{text!r} after {press}")
            terminal.wait_for(lambda screen: "ended with 0" in screen, "the end of the console")
        finally:
            terminal.close()


def _as_tmux_says(key: str) -> tuple[str, ...]:
    if control := re.fullmatch(r"Ctrl\+(.)", key):
        return (f"C-{control[1].lower()}",)
    return (key,) if len(key) == 1 or key == "Enter" else ("Escape",) if key == "Esc" else ("-l", key)


def _shows(text: str, screen: str) -> bool:
    return text in screen
