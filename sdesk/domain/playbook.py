"""Playbooks: work of several departments that is done again and again, as steps counted from a day. When each begins,
what it waits for, and whether the steps can be done at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sdesk.domain.errors import BadInput
from sdesk.domain.phrase import phrase
from sdesk.domain.ticket import Priority
from sdesk.domain.worktime import Calendar, next_working, working_between

_OFFSET = re.compile(r"([+-]?)(\d{1,5})([wdhm])", re.ASCII)
_PLACE = re.compile(r"\{(\w+)\}")
_DAY = timedelta(days=1)
MOST_DAYS = 3660
"""Ten years: no playbook is planned further ahead."""
MOST_STEPS = 200
"""Steps of a playbook: they are opened in one transaction."""
PLACES = ("unit", "day", "requester")
"""What a subject or a text may name in braces."""


class StepState(StrEnum):
    """How far a step has come."""

    PLANNED = "planned"
    OPEN = "open"
    DONE = "done"
    SKIPPED = "skipped"
    """It was not to be done this time, nobody approved it, or its ticket turned out to be none."""
    CANCELLED = "cancelled"
    """The playbook was cancelled before its time came."""


class RunState(StrEnum):
    """How far a running playbook has come."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


FINISHED = frozenset({StepState.DONE, StepState.SKIPPED})
"""What those that wait for a step wait no more for."""


class Counted(StrEnum):
    """Which days an offset counts."""

    CALENDAR = "calendar"
    WORKING = "working"


class Offset(NamedTuple):
    """How long before or after the day: days, or seconds."""

    days: int
    seconds: int


class Step(NamedTuple):
    """One step, as a desk file describes it."""

    key: str
    subject: str
    text: str = ""
    team: str | None = None
    service: str | None = None
    at: Offset | None = None
    """None: as soon as what it waits for is done, or at the start."""
    counted: Counted = Counted.CALENDAR
    after: tuple[str, ...] = ()
    unit: str | None = None
    assignee: str | None = None
    priority: Priority | None = None
    tags: tuple[str, ...] = ()
    written_at: str | None = None
    """The offset as it was written."""


class Playbook(NamedTuple):
    """One playbook."""

    key: str
    names: Mapping[str, str]
    """By language; under an empty one where it has one name for all."""
    subject: str
    text: str
    team: str | None
    service: str | None
    closes: bool
    steps: tuple[Step, ...]

    def name(self, language: str) -> str:
        """What people read, in their language, or in the first that there is."""
        return self.names.get(language) or self.names.get("en") or next(iter(self.names.values()))


def parse_offset(text: str) -> Offset:
    """`-30d`, `+1h`, `0d`, `2w`: days (of which a week has seven), or hours and minutes. BadInput."""
    match = _OFFSET.fullmatch(text.strip())
    if match is None:
        raise BadInput(
            phrase("`{text}` is no distance from a day", text=text), phrase("write it as -30d, 0d, +2w or +1h")
        )
    amount = int(match[2]) * (-1 if match[1] == "-" else 1)
    days = amount * {"w": 7, "d": 1}.get(match[3], 0)
    seconds = amount * {"h": 3600, "m": 60}.get(match[3], 0)
    if abs(days) > MOST_DAYS or abs(seconds) > MOST_DAYS * 86_400:
        raise BadInput(phrase("`{text}` is longer than ten years", text=text), phrase("write a shorter time"))
    return Offset(days, seconds)


def parse_playbook(key: str, table: Mapping[str, Any]) -> Playbook:
    """A playbook of its table in the desk file, which was checked."""
    name = table["name"]
    return Playbook(
        key,
        {"": name} if isinstance(name, str) else dict(name),
        table["subject"],
        table.get("text", ""),
        table.get("team"),
        table.get("service"),
        table.get("closes", True),
        tuple(parse_step(each) for each in table["steps"]),
    )


def parse_step(table: Mapping[str, Any]) -> Step:
    """A step of its table in the desk file, which was checked."""
    return Step(
        table["key"],
        table["subject"],
        table.get("text", ""),
        table.get("team"),
        table.get("service"),
        parse_offset(table["at"]) if table.get("at") else None,
        Counted(table.get("days", Counted.CALENDAR)),
        tuple(table.get("after", ())),
        table.get("unit"),
        table.get("assignee"),
        Priority(table["priority"]) if table.get("priority") else None,
        tuple(table.get("tags", ())),
        table.get("at") or None,
    )


def require_places(text: str) -> None:
    """BadInput for a word in braces that nothing stands for."""
    for name in _PLACE.findall(text):
        if name not in PLACES:
            raise BadInput(
                phrase("nothing stands for `{name}`", name="{" + name + "}"),
                phrase("known: {names}", names=", ".join("{" + each + "}" for each in PLACES)),
            )


def filled(text: str, values: Mapping[str, str]) -> str:
    """A subject or text with what stands for its words in braces. What is put in is not looked at again."""
    return _PLACE.sub(lambda match: values.get(match[1], match[0]), text)


def circle(after: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Steps of which each waits for the next, and the last for the first; empty where there is no such circle."""
    free = set[str]()
    for start in after:
        path: list[str] = []
        # Each with what is still to be looked at below it: a long chain is no deep recursion.
        ways = [iter((start,))]
        while ways:
            step = next(ways[-1], None)
            if step is None:
                ways.pop()
                if path:
                    free.add(path.pop())
            elif step in path:
                return tuple(path[path.index(step) :])
            elif step not in free and step in after:
                path.append(step)
                ways.append(iter(tuple(after[step])))
    return ()


def parse_day(text: str) -> datetime:
    """The day of a playbook as it is kept: an ISO date, with a local time of day where one was named. BadInput."""
    try:
        return datetime.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise BadInput(
            phrase("`{text}` is no day", text=text), phrase("write it as 2027-03-01, or 2027-03-01T09:00")
        ) from None


def write_day(day: datetime) -> str:
    """The other way round: the time of day only where it is not midnight."""
    return f"{day:%Y-%m-%d}" if (day.hour, day.minute) == (0, 0) else f"{day:%Y-%m-%dT%H:%M}"


def begins(day: datetime, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which the day begins, or its named time comes."""
    return day.replace(tzinfo=zone).astimezone(UTC)


def opens_at(step: Step, day: datetime, zone: ZoneInfo, calendar: Calendar) -> datetime | None:
    """When a step's time comes (UTC): a day of the desk's zone, or so many working days of the team's calendar away,
    and then when its hours begin. None where it says no time.

    `day` is local. BadInput where the calendar has no working time near, or the time lies beyond what there is.
    """
    if step.at is None:
        return None
    try:
        if step.counted is Counted.WORKING:
            return next_working(calendar, _working_day(calendar, day, step.at.days))
        return begins(day + timedelta(days=step.at.days), zone) + timedelta(seconds=step.at.seconds)
    except OverflowError:
        raise BadInput(phrase("there is no such day"), phrase("write a day that is nearer")) from None


def _working_day(calendar: Calendar, day: datetime, count: int) -> datetime:
    """The first instant (UTC) of the working day that is `count` of them before or after a day."""
    zone = ZoneInfo(str(calendar.zone))
    local = day.replace(hour=0, minute=0)
    left, forward = abs(count), count >= 0
    for _ in range(20 * 366 + 3 * left):
        if not left:
            return begins(local, zone)
        local += _DAY if forward else -_DAY
        if working_between(calendar, begins(local, zone), begins(local + _DAY, zone)):
            left -= 1
    raise BadInput(
        phrase("calendar `{calendar}` has no working days there", calendar=calendar.key),
        phrase("count calendar days, or give it hours"),
    )
