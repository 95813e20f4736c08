"""Time spent and agreed visits: whose they are, what corrects them, when they end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from desks import NOW
from intake_desk import MailDesk

from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import BadInput, Refused
from sdesk.store.reader import Reader
from sdesk.store.reader.detail_rows import TicketDetail

WEDNESDAY = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
"""Ten in the morning in Moscow."""
NIGHT = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)
"""Eleven in the evening there: the shops are closed."""


def whole(mails: MailDesk, number: int) -> TicketDetail:
    with Reader(mails.path) as reader:
        return reader.ticket(SYSTEM, number, now=NOW)


def till(mails: MailDesk) -> int:
    return mails.new(subject="Till", requester="store-001@shop.example", service="till", text="x")


EACH: list[tuple[str, dict[str, Any]]] = [
    ("reply", {"text": "Done."}),
    ("note", {"text": "Fan."}),
    ("close", {"text": "Done."}),
    ("close", {"silent": True}),
    ("wait", {"waiting_for": "requester", "text": "Which?"}),
    ("wait", {"waiting_for": "supplier"}),
    ("forward", {"to": "help@tills.example", "text": "Error 42?"}),
    ("spent", {}),
]


@pytest.mark.parametrize(("verb", "values"), EACH)
def test_time_is_kept_with_who_and_with_what_words(verb: str, values: dict[str, Any], desk_of_mail: MailDesk) -> None:
    number = till(desk_of_mail)
    outcome = desk_of_mail.do("boris", verb, number, spent=900, **values)
    assert "15m spent" in outcome.sentence
    found = whole(desk_of_mail, number)
    (row,) = found.spent
    said = [message.id for message in found.messages if message.agent == "boris"]
    assert (row.agent, row.seconds, row.spent_at) == ("boris", 900, NOW)
    assert row.message == (said[-1] if said else None)
    assert desk_of_mail.event(number, "time_spent") == {"by": "boris", "seconds": 900}


def test_a_correction_takes_back_what_one_wrote_down_oneself_and_no_more(desk_of_mail: MailDesk) -> None:
    number = till(desk_of_mail)
    desk_of_mail.do("anna", "spent", number, spent=900)
    desk_of_mail.do("boris", "spent", number, spent=600)
    assert "5m less spent" in desk_of_mail.do("anna", "spent", number, spent=-300).sentence
    assert whole(desk_of_mail, number).seconds_spent == 1200
    with pytest.raises(Refused, match="11m cannot be taken from the 10m that you spent on SD-1"):
        desk_of_mail.do("anna", "note", number, text="Oops", spent=-660)
    assert whole(desk_of_mail, number).seconds_spent == 1200
    assert not [each for each in desk_of_mail.conversation(number) if "Oops" in each]
    desk_of_mail.do("anna", "spent", number, spent=-600)
    assert whole(desk_of_mail, number).seconds_spent == 600


@pytest.mark.parametrize("spent", [86_401, -86_401])
def test_more_than_a_day_at_once_is_a_slip_of_the_pen(spent: int, desk_of_mail: MailDesk) -> None:
    with pytest.raises(BadInput, match="more than a day at once"):
        desk_of_mail.do("anna", "spent", till(desk_of_mail), spent=spent)


def test_time_is_written_down_on_what_is_resolved_too(desk_of_mail: MailDesk) -> None:
    number = till(desk_of_mail)
    desk_of_mail.do("anna", "close", number, silent=True)
    assert desk_of_mail.do("anna", "close", number, silent=True, spent=900).changed
    desk_of_mail.do("anna", "spent", number, spent=60)
    assert whole(desk_of_mail, number).seconds_spent == 960


def test_the_desk_itself_spends_no_time(desk_of_mail: MailDesk) -> None:
    number = till(desk_of_mail)
    with pytest.raises(BadInput, match="the desk itself spends no time"):
        desk_of_mail.do("system", "spent", number, spent=60)


def test_a_visit_is_the_assignees_and_follows_the_ticket(desk_of_mail: MailDesk) -> None:
    number = till(desk_of_mail)
    desk_of_mail.do("anna", "assign", number, to="boris")
    assert "visit on 2026-11-25 10:00" in desk_of_mail.do("anna", "visit", number, visit=WEDNESDAY).sentence
    visit = whole(desk_of_mail, number).visit
    assert visit is not None
    assert (visit.agent, visit.starts_at, visit.agreed_at) == ("boris", WEDNESDAY, NOW)
    desk_of_mail.do("anna", "assign", number, to="anna")
    visit = whole(desk_of_mail, number).visit
    assert visit is not None
    assert visit.agent == "anna"


def test_of_a_ticket_that_nobody_has_the_visit_is_whose_word_it_was(desk_of_mail: MailDesk) -> None:
    number = till(desk_of_mail)
    desk_of_mail.do("boris", "note", number, text="I told her that I come.", visit=WEDNESDAY)
    visit = whole(desk_of_mail, number).visit
    assert visit is not None
    assert visit.agent == "boris"


def test_a_new_visit_moves_the_old_one_and_none_calls_it_off(desk_of_mail: MailDesk) -> None:
    number = till(desk_of_mail)
    desk_of_mail.do("anna", "reply", number, text="Wednesday.", visit=WEDNESDAY)
    later = WEDNESDAY + timedelta(hours=3)
    desk_of_mail.do("anna", "reply", number, text="Later.", visit=later)
    visit = whole(desk_of_mail, number).visit
    assert visit is not None
    assert visit.starts_at == later
    assert desk_of_mail.event(number, "visit") == {
        "by": "anna",
        "old": "2026-11-25T07:00:00Z",
        "new": "2026-11-25T10:00:00Z",
    }
    assert "visit on 2026-11-25 13:00 called off" in desk_of_mail.do("anna", "visit", number, no_visit=True).sentence
    assert whole(desk_of_mail, number).visit is None
    with pytest.raises(Refused, match="no visit is agreed"):
        desk_of_mail.do("anna", "visit", number, no_visit=True)


@pytest.mark.parametrize("verb", ["close", "spam"])
def test_a_visit_ends_with_the_work(verb: str, desk_of_mail: MailDesk) -> None:
    number = till(desk_of_mail)
    desk_of_mail.do("anna", "visit", number, visit=WEDNESDAY)
    silent: dict[str, Any] = {"silent": True} if verb == "close" else {}
    desk_of_mail.do("anna", verb, number, **silent)
    assert whole(desk_of_mail, number).visit is None
    assert desk_of_mail.rows("SELECT ended_at FROM visit") == [("2026-11-23T09:00:00Z",)]
    with pytest.raises(Refused):
        desk_of_mail.do("anna", "visit", number, visit=WEDNESDAY)


def test_a_visit_in_the_past_is_refused_and_nothing_is_said(desk_of_mail: MailDesk) -> None:
    number = till(desk_of_mail)
    for at in (NOW, NOW - timedelta(days=1)):
        with pytest.raises(BadInput, match="is past"):
            desk_of_mail.do("anna", "reply", number, text="I come.", visit=at)
    assert desk_of_mail.outbox() == []


def test_a_visit_to_a_closed_shop_is_written_down_with_a_warning(desk_of_mail: MailDesk) -> None:
    number = till(desk_of_mail)
    assert desk_of_mail.do("anna", "visit", number, visit=NIGHT).warning == (
        "unit `flagship` is closed at 2026-11-25 23:00"
    )
    assert desk_of_mail.do("anna", "visit", number, visit=WEDNESDAY).warning == ""


@pytest.mark.parametrize("verb", ["reply", "close"])
def test_what_is_taken_back_takes_time_and_visit_along(verb: str, desk_of_mail: MailDesk) -> None:
    number = till(desk_of_mail)
    desk_of_mail.do("anna", "note", number, text="First.", spent=60, visit=WEDNESDAY)
    more = {"visit": WEDNESDAY + timedelta(days=1)} if verb == "reply" else {}
    desk_of_mail.do("anna", verb, number, text="Second.", spent=600, **more)
    desk_of_mail.do("anna", "take_back", number)
    found = whole(desk_of_mail, number)
    assert found.seconds_spent == 60
    assert found.visit is not None
    assert found.visit.starts_at == WEDNESDAY
