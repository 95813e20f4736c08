"""`import otrs`: the databases of both generations are planned, decided and applied; old threads go on."""

from __future__ import annotations

import json
import sqlite3
import sys
import tomllib
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from command_line import NOW, Sdesk
from history_rules import faults
from intake_desk import MailDesk
from otrs_database import PDF, PLAIN, TICKETS, OldDesk, moment, on_sqlite, put_into_folder
from otrs_moves import applied, ask, content, decided

from sdesk.domain.ledger import Outcome
from sdesk.store.check import check


@pytest.fixture(params=[False, True], ids=["otrs5", "otrs6"])
def old(request: pytest.FixtureRequest, tmp_path: Path, at_desk: Path, monkeypatch: pytest.MonkeyPatch) -> OldDesk:
    """The old desk of each generation, in old.db beside the mapping."""
    monkeypatch.chdir(tmp_path)
    return on_sqlite(tmp_path / "old.db", later=request.param)


@pytest.fixture(autouse=True)
def _nothing_contradicts(desk_path: Path) -> Iterator[None]:
    yield
    with closing(sqlite3.connect(desk_path)) as store:
        assert faults(store) == []
    assert check(desk_path) == ()


def test_a_plan_names_every_word_with_its_count_and_what_it_may_be(sdesk: Sdesk, old: OldDesk, tmp_path: Path) -> None:
    old.add("queue", {"id": 3, "name": "Unused"})
    ran = sdesk("import", "otrs", "sqlite:///old.db", "--plan", "map.toml")
    assert (ran.code, ran.err) == (0, "")
    assert "4 tickets, 6 articles, 2 files" in ran.out
    assert "undecided: team 1, assignee 1" in ran.out
    text = (tmp_path / "map.toml").read_text()
    found = tomllib.loads(text)
    assert found["import"] == {"zone": "UTC"}
    # Also what no ticket has: the old desk goes on until the day of the change.
    assert found["team"] == {"IT support": "it", "Facilities::Printers": "?", "Unused": "?"}
    assert found["service"] == {"Cash::Till": "till"}
    assert found["assignee"] == {"bkim": "boris", "old.agent": "?", "root@localhost": ""}
    assert found["status"] == {
        "new": "new",
        "open": "open",
        "closed successful": "closed",
        "merged": "merged",
        "With the supplier": "waiting",
        "Done!": "closed",
    }
    assert found["priority"] == {
        "1 very low": "P5",
        "2 low": "P4",
        "3 normal": "P3",
        "4 high": "P2",
        "5 very high": "P1",
    }
    assert found["requester"] == {"ldap-user": ""}
    assert '"IT support" = "it" # 3 tickets' in text
    assert '"Unused" = "?" # 0 tickets' in text


def test_tickets_come_with_their_mail_notes_and_files(
    sdesk: Sdesk, old: OldDesk, tmp_path: Path, at_desk: Path
) -> None:
    decided(sdesk, tmp_path)
    assert applied(sdesk) == {
        "read": 4,
        "created": 4,
        "updated": 0,
        "unchanged": 0,
        "failed": 0,
        "messages": 6,
        "files": 1,
        "whys": {},
        "left": {},
        "dry_run": False,
    }
    tickets = ask(
        at_desk,
        "SELECT t.external_id, t.subject, t.status, g.key, t.resolved_at, t.resolution_voided, p.address, t.channel,"
        " t.priority FROM ticket AS t LEFT JOIN agent AS g ON g.id = t.assignee_id"
        " LEFT JOIN person_address AS p ON p.person_id = t.requester_id ORDER BY t.id",
    )
    end = "2020-11-11T12:00:00Z"
    begun = "2020-11-10T09:00:00Z"
    irina = "irina@shop.example"
    assert tickets == [
        ("otrs:2020111010000011", "Printer", "closed", "boris", end, 1, irina, "mail", "P3"),
        ("otrs:2020111010000022", "Till", "new", None, None, 0, irina, "mail", "P2"),
        ("otrs:2020111010000033", "Twice", "closed", "boris", begun, 1, irina, "mail", "P3"),
        ("otrs:2020111010000044", "Paper", "waiting", "boris", None, 0, "petr@shop.example", "mail", "P3"),
    ]
    messages = ask(
        at_desk,
        "SELECT m.direction, m.text, m.message_id, m.in_reply_to, g.key, m.sent_at, m.author_name FROM message AS m"
        " LEFT JOIN agent AS g ON g.id = m.agent_id WHERE m.ticket_id = 1 ORDER BY m.id",
    )
    assert [each[:5] for each in messages] == [
        ("in", "The printer on the second floor is dead.", "<ask@shop.example>", None, None),
        ("out", "It needs paper.", "<answer@old.example>", "<ask@shop.example>", "boris"),
        ("note", "She is nervous", None, None, None),
    ]
    assert messages[0][5] == "2020-11-10T09:00:01Z"
    assert messages[2][6] == "Gone Since"
    quoted, recipients = ask(at_desk, "SELECT quoted, recipients FROM message WHERE direction = 'out'")[0]
    assert "> The printer on the second floor" in quoted
    assert json.loads(recipients)["to"] == [["irina@shop.example", ""]]
    files = "SELECT a.name, a.media_type, b.data FROM attachment AS a JOIN blob AS b ON b.id = a.blob_id"
    assert ask(at_desk, files) == [("contract.pdf", "application/pdf", PDF)]
    assert ask(at_desk, "SELECT size FROM raw_mail") == [(len(PLAIN),)]
    assert ask(at_desk, "SELECT count(*) FROM outbox") == [(0,)]


def test_applying_again_changes_nothing_and_reads_no_file(
    sdesk: Sdesk, old: OldDesk, tmp_path: Path, at_desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided(sdesk, tmp_path)
    assert applied(sdesk, "-n")["created"] == TICKETS
    assert ask(at_desk, "SELECT count(*) FROM ticket") == [(0,)]
    applied(sdesk)
    before = content(at_desk)

    def refuse(*_: object) -> bytes:
        raise AssertionError("a file was read again")

    monkeypatch.setattr("sdesk.store.otrs.files.bytes_of", refuse)
    assert applied(sdesk)["unchanged"] == TICKETS
    assert content(at_desk) == before


def test_what_the_old_desk_did_since_comes_with_the_next_run(
    sdesk: Sdesk, old: OldDesk, tmp_path: Path, at_desk: Path
) -> None:
    decided(sdesk, tmp_path)
    applied(sdesk)
    old.article(2, "It is slower now", a_message_id="<slower@shop.example>")
    old.ticket(5, "2020111010000055", "New there", customer_user_id="nobody")
    sdesk("import", "otrs", "sqlite:///old.db", "--plan", "map.toml")
    ran = sdesk("import", "otrs", "sqlite:///old.db", "--apply", "map.toml", "-o", "json")
    assert (ran.code, json.loads(ran.out)["created"], json.loads(ran.out)["updated"]) == (0, 1, 1)
    assert "1 tickets without a requester" in ran.err
    assert "1 tickets without a mail or a note" in ran.err
    assert json.loads(ran.out)["messages"] == 1
    texts = ask(at_desk, "SELECT text FROM message WHERE ticket_id = 2 ORDER BY id")
    assert texts == [("The till is slow",), ("It is slower now",)]


def test_what_is_undecided_or_new_is_named_and_counted(sdesk: Sdesk, old: OldDesk, at_desk: Path) -> None:
    sdesk("import", "otrs", "sqlite:///old.db", "--plan", "map.toml")
    old.add("queue", {"id": 3, "name": "New queue"})
    old.ticket(5, "2020111010000055", "Elsewhere", queue_id=3)
    ran = sdesk("import", "otrs", "sqlite:///old.db", "--apply", "map.toml", "-o", "json")
    assert ran.code == 6
    found = json.loads(ran.out)
    assert (found["read"], found["created"], found["failed"]) == (5, 2, 3)
    assert found["whys"]["the assignee `old.agent` is undecided"] == 1
    assert "ticket 2020111010000044: the team `Facilities::Printers` is undecided" in ran.err
    assert "ticket 2020111010000055: the team `New queue` is not in map.toml. plan again" in ran.err


def test_old_threads_go_on_by_message_id_and_by_the_old_number(
    sdesk: Sdesk, old: OldDesk, tmp_path: Path, at_desk: Path
) -> None:
    decided(sdesk, tmp_path)
    applied(sdesk)
    mails = MailDesk(at_desk)
    later = NOW + timedelta(hours=1)
    answer = mails.take(
        "From: irina@shop.example\nIn-Reply-To: <till@shop.example>\nSubject: Re: Till\n\nStill slow.\n", at=later
    )
    assert (answer.outcome, answer.number) == (Outcome.FOLLOWED_UP, 2)
    by_number = (
        "From: {}\nMessage-ID: <{}@x.example>\nSubject: Re: [Ticket#2020111010000022] Till\n\nStill slow, really.\n"
    )
    named = mails.take(by_number.format("irina@shop.example", "one"), at=later)
    assert (named.outcome, named.number) == (Outcome.FOLLOWED_UP, 2)
    stranger = mails.take(by_number.format("mallory@evil.example", "two"), at=later)
    assert (stranger.outcome, stranger.number) == (Outcome.CREATED, 5)
    closed = mails.take(
        "From: irina@shop.example\nIn-Reply-To: <answer@old.example>\nSubject: Re: Printer\n\nAgain.\n", at=later
    )
    assert (closed.outcome, closed.number) == (Outcome.CREATED, 6)


def test_files_of_the_folder_come_and_nothing_leads_out_of_it(
    sdesk: Sdesk, old: OldDesk, tmp_path: Path, at_desk: Path
) -> None:
    root = tmp_path / "article"
    secret = tmp_path / "secret.txt"
    secret.write_bytes(b"secret")
    put_into_folder(root, 4, "till.png", b"\x89PNG")
    folder = put_into_folder(root, 4, "file-1", b"The till is slow", "text/plain")
    (folder / "plain.txt").write_bytes(b"Subject: till\n\nThe till is slow\n")
    (folder / "link.txt").symlink_to(secret)
    old.article(2, "Look out", a_message_id="<x@x.example>", content_path="../..")
    old.article(2, "Look out", content_path="/etc")
    decided(sdesk, tmp_path)
    found = applied(sdesk, "--articles", "article")
    assert found["files"] == 2
    assert ask(at_desk, "SELECT name, media_type, content_id, inline FROM attachment ORDER BY id") == [
        ("contract.pdf", "application/pdf", "", 0),
        ("till.png", "image/png", "picture@shop", 1),
    ]
    assert (b"secret",) not in ask(at_desk, "SELECT data FROM blob")
    assert ask(at_desk, "SELECT count(*) FROM raw_mail") == [(2,)]
    assert sdesk("import", "otrs", "sqlite:///old.db", "--apply", "map.toml", "--articles", "none").code == 2


def test_a_file_that_is_gone_is_said_where_it_is_missed(
    sdesk: Sdesk, old: OldDesk, tmp_path: Path, at_desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided(sdesk, tmp_path)
    monkeypatch.setattr("sdesk.store.otrs.files.LARGEST", 4)
    ran = sdesk("import", "otrs", "sqlite:///old.db", "--apply", "map.toml")
    assert (ran.code, "2 files and raw mails that were gone, or too large" in ran.err) == (0, True)
    assert ask(at_desk, "SELECT count(*) FROM attachment") == [(0,)]
    (said,) = ask(at_desk, "SELECT defects FROM message WHERE defects IS NOT NULL")
    assert "contract.pdf" in said[0]


def test_hostile_words_stay_words(sdesk: Sdesk, old: OldDesk, tmp_path: Path, at_desk: Path) -> None:
    evil = '\x1b[2J\u202e"] = 1\n[x]'
    old.add("queue", {"id": 3, "name": evil})
    old.ticket(5, "2020\x1b[31m55", evil, queue_id=3, customer_user_id=evil, customer_id=evil)
    old.article(
        5, f"a{evil}", a_from=evil, a_to=f"<{evil}", a_subject=evil, a_message_id=f"<a b{evil}>", incoming_time=-5
    )
    old.ticket(6, "2020111010000066", "When", create_time=moment(9999, 1, 1))
    mapping = decided(sdesk, tmp_path)
    found = tomllib.loads(mapping.read_text())
    (name,) = [each for each in found["team"] if each not in {"IT support", "Facilities::Printers"}]
    assert "\x1b" not in name
    mapping.write_text(mapping.read_text().replace(' = "?"', ' = "it"'))
    ran = sdesk("import", "otrs", "sqlite:///old.db", "--apply", "map.toml")
    assert ran.code == 6
    assert "ticket 2020111010000066: created_at is still to come" in ran.err
    assert "\x1b" not in ran.out + ran.err
    stored = "\n".join(content(at_desk))
    assert "\x1b" not in stored
    assert "\u202e" not in stored
    assert ask(at_desk, "SELECT count(*) FROM ticket WHERE external_id LIKE 'otrs:2020%'") == [(5,)]


def test_planning_again_keeps_what_is_decided(sdesk: Sdesk, old: OldDesk, tmp_path: Path) -> None:
    decided(sdesk, tmp_path, **{'zone = "UTC"': 'zone = "Europe/Berlin"'})
    old.add("queue", {"id": 3, "name": "New queue"})
    old.ticket(5, "2020111010000055", "Elsewhere", queue_id=3)
    assert sdesk("import", "otrs", "sqlite:///old.db", "--plan", "map.toml").code == 0
    found = tomllib.loads((tmp_path / "map.toml").read_text())
    assert found["team"] == {"IT support": "it", "Facilities::Printers": "quality", "New queue": "?"}
    assert found["import"] == {"zone": "Europe/Berlin"}


@pytest.mark.parametrize(
    ("old_text", "new_text", "said"),
    [
        ('"IT support" = "it"', '"IT support" = "itt"', "there is no team `itt`. did you mean `it`?"),
        ('zone = "UTC"', 'zone = "Mars"', "there is no time zone `Mars`"),
        ('"ldap-user" = ""', '"ldap-user" = "nobody"', "which is no mail address"),
    ],
)
def test_a_wrong_mapping_is_refused_before_anything_is_done(
    sdesk: Sdesk, old: OldDesk, tmp_path: Path, at_desk: Path, old_text: str, new_text: str, said: str
) -> None:
    decided(sdesk, tmp_path, **{old_text: new_text})
    ran = sdesk("import", "otrs", "sqlite:///old.db", "--apply", "map.toml")
    assert ran.code == 2
    assert said in ran.err
    assert ask(at_desk, "SELECT count(*) FROM ticket") == [(0,)]


def test_a_url_that_cannot_be_read_is_one_line_and_shows_no_password(
    sdesk: Sdesk, at_desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.setitem(sys.modules, "pymysql", None)
    (tmp_path / "empty.db").touch()
    (tmp_path / "url").write_text("mysql://reader:s3cret@127.0.0.1/otrs\n")
    (tmp_path / "no.db").write_bytes(b"no database " * 100)
    for url, said, code in (
        (
            "postgresql://reader:s3cret@127.0.0.1/otrs",
            "which is not installed. install it: pip install 'sdesk[otrs]'",
            2,
        ),
        ("@url", "which is not installed. install it: pip install 'sdesk[otrs]'", 2),
        ("oracle://reader:s3cret@x/otrs", "a database of oracle cannot be read", 2),
        ("s3cret", "this is no URL of a database", 2),
        ("sqlite:///none.db", "there is no file none.db", 2),
        ("sqlite:///empty.db", "is no database of OTRS", 2),
        ("sqlite:///no.db", "cannot be read: file is not a database", 4),
    ):
        ran = sdesk("import", "otrs", url, "--plan", "map.toml")
        assert (ran.code, ran.out) == (code, ""), url
        assert said in ran.err, ran.err
        assert "s3cret" not in ran.err
        assert ran.err.count("\n") == 1
    assert not (tmp_path / "map.toml").exists()
    assert sdesk("import", "otrs", "sqlite:///empty.db").code == 2


def test_the_old_desk_is_only_read(sdesk: Sdesk, old: OldDesk, tmp_path: Path) -> None:
    before = content(tmp_path / "old.db")
    (tmp_path / "old.db").chmod(0o400)
    decided(sdesk, tmp_path)
    applied(sdesk)
    assert content(tmp_path / "old.db") == before
