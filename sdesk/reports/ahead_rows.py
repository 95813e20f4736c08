"""What programs get of `ahead`: part of the contract, to which fields may be added."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from sdesk.domain import kinds
from sdesk.domain.kinds import DAY, INSTANT, NUMBER, TEXT, by_key, many, maybe, thing, word
from sdesk.reports.ahead import Ahead, Day, Item, Kind
from sdesk.reports.plain import plain_instant


class Line(NamedTuple):
    """One thing that comes, on its day."""

    day: Day
    item: Item


FIELDS: tuple[tuple[str, Callable[[Line], Any], kinds.Kind], ...] = (
    ("day", lambda line: line.day.day.isoformat(), DAY),
    ("at", lambda line: plain_instant(line.item.at), INSTANT),
    ("kind", lambda line: line.item.kind.value, word(Kind)),
    ("number", lambda line: line.item.number, maybe(NUMBER)),
    ("subject", lambda line: line.item.subject, TEXT),
    ("team", lambda line: line.item.team, maybe(TEXT)),
    ("agent", lambda line: line.item.agent, maybe(TEXT)),
    ("unit", lambda line: line.item.unit, maybe(TEXT)),
    ("key", lambda line: line.item.key, maybe(TEXT)),
)
"""Of one thing, in order."""


KIND = thing(
    {
        "at": INSTANT,
        "until": INSTANT,
        "days": many(
            thing(
                {
                    "day": DAY,
                    "working_time": by_key(NUMBER),
                    "free": many(TEXT),
                    "deadlines": NUMBER,
                    "wake_ups": NUMBER,
                    "visits": NUMBER,
                    "recurring": NUMBER,
                    "steps": NUMBER,
                    "on_call": by_key(maybe(TEXT)),
                    "away": many(thing({"agent": TEXT, "stand_in": maybe(TEXT)})),
                }
            )
        ),
        "items": many(thing({name: kind for name, _, kind in FIELDS})),
    }
)
"""What `document` gives."""


def lines(found: Ahead) -> Iterator[Line]:
    """Everything that is shown, by day and time."""
    for day in found.days:
        for item in day.items:
            yield Line(day, item)


def document(found: Ahead) -> dict[str, Any]:
    """The whole answer."""
    return {
        "at": plain_instant(found.at),
        "until": plain_instant(found.until),
        "days": [
            {
                "day": day.day.isoformat(),
                "working_time": dict(day.working),
                "free": list(day.free),
                **{f"{kind.value}s" if kind is not Kind.RECURRING else "recurring": day.counts[kind] for kind in Kind},
                "on_call": {duty.team: duty.agent.login if duty.agent else None for duty in day.on_call},
                "away": [
                    {"agent": each.agent.login, "stand_in": each.stand_in.login if each.stand_in else None}
                    for each in day.away
                ],
            }
            for day in found.days
        ],
        "items": [{name: get(line) for name, get, _ in FIELDS} for line in lines(found)],
    }
