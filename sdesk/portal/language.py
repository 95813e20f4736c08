"""What a visitor reads, in his language: texts of the catalogue that the console has too, and instants in words."""

from __future__ import annotations

import gettext
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import sdesk
from sdesk.domain.errors import SdeskError
from sdesk.domain.phrase import Phrase
from sdesk.mail.outbox.words import day_and_time, local

LANGUAGES = {"en": "English", "ru": "Русский"}
"""What the portal speaks, each in its own name; the first is what its texts are written in."""

_LOCALE = Path(sdesk.__file__).parent / "tui" / "locale"
"""The program has one catalogue a language; it stands with the console."""


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == next(iter(LANGUAGES)):
        return gettext.NullTranslations()
    return gettext.translation("sdesk", localedir=_LOCALE, languages=[language])


class Speech:
    """One language at one instant, in the desk's zone."""

    def __init__(self, language: str, zone: ZoneInfo, now: datetime) -> None:
        self.language = language
        self.zone = zone
        self.now = now
        self._texts = _catalogue(language)

    def say(self, text: str, **values: object) -> str:
        """A text with its values put in."""
        # Of the empty text a catalogue gives its own head (gettext's convention).
        found = self._texts.gettext(text) if text else text
        return found.format(**values) if values else found

    def count_of(self, one: str, many: str, count: int) -> str:
        """One of a count, with `{count}` filled in."""
        return self._texts.ngettext(one, many, count).format(count=count)

    def told(self, text: str) -> str:
        """What a lower room said: a phrase in this language, any other text as it is."""
        return text.said(self._texts.gettext, self._texts.ngettext) if isinstance(text, Phrase) else text

    def told_error(self, error: SdeskError) -> str:
        """What went wrong and what to do, as sentences."""
        said = [self.told(part) for part in (error.what, error.remedy) if part]
        return " ".join(f"{part[:1].upper()}{part[1:]}." for part in said)

    def when(self, instant: datetime) -> str:
        """`today, 14:00`, `tomorrow, 10:00`, `Tue 24 November, 12:00`; of another year, with the year."""
        _ = self.say
        there, here = instant.astimezone(self.zone), self.now.astimezone(self.zone)
        time = f"{there:%H:%M}"
        if there.date() == here.date():
            return _("today, {time}", time=time)
        if there.date() == here.date() + timedelta(days=1):
            return _("tomorrow, {time}", time=time)
        if there.date() == here.date() - timedelta(days=1):
            return _("yesterday, {time}", time=time)
        if abs(there - here) > timedelta(days=300):
            return local(instant, self.zone, self.language)
        return day_and_time(instant, self.zone, self.language)


def preferred(accepted: str) -> str | None:
    """The language that a browser likes best of those that there are (RFC 9110 12.5.4); None for none of them."""
    wishes: list[tuple[float, int, str]] = []
    for place, part in enumerate(accepted[:500].split(",")):
        tag, _, rest = part.strip().partition(";")
        code = tag.partition("-")[0].strip().lower()
        weight = rest.strip().removeprefix("q=")
        try:
            wishes.append((-(float(weight) if rest else 1.0), place, code))
        except ValueError:
            continue
    return next((code for weight, _, code in sorted(wishes) if code in LANGUAGES and weight < 0), None)
