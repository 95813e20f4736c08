"""A page to read over the screen, with the keys of a pager."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from sdesk.tui.language import _
from sdesk.tui.render.lines import Line
from sdesk.tui.screens.dialog import Dialog
from sdesk.tui.widgets.pane import Pane


class Page(Dialog[None]):
    """Lines under a title."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,й,enter", "leave", show=False),
        Binding("j,о,down", "scroll(1)", show=False),
        Binding("k,л,up", "scroll(-1)", show=False),
        Binding("pagedown,ctrl+d,space", "scroll(10)", show=False),
        Binding("pageup,ctrl+u", "scroll(-10)", show=False),
        Binding("g,п,home", "edge(0)", show=False),
        Binding("G,П,end", "edge(1)", show=False),
    ]

    def __init__(self, title: str, *, classes: str = "page") -> None:
        super().__init__(title, hint=_("j k Scroll   Esc Close"), classes=classes)
        self.pane = Pane(id="lines")

    def fields(self) -> ComposeResult:
        yield self.pane

    def fill(self, layout: Callable[[int], list[Line]]) -> None:
        """What stands on it, once it is known."""
        self.pane.show(layout)

    def action_scroll(self, lines: int) -> None:
        """Scroll."""
        self.pane.scroll_relative(y=lines, animate=False, immediate=True)

    def action_edge(self, end: int) -> None:
        """To the beginning or the end."""
        (self.pane.scroll_end if end else self.pane.scroll_home)(animate=False, immediate=True)
