"""A proposal is accepted as a whole, ends last, and does not wait for ever."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk

from sdesk.actions.perform import perform_once, undo
from sdesk.desk import incident as incident_module
from sdesk.desk.incident import accept
from sdesk.domain.errors import NotFound, Refused
from sdesk.store.check import check

SOON = NOW + timedelta(minutes=10)


def three(desk: MailDesk) -> tuple[int, int, int]:
    """Three tills, which are proposed as number 1."""
    units = ("store-001", "store-017", "store-001")
    one, two, three = (
        desk.new(service="till", requester=f"{unit}@shop.example", at=NOW + timedelta(minutes=minutes))
        for minutes, unit in enumerate(units)
    )
    assert ended(desk) == [None]
    return one, two, three


def ended(desk: MailDesk) -> list[str | None]:
    return [row[0] for row in desk.rows("SELECT ended_how FROM incident_proposal ORDER BY id")]


def accepts(desk: MailDesk, login: str = "anna", number: int = 1) -> list[str]:
    with desk.desk.work(desk.actor(login), SOON) as work:
        sentences = [change.sentence for change in accept(work, number)]
        work.session.commit()
    return sentences


def test_all_are_joined_in_one_transaction_and_then_it_is_accepted(desk_of_mail: MailDesk) -> None:
    one, two, three_ = three(desk_of_mail)
    assert accepts(desk_of_mail) == [f"SD-{two} is part of SD-{one} now", f"SD-{three_} is part of SD-{one} now"]
    ((how, incident, data),) = desk_of_mail.rows("SELECT ended_how, incident_id, data FROM incident_proposal")
    assert (how, incident, json.loads(data)) == ("accepted", one, {"by": "anna"})
    with pytest.raises(NotFound):
        accepts(desk_of_mail)


def test_what_was_accepted_can_be_undone_and_waits_again(desk_of_mail: MailDesk) -> None:
    numbers = three(desk_of_mail)
    boris = desk_of_mail.actor("boris")
    before = [desk_of_mail.ticket(number).incident for number in numbers], ended(desk_of_mail)
    perform_once(desk_of_mail.desk, boris, "incident accept", lambda work: accept(work, 1), now=SOON, dry_run=False)
    assert ended(desk_of_mail) == ["accepted"]
    assert [each.error for each in undo(desk_of_mail.desk, boris, now=SOON).outcomes] == [None]
    assert ([desk_of_mail.ticket(number).incident for number in numbers], ended(desk_of_mail)) == before
    assert not desk_of_mail.ticket(numbers[0]).is_incident
    assert check(desk_of_mail.path) == ()


def test_what_fails_on_the_way_leaves_everything_as_it_was(
    desk_of_mail: MailDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _, three_ = three(desk_of_mail)
    before = desk_of_mail.dump()
    joins = incident_module.join_incident

    def breaks(work, number, **more):  # type: ignore[no-untyped-def]  # whatever it is given
        if number == three_:
            raise Refused("something is in the way", "try again")
        return joins(work, number, **more)

    monkeypatch.setattr(incident_module, "join_incident", breaks)
    with pytest.raises(Refused):
        accepts(desk_of_mail)
    assert desk_of_mail.dump() == before
    assert not desk_of_mail.column(one, "is_incident")


def test_by_hand_it_is_accepted_once_the_last_of_its_tickets_has_joined(desk_of_mail: MailDesk) -> None:
    one, two, three_ = three(desk_of_mail)
    desk_of_mail.do("anna", "join", three_, incident=two, at=SOON)
    assert ended(desk_of_mail) == [None]
    # The rest is accepted into the incident that there is.
    assert accepts(desk_of_mail) == [f"SD-{one} is part of SD-{two} now"]
    assert ended(desk_of_mail) == ["accepted"]


def test_a_ticket_that_was_given_behind_a_wall_is_left_out(desk_of_mail: MailDesk) -> None:
    one, two, three_ = three(desk_of_mail)
    desk_of_mail.do("anna", "assign", two, to="team:hr", at=SOON)
    assert accepts(desk_of_mail) == [f"SD-{three_} is part of SD-{one} now"]
    assert desk_of_mail.column(two, "incident_id") is None


def test_an_auditor_accepts_none(desk_of_mail: MailDesk) -> None:
    desk_of_mail.apply(DESK_FILE.replace('teams = ["quality"]', 'teams = ["quality"]\nrole = "auditor"'))
    three(desk_of_mail)
    with pytest.raises(Refused):
        accepts(desk_of_mail, "vera")


def test_the_sweep_drops_it_after_a_day_or_when_too_few_are_open(desk_of_mail: MailDesk) -> None:
    one, two, _ = three(desk_of_mail)
    desk_of_mail.sweep(NOW + timedelta(hours=23))
    desk_of_mail.do("anna", "close", one, silent=True, at=SOON)
    desk_of_mail.sweep(NOW + timedelta(hours=23))
    assert ended(desk_of_mail) == [None]
    desk_of_mail.do("anna", "close", two, silent=True, at=SOON)
    desk_of_mail.sweep(SOON)
    assert ended(desk_of_mail) == ["passed"]
    at = NOW + timedelta(days=3)
    for minutes in range(3):
        desk_of_mail.new(service="till", requester="store-001@shop.example", at=at + timedelta(minutes=minutes))
    assert ended(desk_of_mail) == ["passed", None]
    desk_of_mail.sweep(at + timedelta(hours=25))
    assert ended(desk_of_mail) == ["passed", "passed"]


def test_old_proposals_cost_a_mail_nothing(desk_of_mail: MailDesk) -> None:
    plan = desk_of_mail.rows(
        "EXPLAIN QUERY PLAN SELECT * FROM incident_proposal"
        " WHERE service_id = 1 AND ended_at IS NULL AND proposed_at >= '2026-11-23T09:00:00Z'"
    )
    assert "ix_incident_proposal_open (service_id=? AND proposed_at>?)" in plan[0][3]
