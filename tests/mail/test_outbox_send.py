"""Sending what is due, through a real server that takes, refuses, hangs and breaks off."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk
from smtp import Answer, Post, Taken, send, server_at

from sdesk.config import Config
from sdesk.desk.opening import Desk, open_desk
from sdesk.desk.outbox import queue
from sdesk.desk.outbox.by_hand import discard, release, retry
from sdesk.desk.outbox.queue import pause_after
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import BadInput, MailServerUnavailable, NotFound, Refused, StoreLocked, Unavailable
from sdesk.mail.outbox.book import PAUSES, Book
from sdesk.mail.outbox.deliver import LONGEST
from sdesk.mail.outbox.send import SendOptions, send_due
from sdesk.store.engine import BUSY_SECONDS
from sdesk.store.models import Outbox

SECONDS, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LATER = NOW + 5 * MINUTE
OURS = "kind <> 'notification'"


@pytest.fixture
def mails(desk_path: Path) -> Iterator[MailDesk]:
    """The small desk, with a request of Maria's that nobody acknowledges, so that tests see their own mails alone."""
    desk = MailDesk(desk_path)
    desk.new(subject="Till", text="It beeps.", requester="Maria <maria@shop.example>")
    yield desk
    desk.desk.close()


def reply(mails: MailDesk, **more: Any) -> None:
    mails.do("anna", "reply", 1, text="On my way.", at=NOW, **more)


def outbox(mails: MailDesk) -> list[tuple[Any, ...]]:
    return mails.rows(f"SELECT state, attempts, last_error FROM outbox WHERE {OURS} ORDER BY id")


def mail_of(mails: MailDesk) -> int:
    """The one mail that is ours to send."""
    ((number,),) = mails.rows(f"SELECT id FROM outbox WHERE {OURS}")
    return int(number)


def test_a_reply_goes_after_ten_seconds_and_once(mails: MailDesk, post: Post) -> None:
    reply(mails)
    assert send(mails.desk, post, NOW + 9 * SECONDS).sent == 0
    report = send(mails.desk, post, NOW + 10 * SECONDS)
    assert (report.sent, report.failed, report.retried, report.held, report.left) == (1, 0, 0, 0, 0)
    assert send(mails.desk, post, LATER).sent == 0
    (taken,) = post.taken
    assert (taken.sender, taken.recipients) == ("support@desk.example", ("maria@shop.example",))
    assert [(taken.mail["Message-ID"],)] == mails.rows(f"SELECT message_id FROM outbox WHERE {OURS}")
    assert mails.rows(f"SELECT state, sent_at, before FROM outbox WHERE {OURS}") == [
        ("sent", "2026-11-23T09:00:10Z", None)
    ]


@pytest.mark.parametrize(
    "address", ["bob@corp.example,x@evil.example", "bob@corp.example(x)@evil.example", "a b@evil.example"]
)
def test_what_a_store_has_that_is_not_one_address_gets_nothing(address: str, mails: MailDesk, post: Post) -> None:
    reply(mails, cc=["oleg@shop.example"])
    with closing(sqlite3.connect(mails.path)) as connection:
        connection.execute("UPDATE outbox SET recipients = replace(recipients, 'maria@shop.example', ?)", (address,))
        connection.commit()
    send(mails.desk, post, LATER)
    (taken,) = post.taken
    assert taken.recipients == ("oleg@shop.example",)
    assert b"evil.example" not in taken.raw.partition(b"\r\n\r\n")[0]
    assert "not exactly one mail address" in mails.event(1, "undeliverable")["reason"]


def test_many_go_over_one_line_and_as_many_as_are_asked_for(mails: MailDesk, post: Post) -> None:
    for _ in range(5):
        reply(mails)
    config = Config(smtp=server_at(post.port))
    first = send_due(mails.desk, config, now=lambda: LATER, options=SendOptions(most=2))
    assert (first.sent, first.left) == (2, 3)
    assert send_due(mails.desk, config, now=lambda: LATER).sent == 3
    assert post.connections == 2
    assert len({taken.mail["Message-ID"] for taken in post.taken}) == 5


def test_a_recipient_that_is_refused_for_good(mails: MailDesk) -> None:
    reply(mails)
    with Post(refuse={"maria@shop.example": "550 5.1.1 no such user"}) as post:
        report = send(mails.desk, post, LATER)
        assert (report.sent, report.failed) == (0, 1)
        assert send(mails.desk, post, LATER + DAY).failed == 0
    said = "maria@shop.example: 550 5.1.1 no such user"
    assert outbox(mails)[0] == ("failed", 1, said)
    assert mails.event(1, "undeliverable")["reason"] == said
    # Whoever has the ticket is told, as of a bounce, and nobody else.
    told = "SELECT to_address FROM outbox WHERE kind = 'notification' AND \"values\" ->> 'event' = 'undeliverable'"
    assert len(mails.rows(told)) == 1
    assert mails.rows("SELECT undeliverable FROM message WHERE direction = 'out'") == [(said,)]


def test_of_several_some_are_refused(mails: MailDesk) -> None:
    reply(mails, cc=["boss@shop.example", "gone@shop.example"])
    with Post(refuse={"gone@shop.example": "550 no such user"}) as post:
        assert send(mails.desk, post, LATER).sent == 1
        assert post.taken[0].recipients == ("maria@shop.example", "boss@shop.example")
    said = "gone@shop.example: 550 no such user"
    assert outbox(mails)[0] == ("sent", 1, f"it did not reach {said}")
    assert mails.event(1, "undeliverable")["reason"] == said


@pytest.mark.parametrize("at_once", [True, False])
def test_what_a_copy_reached_and_the_requester_did_not_has_failed(mails: MailDesk, at_once: bool) -> None:
    reply(mails, cc=["boss@shop.example"])
    mail = mail_of(mails)
    with Post(refuse={"maria@shop.example": "550 no such user"}) as post:
        if not at_once:
            post.refuse["boss@shop.example"] = "450 later"
            assert send(mails.desk, post, LATER).retried == 1
            del post.refuse["boss@shop.example"]
        report = send(mails.desk, post, LATER + MINUTE)
        assert (report.sent, report.failed, report.partly) == (0, 1, 0)
        assert outbox(mails)[0][::2] == ("failed", "it did not reach maria@shop.example: 550 no such user")
        # Tried again, it goes to her alone: the other has it.
        post.refuse.clear()
        with mails.desk.work(mails.actor("anna"), LATER + HOUR) as work:
            retry(work, mail)
            work.session.commit()
        assert send(mails.desk, post, LATER + HOUR).sent == 1
        assert [taken.recipients for taken in post.taken] == [("boss@shop.example",), ("maria@shop.example",)]
    assert outbox(mails)[0][::2] == ("sent", None)
    assert mails.rows("SELECT undeliverable FROM message WHERE direction = 'out'") == [(None,)]


def test_a_copy_that_was_refused_is_tried_again_alone(mails: MailDesk) -> None:
    reply(mails, cc=["boss@shop.example"])
    with Post(refuse={"boss@shop.example": "550 no such user"}) as post:
        assert send(mails.desk, post, LATER).partly == 1
        with mails.desk.work(mails.actor("anna"), LATER + HOUR) as work:
            retry(work, mail_of(mails))
            work.session.commit()
        assert send(mails.desk, post, LATER + HOUR).partly == 1
        assert [taken.recipients for taken in post.taken] == [("maria@shop.example",)]
        assert "boss@shop.example" in outbox(mails)[0][2]


def test_of_several_some_are_put_off_and_nobody_gets_it_twice(mails: MailDesk) -> None:
    reply(mails, cc=["boss@shop.example", "gone@shop.example"])
    with Post(refuse={"boss@shop.example": "450 greylisted", "gone@shop.example": "550 no such user"}) as post:
        assert send(mails.desk, post, LATER).retried == 1
        assert post.taken[0].recipients == ("maria@shop.example",)
        del post.refuse["boss@shop.example"]
        assert send(mails.desk, post, LATER + 30 * SECONDS).sent == 0
        assert send(mails.desk, post, LATER + MINUTE).sent == 1
        assert post.taken[1].recipients == ("boss@shop.example",)
        assert post.taken[0].mail["Message-ID"] == post.taken[1].mail["Message-ID"]
    assert mails.events(1).count("undeliverable") == 1


def test_those_that_are_left_after_a_refusal_may_all_be_refused_too(mails: MailDesk) -> None:
    reply(mails, cc=["boss@shop.example"])
    refusals = {"maria@shop.example": "550 no such user", "boss@shop.example": "450 later"}
    with Post(refuse=refusals) as post:
        assert send(mails.desk, post, LATER).retried == 1
        post.refuse["boss@shop.example"] = "550 no such user either"
        assert send(mails.desk, post, LATER + MINUTE).failed == 1
    state, _, why = outbox(mails)[0]
    assert (state, why) == (
        "failed",
        "maria@shop.example: 550 no such user; boss@shop.example: 550 no such user either",
    )


@pytest.mark.parametrize("said", ["450 4.2.0 greylisted", "452 4.2.2 full"])
def test_a_temporary_refusal_is_tried_again_with_growing_pauses(mails: MailDesk, said: str) -> None:
    reply(mails)
    at, pauses = LATER, []
    with Post(answer=lambda taken: said) as post:
        for _ in range(40):
            report = send(mails.desk, post, at)
            if not report.retried:
                break
            ((after,),) = mails.rows(f"SELECT send_after FROM outbox WHERE {OURS}")
            following = datetime.fromisoformat(after)
            pauses.append(following - at)
            at = following
    assert report.failed == 1
    assert pauses[:7] == [timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240)]
    assert set(pauses[7:]) == {4 * HOUR}
    assert 4 * DAY - 4 * HOUR <= sum(pauses, timedelta()) <= 4 * DAY + 4 * HOUR
    assert outbox(mails)[0][2] == f"given up after {len(pauses) + 1} tries: {said}"
    assert "given up" in mails.event(1, "undeliverable")["reason"]
    assert len({taken.mail["Message-ID"] for taken in post.offered}) == 1


def test_the_whole_mail_refused_for_good(mails: MailDesk) -> None:
    reply(mails)
    with Post(answer=lambda taken: "554 5.7.1 spam") as post:
        assert send(mails.desk, post, LATER).failed == 1
    assert outbox(mails)[0][2] == "maria@shop.example: 554 5.7.1 spam"


def test_a_sender_that_may_not_write_is_no_fault_of_the_mail(mails: MailDesk) -> None:
    reply(mails)
    with Post(refuse_sender="553 5.7.1 not your address") as post:
        assert send(mails.desk, post, LATER).retried == 1
        post.refuse_sender = ""
        assert send(mails.desk, post, LATER + MINUTE).sent == 1


def test_a_line_that_breaks_after_the_last_byte_loses_no_mail(mails: MailDesk) -> None:
    for _ in range(2):
        reply(mails)
    breaks = iter([True])

    def answer(taken: Taken) -> str | None:
        return None if next(breaks, False) else "250 taken"

    with Post(answer=answer) as post:
        report = send(mails.desk, post, LATER)
        assert (report.sent, report.retried) == (1, 1)
        assert "broke off" in str(outbox(mails))
        assert send(mails.desk, post, LATER + MINUTE).sent == 1
        assert len({taken.mail["Message-ID"] for taken in post.taken}) == 2


def test_a_server_that_hangs_times_out(mails: MailDesk) -> None:
    reply(mails)
    released = threading.Event()

    def answer(taken: Taken) -> str | None:
        released.wait(10)
        return "250 taken"

    with Post(answer=answer) as post:
        report = send(mails.desk, post, LATER, timeout=0.3)
        released.set()
    assert report.retried == 1
    assert "in time" in outbox(mails)[0][2]


def test_a_server_that_always_breaks_off_ends_the_run(mails: MailDesk) -> None:
    for _ in range(5):
        reply(mails)
    with Post(answer=lambda taken: None) as post, pytest.raises(MailServerUnavailable, match="sends nothing"):
        send(mails.desk, post, LATER)
    assert [row[0] for row in outbox(mails)] == ["queued"] * 5
    assert [row[1] for row in outbox(mails)] == [1, 1, 1, 0, 0]


def test_a_server_out_of_reach_touches_no_mail(mails: MailDesk) -> None:
    reply(mails)
    before = mails.dump()
    with Post() as post:
        gone = post.port
    with pytest.raises(MailServerUnavailable):
        send_due(mails.desk, Config(smtp=server_at(gone)), now=lambda: LATER)
    assert mails.dump() == before
    with pytest.raises(BadInput, match=r"no \[smtp\]"):
        send_due(mails.desk, Config(), now=lambda: LATER)


def test_without_anything_due_no_line_is_opened(mails: MailDesk, post: Post) -> None:
    assert send(mails.desk, post, LATER).sent == 0
    assert post.connections == 0


# ---- one that cannot be built ----------------------------------------------------------------------


@pytest.mark.parametrize("utf8", [True, False])
def test_a_team_whose_domain_has_letters_outside_ascii_writes_too(mails: MailDesk, utf8: bool) -> None:
    mails.apply(DESK_FILE.replace('"support@desk.example"', '"support@стол.example"'))
    reply(mails)
    with Post(utf8=utf8) as post:
        assert send(mails.desk, post, LATER).sent == 1
    wire = "xn--k1afie.example"
    assert post.taken[0].mail["Message-ID"].endswith(f"@{wire}>")
    assert post.taken[0].sender == ("support@стол.example" if utf8 else f"support@{wire}")


def test_a_mail_that_cannot_be_built_waits_alone(mails: MailDesk, post: Post) -> None:
    reply(mails)
    bad = mail_of(mails)
    mails.do("anna", "reply", 1, text="And another.", at=NOW + SECONDS)
    with mails.desk.work(SYSTEM, NOW) as work:
        # As an older release wrote it, which took the domain as it stood.
        work.session.get_one(Outbox, bad).message_id = "<old@стол.example>"
        work.session.commit()
    report = send(mails.desk, post, LATER)
    assert (report.sent, report.retried) == (1, 1)
    assert isinstance(report.bugs[0], UnicodeEncodeError)
    assert [(state, attempts) for state, attempts, _ in outbox(mails)] == [("queued", 1), ("sent", 1)]
    assert outbox(mails)[0][2].startswith("a bug: UnicodeEncodeError: ")
    assert [taken.text.split("\n")[0] for taken in post.taken] == ["And another."]


def test_a_claim_keeps_others_off_until_it_is_old(mails: MailDesk, post: Post) -> None:
    reply(mails)
    with mails.desk.work(SYSTEM, LATER) as work:
        assert queue.claim(work) is not None
        assert queue.claim(work) is None
        work.session.commit()
    assert send(mails.desk, post, LATER + queue.CLAIM_LASTS - MINUTE).sent == 0
    assert send(mails.desk, post, LATER + queue.CLAIM_LASTS).sent == 1


def locked_after(mails: MailDesk, pauses: list[float], *, most: int) -> tuple[Answer, Callable[[float], None]]:
    """A server's answer that has another process lock the store, and a sleep that lets go after `most` pauses."""
    other = sqlite3.connect(mails.path, isolation_level=None, check_same_thread=False)

    def answer(taken: Taken) -> str:
        if not pauses:
            other.execute("BEGIN IMMEDIATE")
        return "250 2.0.0 taken"

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) >= most and other.in_transaction:
            other.execute("ROLLBACK")

    return answer, sleep


def impatient(mails: MailDesk) -> Desk:
    """The same desk, which waits for a lock no longer than a blink: the test's own pauses are counted, not slept."""
    return open_desk(mails.path, busy_seconds=0.01)


def test_a_store_that_is_locked_after_the_servers_word_is_waited_for(mails: MailDesk) -> None:
    reply(mails)
    pauses: list[float] = []
    answer, sleep = locked_after(mails, pauses, most=5)
    with Post(answer=answer) as post, closing(impatient(mails)) as desk:
        config = Config(smtp=server_at(post.port))
        assert send_due(desk, config, now=lambda: LATER, sleep=sleep).sent == 1
        assert send_due(desk, config, now=lambda: LATER + queue.CLAIM_LASTS).sent == 0
        assert len(post.taken) == 1
    assert outbox(mails)[0][0] == "sent"
    assert pauses == sorted(pauses)
    assert pauses[0] < pauses[-1]


def test_who_had_it_is_written_down_too_when_others_are_put_off(mails: MailDesk) -> None:
    reply(mails, cc=["boss@shop.example"])
    pauses: list[float] = []
    answer, sleep = locked_after(mails, pauses, most=3)
    with Post(answer=answer, refuse={"boss@shop.example": "450 later"}) as post, closing(impatient(mails)) as desk:
        config = Config(smtp=server_at(post.port))
        assert send_due(desk, config, now=lambda: LATER, sleep=sleep).retried == 1
        post.refuse.clear()
        assert send_due(desk, config, now=lambda: LATER + 11 * MINUTE, sleep=sleep).sent == 1
        assert [taken.recipients for taken in post.taken] == [("maria@shop.example",), ("boss@shop.example",)]


def test_a_store_that_stays_locked_ends_the_run_before_the_claim_is_old(mails: MailDesk) -> None:
    reply(mails)
    pauses: list[float] = []
    answer, sleep = locked_after(mails, pauses, most=10**6)
    with Post(answer=answer) as post, closing(impatient(mails)) as desk, pytest.raises(StoreLocked):
        send_due(desk, Config(smtp=server_at(post.port)), now=lambda: LATER, sleep=sleep)
    assert pauses == list(PAUSES)
    waited = sum(PAUSES) + (len(PAUSES) + 1) * BUSY_SECONDS
    assert waited > 3 * 60
    # The mail itself may have taken its time.
    assert waited + LONGEST.total_seconds() < queue.CLAIM_LASTS.total_seconds()


def test_what_is_no_lock_is_raised_at_once(mails: MailDesk) -> None:
    pauses: list[float] = []

    def full(work: object) -> None:
        raise Unavailable("the disk is full")

    with pytest.raises(Unavailable):
        Book(mails.desk, lambda: LATER, pauses.append).insist(full)
    assert pauses == []


def test_the_pauses_begin_with_a_minute() -> None:
    assert pause_after(1) == MINUTE
    assert pause_after(500) is None


# ---- what makes no sense any more ------------------------------------------------------------------


def test_an_acknowledgement_says_by_when_and_the_ticket_remembers_it(mails: MailDesk, post: Post) -> None:
    number = mails.ask(7)
    assert send(mails.desk, post, NOW + MINUTE).sent == 0
    assert send(mails.desk, post, NOW + 2 * MINUTE).sent == 1
    (taken,) = post.taken
    assert taken.mail["Auto-Submitted"] == "auto-replied"
    assert "You can expect a solution by Monday 30 November 2026, 12:00 MSK." in " ".join(taken.text.split())
    assert mails.column(number, "promised_at") == mails.column(number, "resolution_due_at")


@pytest.mark.parametrize(
    ("verb", "values", "reason"),
    [
        ("close", {"text": "Done."}, "its ticket is resolved"),
        ("spam", {}, "its ticket is spam"),
        ("reply", {"text": "On my way."}, "it was answered already"),
    ],
)
def test_an_acknowledgement_that_came_too_late_is_withheld(
    mails: MailDesk, post: Post, verb: str, values: dict[str, Any], reason: str
) -> None:
    number = mails.ask(7)
    mails.do("anna", verb, number, at=NOW + MINUTE, **values)
    send(mails.desk, post, LATER)
    assert all(taken.mail["Auto-Submitted"] is None for taken in post.taken)
    assert mails.event(number, "acknowledgement_withheld")["reason"] == reason
    assert mails.column(number, "promised_at") is None


@pytest.mark.parametrize("verb", ["reply", "close"])
def test_an_answer_that_may_be_taken_back_withholds_no_acknowledgement_yet(
    mails: MailDesk, post: Post, verb: str
) -> None:
    number = mails.ask(7)
    written = NOW + 2 * MINUTE - 5 * SECONDS
    mails.do("anna", verb, number, text="Wrong words.", at=written)
    assert send(mails.desk, post, NOW + 2 * MINUTE).sent == 0
    assert "acknowledgement_withheld" not in mails.events(number)
    mails.do("anna", "take_back", number, at=written + 10 * SECONDS)
    assert send(mails.desk, post, written + 11 * SECONDS).sent == 1
    assert post.taken[0].mail["Auto-Submitted"] == "auto-replied"


def test_an_answer_that_stays_withholds_it_a_moment_later(mails: MailDesk, post: Post) -> None:
    number = mails.ask(7)
    mails.do("anna", "reply", number, text="On my way.", at=NOW + 2 * MINUTE - 5 * SECONDS)
    assert send(mails.desk, post, NOW + 2 * MINUTE).left == 0
    assert send(mails.desk, post, NOW + 2 * MINUTE + 6 * SECONDS).sent == 1
    assert mails.event(number, "acknowledgement_withheld")["reason"] == "it was answered already"
    assert [taken.mail["Auto-Submitted"] for taken in post.taken] == [None]


def test_an_answer_to_what_is_spam_by_now_does_not_go(mails: MailDesk, post: Post) -> None:
    reply(mails)
    mails.do("anna", "spam", 1, at=NOW + SECONDS)
    assert send(mails.desk, post, LATER).sent == 0
    assert mails.event(1, "reply_withheld")["reason"] == "its ticket is spam"


# ---- what people do with the outbox ----------------------------------------------------------------


def test_what_failed_is_tried_anew(mails: MailDesk) -> None:
    reply(mails)
    mail = mail_of(mails)
    with Post(refuse={"maria@shop.example": "550 no such user"}) as post:
        send(mails.desk, post, LATER)
        post.refuse.clear()
        with mails.desk.work(mails.actor("boris"), LATER) as work:
            retry(work, mail)
            work.session.commit()
        assert mails.rows("SELECT undeliverable FROM message WHERE direction = 'out'") == [(None,)]
        assert send(mails.desk, post, LATER).sent == 1
    assert mails.event(1, "mail_retried")["by"] == "boris"


def test_what_is_held_stays_until_it_is_released(mails: MailDesk, post: Post) -> None:
    reply(mails)
    mail = mail_of(mails)
    with mails.desk.work(SYSTEM, NOW) as work:
        work.connection.exec_driver_sql("UPDATE outbox SET state = 'held'")
        work.session.commit()
    report = send(mails.desk, post, LATER)
    assert (report.sent, report.held, report.left) == (0, 1, 0)
    with mails.desk.work(mails.actor("anna"), LATER) as work:
        with pytest.raises(Refused, match=f"mail {mail} is held"):
            retry(work, mail)
        release(work, mail)
        work.session.commit()
    assert send(mails.desk, post, LATER).sent == 1
    with mails.desk.work(mails.actor("anna"), LATER) as work, pytest.raises(Refused, match=f"mail {mail} is sent"):
        release(work, mail)


def test_what_is_discarded_never_goes(mails: MailDesk, post: Post) -> None:
    reply(mails)
    mail = mail_of(mails)
    with mails.desk.work(mails.actor("anna"), NOW) as work:
        discard(work, mail)
        work.session.commit()
    assert send(mails.desk, post, LATER).sent == 0
    assert outbox(mails)[0] == ("taken_back", 0, "discarded by anna")


def test_the_outbox_of_a_private_team_is_nobody_elses(mails: MailDesk) -> None:
    number = mails.new("olga", subject="Leave", text="x", requester="karl@acc.shop.example", service="leave")
    mails.do("olga", "reply", number, text="Granted.")
    mail = mail_of(mails)
    for use_case in (retry, release, discard):
        with mails.desk.work(mails.actor("boris"), LATER) as work, pytest.raises(NotFound, match="no mail"):
            use_case(work, mail)
