"""The colours can be read, and told apart by every eye: contrast (WCAG 2.1) of every pair that is painted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from textual.theme import Theme

from sdesk.domain.ticket import SlaState
from sdesk.tui import themes
from sdesk.tui.palette import LOOKS
from sdesk.tui.render.columns import _STYLE_OF
from sdesk.tui.render.signals import SIGNALS
from sdesk.tui.settings import THEMES

Row = tuple[float, float, float]

STYLESHEET = "\n".join(
    re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
    for sheet in (
        Path(themes.__file__).with_name("console.tcss"),
        *sorted(Path(themes.__file__).with_name("screens").glob("*.tcss")),
    )
)
"""The rules of all screens, without what is said about them."""
SEMANTIC = (
    "breached",
    "at-risk",
    "info",
    "note",
    "author",
    "dim-text",
    "bar",
    "cursor",
    "cursor-text",
    "cursor-away",
    "rule",
)
"""The names that the stylesheet uses besides Textual's own."""
GROUNDS = ("$background", "$bar")
"""On which a text stands whose rule names no background: the screen, and a box over it."""
IN_COLOUR = [theme for theme in themes.ALL if not theme.ansi]
LEAST = {"contrast": 7.0}

SIGHT: dict[str, tuple[Row, Row, Row] | None] = {
    "all colours": None,
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
}
"""What an eye makes of linear RGB: Machado, Oliveira and Fernandes 2009, severity 1."""


def rules() -> Iterator[tuple[str, str | None, str | None]]:
    """Selector, colour and background of every rule of the stylesheet."""
    for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", STYLESHEET):
        colour = re.search(r"(?<![-\w])color:\s*(\$[\w-]+)", body)
        ground = re.search(r"(?<![-\w])background:\s*(\$[\w-]+)", body)
        for edge in re.findall(r"border-(?:sub)?title-color:\s*(\$[\w-]+)", body):
            yield selector.strip(), edge, None
        yield selector.strip(), colour[1] if colour else None, ground[1] if ground else None


def pairs() -> set[tuple[str, str]]:
    """Every text on every ground that the stylesheet and the palette can put it on."""
    found = {("$block-cursor-foreground", "$block-cursor-background"), ("$foreground", "$input-selection-background")}
    for _, colour, ground in rules():
        if colour is not None:
            found |= {(colour, each) for each in ((ground,) if ground else GROUNDS)}
        elif ground is not None:
            found.add(("$foreground", ground))
    for look in LOOKS.values():
        found |= {
            (f"${look.color}", f"${each}") for each in ([look.background] if look.background else ("background", "bar"))
        }
    return found


def colour_of(theme: Theme, name: str) -> str:
    key = name.removeprefix("$")
    value = theme.variables.get(key) or getattr(theme, key)
    assert isinstance(value, str)
    assert re.fullmatch("#[0-9a-f]{6}", value), f"{theme.name}: {name} is {value}"
    return value


def linear(colour: str) -> Row:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return red, green, blue


def contrast(one: str, other: str) -> float:
    lights = sorted(0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in map(linear, (one, other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def seen(colour: str, sight: tuple[Row, Row, Row] | None) -> Row:
    """CIELAB (D65) of a colour as an eye sees it."""
    light = linear(colour)
    if sight is not None:
        red, green, blue = (min(1.0, max(0.0, sum(a * b for a, b in zip(row, light, strict=True)))) for row in sight)
        light = (red, green, blue)
    red, green, blue = light
    x = (0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047
    y = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
    z = (0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883
    a, b, c = (part ** (1 / 3) if part > 216 / 24389 else (24389 / 27 * part + 16) / 116 for part in (x, y, z))
    return 116 * b - 16, 500 * (a - b), 200 * (b - c)


def distance(one: str, other: str, sight: tuple[Row, Row, Row] | None) -> float:
    """CIE76: 2.3 is just noticed side by side, 20 at a glance."""
    return float(sum((a - b) ** 2 for a, b in zip(seen(one, sight), seen(other, sight), strict=True)) ** 0.5)


def test_the_measures_are_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert seen("#ffffff", None) == pytest.approx((100, 0, 0), abs=0.02)
    # Pure red and this green are what people with deuteranopia take for one colour.
    assert distance("#ff0000", "#9d9d00", SIGHT["deuteranopia"]) < 12 < distance("#ff0000", "#9d9d00", None)


def test_every_theme_of_the_settings_has_every_semantic_name_and_a_name_for_people() -> None:
    assert tuple(theme.name for theme in themes.ALL) == THEMES == tuple(themes.NAMES)
    for theme in themes.ALL:
        assert set(SEMANTIC) <= set(theme.variables), theme.name


def test_the_stylesheet_names_colours_by_what_they_mean_alone() -> None:
    known = {f"${name}" for name in (*SEMANTIC, "background", "foreground")}
    assert set(re.findall(r"\$[\w-]+", STYLESHEET)) <= known
    plain = set(re.findall(r"(?:color|background):\s*([^;$\s][^;]*)", STYLESHEET))
    assert plain <= {"transparent"}


@pytest.mark.parametrize("theme", IN_COLOUR, ids=lambda theme: theme.name)
def test_every_text_stands_out_from_its_ground(theme: Theme) -> None:
    least = LEAST.get(theme.name, 4.5)
    assert len(pairs()) > 15
    faint = {
        (text, ground): round(found, 2)
        for text, ground in pairs()
        if (found := contrast(colour_of(theme, text), colour_of(theme, ground))) < least
    }
    assert faint == {}


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("theme", IN_COLOUR, ids=lambda theme: theme.name)
def test_signals_are_told_apart_by_every_eye(theme: Theme, sight: str) -> None:
    signals = ("$breached", "$at-risk", "$info", "$foreground")
    near = {
        (one, other): round(apart)
        for one, other in combinations(signals, 2)
        if (apart := distance(colour_of(theme, one), colour_of(theme, other), SIGHT[sight])) < 20
    }
    assert near == {}


def test_no_state_is_told_by_colour_alone() -> None:
    by_style: dict[str, list[SlaState]] = {}
    for state, style in _STYLE_OF.items():
        by_style.setdefault(style, []).append(state)
    assert len({SIGNALS[state] for state in SlaState}) == len(SlaState)
    assert by_style["breached"] == [SlaState.BREACHED]
    assert by_style["at-risk"] == [SlaState.AT_RISK]


def test_red_is_never_set_against_green() -> None:
    for theme in IN_COLOUR:
        for name in ("breached", "at-risk", "info", "note", "author"):
            red, green, blue = linear(colour_of(theme, f"${name}"))
            assert not (green > 1.5 * red and green > 1.5 * blue), (theme.name, name)


def test_without_colour_whatever_a_background_says_is_said_by_reverse_video() -> None:
    reversed_there = {
        part.strip().removeprefix("App:nocolor ")
        for selectors, body in re.findall(r"((?:App:nocolor [^{}]+)+)\{([^{}]*)\}", STYLESHEET)
        if "reverse" in body
        for part in selectors.split(",")
    }
    painted = {
        part.strip()
        for selector, _, ground in rules()
        if ground in {"$cursor", "$cursor-away"} and ":nocolor" not in selector
        for part in selector.split(",")
    }
    assert painted - reversed_there - {".buttons Button"} == set()
