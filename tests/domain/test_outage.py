"""What an outage costs: the flagship's till, shares that never exceed the turnover, opening hours only."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import strategies as st
from sla_examples import OFFICE, STORE, moscow

from sdesk.domain.errors import BadInput
from sdesk.domain.outage import loss_per_hour, loss_so_far

FLAGSHIP = Decimal(180_000)
SHARES = st.decimals(0, 1, places=4)


def test_loss_per_hour_is_turnover_by_share_by_margin() -> None:
    assert loss_per_hour(FLAGSHIP, Decimal(1)) == 180_000
    assert loss_per_hour(FLAGSHIP, Decimal("0.25")) == 45_000
    assert loss_per_hour(FLAGSHIP, Decimal("0.25"), Decimal("0.3")) == 13_500
    assert loss_per_hour(Decimal(0), Decimal(1)) == 0
    assert loss_per_hour(FLAGSHIP, Decimal(0)) == 0


@pytest.mark.parametrize(
    ("turnover", "share", "margin", "what"),
    [
        ("-1", "1", "1", "turnover of `-1`"),
        ("1", "1.01", "1", "share of `1.01`"),
        ("1", "-0.1", "1", "share of `-0.1`"),
        ("1", "1", "25", "margin of `25`"),
    ],
)
def test_a_figure_out_of_range_is_named(turnover: str, share: str, margin: str, what: str) -> None:
    with pytest.raises(BadInput, match=what):
        loss_per_hour(Decimal(turnover), Decimal(share), Decimal(margin))


DOWN = moscow("2026-11-23 21:30")
RESTORED = moscow("2026-11-24 10:30")


def test_the_flagships_till_from_half_past_nine_to_half_past_ten_costs_one_hour() -> None:
    at_risk = loss_per_hour(FLAGSHIP, Decimal(1))
    assert loss_so_far(at_risk, STORE, DOWN, RESTORED, RESTORED) == Decimal("180000.00")
    six_days_on = moscow("2026-11-30 18:00")
    assert loss_so_far(at_risk, STORE, DOWN, RESTORED, six_days_on) == Decimal("180000.00")


@pytest.mark.parametrize(
    ("now", "loss"),
    [
        ("2026-11-23 21:29", "0.00"),
        ("2026-11-23 21:30", "0.00"),
        ("2026-11-23 21:30:01", "50.00"),
        ("2026-11-23 22:00", "90000.00"),
        ("2026-11-24 09:59", "90000.00"),
        ("2026-11-24 10:15", "135000.00"),
        ("2026-11-24 12:00", "450000.00"),
    ],
)
def test_a_loss_grows_in_opening_hours_alone_while_nothing_is_restored(now: str, loss: str) -> None:
    assert loss_so_far(FLAGSHIP, STORE, DOWN, None, moscow(now)) == Decimal(loss)


def test_a_restoring_still_to_come_costs_only_until_now() -> None:
    assert loss_so_far(FLAGSHIP, STORE, DOWN, RESTORED, moscow("2026-11-23 22:00")) == Decimal(90_000)


def test_money_is_rounded_half_up_to_two_decimals() -> None:
    one_second_on = moscow("2026-11-23 12:00:01")
    noon = moscow("2026-11-23 12:00")
    assert str(loss_so_far(Decimal(18), OFFICE, noon, one_second_on, one_second_on)) == "0.01"  # 0.005
    assert str(loss_so_far(Decimal("17.9"), OFFICE, noon, one_second_on, one_second_on)) == "0.00"
    assert str(loss_so_far(Decimal(100), OFFICE, noon, None, moscow("2026-11-23 12:20"))) == "33.33"
