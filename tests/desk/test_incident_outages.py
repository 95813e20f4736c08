"""`confirm` on an incident: what is suspected of its parts becomes a fact with it, whatever it has itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from desks import NOW
from intake_desk import MailDesk

from sdesk.domain.errors import Refused

SOON = NOW + timedelta(minutes=20)


def till(desk: MailDesk, unit: str = "store-001") -> int:
    return desk.new(service="till", requester=f"{unit}@shop.example")


def test_a_shop_that_joins_a_confirmed_incident_is_suspected_until_it_is_confirmed_once_more(
    desk_of_mail: MailDesk,
) -> None:
    desk = desk_of_mail
    first, second = till(desk), till(desk, "store-017")
    desk.do("anna", "join", second, incident=first)
    assert desk.do("anna", "confirm", first).sentence == f"outage of SD-{first} confirmed, and 1 ticket with it"
    late = till(desk, "store-017")
    assert desk.links(late) == [("part_of", first)]
    assert not desk.ticket(late).loss_confirmed
    outcome = desk.do("anna", "confirm", first, at=SOON)
    assert outcome.sentence == f"the outage of SD-{first} is confirmed already, and 1 ticket with it"
    assert outcome.changed
    assert desk.ticket(late).loss_confirmed
    assert not desk.do("anna", "confirm", first, at=SOON).changed


@pytest.mark.parametrize("told", [{}, {"down_from": NOW - timedelta(minutes=30)}])
def test_what_is_suspected_of_parts_is_confirmed_with_whatever_is_said_of_the_incident(
    desk_of_mail: MailDesk, told: dict[str, Any]
) -> None:
    desk = desk_of_mail
    first, second = till(desk), till(desk, "store-017")
    desk.do("anna", "join", second, incident=first)
    outcome = desk.do("anna", "confirm", first, at=SOON, **told)
    assert outcome.sentence.endswith(", and 1 ticket with it")
    assert desk.ticket(second).loss_confirmed


def test_a_single_outage_that_is_corrected_is_the_incidents_own(desk_of_mail: MailDesk) -> None:
    desk = desk_of_mail
    first, second = till(desk), till(desk, "store-017")
    desk.do("anna", "join", second, incident=first)
    desk.do("anna", "confirm", first, outage=1, down_from=NOW - timedelta(minutes=30), at=SOON)
    assert desk.ticket(first).loss_confirmed
    assert not desk.ticket(second).loss_confirmed


def test_an_incident_without_an_outage_confirms_those_of_its_parts(desk_of_mail: MailDesk) -> None:
    desk = desk_of_mail
    incident, part, other = desk.ask(1), till(desk), desk.ask(2)
    assert isinstance(desk.try_to("anna", "confirm", incident).error, Refused)
    for each in (part, other):
        desk.do("anna", "join", each, incident=incident)
    outcome = desk.do("anna", "confirm", incident)
    assert outcome.sentence == f"SD-{incident} confirmed, with no outage of its own, and 1 ticket with it"
    assert desk.ticket(part).loss_confirmed
    assert desk.events(part).count("outage_confirmed") == 1
    # Nothing is left to confirm.
    assert isinstance(desk.try_to("anna", "confirm", incident).error, Refused)
