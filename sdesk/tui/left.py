"""What an editor or a form held when it was left, and how it is written: see `Unkept`, which holds it until then."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sdesk.actions.personal import Kept, KeptDraft, KeptForm, save_draft, save_form

if TYPE_CHECKING:
    from datetime import datetime

    from sdesk.desk.opening import Desk
    from sdesk.domain.actor import Actor
    from sdesk.domain.beside import Beside


@dataclass(slots=True, kw_only=True)
class Left:
    """What an editor or a form held when it was left."""

    key: Hashable
    """What it is about: one alone is held of each."""
    ref: str
    text: str | None
    """The words; None: the draft is to go."""
    words: Kept
    """Where they are kept: what has gone from there was sent, and does not come back."""
    is_settled: bool = field(default=False, init=False)
    """In the store, or with an editor again. Set in the writing thread too, which then writes it no second time."""
    waits: bool = field(default=False, init=False)
    """Whether the last try was refused, and the next is to come."""
    is_told: bool = False
    """Whether it was said already that it is kept."""
    said: str = field(default="", init=False)

    def keep(self, desk: Desk, actor: Actor, now: datetime) -> None:
        """Write it; in the writing thread."""
        if not self.is_settled:
            if not self.words.is_gone:
                self.write(desk, actor, now)
            self.is_settled = True

    def write(self, desk: Desk, actor: Actor, now: datetime) -> None:
        """Into the store."""
        raise NotImplementedError


@dataclass(slots=True, kw_only=True)
class LeftDraft(Left):
    """Of the editor of a message."""

    number: int
    words: KeptDraft
    beside: Beside

    def write(self, desk: Desk, actor: Actor, now: datetime) -> None:
        """Beside newer words of another terminal."""
        save_draft(
            desk,
            actor,
            self.number,
            self.words.direction,
            self.text,
            now=now,
            beside=self.beside.kept(),
            session=self.words.session,
            seen=self.words.seen,
            joins=True,
        )


@dataclass(slots=True, kw_only=True)
class LeftForm(Left):
    """Of a form."""

    words: KeptForm
    fields: Mapping[str, str]

    def write(self, desk: Desk, actor: Actor, now: datetime) -> None:
        """Its fields."""
        save_form(desk, actor, self.words, self.fields, now=now)
