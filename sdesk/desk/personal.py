"""What is one agent's own: drafts of messages and of forms, seen marks. They change no ticket and bump no version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, delete, false, func, or_, select
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.find import see_ticket
from sdesk.domain.beside import beside_of
from sdesk.domain.errors import BadInput, Conflict
from sdesk.domain.ticket import Direction
from sdesk.store.models import Draft, FormDraft, History, Seen

FORM_LIVES = timedelta(seconds=10)
"""How long a form counts as open after it was kept last: longer than a few beats of a store that is slow to answer."""


class Before(NamedTuple):
    """The words that a form began with: whose they were, and when they were kept."""

    session: str = ""
    at: datetime | None = None


NOTHING = Before()


def save_draft(
    work: Work,
    number: int,
    direction: Direction,
    text: str | None,
    *,
    beside: Mapping[str, Any] | None = None,
    session: str = "",
    seen: str | None = None,
    joins: bool = False,
) -> None:
    """Keep what an agent has begun to write for a ticket; neither text nor files forget it.

    `session` names the editor that it is written in, and `seen` is the stamp of the draft that it began with. Conflict
    where another editor has changed it since: its words are newer. With `joins` both are kept instead, those first, as
    nobody is there any more to look at them. Without a session whatever stands is written over.
    NotFound for a ticket that the agent may not see.
    """
    agent_id = own_agent(work)
    see_ticket(work, number)
    draft = work.session.get(Draft, (agent_id, number, direction))
    if draft is not None and session and draft.stamp != seen and not draft.stamp.startswith(f"{session}."):
        if not joins:
            raise Conflict(
                f"the draft of {work.rules.ref(number)} was written on at another terminal", "look at its words there"
            )
        if not text and not (beside or {}).get("files"):
            return
        text = "\n\n".join(filter(None, (draft.text, text)))
        beside = beside_of(beside or {}).joined(beside_of(draft.beside)).kept()
        # An editor that goes on with these words does not know of the others yet.
        session = f"{session}-joined"
    if not text and not (beside or {}).get("files"):
        if draft is not None:
            work.session.delete(draft)
    else:
        if draft is None:
            draft = Draft(agent_id=agent_id, ticket_id=number, direction=direction, text="", updated_at=work.now)
        draft.text, draft.beside, draft.updated_at = text or "", dict(beside or {}), work.now
        draft.stamp = _next_stamp(draft.stamp, session)
        work.session.add(draft)
    work.session.flush()


def forget_draft(work: Work, number: int, direction: Direction, *, session: str, seen: str | None) -> None:
    """Something was made of the words of a draft; newer ones of another editor stay."""
    draft = work.session.get(Draft, (own_agent(work), number, direction))
    if draft is not None and (draft.stamp == seen or (session and draft.stamp.startswith(f"{session}."))):
        work.session.delete(draft)
        work.session.flush()


def save_form(
    work: Work, form: str, words: Mapping[str, str], *, session: str, before: Before = NOTHING, is_open: bool = False
) -> None:
    """Keep what an agent has typed into a form (`FormDraft`); nothing forgets it.

    `session` names the form, and `before` what it has its first words from: it has them now. While it `is_open` it is
    kept again and again, so that no other terminal takes its words for left ones.
    """
    forget_form(work, form, session=session, before=before)
    if words:
        work.session.add(
            FormDraft(
                agent_id=own_agent(work),
                form=form,
                session=session,
                words=dict(words),
                updated_at=work.now,
                open_until=work.now + FORM_LIVES if is_open else None,
            )
        )
        work.session.flush()


def forget_form(work: Work, form: str, *, session: str, before: Before = NOTHING) -> None:
    """Something was made of these words; those of another terminal stay, and what was kept again since it was read."""
    of = col(FormDraft.session)
    read = and_(of == before.session, col(FormDraft.updated_at) <= before.at) if before.at is not None else false()
    mine = col(FormDraft.agent_id) == own_agent(work), col(FormDraft.form) == form
    work.connection.execute(delete(FormDraft).where(*mine, or_(of == session, read)))


def _next_stamp(stamp: str, session: str) -> str:
    before, _, count = stamp.rpartition(".")
    return f"{session}.{int(count) + 1 if before == session and count.isdigit() else 1}"


def mark_seen(work: Work, numbers: Sequence[int]) -> None:
    """Remember up to which event an agent has seen these tickets; NotFound where he may not see one of them."""
    agent_id = own_agent(work)
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


def own_agent(work: Work) -> int:
    """Who acts; BadInput for the desk itself."""
    if work.actor.agent_id is None:
        raise BadInput("the desk itself keeps no drafts and marks", "say who acts with --as LOGIN")
    return work.actor.agent_id
