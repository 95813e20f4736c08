"""What the portal says: languages, instants, where a request stands; and how often something may be done."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desks import NOW

from sdesk.domain.requesters import Requester
from sdesk.domain.ticket import Status, WaitingFor
from sdesk.portal.language import Speech, preferred
from sdesk.portal.limits import Limit, Limits, network_of
from sdesk.portal.words import Standing, size_in_words, standing
from sdesk.store.reader.portal_rows import RequestRow, VisitorRow

ENGLISH = Speech("en", ZoneInfo("Europe/Moscow"), NOW)
RUSSIAN = Speech("ru", ZoneInfo("Europe/Moscow"), NOW)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", None),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("de,en;q=0.5,ru;q=0.4", "en"),
        ("en;q=0.1,ru;q=0.2", "ru"),
        ("de-DE", None),
        ("ru;q=0", None),
        ("ru;q=much,en", "en"),
        (",;q=,ru", "ru"),
        ("*", None),
    ],
)
def test_the_language_that_a_browser_likes_best(accepted: str, language: str | None) -> None:
    assert preferred(accepted) == language


@pytest.mark.parametrize(
    ("instant", "english"),
    [
        (NOW, "today, 12:00"),
        (NOW + timedelta(hours=13), "tomorrow, 01:00"),
        (NOW - timedelta(hours=13), "yesterday, 23:00"),
        (NOW + timedelta(days=4), "Fri 27 November, 12:00"),
        (NOW + timedelta(days=400), "Tuesday 28 December 2027, 12:00 MSK"),
    ],
)
def test_instants_are_said_as_people_say_them(instant: datetime, english: str) -> None:
    assert ENGLISH.when(instant) == english


def test_russian_days_have_russian_names() -> None:
    assert RUSSIAN.when(NOW + timedelta(days=4)) == "пт, 27 ноября, 12:00"


def row(**more: Any) -> RequestRow:
    values: dict[str, Any] = {
        **dict.fromkeys(("service_name", "assignee_name", "unit_name", "requester_name"), ""),
        **dict.fromkeys(("waiting_for", "wake_at", "resolved_at", "due_at", "reopens_until"), None),
        "number": 1,
        "ref": "SD-1",
        "subject": "x",
        "status": Status.NEW,
        "is_open": True,
        "team_name": "IT",
        "mine": True,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return RequestRow(**(values | more))


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (row(), Standing("Received", "work", "")),
        (row(status=Status.OPEN, due_at=NOW + timedelta(hours=2)), Standing("At work", "work", "by today, 14:00")),
        (row(due_at=NOW), Standing("Received", "work", "was promised for today, 12:00", late=True)),
        (
            row(status=Status.WAITING, waiting_for=WaitingFor.REQUESTER),
            Standing("Waiting for your answer", "yours", ""),
        ),
        (
            row(status=Status.WAITING, waiting_for=WaitingFor.DATE, wake_at=NOW + timedelta(days=1)),
            Standing("Put off", "still", "goes on tomorrow, 12:00"),
        ),
        (
            row(status=Status.WAITING, waiting_for=WaitingFor.SUPPLIER),
            Standing("Waiting for somebody outside", "still", ""),
        ),
        (
            row(status=Status.WAITING, waiting_for=WaitingFor.APPROVAL),
            Standing("Waiting for an approval", "still", ""),
        ),
        (row(status=Status.RESOLVED, resolved_at=NOW), Standing("Solved", "done", "today, 12:00")),
        (row(status=Status.CLOSED, resolved_at=NOW), Standing("Closed", "done", "today, 12:00")),
        (row(status=Status.MERGED), Standing("Joined with another request", "done", "")),
    ],
)
def test_where_a_request_stands_is_said_in_whole_words(found: RequestRow, said: Standing) -> None:
    assert standing(ENGLISH, found, NOW) == said


def test_who_answers_is_a_person_where_there_is_one() -> None:
    assert row().who == "IT"
    assert row(assignee_name="Anna").who == "Anna"
    assert VisitorRow("a@b.example", "", None, Requester(1, frozenset()), (), ()).called == "a@b.example"


def test_sizes_are_for_eyes() -> None:
    assert [size_in_words(ENGLISH, size) for size in (0, 1_499, 1_500_000)] == ["1 kB", "1 kB", "1.5 MB"]


def test_a_bucket_fills_up_evenly_and_each_name_has_its_own() -> None:
    now = [0.0]
    limits = Limits(Limit(3, 30), lambda: now[0])
    assert [limits.take("a") for _ in range(3)] == [None] * 3
    assert limits.take("a") == pytest.approx(10)
    assert limits.take("b") is None
    now[0] = 9
    assert limits.take("a") == pytest.approx(1)
    now[0] = 10
    assert limits.take("a") is None
    # What is more than all of it at once is let through when all of it is there.
    now[0] = 1000
    assert limits.take("a", 5) is None
    assert limits.take("a") is not None


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::1", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::"),
        ("unknown", "unknown"),
        ("", ""),
    ],
)
def test_who_has_many_addresses_is_one_visitor(host: str, network: str) -> None:
    assert network_of(host) == network


def test_a_flood_of_names_forgets_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sdesk.portal.limits.MOST_NAMES", 2)
    limits = Limits(Limit(1, 10), lambda: 0.0)
    assert [limits.take(name) for name in "abc"] == [None] * 3
    assert limits.take("c") is not None
    assert limits.take("a") is None
