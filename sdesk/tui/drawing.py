"""What lines, dots and arrows are drawn with: Unicode's signs, or ASCII alone for terminals and eyes that need it.

A filter over every line that is painted, so that a widget of Textual's is drawn as those of ours are. It takes signs
for drawing and punctuation, each of which is one cell wide and becomes one cell; letters are never touched.
"""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_BY_SIGN = {
    "-": "─━╌╍┄┅┈┉╴╶╸╺╼╾‐‑‒–—―−⎯",
    "=": "═≡",
    "|": "│┃┆┇┊┋╎╏╵╷╹╻╽╿║▌▐▍▎▏▕▋▊▉┤├╡╞╢╟╣╠┨┠┫┣",
    "+": "┌┐└┘┬┴┼╭╮╯╰┏┓┗┛┳┻╋╔╗╚╝╦╩╬╒╓╕╖╘╙╛╜╤╥╧╨╪╫┍┎┑┒┕┖┙┚┭┮┯┰┱┲┵┶┷┸┹┺┽┾┿╀╁╂╃╄╅╆╇╈╉╊✚",
    "_": "▁▂▔▃",
    "#": "█▄▀▅▆▇▓▙▛▜▟▘▝▖▗▚▞■▪◼",
    ":": "▒░⋮┋",
    ".": "·•∙⋅●○◦",
    "~": "…≈",
    ">": "›→▶▸►❯⮞➜↦",
    "<": "‹←◀◂◄❮⮜",
    "^": "↑▲△▴⬆",
    "v": "↓▼▽▾⬇✓",
    "'": "‘’‚‛′",
    '"': "“”„‟″«»",
    "x": "×✕✖✗✘",
    " ": "\N{NO-BREAK SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}",
    "%": "‰",
    "/": "╱⁄",
    "\\": "╲",
    "*": "★☆✱∗",
}
_DOTS = {chr(0x2800 + dots): " .::####"[min(7, dots.bit_count())] for dots in range(256)}
"""What charts are drawn with: Braille, by how full a cell is."""
SIGNS = str.maketrans({sign: plain for plain, signs in _BY_SIGN.items() for sign in signs} | _DOTS)
"""From a sign to the character of ASCII that stands for it."""


class _Drawn:
    """How it is drawn: one for the process, since a terminal shows one console."""

    ascii = False


def draw_in_ascii(wanted: bool) -> None:
    """Draw in ASCII alone from now on, or with all signs."""
    _Drawn.ascii = wanted


def in_ascii() -> bool:
    """Whether it is drawn in ASCII alone."""
    return _Drawn.ascii


class PlainSigns(LineFilter):
    """Puts a character of ASCII for each sign."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments, as wide as before."""
        return [
            Segment(text if text.isascii() else text.translate(SIGNS), style, control)
            for text, style, control in segments
        ]
