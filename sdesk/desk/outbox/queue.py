"""What becomes of the outbox: a mail is claimed, and marked as sent, put off or failed; each step is a transaction.

A mail is claimed before it goes, so that no other sender takes it meanwhile. A claim that is older than CLAIM_LASTS
was left by a crash, and the mail is taken again: the one case in which it can go twice, with the same Message-ID. When
a claim was made is its owner's sign: whose claim was taken over writes down only that a mail has gone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.outbox.facts import LetterFacts, facts_of
from sdesk.desk.outbox.report import ReportFacts, report_facts
from sdesk.desk.outbox.sign_in import SignInFacts, is_too_late, sign_in_facts
from sdesk.desk.steps.history import record
from sdesk.desk.steps.notify import notify
from sdesk.desk.steps.outbox import takable_until
from sdesk.desk.steps.promises import PROMISE_AFTER, still_moved
from sdesk.desk.steps.rating_question import forget_question
from sdesk.desk.steps.tokens import forget_key
from sdesk.domain.approval import ApprovalState
from sdesk.domain.outgoing import AgentEvent, MailKind, OutboxState
from sdesk.domain.ticket import OPEN_STATUSES, Status
from sdesk.store.models import Approval, Message, Outbox, Ticket

CLAIM_LASTS = timedelta(minutes=20)
"""Longer than a server may take over one mail (`mail/outbox/deliver`) and a locked store is waited for afterwards
(`mail/outbox/book`), together."""

SENT_HERE: frozenset[MailKind] = frozenset(MailKind) - {MailKind.NOTIFICATION}
"""Notifications go other ways too, and several in one mail: they have a sender of their own."""

_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240))
_TRIES = 30
"""With these pauses between them, the last one again and again, they take four days: then it is given up."""

_PROMISING = {MailKind.ACKNOWLEDGEMENT, MailKind.KNOWN_INCIDENT, MailKind.PROMISE, MailKind.APPROVED}
"""Kinds that say by when, or that it is worked on: they are for a ticket that is still at work."""
_SAYS_BY_WHEN = {MailKind.ACKNOWLEDGEMENT, MailKind.PROMISE, MailKind.APPROVED}
"""Kinds by which a requester learns an instant."""
_SOLVED = {Status.RESOLVED, Status.CLOSED}
"""How a ticket stands while it can be asked how it was."""
_ANSWERED_BY_A_PERSON = {MailKind.ACKNOWLEDGEMENT, MailKind.KNOWN_INCIDENT}
"""Kinds that a person's answer makes idle."""
_OF_APPROVALS = {
    MailKind.APPROVAL: ApprovalState.ASKED,
    MailKind.APPROVED: ApprovalState.APPROVED,
    MailKind.REFUSED: ApprovalState.REFUSED,
}
"""Kinds about a question, and how it must stand for them to go."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail that is ours to send."""

    id: int
    facts: LetterFacts | ReportFacts | SignInFacts
    attempts: int
    """Made before this one."""
    left: tuple[str, ...]
    """Addresses that it is still to go to, where others are done with; empty: all of them."""
    reached: bool
    """Whether somebody has it already."""
    claimed_at: datetime
    """When it became ours: the sign by which it is still."""
    promises: datetime | None
    """What it tells the requester to expect an answer or a solution by, if it tells of that."""


def pause_after(attempts: int) -> timedelta | None:
    """How long a mail waits after so many tries in vain; None where it is given up."""
    return _PAUSES[min(attempts, len(_PAUSES)) - 1] if attempts < _TRIES else None


def is_claimed(row: Outbox, now: datetime) -> bool:
    """Whether somebody sends a row just now. A claim of the future was made by a clock that was wrong."""
    return row.claimed_at is not None and now - CLAIM_LASTS < row.claimed_at <= now + CLAIM_LASTS


def unclaimed(now: datetime) -> ColumnElement[bool]:
    """The same in SQL, the other way round."""
    claimed = col(Outbox.claimed_at)
    return or_(claimed.is_(None), claimed <= now - CLAIM_LASTS, claimed > now + CLAIM_LASTS)


def count_due(work: Work, kinds: Collection[MailKind] = SENT_HERE) -> int:
    """How many mails could go now."""
    return work.connection.execute(select(func.count()).select_from(Outbox).where(_due(work, kinds))).scalar() or 0


def count_state(work: Work, state: OutboxState, kinds: Collection[MailKind] = SENT_HERE) -> int:
    """How many mails stand in a state."""
    query = select(func.count()).select_from(Outbox).where(col(Outbox.state) == state, col(Outbox.kind).in_(kinds))
    return work.connection.execute(query).scalar() or 0


def due_by(work: Work, until: datetime, kinds: Collection[MailKind] = SENT_HERE) -> Sequence[Outbox]:
    """The mails that nobody has claimed and that will be due by an instant, in that order: what is to be gone then."""
    rows = select(Outbox).where(_due(replace(work, now=until), kinds)).order_by(col(Outbox.send_after), col(Outbox.id))
    return work.session.scalars(rows).all()


def claim(work: Work, kinds: Collection[MailKind] = SENT_HERE) -> Claimed | None:
    """Take the mail that is due for longest; None where there is none. The caller commits before it goes.

    What makes no sense any more by now is withheld on the way, and the ticket's history says why. Where what it hangs
    on may still be taken back, or is a wait, it is put off to the end of that.
    """
    while True:
        row = work.session.scalars(
            select(Outbox).where(_due(work, kinds)).order_by(col(Outbox.send_after), col(Outbox.id)).limit(1)
        ).first()
        if row is None or row.id is None:
            return None
        reason = _pointless(work, row)
        if reason is not None:
            undecided = _undecided_until(work, row)
            if undecided is None:
                _withhold(work, row, reason)
            else:
                row.send_after = undecided
                work.session.add(row)
                work.session.flush()
            continue
        if row.kind == MailKind.KNOWN_INCIDENT and not _is_known(work, row):
            # It was taken out of its incident, or went on when that was over: it is a request as any.
            row.kind = MailKind.ACKNOWLEDGEMENT
        row.claimed_at = work.now
        work.session.add(row)
        work.session.flush()
        left, reached = tuple(row.values.get("left", ())), bool(row.values.get("reached"))
        if row.kind == MailKind.REPORT:
            return Claimed(row.id, report_facts(work, row), row.attempts, left, reached, work.now, None)
        if row.kind == MailKind.SIGN_IN:
            return Claimed(row.id, sign_in_facts(work, row), row.attempts, left, reached, work.now, None)
        facts = facts_of(work, row)
        promises = facts.ticket.promised_by if row.kind in _SAYS_BY_WHEN else None
        return Claimed(row.id, facts, row.attempts, left, reached, work.now, promises)


def give_back(work: Work, mail: Claimed) -> None:
    """Leave a claimed mail as if it had not been touched: the server was not there, which is no fault of the mail's."""
    work.connection.execute(update(Outbox).where(_is_mine(mail)).values(claimed_at=None))


class Arrival(StrEnum):
    """Whom a mail has reached that is dealt with."""

    ALL = "all"
    SOME = "some"
    """Not everybody who was to have a copy."""
    NOT_THERE = "not there"
    """Nobody, or copies alone: not those to whom it was written."""


def mark_sent(work: Work, mail: int, *, refused: Mapping[str, str], told: datetime | None = None) -> Arrival:
    """The server has taken it; `refused` says whom it does not reach, and why; `told` what the requester was promised.

    A mail that none of those in To get has failed, whoever has a copy. That the row is marked whatever became of its
    claim is on purpose: it has gone. One that was marked as sent by another meanwhile stays as it is.
    """
    row = work.session.get_one(Outbox, mail)
    if row.state is OutboxState.SENT:
        return Arrival.SOME if refused else Arrival.ALL
    row.attempts += 1
    everybody = {**row.values.get("refused", {}), **refused}
    if refused:
        _say_refused(work, row, refused)
    row.sent_at, row.last_error, row.before = work.now, None, None
    if everybody:
        row.values = {**row.values, "refused": everybody, "left": [], "reached": True}
        row.last_error = f"it did not reach {_listed(everybody)}"
    arrival = _arrival(row, everybody)
    row.state = OutboxState.FAILED if arrival is Arrival.NOT_THERE else OutboxState.SENT
    forget_key(row)
    if told is not None and row.ticket_id is not None and arrival is not Arrival.NOT_THERE:
        work.connection.execute(update(Ticket).where(col(Ticket.id) == row.ticket_id).values(promised_at=told))
    work.session.add(row)
    work.session.flush()
    return arrival


class PutOff(StrEnum):
    """What became of a mail that could not go."""

    WAITS = "waits"
    GIVEN_UP = "given up"
    NOT_OURS = "not ours"
    """Somebody else has it by now: nothing was written down."""


def put_off(
    work: Work,
    mail: Claimed,
    reason: str,
    *,
    refused: Mapping[str, str],
    left: Collection[str] = (),
    reached: bool = False,
) -> PutOff:
    """It could not go now: it waits, longer after each try, and is given up after four days.

    `left`: to whom it is still to go, where others are done with: `refused` for good, or `reached`.
    """
    row = _mine(work, mail)
    if row is None:
        return PutOff.NOT_OURS
    row.attempts += 1
    if refused:
        _say_refused(work, row, refused)
        row.values = {**row.values, "refused": {**row.values.get("refused", {}), **refused}}
    if left:
        row.values = {**row.values, "left": list(left), "reached": reached}
    pause = pause_after(row.attempts)
    if pause is None:
        _fail(work, row, f"given up after {row.attempts} tries: {reason}")
        return PutOff.GIVEN_UP
    row.last_error, row.claimed_at, row.send_after = reason, None, work.now + pause
    work.session.add(row)
    work.session.flush()
    return PutOff.WAITS


def mark_failed(work: Work, mail: Claimed, *, refused: Mapping[str, str]) -> bool:
    """It was refused for good, and nobody has it: the message says so, and the ticket's history.

    False where somebody else has it by now: nothing was written down.
    """
    row = _mine(work, mail)
    if row is None:
        return False
    row.attempts += 1
    everybody = {**row.values.get("refused", {}), **refused}
    row.values = {**row.values, "refused": everybody}
    _fail(work, row, _listed(everybody))
    return True


def _is_mine(mail: Claimed) -> ColumnElement[bool]:
    """Whether a mail still waits, under the claim by which it became ours."""
    return and_(
        col(Outbox.id) == mail.id,
        col(Outbox.state) == OutboxState.QUEUED,
        col(Outbox.claimed_at) == mail.claimed_at,
    )


def _mine(work: Work, mail: Claimed) -> Outbox | None:
    return work.session.scalars(select(Outbox).where(_is_mine(mail))).first()


def _tell_undeliverable(work: Work, row: Outbox, reason: str) -> None:
    """Write down that something the desk sent does not arrive, and tell who has the ticket, as of a bounce."""
    ticket = work.session.get(Ticket, row.ticket_id) if row.ticket_id is not None else None
    if ticket is None:
        return
    message = row.message_ref
    if message is not None:
        work.connection.execute(update(Message).where(col(Message.id) == message).values(undeliverable=reason))
    record(work, ticket.id, "undeliverable", by="system", message=message, outbox=row.id, reason=reason)
    if row.kind not in {MailKind.CONFIRMATION, MailKind.RATING}:
        # Of a question to an agent whose mailbox refuses it, he cannot be told by another mail; how it was is asked in
        # vain, and nobody has to do anything.
        notify(work, ticket, AgentEvent.UNDELIVERABLE, message=message, said=reason)


def _due(work: Work, kinds: Collection[MailKind]) -> ColumnElement[bool]:
    return and_(
        col(Outbox.state) == OutboxState.QUEUED,
        col(Outbox.send_after) <= work.now,
        unclaimed(work.now),
        col(Outbox.kind).in_(kinds),
    )


def _pointless(work: Work, row: Outbox) -> str | None:
    """Why a mail shall not go any more, by what became of its ticket; None where it shall.

    An agent's words go whatever became of the ticket, but to nobody who was found to send spam.
    """
    if row.kind == MailKind.REPORT:
        return None
    if row.kind == MailKind.SIGN_IN:
        return "whoever asked for the link waits for it no more" if is_too_late(work, row) else None
    ticket = work.session.get(Ticket, row.ticket_id) if row.ticket_id is not None else None
    if ticket is None:
        return "it is of no ticket"
    if ticket.status is Status.SPAM:
        return "its ticket is spam"
    if row.kind in _OF_APPROVALS:
        approval = work.session.get(Approval, row.values.get("approval"))
        if approval is None or approval.state is not _OF_APPROVALS[MailKind(row.kind)]:
            return "it is asked no more"
        if row.kind == MailKind.REFUSED and ticket.status in OPEN_STATUSES:
            return f"its ticket is {ticket.status}"
    if row.kind == MailKind.RATING and ticket.status not in _SOLVED:
        return f"its ticket is {ticket.status}"
    if row.kind not in _PROMISING:
        return None
    if ticket.status not in OPEN_STATUSES:
        return f"its ticket is {ticket.status}"
    if row.kind == MailKind.PROMISE and (ticket.status is Status.WAITING or not still_moved(work, ticket, row)):
        return "what was promised holds again, or nothing is promised now"
    if row.kind in _ANSWERED_BY_A_PERSON and ticket.first_response_met_at is not None:
        return "it was answered already"
    return None


def _is_known(work: Work, row: Outbox) -> bool:
    """Whether the ticket of a mail is part of an incident that is worked on."""
    ticket = work.session.get_one(Ticket, row.ticket_id)
    incident = work.session.get(Ticket, ticket.incident_id) if ticket.incident_id is not None else None
    return incident is not None and incident.status in OPEN_STATUSES


def _undecided_until(work: Work, row: Outbox) -> datetime | None:
    """When it is decided whether a mail is pointless; None where it is by now."""
    ticket = work.session.get(Ticket, row.ticket_id) if row.ticket_id is not None else None
    if ticket is None or row.kind not in _PROMISING or ticket.status is Status.SPAM:
        return None
    if row.kind == MailKind.PROMISE and ticket.status is Status.WAITING:
        # The end of the wait brings it earlier, should that come earlier (`steps/promises.wait_is_over`).
        return max(ticket.wake_at or work.now, work.now) + PROMISE_AFTER
    return takable_until(work, row.ticket_id or 0)


def _withhold(work: Work, row: Outbox, reason: str) -> None:
    row.state, row.last_error, row.before = OutboxState.TAKEN_BACK, f"withheld: {reason}", None
    forget_key(row)
    work.session.add(row)
    work.session.flush()
    forget_question(work, row)
    if row.ticket_id is not None:
        record(work, row.ticket_id, f"{row.kind}_withheld", by="system", reason=reason)


def _say_refused(work: Work, row: Outbox, refused: Mapping[str, str]) -> None:
    """Some of the recipients do not get it."""
    _tell_undeliverable(work, row, _listed(refused))


def _arrival(row: Outbox, refused: Collection[str]) -> Arrival:
    if not refused:
        return Arrival.ALL
    gone = {address.lower() for address in refused}
    there = any(address.lower() not in gone for address, _ in row.recipients.get("to", ()))
    return Arrival.SOME if there else Arrival.NOT_THERE


def _listed(refused: Mapping[str, str]) -> str:
    return "; ".join(f"{address}: {why}" for address, why in refused.items())


def _fail(work: Work, row: Outbox, reason: str) -> None:
    row.state, row.last_error, row.before = OutboxState.FAILED, reason, None
    forget_key(row)
    work.session.add(row)
    work.session.flush()
    _tell_undeliverable(work, row, reason)
