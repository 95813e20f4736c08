"""A row to choose: what is answered, how it looks, and which rows fit what was typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual.fuzzy import Matcher

from sdesk.domain.safe_text import one_line
from sdesk.tui.language import told
from sdesk.tui.render.columns import fit


@dataclass(frozen=True, slots=True)
class Choice:
    """A row: what is answered, and the cells that show and find it."""

    value: str
    cells: tuple[str, ...]
    why_not: str | None = None
    """The reason for which it cannot be chosen now."""


def fitting(choices: Sequence[Choice], words: str) -> list[Choice]:
    """Those that match, the best first; all of them for no words."""
    if not words.strip():
        return list(choices)
    matcher = Matcher(words.strip())
    scored = [(matcher.match(" ".join(choice.cells)), choice) for choice in choices]
    return [choice for score, choice in sorted(scored, key=lambda pair: -pair[0]) if score > 0]


def prompt_of(choice: Choice, widths: Sequence[int]) -> Text:
    """The row; `widths` are the cells of each column, the last one takes what is left."""
    text = Text(no_wrap=True, overflow="ellipsis")
    for place, cell in enumerate(choice.cells):
        cell = one_line(cell)
        width = widths[place] if place < len(widths) else 0
        text.append(fit(cell, width) + "  " if width else cell, "" if place == 0 else "dim")
    if choice.why_not is not None:
        text.append(f"  {told(choice.why_not)}", "italic")
    return text
