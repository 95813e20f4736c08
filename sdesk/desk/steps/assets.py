"""Equipment in the hands of a use case: finding it by its number or by its check, and putting it to tickets."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple, cast

from sqlalchemy import bindparam, delete, select, update
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.history import record
from sdesk.desk.steps.messages import add_to_index, reindex
from sdesk.desk.steps.rows import insert_row
from sdesk.domain.equipment import keys_that_name, number_key, words_of
from sdesk.domain.errors import BadInput
from sdesk.domain.phrase import phrase
from sdesk.store.models import Asset, AssetCheck, CheckEvent, TicketAsset
from sdesk.store.prepared import Prepared
from sdesk.store.search import equipment_words

SHORTEST_NAMED = 3
"""Letters of a number that is found in a subject: `Till 3` names no equipment."""
MOST_NAMED = 5
"""Pieces that one subject names."""

_OF_TICKET = Prepared(select(col(TicketAsset.asset_id)).where(col(TicketAsset.ticket_id) == bindparam("number")))


def asset_of(work: Work, inventory_number: str) -> Asset | None:
    """The piece of equipment of a number, whatever its letters' case; None where there is none."""
    wanted = select(Asset).where(col(Asset.number_key) == number_key(inventory_number))
    return work.session.scalars(wanted).first()


def find_asset(work: Work, inventory_number: str) -> Asset:
    """The same, where a value names it; BadInput with the nearest number."""
    found = asset_of(work, inventory_number)
    if found is None:
        raise BadInput(*unknown_asset(work, inventory_number))
    return found


def unknown_asset(work: Work, inventory_number: str) -> tuple[str, str]:
    """What is said of a number that nothing has, and what to do: the nearest one."""
    from sdesk.store.reader import assets as reading  # hardly any number is wrong

    driver = cast(sqlite3.Connection, work.connection.connection.dbapi_connection)
    return reading.unknown(driver, inventory_number)


def named_in(work: Work, subject: str, unit_id: int | None) -> list[Asset]:
    """The equipment of a unit whose number stands in a subject, as a word of at least three letters. Anybody may name
    anything: so it is that of the sender's own unit alone.
    """
    words = [word for word in words_of(subject) if len(word) >= SHORTEST_NAMED] if unit_id is not None else []
    if not words:
        return []
    wanted = (
        select(Asset)
        .where(col(Asset.number_key).in_(words), col(Asset.unit_id) == unit_id, col(Asset.retired_at).is_(None))
        .order_by(col(Asset.number_key))
        .limit(MOST_NAMED)
    )
    return list(work.session.scalars(wanted))


class Follows(NamedTuple):
    """What a ticket is about and where, as far as its equipment says so; and why."""

    service_id: int | None = None
    service_by: str = ""
    unit_id: int | None = None
    unit_by: str = ""


def place_of(work: Work, assets: Sequence[Asset]) -> Follows:
    """The service that the first of these carries, and the unit where the first of them stands: what is retired in the
    desk file is none."""
    services, units = set(work.rules.service_keys.values()), set(work.rules.unit_keys.values())
    carried = next((each for each in assets if each.service_id in services), None)
    placed = next((each for each in assets if each.unit_id in units), None)
    return Follows(
        carried.service_id if carried is not None else None,
        f"equipment {carried.inventory_number}" if carried is not None else "",
        placed.unit_id if placed is not None else None,
        f"equipment {placed.inventory_number}" if placed is not None else "",
    )


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
        add_to_index(work, number, equipment_words(asset.inventory_number, asset.serial))
        added.append(asset.inventory_number)
    return added


def out_of_use(assets: Iterable[Asset]) -> str:
    """What whoever names equipment should know: some of it is retired. It may be meant: even that must be fetched."""
    numbers = dict.fromkeys(asset.inventory_number for asset in assets if asset.retired_at is not None)
    return phrase("equipment {assets} is out of use", assets=", ".join(numbers)) if numbers else ""


def drop_assets(work: Work, number: int, assets: Iterable[Asset]) -> list[str]:
    """Say that a ticket is not about equipment after all; the numbers of what it was about."""
    gone = []
    for asset in assets:
        if work.connection.execute(
            delete(TicketAsset).where(col(TicketAsset.ticket_id) == number, col(TicketAsset.asset_id) == asset.id)
        ).rowcount:
            record(work, number, "asset_removed", asset=asset.inventory_number)
            gone.append(asset.inventory_number)
    if gone:
        reindex(work, number)
    return gone


def join_assets(work: Work, number: int, into: int) -> list[str]:
    """The other ticket, which goes on for both, is about this one's equipment too; the numbers that it got."""
    ids = assets_of_ticket(work, number)
    if not ids:
        return []
    wanted = select(Asset).where(col(Asset.id).in_(ids)).order_by(col(Asset.number_key))
    return add_assets(work, into, work.session.scalars(wanted).all())


_WATCHED = Prepared(
    select(col(AssetCheck.key), col(AssetCheck.asset_id))
    .join(Asset, col(Asset.id) == col(AssetCheck.asset_id))
    .where(
        col(AssetCheck.source) == bindparam("source"),
        col(Asset.retired_at).is_(None),
        col(AssetCheck.key).in_(bindparam(f"key{place}") for place in range(9)),
    )
)


def watched_by(work: Work, source: str, key: str) -> Asset | None:
    """The equipment in use that a check watches: that of its own key, else that of its host; None without any."""
    found = _watched(work, source, key)
    return None if found is None else work.session.get_one(Asset, found)


def _watched(work: Work, source: str, key: str) -> int | None:
    keys = keys_that_name(key)
    padded = {f"key{place}": keys[min(place, len(keys) - 1)] for place in range(9)}
    found: dict[str, int] = dict(_WATCHED.run(work.connection, source=source, **padded).all())
    return next((found[each] for each in keys if each in found), None)


def watch_anew(work: Work, source: str, key: str) -> None:
    """How a check, or each of a host (`till-3:*`), stands becomes that of the equipment that it watches now."""
    host = key.removesuffix("*")
    named = (
        col(CheckEvent.key).between(host, f"{host[:-1]};") if host != key else col(CheckEvent.key) == key
    )  # `;` comes behind `:`: the primary key is walked
    wanted = select(col(CheckEvent.key)).where(col(CheckEvent.source) == source, named)
    for (each,) in work.connection.execute(wanted).all():
        work.connection.execute(
            update(CheckEvent)
            .where(col(CheckEvent.source) == source, col(CheckEvent.key) == each)
            .values(asset_id=_watched(work, source, each))
        )
