"""The ticket under the cursor: its conversation, and its facts beside or above it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from textual.app import ComposeResult
from textual.containers import Container

from sdesk.domain.safe_text import one_line
from sdesk.store.reader.rows import TicketDetail
from sdesk.tui.countdown import Held
from sdesk.tui.render.conversation import conversation_lines
from sdesk.tui.render.facts import facts_lines
from sdesk.tui.widgets.pane import Pane


class Preview(Container):
    """Conversation and facts; used in the list's preview and on the ticket's own screen."""

    def __init__(self, *, id: str, titled: bool = True) -> None:
        super().__init__(id=id)
        self._titled = titled
        self.conversation = Pane(classes="conversation")
        """The messages."""
        self.facts = Pane(classes="facts")
        """The facts."""
        self._number: int | None = None
        self._detail: TicketDetail | None = None
        self._unfolded = False
        self._shown: tuple[object, ...] = ()
        self._follows = False

    def compose(self) -> ComposeResult:
        yield self.conversation
        yield self.facts

    @property
    def focused_pane(self) -> Pane | None:
        """The pane that has the keys."""
        return next((pane for pane in (self.conversation, self.facts) if pane.has_focus), None)

    def next_pane(self) -> Pane | None:
        """The pane after the one with the keys; None after the last."""
        if self.conversation.has_focus:
            return self.facts
        return None if self.facts.has_focus else self.conversation

    def clear(self) -> None:
        """Show nothing."""
        self._number = self._detail = None
        self._shown = ()
        self.border_title = ""
        self.conversation.show(lambda width: ())
        self.facts.show(lambda width: ())

    def show(self, detail: TicketDetail, held: Held, now: datetime, zone: ZoneInfo) -> None:
        """Show a ticket; the same one again keeps its place on screen, another one starts at its last message."""
        other = detail.ticket.number != self._number
        if other:
            self._unfolded = self._follows = False
        more = detail.messages != (self._detail.messages if self._detail is not None else ())
        at_end = other or (self._follows and more)
        if more:
            self._follows = False
        self._number, self._detail = detail.ticket.number, detail
        if self._titled:
            self.border_title = f"{detail.ticket.ref} {one_line(detail.ticket.subject)}".replace("[", r"\[")
        self._show_conversation(now, zone, at_end=at_end)
        self.show_facts(held, now, zone, keep_place=not other)

    def show_facts(self, held: Held, now: datetime, zone: ZoneInfo, *, keep_place: bool = True) -> None:
        """The facts as they stand at `now`, if it is this ticket that is shown."""
        detail = self._detail
        if detail is not None and detail.ticket.number == held.row.number:
            self.facts.show(
                lambda width: facts_lines(detail, held, width=width, now=now, zone=zone), keep_place=keep_place
            )

    def follow(self) -> None:
        """The person writes to this ticket: show the message when it comes."""
        self._follows = True

    def toggle_quotes(self) -> None:
        """Unfold the quoted parts, or fold them."""
        self._unfolded = not self._unfolded
        self.conversation.lay_out_again()

    def _show_conversation(self, now: datetime, zone: ZoneInfo, *, at_end: bool) -> None:
        detail = self._detail
        if detail is None:
            return
        shown = (detail.messages, now.astimezone(zone).date())
        if shown == self._shown:
            return
        self._shown = shown
        self.conversation.show(
            lambda width: conversation_lines(detail.messages, width=width, unfolded=self._unfolded, now=now, zone=zone),
            keep_place=True,
        )
        if at_end:
            # What was said last is what is answered: from its first line, if not all fits.
            self.call_after_refresh(self.conversation.go_to_last_opening)
