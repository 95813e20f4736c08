"""Triage: what is new, one ticket a screen. A digit picks the service, the next key decides, and the next one is there.

Nothing is waited for: what was decided is done while the next ticket is looked at, and what is refused comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partialmethod
from typing import TYPE_CHECKING

from sdesk.actions.perform import TicketOutcome, Undone, new_batch, perform, undo
from sdesk.actions.personal import Kept
from sdesk.domain.actor import Actor
from sdesk.domain.errors import SdeskError, Unavailable
from sdesk.domain.ticket import OPEN_STATUSES
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.actions import Context, bindings_of
from sdesk.tui.language import _, told_error
from sdesk.tui.render.words import word
from sdesk.tui.screens.find_ticket import FindTicket
from sdesk.tui.screens.triage_reading import TriageReading
from sdesk.tui.verbs.doing import in_local_time, named, report
from sdesk.tui.verbs.undoing import undone
from sdesk.tui.widgets.pane import Pane

if TYPE_CHECKING:
    from sdesk.desk.opening import Desk

DECIDING = frozenset({"take", "assign", "service", "spam", "merge", "join", "priority"})
"""What needs no more than the choice: the next ticket is shown while it is done. What is written is waited for."""

Step = tuple[str, Mapping[str, object]]
"""A verb and its values."""


class TriageScreen(TriageReading):
    """A round of triage."""

    BINDINGS = bindings_of(Context.TRIAGE)
    AUTO_FOCUS = ".conversation"

    # ---- deciding -------------------------------------------------------------------------------

    def chosen(self) -> tuple[TicketRow, ...]:
        """The one that is shown."""
        return () if self.one is None else (self.one.detail.ticket,)

    def _possible(self, verb: str) -> tuple[TicketRow, ...]:
        if self.is_coming:
            self._say_it_comes()
            return ()
        return () if self._says_it_is_lost() else super()._possible(verb)

    def _says_it_is_lost(self) -> bool:
        """The first key after somebody else decided about this ticket may be older than that: it is told so."""
        if not self.lost or self.one is None:
            return False
        self.lost = False
        row = self.one.detail.ticket
        who = _("it is gone") if self.one.is_to_sort else self._by_others(row)
        words = _("{ref} was not changed: {who}. J goes on, the same key again does it")
        self.console.notice(words.format(ref=row.ref, who=who), "error")
        return True

    def _say_it_comes(self) -> None:
        """A key before the ticket that it would be about: nobody has seen that one yet."""
        if self.is_coming:
            self.console.notice(_("The next ticket is not there yet"))
            if not self.console.link.busy:
                self._read_current()  # it could not be read

    def _pick(self, digit: int) -> None:
        usual = self._found.usual
        if self.one is None:
            self._say_it_comes()
            return
        if digit > len(usual):
            self.console.notice(_("No service is on {digit}: t shows all of them").format(digit=digit), "error")
            return
        self.picked = None if self.picked == usual[digit - 1] else usual[digit - 1]
        self._show_all()

    action_pick_1 = partialmethod(_pick, 1)
    action_pick_2 = partialmethod(_pick, 2)
    action_pick_3 = partialmethod(_pick, 3)
    action_pick_4 = partialmethod(_pick, 4)
    action_pick_5 = partialmethod(_pick, 5)
    action_pick_6 = partialmethod(_pick, 6)
    action_pick_7 = partialmethod(_pick, 7)
    action_pick_8 = partialmethod(_pick, 8)
    action_pick_9 = partialmethod(_pick, 9)

    def action_accept(self) -> None:
        """The service as picked, or as it is; the next one."""
        if self.one is None:
            self._say_it_comes()
            return
        if self._says_it_is_lost():
            return
        row = self.one.detail.ticket
        if self.picked is not None:
            self._decide([row], [])
        elif row.service is None:
            self.console.notice(_("{ref} has no service yet: a digit picks one, J skips").format(ref=row.ref), "error")
        elif self.round is not None:
            self.round.decide(row.number, "")
            self.round.did(row.number)
            self.console.link.mark_seen(self, [row.number], self.console.notice_error)
            self._show_next()

    def _perform(
        self,
        verb: str,
        rows: tuple[TicketRow, ...],
        values: Mapping[str, object],
        *,
        succeeded: Callable[[], object] | None = None,
        partly: Callable[[tuple[TicketRow, ...]], str] | None = None,
        refused: Callable[[SdeskError], object] | None = None,
        words: Kept | None = None,
        asked: bool = False,
    ) -> None:
        """What needs no more than the choice is done behind the next ticket; the rest as everywhere."""
        if verb in DECIDING and succeeded is None and refused is None:
            self._decide(rows, [(verb, values)])
        else:
            super()._perform(
                verb, rows, values, succeeded=succeeded, partly=partly, refused=refused, words=words, asked=asked
            )

    def _decide(self, rows: Sequence[TicketRow], steps: Sequence[Step]) -> None:
        """Set the picked service first, where that still means anything; then what was decided; and go on at once."""
        sorting, row = self.round, rows[0]
        if sorting is None:
            return
        picked = self.picked if self.picked != row.service else None
        if picked is not None and not any(verb in {"service", "spam", "merge"} for verb, _values in steps):
            steps = [("service", {"service": picked}), *steps]
        sorting.decide(row.number, steps[-1][0] if steps else "")
        if steps:
            self._do(row, steps, self.console.versions([row]))
        else:
            sorting.did(row.number)
        self._show_next()

    def _do(self, row: TicketRow, steps: Sequence[Step], versions: Mapping[int, int]) -> None:
        """Do the steps of one decision, until one is refused."""
        batch = new_batch()  # one decision, and one undo
        if self.round is not None:
            self.round.did(row.number, batch)

        def deed(desk: Desk, actor: Actor, now: datetime) -> tuple[TicketOutcome, ...]:
            outcomes: list[TicketOutcome] = []
            for verb, values in steps:
                # After the first step the version is ours.
                seen = None if outcomes else versions
                outcomes += perform(desk, actor, verb, [row.number], values, now=now, versions=seen, batch=batch)
                if outcomes[-1].error is not None:
                    break
            return tuple(outcomes)

        def done(outcomes: tuple[TicketOutcome, ...]) -> None:
            self.console.touched(outcomes, [row])
            error = outcomes[-1].error
            changed = any(outcome.error is None and outcome.changed for outcome in outcomes)
            if error is not None:
                self._refused(row, error)
            if self.round is not None and not changed:
                self.round.did_nothing(row.number, batch)
            if error is not None:
                return
            said = "; ".join(report([outcome], {row.number: row.ref})[0] for outcome in outcomes)
            back = self._how_undone(answered=False) if changed else None
            self.console.notice(in_local_time(said, self.console.now(), self.console.zone), "good", way_back=back)

        def failed(error: SdeskError) -> None:
            self._refused(row, error)
            if self.round is not None:
                self.round.did_nothing(row.number, batch)

        self.console.link.write(self, deed, done, failed)

    def changed_by(self, batch: str, outcomes: Sequence[TicketOutcome], rows: Sequence[TicketRow]) -> None:
        """What is written here, as a note, can be undone too."""
        super().changed_by(batch, outcomes, rows)
        changed = [outcome.number for outcome in outcomes if outcome.error is None and outcome.changed]
        if self.round is not None and changed:
            self.round.did(changed[0], batch)

    def _refused(self, row: TicketRow, error: SdeskError) -> None:
        """It comes back after the one that is shown, so that nothing is taken for decided that is not."""
        self.console.notice(_("{ref} comes again: {why}").format(ref=row.ref, why=told_error(error)), "error")
        if self.round is not None:
            self.round.comes_again(row.number)
            if self.one is None or self.round.current == row.number:
                self._read_current()
            else:
                self._ahead = None
                self._read_ahead()
            self._show_bars()

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
        if self.is_coming:
            self._say_it_comes()
        elif self.round is not None:
            self.round.skip()
            self._show_next()

    def action_previous_ticket(self) -> None:
        """The one before, decided or not."""
        if self.round is None or not self.round.go_back():
            self.console.notice(_("This is the first ticket"))
        else:
            self._show_next()

    def action_undo(self) -> None:
        """Undo what was done last in this round: its ticket is there again. What was done before the round stays."""
        sorting = self.round
        if sorting is None or not sorting.deeds:
            self.console.notice(_("There is nothing to undo in this round"), "error")
            return
        deed = sorting.deeds.pop()
        number, batch = deed
        if not batch:
            # It was left as the desk made it: there is nothing to put back, and what was done before stays done.
            self._back_again([number])
            return

        def done(answer: Undone) -> None:
            text, kind = undone(answer)
            self.console.notice(in_local_time(text, self.console.now(), self.console.zone), kind)
            if any(isinstance(outcome.error, Unavailable) for outcome in answer.outcomes):
                sorting.deeds.append(deed)  # it can be undone yet
            if answer.drafts:
                self.console.words_back([number])
            self._back_again([outcome.number for outcome in answer.outcomes if outcome.error is None])

        def failed(error: SdeskError) -> None:
            if isinstance(error, Unavailable):
                sorting.deeds.append(deed)  # it can be undone yet
            self.console.notice_error(error)

        self.console.link.write(self, lambda desk, actor, now: undo(desk, actor, now=now, batch=batch), done, failed)

    def _back_again(self, numbers: Sequence[int]) -> None:
        if self.round is not None and numbers:
            self.round.came_back(numbers[0])
            self._worked_on -= set(numbers)
            self._show_next()

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
