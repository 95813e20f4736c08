"""One customer's story on the command line, for eyes and for programs, and what a list and `past` say of ratings."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from command_line import Sdesk
from desks import NOW
from intake_desk import MailDesk
from ratings_desk import rate

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def rated(at_desk: Path, doubles: Any) -> Path:
    """Maria had six tickets of IT, of which she rated all, the last ones worse."""
    mails = MailDesk(at_desk)
    for number, score in enumerate((5, 5, 4, 2, 1, 1), 1):
        mails.new(requester="Maria Sokolova <maria@shop.example>", service="printer")
        mails.do("anna", "close", number, text="Done.", at=NOW + timedelta(hours=number))
        rate(at_desk, number, score, "It jams again." if score < 2 else "", days=number)
    mails.desk.close()
    doubles.now = NOW + 8 * DAY
    return at_desk


def test_a_story_for_eyes(sdesk: Sdesk) -> None:
    ran = sdesk("person", "show", "maria@shop.example", "-o", "table")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[:8] == [
        "Name         Maria Sokolova",
        "Addresses    maria@shop.example",
        "Unit         accounting: Accounting",
        "Last spoke   2026-11-23 18:00",
        "So far       6 done",
        "Solved in    3h of working time, by the median",
        "Rated        3.0 of 5 in 6 of 6 asked; the last 5: 2.6, before: 5.0",
        "             1 of 5, SD-6, 2026-11-29 13:00: It jams again.",
    ]


def test_a_story_for_programs(sdesk: Sdesk) -> None:
    found = json.loads(sdesk("person", "show", "maria@shop.example", "-o", "json").out)
    assert (found["open_tickets"], found["done_tickets"], found["asked"], found["last_rating"]) == (0, 6, 6, 1)
    assert found["rating_trend"] == {"last": 2.6, "last_count": 5, "before": 5.0, "before_count": 1}
    assert found["ratings"][0] == {"number": 6, "score": 1, "comment": "It jams again.", "at": "2026-11-29T10:00:00Z"}


def test_lists_know_who_was_not_content_and_which_tickets_it_was(sdesk: Sdesk) -> None:
    assert sdesk("person", "list", "--unhappy", "-o", "tsv", "--fields", "name,last_rating").out.splitlines() == [
        "name\tlast_rating",
        "Maria Sokolova\t1",
    ]
    assert sdesk("list", "rating:..2", "-o", "ids").out.split() == ["6", "5", "4"]
    assert "Rated      1 of 5, 2026-11-29 13:00: It jams again." in sdesk("show", "6", "-o", "table").out


def test_the_past_says_how_it_was(sdesk: Sdesk) -> None:
    ran = sdesk("past", "--from", "2026-11-23", "-o", "table")
    assert ran.code == 0
    assert "How it was" in ran.out
    found = json.loads(sdesk("past", "--from", "2026-11-23", "-o", "json", "--fields", "satisfaction").out)
    assert [(each["month"], each["asked"], each["rating_mean"]) for each in found["satisfaction"]] == [
        ("2026-11-01", 6, 3.0)
    ]


def test_who_asks_for_somebody_of_behind_a_wall_learns_what_the_address_book_says_and_no_more(
    sdesk: Sdesk, rated: Path
) -> None:
    mails = MailDesk(rated)
    for number in (7, 8):
        mails.new("olga", requester="Pia Leaves <pia@far.example>", team="hr")
        mails.do("olga", "close", number, text="Done.", at=NOW + timedelta(hours=number))
        rate(rated, number, 1, "Nobody answers.", days=number)
    mails.desk.close()
    boris = ("--as", "boris")
    assert sdesk(*boris, "person", "show", "pia@far.example").code == 3
    assert "pia" not in sdesk(*boris, "person", "list", "-o", "tsv").out
    # Without a ticket of his own there is nothing to be learned: what is tried names nobody, and leaves nobody.
    asked = ("new", "--subject", "Badge", "--text", "Hers.", "--requester", "pia@far.example", "--team", "it")
    assert "Pia" not in sdesk(*boris, *asked, "--dry-run").out
    assert sdesk(*boris, "person", "show", "pia@far.example").code == 3
    assert sdesk(*boris, *asked, "-o", "ids").out == "9\n"
    found = json.loads(sdesk(*boris, "person", "show", "pia@far.example", "-o", "json").out)
    assert (found["name"], found["addresses"], found["tickets"]) == ("Pia Leaves", ["pia@far.example"], [9])
    figures = ("open_tickets", "all_tickets", "done_tickets", "reopened", "complaints", "resolution_judged", "asked")
    assert [found[each] for each in figures] == [1, 1, 0, 0, 0, 0, 0]
    assert [found[each] for each in ("last_rating", "ratings", "rating_mean", "rating_trend")] == [None, [], None, None]
    assert found["first_contact"] == found["last_contact"] == "2026-12-01T09:00:00Z"
    shown = sdesk(*boris, "show", "9", "-o", "table").out
    assert "Pia Leaves" in shown
    assert "SD-7" not in shown
    assert "Rated" not in shown
    every = "status:new,open,waiting,resolved,closed"
    assert sdesk(*boris, "list", "requester:pia@", every, "-o", "ids").out == "9\n"
    assert sdesk(*boris, "person", "list", "--unhappy", "-o", "tsv", "--fields", "name").out == "name\nMaria Sokolova\n"
