"""What agents cannot be told of: nothing goes under without a word, and what somebody sends again really goes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from desks import NOW
from intake_desk import MailDesk
from smtp import Post, server_at

from sdesk.config import Config
from sdesk.desk.opening import Work
from sdesk.desk.outbox.by_hand import release, retry
from sdesk.desk.outbox.notifications import NO_WAY, RETRY_AFTER, TRIES
from sdesk.mail.outbox.notify import NotifyReport, notify_due
from sdesk.mail.tick import tick

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LATE = NOW + 3 * DAY
ANNA, BORIS = "anna@desk.example", "boris@desk.example"


@pytest.fixture
def desk(desk_path: Path) -> Iterator[MailDesk]:
    made = MailDesk(desk_path)
    yield made
    made.desk.close()


def tell(desk: MailDesk, post: Post | None, at: datetime) -> NotifyReport:
    return notify_due(desk.desk, Config(smtp=server_at(post.port)) if post else Config(), now=lambda: at)


def states(desk: MailDesk) -> list[tuple[Any, ...]]:
    return desk.rows("SELECT state, last_error FROM outbox WHERE kind = 'notification' ORDER BY id")


def by_hand(desk: MailDesk, use_case: Callable[[Work, int], None], at: datetime) -> None:
    """Do it to every notification."""
    with desk.desk.work(desk.actor("anna"), at) as work:
        for (mail,) in desk.rows("SELECT id FROM outbox WHERE kind = 'notification' ORDER BY id"):
            use_case(work, mail)
        work.session.commit()


def test_after_days_without_a_tick_everybody_is_told(desk: MailDesk, post: Post) -> None:
    desk.ask()
    report = tell(desk, post, LATE)
    assert (report.told, report.given_up) == (2, 0)
    assert sorted(each.recipients for each in post.taken) == [(ANNA,), (BORIS,)]


def test_what_is_old_and_fails_once_has_its_day_of_tries(desk: MailDesk, post: Post) -> None:
    desk.ask()
    post.refuse.update({ANNA: "450 4.2.2 full", BORIS: "450 4.2.2 full"})
    assert tell(desk, post, LATE).given_up == 0
    post.refuse.clear()
    assert tell(desk, post, LATE + 2 * MINUTE).told == 2


def test_after_a_day_of_tries_it_is_given_up_with_its_reason_and_the_lead_is_told(desk: MailDesk, post: Post) -> None:
    number = desk.ask()
    post.refuse[BORIS] = "450 4.2.2 full"
    at, given_up = NOW + MINUTE, 0
    for pause in [*RETRY_AFTER, *[RETRY_AFTER[-1]] * TRIES]:
        given_up += tell(desk, post, at).given_up
        if given_up:
            break
        at += pause
    assert given_up == 1
    assert timedelta(hours=23) < at - NOW < timedelta(hours=25)
    assert states(desk)[1] == ("failed", "mail: 450 4.2.2 full")
    assert desk.event(number, "undeliverable")["agent"] == "boris"
    assert desk.told(number)[2:] == [("anna", "undeliverable")]


@pytest.mark.parametrize("use_case", [release, retry])
def test_what_is_sent_again_by_hand_begins_anew_and_goes(
    desk: MailDesk, post: Post, use_case: Callable[[Work, int], None]
) -> None:
    desk.ask()
    state = "held" if use_case is release else "failed"
    with closing(sqlite3.connect(desk.path)) as connection:
        connection.execute("UPDATE outbox SET state = ?, attempts = ? WHERE agent_id", (state, TRIES))
        connection.commit()
    by_hand(desk, use_case, LATE)
    # Anna did it, and has not dealt with the ticket by that.
    post.refuse[BORIS] = "450 4.2.2 full"
    assert tell(desk, post, LATE).told == 1
    assert [state for state, _ in states(desk)] == ["sent", "queued"]
    by_hand_at = LATE + MINUTE / 2
    post.refuse.clear()
    with desk.desk.work(desk.actor("anna"), by_hand_at) as work:
        retry(work, int(desk.rows("SELECT max(id) FROM outbox WHERE agent_id")[0][0]))
        work.session.commit()
    assert tell(desk, post, by_hand_at).told == 1


def test_one_that_is_sent_again_does_not_wait_for_the_pause_of_another(desk: MailDesk, post: Post) -> None:
    desk.ask(1)
    desk.ask(2)
    post.refuse[BORIS] = "450 4.2.2 full"
    for minute in (1, 2, 4, 9):
        tell(desk, post, NOW + minute * MINUTE)
    post.refuse.clear()
    with desk.desk.work(desk.actor("anna"), NOW + 10 * MINUTE) as work:
        retry(work, int(desk.rows("SELECT id FROM outbox WHERE to_address = ? ORDER BY id", BORIS)[0][0]))
        work.session.commit()
    assert tell(desk, post, NOW + 10 * MINUTE).told == 2


def test_without_any_way_it_is_given_up_after_a_day_and_says_so(desk: MailDesk, post: Post) -> None:
    desk.ask()
    post.refuse[BORIS] = "450 4.2.2 full"
    tell(desk, post, NOW + MINUTE)
    assert tell(desk, None, NOW + HOUR).given_up == 0
    desk.ask(2, at=NOW + HOUR)
    report = tick(desk.desk, Config(), now=lambda: NOW + DAY + 2 * HOUR)
    assert (report.given_up, report.failures) == (3, [])
    assert states(desk)[1:4] == [("failed", "mail: 450 4.2.2 full"), ("failed", NO_WAY), ("failed", NO_WAY)]
    with desk.desk.work(desk.actor("anna"), LATE) as work:
        retry(work, int(desk.rows("SELECT id FROM outbox WHERE last_error = ? ORDER BY id", NO_WAY)[0][0]))
        work.session.commit()
    tell(desk, None, LATE)
    assert states(desk)[2][0] == "queued"
    tell(desk, post, LATE)
    assert states(desk)[2][0] == "sent"


def test_what_is_refused_for_good_stands_in_the_ticket_and_the_lead_is_told_why(desk: MailDesk, post: Post) -> None:
    number = desk.ask()
    desk.do("boris", "take", number)
    desk.take(
        "From: maria@shop.example\nTo: support@desk.example\nSubject: Re\nMessage-ID: <r@shop.example>\n"
        "In-Reply-To: <ask-1@shop.example>\n\nStill down\n",
        at=NOW + MINUTE,
    )
    post.refuse[BORIS] = "550 5.1.1 no such user"
    assert tell(desk, post, NOW + 5 * MINUTE).given_up == 2
    assert desk.event(number, "undeliverable") == {
        "by": "system",
        "agent": "boris",
        "reason": "mail: 550 5.1.1 no such user",
    }
    assert desk.told(number)[-1] == ("anna", "undeliverable")
    tell(desk, post, NOW + 20 * MINUTE)
    assert post.taken[-1].recipients == (ANNA,)
    assert "boris: mail: 550 5.1.1 no such user" in post.taken[-1].text


def test_two_dead_mailboxes_are_not_told_of_each_other(desk: MailDesk, post: Post) -> None:
    number = desk.ask()
    post.refuse.update({ANNA: "550 gone", BORIS: "550 gone"})
    for minute in range(1, 60, 7):
        tell(desk, post, NOW + minute * MINUTE)
    # Of boris' mailbox the lead was to be told; of the lead's nobody.
    assert desk.told(number)[2:] == [("anna", "undeliverable")]
    assert {state for state, _ in states(desk)} == {"failed"}
    assert desk.events(number).count("undeliverable") == 3
