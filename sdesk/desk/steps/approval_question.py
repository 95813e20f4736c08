"""The open question of a ticket: whether somebody was asked for his approval and has not answered yet."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.history import record
from sdesk.domain.approval import ApprovalState
from sdesk.store.models import Approval, Ticket
from sdesk.store.prepared import Prepared

_OPEN = Prepared(
    select(col(Approval.id)).where(
        col(Approval.ticket_id) == bindparam("number"), col(Approval.state) == ApprovalState.ASKED.value
    )
)


def open_question(work: Work, number: int) -> Approval | None:
    """What is asked of somebody about a ticket just now."""
    found = _OPEN.run(work.connection, number=number).scalar()
    return None if found is None else work.session.get_one(Approval, found)


def is_asked(work: Work, address: str) -> bool:
    """Whether a mail address (in small letters) is that of an approver who has not answered yet."""
    asked = select(col(Approval.address)).where(col(Approval.state) == ApprovalState.ASKED)
    return any(each.lower() == address for each in work.connection.execute(asked).scalars())


def end_question(work: Work, number: int) -> bool:
    """The ticket is over, or another is asked: nobody need answer any more. Gives whether anybody was asked."""
    work.session.flush()
    found = _OPEN.run(work.connection, number=number).scalar()
    if found is None:
        return False
    row = work.session.get_one(Approval, found)
    row.state, row.decided_at, row.remind_at, row.tell_at = ApprovalState.CANCELLED, work.now, None, None
    work.session.add(row)
    work.session.flush()
    record(work, number, "approval_cancelled", approver=row.address or None)
    return True


def was_refused(work: Work, ticket: Ticket) -> bool:
    """Whether a ticket ended by an approver's no, and is not open again since."""
    wanted = select(col(Approval.id)).where(
        col(Approval.ticket_id) == ticket.id,
        col(Approval.state) == ApprovalState.REFUSED,
        col(Approval.decided_at) == ticket.resolved_at,
    )
    return ticket.resolved_at is not None and work.connection.execute(wanted.limit(1)).first() is not None
