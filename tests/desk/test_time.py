"""What time brings: waits end, promises go stale, resolved tickets close; once, however often and by how many it is
done."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from desks import NOW
from intake_desk import MailDesk
from sla_examples import moscow

from sdesk.desk.opening import open_desk
from sdesk.desk.sweep import BATCH, SweepReport, sweep

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def desk(desk_of_mail: MailDesk) -> MailDesk:
    """The desk of these tests."""
    return desk_of_mail


def test_nothing_to_do_changes_nothing(desk: MailDesk) -> None:
    desk.ask()
    before = desk.dump()
    assert desk.sweep(NOW) == SweepReport()
    assert desk.dump() == before


def test_a_wait_ends_at_its_instant_however_late_the_sweep(desk: MailDesk) -> None:
    """After a weekend without power the clock has run since the wait was over, not since somebody noticed."""
    number = desk.new(service="printer", priority="P3", at=moscow("2026-11-23 10:00"))
    desk.do("anna", "wait", number, waiting_for="date", until=moscow("2026-11-23 12:00"), at=moscow("2026-11-23 11:00"))
    assert desk.sweep(moscow("2026-11-30 09:00")).woken == 1
    assert desk.column(number, "resolution_started_at") == "2026-11-23T09:00:00Z"
    assert desk.column(number, "resolution_consumed") == 3600
    assert desk.event(number, "woken") == {
        "by": "system",
        "waiting_for": "date",
        "since": "2026-11-23T09:00:00Z",
    }
    assert desk.sweep(moscow("2026-11-30 09:00")).woken == 0


def test_a_promise_that_is_broken_twice_over_makes_room_once(desk: MailDesk) -> None:
    # P3 in the office: 27 working hours, so 54 make it stale; nine a day.
    number = desk.new(service="other", priority="P3", at=moscow("2026-11-23 09:00"))
    desk.do("anna", "reply", number, text="x", phone=True, at=moscow("2026-11-23 09:00"))
    stale_at = moscow("2026-11-30 18:00")
    assert desk.sweep(stale_at - timedelta(seconds=1)).stale == 0
    assert desk.column(number, "rank") == 1
    assert desk.sweep(stale_at).stale == 1
    assert desk.column(number, "rank") == 2
    assert desk.sweep(stale_at + DAY).stale == 0
    assert desk.events(number).count("stale") == 1


@pytest.mark.parametrize("priority", ["P1", "P2"])
def test_what_is_urgent_is_never_stale(priority: str, desk: MailDesk) -> None:
    desk.new(service="other", priority=priority, at=NOW - 90 * DAY)
    assert desk.sweep(NOW).stale == 0


def test_work_takes_a_stale_ticket_back(desk: MailDesk) -> None:
    number = desk.new(service="other", priority="P3", requester="a@b.example", at=NOW - 90 * DAY)
    desk.sweep(NOW)
    desk.do("anna", "wait", number, waiting_for="supplier", text="A part is ordered.")
    assert desk.column(number, "rank") == 3
    desk.do("anna", "priority", number, priority="P2", reason="the director's")
    desk.do("anna", "reopen", number)
    assert desk.column(number, "rank") == 1


def test_more_than_one_transaction_holds(desk: MailDesk) -> None:
    number = desk.new(service="printer")
    desk.do("anna", "close", number, silent=True)
    names = desk.rows("SELECT name FROM pragma_table_info('ticket') WHERE name NOT IN ('id', 'token')")
    columns = ", ".join(name for (name,) in names)
    with desk.desk.work(desk.actor("anna"), NOW) as work:
        for copy in range(BATCH + 20):
            work.connection.exec_driver_sql(
                f"INSERT INTO ticket ({columns}, token) SELECT {columns}, 'copy {copy}' FROM ticket WHERE id = {number}"
            )
        work.session.commit()
    assert desk.sweep(NOW + 7 * DAY).closed == BATCH + 21
    assert desk.rows("SELECT DISTINCT status FROM ticket") == [("closed",)]


def test_two_sweeps_at_once_do_it_once(desk: MailDesk) -> None:
    for number in range(30):
        desk.new(service="other", priority="P3", at=NOW - 90 * DAY)
        if number % 3 == 1:
            desk.do("anna", "wait", number + 1, waiting_for="supplier", until=NOW - DAY, at=NOW - 89 * DAY)
        if number % 3 == 2:
            desk.do("anna", "close", number + 1, silent=True, at=NOW - 80 * DAY)
    reports: list[SweepReport] = []
    both = threading.Barrier(2)

    def swept() -> None:
        other = open_desk(desk.path)
        both.wait()
        reports.append(sweep(other, now=NOW))
        other.close()

    threads = [threading.Thread(target=swept) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(report.woken for report in reports) == 10
    assert sum(report.closed for report in reports) == 10
    assert sum(report.stale for report in reports) == 10
    events = dict(desk.rows("SELECT event, count(*) FROM history WHERE actor = 'system' AND ticket_id GROUP BY event"))
    # Broken are both promises of those that lay there, and the first answer to those that waited.
    assert events == {"woken": 10, "stale": 10, "status": 20, "breached": 30}
