"""What is chosen beside the words of a message: kept with its draft, made into the action that says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sdesk.domain.duration import parse_duration
from sdesk.domain.errors import BadInput, about
from sdesk.domain.instant import Day, parse_until
from sdesk.domain.mailboxes import parse_mailboxes, written
from sdesk.domain.phrase import phrase


class Then(StrEnum):
    """What becomes of the ticket with an answer."""

    SEND = "send"
    REQUESTER = "requester"
    SUPPLIER = "supplier"
    DATE = "date"
    RESOLVE = "resolve"

    @property
    def waits(self) -> bool:
        """Whether the ticket then waits."""
        return self in {Then.REQUESTER, Then.SUPPLIER, Then.DATE}


@dataclass(frozen=True, slots=True)
class Beside:
    """What is chosen beside the words, as it was typed."""

    cc: str = ""
    files: tuple[str, ...] = ()
    """Absolute paths."""
    then: Then = Then.SEND
    until: str = ""
    spent: str = ""
    phone: bool = False
    """It was told by phone: it is written down, and no mail goes."""

    def kept(self) -> dict[str, Any]:
        """As a draft keeps it: only what was chosen."""
        found: dict[str, Any] = {
            "cc": self.cc,
            "files": list(self.files),
            "then": self.then.value if self.then is not Then.SEND else "",
            "until": self.until,
            "spent": self.spent,
            "phone": self.phone,
        }
        return {name: value for name, value in found.items() if value}

    def joined(self, other: Beside) -> Beside:
        """Beside the words of both: how they are said, and what follows, is chosen here; the other adds whom and what.

        A default was chosen too: an answer by mail is no call because other words beside it were one.
        """
        copies = self.cc if self.phone else _both(other.cc, self.cc)
        return replace(self, cc=copies, files=tuple(dict.fromkeys((*other.files, *self.files))))


def _both(one: str, other: str) -> str:
    """Two lines of mailboxes in one, each once; one that is not typed to its end stands as it is."""
    line = ", ".join(filter(None, (one, other)))
    try:
        return ", ".join(written(box) for box in parse_mailboxes(line))
    except BadInput:
        return line


def beside_of(kept: Mapping[str, Any]) -> Beside:
    """What a draft has kept; another version of the program may have kept more, or less."""
    words = {name: str(kept.get(name) or "") for name in ("cc", "until", "spent")}
    then = kept.get("then")
    files = kept.get("files")
    return Beside(
        **words,
        files=tuple(map(str, files)) if isinstance(files, list) else (),
        then=Then(then) if then in list(Then) else Then.SEND,
        phone=kept.get("phone") is True,
    )


def seconds_spent(text: str) -> int:
    """Seconds of `15m`, `1h30m`, or `15`, which is minutes; 0 for nothing. BadInput."""
    found = text.strip()
    if not found:
        return 0
    return parse_duration(f"{found}m" if found.isascii() and found.isdigit() else found)


def end_of_wait(beside: Beside, now: datetime, zone: ZoneInfo) -> datetime | Day | None:
    """When the wait ends by itself; None: as the team waits. BadInput."""
    with about("until"):
        if not beside.then.waits or not beside.until.strip():
            if beside.then is Then.DATE:
                raise BadInput(
                    phrase("a wait for a date needs the date"), phrase("write it into Until, as tomorrow 10:00")
                )
            return None
        until = parse_until(beside.until, now=now, zone=zone)
        if (until.date < now.astimezone(zone).date()) if isinstance(until, Day) else until <= now:
            raise BadInput(
                phrase("`{until}` is past", until=beside.until.strip()), phrase("wait until what is to come")
            )
        return until


def action_of(text: str, beside: Beside, *, note: bool, now: datetime, zone: ZoneInfo) -> tuple[str, dict[str, Any]]:
    """The action and its values, but for the files. BadInput where there is no text, or a field is wrong."""
    with about("text"):
        if not text.strip():
            raise BadInput(phrase("Nothing is written yet"))
    values: dict[str, Any] = {"text": text.strip()}
    with about("spent"):
        if spent := seconds_spent(beside.spent):
            values["spent"] = spent
    if note:
        return "note", values
    with about("cc"):
        if beside.phone:
            values["phone"] = True
        elif boxes := parse_mailboxes(beside.cc):
            values["cc"] = tuple(written(box) for box in boxes)
    until = end_of_wait(beside, now, zone)
    if beside.then is Then.RESOLVE:
        if beside.phone:
            raise BadInput(
                phrase("What was told by phone resolves nothing yet"), phrase("keep it, then close the ticket")
            )
        return "close", values
    if beside.then.waits:
        values["waiting_for"] = beside.then.value
    if until is not None:
        values["until"] = until
    return "reply", values
