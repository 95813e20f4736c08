"""The acknowledgement of a new request: who answers and by when; or, in the history, why there is none."""

from __future__ import annotations

from sdesk.desk.opening import Work
from sdesk.desk.steps.history import record
from sdesk.desk.steps.outbox import ACKNOWLEDGE_AFTER, make_message_id, queue_mail, too_many_acknowledgements
from sdesk.desk.steps.tickets import Opened
from sdesk.domain.inbound import Mailbox
from sdesk.domain.outgoing import MailKind


def acknowledge(
    work: Work,
    opened: Opened,
    team_id: int,
    to: Mailbox | None,
    language: str | None,
    *,
    withheld: str | None = None,
) -> None:
    """Queue the mail, or write into the history why it is `withheld`: that, or what is found here."""
    if withheld is None and to is None:
        withheld = "the requester has no address"
    if withheld is None and to is not None:
        withheld = too_many_acknowledgements(work, to.address)
    if withheld is not None or to is None:
        record(work, opened.number, "acknowledgement_withheld", by="system", reason=withheld)
        return
    queue_mail(
        work,
        MailKind.ACKNOWLEDGEMENT if opened.incident is None else MailKind.KNOWN_INCIDENT,
        opened.number,
        message_id=make_message_id(work, opened.number, opened.token, team_id),
        to=[to],
        language=language or None,
        values={},
        delay=ACKNOWLEDGE_AFTER,
    )
