"""The whole tick as a real program against real servers: a flood of mail, kills, two at once, a full disk."""

from __future__ import annotations

import re
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from command_line import Ran
from desks import DESK_FILE
from real_tick import configured, deliver, letter
from servers import Dovecot
from smtp import Post, Taken

from sdesk.desk.opening import open_desk
from sdesk.desk.setup import apply
from sdesk.domain.actor import SYSTEM

SHOPS = 45
THREE = DESK_FILE.replace(
    "[agents.olga]",
    '[agents.carl]\nname = "Carl Bo"\nemail = "carl@desk.example"\nteams = ["it"]\n[agents.olga]',
)
"""The small desk with three agents in the team that gets the mail."""
IMAP = 'kind = "imap"\nhost = "127.0.0.1"\nport = 1\nuser = "x"\npassword_command = ["echo", "x"]\n'
"""A mailbox whose server is gone."""
AGENTS = {"anna@desk.example", "boris@desk.example", "carl@desk.example"}


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory, _desk_template: Path) -> Path:
    """The store with three agents, made once."""
    path = tmp_path_factory.mktemp("three") / "desk.db"
    shutil.copy(_desk_template, path)
    desk = open_desk(path)
    apply(desk, THREE, "desk.toml", actor=SYSTEM, now=datetime(2026, 1, 1, tzinfo=UTC))
    desk.close()
    return path


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for part in ("new", "cur", "tmp"):
        (tmp_path / "mail" / part).mkdir(parents=True)
    return tmp_path / "mail"


def by_kind(post: Post, start: int = 0) -> dict[str, list[Taken]]:
    """Mails to agents, and to everybody else."""
    found: dict[str, list[Taken]] = {"agents": [], "others": []}
    for each in post.taken[start:]:
        found["agents" if set(each.recipients) <= AGENTS | {"vera@desk.example"} else "others"].append(each)
    return found


@pytest.mark.slow
@pytest.mark.server
@pytest.mark.endurance
def test_seven_hundred_mails_after_a_long_holiday(tmp_path: Path, three: Path, dovecot: Dovecot, post: Post) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    # Two mails of each of 350 people, of nine days; the last 40 of one who writes all the time.
    senders = [f"p{number % 330}@acc.shop.example" for number in range(660)] + ["loud@acc.shop.example"] * 40
    mails = [
        letter(number, sender, f"Matter {number}", now - timedelta(hours=10, seconds=number))
        for number, sender in enumerate(senders)
    ]
    user = dovecot.new_user([letter(10_000, "first@acc.shop.example", "The first", now)])
    mailbox = (
        f'kind = "imap"\nhost = "127.0.0.1"\nport = {dovecot.port}\nsecurity = "none"\nuser = "{user}"\n'
        f'password_command = ["printf", "{dovecot.password}"]\n'
    )
    tick = configured(tmp_path, three, mailbox, post)
    assert tick.run("--quiet") == Ran(0, "", "")
    for raw in mails:
        dovecot.deliver(user, raw)
    ran = tick.run()
    assert (ran.code, ran.err) == (0, "")
    assert tick.rows("SELECT outcome, count(*) FROM ledger GROUP BY outcome") == [("created", 701)]
    # Ten minutes of a tick each minute, and a last look an hour later.
    for minute in (1, 2, 3, 5, 8, 12, 70):
        ran = tick.run("--quiet", at=now + timedelta(minutes=minute + 1))
        assert (ran.code, ran.err) == (0, "")
    sent = by_kind(post)
    acknowledged = Counter(each.recipients[0] for each in sent["others"])
    assert acknowledged.pop("loud@acc.shop.example") == 5
    assert acknowledged.pop("first@acc.shop.example") == 1
    assert set(acknowledged.values()) == {2}
    assert len(acknowledged) == 330
    (withheld,) = tick.rows("SELECT count(*) FROM history WHERE event = 'acknowledgement_withheld'")[0]
    assert withheld == 35
    told = tick.rows(
        "SELECT count(*) FROM outbox WHERE kind = 'notification' AND state = 'sent' AND \"values\" LIKE '%\"new\"%'"
    )
    assert told == [(3 * 701,)]
    # 2,103 notifications in a few mails: each agent at once, and once more for what came within the window.
    assert len(sent["agents"]) <= 3 * 4


@pytest.mark.slow
@pytest.mark.endurance
def test_an_outage_of_forty_five_shops(tmp_path: Path, three: Path, maildir: Path, post: Post) -> None:
    tick = configured(tmp_path, three, f'kind = "maildir"\npath = "{maildir}"', post)
    begun = datetime.now(UTC).replace(microsecond=0)
    tick.run("--quiet", at=begun)
    number = 0
    for minute in range(1, 11):
        now = begun + timedelta(minutes=minute)
        for _ in range(5 if minute % 2 else 4):
            shop = f"store-{number + 100:03}@shop.example"
            deliver(maildir, number, letter(number, shop, "Till is down", now), now)
            number += 1
        # One shop writes again and again.
        deliver(maildir, 1000 + minute, letter(1000 + minute, "store-001@shop.example", "Till is down", now), now)
        assert tick.run("--quiet", at=now + timedelta(seconds=20)).err == ""
    assert number == SHOPS
    for minute in (11, 12, 13, 14, 15):
        assert tick.run("--quiet", at=begun + timedelta(minutes=minute, seconds=20)).err == ""
    assert tick.rows("SELECT count(*) FROM ticket WHERE priority <= 'P2'") == [(SHOPS + 10,)]
    sent = by_kind(post)
    acknowledged = Counter(each.recipients[0] for each in sent["others"])
    assert acknowledged.pop("store-001@shop.example") == 5
    assert set(acknowledged.values()) == {1}
    assert len(acknowledged) == SHOPS
    # 55 tickets for 3 agents: 165 notifications, one mail in two minutes to each.
    per_agent = Counter(each.recipients[0] for each in sent["agents"])
    assert set(per_agent) == AGENTS
    assert max(per_agent.values()) <= 8
    waiting = tick.rows("SELECT count(*) FROM outbox WHERE kind = 'notification' AND state = 'queued'")
    assert waiting == [(0,)]
    texts = [f"{each.mail['Subject']}\n{each.text}" for each in sent["agents"]]
    lines = sum(len(re.findall(r"SD-\d+ .*Till is down|\[SD-\d+\]", text)) for text in texts)
    assert lines >= 3 * (SHOPS + 10)


@pytest.mark.slow
@pytest.mark.endurance
def test_a_tick_that_is_killed_again_and_again(tmp_path: Path, three: Path, maildir: Path, post: Post) -> None:
    tick = configured(tmp_path, three, f'kind = "maildir"\npath = "{maildir}"', post)
    now = datetime.now(UTC).replace(microsecond=0)
    tick.run("--quiet")
    for number in range(120):
        deliver(maildir, number, letter(number, f"p{number}@acc.shop.example", f"Matter {number}", now), now)

    def slowly(taken: Taken) -> str:
        time.sleep(0.02)
        return "250 2.0.0 taken"

    post.answer = slowly
    for kill in range(8):
        process = tick.start()
        wanted = min(119, 15 * (kill + 1))
        deadline = time.monotonic() + 60
        while tick.rows("SELECT count(*) FROM ledger")[0][0] < wanted and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    for minutes in (0, 4, 20, 40, 60):
        ran = tick.run("--quiet", at=datetime.now(UTC) + timedelta(minutes=minutes))
        assert (ran.code, ran.err) == (0, "")
    assert tick.rows("SELECT count(*), count(DISTINCT ticket_id) FROM ledger") == [(120, 120)]
    states = dict(tick.rows("SELECT state, count(*) FROM outbox GROUP BY state"))
    assert set(states) == {"sent"}
    ids = Counter(str(each.mail["Message-ID"]) for each in post.taken)
    # At most what was on the line at a kill went twice, and then with the same Message-ID.
    assert sum(count - 1 for count in ids.values()) <= 8
    assert len(ids) >= 120
    assert tick.rows("SELECT count(*) FROM outbox WHERE message_id LIKE '<sd-%.a-%'") == [(0,)]


@pytest.mark.slow
def test_two_ticks_at_once_do_nothing_twice(tmp_path: Path, three: Path, maildir: Path, post: Post) -> None:
    tick = configured(tmp_path, three, f'kind = "maildir"\npath = "{maildir}"', post)
    now = datetime.now(UTC).replace(microsecond=0)
    tick.run("--quiet")
    for number in range(60):
        deliver(maildir, number, letter(number, f"p{number}@acc.shop.example", f"Matter {number}", now), now)
    both = [tick.start() for _ in range(3)]
    for process in both:
        out, err = process.communicate(timeout=120)
        assert (process.returncode, out, err) == (0, "", "")
    late = now + timedelta(minutes=20)
    with ThreadPoolExecutor(3) as pool:
        for ran in pool.map(lambda _: tick.run("--quiet", at=late), range(3)):
            assert (ran.code, ran.err) == (0, "")
    assert tick.rows("SELECT count(*) FROM ledger") == [(60,)]
    assert max(Counter(str(each.mail["Message-ID"]) for each in post.taken).values()) == 1
    sent = by_kind(post)
    assert Counter(each.recipients[0] for each in sent["others"]) == Counter(
        f"p{number}@acc.shop.example" for number in range(60)
    )
    assert set(dict(tick.rows("SELECT state, count(*) FROM outbox GROUP BY state"))) == {"sent"}


def test_a_mailbox_at_which_another_tick_is_is_left_to_it(
    tmp_path: Path, three: Path, maildir: Path, post: Post
) -> None:
    from sdesk.store.turn import turn

    tick = configured(tmp_path, three, f'kind = "maildir"\npath = "{maildir}"', post)
    with turn(tick.store, "support") as ours:
        assert ours
        ran = tick.run()
        assert ran.code == 0
        assert "support: left to another tick" in ran.out
        assert "tickets: " in ran.out
    assert "support: 0 examined" in tick.run().out


def test_each_part_fails_by_itself(tmp_path: Path, three: Path, maildir: Path, post: Post) -> None:
    bell = tmp_path / "bell"
    bell.write_text(f"#!/bin/sh\ncat > /dev/null; echo rung >> {tmp_path}/rung\n")
    bell.chmod(0o700)
    more = (
        f'[mailboxes.gone]\nkind = "maildir"\npath = "{tmp_path}/none"\nteam = "it"\n[notify]\ncommand = ["{bell}"]\n'
    )
    tick = configured(tmp_path, three, f'kind = "maildir"\npath = "{maildir}"', post, more)
    tick.config.write_text(tick.config.read_text().replace(str(post.port), "1"))
    tick.run("--quiet")
    now = datetime.now(UTC).replace(microsecond=0)
    deliver(maildir, 1, letter(1, "store-001@shop.example", "Till is down", now), now)
    ran = tick.run(at=now + timedelta(seconds=30))
    assert ran.code == 6, ran
    assert "gone" in ran.err
    assert "mail server" in ran.err, ran.out
    assert (tmp_path / "rung").read_text().count("rung") == 3
    assert tick.rows("SELECT count(*) FROM ticket") == [(1,)]


def test_a_mail_server_that_is_gone_is_exit_5_where_nothing_else_went(tmp_path: Path, three: Path, post: Post) -> None:
    tick = configured(tmp_path, three, f'{IMAP}security = "none"', post)
    ran = tick.run()
    assert (ran.code, "127.0.0.1:1" in ran.err) == (5, True), ran


def test_what_the_desk_calls_and_what_must_be_mended_have_their_codes(
    tmp_path: Path, three: Path, maildir: Path, post: Post
) -> None:
    more = '[notify]\non_success = ["false"]\n'
    tick = configured(tmp_path, three, "", post, more)
    # A desk without any mailbox: the sign of life is all that fails.
    tick.config.write_text(tick.config.read_text()[tick.config.read_text().index("[smtp]") :])
    ran = tick.run()
    assert (ran.code, "false failed (exit 1)" in ran.err) == (1, True), ran
    tick = configured(tmp_path, tick.store, f'{IMAP}ca_file = "{tmp_path}/none"', post)
    ran = tick.run()
    assert (ran.code, "mend ca_file" in ran.err) == (2, True), ran


def test_a_bug_in_sending_is_news_and_exit_1(tmp_path: Path, three: Path, maildir: Path, post: Post) -> None:
    tick = configured(tmp_path, three, f'kind = "maildir"\npath = "{maildir}"', post)
    tick.run("--quiet")
    now = datetime.now(UTC).replace(microsecond=0)
    deliver(maildir, 1, letter(1, "maria@shop.example", "Help", now), now)
    tick.run("--quiet")
    with closing(sqlite3.connect(tick.store)) as connection:
        # As an older release wrote it, which took the domain as it stood.
        connection.execute("UPDATE outbox SET message_id = '<old@стол.example>' WHERE kind = 'acknowledgement'")
        connection.commit()
    ran = tick.run("--quiet", at=now + timedelta(minutes=5))
    assert ran.code == 1, ran
    assert "a bug in sdesk: UnicodeEncodeError" in ran.err
    # Once an hour, and not each minute.
    assert tick.run("--quiet", at=now + timedelta(minutes=7)).err == ""


@contextmanager
def web() -> Iterator[tuple[int, list[str]]]:
    """An HTTP server that says who asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(500 if "broken" in self.path else 200)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port, asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_sign_of_life_after_each_good_tick_alone(tmp_path: Path, three: Path, maildir: Path, post: Post) -> None:
    with web() as (port, asked):
        more = f'[notify]\non_success = "http://127.0.0.1:{port}/alive"\n'
        tick = configured(tmp_path, three, f'kind = "maildir"\npath = "{maildir}"', post, more)
        assert tick.run("--quiet") == Ran(0, "", "")
        assert asked == ["/alive"]
        shutil.move(maildir, tmp_path / "away")
        assert tick.run("--quiet").code != 0
        assert asked == ["/alive"]
        shutil.move(tmp_path / "away", maildir)
        text = tick.config.read_text()
        tick.config.write_text(text.replace("/alive", "/broken?key=secret"))
        ran = tick.run()
        assert "it answers 500" in ran.err
        assert "secret" not in ran.err
        tick.config.write_text(text.replace(f'"http://127.0.0.1:{port}/alive"', f'["touch", "{tmp_path}/alive"]'))
        assert tick.run("--quiet").code == 0
        assert (tmp_path / "alive").exists()


def test_with_the_disk_nearly_full_no_mail_is_taken_and_the_rest_goes_on(
    tmp_path: Path, three: Path, maildir: Path, post: Post
) -> None:
    tick = configured(tmp_path, three, f'kind = "maildir"\npath = "{maildir}"', post)
    tick.run("--quiet")
    now = datetime.now(UTC).replace(microsecond=0)
    deliver(maildir, 1, letter(1, "maria@shop.example", "Help", now), now)
    config = tick.config.read_text()
    tick.config.write_text(f"[store]\nkeep_free = {10**18}\n{config}")
    ran = tick.run("--quiet")
    assert ran.code == 4
    assert "nearly full" in ran.err
    assert list((maildir / "new").iterdir())
    assert tick.rows("SELECT count(*) FROM ticket") == [(0,)]
    # The admin is told by mail, once a day.
    (warning,) = post.taken
    assert warning.recipients == ("anna@desk.example",)
    assert "nearly full" in warning.text
    ran = tick.run("--quiet")
    assert (ran.code, ran.out, ran.err) == (4, "", "")
    assert len(post.taken) == 1
    fetched = subprocess.run(tick.command("mail", "fetch"), capture_output=True, text=True, check=False)
    assert fetched.returncode == 4
    piped = subprocess.run(
        tick.command("mail", "pipe", "--mailbox", "support"),
        input=letter(2, "maria@shop.example", "Help", now).decode(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert piped.returncode == 75
    # It goes on showing, and answering.
    asked = [*tick.command("new", "--subject", "By hand", "--text", "x", "--service", "other"), "--as", "anna"]
    assert subprocess.run(asked, capture_output=True, text=True, check=False).returncode in (0, 2)
    shown = subprocess.run([*tick.command("--as", "anna", "list")], capture_output=True, text=True, check=False)
    assert shown.returncode == 0
    tick.config.write_text(config)
    ran = tick.run("--quiet")
    assert ran.code == 0
    assert "disk: well again" in ran.err
    assert tick.rows("SELECT count(*) FROM ledger") == [(1,)]


def test_the_log_tells_ids_and_numbers_and_never_words_or_keys(
    tmp_path: Path, three: Path, maildir: Path, post: Post
) -> None:
    tick = configured(tmp_path, three, f'kind = "maildir"\npath = "{maildir}"', post)
    tick.run("--quiet")
    now = datetime.now(UTC).replace(microsecond=0)
    deliver(maildir, 1, letter(1, "maria@shop.example", "Very private", now), now)
    log = tmp_path / "tick.log"
    ran = tick.run("--quiet", "-v", "--log-file", str(log), at=now + timedelta(seconds=30))
    told = log.read_text()
    assert "support: <1.maria@shop.example> created SD-1" in told
    assert "<1.maria@shop.example> created SD-1" in ran.err
    tick.run("--quiet", "--log-file", str(log), at=now + timedelta(minutes=5))
    told = log.read_text()
    assert "notification sent SD-1" in told
    assert "acknowledgement sent SD-1" in told
    assert "private" not in told
    assert "Please" not in told
    assert "sd-1." not in told
    (token,) = tick.rows("SELECT token FROM ticket")[0]
    assert token not in told
