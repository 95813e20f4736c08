"""Approvals at the desk: who is asked, what waits meanwhile, who decides and what follows from it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk

from sdesk.actions.perform import undo
from sdesk.desk import approvals, playbooks
from sdesk.desk.steps.outbox import read_message_id
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import BadInput, NotFound, Refused
from sdesk.domain.filters import parse
from sdesk.domain.ticket import Status, WaitingFor
from sdesk.store.check import check
from sdesk.store.reader import Reader

HOUR = timedelta(hours=1)
ZONE = ZoneInfo("Europe/Moscow")
WITH_APPROVALS = (
    DESK_FILE.replace('name = "Printer"', 'name = "Printer"\napprove_by = "unit-head"')
    .replace('name = "Other"', 'name = "Other"\napprove_by = "Carla <carla@desk.example>"')
    .replace('kind = "department"\n', 'kind = "department"\nparent = "flagship"\nmanager = "Petra, room 12"\n')
)
"""The printer wants the unit's head: Irina of the flagship, of which the accounting is a part."""


@pytest.fixture
def desk(desk_of_mail: MailDesk) -> Iterator[MailDesk]:
    """The small desk, two of whose services must be approved; at its end the store holds together."""
    desk_of_mail.apply(WITH_APPROVALS)
    yield desk_of_mail
    assert check(desk_of_mail.path, NOW + timedelta(days=90)) == ()


def key_of(desk: MailDesk, number: int) -> str:
    """The key in the last question that waits to be sent."""
    ((message_id,),) = desk.rows(
        "SELECT message_id FROM outbox WHERE ticket_id = ? AND kind = 'approval' ORDER BY id DESC LIMIT 1", number
    )
    own = read_message_id(message_id)
    assert own is not None
    return own[1]


def decide(desk: MailDesk, key: str, yes: bool, comment: str = "", *, at: datetime = NOW) -> str:
    """What the approver's page does."""
    with desk.desk.work(SYSTEM, at) as work:
        change = approvals.decide(work, key, yes, comment)
        work.session.commit()
    return str(change.sentence)


def asked_of(desk: MailDesk, number: int) -> list[tuple[str | None, str, str | None]]:
    """Approver, state and way of each question."""
    with Reader(desk.path) as reader:
        found = reader.ticket(SYSTEM, number, now=NOW).approvals
    return [(each.approver, each.state.value, each.how and each.how.value) for each in found]


# ---- who is asked ------------------------------------------------------------------------------------


def test_a_ticket_waits_for_the_head_of_its_unit_and_every_clock_stands(desk: MailDesk) -> None:
    number = desk.new(service="printer", requester="store-001@shop.example")
    row = desk.ticket(number)
    assert (row.status, row.waiting_for, row.wake_at) == (Status.WAITING, WaitingFor.APPROVAL, None)
    assert asked_of(desk, number) == [("irina@shop.example", "asked", None)]
    assert desk.outbox() == [("approval", "irina@shop.example", timedelta(0))]
    assert desk.told() == []
    for at in (NOW, NOW + timedelta(days=10)):
        stands = desk.ticket(number, at=at)
        assert (stands.due_at, stands.sla_state.value) == (None, "waiting")
    desk.sweep(NOW + timedelta(days=10))
    assert not {"at_risk", "breached", "stale", "woken"} & set(desk.events(number))


def test_where_the_head_has_no_address_the_unit_above_is_asked(desk: MailDesk) -> None:
    number = desk.new(service="printer", requester="maria@shop.example")
    assert asked_of(desk, number) == [("irina@shop.example", "asked", None)]


def test_a_service_may_name_somebody(desk: MailDesk) -> None:
    number = desk.new(service="other", requester="store-001@shop.example")
    assert asked_of(desk, number) == [("carla@desk.example", "asked", None)]
    with Reader(desk.path) as reader:
        assert reader.ticket(SYSTEM, number, now=NOW).approvals[0].whom == "Carla"


@pytest.mark.parametrize("who", [{"requester": "stranger@else.example"}, {"unit": "store-017"}, {}])
def test_where_nobody_is_known_the_ticket_waits_and_the_lead_is_told_at_once(
    desk: MailDesk, who: dict[str, Any]
) -> None:
    number = desk.new("boris", service="printer", **who)
    assert asked_of(desk, number) == [(None, "asked", None)]
    assert desk.told() == [("anna", "approval")]
    assert desk.event(number, "approval_asked")["reason"] == "nobody is known who could approve it"
    with pytest.raises(Refused, match="nobody is known who could approve"):
        desk.do("boris", "ask-approval", number)
    with pytest.raises(Refused, match="the desk file's to say"):
        desk.do("boris", "ask-approval", number, of="boris@desk.example")
    desk.do("anna", "ask-approval", number, of="dora@shop.example")
    assert asked_of(desk, number) == [(None, "cancelled", None), ("dora@shop.example", "asked", None)]


def test_who_asks_for_himself_and_is_the_head_has_approved(desk: MailDesk) -> None:
    number = desk.new(service="printer", requester="Irina <irina@shop.example>", unit="flagship")
    assert desk.ticket(number).status is Status.NEW
    assert asked_of(desk, number) == [("irina@shop.example", "approved", "own")]
    assert desk.event(number, "approved") == {"by": "requester", "approver": "irina@shop.example", "how": "own"}
    assert desk.told() == [("boris", "new")]


def test_by_mail_the_head_is_asked_since_anybody_can_write_her_address(desk: MailDesk) -> None:
    number = desk.ask(sender="irina@shop.example", service="printer")
    desk_unit = desk.column(number, "unit_id")
    assert desk_unit is None
    assert asked_of(desk, number) == [(None, "asked", None)]
    desk.do("anna", "set", number, unit="flagship")
    desk.do("anna", "ask-approval", number)
    assert asked_of(desk, number)[-1] == ("irina@shop.example", "asked", None)


def test_what_needs_no_approval_asks_nobody(desk: MailDesk) -> None:
    number = desk.new(service="till", requester="store-001@shop.example")
    assert asked_of(desk, number) == []
    assert desk.ticket(number).status is Status.NEW


def test_a_request_by_mail_is_acknowledged_and_told_of_when_it_is_approved(desk: MailDesk) -> None:
    number = desk.ask(service="printer")
    assert desk.outbox() == [
        ("approval", "irina@shop.example", timedelta(0)),
        ("acknowledgement", "maria@shop.example", timedelta(minutes=2)),
    ]
    assert desk.told() == []
    decide(desk, key_of(desk, number), True, at=NOW + HOUR)
    assert {event for _, event in desk.told(number)} == {"new"}


# ---- the decision ------------------------------------------------------------------------------------


WITH_STEPS = """
[playbooks.screens]
name = "Screens"
subject = "Screens"
team = "it"
[[playbooks.screens.steps]]
key = "buy"
subject = "Buy one"
service = "printer"
[[playbooks.screens.steps]]
key = "put"
subject = "Put it up"
team = "it"
after = ["buy"]
"""


@pytest.mark.parametrize(("yes", "state"), [(True, "open"), (False, "skipped")])
def test_a_step_of_a_playbook_waits_for_its_approval(desk: MailDesk, yes: bool, state: str) -> None:
    """Nobody is told of it before; refused it is not done, but left out, and what waits for it goes on."""
    desk.apply(WITH_APPROVALS + WITH_STEPS)
    with desk.desk.work(desk.actor("anna"), NOW) as work:
        playbooks.start(work, "screens", day="2026-11-23", unit="flagship")
        work.session.commit()
    row = desk.ticket(2)
    assert (row.status, row.waiting_for, row.due_at) == (Status.WAITING, WaitingFor.APPROVAL, None)
    assert [(each[0], each[1]) for each in desk.outbox()] == [("approval", "irina@shop.example")]
    decide(desk, key_of(desk, 2), yes, at=NOW + HOUR)
    with Reader(desk.path) as reader:
        found = reader.playbook_progress(SYSTEM, 1, now=NOW + HOUR)
    assert found is not None
    assert [each.state.value for each in found.steps] == [state, "planned" if yes else "open"]
    # The parent is of nobody's service, and asks nobody.
    assert {number for (number,) in desk.rows("SELECT ticket_id FROM approval")} == {2}


def test_approved_the_clocks_run_from_then_on(desk: MailDesk) -> None:
    number = desk.new(service="other", requester="store-001@shop.example")
    later = NOW + timedelta(days=1)
    assert decide(desk, key_of(desk, number), True, "One only", at=later) == "SD-1 is approved"
    row = desk.ticket(number, at=later)
    assert (row.status, row.waiting_for) == (Status.NEW, None)
    clocks = {each.kind.value: (each.started_at, each.consumed) for each in row.clocks}
    assert clocks["first_response"] == clocks["resolution"] == (later, 0)
    # Nine hours, which an office day has, from noon in Moscow.
    assert row.due_at == later + timedelta(days=1)
    assert desk.outbox()[-1] == ("approved", "store-001@shop.example", timedelta(minutes=2))
    said = desk.event(number, "approved")
    assert said == {"by": "approver", "approver": "carla@desk.example", "how": "portal", "comment": "One only"}


def test_refused_it_is_resolved_and_no_promise_counts(desk: MailDesk) -> None:
    number = desk.new(service="printer", requester="store-001@shop.example")
    assert decide(desk, key_of(desk, number), False, "Too dear", at=NOW + HOUR) == "SD-1 is refused"
    row = desk.ticket(number, at=NOW + HOUR)
    assert (row.status, row.waiting_for, row.resolved_at) == (Status.RESOLVED, None, NOW + HOUR)
    assert {each.voided for each in row.clocks if each.met_at is not None} == {True}
    assert desk.outbox()[-1][:2] == ("refused", "store-001@shop.example")
    assert asked_of(desk, number) == [("irina@shop.example", "refused", "portal")]


def test_a_second_decision_is_told_that_it_was_decided(desk: MailDesk) -> None:
    number = desk.new(service="printer", requester="store-001@shop.example")
    key = key_of(desk, number)
    decide(desk, key, True)
    for yes in (True, False):
        with pytest.raises(Refused, match="SD-1 is approved already"):
            decide(desk, key, yes)
    with pytest.raises(Refused, match="SD-1 is approved already") as refused:
        desk.do("anna", "refuse", number, text="by phone")
    assert "sdesk ticket ask-approval 1" in (refused.value.remedy or "")  # an agent need not write to the desk
    assert desk.events(number).count("approved") == 1


def test_of_two_at_once_one_decides(desk: MailDesk) -> None:
    number = desk.new(service="printer", requester="store-001@shop.example")
    key, begun, said = key_of(desk, number), Barrier(2), []

    def one(yes: bool) -> None:
        begun.wait()
        try:
            said.append(decide(desk, key, yes))
        except Refused as error:
            said.append(error.what)

    threads = [Thread(target=one, args=(yes,)) for yes in (True, False)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(said) in (
        ["SD-1 is approved", "SD-1 is approved already"],
        ["SD-1 is refused", "SD-1 is refused already"],
    )


@pytest.mark.parametrize("key", ["p-" + "0" * 32, "a-" + "0" * 32, "", "p-", "../p-x", "' OR 1=1 --"])
def test_a_key_that_never_was_opens_nothing(desk: MailDesk, key: str) -> None:
    desk.new(service="printer", requester="store-001@shop.example")
    with pytest.raises(NotFound, match="there is no such question"):
        decide(desk, key, True)


def test_neither_the_tickets_own_key_nor_an_agents_decides(desk: MailDesk) -> None:
    number = desk.new(service="printer", requester="store-001@shop.example")
    agents = read_message_id(desk.agent_id_of("anna", number))
    assert agents is not None
    for key in (desk.token(number), agents[1]):
        with pytest.raises(NotFound):
            decide(desk, key, True)


def test_a_key_is_of_its_own_ticket_and_changes_nothing_by_being_looked_at(desk: MailDesk) -> None:
    first = desk.new(service="printer", requester="store-001@shop.example")
    second = desk.new(service="printer", requester="store-001@shop.example", subject="Another")
    key = key_of(desk, second)
    before = desk.dump()
    with desk.desk.look(SYSTEM, NOW) as work:
        found = approvals.question(work, key)
    assert (found.ref, found.subject, found.service, found.unit, found.alive) == (
        "SD-2",
        "Another",
        "Printer",
        "Flagship",
        True,
    )
    assert desk.dump() == before
    decide(desk, key, True)
    assert desk.ticket(first).waiting_for is WaitingFor.APPROVAL
    with desk.desk.look(SYSTEM, NOW) as work:
        assert not approvals.question(work, key).alive


def test_a_key_is_dead_after_thirty_days_until_an_agent_asks_again(desk: MailDesk) -> None:
    number = desk.new(service="printer", requester="store-001@shop.example")
    key, late = key_of(desk, number), NOW + timedelta(days=30, seconds=1)
    with pytest.raises(Refused, match="older than 30 days"):
        decide(desk, key, True, at=late)
    desk.do("boris", "ask-approval", number, at=late)
    assert asked_of(desk, number) == [("irina@shop.example", "asked", None)]
    assert decide(desk, key_of(desk, number), True, at=late) == "SD-1 is approved"


@pytest.mark.parametrize(
    ("verb", "values"), [("close", {"silent": True}), ("spam", {}), ("merge", {"into": 2})], ids=lambda each: str(each)
)
def test_when_the_ticket_is_over_the_key_is_dead(desk: MailDesk, verb: str, values: dict[str, Any]) -> None:
    number = desk.new(service="printer", requester="store-001@shop.example")
    desk.new(service="till", requester="store-001@shop.example")
    desk.do("anna", verb, number, **values)
    assert asked_of(desk, number) == [("irina@shop.example", "cancelled", None)]
    with pytest.raises(Refused, match="nobody need approve SD-1 any more"):
        decide(desk, key_of(desk, number), True)


def test_the_store_keeps_no_key_once_the_mail_has_gone(desk: MailDesk) -> None:
    from sdesk.desk.outbox.queue import claim, mark_sent

    number = desk.new(service="printer", requester="store-001@shop.example")
    key = key_of(desk, number)
    with desk.desk.work(SYSTEM, NOW) as work:
        mail = claim(work)
        assert mail is not None
        mark_sent(work, mail.id, refused={})
        work.session.commit()
    assert key not in desk.dump()
    assert decide(desk, key, True) == "SD-1 is approved"


# ---- by an agent -------------------------------------------------------------------------------------


def test_a_lead_writes_down_what_was_said_by_phone(desk: MailDesk) -> None:
    number = desk.new(service="printer", requester="store-001@shop.example")
    with pytest.raises(Refused, match="only a lead or an admin"):
        desk.do("boris", "approve", number, text="by phone")
    with pytest.raises(BadInput, match="needs a reason"):
        desk.do("anna", "approve", number, text=" ")
    desk.do("anna", "approve", number, text="Irina said yes by phone")
    with Reader(desk.path) as reader:
        (row,) = reader.ticket(SYSTEM, number, now=NOW).approvals
    assert (row.state.value, row.how, row.agent) == ("approved", "agent", "anna")
    assert row.comment == "Irina said yes by phone"
    assert desk.event(number, "approved")["by"] == "anna"


def test_an_agents_decision_can_be_undone(desk: MailDesk) -> None:
    from sdesk.desk.undo import last_batch, undo

    number = desk.new(service="printer", requester="store-001@shop.example")
    for verb in ("approve", "refuse"):
        desk.do("anna", verb, number, text="by phone")
        with desk.desk.work(desk.actor("anna"), NOW) as work:
            (deed,) = last_batch(work)
            undo(work, deed.id)
            work.session.commit()
        assert desk.ticket(number).waiting_for is WaitingFor.APPROVAL
        assert asked_of(desk, number) == [("irina@shop.example", "asked", None)]
    back = {kind for (kind,) in desk.rows("SELECT kind FROM outbox WHERE state = 'taken_back'")}
    assert {"approved", "refused"} <= back
    assert decide(desk, key_of(desk, number), True) == "SD-1 is approved"


def test_a_team_that_is_given_it_is_told_when_it_is_approved(desk: MailDesk) -> None:
    number = desk.new(service="printer", requester="store-001@shop.example")
    desk.do("anna", "assign", number, to="team:quality")
    assert desk.told() == []
    decide(desk, key_of(desk, number), True)
    assert {event for _, event in desk.told()} == {"new"}


def test_nobody_begins_or_ends_that_wait_by_hand(desk: MailDesk) -> None:
    number = desk.new(service="printer", requester="store-001@shop.example")
    free = desk.new(service="till", requester="store-001@shop.example")
    tried: tuple[tuple[str, dict[str, Any]], ...] = (("wait", {"waiting_for": "supplier"}), ("reopen", {}))
    for verb, values in tried:
        with pytest.raises(Refused, match="SD-1 waits for an approval"):
            desk.do("anna", verb, number, **values)
    with pytest.raises(Refused, match="by hand"):
        desk.do("anna", "wait", free, waiting_for="approval")
    with pytest.raises(Refused, match="waits for an approval"):
        desk.do("anna", "reply", number, text="Which one?", waiting_for="requester")
    desk.do("anna", "reply", number, text="Which one?")
    assert desk.ticket(number).waiting_for is WaitingFor.APPROVAL
    desk.do("anna", "drop-approval", number)
    assert desk.ticket(number).status is Status.NEW


def test_another_service_asks_anew_or_asks_no_more(desk: MailDesk) -> None:
    number = desk.new(service="till", requester="store-001@shop.example")
    desk.do("anna", "service", number, service="printer", at=NOW + HOUR)
    assert asked_of(desk, number) == [("irina@shop.example", "asked", None)]
    desk.do("anna", "service", number, service="other", at=NOW + 2 * HOUR)
    assert asked_of(desk, number)[-1] == ("carla@desk.example", "asked", None)
    desk.do("anna", "service", number, service="till", at=NOW + 3 * HOUR)
    row = desk.ticket(number, at=NOW + 3 * HOUR)
    assert (row.status, row.waiting_for) == (Status.NEW, None)
    decided = [state for _, state, _ in asked_of(desk, number)]
    assert decided == ["cancelled", "cancelled"]
    assert {each.started_at for each in row.clocks if each.kind.value == "resolution"} == {NOW + 3 * HOUR}


def test_another_unit_has_another_head(desk: MailDesk) -> None:
    number = desk.new(service="printer", requester="store-001@shop.example")
    key = key_of(desk, number)
    desk.do("anna", "set", number, unit="none")
    assert asked_of(desk, number) == [("irina@shop.example", "cancelled", None), (None, "asked", None)]
    with pytest.raises(Refused, match="nobody need approve"):
        decide(desk, key, True)
    desk.do("anna", "set", number, unit="accounting")
    assert asked_of(desk, number)[-1] == ("irina@shop.example", "asked", None)
    # Of one head two units are no two questions; and whom a lead has named is who is asked.
    desk.do("anna", "set", number, unit="flagship")
    assert len(asked_of(desk, number)) == 3
    desk.do("anna", "ask-approval", number, of="carla@desk.example")
    desk.do("anna", "set", number, unit="none")
    assert asked_of(desk, number)[-1] == ("carla@desk.example", "asked", None)
    undo(desk.desk, desk.actor("anna"), now=NOW)
    assert asked_of(desk, number)[-1] == ("carla@desk.example", "asked", None)


def test_what_was_approved_is_not_asked_again_when_its_service_comes_back(desk: MailDesk) -> None:
    number = desk.new(service="printer", requester="store-001@shop.example")
    decide(desk, key_of(desk, number), True)
    for service in ("till", "printer"):
        desk.do("anna", "service", number, service=service)
    assert asked_of(desk, number) == [("irina@shop.example", "approved", "portal")]
    assert desk.ticket(number).waiting_for is None


def test_undoing_the_service_takes_the_question_back(desk: MailDesk) -> None:
    from sdesk.desk.undo import last_batch, undo

    number = desk.new(service="till", requester="store-001@shop.example")
    desk.do("anna", "service", number, service="printer")
    key = key_of(desk, number)
    with desk.desk.work(desk.actor("anna"), NOW) as work:
        (deed,) = last_batch(work)
        undo(work, deed.id)
        work.session.commit()
    assert asked_of(desk, number) == []
    with pytest.raises(NotFound):
        decide(desk, key, True)


def test_taking_a_resolution_back_asks_again(desk: MailDesk) -> None:
    number = desk.new(service="printer", requester="store-001@shop.example")
    desk.do("anna", "close", number, text="We do without.")
    desk.do("anna", "take_back", number, at=NOW + timedelta(seconds=5))
    assert asked_of(desk, number) == [("irina@shop.example", "asked", None)]
    assert desk.ticket(number).waiting_for is WaitingFor.APPROVAL


def test_a_requester_who_writes_meanwhile_is_owed_an_answer_from_the_approval_on(desk: MailDesk) -> None:
    number = desk.new(service="other", requester="store-001@shop.example", channel="phone")
    desk.take(
        f"""
        From: store-001@shop.example
        To: support@desk.example
        Subject: Re: [SD-{number}] By hand
        Message-ID: <more@shop.example>

        Is there news?
        """,
        at=NOW + HOUR,
    )
    row = desk.ticket(number, at=NOW + HOUR)
    assert (row.waiting_for, row.unanswered_since) == (WaitingFor.APPROVAL, NOW + HOUR)
    assert [each.kind.value for each in row.clocks if each.started_at is not None] == []
    decide(desk, key_of(desk, number), True, at=NOW + 2 * HOUR)
    running = {each.kind.value: each.started_at for each in desk.ticket(number, at=NOW + 2 * HOUR).clocks}
    assert running["resolution"] == NOW + 2 * HOUR
    assert desk.column(number, "next_reply_started_at") == "2026-11-23T11:00:00Z"


# ---- reminders ---------------------------------------------------------------------------------------


def test_an_approver_is_reminded_once_and_then_the_lead_is_told_once(desk: MailDesk) -> None:
    friday = NOW + timedelta(days=4)
    number = desk.new(service="printer", requester="store-001@shop.example", at=friday)
    assert desk.sweep(friday + timedelta(days=2)).reminded == 0
    monday = friday + timedelta(days=3)
    for _ in range(2):
        desk.sweep(monday)
    questions = [each for each in desk.outbox() if each[0] == "approval"]
    assert questions == [("approval", "irina@shop.example", timedelta(0))] * 2
    assert desk.told() == []
    for _ in range(2):
        desk.sweep(monday + timedelta(days=2))
    assert desk.told() == [("anna", "approval")]
    # The keys of both mails open it.
    ((first,), (second,)) = desk.rows("SELECT message_id FROM outbox WHERE kind = 'approval' ORDER BY id")
    keys = [own[1] for each in (first, second) if (own := read_message_id(each)) is not None]
    assert len(set(keys)) == 2
    decide(desk, keys[0], True, at=monday + timedelta(days=2))
    with pytest.raises(Refused, match="already"):
        decide(desk, keys[1], True, at=monday + timedelta(days=2))
    assert desk.events(number).count("approval_reminded") == 1


# ---- what is shown -----------------------------------------------------------------------------------


def test_filters_find_what_waits_and_what_was_decided(desk: MailDesk) -> None:
    asked = desk.new(service="printer", requester="store-001@shop.example")
    approved = desk.new(service="other", requester="store-001@shop.example")
    refused = desk.new(service="other", requester="store-001@shop.example")
    desk.new(service="till")
    decide(desk, key_of(desk, approved), True)
    decide(desk, key_of(desk, refused), False)
    with Reader(desk.path) as reader:

        def found(words: str) -> tuple[int, ...]:
            wanted = parse(words, now=NOW, zone=ZONE)
            return reader.numbers(SYSTEM, wanted, now=NOW)

        assert found("is:unapproved") == found("approval:asked") == (asked,)
        assert found("approval:approved") == (approved,)
        assert found("status:resolved approval:refused") == (refused,)
        assert asked not in found("not:approval:asked")


def test_a_person_who_is_forgotten_is_no_approver_any_more(desk: MailDesk) -> None:
    from sdesk.desk.forgetting import forget_person

    number = desk.new(service="other", requester="store-001@shop.example")
    key = key_of(desk, number)
    forget_person(desk.desk, desk.actor("anna"), NOW + HOUR, "carla@desk.example")
    assert "carla" not in json.dumps(desk.rows("SELECT address, name, comment FROM approval")).lower()
    with pytest.raises(NotFound):
        decide(desk, key, True)
    desk.sweep(NOW + timedelta(days=2))
    assert len([each for each in desk.outbox() if each[0] == "approval"]) == 1


def test_the_check_of_the_store_finds_a_wait_that_nobody_can_end(desk_of_mail: MailDesk) -> None:
    desk_of_mail.apply(WITH_APPROVALS)
    number = desk_of_mail.new(service="printer", requester="store-001@shop.example")
    with closing(sqlite3.connect(desk_of_mail.path)) as connection:
        connection.execute("UPDATE approval SET state = 'cancelled'")
        connection.commit()
    said = [each.what for each in check(desk_of_mail.path, NOW)]
    assert f"ticket {number} waits for an approval, and nobody is asked" in said
    assert any("when or how it was decided does not fit" in each for each in said)


def test_quiet_imports_ask_nobody(desk: MailDesk) -> None:
    from sdesk.desk.steps.approvals import ask_for_service
    from sdesk.store.models import Ticket

    number = desk.new(service="till", requester="store-001@shop.example")
    with desk.desk.work(SYSTEM, NOW) as work:
        ticket = work.session.get_one(Ticket, number)
        ticket.service_id = work.rules.service_keys["printer"]
        assert ask_for_service(replace(work, quiet=True), ticket) is None
        asked = ask_for_service(work, ticket)
        assert asked is not None
        assert ask_for_service(work, ticket) is asked


def test_two_desks_in_one_file_are_no_more_than_one(desk: MailDesk, tmp_path: Path) -> None:
    """What an export says of approvals an import knows again, and mails nobody."""
    from sdesk.cli.ticket_export import line_of
    from sdesk.domain.ticket_line import read_line

    asked = desk.new(service="printer", requester="store-001@shop.example")
    refused = desk.new(service="other", requester="store-001@shop.example")
    decide(desk, key_of(desk, refused), False, "No")
    with Reader(desk.path) as reader:
        wanted = parse("", now=NOW, zone=ZONE)
        lines = [
            line_of(row, "SD", now=NOW, zone=ZONE, messages=True)
            for row in reader.exported(SYSTEM, wanted, now=NOW, messages=True)
        ]
        read = [read_line(json.loads(json.dumps(each)), now=NOW, zone=ZONE) for each in lines]
    assert [each.waiting_for for each in read] == [WaitingFor.APPROVAL, None]
    from sdesk.desk.imports.write import Added, write_line

    before = len(desk.outbox())
    with desk.desk.work(desk.actor("anna"), NOW + HOUR) as work:
        quiet = replace(work, quiet=True)
        numbers = [
            write_line(quiet, replace(each, external_id=f"old-{place}", origin=None), {}, Added())[0]
            for place, each in enumerate(read)
        ]
        work.session.commit()
    assert [asked_of(desk, each) for each in numbers] == [asked_of(desk, each) for each in (asked, refused)]
    assert desk.ticket(numbers[0]).waiting_for is WaitingFor.APPROVAL
    assert len(desk.outbox()) == before


def test_nobody_is_flooded_with_questions(desk: MailDesk) -> None:
    for number in range(23):
        desk.ask(number, service="other", sender=f"p{number}@else.example")
    asked = [each for each in desk.outbox() if each[0] == "approval"]
    assert len(asked) == 20
    desk.sweep(NOW + timedelta(minutes=30))
    assert len([each for each in desk.outbox() if each[0] == "approval"]) == 20
    desk.sweep(NOW + timedelta(hours=1, seconds=1))
    assert len([each for each in desk.outbox() if each[0] == "approval"]) == 23


def test_the_story_of_the_clocks_says_why_they_stood(desk: MailDesk) -> None:
    from sdesk.domain.story.tell import tell

    number = desk.new(service="till", requester="store-001@shop.example")
    desk.do("anna", "service", number, service="other", at=NOW + HOUR)
    decide(desk, key_of(desk, number), True, at=NOW + 2 * HOUR)
    with Reader(desk.path) as reader:
        _, facts = reader.promises(SYSTEM, number, now=NOW + 3 * HOUR)
    for told in tell(facts):
        said = [(step.at, step.why) for step in told.steps if step.why]
        assert (NOW + HOUR, "it waits for an approval") in said
        assert (NOW + 2 * HOUR, "it was approved") in said
        assert told.disagreements == ()


def test_a_ticket_that_is_merged_into_one_that_waits_starts_no_clock_of_it(desk: MailDesk) -> None:
    number = desk.new(service="other", requester="store-001@shop.example", channel="phone")
    second = desk.ask(sender="store-001@shop.example", at=NOW + HOUR)
    desk.do("anna", "merge", second, into=number, at=NOW + 2 * HOUR)
    row = desk.ticket(number, at=NOW + 2 * HOUR)
    assert (row.waiting_for, row.unanswered_since) == (WaitingFor.APPROVAL, NOW + HOUR)
    assert [each.kind.value for each in row.clocks if each.started_at is not None] == []
    decide(desk, key_of(desk, number), True, at=NOW + 3 * HOUR)
    assert desk.column(number, "next_reply_started_at") == "2026-11-23T12:00:00Z"


def test_what_an_approver_said_is_found_by_its_words(desk: MailDesk) -> None:
    from sdesk.desk.forgetting import forget_person

    desk.apply(WITH_APPROVALS.replace("Carla <", "Carla Huber <"))
    number = desk.new(service="other", requester="store-001@shop.example")
    decide(desk, key_of(desk, number), False, "The budget is frozen, says Carla Huber.")

    def found(words: str) -> tuple[int, ...]:
        with Reader(desk.path) as reader:
            return reader.numbers(SYSTEM, parse(f"{words} status:resolved", now=NOW, zone=ZONE), now=NOW)

    assert found("frozen") == found("carla@desk.example") == (number,)
    forget_person(desk.desk, desk.actor("anna"), NOW + HOUR, "carla@desk.example")
    assert (found("huber"), found("carla"), found("frozen")) == ((), (), (number,))
