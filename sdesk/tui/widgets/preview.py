"""The ticket under the cursor: its conversation, and its facts beside or above it; what is sought is found in both."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from textual.app import ComposeResult
from textual.containers import Container

from sdesk.domain.safe_text import one_line
from sdesk.tui.countdown import Held
from sdesk.tui.markup import verbatim
from sdesk.tui.render.conversation import AT_ONCE, Talk, folded_part
from sdesk.tui.render.facts import Facts
from sdesk.tui.render.lines import Line
from sdesk.tui.render.seek import Hit, folded, hits
from sdesk.tui.widgets.pane import Pane

if TYPE_CHECKING:
    from sdesk.store.reader.detail_rows import MessageRow, TicketDetail

LATER = 0.03
"""Seconds until more of a long conversation is laid out: a key that was pressed meanwhile comes first."""


class Preview(Container):
    """Conversation and facts; used in the list's preview and on the ticket's own screen."""

    def __init__(self, *, id: str, titled: bool = True) -> None:
        super().__init__(id=id)
        self._titled = titled
        self.conversation = Pane(classes="conversation")
        """The messages."""
        self.facts = Pane(classes="facts")
        """The facts."""
        self.detail: TicketDetail | None = None
        """The ticket that is shown."""
        self._held: Held | None = None
        self._talk, self._facts = Talk(), Facts()
        self._unfolded: set[int] = set()
        self._shown: tuple[object, ...] = ()
        self._when: tuple[datetime, ZoneInfo] | None = None
        self._follows = False
        self._message: int | None = None
        """The message that `n` went to: what is done with a message is done with this one, while it is in sight."""
        self.sought = ""
        """The words that are sought."""
        self._hits: list[tuple[Pane, Hit]] = []
        self._hit = 0
        self._opens: dict[int, int] = {}
        """From the line on which a message begins to its id."""
        self.conversation.laid_out = self._laid_out
        self.facts.laid_out = self._find_again

    def compose(self) -> ComposeResult:
        yield self.conversation
        yield self.facts

    def on_mount(self) -> None:
        self.watch(self.conversation, "scroll_y", lambda y: self._point(), init=False)

    @property
    def focused_pane(self) -> Pane | None:
        """The pane that has the keys."""
        return next((pane for pane in (self.conversation, self.facts) if pane.has_focus), None)

    def next_pane(self) -> Pane | None:
        """The pane after the one with the keys; None after the last."""
        if self.conversation.has_focus:
            return self.facts
        return None if self.facts.has_focus else self.conversation

    # ---- what is shown --------------------------------------------------------------------------

    def clear(self) -> None:
        """Show nothing."""
        self.detail = self._held = None
        self._shown = ()
        self._forget()
        self.border_title = ""
        self.conversation.show(lambda width: ())
        self.facts.show(lambda width: ())

    def show(self, detail: TicketDetail, held: Held, now: datetime, zone: ZoneInfo) -> None:
        """Show a ticket; the same one again keeps its place on screen, another one starts at its last message."""
        other = self.detail is None or detail.ticket.number != self.detail.ticket.number
        if other:
            self._forget()
        more = other or self.detail is None or detail.messages != self.detail.messages
        at_end = other or (self._follows and more)
        if more:
            self._follows = False
        self.detail, self._held = detail, held
        if self._titled:
            self.border_title = verbatim(f"{detail.ticket.ref} {one_line(detail.ticket.subject)}")
        self._show_conversation(now, zone, at_end=at_end)
        self.show_facts(held, now, zone, keep_place=not other)

    def show_facts(self, held: Held, now: datetime, zone: ZoneInfo, *, keep_place: bool = True) -> None:
        """The facts as they stand at `now`, if it is this ticket that is shown."""
        detail = self.detail
        if detail is not None and detail.ticket.number == held.row.number:
            facts = self._facts
            self.facts.show(
                lambda width: facts.lines(detail, held, width=width, now=now, zone=zone), keep_place=keep_place
            )

    def follow(self) -> None:
        """The person writes to this ticket: show the message when it comes."""
        self._follows = True

    def _forget(self) -> None:
        self._talk, self._facts = Talk(), Facts()
        self._unfolded.clear()
        self._follows, self._message = False, None
        self._hits, self._hit, self.sought = [], 0, ""
        for pane in (self.conversation, self.facts):
            pane.mark({})

    def _show_conversation(self, now: datetime, zone: ZoneInfo, *, at_end: bool) -> None:
        detail = self.detail
        if detail is None:
            return
        shown = (detail.messages, now.astimezone(zone).date())
        if shown == self._shown:
            return
        self._shown, self._when = shown, (now, zone)
        self.conversation.show(self._lay_out, keep_place=True)
        if at_end:
            # What was said last is what is answered: from its first line, if not all fits.
            self._message = detail.messages[-1].id if detail.messages else None
            self.call_after_refresh(self.conversation.go_to_last_opening)
            self._point()

    def _lay_out(self, width: int) -> list[Line]:
        detail, when = self.detail, self._when
        if detail is None or when is None:
            return []
        now, zone = when
        return self._talk.lines(detail.messages, width=width, unfolded=self._unfolded, now=now, zone=zone, most=AT_ONCE)

    def _lay_out_again(self) -> None:
        """Make the lines anew; what is on screen stays where it is, whatever comes above it."""
        pane = self.conversation
        top = pane.top
        anchor = max((at for at in self._opens if at <= top), default=None)
        message = None if anchor is None else self._opens[anchor]
        pane.lay_out_again()
        fresh = self._opening(message)
        if anchor is not None and fresh is not None and top:
            pane.go_to(top + fresh - anchor)

    def _laid_out(self) -> None:
        """Lines were made: see to what stands in them, and to what is still to be made."""
        self._opens = {at: each.opens for at, each in enumerate(self.conversation.lines) if each.opens}
        self._find_again()
        self._point()
        if not self._talk.complete:
            self.set_timer(LATER, self._lay_out_again)

    # ---- messages -------------------------------------------------------------------------------

    @property
    def message(self) -> MessageRow | None:
        """The message that something is done with: where `n` went, else the first one on screen."""
        detail = self.detail
        if detail is None:
            return None
        wanted = self._current()
        return next((message for message in detail.messages if message.id == wanted), None)

    def step_message(self, step: int) -> bool:
        """To the next message, or the one before; whether there is one."""
        order = sorted(self._opens.items())
        ids = [message for _at, message in order]
        current = self._current()
        at = ids.index(current) + step if current in ids else len(ids) - 1
        if not 0 <= at < len(ids):
            return False
        self._message = ids[at]
        self.conversation.go_to(order[at][0])
        self._point()
        return True

    def _current(self) -> int | None:
        """The message of `n` while any of it is in sight; else the one that the screen begins with."""
        pane = self.conversation
        top, bottom = pane.top, pane.top + max(1, pane.size.height)
        order = sorted(self._opens.items())
        for place, (at, message) in enumerate(order):
            end = order[place + 1][0] - 1 if place + 1 < len(order) else len(pane.lines)
            if message == self._message and at < bottom and end > top:
                return message
        first = next((message for at, message in reversed(order) if at <= top), None)
        return first if first is not None else order[0][1] if order else None

    def _opening(self, message: int | None) -> int | None:
        lines = self.conversation.lines
        return next((at for at, each in enumerate(lines) if each.opens and each.opens == message), None)

    def _point(self) -> None:
        detail = self.detail
        many = detail is not None and len(detail.messages) > 1
        self.conversation.point(self._opening(self._current()) if many else None)

    # ---- quoted parts ---------------------------------------------------------------------------

    def is_unfolded(self, message: int) -> bool:
        """Whether what a message quotes is shown."""
        return message in self._unfolded

    def toggle_quote(self, message: int) -> None:
        """Unfold what a message quotes, or fold it."""
        self._unfolded ^= {message}
        self._lay_out_again()

    def toggle_quotes(self) -> None:
        """Unfold all quoted parts, or fold them."""
        quoting = {message.id for message in self.detail.messages if folded_part(message)} if self.detail else set()
        self._unfolded = set() if quoting <= self._unfolded else quoting
        self._lay_out_again()

    # ---- finding --------------------------------------------------------------------------------

    @property
    def found(self) -> tuple[int, int]:
        """Which hit it is, from 1, and of how many; (0, 0) for none."""
        return (self._hit + 1 if self._hits else 0, len(self._hits))

    @property
    def pane_of_hit(self) -> Pane | None:
        """The pane in which the hit stands."""
        return self._hits[self._hit][0] if self._hits else None

    def seek(self, words: str) -> None:
        """Find words in messages, quoted parts, facts and history, from where the conversation stands."""
        self.sought = words
        wanted = folded(words.strip())
        messages = self.detail.messages if self.detail is not None else ()
        hidden = {
            message.id
            for message in messages
            if wanted and message.id not in self._unfolded and wanted in folded(folded_part(message))
        }
        self._hit = 0
        if hidden:
            self._unfolded |= hidden
            self._lay_out_again()
        self._find_again()
        top = self.conversation.top
        self._hit = next(
            (place for place, (pane, hit) in enumerate(self._hits) if pane is self.facts or hit[0].line >= top), 0
        )
        self.show_hit()

    def step_hit(self, step: int) -> None:
        """The next hit, or the one before; around at the ends."""
        if self._hits:
            self._hit = (self._hit + step) % len(self._hits)
            self.show_hit()

    def show_hit(self) -> None:
        """Bring the hit into sight."""
        self._paint_hits()
        if self._hits:
            pane, hit = self._hits[self._hit]
            pane.bring(hit[0].line)

    def _find_again(self) -> None:
        if not self.sought:
            if self._hits:
                self._hits, self._hit = [], 0
                self._paint_hits()
            return
        self._hits = [(pane, hit) for pane in (self.conversation, self.facts) for hit in hits(pane.lines, self.sought)]
        self._hit = min(self._hit, max(0, len(self._hits) - 1))
        self._paint_hits()

    def _paint_hits(self) -> None:
        for pane in (self.conversation, self.facts):
            marks: dict[int, list[tuple[int, int, str]]] = {}
            for place, (where, hit) in enumerate(self._hits):
                if where is pane:
                    for mark in hit:
                        name = "hit-now" if place == self._hit else "hit"
                        marks.setdefault(mark.line, []).append((mark.start, mark.end, name))
            pane.mark(marks)
