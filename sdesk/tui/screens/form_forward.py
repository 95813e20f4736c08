"""The form that asks a supplier: whom, what, which messages go along, and whether the ticket waits."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.suggester import SuggestFromList
from textual.widgets import Static, TextArea

from sdesk.domain.errors import BadInput
from sdesk.domain.mail_address import is_mail_address
from sdesk.store.reader.detail_rows import MessageRow, TicketDetail
from sdesk.tui.language import _
from sdesk.tui.screens.form import Form, Values, buttons
from sdesk.tui.screens.form_split import line_of
from sdesk.tui.screens.forms import ParseEnd, Shown, spent_field, spent_of
from sdesk.tui.widgets.checks import Checks
from sdesk.tui.widgets.field import Field
from sdesk.tui.widgets.picks import Picks


class ForwardForm(Form):
    """A question to a supplier."""

    def __init__(self, title: str, parse: ParseEnd, shown: Shown) -> None:
        super().__init__(title, hint=_("Ctrl+G Send   Tab Next field   Esc Cancel"))
        self._parse, self._shown = parse, shown
        self._messages: Sequence[MessageRow] = ()

    def fields(self) -> ComposeResult:
        yield Field(_("To"), id="to", placeholder=_("the supplier's address; Right completes"), read=_address)
        yield Static(_("What is asked (stays between the desk and the supplier)"), classes="label first", markup=False)
        yield TextArea(id="text", compact=True, tab_behavior="focus")
        yield Static(_("Messages that go along, with their files"), classes="label", markup=False)
        yield Checks(id="messages")
        yield Picks((_("go on working"), _("wait for the answer")), id="wait", in_line=True)
        yield Field(
            _("Until"),
            id="until",
            placeholder=_("when the wait ends by itself; empty: the team's wait"),
            read=lambda text: self._shown(self._parse(text)),
        )
        yield spent_field()
        with Horizontal(classes="buttons"):
            yield from buttons(_("Send"))

    def on_mount(self) -> None:
        self.query_one("#until", Field).display = False
        self.query_one("#to", Field).input.focus()

    def fill(self, detail: TicketDetail, suppliers: Sequence[str]) -> None:
        """Give the messages and the known suppliers, when they were read."""
        self._messages = [each for each in detail.messages if each.taken_back_at is None]
        self.query_one("#messages", Checks).fill([line_of(each, self._shown) for each in self._messages])
        self.query_one("#to", Field).input.suggester = SuggestFromList(suppliers, case_sensitive=False)

    @on(Picks.Changed, "#wait")
    def waits(self, event: Picks.Changed) -> None:
        """Until when is asked only where it waits."""
        self.query_one("#until", Field).display = event.picks.chosen == 1

    def values(self) -> Values | None:
        to, text = self.text_of("to"), self.text_of("text")
        if not to:
            self.missing("to", _("Say whom"))
            return None
        if not text:
            self.missing("text", _("Say what is asked of the supplier"))
            return None
        held = self.query_one("#messages", Checks).held
        values: Values = {
            "to": to,
            "text": text,
            "messages": tuple(self._messages[place].id for place in held),
            **spent_of(self),
        }
        if self.query_one("#wait", Picks).chosen == 1:
            values["wait"] = True
            if until := self.text_of("until"):
                values["until"] = self._parse(until)
        return values


def _address(text: str) -> str:
    address = text.rpartition("<")[2].rstrip("> ")
    if not is_mail_address(address):
        raise BadInput(_("no mail address yet"))
    return address
