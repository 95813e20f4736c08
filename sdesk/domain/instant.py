"""Instants as people and programs write them: `tomorrow 10:00`, `пт 12:00`, `-7d`, RFC 3339.

All results are UTC, whole seconds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from sdesk.domain.duration import parse_duration
from sdesk.domain.errors import BadInput
from sdesk.domain.phrase import noun, phrase

_WEEKDAYS = (
    ("monday", "mon", "понедельник", "пн"),
    ("tuesday", "tue", "вторник", "вт"),
    ("wednesday", "wed", "среда", "среду", "ср"),
    ("thursday", "thu", "четверг", "чт"),
    ("friday", "fri", "пятница", "пятницу", "пт"),
    ("saturday", "sat", "суббота", "субботу", "сб"),
    ("sunday", "sun", "воскресенье", "вс"),
)
"""From Monday on: the names of each day, in the languages that the desk speaks."""
_NUMBER_OF_DAY = {name: number for number, names in enumerate(_WEEKDAYS) for name in names}
_FROM_TODAY = {
    "yesterday": -1,
    "today": 0,
    "tomorrow": 1,
    "вчера": -1,
    "сегодня": 0,
    "завтра": 1,
    "послезавтра": 2,
}
_NOW = {"now", "сейчас"}
# Texts, which `re` compiles when they are first needed, and keeps: who types no instant does not wait for them.
_ISO = (
    r"(?P<date>\d{4}-\d{2}-\d{2})"
    r"(?:[Tt ](?P<time>\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?) ?(?P<offset>[Zz]|[+-]\d{2}:?\d{2})?)?"
)
_DAY_AND_TIME = r"(?:(?:on|at|в|во) )?(?P<day>[a-zа-яё]+)?(?:(?: at| в)? ?(?P<time>\d{1,2}:\d{2}))?"
_FROM_NOW = r"(?P<sign>[+-]?)(?P<length>(?:\d+[wdhmsндчмс])+)"


def parse_instant(text: str, *, now: datetime, zone: tzinfo, past: bool = False) -> datetime:
    """The instant that `text` names.

    An ISO 8601 date or date-time; a length from now (`2h`, `-7d`); `today`, `tomorrow` or a weekday, with a time or
    without (midnight); or a time alone. The words are English or Russian.

    What says no offset is in `zone`. A weekday and a time alone are the next instant of that name (`fri 12:00` on a
    Friday morning is today), with `past` the last one (`--since fri`). A local time that the zone skips is moved on by
    the length of the gap, one that it repeats is the first. BadInput for anything else.
    """
    written = " ".join(text.strip().lower().split())
    try:
        local = now.astimezone(zone)
        found = _parse_iso(written, zone) or _from_now(written, now) or _parse_day(written, local, zone, past=past)
        if found is not None:
            return found.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError) as error:
        raise _no_instant(text) from error
    raise _no_instant(text)


@dataclass(frozen=True, slots=True)
class Day:
    """A day without a time. Who waits until it means its morning: when the hours begin, by the calendar that counts."""

    date: date

    def begins(self, zone: tzinfo) -> datetime:
        """Its first instant there, in UTC."""
        return datetime.combine(self.date, time(), zone).astimezone(UTC)

    def ends(self, zone: tzinfo) -> datetime:
        """Its last second there, in UTC: the one before the next day begins, however many hours it has."""
        if self.date == date.max:  # after the last day of all there is no other
            return datetime.max.replace(microsecond=0, tzinfo=UTC)
        return Day(self.date + timedelta(days=1)).begins(zone) - timedelta(seconds=1)


def parse_until(text: str, *, now: datetime, zone: tzinfo, past: bool = False) -> datetime | Day:
    """Until when something lasts: the instant, as `parse_instant` reads it, or the day, where no time is said.

    `tomorrow`, `fri` and `2026-11-27` are days; `tomorrow 10:00`, `2d` and `10:00` are instants. BadInput.
    """
    instant = parse_instant(text, now=now, zone=zone, past=past)
    written = " ".join(text.strip().lower().split())
    iso, named = _matched(_ISO, written), _matched(_DAY_AND_TIME, written)
    is_day = iso["time"] is None if iso else named is not None and named["time"] is None and written not in _NOW
    return Day(instant.astimezone(zone).date()) if is_day else instant


def to_rfc3339(instant: datetime) -> str:
    """`2026-11-23T09:30:00Z`: UTC, whole seconds. ValueError without an offset, which would be a bug."""
    if instant.tzinfo is None:
        raise ValueError("an instant without an offset")
    return instant.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def weekday_and_time(instant: datetime, zone: tzinfo) -> str:
    """`Fri 2026-11-27 12:00`: how a command says which instant it took somebody's words for."""
    local = instant.astimezone(zone)
    day = noun(_WEEKDAYS[local.weekday()][1].capitalize())
    # Values are texts: a sentence of the desk is kept with them, to be said later.
    when = f"{local:%Y-%m-%d %H:%M}"
    return phrase("{weekday} {when}", weekday=day, when=when)


def from_rfc3339(text: str) -> datetime:
    """The instant of an RFC 3339 date-time with any offset, in UTC, fractions of a second dropped. Else BadInput."""
    match = _matched(_ISO, text)
    try:
        if match is None or match["offset"] is None:
            raise ValueError("no date-time with an offset")
        return _combine(match, UTC).astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError) as error:
        raise BadInput(
            phrase("`{text}` is no date-time of RFC 3339", text=text), phrase("write it as 2026-11-23T09:30:00Z")
        ) from error


def _parse_iso(written: str, zone: tzinfo) -> datetime | None:
    match = _matched(_ISO, written)
    return None if match is None else _combine(match, zone)


def _combine(match: re.Match[str], zone: tzinfo) -> datetime:
    """ValueError where the numbers are no date or time."""
    offset = (match["offset"] or "").upper()
    hour, colon, rest = (match["time"] or "00:00").partition(":")
    moment = datetime.fromisoformat(f"{match['date']}T{hour:0>2}{colon}{rest}{offset}")
    return moment if offset else moment.replace(tzinfo=zone)


def _from_now(written: str, now: datetime) -> datetime | None:
    if written in _NOW:
        return now
    match = _matched(_FROM_NOW, written)
    if match is None:
        return None
    length = timedelta(seconds=parse_duration(match["length"]))
    return now - length if match["sign"] == "-" else now + length


def _parse_day(written: str, local: datetime, zone: tzinfo, *, past: bool) -> datetime | None:
    match = _matched(_DAY_AND_TIME, written)
    if match is None or not written:
        return None
    at = time.fromisoformat(match["time"].zfill(5)) if match["time"] else time()
    day = match["day"]
    if day is None:
        return _nearest(local, 0, 1, at, zone, past=past) if match["time"] else None
    if day in _FROM_TODAY:
        return datetime.combine(_later(local, _FROM_TODAY[day]), at, zone)
    if day in _NUMBER_OF_DAY:
        return _nearest(local, (_NUMBER_OF_DAY[day] - local.weekday()) % 7, 7, at, zone, past=past)
    return None


def _nearest(local: datetime, days: int, again: int, at: time, zone: tzinfo, *, past: bool) -> datetime:
    """The time of day that comes in `days` days, and each `again` days: the next one, or the last."""
    around = [datetime.combine(_later(local, days + turn), at, zone) for turn in (-again, 0, again)]
    # Compared as instants: on the day that a zone repeats an hour, wall times would mislead.
    if past:
        return max(each for each in around if each.timestamp() <= local.timestamp())
    return min(each for each in around if each.timestamp() > local.timestamp())


def _later(local: datetime, days: int) -> date:
    return local.date() + timedelta(days=days)


def _no_instant(text: str) -> BadInput:
    return BadInput(
        phrase("`{text}` is no point in time", text=text),
        phrase("write it as 2026-11-23 09:30, tomorrow 10:00, mon 09:00, 10:00, 2h or -7d"),
    )


def _matched(pattern: str, text: str) -> re.Match[str] | None:
    return re.fullmatch(pattern, text, re.ASCII)
