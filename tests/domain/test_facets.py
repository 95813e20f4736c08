"""Facets in a filter's text: a value comes in, goes out, and its field's other values are alternatives."""

from __future__ import annotations

import pytest

from sdesk.domain.facets import FacetTerm, terms_of, toggled, without


@pytest.mark.parametrize(
    ("text", "field", "value", "then"),
    [
        ("", "status", "open", "status:open"),
        ("vpn", "status", "open", "vpn status:open"),
        ("status:open vpn", "status", "waiting", "status:open,waiting vpn"),
        ("status:open,waiting vpn", "status", "open", "status:waiting vpn"),
        ("status:open vpn", "status", "open", "vpn"),
        ("-status:open", "status", "open", "-status:open status:open"),
        ("is:mine", "is", "stale", "is:mine is:stale"),
        ("is:mine is:stale", "is", "mine", "is:stale"),
        ("is:mine,stale", "is", "mine", "is:stale"),
        ("", "tag", "two words", 'tag:"two words"'),
        ('tag:"two words" x', "tag", "two words", "x"),
        ('tag:"two words"', "tag", "vip", 'tag:"two words,vip"'),
        ("priority:P1..P2", "priority", "P3", "priority:P1..P2 priority:P3"),
        ("unit:a unit:b", "unit", "b", "unit:a"),
        ('"till is down"', "team", "it", '"till is down" team:it'),
    ],
)
def test_a_value_comes_and_goes(text: str, field: str, value: str, then: str) -> None:
    term = FacetTerm(field, value)
    assert toggled(text, term) == then
    assert (term in terms_of(then)) is not (term in terms_of(text))


def test_a_fields_own_values_are_left_out_of_its_counts() -> None:
    assert without("vpn status:open,new is:mine -status:spam", "status") == "vpn is:mine -status:spam"
    assert terms_of("vpn -tag:x status:open,new due:..4h") == {FacetTerm("status", "open"), FacetTerm("status", "new")}
