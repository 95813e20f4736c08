"""What keeps breaking, and what it cost: the equipment that tickets were about, by piece and by model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from sdesk.reports.tally import Tally

if TYPE_CHECKING:
    from sdesk.store.reader.reports.past import Facts

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class BreakingAsset:
    """A piece of equipment that tickets of the period were about."""

    number: str
    """Inventory number."""
    name: str
    kind: str
    model: str
    unit: str
    """Where it stands now: key, empty for none."""
    unit_name: str
    opened: int
    earlier: int
    """Tickets of the period before."""
    open_seconds: int
    """Opening hours of the unit within confirmed outages and the period."""
    loss: Decimal
    """Within the period; that of a ticket about several pieces is parted among them."""
    numbers: tuple[int, ...]
    """The tickets, oldest first."""


@dataclass(frozen=True, slots=True)
class BreakingModel:
    """All equipment of one model."""

    model: str
    kind: str
    pieces: int
    """That are in use now."""
    broken: int
    """Pieces that tickets of the period were about."""
    opened: int
    """Tickets, each once."""
    earlier: int
    open_seconds: int
    loss: Decimal


def breaking(
    facts: Facts, current: Tally, earlier: Tally
) -> tuple[tuple[BreakingAsset, ...], tuple[BreakingModel, ...]]:
    """By piece and by model, each what broke most often first, then what cost most; models of no name are left out."""
    if not facts.equipment:
        return (), ()
    numbers = _tickets(facts, current)
    before = _tickets(facts, earlier)
    seconds: Counter[int] = Counter()
    losses: dict[int, Decimal] = {}
    for outage, loss, open_seconds in current.losses:
        about = facts.equipment.get(outage.number, ())
        for asset, part in zip(about, _parted(loss, len(about)), strict=True):
            seconds[asset] += open_seconds
            losses[asset] = losses.get(asset, Decimal("0.00")) + part
    broken = {*numbers, *(asset for asset, loss in losses.items() if loss or seconds[asset])}
    nothing = Decimal("0.00")
    pieces = []
    models: dict[tuple[str, str], list[int]] = {}
    for asset in broken:
        named = facts.assets[asset]
        pieces.append(
            BreakingAsset(
                number=named.number,
                name=named.name,
                kind=named.kind,
                model=named.model,
                unit=named.unit,
                unit_name=named.unit_name,
                opened=len(numbers.get(asset, ())),
                earlier=len(before.get(asset, ())),
                open_seconds=seconds[asset],
                loss=losses.get(asset, nothing),
                numbers=tuple(numbers.get(asset, ())),
            )
        )
        if named.model:
            models.setdefault((named.model, named.kind), []).append(asset)
    of_model: dict[tuple[str, str], list[int]] = {}
    for asset, named in facts.assets.items():
        of_model.setdefault((named.model, named.kind), []).append(asset)
    found = [
        BreakingModel(
            model=model,
            kind=kind,
            pieces=facts.in_use.get((model, kind), 0),
            broken=len(assets),
            opened=len({number for asset in assets for number in numbers.get(asset, ())}),
            earlier=len({number for asset in of_model[model, kind] for number in before.get(asset, ())}),
            open_seconds=sum(seconds[asset] for asset in assets),
            loss=sum((losses.get(asset, nothing) for asset in assets), nothing),
        )
        for (model, kind), assets in models.items()
    ]
    return (
        tuple(sorted(pieces, key=lambda each: (-each.opened, -each.loss, each.number))),
        tuple(sorted(found, key=lambda each: (-each.opened, -each.loss, each.model, each.kind))),
    )


def _tickets(facts: Facts, tally: Tally) -> Mapping[int, list[int]]:
    """The tickets that were opened about each piece, oldest first."""
    found: dict[int, list[int]] = {}
    for row in tally.opened:
        for asset in facts.equipment.get(row[1], ()):
            found.setdefault(asset, []).append(row[1])
    return found


def _parted(amount: Decimal, parts: int) -> list[Decimal]:
    """An amount in as many parts, which together are all of it."""
    if not parts:
        return []
    each = (amount / parts).quantize(_CENT, ROUND_HALF_UP)
    return [amount - each * (parts - 1), *[each] * (parts - 1)]
