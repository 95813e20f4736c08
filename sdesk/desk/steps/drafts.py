"""Words that come back to the agent who wrote them."""

from __future__ import annotations

from sdesk.desk.opening import Work
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.ticket import Direction
from sdesk.store.models import Draft


def words_back(work: Work, number: int, direction: Direction, text: str, copies: str = "") -> None:
    """What was taken back is a draft again, before any that the agent has begun meanwhile; so is who had a copy."""
    agent_id = work.actor.agent_id
    if agent_id is None:
        return
    draft = work.session.get(Draft, (agent_id, number, direction))
    if draft is None:
        draft = Draft(agent_id=agent_id, ticket_id=number, direction=direction, text=text, updated_at=work.now)
    else:
        draft.text, draft.updated_at = f"{text}\n\n{draft.text}", work.now
    if copies and not draft.beside.get("cc"):
        draft.beside = {**draft.beside, "cc": copies}
    # An editor that is open somewhere has older words.
    draft.stamp = f"taken-back.{to_rfc3339(work.now)}"
    work.session.add(draft)
