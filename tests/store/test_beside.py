"""What stands beside a ticket: the unit's and the requester's other open tickets, none behind a wall; cut texts."""

from __future__ import annotations

from pathlib import Path

from desks import NOW
from intake_desk import MailDesk

from sdesk.actions.perform import perform
from sdesk.desk.opening import open_desk
from sdesk.store.reader import Reader
from sdesk.store.reader.beside import MOST


def test_others_of_unit_and_requester_are_listed_but_not_behind_a_wall(desk_path: Path) -> None:
    mail = MailDesk(desk_path)
    here = mail.ask(1)
    theirs = mail.ask(2)
    same_unit = mail.ask(3, sender="petr@acc.shop.example")
    elsewhere = mail.ask(4, sender="store-017@shop.example")
    private = mail.ask(5, team="hr", box="hr", addresses=("hr@desk.example",))
    done = mail.ask(6)
    mail.do("anna", "close", done, silent=True)
    mail.desk.close()
    with Reader(desk_path) as reader:
        seen = {
            login: {row.number: row for row in reader.ticket(reader.actor(login), here, now=NOW).others}
            for login in ("boris", "olga")
        }
    assert set(seen["boris"]) == {theirs, same_unit}
    assert set(seen["olga"]) == {theirs, same_unit, private}
    assert (seen["boris"][theirs].of_unit, seen["boris"][theirs].of_requester) == (True, True)
    assert (seen["boris"][same_unit].of_unit, seen["boris"][same_unit].of_requester) == (True, False)
    assert elsewhere not in seen["olga"]


def test_no_more_are_listed_than_anybody_reads_and_a_text_is_cut_where_asked(desk_path: Path) -> None:
    mail = MailDesk(desk_path)
    numbers = [mail.ask(number) for number in range(1, MOST + 5)]
    mail.desk.close()
    with Reader(desk_path) as reader:
        anna = reader.actor("anna")
        cut = reader.ticket(anna, numbers[0], now=NOW, longest=6)
        whole = reader.ticket(anna, numbers[0], now=NOW)
    assert len(cut.others) == MOST
    assert cut.unit is not None
    assert cut.unit.open_tickets == len(numbers) - 1
    assert (cut.messages[0].text, cut.messages[0].left_out) == ("Please", 6)
    assert (whole.messages[0].text, whole.messages[0].left_out) == ("Please help.", 0)


def test_a_history_comes_with_the_titles_of_what_it_names_by_key(desk_path: Path) -> None:
    mail = MailDesk(desk_path)
    number = mail.ask(1)
    mail.desk.close()
    desk = open_desk(desk_path)
    with Reader(desk_path) as reader:
        anna = reader.actor("anna")
        assert reader.ticket(anna, number, now=NOW).titles == {}
    perform(desk, anna, "service", [number], {"service": "till"}, now=NOW)
    perform(desk, anna, "service", [number], {"service": "printer"}, now=NOW)
    desk.close()
    with Reader(desk_path) as reader:
        detail = reader.ticket(anna, number, now=NOW)
        names = {row.key: row.name for row in reader.services(anna)}
    assert detail.titles["service"] == {key: names[key] for key in ("till", "printer")}
    assert set(detail.titles) <= {"service", "team", "unit"}
