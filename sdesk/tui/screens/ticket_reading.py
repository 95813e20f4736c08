"""How a ticket's screen is filled: from the list at once, from the store as soon as it answers, and kept current."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from sdesk.domain.actor import Actor
from sdesk.domain.errors import SdeskError
from sdesk.domain.ticket import Doing
from sdesk.store.reader import Reader
from sdesk.store.reader.detail_rows import TicketDetail
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.actions import Context
from sdesk.tui.countdown import AHEAD, Held, hold
from sdesk.tui.language import _
from sdesk.tui.neighbours import Neighbours
from sdesk.tui.render.conversation import MOST_LETTERS
from sdesk.tui.screens.ticket_bars import TicketBars
from sdesk.tui.stylesheet import rules_of
from sdesk.tui.verbs.work import WorkScreen
from sdesk.tui.widgets.preview import Preview


class TicketReading(WorkScreen):
    """A ticket, as far as it shows something."""

    CONTEXT = Context.TICKET
    CSS_PATH = rules_of("ticket")

    def __init__(self, number: int, neighbours: Neighbours | None = None) -> None:
        """`neighbours`: the list that it was opened from."""
        super().__init__()
        self.number = number
        self.neighbours = neighbours
        self.preview = Preview(id="ticket", titled=False)
        self.field = Input(id="find", compact=True, select_on_focus=False)
        self.bars = TicketBars()
        self._detail: TicketDetail | None = None
        self._held: Held | None = None
        """What is known of it: the list's row at once, so that a key that follows Enter finds its ticket."""

    @property
    def attended(self) -> tuple[int, Doing]:
        """The ticket that is read."""
        return self.number, Doing.READING

    def compose(self) -> ComposeResult:
        yield Static(_("sdesk needs at least 60 columns and 15 rows."), id="too-small")
        bars = self.bars.by_name
        yield bars["header"]
        yield bars["subject"]
        yield self.preview
        with Horizontal(id="find-line"):
            yield bars["find-sign"]
            yield self.field
            yield bars["find-note"]
        yield bars["summary"]
        yield self.status_bar
        yield bars["footer"]

    def on_mount(self) -> None:
        self.field.can_focus = False
        self.show_notice()
        self.take_from_list()
        self.read_ticket()
        self.set_interval(1.0, self._tick)
        self.set_interval(AHEAD, self.read_ticket)

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_bars)

    def chosen(self) -> tuple[TicketRow, ...]:
        """This ticket, or those that a line names."""
        if self.meant is not None:
            return self.meant
        held = self._held
        return () if held is None or held.row.number != self.number else (held.row,)

    def take_from_list(self) -> None:
        """Begin with what the list knows, until the ticket itself is read."""
        held = self.console.queue.held(self.number)
        if held is not None:
            self._held = held
            self.call_after_refresh(self._show_bars)

    def read_ticket(self) -> None:
        """Read it anew."""
        number, now = self.number, self.console.now()

        def ask(reader: Reader, actor: Actor) -> tuple[TicketDetail, Held]:
            detail = reader.ticket(actor, number, now=now, longest=MOST_LETTERS)
            return detail, hold(reader, [detail.ticket], now)[0]

        self.console.link.read(self, ask, lambda answer: self._show(*answer), self._not_found, topic="ticket")

    def show_company(self) -> None:
        """Somebody came or left."""
        self._show_bars()

    def store_changed(self) -> None:
        """Somebody wrote."""
        self.read_ticket()

    def deed_done(self, numbers: Sequence[int]) -> None:
        """Show what the action changed, here and in the list below."""
        self.read_ticket()
        self.console.queue.deed_done(numbers)

    def _show(self, detail: TicketDetail, held: Held) -> None:
        if detail.ticket.number != self.number:
            return
        first = self._detail is None or self._detail.ticket.number != self.number
        self._detail, self._held = detail, held
        self.preview.show(detail, held, self.console.now(), self.console.zone)
        self._show_bars()
        if first or detail.ticket.unread:
            self.console.link.mark_seen(self, [self.number], self.console.notice_error)

    def _not_found(self, error: SdeskError) -> None:
        self.console.notice_error(error)
        if self._detail is None and self.is_current:
            self.dismiss()

    def _tick(self) -> None:
        if self._held is not None:
            self._show_bars()
        if self._held is not None and self._detail is not None:
            self.preview.show_facts(self._held, self.console.now(), self.console.zone)

    def _show_bars(self) -> None:
        self.bars.show_footer(self.size.width, self.console.settings.keys)
        self.show_find()
        if self._held is not None:
            place = self.neighbours.place(self.number) if self.neighbours is not None else None
            self.bars.show(self._held, place, self.console.company, self.console.now(), self.console.zone)

    @property
    def is_typing(self) -> bool:
        """Whether the field has the keys."""
        return self.field.has_focus

    def show_find(self) -> None:
        """The line with what is sought, where anything is."""
        self.set_class(self.is_typing or bool(self.preview.sought), "-finding")
        self.set_class(self.is_typing, "-typing")
        words = self.field.value if self.is_typing else self.preview.sought
        self.bars.show_find(words, self.preview.found, typing=self.is_typing)
