"""The reports in this process, out of 100,000 tickets of two years, most of them solved; and as whole commands."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sdesk.domain.filters import Filter, parse
from sdesk.reports import past
from sdesk.reports.period import Compared, Span, between, last
from sdesk.store.reader import Reader

from .commands import LIGHT
from .measure import Line, best_cpu_ms, environment, pairs, run
from .store import build, present

TICKETS = 100_000
OPEN_SHARE = 0.02
PAST_MS = 1000.0
"""Processor time that `past` may take, besides the start of the process."""


def measure(folder: Path, programs: Path, runs: int) -> list[Line]:
    """The section's lines."""
    store = folder / "reports.db"
    now = present()
    build(store, TICKETS, open_share=OPEN_SHARE, now=now)
    zone = ZoneInfo("Europe/Moscow")
    env = environment(SDESK_AGENT="anna", HOME=str(folder))
    lines: list[Line] = []

    def command(name: str, *words: str) -> Line:
        floor, own = pairs(
            lambda: run([programs / "python", "-c", LIGHT], env).seconds,
            lambda: run([programs / "sdesk", "--db", store, *words], env).seconds,
            runs,
        )
        return Line(name, floor * 1000, own * 1000, "ms", None)

    with Reader(store) as reader:
        anna, boris = reader.actor("anna"), reader.actor("boris")
        everything = Filter()
        floor = best_cpu_ms(lambda: _bare(store), runs)

        def line(name: str, call: Callable[[], object], *, bare: bool = False) -> None:
            lines.append(Line(name, floor if bare else None, best_cpu_ms(call, runs), "ms", None if bare else PAST_MS))

        def asked(compared: Compared, wanted: Filter = everything) -> Callable[[], object]:
            return lambda: past.past(reader, anna, compared, wanted, now=now)

        for span in Span:
            line(f"past --last {span}", asked(last(span, now=now, zone=zone)))
        year = last(Span.YEAR, now=now, zone=zone)
        line("past --last year, before a wall", lambda: past.past(reader, boris, year, everything, now=now))
        line("past --last year team:it", asked(year, parse("team:it", now=now, zone=zone)))
        whole = between((now - timedelta(days=710)).date(), now.date(), zone)
        line("past of all tickets; floor: to read each of them once", asked(whole), bare=True)
    lines.append(command("the command, last week, -o json", "past", "-o", "json"))
    lines.append(command("the command, last quarter, -o json", "past", "--last", "quarter", "-o", "json"))
    return lines


def _bare(store: Path) -> int:
    """What the bare driver takes to read of every ticket what is counted of it."""
    with closing(sqlite3.connect(store)) as connection:
        return len(
            connection.execute(
                "SELECT created_at, resolved_at, first_response_consumed, resolution_consumed, team_id, service_id,"
                " unit_id, priority FROM ticket"
            ).fetchall()
        )
