"""An outage by slices of time: what of a unit's turnover each of its outages stops, at any moment.

All outages of a unit together never stop more than all of its turnover. So the rate of one changes while it lasts, when
another begins or ends: it is reckoned by slices, in each of which nothing changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sdesk.domain.instant import to_rfc3339
from sdesk.domain.outage import capped_shares, loss_per_hour, loss_so_far, rate
from sdesk.domain.worktime import Calendar


@dataclass(frozen=True, slots=True)
class Slice:
    """A stretch of an outage with one rate."""

    start: datetime
    end: datetime | None
    """None while it lasts."""
    share: Decimal
    """Of the unit's turnover: what others leave it."""
    per_hour: Decimal
    """Money for each of the unit's opening hours."""


@dataclass(frozen=True, slots=True)
class Stoppage:
    """The facts of an outage, as they are known now."""

    id: int
    down_from: datetime
    down_to: datetime | None
    share: Decimal
    """Of the unit's turnover, by itself."""
    confirmed: bool
    settled: tuple[Slice, ...] | None = None
    """What it counted for, where that stands for good: nobody else gets it, and it is not reckoned again."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What an outage counts for."""

    slices: tuple[Slice, ...]
    loss: Decimal
    """Of the slices that are over: each in hundredths, so that they add up."""

    @property
    def running(self) -> Slice | None:
        """The slice that lasts."""
        return self.slices[-1] if self.slices and self.slices[-1].end is None else None


def loss_within(slices: Iterable[Slice], calendar: Calendar, start: datetime, end: datetime) -> Decimal:
    """What the slices cost between two instants; two decimals. A slice without an end lasts until `end`."""
    total = Decimal(0)
    for each in slices:
        low, high = max(each.start, start), end if each.end is None else min(each.end, end)
        if low < high:
            total += loss_so_far(each.per_hour, calendar, low, high, high)
    return total


def share_out(stoppages: Sequence[Stoppage], turnover: Decimal, margin: Decimal, calendar: Calendar) -> dict[int, Cost]:
    """What each outage of a unit counts for, by its id; of what is settled nothing is said.

    At each moment what is settled has its share already; then confirmed ones take theirs, those that began first; then
    suspected ones: a suspicion takes nothing from a certainty. `turnover` is the unit's an hour, `calendar` its opening
    hours.
    """
    reckoned = sorted(
        (each for each in stoppages if each.settled is None),
        key=lambda each: (not each.confirmed, each.down_from, each.id),
    )
    taken = [piece for each in stoppages for piece in each.settled or ()]
    moments = {each.down_from for each in reckoned} | {each.down_to for each in reckoned}
    moments |= {piece.start for piece in taken} | {piece.end for piece in taken}
    cuts = sorted(moment for moment in moments if moment is not None)
    found: dict[int, list[Slice]] = {each.id: [] for each in reckoned}
    for start, end in zip(cuts, [*cuts[1:], None][: len(cuts)], strict=True):
        standing = [each for each in reckoned if _covers(each.down_from, each.down_to, start)]
        gone = sum((piece.share for piece in taken if _covers(piece.start, piece.end, start)), Decimal(0))
        shares = capped_shares([each.share for each in standing], max(1 - gone, Decimal(0)))
        for each, share in zip(standing, shares, strict=True):
            _add(found[each.id], Slice(start, end, share, rate(loss_per_hour(turnover, share, margin))))
    return {number: Cost(tuple(slices), settled_loss(slices, calendar)) for number, slices in found.items()}


def settled_loss(slices: Iterable[Slice], calendar: Calendar) -> Decimal:
    """What the slices cost that are over; two decimals."""
    return sum(
        (
            loss_so_far(each.per_hour, calendar, each.start, each.end, each.end)
            for each in slices
            if each.end is not None
        ),
        Decimal("0.00"),
    )


def write_slices(slices: Iterable[Slice]) -> list[list[str | None]]:
    """Slices as a document: [from, to, share, loss per hour] each, instants in RFC 3339."""
    return [
        [
            to_rfc3339(each.start),
            None if each.end is None else to_rfc3339(each.end),
            str(each.share),
            str(each.per_hour),
        ]
        for each in slices
    ]


def read_slices(document: Iterable[Sequence[str | None]]) -> tuple[Slice, ...]:
    """Slices as `write_slices` wrote them."""
    return tuple(
        Slice(
            datetime.fromisoformat(str(start)),
            None if end is None else datetime.fromisoformat(end),
            Decimal(str(share)),
            Decimal(str(per_hour)),
        )
        for start, end, share, per_hour in document
    )


def _covers(start: datetime, end: datetime | None, moment: datetime) -> bool:
    return start <= moment and (end is None or moment < end)


def _add(slices: list[Slice], new: Slice) -> None:
    """Add a slice; one that only goes on is made longer, since nothing changed."""
    last = slices[-1] if slices else None
    if last is not None and last.end == new.start and (last.share, last.per_hour) == (new.share, new.per_hour):
        slices[-1] = Slice(last.start, new.end, last.share, last.per_hour)
    else:
        slices.append(new)
