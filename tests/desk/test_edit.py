"""Setting a ticket right: each change is an event, and what follows from it follows."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from desks import NOW
from flagship import DOWN_AT, Flagship

from sdesk.actions.perform import create, perform
from sdesk.desk.opening import Desk
from sdesk.domain.errors import BadInput, Refused, SdeskError
from sdesk.domain.filters import Filter, Words
from sdesk.store.reader import Reader
from sdesk.store.reader.rows import TicketRow


class Ticket:
    """Maria's ticket about something else, P4; seen by anna."""

    def __init__(self, desk: Desk, path: Path) -> None:
        self.desk, self.reader = desk, Reader(path)
        self.anna = self.reader.actor("anna")
        values = {"subject": "Hm", "text": "It is odd", "requester": "maria@shop.example", "service": "other"}
        self.number = create(desk, self.anna, values | {"tags": ["vip"]}, now=NOW).number

    def tries(self, verb: str, **values: Any) -> SdeskError | None:
        (outcome,) = perform(self.desk, self.anna, verb, [self.number], values, now=NOW + timedelta(hours=1))
        self.said, self.changed = outcome.sentence, outcome.changed
        return outcome.error

    def does(self, verb: str, **values: Any) -> TicketRow:
        assert self.tries(verb, **values) is None
        return self.row

    @property
    def row(self) -> TicketRow:
        return self.reader.rows(self.anna, [self.number], now=NOW + timedelta(hours=1))[self.number]

    @property
    def events(self) -> list[tuple[str, dict[str, Any]]]:
        return [(row.event, row.data) for row in self.reader.history(self.anna, self.number)]


@pytest.fixture
def ticket(desk: Desk, desk_path: Path) -> Ticket:
    return Ticket(desk, desk_path)


def test_urgency_and_impact_make_the_priority_and_its_promises(ticket: Ticket) -> None:
    before = ticket.row
    row = ticket.does("set", urgency="high", impact="significant")
    assert (before.priority, row.priority, row.impact, row.urgency) == ("P4", "P2", "significant", "high")
    assert before.due_at is not None
    assert row.due_at is not None
    assert row.due_at < before.due_at
    assert [event for event, _ in ticket.events[-4:]] == ["impact", "urgency", "priority", "promise"]
    assert ticket.events[-2][1] == {"old": "P4", "new": "P2", "impact": "significant", "urgency": "high"}


def test_a_priority_by_hand_stays_until_it_is_taken_back(ticket: Ticket) -> None:
    ticket.does("priority", priority="P1", reason="The board meets")
    assert ticket.does("set", urgency="high").priority == "P1"
    row = ticket.does("priority", priority="auto")
    assert (row.priority, row.priority_reason) == ("P4", None)
    assert ticket.does("priority", priority="auto").priority == "P4"
    assert not ticket.changed


def test_another_unit_has_another_outage(ticket: Ticket) -> None:
    assert ticket.does("service", service="till").loss_per_hour is None, "a department sells nothing"
    row = ticket.does("set", unit="store-017")
    assert (row.unit, row.loss_per_hour, row.loss_so_far) == ("store-017", Decimal("12000.00"), Decimal("12000.00"))
    row = ticket.does("set", unit="none")
    assert (row.unit, row.loss_per_hour) == (None, None)
    row = ticket.does("set", unit="flagship")
    assert (row.loss_per_hour, row.impact, row.priority) == (Decimal("180000.00"), "extensive", "P1")


def test_a_confirmed_outage_goes_along_to_a_unit_that_has_a_turnover(flagship: Flagship) -> None:
    flagship.now = DOWN_AT + timedelta(minutes=30)
    flagship.does("set", unit="store-017")
    row = flagship.row()
    assert (row.unit, row.loss_per_hour, row.loss_so_far) == ("store-017", Decimal("12000.00"), Decimal("6000.00"))
    (outcome,) = perform(flagship.desk, flagship.anna, "set", [1], {"unit": "accounting"}, now=flagship.now)
    assert isinstance(outcome.error, Refused)
    assert flagship.row() == row


def test_the_requester_brings_his_unit_where_there_is_none(ticket: Ticket) -> None:
    ticket.does("set", unit="none")
    row = ticket.does("set", requester="Irina <store-001@shop.example>")
    assert (row.requester_name, row.requester_email, row.unit) == ("Irina", "store-001@shop.example", "flagship")
    assert ("requester", {"old": "maria@shop.example", "new": "store-001@shop.example"}) in ticket.events


def test_another_subject_is_found(ticket: Ticket) -> None:
    ticket.does("set", subject="The quartz\nclock")
    assert ticket.row.subject == "The quartz clock"
    found = ticket.reader.walk(ticket.anna, Filter((Words("quartz"),)), now=NOW)
    assert [row.number for row in found] == [ticket.number]


def test_tags_come_and_go(ticket: Ticket) -> None:
    assert ticket.does("set", tags=["POS", "vip"], untags=["absent"]).tags == ("pos", "vip")
    assert ticket.events[-1] == ("tags", {"added": ["pos"], "removed": None})
    assert ticket.does("set", untags=["vip"]).tags == ("pos",)
    version = ticket.row.version
    ticket.does("set", untags=["vip"], tags=["pos"])
    assert not ticket.changed
    assert ticket.row.version == version


@pytest.mark.parametrize(
    "values",
    [
        {"subject": " \n"},
        {"requester": "nobody"},
        {"unit": "flagshop"},
        {"impact": "huge"},
        {"urgency": "now"},
        {"tags": ["two words"]},
        {"tags": ["pos"], "untags": ["pos"]},
        {"subject": "New", "tags": ["pos"], "urgency": "now"},
    ],
)
def test_what_is_wrong_changes_nothing_of_it(ticket: Ticket, values: Any) -> None:
    before, events = ticket.row, ticket.events
    assert isinstance(ticket.tries("set", **values), BadInput)
    assert (ticket.row, ticket.events) == (before, events)


def test_what_is_done_keeps_its_weight(ticket: Ticket) -> None:
    ticket.does("close", silent=True)
    assert isinstance(ticket.tries("set", urgency="high"), Refused)
    assert ticket.does("set", tags=["late"]).tags == ("late", "vip")
