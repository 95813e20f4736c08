"""An answer to an incident is one answer: taken back with all that it did, whoever has a requester."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk
from sqlalchemy import select
from sqlmodel import col

from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import Refused
from sdesk.domain.story.reasons import standing
from sdesk.domain.story.values import Event
from sdesk.domain.ticket import Status
from sdesk.store.models import Outbox
from sdesk.store.reader import Reader

AT = NOW + timedelta(minutes=20)
SOON = AT + timedelta(seconds=5)
_COUNTS = {"version", "updated_at"}


def facts(desk: MailDesk) -> Any:
    """All that an answer may touch, but for what counts changes."""
    columns = [name for (name,) in desk.rows("SELECT name FROM pragma_table_info('ticket')") if name not in _COUNTS]
    return [
        desk.rows(f"SELECT {', '.join(columns)} FROM ticket ORDER BY id"),
        desk.rows("SELECT * FROM clock_run ORDER BY id"),
        desk.rows("SELECT id, ticket_id, down_to, loss FROM outage ORDER BY id"),
    ]


def reply(desk: MailDesk, number: int) -> None:
    desk.do("boris", "reply", number, text="We are on it.", waiting_for="supplier", at=AT)


def wait(desk: MailDesk, number: int) -> None:
    desk.do("boris", "wait", number, text="We are on it.", waiting_for="supplier", at=AT)


def close(desk: MailDesk, number: int) -> None:
    desk.do("boris", "close", number, text="We are on it.", at=AT)


@pytest.fixture(params=["with", "without"])
def group(desk_of_mail: MailDesk, request: pytest.FixtureRequest) -> tuple[int, ...]:
    """An incident with or without a requester; of its parts one has a requester, one an outage, one nobody."""
    desk = desk_of_mail
    incident = desk.ask(9) if request.param == "with" else desk.new(service="other", subject="All is down")
    parts = (desk.ask(1), desk.new(service="till", requester="store-001@shop.example"), desk.new(service="other"))
    for part in parts:
        desk.do("anna", "join", part, incident=incident)
    return (incident, *parts)


@pytest.mark.parametrize("act", [reply, wait, close])
def test_all_of_it_is_taken_back(
    desk_of_mail: MailDesk, group: tuple[int, ...], act: Callable[[MailDesk, int], None]
) -> None:
    desk, incident = desk_of_mail, group[0]
    before = facts(desk)
    act(desk, incident)
    assert facts(desk) != before
    outcome = desk.do("boris", "take_back", incident, at=SOON)
    assert (
        outcome.sentence == f"the answer of SD-{incident} is taken back, and 3 tickets with it: its text is your draft"
    )
    assert facts(desk) == before
    assert desk.rows("SELECT count(*) FROM outbox WHERE state = 'queued' AND message_ref IS NOT NULL") == [(0,)]
    assert desk.rows("SELECT ticket_id, text FROM draft") == [(incident, "We are on it.")]
    for number in group:
        assert desk.events(number).count("taken_back") == 1
        with Reader(desk.path) as reader:
            told = standing(
                [Event(each.at, each.actor, each.event, each.data) for each in reader.history(SYSTEM, number)]
            )
        assert not [each.event for each in told if each.at == AT and each.event != "note"], (
            "no clock is explained by what was taken back"
        )
    assert isinstance(desk.try_to("boris", "take_back", incident, at=SOON).error, Refused)


def test_what_somebody_went_on_with_stands(desk_of_mail: MailDesk, group: tuple[int, ...]) -> None:
    desk, (incident, first, _, nobody) = desk_of_mail, group
    close(desk, incident)
    desk.do("anna", "reopen", nobody, at=AT + timedelta(seconds=1))
    desk.do("boris", "take_back", first, at=AT + timedelta(seconds=2))
    assert desk.ticket(incident).status is Status.RESOLVED, "one ticket alone was taken back"
    outcome = desk.do("boris", "take_back", incident, at=SOON)
    assert outcome.sentence.startswith(f"the answer of SD-{incident} is taken back, and 1 ticket with it")
    assert all(desk.ticket(number).status is not Status.RESOLVED for number in group)
    assert desk.events(nobody).count("taken_back") == 0


def test_a_part_that_cannot_stand_again_is_left_whole(desk_of_mail: MailDesk, group: tuple[int, ...]) -> None:
    desk, (incident, first, second, nobody) = desk_of_mail, group
    desk.do("anna", "reply", incident, text="We are on it.", waiting_for="supplier", at=AT)
    # No answer takes a ticket from anybody yet: as one that did would have kept it, with a mail and without one.
    with desk.desk.work(SYSTEM, AT) as work:
        boris = work.rules.agent_keys["boris"]
        for row in work.session.scalars(select(Outbox).where(col(Outbox.before).is_not(None))):
            before = json.loads(json.dumps(row.before))
            unsaid = [each["before"] for each in before["together"]["unsaid"] if each["number"] == nobody]
            for each in (*unsaid, *([before] if row.ticket_id == first else [])):
                each["ticket"]["assignee_id"] = boris
            row.before = before
            work.session.add(row)
        work.session.commit()
    gone = '[agents.boris]\nname = "Boris Kim"\nemail = "boris@desk.example"\nteams = ["it"]\n'
    desk.apply(DESK_FILE.replace(gone, ""), at=AT)
    left = {number: (desk.ticket(number, at=AT), desk.events(number)) for number in (first, nobody)}
    outcome = desk.do("anna", "take_back", incident, at=SOON)
    assert outcome.sentence.startswith(f"the answer of SD-{incident} is taken back, and 1 ticket with it")
    assert desk.ticket(second).status is not Status.WAITING
    assert {number: (desk.ticket(number, at=AT), desk.events(number)) for number in (first, nobody)} == left
    assert desk.rows("SELECT ticket_id FROM outbox WHERE kind = 'reply' AND state = 'queued'") == [(first,)]


def test_nobody_else_and_not_later(desk_of_mail: MailDesk, group: tuple[int, ...]) -> None:
    desk, incident = desk_of_mail, group[0]
    close(desk, incident)
    before = desk.dump()
    assert isinstance(desk.try_to("anna", "take_back", incident, at=SOON).error, Refused)
    assert isinstance(desk.try_to("boris", "take_back", incident, at=AT + timedelta(seconds=11)).error, Refused)
    assert desk.dump() == before


def test_an_answer_for_one_alone_is_taken_back_alone(desk_of_mail: MailDesk) -> None:
    desk = desk_of_mail
    incident, part = desk.ask(1), desk.ask(2)
    desk.do("anna", "join", part, incident=incident)
    reply(desk, incident)
    desk.do("boris", "reply", incident, text="And by the way.", alone=True, at=AT + timedelta(seconds=1))
    outcome = desk.do("boris", "take_back", incident, at=SOON)
    assert outcome.sentence == f"the answer of SD-{incident} is taken back: its text is your draft"
    assert desk.rows("SELECT state FROM outbox WHERE ticket_id = ? AND kind = 'reply'", part) == [("queued",)]
