"""The question under which name, and on which digit, a filter is saved as a view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from sdesk.domain.errors import BadInput, about
from sdesk.domain.safe_text import one_line
from sdesk.domain.views import EVERYBODY, checked_digit, checked_name
from sdesk.tui.language import _, told_error
from sdesk.tui.screens.dialog import Dialog
from sdesk.tui.views import View
from sdesk.tui.widgets.button import Button
from sdesk.tui.widgets.picks import Picks


@dataclass(frozen=True, slots=True)
class ViewAnswer:
    """How a view is to be saved."""

    name: str
    digit: int | None
    everybody: bool


class ViewForm(Dialog[ViewAnswer]):
    """Name, digit, and whose it is. Enter in any field saves."""

    def __init__(self, words: str, old: View | None, views: Sequence[View]) -> None:
        """`words` are saved; `old` is the saved view that they come from, whose name stands there already."""
        super().__init__(
            _("Save the filter as a view"), hint=_("Enter Save   Tab Next field   Esc Cancel"), classes="form"
        )
        self._words, self._old, self._views = words, old, views

    def fields(self) -> ComposeResult:
        old = self._old
        yield Static(f"  {one_line(self._words) or _('all that is open')}", classes="label first", markup=False)
        yield Static(_("Name"), classes="label")
        yield Input(old.name if old is not None else "", id="name", compact=True)
        yield Static(_("Digit, 1 to 9 (empty: what is free of 7, 8 and 9)"), classes="label")
        yield Input(str(old.digit) if old is not None and old.digit else "", id="digit", compact=True)
        yield Static("", id="means", markup=False)
        yield Static(_("Who has it"), classes="label")
        whose = Picks((_("only me"), _("everybody (for leads and admins)")), id="whose")
        whose.chosen = 1 if old is not None and old.owner == EVERYBODY else 0
        yield whose
        with Horizontal(classes="buttons"):
            yield Button(_("Save"), id="save")
            yield Button(_("Cancel"), id="cancel")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#name").focus()

    @on(Input.Changed, "#digit")
    def explain(self, event: Input.Changed) -> None:
        """Say which view would lose its digit."""
        self.complain("")
        loses = next((view for view in self._views if str(view.digit) == event.value.strip()), None)
        same = loses is None or (self._old is not None and loses.key == self._old.key)
        self.query_one("#means", Static).update(
            "" if same or loses is None else _("{view} loses it").format(view=loses.label)
        )

    @on(Input.Submitted)
    @on(Button.Pressed, "#save")
    def save(self) -> None:
        """Answer, if name and digit are right."""
        everybody = self.query_one("#whose", Picks).chosen == 1
        typed = self.query_one("#digit", Input).value.strip()
        try:
            with about("name"):
                name = checked_name(self.query_one("#name", Input).value)
            with about("digit"):
                digit = checked_digit(digit_in(typed), everybody=everybody)
        except BadInput as error:
            self.complain(told_error(error))
            self.query_one(f"#{error.about}").focus()
            return
        self.dismiss(ViewAnswer(name, digit, everybody))

    @on(Button.Pressed, "#cancel")
    def cancel(self) -> None:
        """Save nothing."""
        self.dismiss(None)


def digit_in(text: str) -> int | None:
    """The digit that was typed; None for nothing."""
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) == 1 else 0
