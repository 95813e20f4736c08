"""What forms are made of, by itself: completion, changes of tags, reports of what was done, answers in one line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from console_driver import driving
from desks import NOW

from sdesk.actions.perform import TicketOutcome, create, perform
from sdesk.desk.opening import open_desk
from sdesk.domain.errors import BadInput, Refused
from sdesk.domain.ticket import Impact, Urgency
from sdesk.store.reader import Reader
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.screens.find_ticket import find_tickets, number_in
from sdesk.tui.screens.form_edit import address_in, changes_in_words, tag_changes
from sdesk.tui.screens.forms import seconds_of
from sdesk.tui.verbs.doing import Possible, left_out, named, report, subjects
from sdesk.tui.widgets.last_word import LastWord

UTC_ZONE = ZoneInfo("UTC")


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("pr", "printer"),
        ("pos -vi", "pos -vip"),
        ("pos PR", "pos printer"),
        ("printer", None),
        ("pos ", None),
        ("-", None),
        ("zz", None),
    ],
)
async def test_the_last_word_is_completed(typed: str, completed: str | None) -> None:
    assert await LastWord(("printer", "pos", "vip"), prefix="-+").get_suggestion(typed) == completed


def test_changes_of_tags() -> None:
    assert tag_changes(("pos", "vip"), ["vip", "Printer"]) == (("printer",), ("pos",))
    assert tag_changes(("pos",), ["pos"]) == ((), ())
    assert changes_in_words(("a", "b"), ("c",)) == "adds a, b; takes c away"
    assert changes_in_words((), ()) == ""


def test_time_spent_and_addresses_as_people_write_them() -> None:
    assert (seconds_of("1h30m"), seconds_of(" -5m")) == (5400, -300)
    with pytest.raises(BadInput):
        seconds_of("long")
    assert address_in(" Maria <maria@example.org> ") == "Maria <maria@example.org>"
    with pytest.raises(BadInput, match="nobody is found"):
        address_in("Maria")


def test_a_number_in_each_of_its_forms() -> None:
    assert [number_in(text) for text in ("12", "SD-12", "#12", " sd-12 ")] == [12] * 4
    for text in ("", "twelve", "SD-", "１２"):
        with pytest.raises(BadInput, match="is no ticket number"):
            number_in(text)


def outcome(number: int, sentence: str, **more: object) -> TicketOutcome:
    """What became of a ticket."""
    return replace(TicketOutcome(number, f"SD-{number}", f"SD-{number} {sentence}"), **more)  # type: ignore[arg-type]


def test_a_report_names_whoever_refused_and_what_else_should_be_known() -> None:
    assert report([outcome(1, "taken"), outcome(2, "taken")], {}) == ("2 tickets: taken", "good")
    differing = [outcome(1, "is about till"), outcome(2, "is about till: P1")]
    assert report(differing, {}) == ("2 tickets done: SD-1 is about till, and so on", "good")
    away = "boris is away"
    assert report([outcome(1, "assigned", warning=away), outcome(2, "assigned", warning=away)], {}) == (
        "2 tickets: assigned. But boris is away",
        "good",
    )
    refused = outcome(3, "", error=Refused("SD-3 is closed", "reopen it first"))
    assert report([outcome(1, "taken"), refused], {3: "SD-3"}) == (
        "1 done, 1 refused (SD-3): SD-3 is closed. reopen it first",
        "error",
    )
    assert report([refused], {}) == ("SD-3 is closed. reopen it first", "error")


@pytest.fixture
def rows(busy_desk_path: Path) -> list[TicketRow]:
    """Some tickets."""
    with Reader(busy_desk_path) as reader:
        found = reader.rows(reader.actor("anna"), list(range(1, 12)), now=NOW)
    return [found[number] for number in sorted(found)]


def test_what_is_left_out_is_named_with_its_reason(rows: list[TicketRow]) -> None:
    some = Possible(rows[:2], [("SD-8", "it is spam"), ("SD-9", "it is spam"), ("SD-7", "you have it")])
    assert named(some) == "2 tickets (3 left out)"
    assert left_out(some) == ". Left out: SD-8, SD-9 (it is spam); SD-7 (you have it)"
    assert (named(rows[:1]), left_out(rows)) == ("SD-1", "")
    lines = subjects(rows)
    assert len(lines) == 7
    assert lines[0].startswith("SD-1  ")
    assert lines[-1] == f"and {len(rows) - 6} more"


def test_tickets_are_found_by_number_and_by_words_behind_the_walls(busy_desk_path: Path, rows: list[TicketRow]) -> None:
    with Reader(busy_desk_path) as reader:
        boris, olga = reader.actor("boris"), reader.actor("olga")

        def found(words: str, actor: object = boris, about: list[TicketRow] | None = None) -> list[int]:
            return [
                row.number
                for row in find_tickets(reader, actor, words, about=about or (), now=NOW, zone=UTC_ZONE)  # type: ignore[arg-type]
            ]

        assert found("SD-12")[0] == 12
        assert 14 in found("status:resolved"), "done ones too"
        vpn = found("vpn dr")
        assert vpn
        assert all("VPN" in reader.ticket(boris, number, now=NOW).ticket.subject for number in vpn)
        leave = 58
        assert leave in found("leave december", olga)
        assert leave not in found("leave december")
        assert leave not in found("58")
        near = found("", about=rows[:1])
        assert reader.ticket(boris, near[1], now=NOW).ticket.requester_email == rows[0].requester_email
        with pytest.raises(BadInput):
            found("statu:open")


def callers_of(path: Path, login: str, words: str) -> list[tuple[str, str | None, str | None]]:
    """Who may be calling, for an agent."""
    with Reader(path) as reader:
        return [(row.name, row.address, row.unit) for row in reader.callers(reader.actor(login), words)]


def test_a_caller_is_found_by_name_address_telephone_and_shop(busy_desk_path: Path) -> None:
    irina = ("Irina", "store-001@shop.example", "flagship")
    for words in ("irin", "store-001@", "495 000 00 01", "8 (495) 000-00-01", "Flagsh"):
        assert irina in callers_of(busy_desk_path, "anna", words), words
    assert callers_of(busy_desk_path, "anna", "teply") == [("Teply Stan", "store-017@shop.example", "store-017")]
    assert callers_of(busy_desk_path, "anna", " ") == []
    assert callers_of(busy_desk_path, "anna", "100% nobody_") == []


def test_callers_tags_and_suppliers_stay_behind_the_walls(busy_desk_path: Path) -> None:
    desk = open_desk(busy_desk_path)
    with Reader(busy_desk_path) as reader:
        boris, olga = reader.actor("boris"), reader.actor("olga")
    secret = create(
        desk,
        olga,
        {"subject": "Pay", "requester": "Zoya <zoya@home.example>", "service": "leave", "tags": ["pay"]},
        now=NOW,
    ).number
    perform(desk, olga, "forward", [secret], {"to": "law@firm.example", "text": "May we?"}, now=NOW)
    known = create(desk, boris, {"subject": "Ink", "service": "printer", "tags": ["ink", "vip"]}, now=NOW).number
    for address in ("a@vendor.example", "b@vendor.example", "a@vendor.example"):
        perform(desk, boris, "forward", [known], {"to": address, "text": "Ink?"}, now=NOW)
    desk.close()
    with Reader(busy_desk_path) as reader:
        assert reader.tags(boris)[:2] == ("vip", "ink"), "the commonest first"
        assert "pay" not in reader.tags(boris)
        assert "pay" in reader.tags(olga)
        assert reader.suppliers(boris) == ("a@vendor.example", "b@vendor.example")
        assert "law@firm.example" in reader.suppliers(olga)
        assert reader.callers(boris, "zoya") == ()
        assert [row.name for row in reader.callers(olga, "zoya")] == ["Zoya"]


async def test_answers_in_one_line_by_keys_and_by_the_mouse(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        number = driver.cursor or 0
        await driver.press("e", "tab", "tab", "tab", "right")
        assert "(x) moderate" in driver.text
        await driver.pilot.click("#urgency", offset=(26, 0))
        await driver.settle()
        await driver.press("ctrl+g")
        row = driver.ticket(number).ticket
        assert (row.own_impact, row.urgency) == (Impact.MODERATE, Urgency.MEDIUM)
