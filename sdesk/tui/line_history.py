"""The lines that were typed behind `:`, for going back to them."""

from __future__ import annotations

MOST_KEPT = 200
"""Lines that are remembered."""


class LineHistory:
    """The lines of this console, the newest last."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def keep(self, text: str) -> None:
        """Remember a line; one that is typed again comes last."""
        line = text.strip()
        if line:
            self.lines = [*(each for each in self.lines if each != line), line][-MOST_KEPT:]

    def before(self, place: int, begun: str) -> int:
        """The place of the line before a place that begins with what was typed; the same place where there is none."""
        return next((at for at in range(place - 1, -1, -1) if self.lines[at].startswith(begun)), place)

    def after(self, place: int, begun: str) -> int:
        """The place of the next such line; behind the last one where there is none."""
        lines = self.lines
        return next((at for at in range(place + 1, len(lines)) if lines[at].startswith(begun)), len(lines))
