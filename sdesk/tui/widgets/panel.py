"""A panel of the board: a title, a few lines, a chart where there is room, and a list whose tickets can be opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from sdesk.tui.markup import verbatim
from sdesk.tui.render.board import Row
from sdesk.tui.render.lines import Line
from sdesk.tui.widgets.pane import Pane

Rows = Callable[[int], Sequence[Row]]
"""Makes the rows for a width."""


class RowList(Pane, inherit_bindings=False):
    """Lines of which some are tickets; the place of the cursor is by ticket number. Its keys are the screen's."""

    class Opened(Message):
        """A ticket was clicked twice."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, *, with_cursor: bool = True) -> None:
        super().__init__(classes="rows")
        self._with_cursor = with_cursor
        self.can_focus = with_cursor
        self._rows: Sequence[Row] = ()
        self.cursor: int | None = None
        """The ticket under it."""

    def fill(self, rows: Rows) -> None:
        """Show other rows; the cursor stays on its ticket, or where it was if that is gone."""
        before = self._numbers
        place = before.index(self.cursor) if self.cursor in before else 0

        def lay_out(width: int) -> list[Line]:
            self._rows = rows(width)
            return [row.line for row in self._rows]

        self.show(lay_out, keep_place=True)
        numbers = self._numbers
        if self.cursor not in numbers:
            self.cursor = numbers[min(place, len(numbers) - 1)] if numbers else None

    @property
    def _numbers(self) -> list[int | None]:
        """The tickets, each once, in their order."""
        return list(dict.fromkeys(row.number for row in self._rows if row.number is not None))

    def move(self, by: int) -> None:
        """The next ticket, or one before; where there is none, the lines move."""
        numbers = self._numbers
        if not numbers:
            self.scroll_relative(y=by, animate=False, immediate=True)
            return
        at = numbers.index(self.cursor) if self.cursor in numbers else 0
        at = max(0, min(len(numbers) - 1, at + by))
        self.cursor = numbers[at]
        self._show_cursor(first=at == 0, last=at == len(numbers) - 1)

    def _show_cursor(self, *, first: bool, last: bool) -> None:
        line = next((at for at, row in enumerate(self._rows) if row.number == self.cursor), 0)
        # What stands above the first ticket and below the last one is no ticket, and would never be seen.
        line = 0 if first else len(self._rows) - 1 if last else line
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if line < top:
            self.go_to(line)
        elif line >= top + height:
            self.go_to(line - height + 1)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line; that of the cursor is set apart by its ground and by a sign."""
        strip = super().render_line(y)
        at = y + self.scroll_offset.y
        if not self.has_focus or at >= len(self._rows) or self._rows[at].number is None:
            return strip
        if self._rows[at].number != self.cursor:
            return strip
        style = self._style("cursor")
        return Strip([segment._replace(style=style) for segment in strip], strip.cell_length)

    async def on_click(self, event: events.Click) -> None:
        at = event.y + self.scroll_offset.y
        number = self._rows[at].number if at < len(self._rows) else None
        if number is None or not self._with_cursor:
            return
        self.cursor = number
        self.refresh()
        if event.chain > 1:
            self.post_message(self.Opened(number))


class Panel(Vertical):
    """One of the board's parts."""

    def __init__(self, name: str, *, with_cursor: bool = True) -> None:
        super().__init__(id=name, classes="panel")
        self.words = Pane(classes="words")
        self.words.can_focus = False
        self.rows = RowList(with_cursor=with_cursor)
        self.above: list[Widget] = []
        """What stands above its words, as a figure in big digits."""
        self.below: list[Widget] = []
        """What stands below them, as a chart."""

    def compose(self) -> ComposeResult:
        yield from self.above
        yield self.words
        yield from self.below
        yield self.rows

    def title(self, words: str) -> None:
        """Its name, in the frame."""
        self.border_title = verbatim(words)

    def say(self, lines: Callable[[int], Sequence[Line]]) -> None:
        """Lines that stand above the list, as many as there are."""
        self.words.styles.height = len(lines(max(10, self.size.width)))
        self.words.show(lines, keep_place=True)
