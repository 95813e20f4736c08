"""What the catalogue promises a ticket is what choosing the service really gives it, with what stands at its unit."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from desks import DESK_FILE, NOW

from sdesk.actions.perform import create, perform
from sdesk.desk.opening import open_desk
from sdesk.desk.setup import apply
from sdesk.domain.actor import SYSTEM
from sdesk.domain.ticket import Priority
from sdesk.store.reader import Reader

LOSSES = DESK_FILE.replace(
    '[services.printer]\nname = "Printer"', '[services.printer]\nstops_share = 0.5\nname = "Printer"'
).replace('manager = "irina@shop.example"', 'manager = "irina@shop.example"\nstops = { other = 1.0, till = 0 }')
"""At the flagship the printer stops half of 180,000 an hour, a service without a share of its own all of it."""


@pytest.fixture
def losing_path(desk_path: Path) -> Path:
    """A desk where a service's priority depends on the unit."""
    desk = open_desk(desk_path)
    apply(desk, LOSSES, "desk.toml", actor=SYSTEM, now=NOW)
    desk.close()
    return desk_path


@pytest.mark.parametrize("requester", ["store-001@shop.example", "store-017@shop.example", "x@else.example"])
@pytest.mark.parametrize("before", ["as it is", "by hand", "confirmed"])
def test_what_is_promised_is_what_is_got(losing_path: Path, requester: str, before: str) -> None:
    desk = open_desk(losing_path)
    with Reader(losing_path) as reader:
        anna = reader.actor("anna")
        keys = [service.key for service in reader.services(anna)]
        promised, got = {}, {}
        for key in keys:
            first = "feedback" if key != "feedback" else "leave"
            values = {"subject": "It stands", "text": "See above.", "requester": requester, "service": first}
            number = create(desk, anna, values, now=NOW).number
            if before == "by hand":
                perform(desk, anna, "priority", [number], {"priority": "P2", "reason": "the board asks"}, now=NOW)
            elif before == "confirmed" and requester.startswith("store"):
                (done,) = perform(desk, anna, "service", [number], {"service": "printer"}, now=NOW)
                (done,) = perform(desk, anna, "confirm", [number], {"share": Decimal(1)}, now=NOW)
                assert done.error is None
            promised[key] = next(row.priority for row in reader.services(anna, number) if row.key == key)
            (done,) = perform(desk, anna, "service", [number], {"service": key}, now=NOW)
            assert done.error is None
            got[key] = reader.ticket(anna, number, now=NOW).ticket.priority
    desk.close()
    assert promised == got
    if (requester, before) == ("store-001@shop.example", "as it is"):
        # The loss raised these; and the till, whose outage stops nothing there, is what it is by itself.
        assert (got["printer"], got["other"], got["till"]) == (Priority.P4, Priority.P2, Priority.P1)


def test_an_entry_by_itself_has_what_impact_and_urgency_give(losing_path: Path) -> None:
    with Reader(losing_path) as reader:
        rows = {row.key: row for row in reader.services(reader.actor("anna"))}
    assert (rows["printer"].priority, rows["other"].priority) == (Priority.P5, Priority.P4)


def test_of_a_ticket_behind_a_wall_the_catalogue_says_nothing(losing_path: Path) -> None:
    desk = open_desk(losing_path)
    with Reader(losing_path) as reader:
        olga, boris = reader.actor("olga"), reader.actor("boris")
        values = {"subject": "It stands", "text": "x", "requester": "store-001@shop.example", "service": "leave"}
        number = create(desk, olga, values, now=NOW).number
        assert reader.services(boris, number) == reader.services(boris) != reader.services(olga, number)
    desk.close()
