"""When recurring work occurs: RRULEs (RFC 5545, 3.3.10) in local time, by a kept library, which is loaded only here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice, pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sdesk.domain.errors import BadInput
from sdesk.domain.recurrence import LEAST_APART, Rule, instant_of, parse_rule, parse_starts

MOST = 1000
"""Occurrences at once."""
LOOKED_AT = 500
"""So many are looked at to say whether a rule occurs too often."""
YEARS = timedelta(days=12 * 366)
"""Who has not occurred for so long never will: a leap day comes within eight years."""
LONGEST_GAP = timedelta(days=1)
"""No zone ever skipped more of its local time than a day."""


def occurrences(rule: str, starts: str, zone: ZoneInfo, after: datetime, until: datetime) -> tuple[datetime, ...]:
    """The instants (UTC) of a rule after one instant, up to another with it, in order, at most a thousand.

    `starts` is the first local date and time (DTSTART), as `2026-12-01T09:00`. A local time that the zone skips is
    moved on by the length of the gap, one that it repeats is the first. BadInput for what is no rule.
    """
    parsed = parse_rule(rule)
    low, high = (each.astimezone(zone).replace(tzinfo=None) for each in (after, until))
    found: set[datetime] = set()
    for local in _local(parsed, parse_starts(starts), zone, low - LONGEST_GAP, high):
        instant = instant_of(local, zone)
        # An hour that is skipped may bring the same instant twice.
        if after < instant <= until:
            found.add(instant)
        if len(found) == MOST:
            break
    return tuple(sorted(found))


def next_occurrence(rule: str, starts: str, zone: ZoneInfo, after: datetime) -> datetime | None:
    """The first instant (UTC) of a rule after one; None where it is over."""
    parsed, first = parse_rule(rule), parse_starts(starts)
    low = after.astimezone(zone).replace(tzinfo=None)
    high = max(low, first) + YEARS
    instants = (instant_of(local, zone) for local in _local(parsed, first, zone, low - LONGEST_GAP, high))
    # Of a skipped hour the order may differ by the gap: the least of the few that come first is meant.
    return min(islice((each for each in instants if each > after), 3), default=None)


def require_bearable(rule: str, starts: str, zone: ZoneInfo) -> None:
    """BadInput for a rule that is none, that never occurs, or occurs more often than people can work it off."""
    parsed, first = parse_rule(rule), parse_starts(starts)
    # The library seeks a day that no year has for half a minute, day by day; year by year it is soon sure.
    never = parsed.days is not None and not list(islice(_local(parsed.days, first, zone, first, first + YEARS), 1))
    found = [] if never else list(islice(_local(parsed, first, zone, first, first + YEARS), LOOKED_AT))
    if not found:
        raise BadInput(
            "it never occurs", "see whether its parts can hold together, and whether it ends before it starts"
        )
    if any(later - earlier < LEAST_APART for earlier, later in pairwise(found)):
        raise BadInput("it would occur more often than hourly", "let BYMINUTE and BYSECOND name one each")


def _local(rule: Rule, starts: datetime, zone: ZoneInfo, low: datetime, high: datetime) -> Iterator[datetime]:
    """The local times of a rule from one to another, both with it."""
    from dateutil.rrule import rrulestr  # type: ignore[import-untyped]  # the library ships no types

    last = rule.last_local(zone)
    end = high if last is None else min(high, last)
    try:
        # Without an end of ours a rule that never occurs is sought for up to the year 9999.
        found: Any = rrulestr(rule.text, dtstart=starts).replace(until=end)
    except (ValueError, TypeError) as error:
        raise BadInput(f"`{rule.text}` is no RRULE: {error}", "see RFC 5545, 3.3.10") from error
    for local in islice(found, rule.count):
        if local >= low:
            yield local
