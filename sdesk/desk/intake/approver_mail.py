"""An approver's mail, which answers the desk's question: one that says yes or no plainly decides, once.

Whatever else he writes is internal, as a supplier's words are: it decides nothing, and the team is told.
"""

from __future__ import annotations

from sdesk.desk.approvals import decide
from sdesk.desk.intake.follow_up import add_mail, arrived_late
from sdesk.desk.intake.incoming import Incoming
from sdesk.desk.intake.known import Thread
from sdesk.desk.intake.origin import Receipt
from sdesk.desk.opening import Work
from sdesk.desk.steps.approvals import APPROVER, is_same_person
from sdesk.desk.steps.clocks import settle
from sdesk.desk.steps.history import record
from sdesk.desk.steps.moves import require_id
from sdesk.desk.steps.notify import notify
from sdesk.desk.steps.outbox import read_message_id
from sdesk.desk.steps.tokens import is_key_of
from sdesk.domain.approval import DecidedHow
from sdesk.domain.approval_answer import read_answer
from sdesk.domain.errors import NotFound, Refused
from sdesk.domain.inbound import InboundMail
from sdesk.domain.ledger import Outcome
from sdesk.domain.outgoing import AgentEvent, Party
from sdesk.domain.thread import TokenHolder, address_tokens, hide_agent_tokens
from sdesk.domain.ticket import Direction
from sdesk.store.models import Ticket


def shows_question(work: Work, mail: InboundMail, thread: Thread) -> bool:
    """Whether a mail answers a question to an approver: it is what the mail answers itself, not an older one of its
    thread, which whoever had a copy of the approver's answer names too."""
    return _key(mail) is not None and any(each.holder is TokenHolder.APPROVER for each in thread.tokens)


def from_approver(work: Work, incoming: Incoming, thread: Thread) -> Receipt:
    """Add it to the ticket, and do what it decides."""
    mail, ticket = incoming.mail, thread.ticket
    number, ref = require_id(ticket), work.rules.ref(require_id(ticket))
    row = add_mail(work, incoming, number, Direction.IN, party=Party.APPROVER)
    answer = read_answer(mail.subject, mail.body_text)
    token = _key(mail)
    why = "says neither yes nor no plainly"
    if answer is not None and token is not None:
        if _asks_himself(work, ticket, thread, incoming.sender):
            why = "is the requester's, who cannot approve it himself"
        else:
            try:
                with work.apart():
                    comment = hide_agent_tokens(answer.comment)
                    change = decide(work, token, answer.yes, comment, how=DecidedHow.MAIL)
            except (Refused, NotFound) as error:
                why = f"decides nothing: {error.what}"
            else:
                _record(work, incoming, number, row)
                said = f"{thread.sign} answers what was asked: {change.sentence}"
                return Receipt(Outcome.FOLLOWED_UP, change.number, said)
    _record(work, incoming, number, row)
    settle(work, ticket)
    notify(work, ticket, AgentEvent.REPLY, message=row)
    return Receipt(Outcome.FOLLOWED_UP, number, f"{thread.sign} answers what {ref} asked of an approver, and {why}")


def _record(work: Work, incoming: Incoming, number: int, row: int) -> None:
    record(
        work, number, "approver_wrote", by=APPROVER, message=row, sender=incoming.sender, **arrived_late(work, incoming)
    )


def _key(mail: InboundMail) -> str | None:
    """The approver's key of what a mail answers: of its In-Reply-To, or of the address that it was sent to."""
    answered = (own[1] for each in mail.in_reply_to if (own := read_message_id(each)) is not None)
    addressed = (token for _, token in address_tokens(mail))
    return next((token for token in (*answered, *addressed) if is_key_of(TokenHolder.APPROVER, token)), None)


def _asks_himself(work: Work, ticket: Ticket, thread: Thread, sender: str) -> bool:
    """Whether the requester answers in the place of another who was asked."""
    asked = {each.address.lower() for each in thread.tokens if each.holder is TokenHolder.APPROVER}
    return sender.lower() not in asked and is_same_person(work, ticket, sender)
