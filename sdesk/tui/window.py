"""The stretch of the queue that the list holds: which rows, which of them are visible, where the cursor is.

Cursor and marks are ticket numbers, never indexes, so that no refresh or new order can put another ticket under them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sdesk.domain.filters import Sort
from sdesk.store.reader.order import cursor_of
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.countdown import Held
from sdesk.tui.paging import Stretch

MARGIN = 2
"""Rows kept visible above and below the cursor, where there are any."""


class Moves(NamedTuple):
    """How many tickets changed their order."""

    up: int
    down: int


@dataclass
class Window:
    """What is held of the queue, and what of it is on screen."""

    rows: list[Held] = field(default_factory=list)
    has_before: bool = False
    has_after: bool = False
    cursor: int | None = None
    """Ticket number."""
    top: int = 0
    """Index of the first visible row."""
    height: int = 1
    """Visible rows."""
    marks: dict[int, Held | None] = field(default_factory=dict)
    """Marked tickets as last seen: held even where scrolling or a filter took their rows away. None: never held."""
    anchor: int | None = None
    """The ticket that a range began with; it goes from there to the cursor."""
    gone: set[int] = field(default_factory=set)
    """Tickets still shown that the filter no longer holds for."""
    stood: dict[int, TicketRow] = field(default_factory=dict)
    """Tickets whose place is another by now, as they were when they took the one where they are shown."""

    @property
    def keep(self) -> int:
        """Rows to hold on each side of what is visible."""
        return max(2 * self.height, 50)

    @property
    def index(self) -> int | None:
        """Where the cursor is among the held rows."""
        return self.index_of(self.cursor)

    @property
    def current(self) -> Held | None:
        """The row under the cursor."""
        at = self.index
        return None if at is None else self.rows[at]

    @property
    def visible(self) -> list[Held]:
        """The rows on screen."""
        return self.rows[self.top : self.top + self.height]

    @property
    def wants_before(self) -> bool:
        """Whether the rows above should be read now."""
        return self.has_before and self.top < self.height

    @property
    def wants_after(self) -> bool:
        """Whether the rows below should be read now."""
        return self.has_after and len(self.rows) - (self.top + self.height) < self.height

    @property
    def range(self) -> tuple[Held, ...]:
        """The rows from the anchor to the cursor, in the list's order."""
        start, end = self.index_of(self.anchor), self.index
        if self.anchor is None or start is None or end is None:
            return ()
        return tuple(self.rows[min(start, end) : max(start, end) + 1])

    @property
    def marked(self) -> frozenset[int]:
        """The tickets that are marked, those of the range among them."""
        return frozenset(self.marks).union(held.row.number for held in self.range)

    @property
    def unread(self) -> tuple[int, ...]:
        """Marked tickets whose rows are not held, or not any more."""
        if not self.marks:
            return ()
        held = {held.row.number for held in self.rows}
        return tuple(number for number in self.marks if number not in held)

    @property
    def misplaced(self) -> bool:
        """Whether a row belongs elsewhere: all but the cursor's take their places with the next order."""
        return any(number != self.cursor for number in self.stood)

    def as_placed(self, at: int) -> TicketRow:
        """A held row as it was when it took its place: what the rows beside it were read by."""
        row = self.rows[at].row
        return self.stood.get(row.number, row)

    def index_of(self, number: int | None) -> int | None:
        """Where a ticket is among the held rows."""
        return next((at for at, held in enumerate(self.rows) if held.row.number == number), None)

    # ---- what comes from the reader -------------------------------------------------------------

    def replace(self, stretch: Stretch, *, cursor: int | None = None) -> Moves:
        """Hold another stretch; the cursor stays on its ticket and, if it can, on its line of the screen.

        Where the ticket is not there any more, the cursor goes to the row that stands where it stood. Gives how many
        tickets changed their order.
        """
        self.end_range()  # in another order it would hold other tickets
        old_order = [held.row.number for held in self.rows]
        old_at, old_top = self.index, self.top
        at_start = old_top == 0 and not self.has_before
        line = 0 if old_at is None else old_at - old_top
        self.rows, self.has_before, self.has_after = list(stretch.rows), stretch.has_before, stretch.has_after
        self.gone = set() if stretch.gone is None else {stretch.gone}
        self.stood = {} if stretch.stood is None else {stretch.stood.number: stretch.stood}
        wanted = self.cursor if cursor is None else cursor
        at = self.index_of(wanted)
        if at is None and self.rows:
            at = min(old_at or 0, len(self.rows) - 1)
        self.cursor = None if at is None else self.rows[at].row.number
        # At the top of the queue the most urgent rows stay in view: what arrives above is seen at once.
        self.top = 0 if at is None or (at_start and not self.has_before and at < self.height) else max(0, at - line)
        self._refresh_marks()
        self._settle()
        return _moves(old_order, [held.row.number for held in self.rows])

    def append(self, stretch: Stretch) -> None:
        """Add the rows that follow, and let go of those far above."""
        known = {held.row.number for held in self.rows}
        self.rows += [held for held in stretch.rows if held.row.number not in known]
        self.has_after = stretch.has_after
        anchor = self.index_of(self.anchor)
        spare = self.top - self.keep
        spare = spare if anchor is None else min(spare, anchor)
        if spare > 0:
            del self.rows[:spare]
            self.top -= spare
            self.has_before = True

    def prepend(self, stretch: Stretch) -> None:
        """Add the rows that precede, and let go of those far below."""
        known = {held.row.number for held in self.rows}
        added = [held for held in stretch.rows if held.row.number not in known]
        self.rows[:0] = added
        self.top += len(added)
        self.has_before = stretch.has_before
        anchor = self.index_of(self.anchor)
        most = max(self.top + self.height + self.keep, 0 if anchor is None else anchor + 1)
        if len(self.rows) > most:
            del self.rows[most:]
            self.has_after = True

    def update(self, fresh: Mapping[int, Held], asked: Iterable[int]) -> None:
        """Put in what was read anew, each in its old place; what is out of sight now leaves, but for the cursor's."""
        lost = {number for number in asked if number not in fresh}
        at, old_rows = self.index, self.rows
        self.rows = [
            fresh.get(held.row.number, held)
            for held in self.rows
            if held.row.number not in lost or held.row.number == self.cursor
        ]
        for held in old_rows:
            self._keep_place(held.row, fresh.get(held.row.number, held).row)
        self.gone |= lost & ({self.cursor} if self.cursor is not None else set())
        if at is not None and self.index is None and self.rows:
            self.cursor = self.rows[min(at, len(self.rows) - 1)].row.number
        self._refresh_marks()
        self._settle()

    # ---- what the person does -------------------------------------------------------------------

    def move(self, lines: int) -> bool:
        """Move the cursor; whether it moved."""
        at = self.index
        if at is None:
            return False
        wanted = max(0, min(len(self.rows) - 1, at + lines))
        if wanted == at:
            return False
        self.cursor = self.rows[wanted].row.number
        self._settle()
        return True

    def scroll(self, lines: int) -> bool:
        """Move the view; the cursor is taken along where it would leave the screen."""
        top = max(0, min(self.top + lines, len(self.rows) - self.height))
        if top == self.top:
            return False
        self.top = top
        at = self.index
        if at is not None:
            low, high = top, min(top + self.height, len(self.rows)) - 1
            self.cursor = self.rows[max(low, min(at, high))].row.number
        return True

    def point_at(self, line: int) -> bool:
        """Put the cursor on a visible line; whether there is a row."""
        at = self.top + line
        if not 0 <= at < len(self.rows):
            return False
        self.cursor = self.rows[at].row.number
        self._settle(margin=0)
        return True

    def resize(self, height: int) -> None:
        """Another number of visible rows."""
        self.height = max(1, height)
        self._settle()

    def chosen(self) -> tuple[Held, ...]:
        """What an action is about: the marked tickets, else the one under the cursor. Those of `unread` as last seen,
        or not at all."""
        picked = {number: held for number, held in self.marks.items() if held is not None}
        picked |= {held.row.number: held for held in self.range}
        if self.marks or self.anchor is not None:
            return tuple(picked.values())
        current = self.current
        return () if current is None else (current,)

    def mark(self, held: Held) -> None:
        """Mark a ticket, or take its mark away."""
        if held.row.number in self.marks:
            del self.marks[held.row.number]
        else:
            self.marks[held.row.number] = held

    def begin_range(self) -> None:
        """A range from here to wherever the cursor goes."""
        self.anchor = self.cursor

    def end_range(self) -> None:
        """What the range holds is marked from now on."""
        self.marks |= {held.row.number: held for held in self.range}
        self.anchor = None

    def learn(self, rows: Mapping[int, Held]) -> None:
        """The rows of marked tickets; a mark without one is let go of: the ticket is out of sight by now."""
        held = {held.row.number: held for held in self.rows}
        self.marks = {
            number: rows.get(number) or held[number] for number in self.marks if number in rows or number in held
        }

    def _keep_place(self, was: TicketRow, row: TicketRow) -> None:
        """Remember how a row was that keeps its place, though it belongs elsewhere."""
        stood = self.stood.pop(row.number, was)
        if any(cursor_of(stood, order) != cursor_of(row, order) for order in Sort):
            self.stood[row.number] = stood

    def _refresh_marks(self) -> None:
        for held in self.rows:
            if held.row.number in self.marks:
                self.marks[held.row.number] = held

    def _settle(self, margin: int = MARGIN) -> None:
        """Bring the cursor into view and leave no empty line below the last row."""
        at = self.index
        if at is not None:
            margin = min(margin, (self.height - 1) // 2)
            self.top = min(self.top, max(0, at - margin))
            self.top = max(self.top, at + margin + 1 - self.height)
        self.top = max(0, min(self.top, len(self.rows) - self.height))


def _moves(old: list[int], new: list[int]) -> Moves:
    """How many tickets of both lists must have moved for the one order to become the other."""
    was = {number: at for at, number in enumerate(old)}
    places = [was[number] for number in new if number in was]
    # The longest rising subsequence are those that kept their order; the others moved.
    tails: list[int] = []
    at_tail: list[int] = []
    before: list[int] = []
    for at, place in enumerate(places):
        length = bisect_left(tails, place)
        before.append(at_tail[length - 1] if length else -1)
        tails[length : length + 1] = [place]
        at_tail[length : length + 1] = [at]
    kept: set[int] = set()
    at = at_tail[-1] if at_tail else -1
    while at >= 0:
        kept.add(at)
        at = before[at]
    ranks = {place: rank for rank, place in enumerate(sorted(places))}
    up = sum(at < ranks[place] for at, place in enumerate(places) if at not in kept)
    return Moves(up, len(places) - len(kept) - up)
