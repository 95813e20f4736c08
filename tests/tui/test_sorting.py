"""A round of triage: what comes next, what comes back, and how far it is; and what may be the same ticket."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from desks import NOW

from sdesk.actions.perform import create, perform
from sdesk.desk.opening import open_desk
from sdesk.domain.likeness import Rarity
from sdesk.store.reader import Reader
from sdesk.tui.render.conversation import MOST_LETTERS
from sdesk.tui.sorting import Round
from sdesk.tui.sorting_reading import NEAR, read_one, read_to_sort, sameness


def a_round(*numbers: int, whole: int = 0) -> Round:
    sorting = Round(NOW)
    sorting.take_in(numbers, whole or len(numbers))
    return sorting


def test_each_decision_goes_on_and_the_last_one_ends_it() -> None:
    sorting = a_round(3, 1, 2)
    assert (sorting.current, sorting.place, sorting.whole) == (3, 1, 3)
    sorting.decide(3, "take")
    assert (sorting.current, sorting.place) == (1, 2)
    sorting.skip()
    assert (sorting.current, sorting.place) == (2, 3)
    sorting.decide(2, "spam")
    assert (sorting.current, sorting.place) == (None, 3)
    assert list(sorting.decided) == [3, 2]


def test_what_arrives_is_put_behind_and_counted() -> None:
    sorting = a_round(3, 1, whole=5)
    assert sorting.whole == 5
    sorting.decide(3, "take")
    sorting.take_in([1, 7, 8], 3)
    assert (sorting.numbers, sorting.whole, sorting.current) == ([3, 1, 7, 8], 4, 1)
    sorting.decide(1, "take")
    sorting.decide(7, "take")
    sorting.decide(8, "take")
    assert sorting.current is None
    sorting.take_in([9], 1)
    assert sorting.current == 9


def test_what_is_refused_or_lost_leaves_what_is_looked_at() -> None:
    sorting = a_round(3, 1, 2)
    sorting.decide(3, "take")
    sorting.comes_again(3)
    assert (sorting.current, sorting.numbers, dict(sorting.decided)) == (1, [1, 3, 2], {})
    sorting.leave_out(1)
    assert (sorting.current, sorting.passed, sorting.after(1)) == (1, {1}, 3)
    sorting.go_on()
    sorting.decide(3, "take")
    sorting.decide(2, "take")
    assert sorting.current is None
    sorting.comes_again(2)
    assert sorting.current == 2


def test_what_changed_nothing_is_nothing_to_put_back() -> None:
    sorting = a_round(3, 1, 2)
    for number in (3, 1):
        sorting.decide(number, "take")
        sorting.did(number, f"batch {number}")
    sorting.did_nothing(1, "batch 1")
    assert sorting.deeds == [(3, "batch 3"), (1, "")]
    # What was refused came back first: it was not decided, either.
    sorting.came_back(3)
    sorting.did_nothing(3, "batch 3")
    assert sorting.deeds == [(1, "")]


def test_what_was_refused_or_undone_is_the_one_to_look_at() -> None:
    sorting = a_round(3, 1, 2)
    sorting.decide(3, "take")
    sorting.decide(1, "take")
    sorting.came_back(3)
    assert (sorting.current, list(sorting.decided), sorting.place) == (3, [1], 2)
    sorting.decide(3, "spam")
    assert sorting.current == 2


def test_back_shows_the_one_before_and_no_further_than_the_first() -> None:
    sorting = a_round(3, 1)
    assert not sorting.go_back()
    sorting.decide(3, "take")
    sorting.decide(1, "take")
    assert (sorting.current, sorting.go_back(), sorting.current) == (None, True, 1)
    assert (sorting.go_back(), sorting.current) == (True, 3)
    sorting.go_on()
    assert (sorting.current, sorting.place) == (None, 2)


def test_the_one_ahead_is_the_one_that_follows() -> None:
    sorting = a_round(3, 1, 2)
    assert sorting.after(3) == 1
    sorting.decide(3, "take")
    assert sorting.after(1) == 2
    sorting.skip()
    assert sorting.after(2) is None


def test_the_pace_is_told_when_there_is_one() -> None:
    sorting = a_round(3, 1, 2)
    assert sorting.per_minute(NOW + timedelta(minutes=1)) is None
    sorting.decide(3, "take")
    sorting.decide(1, "take")
    assert sorting.per_minute(NOW + timedelta(seconds=5)) is None
    assert sorting.per_minute(NOW + timedelta(seconds=10)) == 12


@pytest.fixture
def pair(desk_path: Path) -> tuple[Path, dict[str, int]]:
    """Tickets of one shop: twice the same, once something else, once of another shop."""
    desk = open_desk(desk_path)
    with Reader(desk_path) as reader:
        anna = reader.actor("anna")
    numbers = {}
    for name, subject, requester, service, hours in (
        ("first", "Label printer jams again", "store-001@shop.example", "printer", 5),
        ("again", "Re: LABEL PRINTER jams", "store-001@shop.example", "other", 1),
        ("other", "No heating in the hall", "store-001@shop.example", "other", 90),
        ("elsewhere", "Label printer jams", "store-017@shop.example", "printer", 1),
    ):
        values = {"subject": subject, "text": "See above.", "requester": requester, "service": service}
        numbers[name] = create(desk, anna, values, now=NOW - timedelta(hours=hours)).number
    perform(desk, anna, "take", [numbers["other"]], {}, now=NOW)
    desk.close()
    return desk_path, numbers


def test_what_is_new_and_nobodys_of_ones_teams_is_to_be_sorted(pair: tuple[Path, dict[str, int]]) -> None:
    path, numbers = pair
    with Reader(path) as reader:
        found = read_to_sort(reader, reader.actor("anna"), NOW)
        assert set(found.numbers) == {numbers["first"], numbers["again"], numbers["elsewhere"]}
        assert found.whole == 3
        assert found.usual[:2] == ("other", "printer")
        assert set(found.usual) == {"other", "printer", "till", "feedback", "leave"}
        assert read_to_sort(reader, reader.actor("vera"), NOW).numbers == ()


def test_what_may_be_the_same_comes_first_among_what_is_open_there(pair: tuple[Path, dict[str, int]]) -> None:
    path, numbers = pair
    with Reader(path) as reader:
        one = read_one(reader, reader.actor("anna"), numbers["again"], NOW)
    assert [row.number for row in one.others] == [numbers["first"], numbers["other"]]
    assert one.alike == {numbers["first"]}
    assert one.is_to_sort
    assert one.usual_here == ("other", "printer")


def test_of_a_huge_message_only_the_beginning_is_read(pair: tuple[Path, dict[str, int]]) -> None:
    path, numbers = pair
    with closing(sqlite3.connect(path)) as store, store:
        store.execute("UPDATE message SET text = ? WHERE ticket_id = ?", ("a" * 1_000_000, numbers["again"]))
    with Reader(path) as reader:
        one = read_one(reader, reader.actor("anna"), numbers["again"], NOW)
    assert [len(each.text) for each in one.detail.messages] == [MOST_LETTERS]


def test_one_word_does_not_make_two_tickets_the_same(pair: tuple[Path, dict[str, int]]) -> None:
    path, numbers = pair
    with Reader(path) as reader:
        anna = reader.actor("anna")
        rows = reader.rows(anna, list(numbers.values()), now=NOW)
        rarity = Rarity(reader.recent_subjects(anna, since=NOW - NEAR))
    first = rows[numbers["first"]]
    stranger = first._replace(requester_email=None)
    assert sameness(first, stranger._replace(subject="label printer jams"), rarity)
    assert not sameness(first, stranger._replace(subject="the printer smells"), rarity)
    # The same requester on the same day, about the same service, writes of something else.
    assert not sameness(first, first._replace(subject="the printer smells"), rarity)
    assert not sameness(first, first._replace(created_at=NOW - timedelta(days=40)), rarity)
    # Of two that are alike the requester's own is surer.
    assert sameness(first, first, rarity) > sameness(first, stranger, rarity)


def test_the_words_of_recent_subjects_are_those_that_the_agent_may_see(pair: tuple[Path, dict[str, int]]) -> None:
    path, _ = pair
    with Reader(path) as reader:
        anna, vera = reader.actor("anna"), reader.actor("vera")
        assert "Label printer jams" in reader.recent_subjects(anna, since=NOW - timedelta(hours=2))
        assert "No heating in the hall" not in reader.recent_subjects(anna, since=NOW - timedelta(hours=80))
        assert len(reader.recent_subjects(vera, since=NOW - NEAR)) == 4  # team it is not private
