"""How triage is filled: the round, the ticket that is looked at, and the one after it, which is read ahead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from textual.app import ComposeResult
from textual.widgets import Static

from sdesk.domain.errors import SdeskError, Unavailable
from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket import Doing
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.actions import Context, footer_of
from sdesk.tui.language import _
from sdesk.tui.markup import verbatim
from sdesk.tui.render import triage as render
from sdesk.tui.render.headline import footer_parts
from sdesk.tui.render.words import word
from sdesk.tui.screens.scrolling import ScrollingScreen
from sdesk.tui.sorting import Round
from sdesk.tui.sorting_reading import OneToSort, ToSort, read_one, read_to_sort
from sdesk.tui.stylesheet import rules_of
from sdesk.tui.verbs.work import WorkScreen
from sdesk.tui.widgets.bar import Bar, Part
from sdesk.tui.widgets.pane import Layout, Pane
from sdesk.tui.widgets.preview import Preview

LEAST_TEXT = 5
"""Lines that the requester's words have at least, with what stands above them."""
RULED = frozenset({"guess", "others"})
"""Panes with a line above them."""


class TriageReading(WorkScreen, ScrollingScreen):
    """One ticket of a round, as far as it is shown."""

    CSS_PATH = rules_of("triage")
    CONTEXT = Context.TRIAGE

    def __init__(self) -> None:
        super().__init__()
        self.preview = Preview(id="ticket", titled=False)
        self._bars = {name: Bar(id=name, ground="bar") for name in ("header", "footer")}
        self._bars["subject"] = Bar(id="subject")
        self._panes = {name: Pane(id=name, classes="fixed") for name in ("who", "guess", "services", "others")}
        self.round: Round | None = None
        self._found = ToSort((), 0, ())
        self.one: OneToSort | None = None
        """The ticket that is shown."""
        self._worked_on: set[int] = set()
        """Tickets that something was written to from here."""
        self._ahead: OneToSort | None = None
        """The one after it, read while this one is looked at."""
        self.picked: str | None = None
        """Key of the service that the next key will set."""

        self.lost = False
        """Whether somebody else decided about it while it was shown, and no key was told so yet."""

    def compose(self) -> ComposeResult:
        yield Static(_("sdesk needs at least 60 columns and 15 rows."), id="too-small")
        yield self._bars["header"]
        yield self._bars["subject"]
        yield self._panes["who"]
        yield self.preview
        yield self._panes["guess"]
        yield self._panes["services"]
        yield self._panes["others"]
        yield self.status_bar
        yield self._bars["footer"]

    def on_mount(self) -> None:
        for pane in self._panes.values():
            pane.can_focus = False
        self.show_notice()
        self.read_round()
        self.set_interval(5.0, self._show_bars)

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_all)

    @property
    def attended(self) -> tuple[int, Doing] | None:
        """The ticket that is looked at."""
        return None if self.one is None else (self.one.detail.ticket.number, Doing.READING)

    # ---- reading --------------------------------------------------------------------------------

    def read_round(self) -> None:
        """Read what is to be sorted."""
        now = self.console.now()
        self.console.link.read(
            self,
            lambda reader, actor: read_to_sort(reader, actor, now),
            self._read_round,
            self.console.notice_error,
            topic="to-sort",
        )

    def _read_round(self, found: ToSort) -> None:
        # What a digit means stays as it is for the whole round: fingers learn it.
        self._found = found._replace(usual=self._found.usual or found.usual)
        if self.round is None:
            self.round = Round(self.console.now())
        before = self.round.current
        self.round.take_in(found.numbers, found.whole)
        if before is None or self.one is None:
            self._show_next()
        self._show_bars()

    def store_changed(self) -> None:
        """Somebody wrote: new ones are put behind, and this one may be decided."""
        self.read_round()
        self._ahead = None
        self._read_current()

    def deed_done(self, numbers: Sequence[int]) -> None:
        """What was written is there: stay, unless that decided about it."""
        self._worked_on |= set(numbers)
        self._read_current()

    def _read_current(self) -> None:
        number = self.round.current if self.round is not None else None
        if number is not None:
            self._read_one(number, self._arrived)

    def _read_one(self, number: int, then: Callable[[OneToSort], object], topic: str = "triage") -> None:
        now = self.console.now()
        self.console.link.read(
            self, lambda reader, actor: read_one(reader, actor, number, now), then, partial(self._gone, number), topic
        )

    def _gone(self, number: int, error: SdeskError) -> None:
        if self.round is None or self.round.current != number:
            return
        if self.one is not None and number in self.round.passed and not isinstance(error, Unavailable):
            return  # it was said
        self.console.notice_error(error)
        if isinstance(error, Unavailable):
            return  # nothing is known of the ticket: the next change, J and Ctrl+R ask again
        if self.one is not None:
            self._lose(number)
        else:
            self.round.skip()
            self._show_next()

    @property
    def is_coming(self) -> bool:
        """Whether the next ticket is still being read."""
        return self.one is None and self.round is not None and self.round.current is not None

    def _arrived(self, one: OneToSort) -> None:
        sorting, row = self.round, one.detail.ticket
        if sorting is None or sorting.current != row.number:
            return
        looked_at = row.number in sorting.decided or row.number in sorting.passed
        shown = self.one is not None and self.one.detail.ticket.number == row.number
        if one.is_to_sort:
            self._worked_on.discard(row.number)  # what was written decided nothing; what comes may be of others
        if not one.is_to_sort and not looked_at:
            if row.number in self._worked_on:
                # What was written from here decided it, as an answer does.
                sorting.decide(row.number, "written")
                self._show_next()
                return
            if not shown:
                who = self._by_others(row)
                self.console.notice(_("{ref} is passed over: {who}").format(ref=row.ref, who=who))
                sorting.skip()
                self._show_next()
                return
            # It stays under the fingers: a key that is on its way is about this one, not about the next.
            self.console.notice(_("{ref}: {who}. J goes on").format(ref=row.ref, who=self._by_others(row)), "error")
            self._lose(row.number)
        here = "" if shown or looked_at else self.console.company.at(row.number)
        if here:
            # Two who sort at once do not sort the same.
            self.console.notice(_("{ref} is passed over: {who}").format(ref=row.ref, who=here))
            sorting.skip()
            self._show_next()
            return
        self.one = one
        self._show_all()
        self._read_ahead()

    def _by_others(self, row: TicketRow) -> str:
        who = one_line(row.assignee or row.team)
        return _("it is {status}, {who} has it").format(status=word(row.status), who=who)

    def _lose(self, number: int) -> None:
        """Somebody else decided about the ticket that is shown: the first action here says so, and does nothing."""
        if self.round is not None:
            self.round.leave_out(number)
        self.lost, self.picked = True, None
        self._show_bars()

    def _read_ahead(self) -> None:
        following = self.round.after(self.round.current) if self.round is not None and self.round.current else None
        if following is None or (self._ahead is not None and self._ahead.detail.ticket.number == following):
            return

        def keep(one: OneToSort) -> None:
            self._ahead = one

        self._read_one(following, keep, topic="triage-ahead")

    def _show_next(self) -> None:
        """Show the current one: at once if it was read ahead."""
        self.picked, self.lost = None, False
        # What stands there yet is decided: until the next is there, a key acts on nothing.
        self.one = None
        number = self.round.current if self.round is not None else None
        ahead, self._ahead = self._ahead, None
        if number is None:
            self._finish()
        elif ahead is not None and ahead.detail.ticket.number == number:
            self._arrived(ahead)
        else:
            self._read_current()
        if self.round is not None and self.round.beyond and self.round.after(number or 0) is None:
            self.read_round()

    def _finish(self) -> None:
        # Before it is written, the one that was just decided is the next of the queue still.
        now = self.console.now()
        self.console.link.read(
            self,
            lambda reader, actor: reader.next_ticket(actor, now=now),
            self._finished,
            self.console.notice_error,
            topic="triage",
            behind_writes=True,
        )
        self._show_all()

    def _finished(self, first: TicketRow | None) -> None:
        sorting = self.round
        if sorting is None or sorting.current is not None:
            return
        now = self.console.now()
        self.preview.clear()
        self.preview.conversation.show(lambda width: render.finished_lines(sorting, first, now))

    # ---- showing --------------------------------------------------------------------------------

    def _show_all(self) -> None:
        one, console = self.one, self.console
        now, zone = console.now(), console.zone
        self._show_bars()
        row = one.detail.ticket if one is not None else None
        if one is None or row is None:
            self._bars["subject"].show([])
            for pane in self._panes.values():
                pane.display = False
            return
        parts = [Part(f" {row.ref}  ", "dim"), Part(one_line(row.subject), "strong")]
        if self.round is not None and row.number in self.round.passed and not one.is_to_sort:
            parts.insert(1, Part(self._by_others(row) + "  ", "error"))
        self._bars["subject"].show(parts)
        self.preview.show(one.detail, one.held, now, zone)
        usual, picked = self._found.usual, self.picked
        layouts: dict[str, Layout] = {
            "who": lambda width: render.who_lines(one, now, zone, width),
            "guess": lambda width: render.guess_lines(one, picked, width),
            "services": lambda width: render.service_lines(one, usual, picked, width),
            "others": lambda width: render.others_lines(one, now, width),
        }
        self._panes["guess"].border_title = verbatim(f" {render.services_legend()} ")
        self._panes["others"].border_title = verbatim(f" {render.others_legend(one)} ")
        # What the requester says comes first; of the rest, what else is open there gives way.
        left = self.size.height - 4 - LEAST_TEXT
        for name in ("services", "guess", "who", "others"):
            left -= self._fill(self._panes[name], layouts[name], left - (name in RULED)) + (name in RULED)

    def _fill(self, pane: Pane, lines: Layout, most: int) -> int:
        """Show as many of the lines as there is room for; how many that are."""
        height = max(0, min(len(lines(max(20, self.size.width))), most))
        pane.display = height > 0
        pane.styles.height = height
        pane.show(lines)
        return height

    def _show_bars(self) -> None:
        now = self.console.now()
        self._bars["footer"].show(footer_parts(footer_of(Context.TRIAGE), self.size.width))
        parts = render.progress_parts(self.round, now) if self.round is not None and self.round.numbers else []
        clock = Part(f"   {now.astimezone(self.console.zone):%H:%M} ", "text")
        self._bars["header"].show([Part(" sdesk  ", "dim"), Part(_("Triage"), "strong")], [*parts, clock])
