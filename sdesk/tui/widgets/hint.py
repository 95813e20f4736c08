"""The first three things to know, for who has never opened a ticket here: gone with the first ticket, or with Esc."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.widget import Widget

from sdesk.tui.language import N_, _

LINES = (
    N_("New here? j k move, Enter opens a ticket, Esc goes back; u undoes."),
    N_("r replies, i notes, a assigns, w waits, c closes; Space marks several."),
    N_("? shows all keys, Ctrl+P finds any command. Esc takes these lines away."),
)


class Hint(Widget):
    """Three lines."""

    ALLOW_SELECT = False

    def render(self) -> RenderResult:
        """One under the other, in the language in use."""
        return Content("\n".join(f" {_(text)}" for text in LINES))
