"""The equipment board: units by kinds of equipment, up, down or in question, and what burns where.

It is another thing than the console's board of the four questions, which shows it as one of its panels.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sdesk.domain.actor import Actor
from sdesk.domain.equipment import Condition
from sdesk.domain.errors import NotFound
from sdesk.domain.nearest import did_you_mean
from sdesk.domain.phrase import noun, phrase
from sdesk.store.reader import Reader
from sdesk.store.reader.equipment_board import BoardFacts


@dataclass(frozen=True, slots=True)
class Cell:
    """The equipment of one kind in one unit."""

    pieces: int
    down: tuple[str, ...] = ()
    """Inventory numbers of what does not work."""
    in_question: tuple[str, ...] = ()
    """Of what may not work: somebody says so, and nobody has confirmed it."""

    @property
    def condition(self) -> Condition:
        """The worst of them."""
        return Condition.DOWN if self.down else Condition.IN_QUESTION if self.in_question else Condition.UP


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit."""

    unit: str
    """Key; empty for what burns and is of no unit."""
    name: str
    cells: Mapping[str, Cell]
    """By kind."""
    loss_per_hour: Decimal
    """Of confirmed outages."""
    suspected_per_hour: Decimal
    tickets: tuple[int, ...]
    """Those that say what is down or in question."""

    @property
    def down(self) -> int:
        """Pieces that do not work."""
        return sum(len(cell.down) for cell in self.cells.values())

    @property
    def in_question(self) -> int:
        """Pieces that may not work."""
        return sum(len(cell.in_question) for cell in self.cells.values())

    @property
    def pieces(self) -> int:
        """All of its equipment in use."""
        return sum(cell.pieces for cell in self.cells.values())

    @property
    def is_well(self) -> bool:
        """Whether nothing is to be said of it."""
        return not (self.loss_per_hour or self.suspected_per_hour or self.down or self.in_question)


@dataclass(frozen=True, slots=True)
class EquipmentBoard:
    """How all of it stands."""

    at: datetime
    kinds: tuple[str, ...]
    """The columns, by name."""
    lines: tuple[UnitLine, ...]
    """Units of which there is something to say: those that burn most first, then by what is down, then by what is in
    question."""
    well: tuple[UnitLine, ...]
    """Units where everything works, by key."""
    currency: str
    prefix: str
    """Before a ticket's number."""
    margin_known: bool

    @property
    def loss_per_hour(self) -> Decimal:
        """What all confirmed outages cost an hour."""
        return sum((line.loss_per_hour for line in self.lines), Decimal(0))

    @property
    def suspected_per_hour(self) -> Decimal:
        """What nobody has confirmed."""
        return sum((line.suspected_per_hour for line in self.lines), Decimal(0))

    @property
    def down(self) -> int:
        """Pieces that do not work."""
        return sum(line.down for line in self.lines)

    @property
    def in_question(self) -> int:
        """Pieces that may not work."""
        return sum(line.in_question for line in self.lines)

    @property
    def pieces(self) -> int:
        """All equipment in use that stands in a unit."""
        return sum(line.pieces for line in (*self.lines, *self.well))


def gather(reader: Reader, actor: Actor, *, now: datetime, units: Collection[str] = ()) -> EquipmentBoard:
    """Ask the store, for an agent; `units`: of these alone (all without any). NotFound for one that there is not."""
    for unit in units:
        known = [row.key for row in reader.units()]
        if unit not in known:
            raise NotFound(
                phrase("there is no {noun} `{text}`", noun=noun("unit"), text=unit),
                did_you_mean(unit, known, phrase("see `sdesk {noun} list`", noun="unit")),
            )
    return made(
        reader.equipment_board(actor),
        now=now,
        units=frozenset(units),
        currency=reader.desk.currency,
        prefix=reader.desk.ref_prefix,
        margin_known=reader.desk.margin_known,
    )


def made(
    facts: BoardFacts, *, now: datetime, units: Collection[str], currency: str, prefix: str, margin_known: bool
) -> EquipmentBoard:
    """The board of what the store knows."""
    names: dict[str, str] = {}
    pieces: dict[str, dict[str, int]] = {}
    for place in facts.places:
        names[place.unit] = place.unit_name
        pieces.setdefault(place.unit, {})[place.kind] = place.pieces
    # A piece is as bad as the worst that is said of it.
    said: dict[tuple[str, str], dict[str, Condition]] = {}
    tickets: dict[str, set[int]] = {}
    for trouble in facts.troubles:
        of_kind = said.setdefault((trouble.unit, trouble.kind), {})
        if of_kind.get(trouble.asset) is not Condition.DOWN:
            of_kind[trouble.asset] = trouble.stand
        tickets.setdefault(trouble.unit, set()).add(trouble.ticket)
    burning = {row.unit or "": row for row in facts.burning}
    names |= {unit: row.unit_name or "" for unit, row in burning.items()}
    lines = []
    for unit in names:
        if units and unit not in units:
            continue
        cells = {kind: _cell(count, said.get((unit, kind), {})) for kind, count in sorted(pieces.get(unit, {}).items())}
        row = burning.get(unit)
        lines.append(
            UnitLine(
                unit,
                names[unit],
                cells,
                row.confirmed if row is not None else Decimal(0),
                row.suspected if row is not None else Decimal(0),
                tuple(sorted(tickets.get(unit, ()))),
            )
        )
    return EquipmentBoard(
        at=now,
        kinds=tuple(sorted({kind for line in lines for kind in line.cells})),
        lines=tuple(sorted((line for line in lines if not line.is_well), key=_order)),
        well=tuple(sorted((line for line in lines if line.is_well), key=lambda line: line.unit)),
        currency=currency,
        prefix=prefix,
        margin_known=margin_known,
    )


def _cell(count: int, said: Mapping[str, Condition]) -> Cell:
    down, doubt = (
        tuple(sorted(asset for asset, stand in said.items() if stand is wanted))
        for wanted in (Condition.DOWN, Condition.IN_QUESTION)
    )
    return Cell(count, down, doubt)


def _order(line: UnitLine) -> tuple[Decimal, int, Decimal, int, str]:
    """What burns for certain first, then what is down, then what may burn, then what is in question."""
    return -line.loss_per_hour, -line.down, -line.suspected_per_hour, -line.in_question, line.unit
