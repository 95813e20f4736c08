"""The priority matrix, its text, and what a loss does to an impact."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdesk.domain.errors import BadInput
from sdesk.domain.priority import MATRIX, Threshold, impact_of_loss, parse_matrix, priority_of, raised
from sdesk.domain.ticket import Impact, Priority, Urgency

TABLE = {
    "extensive": {"critical": "P1", "high": "P1", "medium": "P2", "low": "P3"},
    "significant": {"critical": "P1", "high": "P2", "medium": "P3", "low": "P4"},
    "moderate": {"critical": "P2", "high": "P3", "medium": "P3", "low": "P4"},
    "minor": {"critical": "P3", "high": "P4", "medium": "P4", "low": "P5"},
}

THRESHOLDS = [
    Threshold(Decimal(5000), Impact.MODERATE),
    Threshold(Decimal(150_000), Impact.EXTENSIVE),
    Threshold(Decimal(50_000), Impact.SIGNIFICANT),
]


def test_the_built_in_matrix_cell_by_cell() -> None:
    assert parse_matrix(TABLE) == MATRIX
    assert len(MATRIX) == 16
    assert priority_of(MATRIX, Impact.SIGNIFICANT, Urgency.CRITICAL) is Priority.P1
    assert priority_of(MATRIX, Impact.MINOR, Urgency.LOW) is Priority.P5


def test_a_desk_may_replace_the_matrix() -> None:
    calm = {impact: dict.fromkeys(row, "p4") for impact, row in TABLE.items()}
    assert set(parse_matrix(calm).values()) == {Priority.P4}


@pytest.mark.parametrize(
    ("row", "column", "cell", "message"),
    [
        ("extensiv", "critical", "P1", "there is no impact `extensiv`. did you mean `extensive`?"),
        ("minor", "hihg", "P1", "there is no urgency `hihg`. did you mean `high`?"),
        ("minor", "high", "P6", "there is no priority `P6`. it is one of P1, P2, P3, P4, P5"),
        ("minor", "high", "urgent", "there is no priority `urgent`. it is one of P1, P2, P3, P4, P5"),
    ],
)
def test_a_wrong_word_is_answered_with_the_nearest(row: str, column: str, cell: str, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_matrix({**TABLE, row: {column: cell}})
    assert message in str(caught.value)


def test_a_missing_cell_is_named() -> None:
    with pytest.raises(BadInput, match="says nothing for impact minor, urgency low") as caught:
        parse_matrix({**TABLE, "minor": {"critical": "P3", "high": "P4", "medium": "P4"}})
    assert 'minor = { low = "P5"' in caught.value.remedy


@pytest.mark.parametrize(
    ("loss", "impact"),
    [
        ("0", None),
        ("4999.99", None),
        ("5000", Impact.MODERATE),
        ("149999.99", Impact.SIGNIFICANT),
        ("150000", Impact.EXTENSIVE),
        ("9000000", Impact.EXTENSIVE),
    ],
)
def test_thresholds_in_any_order_give_the_worst_impact_reached(loss: str, impact: Impact | None) -> None:
    assert impact_of_loss(THRESHOLDS, Decimal(loss)) is impact
    assert impact_of_loss(reversed(THRESHOLDS), Decimal(loss)) is impact


def test_without_thresholds_a_loss_has_no_impact() -> None:
    assert impact_of_loss([], Decimal(10**9)) is None


@given(st.sampled_from(Impact), st.none() | st.sampled_from(Impact))
def test_a_loss_only_ever_raises(impact: Impact, by: Impact | None) -> None:
    order = list(Impact)
    result = raised(impact, by)
    assert order.index(result) <= order.index(impact)
    assert result in (impact, by)
    assert by is None or order.index(result) <= order.index(by)
