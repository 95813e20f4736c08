"""Equipment that is named in a form: found as people call it, and put to the ticket."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.assets import add_assets, asset_of, drop_assets
from sdesk.domain.catalogue import Lookup
from sdesk.domain.equipment import number_key
from sdesk.store.models import Asset

WHY = "named in its form"
"""Why a ticket is about equipment, in its history."""


def equipment_lookup(work: Work, unit_id: int | None) -> Lookup:
    """Gives the inventory number of what somebody of a unit names: by its number; of what stands there, by a name or
    serial number too that one piece alone has. Where no equipment is written down at all, anything is taken as it is.
    """

    def number(text: str) -> str | None:
        found = asset_of(work, text) or _called(work, text, unit_id)
        if found is not None:
            return found.inventory_number
        return None if work.connection.execute(select(col(Asset.id)).limit(1)).first() is not None else text

    return number


def _called(work: Work, text: str, unit_id: int | None) -> Asset | None:
    if unit_id is None:
        return None
    wanted = select(Asset).where(col(Asset.unit_id) == unit_id, col(Asset.retired_at).is_(None))
    called = number_key(text)
    found = [
        each for each in work.session.scalars(wanted) if called in (number_key(each.name), number_key(each.serial))
    ]
    return found[0] if len(found) == 1 else None


def link_equipment(work: Work, number: int, named: Iterable[str], unit_id: int | None) -> list[Asset]:
    """Let a ticket be about the equipment that its form names; gives that. Anybody may name anything in the portal: of
    what a requester names it is that of the ticket's own unit alone.
    """
    found = [asset for each in named if (asset := asset_of(work, each)) is not None]
    if work.actor.agent_id is None:
        found = [asset for asset in found if unit_id is not None and asset.unit_id == unit_id]
    add_assets(work, number, found, why=WHY)
    return found


def unlink_equipment(work: Work, number: int, named: Iterable[str]) -> None:
    """What was named by mistake, or is named no more."""
    drop_assets(work, number, [asset for each in named if (asset := asset_of(work, each)) is not None])
