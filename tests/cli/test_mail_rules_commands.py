"""What decides about mail, by the command line: messages tried out, senders blocked, suppliers asked."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from command_line import Sdesk

TILL = """\
From: Shop 17 <store-017@shop.example>
To: support@desk.example
Subject: till is down
Message-ID: <1@shop.example>

Nobody can pay.
"""


@pytest.fixture
def letters(at_desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of raw messages, beside a configuration with one mailbox."""
    file = tmp_path / "config.toml"
    file.write_text(
        f'[mailboxes.support]\nkind = "maildir"\npath = "{tmp_path}"\naddresses = ["support@desk.example"]\n'
        'team = "it"\nservice = "other"\n'
    )
    monkeypatch.setenv("SDESK_CONFIG", str(file))
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "till.eml").write_text(TILL)
    (folder / "plain.eml").write_text("From: a@b.example\nTo: support@desk.example\nSubject: Hello\n\nHi.\n")
    (folder / "robot.eml").write_text("From: a@b.example\nAuto-Submitted: auto-replied\nSubject: Away\n\nBack soon.\n")
    return folder


def contents(store: Path) -> list[str]:
    with closing(sqlite3.connect(store)) as connection:
        return list(connection.iterdump())


def test_a_message_is_tried_out_and_nothing_is_kept(sdesk: Sdesk, letters: Path, at_desk: Path) -> None:
    before = contents(at_desk)
    ran = sdesk("mail", "test", *(str(letters / name) for name in ("till.eml", "plain.eml", "robot.eml")), "-o", "json")
    assert (ran.code, ran.err) == (0, "")
    till, plain, robot = json.loads(ran.out)
    assert (till["outcome"], till["ticket"], till["reason"]) == ("created", None, "a new request")
    assert {(each["field"], each["value"], each["by"]) for each in till["decided"]} == {
        ("team", "it", "routing rule 1"),
        ("service", "till", "routing rule 1"),
        ("requester", "store-017@shop.example", "who wrote it"),
        ("unit", "store-017", "the requester's address"),
        ("priority", "P1", "service till, and an outage of 12000.00 RUB an hour"),
        ("status", "new", "a new ticket"),
        ("tags", "pos", "routing rule 1"),
    }
    assert till["acknowledged"] is True
    by = {each["field"]: each["by"] for each in plain["decided"]}
    assert by["team"] == "it was sent to support@desk.example"
    assert by["service"] == "mailbox support"
    assert (robot["outcome"], robot["decided"], robot["acknowledged"]) == ("ignored", [], False)
    assert "Auto-Submitted" in robot["reason"]
    assert contents(at_desk) == before


def test_a_page_for_eyes_says_what_and_why(sdesk: Sdesk, letters: Path) -> None:
    ran = sdesk("mail", "test", str(letters / "till.eml"), "-o", "table")
    lines = [line.strip() for line in ran.out.splitlines()]
    assert "becomes     a new ticket" in lines
    assert "service     till   (routing rule 1)" in lines
    assert "answered    by an acknowledgement, two minutes later" in lines


def test_a_message_that_is_known_is_said_to_be(sdesk: Sdesk, letters: Path, tmp_path: Path) -> None:
    for name in ("cur", "new", "tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "1").write_text(TILL)
    assert sdesk("mail", "fetch", "--since", "all").code == 0
    answer = "From: store-017@shop.example\nIn-Reply-To: <1@shop.example>\nSubject: Re\n\nStill.\n"
    (letters / "answer.eml").write_text(answer)
    ran = sdesk("mail", "test", str(letters / "till.eml"), str(letters / "answer.eml"), "-o", "json")
    till, follow_up = json.loads(ran.out)
    assert till["known"] == "SD-1"
    assert (follow_up["outcome"], follow_up["ticket"]) == ("followed_up", "SD-1")
    assert follow_up["known"] is None


@pytest.mark.parametrize("field", ["In-Reply-To: <1@shop.example>\nSubject: Re", "Subject: Re: [SD-1] Till"])
def test_a_follow_up_that_is_known_is_explained_as_if_it_were_new(
    field: str, sdesk: Sdesk, letters: Path, tmp_path: Path
) -> None:
    for name in ("cur", "new", "tmp"):
        (tmp_path / name).mkdir()
    answer = f"From: store-017@shop.example\n{field}\nMessage-ID: <2@shop.example>\n\nStill.\n"
    for name, text in (("1", TILL), ("2", answer)):
        (tmp_path / "new" / name).write_text(text)
        assert sdesk("mail", "fetch", "--since", "all").code == 0
    (letters / "answer.eml").write_text(answer)
    (told,) = json.loads(sdesk("mail", "test", str(letters / "answer.eml"), "-o", "json").out)
    assert (told["outcome"], told["ticket"], told["known"]) == ("followed_up", "SD-1", "SD-1")


def test_a_ticket_behind_a_wall_is_not_there(sdesk: Sdesk, letters: Path) -> None:
    ran = sdesk(
        "new",
        "--subject",
        "Leave",
        "--requester",
        "maria@shop.example",
        "--service",
        "leave",
        "--text",
        "x",
        "--as",
        "olga",
    )
    assert ran.code == 0
    assert sdesk("reply", "1", "--text", "Fine.", "--as", "olga").code == 0
    with closing(sqlite3.connect(letters.parent / "desk.db")) as connection:
        ((message_id,),) = connection.execute("SELECT message_id FROM message WHERE direction = 'out'")
    answer = letters / "answer.eml"
    answer.write_text(
        f"From: maria@shop.example\nIn-Reply-To: {message_id}\nSubject: Re: Leave\n\nThanks a lot for it.\n"
    )
    for login, outcome, ticket, said in (
        ("olga", "followed_up", "SD-1", "In-Reply-To names SD-1"),
        ("boris", "created", None, "a new request"),
    ):
        (found,) = json.loads(sdesk("mail", "test", str(answer), "-o", "json", "--as", login).out)
        assert (found["outcome"], found["ticket"]) == (outcome, ticket)
        assert said in found["reason"]
        assert "SD-1" not in found["reason"] or login == "olga"


def test_a_missing_file_is_one_sentence(sdesk: Sdesk, letters: Path) -> None:
    ran = sdesk("mail", "test", str(letters / "nothing.eml"))
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)


def test_a_sender_is_blocked_listed_and_let_in_again(sdesk: Sdesk, letters: Path) -> None:
    assert sdesk("mail", "block", "b.example", "--dry-run").out == "dry run: `b.example` is blocked\n"
    assert json.loads(sdesk("mail", "block", "-o", "json").out) == []
    assert sdesk("mail", "block", "b.example").out == "`b.example` is blocked\n"
    assert sdesk("mail", "block", "b.example").out == "`b.example` is blocked already\n"
    assert json.loads(sdesk("mail", "block", "-o", "json").out) == [
        {"pattern": "b.example", "actor": "anna", "blocked_at": "2026-11-23T09:00:00Z"}
    ]
    (found,) = json.loads(sdesk("mail", "test", str(letters / "plain.eml"), "-o", "json").out)
    assert (found["outcome"], found["reason"]) == ("ignored", "its sender is blocked (b.example)")
    assert sdesk("mail", "block", "--remove", "b.example").code == 0
    assert sdesk("mail", "block", "--remove", "b.example").code == 3


def test_one_wrong_word_blocks_nobody(sdesk: Sdesk, letters: Path) -> None:
    ran = sdesk("mail", "block", "b.example", "desk.example")
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert json.loads(sdesk("mail", "block", "-o", "json").out) == []


def test_a_supplier_is_asked_and_passed_on(sdesk: Sdesk, at_desk: Path) -> None:
    asked = ("--subject", "Till", "--requester", "store-017@shop.example", "--service", "till", "--text", "Down")
    assert sdesk("new", *asked).code == 0
    ran = sdesk("forward", "1", "--to", "tim@tills.example", "--text", "Error 42?", "--until", "wed 10:00")
    end = "waits for a supplier until Wed 2026-11-25 10:00"
    assert (ran.code, ran.out) == (0, f"SD-1 forwarded to tim@tills.example, {end}\n")
    (found,) = json.loads(sdesk("list", "-o", "json").out)
    assert (found["status"], found["waiting_for"], found["wake_at"]) == ("waiting", "supplier", "2026-11-25T07:00:00Z")
    shown = json.loads(sdesk("show", "1", "-o", "json").out)
    assert [(each["direction"], each["party"], each["delivery"]) for each in shown["messages"]] == [
        ("in", "requester", None),
        ("out", "supplier", "queued"),
    ]
    assert "to a supplier" in sdesk("show", "1", "-o", "table").out
    message = shown["messages"][0]["id"]
    ran = sdesk("reply", "1", "--text", "They say:", "--pass-on", str(message))
    assert (ran.code, ran.err.count("\n")) == (1, 1)


def test_what_became_of_senders_in_json(sdesk: Sdesk, at_desk: Path) -> None:
    ran = sdesk("mail", "block", "x.example", "-o", "json")
    assert json.loads(ran.out) == [
        {
            "pattern": "x.example",
            "blocked": True,
            "changed": True,
            "sentence": "`x.example` is blocked",
            "dry_run": False,
        }
    ]
    (row,) = json.loads(sdesk("mail", "block", "x.example", "-o", "json").out)
    assert (row["blocked"], row["changed"]) == (True, False)
    (row,) = json.loads(sdesk("mail", "block", "x.example", "--remove", "-o", "json").out)
    assert (row["blocked"], row["changed"]) == (False, True)


def test_mail_needs_no_agent(sdesk: Sdesk, at_desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SDESK_AGENT", raising=False)
    monkeypatch.setenv("LOGNAME", "cron")
    for words in (("block", "x.example"), ("block",), ("quarantine", "list"), ("quarantine", "retry", "--all")):
        ran = sdesk("mail", *words)
        assert ran.code == 0, ran
    assert "system" in sdesk("mail", "block", "-o", "json").out
    assert sdesk("--as", "nobody", "mail", "block").code == 2
