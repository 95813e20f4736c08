"""Old spam goes whole, raw bytes of long closed tickets go; nothing of an open ticket or that the ledger needs."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from desks import NOW
from intake_desk import MailDesk

from sdesk.actions.perform import perform
from sdesk.desk import purging
from sdesk.desk.events import take_event
from sdesk.desk.purging import Purged, count, purge, rehearse
from sdesk.desk.steps.checks import Taken
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import Refused
from sdesk.domain.events import Came, CheckState, machine_event
from sdesk.store.check import check
from sdesk.store.reader import Reader
from sdesk.store.reader.audit import Audit

LATER = NOW + timedelta(days=800)
BEFORE = LATER - timedelta(days=730)


def run(path: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path, timeout=5)) as connection:
        rows = connection.execute(sql, values).fetchall()
        connection.commit()
    return rows


def spam(desk: MailDesk, number: int) -> int:
    found = desk.take(
        f"""
        From: offers{number}@spam.example
        To: support@desk.example
        Subject: Offer {number}
        Message-ID: <offer-{number}@spam.example>
        X-Spam-Flag: YES
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary=b

        --b
        Content-Type: text/plain

        Buy now!
        --b
        Content-Type: application/pdf
        Content-Disposition: attachment; filename="offer.pdf"

        offer {number}
        --b--
        """
    ).number
    assert found is not None
    return found


@pytest.fixture
def old(desk_of_mail: MailDesk) -> dict[str, int]:
    """Spam, a closed ticket, a resolved one and an open one, all of mails two years ago."""
    found = {"spam": spam(desk_of_mail, 1), "more": spam(desk_of_mail, 2)}
    for place, name in enumerate(("closed", "resolved", "open"), 1):
        found[name] = desk_of_mail.ask(place)
    at = "2026-11-24T09:00:00Z"
    run(
        desk_of_mail.path,
        "UPDATE ticket SET status = 'closed', is_open = 0, closed_at = ?, updated_at = ? WHERE id = ?",
        at,
        at,
        found["closed"],
    )
    run(
        desk_of_mail.path,
        "UPDATE ticket SET status = 'resolved', is_open = 0, resolved_at = ? WHERE id = ?",
        at,
        found["resolved"],
    )
    return found


def counted(desk: MailDesk, *, spam: bool = False, raw: bool = False) -> Purged:
    with desk.desk.look(SYSTEM, LATER) as work:
        return count(work, BEFORE, spam=spam, raw=raw)


def taken_out(desk: MailDesk, *, spam: bool = False, raw: bool = False) -> Purged:
    return purge(desk.desk, SYSTEM, LATER, BEFORE, spam=spam, raw=raw)


def test_spam_goes_whole_and_the_ledger_knows_it(desk_of_mail: MailDesk, old: dict[str, int]) -> None:
    told = counted(desk_of_mail, spam=True)
    assert (told.tickets, told.messages, told.attachments, told.raw_mails) == (2, 2, 2, 2)
    assert told.bytes > 0
    assert taken_out(desk_of_mail, spam=True) == told
    path = desk_of_mail.path
    assert {row[0] for row in run(path, "SELECT id FROM ticket")} == {old["closed"], old["resolved"], old["open"]}
    assert run(path, "SELECT count(*) FROM blob") == [(0,)]
    assert run(path, "SELECT count(*) FROM raw_mail") == [(3,)]
    ledger = run(path, "SELECT DISTINCT outcome, ticket_id, raw_id FROM ledger WHERE sender LIKE '%spam.example'")
    assert ledger == [("ignored", None, None)]
    assert run(path, "SELECT json_extract(data, '$.tickets') FROM history WHERE event = 'purged'") == [(2,)]
    # Offered again, it is known.
    with desk_of_mail.desk.work(SYSTEM, LATER) as work:
        from sdesk.desk.intake.ledger import is_known

        assert is_known(work, "support", "INBOX", 1, "1")
    assert counted(desk_of_mail, spam=True) == Purged()
    assert [
        each.what
        for each in check(path, LATER)
        if "place" not in each.what and "closed" not in each.what and "history ends" not in each.what
    ] == []


def test_raw_bytes_of_closed_tickets_go_and_of_others_stay(desk_of_mail: MailDesk, old: dict[str, int]) -> None:
    told = counted(desk_of_mail, raw=True)
    done = taken_out(desk_of_mail, raw=True)
    assert done == told
    # The closed one, and the spam, which is done with as well.
    assert done.raw_mails == 3
    path = desk_of_mail.path
    kept = {row[0] for row in run(path, "SELECT ticket_id FROM message WHERE raw_id IS NOT NULL")}
    assert kept == {old["resolved"], old["open"]}
    assert run(path, "SELECT count(*) FROM message WHERE text LIKE '%'") == [(5,)]
    with Reader(path) as reader, Audit(path, reader.actor("anna")) as audit:
        assert list(audit.differences("support")) == []
    with desk_of_mail.desk.work(SYSTEM, LATER) as work:
        from sdesk.desk.intake.ledger import held

        there = held(work, "support", "INBOX", 1, ["3", "5"])
        assert there["3"].bytes_kept is None
        assert there["5"].bytes_kept


def test_what_is_young_stays(desk_of_mail: MailDesk, old: dict[str, int]) -> None:
    with desk_of_mail.desk.look(SYSTEM, LATER) as work:
        assert count(work, NOW - timedelta(days=1), spam=True, raw=True) == Purged()
    assert purge(desk_of_mail.desk, SYSTEM, LATER, NOW - timedelta(days=1), spam=True, raw=True) == Purged()


def test_a_mail_that_an_open_ticket_has_too_stays(desk_of_mail: MailDesk, old: dict[str, int]) -> None:
    path = desk_of_mail.path
    ((raw,),) = run(path, "SELECT raw_id FROM message WHERE ticket_id = ?", old["open"])
    run(path, "UPDATE message SET raw_id = ? WHERE ticket_id IN (?, ?)", raw, old["closed"], old["spam"])
    taken_out(desk_of_mail, spam=True, raw=True)
    assert run(path, "SELECT count(*) FROM raw_mail WHERE id = ?", raw) == [(1,)]
    assert run(path, "SELECT raw_id FROM message WHERE ticket_id = ?", old["open"]) == [(raw,)]


def test_what_waits_in_quarantine_stays(desk_of_mail: MailDesk, old: dict[str, int]) -> None:
    path = desk_of_mail.path
    run(path, "UPDATE ledger SET outcome = 'quarantined', ticket_id = NULL WHERE id = 3")
    run(
        path,
        "INSERT INTO quarantine (ledger_id, error, trace, quarantined_at) VALUES (3, '', '', '2026-11-24T09:00:00Z')",
    )
    taken_out(desk_of_mail, raw=True)
    assert run(path, "SELECT raw_id IS NOT NULL FROM ledger WHERE id = 3") == [(1,)]


def test_many_go_in_batches(desk_of_mail: MailDesk, old: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "BATCH", 1)
    told: list[int] = []
    done = purge(desk_of_mail.desk, SYSTEM, LATER, BEFORE, spam=True, raw=True, progress=told.append)
    assert (done.tickets, done.raw_mails) == (2, 3)
    assert told == [2, 4, 5]
    assert run(desk_of_mail.path, "SELECT count(*) FROM history WHERE event = 'purged'") == [(3,)]


def test_every_row_that_refers_to_spam_goes_along(desk_of_mail: MailDesk, old: dict[str, int]) -> None:
    """Whatever tables there are: the store refuses to let go of what is referred to."""
    path, gone, stays = desk_of_mail.path, old["spam"], old["open"]
    run(path, "INSERT INTO link (ticket_id, other_id, kind, created_at) VALUES (?, ?, 'related', 'x')", stays, gone)
    run(path, "INSERT INTO tag VALUES (?, 'x')", gone)
    run(path, "UPDATE ticket SET incident_id = ? WHERE id = ?", gone, stays)
    run(path, "INSERT INTO time_spent (ticket_id, agent_id, spent_at, seconds) VALUES (?, 1, 'x', 60)", gone)
    run(path, "INSERT INTO presence VALUES (?, 1, 'reading', '2099-01-01T00:00:00Z')", gone)
    taken_out(desk_of_mail, spam=True)
    assert run(path, "PRAGMA foreign_key_check") == []
    assert run(path, "SELECT incident_id FROM ticket WHERE id = ?", stays) == [(None,)]


def test_a_check_whose_last_word_stands_in_spam_goes_on(desk_of_mail: MailDesk) -> None:
    """Its ticket was merged into another, which had its word, and became spam."""
    path = desk_of_mail.path

    def down(minutes: int, text: str) -> Taken:
        event = machine_event("zabbix", "till-1:ping", CheckState.DOWN, text=text)
        with desk_of_mail.desk.work(SYSTEM, NOW + timedelta(minutes=minutes)) as work:
            taken = take_event(work, event, service="other")
            work.session.commit()
        return taken

    first, other = down(0, "no answer").number, desk_of_mail.ask(1)
    with Reader(path) as reader:
        anna = reader.actor("anna")
    perform(desk_of_mail.desk, anna, "merge", [first or 0], {"into": other}, now=NOW)
    assert down(1, "still none").number == other
    (done,) = perform(desk_of_mail.desk, anna, "spam", [other], {}, now=NOW)
    assert done.error is None
    told = counted(desk_of_mail, spam=True)
    rehearse(desk_of_mail.desk, SYSTEM, LATER, BEFORE, spam=True, raw=True)
    assert run(path, "SELECT count(*) FROM ticket") == [(2,)]
    assert taken_out(desk_of_mail, spam=True) == told
    assert run(path, "SELECT id FROM ticket") == [(first,)]
    assert run(path, "SELECT message_id FROM check_event") == [(None,)]
    assert run(path, "PRAGMA foreign_key_check") == []
    assert down(2, "nor now").came is Came.OPENED


def test_a_dry_run_fails_where_the_purge_would_and_keeps_nothing(
    desk_of_mail: MailDesk, old: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "BATCH", 1)
    path = desk_of_mail.path
    with closing(sqlite3.connect(path)) as connection:
        before = list(connection.iterdump())
    rehearse(desk_of_mail.desk, SYSTEM, LATER, BEFORE, spam=True, raw=True)
    with closing(sqlite3.connect(path)) as connection:
        assert list(connection.iterdump()) == before
    drop = purging._drop_references

    def all_but_of_the_second_batch(connection: Any, target: str, gone: str) -> None:
        if gone != str(old["more"]):
            drop(connection, target, gone)

    monkeypatch.setattr(purging, "_drop_references", all_but_of_the_second_batch)
    with pytest.raises(ValueError, match="would refer to a ticket that is gone"):
        rehearse(desk_of_mail.desk, SYSTEM, LATER, BEFORE, spam=True, raw=True)
    with Reader(path) as reader:
        boris = reader.actor("boris")
    with pytest.raises(Refused, match="is no admin"):
        rehearse(desk_of_mail.desk, boris, LATER, BEFORE, spam=True, raw=False)


def test_only_an_admin_may(desk_of_mail: MailDesk, old: dict[str, int]) -> None:
    with Reader(desk_of_mail.path) as reader:
        boris = reader.actor("boris")
    with pytest.raises(Refused, match="is no admin"):
        purge(desk_of_mail.desk, boris, LATER, BEFORE, spam=True, raw=True)
    assert run(desk_of_mail.path, "SELECT count(*) FROM ticket") == [(5,)]


def test_what_would_leave_a_row_that_refers_to_nothing_is_not_kept(
    desk_of_mail: MailDesk, old: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "_drop_references", lambda connection, target, gone: None)
    run(desk_of_mail.path, "INSERT INTO tag VALUES (?, 'x')", old["spam"])
    with pytest.raises(ValueError, match="of tag would refer to a ticket that is gone"):
        taken_out(desk_of_mail, spam=True)
    assert run(desk_of_mail.path, "SELECT count(*) FROM ticket") == [(5,)]
    # References are looked at again afterwards, row by row.
    with desk_of_mail.desk.work(SYSTEM, LATER) as work:
        assert work.connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
