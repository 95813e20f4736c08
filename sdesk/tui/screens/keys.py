"""All keys of a screen, made from the registry; what is not possible now is dim, with its reason."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from sdesk.tui.actions import Command, Context, commands_of, shown
from sdesk.tui.keyboard import twin
from sdesk.tui.lines import Line, line
from sdesk.tui.screens.dialog import Dialog
from sdesk.tui.signals import LEGEND
from sdesk.tui.widgets.pane import Pane


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
        lines = keys_lines(self._of, self._why_not)
        self.query_one("#lines", Pane).show(lambda width: lines)

    def action_scroll(self, lines: int) -> None:
        """Scroll."""
        self.query_one("#lines", Pane).scroll_relative(y=lines, animate=False, immediate=True)


def keys_lines(context: Context, why_not: Callable[[Command], str | None]) -> list[Line]:
    """The registry in words: keys, the twin of the Russian layout, what they do."""
    lines: list[Line] = []
    for group, commands in groupby(commands_of(context), key=lambda command: command.group):
        lines += [*([Line()] if lines else []), line((f" {group}", "label"))]
        for command in commands:
            keys = " ".join(shown(key) for key in command.keys)
            russian = " ".join(shown(other) for key in command.keys if len(key) == 1 and (other := twin(key)))
            why = why_not(command)
            style = "dim" if why else "text"
            lines.append(
                line(
                    (f"   {keys:<14}", "dim" if why else "author"),
                    (f"{russian:<5}", "dim"),
                    (command.help, style),
                    (f"  ({why})" if why else "", "dim"),
                )
            )
    lines += [Line(), line((" Signs", "label"))]
    lines += [line((f"   {sign:<14}", "author"), (" " * 5, "text"), (meaning, "text")) for sign, meaning in LEGEND]
    return [
        *lines,
        Line(),
        line((" Every key works in the Russian layout too; hold Shift to select with the mouse.", "dim")),
    ]
