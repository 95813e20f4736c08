"""Sentences that keep what they were made of."""

from __future__ import annotations

import copy
import json
import pickle
import sqlite3

from sdesk.domain.errors import BadInput
from sdesk.domain.phrase import Phrase, joined, noun, phrase, phrases
from sdesk.domain.ticket import Status

RUSSIAN = {
    "{ref} is {status}": "{ref}: {status}",
    "closed": "закрыта",
    "a date": "даты",
    "waits for {whom}": "ждёт {whom}",
    "{one} then {other}": "сначала не {other}, а {one}",
}


def one(text: str) -> str:
    return RUSSIAN.get(text, text)


def many(text: str, plural: str, count: int) -> str:
    return "{count} штук" if text == "{count} thing" else text if count == 1 else plural


def test_it_is_its_english_sentence_to_whoever_knows_nothing_of_languages() -> None:
    made = phrase("{ref} is {status}", ref="SD-1", status=Status.CLOSED)
    assert made == "SD-1 is closed"
    assert f"{made}." == "SD-1 is closed."
    assert json.dumps([made]) == '["SD-1 is closed"]'
    assert str(BadInput(made, phrase("reopen it first"))) == "SD-1 is closed. reopen it first"
    with sqlite3.connect(":memory:") as store:
        assert store.execute("SELECT ? || '!'", (made,)).fetchone() == ("SD-1 is closed!",)
    store.close()


def test_it_is_said_in_another_language_with_its_values_that_are_words_of_the_desk() -> None:
    assert phrase("{ref} is {status}", ref="SD-1", status=Status.CLOSED).said(one, many) == "SD-1: закрыта"
    assert phrase("waits for {whom}", whom=phrase("a date")).said(one, many) == "ждёт даты"
    assert phrase("waits for {whom}", whom=noun("a date")).said(one, many) == "ждёт даты"
    # What people wrote stays, whatever it looks like; another language may turn the order round.
    assert phrase("waits for {whom}", whom="a date").said(one, many) == "ждёт a date"
    assert phrase("{one} then {other}", one="A", other="{ref}").said(one, many) == "сначала не {ref}, а A"


def test_of_a_count_it_says_one_or_many() -> None:
    assert [str(phrases("{count} thing", "{count} things", count)) for count in (0, 1, 2)] == [
        "0 things",
        "1 thing",
        "2 things",
    ]
    assert phrases("{count} thing", "{count} things", 5).said(one, many) == "5 штук"


def test_a_row_leaves_out_what_is_empty_and_says_the_rest() -> None:
    row = joined(", ", (phrase("a date"), "", "{braces}"))
    assert row == "a date, {braces}"
    assert row.said(one, many) == "даты, {braces}"
    assert joined("; ", ()) == ""
    assert not joined("; ", ("", ""))


def test_a_copy_is_a_phrase_too() -> None:
    made = phrases("{count} thing", "{count} things", 3)
    for again in (copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
        assert isinstance(again, Phrase)
        assert again == "3 things"
        assert again.said(one, many) == "3 штук"
