"""An invitation to a meeting (RFC 5545, sent by RFC 6047) in words: what, when, where, who.

Only the few lines that a person asks for are read, and nothing is worked out: the times are the invitation's own, in
its own zone, and how it repeats is told as far as that is one short phrase. So no calendar library is needed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sdesk.domain.safe_text import neutralise, one_line

_LONGEST = 200_000
"""Bytes of a calendar that are looked at."""
_LONGEST_VALUE = 500
_LONGEST_DESCRIPTION = 5_000
_MOST_PEOPLE = 10
_FOLD = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(r'([A-Za-z0-9-]{1,60})((?:;[^=:;"]{1,60}=(?:"[^"]{0,1000}"|[^";:]{0,1000})){0,30}):(.*)')
_PARAMETER = re.compile(r';([^=:;"]+)=("[^"]*"|[^";:]*)')
_ESCAPED = re.compile(r"\\([\\;,nN])")
_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?\Z", re.ASCII)
_DURATION = re.compile(
    r"\+?P(?:(\d{1,3})W|(?:(\d{1,3})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:\d{1,5}S)?)?)\Z", re.ASCII
)
_RULE = re.compile(r"(FREQ|INTERVAL|COUNT|UNTIL|BYDAY)=([A-Z0-9,+-]{1,60})")

_HEADS = {
    "request": "Invitation",
    "publish": "Event",
    "cancel": "Cancelled",
    "reply": "Answer to an invitation",
    "counter": "Another time is proposed for",
    "declinecounter": "The other time is declined for",
    "add": "Added to a series",
    "refresh": "The latest version is asked for",
}
_ANSWERS = {"accepted": "accepts", "declined": "declines", "tentative": "accepts tentatively", "delegated": "delegates"}
_UNITS = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class _Property:
    """A content line."""

    value: str
    parameters: dict[str, str]


@dataclass(frozen=True, slots=True)
class _When:
    """A point in time as it is written."""

    at: datetime
    whole_day: bool
    zone: str

    def __str__(self) -> str:
        day = f"{_WEEKDAYS[self.at.weekday()]}, {self.at.day} {_MONTHS[self.at.month - 1]} {self.at.year}"
        return day if self.whole_day else f"{day}, {self.at:%H:%M}"


def in_words(calendar: str, method: str = "", *, described: bool) -> str:
    """The first event of a calendar in a few lines; empty where it is no invitation (without METHOD, or without any
    event).

    `method` is what the part's Content-Type says, for a calendar that does not say it itself. `described` asks for the
    description too, which the mail's text mostly repeats. Never raises, whatever the text.
    """
    said, event, more = _first_event(calendar[:_LONGEST])
    method = said or method.strip().lower()
    if method not in _HEADS or not event:
        return ""
    lines = [f"{_HEADS[method]}: {_text(event, 'SUMMARY') or '(no subject)'}"]
    if method in ("reply", "counter"):
        lines += [_answer(each) for each in event.get("ATTENDEE", [])[:1]]
    lines += [f"{name}: {words}" for name, words in _facts(event, people=method not in ("reply", "counter")) if words]
    if more:
        lines.append(f"({more} more in the attachment)")
    description = neutralise(_unescaped(_value(event, "DESCRIPTION"))).strip()[:_LONGEST_DESCRIPTION]
    if described and description:
        lines += ["", description]
    return "\n".join(lines)


def _facts(event: dict[str, list[_Property]], *, people: bool) -> list[tuple[str, str]]:
    attendees = [_person(each) for each in event.get("ATTENDEE", [])[:_MOST_PEOPLE]] if people else []
    left = len(event.get("ATTENDEE", [])) - _MOST_PEOPLE
    if people and left > 0:
        attendees.append(f"and {left} more")
    return [
        ("When", _when(event)),
        ("Repeats", _repeats(_value(event, "RRULE"))),
        ("Where", _text(event, "LOCATION")),
        ("Organizer", ", ".join(_person(each) for each in event.get("ORGANIZER", [])[:1])),
        ("Invited", ", ".join(attendees)),
    ]


def _first_event(calendar: str) -> tuple[str, dict[str, list[_Property]], int]:
    """(method in lower case, the properties of the first event by name, how many events follow)."""
    method, within, events = "", 0, 0
    found: dict[str, list[_Property]] = {}
    for line in _FOLD.sub("", calendar).splitlines():
        begins = line.upper().startswith("BEGIN:")
        if line.upper().rstrip() in ("BEGIN:VEVENT", "BEGIN:VTODO"):
            events, within = events + 1, 1
            continue
        if begins or line.upper().startswith("END:"):
            # An alarm within an event has a description and a duration of its own.
            within = within + (1 if begins else -1) if within else 0
            continue
        match = _LINE.match(line) if len(line) <= 20_000 else None
        if match is None:
            continue
        name = match[1].upper()
        if within == 1 and events == 1:
            found.setdefault(name, []).append(_Property(match[3], _parameters(match[2])))
        elif not within and name == "METHOD" and not method:
            method = match[3].strip().lower()
    return method, found, max(0, events - 1)


def _parameters(raw: str) -> dict[str, str]:
    return {name.upper(): value.strip('"') for name, value in _PARAMETER.findall(raw)}


def _value(event: dict[str, list[_Property]], name: str) -> str:
    return event[name][0].value if name in event else ""


def _text(event: dict[str, list[_Property]], name: str) -> str:
    return one_line(_unescaped(_value(event, name)))[:_LONGEST_VALUE]


def _unescaped(value: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def _person(each: _Property) -> str:
    address = one_line(re.sub(r"(?i)\Amailto:", "", each.value.strip()))[:_LONGEST_VALUE]
    name = one_line(each.parameters.get("CN", ""))[:_LONGEST_VALUE]
    return f"{name} <{address}>" if name and name.lower() != address.lower() else address


def _answer(each: _Property) -> str:
    status = each.parameters.get("PARTSTAT", "").lower()
    return f"{_person(each)} {_ANSWERS.get(status, 'answers')}"


def _when(event: dict[str, list[_Property]]) -> str:
    start = _stamp(event, "DTSTART") or _stamp(event, "DUE")
    if start is None:
        return ""
    end = _end(event, start)
    zone = f" ({start.zone})" if start.zone and not start.whole_day else ""
    if end is None or end.at <= start.at:
        return f"{start}{zone}"
    if end.at.date() == start.at.date():
        return f"{start} to {end.at:%H:%M}{zone}"
    other = f" ({end.zone})" if end.zone and end.zone != start.zone and not end.whole_day else ""
    return f"{start}{zone if other else ''} to {end}{other or zone}"


def _end(event: dict[str, list[_Property]], start: _When) -> _When | None:
    end = _stamp(event, "DTEND")
    try:
        if end is None:
            lasts = _DURATION.match(_value(event, "DURATION").strip().upper())
            if lasts is None:
                return None
            weeks, days, hours, minutes = (int(part or 0) for part in lasts.groups())
            span = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)
            end = _When(start.at + span, start.whole_day, start.zone)
        # The end of whole days is the day behind them.
        return _When(end.at - timedelta(days=1), True, "") if end.whole_day else end
    except OverflowError:
        return None


def _stamp(event: dict[str, list[_Property]], name: str) -> _When | None:
    if name not in event:
        return None
    written = event[name][0]
    found = _STAMP.match(written.value.strip())
    if found is None:
        return None
    year, month, day, hour, minute, utc = found.groups()
    try:
        at = datetime.combine(date(int(year), int(month), int(day)), datetime.min.time())
        at = at.replace(hour=int(hour or 0), minute=int(minute or 0))
    except ValueError:  # the 31st of February
        return None
    zone = "UTC" if utc else one_line(written.parameters.get("TZID", ""))[:100]
    return _When(at, hour is None, zone)


def _repeats(rule: str) -> str:
    if not rule:
        return ""
    parts = dict(_RULE.findall(rule.upper()[:_LONGEST_VALUE]))
    unit = _UNITS.get(parts.get("FREQ", ""))
    if unit is None:
        return one_line(rule)[:_LONGEST_VALUE]
    every = parts.get("INTERVAL", "1")
    words = f"every {unit}" if every == "1" else f"every {every} {unit}s"
    if "COUNT" in parts:
        words += f", {parts['COUNT']} times"
    until = _STAMP.match(parts.get("UNTIL", ""))
    if until is not None:
        words += f", until {until[1]}-{until[2]}-{until[3]}"
    return words
