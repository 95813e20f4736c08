"""The ledger: found by what one knows of a mail, read on a narrow terminal, and held against the mailbox."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from command_line import Sdesk, Terminal
from letters import letter

ROBOT = letter("Away", message_id="<3@shop.example>").replace(b"\n\n", b"\nAuto-Submitted: auto-replied\n\n", 1)


@pytest.fixture
def spool(tmp_path: Path, at_desk: Path, sdesk: Sdesk, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Maildir of which two letters and a robot's were taken; one is older than the mailbox's beginning."""
    for name in ("cur", "new", "tmp"):
        (tmp_path / "spool" / name).mkdir(parents=True)
    for number in (1, 2):
        (tmp_path / "spool" / "new" / f"{number}.a").write_bytes(letter("Till", message_id=f"<{number}@shop.example>"))
    (tmp_path / "spool" / "new" / "3.a").write_bytes(ROBOT)
    (tmp_path / "spool" / "cur" / "0.a:2,S").write_bytes(letter("Old", message_id="<0@shop.example>"))
    os.utime(tmp_path / "spool" / "cur" / "0.a:2,S", (1_600_000_000, 1_600_000_000))
    for number in (1, 2, 3):
        os.utime(tmp_path / "spool" / "new" / f"{number}.a", (1_795_424_000, 1_795_424_000))
    file = tmp_path / "config.toml"
    file.write_text(f'[mailboxes.spool]\nkind = "maildir"\npath = "{tmp_path / "spool"}"\nteam = "it"\n')
    monkeypatch.setenv("SDESK_CONFIG", str(file))
    ran = sdesk("mail", "fetch", "--since", "2026-11-01", "-o", "json")
    (report,) = json.loads(ran.out)
    assert (report["created"], report["ignored"], ran.code) == (2, 1, 0)
    return tmp_path / "spool"


def rows(sdesk: Sdesk, *words: str) -> list[str]:
    ran = sdesk("mail", "ledger", *words, "-o", "json")
    assert (ran.code, ran.err) == (0, "")
    return sorted(row["message_id"] for row in json.loads(ran.out))


def test_what_is_known_of_a_mail_finds_it(sdesk: Sdesk, spool: Path) -> None:
    everything = ["<1@shop.example>", "<2@shop.example>", "<3@shop.example>"]
    assert rows(sdesk) == everything
    assert rows(sdesk, "--mailbox", "spool") == everything
    refused = sdesk("mail", "ledger", "--mailbox", "spol")
    assert (refused.code, refused.out, "did you mean `spool`?" in refused.err) == (2, "", True)
    assert sdesk("mail", "ledger", "--ticket", "999").code == 3
    assert rows(sdesk, "--outcome", "ignored") == ["<3@shop.example>"]
    assert rows(sdesk, "--ticket", "SD-1") == rows(sdesk, "--ticket", "1")
    assert len(rows(sdesk, "--ticket", "SD-1")) == 1
    assert rows(sdesk, "--message-id", "2@SHOP") == ["<2@shop.example>"]
    assert rows(sdesk, "--message-id", "%") == []
    assert rows(sdesk, "--since", "-1h") == everything
    assert rows(sdesk, "--since", "1h") == []


@pytest.mark.parametrize(
    "words", [["--outcome", "eaten"], ["--ticket", "x"], ["--since", "someday"], ["--check", "--since", "-1h"]]
)
def test_wrong_words(words: list[str], sdesk: Sdesk, at_desk: Path) -> None:
    assert sdesk("mail", "ledger", *words).code == 2


def test_why_is_read_whole_at_eighty_columns(terminal: Terminal, spool: Path) -> None:
    ran = terminal("mail", "ledger", "--outcome", "ignored", env={"COLUMNS": "80", "NO_COLOR": "1"})
    lines = ran.out.splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert lines[0].split() == ["TAKEN", "MAILBOX", "SENDER", "SUBJECT", "OUTCOME", "TICKET"]
    assert lines[2:] == ["    an automatic mail (Auto-Submitted: auto-replied) outside any thread"]
    wide = terminal("mail", "ledger", "--outcome", "ignored", env={"COLUMNS": "160", "NO_COLOR": "1"}).out.splitlines()
    assert wide[0].split()[-1] == "WHY"
    assert wide[1].endswith("an automatic mail (Auto-Submitted: auto-replied) outside any thread")


def test_a_ticket_has_one_name_everywhere(sdesk: Sdesk, spool: Path) -> None:
    rows = json.loads(sdesk("mail", "ledger", "-o", "json").out)
    assert {(row["number"], row["ref"]) for row in rows if row["number"] is not None} == {(1, "SD-1"), (2, "SD-2")}
    assert " SD-1" in sdesk("mail", "ledger", "-o", "table").out
    assert sdesk("history", "1", "-o", "table").out.splitlines()[1].startswith("SD-1 ")


def test_all_agrees(sdesk: Sdesk, spool: Path) -> None:
    ran = sdesk("mail", "ledger", "--check", "-o", "json")
    assert (ran.code, json.loads(ran.out)) == (0, [])
    assert ran.err == (
        "sdesk: spool: 4 messages there: 3 in the ledger, 1 from before its beginning, 0 not fetched yet;"
        " 3 in the ledger (2 created, 1 ignored); all agrees\n"
    )


def test_what_came_since_is_no_difference(sdesk: Sdesk, spool: Path) -> None:
    (spool / "new" / "4.a").write_bytes(letter("New", message_id="<4@shop.example>"))
    os.utime(spool / "new" / "4.a", (1_900_000_000, 1_900_000_000))
    ran = sdesk("mail", "ledger", "--check")
    assert (ran.code, "1 not fetched yet" in ran.err) == (0, True)


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        ("DELETE FROM ledger WHERE message_id = '<1@shop.example>'", "it is not in the ledger"),
        ("UPDATE ledger SET marked_at = NULL WHERE id = 1", "it was taken, and the mailbox was not told yet"),
        ("UPDATE message SET raw_id = NULL WHERE ticket_id = 1", "it is created, and no ticket has its message"),
        ("UPDATE ledger SET ticket_id = NULL WHERE ticket_id = 1", "it is created, and names no ticket"),
        ("UPDATE ledger SET raw_id = NULL WHERE id = 1", "its raw message is not kept"),
        ("UPDATE ledger SET raw_id = 3 - raw_id WHERE id = 1", "its raw message is another one"),
        ("UPDATE raw_mail SET data = x'00' WHERE id = 1", "its raw message cannot be unpacked"),
        ("UPDATE raw_mail SET size = 1 WHERE id = 1", "its raw message is damaged"),
        ("UPDATE ledger SET outcome = 'quarantined' WHERE id = 1", "it is quarantined, and not in quarantine"),
    ],
)
def test_each_difference_is_named(damage: str, what: str, sdesk: Sdesk, spool: Path, at_desk: Path) -> None:
    with closing(sqlite3.connect(at_desk)) as connection:
        assert connection.execute(damage).rowcount == 1
        connection.commit()
    ran = sdesk("mail", "ledger", "--check", "-o", "json")
    assert ran.code == 1
    (row,) = json.loads(ran.out)
    assert (row["mailbox"], row["folder"], row["what"]) == ("spool", "INBOX", what)
    assert "1 differ" in ran.err


def test_a_mailbox_out_of_reach_is_said(sdesk: Sdesk, spool: Path) -> None:
    spool.rename(spool.with_name("elsewhere"))
    ran = sdesk("mail", "ledger", "--check")
    assert (ran.code, "is no Maildir" in ran.err) == (5, True)


def test_mail_that_was_piped_in_is_checked_too(sdesk: Sdesk, spool: Path, at_desk: Path) -> None:
    # A mailbox of which nothing but a pipe was ever used, and which is configured no more.
    with closing(sqlite3.connect(at_desk)) as connection:
        connection.execute("UPDATE ledger SET mailbox = 'gone', folder = 'pipe', raw_id = NULL WHERE id = 1")
        connection.commit()
    ran = sdesk("mail", "ledger", "--check", "-o", "json")
    assert ran.code == 1
    assert {(row["mailbox"], row["what"]) for row in json.loads(ran.out)} == {
        ("gone", "its raw message is not kept"),
        ("spool", "it is not in the ledger"),
    }


def test_behind_a_wall_nothing_is_compared(sdesk: Sdesk, spool: Path) -> None:
    ran = sdesk("--as", "boris", "mail", "ledger", "--check")
    assert (ran.code, ran.out) == (1, "")
    assert "over all walls" in ran.err
