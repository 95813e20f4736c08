"""An incident in the answers: it needs what its worst part needs, burns what all of them burn, and is one line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from desks import NOW
from intake_desk import MailDesk

from sdesk.domain.filters import Filter, parse
from sdesk.reports import ahead, now, who
from sdesk.store.reader import Reader
from sdesk.store.reader.reports.now import Need

HOUR = timedelta(hours=1)
UTC = ZoneInfo("UTC")


@pytest.fixture
def desk(desk_path: Path) -> Iterator[MailDesk]:
    """The small desk."""
    yield (opened := MailDesk(desk_path))
    opened.desk.close()


@pytest.fixture
def reader(desk: MailDesk) -> Iterator[Reader]:
    """A reader of it."""
    with Reader(desk.path) as opened:
        yield opened


@pytest.fixture
def group(desk: MailDesk) -> tuple[int, int, int]:
    """An incident about nothing that costs, whose parts are two tills; one outage is confirmed."""
    incident = desk.new(service="other", subject="Nobody can pay", requester="maria@shop.example")
    parts = [desk.new(service="till", requester=f"{unit}@shop.example") for unit in ("store-001", "store-017")]
    desk.do("anna", "confirm", parts[0])
    for part in parts:
        desk.do("anna", "join", part, incident=incident)
    desk.do("anna", "assign", incident, to="boris")
    return (incident, *parts)  # type: ignore[return-value]  # it is three


def asked(reader: Reader, words: str = "", *, login: str = "anna", at: timedelta = timedelta(0)) -> now.Now:
    wanted = parse(words, now=NOW, zone=UTC) if words else Filter()
    return now.gather(reader, reader.actor(login), wanted, now=NOW + at, limit=0)


def test_its_money_is_that_of_all_and_one_line(reader: Reader, group: tuple[int, int, int]) -> None:
    incident, *_ = group
    found = asked(reader, at=2 * HOUR)
    assert (found.open, found.loss_per_hour, found.suspected_per_hour) == (1, Decimal(180_000), Decimal(12_000))
    burning = found.group(Need.BURNING)
    assert (burning.total, burning.here) == (1, 1)
    (todo,) = burning.todos
    row = todo.ticket
    assert (row.number, row.loss_per_hour, row.loss_so_far) == (incident, Decimal(192_000), Decimal(384_000))
    assert not row.loss_confirmed
    assert todo.command == f"confirm {incident}", "what is suspected of a part is to be confirmed for all"


def test_it_is_due_when_the_first_of_its_parts_is(reader: Reader, group: tuple[int, int, int]) -> None:
    incident, part, _ = group
    with Reader(reader.path) as other:
        due_at = other.rows(other.actor("anna"), [part], now=NOW)[part].due_at
    assert due_at == NOW + timedelta(minutes=15)
    (todo,) = asked(reader).group(Need.BURNING).todos
    assert (todo.ticket.due_at, todo.ticket.due_in) == (due_at, 15 * 60)
    assert asked(reader, at=HOUR).group(Need.BREACHED).total == 1
    load = who.gather(reader, reader.actor("anna"), now=NOW, zone=UTC, days=7)
    boris = next(each.load for each in load.agents if each.agent.login == "boris")
    assert (boris.open, boris.late, boris.next_due_at) == (1, 0, "2026-11-23T09:15:00Z")
    load = who.gather(reader, reader.actor("anna"), now=NOW + HOUR, zone=UTC, days=7)
    boris = next(each.load for each in load.agents if each.agent.login == "boris")
    assert (boris.open, boris.late) == (1, 1)
    day = ahead.gather(reader, reader.actor("anna"), now=NOW, zone=UTC, days=1, limit=0).days[0]
    assert [(each.kind, each.number, each.at) for each in day.items] == [(ahead.Kind.DEADLINE, incident, due_at)]


def test_a_breached_part_makes_it_breached_and_nobody_has_a_part_alone(desk: MailDesk, reader: Reader) -> None:
    incident = desk.new(service="other", subject="Everything prints", requester="maria@shop.example")
    part = desk.new(
        service="printer", requester="maria@shop.example", at=NOW - 30 * HOUR, impact="moderate", urgency="critical"
    )
    desk.do("anna", "join", part, incident=incident)
    desk.do("anna", "take", incident)
    found = asked(reader)
    assert [(each.need, each.total) for each in found.groups if each.total] == [
        (Need.BREACHED, 1),
        (Need.UNANSWERED, 1),
    ]
    (todo,) = found.group(Need.BREACHED).todos
    assert todo.ticket.number == incident


def test_a_filter_that_a_part_alone_answers_shows_the_incident(reader: Reader, group: tuple[int, int, int]) -> None:
    incident, *_ = group
    found = asked(reader, "unit:store-017")
    assert (found.open, found.suspected_per_hour, found.loss_per_hour) == (1, Decimal(12_000), Decimal(0))
    assert [todo.ticket.number for todo in found.group(Need.BURNING).todos] == [incident]


def test_no_wall_shows_the_number_of_a_hidden_incident(desk: MailDesk, reader: Reader) -> None:
    incident, part = (desk.new(service="till", requester=f"store-0{n}@shop.example") for n in ("01", "17"))
    desk.do("anna", "join", part, incident=incident)
    # As where a team became private afterwards.
    with desk.desk.work(desk.actor("anna"), NOW) as work:
        hr = work.rules.team_keys["hr"]
        work.connection.exec_driver_sql("UPDATE ticket SET team_id = ? WHERE id = ?", (hr, incident))
        work.session.commit()
    found = asked(reader, login="boris")
    assert [todo.ticket.number for todo in found.group(Need.BURNING).todos] == [part]
    assert found.suspected_per_hour == Decimal(12_000)
    days = ahead.gather(reader, reader.actor("boris"), now=NOW, zone=UTC, days=1, limit=0).days
    assert [each.number for each in days[0].items] == [part]
