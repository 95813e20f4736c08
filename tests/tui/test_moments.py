"""A row is written anew exactly where its words change by the time alone."""

from __future__ import annotations

from datetime import timedelta

from desks import NOW
from hypothesis import given
from hypothesis import strategies as st

from sdesk.domain.ticket import SlaState
from sdesk.tui.render.columns import moment_of
from sdesk.tui.render.signals import age_text, due_text


class _Row:
    """As much of a held row as its words by the time need."""

    def __init__(self, due: int | None, age: int) -> None:
        self.row, self.updated_at, self.due = self, NOW - timedelta(seconds=age), due

    def due_in(self, now: object) -> int | None:
        return self.due

    def state(self, now: object) -> SlaState:
        return SlaState.BREACHED if self.due is not None and self.due <= 0 else SlaState.ON_TRACK


_SECONDS = st.integers(-400_000, 400_000) | st.integers(-200, 200) | st.none()
_AGES = st.integers(0, 400_000) | st.integers(0, 200)


@given(_SECONDS, _SECONDS, _AGES, _AGES)
def test_who_says_the_same_moment_says_the_same_words(one: int | None, other: int | None, age: int, later: int) -> None:
    rows = _Row(one, age), _Row(other, later)
    moments = {moment_of(row, NOW) for row in rows}  # type: ignore[arg-type]
    words = {(due_text(row.due, row.state(NOW)), age_text(row.updated_at, NOW), row.state(NOW)) for row in rows}
    assert len(moments) == 2 or len(words) == 1
