"""Twenty thousand pieces of equipment imported twice by real processes: in seconds, memory flat, and then nothing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

MANY, FEW = 20_000, 2_000
_PROGRAM = """
import os, sys
from pathlib import Path
end = os._exit
def leave(code):
    sys.stderr.write(Path("/proc/self/status").read_text())
    sys.stderr.flush()
    end(code)
os._exit = leave
from sdesk.main import main
main()
"""


def table(file: Path, count: int) -> None:
    units = ("flagship", "store-017", "accounting", "")
    with file.open("w", encoding="utf-8") as out:
        out.write("inventory_number,kind,name,model,serial,unit,service,warranty_until,checks,note\n")
        for number in range(count):
            out.write(
                f"T-{number:06},till,Till {number},Epson TM-{number % 7},SN{number:08},{units[number % 4]},till,"
                f"2028-{number % 12 + 1:02}-01,zabbix host-{number}:*,=bought {number}\n"
            )


def run(store: Path, file: Path) -> tuple[dict[str, int], int]:
    """The counts, and kilobytes at most."""
    command = [sys.executable, "-c", _PROGRAM, "--db", str(store), "asset", "import", str(file), "-o", "json"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "SDESK_AGENT": "anna"}
    )
    found = re.search(r"VmHWM:\s+(\d+)", done.stderr)
    assert done.returncode == 0, done.stderr[:2000]
    assert found is not None
    return json.loads(done.stdout), int(found[1])


@pytest.mark.endurance
def test_twenty_thousand_lines_come_in_seconds(
    desk_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few, many = tmp_path / "few.csv", tmp_path / "many.csv"
    table(few, FEW)
    table(many, MANY)
    _, small = run(desk_path, few)
    begun = time.perf_counter()
    counts, large = run(desk_path, many)
    first = time.perf_counter() - begun
    assert counts == {"read": MANY, "added": MANY - FEW, "changed": 0, "same": FEW, "bad": 0, "dry_run": False}
    begun = time.perf_counter()
    counts, again = run(desk_path, many)
    second = time.perf_counter() - begun
    assert (counts["same"], counts["changed"]) == (MANY, 0)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{MANY} pieces in {first:.1f} s, again in {second:.1f} s; {small // 1024}, {large // 1024} MB at most"
            + "\n"
        )
    assert max(large, again) < small + 40 * 1024
    assert first < 60
