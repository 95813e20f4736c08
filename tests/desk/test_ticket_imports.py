"""Tickets that come by the line: made once, followed afterwards, nobody told."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desks import NOW
from history_rules import faults

from sdesk.actions.perform import perform
from sdesk.desk.imports.batch import BATCH, Came, LineOutcome, import_lines
from sdesk.desk.opening import Desk, open_desk
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import Refused
from sdesk.domain.story.tell import tell
from sdesk.domain.ticket import Direction, Status, WaitingFor
from sdesk.domain.ticket_line import read_line
from sdesk.store.check import check
from sdesk.store.reader import Reader
from sdesk.store.reader.detail_rows import TicketDetail

LATER = NOW + timedelta(hours=2)
SOON = NOW + timedelta(days=1)


@pytest.fixture(autouse=True)
def _nothing_contradicts(desk_path: Path) -> Iterator[None]:
    """Whatever was imported: its history hangs together, and the story of its promises adds up to what stands."""
    yield
    with closing(sqlite3.connect(desk_path)) as store:
        assert faults(store) == []
        numbers = [number for (number,) in store.execute("SELECT id FROM ticket ORDER BY id")]
    with Reader(desk_path) as reader:
        for number in numbers:
            for each in tell(reader.promises(SYSTEM, number, now=SOON)[1]):
                assert each.disagreements == (), (number, each)
                assert each.consumed == each.stored
    assert check(desk_path) == ()


def bring(desk: Desk, *lines: Mapping[str, Any], login: str = "anna", now: Any = NOW, **how: Any) -> list[LineOutcome]:
    with Reader(desk.store.path) as reader:
        actor = reader.actor(login)
    read = [read_line(line, now=now, zone=ZoneInfo("Europe/Moscow")) for line in lines]
    return import_lines(desk, actor, read, now=now, **how)


def whole(desk: Desk, number: int | None, login: str = "anna") -> TicketDetail:
    assert number is not None
    with Reader(desk.store.path) as reader:
        return reader.ticket(reader.actor(login), number, now=LATER)


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def content(path: Path) -> list[str]:
    """All that the store says."""
    connection = sqlite3.connect(path)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


TILL = {
    "external_id": "OLD-1",
    "subject": "Till is dead",
    "text": "Nothing on the screen",
    "requester": "Irina <store-001@shop.example>",
    "service": "till",
    "tags": ["pos"],
    "created_at": "2026-11-20T10:00:00Z",
}


def test_a_line_becomes_a_ticket_at_its_own_date_and_nobody_is_told(desk: Desk) -> None:
    (outcome,) = bring(desk, TILL)
    assert outcome.came is Came.CREATED
    found = whole(desk, outcome.number)
    ticket = found.ticket
    assert (ticket.subject, ticket.team, ticket.unit, ticket.tags) == ("Till is dead", "it", "flagship", ("pos",))
    assert ticket.created_at.isoformat() == "2026-11-20T10:00:00+00:00"
    assert found.history[0].at == ticket.created_at
    assert [(message.text, message.sent_at) for message in found.messages] == [
        ("Nothing on the screen", ticket.created_at)
    ]
    assert ticket.loss_per_hour is None
    assert rows(desk.store.path, "SELECT count(*) FROM outbox") == [(0,)]


def test_what_its_promises_came_to_before_is_no_news(desk: Desk) -> None:
    bring(desk, TILL)
    ((alert_at, alerts, rank),) = rows(desk.store.path, "SELECT alert_at, alerts, rank FROM ticket")
    assert alert_at is None
    assert "breached" in alerts
    assert rank == 0


def test_a_promise_that_will_be_broken_is_told_of_then(desk: Desk) -> None:
    bring(desk, {**TILL, "service": "other", "created_at": (NOW - timedelta(minutes=10)).isoformat()})
    ((alert_at,),) = rows(desk.store.path, "SELECT alert_at FROM ticket")
    assert alert_at > "2026-11-23T09:00:00Z"


def test_what_is_over_is_outside_the_figures(desk: Desk) -> None:
    end = {"resolved_at": "2026-11-20T11:00:00Z"}
    outcomes = bring(desk, {**TILL, **end}, {**TILL, **end, "external_id": "OLD-2", "status": "closed"})
    assert [whole(desk, each.number).ticket.status for each in outcomes] == [Status.RESOLVED, Status.CLOSED]
    found = rows(
        desk.store.path,
        "SELECT is_open, first_response_voided, resolution_voided, resolved_at, closed_at, unanswered_since"
        " FROM ticket",
    )
    assert found == [
        (0, 1, 1, "2026-11-20T11:00:00Z", None, None),
        (0, 1, 1, "2026-11-20T11:00:00Z", "2026-11-20T11:00:00Z", None),
    ]
    assert [event.event for event in whole(desk, outcomes[1].number).history] == ["opened", "status"]


def test_twice_changes_nothing_at_all(desk: Desk) -> None:
    lines = [
        TILL,
        {**TILL, "external_id": "OLD-2", "status": "closed"},
        {**TILL, "external_id": "3", "unit": "flagship"},
    ]
    bring(desk, *lines)
    before = content(desk.store.path)
    assert {outcome.came for outcome in bring(desk, *lines, now=LATER)} == {Came.UNCHANGED}
    assert content(desk.store.path) == before


def test_only_what_the_other_system_changed_is_set_again(desk: Desk) -> None:
    (outcome,) = bring(desk, TILL)
    assert outcome.number is not None
    with Reader(desk.store.path) as reader:
        anna = reader.actor("anna")
    perform(desk, anna, "set", [outcome.number], {"subject": "Till 3 is dead"}, now=NOW)
    (again,) = bring(desk, {**TILL, "urgency": "low", "assignee": "boris", "tags": ["pos", "new"]}, now=LATER)
    assert again == LineOutcome(Came.UPDATED, outcome.number)
    ticket = whole(desk, outcome.number).ticket
    assert (ticket.subject, ticket.urgency, ticket.assignee) == ("Till 3 is dead", "low", "boris")
    assert set(ticket.tags) == {"pos", "new"}
    before = content(desk.store.path)
    assert bring(desk, {**TILL, "urgency": "low", "assignee": "boris", "tags": ["pos", "new"]}, now=LATER) == [
        LineOutcome(Came.UNCHANGED, outcome.number)
    ]
    assert content(desk.store.path) == before
    assert rows(desk.store.path, "SELECT count(*) FROM outbox") == [(0,)]


def test_its_course_is_followed(desk: Desk) -> None:
    (outcome,) = bring(desk, {**TILL, "status": "open"})
    for status, now in (("waiting", 1), ("resolved", 2), ("closed", 3), ("open", 4), ("spam", 5)):
        bring(desk, {**TILL, "status": status}, now=NOW + timedelta(hours=now))
        found = whole(desk, outcome.number).ticket.status
        assert found == (status if status != "open" else Status.NEW), status
    assert rows(desk.store.path, "SELECT count(*) FROM outbox") == [(0,)]


def test_a_text_that_changed_is_a_note_and_new_messages_are_added_once(desk: Desk) -> None:
    said = {
        "direction": "out",
        "author": "Anna <anna@desk.example>",
        "sent_at": "2026-11-20T11:00:00Z",
        "text": "On it",
    }
    (outcome,) = bring(desk, {**TILL, "messages": [said]})
    found = whole(desk, outcome.number)
    assert [(message.direction, message.agent) for message in found.messages] == [
        (Direction.IN, None),
        (Direction.OUT, "anna"),
    ]
    first, *_ = found.ticket.clocks
    assert first.met_at is not None
    assert found.ticket.unanswered_since is None
    more = {"direction": "in", "author": "store-001@shop.example", "sent_at": "2026-11-20T12:00:00Z", "text": "Thanks"}
    bring(desk, {**TILL, "text": "Still dead", "messages": [said, more]}, now=LATER)
    texts = [(message.direction, message.text) for message in whole(desk, outcome.number).messages]
    assert texts[2:] == [(Direction.IN, "Thanks"), (Direction.NOTE, "Still dead")]


def test_dates_of_a_clock_that_is_ahead_come_into_no_clock_and_are_known_again(desk: Desk) -> None:
    ahead = (NOW + timedelta(minutes=3)).isoformat()
    said = {"direction": "in", "author": "store-001@shop.example", "sent_at": ahead, "text": "Hello?"}
    more = {**said, "text": "Anybody?"}
    lines: list[dict[str, Any]] = [
        {**TILL, "created_at": ahead, "messages": [said]},
        {**TILL, "external_id": "OLD-2", "created_at": ahead, "closed_at": ahead},
        {**TILL, "external_id": "OLD-3", "messages": [said]},
    ]
    outcomes = bring(desk, *lines)
    dates = "SELECT max(created_at), max(resolved_at), max(closed_at), max(unanswered_since) FROM ticket"
    assert set(rows(desk.store.path, dates)[0]) <= {"2026-11-23T09:00:00Z", "2026-11-20T10:00:00Z"}
    assert rows(desk.store.path, "SELECT max(at) FROM history") == [("2026-11-23T09:00:00Z",)]
    before = content(desk.store.path)
    for later in (NOW + timedelta(minutes=1), LATER):
        assert {each.came for each in bring(desk, *lines, now=later)} == {Came.UNCHANGED}
        assert content(desk.store.path) == before
    bring(desk, {**lines[2], "messages": [said, more]}, now=NOW + timedelta(minutes=2))
    texts = [message.text for message in whole(desk, outcomes[2].number).messages]
    assert texts == [TILL["text"], "Hello?", "Anybody?"]


def test_a_wait_goes_on_waiting(desk: Desk) -> None:
    (outcome,) = bring(desk, {**TILL, "status": "waiting", "waiting_for": "supplier"})
    ticket = whole(desk, outcome.number).ticket
    assert (ticket.status, ticket.waiting_for) == (Status.WAITING, WaitingFor.SUPPLIER)
    assert ticket.wake_at is not None
    assert ticket.wake_at > NOW


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"team": "itt"}, "there is no team `itt`"),
        ({"assignee": "nobody"}, "there is no agent"),
        ({"subject": ""}, "needs a subject"),
        ({"team": "hr", "service": "", "assignee": "boris"}, "no member of team"),
        ({"tags": ["a b"]}, "is no tag"),
    ],
)
def test_a_bad_line_is_undone_alone(desk: Desk, bad: Mapping[str, Any], said: str) -> None:
    fresh = "Somebody <new@shop.example>"
    before = rows(desk.store.path, "SELECT count(*) FROM person")
    outcomes = bring(desk, TILL, {**TILL, "external_id": "2", "requester": fresh, **bad}, {**TILL, "external_id": "3"})
    assert [outcome.came for outcome in outcomes] == [Came.CREATED, Came.FAILED, Came.CREATED]
    assert said in str(outcomes[1].error)
    assert rows(desk.store.path, "SELECT count(*) FROM ticket") == [(2,)]
    assert rows(desk.store.path, "SELECT count(*) FROM person") == [(before[0][0] + 1,)]


def test_an_update_that_is_refused_is_undone_whole(desk: Desk) -> None:
    (outcome,) = bring(desk, {**TILL, "status": "closed"})
    before = content(desk.store.path)
    (again,) = bring(desk, {**TILL, "status": "closed", "subject": "Another", "priority": "P5"}, now=LATER)
    assert again.came is Came.FAILED
    assert content(desk.store.path) == before
    assert whole(desk, outcome.number).ticket.subject == TILL["subject"]


def test_one_id_twice_in_a_batch_is_one_ticket(desk: Desk) -> None:
    outcomes = bring(desk, TILL, TILL, {**TILL, "subject": "Till is dead again"})
    assert [outcome.came for outcome in outcomes] == [Came.CREATED, Came.UNCHANGED, Came.UPDATED]
    assert rows(desk.store.path, "SELECT subject FROM ticket") == [("Till is dead again",)]


def test_walls_hold(desk: Desk) -> None:
    line = {"external_id": "HR-1", "subject": "Salary", "team": "hr"}
    assert bring(desk, line, login="boris")[0].came is Came.FAILED
    assert bring(desk, line, login="olga")[0].came is Came.CREATED
    (known,) = bring(desk, {**line, "team": "it"}, login="boris")
    assert "the external id `HR-1` is taken" in str(known.error)
    assert known.number is None


def test_a_dry_run_leaves_nothing(desk: Desk) -> None:
    before = content(desk.store.path)
    assert bring(desk, TILL, dry_run=True)[0].came is Came.CREATED
    assert content(desk.store.path) == before


def test_notify_tells_agents_as_of_tickets_made_by_hand(desk: Desk) -> None:
    bring(desk, {**TILL, "created_at": NOW.isoformat()}, notify=True, login="boris")
    assert rows(desk.store.path, "SELECT DISTINCT kind FROM outbox") == [("notification",)]


def test_an_auditor_imports_nothing(desk: Desk) -> None:

    from sdesk.domain.ticket import Role

    with Reader(desk.store.path) as reader:
        boris = reader.actor("boris")
    with pytest.raises(Refused):
        import_lines(desk, boris._replace(role=Role.AUDITOR), [], now=NOW)


def test_the_batch_of_the_design() -> None:
    assert BATCH == 500


def test_what_is_asked_of_the_store_goes_by_indexes(desk_path: Path) -> None:
    from sdesk.desk.imports import batch

    with closing(open_desk(desk_path)) as desk:
        bring(desk, TILL)
        bring(desk, TILL)
    with closing(sqlite3.connect(desk_path)) as store:
        for prepared, index in (
            (batch._BY_EXTERNAL_ID, "ticket USING INDEX sqlite_autoindex_ticket"),
            (batch._SAID, "history USING INDEX ix_history_ticket_id"),
        ):
            sql = prepared._sql
            plan = " | ".join(row[3] for row in store.execute(f"EXPLAIN QUERY PLAN {sql}", ["1"] * sql.count("?")))
            assert index in plan, plan
            assert "SCAN ticket" not in plan
            assert "SCAN history" not in plan
