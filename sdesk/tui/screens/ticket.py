"""One ticket on the whole screen: the conversation, the facts, and every action on it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.widgets import Static

from sdesk.domain.errors import SdeskError
from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket import Status
from sdesk.store.reader.rows import TicketDetail, TicketRow
from sdesk.tui.actions import Context, bindings_of, footer_of
from sdesk.tui.countdown import AHEAD, Held, hold, later
from sdesk.tui.render.columns import customer_of
from sdesk.tui.render.facts import WORDS_OF_STATE, summary_line
from sdesk.tui.render.headline import footer_parts
from sdesk.tui.render.signals import DONE, SIGNALS, clock_text, due_text
from sdesk.tui.verbs.work import WorkScreen
from sdesk.tui.widgets.bar import Bar, Part
from sdesk.tui.widgets.pane import Pane
from sdesk.tui.widgets.preview import Preview


class TicketScreen(WorkScreen):
    """A ticket."""

    CONTEXT = Context.TICKET
    BINDINGS = bindings_of(Context.TICKET)
    AUTO_FOCUS = ".conversation"

    def __init__(self, number: int, neighbours: Sequence[int] = (), count: int | None = None) -> None:
        """`neighbours`: the numbers of the list that it was opened from, in their order, as far as they are loaded.

        `count`: the tickets of the whole list, None where they do not begin at its first one.
        """
        super().__init__()
        self.number = number
        self._neighbours, self._count = tuple(neighbours), count
        self.preview = Preview(id="ticket", titled=False)
        self._bars = {
            "header": Bar(id="header", ground="bar"),
            "subject": Bar(id="subject"),
            "summary": Bar(id="summary"),
            "footer": Bar(id="footer", ground="bar"),
        }
        self._detail: TicketDetail | None = None
        self._held: Held | None = None
        """What is known of it: the list's row at once, so that a key that follows Enter finds its ticket."""

    def compose(self) -> ComposeResult:
        yield Static("sdesk needs at least 60 columns and 15 rows.", id="too-small")
        yield self._bars["header"]
        yield self._bars["subject"]
        yield self.preview
        yield self._bars["summary"]
        yield self.status_bar
        yield self._bars["footer"]

    def on_mount(self) -> None:
        self.show_notice()
        self._take_from_list()
        self.read_ticket()
        self.set_interval(1.0, self._tick)
        self.set_interval(AHEAD, self.read_ticket)

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_bars)

    # ---- reading --------------------------------------------------------------------------------

    def _take_from_list(self) -> None:
        """Begin with what the list knows, until the ticket itself is read."""
        held = self.console.queue.held(self.number)
        if held is not None:
            self._held = held
            self.call_after_refresh(self._show_bars)

    def read_ticket(self) -> None:
        """Read it anew."""
        number, now = self.number, self.console.now()

        self.console.link.read(
            self,
            lambda reader, actor: (
                reader.ticket(actor, number, now=now),
                reader.rows(actor, [number], now=later(now)),
            ),
            lambda answer: self._show(answer[0], hold([answer[0].ticket], answer[1], now)[0]),
            self._not_found,
            topic="ticket",
        )

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
        self._bars["footer"].show(footer_parts(footer_of(Context.TICKET), self.size.width))
        held = self._held
        if held is None:
            return
        row, now = held.row, self.console.now()
        done = row.status in DONE
        who = one_line(row.requester_name or row.requester_email or "")
        where = customer_of(row)
        self._bars["header"].show(
            [
                Part(f" {row.ref} ", "strong"),
                *(() if done else self._promise(held)),
                Part(f" {row.priority.value}  ", "breached" if row.priority.value == "P1" and not done else "text"),
                Part(f"{row.status.value}{self._until(row)}  ", "strong" if done else "text"),
                Part(row.assignee or "nobody", "text" if row.assignee else "dim"),
                Part(f"  {one_line(row.team_name)}", "dim"),
            ],
            [Part(f"{where} / {who} " if who and who != where else f"{where} ", "text")],
        )
        place = ""
        if self.number in self._neighbours and self._count is not None:
            place = f"{self._neighbours.index(self.number) + 1} of {self._count} "
        self._bars["subject"].show(
            [Part(f" {one_line(row.subject)}", "strong")], [*self._company(), Part(place, "dim")]
        )
        spans = summary_line(held, now=now, zone=self.console.zone)
        known = {"dim": "dim", "breached": "breached", "at-risk": "at-risk"}
        self._bars["summary"].show([Part(text, known.get(name, "text")) for text, name in spans])

    def _company(self) -> list[Part]:
        """Who else is at it, and the agent's own unsent words."""
        company, console = self.console.company, self.console
        words = (
            (company.draft_of(self.number, console.now(), console.zone), "at-risk"),
            (company.at(self.number), "warning"),
        )
        return [Part(f"{text}  ", style) for text, style in words if text]

    def show_company(self) -> None:
        """Somebody came or left."""
        self._show_bars()

    def _promise(self, held: Held) -> tuple[Part, ...]:
        """The next deadline as sign, countdown and words."""
        now = self.console.now()
        state = held.state(now)
        style = {"breached": "breached", "at_risk": "at-risk"}.get(state.value, "text")
        left = due_text(held.due_in(now), state)
        countdown = "" if left == "-" else f" {left}"
        return (Part(f" {SIGNALS[state].strip()}{countdown} {WORDS_OF_STATE[state]} ", style),)

    def _until(self, row: TicketRow) -> str:
        """Until when it waits."""
        if row.status is not Status.WAITING or row.wake_at is None:
            return ""
        zone = self.console.zone
        return f" until {clock_text(row.wake_at.astimezone(zone), self.console.now().astimezone(zone))}"

    # ---- moving ---------------------------------------------------------------------------------

    @property
    def _pane(self) -> Pane:
        preview = self.preview
        return preview.focused_pane or preview.conversation

    def _scroll(self, lines: int) -> None:
        self._pane.scroll_relative(y=lines, animate=False, immediate=True)

    def action_down(self) -> None:
        """One line down."""
        self._scroll(1)

    def action_up(self) -> None:
        """One line up."""
        self._scroll(-1)

    def action_page_down(self) -> None:
        """One screen down."""
        self._scroll(max(1, self._pane.size.height - 1))

    def action_page_up(self) -> None:
        """One screen up."""
        self._scroll(-max(1, self._pane.size.height - 1))

    def action_half_down(self) -> None:
        """Half a screen down."""
        self._scroll(max(1, self._pane.size.height // 2))

    def action_half_up(self) -> None:
        """Half a screen up."""
        self._scroll(-max(1, self._pane.size.height // 2))

    def action_first(self) -> None:
        """To the first message."""
        self._pane.scroll_home(animate=False, immediate=True)

    def action_last(self) -> None:
        """To the last message."""
        self._pane.scroll_end(animate=False, immediate=True)

    def action_next_ticket(self) -> None:
        """The next ticket of the list."""
        self._go(1)

    def action_previous_ticket(self) -> None:
        """The previous ticket of the list."""
        self._go(-1)

    def _go(self, step: int) -> None:
        at = self._neighbours.index(self.number) + step if self.number in self._neighbours else -1
        if not 0 <= at < len(self._neighbours):
            self.console.notice("This is the last ticket of the list" if step > 0 else "This is the first ticket")
            return
        self.number = self._neighbours[at]
        self.console.queue.put_cursor(self.number)
        self._take_from_list()
        self.read_ticket()

    def action_other_pane(self) -> None:
        """Between conversation and facts."""
        preview = self.preview
        pane = preview.next_pane() or preview.conversation
        self.set_class(pane is preview.facts, "-facts")
        pane.focus()

    # ---- commands -------------------------------------------------------------------------------

    def chosen(self) -> tuple[TicketRow, ...]:
        """This ticket."""
        held = self._held
        return () if held is None or held.row.number != self.number else (held.row,)

    def action_back(self) -> None:
        """Back to the list; first out of the facts."""
        preview = self.preview
        if self.has_class("-zoom"):
            self.remove_class("-zoom")
        elif preview.facts.has_focus:
            self.action_other_pane()
        else:
            self.dismiss()

    def action_leave(self) -> None:
        """Back to the list."""
        self.dismiss()

    def action_unfold(self) -> None:
        """Show or fold the quoted parts."""
        self.preview.toggle_quotes()

    def action_zoom(self) -> None:
        """The conversation alone, or with the facts."""
        self.toggle_class("-zoom")

    def action_refresh(self) -> None:
        """Read it anew."""
        self.read_ticket()
