"""Recurring work: what its rule may say (an RRULE of RFC 5545, 3.3.10), and which instant a local time of it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from types import MappingProxyType

from sdesk.domain.errors import BadInput
from sdesk.domain.nearest import did_you_mean
from sdesk.domain.safe_text import one_line

LEAST_APART = timedelta(hours=1)
"""Work that occurs more often is for a machine: a queue of such tickets would bury every other."""

FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY")
"""Of the RFC's, those that are not more often."""
TOO_OFTEN = ("MINUTELY", "SECONDLY")

EXAMPLE = "write it as FREQ=WEEKLY;BYDAY=MO (RFC 5545)"

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = re.compile(r"[+-]?([1-9]|[1-4]\d|5[0-3])?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = re.compile(r"(?P<day>\d{8})(?:T(?P<time>\d{6})(?P<utc>Z?))?", re.ASCII)
_NUMBERS: Mapping[str, tuple[int, int, bool]] = MappingProxyType(
    {
        "BYMONTH": (1, 12, False),
        "BYWEEKNO": (1, 53, True),
        "BYYEARDAY": (1, 366, True),
        "BYMONTHDAY": (1, 31, True),
        "BYHOUR": (0, 23, False),
        "BYMINUTE": (0, 59, False),
        "BYSECOND": (0, 59, False),
        "BYSETPOS": (1, 366, True),
    }
)
"""Parts that are lists of numbers: the least, the greatest, and whether `-1` counts from the end."""
DAY_PARTS = ("BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY")
_PARTS = ("FREQ", "UNTIL", "COUNT", "INTERVAL", "WKST", "BYDAY", *_NUMBERS)


class CatchUp(StrEnum):
    """What becomes of occurrences that were missed while the machine was off."""

    ONE = "one"
    """The last of them is made, and says which others were missed."""
    ALL = "all"
    """Each is made, at its own instant."""


@dataclass(frozen=True, slots=True)
class Rule:
    """An RRULE, taken apart."""

    parts: Mapping[str, str]
    """By name, in capitals; without COUNT and UNTIL."""
    count: int | None
    """So many occurrences, from the first on."""
    until: str | None
    """As it stands: see `last_local`."""

    @property
    def text(self) -> str:
        """What repeats, as an RRULE without an end."""
        return ";".join(f"{name}={value}" for name, value in self.parts.items())

    @property
    def days(self) -> Rule | None:
        """On which days of any year it may occur, where it asks more of them than its frequency; else None."""
        parts = {name: value for name, value in self.parts.items() if name in DAY_PARTS}
        return Rule({"FREQ": "YEARLY", **parts}, None, None) if parts else None

    def last_local(self, zone: tzinfo) -> datetime | None:
        """UNTIL as a local time without a zone; a day alone is meant to its end."""
        if self.until is None:
            return None
        match = _UNTIL.fullmatch(self.until)
        if match is None:
            raise TypeError("a rule that was not parsed")
        if match["time"] is None:
            return datetime.strptime(f"{match['day']}235959", "%Y%m%d%H%M%S")  # noqa: DTZ007 - a local time
        local = datetime.strptime(match["day"] + match["time"], "%Y%m%d%H%M%S")  # noqa: DTZ007 - a local time
        return local.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None) if match["utc"] else local


def parse_rule(text: str) -> Rule:
    """An RRULE of a desk file; BadInput says which part is wrong, and what it could be.

    What it cannot know is whether it ever occurs, and how often: see `store/recurrence`.
    """
    found: dict[str, str] = {}
    text = one_line(text).strip()
    for piece in text.upper().removeprefix("RRULE:").split(";"):
        name, equals, value = (each.strip() for each in piece.partition("="))
        if not equals or not value:
            raise BadInput(f"`{text}` is no RRULE: `{piece}` is no part of one", EXAMPLE)
        if name not in _PARTS:
            raise BadInput(f"a rule has no part {name}", did_you_mean(name, _PARTS, f"it has {', '.join(_PARTS)}"))
        if name in found:
            raise BadInput(f"a rule has {name} once", "join what it says by commas")
        _check_part(name, value)
        found[name] = value
    if "FREQ" not in found:
        raise BadInput(f"`{text}` is no RRULE: it does not say FREQ", EXAMPLE)
    if "COUNT" in found and "UNTIL" in found:
        raise BadInput("a rule ends by COUNT or by UNTIL, not by both", "leave one of them out")
    if "BYSETPOS" in found and found["FREQ"] in ("DAILY", "HOURLY"):
        raise BadInput(f"FREQ={found['FREQ']} has no BYSETPOS", "it picks from the days of a week, a month or a year")
    count = found.pop("COUNT", None)
    return Rule(found, None if count is None else int(count), found.pop("UNTIL", None))


def _check_part(name: str, value: str) -> None:
    if name == "FREQ":
        if value in TOO_OFTEN:
            raise BadInput("it would occur more often than hourly", "that is work for a program, not for people")
        if value not in FREQUENCIES:
            known = f"it is one of {', '.join(FREQUENCIES)}"
            raise BadInput(f"there is no FREQ={value}", did_you_mean(value, FREQUENCIES, known))
    elif name in ("INTERVAL", "COUNT"):
        if not re.fullmatch(r"[1-9]\d{0,4}", value, re.ASCII):
            raise BadInput(f"{name} is a whole number from 1, not `{value}`", f"as in {name}=2")
    elif name == "UNTIL":
        _check_until(value)
    elif name == "WKST":
        if value not in _DAYS:
            raise BadInput(f"WKST is a day, not `{value}`", f"one of {', '.join(_DAYS)}")
    elif name == "BYDAY":
        for day in value.split(","):
            if not _DAY.fullmatch(day):
                raise BadInput(
                    f"BYDAY has no `{day}`", f"it has {', '.join(_DAYS)}, and 1MO or -1FR for one of a month"
                )
    else:
        low, high, signed = _NUMBERS[name]
        for number in value.split(","):
            fits = re.fullmatch(r"[+-]?\d{1,3}" if signed else r"\d{1,3}", number, re.ASCII)
            if not fits or not low <= abs(int(number)) <= high:
                raise BadInput(f"{name} has no `{number}`", f"numbers from {low} to {high}")


def _check_until(value: str) -> None:
    match = _UNTIL.fullmatch(value)
    try:
        if match is None:
            raise ValueError("no date")
        datetime.strptime(match["day"] + (match["time"] or "000000"), "%Y%m%d%H%M%S")  # noqa: DTZ007 - a local time
    except ValueError as error:
        raise BadInput(f"UNTIL has no `{value}`", "a day, as 20271231, or a time, as 20271231T180000") from error


def parse_starts(text: str) -> datetime:
    """The first local date and time (DTSTART), without a zone; BadInput."""
    match = re.fullmatch(r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?))?", text.strip(), re.ASCII)
    try:
        if match is None:
            raise ValueError("no local time")
        return datetime.fromisoformat(f"{match[1]}T{match[2] or '00:00'}")
    except ValueError as error:
        raise BadInput(f"`{text}` is no local date and time", "write it as 2026-12-01T09:00") from error


def instant_of(local: datetime, zone: tzinfo) -> datetime:
    """A local time as an instant, in UTC: the wall clock says it, whatever summer time does.

    One that the zone skips is moved on by the length of the gap, one that it repeats is the first (RFC 5545, 3.3.5).
    """
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def to_make(due: Sequence[datetime], catch_up: CatchUp) -> list[tuple[datetime, tuple[datetime, ...]]]:
    """Which tickets to make of the occurrences that are due, in order: each with those that it stands for besides.

    A check that nobody could make on Tuesday is not made on Friday: several that were missed are one ticket, of the
    last of them, which says so. A queue that greets whoever comes back with seven alike would be closed unread.
    """
    if not due:
        return []
    if catch_up is CatchUp.ALL:
        return [(at, ()) for at in due]
    return [(due[-1], tuple(due[:-1]))]
