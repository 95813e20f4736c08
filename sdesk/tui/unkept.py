"""Words of an editor that was left, held until the store has them: a store that is locked must not cost a draft."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sdesk.actions.personal import save_draft
from sdesk.domain.errors import SdeskError, Unavailable
from sdesk.domain.ticket import Direction
from sdesk.tui.language import _, told_error

if TYPE_CHECKING:
    from datetime import datetime

    from sdesk.desk.opening import Desk
    from sdesk.domain.actor import Actor
    from sdesk.tui.app import Console
    from sdesk.tui.outgoing import Beside

AGAIN_SECONDS = 2.0
"""How often it is tried again."""


@dataclass(slots=True)
class Left:
    """What an editor held when it was left."""

    number: int
    ref: str
    direction: Direction
    text: str | None
    """None: the draft is to go."""
    beside: Beside
    session: str
    seen: str | None
    is_settled: bool = field(default=False, init=False)
    """In the store, or with an editor again. Set in the writing thread too, which then writes it no second time."""
    waits: bool = field(default=False, init=False)
    """Whether the last try was refused, and the next is to come."""
    said: str = field(default="", init=False)

    def keep(self, desk: Desk, actor: Actor, now: datetime) -> None:
        """Write it, beside newer words of another terminal; in the writing thread."""
        if not self.is_settled:
            save_draft(
                desk,
                actor,
                self.number,
                self.direction,
                self.text,
                now=now,
                beside=self.beside.kept(),
                session=self.session,
                seen=self.seen,
                joins=True,
            )
            self.is_settled = True


class Unkept:
    """Everything that was left and that the store has not answered for yet."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._left: dict[tuple[int, Direction], Left] = {}

    @property
    def held(self) -> tuple[Left, ...]:
        """What would be lost with the console."""
        return tuple(each for each in self._left.values() if not each.is_settled)

    def hold(self, left: Left) -> None:
        """Hold it and have it written."""
        if (older := self.take(left.number, left.direction)) is not None and left.text is not None:
            # An editor that was left before it had read its draft does not know of these.
            left.text = f"{older.text}\n\n{left.text}" if older.text and older.session != left.session else left.text
        self._left[left.number, left.direction] = left
        self._write(left)

    def find(self, number: int, direction: Direction) -> Left | None:
        """What is held of a ticket; it stays held."""
        left = self._left.get((number, direction))
        return None if left is None or left.is_settled else left

    def take(self, number: int, direction: Direction) -> Left | None:
        """Give it to an editor, which keeps it from now on."""
        left = self.find(number, direction)
        if left is not None:
            left.is_settled = True
            del self._left[number, direction]
        return left

    def again(self) -> None:
        """Try again what was refused."""
        for left in self.held:
            if left.waits:
                self._write(left)

    def at_the_end(self) -> None:
        """The console ends, and no answer arrives any more: all of it once more, which the writing thread sees to."""
        for left in self.held:
            self._write(left)

    def rescued(self) -> Unavailable | None:
        """What the store did not take to the very end is put into files that only this person can read."""
        files = []
        for left in self.held:
            handle, path = tempfile.mkstemp(prefix=f"sdesk-{left.ref}-", suffix=".txt")
            with open(handle, "w", encoding="utf-8") as file:
                file.write(left.text or "")
            files.append(path)
        if not files:
            return None
        refs = ", ".join(left.ref for left in self.held)
        return Unavailable(
            _("the draft of {refs} could not be kept: the store does not answer").format(refs=refs),
            _("its words are in {files}").format(files=", ".join(files)),
        )

    def _write(self, left: Left) -> None:
        left.waits = False
        self._console.link.keep(
            self._console, left.keep, lambda nothing: self._kept(left), lambda error: self._refused(left, error)
        )

    def _kept(self, left: Left) -> None:
        key = left.number, left.direction
        if self._left.get(key) is left:
            del self._left[key]
            if left.text is not None:
                self._console.notice(_("draft of {ref} kept").format(ref=left.ref))

    def _refused(self, left: Left, error: SdeskError) -> None:
        if left.is_settled:
            return
        left.waits = True
        text = _("The draft of {ref} is not kept yet, it is tried again: {why}")
        said = text.format(ref=left.ref, why=told_error(error))
        if said != left.said:
            left.said = said
            self._console.notice(said, "error")
