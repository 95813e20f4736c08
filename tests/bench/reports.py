"""The questions of the present out of 100,000 tickets, of which 8,000 are open; in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from sdesk.domain.filters import Filter, parse
from sdesk.reports import ahead, now, who
from sdesk.store.reader import Reader

from .measure import Line, best_ms
from .store import build, present

TICKETS = 100_000
OPEN_SHARE = 0.08
LIMIT_MS = 300.0


def measure(folder: Path, programs: Path, runs: int) -> list[Line]:
    """The section's lines."""
    store = folder / "reports.db"
    at, zone = present(), ZoneInfo("Europe/Moscow")
    build(store, TICKETS, open_share=OPEN_SHARE, now=at)
    lines: list[Line] = []

    def line(name: str, call: Callable[[], object]) -> None:
        lines.append(Line(name, None, best_ms(call, max(runs, 5)), "ms", LIMIT_MS))

    with Reader(store) as reader:
        for login in ("anna", "boris"):
            actor = reader.actor(login)
            team = parse("team:it", now=at, zone=zone)
            line(f"now, {login}", lambda actor=actor: now.gather(reader, actor, Filter(), now=at, limit=5))  # type: ignore[misc]
            line(
                f"now of a team, {login}",
                lambda actor=actor, team=team: now.gather(reader, actor, team, now=at, limit=5),  # type: ignore[misc]
            )
            line(f"who, {login}", lambda actor=actor: who.gather(reader, actor, now=at, zone=zone, days=7))  # type: ignore[misc]
            line(
                f"ahead, {login}",
                lambda actor=actor: ahead.gather(reader, actor, now=at, zone=zone, days=14, limit=5),  # type: ignore[misc]
            )
    return lines
