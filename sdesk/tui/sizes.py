"""How wide and how high a terminal is, in the words of the stylesheets."""

from __future__ import annotations

from collections.abc import Sequence

WIDTHS = [(0, "-tiny"), (60, "-narrow"), (100, "-normal"), (160, "-wide")]
HEIGHTS = [(0, "-flat"), (15, "-short"), (30, "-tall")]
"""Classes of the screen from so many columns and rows on."""


def size_class(cells: int, classes: Sequence[tuple[int, str]]) -> str:
    """The class of a screen that is so many cells wide, or high."""
    return [name for least, name in classes if cells >= least][-1]
