"""The desk itself, for an acting agent: units, services, teams, agents, calendars, people whole; and outages."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sdesk.domain.actor import Actor
from sdesk.domain.worktime import Calendar
from sdesk.store.reader import organisation
from sdesk.store.reader.connection import translated
from sdesk.store.reader.desk_rows import OutageRow
from sdesk.store.reader.mail_reader import MailReader


class DeskReader(MailReader):
    """The desk's part of the reader. What few commands ask is imported when it is asked."""

    def __init__(self, path: Path, *, busy_seconds: float = 5.0) -> None:
        super().__init__(path, busy_seconds=busy_seconds)
        self._calendars: dict[int, Calendar] = {}

    def _calendar(self, number: int) -> Calendar:
        if number not in self._calendars:
            self._calendars[number] = organisation.calendar(self._connection, number)
        return self._calendars[number]

    def outages(
        self,
        actor: Actor,
        *,
        now: datetime,
        number: int | None = None,
        unit: str | None = None,
        since: datetime | None = None,
    ) -> tuple[OutageRow, ...]:
        """Outages, oldest first: of a ticket, of a unit (by key), those that touch the time since an instant."""
        from sdesk.store.reader import outages

        with translated(self.path):
            return outages.outages(
                self._connection, actor, self.desk, self._calendar, now=now, number=number, unit=unit, since=since
            )
