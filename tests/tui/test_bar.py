"""The bars of one line: both sides stay apart, and what is cut says so."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from sdesk.tui.render.headline import notice_bar
from sdesk.tui.widgets.bar import Part, both_sides, cut


def text_of(parts: list[Part]) -> str:
    return "".join(part.text for part in parts)


def test_both_sides_stay_apart_and_what_is_cut_says_so() -> None:
    left, right = [Part(" SD-1  boris  "), Part("ИТ-поддержка")], [Part("Маркетинг / Ольга Петрова ")]
    assert both_sides(left, right, 80) == (left, right)
    for width in range(12, 54):
        one, other = both_sides(left, right, width)
        assert len(text_of(one)) + 2 + len(text_of(other)) <= width
        assert "…" in text_of(one) + text_of(other)
    one, other = both_sides(left, right, 46)
    assert one == left
    assert text_of(other) == "Маркетинг / Ольга…"


def test_a_cut_falls_into_the_part_that_does_not_fit() -> None:
    parts = [Part("abc"), Part("def"), Part("ghi")]
    assert "".join(part.text for part in cut(parts, 9)) == "abcdefghi"
    assert "".join(part.text for part in cut(parts, 8)) == "abcdefg…"
    assert "".join(part.text for part in cut(parts, 6)) == "abcde…"
    assert "".join(part.text for part in cut(parts, 1)) == "…"
    assert cut(parts, 0) == []


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_way_back_is_never_cut(width: int) -> None:
    said = "SD-1 waits for the requester until " + "a very long sentence " * 8
    left, right = notice_bar(said + ". u undo", "good", ". u undo", "anna  desk.db", width)
    text = "".join(part.text for part in left)
    assert (text.endswith("…. u undo"), cell_len(text) <= width, right) == (True, True, [])
    left, right = notice_bar("SD-1 is spam. u undo", "good", ". u undo", "anna  desk.db", width)
    assert left[0].text == " SD-1 is spam. u undo"
    assert right[0].text == "  anna  desk.db "
    left, right = notice_bar(said, "error", "", "anna  desk.db", width)
    assert (left[0].text, bool(right)) == (f" {said.strip()}", True)
