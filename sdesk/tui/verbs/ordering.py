"""The `:` line: the grammar of the command line on the tickets that are chosen."""

from __future__ import annotations

from collections.abc import Sequence

from sdesk.tui.verbs.doing import Verbs


class Ordering(Verbs):
    """A screen with a `:` line."""

    def action_line(self) -> None:
        """Type a command."""
        self.open_line()

    def open_line(self, begun: str = "") -> None:
        """Open the line, with something typed already."""
        # What understands a line is loaded with the first one: the queue does not wait for it.
        from sdesk.tui.verbs.line_orders import LineOrders

        LineOrders(self).open(begun)

    def chosen_numbers(self) -> Sequence[int]:
        """The numbers of what is chosen."""
        return [row.number for row in self.chosen()]
