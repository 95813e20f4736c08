"""The styles of the console's own widgets: each is made of colours that every theme has."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from textual.theme import Theme

import sdesk.tui
from sdesk.tui import themes
from sdesk.tui.palette import LOOKS, Palette

ROOM = Path(sdesk.tui.__file__).parent


@pytest.mark.parametrize("theme", themes.ALL, ids=lambda theme: theme.name)
def test_every_look_has_its_colours_in_every_theme(theme: Theme) -> None:
    known = {"foreground": str(theme.foreground), "background": str(theme.background), **theme.variables}
    palette = Palette(known, colourless=False)
    for name in LOOKS:
        for ground in ("background", "bar"):
            style = palette.style(name, ground)
            assert style.color is not None
            assert style.bgcolor is not None


def test_without_colour_a_background_is_said_by_reverse_video() -> None:
    known = {"foreground": "#000000", "background": "#ffffff", **themes.DARK.variables}
    reversed_names = {name for name in LOOKS if Palette(known, colourless=True).style(name).reverse}
    assert reversed_names == {"on", "hit-now", "cursor", "cursor-away"}
    assert not any(Palette(known, colourless=False).style(name).reverse for name in LOOKS)


def test_no_widget_of_ours_has_component_classes() -> None:
    """Each of them is a node that Textual styles anew at every start and change of a class."""
    having = [
        path.name
        for path in sorted(ROOM.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and "COMPONENT_CLASSES" in ast.unparse(node)
    ]
    assert having == []
