"""To whom something is offered: units and people, as the desk file selects them."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

EVERYBODY = "*"
_KIND = "kind:"


class Asker(NamedTuple):
    """Somebody who asks what is offered: a person of a unit, or a unit."""

    units: tuple[tuple[str, str], ...] = ()
    """Key and kind of his unit, then of those that it is a part of."""
    addresses: frozenset[str] = frozenset()
    """His mail addresses, in small letters."""


def selects(selectors: Sequence[str] | None, asker: Asker) -> bool:
    """Whether any of the selectors means the asker; None means everybody, nothing at all nobody.

    `kind:KIND`: his own unit is of that kind. A unit's key: he is of it, or of a part of it. A mail address, in which
    `*` stands for any letters: it is his. `*`: everybody.
    """
    if selectors is None:
        return True
    return any(_selects(selector, asker) for selector in selectors)


def _selects(selector: str, asker: Asker) -> bool:
    if selector == EVERYBODY:
        return True
    if "@" in selector:
        return any(fnmatchcase(address, selector.lower()) for address in asker.addresses)
    if selector.startswith(_KIND):
        return bool(asker.units) and asker.units[0][1] == selector.removeprefix(_KIND)
    return any(key == selector for key, _ in asker.units)
