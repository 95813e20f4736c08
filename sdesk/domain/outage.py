"""What an outage costs: turnover at risk per hour, and how much of it is lost so far. Money is decimal, never float."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation

from sdesk.domain.errors import BadInput
from sdesk.domain.phrase import phrase
from sdesk.domain.worktime import Calendar, working_between

CENT = Decimal("0.01")


def loss_per_hour(turnover: Decimal, share: Decimal, margin: Decimal = Decimal(1)) -> Decimal:
    """Turnover per hour x the share of it that stands x the part of turnover that is lost; exact, not rounded.

    BadInput for a negative turnover, or a share or margin outside 0 to 1.
    """
    if turnover < 0:
        raise BadInput(
            phrase("a turnover of `{turnover}` an hour is less than nothing", turnover=turnover),
            phrase("give an amount from 0"),
        )
    for name, value in (("share", share), ("margin", margin)):
        if not 0 <= value <= 1:
            raise BadInput(
                phrase("a {name} of `{value}` is not between 0 and 1", name=name, value=value),
                phrase("write a quarter as 0.25"),
            )
    return turnover * share * margin


def rate(per_hour: Decimal) -> Decimal:
    """An exact loss per hour in hundredths: rounded down, so that several never come to more than all of it."""
    return per_hour.quantize(CENT, ROUND_DOWN)


def share_that_stands(own: Decimal | None, usual: Decimal | None, turnover: Decimal | None) -> Decimal | None:
    """The share of a unit's turnover that a service stops: the unit's own, else the service's usual one; None where
    nothing of it stands."""
    share = own if own is not None else usual
    return share if share and turnover else None


def rate_alone(turnover: Decimal | None, share: Decimal, margin: Decimal) -> Decimal:
    """What an outage costs an hour by itself, whatever else of the unit stands: priority follows from this."""
    return rate(loss_per_hour(turnover or Decimal(0), share, margin))


def loss_so_far(
    per_hour: Decimal, calendar: Calendar, down_from: datetime, down_to: datetime | None, now: datetime
) -> Decimal:
    """What was lost in the unit's opening hours (`calendar`) from `down_from` to `down_to`, or to now; two decimals."""
    until = now if down_to is None else min(down_to, now)
    seconds = working_between(calendar, down_from, until)
    return (per_hour * seconds / 3600).quantize(CENT, ROUND_HALF_UP)


def parse_share(text: str) -> Decimal:
    """A share of a unit's turnover as people write it: `0.25`, `0,25` or `25%`. BadInput unless above 0, at most 1."""
    written = text.strip().replace(",", ".")
    try:
        share = Decimal(written[:-1]) / 100 if written.endswith("%") else Decimal(written)
    except InvalidOperation as error:
        raise BadInput(phrase("`{text}` is no share", text=text), phrase("write a quarter as 0.25, or 25%")) from error
    if not 0 < share <= 1:
        raise BadInput(
            phrase("a share of `{text}` is not above 0 and at most 1", text=text),
            phrase("write a quarter as 0.25, or 25%"),
        )
    return share


def percent(share: Decimal) -> str:
    """A share for eyes: `25 %`, `12.5 %`."""
    return f"{(share * 100).normalize():f} %"
