"""The forms of time spent and agreed visits."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from sdesk.domain.duration import format_duration
from sdesk.domain.safe_text import one_line
from sdesk.store.reader.detail_rows import TicketDetail
from sdesk.tui.language import _
from sdesk.tui.render.words import in_units
from sdesk.tui.screens.form import Form, Values, buttons
from sdesk.tui.screens.forms import Parse, Shown, seconds_of, spent_field
from sdesk.tui.widgets.button import Button
from sdesk.tui.widgets.field import Field


class SpentForm(Form):
    """How long one worked on it."""

    def __init__(self, title: str) -> None:
        super().__init__(title, hint=_("Enter Write down   Esc Cancel"))

    def fields(self) -> ComposeResult:
        yield Static("", id="known", markup=False)
        yield spent_field()
        with Horizontal(classes="buttons"):
            yield from buttons(_("Write down"))

    def on_mount(self) -> None:
        self.query_one("#spent", Field).input.focus()

    def fill(self, detail: TicketDetail) -> None:
        """Show what is written down already."""
        self.query_one("#known", Static).update(
            _("written down so far: {time}; -5m corrects").format(time=in_units(format_duration(detail.seconds_spent)))
        )

    def go_on(self) -> None:
        """Enter does it: there is one field."""
        self.action_send()

    def values(self) -> Values | None:
        text = self.text_of("spent")
        if not text:
            self.missing("spent", _("Say how long: 15m, 1h30m"))
            return None
        return {"spent": seconds_of(text)}


class VisitForm(Form):
    """When somebody comes, or that nobody does."""

    def __init__(self, title: str, parse: Parse, shown: Shown) -> None:
        super().__init__(title, hint=_("Enter Agreed   Tab Buttons   Esc Cancel"))
        self._parse, self._shown = parse, shown

    def fields(self) -> ComposeResult:
        yield Static("", id="known", markup=False)
        yield Field(
            _("Visit"),
            id="visit",
            placeholder=_("fri 10:00, tomorrow 9:30"),
            read=lambda text: self._shown(self._parse(text)),
        )
        with Horizontal(classes="buttons"):
            yield from buttons(_("Agreed"), ("none", _("No visit")))

    def on_mount(self) -> None:
        self.query_one("#visit", Field).input.focus()

    def fill(self, detail: TicketDetail) -> None:
        """Show what is agreed already."""
        visit = detail.visit
        words = _("no visit is agreed")
        if visit is not None:
            who = one_line(visit.agent_name or visit.agent or _("nobody yet"))
            words = _("agreed: {at}, {who}").format(at=self._shown(visit.starts_at), who=who)
        self.query_one("#known", Static).update(words)

    @on(Button.Pressed, "#none")
    def call_off(self) -> None:
        """Nobody comes."""
        self.send({"no_visit": True})

    def go_on(self) -> None:
        """Enter does it: there is one field."""
        self.action_send()

    def values(self) -> Values | None:
        text = self.text_of("visit")
        if not text:
            self.missing("visit", _("Say when, or choose No visit"))
            return None
        return {"visit": self._parse(text)}
