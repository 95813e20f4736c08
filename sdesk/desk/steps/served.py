"""In which units somebody is served: the one that his address is of, and those whose head he is."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.domain.requesters import ServedUnit, places_of
from sdesk.store.models import Unit


class ServedAt(NamedTuple):
    """A unit in which somebody is served."""

    id: int
    key: str
    line: tuple[tuple[str, str], ...]
    """Key and kind of it, then of those that it is a part of."""


def served_at(work: Work, unit_id: int | None, addresses: Collection[str]) -> tuple[ServedAt, ...]:
    """The units of somebody, his own first."""
    columns = (Unit.id, Unit.key, Unit.kind, Unit.parent_id, Unit.manager)
    found = work.connection.execute(select(*map(col, columns)).where(col(Unit.retired_at).is_(None)))
    units = [ServedUnit(row.id, row.key, row.kind, row.parent_id, row.manager) for row in found]
    return tuple(ServedAt(each.id, each.key, line) for each, line in places_of(units, unit_id, addresses))
