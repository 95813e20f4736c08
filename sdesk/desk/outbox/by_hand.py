"""What people do with the outbox: try a mail again, let what is held go, or see that it never goes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.outbox.queue import is_claimed
from sdesk.desk.steps.find import sees
from sdesk.desk.steps.history import record
from sdesk.desk.steps.messages import recipients_of
from sdesk.desk.steps.moves import require_id
from sdesk.desk.steps.outbox import make_message_id
from sdesk.desk.steps.rating_question import ask_anew, forget_question
from sdesk.desk.steps.tokens import forget_key, is_forgotten, new_token
from sdesk.domain.approval import ApprovalState
from sdesk.domain.errors import NotFound, Refused
from sdesk.domain.inbound import Mailbox
from sdesk.domain.outgoing import MailKind, OutboxState
from sdesk.domain.thread import TokenHolder
from sdesk.domain.ticket import Role, Status
from sdesk.store.models import Approval, Message, Outbox, Ticket, Token


def retry(work: Work, mail: int) -> None:
    """Send a mail that failed, or that waits for its next try, at the next `mail send`: its tries begin anew.

    Of one that reached some of its recipients only those get it now who were refused. A question to an agent whose key
    is forgotten gets another one; Refused where there is nothing left to ask.
    """
    row = _found(work, mail)
    refused = dict(row.values.get("refused", {}))
    if row.state not in {OutboxState.FAILED, OutboxState.QUEUED} and not (row.state is OutboxState.SENT and refused):
        raise Refused(f"mail {mail} is {_said(row.state)}", "only what failed or waits is tried again")
    if row.state is not OutboxState.QUEUED and row.message_ref is not None:
        message = work.session.get_one(Message, row.message_ref)
        message.undeliverable = None
        work.session.add(message)
    if row.state is OutboxState.QUEUED and (row.send_after <= work.now or is_claimed(row, work.now)):
        # It is due anyhow, or somebody sends it just now.
        return
    if row.kind == MailKind.CONFIRMATION and is_forgotten(row.message_id):
        _give_key(work, row)
    if row.kind == MailKind.APPROVAL and is_forgotten(row.message_id):
        _ask_approver_anew(work, row)
    if row.kind == MailKind.RATING and is_forgotten(row.message_id):
        ask_anew(work, row)
    if refused:
        left = dict.fromkeys((*refused, *row.values.get("left", ()))) if row.values.get("reached") else {}
        row.values = {**row.values, "refused": {}, "left": list(left)}
    row.state, row.send_after, row.attempts, row.claimed_at = OutboxState.QUEUED, work.now, 0, None
    if row.kind == MailKind.NOTIFICATION:
        _end_pause(work, row)
    _record(work, row, "mail_retried")
    work.session.add(row)
    work.session.flush()


def release(work: Work, mail: int) -> None:
    """Let a mail go that is held since a restore."""
    row = _found(work, mail)
    if row.state is not OutboxState.HELD:
        raise Refused(f"mail {mail} is {_said(row.state)}", "only what is held is released")
    row.state, row.send_after = OutboxState.QUEUED, max(row.send_after, work.now)
    row.attempts, row.claimed_at = 0, None
    _record(work, row, "mail_released")
    work.session.add(row)
    work.session.flush()


def discard(work: Work, mail: int) -> None:
    """See that a mail never goes."""
    row = _found(work, mail)
    if row.state in {OutboxState.SENT, OutboxState.TAKEN_BACK}:
        raise Refused(f"mail {mail} is {_said(row.state)}", "there is nothing left to discard")
    if row.state is OutboxState.QUEUED and is_claimed(row, work.now):
        raise Refused(f"mail {mail} is being sent just now", "look at it again in a while")
    why = f": {row.last_error}" if row.last_error else ""
    row.state, row.before = OutboxState.TAKEN_BACK, None
    row.last_error = f"discarded by {work.actor.login}{why}"
    forget_key(row)
    forget_question(work, row)
    _record(work, row, "mail_discarded")
    work.session.add(row)
    work.session.flush()


def of_state(work: Work, state: OutboxState) -> Sequence[int]:
    """The mails of a state whose tickets the actor may see, oldest first."""
    rows = work.session.scalars(select(Outbox).where(col(Outbox.state) == state).order_by(col(Outbox.id))).all()
    return [row.id for row in rows if row.id is not None and _visible(work, row)]


def _found(work: Work, mail: int) -> Outbox:
    if work.actor.role is Role.AUDITOR:
        raise Refused("an auditor reads everything and changes nothing", "ask an agent of the team")
    row = work.session.get(Outbox, mail)
    if row is None or not _visible(work, row):
        raise NotFound(f"there is no mail {mail} in the outbox", "see `sdesk mail outbox list`")
    return row


def _visible(work: Work, row: Outbox) -> bool:
    ticket = work.session.get(Ticket, row.ticket_id) if row.ticket_id is not None else None
    return work.actor.sees_all if ticket is None else sees(work, work.actor, ticket)


def _give_key(work: Work, row: Outbox) -> None:
    """A new key for a question to an agent, in place of the one that went with the mail that failed."""
    agent = work.rules.agents[row.agent_id or 0]
    ticket = work.session.get_one(Ticket, row.ticket_id)
    note = row.values["note"]
    olds = work.session.scalars(
        select(Token).where(col(Token.message_ref) == note, col(Token.agent_id) == agent.id)
    ).all()
    if not olds:
        raise Refused(f"what mail {row.id} asks is answered by now", "there is nothing left to send")
    if agent.retired or not sees(work, work.rules.actor(agent.id), ticket):
        raise Refused(f"mail {row.id} asks {agent.key}, who may not see the ticket now", "discard it")
    if ticket.status in {Status.CLOSED, Status.MERGED, Status.SPAM}:
        raise Refused(f"mail {row.id} is of a ticket that is {ticket.status}", "reopen the ticket first, or discard it")
    for old in olds:
        work.session.delete(old)
    number = require_id(ticket)
    token = new_token(work, number, TokenHolder.AGENT, agent_id=agent.id, address=agent.email, message_ref=note)
    row.message_id = make_message_id(work, number, token, ticket.team_id)
    # Where he is reached now: the key proves that it is he.
    row.recipients, row.to_address = recipients_of([Mailbox(agent.email, agent.name)]), agent.email.lower()


def _ask_approver_anew(work: Work, row: Outbox) -> None:
    """A new key for a question to an approver: the one of the mail that failed is forgotten."""
    ticket = work.session.get_one(Ticket, row.ticket_id)
    approval = work.session.get(Approval, row.values.get("approval"))
    if approval is None or approval.state is not ApprovalState.ASKED:
        raise Refused(f"what mail {row.id} asks is answered by now, or asked no more", "there is nothing left to send")
    number = require_id(ticket)
    token = new_token(work, number, TokenHolder.APPROVER, address=approval.address, approval_id=approval.id)
    row.message_id = make_message_id(work, number, token, ticket.team_id)


def _end_pause(work: Work, row: Outbox) -> None:
    """What waits for an agent goes together: after a failure of another one it would wait with that."""
    work.connection.execute(
        update(Outbox)
        .where(
            col(Outbox.kind) == MailKind.NOTIFICATION.value,
            col(Outbox.state) == OutboxState.QUEUED,
            col(Outbox.agent_id) == row.agent_id,
            col(Outbox.attempts) > 0,
            col(Outbox.send_after) > work.now,
        )
        .values(send_after=work.now)
    )


def _record(work: Work, row: Outbox, event: str) -> None:
    if row.ticket_id is not None:
        record(work, row.ticket_id, event, outbox=row.id, kind=row.kind, message=row.message_ref)


def _said(state: OutboxState) -> str:
    return state.value.replace("_", " ")
