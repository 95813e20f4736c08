"""What moving in from OTRS must keep: old threads, the figures, silence, secrets; and what must do no harm to it.

The old desk is in SQLite, read by the same statements of SQLAlchemy as PostgreSQL and MySQL are: no server is needed to
run the tests. What the servers do otherwise (types, Base64, read-only transactions) was tried by hand on both.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest
from command_line import NOW, Process, Sdesk
from intake_desk import MailDesk
from otrs_database import OldDesk, moment, on_sqlite
from otrs_moves import applied, ask, content, decided

from sdesk.domain.errors import Unavailable
from sdesk.domain.ledger import Outcome
from sdesk.domain.otrs import LONGEST_TEXT
from sdesk.store.otrs import tickets
from sdesk.store.otrs.source import Source

SECRET = "s3cret"
SMALL_BATCHES = "import sdesk.desk.imports.batch as batch; batch.BATCH = 20; import sdesk.main; sdesk.main.main()"


class Clock(Protocol):
    """What stands for the clock."""

    now: datetime


@pytest.fixture
def old(tmp_path: Path, at_desk: Path, monkeypatch: pytest.MonkeyPatch) -> OldDesk:
    """The old desk of the later generation, in old.db beside the mapping."""
    monkeypatch.chdir(tmp_path)
    return on_sqlite(tmp_path / "old.db", later=True)


def seconds(*at: int) -> int:
    """An instant as an article has it."""
    return int(datetime(*at, tzinfo=UTC).timestamp())  # type: ignore[misc, arg-type]


def figures(sdesk: Sdesk, *period: str) -> dict[str, Any]:
    """What `past` says of promises."""
    ran = sdesk("past", *period, "-o", "json")
    assert ran.code == 0, ran.err
    totals = json.loads(ran.out)["totals"]
    return {name: value["value"] for name, value in totals.items() if name.startswith(("first_response", "resolution"))}


# ---- old threads -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "head",
    [
        "References: <nobody@knows.example> <1447.55@old.example>",
        "In-Reply-To: <1447.55@old.example>",
        "Subject: AW: [Ticket#2015111010000055] Scanner",
        "Subject: =?utf-8?q?Re:_=5BTicket=232015111010000055=5D_Scanner?=",
    ],
)
def test_who_answers_an_old_mail_writes_into_the_ticket_that_moved_in(
    sdesk: Sdesk, old: OldDesk, tmp_path: Path, at_desk: Path, head: str
) -> None:
    old.ticket(5, "2015111010000055", "Scanner", ticket_state_id=3, created="2015-11-10 09:00:00")
    old.article(5, "It is dark", a_message_id="<asked@shop.example>", incoming_time=seconds(2015, 11, 10, 9))
    old.article(
        5,
        "Clean the glass.",
        sender=1,
        writer=2,
        a_from="Boris Kim <support@old.example>",
        a_to="irina@shop.example",
        a_message_id="<1447.55@old.example>",
        incoming_time=seconds(2015, 11, 10, 10),
    )
    decided(sdesk, tmp_path)
    applied(sdesk)
    ((number,),) = ask(at_desk, "SELECT id FROM ticket WHERE external_id = 'otrs:2015111010000055'")
    receipt = MailDesk(at_desk).take(
        f"From: irina@shop.example\nTo: support@desk.example\nMessage-ID: <new@shop.example>\n{head}\n\nDark.\n",
        at=NOW + timedelta(hours=1),
    )
    assert (receipt.outcome, receipt.number) == (Outcome.FOLLOWED_UP, number)
    said = ask(at_desk, f"SELECT direction, text FROM message WHERE ticket_id = {number} ORDER BY id")
    assert said == [("in", "It is dark"), ("out", "Clean the glass."), ("in", "Dark.")]
    assert ask(at_desk, "SELECT count(*) FROM ticket") == [(5,)]


def test_a_ticket_is_found_by_its_old_number_by_who_may_see_it(
    sdesk: Sdesk, old: OldDesk, tmp_path: Path, at_desk: Path
) -> None:
    decided(sdesk, tmp_path)
    applied(sdesk)
    number, closed = "2020111010000022", "2020111010000011"
    assert sdesk("list", number, "-o", "ids").out == "2\n"
    assert sdesk("list", number[:-1], "-o", "ids").out == ""
    assert sdesk("list", number, "team:quality", "-o", "ids").out == ""
    assert sdesk("list", closed, "-o", "ids").out == ""
    assert sdesk("list", closed, "status:closed", "-o", "ids").out == "1\n"
    with closing(sqlite3.connect(at_desk)) as store:
        store.execute("UPDATE team SET private = 1 WHERE key = 'it'")
        store.execute("DELETE FROM team_member")
        store.commit()
    assert sdesk("--as", "boris", "list", number, "-o", "ids").out == ""
    with closing(sqlite3.connect(at_desk)) as store:
        store.execute("UPDATE team SET private = 0 WHERE key = 'it'")
        store.commit()


# ---- figures ---------------------------------------------------------------------------------------


def test_no_figure_of_a_promise_has_what_moved_in_however_it_ends(
    sdesk: Sdesk, old: OldDesk, tmp_path: Path, at_desk: Path, doubles: Clock
) -> None:
    last_week, this_week = (
        ("--from", "2026-11-16", "--to", "2026-11-22"),
        ("--from", "2026-11-23", "--to", "2026-11-29"),
    )
    doubles.now = datetime(2026, 11, 18, 9, tzinfo=UTC)
    assert (
        sdesk(
            "new", "--subject", "Our own", "--requester", "maria@shop.example", "--service", "till", "--text", "x"
        ).code
        == 0
    )
    doubles.now += timedelta(minutes=10)
    assert sdesk("reply", "1", "--text", "Done").code == 0
    assert sdesk("close", "1", "--silent").code == 0
    doubles.now = NOW
    before = figures(sdesk, *last_week)
    assert (before["first_response_count"], before["resolution_count"]) == (1, 1)
    for number, state in ((5, 4), (6, 3)):
        # One was closed there last week, one is still open; both were answered there last week.
        old.ticket(number, f"202611170000{number}", "Late", ticket_state_id=state, created="2026-11-17 09:00:00")
        old.article(number, "Slow", incoming_time=seconds(2026, 11, 17, 9))
        old.article(number, "We look", sender=1, writer=2, a_to="i@x.example", incoming_time=seconds(2026, 11, 18, 9))
    decided(sdesk, tmp_path)
    applied(sdesk)
    assert figures(sdesk, *last_week) == before
    nothing = figures(sdesk, *this_week)
    ((number,),) = ask(at_desk, "SELECT id FROM ticket WHERE external_id = 'otrs:2026111700006'")
    # Its promises still say what is late: it is work.
    assert ask(at_desk, f"SELECT resolution_voided, due_at IS NOT NULL FROM ticket WHERE id = {number}") == [(0, 1)]
    doubles.now += timedelta(hours=1)
    assert sdesk("close", str(number), "--text", "It is quick now").code == 0
    assert ask(at_desk, f"SELECT status, resolution_voided FROM ticket WHERE id = {number}") == [("resolved", 0)]
    assert figures(sdesk, *this_week) == nothing
    assert nothing["resolution_count"] == nothing["first_response_count"] == 0


# ---- no mail ---------------------------------------------------------------------------------------


def test_no_mail_goes_out_of_it_whatever_changed_there_since(
    sdesk: Sdesk, old: OldDesk, tmp_path: Path, at_desk: Path, doubles: Clock
) -> None:
    decided(sdesk, tmp_path)
    applied(sdesk)
    old.article(2, "Still slow", a_message_id="<still@shop.example>", incoming_time=seconds(2026, 11, 23, 8))
    old.article(4, "Here is paper", sender=1, writer=2, incoming_time=seconds(2026, 11, 23, 8))
    old.set("ticket", 2, queue_id=2, ticket_lock_id=2, user_id=2, title="Till 3", ticket_priority_id=5)
    old.set("ticket", 4, ticket_state_id=4, change_time=moment(2026, 11, 23, 8))
    doubles.now += timedelta(minutes=5)
    assert applied(sdesk)["updated"] == 2
    found = ask(at_desk, "SELECT subject, status, priority FROM ticket WHERE id IN (2, 4) ORDER BY id")
    assert found == [("Till 3", "open", "P1"), ("Paper", "closed", "P3")]
    assert sdesk("tick").code == 0
    assert ask(at_desk, "SELECT count(*) FROM outbox") == [(0,)]
    # The same desk does write, once somebody works here.
    assert sdesk("reply", "2", "--text", "We look into it").code == 0
    assert ask(at_desk, "SELECT count(*) > 0 FROM outbox") == [(1,)]


# ---- broken off ------------------------------------------------------------------------------------


def many(old: OldDesk, count: int) -> None:
    """More tickets, each with two articles."""
    numbers = range(100, 100 + count)
    old.ticket(99, "2016000099", "First of many")
    (like,) = old.rows("ticket", 99)
    old.add("ticket", *({**like, "id": each, "tn": f"2016{each:06}", "customer_user_id": "irina"} for each in numbers))
    made = [(1000 + 2 * each + part, each) for each in numbers for part in (0, 1)]
    old.add(
        "article",
        *(
            {
                "id": article,
                "ticket_id": ticket,
                "article_sender_type_id": 3,
                "create_by": 1,
                "communication_channel_id": 1,
                "is_visible_for_customer": 1,
            }
            for article, ticket in made
        ),
    )
    # The second says the same at the same time, as when somebody sends twice.
    old.add(
        "article_data_mime",
        *(
            {
                "id": article,
                "article_id": article,
                "a_from": "irina@shop.example",
                "a_subject": "Again",
                "a_body": "Help",
                "incoming_time": seconds(2016, 1, 1),
            }
            for article, _ in made
        ),
    )


@pytest.mark.endurance
def test_killed_in_the_middle_it_goes_on_and_nothing_is_there_twice(
    sdesk: Sdesk, old: OldDesk, tmp_path: Path, at_desk: Path, process: Process
) -> None:
    many(old, 395)
    decided(sdesk, tmp_path)
    command = [sys.executable, "-c", SMALL_BATCHES, "import", "otrs", "sqlite:///old.db", "--apply", "map.toml"]
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ)
    deadline = time.monotonic() + 60
    while ask(at_desk, "SELECT count(*) FROM ticket") == [(0,)] and time.monotonic() < deadline:
        time.sleep(0.002)
    started.send_signal(signal.SIGKILL)
    started.wait(timeout=30)
    ((done,),) = ask(at_desk, "SELECT count(*) FROM ticket")
    assert 0 < done < 400
    assert done % 20 == 0
    assert process("db", "check").code == 0
    found = applied(sdesk)
    assert (found["created"], found["unchanged"], found["failed"]) == (400 - done, done, 0)
    assert ask(at_desk, "SELECT count(*), count(DISTINCT external_id) FROM ticket") == [(400, 400)]
    per_ticket = "SELECT DISTINCT count(*) FROM message AS m JOIN ticket AS t ON t.id = m.ticket_id"
    assert ask(at_desk, f"{per_ticket} WHERE t.subject = 'Again' OR t.id > 5 GROUP BY t.id") == [(2,)]
    before = content(at_desk)
    assert applied(sdesk)["unchanged"] == 400
    assert content(at_desk) == before
    assert ask(at_desk, "SELECT count(*) FROM outbox") == [(0,)]
    assert process("db", "check").code == 0


def test_a_server_that_goes_away_leaves_what_came_and_says_how_much(
    sdesk: Sdesk, old: OldDesk, tmp_path: Path, at_desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(old, 40)
    decided(sdesk, tmp_path)
    monkeypatch.setattr(tickets, "PAGE", 10)
    monkeypatch.setattr("sdesk.desk.imports.batch.BATCH", 5)
    real, asked = Source.rows, 0

    def rows(self: Source, query: Any) -> Sequence[Any]:
        nonlocal asked
        asked += 1
        if asked > 12:
            raise Unavailable("the old desk cannot be read: it went away", "look at the database")
        return real(self, query)

    with monkeypatch.context() as patch:
        patch.setattr(Source, "rows", rows)
        ran = sdesk("import", "otrs", "sqlite:///old.db", "--apply", "map.toml")
    assert ran.code == 4
    ((came,),) = ask(at_desk, "SELECT count(*) FROM ticket")
    assert came > 0
    assert f"{came} created" in ran.err
    assert "apply again, and it goes on from there" in ran.err
    assert applied(sdesk)["unchanged"] == came


# ---- what is hostile -------------------------------------------------------------------------------


def test_a_hostile_article_is_taken_as_the_text_that_it_is(
    sdesk: Sdesk, old: OldDesk, tmp_path: Path, at_desk: Path
) -> None:
    evil = "\x1b]0;owned\x07\x1b[2J\u202e\u200b\x9b31m"
    number = old.article(
        2,
        f"Look {evil}\r\n<script>alert(1)</script>\r\n" + "z" * LONGEST_TEXT,
        a_from=f'"{evil} Irina\r\nBcc: all@shop.example" <irina@shop.example>\r\nBcc: b@shop.example',
        a_to=", ".join(f"a{each}@shop.example" for each in range(1000)),
        a_cc=f"x{evil}@shop.example, {'(' * 5000}",
        a_subject=f"Re: {evil}\r\nBcc: c@shop.example",
        a_message_id=f"<{'a' * 5000}@x> <ok@shop.example>\r\nX: y",
        a_in_reply_to=f"<{evil}>",
    )
    old.file(number, f"../../../etc/{evil}\r\n.pdf", b"%PDF", f"text/html{evil}\r\nX: y", content_id=f"<{evil}>")
    old.file(number, "con", b"%PDF", "application/pdf")
    decided(sdesk, tmp_path)
    found = applied(sdesk)
    assert found["left"] == {"messages of which a part stayed behind; each says which": 1}
    ((text, subject, name, address, recipients, message_id, answers, defects),) = ask(
        at_desk,
        "SELECT text, subject, author_name, author_address, recipients, message_id, in_reply_to, defects FROM message"
        " WHERE ticket_id = 2 AND text LIKE 'Look%'",
    )
    assert LONGEST_TEXT - 20 < len(text) <= LONGEST_TEXT
    assert "<script>alert(1)</script>\n" in text
    assert address == "irina@shop.example"
    assert "\n" not in subject + name
    assert len(json.loads(recipients)["to"]) == 200
    assert (message_id, answers) == ("<ok@shop.example>", None)
    assert "its text is longer than 500,000 characters" in defects
    names = [
        each
        for (each,) in ask(
            at_desk, "SELECT a.name FROM attachment AS a JOIN message AS m ON m.id = a.message_id WHERE m.ticket_id = 2"
        )
    ]
    assert len(names) == 2
    assert not any("/" in each or each.startswith(".") or each == "con" for each in names)
    stored = "\n".join(content(at_desk))
    shown = sdesk("show", "2").out + sdesk("show", "2", "-o", "json").out
    for bad in ("\x1b", "\x07", "\x9b", "\u202e", "\u200b", "\r"):
        assert bad not in stored, repr(bad)
        assert bad not in shown, repr(bad)
    # What the desk writes by it has no header but its own.
    assert sdesk("reply", "2", "--text", "We look").code == 0
    ran = sdesk("mail", "outbox", "show", "1")
    assert "\nBcc:" not in ran.out


def test_what_is_no_mail_is_counted_and_an_article_of_nobody_comes(
    sdesk: Sdesk, old: OldDesk, tmp_path: Path, at_desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = {"id": 500, "ticket_id": 2, "article_sender_type_id": 3, "create_by": 1, "is_visible_for_customer": 1}
    old.add("article", {**chat, "communication_channel_id": 4})
    strange = old.article(2, "From whom?", sender=9, writer=99)
    for each in range(4):
        old.file(strange, f"{each}.pdf", b"%PDF")
    monkeypatch.setattr("sdesk.store.otrs.files.MOST_FILES", 3)
    monkeypatch.setattr(tickets, "MOST_FILES", 3)
    decided(sdesk, tmp_path)
    found = applied(sdesk)
    assert found["left"] == {
        "articles that are neither mail nor note, as chats": 1,
        "messages of which a part stayed behind; each says which": 1,
    }
    assert found["files"] == 4
    assert ask(at_desk, "SELECT direction FROM message WHERE text = 'From whom?'") == [("auto",)]


def test_more_reasons_than_are_listed_are_counted_too(
    sdesk: Sdesk, old: OldDesk, tmp_path: Path, at_desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sdesk.cli.importing.MOST_WHYS", 1)
    for number in (5, 6, 7):
        old.ticket(number, f"20990000{number}", "When", created=f"20{number + 80}-01-01 00:00:00")
    decided(sdesk, tmp_path)
    ran = sdesk("import", "otrs", "sqlite:///old.db", "--apply", "map.toml")
    assert ran.code == 6
    assert "1 not imported: created_at is still to come: 2085" in ran.err
    assert "2 not imported: for other reasons, each named above" in ran.err


# ---- the password ----------------------------------------------------------------------------------


def test_no_password_is_printed_or_stored(sdesk: Sdesk, old: OldDesk, tmp_path: Path, at_desk: Path) -> None:
    (tmp_path / "url").write_text(f"sqlite:///old.db?password={SECRET}\n")
    decided(sdesk, tmp_path)
    said = ""
    for more in (("--plan", "map.toml"), ("--apply", "map.toml", "-n"), ("--apply", "map.toml")):
        ran = sdesk("--debug", "import", "otrs", "@url", *more)
        assert ran.code == 0, ran.err
        said += ran.out + ran.err
    said += (tmp_path / "map.toml").read_text() + "\n".join(content(at_desk))
    assert SECRET not in said
    assert "sqlite:///old.db" in said


@pytest.mark.parametrize(
    ("url", "what"),
    [
        (f"postgresql://reader:p@{SECRET}@127.0.0.1/otrs", "more than one @. write that of the password as %40"),
        (f"mysql://reader:p@{SECRET}/x@127.0.0.1/otrs", "more than one @. write that of the password as %40"),
        (f"postgresql://127.0.0.1:{SECRET}/otrs", "this is no URL of a database"),
        (f"reader:{SECRET}@127.0.0.1/otrs", "this is no URL of a database"),
        (f"sqlite:///none.db?password={SECRET}", "there is no file none.db"),
    ],
)
def test_a_url_that_is_cut_where_nobody_meant_it_is_refused_unseen(
    sdesk: Sdesk, at_desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, what: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = sdesk("--debug", "import", "otrs", url, "--plan", "map.toml")
    assert (ran.code, ran.out) == (2, "")
    assert what in ran.err
    assert SECRET not in ran.err


def test_the_url_may_stand_in_the_environment(
    sdesk: Sdesk, old: OldDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = sdesk("import", "otrs", "--plan", "map.toml")
    assert (ran.code, "no database is named. give its URL, @FILE with it, or SDESK_OTRS_URL" in ran.err) == (2, True)
    monkeypatch.setenv("SDESK_OTRS_URL", "sqlite:///old.db")
    assert sdesk("import", "otrs", "--plan", "map.toml").code == 0
    # What is given goes before it.
    assert sdesk("import", "otrs", "sqlite:///none.db", "--plan", "map.toml").code == 2


def test_a_folder_that_is_none_is_said_before_a_plan(sdesk: Sdesk, old: OldDesk, tmp_path: Path) -> None:
    ran = sdesk("import", "otrs", "sqlite:///old.db", "--plan", "map.toml", "--articles", "none")
    assert (ran.code, "none is no folder" in ran.err) == (2, True)
    assert not (tmp_path / "map.toml").exists()
