"""How the mailroom's screen is filled: two lists, and the message under the cursor."""

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
from sdesk.tui.actions import Context, footer_of
from sdesk.tui.language import _, count_of
from sdesk.tui.render.headline import footer_parts
from sdesk.tui.render.lines import line
from sdesk.tui.render.mailroom import (
    HEAD,
    ledger_lines,
    ledger_row,
    quarantine_lines,
    quarantine_row,
)
from sdesk.tui.screens.base import DeskScreen
from sdesk.tui.stylesheet import rules_of
from sdesk.tui.widgets.bar import Bar, Part
from sdesk.tui.widgets.letters import Letters
from sdesk.tui.widgets.pane import Pane

AT_A_TIME = 200
"""Rows of the ledger that are read; at their end as many more."""
REST = 0.12
"""Seconds that a message waits for the next key before it is read."""


class MailroomReading(DeskScreen):
    """Two lists: what failed, and all that came."""

    CSS_PATH = rules_of("mailroom")
    CONTEXT = Context.MAIL

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
