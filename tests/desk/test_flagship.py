"""The flagship's till in the store: 180,000 at 10:30, and the same for ever after."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from flagship import BACK_AT, DOWN_AT, LONG_AFTER, LOSS, PER_HOUR, Flagship


@pytest.mark.parametrize(("hours", "lost"), [(0, 0), (0.5, 90_000), (1, 90_000), (12.5, 90_000), (13, 180_000)])
def test_it_costs_money_while_the_store_is_open(flagship: Flagship, hours: float, lost: int) -> None:
    flagship.now = DOWN_AT + timedelta(hours=hours)
    row = flagship.row()
    assert (row.loss_so_far, row.loss_per_hour, row.loss_confirmed) == (Decimal(lost), PER_HOUR, True)


def test_restored_it_costs_no_more(flagship: Flagship) -> None:
    flagship.restore()
    assert flagship.now == LONG_AFTER
    row = flagship.row()
    assert (row.loss_so_far, row.loss_per_hour, row.loss_confirmed) == (LOSS, None, True)
    assert row.status == "open"


def test_solved_it_costs_no_more(flagship: Flagship) -> None:
    flagship.solve()
    flagship.now = BACK_AT + timedelta(days=30)
    assert flagship.row().loss_so_far == LOSS
