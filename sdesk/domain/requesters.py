"""Whose tickets somebody without a login may see: his own, and as the head of a unit those of the unit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sdesk.domain.errors import BadInput
from sdesk.domain.inbound import Mailbox
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
    """Its head, where that is a mail address."""


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


def units_headed(units: Collection[ServedUnit], heads: Sequence[str], addresses: Collection[str]) -> frozenset[int]:
    """Of which units a person with these mail addresses (any letter case) is the head who sees the unit's tickets.

    `heads` are the selectors of the desk file (`[portal] heads`, see `domain/offered`). A head is named by a mail
    address alone: a name or a telephone number proves nobody. He sees his unit's tickets, not those of its parts.
    """
    own = {address.lower() for address in addresses}
    by_id = {unit.id: unit for unit in units}
    return frozenset(
        unit.id for unit in units if _is_headed(unit, own) and selects(heads, Asker(unit_line(unit, by_id)))
    )


def places_of(
    units: Collection[ServedUnit], unit_id: int | None, addresses: Collection[str]
) -> tuple[tuple[ServedUnit, tuple[tuple[str, str], ...]], ...]:
    """The units in which somebody is served, his own (`unit_id`) first, then those whose head he is, by key.

    Each with its line, as `domain/offered.Asker` has it. That a head sees the unit's tickets is another matter.
    """
    own = {address.lower() for address in addresses}
    by_id = {unit.id: unit for unit in units}
    headed = [unit for unit in units if _is_headed(unit, own)]
    first = [by_id[unit_id]] if unit_id is not None and unit_id in by_id else []
    found = [*first, *sorted((unit for unit in headed if unit.id != unit_id), key=lambda unit: unit.key)]
    return tuple((unit, unit_line(unit, by_id)) for unit in found)


def head(manager: str | None) -> Mailbox | None:
    """Who a unit's `manager` is, where a mail address stands there, with a name before it or without; else None."""
    try:
        return parse_mailbox(manager or "")
    except BadInput:
        return None


def _is_headed(unit: ServedUnit, own: Collection[str]) -> bool:
    found = head(unit.manager)
    return found is not None and found.address.lower() in own


def unit_line(unit: ServedUnit, by_id: Mapping[int, ServedUnit]) -> tuple[tuple[str, str], ...]:
    """Key and kind of a unit, then of those that it is a part of."""
    line: list[tuple[str, str]] = []
    above: ServedUnit | None = unit
    while above is not None and (above.key, above.kind) not in line:
        line.append((above.key, above.kind))
        above = by_id.get(above.parent_id) if above.parent_id is not None else None
    return tuple(line)
