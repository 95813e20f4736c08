"""The wall before a requester: read and written, it lets the same through as the rule of the domain."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk

from sdesk.desk.steps.requesters import asking, see_asked
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import NotFound
from sdesk.store.reader.connection import connect
from sdesk.store.reader.requesters import find_requester, requester_wall

HEADS = '[portal]\nheads = ["kind:store"]\n'
ACCOUNTANT = "karl@acc.shop.example"


@pytest.fixture
def desk(desk_path: Path) -> Iterator[MailDesk]:
    """Tickets of two people and of two units, some with the private team."""
    mails = MailDesk(desk_path)
    mails.apply(DESK_FILE + HEADS)
    for sender in ("irina@shop.example", ACCOUNTANT, "store-001@shop.example", "stranger@far.example"):
        mails.ask(mails.count() + 1, sender=sender)
        mails.ask(mails.count() + 1, sender=sender)
        mails.do("anna", "assign", mails.count(), to="team:hr")
    mails.new("anna", unit="flagship", service="other")
    mails.new("anna", unit="accounting", service="other")
    yield mails
    mails.desk.close()


@pytest.mark.parametrize(
    ("address", "numbers"),
    [
        # Her own, and the flagship's that are not with the private team.
        ("Irina@shop.example", [1, 2, 5, 9]),
        ("store-001@shop.example", [5, 6]),
        (ACCOUNTANT, [3, 4]),
        ("nobody@far.example", []),
    ],
)
def test_reading_and_writing_see_what_the_rule_says(desk: MailDesk, address: str, numbers: list[int]) -> None:
    connection = connect(desk.path, 1)
    requester = find_requester(connection, address)
    for table, alias in (("ticket_view", ""), ("ticket AS t", "t.")):
        seen = requester_wall(connection, requester, alias)
        column = "number" if table == "ticket_view" else "t.id"
        sql = f"SELECT {column} FROM {table} WHERE {seen.sql} ORDER BY 1"
        assert [row[0] for row in connection.execute(sql, seen.values)] == numbers
    every = connection.execute(
        "SELECT t.id, t.requester_id, t.unit_id, m.private FROM ticket AS t JOIN team AS m ON m.id = t.team_id"
    ).fetchall()
    connection.close()
    assert [row[0] for row in every if requester.sees(row[1], row[2], private=bool(row[3]))] == numbers
    with desk.desk.look(SYSTEM, NOW) as work:
        assert asking(work, address) == requester
        for number in range(1, 12):
            if number in numbers:
                assert see_asked(work, requester, number).id == number
            else:
                with pytest.raises(NotFound, match=f"^there is no ticket SD-{number}. see your requests$"):
                    see_asked(work, requester, number)


def test_all_addresses_of_a_person_are_the_person(desk: MailDesk) -> None:
    with desk.desk.work(SYSTEM, NOW) as work:
        work.connection.exec_driver_sql(
            "INSERT INTO person_address (address, person_id)"
            " SELECT 'irina@home.example', person_id FROM person_address WHERE address = 'irina@shop.example'"
        )
        work.session.commit()
    connection = connect(desk.path, 1)
    at_home = find_requester(connection, "irina@home.example")
    assert at_home.units
    assert at_home == find_requester(connection, "irina@shop.example")
    connection.close()


def test_a_private_team_or_a_head_that_changes_counts_at_once(desk: MailDesk) -> None:
    connection = connect(desk.path, 1)
    desk.apply((DESK_FILE + HEADS).replace("private = true", "private = false"))
    irina = find_requester(connection, "irina@shop.example")
    assert connection.execute(*_all_of(connection, irina)).fetchall() == [(1,), (2,), (5,), (6,), (9,)]
    desk.apply((DESK_FILE + HEADS).replace('manager = "irina@shop.example"', ""))
    assert not find_requester(connection, "irina@shop.example").units
    desk.apply(DESK_FILE)
    assert not find_requester(connection, "irina@shop.example").units
    connection.close()


def _all_of(connection: object, requester: object) -> tuple[str, tuple[object, ...]]:
    seen = requester_wall(connection, requester)  # type: ignore[arg-type]
    return f"SELECT number FROM ticket_view WHERE {seen.sql} ORDER BY 1", seen.values
