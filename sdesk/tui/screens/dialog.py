"""What every question has in common: a titled box over the screen, Esc to leave, an error under the field."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer | None]):
    """A box with a title; None is the answer of who leaves it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def __init__(self, title: str, *, hint: str = "", classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._title, self._hint = title, hint

    def compose(self) -> ComposeResult:
        with Vertical(id="box") as box:
            box.border_title = _plain(self._title)
            box.border_subtitle = _plain(self._hint)
            yield from self.fields()
            yield Static("", id="error", markup=False)

    def fields(self) -> ComposeResult:
        """What stands in the box."""
        yield Static("", markup=False)

    def complain(self, text: str) -> None:
        """Say under the fields what is wrong; the box stays."""
        error = self.query_one("#error", Static)
        error.update(text)
        error.display = bool(text)

    def on_mount(self) -> None:
        self.complain("")

    def action_leave(self) -> None:
        """Leave without an answer."""
        self.dismiss(None)


def _plain(text: str) -> str:
    """A border's title takes markup: brackets in it are text."""
    return text.replace("[", r"\[")


class Confirm(Dialog[bool]):
    """A question that changes much: `y` does it; Enter, `n` and Esc do not."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,н", "yes", show=False),
        Binding("n,т,enter", "leave", show=False),
    ]

    def __init__(self, question: str, verb: str) -> None:
        super().__init__(question, hint=f"y {verb}   n Cancel")
        self._verb = verb

    def fields(self) -> ComposeResult:
        yield Static(f"Press y to {self._verb.lower()}; Enter, n or Esc leave everything as it is.", markup=False)

    def action_yes(self) -> None:
        """Do it."""
        self.dismiss(True)
