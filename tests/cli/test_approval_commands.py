"""`approve`, `refuse`, `ask-approval`, `drop-approval`; what `new`, `show`, `list`, `why` and an export say of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import Sdesk
from desks import DESK_FILE, NOW

from sdesk.desk.opening import open_desk
from sdesk.desk.setup import apply
from sdesk.domain.actor import SYSTEM

HEAD = "irina@shop.example"


@pytest.fixture
def asked(sdesk: Sdesk, at_desk: Path) -> Path:
    """A desk with two tickets that wait for Irina, and one that does not."""
    desk = open_desk(at_desk)
    changed = DESK_FILE.replace('name = "Printer"', 'name = "Printer"\napprove_by = "unit-head"')
    apply(desk, changed, "desk.toml", actor=SYSTEM, now=NOW)
    desk.close()
    for name in ("One", "Two"):
        ran = sdesk("new", "--text", "x", "--subject", name, "--service", "printer", "--unit", "flagship")
        assert ran.code == 0, ran
    sdesk("new", "--text", "x", "--subject", "Three", "--service", "till")
    return at_desk


def test_the_catalogue_says_who_must_approve(sdesk: Sdesk, asked: Path) -> None:
    rows = json.loads(sdesk("service", "list", "-o", "json", "--fields", "key,approve_by").out)
    assert {row["key"]: row["approve_by"] for row in rows if row["approve_by"]} == {"printer": "unit-head"}
    assert json.loads(sdesk("service", "show", "printer", "-o", "json").out)["approve_by"] == "unit-head"
    assert "APPROVED BY" in sdesk("service", "list", "-o", "table").out
    assert "Approved by  the unit's head\n" in sdesk("service", "show", "printer", "-o", "table").out
    assert "Approved by" not in sdesk("service", "show", "till", "-o", "table").out


def test_what_is_said_of_a_ticket_that_waits(sdesk: Sdesk, asked: Path) -> None:
    assert sdesk("list", "is:unapproved", "-o", "ids").out == "1\n2\n"
    assert sdesk("list", "-o", "table").out.count("waiting (approval)") == 2
    shown = sdesk("show", "1", "--color", "never").out
    assert "waiting for an approval" in shown
    assert f"Approval   asked of {HEAD} since" in shown
    (row,) = json.loads(sdesk("list", "number:1", "-o", "json").out)
    assert (row["status"], row["waiting_for"], row["wake_at"], row["due_at"]) == ("waiting", "approval", None, None)
    assert "It waits for an approval" in sdesk("why", "1").out
    (found,) = json.loads(sdesk("show", "1", "-o", "json").out)["approvals"]
    assert (found["approver"], found["state"], found["how"]) == (HEAD, "asked", None)


def test_a_service_says_who_decides(sdesk: Sdesk, asked: Path) -> None:
    assert "Approval     by the head of the unit that asks\n" in sdesk("service", "show", "printer", "-o", "table").out
    assert json.loads(sdesk("service", "show", "printer", "-o", "json").out)["approve_by"] == "unit-head"
    assert json.loads(sdesk("service", "show", "till", "-o", "json").out)["approve_by"] is None


def test_an_answer_by_phone_dry_and_for_several(sdesk: Sdesk, asked: Path) -> None:
    dry = sdesk("approve", "1", "2", "--text", "by phone", "-n")
    assert (dry.code, dry.out) == (0, "dry run: SD-1 is approved\ndry run: SD-2 is approved\n")
    ran = sdesk("approve", "-", "--text", "by phone", stdin=sdesk("list", "is:unapproved", "-o", "ids").out)
    assert (ran.code, ran.out) == (0, "SD-1 is approved\nSD-2 is approved\n")
    again = sdesk("refuse", "1", "--text", "by phone")
    assert again.code == 1
    assert "SD-1 is approved already" in again.err
    assert sdesk("list", "approval:approved", "-o", "ids").out == "1\n2\n"
    assert sdesk("undo").out.count("undone: ") == 2
    assert sdesk("list", "is:unapproved", "-o", "ids").out == "1\n2\n"


def test_a_refusal_resolves(sdesk: Sdesk, asked: Path) -> None:
    assert sdesk("ticket", "refuse", "1", "--text", "Too dear").out == "SD-1 is refused\n"
    found = json.loads(sdesk("show", "1", "-o", "json").out)
    assert found["status"] == "resolved"
    (row,) = found["approvals"]
    assert (row["state"], row["how"], row["agent"], row["comment"]) == ("refused", "agent", "anna", "Too dear")
    assert "it was not approved" in sdesk("sla", "explain", "1").out


def test_asking_somebody_else_and_asking_no_more(sdesk: Sdesk, asked: Path) -> None:
    ran = sdesk("ticket", "ask-approval", "1", "3", "--of", "Dora <dora@shop.example>")
    assert ran.out == (
        "SD-1 waits for the approval of dora@shop.example\nSD-3 waits for the approval of dora@shop.example\n"
    )
    states = [each["state"] for each in json.loads(sdesk("show", "1", "-o", "json").out)["approvals"]]
    assert states == ["cancelled", "asked"]
    assert sdesk("ticket", "drop-approval", "1", "3").code == 0
    assert sdesk("list", "is:unapproved", "-o", "ids").out == "2\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("approve", "9", "--text", "x"), 3, "there is no ticket SD-9"),
        (("approve", "3", "--text", "x"), 1, "nobody is asked to approve SD-3"),
        (("approve", "1", "--text", " "), 2, "the text is empty"),
        (("ticket", "ask-approval", "1", "--of", "nobody"), 2, "`nobody` is no mail address"),
        (("ticket", "drop-approval", "3"), 1, "nobody is asked to approve SD-3"),
        (("reopen", "1"), 1, "SD-1 waits for an approval. write down what was said"),
        (("wait", "3", "--for", "approval"), 2, "--for knows no `approval`"),
        (("list", "approval:maybe"), 2, "maybe"),
        (("--as", "boris", "approve", "1", "--text", "x"), 1, "only a lead or an admin"),
        (("--as", "boris", "ticket", "drop-approval", "1"), 1, "only a lead or an admin"),
    ],
)
def test_what_cannot_be(sdesk: Sdesk, asked: Path, words: tuple[str, ...], code: int, said: str) -> None:
    ran = sdesk(*words)
    assert ran.code == code, ran
    assert said in ran.err


def test_an_export_carries_them(sdesk: Sdesk, asked: Path) -> None:
    sdesk("refuse", "2", "--text", "Too dear")
    lines = [json.loads(line) for line in sdesk("ticket", "export", "-o", "jsonl").out.splitlines()]
    assert [each["approvals"] and each["approvals"][0]["state"] for each in lines] == ["asked", "refused", []]
    assert lines[0]["waiting_for"] == "approval"
    assert "approvals" not in sdesk("ticket", "export", "-o", "csv").out.splitlines()[0]
    # Brought back, nothing has changed.
    again = sdesk("ticket", "import", "-", "-o", "json", stdin=sdesk("ticket", "export", "-o", "jsonl").out)
    assert again.code == 0, again
