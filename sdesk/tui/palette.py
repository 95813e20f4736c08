"""The styles that bars, panes and the list paint with, by what they mean, of the colours of the theme in use.

Component classes of Textual's stylesheets would be the usual way. Each of them is a node that every widget styles again
at its start and at each change of a class: 160 of them took a sixth of the console's start (measured).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from rich.style import Style
from textual.app import App
from textual.color import Color


class Look(NamedTuple):
    """A style in the names of the theme's colours."""

    color: str
    background: str | None = None
    """None: whatever is behind it."""
    bold: bool = False
    italic: bool = False
    reversed_without_colour: bool = False
    """What a background says is said by reverse video where there is no colour (NO_COLOR)."""


LOOKS: Mapping[str, Look] = MappingProxyType(
    {
        "text": Look("foreground"),
        "strong": Look("foreground", bold=True),
        "unread": Look("foreground", bold=True),
        "agent": Look("foreground", bold=True),
        "good": Look("foreground"),
        "dim": Look("dim-text"),
        "done": Look("dim-text"),
        "label": Look("dim-text"),
        "ref": Look("dim-text"),
        "titles": Look("dim-text"),
        "stale": Look("dim-text"),
        "auto": Look("dim-text", italic=True),
        "key": Look("info", bold=True),
        "mark": Look("info", bold=True),
        "new": Look("info"),
        "file": Look("info"),
        "author": Look("author", bold=True),
        "note": Look("note", bold=True),
        "flags": Look("note", bold=True),
        "note-text": Look("note"),
        "breached": Look("breached", bold=True),
        "loss": Look("breached", bold=True),
        "error": Look("breached", bold=True),
        "p1": Look("breached", bold=True),
        "at-risk": Look("at-risk"),
        "p2": Look("at-risk"),
        "warning": Look("at-risk", bold=True),
        "on": Look("cursor-text", "cursor", bold=True, reversed_without_colour=True),
        "hit": Look("foreground", "cursor-away", bold=True),
        "hit-now": Look("cursor-text", "cursor", bold=True, reversed_without_colour=True),
        "cursor": Look("cursor-text", "cursor", reversed_without_colour=True),
        "cursor-away": Look("foreground", "cursor-away", reversed_without_colour=True),
    }
)
"""Every style of the console's own widgets. The signs carry the meaning, the colours follow."""


class Palette:
    """The looks as Rich's styles, in one theme."""

    def __init__(self, colours: Mapping[str, str], *, colourless: bool) -> None:
        self._colours, self._colourless = colours, colourless
        self._made: dict[tuple[str, str], Style] = {}

    def style(self, name: str, ground: str = "background") -> Style:
        """The style of this name upon a ground. KeyError for a name that is none of `LOOKS`."""
        style = self._made.get((name, ground))
        if style is None:
            look = LOOKS[name]
            style = self._made[name, ground] = Style(
                color=self._colour(look.color),
                bgcolor=self._colour(look.background or ground),
                bold=look.bold or None,
                italic=look.italic or None,
                reverse=(look.reversed_without_colour and self._colourless) or None,
            )
        return style

    def _colour(self, name: str) -> Any:
        return Color.parse(self._colours[name]).rich_color


_BY_THEME: dict[tuple[str, bool], Palette] = {}


def palette_of(app: App[Any]) -> Palette:
    """The palette of the theme in use."""
    key = app.theme, app.no_color
    palette = _BY_THEME.get(key)
    if palette is None:
        palette = _BY_THEME[key] = Palette(app.get_css_variables(), colourless=app.no_color)
    return palette
