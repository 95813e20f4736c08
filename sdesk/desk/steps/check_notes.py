"""What a check says in its ticket's conversation: each thing once, and how often it was said again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from sdesk.desk.opening import Work
from sdesk.domain.events import MachineEvent, likeness
from sdesk.domain.instant import weekday_and_time
from sdesk.store.models import CheckEvent, Message

Write = Callable[[int, bool], int]
"""Writes an event's message into a ticket, and gives its row; `True` where the ticket's own words in the search hold it
already. What came by mail is written as the mail that it is."""

MOST_NOTES = 30
"""Messages that a ticket has of one check: what differs each time would fill it otherwise. Beyond, they are counted."""
_COUNTED = "\n\nSaid again: "


def note_event(
    work: Work, row: CheckEvent, event: MachineEvent, write: Write, *, number: int, at: datetime, fresh: bool = False
) -> int | None:
    """Add an event to its ticket (`number`) as a message, and give its row; None where it says what was said once more.

    That is counted in the message which said it. `fresh`: it is news, whatever its words.
    """
    alike = likeness(event.subject, event.text)
    if row.message_id is not None and ((alike == row.likeness and not fresh) or row.notes >= MOST_NOTES):
        count_again(work, row, at)
        return None
    row.message_id = write(number, False)
    row.likeness, row.repeats = alike, 0
    row.notes += 1
    work.session.add(row)
    return row.message_id


def count_again(work: Work, row: CheckEvent, at: datetime) -> None:
    """Say in the last message of a check how often it was said again. It is no change of the ticket: nobody who writes
    an answer meanwhile is hindered."""
    row.repeats += 1
    work.session.add(row)
    message = work.session.get(Message, row.message_id) if row.message_id is not None else None
    if message is None:
        return
    own = message.text.rpartition(_COUNTED)[0] if row.repeats > 1 and _COUNTED in message.text else message.text
    times = "once" if row.repeats == 1 else f"{row.repeats} times"
    # Of a check that flaps (its note has no likeness) whoever is called at night asks how it stands.
    stands = "" if row.likeness else f" ({row.state})"
    message.text = f"{own}{_COUNTED}{times}, last {weekday_and_time(at, ZoneInfo(work.rules.time_zone))}{stands}"
    work.session.add(message)
