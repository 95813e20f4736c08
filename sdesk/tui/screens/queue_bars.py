"""What the bars around the list say: header, views, filter line, peek, footer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Static

from sdesk.domain.filters import Sort
from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket import Direction
from sdesk.tui.actions import Context, footer_of
from sdesk.tui.faulty_filter import fault_lines
from sdesk.tui.language import _, count_of
from sdesk.tui.render.columns import customer_of
from sdesk.tui.render.emptiness import empty_words
from sdesk.tui.render.headline import age_and_clock, footer_parts, header
from sdesk.tui.render.view_bar import view_parts
from sdesk.tui.render.words import word
from sdesk.tui.widgets.bar import Bar, Part

if TYPE_CHECKING:
    from sdesk.store.reader.detail_rows import TicketDetail
    from sdesk.tui.screens.queue_parts import QueueParts


class QueueBars:
    """Writes the bars of one queue screen."""

    def __init__(self, screen: QueueParts) -> None:
        self._screen = screen
        self._header_of: object = None
        """What the header was laid out of, and its right side."""
        self._with_seconds = True
        names = ("header", "views", "filter-sign", "filter-note", "peek", "footer")
        self.by_name = {
            name: Bar(id=name, ground="bar" if name in {"header", "footer"} else "background") for name in names
        }

        self.error = Static("", id="filter-error", markup=False)
        """What is wrong with the filter, on as many lines as it takes: an error that is cut helps nobody."""

    def show(self) -> None:
        """Write all of them; a bar repaints only if it says something else."""
        screen, width = self._screen, self._screen.width
        totals = screen.totals
        counts = [totals.count_of(view) for view in screen.console.views] if totals else []
        self.by_name["views"].show(view_parts(screen.console.views, counts, screen.view_place, width))
        self.by_name["footer"].show(footer_parts(footer_of(Context.LIST, screen.console.settings.keys), width))
        self.show_clock()
        self._show_filter()

    def show_clock(self) -> None:
        """The header, whose clock ticks."""
        screen, width, console = self._screen, self._screen.width, self._screen.console
        counts, view = screen.totals.counts if screen.totals else None, screen.view
        now, zone, currency = console.now(), console.zone, console.currency
        # Where the clock has no seconds nothing changes in most of them, and to lay it out costs more than to ask.
        of, right = (view, counts, currency, width), age_and_clock(counts, now, zone, wide=self._with_seconds)
        if (of, right) == self._header_of:
            return
        left, right = header(view, counts, currency, now, zone, width)
        self._header_of = of, right
        self._with_seconds = right == age_and_clock(counts, now, zone, wide=True)
        self.by_name["header"].show(left, right)

    def _show_filter(self) -> None:
        screen = self._screen
        typing, text = screen.is_typing, screen.filter_text
        screen.set_class(bool(typing or text), "-filtering")
        words = screen.view.words or _("all that is open")
        self.by_name["filter-sign"].show(
            [
                Part(" / ", "key", "filter"),
                Part(words if not typing else "", "dim", "filter"),
                Part(" + " if text and not typing else "", "key", "filter"),
            ]
        )
        window, totals = screen.rows.window, screen.totals
        note: list[Part] = []
        if window.anchor is not None:
            note.append(Part(_("range: {count}").format(count=len(window.range)) + "   ", "strong"))
        if window.marks:
            note.append(Part(_("{count} marked").format(count=len(window.marks)) + "   ", "strong"))
        if totals is not None:
            whole = totals.count_of(screen.view)
            if whole is not None:
                shown = _("{shown} of {whole} shown").format(shown=totals.shown, whole=whole)
                note.append(
                    Part((shown if text else count_of("{count} ticket", "{count} tickets", whole)) + "   ", "dim")
                )
        order = _("sort: {order} ").format(order="SLA" if screen.sort is Sort.SLA else word(screen.sort))
        note.append(Part(order, "dim" if screen.sort is Sort.SLA else "strong", "sort"))
        self.by_name["filter-note"].show([], note)
        self.error.display = bool(screen.filter_error) and not screen.is_unfinished
        if self.error.display:
            self.error.update(fault_lines(screen.filter_error, text, typed=typing, width=screen.width))

    def empty_words(self) -> str:
        """What an empty list says."""
        screen, totals = self._screen, self._screen.totals
        if totals is None or screen.rows.window.rows:
            return ""
        words = empty_words(screen.view, screen.wanted_text, totals, fetches=screen.console.fetch is not None)
        return "\n".join(words)

    def show_peek(self, detail: TicketDetail) -> None:
        """The last words of the requester in one line, where there is no room for a preview."""
        row = detail.ticket
        said = [message for message in detail.messages if message.direction is Direction.IN] or list(detail.messages)
        words = one_line(said[-1].text)[:400] if said else ""
        who = one_line(row.requester_name or row.requester_email or "")
        whose = ", ".join(dict.fromkeys(each for each in (who, customer_of(row)) if each))
        self.by_name["peek"].show([Part(f" {row.ref} ", "strong"), Part(f"{whose}: ", "dim"), Part(f"“{words}”")])
