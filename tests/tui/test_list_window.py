"""The stretch of the queue that the list holds: cursor and marks follow tickets, never places."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from desks import NOW
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from sdesk.domain.ticket import (
    Channel,
    ClockKind,
    Impact,
    Priority,
    SlaState,
    Status,
    Urgency,
)
from sdesk.store.reader.rows import ClockRow, Place, TicketRow
from sdesk.tui.countdown import AHEAD, Held
from sdesk.tui.paging import Stretch
from sdesk.tui.render.columns import cells_of, columns_of, fit
from sdesk.tui.render.lines import edges, wrap
from sdesk.tui.render.signals import age_text, due_text, money_text, short_money
from sdesk.tui.window import Window

ROW = TicketRow(
    number=1,
    ref="SD-1",
    version=1,
    subject="Printer",
    status=Status.OPEN,
    waiting_for=None,
    wake_at=None,
    priority=Priority.P3,
    priority_reason=None,
    impact=Impact.MINOR,
    urgency=Urgency.LOW,
    service="printer",
    service_name="Printer",
    team="it",
    team_name="IT support",
    assignee="anna",
    assignee_name="Anna Orlova",
    requester_name="Maria",
    requester_email="maria@shop.example",
    unit="accounting",
    unit_name="Accounting",
    channel=Channel.MAIL,
    created_at=NOW - timedelta(hours=2),
    updated_at=NOW - timedelta(minutes=2),
    resolved_at=None,
    closed_at=None,
    unanswered_since=None,
    due_at=NOW + timedelta(minutes=20),
    due_kind=ClockKind.RESOLUTION,
    due_in=1200,
    sla_state=SlaState.ON_TRACK,
    clocks=(
        ClockRow(
            kind=ClockKind.RESOLUTION,
            target=8400,
            consumed=0,
            started_at=NOW - timedelta(hours=2),
            at_risk_at=NOW + timedelta(minutes=10),
            due_at=NOW + timedelta(minutes=20),
            met_at=None,
            voided=False,
        ),
    ),
    loss_per_hour=None,
    loss_so_far=None,
    loss_confirmed=False,
    currency="RUB",
    tags=(),
    unread=False,
    sla="office",
    place=Place(1, 0, 0, 1),
)


def held(number: int) -> Held:
    row = ROW._replace(number=number, ref=f"SD-{number}", place=Place(1, number, 0, number))
    return Held(row, NOW, 1200 - AHEAD)


def stretch(*numbers: int, before: bool = False, after: bool = False, gone: int | None = None) -> Stretch:
    return Stretch(tuple(held(number) for number in numbers), before, after, gone)


def window_of(*numbers: int, height: int = 5) -> Window:
    window = Window(height=height)
    window.replace(stretch(*numbers))
    return window


def shown(window: Window) -> list[int]:
    return [each.row.number for each in window.visible]


def test_the_cursor_starts_on_the_most_urgent() -> None:
    window = window_of(7, 3, 5)
    assert window.cursor == 7


def test_the_cursor_stays_on_its_ticket_in_a_new_order() -> None:
    window = window_of(*range(1, 11))
    window.move(4)
    assert window.cursor == 5
    line = shown(window).index(5)
    moved = window.replace(stretch(9, 1, 2, 3, 4, 5, 6, 7, 8, 10))
    assert window.cursor == 5
    assert shown(window).index(5) == line
    assert moved == (1, 0)


def test_who_moved_up_and_who_moved_down() -> None:
    def moves(*order: int) -> tuple[int, int]:
        return window_of(*range(1, 8)).replace(stretch(*order))

    assert moves(1, 2, 3, 4, 5, 6, 7) == (0, 0)
    assert moves(6, 7, 1, 2, 3, 4, 5) == (2, 0)
    assert moves(2, 3, 4, 5, 6, 7, 1) == (0, 1)
    assert moves(7, 2, 3, 4, 5, 6, 1) == (1, 1)
    assert sum(moves(9, 1, 2, 4, 3)) == 1


def test_a_range_goes_from_its_anchor_to_the_cursor_either_way() -> None:
    window = window_of(*range(1, 11))
    window.move(4)
    window.begin_range()
    assert [held.row.number for held in window.range] == [5]
    window.move(2)
    assert [held.row.number for held in window.chosen()] == [5, 6, 7]
    window.move(-4)
    assert [held.row.number for held in window.chosen()] == [3, 4, 5]
    window.end_range()
    assert list(window.marks) == [3, 4, 5]
    assert window.range == ()


def test_a_new_order_ends_a_range_and_keeps_the_very_tickets_that_it_held() -> None:
    window = window_of(*range(1, 11))
    window.begin_range()
    window.move(2)
    window.replace(stretch(1, 9, 8, 2, 3, 4))
    assert window.anchor is None
    assert [held.row.number for held in window.chosen()] == [1, 2, 3]


def test_the_rows_of_a_range_are_held_however_far_it_goes() -> None:
    window = window_of(*range(1, 101))
    window.begin_range()
    for first in (101, 201, 301):
        window.move(200)
        window.append(stretch(*range(first, first + 100), after=True))
    window.move(200)
    assert [held.row.number for held in window.range] == list(range(1, 401))
    window.anchor = None
    window.append(stretch(*range(401, 405)))
    assert len(window.rows) < 400


def test_marks_of_which_only_the_number_is_known_are_learnt_or_let_go() -> None:
    window = window_of(1, 2, 3)
    window.marks = {2: window.rows[1], 50: None, 60: None}
    assert list(window.unread) == [50, 60]
    assert [held.row.number for held in window.chosen()] == [2]
    window.learn({50: held(50)})
    assert [held.row.number for held in window.chosen()] == [2, 50]
    assert list(window.unread) == [50], "it is read again when the next thing is done"


def test_what_arrives_on_top_is_seen_at_the_top() -> None:
    window = window_of(1, 2, 3)
    window.replace(stretch(9, 1, 2, 3))
    assert shown(window) == [9, 1, 2, 3]
    assert window.cursor == 1


def test_a_ticket_that_is_gone_leaves_its_place_to_the_next() -> None:
    window = window_of(1, 2, 3, 4)
    window.move(1)
    window.replace(stretch(1, 3, 4))
    assert window.cursor == 3


def test_a_ticket_out_of_the_filter_stays_under_the_cursor() -> None:
    window = window_of(1, 2, 3)
    window.move(1)
    window.replace(stretch(1, 2, 3, gone=2))
    assert window.cursor == 2
    assert window.gone == {2}


def test_what_is_out_of_sight_leaves_unless_the_cursor_is_on_it() -> None:
    window = window_of(1, 2, 3)
    window.update({1: held(1)}, [1, 2, 3])
    assert shown(window) == [1]
    window = window_of(1, 2, 3)
    window.update({}, [1])
    assert shown(window) == [1, 2, 3]
    assert window.gone == {1}


def test_a_row_is_known_as_it_was_when_it_took_its_place() -> None:
    window = window_of(1, 2, 3)
    later = held(1).row._replace(place=Place(7, 1, 0, 1))
    window.update({1: Held(later, NOW, None), 2: held(2)}, [1, 2])
    assert (window.as_placed(0), window.rows[0].row, window.misplaced) == (held(1).row, later, False)
    window.move(1)
    assert set(window.stood) == {1}
    assert window.misplaced, "it belongs elsewhere, and the cursor has left it"
    window.update({1: held(1)}, [1])
    assert window.stood == {}, "it was put back"
    window.update({2: Held(later._replace(number=2), NOW, None)}, [2])
    window.replace(stretch(1, 2, 3)._replace(stood=held(2).row))
    assert window.stood == {2: held(2).row}


def test_marks_follow_tickets_even_out_of_the_window() -> None:
    window = window_of(*range(1, 11))
    window.mark(held(2))
    window.mark(held(9))
    window.replace(stretch(3, 4, 5))
    assert [each.row.number for each in window.chosen()] == [2, 9]
    window.mark(held(9))
    assert [each.row.number for each in window.chosen()] == [2]


def test_only_what_is_near_is_held() -> None:
    window = window_of(*range(1, 101), height=10)
    window.has_after = True
    window.move(95)
    assert window.wants_after
    window.append(stretch(*range(101, 201), after=True))
    assert window.cursor == 96
    assert len(window.rows) < 200
    assert window.has_before
    window.prepend(stretch(*range(1, 30)))
    assert window.cursor == 96
    assert len(window.rows) <= window.top + window.height + window.keep


@given(
    numbers=st.lists(st.integers(1, 60), unique=True, min_size=1, max_size=40),
    order=st.randoms(use_true_random=False),
    moves=st.lists(st.integers(-30, 30), max_size=12),
    height=st.integers(1, 12),
)
def test_the_cursor_is_always_a_visible_row(numbers: list[int], order: object, moves: list[int], height: int) -> None:
    window = window_of(*numbers, height=height)
    for number, by in enumerate(moves):
        window.move(by)
        if number % 3 == 0:
            again = list(numbers)
            order.shuffle(again)  # type: ignore[attr-defined]
            on = window.cursor
            window.replace(stretch(*again))
            assert window.cursor == on
        elif number % 3 == 1:
            window.scroll(by)
        assert window.cursor in shown(window)
        assert len(shown(window)) == min(height, len(numbers))


def test_the_countdown_runs_as_the_calendar_does() -> None:
    works = Held(ROW, NOW, 1200 - AHEAD)
    assert [works.due_in(NOW + timedelta(seconds=after)) for after in (0, 1, AHEAD, 40)] == [1200, 1199, 1185, 1160]
    stands = Held(ROW, NOW, 1200)
    assert stands.due_in(NOW + timedelta(seconds=40)) == 1200
    stops = Held(ROW, NOW, 1195)
    assert stops.due_in(NOW + timedelta(seconds=12)) == 1195


def test_a_threshold_shows_between_two_reads() -> None:
    row = Held(ROW, NOW, 1200 - AHEAD)
    assert row.state(NOW) is SlaState.ON_TRACK
    assert row.state(NOW + timedelta(minutes=11)) is SlaState.AT_RISK
    assert row.state(NOW + timedelta(minutes=21)) is SlaState.BREACHED


@given(width=st.integers(60, 240), subject=st.text(max_size=80), money=st.booleans())
def test_the_cells_fill_the_row_exactly(width: int, subject: str, money: bool) -> None:
    columns = columns_of(width, money=money, ref_width=7)
    row = ROW._replace(subject=subject, loss_per_hour=Decimal(192_000) if money else None)
    cells = cells_of(Held(row, NOW, 1185), columns, NOW, cursor=True, marked=False, gone=False)
    total = sum(cell_len(cell.text) for cell in cells)
    assert total <= width
    assert width - total <= 1


@given(text=st.text(max_size=60), width=st.integers(2, 40), right=st.booleans())
def test_fit_is_exact(text: str, width: int, right: bool) -> None:
    from sdesk.domain.safe_text import one_line

    assert cell_len(fit(one_line(text), width, right=right)) == width


@given(text=st.text(alphabet="абв xyz漢字-\n\t", max_size=200), width=st.integers(2, 30))
def test_wrapping_keeps_every_letter_and_the_width(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_edges_give_way_on_the_left() -> None:
    assert edges([("a long beginning", "text")], [("end", "dim")], 12).text == "a long … end"


def test_words_of_numbers() -> None:
    assert due_text(-2820, SlaState.BREACHED) == "-47m"
    assert due_text(None, SlaState.NONE) == "-"
    assert due_text(500, SlaState.WAITING) == "-"
    assert money_text(Decimal("192000.00")) == "192 000"
    assert [short_money(Decimal(amount)) for amount in (950, 12_000, 192_400, 1_250_000)] == [
        "950",
        "12k",
        "192k",
        "1.2M",
    ]
    assert [age_text(NOW - timedelta(seconds=each), NOW) for each in (5, 125, 7200, 200_000)] == [
        "5s",
        "2m",
        "2h",
        "2d",
    ]
