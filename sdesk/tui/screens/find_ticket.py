"""Choosing a ticket: by its number, by words, or from those that are near; sought as one types, behind the walls."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from textual.timer import Timer
from textual.widgets import Input

from sdesk.domain.actor import Actor
from sdesk.domain.errors import BadInput, SdeskError
from sdesk.domain.filters import Filter, Match, parse
from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket import OPEN_STATUSES, Status
from sdesk.store.reader import Reader
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.language import _, told_error
from sdesk.tui.render.choices import Choice
from sdesk.tui.render.columns import customer_of
from sdesk.tui.render.words import word
from sdesk.tui.screens.choose import Choose

if TYPE_CHECKING:
    from sdesk.tui.app import Console

FINDS = 20
"""How many tickets are shown."""

PAUSE_SECONDS = 0.08
"""How long the typing pauses before it is sought."""

WIDTHS = (9, 8, 2, 32)

WhyNot = Callable[[TicketRow], str | None]


class FindTicket(Choose):
    """Choose a ticket; the answer is its number. Before anything is typed, those near `about` are shown."""

    def __init__(
        self,
        title: str,
        about: Sequence[TicketRow] = (),
        *,
        near: Sequence[TicketRow] = (),
        prefer: Filter | None = None,
        leave_out: Collection[int] = (),
        why_not: WhyNot = lambda row: None,
    ) -> None:
        """`near`: shown first, then what `prefer` means; `leave_out`: never. `why_not`: why one cannot be chosen."""
        super().__init__(title, (), widths=WIDTHS, hint=_("number, words or field:value   Enter Choose   Esc Cancel"))
        self._about, self._near, self._prefer = about, near, prefer
        self._leave_out, self._why = frozenset(leave_out), why_not
        self._pause: Timer | None = None
        self.add_class("find")
        self._sought: str | None = None
        """The words that the rows are for."""
        self.rows: dict[int, TicketRow] = {}
        """The tickets that are shown, by number."""

    @property
    def desk_console(self) -> Console:
        """The application."""
        return cast("Console", self.app)

    @property
    def _words(self) -> str:
        return self.query_one("#words", Input).value.strip()

    def narrow(self, words: str) -> None:
        """Seek when the typing pauses."""
        if self._pause is not None:
            self._pause.stop()
        if words.strip():
            self._pause = self.set_timer(PAUSE_SECONDS, self._seek)
        else:
            self._seek()

    def _seek(self) -> None:
        words, console = self._words, self.desk_console
        now, zone = console.now(), console.zone

        def ask(reader: Reader, actor: Actor) -> tuple[TicketRow, ...]:
            return find_tickets(reader, actor, words, about=self._about, prefer=self._prefer, now=now, zone=zone)

        console.link.read(self, ask, lambda rows: self._found(words, rows), self._failed, topic="find-ticket")

    def _found(self, words: str, rows: Sequence[TicketRow]) -> None:
        self.complain("")
        self._sought = words
        if not words:
            rows = list({row.number: row for row in (*self._near, *rows)}.values())
        self.rows = {row.number: row for row in rows}
        self._choices = [
            Choice(str(row.number), cells_of(row), self._why(row)) for row in rows if row.number not in self._leave_out
        ]
        self._show(self._choices)
        if self._entered:
            self.take_highlighted()

    def _failed(self, error: SdeskError) -> None:
        self._sought = self._words
        self._show(())
        self.complain(told_error(error))

    def take_highlighted(self) -> None:
        """Enter takes the highlighted row; where the answer is still on its way, the first of it."""
        if self._sought != self._words:
            self._entered = True
            if self._pause is not None:
                self._pause.stop()
            self._seek()
            return
        self._entered = False
        super().take_highlighted()


def cells_of(row: TicketRow) -> tuple[str, ...]:
    """A ticket as a row to choose."""
    return row.ref, word(row.status), row.priority.value, one_line(row.subject), customer_of(row)


def find_tickets(
    reader: Reader,
    actor: Actor,
    words: str,
    *,
    about: Sequence[TicketRow] = (),
    prefer: Filter | None = None,
    now: datetime,
    zone: ZoneInfo,
) -> tuple[TicketRow, ...]:
    """The tickets that words mean, for one agent: of the number, then open ones with the words, then those done.

    Without words those near the tickets in `about`: of the same requester, unit, service, team; before them what
    `prefer` means. BadInput for words that are no filter.
    """
    found: dict[int, TicketRow] = {}

    def take(wanted: Filter) -> None:
        if len(found) < FINDS:
            page = reader.page(actor, wanted, now=now, limit=FINDS)
            found.update({row.number: row for row in page.rows if row.number not in found})

    if words:
        number = number_or_none(words)
        if number is not None:
            found |= reader.rows(actor, [number], now=now)
        wanted = parse(words, now=now, zone=zone)
        take(wanted)
        if not any(isinstance(term, Match) and term.field == "status" for term in wanted.terms):
            take(wanted.also(_DONE))
    elif about:
        if prefer is not None:
            take(prefer)
        first = about[0]
        near = (("requester", first.requester_email), ("unit", first.unit), ("service", first.service))
        for field, value in near:
            if value:
                take(Filter((Match(field, (value,)),)))
        take(Filter((Match("team", (first.team,)),)))
    else:
        take(Filter())
    return tuple(found.values())[:FINDS]


_DONE = Filter((Match("status", tuple(each.value for each in Status if each not in OPEN_STATUSES)),))


def number_or_none(text: str) -> int | None:
    """The number of `123`, `SD-123` or `#123`, if it is one."""
    try:
        return number_in(text)
    except BadInput:
        return None


def number_in(text: str) -> int:
    """The number of `123`, `SD-123` or `#123`; BadInput otherwise."""
    digits = text.strip().rpartition("-")[2].lstrip("#")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 15:
        raise BadInput(_("`{text}` is no ticket number").format(text=text.strip()), _("write it as 123 or SD-123"))
    return int(digits)
