"""The forms that put a ticket aside or take it up again: for whom it waits, how it was resolved, why it is reopened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static, TextArea

from sdesk.domain.duration import format_duration, parse_duration
from sdesk.domain.instant import Day
from sdesk.domain.ticket import WAITS_BY_HAND, WaitingFor
from sdesk.tui.language import _
from sdesk.tui.render.words import in_units
from sdesk.tui.screens.form import Form, Values, buttons
from sdesk.tui.widgets.button import Button
from sdesk.tui.widgets.field import Field
from sdesk.tui.widgets.picks import Picks

Parse = Callable[[str], datetime]
"""Reads an instant as people write it; BadInput."""
ParseEnd = Callable[[str], datetime | Day]
"""Reads until when something lasts, an instant or a day alone; BadInput."""
Shown = Callable[[datetime | Day], str]
"""Writes an instant, or a day, for eyes."""


class WaitForm(Form):
    """For whom, until when, and what the requester is told."""

    def __init__(self, title: str, parse: ParseEnd, shown: Shown, *, many: bool = False) -> None:
        """`many`: several tickets wait, and each requester is told."""
        super().__init__(title, hint=_("Tab Next field   Ctrl+G Wait   Esc Cancel"))
        self._parse, self._shown, self._many = parse, shown, many

    def fields(self) -> ComposeResult:
        yield Picks((_("for the requester"), _("for a supplier"), _("for a date")), id="whom")
        yield Field(
            _("Until"),
            id="until",
            placeholder=_("2d, tomorrow, fri 10:00, 2026-11-27; empty: the team's wait"),
            read=lambda text: self._shown(self._parse(text)),
        )
        yield spent_field()
        whom = _("Tell each requester (empty: nothing is sent)") if self._many else ""
        label = whom or _("Tell the requester (empty: nothing is sent)")
        yield Static(label, classes="label first", markup=False)
        yield TextArea(id="text", compact=True, tab_behavior="focus")
        with Horizontal(classes="buttons"):
            yield from buttons(_("Wait"))

    def on_mount(self) -> None:
        self.query_one("#whom").focus()

    def values(self) -> Values | None:
        whom = WAITS_BY_HAND[self.query_one("#whom", Picks).chosen]
        until, text = self.text_of("until"), self.text_of("text")
        if whom is WaitingFor.DATE and not until:
            self.missing("until", _("Say until when"))
            return None
        values: Values = {"waiting_for": whom.value, **spent_of(self)}
        if until:
            values["until"] = self._parse(until)
        if text:
            values["text"] = text
        return values


class CloseForm(Form):
    """The resolution, told to the requester; silence must be chosen."""

    def __init__(self, title: str, *, many: bool = False) -> None:
        """`many`: several tickets are closed, and each requester is told."""
        super().__init__(title, hint=_("Ctrl+G Close and tell   Tab Next field   Esc Cancel"))
        self._many = many

    def fields(self) -> ComposeResult:
        label = _("Resolution, told to each requester") if self._many else _("Resolution, told to the requester")
        yield Static(label, classes="label first", markup=False)
        yield TextArea(id="text", compact=True, tab_behavior="focus")
        yield spent_field()
        with Horizontal(classes="buttons"):
            yield from buttons(_("Close and tell"), ("silent", _("Close silently")))

    def on_mount(self) -> None:
        self.query_one("#text").focus()

    @on(Button.Pressed, "#silent")
    def close_silently(self) -> None:
        """Close without a word; refused where words were written, which would be lost."""
        if self.text_of("text"):
            self.complain(_("There is a text: close and tell it, or empty the field"))
        elif (field := self.query_one("#spent", Field)).fault:
            field.input.focus()
        else:
            self.send({"silent": True, **spent_of(self)})

    def values(self) -> Values | None:
        text = self.text_of("text")
        if not text:
            self.missing("text", _("Write what was done, or choose Close silently"))
            return None
        return {"text": text, **spent_of(self)}


class ReopenForm(Form):
    """Why it is put back to work, as a note."""

    def __init__(self, title: str) -> None:
        super().__init__(title, hint=_("Ctrl+G Reopen   Tab Buttons   Esc Cancel"))

    def fields(self) -> ComposeResult:
        yield Static(_("Why, as a note that only agents see (may be empty)"), classes="label first", markup=False)
        yield TextArea(id="text", compact=True, tab_behavior="focus")
        with Horizontal(classes="buttons"):
            yield from buttons(_("Reopen"))

    def on_mount(self) -> None:
        self.query_one("#text").focus()

    def values(self) -> Values | None:
        text = self.text_of("text")
        return {"text": text} if text else {}


def seconds_of(text: str) -> int:
    """Seconds of `15m`; of `-5m`, fewer than none. BadInput."""
    written = text.strip()
    return -parse_duration(written[1:]) if written.startswith("-") else parse_duration(written)


def spent_field() -> Field:
    """How long one worked on it; may be empty."""
    return Field(
        _("Time spent"),
        id="spent",
        placeholder=_("15m, 1h30m"),
        read=lambda text: in_units(format_duration(seconds_of(text))),
    )


def spent_of(form: Form) -> Values:
    """What the field says, if anything."""
    text = form.text_of("spent")
    return {"spent": seconds_of(text)} if text else {}
