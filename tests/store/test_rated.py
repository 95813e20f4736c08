"""A customer's story, the filter by what was said, and the walls before both."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk
from ratings_desk import rate

from sdesk.domain.errors import BadInput
from sdesk.domain.filters import parse
from sdesk.store.check import check
from sdesk.store.reader import Reader
from sdesk.store.reader.rated import trend_of

DAY = timedelta(days=1)
MARIA, KARL = "Maria Sokolova <maria@shop.example>", "Karl Orff <karl@acc.shop.example>"


@pytest.fixture
def mails(desk_path: Path) -> Iterator[MailDesk]:
    """Maria: two tickets of IT and one of the private team; Karl: one of the private team alone."""
    desk = MailDesk(desk_path)
    desk.new(requester=MARIA, service="printer")
    desk.new(requester=MARIA, service="till")
    desk.new("olga", requester=MARIA, service="leave")
    desk.new("olga", requester=KARL, service="leave")
    desk.do("anna", "close", 1, text="Done.", at=NOW + DAY)
    desk.do("olga", "close", 3, text="Done.", at=NOW + DAY)
    for number, score, comment in ((1, 4, "Quick."), (2, None, ""), (3, 1, "Quartz."), (4, 2, "Quartz too.")):
        rate(desk_path, number, score, comment, days=2)
    yield desk
    assert check(desk_path) == ()
    desk.desk.close()


def story(path: Path, login: str, address: str = "maria@shop.example") -> Any:
    with Reader(path) as reader:
        actor = reader.actor(login)
        return reader.person_story(actor, reader.person(actor, address).id)


def test_a_story_is_of_the_tickets_that_one_may_see(mails: MailDesk) -> None:
    mine = story(mails.path, "boris")
    assert (mine.open_tickets, mine.done_tickets, mine.asked, mine.mean) == (1, 1, 2, 4.0)
    assert [(each.ref, each.score, each.comment) for each in mine.answers] == [("SD-1", 4, "Quick.")]
    whole = story(mails.path, "anna")
    assert (whole.open_tickets, whole.done_tickets, whole.asked, whole.mean) == (1, 2, 3, 2.5)
    assert [each.ref for each in whole.answers] == ["SD-3", "SD-1"]
    # One working day in the office: nine hours.
    assert (mine.resolution_median, mine.resolution_judged, mine.resolution_in_time) == (9 * 3600, 0, 0)
    assert mine.last_contact == NOW + DAY


def test_a_list_knows_who_is_not_content_of_those_whom_one_may_know(mails: MailDesk) -> None:
    with Reader(mails.path) as reader:

        def unhappy(login: str) -> list[tuple[str, int | None]]:
            return [(each.name, each.last_rating) for each in reader.people(reader.actor(login), unhappy=True)]

        assert unhappy("anna") == [("Karl Orff", 2), ("Maria Sokolova", 1)]
        assert unhappy("boris") == []
        rate(mails.path, 2, 1, days=5)
        assert unhappy("boris") == [("Maria Sokolova", 1)]


@pytest.mark.parametrize(
    ("text", "anna", "boris"),
    [
        ("rating:1..2", [3, 4], []),
        ("rating:4", [1], [1]),
        ("rating:..3", [3, 4], []),
        ("rating:1,4 team:it", [1], [1]),
        ("status:resolved not:rating:1..5", [], []),
        ("not:rating:1", [2, 4], [2]),
    ],
)
def test_a_filter_asks_what_was_said(text: str, anna: list[int], boris: list[int], mails: MailDesk) -> None:
    wanted = parse(text, now=NOW, zone=ZoneInfo("UTC"))
    with Reader(mails.path) as reader:
        for login, numbers in (("anna", anna), ("boris", boris)):
            assert sorted(reader.numbers(reader.actor(login), wanted, now=NOW)) == numbers, login


def test_of_a_ticket_the_last_answer_counts(mails: MailDesk) -> None:
    rate(mails.path, 1, 2, "Jams again.", days=40)
    with Reader(mails.path) as reader:
        anna = reader.actor("anna")
        found = reader.ticket(anna, 1, now=NOW).rating
        assert found is not None
        assert (found.score, found.comment) == (2, "Jams again.")
        assert reader.numbers(anna, parse("rating:4", now=NOW, zone=ZoneInfo("UTC")), now=NOW) == ()
        assert reader.ticket(anna, 2, now=NOW).rating is None
        # What she said of another ticket is told to who answers this one, but for what stands behind a wall.
        before = reader.ticket(reader.actor("boris"), 2, now=NOW).said_before
        assert before is not None
        assert before.comment == "Jams again."


def test_what_moved_behind_a_wall_is_said_of_nobody_there(mails: MailDesk) -> None:
    mails.apply(DESK_FILE.replace("[teams.quality]", "[teams.quality]\nprivate = true"))
    mails.do("anna", "assign", 2, to="team:quality", at=NOW)
    rate(mails.path, 2, 5, "Secret.", days=9)
    assert [each.ref for each in story(mails.path, "boris").answers] == ["SD-1"]
    assert "Secret." in repr(story(mails.path, "anna"))


@pytest.mark.parametrize("wrong", ["rating:6", "rating:0", "rating:good", "rating:3..1", "rating:"])
def test_what_is_no_score_is_no_filter(wrong: str) -> None:
    with pytest.raises(BadInput):
        parse(wrong, now=NOW, zone=ZoneInfo("UTC"))


def test_a_trend_holds_the_last_five_against_those_before() -> None:
    assert trend_of([]) is None
    assert trend_of([5]) == (5.0, 1, None, 0)
    assert trend_of([1, 2, 1, 2, 1, 5, 4, 5]) == (1.4, 5, 4.67, 3)
