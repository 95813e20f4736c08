"""`left:` and `none`: a filter finds the tickets whose rows say so, to the second, in every calendar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sdesk.actions.perform import create, perform
from sdesk.desk.opening import open_desk
from sdesk.domain.filters import parse
from sdesk.domain.instant import to_rfc3339
from sdesk.store.reader import Reader
from sdesk.store.reader.rows import TicketRow

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)
"""17:00 in Moscow: an hour before the office closes."""
ZONE = ZoneInfo("Europe/Moscow")


def found(reader: Reader, text: str, now: datetime) -> set[int]:
    wanted = parse(text, now=now, zone=ZONE)
    return {row.number for row in reader.walk(reader.actor("anna"), wanted, now=now, limit=0)}


def of(reader: Reader, now: datetime, holds: Callable[[TicketRow], bool]) -> set[int]:
    rows = reader.walk(reader.actor("anna"), parse("", now=now, zone=ZONE), now=now, limit=0)
    return {row.number for row in rows if holds(row)}


@pytest.mark.parametrize("now", [NOW, NOW + timedelta(minutes=61), FRIDAY, FRIDAY + timedelta(days=1, hours=3)])
def test_it_is_the_time_that_a_list_shows(busy_desk_path: Path, now: datetime) -> None:
    with Reader(busy_desk_path) as reader:
        left = {
            row.due_in for row in reader.walk(reader.actor("anna"), parse("", now=now, zone=ZONE), now=now, limit=0)
        }
        seconds = sorted(each for each in left if each is not None)
        assert len(seconds) > 5
        for edge in {*seconds[:3], *seconds[-3:], seconds[len(seconds) // 2], 0, 3600, -3600}:
            for low, high in ((edge, None), (None, edge), (edge, edge), (edge - 7200, edge), (edge + 1, edge + 7200)):
                ends = "..".join("" if end is None else f"{'-' * (end < 0)}{abs(end)}s" for end in (low, high))
                fits = of(
                    reader,
                    now,
                    lambda row, low=low, high=high: (  # type: ignore[misc]
                        row.due_in is not None
                        and (low is None or row.due_in >= low)
                        and (high is None or row.due_in <= high)
                    ),
                )
                assert found(reader, f"left:{ends}", now) == fits, ends
                assert found(reader, f"not:left:{ends}", now) == of(reader, now, lambda row: True) - fits


def test_over_a_weekend_working_time_and_the_clock_differ(desk_path: Path) -> None:
    desk = open_desk(desk_path)
    with Reader(desk_path) as reader:
        anna = reader.actor("anna")
    monday_noon = create(
        desk,
        anna,
        {"subject": "Printer", "text": "x", "requester": "a@b.example", "team": "it", "priority": "P2"},
        now=FRIDAY,
    ).number
    desk.close()
    with Reader(desk_path) as reader:
        (row,) = reader.walk(reader.actor("anna"), parse("", now=FRIDAY, zone=ZONE), now=FRIDAY, limit=0)
        assert (row.number, row.due_in) == (monday_noon, 3600), to_rfc3339(row.due_at or FRIDAY)
        # A minute before the office closes nearly an hour is left, and the deadline is a weekend away.
        late = FRIDAY + timedelta(minutes=59)
        (row,) = reader.walk(reader.actor("anna"), parse("", now=late, zone=ZONE), now=late, limit=0)
        assert row.due_in == 60
        assert found(reader, "left:..1m", late) == {monday_noon}
        assert found(reader, "left:61s..", late) == set()


def test_none_is_what_has_no_such_thing(busy_desk_path: Path) -> None:
    desk = open_desk(busy_desk_path)
    with Reader(busy_desk_path) as reader:
        anna = reader.actor("anna")
        everything = of(reader, NOW, lambda row: True)
        labelled = of(reader, NOW, lambda row: bool(row.tags))
        waiting = of(reader, NOW, lambda row: row.wake_at is not None)
        due = of(reader, NOW, lambda row: row.due_at is not None)
        assert labelled
        assert waiting
        assert everything > due
        assert found(reader, "tag:none", NOW) == everything - labelled
        assert found(reader, "tag:none,vip", NOW) == everything
        assert found(reader, "not:tag:none", NOW) == labelled
        assert found(reader, "wake:none", NOW) == everything - waiting
        assert found(reader, "due:none", NOW) == found(reader, "left:none", NOW) == everything - due
        assert found(reader, "not:due:none", NOW) == due
        closed = min(everything)
        perform(desk, anna, "close", [closed], {"text": "Done."}, now=NOW)
    desk.close()
    with Reader(busy_desk_path) as reader:
        assert closed in found(reader, "status:resolved,closed not:resolved:none", NOW)
        assert found(reader, "status:resolved,closed resolved:none", NOW) == set()
