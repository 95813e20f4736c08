"""JSON lines imported twice, beside bare sqlite3 inserts of the same lines; and exported again."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from sqlite3 import connect

from sdesk.domain.instant import to_rfc3339
from sdesk.store.reader import Reader

from .measure import MIB, Line, Spent, environment, run
from .store import empty, present

FEW, MANY = 5_000, 50_000
FLOORS = Path(__file__).with_name("floors.py")
_PROGRAM = """
import os, re, sys
from pathlib import Path
end = os._exit
def leave(code):
    status = Path("/proc/self/status")
    peak = re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1] if status.exists() else "0"
    sys.stdout.write(f"\\n{peak}")
    sys.stdout.flush()
    end(code)
os._exit = leave
from sdesk.main import main
main()
"""
"""sdesk, which says at its end how much memory it took at its highest: what the system tells of a child begins with the
memory of who started it."""
TEXT = "It began this morning, and nobody knows why. The shop is open, the queue is long. Please help us. "


def measure(folder: Path, programs: Path, runs: int) -> list[Line]:
    """The section's lines. RuntimeError where the second import changes anything."""
    few, many = folder / "few.jsonl", folder / "many.jsonl"
    template = folder / "import.db"
    empty(template, present())
    for file, count in ((few, FEW), (many, MANY)):
        write_lines(template, file, count)

    def floor(file: Path) -> Spent:
        return run([programs / "python", FLOORS, "import", file, folder / f"{file.stem}.floor.db"], environment())

    def ours(store: Path, *words: str | Path) -> Spent:
        command = (programs / "python", "-c", _PROGRAM, "--db", store, "ticket", *words)
        spent = run(command, environment(SDESK_AGENT="anna"))
        out, _, peak = spent.out.rpartition("\n")
        return replace(spent, out=out, peak=int(peak) * 1024)

    small, large = folder / "few.db", folder / "many.db"
    shutil.copy(template, small)
    shutil.copy(template, large)
    first_few = _import(ours(small, "import", few, "-o", "json"), FEW, "created")
    bare = floor(many)
    first = _import(ours(large, "import", many, "-o", "json"), MANY, "created")
    before = content(large)
    second = _import(ours(large, "import", many, "-o", "json"), MANY, "unchanged")
    if content(large) != before:
        raise RuntimeError("the second import changed the store")
    out_few, out = ours(small, "export"), ours(large, "export")
    if out.out.count("\n") != MANY:
        raise RuntimeError("the export has not all tickets")
    return [
        Line(f"import of {MANY} JSON lines", bare.seconds, first.seconds, "s", None),
        Line("the same, processor time", bare.cpu, first.cpu, "s", 60.0),
        Line("the same again: nothing changes", bare.seconds, second.seconds, "s", None),
        Line("the same again, processor time", bare.cpu, second.cpu, "s", 15.0),
        Line(f"memory: import of {MANY} to {FEW}", first_few.peak / MIB, first.peak / MIB, "MiB", 1.1),
        Line(f"memory: again to {FEW} lines", first_few.peak / MIB, second.peak / MIB, "MiB", 1.1),
        Line(f"memory: export of {MANY} to {FEW}", out_few.peak / MIB, out.peak / MIB, "MiB", 1.1),
        Line(f"export of {MANY} tickets", None, out.seconds, "s", None),
    ]


def _import(spent: Spent, count: int, came: str) -> Spent:
    said = json.loads(spent.out)
    if said[came] != count or said["failed"]:
        raise RuntimeError(f"of {count} lines not all were {came}: {said}")
    return spent


def content(path: Path) -> int:
    """A number that is another one where anything in the store is."""
    from zlib import crc32

    found = 0
    with closing(connect(path)) as store:
        for line in store.iterdump():
            found = crc32(line.encode(), found)
    return found


def write_lines(store: Path, file: Path, count: int) -> None:
    """Tickets of the last year as another system would write them; nine of ten are over."""
    with Reader(store) as reader:
        services = [row.key for row in reader.services(reader.actor("anna"))]
    with file.open("w", encoding="utf-8") as stream:
        stream.writelines(_lines(services, count))


def _lines(services: list[str], count: int) -> Iterator[str]:
    made, now = random.Random(6), present()
    for number in range(count):
        opened = now - timedelta(minutes=made.randrange(1, 500_000))
        line = {
            "external_id": f"OLD-{number}",
            "subject": f"Printer {number} does not print",
            "text": TEXT * made.randrange(1, 8),
            "requester": f"Person {number % 2000} <person{number % 2000}@acc.shop.example>",
            "service": made.choice(services),
            "tags": ["old", f"tag{number % 7}"],
            "created_at": to_rfc3339(opened),
        }
        if number % 10:
            line["status"] = "closed"
            line["resolved_at"] = to_rfc3339(opened + (now - opened) * made.random())
        yield json.dumps(line) + "\n"
