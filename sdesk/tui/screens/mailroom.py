"""What became of the mail: the quarantine, whose messages can be handled again or given up, and the ledger."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.timer import Timer
from textual.widgets import OptionList, Static

from sdesk.domain.actor import Actor
from sdesk.store.reader import Reader
from sdesk.store.reader.mail_rows import LedgerRow, QuarantineRow
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.actions import Command, Context, bindings_of, footer_of
from sdesk.tui.language import _, count_of, told
from sdesk.tui.mailroom import Deal, Dealt
from sdesk.tui.render.headline import footer_parts
from sdesk.tui.render.lines import line
from sdesk.tui.render.mailroom import (
    HEAD,
    ledger_lines,
    ledger_row,
    outcome_words,
    quarantine_lines,
    quarantine_row,
)
from sdesk.tui.screens.base import DeskScreen
from sdesk.tui.screens.dialog import Confirm
from sdesk.tui.widgets.bar import Bar, Part
from sdesk.tui.widgets.letters import Letters
from sdesk.tui.widgets.pane import Pane

AT_A_TIME = 200
"""Rows of the ledger that are read; at their end as many more."""
REST = 0.12
"""Seconds that a message waits for the next key before it is read."""


class MailroomScreen(DeskScreen):
    """Two lists: what failed, and all that came."""

    CONTEXT = Context.MAIL
    BINDINGS = bindings_of(Context.MAIL)
    AUTO_FOCUS = "#letters"

    def __init__(self) -> None:
        super().__init__()
        self.letters = Letters(id="letters")
        self.letter = Pane(id="letter")
        self._bars = {
            "header": Bar(id="header", ground="bar"),
            "tabs": Bar(id="tabs"),
            "footer": Bar(id="footer", ground="bar"),
        }
        self._in_ledger = False
        self._quarantine: tuple[QuarantineRow, ...] = ()
        self._ledger: tuple[LedgerRow, ...] = ()
        self._limit = AT_A_TIME
        self._marks: set[int] = set()
        """Messages in quarantine (ids) that something is done with together."""
        self._cursor: int | None = None
        """The message under the cursor, by its id."""
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Static(_("sdesk needs at least 60 columns and 15 rows."), id="too-small")
        yield self._bars["header"]
        yield self._bars["tabs"]
        with Vertical(id="mailroom"):
            yield self.letters
            yield self.letter
        yield self.status_bar
        yield self._bars["footer"]

    def on_mount(self) -> None:
        self.show_notice()
        self.read_mail()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show)

    # ---- reading --------------------------------------------------------------------------------

    def store_changed(self) -> None:
        """Mail may have come."""
        self.read_mail()

    def read_mail(self) -> None:
        """Read both lists."""
        limit = self._limit

        def ask(reader: Reader, actor: Actor) -> tuple[tuple[QuarantineRow, ...], tuple[LedgerRow, ...]]:
            return reader.quarantine(actor), reader.ledger(actor, limit=limit)

        def show(answer: tuple[tuple[QuarantineRow, ...], tuple[LedgerRow, ...]]) -> None:
            self._quarantine, self._ledger = answer
            self._marks &= {row.id for row in self._quarantine}
            self._show()

        self.console.link.read(self, ask, show, self.console.notice_error, topic="mailroom")

    @property
    def _rows(self) -> Sequence[QuarantineRow | LedgerRow]:
        return self._ledger if self._in_ledger else self._quarantine

    @property
    def _current(self) -> QuarantineRow | LedgerRow | None:
        return next((row for row in self._rows if row.id == self._cursor), None)

    def _show(self) -> None:
        """Both bars and the list; the cursor stays on its message."""
        width, now, zone = self.size.width, self.console.now(), self.console.zone
        self._bars["header"].show(
            [Part(" sdesk ", "strong"), Part(_("What became of the mail"), "text")],
        )
        count = len(self._quarantine)
        tabs = ((_("Quarantine {count}").format(count=count), not self._in_ledger), (_("Ledger"), self._in_ledger))
        parts = [Part(" ")]
        for name, on_now in tabs:
            text = f"[{name}]" if on_now else f" {name} "
            parts.append(Part(text, "on" if on_now else "dim", "next_view"))
        marked = count_of("{count} marked ", "{count} marked ", len(self._marks)) if self._marks else ""
        self._bars["tabs"].show(parts, [Part(marked, "strong")])
        self._bars["footer"].show(footer_parts(footer_of(Context.MAIL), width))
        if self._in_ledger:
            lines = [ledger_row(row, width, now, zone) for row in self._ledger]
        else:
            lines = [quarantine_row(row, width, now, zone, marked=row.id in self._marks) for row in self._quarantine]
        ids = [row.id for row in self._rows]
        old = self.letters.highlighted or 0
        at = ids.index(self._cursor) if self._cursor in ids else old
        with self.letters.prevent(OptionList.OptionHighlighted):
            self.letters.fill(lines, at)
        at = min(at, len(ids) - 1)
        self._cursor = ids[at] if ids else None
        self._read_letter()

    @on(OptionList.OptionHighlighted, "#letters")
    def moved(self, event: OptionList.OptionHighlighted) -> None:
        """Another message is under the cursor; the ledger goes on at its end."""
        rows = self._rows
        if event.option_index < len(rows):
            self._cursor = rows[event.option_index].id
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(REST, self._read_letter)
        if self._in_ledger and event.option_index == len(rows) - 1 and len(rows) == self._limit:
            self._limit += AT_A_TIME
            self.read_mail()

    def _read_letter(self) -> None:
        """The message under the cursor, whole as far as it is shown."""
        row, now, zone = self._current, self.console.now(), self.console.zone
        if row is None:
            words = _("Nothing is in quarantine: whatever came was handled.")
            empty = _("No mail has come yet.") if self._in_ledger else words
            self.letter.show(lambda width: [line((f" {empty}", "dim"))])
        elif isinstance(row, LedgerRow):
            self.letter.show(lambda width: ledger_lines(row, width=width, now=now, zone=zone))
        else:
            number = row.id

            def ask(reader: Reader, actor: Actor) -> tuple[QuarantineRow, bytes, int]:
                found, raw = reader.quarantined(actor, number)
                return found, raw[:HEAD], len(raw)

            self.console.link.read(self, ask, self._show_letter, self.console.notice_error, topic="letter")

    def _show_letter(self, answer: tuple[QuarantineRow, bytes, int]) -> None:
        row, head, size = answer
        now, zone = self.console.now(), self.console.zone
        if row.id == self._cursor and not self._in_ledger:
            self.letter.show(lambda width: quarantine_lines(row, head, size, width=width, now=now, zone=zone))

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
                words += f": {told(str(failed[0].error))}"
        self.console.notice(words, "error" if failed else "good")
        self._marks.clear()
        if self.is_attached:
            self.read_mail()
        self.console.queue.store_changed()


def _became(done: Dealt) -> str:
    if done.error is not None:
        return told(str(done.error))
    receipt = done.receipt
    assert receipt is not None
    became = outcome_words(receipt.outcome.value) + (f" {receipt.number}" if receipt.number is not None else "")
    return _("Message {number}: {became}, {why}").format(number=done.id, became=became, why=told(receipt.reason))
