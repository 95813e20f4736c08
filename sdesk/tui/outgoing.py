"""What is written and chosen in the editor as plain values: kept with a draft, reviewed, made into an action. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sdesk.domain.duration import parse_duration
from sdesk.domain.errors import BadInput, about
from sdesk.domain.inbound import Mailbox
from sdesk.domain.instant import Day, parse_until
from sdesk.domain.mailboxes import parse_mailboxes, written
from sdesk.domain.outgoing import Party
from sdesk.domain.safe_text import neutralise
from sdesk.domain.ticket import Direction, Status
from sdesk.store.reader.rows import MessageRow, TicketRow
from sdesk.tui.language import N_, _, count_of
from sdesk.tui.render.signals import end_text, size_text

MOST_QUOTED = 40
"""Lines of a message that are put in as a quotation: the last ones."""


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


LABELS: Mapping[Then, str] = {
    Then.SEND: N_("send"),
    Then.REQUESTER: N_("wait: requester"),
    Then.SUPPLIER: N_("a supplier"),
    Then.DATE: N_("a date"),
    Then.RESOLVE: N_("resolve"),
}
"""As they stand in a row: `wait` is said once, and meant of the next two as well."""


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
            "then": self.then.value,
            "until": self.until,
            "spent": self.spent,
            "phone": self.phone,
        }
        return {name: value for name, value in found.items() if value}


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
                raise BadInput(_("a wait for a date needs the date"), _("write it into Until, as tomorrow 10:00"))
            return None
        until = parse_until(beside.until, now=now, zone=zone)
        if (until.date < now.astimezone(zone).date()) if isinstance(until, Day) else until <= now:
            raise BadInput(_("`{until}` is past").format(until=beside.until.strip()), _("wait until what is to come"))
        return until


def action_of(text: str, beside: Beside, *, note: bool, now: datetime, zone: ZoneInfo) -> tuple[str, dict[str, Any]]:
    """The action and its values, but for the files. BadInput where there is no text, or a field is wrong."""
    with about("text"):
        if not text.strip():
            raise BadInput(_("Nothing is written yet"))
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
            raise BadInput(_("What was told by phone resolves nothing yet"), _("keep it, then close the ticket"))
        return "close", values
    if beside.then.waits:
        values["waiting_for"] = beside.then.value
    if until is not None:
        values["until"] = until
    return "reply", values


def review(row: TicketRow, beside: Beside, sizes: Sequence[int], *, note: bool, now: datetime, zone: ZoneInfo) -> str:
    """What will go where, and what follows, in one line; what is wrong in a field is said there, and left out here."""
    if note:
        parts = [_("INTERNAL NOTE: stays at the desk")]
    elif beside.phone:
        parts = [_("Told by phone: no mail goes")]
    else:
        parts = [_("To: {whom}").format(whom=_whom(row))]
        try:
            copies = ", ".join(written(box) for box in parse_mailboxes(beside.cc))
        except BadInput:
            copies = "?"
        if copies:
            parts.append(_("Cc: {whom}").format(whom=copies))
    if sizes:
        parts.append(count_of("{count} file", "{count} files", len(sizes)) + f" {size_text(sum(sizes))}")
    if not note:
        parts.append(_follows(row, beside, now, zone))
    return "; ".join(parts)


def _whom(row: TicketRow) -> str:
    if not row.requester_email:
        return _("nobody: the requester has no address")
    return written(Mailbox(row.requester_email, row.requester_name or ""))


def _follows(row: TicketRow, beside: Beside, now: datetime, zone: ZoneInfo) -> str:
    if beside.then is Then.RESOLVE:
        return _("then it is resolved")
    if beside.then.waits:
        try:
            until = end_of_wait(beside, now, zone)
        except BadInput:
            return _("then it waits until ?")
        if until is None:
            return _("then it waits as long as the team does")
        when = end_text(until, now, zone)
        return _("then it waits until {when}").format(when=when)
    if row.status is Status.NEW and row.assignee is None:
        return _("then it is yours, and open")
    return _("it stays {status}").format(status=_(row.status.value))


def last_of_requester(messages: Sequence[MessageRow]) -> MessageRow | None:
    """What the requester's side said last, of those who take part."""
    return next(
        (
            message
            for message in reversed(messages)
            if message.direction is Direction.IN and message.party is Party.REQUESTER and message.takes_part
        ),
        None,
    )


def first_copies(messages: Sequence[MessageRow], row: TicketRow, own: Collection[str]) -> str:
    """Who had a copy of the requester's last mail, as the field begins. `own`: those of the desk, in small letters."""
    last = last_of_requester(messages)
    if last is None:
        return ""
    hidden = {*own, (row.requester_email or "").lower()}
    boxes: dict[str, Mailbox] = {}
    for address, name in ((last.author_address, last.author_name), *last.cc):
        if "@" in address and address.lower() not in hidden:
            boxes.setdefault(address.lower(), Mailbox(address, name))
    return ", ".join(written(box) for box in boxes.values())


def quotation(messages: Sequence[MessageRow]) -> str:
    """The requester's last words, each line behind `> `: of a long message its end."""
    last = last_of_requester(messages)
    lines = neutralise(last.text).strip("\n").split("\n") if last is not None and last.text.strip() else []
    cut = len(lines) > MOST_QUOTED
    return "\n".join([*(["> ..."] if cut else []), *(f"> {line}".rstrip() for line in lines[-MOST_QUOTED:])])
