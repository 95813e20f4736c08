"""What the reports ask, and what can be undone, for an acting agent."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sdesk.domain.actor import Actor
from sdesk.domain.filters import Filter
from sdesk.domain.worktime import ALWAYS, Calendar
from sdesk.store.reader.asset_reader import AssetReader
from sdesk.store.reader.connection import translated

if TYPE_CHECKING:
    from sdesk.store.reader.playbook_rows import PlaybookDetail, PlaybookRow, Progress, RunRow
    from sdesk.store.reader.reports.ahead import AheadFacts
    from sdesk.store.reader.reports.now import NowFacts
    from sdesk.store.reader.reports.past import Facts
    from sdesk.store.reader.reports.who import RotaFacts, WhoFacts
    from sdesk.store.reader.undoing import UndoRow


class ReportReader(AssetReader):
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

    def now_facts(
        self, actor: Actor, wanted: Filter, *, now: datetime, limit: int = 0, mailboxes: Collection[str] | None = None
    ) -> NowFacts:
        """What must be done right now; see `reports/now.facts`."""
        from sdesk.store.reader.reports import now as question

        with translated(self.path):
            return question.facts(self._connection, actor, wanted, now, limit=limit, mailboxes=mailboxes)

    def who_facts(
        self, actor: Actor, *, now: datetime, week: datetime, horizon: datetime, team: str | None = None
    ) -> WhoFacts:
        """Who does what, by when; see `reports/who.facts`."""
        from sdesk.store.reader.reports import who as question

        with translated(self.path):
            return question.facts(self._connection, actor, now=now, week=week, horizon=horizon, team=team)

    def rotas(self, actor: Actor, *, now: datetime, team: str | None = None) -> RotaFacts:
        """Who is on call by turns, and who is away; see `reports/who.rotas`."""
        from sdesk.store.reader.reports import who as question

        with translated(self.path):
            return question.rotas(self._connection, actor, now=now, team=team)

    def ahead_facts(
        self, actor: Actor, *, now: datetime, horizon: datetime, zone: ZoneInfo, team: str | None = None
    ) -> AheadFacts:
        """What comes; see `reports/ahead.facts`."""
        from sdesk.store.reader.reports import ahead as question

        with translated(self.path):
            return question.facts(self._connection, actor, now=now, horizon=horizon, zone=zone, team=team)

    def playbooks(self, actor: Actor) -> tuple[PlaybookRow, ...]:
        """The playbooks of the desk file, by key."""
        from sdesk.store.reader import playbooks as question

        with translated(self.path):
            return question.playbooks(self._connection, actor)

    def playbook(self, actor: Actor, key: str) -> PlaybookDetail:
        """One of them, with its steps; NotFound."""
        from sdesk.store.reader import playbooks as question

        with translated(self.path):
            return question.playbook(self._connection, actor, key)

    def playbook_runs(self, actor: Actor, *, now: datetime, finished: bool = False) -> tuple[RunRow, ...]:
        """The running playbooks, the next day first; with `finished`, those that were too."""
        from sdesk.store.reader import playbooks as question

        with translated(self.path):
            return question.runs(self._connection, actor, self.desk.ref_prefix, now=now, finished=finished)

    def playbook_progress(self, actor: Actor, number: int, *, now: datetime) -> Progress | None:
        """How far a playbook has come, by its parent or a step; None where there is none, or behind a wall."""
        from sdesk.store.reader import playbooks as question

        with translated(self.path):
            return question.progress(self._connection, actor, self.desk.ref_prefix, number, now=now)

    def undoable(self, actor: Actor, *, now: datetime, limit: int = 10) -> tuple[UndoRow, ...]:
        """What an agent did within a day and can undo, the last first."""
        from sdesk.store.reader import undoing

        with translated(self.path):
            return undoing.undoable(self._connection, actor, since=now - timedelta(days=1), limit=limit)
