"""Benchmarks: python -m tests.bench [SECTION ...] [--strict]; the sections are in `SECTIONS`.

Each figure stands beside a floor that was measured in the same run: the ratio holds between machines, times do not.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

# Test helpers are imported by their bare name, as pytest does.
sys.path.insert(0, str(Path(__file__).parents[1]))

SECTIONS = ("fetch", "imports", "commands", "console", "portal", "reader", "reports", "today", "worktime")
IN_PROCESS = {"reader", "today", "worktime"}
"""Those that need no installed program."""


def main() -> int:
    """Measure the chosen sections, print the table; 1 with --strict where a limit is passed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Benchmarks, as ratios to bare floors.")
    parser.add_argument("section", nargs="*", help=f"which to run: {', '.join(SECTIONS)} (default: all)")
    parser.add_argument("--runs", type=int, default=7, help="measurements of each; their median counts (default 7)")
    parser.add_argument("--strict", action="store_true", help="exit 1 where a limit is passed")
    given = parser.parse_args()
    unknown = set(given.section) - set(SECTIONS)
    if unknown:
        parser.error(f"no such section: {', '.join(sorted(unknown))}")

    from installation import installed

    from . import commands, console, fetch, imports, measure, portal, reader, reports, today, worktime

    sections = {
        "fetch": fetch.measure,
        "imports": imports.measure,
        "commands": commands.measure,
        "console": console.measure,
        "portal": portal.measure,
        "reader": reader.measure,
        "worktime": worktime.measure,
        "today": today.measure,
        "reports": reports.measure,
    }
    over = False
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        folder = Path(scratch)
        chosen = given.section or SECTIONS
        programs = folder if set(chosen) <= IN_PROCESS else installed(folder)
        for name in chosen:
            runs = max(given.runs // 2, 1) if name == "fetch" else given.runs
            lines = sections[name](folder, programs, runs)
            print(f"\n{measure.table(lines)}", flush=True)
            over = over or any(line.over for line in lines)
    return 1 if given.strict and over else 0


if __name__ == "__main__":
    sys.exit(main())
