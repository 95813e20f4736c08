"""Fifty thousand lines imported twice by real processes: the second time changes nothing, and memory stays flat."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import pytest

MANY, FEW = 50_000, 5_000
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


@dataclass(frozen=True)
class Import:
    """How one ended."""

    code: int
    counts: dict[str, int]
    said: str
    peak: int
    """Kilobytes."""


def run(store: Path, file: Path) -> Import:
    command = [sys.executable, "-c", _PROGRAM, "--db", str(store), "ticket", "import", str(file), "-o", "json"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "SDESK_AGENT": "anna"}
    )
    found = re.search(r"VmHWM:\s+(\d+)", done.stderr)
    assert found is not None, done.stderr
    return Import(done.returncode, json.loads(done.stdout), done.stderr.partition("Name:")[0], int(found[1]))


def content(path: Path) -> int:
    """Another number where anything in the store is another."""
    found = 0
    with closing(sqlite3.connect(path)) as store:
        for line in store.iterdump():
            found = crc32(line.encode(), found)
    return found


def write(file: Path, count: int) -> None:
    with file.open("w", encoding="utf-8") as stream:
        for number in range(count):
            line = {
                "external_id": f"OLD-{number}",
                "subject": f"Printer {number} does not print",
                "text": "It began this morning, and nobody knows why. " * (1 + number % 9),
                "requester": f"Person {number % 900} <person{number % 900}@acc.shop.example>",
                "service": ("printer", "other", "till")[number % 3],
                "tags": ["old"],
                "created_at": f"2026-{1 + number % 10:02}-{1 + number % 28:02}T08:00:00Z",
            }
            if number % 10:
                line |= {"status": "closed", "resolved_at": f"2026-{1 + number % 10:02}-{1 + number % 28:02}T09:00:00Z"}
            stream.write(json.dumps(line) + "\n")
            if number == count // 2:
                stream.write('{"subject": \n')


@pytest.mark.endurance
@pytest.mark.timeout(900)
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc")
def test_fifty_thousand_lines_twice(desk_path: Path, tmp_path: Path) -> None:
    few, many = tmp_path / "few.jsonl", tmp_path / "many.jsonl"
    write(few, FEW)
    write(many, MANY)
    small = tmp_path / "small.db"
    small.write_bytes(desk_path.read_bytes())
    little = run(small, few)
    first = run(desk_path, many)
    assert first.code == 6
    assert first.said.startswith(f"sdesk: error: line {MANY // 2 + 2}: this is no JSON")
    assert first.said.count("\n") == 1
    assert first.counts == {
        "read": MANY + 1,
        "created": MANY,
        "updated": 0,
        "unchanged": 0,
        "failed": 1,
        "dry_run": False,
    }
    before = content(desk_path)
    second = run(desk_path, many)
    assert second.counts == {
        "read": MANY + 1,
        "created": 0,
        "updated": 0,
        "unchanged": MANY,
        "failed": 1,
        "dry_run": False,
    }
    assert content(desk_path) == before
    assert max(first.peak, second.peak) < 1.1 * little.peak, (little.peak, first.peak, second.peak)
