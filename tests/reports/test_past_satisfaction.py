"""`sdesk past` on how it was: by team, service, unit and month; few answers are said to be few, walls hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desks import NOW
from intake_desk import MailDesk
from ratings_desk import rate

from sdesk.domain.filters import Filter
from sdesk.reports import past as question
from sdesk.reports import past_page, past_rows
from sdesk.reports.page import Cell
from sdesk.reports.period import between
from sdesk.store.reader import Reader

DAY = timedelta(days=1)


@pytest.fixture
def mails(desk_path: Path) -> Iterator[MailDesk]:
    """Six of IT, two of them about tills, and one of the private team; asked in November, December and not at all."""
    desk = MailDesk(desk_path)
    for number, service in enumerate(("printer", "printer", "printer", "printer", "till", "till")):
        desk.new(requester=f"Person {number} <person{number}@acc.shop.example>", service=service)
    desk.new("olga", requester="Karl <karl@acc.shop.example>", service="leave")
    scores = (5, 5, 4, 1, None, 2, 1)
    for number, score in enumerate(scores, 1):
        rate(desk_path, number, score, days=number * 2)
    yield desk
    desk.desk.close()


def asked(mails: MailDesk, login: str) -> question.Past:
    start = NOW.date()
    with Reader(mails.path) as reader:
        compared = between(start, start + 20 * DAY, ZoneInfo(reader.desk.time_zone))
        return question.past(reader, reader.actor(login), compared, Filter(), now=NOW + 20 * DAY)


def test_figures_are_of_those_who_were_asked(mails: MailDesk) -> None:
    found = past_rows.document(asked(mails, "boris"), "")
    totals: Any = found["totals"]
    names = ("asked", "rated", "rated_share", "rating_mean", "rated_good", "rated_bad")
    assert tuple(totals[name]["value"] for name in names) == (6, 5, 0.8333, 3.4, 0.6, 0.4)
    services: Any = {each["key"]: each for each in found["services"]}  # type: ignore[index,union-attr,call-overload]
    assert tuple(services["till"][name]["value"] for name in names) == (2, 1, 0.5, 2.0, 0.0, 1.0)
    assert found["satisfaction"] == [
        {"month": "2026-11-01", **dict(zip(names, (3, 3, 1.0, 4.67, 1.0, 0.0), strict=True))},
        {"month": "2026-12-01", **dict(zip(names, (3, 2, 0.6667, 1.5, 0.0, 1.0), strict=True))},
    ]
    flat = [row for row in past_rows.rows(asked(mails, "boris")) if row.section == "satisfaction"]
    assert ("satisfaction", "2026-12-01", "rating_mean", 1.5, None) in flat


def test_a_hidden_team_is_in_no_figure(mails: MailDesk) -> None:
    assert asked(mails, "anna").totals.satisfaction.asked == 7
    assert asked(mails, "boris").totals.satisfaction.asked == 6
    assert "hr" not in {each.key for each in asked(mails, "boris").groups["teams"]}


def test_few_answers_are_said_to_be_few(mails: MailDesk) -> None:
    section = next(each for each in past_page.page(asked(mails, "boris"), "").sections if each.title == "How it was")
    assert section.table is not None
    rows = [[cell.text for cell in row if isinstance(cell, Cell)] for row in section.table.rows]
    assert rows[0] == ["all", "6", "5", "83%", "3.4", "60%", "40%", "-"]
    # Where people are least content comes first.
    assert [row[:1] + row[4:5] for row in rows[1:3]] == [["Till", "2.0 of 1"], ["Printer", "3.8 of 4"]]
    assert [row[0] for row in rows[-2:]] == ["Nov 2026", "Dec 2026"]
    assert "fewer than 5 answers" in section.below


def test_where_nobody_was_asked_the_page_says_nothing_of_it(desk_path: Path) -> None:
    mails = MailDesk(desk_path)
    assert "How it was" not in [each.title for each in past_page.page(asked(mails, "boris"), "").sections]
    mails.desk.close()
