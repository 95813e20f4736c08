"""Writing equipment: what a line says becomes rows, and each change is an event of the equipment's own history."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.assets import watch_anew
from sdesk.desk.steps.find import key_of
from sdesk.desk.steps.messages import reindex
from sdesk.desk.steps.rows import insert_row
from sdesk.domain.asset_line import AssetLine
from sdesk.domain.equipment import CheckName, number_key
from sdesk.domain.errors import BadInput, Refused, about
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.phrase import phrase
from sdesk.store.models import Asset, AssetChange, AssetCheck, TicketAsset
from sdesk.store.prepared import Prepared

COLUMNS = ("kind", "name", "model", "serial", "unit_id", "service_id", "bought_on", "warranty_until", "note")
_STANDING = {"unit": "unit_id", "service": "service_id"}

_EACH = func.json_each(bindparam("keys")).table_valued("value")
_KNOWN = Prepared(
    select(
        col(Asset.number_key),
        col(Asset.id),
        col(Asset.inventory_number),
        col(Asset.retired_at),
        *(col(getattr(Asset, name)) for name in COLUMNS),
    ).where(col(Asset.number_key).in_(select(_EACH.c.value)))
)
_CHECKS = Prepared(
    select(col(AssetCheck.asset_id), col(AssetCheck.source), col(AssetCheck.key)).where(
        col(AssetCheck.asset_id).in_(select(_EACH.c.value))
    )
)
_OWNER = Prepared(
    select(col(Asset.id), col(Asset.inventory_number), col(Asset.retired_at))
    .join(AssetCheck, col(AssetCheck.asset_id) == col(Asset.id))
    .where(col(AssetCheck.source) == bindparam("source"), col(AssetCheck.key) == bindparam("key"))
)
_UNWATCH = Prepared(
    delete(AssetCheck).where(col(AssetCheck.source) == bindparam("source"), col(AssetCheck.key) == bindparam("key"))
)
_SET = Prepared(
    update(Asset)
    .where(col(Asset.id) == bindparam("asset"))
    .values(
        {
            **{name: bindparam(f"new_{name}") for name in COLUMNS},
            "retired_at": bindparam("new_retired_at"),
            "updated_at": bindparam("at"),
        }
    )
)


class Became(StrEnum):
    """What became of a line."""

    ADDED = "added"
    CHANGED = "changed"
    SAME = "same"


@dataclass(slots=True)
class KnownAsset:
    """A piece of equipment as the store has it."""

    id: int
    number: str
    retired_at: str | None
    columns: dict[str, Any]
    checks: set[CheckName] = field(default_factory=set)


def known_assets(work: Work, keys: Iterable[str]) -> dict[str, KnownAsset]:
    """The equipment of these numbers (`number_key`), by them: two statements for a batch of them."""
    found = {
        row[0]: KnownAsset(row[1], row[2], row[3], dict(zip(COLUMNS, row[4:], strict=True)))
        for row in _KNOWN.run(work.connection, keys=json.dumps(sorted(keys))).all()
    }
    by_id = {each.id: each for each in found.values()}
    if by_id:
        for asset_id, source, key in _CHECKS.run(work.connection, keys=json.dumps(sorted(by_id))).all():
            by_id[asset_id].checks.add(CheckName(source, key))
    return found


def write_asset(work: Work, line: AssetLine, known: dict[str, KnownAsset]) -> Became:
    """Add or change what a line is about, and keep `known` as the store is then.

    BadInput for a unit or service that the desk does not have; Refused for a check that watches other equipment.
    """
    wanted = _columns(work, line)
    before = known.get(line.key)
    if before is None:
        return _add(work, line, wanted, known)
    fields: dict[str, list[Any]] = {}
    columns = dict(before.columns)
    for name, value in wanted.items():
        if columns[name] != value:
            fields[name] = [columns[name], value]
            columns[name] = value
    retired_at = _retired(line, before.retired_at)
    checks = set(line.said["checks"]) if "checks" in line.said else before.checks
    if not fields and retired_at == before.retired_at and checks == before.checks:
        return Became.SAME
    if checks != before.checks:
        fields["checks"] = [_written(before.checks), _written(checks)]
    _SET.run(
        work.connection,
        asset=before.id,
        at=work.now,
        new_retired_at=None if retired_at is None else datetime.fromisoformat(retired_at),
        **{f"new_{name}": columns[name] for name in COLUMNS},
    )
    _watch(work, before.id, before.checks, checks, known)
    if (retired_at is None) != (before.retired_at is None):
        # Out of use, or in use again, it watches otherwise too.
        for each in checks:
            watch_anew(work, *each)
    known[line.key] = KnownAsset(before.id, before.number, retired_at, columns, checks)
    if "serial" in fields:
        for (number,) in work.connection.execute(
            select(col(TicketAsset.ticket_id)).where(col(TicketAsset.asset_id) == before.id)
        ).all():
            reindex(work, number)
    events = [("changed", _named(work, fields))] if fields else []
    if retired_at != before.retired_at:
        events.append(
            ("retired" if retired_at is not None else "back", {"retired_at": [before.retired_at, retired_at]})
        )
    for event, data in events:
        _write_down(work, before.id, event, data)
    return Became.CHANGED


def _add(work: Work, line: AssetLine, wanted: Mapping[str, Any], known: dict[str, KnownAsset]) -> Became:
    if "kind" not in wanted:
        raise BadInput(
            phrase("`{number}` is new, and it is not said what it is", number=line.number),
            phrase("say its kind, as till or printer"),
        )
    columns = {**dict.fromkeys(("name", "model", "serial", "note"), ""), **wanted}
    retired_at, checks = _retired(line, None), set(line.said.get("checks", ()))
    asset_id = insert_row(
        work,
        Asset,
        {
            "inventory_number": line.number,
            "number_key": line.key,
            **{name: columns.get(name) for name in COLUMNS},
            "created_at": work.now,
            "updated_at": work.now,
            "retired_at": None if retired_at is None else datetime.fromisoformat(retired_at),
        },
    )
    known[line.key] = KnownAsset(
        asset_id, line.number, retired_at, {name: columns.get(name) for name in COLUMNS}, checks
    )
    _watch(work, asset_id, set(), checks, known)
    fields = {name: [None, value] for name, value in columns.items() if value not in (None, "")}
    if checks:
        fields["checks"] = [None, _written(checks)]
    _write_down(work, asset_id, "added", _named(work, fields))
    return Became.ADDED


def _columns(work: Work, line: AssetLine) -> dict[str, Any]:
    """The columns that a line says: keys of the desk become rows."""
    rules = work.rules
    found: dict[str, Any] = {}
    for name, value in line.said.items():
        if name in _STANDING:
            known = rules.unit_keys if name == "unit" else rules.service_keys
            with about(name):
                found[_STANDING[name]] = None if value is None else key_of(known, value, name)
        elif name in COLUMNS:
            found[name] = value
    return found


def _retired(line: AssetLine, before: str | None) -> str | None:
    if "retired_at" not in line.said:
        return before
    at = line.said["retired_at"]
    return None if at is None else to_rfc3339(at)


def _watch(
    work: Work, asset_id: int, before: set[CheckName], checks: set[CheckName], known: Mapping[str, KnownAsset]
) -> None:
    for each in sorted(before - checks):
        _UNWATCH.run(work.connection, source=each.source, key=each.key)
    for each in sorted(checks - before):
        owner = _OWNER.run(work.connection, source=each.source, key=each.key).first()
        if owner is not None:
            other, number, retired_at = owner
            if retired_at is None:
                raise Refused(
                    phrase("`{check}` watches {number}", check=each.written, number=number),
                    phrase("take it away there first: sdesk asset set {number} --no-check", number=number),
                )
            # What was taken out of use gave its place to this one.
            _UNWATCH.run(work.connection, source=each.source, key=each.key)
            _write_down(work, other, "changed", {"checks": [each.written, None]})
            if number_key(number) in known:
                known[number_key(number)].checks.discard(each)
        insert_row(work, AssetCheck, {"source": each.source, "key": each.key, "asset_id": asset_id})
    for each in sorted(before ^ checks):
        watch_anew(work, each.source, each.key)


def _written(checks: Iterable[CheckName]) -> str | None:
    return "; ".join(each.written for each in sorted(checks)) or None


def _named(work: Work, fields: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """As people call it: rows of the desk by their keys."""
    rules = work.rules
    found = {}
    for name, pair in fields.items():
        if name == "unit_id":
            found["unit"] = [None if each is None else rules.units[each].key for each in pair]
        elif name == "service_id":
            found["service"] = [None if each is None else rules.services[each].key for each in pair]
        else:
            found[name] = pair
    return found


def _write_down(work: Work, asset_id: int, event: str, data: Mapping[str, Any]) -> None:
    insert_row(
        work,
        AssetChange,
        {
            "asset_id": asset_id,
            "at": work.now,
            "agent_id": work.actor.agent_id,
            "actor": work.actor.login,
            "event": event,
            "data": dict(data),
        },
    )
