"""Equipment that a form names: found by its number, or by its name in one's own unit, and put to the ticket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desks import DESK_FILE, NOW
from equipped import EquippedDesk

from sdesk.desk import requests
from sdesk.domain.actor import REQUESTER
from sdesk.domain.errors import BadInput
from sdesk.store.check import check
from sdesk.store.reader import Reader

CLERK = "store-001@shop.example"
FIELD = """
[[services.till.fields]]
key = "piece"
label.en = "Which till"
kind = "equipment"
[services.printer]"""
WITH_FIELD = DESK_FILE.replace("\n[services.printer]", FIELD, 1)


@pytest.fixture
def desk(desk_path: Path) -> Iterator[EquippedDesk]:
    found = EquippedDesk(desk_path)
    found.apply(WITH_FIELD)
    yield found
    assert check(found.path) == ()
    found.desk.close()


def equip(desk: EquippedDesk) -> None:
    desk.add("INV-1", name="Till 1", serial="S-1", unit="flagship")
    desk.add("INV-2", name="Till 2", unit="flagship")
    desk.add("INV-3", name="Till 3", unit="store-017")
    desk.add("INV-4", name="Till 2", unit="store-017")


def answered(desk: EquippedDesk, number: int) -> list[str]:
    with Reader(desk.path) as reader:
        return [each.value for each in reader.ticket(reader.actor("anna"), number, now=NOW).form]


def asks(desk: EquippedDesk, piece: str) -> int:
    with desk.desk.work(REQUESTER, NOW) as work:
        form = {"piece": piece}
        done = requests.request(work, address=CLERK, service="till", subject="Dead", text="It is dead.", form=form)
        work.session.commit()
    return int(done.number)


@pytest.mark.parametrize(
    ("said", "number"),
    [("inv-1", "INV-1"), ("till 1", "INV-1"), ("s-1", "INV-1"), ("Till 2", "INV-2"), ("INV-3", "INV-3")],
)
def test_an_agent_names_equipment_by_number_and_that_of_the_unit_by_its_names(
    said: str, number: str, desk: EquippedDesk
) -> None:
    equip(desk)
    ticket = desk.new(service="till", unit="flagship", form={"piece": said})
    assert (answered(desk, ticket), desk.about(ticket)) == ([number], (number,))
    assert desk.event(ticket, "asset_added")["why"] == "named in its form"
    assert desk.found(number.lower()) == [ticket]


def test_what_is_not_there_and_what_is_called_so_elsewhere_is_refused(desk: EquippedDesk) -> None:
    equip(desk)
    for said in ("INV-9", "Till 3"):
        with pytest.raises(BadInput, match=f"Which till: there is no equipment `{said}`"):
            desk.new(service="till", unit="flagship", form={"piece": said})
    # Two are called so in the unit.
    desk.add("INV-5", name="till 2", unit="flagship")
    with pytest.raises(BadInput, match="there is no equipment `Till 2`"):
        desk.new(service="till", unit="flagship", form={"piece": "Till 2"})


def test_where_no_equipment_is_written_down_a_number_is_taken_as_it_stands(desk: EquippedDesk) -> None:
    ticket = desk.new(service="till", unit="flagship", form={"piece": "label 5"})
    assert (answered(desk, ticket), desk.about(ticket)) == (["label 5"], ())


def test_a_requester_puts_the_equipment_of_his_own_unit_to_his_request_and_no_other(desk: EquippedDesk) -> None:
    equip(desk)
    own, other = asks(desk, "Till 1"), asks(desk, "INV-3")
    assert (answered(desk, own), desk.about(own)) == (["INV-1"], ("INV-1",))
    assert (answered(desk, other), desk.about(other)) == (["INV-3"], ())


def test_another_answer_is_about_other_equipment(desk: EquippedDesk) -> None:
    equip(desk)
    ticket = desk.new(service="till", unit="flagship", form={"piece": "INV-1"}, assets=["INV-3"])
    assert desk.about(ticket) == ("INV-1", "INV-3")
    change: Any = {"piece": "INV-2"}
    desk.do("anna", "set", ticket, form=change)
    assert desk.about(ticket) == ("INV-2", "INV-3")
    desk.do("anna", "set", ticket, form={"piece": ""})
    assert (answered(desk, ticket), desk.about(ticket)) == ([], ("INV-3",))
