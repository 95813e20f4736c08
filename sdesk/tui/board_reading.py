"""What the board asks: the four questions (now, who, lately, ahead) of one instant, by the reports' own figures; and
how equipment stands.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sdesk.domain.actor import Actor
from sdesk.domain.filters import Filter
from sdesk.reports import ahead, course, equipment_board, now, who
from sdesk.reports.ahead import Ahead
from sdesk.reports.course import Course
from sdesk.reports.equipment_board import EquipmentBoard
from sdesk.reports.now import Now
from sdesk.reports.who import Who
from sdesk.store.reader import Reader

DAYS = 7
"""How far ahead it looks, today among them."""
LISTED = 30
"""Tickets of each need, and deadlines of each day, that can be listed."""


@dataclass(frozen=True, slots=True)
class Board:
    """The four answers, and how equipment stands."""

    now: Now
    who: Who
    course: Course
    ahead: Ahead
    equipment: EquipmentBoard
    prefix: str
    """Before a ticket's number."""
    zone: ZoneInfo

    @property
    def at(self) -> datetime:
        """The instant that they are of."""
        return self.now.at


def read_board(reader: Reader, actor: Actor, at: datetime, mailboxes: Collection[str] | None) -> Board:
    """Ask the four questions; with many tickets it takes a second."""
    zone = ZoneInfo(reader.desk.time_zone)
    return Board(
        now.gather(reader, actor, Filter(), now=at, limit=LISTED, mailboxes=mailboxes),
        who.gather(reader, actor, now=at, zone=zone, days=DAYS),
        course.gather(reader, actor, now=at, zone=zone),
        ahead.gather(reader, actor, now=at, zone=zone, days=DAYS, limit=LISTED),
        equipment_board.gather(reader, actor, now=at),
        reader.desk.ref_prefix,
        zone,
    )
