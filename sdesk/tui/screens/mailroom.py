"""What became of the mail: the quarantine, whose messages can be handled again or given up, and the ledger."""

from __future__ import annotations

from textual import on
from textual.widgets import OptionList

from sdesk.domain.actor import Actor
from sdesk.store.reader import Reader
from sdesk.store.reader.mail_rows import LedgerRow, QuarantineRow
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.actions import Command, Context, bindings_of
from sdesk.tui.language import _, count_of, told, told_error
from sdesk.tui.mailroom import Deal, Dealt
from sdesk.tui.render.mailroom import (
    outcome_words,
)
from sdesk.tui.screens.dialog import Confirm
from sdesk.tui.screens.mailroom_reading import MailroomReading


class MailroomScreen(MailroomReading):
    """Quarantine and ledger."""

    BINDINGS = bindings_of(Context.MAIL)
    AUTO_FOCUS = "#letters"

    # ---- moving ---------------------------------------------------------------------------------

    def _move(self, lines: int) -> None:
        if self.letter.has_focus:
            self.letter.scroll_relative(y=lines, animate=False, immediate=True)
        else:
            self.letters.move(lines)

    def action_down(self) -> None:
        """One down."""
        self._move(1)

    def action_up(self) -> None:
        """One up."""
        self._move(-1)

    def action_page_down(self) -> None:
        """One screen down."""
        self._move(max(1, self.letters.size.height - 1))

    def action_page_up(self) -> None:
        """One screen up."""
        self._move(-max(1, self.letters.size.height - 1))

    def action_half_down(self) -> None:
        """Half a screen down."""
        self._move(max(1, self.letters.size.height // 2))

    def action_half_up(self) -> None:
        """Half a screen up."""
        self._move(-max(1, self.letters.size.height // 2))

    def action_first(self) -> None:
        """To the first."""
        self._move(-1_000_000)

    def action_last(self) -> None:
        """To the last."""
        self._move(1_000_000)

    def action_other_pane(self) -> None:
        """Between the list and the message."""
        (self.letters if self.letter.has_focus else self.letter).focus()

    def action_next_view(self) -> None:
        """To the other list."""
        self._in_ledger = not self._in_ledger
        self._cursor = None
        self.letters.highlighted = None
        self.letters.focus()
        self._show()

    def action_previous_view(self) -> None:
        """To the other list."""
        self.action_next_view()

    @on(OptionList.OptionSelected, "#letters")
    def action_open(self) -> None:
        """The ticket that it became; of what became none, the message."""
        row = self._current
        if isinstance(row, LedgerRow) and row.number is not None:
            self.console.open_ticket(row.number)
        else:
            self.letter.focus()

    def action_back(self) -> None:
        """Out of the message, the marks, the screen."""
        if self.letter.has_focus:
            self.letters.focus()
        elif self._marks:
            self._marks.clear()
            self._show()
        else:
            self.dismiss()

    def action_leave(self) -> None:
        """Back to where one came from."""
        self.dismiss()

    def action_refresh(self) -> None:
        """Read again."""
        self.read_mail()

    # ---- dealing with what failed ---------------------------------------------------------------

    def chosen(self) -> tuple[TicketRow, ...]:
        """No ticket: here are messages."""
        return ()

    def why_not(self, command: Command) -> str | None:
        """Why a command is not possible now."""
        if command.id in ("retry", "discard") and not self._chosen():
            return _("it is done with messages in quarantine")
        return super().why_not(command)

    def _chosen(self) -> tuple[QuarantineRow, ...]:
        if self._in_ledger:
            return ()
        return tuple(
            row for row in self._quarantine if (row.id in self._marks if self._marks else row.id == self._cursor)
        )

    def action_mark(self) -> None:
        """Mark, and move on."""
        if self._cursor is not None and not self._in_ledger:
            self._marks ^= {self._cursor}
            self._show()
            self.letters.move(1)

    def action_mark_all(self) -> None:
        """Mark all; again to clear."""
        everything = {row.id for row in self._quarantine}
        self._marks = set() if self._in_ledger or self._marks == everything else everything
        self._show()

    def action_retry(self) -> None:
        """Handle what failed again."""
        mailroom = self.console.mailroom
        self._deal(_("Handle again"), mailroom.retry if mailroom is not None else None)

    def action_discard(self) -> None:
        """Give it up: it becomes nothing, and stays in the ledger."""
        mailroom = self.console.mailroom
        self._deal(_("Discard"), mailroom.discard if mailroom is not None else None)

    def _deal(self, verb: str, deal: Deal | None) -> None:
        rows = self._chosen()
        if not rows or deal is None:
            self.console.notice(_("That is done with messages in quarantine"), "error")
            return
        ids = [row.id for row in rows]

        def confirmed(yes: bool | None) -> None:
            if yes:
                self._look_first(ids, deal)

        question = count_of("{count} message", "{count} messages", len(rows))
        lines = [f"{row.id}  {row.sender}: {row.subject or _('(no subject)')}" for row in rows[:8]]
        if len(rows) > len(lines):
            lines.append(_("and {count} more").format(count=len(rows) - len(lines)))
        self.app.push_screen(Confirm(f"{verb}: {question}?", verb, lines), confirmed)

    def _look_first(self, ids: list[int], deal: Deal) -> None:
        """What stands behind a wall by now is not dealt with: nobody knows yet whose these messages are."""
        link = self.console.link

        def seen(reader: Reader, actor: Actor) -> None:
            for number in ids:
                reader.quarantined(actor, number)

        def do(nothing: None) -> None:
            self.console.notice(_("Handling ..."))
            link.write(
                self.app,
                lambda desk, actor, now: tuple(deal(desk, actor, ids, now)),
                self._dealt,
                self.console.notice_error,
            )

        link.read(self.app, seen, do, self.console.notice_error)

    def _dealt(self, done: tuple[Dealt, ...]) -> None:
        failed = [each for each in done if each.error is not None]
        if len(done) == 1:
            words = _became(done[0])
        else:
            words = _("{done} handled, {failed} failed again").format(done=len(done) - len(failed), failed=len(failed))
            if failed:
                words += f": {told_error(failed[0].error)}"
        self.console.notice(words, "error" if failed else "good")
        self._marks.clear()
        if self.is_attached:
            self.read_mail()
        self.console.queue.store_changed()


def _became(done: Dealt) -> str:
    if done.error is not None:
        return told_error(done.error)
    receipt = done.receipt
    assert receipt is not None
    became = outcome_words(receipt.outcome.value) + (f" {receipt.number}" if receipt.number is not None else "")
    return _("Message {number}: {became}, {why}").format(number=done.id, became=became, why=told(receipt.reason))
