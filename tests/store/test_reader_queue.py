"""The reader's lists: order, pages, counts, search, and the wall before them all."""

from __future__ import annotations

import contextlib
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from desks import NOW
from intake_desk import MailDesk

from sdesk.actions.perform import create, perform
from sdesk.desk.opening import Desk, open_desk
from sdesk.domain.actor import SYSTEM, Actor
from sdesk.domain.errors import BadInput, NotFound
from sdesk.domain.filters import Filter, parse
from sdesk.store.models import MailboxState
from sdesk.store.reader import Reader

ZONE = ZoneInfo("Europe/Moscow")


def wanted(text: str = "") -> Filter:
    return parse(text, now=NOW, zone=ZONE)


@pytest.fixture
def busy(busy_desk_path: Path) -> Reader:
    return Reader(busy_desk_path)


@pytest.fixture
def anna(busy: Reader) -> Actor:
    return busy.actor("anna")


def numbers(reader: Reader, actor: Actor, text: str) -> set[int]:
    return {row.number for row in reader.walk(actor, wanted(text), now=NOW)}


def test_flagships_till_stands_above_all(busy: Reader, anna: Actor) -> None:
    first = busy.page(anna, wanted(), now=NOW, limit=5).rows[0]
    assert first.subject == "Till is down at the flagship"
    assert first.priority == "P1"


def test_pages_follow_each_other_without_gap_or_overlap(busy: Reader, anna: Actor) -> None:
    everything = [row.number for row in busy.walk(anna, wanted(), now=NOW)]
    paged: list[int] = []
    after = None
    while True:
        page = busy.page(anna, wanted(), now=NOW, limit=7, after=after)
        paged += [row.number for row in page.rows]
        if not page.has_after:
            break
        after = page.rows[-1].place
    assert paged == everything
    assert len(set(paged)) == len(paged) == busy.count(anna, wanted(), now=NOW)


def test_page_before_a_place_is_what_stood_above(busy: Reader, anna: Actor) -> None:
    rows = list(busy.walk(anna, wanted(), now=NOW))
    page = busy.page(anna, wanted(), now=NOW, limit=10, before=rows[15].place)
    assert [row.number for row in page.rows] == [row.number for row in rows[5:15]]
    assert page.has_before
    assert page.has_after


def test_counts_of_views_agree_with_their_lists(busy: Reader, anna: Actor) -> None:
    texts = ["assignee:me", "is:unassigned", "team:it", "status:waiting", "is:breached", "status:resolved"]
    counted = busy.counts_of(anna, [wanted(text) for text in texts], now=NOW)
    assert list(counted) == [len(numbers(busy, anna, text)) for text in texts]
    assert counted[1] > 0
    assert counted[5] > 0


@pytest.mark.parametrize("text", ["принтер", "PRINTER", "prin", '"does not print"', "МЕРЦАЕТ", "person3"])
def test_words_are_found_whatever_their_case(busy: Reader, anna: Actor, text: str) -> None:
    found = numbers(busy, anna, text)
    assert bool(found) is (text != "принтер")


def test_yo_and_ye_are_one_letter(desk: Desk, desk_path: Path) -> None:
    with Reader(desk_path) as reader:
        anna = reader.actor("anna")
        create(desk, anna, {"subject": "Истёк пароль", "service": "other"}, now=NOW)
        assert len(list(reader.walk(anna, wanted("истек"), now=NOW))) == 1
        assert len(list(reader.walk(anna, wanted("ИСТЁК"), now=NOW))) == 1


@pytest.mark.parametrize("text", ["' OR 1=1 --", 'a" OR "b', "NEAR(", "* * *", "col:x AND", "%", "assignee:none;drop"])
def test_nothing_that_is_typed_is_sql(busy: Reader, anna: Actor, text: str) -> None:
    with contextlib.suppress(BadInput):
        list(busy.walk(anna, wanted(text), now=NOW))
    assert busy.count(anna, wanted(), now=NOW) > 50


def test_a_private_team_is_seen_by_its_members_alone(busy_desk_path: Path) -> None:
    with Reader(busy_desk_path) as reader:
        boris, olga, anna = (reader.actor(login) for login in ("boris", "olga", "anna"))
        leave = list(reader.walk(olga, wanted("leave"), now=NOW))
        assert [row.subject for row in leave] == ["Leave in December"]
        number = leave[0].number
        assert list(reader.walk(boris, wanted("leave"), now=NOW)) == []
        assert reader.rows(boris, [number], now=NOW) == {}
        assert reader.count(olga, wanted(), now=NOW) == reader.count(boris, wanted(), now=NOW) + 1
        assert reader.counts(olga, now=NOW).open == reader.counts(boris, now=NOW).open + 1
        assert reader.counts_of(boris, [wanted("team:hr")], now=NOW) == (0,)
        assert reader.ticket(anna, number, now=NOW).ticket.number == number
        with pytest.raises(NotFound) as walled:
            reader.ticket(boris, number, now=NOW)
        with pytest.raises(NotFound) as missing:
            reader.ticket(boris, 9999, now=NOW)
        assert str(walled.value).replace(str(number), "N") == str(missing.value).replace("9999", "N")
        with pytest.raises(NotFound):
            reader.history(boris, number)


def test_unknown_team_names_the_nearest(busy: Reader, anna: Actor) -> None:
    with pytest.raises(BadInput, match="did you mean `quality`"):
        list(busy.walk(anna, wanted("team:qualty"), now=NOW))


def test_next_is_the_first_unassigned_of_my_teams(busy_desk_path: Path) -> None:
    with Reader(busy_desk_path) as reader:
        boris, vera = reader.actor("boris"), reader.actor("vera")
        first = reader.next_ticket(boris, now=NOW)
        assert first is not None
        assert first.subject == "Till is down at the flagship"
        assert reader.next_ticket(vera, now=NOW) is None


def test_till_before_forty_older_breaches_in_list_and_next(desk: Desk, desk_path: Path) -> None:
    """The flagship's till, minutes old, stands above the accountant's printer and forty older breached P4."""
    with Reader(desk_path) as reader:
        anna = reader.actor("anna")
        for day in range(40):
            values = {"subject": f"Old printer {day}", "requester": "maria@shop.example", "service": "other"}
            create(desk, anna, values, now=NOW - timedelta(days=30 + day))
        values = {"subject": "Accountant's printer", "requester": "maria@shop.example", "service": "printer"}
        create(desk, anna, values, now=NOW - timedelta(hours=3))
        values = {"subject": "Till", "requester": "store-001@shop.example", "service": "till", "text": "down"}
        till = create(desk, anna, values, now=NOW)
        rows = list(reader.walk(anna, wanted(), now=NOW))
        assert len(rows) == 42
        assert rows[0].number == till.number
        assert {row.priority for row in rows[1:]} == {"P4", "P5"}
        assert sum(row.sla_state in {"breached", "stale"} for row in rows) >= 40
        first = reader.next_ticket(anna, now=NOW)
        assert first is not None
        assert first.number == till.number


def test_queue_pages_are_index_ranges(busy: Reader, anna: Actor) -> None:
    """No page sorts and none reads more than it shows: SQLite's own plan says so."""
    from sdesk.store.reader import queue

    connection = busy._connection
    boris = busy.actor("boris")
    place = next(iter(busy.walk(anna, wanted(), now=NOW))).place
    for actor in (anna, boris):
        for text, index in (
            ("", "ix_ticket_queue"),
            ("team:it", "ix_ticket_queue_team"),
            ("assignee:boris", "ix_ticket_queue_assignee"),
            ("status:closed", "ix_ticket_place"),
        ):
            for after, before in ((None, None), (place, None), (None, place)):
                where = queue.condition(connection, actor, wanted(text), NOW)
                query = queue.page_query(where, limit=50, after=after, before=before)
                plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query.sql}", query.values)]
                assert any(f"INDEX {index} " in step or step.endswith(index) for step in plan), (text, plan)
                assert not any("TEMP B-TREE FOR ORDER BY" in step for step in plan), (text, plan)


def test_a_change_on_an_old_copy_is_refused(busy_desk_path: Path) -> None:
    desk = open_desk(busy_desk_path)
    with Reader(busy_desk_path) as reader:
        boris = reader.actor("boris")
        row = next(iter(reader.walk(boris, wanted("is:unassigned"), now=NOW)))
        versions = {row.number: row.version}
        assert perform(desk, boris, "take", [row.number], {}, now=NOW, versions=versions)[0].error is None
        late = perform(desk, boris, "assign", [row.number], {"to": "none"}, now=NOW, versions=versions)[0]
        assert type(late.error).__name__ == "Conflict"
        assert reader.rows(boris, [row.number], now=NOW)[row.number].assignee == "boris"


def test_a_closed_status_wins_over_what_is_asked_besides(busy_desk_path: Path) -> None:
    """`is:` alone is of open tickets; beside `status:resolved` it narrows those."""
    desk = open_desk(busy_desk_path)
    with Reader(busy_desk_path) as reader:
        boris = reader.actor("boris")
        mine = [row.number for row in reader.walk(boris, wanted("is:mine"), now=NOW)]
        perform(desk, boris, "close", mine[:2], {"text": "Done."}, now=NOW)
        resolved = {row.number for row in reader.walk(boris, wanted("is:mine status:resolved"), now=NOW)}
        assert set(mine[:2]) <= resolved
        assert reader.counts_of(boris, [wanted("is:mine status:resolved")], now=NOW) == (len(resolved),)
        assert {row.number for row in reader.walk(boris, wanted("is:mine"), now=NOW)} == set(mine[2:])
        assert reader.count(boris, wanted("is:open is:mine status:resolved"), now=NOW) == 0
    desk.close()


def test_a_tag_stays_one_whatever_is_in_it(busy_desk_path: Path) -> None:
    """Commands refuse such tags; an import or an older version may have left them."""
    with closing(sqlite3.connect(busy_desk_path)) as connection, connection:
        connection.executemany("INSERT INTO tag (ticket_id, tag) VALUES (3, ?)", [("very important",), ('a"b',)])
    with Reader(busy_desk_path) as reader:
        assert reader.rows(SYSTEM, [3, 4], now=NOW)[3].tags == ('a"b', "very important")
        assert reader.rows(SYSTEM, [3, 4], now=NOW)[4].tags == ()


def test_what_is_wrong_with_a_list_is_said_before_its_first_row(busy_desk_path: Path) -> None:
    with Reader(busy_desk_path) as reader, pytest.raises(BadInput, match="there is no team `nosuch`"):
        reader.walk(SYSTEM, wanted("team:nosuch"), now=NOW)


def test_the_conversation_stands_as_it_was_taken_whatever_date_a_sender_gives(desk_path: Path) -> None:
    mails = MailDesk(desk_path)
    mails.ask()
    for nth, date in ((1, "Mon, 01 Jan 1999 00:00:00 +0000"), (2, "Fri, 01 Jan 2038 00:00:00 +0000"), (3, "")):
        mails.take(
            f"From: maria@shop.example\nDate: {date}\nIn-Reply-To: <ask-1@shop.example>\n\nMail {nth}.\n",
            at=NOW + timedelta(minutes=nth),
        )
    mails.desk.close()
    with Reader(desk_path) as reader:
        messages = reader.ticket(SYSTEM, 1, now=NOW).messages
    assert [each.text.strip() for each in messages] == ["Please help.", "Mail 1.", "Mail 2.", "Mail 3."]
    assert [each.sent_at.year for each in messages[1:3]] == [1999, 2038]


def test_one_good_mailbox_hides_no_dead_one(desk: Desk, desk_path: Path) -> None:
    """Two folders of one mailbox that was fetched now, another fetched yesterday, one that never answered."""
    yesterday = NOW - timedelta(days=1)
    with desk.work(SYSTEM, NOW) as work:
        for mailbox, folder, fetched_at, error, failures in (
            ("good", "INBOX", NOW, None, 0),
            ("good", "New", None, None, 0),
            ("late", "INBOX", yesterday, "zzz", 1),
            ("dead", "INBOX", None, "nobody listens", 3),
        ):
            work.session.add(
                MailboxState(
                    mailbox=mailbox,
                    folder=folder,
                    uidvalidity=0,
                    set_up_at=yesterday,
                    fetched_at=fetched_at,
                    last_error=error,
                    failures=failures,
                )
            )
        work.session.commit()
    with Reader(desk_path) as reader:
        counted = reader.counts(reader.actor("anna"), now=NOW)
        # One that was taken out of the configuration is not missed.
        of_two = reader.counts(reader.actor("anna"), now=NOW, mailboxes=("good", "late"))
        of_one = reader.counts(reader.actor("anna"), now=NOW, mailboxes=("good",))
    assert (counted.fetched_at, counted.fetch_error) == (yesterday, "dead: nobody listens")
    assert (of_two.fetched_at, of_two.fetch_error) == (yesterday, "late: zzz")
    assert (of_one.fetched_at, of_one.fetch_error) == (NOW, None)
