"""What every question has in common: a titled box over the screen, Esc to leave, an error under the field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from sdesk.domain.safe_text import one_line
from sdesk.tui.language import _
from sdesk.tui.markup import verbatim
from sdesk.tui.stylesheet import rules_of
from sdesk.tui.widgets.button import Button

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer | None]):
    """A box with a title; None is the answer of who leaves it."""

    CSS_PATH = rules_of("dialog")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def __init__(self, title: str, *, hint: str = "", classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._title, self._hint = title, hint

    def compose(self) -> ComposeResult:
        with Vertical(id="box") as box:
            box.border_title = verbatim(self._title)
            box.border_subtitle = verbatim(self._hint)
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

    def hint(self, text: str) -> None:
        """Say something else at the foot of the box."""
        self.query_one("#box").border_subtitle = verbatim(text)

    def on_mount(self) -> None:
        self.complain("")

    def action_leave(self) -> None:
        """Leave without an answer."""
        self.dismiss(None)


class Confirm(Dialog[bool]):
    """A question that changes much: `y` does it; Enter, `n` and Esc do not."""

    AUTO_FOCUS = "#cancel"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,н", "yes", show=False),
        Binding("n,т,enter", "leave", show=False),
        Binding("left,up,right,down", "other", show=False),
    ]

    def __init__(self, question: str, verb: str, lines: Sequence[str] = ()) -> None:
        """`lines`: what it is about."""
        super().__init__(question, hint=_("y {verb}   n Cancel").format(verb=verb), classes="confirm")
        self._verb, self._lines = verb, lines

    def fields(self) -> ComposeResult:
        if self._lines:
            yield Static("\n".join(one_line(line) for line in self._lines), markup=False, classes="about")
        yield Static(_("Enter, n or Esc leave everything as it is."), markup=False, classes="dim")
        with Horizontal(classes="buttons"):
            yield Button(_("Cancel"), id="cancel")
            yield Button(self._verb, id="yes")

    @on(Button.Pressed, "#yes")
    def action_yes(self) -> None:
        """Do it."""
        self.dismiss(True)

    @on(Button.Pressed, "#cancel")
    def cancel(self) -> None:
        """Leave everything as it is."""
        self.dismiss(None)

    def action_other(self) -> None:
        """To the other button."""
        self.focus_next()
