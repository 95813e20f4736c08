"""The form that splits messages off a ticket."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket import Direction
from sdesk.store.reader.detail_rows import MessageRow, TicketDetail
from sdesk.tui.language import _
from sdesk.tui.screens.form import Form, Values, buttons
from sdesk.tui.screens.forms import Shown
from sdesk.tui.widgets.checks import Checks
from sdesk.tui.widgets.field import Field


class SplitForm(Form):
    """Which messages become a ticket of their own, and its subject."""

    def __init__(self, title: str, shown: Shown) -> None:
        super().__init__(title, hint=_("Space Choose   Ctrl+G Split off   Esc Cancel"))
        self._messages: Sequence[MessageRow] = ()
        self._shown = shown

    def fields(self) -> ComposeResult:
        yield Static(
            _("Which messages (the first must be a request; its sender asks)"), classes="label first", markup=False
        )
        yield Checks(id="messages")
        yield Static(_("A split is not undone: one merges the new ticket back"), classes="dim", markup=False)
        yield Field(_("Subject"), id="subject", placeholder=_("empty: the first message's own"))
        with Horizontal(classes="buttons"):
            yield from buttons(_("Split off"))

    def on_mount(self) -> None:
        self.query_one("#messages").focus()

    def fill(self, detail: TicketDetail) -> None:
        """Give the messages, when they were read."""
        self._messages = [each for each in detail.messages if each.taken_back_at is None]
        self.query_one("#messages", Checks).fill([line_of(each, self._shown) for each in self._messages])

    def values(self) -> Values | None:
        held = self.query_one("#messages", Checks).held
        if not held:
            self.missing("messages", _("Choose the messages that are another matter"))
            return None
        if len(held) == len(self._messages):
            self.missing("messages", _("Nothing would be left here: leave one where it is"))
            return None
        values: Values = {"messages": tuple(self._messages[place].id for place in held)}
        subject = self.text_of("subject")
        return values | {"subject": subject} if subject else values


def line_of(message: MessageRow, shown: Shown) -> str:
    """A message in one line: when, who, which way, how it begins."""
    way = {Direction.NOTE: _("note"), Direction.AUTO: _("automatic"), Direction.OUT: _("answer")}
    kind = f" ({way[message.direction]})" if message.direction in way else ""
    files = f" [{len(message.attachments)}]" if message.attachments else ""
    return f"{shown(message.sent_at)}  {one_line(message.author)}{kind}{files}: {one_line(message.text)[:200]}"
