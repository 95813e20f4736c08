"""The views of the queue: one is shown, others are a digit away."""

from __future__ import annotations

from textual.widgets import Input

from sdesk.tui.screens.queue_filter import QueueFilter


class QueueViews(QueueFilter):
    """A queue with several views."""

    def _show_view(self, place: int) -> None:
        if place == self._view:
            return
        if self.filter_error:
            self._texts[self._view] = self._kept_text
        self._view = place
        self.rows.window.marks.clear()
        field = self.field
        with field.prevent(Input.Changed):
            field.value = self.filter_text
        self.rows.window.cursor = None
        self.load_start()
        self.rows.focus()

    def action_view_1(self) -> None:
        """The agent's own."""
        self._show_view(0)

    def action_view_2(self) -> None:
        """Nobody's."""
        self._show_view(1)

    def action_view_3(self) -> None:
        """The team's."""
        self._show_view(2)

    def action_view_4(self) -> None:
        """Waiting."""
        self._show_view(3)

    def action_view_5(self) -> None:
        """Breached."""
        self._show_view(4)

    def action_view_6(self) -> None:
        """All."""
        self._show_view(5)

    def action_next_view(self) -> None:
        """The view to the right."""
        self._show_view((self._view + 1) % len(self.console.views))

    def action_previous_view(self) -> None:
        """The view to the left."""
        self._show_view((self._view - 1) % len(self.console.views))
