"""The demo's half year: the same for the same now, true to life, told by use cases, and its mail sent."""

from __future__ import annotations

import ast
import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from demo_desk import DEMO_NOW as NOW

from sdesk.demo.build import Demo, build
from sdesk.demo.calls import COMES_BACK, DAYS, LAST_CALL, SERVICES, SHOPS_THAT_STOOD, Callers, calls
from sdesk.demo.history import HABITS, WHO
from sdesk.demo.plots import parse, shipped_plots
from sdesk.domain.actor import Actor
from sdesk.domain.filters import Filter
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.outgoing import OutboxState
from sdesk.store.check import check
from sdesk.store.reader import Reader
from sdesk.store.reader.reports import past as past_facts

NOWS = [NOW, datetime(2027, 1, 2, 6, 0, tzinfo=UTC), datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC)]
PLOTS = shipped_plots()

TOLD = """SELECT t.id, t.subject, t.status, t.created_at, t.resolved_at, t.first_response_met_at, t.resolution_consumed,
    m.text, m.sent_at, m.direction FROM ticket AS t LEFT JOIN message AS m ON m.ticket_id = t.id ORDER BY t.id, m.id"""

pytestmark = pytest.mark.xdist_group("demo")


@pytest.fixture
def store(demo: Demo) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(demo.store)
    yield connection
    connection.close()


def number(store: sqlite3.Connection, question: str, *values: object) -> float:
    """The one figure that a question gives."""
    return float(store.execute(question, values).fetchone()[0] or 0)


@pytest.mark.parametrize("now", NOWS)
def test_the_same_now_gives_the_same_calls_and_every_now_a_full_half_year(now: datetime) -> None:
    found = calls(PLOTS, now)
    assert found == calls(PLOTS, now)
    assert 250 <= len(found) <= 700
    assert [call.at for call in found] == sorted(call.at for call in found)
    assert found[0].at < now - timedelta(days=DAYS - 10)
    assert found[-1].at < now - LAST_CALL
    weeks = Counter((now - call.at).days // 7 for call in found)
    assert all(weeks[week] >= 4 for week in range(1, DAYS // 7))
    assert sum(call.bad_day for call in found) == SHOPS_THAT_STOOD


def test_mondays_are_busier_than_fridays_and_offices_rest_at_weekends() -> None:
    found = [call for call in calls(PLOTS, NOW) if not call.bad_day]
    days = Counter(call.at.weekday() for call in found)
    assert days[0] > days[4] > days[6]
    offices = {place.key for place in Callers().offices}
    assert not [call for call in found if call.unit in offices - {"accounting"} and call.at.weekday() > 4]


def test_every_service_that_is_asked_for_has_plots_and_agents_who_do_it() -> None:
    for service, who in SERVICES:
        assert PLOTS.of(service, who), (service, who)
    for service, unit, _ in COMES_BACK:
        assert PLOTS.of(service, unit), (service, unit)
    assert {login for each in WHO.values() for login in each} <= set(HABITS)


def test_no_sentence_is_told_again_and_again(store: sqlite3.Connection) -> None:
    found = store.execute("SELECT text FROM message WHERE direction = 'in'").fetchall()
    most = Counter(text for (text,) in found).most_common(1)[0][1]
    assert most <= 12
    for slot in (*PLOTS.words, "n", "num"):
        assert number(store, "SELECT count(*) FROM message WHERE instr(text, ?)", f"{{{slot}}}") == 0
    subjects = number(store, "SELECT count(DISTINCT subject) FROM ticket")
    assert subjects > 0.55 * number(store, "SELECT count(*) FROM ticket")


@pytest.mark.endurance
def test_another_build_tells_the_same(store: sqlite3.Connection, tmp_path: Path) -> None:
    again = sqlite3.connect(build(tmp_path / "again", NOW).store)
    try:
        assert again.execute(TOLD).fetchall() == store.execute(TOLD).fetchall()
    finally:
        again.close()


@pytest.mark.parametrize("clock", ["first_response", "resolution"])
def test_about_one_promise_in_eight_was_broken(store: sqlite3.Connection, clock: str) -> None:
    late, kept = store.execute(
        f"SELECT sum(c.worked > t.{clock}_target), sum(c.worked <= t.{clock}_target) FROM ticket AS t JOIN"
        " (SELECT ticket_id, sum(seconds) AS worked FROM clock_run WHERE kind = ? GROUP BY ticket_id) AS c"
        " ON c.ticket_id = t.id WHERE t.status = 'closed'",
        (clock,),
    ).fetchone()
    assert 0.08 <= late / (late + kept) <= 0.17


def test_life_has_waits_visits_reopenings_outages_and_time_spent(store: sqlite3.Connection) -> None:
    closed = number(store, "SELECT count(*) FROM ticket WHERE status = 'closed'")
    assert closed >= 250
    assert (
        0.02 <= number(store, "SELECT count(*) FROM ticket WHERE reopenings > 0 AND status = 'closed'") / closed <= 0.1
    )
    assert number(store, "SELECT count(DISTINCT ticket_id) FROM time_spent") > 0.8 * closed
    assert number(store, "SELECT count(*) FROM visit") >= 5
    assert number(store, "SELECT count(*) FROM history WHERE event = 'restored'") >= 15
    assert number(store, "SELECT count(*) FROM outage WHERE confirmed AND down_to IS NOT NULL AND loss > 0") >= 20
    waited = "SELECT count(DISTINCT h.ticket_id) FROM history AS h JOIN ticket AS t ON t.id = h.ticket_id"
    assert number(store, f"{waited} WHERE h.event = 'waiting' AND t.status = 'closed'") >= 20


def test_one_morning_was_one_incident_that_was_closed_with_all_its_parts(store: sqlite3.Connection) -> None:
    (incident,) = [row[0] for row in store.execute("SELECT id FROM ticket WHERE is_incident")]
    parts = store.execute("SELECT status, unit_id FROM ticket WHERE incident_id = ?", (incident,)).fetchall()
    assert len(parts) == len({unit for _, unit in parts}) == SHOPS_THAT_STOOD - 1
    assert {status for status, _ in parts} == {"closed"}


def test_no_mail_of_the_past_waits_to_be_sent(store: sqlite3.Connection) -> None:
    fresh = to_rfc3339(NOW - timedelta(minutes=5))
    assert number(store, "SELECT count(*) FROM outbox WHERE state = 'queued' AND created_at < ?", fresh) == 0
    assert number(store, "SELECT count(*) FROM outbox WHERE state = 'queued' AND send_after <= ?", to_rfc3339(NOW)) == 0
    states = {state for (state,) in store.execute("SELECT DISTINCT state FROM outbox")}
    assert states <= {OutboxState.SENT, OutboxState.QUEUED, OutboxState.TAKEN_BACK}
    assert number(store, "SELECT count(*) FROM outbox WHERE state = 'sent'") > 500
    late = "SELECT count(*) FROM outbox WHERE state = 'sent' AND kind IN ('reply', 'resolution') AND"
    assert number(store, f"{late} unixepoch(sent_at) - unixepoch(created_at) > 60") == 0


def test_what_is_open_is_of_the_letters_and_none_of_the_history(store: sqlite3.Connection) -> None:
    """The queue shows what it showed before there was a history."""
    opened = {
        subject for (subject,) in store.execute("SELECT subject FROM ticket WHERE status NOT IN ('closed', 'resolved')")
    }
    known = {subject.split("{")[0] for plot in PLOTS.plots for subject in plot.subjects}
    assert opened
    assert not opened & known


@pytest.mark.parametrize(("since", "until"), [(7, 0), (37, 7), (128, 37), (180, 128)])
def test_every_time_has_something_to_report(demo: Demo, since: int, until: int) -> None:
    with Reader(demo.store) as reader:
        actor: Actor = reader.actor(demo.agent)
    connection = sqlite3.connect(demo.store)
    connection.row_factory = sqlite3.Row
    try:
        facts = past_facts.facts(
            connection, actor, Filter(), start=NOW - timedelta(days=since), end=NOW - timedelta(days=until), now=NOW
        )
    finally:
        connection.close()
    assert all(len(each) >= 20 for each in (facts.opened, facts.moved, facts.answered, facts.resolved, facts.spent))
    assert facts.outages


def test_the_history_is_made_by_use_cases_alone() -> None:
    """No statement in the demo writes: rows come from the steps of the desk."""
    room = files("sdesk.demo")
    for name in ("history.py", "calls.py", "plots.py", "postman.py", "company.py", "equipment.py"):
        tree = ast.parse(room.joinpath(name).read_text(encoding="utf-8"))
        called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
        assert not {"exec_driver_sql", "add", "add_all"} & (called - {"add"}), name
        assert not {"insert", "update", "delete", "insert_row", "text"} & imported, name


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("=== till shop 5\n", "no head"),
        ("=== till shop x1 5m\n? a\n< b\n", "too little"),
        ("=== till shop x1 5m dance\n? a\n< b\n> c\n= d\n", "no such mark"),
        ("hello", "a strange line"),
    ],
)
def test_a_wrong_history_is_refused(source: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse(source)


def test_the_store_of_the_demo_is_sound(demo: Demo) -> None:
    assert check(demo.store, NOW) == ()
