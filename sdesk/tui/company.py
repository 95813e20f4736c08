"""Who else is at which ticket, and where the agent has drafts: what the poll brings, and the words for it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sdesk.domain.ticket import Direction, Doing
from sdesk.store.reader.personal_rows import DraftMark, PresenceRow
from sdesk.tui.actions import COMMANDS
from sdesk.tui.language import _
from sdesk.tui.render.signals import clock_text

WRITES, DRAFT = "&", '"'
"""Signs of the list: somebody else is writing to it; the agent's own unsent words are there."""


class Company(NamedTuple):
    """As it stands."""

    present: tuple[PresenceRow, ...] = ()
    """The others."""
    drafts: tuple[DraftMark, ...] = ()
    """The agent's own."""

    def at(self, number: int) -> str:
        """Who else is at a ticket, in words: `boris is replying, vera is reading`; empty for nobody."""
        here = [row for row in self.present if row.number == number]
        return ", ".join(_words(row) for row in sorted(here, key=lambda row: (row.doing is Doing.READING, row.agent)))

    def writing_to(self, number: int) -> bool:
        """Whether somebody else is writing to a ticket."""
        return any(row.number == number and row.doing is not Doing.READING for row in self.present)

    def draft_of(self, number: int, now: datetime, zone: ZoneInfo) -> str:
        """The draft of a ticket in words, with the key that goes on with it; empty where there is none."""
        parts = []
        for mark in self.drafts:
            if mark.number == number:
                what, key = _draft(mark)
                when = clock_text(mark.updated_at.astimezone(zone), now.astimezone(zone))
                parts.append(f"{what} {when} ({key})" if key else f"{what} {when}")
        return ", ".join(parts)

    def sign(self, number: int) -> str:
        """What the list shows of it in one cell; empty for nothing."""
        if self.writing_to(number):
            return WRITES
        return DRAFT if any(mark.number == number for mark in self.drafts) else ""


def _draft(mark: DraftMark) -> tuple[str, str]:
    """What was begun, and the key that goes on with it; short, since the line has other news too."""
    if mark.direction is None:
        id_ = mark.form.split()[0]
        command = next((each for each in COMMANDS if id_ in (each.id, each.verb)), None)
        return (id_, "") if command is None else (_(command.label).rstrip(".").lower(), command.key)
    return (_("note"), "i") if mark.direction is Direction.NOTE else (_("draft"), "r")


def _words(row: PresenceRow) -> str:
    match row.doing:
        case Doing.REPLYING:
            return _("{who} is replying").format(who=row.agent)
        case Doing.NOTING:
            return _("{who} is writing a note").format(who=row.agent)
        case Doing.READING:
            return _("{who} is reading").format(who=row.agent)
