"""The queue on screen: a virtual list that holds what is visible and a little around, and repaints what differs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from sdesk.tui.company import Company
from sdesk.tui.countdown import Held
from sdesk.tui.paging import Stretch
from sdesk.tui.palette import palette_of
from sdesk.tui.render.columns import Cell, Column, cells_of, columns_of, fit, moment_of, titles_of
from sdesk.tui.window import Moves, Window


class QueueList(ScrollView, can_focus=True):
    """Rows of tickets; the first line names the columns."""

    class Moved(Message):
        """Another ticket is under the cursor, or none."""

    class Wanted(Message):
        """The rows before or after those held are needed."""

        def __init__(self, *, before: bool) -> None:
            super().__init__()
            self.before = before

    class Opened(Message):
        """A ticket was double-clicked."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.window = Window()
        self.empty_text = ""
        self._company = Company()
        self._now: datetime | None = None
        self._painted: dict[int, tuple[Cell, ...]] = {}
        self._moments: dict[int, tuple[Held, object]] = {}
        """By line, what was painted of the time, and of which row."""
        self._columns: tuple[Column, ...] = ()
        self._room = Size(0, 0)
        """The size that it was laid out for."""

    # ---- what it shows --------------------------------------------------------------------------

    def replace(self, stretch: Stretch, now: datetime, *, cursor: int | None = None) -> Moves:
        """Show another stretch of the queue; gives how many tickets changed their order."""
        self._now = now
        before = self.window.cursor
        moved = self.window.replace(stretch, cursor=cursor)
        self._lay_out()
        self._after_change(before)
        return moved

    def extend(self, stretch: Stretch, *, before: bool) -> None:
        """Hold more rows; nothing on screen moves."""
        if before:
            self.window.prepend(stretch)
        else:
            self.window.append(stretch)
        self._lay_out()
        self.repaint()

    def update(self, fresh: dict[int, Held], asked: list[int], now: datetime) -> None:
        """Put in what was read anew; only cells that differ are painted."""
        self._now = now
        before = self.window.cursor
        self.window.update(fresh, asked)
        self._lay_out()
        self._after_change(before)

    def show_company(self, company: Company) -> None:
        """Show who else writes, and where unsent words are."""
        self._company = company
        self.repaint()

    def tick(self, now: datetime) -> None:
        """Count down: of most rows nothing that is shown changes within a second."""
        self._now = now
        self._repaint(
            [
                (line, held)
                for line, held in enumerate(self.window.visible)
                if self._moments.get(line) != (held, moment_of(held, now))
            ]
        )

    def repaint(self) -> None:
        """Paint the cells that differ from what is on screen."""
        self._repaint(list(enumerate(self.window.visible)))

    def _repaint(self, rows: list[tuple[int, Held]]) -> None:
        marked = self._marked()
        for line, held in rows:
            cells = self._cells(held, marked)
            old = self._painted.get(line)
            if old == cells:
                self._keep_moment(line, held)
                continue
            if old is None or len(old) != len(cells):
                self.refresh(Region(0, line + 1, self.size.width, 1))
                continue
            at = 0
            changed = [place for place, (was, cell) in enumerate(zip(old, cells, strict=True)) if was != cell]
            for place, column in enumerate(self._columns):
                width = column.width + column.gap
                if place in changed:
                    self.refresh(Region(at, line + 1, width, 1))
                at += width

    # ---- what the person does -------------------------------------------------------------------

    def move(self, lines: int) -> None:
        """Move the cursor by so many rows."""
        self._changing(lambda: self.window.move(lines))

    def scroll_rows(self, lines: int) -> None:
        """Move the view by so many rows."""
        self._changing(lambda: self.window.scroll(lines))

    def toggle_mark(self) -> None:
        """Mark the row under the cursor, or take its mark away."""
        current = self.window.current
        if current is not None:
            self.window.mark(current)
            self.repaint()

    def clear_marks(self) -> None:
        """Take all marks away, and the range."""
        self.window.marks.clear()
        self.window.anchor = None
        self.repaint()

    def toggle_range(self) -> None:
        """Begin a range here, or mark what it holds."""
        if self.window.anchor is None:
            self.window.begin_range()
        else:
            self.window.end_range()
        self.repaint()

    def leave_range(self) -> None:
        """No range any more, and nothing of it marked."""
        self.window.anchor = None
        self.repaint()

    def mark_numbers(self, numbers: Sequence[int]) -> None:
        """Mark these tickets, and no others; of some nothing is known but the number."""
        held = {held.row.number: held for held in self.window.rows}
        self.window.anchor = None
        self.window.marks = {number: held.get(number) for number in numbers}
        self.repaint()

    def _changing(self, change: object) -> None:
        before, top = self.window.cursor, self.window.top
        assert callable(change)
        change()
        scrolled = self.window.top != top
        if scrolled:
            self._repaint_all()
        self._after_change(before, painted=scrolled)

    def _after_change(self, cursor_before: int | None, *, painted: bool = False) -> None:
        if not painted:
            self.repaint()
        if self.window.cursor != cursor_before:
            self.post_message(self.Moved())
        if self.window.wants_after:
            self.post_message(self.Wanted(before=False))
        if self.window.wants_before:
            self.post_message(self.Wanted(before=True))

    # ---- events ---------------------------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:
        self.virtual_size = Size(event.size.width, event.size.height)
        self._take_room()
        self._after_change(self.window.cursor)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines, as many as there is room for by now: word of a size comes after the first frame that has it."""
        self._take_room()
        return super().render_lines(crop)

    def _take_room(self) -> None:
        if self.size != self._room:
            self._room = self.size
            self.window.resize(self._room.height - 1)
            self._columns = self._columns_now()
            self._painted.clear()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_rows(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_rows(-3)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        if event.y < 1 or event.y > len(self.window.visible):
            return
        self._changing(lambda: self.window.point_at(event.y - 1))
        if event.chain == 2 and self.window.cursor is not None:
            self.post_message(self.Opened(self.window.cursor))

    def on_focus(self) -> None:
        self._repaint_all()

    def on_blur(self) -> None:
        self._repaint_all()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._repaint_all()

    # ---- painting -------------------------------------------------------------------------------

    def _repaint_all(self) -> None:
        self._painted.clear()
        self.refresh()

    def _lay_out(self) -> None:
        columns = self._columns_now()
        if columns != self._columns or not self.window.rows or len(self._painted) > len(self.window.visible):
            self._columns = columns
            self._repaint_all()

    def _columns_now(self) -> tuple[Column, ...]:
        rows = self.window.rows
        return columns_of(
            self.size.width,
            money=any(held.row.loss_per_hour for held in rows),
            ref_width=max((len(held.row.ref) for held in rows), default=7),
        )

    def _cells(self, held: Held, marked: Collection[int]) -> tuple[Cell, ...]:
        number = held.row.number
        assert self._now is not None
        return (
            *cells_of(
                held,
                self._columns,
                self._now,
                cursor=number == self.window.cursor,
                marked=number in marked,
                gone=number in self.window.gone,
                company=self._company.sign(number),
            ),
            # Not painted itself: a change of it repaints the whole row.
            *((Cell("", "cursor"),) if number == self.window.cursor else ()),
        )

    def _keep_moment(self, line: int, held: Held) -> None:
        assert self._now is not None
        self._moments[line] = held, moment_of(held, self._now)

    def _marked(self) -> Collection[int]:
        """What is marked; the set with the range is only made where there is one."""
        return self.window.marks if self.window.anchor is None else self.window.marked

    def render_line(self, y: int) -> Strip:
        """One line: the titles, a ticket, or nothing."""
        width = self.size.width
        if y == 0:
            return Strip([Segment(fit(titles_of(self._columns), width), self._style("titles"))], width)
        visible = self.window.visible
        if y > len(visible):
            lines = self.empty_text.splitlines()
            text = lines[y - 2] if not visible and 0 <= y - 2 < len(lines) else ""
            return Strip([Segment(fit(f"  {text}", width), self._style("dim" if text else "text"))], width)
        held = visible[y - 1]
        cells = self._cells(held, self._marked())
        self._painted[y - 1] = cells
        self._keep_moment(y - 1, held)
        style = palette_of(self.app).style  # once a line: it is looked up for every cell
        segments = [Segment(cell.text, style(cell.style)) for cell in cells if cell.text]
        strip = Strip(segments).adjust_cell_length(width, self._style("text"))
        if held.row.number != self.window.cursor:
            return strip
        over = self._style("cursor" if self.has_focus else "cursor-away")
        return Strip([Segment(part.text, _under(part.style, over)) for part in strip], width)

    def _style(self, name: str) -> Style:
        return palette_of(self.app).style(name)


def _under(style: Style | None, cursor: Style) -> Style:
    """A cell's style under the cursor: the cursor's colours, and the cell's weight."""
    return cursor if style is None or not style.bold else cursor + Style(bold=True)
