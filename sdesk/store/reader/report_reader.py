"""What the reports ask, for an acting agent."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sdesk.domain.actor import Actor
from sdesk.domain.filters import Filter
from sdesk.domain.worktime import ALWAYS, Calendar
from sdesk.store.reader.connection import translated
from sdesk.store.reader.desk_reader import DeskReader

if TYPE_CHECKING:
    from sdesk.store.reader.reports.past import Facts


class ReportReader(DeskReader):
    """The reports' part of the reader: a method a question, which asks its module of `reports/`."""

    def past(self, actor: Actor, wanted: Filter, *, start: datetime, end: datetime, now: datetime) -> Facts:
        """What happened in a time, of tickets that the filter means and the actor may see."""
        from sdesk.store.reader.reports import past

        with translated(self.path):
            return past.facts(self._connection, actor, wanted, start=start, end=end, now=now)

    def hours(self, calendar_id: int | None) -> Calendar:
        """The working time of a calendar by its key in the store; always, without one."""
        with translated(self.path):
            return ALWAYS if calendar_id is None else self._calendar(calendar_id)
