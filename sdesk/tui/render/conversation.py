"""The conversation of a ticket as lines: who wrote when, their own words, quoted parts folded, notes set apart.

What is laid out costs time, so each message is laid out once, the last ones first, and no more of it than anybody reads
on a screen: a log of 30 MB costs what its first thousand lines do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from sdesk.domain.outgoing import NOT_DELIVERED, Party
from sdesk.domain.safe_text import neutralise, one_line
from sdesk.domain.ticket import Direction
from sdesk.tui.language import _, count_of, told
from sdesk.tui.render.lines import Line, Span, edges, line, pieces
from sdesk.tui.render.signals import clock_text, size_text

if TYPE_CHECKING:
    from sdesk.store.reader.detail_rows import AttachmentRow, MessageRow

MOST_LINES = 1000
"""Of one message: who needs the rest of a log reads the raw message."""
MOST_LETTERS = 200_000
"""The same for lines without an end."""
AT_ONCE = 2000
"""Lines that are laid out before the screen is painted; what is further up follows when nobody waits."""


class Body(NamedTuple):
    """A message as it was laid out last."""

    message: MessageRow
    width: int
    unfolded: bool
    lines: tuple[Line, ...]


class Talk:
    """The conversation of one ticket, laid out piece by piece."""

    def __init__(self) -> None:
        self._bodies: dict[int, Body] = {}
        self.complete = True
        """Whether all of it was laid out."""
        self.laid_out = 0
        """Lines that the last call had to make."""

    def lines(
        self,
        messages: Sequence[MessageRow],
        *,
        width: int,
        unfolded: Collection[int],
        now: datetime,
        zone: ZoneInfo,
        most: int = AT_ONCE,
    ) -> list[Line]:
        """All messages, oldest first, for a pane of `width` cells.

        `unfolded`: messages (ids) whose quoted parts are shown. Once `most` lines were made, earlier messages that were
        never laid out wait for the next call, with one line in their place.
        """
        self.laid_out, self.complete = 0, True
        blocks: list[list[Line]] = []
        for number in range(len(messages), 0, -1):
            message = messages[number - 1]
            body = self._bodies.get(message.id)
            if body is None or body[:3] != (message, width, message.id in unfolded):
                if self.laid_out >= most:
                    earlier = count_of("... {count} earlier message", "... {count} earlier messages", number)
                    blocks.append([line((f" {earlier}", "dim"))])
                    self.complete = False
                    break
                made = tuple(_body(message, width=width, unfolded=message.id in unfolded))
                self.laid_out += len(made)
                body = self._bodies[message.id] = Body(message, width, message.id in unfolded, made)
            place = _("{number} of {count}").format(number=number, count=len(messages))
            blocks.append([_head(message, place, width, now, zone, unfolded=message.id in unfolded), *body.lines])
        lines: list[Line] = []
        for block in reversed(blocks):
            if lines:
                lines.append(Line())
            lines += block
        return lines


def file_label(file: AttachmentRow) -> str:
    """A file in one line: its name, its size, and whether it is part of the text."""
    size = size_text(file.size)
    if file.inline:
        return _("{name} {size}, within the text").format(name=one_line(file.name), size=size)
    return f"{one_line(file.name)} {size}"


def folded_part(message: MessageRow) -> str:
    """What is not shown of it until it is unfolded."""
    return f"{message.text}\n{message.quoted}" if message.taken_back_at is not None else message.quoted


def is_folded_away(message: MessageRow, *, unfolded: bool) -> bool:
    """Whether one line is all that is shown of it: it was taken back, and nobody was told it."""
    return message.taken_back_at is not None and not unfolded


def _head(message: MessageRow, place: str, width: int, now: datetime, zone: ZoneInfo, *, unfolded: bool) -> Line:
    when = clock_text(message.sent_at.astimezone(zone), now.astimezone(zone))
    who: Iterable[Span] = _who(message)
    if is_folded_away(message, unfolded=unfolded):
        began = next((words for words in map(str.strip, neutralise(message.text).split("\n")) if words), "")
        who = ((text, "dim") for text, _style in (*who, (f": {began}" if began else "", "dim")))
    head = edges([(f" {when}  ", "dim"), *who], [(place, "dim"), (" ", "text")], width)
    return Line(head.spans, opens=message.id)


def _body(message: MessageRow, *, width: int, unfolded: bool) -> Iterator[Line]:
    """Warnings, its words, its files, what it quotes."""
    if is_folded_away(message, unfolded=unfolded):
        return
    note = message.direction is Direction.NOTE or message.party is not Party.REQUESTER
    margin = (" | ", "note") if note else ("   ", "text")
    style = "note-text" if note else "auto" if message.direction is Direction.AUTO else "text"
    room = width - 4
    for warning in _warnings(message):
        yield from _lines(warning, (margin,), "warning", room)
    yield from _words(message.text, message.left_out, (margin,), style, room)
    for file in message.attachments:
        yield from _lines(f"[{file_label(file)}]", (margin,), "file", room)
    for defect in message.defects:
        # What was not understood of the mail, so that nobody takes what is shown for all that was sent.
        yield from _lines(f"! {one_line(defect)}", (margin,), "dim", room)
    quoted = message.quoted.strip("\n")
    if not quoted:
        return
    if unfolded:
        yield from _words(quoted, 0, (margin, ("> ", "dim")), "dim", room - 2)
    else:
        yield line(margin, (folded_words(message), "dim"))


def folded_words(message: MessageRow) -> str:
    """What stands for a folded part."""
    count = message.quoted.strip("\n").count("\n") + 1
    return count_of("> {count} quoted line (o to unfold)", "> {count} quoted lines (o to unfold)", count)


def _words(text: str, left_out: int, before: tuple[Span, ...], style: str, room: int) -> Iterator[Line]:
    """What somebody wrote, as much of it as is shown, and how much more there is."""
    text = text.strip("\n")
    shown = 0
    made = _lines(neutralise(text[:MOST_LETTERS]), before, style, room)
    for each in islice(made, MOST_LINES):
        shown += len(each.text) - each.skip + 1
        yield each
    if left_out or len(text) > MOST_LETTERS or next(made, None) is not None:
        left = left_out + max(1, len(text) - shown)
        more = _("... {size} more: `sdesk show` has it").format(size=size_text(left))
        yield from _lines(more, before, "dim", room)


def _lines(text: str, before: tuple[Span, ...], style: str, room: int) -> Iterator[Line]:
    """A text below each other."""
    margin = sum(len(part) for part, _style in before)
    for piece in pieces(text, room):
        spans = tuple(span for span in (*before, (piece.text, style)) if span[0])
        yield Line(spans, glue=piece.glue, skip=margin + piece.indent)


def _who(message: MessageRow) -> Iterator[Span]:
    author = one_line(message.author) or _("unknown sender")
    match message.direction:
        case Direction.NOTE:
            yield author, "author"
            yield "  " + _("INTERNAL NOTE"), "note"
            if message.taken_back_at is not None:
                yield "  " + _("taken back"), "warning"
        case Direction.OUT:
            yield author, "agent"
            yield " " + (_("-> supplier") if message.party is Party.SUPPLIER else _("-> requester")), "dim"
            if message.taken_back_at is not None:
                yield "  " + _("taken back"), "warning"
            elif message.delivery in NOT_DELIVERED:
                yield "  " + _(told(NOT_DELIVERED[message.delivery])), "warning"
            if message.cc:
                # Last: where there is no room, it is what is cut.
                copies = ", ".join(one_line(name or address) for address, name in message.cc)
                yield "  " + _("Cc: {whom}").format(whom=copies), "dim"
        case Direction.AUTO:
            yield author, "author"
            yield "  " + _("automatic"), "dim"
        case Direction.IN:
            yield author, "author"
            if message.author_address and message.author_address != author:
                yield f" <{one_line(message.author_address)}>", "dim"
            if message.party is Party.SUPPLIER:
                yield "  " + _("SUPPLIER, INTERNAL"), "note"
            if message.party is Party.APPROVER:
                yield "  " + _("APPROVER, INTERNAL"), "note"


def _warnings(message: MessageRow) -> Iterator[str]:
    if not message.takes_part:
        yield _("Takes no part in this ticket: not told of answers, and its words decide nothing")
    if message.undeliverable:
        yield _("Undeliverable: {why}").format(why=one_line(message.undeliverable))
