"""All keys of a screen, made from the registry; what is not possible now is dim, with its reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby
from types import MappingProxyType
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from sdesk.tui.actions import COMMANDS, Command, Context, commands_of, shown
from sdesk.tui.keyboard import twin
from sdesk.tui.language import N_, _, told
from sdesk.tui.render.lines import Line, Span, line, wrap
from sdesk.tui.render.signals import LEGEND
from sdesk.tui.screens.dialog import Dialog
from sdesk.tui.widgets.pane import Pane

TITLES = {
    "list": N_("Keys of the list"),
    "ticket": N_("Keys of the ticket"),
    "compose": N_("Keys of the editor"),
    "board": N_("Keys of the board"),
    "triage": N_("Keys of the triage"),
}
"""By context."""

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
        Binding("G,П,end", "scroll(100000)", show=False),
        Binding("g,п,home", "scroll(-100000)", show=False),
    ]

    def __init__(
        self, context: Context, why_not: Callable[[Command], str | None], own: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """`why_not` says why a command is not possible now, or None; `own` are the person's own keys by command."""
        title = _(TITLES.get(context.value, "Keys"))
        super().__init__(title, hint=_("j k Scroll   Esc Close"), classes="keys")
        self._of, self._why_not, self._own = context, why_not, own

    def fields(self) -> ComposeResult:
        yield Pane(id="lines")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#lines", Pane).show(lambda width: keys_lines(self._of, self._why_not, width, self._own))

    def action_scroll(self, lines: int) -> None:
        """Scroll."""
        self.query_one("#lines", Pane).scroll_relative(y=lines, animate=False, immediate=True)


def keys_lines(
    context: Context,
    why_not: Callable[[Command], str | None],
    width: int = 80,
    own: Mapping[str, str] = MappingProxyType({}),
) -> list[Line]:
    """The registry in words for `width` cells: keys, the twin of the Russian layout, what they do."""
    lines: list[Line] = []
    # Of one group together, wherever they stand in the registry; those without a key last.
    places = list(dict.fromkeys(command.group for command in COMMANDS))
    known = sorted(commands_of(context, own), key=lambda command: (places.index(command.group), not command.keys))
    for group, commands in groupby(known, key=lambda command: command.group):
        lines += [*([Line()] if lines else []), line((f" {_(group)}", "label"))]
        for command in commands:
            keys = " ".join(shown(key) for key in command.keys) or f":{command.id.replace('_', '-')}"
            mine = _("  (your own key)") if command.id in own else ""
            russian = " ".join(shown(other) for key in command.keys if len(key) == 1 and (other := twin(key)))
            why = why_not(command)
            style = "dim" if why else "text"
            head = [(f"   {keys:<14}", "dim" if why else "author"), (f"{russian:<5}", "dim")]
            reason = f"  ({told(why)})" if why else ""
            lines += _entry(head, f"{_(command.help)}{mine}{reason}", style, width)
    lines += [Line(), line((f" {_('Signs')}", "label"))]
    for sign, meaning in LEGEND:
        lines += _entry([(f"   {sign:<14}", "author"), (" " * 5, "text")], meaning, "text", width)
    lines += [Line(), line((f" {_('Order of the queue')}", "label"))]
    lines += [line((f"   {part}", "text")) for words in ORDER for part in wrap(_(words), width - 4)]
    last = _("Every key works in the Russian layout too; hold Shift to select with the mouse.")
    return [*lines, Line(), *(line((f" {part}", "dim")) for part in wrap(last, width - 2))]


ORDER = (
    N_(
        "P1 first, the greatest loss above; then by deadline, which comes earlier for a higher priority"
        " (its head start)."
    ),
    N_("Stale tickets stand below those whose promise can be kept; those whose clocks all stand still come last."),
)


def _entry(head: list[Span], words: str, style: str, width: int) -> list[Line]:
    """Words beside a head of `INDENT` cells, on as many lines as they need."""
    parts = wrap(words, max(20, width - INDENT - 1))
    return [line(*(head if not place else [(" " * INDENT, "text")]), (part, style)) for place, part in enumerate(parts)]
