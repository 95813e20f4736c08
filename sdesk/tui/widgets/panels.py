"""The panels of a board, side by side as the room allows; that of the equipment where there is any."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Digits

from sdesk.tui.board_reading import Board
from sdesk.tui.language import _
from sdesk.tui.render import board as render
from sdesk.tui.render.equipment import equipment_rows, equipment_words
from sdesk.tui.render.series import backlog_drawing, share_drawing
from sdesk.tui.widgets.chart import Chart
from sdesk.tui.widgets.panel import Panel

ROOMY = 12
"""Rows of a chart from which it shows what came and was solved too."""


class Panels(Container):
    """All of them."""

    def __init__(self, *, public: bool = False) -> None:
        """`public`: for all eyes and no keys."""
        super().__init__(classes="panels")
        self._public = public
        names = ("burning", "load", "backlog", "share", "due", "coming", "equipment")
        self.all = tuple(Panel(name, with_cursor=not public) for name in names)
        self.burning, self.load, self.backlog, self.share, self.due, self.coming, self.equipment = self.all
        self._figure = Digits("")
        self.burning.above.append(self._figure)
        self._open_chart, self._share_chart = Chart(id="open-chart"), Chart(id="share-chart")
        for panel, chart in ((self.backlog, self._open_chart), (self.share, self._share_chart)):
            panel.below.append(chart)
            panel.add_class("drawn")
        self.equipment.add_class("unequipped")
        self._board: Board | None = None

    def compose(self) -> ComposeResult:
        yield from self.all

    def on_mount(self) -> None:
        for panel, words in zip(
            self.all,
            (
                _("Loss and breached"),
                render.load_title(0),
                _("Open, day by day"),
                _("Kept in time, week by week"),
                _("Due next"),
                _("Coming"),
                _("Equipment"),
            ),
            strict=True,
        ):
            panel.title(words)

    def on_resize(self) -> None:
        if self._board is not None:
            self.call_after_refresh(self._draw, self._board)

    @property
    def focused_panel(self) -> Panel:
        """The one with the keys."""
        return next((panel for panel in self.all if panel.rows.has_focus), self.burning)

    def focus_next(self) -> None:
        """Give the keys to the one after it."""
        shown = [panel for panel in self.all if not panel.has_class("unequipped")]
        at = shown.index(self.focused_panel)
        shown[(at + 1) % len(shown)].rows.focus()

    def zoom(self, only: Panel | None) -> None:
        """Show one of them alone, or all."""
        for panel in self.all:
            panel.set_class(panel is only, "zoomed")
        if only is not None:
            only.rows.focus()
        if self._board is not None:
            self.call_after_refresh(self._draw, self._board)

    def show(self, board: Board) -> None:
        """Show other figures."""
        self._board, public = board, self._public
        self._figure.update(render.big_figure(board))
        self._figure.set_class(bool(board.now.loss_per_hour), "burns")
        self.burning.say(lambda width: [render.burning_words(board, width)])
        self.burning.rows.fill(lambda width: render.burning_rows(board, width, public=public))
        self.load.rows.fill(lambda width: render.load_rows(board, width))
        self.backlog.say(lambda width: render.backlog_lines(board, width))
        self.share.say(lambda width: render.share_lines(board, width))
        self.due.rows.fill(lambda width: render.due_rows(board, width, public=public))
        self.coming.rows.fill(lambda width: render.coming_rows(board, width, public=public))
        equipped, appears = bool(board.equipment.pieces), self.equipment.has_class("unequipped")
        self.set_class(equipped, "equipped")
        self.equipment.set_class(not equipped, "unequipped")
        self._show_equipment()
        if equipped and appears:
            # What was not there has no width yet, by which its lines are made.
            self.call_after_refresh(self._show_equipment)
        self._draw(board)

    def _show_equipment(self) -> None:
        if self._board is not None:
            equipment = self._board.equipment
            self.equipment.say(lambda width: [equipment_words(equipment, width)])
            self.equipment.rows.fill(lambda width: equipment_rows(equipment, width))

    def _draw(self, board: Board) -> None:
        # Within the frame's corners, and a blank beside each.
        self.load.title(render.load_title(self.load.outer_size.width - 6))
        self._open_chart.show(backlog_drawing(board.course, roomy=self._open_chart.size.height >= ROOMY))
        self._share_chart.show(share_drawing(board.course))
