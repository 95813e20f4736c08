"""What an editor begins with, and what it says of what goes out. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sdesk.domain.beside import Beside, Then, end_of_wait
from sdesk.domain.errors import BadInput
from sdesk.domain.inbound import Mailbox
from sdesk.domain.mailboxes import parse_mailboxes, written
from sdesk.domain.outgoing import Party
from sdesk.domain.safe_text import neutralise
from sdesk.domain.ticket import Direction, Status
from sdesk.store.reader.detail_rows import MessageRow
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.language import N_, _, count_of
from sdesk.tui.render.signals import end_text, size_text

MOST_QUOTED = 40
"""Lines of a message that are put in as a quotation: the last ones."""


LABELS: Mapping[Then, str] = {
    Then.SEND: N_("send"),
    Then.REQUESTER: N_("wait: requester"),
    Then.SUPPLIER: N_("a supplier"),
    Then.DATE: N_("a date"),
    Then.RESOLVE: N_("resolve"),
}
"""As they stand in a row: `wait` is said once, and meant of the next two as well."""


def review(
    row: TicketRow,
    beside: Beside,
    sizes: Sequence[int],
    *,
    note: bool,
    now: datetime,
    zone: ZoneInfo,
    messages: Sequence[MessageRow] = (),
) -> str:
    """What will go where, and what follows, in one line; what is wrong in a field is said there, and left out here."""
    if note:
        parts = [_("INTERNAL NOTE: stays at the desk")]
    elif beside.phone:
        parts = [_("Told by phone: no mail goes")]
    else:
        parts = [_("To: {whom}").format(whom=_whom(row, messages))]
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


def _whom(row: TicketRow, messages: Sequence[MessageRow]) -> str:
    if not row.requester_email:
        return _("nobody: the requester has no address")
    return written(Mailbox(row.requester_email, addressee(row, messages)))


def addressee(row: TicketRow, messages: Sequence[MessageRow]) -> str:
    """The name of who is answered: as he wrote it last; the register's may be that of a shop where many work."""
    last = last_of_requester(messages)
    if last is not None and last.author_name and last.author_address.lower() == (row.requester_email or "").lower():
        return last.author_name
    return row.requester_name or ""


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
