"""What the palette finds: every command with its key, the agent's views, and the themes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.screen import Screen

from sdesk.tui import themes
from sdesk.tui.actions import commands_of
from sdesk.tui.language import _, told
from sdesk.tui.markup import verbatim
from sdesk.tui.screens.base import DeskScreen
from sdesk.tui.settings import THEMES

if TYPE_CHECKING:
    from sdesk.tui.app import Console


def found_commands(console: Console, screen: Screen[object]) -> Iterator[SystemCommand]:
    """What can be done on a screen; of what cannot be done now, why not."""
    if isinstance(screen, DeskScreen):
        for command in commands_of(screen.CONTEXT, console.settings.keys):
            if command.id in {"palette", "down", "up"} or command.id.startswith("view_"):
                continue
            why = screen.why_not(command)
            key = f"  ({command.key})" if command.keys else ""
            text = _(command.help) + key if why is None else _("Not now: {why}").format(why=told(why))
            act = partial(screen.call_next, screen.action_do, command.id)
            yield SystemCommand(verbatim(_(command.label)), verbatim(text), act)
        for place, view in enumerate(console.views):
            on = f"  ({view.digit})" if view.digit is not None else ""
            show = partial(console.show_view, place)
            title = _("View {view}").format(view=view.label)
            yield SystemCommand(verbatim(title), verbatim(f"{view.words}{on}"), show)
    for name in THEMES:
        yield SystemCommand(
            verbatim(_("Theme: {name}").format(name=_(themes.NAMES[name]))),
            verbatim(_("Other colours")),
            lambda name=name: setattr(console, "theme", name),
        )
