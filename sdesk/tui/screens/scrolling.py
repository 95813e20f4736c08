"""The keys that scroll a pane, for a screen that shows text rather than a list."""

from __future__ import annotations

from sdesk.tui.screens.base import DeskScreen
from sdesk.tui.widgets.pane import Pane


class ScrollingScreen(DeskScreen):
    """Scrolls what has the keys."""

    @property
    def _pane(self) -> Pane:
        """The pane that is scrolled."""
        raise NotImplementedError

    def _scroll(self, lines: int) -> None:
        self._pane.scroll_relative(y=lines, animate=False, immediate=True)

    def action_down(self) -> None:
        """One line down."""
        self._scroll(1)

    def action_up(self) -> None:
        """One line up."""
        self._scroll(-1)

    def action_page_down(self) -> None:
        """One screen down."""
        self._scroll(max(1, self._pane.size.height - 1))

    def action_page_up(self) -> None:
        """One screen up."""
        self._scroll(-max(1, self._pane.size.height - 1))

    def action_half_down(self) -> None:
        """Half a screen down."""
        self._scroll(max(1, self._pane.size.height // 2))

    def action_half_up(self) -> None:
        """Half a screen up."""
        self._scroll(-max(1, self._pane.size.height // 2))

    def action_first(self) -> None:
        """To the beginning."""
        self._pane.scroll_home(animate=False, immediate=True)

    def action_last(self) -> None:
        """To the end."""
        self._pane.scroll_end(animate=False, immediate=True)
