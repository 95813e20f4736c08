"""The mail that tells a requester of a promise that moved: when there is one, and when there is none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk

from sdesk.desk.outbox import queue
from sdesk.desk.steps.promises import still_moved
from sdesk.domain.actor import SYSTEM
from sdesk.store.models import Outbox, Ticket

LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def desk(desk_of_mail: MailDesk) -> MailDesk:
    return desk_of_mail


def acknowledge(desk: MailDesk, number: int) -> None:
    """What sending the acknowledgement leaves behind."""
    with desk.desk.work(SYSTEM, NOW) as work:
        work.connection.exec_driver_sql(
            "UPDATE outbox SET state = 'sent' WHERE kind = 'acknowledgement' AND ticket_id = ?", (number,)
        )
        due = "coalesce(resolution_due_at, first_response_due_at)"
        work.connection.exec_driver_sql(f"UPDATE ticket SET promised_at = {due} WHERE id = ?", (number,))
        work.session.commit()


def promises(desk: MailDesk) -> list[tuple[str, timedelta]]:
    """The promise mails that wait: to whom, after how long."""
    return [(to, after) for kind, to, after in desk.outbox() if kind == "promise"]


def acknowledged(desk: MailDesk, number: int = 1) -> int:
    """A request whose sender was told by when."""
    ticket = desk.ask(number)
    acknowledge(desk, ticket)
    return ticket


def says(desk: MailDesk, number: int) -> bool:
    """Whether the mail would still be news if it went now."""
    with desk.desk.work(SYSTEM, LATER) as work:
        (row_id,) = desk.rows("SELECT max(id) FROM outbox WHERE kind = 'promise' AND ticket_id = ?", number)[0]
        ticket, row = work.session.get_one(Ticket, number), work.session.get_one(Outbox, row_id)
        return still_moved(work, ticket, row)


def test_a_lower_priority_moves_it_later_and_is_told_once(desk: MailDesk) -> None:
    number = acknowledged(desk)
    desk.do("anna", "priority", number, priority="P2", reason="first", at=LATER)
    # Earlier, and on another day than was promised: that is news too.
    assert promises(desk) == [("maria@shop.example", timedelta(minutes=2))]
    desk.do("anna", "priority", number, priority="P3", reason="no", at=LATER)
    assert len(promises(desk)) == 1
    assert says(desk, number)
    desk.do("anna", "priority", number, priority="P4", reason="as it was", at=LATER)
    assert not says(desk, number)


def test_earlier_on_the_same_day_is_not_told(desk: MailDesk) -> None:
    number = desk.ask()
    desk.do("anna", "priority", number, priority="P2", reason="so")
    desk.do("anna", "priority", number, priority="P2", reason="so")
    with desk.desk.work(SYSTEM, NOW) as work:
        before = work.session.get_one(Ticket, number).resolution_due_at
    assert before is not None
    acknowledge(desk, number)
    desk.apply(
        DESK_FILE.replace(
            'targets.P2 = { first_response = "1h", next_reply = "4h", resolution = "9h" }',
            'targets.P2 = { first_response = "1h", next_reply = "4h", resolution = "8h" }',
        )
    )
    with desk.desk.work(SYSTEM, NOW) as work:
        after = work.session.get_one(Ticket, number).resolution_due_at
    assert after is not None
    assert after < before
    assert promises(desk) == []


def test_a_changed_desk_file_moves_promises(desk: MailDesk) -> None:
    acknowledged(desk)
    desk.ask(2, sender="b@acc.shop.example")  # not acknowledged yet
    desk.apply(DESK_FILE.replace('resolution = "45h"', 'resolution = "54h"'), at=LATER)
    assert promises(desk) == [("maria@shop.example", timedelta(minutes=2))]


def test_a_wait_never_tells(desk: MailDesk) -> None:
    number = acknowledged(desk)
    until = NOW + timedelta(days=9)
    desk.do("anna", "wait", number, waiting_for="supplier", until=until, at=LATER)
    desk.sweep(until)
    assert promises(desk) == []
    # From what the wait made of it, this is earlier on another day.
    desk.do("anna", "priority", number, priority="P2", reason="now", at=until)
    assert len(promises(desk)) == 1


def test_nobody_is_told_who_was_promised_nothing(desk: MailDesk) -> None:
    number = desk.ask()
    desk.do("anna", "priority", number, priority="P5", reason="later", at=LATER)
    desk.do("anna", "priority", number, priority="P3", reason="sooner", at=LATER)
    assert promises(desk) == []


def test_after_the_resolution_nothing_is_promised(desk: MailDesk) -> None:
    number = acknowledged(desk)
    desk.do("anna", "priority", number, priority="P2", reason="so", at=LATER)
    desk.do("anna", "close", number, silent=True, at=LATER)
    assert not says(desk, number)
    desk.apply(DESK_FILE.replace('resolution = "9h"', 'resolution = "27h"'), at=LATER)
    assert len(promises(desk)) == 1


def test_it_counts_with_the_acknowledgements(desk: MailDesk) -> None:
    numbers = [acknowledged(desk, each) for each in range(1, 5)]
    for number in numbers:
        desk.do("anna", "priority", number, priority="P2", reason="so", at=LATER)
    assert len(promises(desk)) == 1
    assert "5 acknowledgements within an hour" in desk.event(numbers[1], "promise_withheld")["reason"]


def waiting(desk: MailDesk, number: int) -> list[str]:
    """When the promise mails that wait may go."""
    sql = "SELECT send_after FROM outbox WHERE kind = 'promise' AND state = 'queued' AND ticket_id = ?"
    return [after for (after,) in desk.rows(sql, number)]


@pytest.mark.parametrize("end", ["sweep", "answer"])
def test_what_changes_while_it_waits_is_told_when_the_wait_is_over(desk: MailDesk, end: str) -> None:
    number = acknowledged(desk)
    until, over = NOW + timedelta(days=9), NOW + timedelta(days=2)
    desk.do("anna", "wait", number, waiting_for="requester", until=until, at=LATER)
    desk.do("anna", "priority", number, priority="P5", reason="it can wait", at=LATER)
    with desk.desk.work(SYSTEM, LATER + timedelta(minutes=2)) as work:
        # The day is not known yet: neither said nor withheld.
        claimed = queue.claim(work)
        work.session.commit()
    assert claimed is None
    assert waiting(desk, number) == ["2026-12-02T09:02:00Z"]
    if end == "answer":
        head = "From: maria@shop.example\nSubject: Re\nMessage-ID: <a@s.example>\nIn-Reply-To: <ask-1@shop.example>"
        desk.take(f"{head}\n\nIt is the left one.\n", at=over)
        assert waiting(desk, number) == ["2026-11-25T09:02:00Z"]
    else:
        desk.sweep(until)
        assert waiting(desk, number) == ["2026-12-02T09:02:00Z"]
    assert says(desk, number)


def test_a_change_that_moves_nothing_is_not_told_after_a_wait(desk: MailDesk) -> None:
    number = acknowledged(desk)
    desk.do("anna", "wait", number, waiting_for="requester", until=NOW + timedelta(days=9), at=LATER)
    desk.do("anna", "service", number, service="other", at=LATER)
    assert promises(desk) == []
