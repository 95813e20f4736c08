"""The conversation of a ticket as lines: who wrote when, their own words, quoted parts folded, notes set apart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from sdesk.domain.outgoing import NOT_DELIVERED, Party
from sdesk.domain.safe_text import neutralise, one_line
from sdesk.domain.ticket import Direction
from sdesk.store.reader.rows import MessageRow
from sdesk.tui.render.lines import Line, Span, edges, line, wrap
from sdesk.tui.render.signals import clock_text, size_text

MOST_LINES = 2000
"""Of one message: who needs the rest of a log reads the raw message."""


def conversation_lines(
    messages: tuple[MessageRow, ...], *, width: int, unfolded: bool, now: datetime, zone: ZoneInfo
) -> list[Line]:
    """All messages, oldest first, for a pane of `width` cells."""
    lines: list[Line] = []
    for number, message in enumerate(messages, 1):
        if lines:
            lines.append(Line())
        lines += message_lines(
            message, width=width, place=f"{number} of {len(messages)}", unfolded=unfolded, now=now, zone=zone
        )
    return lines


def message_lines(
    message: MessageRow, *, width: int, place: str, unfolded: bool, now: datetime, zone: ZoneInfo
) -> list[Line]:
    """One message: a head line, warnings, its words, its files."""
    note = message.direction is Direction.NOTE or message.party is Party.SUPPLIER
    when = clock_text(message.sent_at.astimezone(zone), now.astimezone(zone))
    head = edges([(f" {when}  ", "dim"), *_who(message)], [(place, "dim"), (" ", "text")], width)
    lines = [Line(head.spans, opens=True)]
    margin = (" | ", "note") if note else ("   ", "text")
    style = "note-text" if note else "auto" if message.direction is Direction.AUTO else "text"
    room = width - 4
    for warning in _warnings(message):
        lines += [line(margin, (part, "warning")) for part in wrap(warning, room)]
    words = wrap(neutralise(message.text).strip("\n"), room)
    lines += [line(margin, (part, style)) for part in words[:MOST_LINES]]
    if len(words) > MOST_LINES:
        lines.append(line(margin, (f"... {len(words) - MOST_LINES} more lines", "dim")))
    lines += _tail(message, margin, room, unfolded)
    return lines


def _who(message: MessageRow) -> Iterator[Span]:
    author = one_line(message.author) or "unknown sender"
    match message.direction:
        case Direction.NOTE:
            yield author, "author"
            yield "  INTERNAL NOTE", "note"
        case Direction.OUT:
            yield author, "agent"
            yield " -> supplier" if message.party is Party.SUPPLIER else " -> requester", "dim"
            if message.taken_back_at is not None:
                yield "  taken back", "warning"
            elif message.delivery in NOT_DELIVERED:
                yield f"  {NOT_DELIVERED[message.delivery]}", "warning"
        case Direction.AUTO:
            yield author, "author"
            yield "  automatic", "dim"
        case Direction.IN:
            yield author, "author"
            if message.author_address and message.author_address != author:
                yield f" <{one_line(message.author_address)}>", "dim"
            if message.party is Party.SUPPLIER:
                yield "  SUPPLIER, INTERNAL", "note"


def _warnings(message: MessageRow) -> Iterator[str]:
    if not message.takes_part:
        yield "Takes no part in this ticket: not told of answers, and its words decide nothing"
    if message.undeliverable:
        yield f"Undeliverable: {one_line(message.undeliverable)}"


def _tail(message: MessageRow, margin: Span, room: int, unfolded: bool) -> list[Line]:
    lines: list[Line] = []
    for file in message.attachments:
        label = f"[{one_line(file.name)} {size_text(file.size)}{', within the text' if file.inline else ''}]"
        lines += [line(margin, (part, "file")) for part in wrap(label, room)]
    for defect in message.defects:
        # What was not understood of the mail, so that nobody takes what is shown for all that was sent.
        lines += [line(margin, (part, "dim")) for part in wrap(f"! {one_line(defect)}", room)]
    quoted = neutralise(message.quoted).strip("\n")
    if not quoted:
        return lines
    parts = wrap(quoted, room - 2)
    if not unfolded:
        count = len(quoted.split("\n"))
        lines.append(line(margin, (f"> {count} quoted line{'s' if count > 1 else ''} (o to unfold)", "dim")))
        return lines
    return lines + [line(margin, ("> ", "dim"), (part, "dim")) for part in parts[:MOST_LINES]]
