"""Promises that a desk file changed while a ticket was done, or that another SLA has word for word."""

from __future__ import annotations

import pytest
from desks import DESK_FILE
from intake_desk import MailDesk
from sla_examples import moscow


@pytest.fixture
def desk(desk_of_mail: MailDesk) -> MailDesk:
    """The desk of these tests, with the holidays of these years."""
    desk_of_mail.apply(DESK_FILE)
    return desk_of_mail


def test_reopening_takes_what_is_promised_today(desk: MailDesk) -> None:
    """Solved by an SLA of the office; by now its team has the stores': half of 27 h was used, half of 24 is left."""
    number = desk.new(service="other", priority="P3", at=moscow("2026-11-23 09:00"))
    # Monday 9 h, 4.5 h of Tuesday: 13.5 of 27.
    desk.do("anna", "close", number, silent=True, at=moscow("2026-11-24 13:30"))
    text = DESK_FILE.replace('lead = "anna"\nsla = "office"', 'lead = "anna"\nsla = "stores"')
    assert desk.apply(text, at=moscow("2026-11-25 09:00")) == []
    desk.do("anna", "reopen", number, at=moscow("2026-11-25 12:00"))
    # 12 h are left: Wednesday 12:00-22:00 is 10 h, 2 h of Thursday.
    assert desk.ticket(number).due_at == moscow("2026-11-26 12:00")
    assert desk.ticket(number).sla == "stores"
    assert desk.event(number, "promise")["clocks"]["resolution"] == {
        "target": 27 * 3600,
        "consumed": 13.5 * 3600,
        "new_target": 24 * 3600,
        "new_consumed": 12 * 3600,
    }


def test_a_ticket_leaves_an_sla_for_another_that_says_the_same(desk: MailDesk) -> None:
    number = desk.new(service="other", priority="P3", at=moscow("2026-11-23 09:00"))
    version, due = desk.ticket(number).version, desk.ticket(number).due_at
    twin = DESK_FILE.replace("[slas.office]", "[slas.desk]").replace('sla = "office"', 'sla = "desk"')
    assert desk.apply(twin, at=moscow("2026-11-23 10:00")) == []
    assert (desk.ticket(number).sla, desk.ticket(number).due_at) == ("desk", due)
    # Nothing that anybody was promised has moved: whoever is writing an answer is not refused.
    assert desk.ticket(number).version == version


def test_an_acknowledgement_is_no_answer(desk: MailDesk) -> None:
    number = desk.ask(at=moscow("2026-11-23 10:00"))
    assert [kind for kind, _, _ in desk.outbox()] == ["acknowledgement"]
    assert desk.column(number, "first_response_met_at") is None
