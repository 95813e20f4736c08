"""Named views: which digit each is on, how a name is found, and what may be a name."""

from __future__ import annotations

import pytest

from sdesk.domain.errors import BadInput, NotFound
from sdesk.domain.views import EVERYBODY, NamedView, checked_digit, checked_name, find, placed, standing


def on(*saved: NamedView) -> dict[int | None, str]:
    """The names by digit; of those without one, the last."""
    return {digit: view.name for view, digit in placed(standing(["it"]), saved)}


def test_the_six_of_every_desk_stand_as_they_do() -> None:
    assert on() == {1: "Mine", 2: "Unassigned", 3: "Team", 4: "Waiting", 5: "Breached", 6: "All"}
    assert [view.words for view in standing(["it", "hr"])][1:3] == ["assignee:none team:it,hr", "team:it,hr"]
    assert [view.words for view in standing([])][1:3] == ["assignee:none", ""]


def test_saved_views_take_what_is_free_and_a_new_one_moves_none() -> None:
    saved = [NamedView(name, "x", owner=owner) for name, owner in (("b", EVERYBODY), ("c", "anna"), ("a", "anna"))]
    assert [(view.name, digit) for view, digit in placed(standing([]), saved)][6:] == [("b", 7), ("c", 8), ("a", 9)]
    more = [*saved, NamedView("Aa", "x", owner="anna")]
    assert [(view.name, digit) for view, digit in placed(standing([]), more)][6:] == [
        *(("b", 7), ("c", 8), ("a", 9)),
        ("Aa", None),
    ]


def test_a_digit_of_ones_own_beats_everybodys_and_that_beats_every_desks() -> None:
    own = NamedView("tills", "service:till", digit=3, owner="anna")
    shared = NamedView("late", "is:breached", digit=8, owner=EVERYBODY)
    assert on(own)[3] == "tills"
    assert on(own)[None] == "Team"
    assert on(shared)[8] == "late"
    assert on(own._replace(digit=8), shared)[8] == "tills"
    assert on(own._replace(digit=8), shared)[None] == "late"


def test_a_view_is_found_by_its_name_and_the_nearest_is_named() -> None:
    views = [*standing([]), NamedView("Late", "a", owner=EVERYBODY), NamedView("late", "b", owner="anna")]
    assert find("LATE ", views).words == "b"
    assert find("mine", views).words == "assignee:me"
    with pytest.raises(NotFound, match=r"did you mean `Waiting`\?"):
        find("waitin", views)
    with pytest.raises(NotFound, match="see `sdesk view list`"):
        find("zzz", views)


@pytest.mark.parametrize("name", ["", "  ", "7", "--", "-late", "mine", "ALL", "x" * 41, "a\x1b[31m"])
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(BadInput):
        checked_name(name)


def test_names_and_digits_that_are_right() -> None:
    assert checked_name("  моя  очередь ") == "моя очередь"
    assert checked_name("2nd line") == "2nd line"
    assert checked_digit(1, everybody=False) == 1
    assert checked_digit(9, everybody=True) == 9
    assert checked_digit(None, everybody=True) is None
    for digit, everybody in ((0, False), (10, False), (3, True)):
        with pytest.raises(BadInput):
            checked_digit(digit, everybody=everybody)
