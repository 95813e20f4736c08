"""Approvals as use cases: the approver's own decision, what an agent writes down for him, asking again, asking no more.

A key (`p-...`) is in the mail to the approver alone. Whoever shows it decides, once; what else he may know of the
ticket is what the mail says. Who has proved in the portal that the approver's address is his needs no key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.change import Change
from sdesk.desk.opening import Work
from sdesk.desk.outbox.approval_facts import form_of, request_of
from sdesk.desk.steps.approval_question import open_question
from sdesk.desk.steps.approvals import approve as approved
from sdesk.desk.steps.approvals import approver_of, ask, ask_once_more, drop_question
from sdesk.desk.steps.approvals import refuse as refused
from sdesk.desk.steps.clocks import settle
from sdesk.desk.steps.find import find_ticket
from sdesk.desk.steps.people import requester_of
from sdesk.desk.steps.requesters import asking
from sdesk.desk.steps.tokens import hash_of
from sdesk.domain.approval import LIVES, ApprovalState, DecidedHow
from sdesk.domain.errors import BadInput, NotFound, Refused
from sdesk.domain.inbound import Mailbox
from sdesk.domain.mailboxes import parse_mailbox
from sdesk.domain.phrase import phrase
from sdesk.domain.safe_text import neutralise
from sdesk.domain.thread import TokenHolder
from sdesk.domain.ticket import OPEN_STATUSES, Role
from sdesk.store.models import Approval, Message, Service, Ticket, Token, Unit

LONGEST_COMMENT = 4_000
"""Letters of what an approver says besides."""


@dataclass(frozen=True, slots=True)
class Question:
    """What an approver is asked, as a page shows it. Texts are other people's: they are shown, never obeyed."""

    id: int
    """Which one it is of the ticket's: for another service, another is asked."""
    number: int
    ref: str
    subject: str
    service: str
    unit: str
    requester: str
    """Who asks: a name, else an address."""
    text: str
    """What was written, as the mail quotes it."""
    answers: tuple[tuple[str, str], ...]
    """What was filled into the service's form: labels and values."""
    asked_at: datetime
    state: ApprovalState
    decided_at: datetime | None
    comment: str
    alive: bool
    """Whether it can still be answered."""


def question(work: Work, token: str) -> Question:
    """What a key asks, decided or not; it changes nothing. NotFound for what is no key of an approver."""
    row, key = _by_token(work, token)
    return _shown(work, row, key.created_at)


def question_to(work: Work, number: int, *, address: str) -> Question:
    """What was asked last about a ticket of who has this mail address, decided or not; it changes nothing.

    NotFound where nothing was, as for a ticket that there is not.
    """
    row = _by_address(work, number, address)
    return _shown(work, row, row.asked_at)


def _shown(work: Work, row: Approval, since: datetime) -> Question:
    ticket = work.session.get_one(Ticket, row.ticket_id)
    asker = requester_of(work, ticket)
    asks = work.session.get(Message, request_of(work, ticket) or 0)
    service = work.session.get(Service, row.service_id) if row.service_id is not None else None
    unit = work.session.get(Unit, ticket.unit_id) if ticket.unit_id is not None else None
    return Question(
        id=row.id or 0,
        number=row.ticket_id,
        ref=work.rules.ref(row.ticket_id),
        subject=ticket.subject,
        service=service.name if service is not None else "",
        unit=unit.name if unit is not None else "",
        requester=asker.name or asker.address if asker is not None else "",
        text=asks.text if asks is not None else "",
        answers=form_of(work, ticket),
        asked_at=row.asked_at,
        state=row.state,
        decided_at=row.decided_at,
        comment=row.comment,
        alive=_is_alive(work, row, since),
    )


def _is_alive(work: Work, row: Approval, since: datetime) -> bool:
    return row.state is ApprovalState.ASKED and work.now - since <= LIVES


def decide(work: Work, token: str, yes: bool, comment: str = "", *, how: DecidedHow = DecidedHow.PORTAL) -> Change:
    """The approver's decision, proved by his key: yes or no, and what he says besides, which the requester reads.

    NotFound for what is no key; Refused where it was decided already, is asked no more, or is older than 30 days.
    """
    row, key = _by_token(work, token)
    return _decide_once(work, row, key.created_at, yes, comment, how)


def decide_by(work: Work, number: int, yes: bool, comment: str = "", *, address: str, shown: int) -> Change:
    """`decide`, for who has proved in the portal that a mail address is his: of what he was asked last about a ticket.

    NotFound where he was asked nothing, as for a ticket that there is not; Refused where that is not the question that
    he was `shown` (`Question.id`): a yes to a chair is none to what is asked in its place.
    """
    row = _by_address(work, number, address)
    if row.id != shown and _is_alive(work, row, row.asked_at):
        raise Refused(
            phrase("something else is asked about {ref} by now", ref=work.rules.ref(number)),
            phrase("look it over, and send it once more"),
        )
    return _decide_once(work, row, row.asked_at, yes, comment, DecidedHow.PORTAL)


def _decide_once(work: Work, row: Approval, since: datetime, yes: bool, comment: str, how: DecidedHow) -> Change:
    """Decide what was asked then, where nobody has and it is not too old."""
    ticket = work.session.get_one(Ticket, row.ticket_id)
    ref = work.rules.ref(row.ticket_id)
    if row.state is not ApprovalState.ASKED or ticket.status not in OPEN_STATUSES:
        raise _decided_already(ref, row, phrase("write to the desk if that is wrong"))
    if work.now - since > LIVES:
        raise Refused(
            phrase("this question about {ref} is older than {days} days", ref=ref, days=LIVES.days),
            phrase("answer the mail, and the desk asks again"),
        )
    return _decide(work, ticket, row, yes, comment, how)


def decide_as(work: Work, number: int, *, yes: bool, text: str, version: int | None = None) -> Change:
    """What the approver said, by phone say, written down by a lead or an admin; `text` is how and why.

    Refused where nobody is asked, or for an agent who is neither; BadInput without a text.
    """
    ticket = find_ticket(work, number, version)
    ref = work.rules.ref(number)
    if work.actor.role not in {Role.LEAD, Role.ADMIN}:
        raise Refused(
            phrase("only a lead or an admin writes down what an approver said"),
            phrase("ask one, or ask the approver again: `sdesk ticket ask-approval {number}`", number=number),
        )
    words = neutralise(text).strip()
    if not words:
        raise BadInput(
            phrase("a decision in somebody's place needs a reason"),
            phrase('say with --text how it was given, as "by phone"'),
        )
    row = open_question(work, number)
    if row is None:
        raise _nobody_asked(work, ref, number)
    return _decide(work, ticket, row, yes, words, DecidedHow.AGENT)


def approve(work: Work, number: int, *, text: str, version: int | None = None) -> Change:
    """`decide_as`: yes."""
    return decide_as(work, number, yes=True, text=text, version=version)


def refuse(work: Work, number: int, *, text: str, version: int | None = None) -> Change:
    """`decide_as`: no."""
    return decide_as(work, number, yes=False, text=text, version=version)


def ask_again(work: Work, number: int, *, of: str = "", version: int | None = None) -> Change:
    """Ask for an approval, once more or of somebody else: `of`, else whom was asked last, else whom the service names.

    Where somebody else is asked, the mails that went before decide nothing any more. Refused for a ticket that is done,
    and where nobody is known.
    """
    ticket = find_ticket(work, number, version)
    ref = work.rules.ref(number)
    if ticket.status not in OPEN_STATUSES:
        raise Refused(phrase("{ref} is {status}", ref=ref, status=ticket.status), phrase("reopen it first"))
    if ticket.is_incident or ticket.incident_id is not None:
        raise Refused(phrase("{ref} is an incident, or part of one", ref=ref), phrase("work on it, or take it out"))
    named = parse_mailbox(of) if of else None
    _require_may_name(work, ticket, named)
    approver = named or _asked_last(work, ticket) or approver_of(work, ticket)
    if approver is None:
        raise Refused(phrase("nobody is known who could approve {ref}", ref=ref), phrase("say whom with --of ADDRESS"))
    asked = open_question(work, number)
    if asked is not None and asked.address.lower() == approver.address.lower():
        ask_once_more(work, ticket, asked)
    else:
        ask(work, ticket, approver)
    settle(work, ticket)
    return Change(number, ref, phrase("{ref} waits for the approval of {whom}", ref=ref, whom=approver.address))


def cancel(work: Work, number: int, *, version: int | None = None) -> Change:
    """Ask no more: the ticket goes on without an approval. For a lead or an admin."""
    ticket = find_ticket(work, number, version)
    ref = work.rules.ref(number)
    if work.actor.role not in {Role.LEAD, Role.ADMIN}:
        raise Refused(phrase("only a lead or an admin does without an approval"), phrase("ask one"))
    if open_question(work, number) is None:
        raise _nobody_asked(work, ref, number)
    drop_question(work, ticket)
    settle(work, ticket)
    return Change(number, ref, phrase("{ref} goes on without an approval", ref=ref))


def of_ticket(work: Work, number: int) -> Sequence[Approval]:
    """All that was asked about a ticket, the first first."""
    rows = select(Approval).where(col(Approval.ticket_id) == number).order_by(col(Approval.id))
    return work.session.scalars(rows).all()


def _decide(work: Work, ticket: Ticket, row: Approval, yes: bool, comment: str, how: DecidedHow) -> Change:
    words = neutralise(comment).strip()[:LONGEST_COMMENT]
    ref = work.rules.ref(row.ticket_id)
    (approved if yes else refused)(work, ticket, row, how, comment=words)
    settle(work, ticket)
    sentence = phrase("{ref} is approved", ref=ref) if yes else phrase("{ref} is refused", ref=ref)
    return Change(row.ticket_id, ref, sentence)


def _by_token(work: Work, token: str) -> tuple[Approval, Token]:
    key = work.session.get(Token, hash_of(token.strip().lower()))
    row = work.session.get(Approval, key.approval_id) if key is not None and key.approval_id is not None else None
    if key is None or row is None or key.holder is not TokenHolder.APPROVER:
        # Of a key that never was, and of one that is gone, the same is said.
        raise NotFound(phrase("there is no such question"), phrase("use the link of the mail as it is"))
    return row, key


def _by_address(work: Work, number: int, address: str) -> Approval:
    addresses = asking(work, address).addresses
    row = next((each for each in reversed(of_ticket(work, number)) if each.address.lower() in addresses), None)
    if row is None:
        raise NotFound(phrase("there is no such question"), phrase("see what is offered"))
    return row


def _decided_already(ref: str, row: Approval, remedy: str) -> Refused:
    match row.state:
        case ApprovalState.APPROVED:
            what = phrase("{ref} is approved already", ref=ref)
        case ApprovalState.REFUSED:
            what = phrase("{ref} is refused already", ref=ref)
        case _:
            what = phrase("nobody need approve {ref} any more", ref=ref)
    return Refused(what, remedy)


def _nobody_asked(work: Work, ref: str, number: int) -> Refused:
    last = next(iter(reversed(of_ticket(work, number))), None)
    if last is not None and last.state in {ApprovalState.APPROVED, ApprovalState.REFUSED}:
        # An agent reads it, who is the desk.
        return _decided_already(
            ref, last, phrase("ask again, while it is open: `sdesk ticket ask-approval {number}`", number=number)
        )
    return Refused(
        phrase("nobody is asked to approve {ref}", ref=ref),
        phrase("ask somebody: `sdesk ticket ask-approval {number} --of ADDRESS`", number=number),
    )


def _require_may_name(work: Work, ticket: Ticket, named: Mailbox | None) -> None:
    """Refused for an agent who would name another approver than the service's own: himself, say."""
    service = work.rules.services[ticket.service_id] if ticket.service_id is not None else None
    if named is None or service is None or service.approve_by is None or work.actor.agent_id is None:
        return
    own = approver_of(work, ticket)
    same = own is not None and own.address.lower() == named.address.lower()
    if not same and work.actor.role not in {Role.LEAD, Role.ADMIN}:
        raise Refused(
            phrase("who approves `{service}` is the desk file's to say", service=service.key),
            phrase("a lead or an admin may ask somebody else"),
        )


def _asked_last(work: Work, ticket: Ticket) -> Mailbox | None:
    last = next(iter(reversed(of_ticket(work, ticket.id or 0))), None)
    same = last is not None and last.address and last.service_id == ticket.service_id
    return Mailbox(last.address, last.name) if last is not None and same else None
