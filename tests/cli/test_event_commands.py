"""`event` at the command line: its JSON, what a script reads of it, and that no alarm is lost for a word."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from command_line import Process, Sdesk

DOWN = ("event", "down", "--source", "zabbix", "--key", "t1:ping", "--unit", "flagship", "--service", "till")
UP = ("event", "up", "--source", "zabbix", "--key", "t1:ping")


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as store:
        return store.execute(sql).fetchall()


def test_each_event_says_what_became_of_it(sdesk: Sdesk, at_desk: Path) -> None:
    said = [
        json.loads(sdesk(*words, "-o", "json").out)
        for words in ((*DOWN, "--subject", "No ping"), (*DOWN, "--text", "worse"), UP, UP, DOWN)
    ]
    assert said[0] == {
        "action": "opened",
        "ticket": 1,
        "ref": "SD-1",
        "incident": None,
        "sentence": "SD-1 opened",
        "doubts": [],
        "dry_run": False,
    }
    assert [each["action"] for each in said] == ["opened", "added", "resolved", "nothing", "reopened"]
    assert [each["ticket"] for each in said] == [1, 1, 1, None, 1]
    assert sdesk(*UP).out == "SD-1 resolved, silently\n"
    ran = sdesk(*UP)
    assert (ran.code, ran.out) == (0, "nothing to do: zabbix t1:ping was not down\n")
    assert sdesk(*UP, "-o", "ids").out == ""


def test_it_acts_as_the_desk_itself_unless_an_agent_is_named(
    sdesk: Sdesk, at_desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SDESK_AGENT")
    monkeypatch.setenv("LOGNAME", "zabbix")
    assert sdesk(*DOWN).code == 0
    assert sdesk(*UP, "--as", "boris").code == 0
    found = rows(at_desk, "SELECT event, actor FROM history WHERE event IN ('opened', 'check_up') ORDER BY id")
    assert found == [("opened", "system"), ("check_up", "boris")]


def test_a_dry_run_changes_nothing(sdesk: Sdesk, at_desk: Path) -> None:
    assert sdesk(*DOWN, "-n").out == "dry run: SD-1 opened\n"
    assert rows(at_desk, "SELECT count(*) FROM ticket") == [(0,)]
    assert sdesk(*DOWN, "-n", "-o", "ids").out == "", "no ticket has the number that it would get"
    sdesk(*DOWN)
    assert sdesk(*DOWN, "-n", "-o", "ids").out == "1\n"
    assert sdesk(*UP, "--dry-run").out == "dry run: SD-1 resolved, silently\n"
    assert rows(at_desk, "SELECT status FROM ticket") == [("new",)]


def test_no_alarm_is_lost_for_a_word_or_a_byte(sdesk: Sdesk, at_desk: Path) -> None:
    ran = sdesk(*DOWN, "--severity", "sev1", "--text", "-", stdin=b"caf\xe9 \x1b[31m")
    assert (ran.code, ran.out) == (0, "SD-1 opened\n")
    assert "there is no severity `sev1`" in ran.err
    assert rows(at_desk, "SELECT text FROM message")[0][0].startswith("caf\ufffd ")
    assert sdesk(*DOWN, "--text", "", "--subject", "").code == 0
    assert rows(at_desk, "SELECT count(*) FROM ticket") == [(1,)]


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--service", "tilll", "there is no service `tilll` (did you mean `till`?): left out"),
        ("--unit", "flagshp", "there is no unit `flagshp` (did you mean `flagship`?): left out"),
        ("--team", "itt", "there is no team `itt`"),
        ("--tag", "two words", "`two words` is no tag: it is one word: left out"),
        ("--text", "@/nowhere", "the text file /nowhere cannot be read (no such file or directory): left out"),
        ("--text", "@/", "the text file / cannot be read (is a directory): left out"),
        ("--text", "@~nobody-here/x", "there is no home of ~nobody-here: the text is left out"),
        ("--severity", "sev1", "there is no severity `sev1`"),
    ],
)
def test_no_alarm_is_lost_for_a_slip_in_an_option(
    sdesk: Sdesk, at_desk: Path, option: str, value: str, said: str
) -> None:
    ran = sdesk("event", "down", "--source", "z", "--key", "a", "--team", "it", option, value, "-o", "json")
    told = json.loads(ran.out)
    assert (ran.code, told["action"], told["ticket"]) == (0, "opened", 1)
    warned = [line.removeprefix("sdesk: warning: ") for line in ran.err.splitlines()]
    assert (warned, warned[0].startswith(said)) == (told["doubts"], True), ran.err
    texts = [text for (text,) in rows(at_desk, "SELECT text FROM message ORDER BY id")]
    assert texts[-1].splitlines()[1:] == [f"- {doubt}" for doubt in told["doubts"]]


def test_what_an_up_cannot_read_is_said_and_the_ticket_resolved(sdesk: Sdesk, at_desk: Path) -> None:
    sdesk(*DOWN)
    ran = sdesk(*UP, "--text", "@/nowhere")
    assert (ran.code, ran.out) == (0, "SD-1 resolved, silently\n")
    assert "/nowhere cannot be read" in ran.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("event", "down", "--key", "a"), 2, "--source"),
        (("event", "down", "--source", "z", "--key", " "), 2, "needs a key"),
        (("event", "down", "--source", "z", "--key", "a", "--fields", "x"), 2, "fields: action"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    sdesk: Sdesk, at_desk: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    ran = sdesk(*words)
    assert (ran.code, ran.out, ran.err.count("\n")) == (code, "", 1)
    assert said in ran.err
    assert rows(at_desk, "SELECT count(*) FROM ticket") == [(0,)]


def test_a_real_process_without_an_agent_takes_one(process: Process, desk_path: Path) -> None:
    ran = process("--db", str(desk_path), *DOWN, env={"LOGNAME": "nagios", "SDESK_AGENT": ""})
    assert (ran.code, ran.out, ran.err) == (0, "SD-1 opened\n", "")
