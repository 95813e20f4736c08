"""Collects the files `*.test` of this folder: each is one test, on a fresh desk in a folder of its own."""

from __future__ import annotations

import difflib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from shell_script import read, transcript
from shell_stage import Programs, Stage

WRITE = bool(os.environ.get("SDESK_WRITE_GOLDEN"))
PROGRAMS = pytest.StashKey[Programs]()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Every file of commands is a collector of one test."""
    if file_path.suffix == ".test":
        return ShellFile.from_parent(parent, path=file_path)
    return None


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The last process of the run takes the installed program away."""
    programs = session.config.stash.get(PROGRAMS, None)
    if programs is not None:
        programs.leave()


class ShellFile(pytest.File):
    """A file of commands."""

    def collect(self) -> Iterable[pytest.Item]:
        """Its one test: what a command does, the next ones see."""
        script = read(self.path)
        item = ShellTest.from_parent(self, name=self.path.stem)
        if script.endurance:
            item.add_marker(pytest.mark.endurance)
        yield item


class Differs(Exception):
    """What happened is not what the file says."""


class ShellTest(pytest.Item):
    """A file, played from its beginning to its end."""

    def runtest(self) -> None:
        script = read(self.path)
        if script.as_root and os.geteuid() != 0:
            pytest.skip("only root can play it")
        stage = Stage(_programs(self.config), script, self.path.stem)
        try:
            if stage.why_not:
                pytest.skip(stage.why_not)
            found = "\n".join(transcript(script, stage.play)) + "\n"
        finally:
            stage.close()
        expected = self.path.read_text(encoding="utf-8")
        if WRITE:
            self.path.write_text(found, encoding="utf-8")
        elif found != expected:
            raise Differs("\n".join(_difference(expected, found, self.path.name)))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """A difference is shown as one; nobody wants to see this file's lines."""
        return str(excinfo.value) if isinstance(excinfo.value, Differs) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"shell: {self.name}"


def _programs(config: pytest.Config) -> Programs:
    if PROGRAMS not in config.stash:
        # One for all processes of a run; readable by others, unlike pytest's own folder.
        run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or str(os.getpid())
        config.stash[PROGRAMS] = Programs(Path(tempfile.gettempdir()) / f"sdesk-shell-{run}")
    return config.stash[PROGRAMS]


def _difference(expected: str, found: str, name: str) -> Iterator[str]:
    return difflib.unified_diff(
        expected.splitlines(), found.splitlines(), f"{name}, expected", f"{name}, found", lineterm="", n=4
    )
