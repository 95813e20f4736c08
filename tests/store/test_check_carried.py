"""`db check` knows what a change of calendar and a merge count for a clock, and finds what nothing counted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from desks import NOW
from undo_desk import LATER

from sdesk.actions.perform import perform
from sdesk.desk.opening import open_desk
from sdesk.store.check import check
from sdesk.store.check.repair import repair
from sdesk.store.reader import Reader

OVER = "SELECT id, ticket_id FROM clock_run WHERE seconds > strftime('%s', stopped_at) - strftime('%s', started_at)"


@pytest.fixture
def moved(busy_desk_path: Path) -> Iterator[sqlite3.Connection]:
    """The busy desk whose tickets went to the calendar of another service and back, and were merged."""
    connection = sqlite3.connect(busy_desk_path)
    work = [
        row[0]
        for row in connection.execute(
            "SELECT t.id FROM ticket AS t JOIN team ON team.id = t.team_id WHERE t.is_open AND team.key = 'it'"
        )
    ]
    desk = open_desk(busy_desk_path)
    with Reader(busy_desk_path) as reader:
        anna = reader.actor("anna")
    for hours, service in ((1, "till"), (3, "printer"), (9, "till")):
        perform(desk, anna, "service", work, {"service": service}, now=NOW + timedelta(hours=hours))
    for into, merged in zip(work[::4], work[1::4], strict=False):
        perform(desk, anna, "merge", [merged], {"into": into}, now=NOW + timedelta(hours=10))
    desk.close()
    yield connection
    connection.close()


def test_carried_shares_and_merges_are_sound(busy_desk_path: Path, moved: sqlite3.Connection) -> None:
    over = moved.execute(OVER).fetchall()
    assert len(over) > 2, "nothing was carried: the test proves nothing"
    at = NOW + timedelta(hours=11)
    # The sweep has not run: tickets may stand where they stood.
    found = check(busy_desk_path, at)
    assert found == ()
    assert repair(busy_desk_path, at) == ((), (), None)


def test_a_run_that_nothing_counted_is_found_beside_them(busy_desk_path: Path, moved: sqlite3.Connection) -> None:
    row, number = moved.execute(OVER).fetchone()
    kind = moved.execute("SELECT kind FROM clock_run WHERE id = ?", (row,)).fetchone()[0]
    moved.execute("UPDATE clock_run SET seconds = seconds + 1000000 WHERE id = ?", (row,))
    moved.execute(f"UPDATE ticket SET {kind}_consumed = {kind}_consumed + 1000000 WHERE id = ?", (number,))
    moved.commit()
    told = [each.what for each in check(busy_desk_path, NOW + timedelta(hours=11))]
    assert any(f"ticket {number}: run {row} of its {kind} clock counts" in each for each in told), told


def test_a_run_before_its_own_start_is_found_whatever_was_carried(
    busy_desk_path: Path, moved: sqlite3.Connection
) -> None:
    row, number = moved.execute(OVER).fetchone()
    moved.execute("UPDATE clock_run SET stopped_at = '2020-01-01T00:00:00Z' WHERE id = ?", (row,))
    moved.commit()
    told = [each.what for each in check(busy_desk_path, NOW + timedelta(hours=11))]
    assert any(f"ticket {number}: run {row} of" in each for each in told), told


def test_a_carry_of_the_first_releases_is_no_contradiction(busy_desk_path: Path, moved: sqlite3.Connection) -> None:
    # They wrote down that the service changed, and not what it meant.
    moved.execute("DELETE FROM history WHERE event = 'promise'")
    moved.execute("UPDATE history SET data = json_remove(data, '$.targets') WHERE event = 'opened'")
    moved.commit()
    assert check(busy_desk_path, NOW + timedelta(hours=11)) == ()


def test_the_desk_on_which_everything_hangs_together_is_sound(tangled_desk_path: Path) -> None:
    assert check(tangled_desk_path, LATER) == ()
