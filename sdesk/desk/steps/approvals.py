"""Asking whether what a ticket asks for may be done: of whom, by which mail, and what the ticket does meanwhile.

`open_ticket`, `triage.set_service` and a playbook's step ask by themselves (`ask_for_service`); whoever opens tickets
in another way has nothing to do. While it is asked the ticket waits, and every clock stands still.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.approval_question import end_question, open_question
from sdesk.desk.steps.clocks import load_clocks, promise_of, save_clocks
from sdesk.desk.steps.history import record
from sdesk.desk.steps.losses import drop_suspicion, end_outage
from sdesk.desk.steps.messages import reindex
from sdesk.desk.steps.moves import after_working_days, at_work, require_id, set_status
from sdesk.desk.steps.notify import notify, notify_unapproved
from sdesk.desk.steps.outbox import ACKNOWLEDGE_AFTER, make_message_id, queue_mail
from sdesk.desk.steps.people import find_person, requester_of
from sdesk.desk.steps.rows import insert_row
from sdesk.desk.steps.tokens import new_token
from sdesk.domain.approval import NOBODY_TO_ASK, REMIND_AFTER, TELL_AFTER, UNIT_HEAD, ApprovalState, DecidedHow
from sdesk.domain.clock import end, hold_all, resume_all
from sdesk.domain.inbound import Mailbox
from sdesk.domain.mailboxes import parse_mailbox
from sdesk.domain.outgoing import AgentEvent, MailKind
from sdesk.domain.requesters import head
from sdesk.domain.thread import TokenHolder
from sdesk.domain.ticket import OPEN_STATUSES, Channel, Status, WaitingFor
from sdesk.store.models import Approval, Outbox, PersonAddress, Ticket, Token, Unit
from sdesk.store.prepared import Prepared

if TYPE_CHECKING:
    from sdesk.domain.ticket_line import LineApproval

MOST_AN_HOUR = 20
"""Questions to one address: whoever can write mails to the desk must not flood somebody's mailbox through it."""
LATER = timedelta(hours=1)

_ASKED = Prepared(
    select(func.count()).where(
        col(Outbox.kind) == MailKind.APPROVAL.value,
        col(Outbox.to_address) == bindparam("address"),
        col(Outbox.created_at) > bindparam("since"),
    )
)
# By the ticket: of keys there are ever more, and no index says of which question they are.
_GIVEN = Prepared(
    select(col(Token.hash)).where(
        col(Token.ticket_id) == bindparam("number"), col(Token.approval_id) == bindparam("approval")
    )
)
APPROVER = "approver"
"""Who did it, in the history, where an approver decided himself."""
_UNPROVEN = frozenset({Channel.MAIL, Channel.FORM, Channel.IMPORT})
"""Where anybody may write any address into From: that the approver himself asks is not known there."""


def ask_for_service(work: Work, ticket: Ticket) -> Approval | None:
    """Ask for what the ticket's service wants approved, unless it is asked or approved already; the caller settles.

    Gives the question that is open now, or was answered by itself: who asks himself, and is the one to be asked, has
    approved. A question for another service ends. Quiet imports ask nobody.
    """
    number = require_id(ticket)
    service = work.rules.services[ticket.service_id] if ticket.service_id is not None else None
    if work.quiet or ticket.status not in OPEN_STATUSES:
        return None
    asked = open_question(work, number)
    if service is None or service.approve_by is None:
        if asked is not None and asked.service_id is not None:
            drop_question(work, ticket)
        return None
    if asked is not None and asked.service_id == service.id:
        return asked
    approved = work.session.scalars(
        select(Approval).where(
            col(Approval.ticket_id) == number,
            col(Approval.service_id) == service.id,
            col(Approval.state) == ApprovalState.APPROVED,
        )
    ).first()
    if approved is not None:
        return approved
    approver = approver_of(work, ticket)
    if approver is not None and ticket.channel not in _UNPROVEN and is_same_person(work, ticket, approver.address):
        if asked is not None:
            drop_question(work, ticket)
        row = _add(work, ticket, approver, state=ApprovalState.APPROVED, decided_at=work.now, how=DecidedHow.OWN)
        record(work, number, "approved", by="requester", approver=approver.address, how=DecidedHow.OWN.value)
        return row
    return ask(work, ticket, approver)


def ask(work: Work, ticket: Ticket, approver: Mailbox | None) -> Approval:
    """Ask somebody, and let the ticket wait for the answer: every clock stands still. The caller settles.

    Whoever was asked before need not answer any more. Where nobody is known who could be asked (None), the ticket waits
    all the same, and its team's lead is told at once.
    """
    number = require_id(ticket)
    end_question(work, number)
    row = _add(work, ticket, approver or Mailbox("", ""))
    if approver is not None:
        _begin(work, ticket, row)
    _hold(work, ticket)
    record(
        work,
        number,
        "approval_asked",
        waiting_for=WaitingFor.APPROVAL.value,
        approver=row.address or None,
        **({} if approver is not None else {"reason": NOBODY_TO_ASK}),
    )
    if approver is None:
        notify_unapproved(work, ticket)
    return row


def follow_head(work: Work, ticket: Ticket, before: int | None) -> None:
    """The ticket is of another unit now (`before`: of which it was), which has another head: whoever was asked as the
    head of the old one need not answer any more. Who was named by hand stays. The caller settles.
    """
    service = work.rules.services[ticket.service_id] if ticket.service_id is not None else None
    asked = open_question(work, require_id(ticket))
    if work.quiet or asked is None or service is None or asked.service_id != service.id:
        return
    old, new = head_of(work, before), head_of(work, ticket.unit_id)
    if service.approve_by == UNIT_HEAD and _is(old, asked.address) and not _is(new, asked.address):
        ask(work, ticket, new)


def _is(box: Mailbox | None, address: str) -> bool:
    return (box.address if box is not None else "").lower() == address.lower()


def ask_once_more(work: Work, ticket: Ticket, row: Approval) -> None:
    """Ask the same approver again: another mail, and reminders from now on. The caller settles."""
    row.asked_at = work.now
    _begin(work, ticket, row)
    record(
        work, row.ticket_id, "approval_asked", waiting_for=WaitingFor.APPROVAL.value, approver=row.address, again=True
    )


def _begin(work: Work, ticket: Ticket, row: Approval) -> None:
    calendar = promise_of(work, ticket).calendar
    asked = send_question(work, ticket, row)
    row.remind_at = after_working_days(calendar, work.now, REMIND_AFTER) if asked else work.now + LATER
    row.tell_at = after_working_days(calendar, work.now, TELL_AFTER)
    work.session.add(row)
    work.session.flush()


def send_question(work: Work, ticket: Ticket, row: Approval, *, reminder: bool = False) -> bool:
    """Queue the mail to the approver, with a key of its own; those that he has of the same question open it too.

    False where he was asked `MOST_AN_HOUR` times within an hour: then he is asked `LATER`.
    """
    number = require_id(ticket)
    since = work.now - timedelta(hours=1)
    if _ASKED.run(work.connection, address=row.address.lower(), since=since).one()[0] >= MOST_AN_HOUR:
        return False
    person = find_person(work, row.address)
    token = new_token(work, number, TokenHolder.APPROVER, address=row.address, approval_id=row.id)
    queue_mail(
        work,
        MailKind.APPROVAL,
        number,
        message_id=make_message_id(work, number, token, ticket.team_id),
        to=[Mailbox(row.address, row.name)],
        language=person.language if person is not None else None,
        values={"approval": row.id, **({"reminder": True} if reminder else {})},
        delay=timedelta(0),
    )
    return True


def has_been_asked(work: Work, row: Approval) -> bool:
    """Whether a mail to the approver was ever queued."""
    return _GIVEN.run(work.connection, number=row.ticket_id, approval=row.id).first() is not None


def approve(
    work: Work, ticket: Ticket, row: Approval, how: DecidedHow, *, comment: str = "", at: datetime | None = None
) -> None:
    """It may be done: the wait ends, clocks run from now, the team and the requester are told. The caller settles."""
    number, waited = require_id(ticket), ticket.waiting_for is WaitingFor.APPROVAL
    _decided(work, row, ApprovalState.APPROVED, how, comment)
    _record(work, number, "approved", row, how, comment)
    if not waited:
        return
    _resume(work, ticket, at or work.now)
    event = AgentEvent.NEW if ticket.assignee_id is None else AgentEvent.ASSIGNED
    notify(work, ticket, event, by=work.actor.agent_id)
    _tell_requester(work, ticket, row, MailKind.APPROVED)


def refuse(work: Work, ticket: Ticket, row: Approval, how: DecidedHow, *, comment: str = "") -> None:
    """It may not be done: the ticket is resolved, its promises end without counting, the requester is told.

    The caller settles.
    """
    number = require_id(ticket)
    _decided(work, row, ApprovalState.REFUSED, how, comment)
    _record(work, number, "refused", row, how, comment)
    if ticket.status not in OPEN_STATUSES:
        return
    before = load_clocks(work, ticket)
    save_clocks(work, ticket, before, end(before, promise_of(work, ticket), work.now))
    drop_suspicion(work, ticket)
    end_outage(work, ticket)
    set_status(work, ticket, Status.RESOLVED)
    ticket.resolved_at, ticket.unanswered_since = work.now, None
    _tell_requester(work, ticket, row, MailKind.REFUSED)


def drop_question(work: Work, ticket: Ticket) -> None:
    """Nobody need approve it any more: the ticket goes on as if it had never been asked. The caller settles."""
    end_question(work, require_id(ticket))
    if ticket.waiting_for is WaitingFor.APPROVAL:
        _resume(work, ticket, work.now)


def bring(work: Work, ticket: Ticket, lines: Sequence[LineApproval]) -> bool:
    """What an import says was asked and decided elsewhere; nobody is asked. Whether anything of it is new here."""
    number = require_id(ticket)
    rows = select(col(Approval.address), col(Approval.asked_at), col(Approval.state)).where(
        col(Approval.ticket_id) == number
    )
    known = {(address.lower(), asked_at, state) for address, asked_at, state in work.connection.execute(rows)}
    fresh = [
        each
        for each in lines
        if each.state is not ApprovalState.ASKED
        and (each.approver.address.lower(), each.asked_at, each.state) not in known
    ]
    for each in fresh:
        row = _add(work, ticket, each.approver, state=each.state, decided_at=each.decided_at, how=each.how)
        row.asked_at, row.comment = each.asked_at, each.comment
        work.session.add(row)
    work.session.flush()
    return bool(fresh)


def wait_as_elsewhere(work: Work, ticket: Ticket, lines: Sequence[LineApproval]) -> None:
    """Let an imported ticket wait for the approval that was asked for elsewhere: by whom is kept, and no mail goes.

    The caller settles.
    """
    number = require_id(ticket)
    if open_question(work, number) is not None:
        return
    asked = next((each for each in lines if each.state is ApprovalState.ASKED), None)
    row = _add(work, ticket, asked.approver if asked is not None else Mailbox("", ""))
    if asked is not None:
        row.asked_at = asked.asked_at
        work.session.add(row)
    _hold(work, ticket)
    record(
        work,
        number,
        "approval_asked",
        waiting_for=WaitingFor.APPROVAL.value,
        approver=row.address or None,
        imported=True,
    )


def approver_of(work: Work, ticket: Ticket) -> Mailbox | None:
    """Whom the ticket's service wants to be asked; None where it names nobody, or the unit has no head."""
    wanted = work.rules.services[ticket.service_id].approve_by if ticket.service_id is not None else None
    if wanted == UNIT_HEAD:
        return head_of(work, ticket.unit_id)
    return None if wanted is None else _named(work, parse_mailbox(wanted))


def head_of(work: Work, unit_id: int | None) -> Mailbox | None:
    """The head of a unit: its `manager`, where that is a mail address; else that of the unit that it is a part of."""
    seen: set[int] = set()
    while unit_id is not None and unit_id not in seen:
        seen.add(unit_id)
        unit = work.session.get_one(Unit, unit_id)
        found = head(unit.manager)
        if found is not None:
            return _named(work, found)
        # A name and no address: whoever stands above is asked.
        unit_id = unit.parent_id
    return None


def is_same_person(work: Work, ticket: Ticket, address: str) -> bool:
    """Whether a mail address is the requester's."""
    if ticket.requester_id is None:
        return False
    found = select(col(PersonAddress.person_id)).where(
        col(PersonAddress.address) == address.lower(), col(PersonAddress.person_id) == ticket.requester_id
    )
    return work.connection.execute(found).first() is not None


def _named(work: Work, box: Mailbox) -> Mailbox:
    """With the name that the desk knows, where none is written."""
    if box.name:
        return box
    person = find_person(work, box.address)
    return Mailbox(box.address, person.name if person is not None else "")


def _add(
    work: Work,
    ticket: Ticket,
    approver: Mailbox,
    *,
    state: ApprovalState = ApprovalState.ASKED,
    decided_at: datetime | None = None,
    how: DecidedHow | None = None,
) -> Approval:
    person = find_person(work, approver.address) if approver.address else None
    number = insert_row(
        work,
        Approval,
        {
            "ticket_id": require_id(ticket),
            "service_id": ticket.service_id,
            "address": approver.address,
            "name": approver.name,
            "person_id": person.id if person is not None else None,
            "state": state,
            "asked_at": work.now,
            "decided_at": decided_at,
            "how": how,
            "comment": "",
        },
    )
    return work.session.get_one(Approval, number)


def _decided(work: Work, row: Approval, state: ApprovalState, how: DecidedHow, comment: str) -> None:
    row.state, row.how, row.decided_at, row.comment = state, how, work.now, comment
    row.agent_id = work.actor.agent_id if how is DecidedHow.AGENT else None
    row.remind_at = row.tell_at = None
    work.session.add(row)
    work.session.flush()
    # What was said, and by whom, is found by its words.
    reindex(work, row.ticket_id)


def _record(work: Work, number: int, event: str, row: Approval, how: DecidedHow, comment: str) -> None:
    by = None if how is DecidedHow.AGENT else APPROVER
    record(
        work,
        number,
        event,
        by=by,
        approver=row.address or None,
        how=how.value,
        **({"comment": comment} if comment else {}),
    )


def _hold(work: Work, ticket: Ticket) -> None:
    before = load_clocks(work, ticket)
    save_clocks(work, ticket, before, hold_all(before, promise_of(work, ticket), work.now))
    set_status(work, ticket, Status.WAITING)
    ticket.waiting_for, ticket.wake_at = WaitingFor.APPROVAL, None
    work.session.add(ticket)


def _resume(work: Work, ticket: Ticket, at: datetime) -> None:
    """The wait is over: what is promised is promised from now on."""
    before = load_clocks(work, ticket)
    owed = ticket.unanswered_since is not None
    set_status(work, ticket, at_work(ticket))
    save_clocks(work, ticket, before, resume_all(before, promise_of(work, ticket), at, owed=owed))


def _tell_requester(work: Work, ticket: Ticket, row: Approval, kind: MailKind) -> None:
    requester = requester_of(work, ticket)
    if work.quiet or requester is None or requester.address.lower() == row.address.lower():
        # Who decided upon his own request knows.
        return
    number = require_id(ticket)
    queue_mail(
        work,
        kind,
        number,
        message_id=make_message_id(work, number, ticket.token, ticket.team_id),
        to=[requester.box],
        language=requester.language,
        values={"approval": row.id},
        delay=ACKNOWLEDGE_AFTER,
    )
