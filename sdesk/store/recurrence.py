"""When recurring work occurs: RRULEs (RFC 5545, 3.3.10) in local time, by a kept library, which is loaded only here."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sdesk.domain.errors import BadInput

MOST = 1000
"""Occurrences at once: a rule of every second ends here."""


def occurrences(rule: str, starts: str, zone: ZoneInfo, after: datetime, until: datetime) -> tuple[datetime, ...]:
    """The instants (UTC) of a rule after one instant, up to another with it, at most a thousand.

    `starts` is the first local date and time (DTSTART), as `2026-12-01T09:00`. A local time that the zone skips is
    moved on by the length of the gap, one that it repeats is the first. BadInput for what is no rule.
    """
    from dateutil.rrule import rrulestr  # type: ignore[import-untyped]  # the library ships no types

    try:
        found = rrulestr(rule, dtstart=datetime.fromisoformat(starts))
    except (ValueError, TypeError) as error:
        raise BadInput(f"`{rule}` is no RRULE: {error}", "write it as FREQ=WEEKLY;BYDAY=MO (RFC 5545)") from error
    low = after.astimezone(zone).replace(tzinfo=None)
    instants: list[datetime] = []
    for local in found.xafter(low, inc=True):
        instant = local.replace(tzinfo=zone).astimezone(UTC)
        if instant > until or len(instants) == MOST:
            break
        if instant > after:
            instants.append(instant)
    return tuple(instants)
