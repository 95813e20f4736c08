"""What is one agent's own: drafts and seen marks. They change no ticket and bump no version."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.find import see_ticket
from sdesk.domain.errors import BadInput
from sdesk.domain.ticket import Direction
from sdesk.store.models import Draft, History, Seen


def save_draft(work: Work, number: int, direction: Direction, text: str | None) -> None:
    """Keep what an agent has begun to write for a ticket; an empty text forgets it. NotFound for one he may not see."""
    agent_id = _agent(work)
    see_ticket(work, number)
    draft = work.session.get(Draft, (agent_id, number, direction))
    if not text:
        if draft is not None:
            work.session.delete(draft)
    elif draft is None:
        work.session.add(
            Draft(agent_id=agent_id, ticket_id=number, direction=direction, text=text, updated_at=work.now)
        )
    else:
        draft.text, draft.updated_at = text, work.now
        work.session.add(draft)
    work.session.flush()


def mark_seen(work: Work, numbers: Sequence[int]) -> None:
    """Remember up to which event an agent has seen these tickets; NotFound where he may not see one of them."""
    agent_id = _agent(work)
    for number in numbers:
        see_ticket(work, number)
    newest = work.connection.execute(
        select(col(History.ticket_id), func.max(col(History.id)))
        .where(col(History.ticket_id).in_(numbers))
        .group_by(col(History.ticket_id))
    ).all()
    if newest:
        statement = insert(Seen).values(
            [{"agent_id": agent_id, "ticket_id": number, "history_id": event} for number, event in newest]
        )
        work.connection.execute(
            statement.on_conflict_do_update(
                index_elements=["agent_id", "ticket_id"], set_={"history_id": statement.excluded.history_id}
            )
        )


def _agent(work: Work) -> int:
    if work.actor.agent_id is None:
        raise BadInput("the desk itself keeps no drafts and marks", "say who acts with --as LOGIN")
    return work.actor.agent_id
