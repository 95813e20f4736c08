"""Mail in, end to end: the real program against a real Dovecot, through everything that can go wrong between them."""

from __future__ import annotations

import random
import shutil
import socket
import sqlite3
import subprocess
import time
import zlib
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from letters import Letter, corpus, expected, letter
from real_fetch import ShortLine, Station, counts, ended, flags, report_of
from servers import Dovecot, Line

pytestmark = pytest.mark.server

SEEN = "\\Seen"
TAKEN = "$SDesk"
ASIDE = "$SDeskQuarantine"


@pytest.fixture(scope="module")
def letters() -> list[Letter]:
    """Two hundred of them."""
    return corpus()


@pytest.fixture(scope="module")
def undisturbed(
    _desk_template: Path, tmp_path_factory: pytest.TempPathFactory, dovecot: Dovecot, letters: list[Letter]
) -> dict[str, Any]:
    """What a store holds after one fetch that nothing disturbed."""
    store = tmp_path_factory.mktemp("undisturbed") / "desk.db"
    shutil.copy(_desk_template, store)
    station = Station.imap(store, dovecot, dovecot.new_user(each.raw for each in letters))
    assert station.fetch_report() == expected(letters)
    return station.picture()


def all_seen(server: Dovecot, user: str) -> bool:
    return all({SEEN, TAKEN} <= found for found in flags(server, user).values())


def test_a_first_fetch_takes_each_letter_and_puts_it_into_its_thread(
    desk_path: Path, dovecot: Dovecot, letters: list[Letter]
) -> None:
    user = dovecot.new_user(each.raw for each in letters)
    station = Station.imap(desk_path, dovecot, user)
    assert station.fetch_report() == expected(letters)
    assert all_seen(dovecot, user)
    taken = {
        message_id: (number, text)
        for message_id, number, text in station.rows("SELECT message_id, ticket_id, text FROM message")
    }
    tickets = {each.message_id: taken[each.message_id][0] for each in letters if each.outcome == "created"}
    assert len(set(tickets.values())) == len(tickets)
    for each in letters:
        if each.outcome != "ignored":
            assert taken[each.message_id] == (tickets[each.root], each.text)
    assert station.fetch_report() == counts()
    assert {row[0] for row in station.rows("SELECT marked_at IS NOT NULL FROM ledger")} == {1}


def test_a_follow_up_comes_into_its_thread(desk_path: Path, dovecot: Dovecot) -> None:
    user = dovecot.new_user([letter("Till is slow", message_id="<1@shop.example>")])
    station = Station.imap(desk_path, dovecot, user)
    assert station.fetch_report() == counts(created=1)
    dovecot.deliver(user, letter("Another subject", message_id="<2@shop.example>", answers="<1@shop.example>"))
    assert station.fetch_report() == counts(followed_up=1)
    assert station.rows("SELECT ticket_id FROM message ORDER BY id") == [(1,), (1,)]
    assert all_seen(dovecot, user)


def test_a_letter_that_the_desk_stumbles_over_is_put_aside_and_stops_nothing(desk_path: Path, dovecot: Dovecot) -> None:
    """The store itself refuses one ticket, as it would refuse what a mistake of ours makes of a mail."""
    with closing(sqlite3.connect(desk_path)) as connection:
        connection.execute(
            "CREATE TRIGGER stumble BEFORE INSERT ON ticket WHEN NEW.subject = 'Stumble'"
            " BEGIN SELECT RAISE(ABORT, 'not this one'); END"
        )
        connection.commit()
    broken = letter("Stumble", "All of it is kept.", message_id="<2@shop.example>")
    around = [letter(f"Fine {number}", message_id=f"<{number}@shop.example>") for number in (1, 3)]
    user = dovecot.new_user([around[0], broken, around[1]])
    station = Station.imap(desk_path, dovecot, user)
    ran = station.fetch()
    assert ran.code == 6
    assert ran.err.count("\n") == 1
    assert report_of(ran) == counts(created=2, quarantined=1)
    assert [sorted(found & {SEEN, TAKEN, ASIDE}) for found in flags(dovecot, user).values()] == [
        [TAKEN, SEEN],
        [ASIDE],
        [TAKEN, SEEN],
    ]
    assert station.rows("SELECT subject FROM ticket ORDER BY id") == [("Fine 1",), ("Fine 3",)]
    ((error, kept),) = station.rows(
        "SELECT q.error, r.data FROM quarantine AS q JOIN ledger AS l ON l.id = q.ledger_id"
        " JOIN raw_mail AS r ON r.id = l.raw_id"
    )
    assert "not this one" in error
    assert zlib.decompress(kept) == broken.replace(b"\n", b"\r\n")
    assert station.fetch_report() == counts()


@pytest.mark.parametrize("most", [300, 3_000, 60_000])
def test_a_line_that_breaks_in_the_middle_loses_nothing(
    most: int, desk_path: Path, dovecot: Dovecot, letters: list[Letter], undisturbed: dict[str, Any]
) -> None:
    user = dovecot.new_user(each.raw for each in letters)
    with ShortLine(dovecot.port, most) as line:
        ran = Station.imap(desk_path, dovecot, user, port=line.port).fetch()
        assert (ran.code, ran.err.count("\n")) == (5, 1), ran
    station = Station.imap(desk_path, dovecot, user)
    assert station.taken() < len(letters)
    station.fetch_report()
    assert station.picture() == undisturbed
    assert all_seen(dovecot, user)


def test_a_line_that_breaks_within_one_long_letter(desk_path: Path, dovecot: Dovecot) -> None:
    user = dovecot.new_user([letter("Long", message_id="<1@shop.example>", size=400_000)])
    with ShortLine(dovecot.port, 200_000) as line:
        ran = Station.imap(desk_path, dovecot, user, port=line.port).fetch()
    assert (ran.code, ran.err.count("\n")) == (5, 1), ran
    station = Station.imap(desk_path, dovecot, user)
    assert station.taken() == 0
    assert not any(flags(dovecot, user).values())
    assert station.fetch_report() == counts(created=1)


def test_a_server_that_goes_away_in_the_middle(
    desk_path: Path, dovecot: Dovecot, letters: list[Letter], undisturbed: dict[str, Any]
) -> None:
    user = dovecot.new_user(each.raw for each in letters)
    station = Station.imap(desk_path, dovecot, user)
    with Line(dovecot.port) as line:
        process = Station.imap(desk_path, dovecot, user, port=line.port).start()
        station.wait_until_taken(20, process)
        line.cut()
        ran = ended(process)
    assert ran.code == 5, ran
    assert ran.err.startswith("sdesk: error: mailbox support: ")
    assert not any(flags(dovecot, user).values())
    dovecot.stop()
    try:
        ran = Station.imap(desk_path, dovecot, user).fetch()
        assert (ran.code, ran.out, ran.err.count("\n")) == (5, "", 1)
    finally:
        dovecot.start()
    station.fetch_report()
    assert station.picture() == undisturbed
    assert all_seen(dovecot, user)


def test_a_login_that_is_refused(desk_path: Path, dovecot: Dovecot) -> None:
    user = dovecot.new_user([letter("Till", message_id="<1@shop.example>")])
    station = Station.imap(desk_path, dovecot, user, password="not-the-password")
    ran = station.fetch()
    assert (ran.code, ran.out) == (5, "")
    assert ran.err.startswith("sdesk: error: ")
    assert ran.err.count("\n") == 1
    assert "not-the-password" not in ran.err
    assert station.taken() == 0
    assert not any(flags(dovecot, user).values())


def test_nobody_listens(desk_path: Path, dovecot: Dovecot) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    ran = Station.imap(desk_path, dovecot, "anybody", port=port).fetch()
    assert (ran.code, ran.out, ran.err.count("\n")) == (5, "", 1)


@pytest.mark.endurance
def test_a_fetch_that_is_killed_again_and_again(
    desk_path: Path, dovecot: Dovecot, letters: list[Letter], undisturbed: dict[str, Any]
) -> None:
    """Messages are marked a hundred at a time: a kill after the 40th falls between its commit and its mark."""
    user = dovecot.new_user(each.raw for each in letters)
    station = Station.imap(desk_path, dovecot, user)
    for count in (1, 40, 99, 101, 150, 199):
        station.kill_when_taken(count)
        if count == 40:
            assert station.taken() < 100
            assert not any(flags(dovecot, user).values())
    station.fetch_report()
    assert station.picture() == undisturbed
    assert all_seen(dovecot, user)
    assert station.fetch_report() == counts()


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.endurance
def test_a_fetch_that_is_killed_at_random_moments(
    seed: int, desk_path: Path, dovecot: Dovecot, letters: list[Letter], undisturbed: dict[str, Any]
) -> None:
    user = dovecot.new_user(each.raw for each in letters)
    station = Station.imap(desk_path, dovecot, user)
    dice = random.Random(seed)
    for _ in range(5):
        process = station.start()
        time.sleep(dice.uniform(0.3, 2.0))
        process.kill()
        process.communicate()
    station.fetch_report()
    assert station.picture() == undisturbed
    assert all_seen(dovecot, user)


def test_what_was_taken_and_not_marked_is_marked_by_the_next_fetch(desk_path: Path, dovecot: Dovecot) -> None:
    few = [letter(f"Till {number}", message_id=f"<{number}@shop.example>") for number in range(60)]
    user = dovecot.new_user(few)
    station = Station.imap(desk_path, dovecot, user)
    station.kill_when_taken(30)
    left = len(few) - station.taken()
    assert not any(flags(dovecot, user).values())
    assert station.fetch_report() == counts(created=left, duplicates=len(few) - left)
    assert all_seen(dovecot, user)


def test_a_folder_that_was_made_anew_gives_nothing_twice(
    desk_path: Path, dovecot: Dovecot, letters: list[Letter], undisturbed: dict[str, Any]
) -> None:
    """Another UIDVALIDITY (RFC 3501 2.3.1.1): every UID means something else."""
    user = dovecot.new_user(each.raw for each in letters)
    station = Station.imap(desk_path, dovecot, user)
    station.fetch_report()
    before = station.rows("SELECT DISTINCT uidvalidity FROM ledger")
    for file in dovecot.maildir(user).glob("dovecot*"):
        file.unlink()
    while time.time() < int(before[0][0]) + 1:  # Dovecot takes the second for it
        time.sleep(0.05)
    assert station.fetch_report() == counts(duplicates=len(letters))
    assert len(station.rows("SELECT DISTINCT uidvalidity FROM ledger")) == len(before) + 1
    assert station.picture()["tickets"] == undisturbed["tickets"]
    assert station.picture()["outbox"] == undisturbed["outbox"]
    assert station.fetch_report() == counts()


def test_two_fetches_at_once_take_each_letter_once(
    desk_path: Path, dovecot: Dovecot, letters: list[Letter], undisturbed: dict[str, Any]
) -> None:
    user = dovecot.new_user(each.raw for each in letters)
    station = Station.imap(desk_path, dovecot, user)
    reports = [report_of(ended(process)) for process in [station.start(), station.start()]]
    wanted = expected(letters)
    for name in ("created", "followed_up", "noted", "ignored", "quarantined"):
        assert sum(report[name] for report in reports) == wanted[name]
    assert station.picture() == undisturbed
    assert all_seen(dovecot, user)


@pytest.mark.endurance
def test_two_fetches_and_a_pipe_at_once_take_each_letter_once(desk_path: Path, dovecot: Dovecot) -> None:
    """The mail server's alias and two fetches get at the same letters: whoever is first takes one."""
    raws = [letter(f"Till {number}", message_id=f"<{number}@shop.example>") for number in range(120)]
    user = dovecot.new_user(raws)
    station = Station.imap(desk_path, dovecot, user)
    running = [station.start(), station.start()]
    for raw in raws[::-8]:
        done = subprocess.run(
            [*station.program(), "mail", "pipe", "--mailbox", "support"], input=raw, capture_output=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, b"")
    for process in running:
        report_of(ended(process))
    assert station.rows("SELECT count(*), count(DISTINCT subject) FROM ticket") == [(120, 120)]
    assert station.rows("SELECT count(*) FROM message") == [(120,)]
    assert station.rows("SELECT count(*) FROM ledger WHERE folder = 'pipe'") == [(15,)]
    assert station.fetch_report() == counts()
    assert all_seen(dovecot, user)
    checked = station.run("mail", "ledger", "--check")
    assert (checked.code, checked.out) == (0, "mailbox\tfolder\tuid\twhat\n"), checked
