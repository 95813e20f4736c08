"""What an agent keeps beside the tickets, and what helps him write: drafts, presence, ready replies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sdesk.domain.actor import Actor
from sdesk.domain.ticket import Direction, Doing

if TYPE_CHECKING:
    from sdesk.desk.opening import Desk
    from sdesk.mail.outbox.ready import ReadyText


def save_draft(
    desk: Desk,
    actor: Actor,
    number: int,
    direction: Direction,
    text: str | None,
    *,
    now: datetime,
    beside: Mapping[str, Any] | None = None,
    session: str = "",
    seen: str | None = None,
    joins: bool = False,
) -> None:
    """Keep what an agent has begun to write; an empty text forgets it. Conflict where another terminal wrote on; with
    `joins` both are kept."""
    from sdesk.desk.personal import save_draft as use_case

    with desk.work(actor, now) as work:
        use_case(work, number, direction, text, beside=beside, session=session, seen=seen, joins=joins)
        work.session.commit()


def be_at(
    desk: Desk, actor: Actor, number: int | None, doing: Doing, *, now: datetime, seconds: float | None = None
) -> None:
    """Say that an agent is at this ticket for the next while, or for so many seconds, or at none."""
    from sdesk.desk.presence import LIVES
    from sdesk.desk.presence import be_at as use_case

    with desk.work(actor, now) as work:
        use_case(work, number, doing, seconds=LIVES.total_seconds() if seconds is None else seconds)
        work.session.commit()


def ready_replies(desk: Desk, actor: Actor, number: int, *, now: datetime) -> tuple[ReadyText, ...]:
    """The ready replies for a ticket, with its values put in."""
    from sdesk.desk.outbox.ready import ready_for
    from sdesk.mail.outbox.ready import filled

    with desk.look(actor, now) as work:
        facts, found = ready_for(work, number)
    return filled(facts, found)
