"""Words that come back to the agent who wrote them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.domain.inbound import Mailbox
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.mailboxes import written
from sdesk.domain.outgoing import Party
from sdesk.domain.ticket import Direction
from sdesk.store.models import Attachment, Draft, Message


def had_files(work: Work, messages: Collection[int]) -> bool:
    """Whether files were attached to any of these: a draft has paths, which the desk never knew, so it loses them."""
    found = select(col(Attachment.id)).where(col(Attachment.message_id).in_(messages)).limit(1)
    return work.connection.execute(found).first() is not None


def message_back(work: Work, message: Message) -> None:
    """A message that was taken back is a draft of its kind again.

    One to a supplier is a draft of a note: what was meant for him must not be one key away from the requester.
    """
    said = message.recipients or {}
    if message.party is Party.SUPPLIER:
        address = ", ".join(written(Mailbox(*each)) for each in said.get("to", ()))
        # Text from now on, which is kept as it is: no sentence that a front end says in its language.
        words_back(work, message.ticket_id, Direction.NOTE, f"Not sent to {address}:\n\n{message.text}")
    else:
        copies = ", ".join(written(Mailbox(*each)) for each in said.get("cc", ()))
        words_back(work, message.ticket_id, message.direction, message.text, copies)


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
