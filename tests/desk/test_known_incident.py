"""The mail that a failure is known: what it promises, and what becomes of it when the incident is over first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk
from smtp import Post, Taken, send

MINUTE = timedelta(minutes=1)
_SHOPS = "".join(
    f'[units.shop-{number}]\nname = "Shop {number}"\nkind = "store"\ncalendar = "store"\nturnover_per_hour = 12000\n'
    f'mail = ["shop-{number}@shop.example"]\n'
    for number in range(1, 5)
)
_ROUTING = '[[routing]]\nwhen = { subject = "till" }\nset = { service = "till" }\n'


@pytest.fixture
def desk(desk_of_mail: MailDesk) -> MailDesk:
    desk_of_mail.apply(DESK_FILE + _SHOPS + _ROUTING)
    return desk_of_mail


def writes(desk: MailDesk, shop: int, minutes: int) -> int:
    sender = f"shop-{shop}@shop.example"
    receipt = desk.take(
        f"From: {sender}\nTo: support@desk.example\nSubject: The till does not open\n"
        f"Message-ID: <{shop}@shop.example>\n\nError 7.\n",
        at=NOW + minutes * MINUTE,
    )
    assert receipt.number is not None
    return receipt.number


@pytest.fixture
def known(desk: MailDesk, post: Post) -> tuple[int, int]:
    """An incident, and a later ticket that joined it, whose mail still waits."""
    first, second = writes(desk, 1, 0), writes(desk, 2, 1)
    desk.do("anna", "join", second, incident=first, at=NOW + 5 * MINUTE)
    send(desk.desk, post, NOW + 15 * MINUTE)
    post.taken.clear()
    fourth = writes(desk, 4, 20)
    assert desk.outbox()[-1][:2] == ("known_incident", "shop-4@shop.example")
    return first, fourth


def to_shop(post: Post) -> list[Taken]:
    return [each for each in post.taken if each.recipients == ("shop-4@shop.example",)]


def test_it_tells_nobody_by_when_so_that_nothing_is_promised(
    desk: MailDesk, post: Post, known: tuple[int, int]
) -> None:
    _, fourth = known
    send(desk.desk, post, NOW + 25 * MINUTE)
    (sent,) = to_shop(post)
    assert "we know of this" in sent.text
    assert desk.column(fourth, "promised_at") is None
    # What nobody was told cannot move.
    desk.do("anna", "priority", fourth, priority="P5", reason="so", at=NOW + 26 * MINUTE)
    send(desk.desk, post, NOW + 40 * MINUTE)
    assert len(to_shop(post)) == 1


def test_one_whose_incident_was_resolved_meanwhile_is_withheld(
    desk: MailDesk, post: Post, known: tuple[int, int]
) -> None:
    first, fourth = known
    desk.do("anna", "close", first, text="It works.", at=NOW + 21 * MINUTE)
    send(desk.desk, post, NOW + 25 * MINUTE)
    assert [each.text.count("It works.") for each in to_shop(post)] == [1]
    assert desk.event(fourth, "known_incident_withheld")["reason"] == "its ticket is resolved"


def test_an_acknowledgement_of_a_part_is_withheld_as_well(desk: MailDesk, post: Post) -> None:
    first, second = writes(desk, 1, 0), writes(desk, 2, 0)
    desk.do("anna", "join", second, incident=first, at=NOW + MINUTE)
    desk.do("anna", "close", first, silent=True, at=NOW + MINUTE)
    send(desk.desk, post, NOW + 5 * MINUTE)
    assert post.taken == []
    for number in (first, second):
        assert desk.event(number, "acknowledgement_withheld")["reason"] == "its ticket is resolved"


def test_one_that_was_taken_out_of_its_incident_is_acknowledged_as_any(
    desk: MailDesk, post: Post, known: tuple[int, int]
) -> None:
    _, fourth = known
    desk.do("anna", "leave", fourth, at=NOW + 21 * MINUTE)
    send(desk.desk, post, NOW + 25 * MINUTE)
    (sent,) = to_shop(post)
    assert "we know of this" not in sent.text
    assert desk.column(fourth, "promised_at") is not None
