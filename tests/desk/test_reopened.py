"""What is put back to work: an outage that is suspected again, and the figures of tickets that came closed."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from desks import NOW
from intake_desk import MailDesk

from sdesk.desk.steps.tickets import Opening, open_ticket
from sdesk.domain.actor import SYSTEM
from sdesk.domain.filters import Filter
from sdesk.domain.ticket import Channel
from sdesk.reports.past import past
from sdesk.reports.period import between
from sdesk.store.reader import Reader

HOUR = timedelta(hours=1)
MOSCOW = ZoneInfo("Europe/Moscow")


def from_an_archive(desk: MailDesk, days: int) -> int:
    """A ticket that came closed, from so many days ago."""
    with desk.desk.work(SYSTEM, NOW - timedelta(days=days)) as work:
        opening = Opening(
            subject="Old",
            team_id=work.rules.team_keys["it"],
            service_id=None,
            requester_id=None,
            unit_id=None,
            channel=Channel.MAIL,
            opened_at=work.now,
            history=True,
            closed=True,
            unanswered=False,
        )
        number = open_ticket(work, opening).number
        work.session.commit()
    return number


def test_a_reopened_outage_is_suspected_in_so_many_words_and_raises_the_priority(desk_of_mail: MailDesk) -> None:
    desk = desk_of_mail
    number = desk.new(service="till", requester="maria@shop.example", urgency="medium")
    before = desk.ticket(number)
    assert (before.priority, before.impact) == ("P3", "significant")
    target = desk.column(number, "resolution_target")
    desk.do("anna", "close", number, silent=True)
    desk.do("anna", "set", number, unit="flagship")
    desk.do("anna", "reopen", number, at=NOW + HOUR)
    after = desk.ticket(number, at=NOW + HOUR)
    assert (after.priority, after.impact, after.own_impact) == ("P2", "extensive", "significant")
    assert desk.column(number, "resolution_target") < target
    assert desk.event(number, "outage_suspected")["loss_per_hour"] == "180000.00"
    event = desk.event(number, "priority")
    assert (event["old"], event["new"], event["raised"]["impact"]) == ("P3", "P2", "significant")
    assert "promise" in desk.events(number)


def test_a_reopened_ticket_keeps_a_priority_by_hand(desk_of_mail: MailDesk) -> None:
    desk = desk_of_mail
    number = desk.new(service="till", requester="store-001@shop.example")
    desk.do("anna", "priority", number, priority="P4", reason="A spare till")
    desk.do("anna", "close", number, silent=True)
    desk.do("anna", "reopen", number, at=NOW + HOUR)
    assert desk.ticket(number).priority == "P4"


def test_the_backlog_knows_that_what_came_closed_was_closed_until_it_is_reopened(desk_of_mail: MailDesk) -> None:
    desk = desk_of_mail
    number, other = from_an_archive(desk, 40), from_an_archive(desk, 40)
    desk.do("anna", "reopen", number, at=NOW)
    assert desk.ticket(other).status == "closed"
    for days, before, after in ((60, 0, 0), (40, 0, 0), (20, 0, 0), (0, 0, 1)):
        day = (NOW - timedelta(days=days)).astimezone(MOSCOW).date()
        with Reader(desk.path) as reader:
            found = past(reader, SYSTEM, between(day, day, MOSCOW), Filter(()), now=NOW + HOUR)
        assert (found.backlog_before, found.backlog) == (before, after), days
