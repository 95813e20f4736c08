"""Who else is at which ticket, and where the agent has drafts: what the poll brings, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sdesk.domain.ticket import Direction, Doing
from sdesk.store.reader.personal_rows import DraftMark, PresenceRow
from sdesk.tui.language import _
from sdesk.tui.render.signals import clock_text

WRITES, DRAFT = "&", '"'
"""Signs of the list: somebody else is writing to it; the agent's own unsent words are there."""


@dataclass(frozen=True, slots=True)
class Company:
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
                note = mark.direction is Direction.NOTE
                text = _("note begun at {when}: i goes on") if note else _("draft of {when}: r goes on")
                parts.append(text.format(when=clock_text(mark.updated_at.astimezone(zone), now.astimezone(zone))))
        return ", ".join(parts)

    def sign(self, number: int) -> str:
        """What the list shows of it in one cell; empty for nothing."""
        if self.writing_to(number):
            return WRITES
        return DRAFT if any(mark.number == number for mark in self.drafts) else ""


def _words(row: PresenceRow) -> str:
    match row.doing:
        case Doing.REPLYING:
            return _("{who} is replying").format(who=row.agent)
        case Doing.NOTING:
            return _("{who} is writing a note").format(who=row.agent)
        case Doing.READING:
            return _("{who} is reading").format(who=row.agent)
