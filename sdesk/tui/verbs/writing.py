"""Writing to the requester, or for the desk alone."""

from __future__ import annotations

from sdesk.domain.actor import Actor
from sdesk.domain.errors import Conflict, SdeskError
from sdesk.domain.ticket import Direction
from sdesk.store.reader import Reader
from sdesk.store.reader.rows import TicketDetail
from sdesk.tui.countdown import Held, hold
from sdesk.tui.screens.compose import Compose
from sdesk.tui.verbs.doing import DoingScreen


class Writing(DoingScreen):
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
        verb = "note" if direction is Direction.NOTE else "reply"
        rows = self._possible(verb)
        if not rows:
            return
        if len(rows) > 1:
            self.console.notice(f"A {verb} is written to one ticket: {len(rows)} are marked", "error")
            return
        row, link = rows[0], self.console.link
        seen = rows

        def save(text: str | None) -> None:
            link.save_draft(self.app, row.number, direction, text, self.console.notice_error)

        def left(nothing: None) -> None:
            if dialog.keeps_draft:
                self.console.notice(f"draft of {row.ref} kept")

        def ask(reader: Reader, actor: Actor) -> tuple[TicketDetail, Held, str | None]:
            now = self.console.now()
            detail = reader.ticket(actor, row.number, now=now)
            return detail, hold([detail.ticket], {}, now)[0], reader.draft(actor, row.number, direction)

        def look_again(answer: tuple[TicketDetail, Held, str | None]) -> None:
            nonlocal seen
            detail, held, _ = answer
            seen = (detail.ticket,)
            words = f"{row.ref} was changed meanwhile: look at it, then send again"
            dialog.show_read(detail, held)
            dialog.refused(words)
            self.console.notice(words)

        def refused(error: SdeskError) -> None:
            if isinstance(error, Conflict):
                link.read(self.app, ask, look_again, refused)
            else:
                dialog.refused(str(error))
                self.console.notice(str(error))

        def send(text: str) -> None:
            self._perform(verb, seen, {"text": text}, succeeded=lambda: dialog.sent(), refused=refused)

        dialog = Compose(row, direction, save, send, editor=editor)
        self.app.push_screen(dialog, left)
        link.read(dialog, ask, dialog.restore, self._draft_lost)

    def _draft_lost(self, error: SdeskError) -> None:
        self.console.notice(f"The draft could not be read: {error}", "error")
