"""Lengths of time as people write them: `15m`, `1h30m`, `2w`."""

from __future__ import annotations

import re

from sdesk.domain.errors import BadInput
from sdesk.domain.phrase import UNITS, Length, phrase

_UNITS = {"w": 7 * 86_400, "d": 86_400, "h": 3600, "m": 60, "s": 1}
_DURATION = r"(?:(\d{1,9})w)?(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?"
RUSSIAN_LETTERS = "ндчмс"
"""The same units as they are written in Russian: `2д`, `1ч30м`."""
_LATIN = str.maketrans(RUSSIAN_LETTERS, UNITS)
_LONGEST = 20 * 366 * 86_400


def parse_duration(text: str, *, days: bool = True) -> int:
    """Seconds of `15m`, `2h`, `1h30m`, `3d`, `2w`; a day is 24 hours. The letters may be Russian.

    With `days=False` (SLA targets, which are working time) days and weeks are BadInput: nobody knows whether a
    working day or 24 hours are meant. So is anything longer than 20 years.
    """
    written = text.strip().lower().translate(_LATIN)
    match = re.fullmatch(_DURATION, written, re.ASCII)
    if match is None or not written:
        raise BadInput(
            phrase("`{text}` is no length of time", text=text),
            phrase("write it as 15m, 2h or 1h30m, 3d or 2w") if days else phrase("write it as 15m, 2h or 1h30m"),
        )
    weeks, whole_days = match[1], match[2]
    if not days and (weeks or whole_days):
        raise BadInput(
            phrase("`{text}`: working time has no days", text=text),
            phrase("write hours, as 9h for a working day of nine"),
        )
    seconds = sum(int(number) * size for number, size in zip(match.groups(), _UNITS.values(), strict=True) if number)
    if seconds > _LONGEST:
        raise BadInput(phrase("`{text}` is longer than 20 years", text=text), phrase("write a shorter time"))
    return seconds


def format_working(seconds: int) -> str:
    """Working time, rounded towards zero: `42s` under 2 minutes, `18m`, `2h`, `3h40m`, `36h`, `-47m`.

    Never days: a day of 24 hours says nothing about a calendar of nine. It is how a desk file writes a target.
    """
    sign, left = ("-", -seconds) if seconds < 0 else ("", seconds)
    if left < 120:
        return Length(f"{sign}{left}s")
    if left < 3600:
        return Length(f"{sign}{left // 60}m")
    minutes = left % 3600 // 60
    if left >= 86_400 or not minutes:
        return Length(f"{sign}{left // 3600}h")
    return Length(f"{sign}{left // 3600}h{minutes:02}m")


def write_duration(seconds: int, *, days: bool = True) -> str:
    """The same length as `parse_duration` reads it, to the second: `90m` is `1h30m`. No negative one."""
    pieces, left = "", seconds
    for unit, size in _UNITS.items():
        # Weeks are read; nobody writes a fortnight of reopening as anything but days.
        if unit != "w" and (days or unit != "d") and left >= size:
            pieces += f"{left // size}{unit}"
            left %= size
    return pieces or "0m"


def format_duration(seconds: int) -> str:
    """Time by the clock on the wall, in at most two units, rounded towards zero: `42s` under 2 minutes, `18m`, `3h40m`,
    `1d02h`, `-47m`."""
    sign, left = ("-", -seconds) if seconds < 0 else ("", seconds)
    if left < 120:
        return Length(f"{sign}{left}s")
    if left < 3600:
        return Length(f"{sign}{left // 60}m")
    if left < 86_400:
        return Length(f"{sign}{left // 3600}h{left % 3600 // 60:02}m")
    return Length(f"{sign}{left // 86_400}d{left % 86_400 // 3600:02}h")


def format_exact(seconds: int) -> str:
    """Every second of working time, which has no days: `0s`, `42s`, `15m`, `1h30m`, `27h`, `2h00m05s`."""
    if seconds < 0:
        return Length(f"-{format_exact(-seconds)}")
    hours, minutes, rest = seconds // 3600, seconds % 3600 // 60, seconds % 60
    if not hours and not minutes:
        return Length(f"{rest}s")
    tail = f"{rest:02}s" if rest else ""
    if not hours:
        return Length(f"{minutes}m{tail}")
    return Length(f"{hours}h{tail}" if not minutes and not rest else f"{hours}h{minutes:02}m{tail}")
