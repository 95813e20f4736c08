"""What the bars around the list say: header, views, filter line, peek, footer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdesk.domain.duration import format_working
from sdesk.domain.filters import Sort
from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket import Direction
from sdesk.store.reader.rows import TicketDetail
from sdesk.tui.actions import Context, footer_of
from sdesk.tui.render.columns import customer_of
from sdesk.tui.render.headline import footer_parts, header, view_parts
from sdesk.tui.widgets.bar import Bar, Part

if TYPE_CHECKING:
    from sdesk.tui.screens.queue_reading import QueueReading


class QueueBars:
    """Writes the bars of one queue screen."""

    def __init__(self, screen: QueueReading) -> None:
        self._screen = screen
        names = ("header", "views", "filter-sign", "filter-note", "filter-error", "peek", "footer")
        self.by_name = {
            name: Bar(id=name, ground="bar" if name in {"header", "footer"} else "background") for name in names
        }

    def show(self) -> None:
        """Write all of them; a bar repaints only if it says something else."""
        screen, width = self._screen, self._screen.size.width
        totals = screen.totals
        counts = totals.of_views if totals else ()
        self.by_name["views"].show(view_parts(screen.console.views, counts, screen.view_place, width))
        self.by_name["footer"].show(footer_parts(footer_of(Context.LIST), width))
        self.show_clock()
        self._show_filter()

    def show_clock(self) -> None:
        """The header, whose clock ticks."""
        screen, width = self._screen, self._screen.size.width
        counts = screen.totals.counts if screen.totals else None
        console = screen.console
        self.by_name["header"].show(*header(screen.view, counts, console.currency, console.now(), console.zone, width))

    def _show_filter(self) -> None:
        screen = self._screen
        typing, text = screen.is_typing, screen.filter_text
        screen.set_class(bool(typing or text), "-filtering")
        words = screen.view.words or "open"
        self.by_name["filter-sign"].show(
            [
                Part(" / ", "key", "filter"),
                Part(words if not typing else "", "dim", "filter"),
                Part(" + " if text and not typing else "", "key", "filter"),
            ]
        )
        window, totals = screen.rows.window, screen.totals
        note: list[Part] = []
        if window.marks:
            note.append(Part(f"{len(window.marks)} marked   ", "strong"))
        if totals is not None:
            whole = totals.of_views[screen.view_place]
            note.append(Part(f"{totals.shown} of {whole} shown   " if text else f"{whole} tickets   ", "dim"))
        order = "SLA" if screen.sort is Sort.SLA else screen.sort.value
        note.append(Part(f"sort: {order} ", "dim" if screen.sort is Sort.SLA else "strong", "sort"))
        self.by_name["filter-note"].show([], note)
        error = self.by_name["filter-error"]
        error.display = bool(screen.filter_error)
        error.show([Part(f"   not applied: {one_line(screen.filter_error)}", "error")])

    def empty_words(self) -> str:
        """What an empty list says: what is next, rather than nothing."""
        screen, totals = self._screen, self._screen.totals
        if totals is None or totals.shown:
            return ""
        start = (
            f"Nothing fits “{screen.filter_text}” (Esc clears the filter)."
            if screen.filter_text
            else {
                1: "You have no ticket.",
                2: "Everything has an assignee.",
                4: "Nothing waits.",
                5: "Nothing is breached.",
            }.get(screen.view.digit, "There is no ticket.")
        )
        first = totals.first
        if first is None:
            return f"{start} No ticket is open."
        if first.due_in is None:
            return f"{start} Next: {first.ref}."
        late = first.due_in < 0
        when = f"{format_working(-first.due_in)} late" if late else f"due in {format_working(first.due_in)}"
        return f"{start} Next: {first.ref}, {when}."

    def show_peek(self, detail: TicketDetail) -> None:
        """The last words of the requester in one line, where there is no room for a preview."""
        row = detail.ticket
        said = [message for message in detail.messages if message.direction is Direction.IN] or list(detail.messages)
        words = one_line(said[-1].text)[:400] if said else ""
        who = one_line(row.requester_name or row.requester_email or "")
        self.by_name["peek"].show(
            [Part(f" {row.ref} ", "strong"), Part(f"{who}, {customer_of(row)}: ", "dim"), Part(f"“{words}”")]
        )
