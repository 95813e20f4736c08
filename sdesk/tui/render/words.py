"""The desk's own words as people read them: statuses and their like, and lengths of time."""

from __future__ import annotations

from enum import StrEnum

from sdesk.domain.duration import format_exact, format_working
from sdesk.domain.phrase import UNITS, Length
from sdesk.tui.language import N_, NC_, _, in_context

WORDS = (
    *(N_("new"), N_("open"), N_("waiting"), N_("resolved"), N_("closed"), N_("merged"), N_("spam")),
    *(N_("requester"), N_("supplier"), N_("date"), N_("approval")),
    *(N_("asked"), N_("approved"), N_("refused"), N_("cancelled")),
    *(N_("extensive"), N_("significant"), N_("moderate"), N_("minor")),
    *(N_("critical"), N_("high"), N_("medium"), N_("low")),
    *(N_("mail"), N_("form"), N_("phone"), N_("cli"), N_("console"), N_("portal"), N_("event"), N_("import")),
    *(N_("related"), N_("follows"), N_("copy"), N_("merged into"), N_("part of")),
    *(N_("agent"), N_("lead"), N_("admin"), N_("auditor")),
    *(N_("sla"), N_("loss"), N_("priority"), N_("age")),
    *(N_("first response"), N_("next reply"), N_("resolution")),
    *(
        N_("team"),
        N_("service"),
        N_("unit"),
        N_("equipment"),
        N_("wait"),
        N_("channel"),
        N_("impact"),
        N_("urgency"),
        N_("nobody"),
    ),
)
"""The texts of the enumerations that are shown: the same as in the store and on the command line."""


def word(value: StrEnum) -> str:
    """A word of an enumeration, as `word(Status.NEW)`."""
    return _(value.value.replace("_", " "))


_WAITED_FOR = {
    "requester": NC_("wait for", "requester"),
    "supplier": NC_("wait for", "supplier"),
    "date": NC_("wait for", "a date"),
    "approval": NC_("wait for", "an approval"),
}
_BY_CHANNEL = {
    "mail": N_("by mail"),
    "form": N_("by form"),
    "phone": N_("by phone"),
    "cli": N_("by cli"),
    "console": N_("by console"),
    "portal": N_("by portal"),
    "event": N_("by event"),
    "import": N_("by import"),
}


_SCORES = {5: N_("very good"), 4: N_("good"), 3: N_("so-so"), 2: N_("bad"), 1: N_("very bad")}


def score_text(score: int) -> str:
    """An answer to the question how it was, in a word or two."""
    return _(_SCORES[score]) if score in _SCORES else str(score)


def waited_for(value: str) -> str:
    """Whom or what a ticket waits for, behind `waiting for`."""
    return in_context("wait for", _WAITED_FOR[value]) if value in _WAITED_FOR else value


def channel_text(value: str) -> str:
    """How a ticket came: `by mail`."""
    return _(_BY_CHANNEL[value]) if value in _BY_CHANNEL else value


def length_text(seconds: int) -> str:
    """Working time, rounded towards zero: `42s` under 2 minutes, `18m`, `2h`, `3h40m`, `36h`, `-47m`."""
    return in_units(format_working(seconds))


def exact_length_text(seconds: int) -> str:
    """Working time to the second: `2h00m05s`."""
    return in_units(format_exact(seconds))


def in_units(written: str) -> str:
    """A length as the command line writes it (`3h40m`), with the letters of the language: the same width."""
    # The catalogue has one letter each for weeks, days, hours, minutes, seconds.
    letters = _("wdhms")
    return Length(written).said(lambda units: letters if units == UNITS else units)
