"""The two questions with several fields: for whom a ticket waits and until when, and what its resolution is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Button, Input, Static, TextArea

from sdesk.domain.errors import BadInput
from sdesk.domain.ticket import WaitingFor
from sdesk.tui.screens.dialog import Dialog
from sdesk.tui.widgets.picks import Picks

Values = dict[str, Any]
"""Values of an action, by parameter name."""


class Form(Dialog[Values]):
    """Several fields, among them words for the requester, which outlive a slip."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+g,ctrl+п", "send", show=False)]

    def __init__(self, title: str, *, hint: str, text: str) -> None:
        super().__init__(title, hint=hint, classes="form")
        self.text = text
        """What is told to the requester, as far as it is written."""

    @on(TextArea.Changed, "#text")
    def keep(self, event: TextArea.Changed) -> None:
        """Remember the words, for whoever leaves by a slip."""
        self.text = event.text_area.text

    @on(Button.Pressed, "#cancel")
    def cancel(self) -> None:
        """Leave everything as it is."""
        self.dismiss(None)


class WaitForm(Form):
    """For whom, until when, and what the requester is told."""

    def __init__(
        self, title: str, parse: Callable[[str], datetime], shown: Callable[[datetime], str], *, text: str = ""
    ) -> None:
        """`parse` reads an instant as people write it (BadInput); `shown` writes one for eyes; `text` was kept."""
        super().__init__(title, hint="Tab Next field   Ctrl+G Wait   Esc Cancel", text=text)
        self._parse, self._written = parse, shown

    def fields(self) -> ComposeResult:
        yield Picks(("for the requester", "for a supplier", "for a date"), id="whom")
        yield Static("Until (2d, tomorrow 10:00, 2026-11-27; empty: as long as the team waits)", classes="label")
        yield Input(id="until", compact=True)
        yield Static("", id="means", markup=False)
        yield Static("Tell the requester (empty: nothing is sent)", classes="label")
        yield TextArea(self.text, id="text", compact=True, tab_behavior="focus")
        with Horizontal(classes="buttons"):
            yield Button("Wait", id="send", compact=True)
            yield Button("Cancel", id="cancel", compact=True)

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#whom").focus()

    @on(Input.Changed, "#until")
    def explain(self, event: Input.Changed) -> None:
        """Say at once what was understood."""
        self.complain("")
        means = self.query_one("#means", Static)
        if not event.value.strip():
            means.update("")
            return
        try:
            means.update(f"= {self._written(self._parse(event.value))}")
        except BadInput as error:
            means.update("")
            self.complain(str(error))

    @on(Button.Pressed, "#send")
    def action_send(self) -> None:
        """Answer, if the fields are right."""
        whom = tuple(WaitingFor)[self.query_one("#whom", Picks).chosen]
        values: Values = {"waiting_for": whom.value}
        until = self.query_one("#until", Input).value.strip()
        text = self.query_one("#text", TextArea).text.strip()
        if whom is WaitingFor.DATE and not until:
            self.complain("Say until when")
            return
        if until:
            try:
                values["until"] = self._parse(until)
            except BadInput as error:
                self.complain(str(error))
                return
        if text:
            values["text"] = text
        self.dismiss(values)


class CloseForm(Form):
    """The resolution, told to the requester; silence must be chosen."""

    def __init__(self, title: str, *, text: str = "") -> None:
        """`text` was kept."""
        super().__init__(title, hint="Ctrl+G Close and tell   Tab Buttons   Esc Cancel", text=text)

    def fields(self) -> ComposeResult:
        yield Static("Resolution, told to the requester", classes="label first")
        yield TextArea(self.text, id="text", compact=True, tab_behavior="focus")
        with Horizontal(classes="buttons"):
            yield Button("Close and tell", id="send", compact=True)
            yield Button("Close silently", id="silent", compact=True)
            yield Button("Cancel", id="cancel", compact=True)

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#text").focus()

    @on(Button.Pressed, "#silent")
    def close_silently(self) -> None:
        """Close without a word; refused where words were written, which would be lost."""
        if self.query_one("#text", TextArea).text.strip():
            self.complain("There is a text: close and tell it, or empty the field")
            return
        self.dismiss({"silent": True})

    @on(Button.Pressed, "#send")
    def action_send(self) -> None:
        """Close and tell."""
        text = self.query_one("#text", TextArea).text.strip()
        if not text:
            self.complain("Write what was done, or choose Close silently")
            return
        self.dismiss({"text": text})
