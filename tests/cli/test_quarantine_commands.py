"""Messages in quarantine are handled again, or given up; each is told by its row of the ledger."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from command_line import Sdesk, Terminal
from letters import letter

LETTER = letter("Till", message_id="<1@shop.example>")


@pytest.fixture
def put_aside(sdesk: Sdesk, at_desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Puts a message into quarantine, by a pipe of mailbox `support`."""
    file = tmp_path / "config.toml"
    file.write_text('[mailboxes.support]\nkind = "maildir"\npath = "/nowhere"\nteam = "it"\n')
    monkeypatch.setenv("SDESK_CONFIG", str(file))

    def put(raw: bytes) -> None:
        with monkeypatch.context() as broken:
            broken.setattr("sdesk.mail.inbox.take.receive", lambda *_: 1 // 0)
            assert sdesk("mail", "pipe", "--mailbox", "support", stdin=raw).code == 0

    return put


def rows(store: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(store)) as connection:
        return connection.execute(sql).fetchall()


def test_a_message_is_handled_again(sdesk: Sdesk, at_desk: Path, put_aside: Callable[[bytes], None]) -> None:
    put_aside(LETTER)
    assert rows(at_desk, "SELECT outcome, sender FROM ledger") == [("quarantined", "store-001@shop.example")]
    uid = rows(at_desk, "SELECT id, uid, taken_at FROM ledger")
    ran = sdesk("mail", "quarantine", "retry", "1", "-o", "json")
    assert (ran.code, ran.err) == (0, "")
    (row,) = json.loads(ran.out)
    assert row == {
        "id": 1,
        "outcome": "created",
        "number": 1,
        "reason": "a new request",
        "error": None,
        "dry_run": False,
    }
    assert rows(at_desk, "SELECT outcome, ticket_id, reason FROM ledger") == [("created", 1, "a new request")]
    assert rows(at_desk, "SELECT id, uid, taken_at FROM ledger") == uid
    assert rows(at_desk, "SELECT created_at FROM ticket")[0][0] == uid[0][2]
    assert sdesk("mail", "quarantine", "list", "-o", "ids").out == ""
    (row,) = json.loads(sdesk("mail", "quarantine", "list", "--all", "-o", "json").out)
    assert row["ended_how"] == "handled again by anna"
    ran = sdesk("mail", "quarantine", "retry", "1")
    assert ran.code == 1
    assert "has left quarantine" in ran.err
    # The mail server hands it over once more: it is known.
    assert sdesk("mail", "pipe", "--mailbox", "support", stdin=LETTER).code == 0
    assert len(rows(at_desk, "SELECT 1 FROM ticket")) == 1


def test_a_dry_run_changes_nothing(sdesk: Sdesk, at_desk: Path, put_aside: Callable[[bytes], None]) -> None:
    put_aside(LETTER)
    before = rows(at_desk, "SELECT * FROM ledger"), rows(at_desk, "SELECT * FROM quarantine")
    assert json.loads(sdesk("mail", "quarantine", "retry", "--all", "-n", "-o", "json").out)[0]["outcome"] == "created"
    assert json.loads(sdesk("mail", "quarantine", "discard", "1", "-n", "-o", "json").out)[0]["outcome"] == "ignored"
    assert before == (rows(at_desk, "SELECT * FROM ledger"), rows(at_desk, "SELECT * FROM quarantine"))
    assert rows(at_desk, "SELECT * FROM ticket") == []


def test_one_that_fails_again_stays_and_stops_no_other(
    sdesk: Sdesk, at_desk: Path, put_aside: Callable[[bytes], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    from sdesk.desk.intake import aside, receive

    put_aside(LETTER)
    put_aside(letter("Scale", message_id="<2@shop.example>"))

    def stumble(work: object, mail: object, raw: bytes, *rest: object) -> object:
        if b"<1@" in raw:
            raise ValueError("still no")
        return receive(work, mail, raw, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(aside, "receive", stumble)
    ran = sdesk("mail", "quarantine", "retry", "--all", "-o", "json")
    assert ran.code == 6
    assert "message 1 fails again: ValueError: still no" in ran.err
    assert [row["outcome"] for row in json.loads(ran.out)] == [None, "created"]
    (row,) = json.loads(sdesk("mail", "quarantine", "list", "-o", "json").out)
    assert (row["id"], row["error"]) == (1, "ValueError: still no")
    assert rows(at_desk, "SELECT outcome, reason FROM ledger WHERE id = 1") == [
        ("quarantined", "its handling failed: ValueError: still no")
    ]


def test_one_that_is_discarded_stays_in_the_ledger_with_its_bytes(
    sdesk: Sdesk, at_desk: Path, put_aside: Callable[[bytes], None]
) -> None:
    put_aside(LETTER)
    assert sdesk("mail", "quarantine", "discard", "1").code == 0
    assert rows(at_desk, "SELECT outcome, reason, raw_id FROM ledger") == [
        ("ignored", "anna discarded it from quarantine", 1)
    ]
    assert sdesk("mail", "quarantine", "list", "-o", "ids").out == ""
    assert sdesk("mail", "quarantine", "show", "1", "--raw").out == LETTER.decode()


def test_a_person_is_asked_before_one_is_discarded(
    terminal: Terminal, at_desk: Path, put_aside: Callable[[bytes], None]
) -> None:
    put_aside(LETTER)
    ran = terminal("mail", "quarantine", "discard", "1", typed="n\n")
    assert (ran.code, "discard message 1?" in ran.out, "nothing was done" in ran.out) == (1, True, True)
    assert rows(at_desk, "SELECT outcome FROM ledger") == [("quarantined",)]
    assert terminal("mail", "quarantine", "discard", "1", typed="y\n").code == 0
    assert rows(at_desk, "SELECT outcome FROM ledger") == [("ignored",)]


@pytest.mark.parametrize(
    ("words", "code"),
    [(["retry"], 2), (["retry", "1", "--all"], 2), (["discard"], 2), (["retry", "9"], 3), (["discard", "9"], 3)],
)
def test_wrong_words(words: list[str], code: int, sdesk: Sdesk, at_desk: Path) -> None:
    assert sdesk("mail", "quarantine", *words).code == code


def test_behind_a_wall_nothing_is_seen_and_nothing_done(
    sdesk: Sdesk, at_desk: Path, put_aside: Callable[[bytes], None]
) -> None:
    """Nobody knows yet whose a message is: where a team is private, only who sees all may touch it."""
    put_aside(LETTER)
    assert sdesk("--as", "boris", "mail", "quarantine", "retry", "1").code == 3
    ran = sdesk("--as", "boris", "mail", "quarantine", "retry", "--all")
    assert ran.code == 0
    assert rows(at_desk, "SELECT outcome FROM ledger") == [("quarantined",)]
