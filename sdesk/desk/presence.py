"""Who is at which ticket just now, for others to see. It changes no ticket and bumps no version."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.personal import own_agent
from sdesk.desk.steps.find import see_ticket
from sdesk.domain.ticket import Doing
from sdesk.store.models import Presence

LIVES = timedelta(seconds=30)
"""How long it holds: whoever is still there says so again sooner. A console that was killed is gone by then."""


def be_at(
    work: Work, number: int | None, doing: Doing = Doing.READING, *, seconds: float = LIVES.total_seconds()
) -> None:
    """The acting agent is at this ticket and at no other, or at none. NotFound for one that he may not see.

    It holds for so many `seconds`. What nobody renewed is swept away with it.
    """
    agent_id = own_agent(work)
    if number is not None:
        see_ticket(work, number)
        until = work.now + timedelta(seconds=seconds)
        statement = insert(Presence).values(ticket_id=number, agent_id=agent_id, doing=doing, until=until)
        work.connection.execute(
            statement.on_conflict_do_update(
                index_elements=["ticket_id", "agent_id"],
                set_={"doing": statement.excluded.doing, "until": statement.excluded.until},
            )
        )
    work.connection.execute(
        delete(Presence).where(
            (col(Presence.until) <= work.now)
            | ((col(Presence.agent_id) == agent_id) & (col(Presence.ticket_id) != (number or 0)))
        )
    )
