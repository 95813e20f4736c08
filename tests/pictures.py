"""A screen as a text that people can read and compare: its characters, and below them the style of every cell.

A picture of a terminal as SVG is twenty times as long, and says of a difference only that there is one.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.segment import Segment
from textual.app import App
from textual.color import Color

FOLDER = Path(__file__).parent / "tui" / "pictures"
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
DRAWING = os.environ.get("SDESK_PICTURES") == "draw"
"""`make pictures` draws them anew instead of comparing."""


def picture_of(app: App[Any]) -> str:
    """What is on the screen now."""
    background = Color.parse("black")
    lines: list[str] = []
    runs: list[str] = []
    legend: dict[str, str] = {}
    for strip in app.screen._compositor.render_strips():
        segments: list[Segment] = list(strip)
        for each in app._filters:
            if each.enabled:
                segments = each.apply(segments, background)
        lines.append("".join(segment.text for segment in segments).rstrip())
        runs.append(_runs(segments, legend))
    width = max(map(len, lines), default=0)
    return "\n".join(
        [
            "-" * width,
            *lines,
            "-" * width,
            *runs,
            "",
            *(f"{letter} {style}" for style, letter in legend.items()),
            "",
        ]
    )


def _runs(segments: Iterable[Segment], legend: dict[str, str]) -> str:
    """`a12 b3`: twelve cells in the style `a`, three in `b`."""
    cells: list[tuple[str, int]] = []
    for segment in segments:
        # What a click on it does is no look.
        style = "" if segment.style is None else str(segment.style)
        style = " ".join(word for word in style.split() if not word.startswith(("@", "link")))
        letter = legend.setdefault(style or "none", LETTERS[len(legend) % len(LETTERS)])
        cells.append((letter, segment.cell_length))
    return " ".join(
        f"{letter}{sum(length for _, length in group)}" for letter, group in groupby(cells, key=lambda cell: cell[0])
    )


class Pictures:
    """The pictures of one session: each is compared, and what differs is told together at the end."""

    def __init__(self, session: str) -> None:
        self._session = session
        self._differing: list[str] = []
        self.names: list[str] = []

    def take(self, name: str, app: App[Any]) -> None:
        """Take a picture and hold it against the one that is kept."""
        self.names.append(name)
        file = FOLDER / name / f"{self._session}.txt"
        seen = picture_of(app)
        if DRAWING:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(seen, encoding="utf-8")
            return
        kept = file.read_text(encoding="utf-8") if file.exists() else ""
        if kept != seen:
            changes = difflib.unified_diff(kept.splitlines(), seen.splitlines(), "kept", "seen", lineterm="", n=0)
            self._differing.append(f"{name} ({file.name}):\n" + "\n".join(list(changes)[:40]))

    def check(self) -> None:
        """AssertionError that shows what differs."""
        assert not self._differing, "\n\n".join([*self._differing, "`make pictures` draws them anew: look at each"])
