"""Answers that go elsewhere, come back, stay with what was merged, and are forgotten with who gave them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desks import NOW
from intake_desk import MailDesk
from ratings_desk import rate

from sdesk.cli.json_ticket import WHOLE
from sdesk.cli.ticket_export import line_of
from sdesk.desk import ratings
from sdesk.desk.forgetting import forget_person
from sdesk.desk.imports.batch import import_lines
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import BadInput, NotFound
from sdesk.domain.filters import Filter
from sdesk.domain.ticket_line import read_line
from sdesk.store.check import check
from sdesk.store.reader import Reader

UTC = ZoneInfo("UTC")
MARIA = "Maria Sokolova <maria@shop.example>"


@pytest.fixture
def mails(desk_path: Path) -> Iterator[MailDesk]:
    desk = MailDesk(desk_path)
    desk.new(requester=MARIA)
    rate(desk_path, 1, 2, "Maria waited a week.")
    yield desk
    assert check(desk_path) == ()
    desk.desk.close()


def lines(mails: MailDesk, *, now: Any = NOW) -> list[dict[str, Any]]:
    with Reader(mails.path) as reader:
        anna = reader.actor("anna")
        found = reader.exported(anna, Filter(), now=now, messages=False)
        return [line_of(row, "SD", now=now, zone=UTC, messages=False) for row in found]


def bring(mails: MailDesk, line: dict[str, Any]) -> Any:
    said = read_line(json.loads(json.dumps(line)), now=NOW, zone=UTC)
    (outcome,) = import_lines(mails.desk, mails.actor("anna"), [said], now=NOW)
    return outcome


def test_an_answer_goes_along_and_comes_back(mails: MailDesk) -> None:
    (line,) = lines(mails)
    assert line["rating"] == {"score": 2, "comment": "Maria waited a week.", "at": "2026-11-23T10:00:00Z"}
    line |= {"external_id": "OTHER-1", "origin": None, "created_at": "2026-11-01T09:00:00Z"}
    line["rating"]["at"] = "2026-11-20T10:00:00Z"
    bring(mails, line)
    with Reader(mails.path) as reader:
        found = reader.ticket(SYSTEM, 2, now=NOW).rating
    assert found is not None
    assert (found.score, found.comment, found.how) == (2, "Maria waited a week.", None)
    # What another desk was told opens nothing here, and comes once.
    bring(mails, {**line, "rating": {**line["rating"], "score": 5}})
    assert mails.rows("SELECT ticket_id, score, follow_up_id FROM rating") == [(1, 2, None), (2, 2, None)]


@pytest.mark.parametrize("rating", [{}, {"score": 9, "at": "2026-11-20"}, {"score": True, "at": "2026-11-20"}, "5"])
def test_a_rating_that_is_none_is_refused(rating: object) -> None:
    with pytest.raises(BadInput, match="rating"):
        read_line({"subject": "x", "rating": rating}, now=NOW, zone=UTC)


def test_a_ticket_in_json_says_what_was_said_of_it(mails: MailDesk) -> None:
    mails.new(requester=MARIA)
    (field,) = [each for each in WHOLE.fields if each.name == "rating"]
    with Reader(mails.path) as reader:
        told = [field.get(reader.ticket(SYSTEM, number, now=NOW)) for number in (1, 2)]
    assert told == [{"score": 2, "comment": "Maria waited a week.", "at": "2026-11-23T10:00:00Z"}, None]


def test_what_is_merged_keeps_what_was_said_of_it(mails: MailDesk) -> None:
    mails.new(requester=MARIA)
    mails.do("anna", "merge", 1, into=2)
    assert mails.rows("SELECT ticket_id, score FROM rating") == [(1, 2)]


def test_who_is_forgotten_leaves_a_figure_and_no_link(mails: MailDesk) -> None:
    key = "r-1-0"
    with mails.desk.look(SYSTEM, NOW) as work:
        assert ratings.look(work, key).comment == "Maria waited a week."
    told = forget_person(mails.desk, SYSTEM, NOW, "maria@shop.example", dry_run=True)
    done = forget_person(mails.desk, SYSTEM, NOW, "maria@shop.example")
    assert done.counts == told.counts
    assert done.counts["ratings"] == 1
    assert mails.rows("SELECT score, comment, token_hash FROM rating") == [(2, "", None)]
    assert mails.event(1, "rated") == {"by": "requester", "score": 2, "rating": 1}
    assert "waited a week" not in mails.dump()
    with mails.desk.look(SYSTEM, NOW) as work, pytest.raises(NotFound):
        ratings.look(work, key)
