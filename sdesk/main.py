"""The entry, and the one place that knows all rooms: it hands the command line the clock, the console and the demo."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from sdesk.cli.app import run
from sdesk.cli.invocation import BuiltDemo, Surroundings


def main() -> None:
    """Run the command line of this process, and end it with the exit code."""
    sys.exit(run(sys.argv[1:], Surroundings(clock=now, run_console=open_console, build_demo=build_demo)))


def now() -> datetime:
    """This instant, in UTC, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def open_console(*, store: Path, config: Path | None, agent: str) -> None:
    """Open the console; Textual is loaded here and not before."""
    from sdesk.tui.app import run_console

    run_console(store=store, config=config, agent=agent)


def build_demo(folder: Path, instant: datetime) -> BuiltDemo:
    """Build the demo desk in a folder, as of an instant."""
    from sdesk.demo.build import build

    return build(folder, instant)
