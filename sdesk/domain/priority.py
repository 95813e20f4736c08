"""Priority from impact and urgency (ITIL's matrix), and the impact that a loss of turnover amounts to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from sdesk.domain.errors import BadInput
from sdesk.domain.nearest import did_you_mean
from sdesk.domain.ticket import Impact, Priority, Urgency

Matrix = Mapping[tuple[Impact, Urgency], Priority]

_ROWS = {
    Impact.EXTENSIVE: (Priority.P1, Priority.P1, Priority.P2, Priority.P3),
    Impact.SIGNIFICANT: (Priority.P1, Priority.P2, Priority.P3, Priority.P4),
    Impact.MODERATE: (Priority.P2, Priority.P3, Priority.P3, Priority.P4),
    Impact.MINOR: (Priority.P3, Priority.P4, Priority.P4, Priority.P5),
}

MATRIX: Matrix = MappingProxyType(
    {(impact, urgency): row[number] for impact, row in _ROWS.items() for number, urgency in enumerate(Urgency)}
)
"""What holds unless the desk file says otherwise."""

_SEVERITY = {impact: place for place, impact in enumerate(Impact)}
"""0 is the worst."""

Word = TypeVar("Word", bound=StrEnum)


class Threshold(NamedTuple):
    """From this loss per hour on, the impact is at least this."""

    per_hour: Decimal
    impact: Impact


def priority_of(matrix: Matrix, impact: Impact, urgency: Urgency) -> Priority:
    """The cell of the matrix."""
    return matrix[impact, urgency]


def parse_matrix(table: Mapping[str, Mapping[str, str]]) -> Matrix:
    """A whole matrix from a table as `{"extensive": {"critical": "P1", ...}, ...}`.

    BadInput for an unknown word, with the nearest right one, and for a cell that is missing.
    """
    matrix: dict[tuple[Impact, Urgency], Priority] = {}
    for row, cells in table.items():
        impact = _parse_word(Impact, row, "impact")
        for column, cell in cells.items():
            urgency = _parse_word(Urgency, column, "urgency")
            matrix[impact, urgency] = _parse_word(Priority, cell, "priority")
    for impact, urgency in MATRIX:
        if (impact, urgency) not in matrix:
            what = f"the priority matrix says nothing for impact {impact}, urgency {urgency}"
            raise BadInput(
                what, f'give all sixteen cells: {impact} = {{ {urgency} = "{MATRIX[impact, urgency]}", ... }}'
            )
    return MappingProxyType(matrix)


def impact_of_loss(thresholds: Iterable[Threshold], loss_per_hour: Decimal) -> Impact | None:
    """The worst impact whose threshold the loss reaches; None where it reaches none."""
    reached = [threshold.impact for threshold in thresholds if loss_per_hour >= threshold.per_hour]
    return min(reached, key=_SEVERITY.__getitem__, default=None)


def raised(impact: Impact, by: Impact | None) -> Impact:
    """The worse of the two: a loss only ever raises an impact."""
    return impact if by is None else min(impact, by, key=_SEVERITY.__getitem__)


def follow(
    matrix: Matrix, thresholds: Iterable[Threshold], own: Impact, urgency: Urgency, loss_per_hour: Decimal | None
) -> tuple[Impact, Priority]:
    """The impact, raised by what is lost an hour, and the priority that follows from the matrix."""
    impact = raised(own, impact_of_loss(thresholds, loss_per_hour) if loss_per_hour else None)
    return impact, priority_of(matrix, impact, urgency)


def parse_priorities(text: str) -> frozenset[Priority]:
    """Priorities as people write them: `P1`, `P1,P2`, or the range `P1..P3` with both ends. BadInput."""
    found: set[Priority] = set()
    for piece in text.split(","):
        low, dots, high = piece.strip().partition("..")
        first = _parse_word(Priority, low, "priority")
        last = _parse_word(Priority, high, "priority") if dots else first
        if first > last:
            raise BadInput(f"the range `{piece.strip()}` runs backwards", f"write {last}..{first}")
        found.update(each for each in Priority if first <= each <= last)
    return frozenset(found)


def _parse_word(kind: type[Word], text: str, name: str) -> Word:
    words = {word.value.casefold(): word for word in kind}
    word = words.get(text.strip().casefold())
    if word is not None:
        return word
    right = [each.value for each in kind]
    raise BadInput(f"there is no {name} `{text}`", did_you_mean(text, right, f"it is one of {', '.join(right)}"))
