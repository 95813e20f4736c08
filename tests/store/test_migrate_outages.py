"""Bringing up a store in which outages last: what they cost is the same before and after, in every place."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desks import DESK_FILE, NOW
from older_stores import older_schema

from sdesk.actions.perform import create, perform
from sdesk.desk.opening import Desk, open_desk
from sdesk.desk.setup import apply
from sdesk.domain.actor import SYSTEM, Actor
from sdesk.domain.filters import Filter
from sdesk.reports.past import past
from sdesk.reports.period import Span, this
from sdesk.store import migrate, schema
from sdesk.store.reader import Reader

HOUR = timedelta(hours=1)
LATER = NOW + 4 * HOUR


class Shop:
    """Anna at a desk of this program, whose data an older store then has."""

    def __init__(self, path: Path) -> None:
        migrate.init(path)
        self.desk: Desk = open_desk(path)
        apply(self.desk, DESK_FILE, "desk.toml", actor=SYSTEM, now=NOW - timedelta(days=1))
        with Reader(path) as reader:
            self.anna: Actor = reader.actor("anna")

    def down(self, hour: int, shop: str, **confirmed: Any) -> int:
        given = {"subject": "Till", "text": "down", "requester": f"{shop}@shop.example", "service": "till"}
        number = create(self.desk, self.anna, given, now=NOW + hour * HOUR).number
        if confirmed:
            self.does(
                hour, "confirm", number, **{name: value for name, value in confirmed.items() if value is not True}
            )
        return number

    def does(self, hour: int, verb: str, number: int, **values: Any) -> None:
        (outcome,) = perform(self.desk, self.anna, verb, [number], values, now=NOW + hour * HOUR)
        assert outcome.error is None, outcome.error


@pytest.fixture
def both(tmp_path: Path) -> tuple[Path, Path]:
    """A store of the third schema, and one of this program's with the same data: every kind of outage."""
    fresh, old = tmp_path / "fresh.db", tmp_path / "old.db"
    shop = Shop(fresh)
    shop.down(0, "store-001", share=Decimal("0.75"))
    ended = shop.down(0, "store-017", confirmed=True)
    shop.does(1, "close", ended, text="Done")
    shop.down(1, "store-017")  # suspected
    shop.down(1, "store-001", confirmed=True)  # capped: a quarter is left of it
    shop.down(2, "store-001")  # suspected, and nothing is left
    shop.desk.close()
    older_schema(old, "0003")
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("ATTACH ? AS fresh", (str(fresh),))
        tables = connection.execute(
            "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE '%fts%'"
        )
        for (table,) in tables.fetchall():
            if table in {"alembic_version", "sqlite_sequence"}:
                continue
            known = [
                {row[1] for row in connection.execute(f"PRAGMA {of}.table_info({table})")} for of in ("main", "fresh")
            ]
            names = ", ".join(f'"{name}"' for name in sorted(known[0] & known[1]))
            connection.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM fresh.{table}")
        # What is done had another rank then, and only what had ended had a loss of its own.
        connection.execute("UPDATE ticket SET rank = 5 WHERE rank = 6")
        connection.execute("UPDATE outage SET loss = NULL WHERE down_to IS NULL")
        connection.commit()
    return fresh, old


def money(path: Path) -> dict[str, Any]:
    """What every place says that outages have cost."""
    with Reader(path) as reader:
        week = this(Span.WEEK, now=LATER, zone=ZoneInfo("Europe/Moscow"))
        found = past(reader, SYSTEM, week, Filter(()), now=LATER)
        rows = reader.rows(SYSTEM, [1, 2, 3, 4, 5], now=LATER)
        return {
            "show": {number: (row.loss_so_far, row.loss_per_hour, row.loss_confirmed) for number, row in rows.items()},
            "outages": [(each.number, each.loss_so_far) for each in reader.outages(SYSTEM, now=LATER)],
            "past": (found.totals.loss, [(each.number, each.loss) for each in found.outages]),
            "unit": reader.unit_outages(SYSTEM, "flagship", now=LATER, since=NOW).loss,
        }


def test_what_outages_cost_is_the_same_after_a_store_is_brought_up(both: tuple[Path, Path]) -> None:
    fresh, old = both
    assert migrate.migrate(old) == ("0003", schema.HEAD)
    after = money(old)
    assert after == money(fresh)
    assert after["past"][0] == Decimal("4") * 135_000 + 3 * 45_000 + 12_000


def test_what_lasts_is_written_as_this_program_writes_it(both: tuple[Path, Path]) -> None:
    fresh, old = both
    migrate.migrate(old)
    columns = "id, loss, slices FROM outage WHERE down_to IS NULL ORDER BY id"
    with closing(sqlite3.connect(old)) as one, closing(sqlite3.connect(fresh)) as other:
        left, right = (
            [
                (number, loss, [[a, b, Decimal(share), rate] for a, b, share, rate in json.loads(slices)])
                for number, loss, slices in each.execute(f"SELECT {columns}")
            ]
            for each in (one, other)
        )
        assert left == right
        suspected = "SELECT id, loss_suspected FROM ticket ORDER BY id"
        assert one.execute(suspected).fetchall() == other.execute(suspected).fetchall()
        assert one.execute("PRAGMA foreign_key_check").fetchall() == []


def test_what_lasts_goes_on_and_ends_with_what_it_has_cost(both: tuple[Path, Path]) -> None:
    for path in both:
        migrate.migrate(path)
        desk = open_desk(path)
        with Reader(path) as reader:
            anna = reader.actor("anna")
        (outcome,) = perform(desk, anna, "restored", [1], {}, now=LATER)
        assert outcome.error is None
        desk.close()
    assert money(both[0]) == money(both[1])
