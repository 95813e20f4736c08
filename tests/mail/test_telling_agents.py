"""Telling agents by real ways: a mail server, a program, an HTTP receiver; what goes together, and what never twice."""

from __future__ import annotations

import json
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from email.utils import parseaddr
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from catalogue_desk import CATALOGUE
from desks import DESK_FILE, NOW
from intake_desk import MailDesk
from smtp import Post, Taken

from sdesk.actions.perform import create
from sdesk.config import Config, Notify
from sdesk.config.wire import Security, Server
from sdesk.desk.opening import open_desk
from sdesk.desk.outbox import notifications
from sdesk.domain.actor import SYSTEM
from sdesk.domain.concerned import URGENT
from sdesk.domain.ledger import Outcome
from sdesk.mail.outbox.line import Line
from sdesk.mail.outbox.notify import NotifyReport, notify_due
from sdesk.mail.outbox.send import send_due
from sdesk.mail.outbox.ways import Command
from sdesk.store.reader import Reader

PLUS = DESK_FILE.replace('address = "support@desk.example"', 'address = "support@desk.example"\nplus_addressing = true')
TILL = (
    "From: store-{0:03}@shop.example\nSubject: Till is down\nMessage-ID: <till-{0}@shop.example>\n\nNobody can pay.\n"
)


@pytest.fixture
def desk(desk_path: Path) -> Iterator[MailDesk]:
    made = MailDesk(desk_path)
    yield made
    made.desk.close()


def configured(post: Post | None = None, **notify: Any) -> Config:
    server = Server(section="smtp", host="127.0.0.1", port=post.port, security=Security.NONE) if post else None
    return Config(smtp=server, notify=Notify(**notify))


def tell(desk: MailDesk, config: Config, at: datetime) -> NotifyReport:
    return notify_due(desk.desk, config, now=lambda: at)


def minutes(count: float) -> datetime:
    return NOW + timedelta(minutes=count)


def states(desk: MailDesk) -> list[str]:
    return [state for (state,) in desk.rows("SELECT state FROM outbox WHERE kind = 'notification' ORDER BY id")]


def script(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o700)
    return str(path)


# ---- by mail -----------------------------------------------------------------------------------


def test_what_was_answered_in_a_form_is_told(desk: MailDesk, desk_path: Path, post: Post) -> None:
    desk.apply(CATALOGUE)
    with Reader(desk_path) as reader:
        anna = reader.actor("anna")
    values = {"subject": "Dead", "service": "till", "form": {"model": "AT-55", "since": "2026-11-01"}}
    create(desk.desk, anna, values, now=NOW)
    tell(desk, configured(post), minutes(1))
    assert "Service: Till\nModel: AT-55\nBroken since: 2026-11-01\n" in post.taken[0].text


def test_one_ticket_is_told_whole_and_can_be_answered(desk: MailDesk, post: Post) -> None:
    desk.apply(PLUS)
    number = desk.take(TILL.format(1)).number
    report = tell(desk, configured(post), minutes(1))
    assert (report.agents, report.told, report.failures) == (2, 2, [])
    assert sorted(each.recipients for each in post.taken) == [("anna@desk.example",), ("boris@desk.example",)]
    mail, text = post.taken[0].mail, post.taken[0].text
    assert mail["Subject"] == f"[SD-{number}] New: Till is down"
    for told in (
        "P1",
        "Flagship, +7 495 000-00-01",
        "store-001@shop.example",
        "Nobody can pay.",
        "Loss (all turnover): ~180 000 RUB an hour",
    ):
        assert told in text
    assert "#note" in text
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Sdesk-Loop"]
    # The agent answers from his own mail program: the requester gets it from the desk.
    receipt = desk.take(
        f"From: {post.taken[0].recipients[0]}\nTo: {parseaddr(mail['Reply-To'])[1]}\nSubject: Re: x\n"
        f"Message-ID: <mine@x.example>\nIn-Reply-To: {mail['Message-ID']}\n\nPlug it in again.\n",
        at=minutes(2),
    )
    assert "relayed to the requester" in receipt.reason
    assert ("reply", "store-001@shop.example") in [(kind, to) for kind, to, _ in desk.outbox()]


def test_the_address_alone_is_enough(desk: MailDesk, post: Post) -> None:
    desk.apply(PLUS)
    desk.take(TILL.format(1))
    tell(desk, configured(post), minutes(1))
    sent = post.taken[0]
    receipt = desk.take(
        f"From: {sent.recipients[0]}\nTo: {parseaddr(sent.mail['Reply-To'])[1]}\nSubject: x\n"
        "Message-ID: <m@x.example>\n\n#take\n",
        at=minutes(2),
    )
    assert "took it by mail" in receipt.reason


def test_the_store_keeps_no_key_of_what_has_gone(desk: MailDesk, post: Post) -> None:
    number = desk.ask()
    tell(desk, configured(post), minutes(1))
    kept = desk.dump()
    for each in post.taken:
        own = str(each.mail["Message-ID"])
        assert own.split(".")[1].startswith("a-")
        assert own.split(".")[1] not in kept
        # A bounce of it still finds its ticket.
        desk.take(
            "From: mailer-daemon@mx.example\nReturn-Path: <>\nSubject: Undelivered\n"
            f"Message-ID: <b{own[-20:-15]}@mx.example>\nIn-Reply-To: {own}\n\nNo such user.\n",
            at=minutes(3),
        )
    assert desk.events(number).count("undeliverable") == 2


def test_it_speaks_the_desks_language(desk: MailDesk, post: Post) -> None:
    desk.apply(DESK_FILE.replace('language = "en"', 'language = "ru"'))
    desk.ask()
    desk.ask(2)
    tell(desk, configured(post), minutes(1))
    assert post.taken[0].mail["Subject"].startswith("Заявок: 2, первая: P4")
    desk.ask(3)
    tell(desk, configured(post), minutes(20))
    assert "Новая" in post.taken[-1].mail["Subject"]
    assert "понедельник" in post.taken[-1].text or "вторник" in post.taken[-1].text


# ---- batches -----------------------------------------------------------------------------------


def test_what_comes_within_a_window_goes_as_one_the_most_urgent_first(desk: MailDesk, post: Post) -> None:
    desk.apply(PLUS)
    config = configured(post)
    desk.ask(1)
    tell(desk, config, minutes(1))
    assert len(post.taken) == 2
    for number in range(2, 8):
        desk.ask(number, at=minutes(number - 0.5))
        tell(desk, config, minutes(number))
    assert len(post.taken) == 2
    tell(desk, config, minutes(10.9))
    assert len(post.taken) == 2
    urgent = desk.take(TILL.format(1), at=minutes(11)).number
    tell(desk, config, minutes(11.2))
    assert len(post.taken) == 4
    text = post.taken[-1].text
    assert post.taken[-1].mail["Subject"] == "7 tickets, the first: P1 Till is down"
    assert text.startswith(f"P1 SD-{urgent} New: Till is down")
    assert text.count("support+") == 7
    assert set(states(desk)) == {"sent"}
    ((first,),) = (desk.rows("SELECT count(*) FROM outbox WHERE agent_id = 1 AND sent_with IS NOT NULL")[:1],)
    assert first[0] == 6
    # An answer to it could be meant for any of them: it opens none.
    own = str(post.taken[-1].mail["Message-ID"])
    assert "sd-digest" in own
    assert post.taken[-1].mail["Reply-To"] is None


def test_a_line_of_several_says_whose_words_it_has_and_without_what_they_quote(desk: MailDesk, post: Post) -> None:
    asked = desk.ask(1)
    desk.do("boris", "forward", asked, to="tim@tills.example", text="Error 42?")
    ((question,),) = desk.rows("SELECT message_id FROM message ORDER BY id DESC LIMIT 1")
    words = " ".join(["Replace the fuse behind the drawer."] * 20)
    desk.take(
        f"From: Tim Till <tim@tills.example>\nSubject: Re\nMessage-ID: <t@tills.example>\nIn-Reply-To: {question}\n\n"
        f"On Monday, Boris wrote:\n> Error 42?\n\n{words}\n",
        at=minutes(1),
    )
    desk.ask(2, sender="Maria <maria@shop.example>", at=minutes(1))
    tell(desk, configured(post), minutes(2))
    text = next(each.text for each in post.taken if each.recipients == ("anna@desk.example",))
    (said,) = [line.strip() for line in text.split("\n") if "Tim Till" in line]
    assert said.startswith("Tim Till (supplier): Replace the fuse")
    assert "Error 42?" not in text
    assert "Maria (requester): " in text
    ends = re.search(r"Tim Till \(supplier\): (.*?)…", " ".join(text.split()))
    assert ends is not None
    assert (words + " ").startswith(ends[1] + " ")  # at the end of a word


def test_an_answer_to_several_opens_no_ticket_and_is_told_so(desk: MailDesk, post: Post) -> None:
    desk.ask(1)
    desk.ask(2)
    tell(desk, configured(post), minutes(1))
    own = next(each.mail["Message-ID"] for each in post.taken if each.recipients == ("anna@desk.example",))
    receipt = desk.answer("anna", "Plug it in.", own, at=minutes(2))
    assert (receipt.outcome, receipt.number, desk.count()) == (Outcome.IGNORED, None, 2)
    before = len(post.taken)
    tell(desk, configured(post), minutes(20))
    (told,) = post.taken[before:]
    assert told.recipients == ("anna@desk.example",)
    assert "Answer the notification of the one ticket" in " ".join(told.text.split())
    # A program that answers whatever comes is not written to for ever.
    for minute in range(30, 50):
        desk.answer("anna", "Plug it in." + "!" * minute, own, at=minutes(minute))
    assert desk.told().count(("anna", "desk")) == 5
    assert desk.count() == 2
    # Somebody else's answer is a request as any: nothing of it is lost.
    desk.take(f"From: eve@else.example\nSubject: x\nMessage-ID: <e@else.example>\nIn-Reply-To: {own}\n\nHi\n")
    assert desk.count() == 3


def test_who_has_answered_is_not_told_of_the_question(desk: MailDesk, post: Post) -> None:
    number = desk.ask(1)
    desk.do("boris", "reply", number, text="Plug it in.", at=minutes(0.5))
    tell(desk, configured(post), minutes(1))
    assert [each.recipients for each in post.taken] == [("anna@desk.example",)]
    # What comes afterwards is news again.
    reference = f"<sd-{number}.{desk.token(number)}.00@desk.example>"
    head = "From: maria@shop.example\nSubject: Re\nMessage-ID: <again@s.example>\n"
    desk.take(f"{head}In-Reply-To: {reference}\n\nIt is plugged in.\n", at=minutes(2))
    tell(desk, configured(post), minutes(3))
    assert post.taken[-1].recipients == ("boris@desk.example",)
    assert "Answer" in post.taken[-1].mail["Subject"]


def test_what_is_urgent_waits_two_minutes_and_not_ten(desk: MailDesk, post: Post) -> None:
    config = configured(post)
    desk.ask(1)
    tell(desk, config, minutes(1))
    desk.take(TILL.format(1), at=minutes(1.5))
    tell(desk, config, minutes(2))
    assert len(post.taken) == 2
    tell(desk, config, minutes(3))
    assert len(post.taken) == 4


def test_several_events_of_a_ticket_are_one_line(desk: MailDesk, post: Post) -> None:
    config = configured(post)
    number = desk.ask(1)
    for word in ("one", "two"):
        reference = f"<sd-{number}.{desk.token(number)}.00@desk.example>"
        head = f"From: maria@shop.example\nSubject: Re\nMessage-ID: <{word}@s.example>\n"
        desk.take(f"{head}In-Reply-To: {reference}\n\n{word}\n")
    tell(desk, config, minutes(1))
    assert len(post.taken) == 2
    assert "New, Answer" in post.taken[0].mail["Subject"]
    assert "two" in post.taken[0].text
    assert states(desk) == ["sent"] * 6


def test_a_bounce_of_a_digest_finds_a_ticket_of_it(desk: MailDesk, post: Post) -> None:
    first = desk.ask(1)
    desk.ask(2)
    tell(desk, configured(post), minutes(1))
    own = post.taken[0].mail["Message-ID"]
    receipt = desk.take(
        f"From: mailer-daemon@mx.example\nReturn-Path: <>\nSubject: Undelivered\nMessage-ID: <b@mx.example>\n"
        f"In-Reply-To: {own}\n\nNo such user.\n",
        at=minutes(3),
    )
    assert receipt.number == first


@pytest.mark.parametrize("hostile", ["[bold]x[/bold]", "{{ 7 * 7 }}", "\x1b[31mred", "a\nBcc: eve@evil.example"])
def test_hostile_words_stay_words(desk: MailDesk, post: Post, hostile: str) -> None:
    raw = f"From: maria@shop.example\nSubject: x\nMessage-ID: <h@x.example>\n\n{hostile}\n".encode()
    desk.take(raw)
    tell(desk, configured(post), minutes(1))
    assert "\x1b" not in post.taken[0].text
    assert post.taken[0].mail["Bcc"] is None
    assert hostile.split("\n")[0].replace("\x1b", "\N{SYMBOL FOR ESCAPE}")[1:] in post.taken[0].text


# ---- what is no news any more --------------------------------------------------------------------


def test_what_is_no_news_any_more_is_dropped(desk: MailDesk, post: Post) -> None:
    spam, moved = desk.ask(1), desk.ask(2)
    desk.do("anna", "spam", spam)
    desk.do("anna", "assign", moved, to="team:hr")
    tell(desk, configured(post), minutes(1))
    assert [each.recipients for each in post.taken] == [("olga@desk.example",)]
    assert desk.rows("SELECT count(*) FROM token") == [(1,)]


def test_without_any_way_old_notifications_are_given_up(desk: MailDesk) -> None:
    desk.ask(1)
    assert tell(desk, configured(), minutes(1)).given_up == 0
    assert tell(desk, configured(), NOW + timedelta(days=2)).given_up == 2
    assert states(desk) == ["failed", "failed"]


# ---- failures ------------------------------------------------------------------------------------


def test_a_server_that_is_gone_loses_nothing_and_holds_up_nobody(desk: MailDesk, post: Post, tmp_path: Path) -> None:
    bell = script(tmp_path / "bell", f'cat >/dev/null; echo "$@" >> {tmp_path}/rung')
    port = post.port
    gone = configured(post, command=(bell, "{agent}", "{priority}", "{number}", "{event}"))
    server = Server(section="smtp", host="127.0.0.1", port=1, security=Security.NONE, timeout=2)
    number = desk.take(TILL.format(1)).number
    report = tell(desk, gone._replace(smtp=server), minutes(1))
    assert len(report.failures) == 1
    rung = (tmp_path / "rung").read_text().splitlines()
    assert sorted(rung) == [f"anna P1 {number} new", f"boris P1 {number} new"]
    assert set(states(desk)) == {"queued"}
    assert desk.rows("SELECT DISTINCT attempts FROM outbox WHERE agent_id") == [(1,)]
    # The server is back: the mail goes, and the bell does not ring again.
    assert port == post.port
    tell(desk, gone, minutes(5))
    assert len(post.taken) == 2
    assert set(states(desk)) == {"sent"}
    assert len((tmp_path / "rung").read_text().splitlines()) == 2


def test_a_second_try_carries_the_message_id_of_the_first(desk: MailDesk, post: Post) -> None:
    desk.ask(1)
    post.answer = lambda taken: "451 4.3.0 not now"
    tell(desk, configured(post), minutes(1))
    first = {str(each.mail["Message-ID"]) for each in post.offered}
    post.answer = lambda taken: "250 2.0.0 taken"
    tell(desk, configured(post), minutes(5))
    assert {str(each.mail["Message-ID"]) for each in post.taken} == first


def test_what_the_server_refuses_for_good_is_not_tried_again(desk: MailDesk, post: Post) -> None:
    post.refuse["boris@desk.example"] = "550 5.1.1 no such user"
    desk.ask(1)
    tell(desk, configured(post), minutes(1))
    tell(desk, configured(post), minutes(30))
    # The third tells the lead of it.
    assert states(desk) == ["sent", "failed", "sent"]
    ((said,),) = desk.rows("SELECT last_error FROM outbox WHERE state = 'failed'")
    assert "no such user" in said


def test_a_crash_between_sending_and_marking_is_tried_again_later(desk: MailDesk, post: Post) -> None:
    desk.ask(1)
    with desk.desk.work(SYSTEM, minutes(1)) as work:
        (one, *_) = notifications.agents_due(work)
        assert notifications.claim(work, one) is not None
        work.session.commit()
    # The one who claimed it is gone: nobody else takes it before its claim is old.
    tell(desk, configured(post), minutes(2))
    assert len(post.taken) == 1
    tell(desk, configured(post), minutes(22))
    assert len(post.taken) == 2


def test_a_store_that_is_locked_after_the_word_of_a_way_is_waited_for(desk: MailDesk, post: Post) -> None:
    desk.ask(1)
    other = sqlite3.connect(desk.path, isolation_level=None, check_same_thread=False)
    pauses: list[float] = []

    def answer(taken: Taken) -> str:
        if not pauses:
            other.execute("BEGIN IMMEDIATE")
        return "250 2.0.0 taken"

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 4:
            other.execute("ROLLBACK")

    post.answer = answer
    with closing(open_desk(desk.path, busy_seconds=0.01)) as impatient:
        assert notify_due(impatient, configured(post), now=lambda: minutes(1), sleep=sleep).told == 2
        notify_due(impatient, configured(post), now=lambda: minutes(22))
    assert len(pauses) == 4
    assert len(post.taken) == 2
    assert states(desk) == ["sent", "sent"]


def test_a_claim_of_the_future_was_made_by_a_clock_that_was_wrong(desk: MailDesk, post: Post) -> None:
    desk.ask(1)
    with desk.desk.work(SYSTEM, minutes(1)) as work:
        work.connection.exec_driver_sql("UPDATE outbox SET claimed_at = '2031-01-01T00:00:00Z'")
        work.session.commit()
    assert tell(desk, configured(post), minutes(2)).told == 2


def test_mail_to_requesters_and_to_agents_goes_over_one_line(desk: MailDesk, post: Post) -> None:
    desk.ask(1)
    config = configured(post)
    assert config.smtp is not None
    with Line(config.smtp) as line:
        assert send_due(desk.desk, config, now=lambda: minutes(3), line=line).sent == 1
        assert notify_due(desk.desk, config, now=lambda: minutes(3), line=line).told == 2
    assert (len(post.taken), post.connections) == (3, 1)


def test_two_senders_at_once_tell_once(desk: MailDesk, post: Post) -> None:
    for number in range(20):
        desk.ask(number, sender=f"a{number}@shop.example")
    both = threading.Barrier(2)

    def run() -> None:
        other = open_desk(desk.path)
        both.wait()
        notify_due(other, configured(post), now=lambda: minutes(1))
        other.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each.recipients for each in post.taken) == [("anna@desk.example",), ("boris@desk.example",)]
    assert set(states(desk)) == {"sent"}


def test_a_bug_of_one_way_fails_that_way_alone(
    desk: MailDesk, post: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.take(TILL.format(1))

    def broken(*_: object) -> None:
        raise ZeroDivisionError("of all things")

    monkeypatch.setattr(Command, "tell", broken)
    report = tell(desk, configured(post, command=(script(tmp_path / "ring", "true"),)), minutes(1))
    assert len(post.taken) == report.agents == 2
    assert report.failures == ["command: a bug: ZeroDivisionError: of all things"]
    assert isinstance(report.bugs[0], ZeroDivisionError)
    assert set(states(desk)) == {"queued"}


# ---- the command and Apprise -----------------------------------------------------------------------


def test_the_command_gets_the_text_and_plain_words(desk: MailDesk, tmp_path: Path) -> None:
    bell = script(tmp_path / "bell", f'printf "%s|" "$@" >> {tmp_path}/arguments; cat >> {tmp_path}/text')
    desk.take(TILL.format(1))
    report = tell(desk, configured(command=(bell, "to={agent}", "{priority}", "{unknown}", "; rm -rf /")), minutes(1))
    assert report.failures == []
    assert "to=anna|P1|{unknown}|; rm -rf /|" in (tmp_path / "arguments").read_text()
    assert "Nobody can pay." in (tmp_path / "text").read_text()
    assert set(states(desk)) == {"sent"}


@pytest.mark.parametrize(
    ("text", "said"), [("exit 3", "failed (exit 3)"), ("sleep 60", "was not done in"), ("", "cannot be run")]
)
def test_a_command_that_fails_is_said_and_tried_again(
    desk: MailDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    monkeypatch.setattr("sdesk.mail.calls.run_command.__kwdefaults__", {"seconds": 0.5})
    bell = script(tmp_path / "bell", text) if text else str(tmp_path / "none")
    desk.ask(1)
    report = tell(desk, configured(command=(bell,)), minutes(1))
    assert said in report.failures[0]
    assert set(states(desk)) == {"queued"}
    script(tmp_path / "bell" if text else tmp_path / "none", "cat > /dev/null")
    tell(desk, configured(command=(bell,)), minutes(3))
    assert set(states(desk)) == {"sent"}


def test_a_filter_of_the_configuration_holds_for_what_rings(desk: MailDesk, post: Post, tmp_path: Path) -> None:
    bell = script(tmp_path / "bell", f"cat >/dev/null; echo rung >> {tmp_path}/rung")
    desk.ask(1)
    tell(desk, configured(post, command=(bell,), priorities=URGENT), minutes(1))
    assert not (tmp_path / "rung").exists()
    assert len(post.taken) == 2
    desk.take(TILL.format(1), at=minutes(20))
    tell(desk, configured(command=(bell,), priorities=URGENT), minutes(21))
    assert (tmp_path / "rung").exists()


@contextmanager
def receiver() -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """An HTTP server that keeps what is posted to it."""
    got: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port, got
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


# It loads modules of a hundred services, and what those stand on is not ours to mend.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_apprise_tells_a_real_receiver(desk: MailDesk) -> None:
    pytest.importorskip("apprise")
    desk.take(TILL.format(1))
    with receiver() as (port, got):
        report = tell(desk, configured(apprise=(f"json://127.0.0.1:{port}",)), minutes(1))
    assert report.failures == []
    # It is the desk's channel, and no agent's own: of one event it tells once.
    assert len(got) == 1
    assert set(states(desk)) == {"sent", "taken_back"}
    assert "Till is down" in got[0]["title"]
    assert "Nobody can pay." in got[0]["message"]
    done = desk.rows("SELECT done FROM outbox WHERE agent_id")
    assert "127.0.0.1" not in str(done)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_private_teams_words_never_go_into_a_channel(desk: MailDesk, post: Post) -> None:
    pytest.importorskip("apprise")
    raw = "From: maria@shop.example\nTo: hr@desk.example\nSubject: My salary\nMessage-ID: <s@x.example>\n\nIt is 7.\n"
    desk.take(raw, box="hr", addresses=("hr@desk.example",), team="hr")
    with receiver() as (port, got):
        tell(desk, configured(post, apprise=(f"json://127.0.0.1:{port}",)), minutes(1))
    assert "salary" in post.taken[0].text
    assert "SD-1" in got[0]["message"]
    for word in ("salary", "It is 7", "maria"):
        assert word not in str(got)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("count", [1, 3])
def test_what_is_no_mail_carries_no_key_and_invites_to_no_answer(
    desk: MailDesk, post: Post, tmp_path: Path, count: int
) -> None:
    pytest.importorskip("apprise")
    desk.apply(PLUS)
    for number in range(1, count + 1):
        desk.take(TILL.format(number))
    bell = script(tmp_path / "bell", f"cat >> {tmp_path}/text")
    with receiver() as (port, got):
        report = tell(desk, configured(post, command=(bell,), apprise=(f"json://127.0.0.1:{port}",)), minutes(1))
    assert report.failures == []
    key = re.compile(r"a-[0-9a-f]{32}")
    assert key.search(post.taken[0].raw.decode())
    assert len(got) == 1
    for text in (f"{got[0]['title']}\n{got[0]['message']}", (tmp_path / "text").read_text()):
        assert text.count("Nobody can pay.") >= count
        assert "Flagship, +7 495 000-00-01" in text
        assert not key.search(text)
        assert "answer this mail" not in text.lower()
        assert "#take" not in text


# As above: Apprise loads what is deprecated.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_breach_reaches_the_lead_by_every_way_once(desk: MailDesk, post: Post, tmp_path: Path) -> None:
    """By mail to each, by a program for each; into a channel that is nobody's own once for both."""
    number = desk.take(TILL.format(1)).number
    assert number is not None
    desk.do("boris", "take", number, at=minutes(1))
    rung = tmp_path / "rung"
    bell = script(tmp_path / "ring", f'echo "$1 $2" >> {rung}')
    with receiver() as (port, received):
        config = configured(post, command=(bell, "{agent}", "{event}"), apprise=(f"json://127.0.0.1:{port}",))
        tell(desk, config, minutes(2))
        rung.unlink()
        del post.taken[:], received[:]
        for later in (20, 20, 40, 60):
            desk.sweep(minutes(later))
            tell(desk, config, minutes(later))
    breached = [each for each in post.taken if "Promise breached" in each.mail["Subject"]]
    assert sorted(each.recipients for each in breached) == [("anna@desk.example",), ("boris@desk.example",)]
    assert sorted(rung.read_text().split("\n")[:-1]) == ["anna breached", "boris breached"]
    assert len(received) == 1


def test_a_failed_one_that_is_tried_again_gets_a_new_key(desk: MailDesk, post: Post) -> None:
    post.refuse["boris@desk.example"] = post.refuse["anna@desk.example"] = "550 5.1.1 no such user"
    desk.ask(1)
    tell(desk, configured(post), minutes(1))
    with desk.desk.work(SYSTEM, minutes(2)) as work:
        work.connection.exec_driver_sql("UPDATE outbox SET state = 'queued' WHERE state = 'failed'")
        work.session.commit()
    post.refuse.clear()
    tell(desk, configured(post), minutes(30))
    assert all(".a-" in str(each.mail["Message-ID"]) for each in post.taken)
    assert len(post.taken) == 2


def test_without_the_library_it_is_said_how_to_get_it(desk: MailDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "apprise", None)
    desk.ask(1)
    report = tell(desk, configured(apprise=("json://127.0.0.1:1",)), minutes(1))
    assert "pip install 'sdesk[notify]'" in report.failures[0]


# ---- the promise mail -------------------------------------------------------------------------------


def test_a_promise_that_moved_is_mailed_and_one_that_moved_back_is_not(desk: MailDesk, post: Post) -> None:
    def send(at: datetime) -> list[str]:
        before = len(post.taken)
        send_due(desk.desk, configured(post), now=lambda: at)
        return [str(each.mail["Subject"]) for each in post.taken[before:]]

    one, other = desk.ask(1), desk.ask(2)
    assert len(send(minutes(3))) == 2
    promised: Callable[[int], Any] = lambda number: desk.column(number, "promised_at")  # noqa: E731 - read each time
    assert promised(one) is not None
    for number in (one, other):
        desk.do("anna", "priority", number, priority="P2", reason="so", at=minutes(4))
    desk.do("anna", "priority", other, priority="P4", reason="no", at=minutes(5))
    before = promised(one)
    assert send(minutes(5)) == []
    assert len(send(minutes(7))) == 1
    assert promised(one) != before
    assert "promise_withheld" in desk.events(other)
    assert "promise_withheld" not in desk.events(one)


# ---- incidents ---------------------------------------------------------------------------------


def three_tills(desk: MailDesk) -> list[int]:
    """Three mails about a till within three minutes; gives their tickets."""
    return [desk.new(service="till", requester=f"store-{shop}@shop.example", at=minutes(shop)) for shop in (1, 2, 3)]


def test_what_looks_like_one_incident_is_told_with_all_tickets_and_what_to_type(desk: MailDesk, post: Post) -> None:
    numbers = three_tills(desk)
    tell(desk, configured(post), minutes(4))
    texts = [each.text for each in post.taken if each.recipients == ("boris@desk.example",)]
    refs = ", ".join(f"SD-{number}" for number in numbers)
    assert any(refs in text and "sdesk incident accept 1" in text for text in texts), texts


def test_an_incident_that_is_told_of_alone_invites_to_no_answer(desk: MailDesk, post: Post) -> None:
    three_tills(desk)
    with desk.desk.work(SYSTEM, minutes(4)) as work:
        work.connection.exec_driver_sql("DELETE FROM outbox WHERE json_extract(\"values\", '$.event') <> 'incident'")
        work.session.commit()
    tell(desk, configured(post), minutes(4))
    (mail,) = [each for each in post.taken if each.recipients == ("boris@desk.example",)]
    assert "sdesk incident accept 1" in mail.text
    assert "Reply to this mail" not in mail.text
    assert mail.mail["Reply-To"] is None


def test_nothing_is_told_as_new_that_is_done_or_another_agents_by_then(desk: MailDesk, post: Post) -> None:
    first, second = desk.ask(1), desk.ask(2)
    desk.do("anna", "assign", second, to="boris", at=minutes(1))
    desk.do("anna", "assign", second, to="none", at=minutes(2))
    desk.do("anna", "close", first, silent=True, at=minutes(3))
    tell(desk, configured(post), minutes(30))
    told = "\n".join(f"{each.mail['Subject']}\n{each.text}" for each in post.taken if "boris" in each.recipients[0])
    assert "Yours now" not in told
    assert f"SD-{first}" not in told
    assert f"SD-{second}" in told, "it is new to the team still"


def test_parts_of_an_incident_stand_in_a_digest_where_they_are_urgent(desk: MailDesk, post: Post) -> None:
    desk.new(service="printer")
    first, second, third = three_tills(desk)
    for part in (second, third):
        desk.do("anna", "join", part, incident=first, at=minutes(4))
    tell(desk, configured(post), minutes(5))
    (mail,) = [each for each in post.taken if each.recipients == ("boris@desk.example",)]
    places = [mail.text.index(f"SD-{number} ") for number in (first, second, third)]
    assert max(places) < mail.text.index("P5 ")
