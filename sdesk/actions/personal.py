"""What an agent keeps beside the tickets, and what helps him write: drafts, presence, ready replies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sdesk.domain.actor import Actor
from sdesk.domain.ticket import Direction, Doing

if TYPE_CHECKING:
    from sdesk.desk.opening import Desk, Work
    from sdesk.mail.outbox.ready import ReadyText


@dataclass(slots=True)
class Kept:
    """Where the words of an action are kept: they go from there in the transaction that makes something of them."""

    session: str = ""
    is_gone: bool = field(default=False, init=False)
    """Whether that was committed. Set in the writing thread."""

    @property
    def form_name(self) -> str:
        """The form that they were typed into; empty where it was the editor."""
        return ""

    def forget(self, work: Work, number: int) -> None:
        """In that transaction, which is about a ticket; newer words of another terminal stay."""
        raise NotImplementedError


@dataclass(slots=True)
class KeptDraft(Kept):
    """A draft of a message."""

    direction: Direction = Direction.OUT
    seen: str | None = None
    """The stamp of the draft that the words began with."""

    def forget(self, work: Work, number: int) -> None:
        from sdesk.desk.personal import forget_draft

        forget_draft(work, number, self.direction, session=self.session, seen=self.seen)


@dataclass(slots=True)
class KeptForm(Kept):
    """A draft of a form; of one that is done to several tickets, with the first that it is done to."""

    form: str = ""
    before: str = ""
    """The session that the form has its first words from."""
    before_at: datetime | None = None
    """When those were kept."""

    @property
    def form_name(self) -> str:
        """Its own."""
        return self.form

    def forget(self, work: Work, number: int) -> None:
        from sdesk.desk.personal import Before, forget_form

        forget_form(work, self.form, session=self.session, before=Before(self.before, self.before_at))


def save_form(
    desk: Desk, actor: Actor, kept: KeptForm, words: Mapping[str, str], *, now: datetime, is_open: bool = False
) -> None:
    """Keep what an agent has typed into a form; nothing forgets it. While it `is_open` no other terminal takes it.

    What something was made of meanwhile is kept no more.
    """
    if kept.is_gone:
        return
    from sdesk.desk.personal import Before
    from sdesk.desk.personal import save_form as use_case

    with desk.work(actor, now) as work:
        before = Before(kept.before, kept.before_at)
        use_case(work, kept.form, words, session=kept.session, before=before, is_open=is_open)
        work.session.commit()


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
