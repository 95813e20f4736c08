"""The ways that SQLite takes through a store, as it says itself: each hot question stays on its index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from desks import NOW
from sqlalchemy.dialects.sqlite import dialect

from sdesk.desk import playbooks, sweep
from sdesk.desk.steps import clocks
from sdesk.desk.steps.storms import DOWN_OF_UNIT
from sdesk.domain.actor import Actor
from sdesk.domain.filters import Filter, Sort, parse
from sdesk.domain.requesters import Requester
from sdesk.domain.ticket import Status
from sdesk.store.prepared import Prepared
from sdesk.store.reader import Reader, equipment_board, health, portal_reader, queue, requesters, where
from sdesk.store.reader.order import END, cursor_of
from sdesk.store.reader.reports import past
from sdesk.store.reader.rows import TicketRow

VIEWS = ("assignee:me", "assignee:none team:it", "team:it", "status:waiting", "is:breached")
EVERY_STATUS = "status:" + ",".join(status.value for status in Status)
OF_EACH_MAIL = (
    "sdesk.desk.intake.known",
    "sdesk.desk.intake.ledger",
    "sdesk.desk.intake.receive",
    "sdesk.desk.steps.approvals",
    "sdesk.desk.steps.approval_question",
    "sdesk.desk.steps.assets",
    "sdesk.desk.steps.check_up",
    "sdesk.desk.steps.clocks",
    "sdesk.desk.steps.incidents",
    "sdesk.desk.steps.messages",
    "sdesk.desk.steps.outbox",
    "sdesk.desk.steps.people",
    "sdesk.desk.steps.storms",
)
"""Modules whose prepared statements run for each mail."""


def of(text: str) -> Filter:
    """A filter as it is typed."""
    return parse(text, now=NOW, zone=ZoneInfo("UTC"))


def plan(connection: sqlite3.Connection, sql: str, values: tuple[object, ...]) -> list[str]:
    """The steps of SQLite's plan."""
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]


@pytest.fixture
def busy(busy_desk_path: Path) -> Iterator[Reader]:
    """A reader of the busy desk."""
    with Reader(busy_desk_path) as reader:
        yield reader


@pytest.fixture(params=["anna", "boris"])
def actor(busy: Reader, request: pytest.FixtureRequest) -> Actor:
    """One who sees over walls, and one who does not."""
    return busy.actor(request.param)


def test_counts_read_two_indexes_and_no_table(busy: Reader, actor: Actor) -> None:
    filters = [of(text) for text in (*VIEWS, EVERY_STATUS)]
    query = queue.counts_query(busy._connection, actor, filters, NOW)
    steps = plan(busy._connection, query.sql, query.values)
    read = [step for step in steps if " t " in step]
    assert len(read) == 2
    assert read[0].endswith("USING COVERING INDEX ix_ticket_count")
    assert read[1].endswith("USING COVERING INDEX ix_ticket_done")
    assert not any("JOIN" in step for step in steps)


def test_counts_of_what_is_open_never_touch_the_rest(busy: Reader, actor: Actor) -> None:
    query = queue.counts_query(busy._connection, actor, [of(text) for text in VIEWS], NOW)
    steps = plan(busy._connection, query.sql, query.values)
    assert [step for step in steps if " t " in step] == ["SCAN t USING COVERING INDEX ix_ticket_count"]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "team:it",
            "assignee:me",
            "assignee:none",
            "unit:flagship",
            "tag:vip",
            "has:note",
            "printer",
            "not:printer",
        ),
        *("status:waiting", "status:closed", "status:closed,resolved team:it", "not:status:new", EVERY_STATUS),
        *("is:unread", "is:breached", "is:suspected", "is:incident", "is:part", "not:is:part", "incident:1"),
    ],
)
def test_a_count_is_the_length_of_its_list(busy: Reader, actor: Actor, text: str) -> None:
    wanted = of(text)
    listed = len(list(busy.walk(actor, wanted, now=NOW)))
    assert busy.count(actor, wanted, now=NOW) == listed
    assert busy.counts_of(actor, [of(EVERY_STATUS), wanted, of("")], now=NOW)[1] == listed


@pytest.mark.parametrize("backwards", [False, True])
def test_what_waits_is_found_without_walking_past_all_that_runs(busy: Reader, actor: Actor, backwards: bool) -> None:
    condition = queue.condition(busy._connection, actor, of("status:waiting"), NOW)
    place = next(iter(busy.walk(actor, of(""), now=NOW))).place
    query = queue.page_query(condition, limit=50, after=None, before=place if backwards else None)
    steps = plan(busy._connection, query.sql, query.values)
    assert any("ix_ticket_queue_waiting" in step for step in steps)
    assert not any("TEMP B-TREE FOR ORDER BY" in step for step in steps)


def test_a_common_word_is_sought_along_the_queue(busy: Reader, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    few = [row.number for row in busy.walk(actor, of("printer"), now=NOW)]
    monkeypatch.setattr(where, "MANY_HITS", 3)
    assert len(few) > 3
    assert [row.number for row in busy.walk(actor, of("printer"), now=NOW)] == few
    query = queue.page_query(
        queue.condition(busy._connection, actor, of("printer"), NOW), limit=50, after=None, before=None
    )
    steps = plan(busy._connection, query.sql, query.values)
    assert any(step.endswith("USING INDEX ix_ticket_queue") for step in steps)
    assert not any("TEMP B-TREE FOR ORDER BY" in step for step in steps)
    assert sum("ticket_fts" in step for step in steps) == 1
    assert not any("CORRELATED" in earlier for earlier, step in pairwise(steps) if "_fts" in step)


@pytest.mark.parametrize("module", OF_EACH_MAIL)
def test_what_each_mail_asks_is_answered_by_an_index(busy_desk_path: Path, module: str) -> None:
    found = [value for value in vars(import_module(module)).values() if isinstance(value, Prepared)]
    statements = [Prepared(each._statement) for each in found]  # as new: the module's own stay as they are
    assert statements
    with closing(sqlite3.connect(busy_desk_path)) as connection:
        for statement in statements:
            statement._compile(dialect())
            steps = plan(connection, statement._sql, (None,) * len(statement._order))
            assert steps
            assert not [step for step in steps if step.startswith("SCAN")], (statement._sql, steps)


def test_the_demands_of_time_are_index_ranges(busy_desk_path: Path) -> None:
    """What a tick asks each minute: who wakes, what goes stale, of what agents are told."""
    later = (NOW + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    with closing(sqlite3.connect(busy_desk_path)) as connection:
        for sql, index in (
            ("SELECT id FROM ticket WHERE wake_at IS NOT NULL AND wake_at <= ?", "ix_ticket_wake"),
            ("SELECT id FROM ticket WHERE is_open AND stale_at IS NOT NULL AND stale_at <= ?", "ix_ticket_stale"),
            (
                "SELECT * FROM ticket WHERE is_open AND alert_at IS NOT NULL AND alert_at <= ? ORDER BY alert_at",
                "ix_ticket_alert",
            ),
        ):
            assert any(index in step for step in plan(connection, sql, (later,)))


@pytest.mark.parametrize(("sort", "index"), [("loss", "by_loss"), ("priority", "by_priority"), ("age", "by_age")])
@pytest.mark.parametrize("text", ["", "team:it", "is:breached"])
def test_each_order_is_an_index_range(busy: Reader, actor: Actor, sort: str, index: str, text: str) -> None:
    """No page sorts, forth and back, from either end, whatever it goes on from."""
    wanted = of(text)._replace(sort=Sort(sort))
    row = next(iter(busy.walk(actor, of(""), now=NOW)))
    place = cursor_of(row, wanted.sort)
    condition = queue.condition(busy._connection, actor, wanted, NOW)
    for after, before in ((None, None), (place, None), (None, place), (None, END)):
        for reverse in (False, True):
            query = queue.page_query(condition, limit=50, after=after, before=before, sort=wanted.sort, reverse=reverse)
            steps = plan(busy._connection, query.sql, query.values)
            assert any(f"ix_ticket_{index}" in step for step in steps), steps
            assert not any("TEMP B-TREE FOR ORDER BY" in step for step in steps), steps


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("text", ["", "team:it", EVERY_STATUS])
def test_pages_of_each_order_are_one_list(busy: Reader, actor: Actor, sort: Sort, text: str) -> None:
    wanted = of(text)._replace(sort=sort)
    whole = list(busy.walk(actor, wanted, now=NOW))
    assert len(whole) == busy.count(actor, wanted, now=NOW)
    places = [cursor_of(row, sort) for row in whole]
    assert places == sorted(places)
    assert [row.number for row in busy.walk(actor, wanted._replace(reverse=True), now=NOW)] == [
        row.number for row in reversed(whole)
    ]
    forth: list[TicketRow] = []
    back: list[TicketRow] = []
    page = busy.page(actor, wanted, now=NOW, limit=7)
    while page.rows:
        forth += page.rows
        page = busy.page(actor, wanted, now=NOW, limit=7, after=cursor_of(page.rows[-1], sort))
    page = busy.page(actor, wanted, now=NOW, limit=7, before=END)
    while page.rows:
        back[:0] = page.rows
        page = busy.page(actor, wanted, now=NOW, limit=7, before=cursor_of(page.rows[0], sort))
    assert [row.number for row in forth] == [row.number for row in back] == [row.number for row in whole]


def test_a_report_of_a_time_reads_no_more_than_that_time(busy: Reader, actor: Actor) -> None:
    """Each of its questions is a range of an index; what is joined is sought by its number."""
    since, until = "2026-11-15T21:00:00Z", "2026-11-22T21:00:00Z"
    scope = past.scope_of(busy._connection, actor, of("team:it"), NOW)
    for (sql, values), index in (
        (past.opened_query(scope, since, until), "ix_ticket_created_at (created_at>? AND created_at<?)"),
        (past.moved_query(scope, since, until), "ix_history_event (event=? AND at>? AND at<?)"),
        (
            past.clock_query(scope, "first_response", "first_response_met_at", since, until),
            "ix_ticket_answered (first_response_met_at>? AND first_response_met_at<?)",
        ),
        (
            past.clock_query(scope, "resolution", "resolved_at", since, until),
            "ix_ticket_solved (resolved_at>? AND resolved_at<?)",
        ),
        (past.spent_query(scope, since, until), "ix_time_spent_spent_at (spent_at>? AND spent_at<?)"),
        (past.outages_query(scope, since, until), "ix_outage_down_from (down_from<?)"),
    ):
        steps = plan(busy._connection, sql, values)
        assert any(index in step for step in steps), (sql, steps)
        # The list of what an undo undid is no table.
        assert not [step for step in steps if step.startswith("SCAN") and "VIRTUAL TABLE" not in step], steps
        assert not any("TEMP B-TREE" in step for step in steps), steps


def test_a_check_is_found_by_its_key_and_a_storm_by_its_unit(busy_desk_path: Path) -> None:
    with closing(sqlite3.connect(busy_desk_path)) as connection:
        by_key = plan(connection, "SELECT * FROM check_event WHERE source = ? AND key = ?", ("zabbix", "a"))
        assert by_key == ["SEARCH check_event USING INDEX sqlite_autoindex_check_event_1 (source=? AND key=?)"]
        storm = Prepared(DOWN_OF_UNIT._statement)
        storm._compile(dialect())
        (step,) = plan(connection, storm._sql, (None,) * len(storm._order))
        assert "INDEX ix_check_event_down (unit_id=? AND first_at>? AND first_at<?)" in step


def test_what_should_be_done_next_is_the_first_row_of_an_index(busy: Reader, actor: Actor) -> None:
    """Whoever takes it holds the store meanwhile: it must not sort, nor read what is closed."""
    query = queue.next_query(busy._connection, actor, NOW)
    steps = plan(busy._connection, query.sql, query.values)
    assert any("USING INDEX ix_ticket_queue" in step for step in steps), steps
    assert not any("TEMP B-TREE" in step for step in steps), steps


def test_how_the_desk_does_is_told_from_indexes(busy: Reader) -> None:
    """A check asks each minute: neither the tickets' own rows nor the mails that went are read for it."""
    for sql, values, index in (
        (health.WAITING_MAIL, ("2026-11-23T09:00:00Z",), "ix_outbox_queued"),
        (health.STUCK_MAIL, ("failed",), "ix_outbox_stuck"),
        (health.CHECKS_DOWN, (), "ix_check_event_down"),
    ):
        assert any(index in step for step in plan(busy._connection, sql, values)), sql


def test_the_backlog_is_counted_by_indexes(busy: Reader, actor: Actor) -> None:
    scope = past.scope_of(busy._connection, actor, of(""), NOW)
    steps = plan(busy._connection, *past.backlog_query(scope, "2026-11-22T21:00:00Z"))
    read = [step for step in steps if " t " in step or " e " in step]
    assert [step.rpartition("USING ")[2].partition(" (")[0] for step in read] == [
        "COVERING INDEX ix_ticket_count",
        "INDEX ix_ticket_created_at",
        "INDEX ix_history_event",
        "INTEGER PRIMARY KEY",
    ]


def test_what_a_tick_asks_of_approvals_and_playbooks_is_answered_by_their_indexes(busy_desk_path: Path) -> None:
    """Each minute: of what was decided or opened long ago nothing is read."""
    with closing(sqlite3.connect(busy_desk_path)) as connection:
        asked = plan(connection, sweep.UNANSWERED.replace(":now", "?").replace(":most", "?"), ("", "", 200))
        assert [step for step in asked if "approval" in step] == [
            "SEARCH approval USING INDEX ix_approval_remind_at (remind_at>? AND remind_at<?)",
            "SEARCH approval USING INDEX ix_approval_tell_at (tell_at>? AND tell_at<?)",
        ]
        steps = plan(connection, playbooks.DUE, ("",))
        assert steps[0] == "SCAN s USING INDEX ix_playbook_step_planned"
        assert not [step for step in steps[1:] if step.startswith("SCAN") and "VIRTUAL TABLE" not in step], steps


def test_of_which_playbooks_a_ticket_is_a_step_is_sought_by_the_ticket(busy_desk_path: Path) -> None:
    """Each change of a ticket asks it."""
    with closing(sqlite3.connect(busy_desk_path)) as connection:
        steps = plan(connection, clocks._PLAYBOOKS, (1, 1))
        assert any("ix_playbook_step_ticket_id (ticket_id=?)" in step for step in steps), steps
        assert not [step for step in steps if step.startswith("SCAN") and step.split()[1] not in {"CONSTANT", "mine"}]


def test_the_board_reads_what_is_open_and_what_is_down(busy: Reader, actor: Actor) -> None:
    hidden = where.wall(busy._connection, actor, "t.team_id")
    assert any("COVERING INDEX ix_asset_place" in step for step in plan(busy._connection, equipment_board.PLACES, ()))
    query = equipment_board.troubles_query(hidden)
    steps = plan(busy._connection, query.sql, query.values)
    assert any("SEARCH e USING INDEX ix_check_event_asset" in step for step in steps), steps
    assert any(
        "SEARCH b USING COVERING INDEX ix_asset_service_id (service_id=? AND unit_id=?)" in step for step in steps
    )
    # Of tickets those indexes alone that have nothing but what is open.
    read = [step for step in steps if step.startswith("SCAN t ")]
    assert read
    assert all(step.rpartition(" ")[2] in {"ix_ticket_count", "ix_ticket_queue"} for step in read), steps
    burning = equipment_board.burning_query(hidden)
    steps = plan(busy._connection, burning.sql, burning.values)
    assert steps[1].startswith("SEARCH t USING INDEX ix_ticket_loss"), steps


@pytest.mark.parametrize("whose", ["requester_id", "unit_id"])
@pytest.mark.parametrize("units", [frozenset[int](), frozenset({1, 2})])
def test_a_page_of_requests_is_an_index_range(busy: Reader, whose: str, units: frozenset[int]) -> None:
    wall = requesters.requester_wall(busy._connection, Requester(1, frozenset({"m@x"}), units), "t.")
    for end in ("t.is_open", "NOT t.is_open AND t.id < 99"):
        sql = f"{portal_reader._REQUESTS} AND t.{whose} = ? AND {wall.sql} AND {end} ORDER BY t.id DESC LIMIT 31"
        steps = plan(busy._connection, sql, (1, *wall.values))
        assert steps[0].startswith(f"SEARCH t USING INDEX ix_ticket_{whose} ({whose}=?"), steps
        assert not [step for step in steps if step.startswith("SCAN") or "TEMP B-TREE" in step], steps


def test_the_public_page_of_outages_reads_nothing_that_is_done(busy_desk_path: Path) -> None:
    """Who is not signed in may ask for it too."""
    with closing(sqlite3.connect(busy_desk_path)) as connection:
        steps = plan(connection, portal_reader.KNOWN_OUTAGES, ())
    read = [
        step
        for step in steps
        if step.startswith(("SCAN", "SEARCH t", "SEARCH o", "SEARCH e")) and "INTEGER PRIMARY KEY" not in step
    ]
    assert [step.rpartition("INDEX ")[2].partition(" ")[0] for step in read] == [
        *("ix_ticket_open_incident", "ix_ticket_open_incident", "ix_ticket_incident"),
        *("ix_ticket_count", "ix_outage_ticket_id"),
        "ix_check_event_down",
    ], steps


def test_what_waits_for_an_approver_is_found_by_the_tickets_that_wait(busy_desk_path: Path) -> None:
    """It is asked with every list of the portal; of approvals there are ever more."""
    with closing(sqlite3.connect(busy_desk_path)) as connection:
        steps = plan(connection, portal_reader.QUESTIONS, ("2026-11-01",))
    assert "ix_ticket_queue_waiting" in steps[0], steps
    assert steps[1].startswith("SEARCH a USING INDEX ix_approval_ticket_id (ticket_id=?"), steps


def test_answers_of_a_time_are_a_range_of_an_index(busy: Reader, actor: Actor) -> None:
    scope = past.scope_of(busy._connection, actor, of("team:it"), NOW)
    steps = plan(busy._connection, *past.rated_query(busy._connection, actor, scope, "2026-11-15", "2026-11-22"))
    assert any("ix_rating_asked_at (asked_at>? AND asked_at<?)" in step for step in steps), steps
    assert not any("TEMP B-TREE" in step for step in steps), steps


@pytest.mark.parametrize(
    "text", ["rating:1", "playbook:1", "asset:none", "kind:till", "approval:refused", "form:model:x"]
)
def test_a_filter_of_what_few_tickets_have_reads_these(busy: Reader, actor: Actor, text: str) -> None:
    """Whatever it seeks it seeks in a table of its own: of tickets none is read that is done."""
    query = queue.page_query(queue.condition(busy._connection, actor, of(text), NOW), limit=50, after=None, before=None)
    steps = plan(busy._connection, query.sql, query.values)
    assert not [step for step in steps if step.startswith("SCAN") and "USING" not in step and "VIRTUAL" not in step], (
        steps
    )
