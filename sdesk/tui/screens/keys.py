"""All keys of a screen, made from the registry; what is not possible now is dim, with its reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby
from types import MappingProxyType
from typing import ClassVar

from textual.binding import Binding, BindingType

from sdesk.tui.actions import COMMANDS, Command, Context, commands_of, shown
from sdesk.tui.keyboard import twin
from sdesk.tui.language import N_, _, told
from sdesk.tui.render import triage
from sdesk.tui.render.lines import Line, Span, line, wrap
from sdesk.tui.render.series import AT_RISK, IN_TIME, LATE, WAITING
from sdesk.tui.render.signals import LEGEND
from sdesk.tui.screens.page import Page

TITLES = {
    Context.LIST: N_("Keys of the list"),
    Context.TICKET: N_("Keys of the ticket"),
    Context.BOARD: N_("Keys of the board"),
    Context.TRIAGE: N_("Keys of the triage"),
    Context.MAIL: N_("Keys of quarantine and ledger"),
}
"""By context."""

SIGNS: Mapping[Context, tuple[tuple[str, str], ...]] = {
    Context.TRIAGE: triage.SIGNS,
    Context.BOARD: (
        (f"{LATE}19", N_("so many of the agent's tickets are late; in a bar, those")),
        (f"{AT_RISK}2", N_("so many are at risk: most of the time is used; in a bar, those")),
        (IN_TIME, N_("in a bar: tickets in time")),
        (WAITING, N_("in a bar: tickets that wait")),
        ("!!", N_("breached: the promise is broken")),
        ("!", N_("at risk: most of the time is used")),
        ("~", N_("before a loss: suspected, not confirmed")),
    ),
}
"""What the signs of a screen mean where they are others than those of the list."""

INDENT = 22
"""Cells before the words."""


class Keys(Page):
    """The list of keys."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("question_mark,comma,f1", "leave", show=False)]

    def __init__(
        self, context: Context, why_not: Callable[[Command], str | None], own: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """`why_not` says why a command is not possible now, or None; `own` are the person's own keys by command."""
        super().__init__(_(TITLES[context]), classes="keys")
        self._of, self._why_not, self._own = context, why_not, own

    def on_mount(self) -> None:
        super().on_mount()
        self.fill(lambda width: keys_lines(self._of, self._why_not, width, self._own))


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
            keys = " ".join(shown(key) for key in command.keys) or f":{command.written}"
            mine = _("  (your own key)") if command.id in own else ""
            russian = " ".join(shown(other) for key in command.keys if len(key) == 1 and (other := twin(key)))
            why = why_not(command)
            style = "dim" if why else "text"
            head = [(f"   {keys:<15}", "dim" if why else "author"), (f"{russian:<4}", "dim")]
            reason = f"  ({told(why)})" if why else ""
            lines += _entry(head, f"{_(command.help)}{mine}{reason}", style, width)
    lines += [Line(), line((f" {_('Signs')}", "label"))]
    for sign, meaning in SIGNS.get(context, LEGEND):
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
