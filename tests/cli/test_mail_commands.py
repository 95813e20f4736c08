"""Mail by the command line: fetch from a Maildir, parse, ledger, quarantine."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from command_line import Golden, Ran, Sdesk

LETTER = """\
From: =?utf-8?b?0JjRgNC40L3QsA==?= <store-001@shop.example>
To: support@desk.example
Cc: boss@shop.example
Subject: =?utf-8?b?0JrQsNGB0YHQsA==?=
Date: Mon, 23 Nov 2026 11:30:00 +0300
Message-ID: <1@shop.example>
In-Reply-To: <0@elsewhere.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Касса зависла.

On Sun, 22 Nov 2026 at 10:00, Support <support@desk.example> wrote:
> old words
"""


def letter(number: int) -> str:
    """One of several."""
    return LETTER.replace("<1@", f"<{number}@").replace("зависла", f"зависла {number}")


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    """A Maildir with three letters."""
    for name in ("cur", "new", "tmp"):
        (tmp_path / "spool" / name).mkdir(parents=True)
    for number in range(1, 4):
        (tmp_path / "spool" / "new" / f"{number}.letter").write_text(letter(number))
    return tmp_path / "spool"


@pytest.fixture
def configured(spool: Path, at_desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration with that Maildir, and a server that is down."""
    file = tmp_path / "config.toml"
    file.write_text(f"""
[mailboxes.spool]
kind = "maildir"
path = "{spool}"
addresses = ["support@desk.example"]
team = "it"
[mailboxes.down]
kind = "imap"
host = "127.0.0.1"
port = 1
security = "none"
user = "hr"
password_command = ["printf", "secret"]
addresses = ["hr@desk.example"]
team = "hr"
""")
    monkeypatch.setenv("SDESK_CONFIG", str(file))
    return file


def test_fetch_counts_what_it_took(sdesk: Sdesk, configured: Path) -> None:
    ran = sdesk("mail", "fetch", "spool", "--since", "all", "--max-new", "0", "-o", "json")
    assert (ran.code, ran.err) == (0, "")
    (report,) = json.loads(ran.out)
    assert list(report) == [
        "mailbox",
        "examined",
        "created",
        "followed_up",
        "noted",
        "ignored",
        "duplicates",
        "quarantined",
        "seconds",
    ]
    assert (report["mailbox"], report["examined"], report["created"]) == ("spool", 3, 3)
    assert len(sdesk("list", "-o", "ids").out.split()) == 3


def test_a_second_fetch_takes_nothing(sdesk: Sdesk, configured: Path) -> None:
    sdesk("mail", "fetch", "spool", "--since", "all")
    ran = sdesk("mail", "fetch", "spool", "--since", "all", "-o", "json")
    assert json.loads(ran.out)[0]["created"] == 0
    assert len(sdesk("list", "-o", "ids").out.split()) == 3


def test_a_first_fetch_that_finds_too_much_takes_nothing(sdesk: Sdesk, configured: Path) -> None:
    ran = sdesk("mail", "fetch", "spool", "--since", "all", "--max-new", "2")
    assert (ran.code, ran.out) == (1, "")
    assert "--max-new" in ran.err
    assert sdesk("list", "-o", "ids").out == ""


def test_a_server_out_of_reach(sdesk: Sdesk, configured: Path) -> None:
    ran = sdesk("mail", "fetch", "down")
    assert (ran.code, ran.out) == (5, "")
    assert ran.err.startswith("sdesk: error: mailbox down: ")
    assert ran.err.count("\n") == 1


def test_one_that_fails_does_not_stop_the_next(sdesk: Sdesk, configured: Path) -> None:
    ran = sdesk("mail", "fetch", "--since", "all", "-o", "json")
    assert ran.code == 6
    assert [report["mailbox"] for report in json.loads(ran.out)] == ["spool"]
    assert ran.err.count("\n") == 1


def test_a_message_in_quarantine_is_work_done_in_part(
    sdesk: Sdesk, configured: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sdesk.desk.intake import receive
    from sdesk.mail.inbox import take as module

    def stumble(work: object, mail: object, raw: bytes, *rest: object) -> object:
        if b"<2@" in raw:
            raise RuntimeError("\x1b[31mcannot")
        return receive(work, mail, raw, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "receive", stumble)
    ran = sdesk("mail", "fetch", "spool", "--since", "all", "-o", "json")
    assert ran.code == 6
    (report,) = json.loads(ran.out)
    assert (report["examined"], report["created"], report["quarantined"]) == (3, 2, 1)
    assert "quarantine list" in ran.err
    (row,) = json.loads(sdesk("mail", "quarantine", "list", "-o", "json").out)
    assert row["error"].startswith("RuntimeError")
    number = str(row["id"])
    shown = sdesk("mail", "quarantine", "show", number)
    assert "RuntimeError" in shown.out
    assert "\x1b" not in shown.out
    assert sdesk("mail", "quarantine", "show", number, "--raw").out == letter(2)
    assert json.loads(sdesk("mail", "quarantine", "show", number, "-o", "json").out) == row
    assert sdesk("mail", "quarantine", "show", "999").code == 3


def test_names_of_mailboxes(sdesk: Sdesk, configured: Path, at_desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = sdesk("mail", "fetch", "spol")
    assert ran.code == 2
    assert "did you mean `spool`?" in ran.err
    monkeypatch.delenv("SDESK_CONFIG")
    ran = sdesk("mail", "fetch")
    assert ran.code == 2
    assert "no mailbox is configured" in ran.err


@pytest.mark.parametrize("arguments", [["--since", "someday"], ["--max-new", "-1"], ["--max-new", "x"]])
def test_fetch_with_wrong_words(arguments: list[str], sdesk: Sdesk, configured: Path) -> None:
    assert sdesk("mail", "fetch", *arguments).code == 2
    assert sdesk("list", "-o", "ids").out == ""


def test_the_ledger_says_what_became_of_each(sdesk: Sdesk, configured: Path) -> None:
    sdesk("mail", "fetch", "spool", "--since", "all")
    rows = json.loads(sdesk("mail", "ledger", "-o", "json").out)
    assert [row["outcome"] for row in rows] == ["created"] * 3
    assert sorted(sdesk("mail", "ledger", "-o", "ids").out.split()) == ["1", "2", "3"]
    assert len(sdesk("mail", "ledger", "--limit", "1", "-o", "ids").out.split()) == 1
    assert "store-001@shop.example" in sdesk("mail", "ledger", "-o", "table").out


def test_the_raw_message_comes_back_as_it_was(sdesk: Sdesk, configured: Path) -> None:
    sdesk("mail", "fetch", "spool", "--since", "all")
    ticket = json.loads(sdesk("show", "1", "-o", "json").out)
    (message,) = ticket["messages"]
    assert message["has_raw"] is True
    assert message["text"].startswith("Касса зависла")
    assert "> old words" in message["quoted"]
    raw = sdesk("show", "1", "--raw", str(message["id"])).out
    assert raw in {letter(number) for number in range(1, 4)}


@pytest.mark.parametrize("wished", ["json", "tsv", "table"])
def test_a_parsed_message_is_its_golden_file(wished: str, sdesk: Sdesk, golden: Golden) -> None:
    ran = sdesk("mail", "parse", "-o", wished, stdin=LETTER)
    assert (ran.code, ran.err) == (0, "")
    golden(f"parse.{wished}", ran.out)


def test_a_message_is_parsed_from_a_file(sdesk: Sdesk, tmp_path: Path) -> None:
    file = tmp_path / "x.eml"
    file.write_text(LETTER)
    assert json.loads(sdesk("mail", "parse", str(file), "-o", "json").out)["subject"] == "Касса"
    assert sdesk("mail", "parse", str(tmp_path / "none.eml")).code == 2
    assert sdesk("mail", "parse", str(tmp_path)).code == 2


@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe", b"\n\n\n", b"Subject: \x1b[31m\n\n\x9b2J"])
def test_anything_is_parsed(content: bytes, sdesk: Sdesk) -> None:
    for wished in ("json", "table", "tsv"):
        ran = sdesk("mail", "parse", "-o", wished, stdin=content)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.replace("\n", "").replace("\t", "").isprintable()


def test_parsing_needs_no_store_and_no_agent(sdesk: Sdesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDESK_DB", "/no/such/store.db")
    assert sdesk("mail", "parse", stdin=LETTER).code == 0


def test_tick_fetches_and_wakes(
    sdesk: Sdesk, configured: Path, at_desk: Path, doubles: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sdesk("new", "--subject", "x", "--text", "y")
    sdesk("wait", "1", "--until", "2h")
    only = configured.with_name("only.toml")
    only.write_text(configured.read_text().partition("[mailboxes.down]")[0])
    monkeypatch.setenv("SDESK_CONFIG", str(only))
    ran = sdesk("tick", "--quiet")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert json.loads(sdesk("show", "1", "-o", "json").out)["status"] == "waiting"
    doubles.now += timedelta(hours=3)
    ran = sdesk("tick")
    assert ran.code == 0
    assert "tickets: 1 woken" in ran.out
    assert json.loads(sdesk("show", "1", "-o", "json").out)["status"] == "new"


def test_tick_says_what_is_wrong(sdesk: Sdesk, configured: Path) -> None:
    ran = sdesk("tick")
    assert ran.code == 6
    assert ran.err.startswith("sdesk: error: mailbox down: ")


def test_a_mailbox_that_fails_is_news_at_the_third_time_then_each_hour_and_when_it_is_well(
    sdesk: Sdesk, configured: Path, doubles: Any, tmp_path: Path
) -> None:
    told = []
    began = doubles.now
    # A tick a minute where news is due, and now and then between.
    minutes = [0, 1, 2, 3, 4, *range(10, 60, 10), 60, 61, 62, 63, *range(70, 120, 10), 120, 121, 122, 123]
    for times, minute in enumerate(minutes, 1):
        doubles.now = began + timedelta(minutes=minute)
        ran = sdesk("tick", "--quiet")
        assert (ran.code, ran.out) == (6, "")
        if ran.err:
            told.append(minute)
            assert ran.err.startswith(f"sdesk: error: mailbox down ({times} times in a row): ")
    assert told == [2, 62, 122]
    doubles.now += timedelta(minutes=1)
    text = configured.read_text()
    configured.write_text(text.partition("[mailboxes.down]")[0])
    for part in ("new", "cur", "tmp"):
        (tmp_path / "well" / part).mkdir(parents=True)
    with configured.open("a") as stream:
        stream.write(f'[mailboxes.down]\nkind = "maildir"\npath = "{tmp_path / "well"}"\nteam = "it"\n')
    ran = sdesk("tick", "--quiet")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith("sdesk: mailbox down: well again; it had failed since ")
    assert sdesk("tick", "--quiet") == Ran(0, "", "")


def test_tick_without_any_mailbox(sdesk: Sdesk, at_desk: Path) -> None:
    assert sdesk("tick", "--quiet") == Ran(0, "", "")


def test_progress_is_shown_on_a_terminal_for_work_over_a_second(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from sdesk.cli import diagnostics

    clock = iter([0.0, 0.5, 1.2, 1.25, 1.5])
    monkeypatch.setattr(diagnostics, "monotonic", lambda: next(clock))
    monkeypatch.setattr(diagnostics, "on_terminal", lambda: False)
    assert diagnostics.counting("spool: {} messages") is None
    monkeypatch.setattr(diagnostics, "on_terminal", lambda: True)
    show = diagnostics.counting("spool: {} messages")
    assert show is not None
    for done in (1, 2, 3, 4):
        show(done)
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "\r\x1b[2Ksdesk: spool: 2 messages ...\r\x1b[2Ksdesk: spool: 4 messages ..."


def test_check_says_what_works(sdesk: Sdesk, configured: Path) -> None:
    ran = sdesk("mail", "check", "-o", "json")
    assert ran.code == 6
    assert [(row["name"], row["kind"], row["ok"]) for row in json.loads(ran.out)] == [
        ("spool", "maildir", True),
        ("down", "imap", False),
    ]
    assert ran.err == "sdesk: 1 of 2 cannot be used\n"
    assert sdesk("mail", "check", "spool").code == 0
    ran = sdesk("mail", "check", "down")
    assert (ran.code, ran.err.count("\n")) == (5, 1)
    assert sdesk("mail", "check", "smtp").code == 2
    assert sdesk("mail", "check", "spol").code == 2
