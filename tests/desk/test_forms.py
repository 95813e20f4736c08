"""Answers in the form of a service: where tickets become one or two, where somebody is forgotten, in what is sent."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from catalogue_desk import CATALOGUE, with_catalogue
from desks import NOW

from sdesk.actions.perform import create, perform
from sdesk.desk.deskfile.read import read
from sdesk.desk.forgetting import forget_person
from sdesk.desk.opening import open_desk
from sdesk.desk.outbox.facts import ticket_facts
from sdesk.desk.purging import purge
from sdesk.desk.setup import apply
from sdesk.desk.steps.messages import reindex
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import BadInput, SdeskError
from sdesk.domain.filters import Filter, Match, Words
from sdesk.domain.inbound import InboundAttachment, Mailbox
from sdesk.domain.outgoing import MailKind
from sdesk.domain.ticket import Status
from sdesk.mail.outbox.render import render
from sdesk.store.check.words import write_words
from sdesk.store.models import Ticket
from sdesk.store.reader import Reader

ALL = Match("status", tuple(Status))


class Shop:
    """A desk with a catalogue, and what is asked of it."""

    def __init__(self, path: Path) -> None:
        with_catalogue(path)
        self.path, self.desk, self.reader = path, open_desk(path), Reader(path)
        self.anna = self.reader.actor("anna")

    def opens(self, requester: str = "store-001@shop.example", service: str = "till", **answers: Any) -> int:
        given = {"model": "AT-55", "since": "2026-11-01"} | answers if service == "till" else answers
        values = {"subject": "Dead", "text": "Nothing", "requester": requester, "service": service, "form": given}
        return create(self.desk, self.anna, values, now=NOW).number

    def does(self, verb: str, number: int, **values: Any) -> SdeskError | None:
        (outcome,) = perform(self.desk, self.anna, verb, [number], values, now=NOW + timedelta(hours=1))
        return outcome.error

    def form(self, number: int) -> dict[str, str]:
        return {each.key: each.value for each in self.reader.ticket(self.anna, number, now=NOW).form}

    def finds(self, word: str) -> list[int]:
        page = self.reader.page(self.anna, Filter((ALL, Words(word))), now=NOW)
        return sorted(row.number for row in page.rows)


@pytest.fixture
def shop(desk_path: Path) -> Shop:
    return Shop(desk_path)


def test_a_merged_ticket_answers_what_the_other_does_not(shop: Shop) -> None:
    first, second = shop.opens(part="Screen"), shop.opens(model="AT-99", shop="flagship")
    assert shop.does("merge", second, into=first) is None
    assert shop.form(first) == {"model": "AT-55", "since": "2026-11-01", "part": "Screen", "shop": "flagship"}
    assert shop.finds("flagship") == [first, second]
    assert "AT-99" in shop.form(second).values(), "what it said stays with it"


def test_a_ticket_that_is_split_keeps_its_form(shop: Shop) -> None:
    number = shop.opens(part="Screen")
    values = {"subject": "More", "text": "The other one", "requester": "store-001@shop.example", "service": "other"}
    other = create(shop.desk, shop.anna, values, now=NOW).number
    shop.does("merge", other, into=number)
    moved = shop.reader.ticket(shop.anna, number, now=NOW).messages[-1].id
    assert shop.does("split", number, messages=[moved]) is None
    assert shop.form(number)["part"] == "Screen"
    assert shop.form(other + 1) == {}
    assert shop.finds("AT-55") == [number]


def test_the_index_is_the_same_however_it_is_written(shop: Shop) -> None:
    number = shop.opens(story="smoke\nand fire")

    def words() -> tuple[str, str]:
        with closing(sqlite3.connect(shop.path)) as connection:
            row: tuple[str, str] = connection.execute(
                "SELECT body, people FROM ticket_fts WHERE rowid = ?", (number,)
            ).fetchone()
        return row

    begun = words()
    assert "at-55" in begun[0]
    assert "nothing" in begun[0]
    with shop.desk.work(SYSTEM, NOW) as work:
        reindex(work, number)
        work.session.commit()
    again = words()
    assert [sorted(each.split()) for each in again] == [sorted(each.split()) for each in begun]
    with closing(sqlite3.connect(shop.path)) as connection:
        write_words(connection, number)
        connection.commit()
    assert words() == again


def test_who_is_forgotten_stands_in_no_answer(shop: Shop) -> None:
    mine = shop.opens(boss="irina@shop.example", requester="irina@shop.example")
    other = shop.opens(boss="irina@shop.example")
    assert shop.finds("irina") == [mine, other]
    forget_person(shop.desk, SYSTEM, NOW, "irina@shop.example")
    for number in (mine, other):
        assert "irina" not in shop.form(number)["boss"]
        assert shop.form(number)["model"] == "AT-55"
    assert shop.finds("irina") == []


def test_what_they_answered_goes_with_their_texts(shop: Shop) -> None:
    mine, other = shop.opens(story="my secret", requester="irina@shop.example"), shop.opens(story="another")
    done = forget_person(shop.desk, SYSTEM, NOW, "irina@shop.example", texts=True)
    assert done.counts["form_value"] == 3
    assert set(shop.form(mine).values()) == {"[removed: the person is forgotten]"}
    assert shop.form(other)["story"] == "another"
    assert (shop.finds("secret"), shop.finds("another")) == ([], [other])
    again = forget_person(shop.desk, SYSTEM, NOW, "irina@shop.example", texts=True)
    assert again.counts == {}


def test_spam_takes_its_answers_along(shop: Shop) -> None:
    number, kept = shop.opens(), shop.opens()
    assert shop.does("spam", number) is None
    later = NOW + timedelta(days=90)
    purge(shop.desk, SYSTEM, later, later - timedelta(days=1), spam=True, raw=False)
    with closing(sqlite3.connect(shop.path)) as connection:
        assert connection.execute("SELECT DISTINCT ticket_id FROM form_value").fetchall() == [(kept,)]


def test_a_form_that_lost_a_field_keeps_what_was_answered(shop: Shop) -> None:
    number = shop.opens(part="Screen")
    less = CATALOGUE.replace('key = "part"', 'key = "broken"', 1)
    apply(shop.desk, less, "desk.toml", actor=SYSTEM, now=NOW)
    assert shop.form(number)["part"] == "Screen"
    error = shop.does("set", number, form={"part": "Scanner"})
    assert isinstance(error, BadInput)
    assert shop.does("set", number, form={"broken": "scanner"}) is None
    assert list(shop.form(number)) == ["model", "since", "broken", "part"]


def test_lists_read_no_form(shop: Shop) -> None:
    shop.opens()
    asked: list[str] = []
    with Reader(shop.path) as reader:
        reader._connection.set_trace_callback(asked.append)
        assert reader.page(shop.anna, Filter(), now=NOW).rows
        assert reader.next_ticket(shop.anna, now=NOW) is not None
        reader.counts(shop.anna, now=NOW)
        reader.services(shop.anna)
        assert asked
        assert [each for each in asked if "form_value" in each or "fields" in each] == []
        reader.ticket(shop.anna, 1, now=NOW)
        assert any("form_value" in each for each in asked)


def test_files_are_no_texts_and_texts_no_files(shop: Shop) -> None:
    file = InboundAttachment("a.bin", "application/octet-stream", b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="no UTF-8") as caught:
        shop.opens(story=file, photo="x")
    assert [each.about for each in (caught.value, *caught.value.others)] == ["field.story", "field.photo"]
    number = shop.opens(photo=file)
    assert shop.form(number)["photo"] == "a.bin"
    other = shop.opens(photo=InboundAttachment("../../.bashrc", "text/plain", b"x"))
    assert shop.form(other)["photo"] == "bashrc"
    assert shop.reader.ticket(shop.anna, other, now=NOW).messages[0].attachments[0].name == "bashrc"
    error = shop.does("set", number, form={"photo": file})
    assert error is not None
    assert "stays" in error.what


@pytest.mark.parametrize(("language", "said"), [("en", "Switch it off,\nwait a minute."), ("ru", "Выключите кассу.")])
def test_the_acknowledgement_says_what_to_try_first(shop: Shop, language: str, said: str) -> None:
    text = acknowledged(shop, shop.opens(), language, (("Model", "AT-55"),))
    assert said in text
    assert "{{" not in text


def test_without_help_nothing_is_to_be_tried(shop: Shop) -> None:
    text = acknowledged(shop, shop.opens(service="other"), "en", ())
    assert "try this first" not in text
    assert "\n\n\n" not in text


def acknowledged(shop: Shop, number: int, language: str, form: tuple[tuple[str, str], ...]) -> str:
    with shop.desk.work(SYSTEM, NOW) as work:
        ticket = work.session.get_one(Ticket, number)
        to = (Mailbox("store-001@shop.example", ""),)
        facts = ticket_facts(work, ticket, MailKind.ACKNOWLEDGEMENT, language=language, to=to, message_id="<a@b>")
    assert facts.ticket.form[:1] == form
    return render(facts).text


def refused(old: str, new: str) -> list[str]:
    with pytest.raises(BadInput) as caught:
        read(CATALOGUE.replace(old, new, 1), "desk.toml")
    return [each.what for each in (caught.value, *caught.value.others)]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('key = "since"', 'key = "model"', "field 2, [services.till.fields] key: the form has a field `model` already"),
        ('key = "since"', 'key = "Since"', "field 2, [services.till.fields] key: `Since` cannot be the key"),
        ('choices = ["Screen", "Scanner"]', "", "field 3, [services.till.fields] kind: a choice has no choices"),
        ('choices = ["Screen", "Scanner"]', "choices = []", "choices: there is nothing to choose"),
        ('choices = ["Screen", "Scanner"]', 'choices = ["a", "A"]', "choices: `A` is there twice"),
        ('kind = "date"', 'kind = "date"\nchoices = ["a"]', 'choices: choices goes with kind = "choice"'),
        ('kind = "date"', 'kind = "date"\nmultiline = true', 'multiline: multiline goes with kind = "text"'),
        ('kind = "date"', 'kind = "date"\npattern = "a"', 'pattern: pattern goes with kind = "text" on one line'),
        ('pattern = "[A-Z]{2}-[0-9]+"', 'pattern = "("', "pattern: the pattern `(` is no regular expression"),
        ('pattern = "[A-Z]{2}-[0-9]+"', 'pattern = "a)|(b"', "is no regular expression"),
        ('pattern = "[A-Z]{2}-[0-9]+"', 'pattern = "(a+)+"', "field 1, [services.till.fields] pattern: the pattern"),
        ('kind = "date"', 'kind = "day"', "kind: must be one of text, choice"),
        ('label.en = "Broken since"', 'label.xx = "Broken"', "`xx` is no language"),
        ('offered_to = ["accounting"]', 'offered_to = ["a@"]', "offered_to: `a@` is no mail address"),
    ],
)
def test_a_mistake_in_a_form_is_named_with_its_place(old: str, new: str, said: str) -> None:
    found = refused(old, new)
    assert len(found) == 1
    assert said in found[0]
    at = CATALOGUE[: CATALOGUE.index(old)].count("\n") + 1
    assert abs(int(found[0].split(":")[1]) - at) <= 4


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'label.en = "Broken since"',
            'label.ru = "С"',
            "field 2, [services.till.fields] label: it has no words in",
        ),
        ('description = { en = "Where customers pay", ru', "description = { ru", "[services.till] description: it has"),
        ('"kind:store", "*@hq', '"kind:shop", "*@hq', "`kind:shop` is no unit of the file, no kind of one"),
        ('offered_to = ["accounting"]', 'offered_to = ["acounting"]', "`acounting` is no unit"),
    ],
)
def test_a_doubt_about_a_form_is_said(old: str, new: str, said: str) -> None:
    before, after = (read(text, "desk.toml").warnings for text in (CATALOGUE, CATALOGUE.replace(old, new, 1)))
    (more,) = set(after) - set(before)
    assert said in more


def test_a_plan_says_which_field_changed(shop: Shop) -> None:
    other = CATALOGUE.replace('"Broken since"', '"Since when"', 1).replace('"Screen", ', "", 1)
    report = apply(shop.desk, other, "desk.toml", actor=SYSTEM, now=NOW)
    (change,) = report.changes
    assert change.what == "service till"
    assert [each.key for each in change.keys] == ["fields.since.label.en", "fields.part.choices"]
