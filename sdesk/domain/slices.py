"""An outage by slices of time: what of a unit's turnover each of its outages stops, at any moment.

All outages of a unit together never stop more than all of its turnover. So the rate of one changes while it lasts, when
another begins or ends: it is reckoned by slices, in each of which nothing changes.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from sdesk.domain.instant import to_rfc3339
from sdesk.domain.outage import loss_per_hour, loss_so_far, rate
from sdesk.domain.worktime import Calendar

Stretch = tuple[datetime, datetime | None]
"""From an instant up to another; None: without an end."""


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
    again: tuple[Stretch, ...] = ()
    """Stretches beside what is settled that are reckoned again: what had taken the turnover there never stood."""

    @property
    def reckoned(self) -> tuple[Stretch, ...]:
        """When its share is reckoned."""
        spans = ((self.down_from, self.down_to),) if self.settled is None else self.again
        return tuple((start, end) for start, end in spans if end is None or start < end)


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
    hours. What changes at a moment is looked at alone, since a storm brings hundreds that stand together.
    """
    reckoned = sorted(
        (each for each in stoppages if each.settled is None or each.again),
        key=lambda each: (not each.confirmed, each.down_from, each.id),
    )
    begin: dict[datetime, list[int]] = {}
    end: dict[datetime, list[int]] = {}
    for place, each in enumerate(reckoned):
        for start, stop in each.reckoned:
            begin.setdefault(start, []).append(place)
            if stop is not None:
                end.setdefault(stop, []).append(place)
    taken: dict[datetime, Decimal] = {}
    for piece in (piece for each in stoppages for piece in each.settled or () if piece.share):
        taken[piece.start] = taken.get(piece.start, Decimal(0)) + piece.share
        if piece.end is not None:
            taken[piece.end] = taken.get(piece.end, Decimal(0)) - piece.share
    found: list[list[Slice]] = [list(each.settled or ()) for each in reckoned]
    since: dict[int, tuple[datetime, Decimal]] = {}
    standing: list[int] = []
    holding: dict[int, Decimal] = {}
    left = Decimal(1)

    def add(place: int, until: datetime | None) -> None:
        start, share = since.pop(place)
        found[place].append(Slice(start, until, share, rate(loss_per_hour(turnover, share, margin))))

    for moment in sorted({*begin, *end, *taken}):
        left -= taken.get(moment, Decimal(0))
        for place in end.get(moment, ()):
            standing.remove(place)
            add(place, moment)
        for place in begin.get(moment, ()):
            insort(standing, place)
        before, holding = holding, _held(standing, reckoned, max(left, Decimal(0)))
        for place in {*before, *holding, *begin.get(moment, ())}:
            share = holding.get(place, Decimal(0))
            if place in since and since[place][1] != share:
                add(place, moment)
            if place not in since and (place in holding or place in standing):
                since[place] = moment, share
    for place in list(since):
        add(place, None)
    return {
        each.id: Cost(slices, settled_loss(slices, calendar))
        for each, slices in ((each, _joined(found[place])) for place, each in enumerate(reckoned))
    }


def freed(before: Iterable[Slice], after: Stoppage) -> tuple[Stretch, ...]:
    """Where an outage had counted for more than it can by its facts of now: others of the unit may count there."""
    found: list[Stretch] = []
    for piece in before:
        if not piece.share:
            continue
        if after.share < piece.share:
            found.append((piece.start, piece.end))
            continue
        if piece.start < after.down_from:
            found.append((piece.start, _earlier(piece.end, after.down_from)))
        if after.down_to is not None and (piece.end is None or after.down_to < piece.end):
            found.append((max(piece.start, after.down_to), piece.end))
    return tuple(found)


def reopened(outage: Stoppage, stretches: Iterable[Stretch]) -> Stoppage:
    """A settled outage, to be reckoned again where it got less than its share and these stretches are free by now."""
    kept, again = list(outage.settled or ()), list(outage.again)
    for start, end in stretches:
        pieces, kept = kept, []
        for piece in pieces:
            low, high = max(piece.start, start), _earlier(piece.end, end)
            if piece.share >= outage.share or (high is not None and high <= low):
                kept.append(piece)
                continue
            again.append((low, high))
            if piece.start < low:
                kept.append(replace(piece, end=low))
            if high is not None and (piece.end is None or high < piece.end):
                kept.append(replace(piece, start=high))
    return replace(outage, settled=tuple(kept), again=tuple(again))


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


def _held(standing: Iterable[int], reckoned: Sequence[Stoppage], left: Decimal) -> dict[int, Decimal]:
    """What those that stand get of what is left, each before those behind it, up to where nothing is left."""
    held: dict[int, Decimal] = {}
    for place in standing:
        if not left:
            break
        held[place] = min(reckoned[place].share, left)
        left -= held[place]
    return held


def _joined(slices: Iterable[Slice]) -> tuple[Slice, ...]:
    """Slices in order; one that only goes on makes the one before it longer, since nothing changed."""
    found: list[Slice] = []
    for each in sorted(slices, key=lambda each: each.start):
        last = found[-1] if found else None
        if last is not None and last.end == each.start and (last.share, last.per_hour) == (each.share, each.per_hour):
            found[-1] = replace(last, end=each.end)
        else:
            found.append(each)
    return tuple(found)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    """The first of two ends; None is none."""
    return min((each for each in (one, other) if each is not None), default=None)
