"""A scrolling pane of prepared lines: renders what is visible, keeps its place, lets the mouse select text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from sdesk.tui.palette import palette_of
from sdesk.tui.render.lines import Line

Layout = Callable[[int], Sequence[Line]]
"""Makes the lines for a width."""


class Pane(ScrollView, can_focus=True):
    """Lines laid out for the pane's width, again whenever that changes."""

    ALLOW_SELECT = True

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._layout: Layout = lambda width: ()
        self.laid_out: Callable[[], object] | None = None
        """Called whenever the lines were made anew."""
        self._lines: Sequence[Line] = ()
        self._laid_out_for = 0
        self._wants_last = False
        self._marks: Mapping[int, Sequence[tuple[int, int, str]]] = {}
        self._pointer: int | None = None

    @property
    def lines(self) -> Sequence[Line]:
        """What is laid out."""
        return self._lines

    @property
    def top(self) -> int:
        """The first line on screen."""
        return int(self.scroll_offset.y)

    @property
    def plain_text(self) -> str:
        """All of it without styles."""
        return "\n".join(line.text.rstrip() for line in self._lines)

    def show(self, layout: Layout, *, keep_place: bool = False) -> None:
        """Show other lines, from the beginning or from where the pane stands."""
        self._layout = layout
        self._lay_out()
        if not keep_place:
            self.go_to(0)

    def mark(self, marks: Mapping[int, Sequence[tuple[int, int, str]]]) -> None:
        """Set stretches of lines (characters, and the name of a style) apart from the rest."""
        if marks != self._marks:
            self._marks = marks
            self.refresh()

    def point(self, line: int | None) -> None:
        """Put the sign `>` before a line that begins with a blank."""
        if line != self._pointer:
            self._pointer = line
            self.refresh()

    def bring(self, line: int) -> None:
        """Bring a line into sight, with a few around it; nothing moves where it is in sight already."""
        height = max(1, self.size.height)
        margin = min(2, (height - 1) // 2)
        if line < self.top + margin or line >= self.top + height - margin:
            self.go_to(max(0, line - height // 3))

    def go_to(self, line: int) -> None:
        """Bring a line to the top, or as near to it as the end allows."""
        self.scroll_to(y=line, animate=False, immediate=True, force=True)

    def go_to_last_opening(self) -> None:
        """Bring the beginning of the last message into sight; at once, or when the pane has got its size."""
        self._wants_last = not self._lines
        self.go_to(next((at for at in range(len(self._lines) - 1, -1, -1) if self._lines[at].opens), 0))

    def lay_out_again(self) -> None:
        """Make the lines anew: what they are made of has changed."""
        self._lay_out()

    def on_resize(self, event: events.Resize) -> None:
        if event.size.width != self._laid_out_for:
            self._lay_out()
        if self._wants_last and self._lines:
            self.call_after_refresh(self.go_to_last_opening)

    def _lay_out(self) -> None:
        # The scroll bar's cell is kept free always, so that its coming does not make the lines anew.
        self._laid_out_for = self.size.width
        width = max(1, self.size.width - self.styles.scrollbar_size_vertical)
        self._lines = self._layout(max(10, width)) if self.size.width else ()
        self.virtual_size = Size(width, len(self._lines))
        self.refresh()
        if self.laid_out is not None:
            self.laid_out()

    def render_line(self, y: int) -> Strip:
        """One visible line."""
        width = self.scrollable_content_region.width or self.size.width
        at = y + self.scroll_offset.y
        base = self._style("text")
        if at >= len(self._lines):
            return Strip.blank(width, base)
        spans = self._lines[at].spans
        segments = [Segment(text, self._style(name)) for text, name in spans]
        if at == self._pointer and spans and spans[0][0].startswith(" "):
            segments[0] = Segment(spans[0][0][1:], segments[0].style)
            segments.insert(0, Segment(">", self._style("mark")))
        strip = Strip(segments)
        if at in self._marks:
            strip = self._marked(strip, self._marks[at])
        if self.text_selection is not None:
            strip = self._selected(strip, at)
        return strip.adjust_cell_length(width, base).apply_offsets(0, at)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text."""
        return selection.extract(self.plain_text), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()

    def _marked(self, strip: Strip, marks: Sequence[tuple[int, int, str]]) -> Strip:
        for start, end, name in marks:
            first, last = strip.index_to_cell_position(start), strip.index_to_cell_position(end)
            parts = list(strip.divide([first, last, strip.cell_length]))
            if len(parts) == 3:
                found = Strip([Segment(part.text, self._style(name)) for part in parts[1]])
                strip = Strip.join([parts[0], found, parts[2]])
        return strip

    def _selected(self, strip: Strip, at: int) -> Strip:
        selection = self.text_selection
        span = selection.get_span(at) if selection is not None else None
        if span is None:
            return strip
        start, end = span
        end = len(strip.text) if end == -1 else end
        first, last = strip.index_to_cell_position(start), strip.index_to_cell_position(end)
        style = self.screen.get_component_rich_style("screen--selection")
        parts = strip.divide([first, last, strip.cell_length])
        return Strip.join([parts[0], parts[1].apply_style(style), parts[2]]) if len(parts) == 3 else strip

    def _style(self, name: str) -> Style:
        return palette_of(self.app).style(name)
