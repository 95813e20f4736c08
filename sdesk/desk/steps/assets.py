"""Equipment in the hands of a use case: finding it by its number or by its check, and putting it to tickets."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import cast

from sqlalchemy import bindparam, delete, select, update
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.history import record
from sdesk.desk.steps.rows import insert_row
from sdesk.domain.equipment import keys_that_name, number_key
from sdesk.domain.errors import BadInput
from sdesk.store.models import Asset, AssetCheck, CheckEvent, TicketAsset
from sdesk.store.prepared import Prepared
from sdesk.store.reader import assets as reading

_OF_TICKET = Prepared(select(col(TicketAsset.asset_id)).where(col(TicketAsset.ticket_id) == bindparam("number")))


def asset_of(work: Work, inventory_number: str) -> Asset | None:
    """The piece of equipment of a number, whatever its letters' case; None where there is none."""
    wanted = select(Asset).where(col(Asset.number_key) == number_key(inventory_number))
    return work.session.scalars(wanted).first()


def find_asset(work: Work, inventory_number: str) -> Asset:
    """The same, where a value names it; BadInput with the nearest number."""
    found = asset_of(work, inventory_number)
    if found is None:
        driver = cast(sqlite3.Connection, work.connection.connection.dbapi_connection)
        raise BadInput(*reading.unknown(driver, inventory_number))
    return found


def assets_of_ticket(work: Work, number: int) -> frozenset[int]:
    """The equipment that a ticket is about."""
    return frozenset(row[0] for row in _OF_TICKET.run(work.connection, number=number).all())


def add_assets(work: Work, number: int, assets: Iterable[Asset], *, why: str = "") -> list[str]:
    """Say what equipment a ticket is about, an event each; the numbers of what it was not about yet."""
    known, added = assets_of_ticket(work, number), []
    for asset in assets:
        if asset.id in known or asset.inventory_number in added:
            continue
        insert_row(work, TicketAsset, {"ticket_id": number, "asset_id": asset.id})
        named = {"why": why} if why else {}
        record(work, number, "asset_added", asset=asset.inventory_number, **named)
        added.append(asset.inventory_number)
    return added


def drop_assets(work: Work, number: int, assets: Iterable[Asset]) -> list[str]:
    """Say that a ticket is not about equipment after all; the numbers of what it was about."""
    gone = []
    for asset in assets:
        if work.connection.execute(
            delete(TicketAsset).where(col(TicketAsset.ticket_id) == number, col(TicketAsset.asset_id) == asset.id)
        ).rowcount:
            record(work, number, "asset_removed", asset=asset.inventory_number)
            gone.append(asset.inventory_number)
    return gone


def join_assets(work: Work, number: int, into: int) -> list[str]:
    """The other ticket, which goes on for both, is about this one's equipment too; the numbers that it got."""
    ids = assets_of_ticket(work, number)
    if not ids:
        return []
    wanted = select(Asset).where(col(Asset.id).in_(ids)).order_by(col(Asset.number_key))
    return add_assets(work, into, work.session.scalars(wanted).all())


_WATCHED = Prepared(
    select(col(AssetCheck.key), col(AssetCheck.asset_id)).where(
        col(AssetCheck.source) == bindparam("source"),
        col(AssetCheck.key).in_(bindparam(f"key{place}") for place in range(9)),
    )
)


def watched_by(work: Work, source: str, key: str) -> Asset | None:
    """The equipment that a check watches: that of its own key, else that of its host; None where there is none."""
    keys = keys_that_name(key)
    padded = {f"key{place}": keys[min(place, len(keys) - 1)] for place in range(9)}
    found = dict(_WATCHED.run(work.connection, source=source, **padded).all())
    for each in keys:
        if each in found:
            return work.session.get(Asset, found[each])
    return None


def watch_anew(work: Work, source: str, key: str) -> None:
    """How a check, or each of a host (`till-3:*`), stands becomes that of the equipment that it watches now."""
    host = key.removesuffix("*")
    named = (
        col(CheckEvent.key).between(host, f"{host[:-1]};") if host != key else col(CheckEvent.key) == key
    )  # `;` comes behind `:`: the primary key is walked
    wanted = select(col(CheckEvent.key)).where(col(CheckEvent.source) == source, named)
    for (each,) in work.connection.execute(wanted).all():
        asset = watched_by(work, source, each)
        values = {"asset_id": None if asset is None else asset.id}
        work.connection.execute(
            update(CheckEvent).where(col(CheckEvent.source) == source, col(CheckEvent.key) == each).values(**values)
        )
