"""`check`, as Nagios runs it: its line, its performance data, its four exit codes; and what `doctor` finds."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from command_line import NOW, Sdesk

from sdesk.store import schema

LINE = re.compile(r"SDESK (OK|WARNING|CRITICAL|UNKNOWN) - [^|\n]+( \| \S+=\S+;\S*;\S*;0( \S+=\S+;\S*;\S*;0)*)?\n")
CONFIG = """
[mailboxes.support]
kind = "maildir"
path = "{folder}/mail"
addresses = ["support@desk.example"]
team = "it"
"""


@pytest.fixture
def at_busy(busy_desk_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The busy desk; nobody is named."""
    monkeypatch.setenv("SDESK_DB", str(busy_desk_path))
    monkeypatch.setenv("LOGNAME", "nagios")
    monkeypatch.delenv("SDESK_AGENT", raising=False)
    return busy_desk_path


def write(path: Path, sql: str, *values: Any) -> None:
    with closing(sqlite3.connect(path)) as store:
        store.execute(sql, values)
        store.commit()


def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mail").mkdir()
    file = tmp_path / "config.toml"
    file.write_text(CONFIG.format(folder=tmp_path))
    monkeypatch.setenv("SDESK_CONFIG", str(file))


def ticked(path: Path, minutes: int = 1) -> None:
    at = f"{NOW - timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"
    write(path, "INSERT OR REPLACE INTO last_run (name, at) VALUES ('tick', ?)", at)


# ---- check -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code", "begins"),
    [
        (("--open", "1000"), 0, "SDESK OK - 54 open | open=54;;1000;0"),
        (("--open", "10"), 2, "SDESK CRITICAL - 54 open | open=54;;10;0"),
        (("-w", "open=10"), 1, "SDESK WARNING - 54 open | open=54;10;;0"),
        (("-w", "open=10", "-c", "open=1000"), 1, "SDESK WARNING - 54 open | open=54;10;1000;0"),
        (("--open", "100:"), 2, "SDESK CRITICAL"),
        (("--open", "@50:60"), 2, "SDESK CRITICAL - 54 open | open=54;;@50:60;0"),
        (("--quarantine", "0", "--open", "10"), 2, "SDESK CRITICAL - 54 open, 0 in quarantine | "),
        (("-w", "at-risk=1000"), 0, "SDESK OK - "),
    ],
)
def test_thresholds_are_those_of_plug_ins(
    sdesk: Sdesk, at_busy: Path, words: tuple[str, ...], code: int, begins: str
) -> None:
    ran = sdesk("check", *words)
    assert (ran.code, ran.err) == (code, "")
    assert ran.out.startswith(begins)
    assert LINE.fullmatch(ran.out)


@pytest.mark.parametrize(
    "words",
    [
        ("--nonsense", "1"),
        ("--breached",),
        ("--breached", "many"),
        ("--age-of-fetch", "soon"),
        ("-c", "brached=1"),
        ("-w", "breached"),
        ("surplus",),
    ],
)
def test_a_mistake_is_unknown_and_calls_nobody_out_of_bed(sdesk: Sdesk, at_busy: Path, words: tuple[str, ...]) -> None:
    ran = sdesk("check", *words)
    assert (ran.code, ran.err) == (3, "")
    assert ran.out.startswith("SDESK UNKNOWN - ")
    assert LINE.fullmatch(ran.out)


def test_a_store_out_of_reach_is_critical_and_a_broken_configuration_unknown(
    sdesk: Sdesk, at_busy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = sdesk("--db", str(tmp_path / "none.db"), "check")
    assert (ran.code, ran.out.startswith("SDESK CRITICAL - there is no store")) == (2, True)
    (tmp_path / "bad.toml").write_text("[mailbxes]\n")
    monkeypatch.setenv("SDESK_CONFIG", str(tmp_path / "bad.toml"))
    ran = sdesk("check")
    assert (ran.code, ran.out.startswith("SDESK UNKNOWN - ")) == (3, True)


def test_the_age_of_the_last_good_fetch_is_of_what_is_configured(
    sdesk: Sdesk, at_busy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured(tmp_path, monkeypatch)
    ran = sdesk("check", "--age-of-fetch", "15m")
    assert (ran.code, ran.out) == (2, "SDESK CRITICAL - mail was never fetched | age_of_fetch=U;;900;0\n")
    state = (
        "INSERT OR REPLACE INTO mailbox_state (mailbox, folder, uidvalidity, seen_uid, set_up_at, fetched_at, failures)"
    )
    for name, minutes in (("support", 10), ("gone", 9999)):
        at = f"{NOW - timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"
        write(at_busy, f"{state} VALUES (?, 'INBOX', 1, 0, ?, ?, 0)", name, at, at)
    assert sdesk("check", "--age-of-fetch", "15m").out == ("SDESK OK - last fetch 10m ago | age_of_fetch=600s;;900;0\n")
    assert sdesk("check", "--age-of-fetch", "300").code == 2


def test_alone_it_watches_what_must_always_be_so(sdesk: Sdesk, at_busy: Path) -> None:
    assert sdesk("check").out == (
        "SDESK CRITICAL - `sdesk tick` has never run, 0 in quarantine | quarantine=0;;0;0 age_of_tick=U;;900;0\n"
    )
    ticked(at_busy)
    assert sdesk("check").code == 0
    ticked(at_busy, 20)
    assert sdesk("check").code == 2


def test_who_is_named_is_told_of_what_he_may_see_and_monitoring_of_all(sdesk: Sdesk, at_busy: Path) -> None:
    assert "54 open" in sdesk("--as", "anna", "check", "--open", "0").out
    assert "53 open" in sdesk("--as", "vera", "check", "--open", "0").out
    assert "set-up\tok\tTest desk: 3 teams, 4 agents; 53 open tickets" in sdesk("--as", "vera", "doctor").out
    assert "54 open" in sdesk("check", "--open", "0").out
    # Whoever is no agent at all is the machine's own.
    assert "54 open" in sdesk("--as", "nagios", "check", "--open", "0").out
    assert "store\tok" in sdesk("--as", "nagios", "doctor").out


# ---- doctor ------------------------------------------------------------------------------------------


def findings(sdesk: Sdesk, *words: str) -> tuple[int, dict[str, Any]]:
    ran = sdesk(*words, "doctor", "-o", "json")
    return ran.code, {row["name"]: row for row in json.loads(ran.out)}


def test_doctor_says_what_works_and_what_to_do_about_the_rest(
    sdesk: Sdesk, at_busy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.chmod(at_busy, 0o600)
    ticked(at_busy)
    code, found = findings(sdesk)
    assert code == 0
    assert {row["state"] for row in found.values()} == {"ok", "warning"}
    assert found["agent"]["state"] == "warning"
    assert "Test desk: 3 teams, 4 agents" in found["set-up"]["what"]
    assert f"schema {schema.HEAD}" in found["store"]["what"]
    configured(tmp_path, monkeypatch)
    write(
        at_busy,
        "INSERT INTO trouble (place, failures, since, error) VALUES ('sending', 7, ?, 'refused')",
        "2026-11-23T08:00:00Z",
    )
    ticked(at_busy, 60)
    os.chmod(at_busy, 0o644)
    code, found = findings(sdesk, "--as", "anna")
    assert code == 1
    assert found["agent"]["what"] == "anna, admin"
    states = {name: found[name]["state"] for name in ("mailbox support", "tick", "sending", "store", "quarantine")}
    assert states == {
        "mailbox support": "failed",
        "tick": "failed",
        "sending": "failed",
        "store": "warning",
        "quarantine": "ok",
    }
    assert found["store"]["remedy"] == f"chmod 600 {at_busy}"
    assert "sdesk init --cron" in found["tick"]["remedy"]
    assert "sdesk mail check support" in found["mailbox support"]["remedy"]


def test_doctor_and_check_say_it_as_people_do(
    sdesk: Sdesk, at_busy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured(tmp_path, monkeypatch)
    write(at_busy, "DELETE FROM outbox WHERE id <> (SELECT min(id) FROM outbox)")
    ticked(at_busy, 60 * 24 * 400)
    long_ago = "2020-01-05T22:30:00Z"  # the sixth, at the desk
    write(
        at_busy,
        "INSERT OR REPLACE INTO mailbox_state (mailbox, folder, uidvalidity, seen_uid, set_up_at, fetched_at, failures,"
        " last_error) VALUES ('support', 'INBOX', 1, 0, ?, ?, 1, 'refused')",
        long_ago,
        long_ago,
    )
    write(
        at_busy,
        "INSERT INTO trouble (place, failures, since, error) VALUES ('smtp', 1, ?, 'no route')",
        long_ago,
    )
    write(at_busy, "UPDATE outbox SET state = 'queued', created_at = ?, send_after = ?", long_ago, long_ago)
    _, found = findings(sdesk)
    said = {name: found[name]["what"] for name in ("mailbox support", "outbox", "tick", "smtp")}
    assert said == {
        "mailbox support": "last fetched on 2020-01-06, 1 failure since: refused",
        "outbox": "1 mail waits, and no server takes it",
        "tick": "last run on 2025-10-19",
        "smtp": "it has failed since 2020-01-06, once: no route",
    }
    assert sdesk("check", "--outbox", "0", "--outbox-age", "15m", "--age-of-fetch", "15m").out.split(" | ")[0] == (
        "SDESK CRITICAL - 1 mail waits, mail waits since 2020-01-06, last fetch on 2020-01-06"
    )
    write(at_busy, "DELETE FROM outbox")
    assert "no mail waits" in sdesk("check", "--outbox-age", "15m").out


def test_a_mail_that_failed_hides_no_dead_mail_server(
    sdesk: Sdesk, at_busy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured(tmp_path, monkeypatch)
    config = tmp_path / "config.toml"
    config.write_text(f'{config.read_text()}\n[smtp]\nhost = "127.0.0.1"\nport = 1\nsecurity = "none"\n')
    long_ago = "2020-01-05T22:30:00Z"
    write(at_busy, "UPDATE outbox SET state = 'queued', created_at = ?, send_after = ?", long_ago, long_ago)
    for state in ("failed", "held"):
        write(at_busy, f"UPDATE outbox SET state = '{state}' WHERE id = (SELECT max(id) FROM outbox)")
        _, found = findings(sdesk)
        assert found["outbox"]["state"] == "failed"
        assert "wait, the first since 2020-01-06" in found["outbox"]["what"]
        assert ("1 could not be sent" in found["outbox"]["what"]) == (state == "failed")
    write(at_busy, "UPDATE outbox SET state = 'sent' WHERE state = 'queued'")
    assert findings(sdesk)[1]["outbox"]["state"] == "warning"


def test_doctor_tells_of_a_full_disk_once(
    sdesk: Sdesk, at_busy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured(tmp_path, monkeypatch)
    config = tmp_path / "config.toml"
    config.write_text(f"[store]\nkeep_free = {10**15}\n{config.read_text()}")
    write(
        at_busy,
        "INSERT INTO trouble (place, failures, since, error) VALUES ('disk', 3, '2026-11-23T08:00:00Z', 'it is full')",
    )
    rows = [row for row in json.loads(sdesk("doctor", "-o", "json").out) if row["name"] == "disk"]
    assert len(rows) == 1
    assert "1000000 GB are wanted" in rows[0]["what"]


def test_doctor_speaks_where_there_is_no_store_an_old_one_or_no_set_up(
    sdesk: Sdesk, at_busy: Path, tmp_path: Path
) -> None:
    code, found = findings(sdesk, "--db", str(tmp_path / "none.db"))
    assert (code, found["store"]["state"]) == (1, "failed")
    assert "sdesk init" in found["store"]["remedy"]
    write(at_busy, "UPDATE alembic_version SET version_num = '0005'")
    code, found = findings(sdesk)
    assert (code, found["store"]["state"]) == (1, "failed")
    assert "sdesk db migrate" in found["store"]["remedy"]


def test_doctor_sees_a_clock_that_is_behind(sdesk: Sdesk, at_busy: Path) -> None:
    write(at_busy, "UPDATE history SET at = '2026-12-01T00:00:00Z' WHERE id = (SELECT max(id) FROM history)")
    code, found = findings(sdesk)
    assert (code, found["clock"]["state"]) == (1, "failed")


@pytest.mark.parametrize(
    ("url", "smtp", "state", "what"),
    [
        (None, True, "ok", "installed, and no mail links to it: the desk file has no [portal] url"),
        ("https://desk.example/", True, "ok", "people reach it at https://desk.example"),
        ("http://desk.example", False, "warning", "people reach it at http://desk.example, where nothing protects"),
        ("http://localhost:8080", False, "ok", "http://localhost:8080, for this machine alone"),
        (
            "http://[::1]:8080",
            True,
            "warning",
            "mails link to http://[::1]:8080, which leads nowhere but on this machine",
        ),
        ("https://127.0.0.1", True, "warning", "mails link to https://127.0.0.1, which leads nowhere but"),
    ],
)
def test_doctor_says_where_links_to_the_portal_lead(
    sdesk: Sdesk,
    desk_path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    url: str | None,
    smtp: bool,
    state: str,
    what: str,
) -> None:
    monkeypatch.setenv("SDESK_DB", str(desk_path))
    if smtp:
        (tmp_path / "config.toml").write_text('[smtp]\nhost = "127.0.0.1"\nport = 1\nsecurity = "none"\n')
        monkeypatch.setenv("SDESK_CONFIG", str(tmp_path / "config.toml"))
    if url is not None:
        write(desk_path, "UPDATE desk SET rules = json_set(rules, '$.portal', json_object('url', ?))", url)
    for agent in ("anna", "vera"):
        found = findings(sdesk, "--as", agent)[1]["portal"]
        assert (found["state"], found["what"][: len(what)]) == (state, what)
        assert bool(found["remedy"]) == (state != "ok")
    monkeypatch.setattr("sdesk.cli.doctor_desk.find_spec", lambda name: None if name == "uvicorn" else name)
    found = findings(sdesk)[1]["portal"]
    if url is None:
        assert (found["state"], found["what"].partition(",")[0]) == ("ok", "not installed")
    else:
        assert (found["state"], found["remedy"].partition(",")[0]) == ("warning", "pip install 'sdesk[portal]'")


def test_doctor_asks_the_network_only_online(
    sdesk: Sdesk, at_busy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured(tmp_path, monkeypatch)
    _, found = findings(sdesk)
    assert "login to support" not in found
    ran = sdesk("doctor", "--online", "-o", "json")
    online = {row["name"]: row for row in json.loads(ran.out)}
    assert "login to support" in online


def test_next_takes_the_ticket_that_it_prints(sdesk: Sdesk, at_busy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDESK_AGENT", "boris")
    shown = sdesk("next", "-o", "ids").out
    assert sdesk("next", "--take", "-n", "-o", "ids").out == shown
    (row,) = json.loads(sdesk("next", "--take", "-o", "json").out)
    assert (f"{row['number']}\n", row["assignee"], row["status"]) == (shown, "boris", "open")
    assert sdesk("next", "-o", "ids").out != shown
    assert sdesk("undo").code == 0
    assert sdesk("next", "-o", "ids").out == shown
    monkeypatch.setenv("SDESK_AGENT", "vera")
    assert (sdesk("next", "--take").out, sdesk("next", "--take", "-o", "json").out) == ("", "[]\n")
