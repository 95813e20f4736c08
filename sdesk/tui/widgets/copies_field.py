"""Who has a copy: several mailboxes in a line, of which the one that is typed is completed from those whom the desk
knows, by name, login or address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from sdesk.domain.errors import BadInput
from sdesk.domain.inbound import Mailbox
from sdesk.domain.mailboxes import parse_mailbox, part_at, written
from sdesk.domain.safe_text import one_line
from sdesk.tui.widgets.suggestions import Line, Suggestions


@dataclass(frozen=True, slots=True)
class Suggested:
    """Somebody who may be meant."""

    box: Mailbox
    about: str
    """Who it is: a login, a unit."""


class CopiesField(Input):
    """The field. Tab or Enter takes what is chosen in the list, else the first; Esc closes the list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "take", show=False),
        Binding("down", "step(1)", show=False),
        Binding("up", "step(-1)", show=False),
        Binding("escape", "close", show=False),
    ]

    @dataclass
    class Asked(Message):
        """Words were typed: whoever knows who may be meant calls `offer`."""

        words: str

    def __init__(self, *, id: str, placeholder: str = "") -> None:
        super().__init__(id=id, compact=True, select_on_focus=False, placeholder=placeholder)
        self.list = Suggestions(id=f"{id}-known")
        """What stands below it."""
        self._known: tuple[Suggested, ...] = ()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While there is no list, these keys are those of the screen."""
        return bool(self._known) if action in {"take", "step", "close"} else super().check_action(action, parameters)

    @property
    def words(self) -> str:
        """What is typed of the mailbox under the cursor; empty where that is whole."""
        start, end = part_at(self.value, self.cursor_position)
        words = self.value[start:end].strip()
        try:
            parse_mailbox(words)
        except BadInput:
            return words
        return ""

    @on(Input.Changed)
    def seek(self) -> None:
        """Ask who may be meant."""
        words = self.words if self.has_focus else ""
        if words:
            self.post_message(self.Asked(words))
        else:
            self.action_close()

    def offer(self, words: str, known: Sequence[Suggested]) -> None:
        """Show who may be meant by these words, unless others were typed meanwhile."""
        if words != self.words or not self.has_focus:
            return
        self._known = tuple(known)
        self.list.show([Line(written(each.box), one_line(each.about)) for each in known])

    def action_step(self, by: int) -> None:
        """Up and down."""
        self.list.step(by)

    def action_close(self) -> None:
        """No list any more."""
        self._known = ()
        self.list.show([])

    def action_take(self, place: int | None = None) -> None:
        """Put in the one that is chosen, ready for another."""
        chosen = place if place is not None else self.list.chosen or 0
        if chosen >= len(self._known):
            return
        start, end = part_at(self.value, self.cursor_position)
        before, box = self.value[:start], written(self._known[chosen].box)
        head = f"{before}{' ' if before else ''}{box}, "
        self.action_close()
        with self.prevent(Input.Changed):
            self.value = head + self.value[end:].lstrip(",; ")
        self.cursor_position = len(head)
        self.post_message(self.Changed(self, self.value))

    async def action_submit(self) -> None:
        """Enter."""
        if self._known:
            self.action_take()
        else:
            await super().action_submit()

    def on_blur(self) -> None:
        self.action_close()
