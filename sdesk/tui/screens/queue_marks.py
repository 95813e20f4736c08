"""Marks: single ones, a range, all of the filter; and the rows of marked tickets that the list does not hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sdesk.store.reader.rows import TicketRow
from sdesk.tui.actions import Command
from sdesk.tui.countdown import Held
from sdesk.tui.language import count_of
from sdesk.tui.paging import read_rows
from sdesk.tui.screens.queue_moving import QueueMoving


class QueueMarks(QueueMoving):
    """A queue whose tickets can be marked."""

    def action_mark(self) -> None:
        """Mark, and move on; a range that is open is marked."""
        if self.rows.window.anchor is not None:
            self.rows.toggle_range()
        else:
            self.rows.toggle_mark()
            self.rows.move(1)
        self.bars.show()

    def action_range(self) -> None:
        """Begin a range, or mark what it holds."""
        self.rows.toggle_range()
        self.bars.show()

    def action_mark_all(self) -> None:
        """Mark all tickets of the filter, however many; where all of them are marked, none."""
        wanted, now = self._wanted, self.console.now()

        def found(numbers: Sequence[int]) -> None:
            if wanted is not self._wanted:
                return  # another filter by now
            every = bool(numbers) and self.rows.window.marked.issuperset(numbers)
            self.rows.mark_numbers(() if every else numbers)
            self.bars.show()

        self.console.link.read(
            self,
            lambda reader, actor: reader.numbers(actor, wanted, now=now),
            found,
            self.console.notice_error,
            topic="marks",
        )

    # ---- what an action is about ----------------------------------------------------------------

    @property
    def ready(self) -> bool:
        """Whether the rows of all chosen tickets are here."""
        return self.meant is not None or not self.rows.window.unread

    def chosen(self) -> tuple[TicketRow, ...]:
        """The tickets that a line names, the marked ones, else the one under the cursor."""
        return self.meant if self.meant is not None else super().chosen()

    def chosen_numbers(self) -> Sequence[int]:
        marked = self.rows.window.marked
        return tuple(marked) if marked else super().chosen_numbers()

    def why_not(self, command: Command) -> str | None:
        """Why a command is not possible; of marked tickets that are not held, nothing is known yet."""
        return None if command.verb and not self.ready else super().why_not(command)

    def with_chosen(self, then: Callable[[], object]) -> None:
        """Read the rows of the marked tickets that are not held, then do it."""
        unread = self.rows.window.unread
        if not unread or self.meant is not None:
            self.call_next(then)
            return
        from sdesk.tui.screens.gathering import Gathering

        now, waiting = self.console.now(), Gathering(len(unread))

        def learn(rows: dict[int, Held]) -> None:
            if not waiting.is_current:
                return  # left with Esc: nothing is done
            waiting.dismiss()
            self.rows.window.learn(rows)
            lost = len(set(unread) - rows.keys())
            if lost:
                self.console.notice(
                    count_of(
                        "{count} marked ticket is out of sight by now",
                        "{count} marked tickets are out of sight by now",
                        lost,
                    )
                )
            self.bars.show()
            self.call_next(then)

        self.app.push_screen(waiting)
        self.console.link.read(
            self, lambda reader, actor: read_rows(reader, actor, unread, now), learn, self.console.notice_error
        )
