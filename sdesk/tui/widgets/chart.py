"""A chart, drawn by plotext in the colours of the theme. Loaded when a board is opened, and not before."""

from __future__ import annotations

from textual.color import Color, ColorParseError
from textual_plotext import PlotextPlot

from sdesk.tui.drawing import in_ascii
from sdesk.tui.render.series import Drawing

_LINE, _PLAIN_LINE = "braille", "*"


class Chart(PlotextPlot):
    """Lines over time."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.drawing = Drawing()
        # Its own colours of text and ground are the terminal's or the screen's: those of the theme come with each line.
        self.theme = "clear"

    def show(self, drawing: Drawing) -> None:
        """Draw something else."""
        if drawing != self.drawing:
            self.drawing = drawing
            self._draw()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._draw()

    def _draw(self) -> None:
        drawing, plot = self.drawing, self.plt
        # Never the figure's own memory of what it drew before: a screen that stands for weeks would fill it.
        plot.clear_figure()
        for series in drawing.series:
            places, heights = (list(side) for side in zip(*series.points, strict=True)) if series.points else ([], [])
            if places:
                plot.plot(
                    places,
                    heights,
                    marker=series.sign or (_PLAIN_LINE if in_ascii() else _LINE),
                    color=self._colour(series.style),
                    yside="right" if series.other_axis else "left",
                )
        plot.frame(False)
        if drawing.ticks:
            plot.xticks([place for place, _words in drawing.ticks], [words for _place, words in drawing.ticks])
        if drawing.lowest is not None:
            plot.ylim(drawing.lowest, drawing.highest)
        if drawing.marks:
            plot.yticks(list(drawing.marks), [f"{mark:g}" for mark in drawing.marks])
        if drawing.other_marks:
            plot.ylim(drawing.other_marks[0], drawing.other_marks[-1], yside=2)
            plot.yticks(list(drawing.other_marks), [f"{mark:g} " for mark in drawing.other_marks], yside=2)
        self.refresh()

    def _colour(self, name: str) -> str | tuple[int, int, int]:
        """A colour of the theme as plotext takes it; the terminal's own where the theme has no other."""
        if self.app.no_color:
            return "default"
        value = self.app.theme_variables.get(name, "")
        if value.startswith("ansi_"):
            return {"ansi_blue": "blue", "ansi_yellow": "orange", "ansi_red": "red", "ansi_cyan": "cyan"}.get(
                value, "default"
            )
        try:
            return Color.parse(value).rgb
        except ColorParseError:
            return "default"
