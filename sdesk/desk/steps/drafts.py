"""Words that come back to the agent who wrote them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.domain.beside import Beside, Then, beside_of
from sdesk.domain.inbound import Mailbox
from sdesk.domain.instant import from_rfc3339, to_rfc3339
from sdesk.domain.mailboxes import written
from sdesk.domain.outgoing import Party
from sdesk.domain.ticket import Direction, Status
from sdesk.store.models import Attachment, Draft, FormDraft, Message, Ticket


def had_files(work: Work, messages: Collection[int]) -> bool:
    """Whether files were attached to any of these: a draft has paths, which the desk never knew, so it loses them."""
    found = select(col(Attachment.id)).where(col(Attachment.message_id).in_(messages)).limit(1)
    return work.connection.execute(found).first() is not None


def message_back(work: Work, number: int, message: Message, left: Mapping[str, Any], form: str = "") -> None:
    """What was said of a ticket and taken back is a draft of its kind again, to be said again as it was.

    A resolution that was typed into the `form` that closes tickets stands there again.
    `left`: columns of the ticket as that had left them; it is put back by now. One to a supplier is a draft of a note:
    what was meant for him must not be one key away from the requester.
    """
    if message.party is Party.SUPPLIER:
        address = _listed(message, "to")
        # Text from now on, which is kept as it is: no sentence that a front end says in its language.
        _words_back(work, number, Direction.NOTE, f"Not sent to {address}:\n\n{message.text}", Beside())
    elif form.startswith("close ") and work.actor.agent_id is not None:
        session = f"taken-back.{to_rfc3339(work.now)}.{message.id}"
        words = {"text": message.text}
        work.session.add(
            FormDraft(agent_id=work.actor.agent_id, form=form, session=session, words=words, updated_at=work.now)
        )
    else:
        _words_back(work, number, message.direction, message.text, _way(work, number, message, left))


def _way(work: Work, number: int, message: Message, left: Mapping[str, Any]) -> Beside:
    """What an editor keeps beside the words of an answer: by mail or by phone, copies, what became of the ticket."""
    if message.direction is not Direction.OUT:
        return Beside()
    way = Beside(cc=_listed(message, "cc"), phone=message.message_id is None)
    if left.get("status") == Status.RESOLVED:
        return replace(way, then=Then.RESOLVE)
    if left.get("waiting_for") or left.get("wake_at"):
        # Where one of them is as it was, it is no other now.
        whom = left.get("waiting_for") or work.session.get_one(Ticket, number).waiting_for
        way = replace(way, then=Then(whom) if whom else Then.SEND)
        if left.get("wake_at"):
            until = from_rfc3339(left["wake_at"]).astimezone(ZoneInfo(work.rules.time_zone))
            way = replace(way, until=f"{until:%Y-%m-%d %H:%M}")
    return way


def _listed(message: Message, field: str) -> str:
    return ", ".join(written(Mailbox(*each)) for each in (message.recipients or {}).get(field, ()))


def _words_back(work: Work, number: int, direction: Direction, text: str, way: Beside) -> None:
    """A draft again, before any that the agent has begun meanwhile; what was chosen beside that stands."""
    agent_id = work.actor.agent_id
    if agent_id is None:
        return
    draft = work.session.get(Draft, (agent_id, number, direction))
    if draft is None:
        draft = Draft(agent_id=agent_id, ticket_id=number, direction=direction, text=text, updated_at=work.now)
    else:
        way = beside_of(draft.beside).joined(way)
        draft.text, draft.updated_at = f"{text}\n\n{draft.text}", work.now
    draft.beside = way.kept()
    # An editor that is open somewhere has older words.
    draft.stamp = f"taken-back.{to_rfc3339(work.now)}"
    work.session.add(draft)
