"""The board's figures as lines, bars and charts: what is late is seen without colour, and nothing is drawn wrongly."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from desks import NOW

from sdesk.actions.perform import create, perform
from sdesk.desk.opening import open_desk
from sdesk.domain.filters import Filter
from sdesk.reports.backlog import Step
from sdesk.reports.course import Course, Week
from sdesk.reports.period import Period
from sdesk.reports.who import Load
from sdesk.store.reader import Reader
from sdesk.tui.board_reading import Board, read_board
from sdesk.tui.render.board import (
    backlog_lines,
    big_figure,
    burning_rows,
    burning_words,
    coming_rows,
    due_rows,
    headline,
    load_rows,
    share_lines,
)
from sdesk.tui.render.series import backlog_drawing, load_bar, share_drawing, sparkline

ZONE = ZoneInfo("Europe/Moscow")


@pytest.mark.parametrize(
    ("figures", "width", "drawn"),
    [
        ([], 10, ""),
        ([1.0, None, 8.0], 10, "▁ █"),
        ([5.0, 5.0], 10, "▄▄"),
        ([0, 0], 10, "▁▁"),
        ([9, 9, 1, 2], 2, "▁█"),
        ([1, 2], 0, ""),
    ],
)
def test_a_course_in_one_line(figures: list[float | None], width: int, drawn: str) -> None:
    assert sparkline(figures, width) == drawn


def load(open_: int, waiting: int, late: int, at_risk: int) -> Load:
    return Load(open_, waiting, late, at_risk, 0, None)


@pytest.mark.parametrize(
    ("counts", "most", "width", "bar"),
    [
        ((10, 0, 5, 0), 10, 10, "!!!!!█████"),
        ((6, 2, 2, 2), 8, 8, "!!▒▒██··"),
        ((0, 0, 0, 0), 8, 8, ""),
        ((4, 0, 0, 0), 8, 8, "████"),
        ((100, 0, 1, 0), 100, 10, "!█████████"),
        ((3, 0, 9, 9), 3, 6, "!!!!!!"),
        ((1, 0, 1, 0), 1000, 10, "!"),
    ],
    ids=["half late", "all parts", "none", "shorter", "one late of many", "more late than there are", "one sign"],
)
def test_a_bar_shows_what_is_late(counts: tuple[int, int, int, int], most: int, width: int, bar: str) -> None:
    drawn = load_bar(load(*counts), most, width)
    assert "".join(text for text, _style in drawn) == bar
    assert all(style == "breached" for text, style in drawn if "!" in text)


def course(shares: list[float | None]) -> Course:
    start = datetime(2026, 11, 1, 21, tzinfo=UTC)
    days = tuple(
        Step(Period(start + timedelta(days=at), start + timedelta(days=at + 1), ZONE), 3 + at, at, 0, 40 + at)
        for at in range(15)
    )
    weeks = tuple(
        Week(Period(start + timedelta(days=7 * at), start + timedelta(days=7 * at + 7), ZONE), None, share)
        for at, share in enumerate(shares)
    )
    return Course(days, weeks, days[-1], days[-2])


def test_a_chart_of_the_backlog_has_its_mondays_and_its_heights() -> None:
    drawing = backlog_drawing(course([0.5]), roomy=False)
    assert [(series.style, series.points[0], series.points[-1]) for series in drawing.series] == [
        ("info", (0, 40), (14, 54))
    ]
    assert drawing.ticks == ((0.0, "2 Nov"), (7.0, "9 Nov"), (14.0, "16 Nov"))
    assert (drawing.lowest, drawing.highest, drawing.marks) == (40, 54, (40, 47, 54))
    roomy = backlog_drawing(course([0.5]), roomy=True)
    assert [(series.sign, series.other_axis) for series in roomy.series] == [("", False), ("+", True), ("o", True)]
    assert roomy.other_marks == (0, 8, 17)


def test_a_week_without_promises_is_a_gap_and_no_zero() -> None:
    drawing = share_drawing(course([0.75, None, 1.0]))
    assert [series.points for series in drawing.series] == [((0.0, 75.0), (2.0, 100.0))]
    assert (drawing.lowest, drawing.highest) == (60, 100)
    assert share_drawing(course([None])).series == ()


@pytest.fixture
def board(busy_desk_path: Path) -> Board:
    """The busy desk's board, with an outage that is confirmed, an absence to come, and a subject that would cheat."""
    desk = open_desk(busy_desk_path)
    with Reader(busy_desk_path) as reader:
        anna = reader.actor("anna")
        till = next(row for row in reader.walk(anna, Filter(), now=NOW) if row.service == "till")
        perform(desk, anna, "confirm", [till.number], {}, now=NOW - timedelta(minutes=2))
        values = {
            "subject": "Secret words \x1b[31mof a mail",
            "text": "Nobody must read this.",
            "requester": "Maria <maria@shop.example>",
            "service": "other",
        }
        create(desk, anna, values, now=NOW - timedelta(days=9))
    desk.close()
    with Reader(busy_desk_path) as reader:
        return read_board(reader, reader.actor("anna"), NOW, None)


def text_of(rows: object) -> str:
    return "\n".join(getattr(row, "line", row).text for row in rows)  # type: ignore[attr-defined]


def test_the_panels_say_what_the_reports_found(board: Board) -> None:
    figures = "".join(part.text for part in headline(board, 120))
    assert f"{board.now.open} open" in figures
    assert big_figure(board) == "180 000"
    assert "loss 180 000 ₽ an hour" in burning_words(board, 60).text
    rows = burning_rows(board, 70)
    first = board.now.groups[0].todos[0].ticket
    assert rows[0].number == first.number
    assert "180k" in rows[0].line.text
    assert first.ref in rows[0].line.text
    assert "\x1b" not in text_of(rows)
    loads = text_of(load_rows(board, 60))
    assert "boris" in loads
    assert "have no assignee" in loads
    lines = backlog_lines(board, 60)
    assert f"open {board.course.days[-1].backlog}" in lines[0].text
    assert "came" in lines[1].text
    assert len(share_lines(board, 60)) == 2
    due = due_rows(board, 60)
    assert "today" in due[0].line.text
    assert any(row.number is not None for row in due[1:])
    for width in (38, 58, 118):
        every = [*burning_rows(board, width), *load_rows(board, width), *due_rows(board, width)]
        for row in [*every, *coming_rows(board, width)]:
            assert row.line.cells <= max(width, 62)


def test_that_nothing_comes_fits_half_of_a_small_terminal(board: Board) -> None:
    quiet = replace(board, ahead=replace(board.ahead, days=()), who=replace(board.who, away=()))
    (row,) = coming_rows(quiet, 38)
    assert row.line.text.strip() == "Nothing planned for seven days."
    assert row.line.cells <= 38


def test_the_board_says_how_content_people_are_where_they_are_asked(board: Board) -> None:
    weeks = [replace(week, content=share) for week, share in zip(board.course.weeks, (None, 0.5, 0.75), strict=False)]
    asked = replace(board, course=replace(board.course, weeks=tuple(weeks)))
    lines = [line.text for line in share_lines(asked, 60)]
    assert len(lines) == 3
    assert lines[2].split() == ["rated", "4-5", "75%", "last", "week", "50%", lines[2].split()[-1]]


def test_a_public_board_shows_no_name_and_no_word_of_a_mail(board: Board) -> None:
    shown = text_of(
        [
            *burning_rows(board, 120, public=True),
            *due_rows(board, 120, public=True),
            *coming_rows(board, 120, public=True),
            *load_rows(board, 120),
        ]
    )
    assert "SD-" in shown
    rows = [todo.ticket for group in board.now.groups for todo in group.todos]
    assert rows
    for row in rows:
        assert row.subject not in shown
        assert (row.requester_name or "?") not in shown
        assert (row.requester_email or "?") not in shown
