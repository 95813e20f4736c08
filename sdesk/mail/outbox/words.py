"""Instants and attributions in the words of a language: English and Russian; another gets the English ones."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

_WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "ru": ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"),
}
_MONTHS = {
    "en": (
        *("January", "February", "March", "April", "May", "June", "July"),
        *("August", "September", "October", "November", "December"),
    ),
    "ru": (
        *("января", "февраля", "марта", "апреля", "мая", "июня", "июля"),
        *("августа", "сентября", "октября", "ноября", "декабря"),
    ),
}
_SHORT_WEEKDAYS = {"ru": ("пн", "вт", "ср", "чт", "пт", "сб", "вс")}
_ZONES = {"ru": {"MSK": "МСК"}}
"""Names of zones that a language writes in letters of its own."""


ANSWERS = {
    "en": {5: "very good", 4: "good", 3: "so-so", 2: "bad", 1: "very bad"},
    "ru": {5: "отлично", 4: "хорошо", 3: "так себе", 2: "плохо", 1: "очень плохо"},
}
"""How it was, in a word or two."""


def local(instant: datetime, zone: ZoneInfo, language: str) -> str:
    """`Tuesday 24 November 2026, 12:00 CET` in the desk's zone, whose name is said: the reader may sit in another."""
    there = instant.astimezone(zone)
    words = language if language in _MONTHS else "en"
    weekday, month = _WEEKDAYS[words][there.weekday()], _MONTHS[words][there.month - 1]
    if words == "ru":
        return f"{weekday}, {there.day} {month} {there.year} г., {there:%H:%M} ({_zone(there, words)})"
    return f"{weekday} {there.day} {month} {there.year}, {there:%H:%M} {_zone(there, words)}"


def day_and_time(instant: datetime, zone: ZoneInfo, language: str) -> str:
    """`Tue 24 November, 12:00` in the desk's zone: short, for whoever knows where the desk is."""
    there = instant.astimezone(zone)
    words = language if language in _MONTHS else "en"
    weekday, month = _WEEKDAYS[words][there.weekday()], _MONTHS[words][there.month - 1]
    short = _SHORT_WEEKDAYS["ru"][there.weekday()] if words == "ru" else weekday[:3]
    return f"{short}{',' if words == 'ru' else ''} {there.day} {month}, {there:%H:%M}"


def _zone(there: datetime, language: str) -> str:
    """What people call the zone at that instant: `CET`, `МСК`; `UTC+4` where it has no letters."""
    name = there.tzname() or "UTC"
    if name[0] in "+-":
        hours, minutes = name[:1] + name[1:3].lstrip("0"), name[3:5]
        return f"UTC{hours}" + (f":{minutes}" if minutes else "")
    return _ZONES.get(language, {}).get(name, name)


def attribution(author: str, at: datetime, zone: ZoneInfo, language: str) -> str:
    """The line above a quotation; readers' programs know its form and fold what follows."""
    there = at.astimezone(zone)
    if language == "ru":
        return f"{there:%d.%m.%Y %H:%M}, {author} пишет:"
    weekday, month = _WEEKDAYS["en"][there.weekday()][:3], _MONTHS["en"][there.month - 1][:3]
    return f"On {weekday}, {there.day} {month} {there.year} at {there:%H:%M}, {author} wrote:"
