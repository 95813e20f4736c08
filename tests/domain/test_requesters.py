"""Whose tickets somebody without a login may see."""

from __future__ import annotations

import pytest

from sdesk.domain.requesters import Requester, ServedUnit, head, units_headed

MOSCOW = ServedUnit(1, "moscow", "region", None, "oleg@shop.example")
FLAGSHIP = ServedUnit(2, "flagship", "store", 1, "Irina@shop.example")
STORE = ServedUnit(3, "store-017", "store", 1, "Irina Belova <irina@shop.example>")
ACCOUNTING = ServedUnit(4, "accounting", "department", None, "Nina Ivanova, +7 495 000-00-01")
KIOSK = ServedUnit(5, "kiosk", "stand", None, "Olga Belova <Olga@Kiosk.example>")
UNITS = (MOSCOW, FLAGSHIP, STORE, ACCOUNTING, KIOSK)


@pytest.mark.parametrize(
    ("heads", "addresses", "units"),
    [
        ([], {"irina@shop.example"}, set()),
        (["*"], {"irina@shop.example"}, {2, 3}),
        (["kind:store"], {"x@home.example", "IRINA@shop.example"}, {2, 3}),
        (["flagship"], {"irina@shop.example"}, {2}),
        # A region selects its shops, and its head sees those tickets alone that are the region's own.
        (["moscow"], {"irina@shop.example"}, {2, 3}),
        (["moscow"], {"oleg@shop.example"}, {1}),
        (["kind:store"], {"oleg@shop.example"}, set()),
        # Who is called by a name is nobody whom an address proves.
        (["*"], {"Nina Ivanova, +7 495 000-00-01", "nina ivanova, +7 495 000-00-01"}, set()),
        (["*"], {"irina@shop.example.evil.example"}, set()),
        # As a person types a mailbox, and as approvals read it.
        (["*"], {"olga@kiosk.example"}, {5}),
        (["*"], {"olga belova"}, set()),
    ],
)
def test_a_head_is_named_by_an_address_and_sees_what_the_desk_file_says(
    heads: list[str], addresses: set[str], units: set[int]
) -> None:
    assert units_headed(UNITS, heads, addresses) == units


@pytest.mark.parametrize(
    ("manager", "address"),
    [
        ("irina@shop.example", "irina@shop.example"),
        ("Irina Belova <irina@shop.example>", "irina@shop.example"),
        ("Petra, room 12", None),
        ("", None),
        (None, None),
    ],
)
def test_a_head_has_a_mail_address_with_a_name_or_without(manager: str | None, address: str | None) -> None:
    found = head(manager)
    assert (found and found.address) == address


def test_units_that_are_parts_of_each_other_end() -> None:
    one, other = ServedUnit(1, "one", "a", 2, "a@b.example"), ServedUnit(2, "other", "b", 1, None)
    assert units_headed((one, other), ["other"], {"a@b.example"}) == {1}


@pytest.mark.parametrize(
    ("requester", "seen"),
    [
        (Requester(7, frozenset()), {(7, 2, False), (7, 2, True)}),
        (Requester(None, frozenset()), set()),
        (Requester(None, frozenset(), frozenset({2})), {(7, 2, False), (8, 2, False), (None, 2, False)}),
        (Requester(8, frozenset(), frozenset({2})), {(7, 2, False), (8, 2, False), (None, 2, False), (8, 2, True)}),
    ],
)
def test_what_a_private_team_has_its_requester_alone_sees(
    requester: Requester, seen: set[tuple[int | None, int | None, bool]]
) -> None:
    tickets = [
        *((7, 2, False), (7, 2, True), (8, 2, False), (8, 2, True), (None, 2, False), (None, 2, True)),
        *((9, None, False), (None, None, False), (9, 3, False)),
    ]
    assert {each for each in tickets if requester.sees(each[0], each[1], private=each[2])} == seen
