"""Whose tickets somebody without a login may see: his own, and as the head of a unit those of the unit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sdesk.domain.errors import BadInput
from sdesk.domain.mailboxes import parse_mailbox
from sdesk.domain.offered import Asker, selects


class ServedUnit(NamedTuple):
    """A unit, as far as who its head is depends on it."""

    id: int
    key: str
    kind: str
    parent_id: int | None
    """The unit that it is a part of."""
    manager: str | None
    """Its head, where a mail address stands there."""

    @property
    def head(self) -> str | None:
        """The mail address of its head, in small letters, as `irina@x.example` or `Irina <irina@x.example>` name it."""
        try:
            return parse_mailbox(self.manager or "").address.lower()
        except BadInput:
            return None


class Requester(NamedTuple):
    """Somebody who asks, and before whom walls stand as before an agent."""

    person_id: int | None
    """None for somebody of whom the desk has no ticket yet."""
    addresses: frozenset[str]
    """All mail addresses of the person, in small letters."""
    units: frozenset[int] = frozenset()
    """Of which units he is the head, and the desk file lets a head see the tickets."""

    def sees(self, requester_id: int | None, unit_id: int | None, *, private: bool) -> bool:
        """Whether he may see a ticket of this person and unit: what a private team has, only its requester sees."""
        if requester_id is not None and requester_id == self.person_id:
            return True
        return not private and unit_id is not None and unit_id in self.units


def head_of(units: Collection[ServedUnit], heads: Sequence[str], addresses: Collection[str]) -> frozenset[int]:
    """Of which units a person with these mail addresses (any letter case) is the head who sees the unit's tickets.

    `heads` are the selectors of the desk file (`[portal] heads`, see `domain/offered`). A head is named by a mail
    address alone: a name or a telephone number proves nobody. He sees his unit's tickets, not those of its parts.
    """
    own = {address.lower() for address in addresses}
    by_id = {unit.id: unit for unit in units}
    return frozenset(unit.id for unit in units if unit.head in own and selects(heads, Asker(_line(unit, by_id))))


def places_of(
    units: Collection[ServedUnit], unit_id: int | None, addresses: Collection[str]
) -> tuple[tuple[ServedUnit, tuple[tuple[str, str], ...]], ...]:
    """The units in which somebody is served, his own (`unit_id`) first, then those whose head he is, by key.

    Each with its line, as `domain/offered.Asker` has it. That a head sees the unit's tickets is another matter.
    """
    own = {address.lower() for address in addresses}
    by_id = {unit.id: unit for unit in units}
    headed = [unit for unit in units if unit.head in own]
    first = [by_id[unit_id]] if unit_id is not None and unit_id in by_id else []
    found = [*first, *sorted((unit for unit in headed if unit.id != unit_id), key=lambda unit: unit.key)]
    return tuple((unit, _line(unit, by_id)) for unit in found)


def _line(unit: ServedUnit, by_id: dict[int, ServedUnit]) -> tuple[tuple[str, str], ...]:
    """Key and kind of a unit, then of those that it is a part of."""
    line: list[tuple[str, str]] = []
    above: ServedUnit | None = unit
    while above is not None and (above.key, above.kind) not in line:
        line.append((above.key, above.kind))
        above = by_id.get(above.parent_id) if above.parent_id is not None else None
    return tuple(line)
