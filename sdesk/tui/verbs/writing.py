"""Writing to the requester, or for the desk alone."""

from __future__ import annotations

from sdesk.domain.ticket import Direction
from sdesk.tui.language import _
from sdesk.tui.verbs.doing import Verbs


class Writing(Verbs):
    """Opens the editor."""

    def action_reply(self) -> None:
        """Answer the requester."""
        self._write(Direction.OUT)

    def action_note(self) -> None:
        """Write an internal note."""
        self._write(Direction.NOTE)

    def action_editor(self) -> None:
        """Answer in $EDITOR; the text comes back for a last look before it is sent."""
        self._write(Direction.OUT, editor=True)

    def _write(self, direction: Direction, *, editor: bool = False) -> None:
        from sdesk.tui.screens.compose import Compose

        note = direction is Direction.NOTE
        what = _("A note is written to one ticket") if note else _("A reply is written to one ticket")
        rows = self._only("note" if note else "reply", what)
        if not rows:
            return
        dialog = Compose(rows[0], direction, self._perform, editor=editor)
        self.app.push_screen(
            dialog, lambda nothing: self.console.words_left(dialog.key, rows[0].ref, kept=dialog.keeps_draft)
        )
