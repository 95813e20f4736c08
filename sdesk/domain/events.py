"""What machines say of their checks: down, up; how bad it is; and when a check flaps, or many of them are one storm."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from sdesk.domain.errors import BadInput
from sdesk.domain.phrase import phrase
from sdesk.domain.safe_text import cut_at_word, neutralise, one_line
from sdesk.domain.ticket import Urgency

LONGEST_SOURCE = 60
LONGEST_KEY = 250
LONGEST_SUBJECT = 250
LONGEST_TEXT = 20_000
"""Letters: what a plug-in prints when it breaks may have no end."""
_NUMBER = re.compile(r"\d+")


class CheckState(StrEnum):
    """How a check stands, as its monitoring system says."""

    DOWN = "down"
    UP = "up"


class Came(StrEnum):
    """What became of an event."""

    OPENED = "opened"
    """A ticket was opened for it."""
    ADDED = "added"
    """The ticket is open: it was noted there, or counted."""
    REOPENED = "reopened"
    """The ticket was resolved a short time ago, and is open again."""
    RESOLVED = "resolved"
    """The check is up again, and nobody had the ticket in hand."""
    NOTED = "noted"
    """The check is up again, and an agent decides what becomes of the ticket."""
    NOTHING = "nothing"
    """There was nothing to do."""


@dataclass(frozen=True, slots=True)
class Severity:
    """How bad an event is: how soon somebody must see to it, and whether anything stands still."""

    urgency: Urgency
    stands: bool


_CRITICAL = Severity(Urgency.CRITICAL, stands=True)
_HIGH = Severity(Urgency.HIGH, stands=True)
_AVERAGE = Severity(Urgency.MEDIUM, stands=True)
_WARNING = Severity(Urgency.MEDIUM, stands=False)
_INFORMATION = Severity(Urgency.LOW, stands=False)
SEVERITIES: dict[str, Severity] = {
    "critical": _CRITICAL,
    "disaster": _CRITICAL,
    "down": _CRITICAL,
    "emergency": _CRITICAL,
    "page": _CRITICAL,
    "high": _HIGH,
    "major": _HIGH,
    "error": _HIGH,
    "unreachable": _HIGH,
    "average": _AVERAGE,
    "unknown": _AVERAGE,
    "minor": _WARNING,
    "warning": _WARNING,
    "information": _INFORMATION,
    "info": _INFORMATION,
    "none": _INFORMATION,
    "not classified": _INFORMATION,
}
"""The words of Zabbix, Nagios, Icinga and of most rules of Prometheus, in small letters."""


def find_severity(text: str | None) -> Severity | None:
    """A severity as a monitoring system calls it, whatever its letters' case; None for a word that says nothing here:
    no alarm is lost for it.
    """
    return SEVERITIES.get(" ".join(text.lower().split())) if text else None


@dataclass(frozen=True, slots=True)
class MachineEvent:
    """One event: a check of a source is down, or up again."""

    source: str
    """Which system says so: `zabbix`."""
    key: str
    """Of which check, always the same: `web01:ping`."""
    state: CheckState
    subject: str = ""
    text: str = ""
    severity: Severity | None = None
    """None: as the service says."""


def machine_event(
    source: str,
    key: str,
    state: CheckState,
    *,
    subject: str = "",
    text: str = "",
    severity: Severity | None = None,
) -> MachineEvent:
    """An event as it was told, made harmless and no longer than may be. BadInput for what has no name."""
    source, key = " ".join(one_line(source).split()), short_key(key)
    for name, value in (("source", source), ("key", key)):
        if not value:
            raise BadInput(phrase("an event needs a {name}", name=name), phrase("give it with --{option}", option=name))
    if len(source) > LONGEST_SOURCE:
        raise BadInput(
            phrase("the source is longer than {most} letters", most=LONGEST_SOURCE),
            phrase("name the system alone, as zabbix"),
        )
    text = neutralise(text).strip("\n")
    if len(text) > LONGEST_TEXT:
        text = f"{text[:LONGEST_TEXT]}\n[...]"
    subject = cut_at_word(" ".join(one_line(subject).split()), LONGEST_SUBJECT)
    return MachineEvent(source, key, state, subject, text, severity)


def short_key(text: str) -> str:
    """A key in one line, whatever it was: one that is too long keeps its beginning, and stays its own."""
    text = " ".join(one_line(text).split())
    if len(text) <= LONGEST_KEY:
        return text
    return f"{text[: LONGEST_KEY - 20]}~{sha256(text.encode()).hexdigest()[:16]}"


def likeness(subject: str, text: str) -> str:
    """What two events that say the same have in common: `CPU 93 %` and `CPU 94 %` are no news to each other."""
    words = " ".join(_NUMBER.sub("0", f"{subject}\n{text}").split())
    return sha256(words.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class EventRule:
    """`[events]` of the desk file."""

    storm_from: int = 5
    """More event tickets than so many of one unit are one incident; 0: never."""
    storm_within: timedelta = timedelta(minutes=10)
    """Opened within which time."""
    flaps_from: int = 4
    """A check that came back down so often flaps; 0: none ever does."""
    flaps_within: timedelta = timedelta(minutes=30)
    """Each time within so long of the time before."""


def count_return(rule: EventRule, returns: int, last: datetime | None, at: datetime) -> int:
    """How often a check has come back down within a short time each, with now (`at`); `last`: when it did before."""
    return returns + 1 if last is not None and at - last <= rule.flaps_within else 1


def flaps(rule: EventRule, returns: int, last: datetime | None, at: datetime) -> bool:
    """Whether a check goes down and up so quickly that nothing should follow it by itself."""
    return bool(rule.flaps_from) and returns >= rule.flaps_from and last is not None and at - last <= rule.flaps_within
