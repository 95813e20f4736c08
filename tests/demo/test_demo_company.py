"""The rest of the company in the demo: its catalogue, running playbooks, approvals, ratings, and its board."""

from __future__ import annotations

import sqlite3
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from importlib.resources import files

import pytest
from demo_desk import DEMO_NOW as NOW

from sdesk.demo.build import Demo
from sdesk.demo.company import ASKED, BAD, CONTENT, DISCONTENT, shipped_company
from sdesk.demo.letters import shipped
from sdesk.demo.script import shipped_steps
from sdesk.domain.actor import Actor
from sdesk.domain.equipment import Condition
from sdesk.domain.playbook import StepState
from sdesk.store.reader import Reader
from sdesk.store.reader.approvals import approvals_of
from sdesk.store.reader.equipment_board import facts
from sdesk.store.reader.playbook_rows import Progress
from sdesk.store.reader.report_reader import ReportReader

pytestmark = pytest.mark.xdist_group("demo")

DESK = tomllib.loads((files("sdesk.demo") / "desk.toml").read_text(encoding="utf-8"))


@pytest.fixture
def store(demo: Demo) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(demo.store)
    connection.row_factory = sqlite3.Row
    yield connection
    connection.close()


def actor(demo: Demo, login: str) -> Actor:
    with Reader(demo.store) as reader:
        return reader.actor(login)


def ticket(store: sqlite3.Connection, subject: str) -> sqlite3.Row:
    row: sqlite3.Row
    (row,) = store.execute("SELECT * FROM ticket WHERE subject = ?", (subject,)).fetchall()
    return row


def progress(demo: Demo, login: str, key: str) -> Progress:
    with ReportReader(demo.store) as reader:
        (run,) = [each for each in reader.playbook_runs(actor(demo, login), now=NOW) if each.key == key]
        found = reader.playbook_progress(actor(demo, login), run.number, now=NOW)
    assert found is not None
    return found


def test_whatever_is_offered_stands_in_the_catalogue_in_both_languages() -> None:
    offered = {key: service for key, service in DESK["services"].items() if service.get("offered_to") != []}
    assert {key for key, service in offered.items() if not service.get("category")} == set()
    for key, service in offered.items():
        texts = [service["description"], *([service["help"]] if "help" in service else [])]
        texts += [field[name] for field in service.get("fields", []) for name in ("label", "help") if name in field]
        assert all(set(each) == {"ru", "en"} for each in texts), key
    kinds = {field.get("kind", "text") for service in offered.values() for field in service.get("fields", [])}
    assert kinds == {"text", "choice", "date", "person", "unit", "equipment", "file"}
    assert set(DESK["playbooks"]) == {"joiner", "leaver", "shop-opening"}
    assert all(set(each["name"]) == {"ru", "en"} for each in DESK["playbooks"].values())


def test_every_deed_is_about_something_that_is_there() -> None:
    steps = {f"{key}.{step['key']}" for key, each in DESK["playbooks"].items() for step in each["steps"]}
    known = steps | {asked.name for asked in ASKED} | {f"{BAD}.follow-up"}
    assert {step.mail for step in shipped_company()} <= known
    assert not known & set(shipped())
    assert set(CONTENT) <= {asked.name for asked in ASKED} | {step.mail for step in shipped_steps()}
    assert {step.agent for step in shipped_company()} == set(DESK["agents"]) - {"dana"}


def test_a_shop_opens_across_five_departments_and_one_step_is_held_up(demo: Demo) -> None:
    found = progress(demo, "anna", "shop-opening")
    steps = {step.key: step for step in found.steps}
    assert (found.run.unit, found.run.name) == ("store-031", "Открытие магазина")
    assert {step.team for step in found.steps} == {"facilities", "hr", "it", "marketing", "quality"}
    assert {key for key, step in steps.items() if step.state is StepState.DONE} == {"lease", "staff", "sign"}
    assert {key for key, step in steps.items() if step.state is StepState.OPEN} == {"line", "furniture"}
    assert (steps["line"].assignee, steps["line"].waiting_for) == ("boris", "supplier")
    assert "tills" in steps["line"].holds
    assert set(steps["tills"].waits_for) == {"line", "furniture"}


def test_what_the_personnel_department_does_for_the_shop_is_seen_by_its_members_alone(demo: Demo) -> None:
    assert "staff" in {step.key for step in progress(demo, "olga", "shop-opening").steps}
    assert "staff" not in {step.key for step in progress(demo, "boris", "shop-opening").steps}


def test_somebody_joins(demo: Demo) -> None:
    states = {step.key: step.state for step in progress(demo, "anna", "joiner").steps}
    assert (states["contract"], states["account"]) == (StepState.DONE, StepState.DONE)
    assert states["welcome"] is StepState.PLANNED


def test_no_step_waits_for_the_next_tick_to_be_opened(store: sqlite3.Connection) -> None:
    late = store.execute(
        "SELECT count(*) FROM playbook_step AS s WHERE state = 'planned' AND opens_at <= ? AND waits_for = '[]'",
        (NOW.isoformat(),),
    ).fetchone()
    assert late[0] == 0


def test_one_approval_waits_for_the_manager_of_the_flagship_and_one_was_given(store: sqlite3.Connection) -> None:
    laptop, screen = (
        approvals_of(store, ticket(store, each.subject)["id"]) for each in ASKED if each.service == "new-workplace"
    )
    assert [(row.approver, row.state, row.how) for row in laptop] == [
        ("a.shtern@legal.samotsvet.example", "approved", "portal")
    ]
    assert [(row.approver, row.state) for row in screen] == [("irina@samotsvet.example", "asked")]
    assert ticket(store, "Второй экран в кабинет")["waiting_for"] == "approval"
    mails = store.execute("SELECT state, count(*) FROM outbox WHERE kind = 'approval' GROUP BY state").fetchall()
    assert [tuple(each) for each in mails] == [("sent", 2)]


def test_forms_were_filled_in(store: sqlite3.Connection) -> None:
    cards = ticket(store, "Визитки к выставке")["id"]
    rows = store.execute("SELECT key, value FROM form_value WHERE ticket_id = ? ORDER BY position", (cards,)).fetchall()
    assert [row["key"] for row in rows] == ["name", "title", "phone", "count"]
    assert rows[3]["value"] == "200"


def test_a_bad_answer_opened_a_ticket_of_the_quality_managers_who_wrote_to_him(store: sqlite3.Connection) -> None:
    stripes = ticket(store, "Принтер печатает полосу через подпись")["id"]
    answer = store.execute("SELECT score, comment, follow_up_id FROM rating WHERE ticket_id = ?", (stripes,)).fetchone()
    assert (answer["score"], answer["comment"]) == DISCONTENT
    follow_up = store.execute(
        "SELECT t.team_id, a.key AS agent, t.first_response_met_at AS met FROM ticket AS t JOIN agent AS a"
        " ON a.id = t.assignee_id WHERE t.id = ?",
        (answer["follow_up_id"],),
    ).fetchone()
    assert follow_up["agent"] == "vera"
    assert follow_up["met"] is not None


def test_people_were_asked_how_it_was_and_some_of_them_said_so(store: sqlite3.Connection) -> None:
    asked = store.execute("SELECT count(*), count(score) FROM rating WHERE token_hash IS NOT NULL").fetchone()
    assert asked[0] > asked[1] >= 3
    since = (NOW - timedelta(days=1)).isoformat()
    lately = store.execute("SELECT count(*) FROM rating WHERE asked_at > ? AND token_hash IS NULL", (since,)).fetchone()
    assert lately[0] == 0


def test_the_board_shows_what_burns_in_the_flagship(demo: Demo, store: sqlite3.Connection) -> None:
    board = facts(store, actor(demo, "anna"))
    assert max(board.burning, key=lambda row: row.confirmed + row.suspected).unit == "flagship"
    down = [(row.unit, row.kind) for row in board.troubles if row.stand is not Condition.UP]
    assert ("flagship", "till") in down
    assert len({place.unit for place in board.places}) == 30
