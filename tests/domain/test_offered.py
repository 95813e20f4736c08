"""To whom something is offered."""

from __future__ import annotations

import pytest

from sdesk.domain.offered import Asker, selects

IRINA = Asker((("flagship", "store"), ("moscow", "region")), frozenset({"irina@shop.example"}))
STRANGER = Asker((), frozenset({"x@y.example"}))


@pytest.mark.parametrize(
    ("selectors", "irina", "stranger"),
    [
        (None, True, True),
        ([], False, False),
        (["*"], True, True),
        (["kind:store"], True, False),
        (["kind:region"], False, False),
        (["flagship"], True, False),
        (["moscow"], True, False),
        (["store-017"], False, False),
        (["Irina@shop.example"], True, False),
        (["*@y.example", "store-017"], False, True),
        (["*@*.shop.example"], False, False),
    ],
)
def test_selectors_mean_units_kinds_and_people(selectors: list[str] | None, irina: bool, stranger: bool) -> None:
    assert selects(selectors, IRINA) is irina
    assert selects(selectors, STRANGER) is stranger
