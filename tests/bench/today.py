"""The questions of the present (now, who, ahead) out of 100,000 tickets, of which 8,000 are open; in this process."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from sdesk.domain.filters import Filter, parse
from sdesk.reports import ahead, now, who
from sdesk.store.reader import Reader

from .measure import Line, best_cpu_ms
from .store import build, present

TICKETS = 100_000
OPEN_SHARE = 0.08
LIMIT_MS = 300.0
"""Processor time, besides the start of the process."""


def measure(folder: Path, programs: Path, runs: int) -> list[Line]:
    """The section's lines."""
    store = folder / "today.db"
    at, zone = present(), ZoneInfo("Europe/Moscow")
    build(store, TICKETS, open_share=OPEN_SHARE, now=at)
    lines: list[Line] = []

    def line(name: str, call: Callable[[], object]) -> None:
        lines.append(Line(name, None, best_cpu_ms(call, runs), "ms", LIMIT_MS))

    with Reader(store) as reader:
        team = parse("team:it", now=at, zone=zone)
        for actor in (reader.actor("anna"), reader.actor("boris")):
            line(f"now, {actor.login}", partial(now.gather, reader, actor, Filter(), now=at, limit=5))
            line(f"now team:it, {actor.login}", partial(now.gather, reader, actor, team, now=at, limit=5))
            line(f"who, {actor.login}", partial(who.gather, reader, actor, now=at, zone=zone, days=7))
            line(f"ahead, {actor.login}", partial(ahead.gather, reader, actor, now=at, zone=zone, days=14, limit=5))
    return lines
