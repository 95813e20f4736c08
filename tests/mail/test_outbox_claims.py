"""A claim has an owner: who was so slow that another took it over writes down nothing but that a mail has gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from desks import NOW
from intake_desk import MailDesk
from smtp import Post, send, server_at

from sdesk.config import Config
from sdesk.desk.opening import open_desk
from sdesk.desk.outbox import notifications, queue
from sdesk.desk.outbox.batch import Batch
from sdesk.desk.outbox.queue import CLAIM_LASTS, Arrival, Claimed, PutOff
from sdesk.domain.actor import SYSTEM
from sdesk.mail.outbox.line import Line
from sdesk.mail.outbox.notify import notify_due

MINUTE = timedelta(minutes=1)
DUE = NOW + 5 * MINUTE
OLD = DUE + CLAIM_LASTS
"""When a claim of DUE is taken for left by a crash."""
MARIA, ANNA = "maria@shop.example", "anna@desk.example"
ACKNOWLEDGEMENT = "SELECT state, attempts, last_error FROM outbox WHERE kind = 'acknowledgement'"


@pytest.fixture
def desk(desk_path: Path) -> Iterator[MailDesk]:
    made = MailDesk(desk_path)
    made.ask()
    yield made
    made.desk.close()


def claim(desk: MailDesk, at: datetime) -> Claimed | None:
    with desk.desk.work(SYSTEM, at) as work:
        mail = queue.claim(work)
        work.session.commit()
    return mail


def ours(desk: MailDesk) -> Claimed:
    mail = claim(desk, DUE)
    assert mail is not None
    return mail


def write_late(desk: MailDesk, mail: Claimed) -> None:
    """What a sender writes down that was taken for dead, whatever it heard."""
    with desk.desk.work(SYSTEM, OLD + MINUTE) as work:
        assert queue.put_off(work, mail, "line lost", refused={}) is PutOff.NOT_OURS
        assert not queue.mark_failed(work, mail, refused={MARIA: "550 no"})
        queue.give_back(work, mail)
        work.session.commit()


def test_what_another_has_sent_stays_sent(desk: MailDesk, post: Post) -> None:
    mail = ours(desk)
    send(desk.desk, post, OLD)
    before = desk.rows(ACKNOWLEDGEMENT)
    assert before[0][0] == "sent"
    write_late(desk, mail)
    with desk.desk.work(SYSTEM, OLD + MINUTE) as work:
        assert queue.mark_sent(work, mail.id, refused={MARIA: "550 no"}) is Arrival.SOME
        work.session.commit()
    assert desk.rows(ACKNOWLEDGEMENT) == before
    assert "undeliverable" not in desk.events(1)


def test_what_another_sends_just_now_stays_his(desk: MailDesk) -> None:
    mail = ours(desk)
    his = claim(desk, OLD)
    assert his is not None
    before = desk.rows(ACKNOWLEDGEMENT)
    write_late(desk, mail)
    assert desk.rows(ACKNOWLEDGEMENT) == before
    assert claim(desk, OLD + MINUTE) is None
    with desk.desk.work(SYSTEM, OLD + MINUTE) as work:
        assert queue.put_off(work, his, "line lost", refused={}) is PutOff.WAITS
        work.session.commit()


def test_what_was_delivered_is_marked_whatever_became_of_the_claim(desk: MailDesk) -> None:
    mail = ours(desk)
    claim(desk, OLD)
    with desk.desk.work(SYSTEM, OLD + MINUTE) as work:
        assert queue.mark_sent(work, mail.id, refused={}) is Arrival.ALL
        work.session.commit()
    assert desk.rows(ACKNOWLEDGEMENT)[0][0] == "sent"


def batch_of(desk: MailDesk, at: datetime) -> Batch:
    with desk.desk.work(SYSTEM, at) as work:
        batch = notifications.claim(work, work.rules.agent_keys["anna"])
        work.session.commit()
    assert batch is not None
    return batch


def test_a_notification_that_another_took_over_is_his_to_end(desk: MailDesk) -> None:
    batch, his = batch_of(desk, DUE), batch_of(desk, OLD)
    told = "SELECT state, attempts, done FROM outbox WHERE to_address = ?"
    with desk.desk.work(SYSTEM, OLD + MINUTE) as work:
        assert notifications.renew(work, batch) is None
        ways = dict.fromkeys(batch.rows, ("mail",))
        assert notifications.finish(work, batch, ways, {"mail": "550 no"}, {"mail"}) == 0
        assert notifications.renew(work, his) is not None
        work.session.commit()
    assert desk.rows(told, ANNA) == [("queued", 0, None)]
    # What he hears of a mail that has gone is written down all the same, and once.
    with desk.desk.work(SYSTEM, OLD + 2 * MINUTE) as work:
        notifications.note_done(work, batch, batch.rows, "mail")
        notifications.note_done(work, batch, batch.rows, "mail")
        work.session.commit()
    assert desk.rows(told, ANNA) == [("queued", 0, '["mail"]')]


def test_a_handshake_that_outlasts_the_claim_tells_nobody_twice(
    desk: MailDesk, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Config(smtp=server_at(post.port))
    clock, really_open = [DUE], Line.open
    others: list[Line] = []

    def slow(line: Line) -> object:
        if not others:
            # While this one waits for the server, another sender finds its claim old.
            clock[0] = OLD + MINUTE
            others.append(line)
            with closing(open_desk(desk.path)) as other:
                notify_due(other, config, now=lambda: clock[0])
        return really_open(line)

    monkeypatch.setattr(Line, "open", slow)
    notify_due(desk.desk, config, now=lambda: clock[0])
    assert sorted(each.recipients for each in post.taken) == [(ANNA,), ("boris@desk.example",)]
    assert desk.rows("SELECT DISTINCT state FROM outbox WHERE agent_id") == [("sent",)]


def test_a_slow_handshake_begins_the_claim_anew(desk: MailDesk, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    config = Config(smtp=server_at(post.port))
    clock, really_open = [DUE], Line.open
    told: list[Batch | None] = []

    def slow(line: Line) -> object:
        if clock[0] == DUE:
            clock[0] = OLD - MINUTE
        return really_open(line)

    def answer(_: object) -> str:
        if not told:
            # It takes nine minutes, and nobody else may begin with it meanwhile.
            clock[0] += 9 * MINUTE
            with desk.desk.work(SYSTEM, clock[0]) as work:
                told.append(notifications.claim(work, work.rules.agent_keys["anna"]))
        return "250 2.0.0 taken"

    monkeypatch.setattr(Line, "open", slow)
    post.answer = answer
    notify_due(desk.desk, config, now=lambda: clock[0])
    assert told == [None]
    assert post.taken[0].recipients == (ANNA,)
