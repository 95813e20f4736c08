"""Triage: what is new, one ticket a screen. A digit picks the service, the next key decides, and the next one is there.

Nothing is waited for: what was decided is done while the next ticket is looked at, and what is refused comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from textual.app import ComposeResult
from textual.widgets import Static

from sdesk.actions.perform import TicketOutcome
from sdesk.domain.errors import SdeskError
from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket import OPEN_STATUSES
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.actions import Context, bindings_of, footer_of
from sdesk.tui.language import _, told
from sdesk.tui.render import triage as render
from sdesk.tui.render.headline import footer_parts
from sdesk.tui.render.words import word
from sdesk.tui.screens.find_ticket import FindTicket
from sdesk.tui.sorting import Round
from sdesk.tui.sorting_reading import OneToSort, ToSort, read_one, read_to_sort
from sdesk.tui.verbs.doing import in_local_time, named, report
from sdesk.tui.verbs.work import WorkScreen
from sdesk.tui.widgets.bar import Bar, Part
from sdesk.tui.widgets.pane import Layout, Pane
from sdesk.tui.widgets.preview import Preview

DECIDING = frozenset({"take", "assign", "service", "spam", "merge", "join", "priority"})
"""What needs no more than the choice: the next ticket is shown while it is done. What is written is waited for."""

LEAST_TEXT = 5
"""Lines that the requester's words have at least, with what stands above them."""
RULED = frozenset({"guess", "others"})
"""Panes with a line above them."""

Step = tuple[str, Mapping[str, object]]
"""A verb and its values."""


class TriageScreen(WorkScreen):
    """A round of triage."""

    CONTEXT = Context.TRIAGE
    BINDINGS = bindings_of(Context.TRIAGE)
    AUTO_FOCUS = ".conversation"

    def __init__(self) -> None:
        super().__init__()
        self.preview = Preview(id="ticket", titled=False)
        self._bars = {name: Bar(id=name, ground="bar") for name in ("header", "footer")}
        self._bars["subject"] = Bar(id="subject")
        self._panes = {name: Pane(id=name, classes="fixed") for name in ("who", "guess", "services", "others")}
        self.round: Round | None = None
        self._found = ToSort((), 0, (), ())
        self.one: OneToSort | None = None
        """The ticket that is shown."""
        self._ahead: OneToSort | None = None
        """The one after it, read while this one is looked at."""
        self.picked: str | None = None
        """Key of the service that the next key will set."""

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
        self._read_current()
        self.console.queue.deed_done(numbers)

    def _read_current(self) -> None:
        number = self.round.current if self.round is not None else None
        if number is not None:
            self._read_one(number, self._read)

    def _read_one(self, number: int, then: Callable[[OneToSort], object], topic: str = "triage") -> None:
        now = self.console.now()
        self.console.link.read(
            self, lambda reader, actor: read_one(reader, actor, number, now), then, partial(self._gone, number), topic
        )

    def _gone(self, number: int, error: SdeskError) -> None:
        if self.round is not None and self.round.current == number:
            self.console.notice_error(error)
            self.round.skip()
            self._show_next()

    def _read(self, one: OneToSort) -> None:
        sorting, row = self.round, one.detail.ticket
        if sorting is None or sorting.current != row.number:
            return
        decided_here = row.number in sorting.decided
        if (
            not one.is_to_sort
            and not decided_here
            and self.one is not None
            and self.one.detail.ticket.number == row.number
        ):
            # Decided under our eyes: by what was written from here, or by somebody else.
            mine = row.assignee == self.console.link.login
            if not mine:
                self.console.notice(self._by_others(row))
            sorting.passed.add(row.number)
            sorting.go_on()
            self._show_next()
            return
        if not one.is_to_sort and not decided_here:
            self.console.notice(self._by_others(row))
            sorting.skip()
            self._show_next()
            return
        self.one = one
        self._show_all()
        self._read_ahead()

    def _by_others(self, row: TicketRow) -> str:
        who = row.assignee or row.team
        return _("{ref} is passed over: it is {status}, {who} has it").format(
            ref=row.ref, status=word(row.status), who=who
        )

    def _read_ahead(self) -> None:
        following = self.round.after(self.round.current) if self.round is not None and self.round.current else None
        if following is None or (self._ahead is not None and self._ahead.detail.ticket.number == following):
            return

        def keep(one: OneToSort) -> None:
            self._ahead = one

        self._read_one(following, keep, topic="triage-ahead")

    def _show_next(self) -> None:
        """Show the current one: at once if it was read ahead."""
        self.picked = None
        number = self.round.current if self.round is not None else None
        ahead, self._ahead = self._ahead, None
        if number is None:
            self.one = None
            self._finish()
        elif ahead is not None and ahead.detail.ticket.number == number:
            self._read(ahead)
        else:
            self._read_current()
        if self.round is not None and self.round.beyond and self.round.after(number or 0) is None:
            self.read_round()

    def _finish(self) -> None:
        now = self.console.now()
        self.console.link.read(
            self,
            lambda reader, actor: reader.next_ticket(actor, now=now),
            self._finished,
            self.console.notice_error,
            topic="triage",
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
        self._bars["subject"].show([Part(f" {row.ref}  ", "dim"), Part(one_line(row.subject), "strong")])
        self.preview.show(one.detail, one.held, now, zone)
        services, usual, picked = self._found.services, self._found.usual, self.picked
        layouts: dict[str, Layout] = {
            "who": lambda width: render.who_lines(one, now, zone, width),
            "guess": lambda width: render.guess_lines(one, services, picked, width),
            "services": lambda width: render.service_lines(one, services, usual, picked, width),
            "others": lambda width: render.others_lines(one, now, width),
        }
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

    # ---- deciding -------------------------------------------------------------------------------

    def chosen(self) -> tuple[TicketRow, ...]:
        """The one that is shown."""
        return () if self.one is None else (self.one.detail.ticket,)

    def _pick(self, digit: int) -> None:
        usual = self._found.usual
        if self.one is None:
            return
        if digit > len(usual):
            self.console.notice(_("No service is on {digit}: t shows all of them").format(digit=digit), "error")
            return
        self.picked = None if self.picked == usual[digit - 1] else usual[digit - 1]
        self._show_all()

    def action_pick_1(self) -> None:
        """The service on 1."""
        self._pick(1)

    def action_pick_2(self) -> None:
        """The service on 2."""
        self._pick(2)

    def action_pick_3(self) -> None:
        """The service on 3."""
        self._pick(3)

    def action_pick_4(self) -> None:
        """The service on 4."""
        self._pick(4)

    def action_pick_5(self) -> None:
        """The service on 5."""
        self._pick(5)

    def action_pick_6(self) -> None:
        """The service on 6."""
        self._pick(6)

    def action_pick_7(self) -> None:
        """The service on 7."""
        self._pick(7)

    def action_pick_8(self) -> None:
        """The service on 8."""
        self._pick(8)

    def action_pick_9(self) -> None:
        """The service on 9."""
        self._pick(9)

    def action_accept(self) -> None:
        """The service as picked, or as it is; the next one."""
        if self.one is None:
            return
        row = self.one.detail.ticket
        if self.picked is not None:
            self._decide([row], [])
        elif row.service is None:
            self.console.notice(_("{ref} has no service yet: a digit picks one, J skips").format(ref=row.ref), "error")
        elif self.round is not None:
            self.round.decide(row.number, "")
            self.console.link.mark_seen(self, [row.number], self.console.notice_error)
            self._show_next()

    def _perform(
        self,
        verb: str,
        rows: tuple[TicketRow, ...],
        values: Mapping[str, object],
        *,
        succeeded: Callable[[], object] | None = None,
        refused: Callable[[SdeskError], object] | None = None,
    ) -> None:
        """What needs no more than the choice is done behind the next ticket; the rest as everywhere."""
        if verb in DECIDING and succeeded is None and refused is None:
            self._decide(rows, [(verb, values)])
        else:
            super()._perform(verb, rows, values, succeeded=succeeded, refused=refused)

    def _decide(self, rows: Sequence[TicketRow], steps: Sequence[Step]) -> None:
        """Set the picked service first, where that still means anything; then what was decided; and go on at once."""
        sorting, row = self.round, rows[0]
        if sorting is None:
            return
        picked = self.picked if self.picked != row.service else None
        if picked is not None and not any(verb in {"service", "spam", "merge"} for verb, _values in steps):
            steps = [("service", {"service": picked}), *steps]
        sorting.decide(row.number, steps[-1][0] if steps else "")
        self._do(row, list(steps), self.console.versions([row]))
        self._show_next()

    def _do(self, row: TicketRow, steps: list[Step], versions: Mapping[int, int]) -> None:
        if not steps:
            return
        (verb, values), *more = steps

        def done(outcomes: tuple[TicketOutcome, ...]) -> None:
            self.console.touched(outcomes, [row])
            error = next((outcome.error for outcome in outcomes if outcome.error is not None), None)
            if error is not None:
                self._refused(row, error)
                return
            text, kind = report(outcomes, {row.number: row.ref})
            self.console.notice(in_local_time(text, self.console.now(), self.console.zone), kind)
            # The version is ours now: what was seen has been changed by the step before.
            self._do(row, more, {})
            if not more:
                self.console.queue.deed_done([row.number])

        self.console.link.perform(
            self, verb, [row.number], values, versions, done, lambda error: self._refused(row, error)
        )

    def _refused(self, row: TicketRow, error: SdeskError) -> None:
        """It comes back, so that nothing is taken for decided that is not."""
        self.console.notice(_("{ref} comes again: {why}").format(ref=row.ref, why=told(str(error))), "error")
        if self.round is not None:
            self.round.came_back(row.number)
            self._show_next()

    def action_merge(self) -> None:
        """Put it into another; those that may be the same are first."""
        if self.one is None or not (rows := self._possible("merge")):
            return

        def why_not(row: TicketRow) -> str | None:
            return None if row.status in OPEN_STATUSES else word(row.status)

        def chosen(number: str | None) -> None:
            if number is not None:
                self._perform("merge", rows, {"into": int(number)})

        near = [row for row in self.one.others if row.number in self.one.alike]
        title = _("Merge {tickets} into").format(tickets=named(rows))
        leave_out = {row.number for row in rows}
        self.app.push_screen(FindTicket(title, rows, near=near, leave_out=leave_out, why_not=why_not), chosen)

    # ---- moving ---------------------------------------------------------------------------------

    def action_next_ticket(self) -> None:
        """Skip it."""
        if self.round is not None:
            self.round.skip()
            self._show_next()

    def action_previous_ticket(self) -> None:
        """The one before, decided or not."""
        if self.round is None or not self.round.go_back():
            self.console.notice(_("This is the first ticket"))
        else:
            self._show_next()

    def action_take_back(self) -> None:
        """Undo the last decision: its ticket is there again."""
        last = self.round.last_decided if self.round is not None else None
        if self.round is None or last is None:
            self.console.notice(_("Nothing has been decided yet"))
            return
        self.round.came_back(last)
        self._show_next()

    def action_down(self) -> None:
        """One line down."""
        self._pane.scroll_relative(y=1, animate=False, immediate=True)

    def action_up(self) -> None:
        """One line up."""
        self._pane.scroll_relative(y=-1, animate=False, immediate=True)

    def action_page_down(self) -> None:
        """One screen down."""
        self._pane.scroll_relative(y=max(1, self._pane.size.height - 1), animate=False, immediate=True)

    def action_page_up(self) -> None:
        """One screen up."""
        self._pane.scroll_relative(y=-max(1, self._pane.size.height - 1), animate=False, immediate=True)

    def action_half_down(self) -> None:
        """Half a screen down."""
        self._pane.scroll_relative(y=max(1, self._pane.size.height // 2), animate=False, immediate=True)

    def action_half_up(self) -> None:
        """Half a screen up."""
        self._pane.scroll_relative(y=-max(1, self._pane.size.height // 2), animate=False, immediate=True)

    def action_first(self) -> None:
        """To the first message."""
        self._pane.scroll_home(animate=False, immediate=True)

    def action_last(self) -> None:
        """To the last one."""
        self._pane.scroll_end(animate=False, immediate=True)

    @property
    def _pane(self) -> Pane:
        return self.preview.focused_pane or self.preview.conversation

    def action_other_pane(self) -> None:
        """Between conversation and facts."""
        pane = self.preview.next_pane() or self.preview.conversation
        self.set_class(pane is self.preview.facts, "-facts")
        pane.focus()

    # ---- commands -------------------------------------------------------------------------------

    def action_unfold(self) -> None:
        """Show or fold the quoted parts."""
        self.preview.toggle_quotes()

    def action_refresh(self) -> None:
        """Ask about what was passed over, too."""
        if self.round is not None:
            self.round.passed.clear()
        self._ahead = None
        self.read_round()

    def action_back(self) -> None:
        """Out of the pick, out of the facts, back."""
        if self.picked is not None:
            self.picked = None
            self._show_all()
        elif self.preview.facts.has_focus:
            self.action_other_pane()
        else:
            self.dismiss()

    def action_leave(self) -> None:
        """Back to the queue."""
        self.dismiss()
