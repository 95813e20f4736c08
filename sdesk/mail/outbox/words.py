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


def local(instant: datetime, zone: ZoneInfo, language: str) -> str:
    """`Tuesday 24 November 2026, 12:00` in the desk's zone."""
    there = instant.astimezone(zone)
    words = language if language in _MONTHS else "en"
    weekday, month = _WEEKDAYS[words][there.weekday()], _MONTHS[words][there.month - 1]
    comma = "," if words == "ru" else ""
    return f"{weekday}{comma} {there.day} {month} {there.year}, {there:%H:%M}"


def attribution(author: str, at: datetime, zone: ZoneInfo, language: str) -> str:
    """The line above a quotation; readers' programs know its form and fold what follows."""
    there = at.astimezone(zone)
    if language == "ru":
        return f"{there:%d.%m.%Y %H:%M}, {author} пишет:"
    return f"On {there:%Y-%m-%d} at {there:%H:%M}, {author} wrote:"
