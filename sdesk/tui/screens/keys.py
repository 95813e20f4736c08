"""All keys of a screen, made from the registry; what is not possible now is dim, with its reason."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from sdesk.tui.actions import Command, Context, commands_of, shown
from sdesk.tui.keyboard import twin
from sdesk.tui.render.lines import Line, Span, line, wrap
from sdesk.tui.render.signals import LEGEND
from sdesk.tui.screens.dialog import Dialog
from sdesk.tui.widgets.pane import Pane

INDENT = 22
"""Cells before the words."""


class Keys(Dialog[None]):
    """The list of keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,comma,f1,q,й", "leave", show=False),
        Binding("j,о,down", "scroll(1)", show=False),
        Binding("k,л,up", "scroll(-1)", show=False),
        Binding("pagedown,ctrl+d,space", "scroll(10)", show=False),
        Binding("pageup,ctrl+u", "scroll(-10)", show=False),
    ]

    def __init__(self, context: Context, why_not: Callable[[Command], str | None]) -> None:
        """`why_not` says why a command is not possible now, or None."""
        super().__init__(f"Keys of the {context.value}", hint="j k Scroll   Esc Close", classes="keys")
        self._of, self._why_not = context, why_not

    def fields(self) -> ComposeResult:
        yield Pane(id="lines")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#lines", Pane).show(lambda width: keys_lines(self._of, self._why_not, width))

    def action_scroll(self, lines: int) -> None:
        """Scroll."""
        self.query_one("#lines", Pane).scroll_relative(y=lines, animate=False, immediate=True)


def keys_lines(context: Context, why_not: Callable[[Command], str | None], width: int = 80) -> list[Line]:
    """The registry in words for `width` cells: keys, the twin of the Russian layout, what they do."""
    lines: list[Line] = []
    for group, commands in groupby(commands_of(context), key=lambda command: command.group):
        lines += [*([Line()] if lines else []), line((f" {group}", "label"))]
        for command in commands:
            keys = " ".join(shown(key) for key in command.keys)
            russian = " ".join(shown(other) for key in command.keys if len(key) == 1 and (other := twin(key)))
            why = why_not(command)
            style = "dim" if why else "text"
            head = [(f"   {keys:<14}", "dim" if why else "author"), (f"{russian:<5}", "dim")]
            lines += _entry(head, command.help + (f"  ({why})" if why else ""), style, width)
    lines += [Line(), line((" Signs", "label"))]
    for sign, meaning in LEGEND:
        lines += _entry([(f"   {sign:<14}", "author"), (" " * 5, "text")], meaning, "text", width)
    lines += [Line(), line((" Order of the queue", "label"))]
    lines += [line((f"   {part}", "text")) for words in ORDER for part in wrap(words, width - 4)]
    last = "Every key works in the Russian layout too; hold Shift to select with the mouse."
    return [*lines, Line(), *(line((f" {part}", "dim")) for part in wrap(last, width - 2))]


ORDER = (
    "P1 first, the greatest loss above; then by deadline, which comes earlier for a higher priority (its head start).",
    "Stale tickets stand below those whose promise can still be kept, and waiting ones come last.",
)


def _entry(head: list[Span], words: str, style: str, width: int) -> list[Line]:
    """Words beside a head of `INDENT` cells, on as many lines as they need."""
    parts = wrap(words, max(20, width - INDENT - 1))
    return [line(*(head if not place else [(" " * INDENT, "text")]), (part, style)) for place, part in enumerate(parts)]
