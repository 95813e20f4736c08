"""Saved views, for an acting agent, and what a filter may be made of: known names, and counts by value."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sdesk.domain.actor import Actor
from sdesk.domain.filters import Filter, Sort
from sdesk.store.reader.connection import translated
from sdesk.store.reader.report_reader import ReportReader
from sdesk.store.reader.where import compile_filter

if TYPE_CHECKING:
    from sdesk.domain.completion import Name
    from sdesk.domain.views import NamedView
    from sdesk.store.reader.facets import FacetRow


class ViewReader(ReportReader):
    """The views' and the filter bar's part of the reader."""

    def views(self, actor: Actor) -> tuple[NamedView, ...]:
        """The saved views that an agent has: his own and everybody's, as they were saved."""
        from sdesk.domain.views import EVERYBODY, NamedView

        found = self._all(
            "SELECT owner, name, filter, sort, digit FROM saved_view WHERE owner IN (?, ?) ORDER BY id",
            actor.login,
            EVERYBODY,
        )
        return tuple(NamedView(row[1], row[2], Sort(row[3]), row[4], owner=row[0]) for row in found)

    def standing_views(self, actor: Actor) -> tuple[NamedView, ...]:
        """The views of every desk, as they are for this agent."""
        from sdesk.domain.views import standing

        teams = self._all(
            "SELECT t.key FROM team AS t JOIN team_member AS m ON m.team_id = t.id"
            " WHERE m.agent_id = ? AND t.retired_at IS NULL ORDER BY t.key",
            actor.agent_id,
        )
        return standing([row[0] for row in teams])

    def filter_names(self, actor: Actor, only: str | None = None) -> dict[str, tuple[Name, ...]]:
        """What the values of a filter's fields are called on this desk, for completion; nothing from behind a wall.

        `only`: of one field.
        """
        from sdesk.store.reader import facets

        with translated(self.path):
            return facets.names(self._connection, actor, only)

    def nearest_words(self, actor: Actor, wanted: Filter, *, now: datetime) -> dict[str, str]:
        """For words of a filter that no ticket holds: the likest word that one does, where there is any."""
        from sdesk.store.reader import spelling

        with translated(self.path):
            return spelling.nearest_words(self._connection, actor, wanted, now)

    def facet(self, actor: Actor, wanted: Filter, field: str, *, now: datetime) -> tuple[FacetRow, ...]:
        """How many tickets of a list each value of a field has (one of `facets.FIELDS`), the most first."""
        from sdesk.store.reader import facets

        with translated(self.path):
            return facets.counts(self._connection, actor, wanted, field, now)

    def check_filter(self, actor: Actor, wanted: Filter, *, now: datetime) -> None:
        """BadInput for a filter with a team, agent, service or unit that the desk does not have."""
        with translated(self.path):
            compile_filter(self._connection, wanted, actor, now)
