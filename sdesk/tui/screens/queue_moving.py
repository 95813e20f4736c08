"""Moving through the queue: the keys move the cursor, or scroll the pane of the preview that has them."""

from __future__ import annotations

from sdesk.tui.screens.queue_facets import QueueFacets


class QueueMoving(QueueFacets):
    """A queue that one moves through."""

    def _move(self, lines: int) -> None:
        pane = self.preview.focused_pane
        if pane is not None:
            pane.scroll_relative(y=lines, animate=False, immediate=True)
        else:
            self.rows.move(lines)

    def action_down(self) -> None:
        """One down."""
        self._move(1)

    def action_up(self) -> None:
        """One up."""
        self._move(-1)

    def action_page_down(self) -> None:
        """One screen down."""
        self._move(max(1, self.rows.window.height - 1))

    def action_page_up(self) -> None:
        """One screen up."""
        self._move(-max(1, self.rows.window.height - 1))

    def action_half_down(self) -> None:
        """Half a screen down."""
        self._move(max(1, self.rows.window.height // 2))

    def action_half_up(self) -> None:
        """Half a screen up."""
        self._move(-max(1, self.rows.window.height // 2))

    def action_first(self) -> None:
        """To the most urgent ticket."""
        self._to_edge(first=True)

    def action_last(self) -> None:
        """To the last ticket."""
        self._to_edge(first=False)

    def _to_edge(self, *, first: bool) -> None:
        window = self.rows.window
        pane = self.preview.focused_pane
        if pane is not None:
            (pane.scroll_home if first else pane.scroll_end)(animate=False, immediate=True)
        elif first and window.has_before:
            self.load_start()
        elif not first and window.has_after:
            self.load_end()
        else:
            self.rows.move(-len(window.rows) if first else len(window.rows))
