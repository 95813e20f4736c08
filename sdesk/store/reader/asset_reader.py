"""Equipment, for an acting agent: lists, one piece whole, and how all of it stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from sdesk.domain.actor import Actor
from sdesk.store.reader.connection import translated
from sdesk.store.reader.desk_reader import DeskReader

if TYPE_CHECKING:
    from sdesk.store.reader.asset_detail import AssetDetail
    from sdesk.store.reader.assets import AssetQuery, AssetRow
    from sdesk.store.reader.equipment_board import BoardFacts


class AssetReader(DeskReader):
    """The equipment's part of the reader."""

    def assets(self, query: AssetQuery) -> Iterator[AssetRow]:
        """Equipment by number, a row at a time. BadInput for a unit or service that the desk does not have."""
        from sdesk.store.reader import assets

        with translated(self.path):
            found = assets.assets(self._connection, query)  # what is wrong is said before the first row is asked for

        def each() -> Iterator[AssetRow]:
            with translated(self.path):
                yield from found

        return each()

    def asset(self, actor: Actor, number: str, *, now: datetime) -> AssetDetail:
        """A piece of equipment whole, with what the actor may know of its tickets; NotFound."""
        from sdesk.store.reader import asset_detail

        with translated(self.path):
            return asset_detail.detail(self._connection, actor, number, self.desk, self._calendar, now)

    def asset_kinds(self) -> tuple[str, ...]:
        """The kinds of equipment in use."""
        from sdesk.store.reader import assets

        with translated(self.path):
            return assets.kinds(self._connection)

    def begun_assets(self, typed: str) -> tuple[tuple[str, str], ...]:
        """Numbers of equipment in use that begin so, each with what it is, for completion."""
        from sdesk.store.reader import assets

        with translated(self.path):
            return assets.begun(self._connection, typed)

    def equipment_board(self, actor: Actor) -> BoardFacts:
        """How the equipment of every unit stands."""
        from sdesk.store.reader import equipment_board

        with translated(self.path):
            return equipment_board.facts(self._connection, actor)
