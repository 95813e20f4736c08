"""Somebody who is forgotten stands nowhere in the store any more; tickets, figures and the words of others stay."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from desks import NOW
from intake_desk import MailDesk

from sdesk.actions.perform import create, perform
from sdesk.desk import forgetting, traces
from sdesk.desk.forgetting import forget_person
from sdesk.desk.traces import REMOVED
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import BadInput, Refused
from sdesk.store.check import check
from sdesk.store.reader import Reader

IRINA, NAME = "irina.lavrova@acc.shop.example", "Irina Petrovna Lavrova"
SECRET = "The salary list is under the mat."


@pytest.fixture
def known(desk_of_mail: MailDesk) -> int:
    """Irina asked by mail, with a file, and was answered; Maria asked with her in copy. Gives Irina's ticket."""
    number = desk_of_mail.take(
        f"""
        From: "{NAME}" <Irina.Lavrova@acc.shop.example>
        To: support@desk.example
        Subject: Printer of {NAME}
        Message-ID: <one@shop.example>
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary=b

        --b
        Content-Type: text/plain

        {SECRET}
        --b
        Content-Type: text/plain
        Content-Disposition: attachment; filename="cv.txt"

        Irina Petrovna Lavrova, born in Omsk
        --b--
        """
    ).number
    desk_of_mail.take(
        f"""
        From: maria@shop.example
        To: support@desk.example
        Cc: "{NAME}" <{IRINA}>
        Subject: Scanner
        Message-ID: <two@shop.example>

        Please ask Irina Petrovna, {IRINA}, too.
        """
    )
    assert number is not None
    anna = reader_of(desk_of_mail.path, "anna")
    (done,) = perform(desk_of_mail.desk, anna, "reply", [number], {"text": f"Dear {NAME}, we look."}, now=NOW)
    assert done.error is None
    run(desk_of_mail.path, "UPDATE person SET phone = '+7 495 123-45-67' WHERE name = ?", NAME)
    run(
        desk_of_mail.path,
        "INSERT INTO draft (agent_id, ticket_id, direction, text, beside, stamp, updated_at)"
        " VALUES (1, ?, 'note', 'Call +7 495 123-45-67', ?, '', '2026-11-23T09:00:00Z')",
        number,
        f'{{"cc":"{IRINA}"}}',
    )
    return number


def reader_of(path: Path, login: str) -> Any:
    with Reader(path) as reader:
        return reader.actor(login)


def run(path: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path, timeout=5)) as connection:
        rows = connection.execute(sql, values).fetchall()
        connection.commit()
    return rows


def everything(path: Path) -> str:
    """All that the store says, and the bytes of its files."""
    with closing(sqlite3.connect(path)) as connection:
        said = "\n".join(connection.iterdump())
    files = (path, path.with_name(f"{path.name}-wal"))
    return (said + "".join(file.read_bytes().decode("latin-1") for file in files if file.exists())).lower()


def test_nothing_names_the_person_any_more(desk_of_mail: MailDesk, known: int) -> None:
    path = desk_of_mail.path
    figures = run(path, "SELECT id, status, created_at, due_at, rank, key1 FROM ticket")
    done = forget_person(desk_of_mail.desk, SYSTEM, NOW, IRINA, texts=True)
    desk_of_mail.desk.close()
    said = everything(path)
    for trace in ("lavrova", "petrovna", "123-45-67", "salary", "omsk"):
        assert trace not in said, trace
    assert done.pseudonym in said
    assert {"messages", "recipients", "raw_mails", "files", "texts", "draft", "people", "addresses"} <= set(done.counts)
    assert run(path, "SELECT id, status, created_at, due_at, rank, key1 FROM ticket") == figures
    assert run(path, "SELECT text FROM message WHERE ticket_id = ? AND direction = 'in'", known) == [(REMOVED,)]
    assert check(path, NOW) == ()


def test_a_ticket_in_which_nobody_said_anything_is_found_by_them_no_more(desk_of_mail: MailDesk) -> None:
    box = "zenobia@acc.shop.example"
    number = desk_of_mail.new(requester=f"Zenobia Quarles <{box}>", text="")
    assert desk_of_mail.conversation(number) == []
    forget_person(desk_of_mail.desk, desk_of_mail.actor("anna"), NOW, box)
    with closing(sqlite3.connect(desk_of_mail.path)) as connection:
        said = "\n".join(connection.iterdump())
    assert "zenobia" not in said.lower()
    assert b"zenobia" not in desk_of_mail.path.read_bytes().lower()
    assert check(desk_of_mail.path) == ()


@pytest.mark.parametrize("texts", [False, True])
def test_what_was_cut_off_is_ended_by_doing_it_again(
    desk_of_mail: MailDesk, known: int, texts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut off behind each of its transactions, one after the other: the last one takes out who was sought."""
    parts = cut_off = 0

    def give_way() -> None:
        nonlocal parts
        parts += 1
        if parts > cut_off:
            raise KeyboardInterrupt

    monkeypatch.setattr(forgetting, "give_way", give_way)
    while True:
        parts, cut_off = 0, cut_off + 1
        try:
            # The wish to have the words gone is kept, too.
            forget_person(desk_of_mail.desk, SYSTEM, NOW, IRINA.upper(), texts=texts and cut_off == 1)
        except KeyboardInterrupt:
            continue
        break
    assert cut_off > 3
    desk_of_mail.desk.close()
    said = everything(desk_of_mail.path)
    sought = ["lavrova@", "123-45-67", *(["lavrova", "petrovna", "salary", "omsk"] if texts else [])]
    assert [trace for trace in sought if trace in said.replace("ask irina petrovna, irina.lavrova@", "")] == []
    assert run(desk_of_mail.path, "SELECT DISTINCT author_name FROM message WHERE ticket_id = ?", known)[0] == (
        "forgotten person 1",
    )
    assert run(desk_of_mail.path, "SELECT count(*) FROM history WHERE event = 'person_being_forgotten'") == [(0,)]
    assert check(desk_of_mail.path, NOW) == ()


def test_who_was_no_person_is_not_left_written_down(
    desk_of_mail: MailDesk, known: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(desk_of_mail.path, "UPDATE message SET text = 'Ask ghost@elsewhere.example.' WHERE ticket_id = ?", known)
    run(desk_of_mail.path, "UPDATE ticket SET subject = 'Of ghost@elsewhere.example' WHERE id = ?", known)

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(forgetting, "_merge", cut)
    with pytest.raises(KeyboardInterrupt):
        forget_person(desk_of_mail.desk, SYSTEM, NOW, "ghost@elsewhere.example", texts=True)
    monkeypatch.undo()
    forget_person(desk_of_mail.desk, SYSTEM, NOW, "ghost@elsewhere.example")
    desk_of_mail.desk.close()
    assert "ghost@" not in everything(desk_of_mail.path)


def test_what_others_write_meanwhile_is_looked_at_too(
    desk_of_mail: MailDesk, known: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []

    def give_way() -> None:
        if not written:
            written.append(desk_of_mail.ask(7, sender=f'"{NAME}" <{IRINA}>'))

    monkeypatch.setattr(forgetting, "give_way", give_way)
    forget_person(desk_of_mail.desk, SYSTEM, NOW, IRINA, texts=True)
    desk_of_mail.desk.close()
    assert written
    said = everything(desk_of_mail.path)
    assert [trace for trace in ("lavrova", "petrovna") if trace in said] == []
    assert check(desk_of_mail.path, NOW) == ()


def test_no_transaction_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows, tickets that are indexed anew, and bytes that are written over."""

    def nothing(*_: object) -> None:
        pass

    many = traces.Job(nothing, [(ticket, ticket * 10 + row) for ticket in range(1, 40) for row in range(3)])
    parts = list(many.batches())
    assert sum(len(rows) for rows, _ in parts) == 117
    assert max(len(tickets) for _, tickets in parts) == traces.BATCH_TICKETS
    assert sorted(ticket for _, tickets in parts for ticket in tickets) == list(range(1, 40))
    one = traces.Job(nothing, [(1, row) for row in range(1000)])
    assert max(len(rows) for rows, _ in one.batches()) == traces.BATCH
    large = traces.Job(nothing, [(traces.BATCH_BYTES, row) for row in range(5)], deletes=True)
    assert [len(rows) for rows, _ in large.batches()] == [1, 1, 1, 1, 1]


def test_words_stay_unless_they_are_to_go_too(desk_of_mail: MailDesk, known: int) -> None:
    path = desk_of_mail.path
    forget_person(desk_of_mail.desk, SYSTEM, NOW, IRINA)
    assert run(path, "SELECT author_name FROM message WHERE text LIKE ?", f"{SECRET}%") == [("forgotten person 1",)]
    assert run(path, "SELECT count(*) FROM attachment") == [(1,)]
    assert run(path, "SELECT count(*) FROM person_address WHERE address LIKE '%lavrova%'") == [(0,)]
    assert run(path, "SELECT count(*) FROM message WHERE recipients LIKE '%lavrova%'") == [(0,)]
    assert run(path, "SELECT count(*) FROM outbox WHERE recipients || to_address LIKE '%lavrova%'") == [(0,)]
    assert run(path, "SELECT count(*) FROM ticket_fts WHERE people LIKE '%lavrova%'") == [(0,)]
    assert run(path, "SELECT count(*) FROM raw_mail") == [(1,)]
    assert check(path, NOW) == ()


def test_mail_that_had_not_gone_does_not_go(desk_of_mail: MailDesk, known: int) -> None:
    done = forget_person(desk_of_mail.desk, SYSTEM, NOW, IRINA)
    assert done.counts["mails_withheld"] >= 1
    states = run(desk_of_mail.path, "SELECT DISTINCT state FROM outbox WHERE to_address LIKE '%forgotten.invalid'")
    assert states == [("taken_back",)]


def test_a_dry_run_counts_the_same_and_changes_nothing(desk_of_mail: MailDesk, known: int) -> None:
    with closing(sqlite3.connect(desk_of_mail.path)) as connection:
        before = list(connection.iterdump())
    told = forget_person(desk_of_mail.desk, SYSTEM, NOW, IRINA, texts=True, dry_run=True)
    with closing(sqlite3.connect(desk_of_mail.path)) as connection:
        assert list(connection.iterdump()) == before
    assert told == forget_person(desk_of_mail.desk, SYSTEM, NOW, IRINA, texts=True)


def test_a_second_time_there_is_nothing_to_do(desk_of_mail: MailDesk, known: int) -> None:
    forget_person(desk_of_mail.desk, SYSTEM, NOW, IRINA)
    with closing(sqlite3.connect(desk_of_mail.path)) as connection:
        before = list(connection.iterdump())
    assert forget_person(desk_of_mail.desk, SYSTEM, NOW + timedelta(days=1), IRINA.upper()).counts == {}
    with closing(sqlite3.connect(desk_of_mail.path)) as connection:
        assert list(connection.iterdump()) == before


def test_the_ticket_goes_on_without_anybody_to_answer(desk_of_mail: MailDesk, known: int) -> None:
    forget_person(desk_of_mail.desk, SYSTEM, NOW, IRINA)
    anna = reader_of(desk_of_mail.path, "anna")
    (done,) = perform(desk_of_mail.desk, anna, "note", [known], {"text": "Still here."}, now=NOW)
    assert done.error is None
    (done,) = perform(desk_of_mail.desk, anna, "close", [known], {"text": "Done."}, now=NOW)
    assert not run(
        desk_of_mail.path, "SELECT 1 FROM outbox WHERE state = 'queued' AND to_address LIKE '%forgotten.invalid'"
    )


def test_who_writes_again_is_somebody_new(desk_of_mail: MailDesk, known: int) -> None:
    forget_person(desk_of_mail.desk, SYSTEM, NOW, IRINA)
    again = desk_of_mail.ask(7, sender=IRINA)
    ((person,),) = run(desk_of_mail.path, "SELECT requester_id FROM ticket WHERE id = ?", again)
    ((old,),) = run(desk_of_mail.path, "SELECT requester_id FROM ticket WHERE id = ?", known)
    assert person != old


def test_who_is_like_the_person_stays(desk_of_mail: MailDesk, known: int) -> None:
    anna = reader_of(desk_of_mail.path, "anna")
    values = {
        "subject": "x",
        "text": f"x{IRINA} and {IRINA}.org and Lavrova",
        "requester": f"Irina Petrovna Lavrovana <x-{IRINA}>",
    }
    other = create(desk_of_mail.desk, anna, values, now=NOW).number
    before = run(desk_of_mail.path, "SELECT author_name, author_address, text FROM message WHERE ticket_id = ?", other)
    forget_person(desk_of_mail.desk, SYSTEM, NOW, IRINA, texts=True)
    after = run(desk_of_mail.path, "SELECT author_name, author_address, text FROM message WHERE ticket_id = ?", other)
    assert after == before


def test_what_names_the_person_on_purpose_is_said(desk_of_mail: MailDesk, known: int) -> None:
    run(desk_of_mail.path, "INSERT INTO blocked_sender VALUES (?, 'anna', '2026-11-23T09:00:00Z')", IRINA)
    block, raws = forget_person(desk_of_mail.desk, SYSTEM, NOW, IRINA).left
    assert "a block names the address" in block
    # Maria's mail, in which she is in copy.
    assert raws == "1 raw mail of others names them: --texts takes that out too"
    assert any("desk file" in each for each in forget_person(desk_of_mail.desk, SYSTEM, NOW, "maria@shop.example").left)


def test_agents_are_not_forgotten_and_do_not_forget(desk_of_mail: MailDesk, known: int) -> None:
    with pytest.raises(Refused, match="an agent of the desk"):
        forget_person(desk_of_mail.desk, SYSTEM, NOW, "Boris@desk.example")
    with pytest.raises(Refused, match="is no admin"):
        forget_person(desk_of_mail.desk, reader_of(desk_of_mail.path, "boris"), NOW, IRINA)
    with pytest.raises(BadInput, match="is no mail address"):
        forget_person(desk_of_mail.desk, SYSTEM, NOW, "Irina")


EVIL = "evil@bad.example"


@pytest.mark.parametrize("texts", [False, True])
def test_a_name_that_somebody_else_has_is_replaced_in_nobodys_words(
    desk_of_mail: MailDesk, known: int, texts: bool
) -> None:
    """Whoever writes a mail chooses the name in it: an agent's, or a customer's."""
    path = desk_of_mail.path
    boris = reader_of(path, "boris")
    said = f"Please ask Anna Orlova, or {NAME}."
    perform(desk_of_mail.desk, boris, "note", [known], {"text": said}, now=NOW)
    run(
        path,
        "INSERT INTO saved_view (owner, name, filter, sort, updated_at)"
        " VALUES ('boris', 'mine', ?, 'sla', '2026-11-23T09:00:00Z')",
        'text:"Anna Orlova"',
    )
    words = "SELECT id, author_name, author_address, text, quoted, subject FROM message ORDER BY id"
    views, subjects = "SELECT filter FROM saved_view", "SELECT subject FROM ticket"
    before = run(path, words), run(path, views), run(path, subjects)
    desk_of_mail.ask(7, sender=f'"Anna Orlova" <{EVIL}>')
    desk_of_mail.ask(8, sender=f'"{NAME}" <{EVIL}>')
    # Also where the sender took part in the ticket.
    run(path, "UPDATE message SET recipients = ? WHERE text = ?", json.dumps({"cc": [[EVIL, ""]]}), said)
    done = forget_person(desk_of_mail.desk, SYSTEM, NOW, EVIL, texts=texts)
    kept = [row for row in run(path, words) if "forgotten.invalid" not in row[2]]
    assert (kept, run(path, views), run(path, subjects)[: len(before[2])]) == before
    assert "`Anna Orlova` is somebody else's name too: it stays in what others wrote" in done.left
    assert EVIL not in everything(path)
    assert check(path, NOW) == ()


def test_a_name_is_replaced_only_where_they_took_part(desk_of_mail: MailDesk, known: int) -> None:
    path = desk_of_mail.path
    boris = reader_of(path, "boris")
    other = create(desk_of_mail.desk, boris, {"subject": "x", "text": "The flagship till beeps."}, now=NOW).number
    theirs = desk_of_mail.ask(7, sender=f'"Flagship till" <{EVIL}>')
    perform(desk_of_mail.desk, boris, "note", [theirs], {"text": "The flagship till writes."}, now=NOW)
    forget_person(desk_of_mail.desk, SYSTEM, NOW, EVIL, texts=True)
    assert run(path, "SELECT text FROM message WHERE ticket_id = ?", other) == [("The flagship till beeps.",)]
    notes = run(path, "SELECT text FROM message WHERE ticket_id = ? AND direction = 'note'", theirs)
    assert [text.startswith("The forgotten person") for (text,) in notes] == [True]


def test_two_whom_the_desk_does_not_know_are_two(desk_of_mail: MailDesk, known: int) -> None:
    path = desk_of_mail.path
    pseudonyms: list[str] = []
    for each in ("one@elsewhere.example", "two@elsewhere.example"):
        number = desk_of_mail.ask(7 + len(pseudonyms), sender=f'"Somebody Strange" <{each}>')
        run(path, "UPDATE ticket SET requester_id = NULL WHERE id = ?", number)
        run(path, "UPDATE message SET person_id = NULL WHERE ticket_id = ?", number)
        run(path, "DELETE FROM person_address WHERE address = ?", each)
    for each in ("one@elsewhere.example", "two@elsewhere.example"):
        words = "SELECT text FROM message WHERE author_address LIKE 'sender-%' ORDER BY id"
        before = run(path, words)
        done = forget_person(desk_of_mail.desk, SYSTEM, NOW, each, texts=bool(pseudonyms))
        pseudonyms.append(done.pseudonym)
        assert run(path, words)[: len(before)] == before
        assert REMOVED not in [text for (text,) in before]
    assert pseudonyms == ["forgotten sender 1", "forgotten sender 2"]
    assert run(path, "SELECT count(*) FROM message WHERE author_address = 'sender-1@forgotten.invalid'") == [(1,)]
    assert "elsewhere.example" not in everything(path)


def test_what_stands_behind_a_line_break_of_a_document_is_found(desk_of_mail: MailDesk, known: int) -> None:
    path = desk_of_mail.path
    said = json.dumps({"text": f'She said:\n{IRINA}\n{NAME}\nand "so".'}, ensure_ascii=False)
    run(path, "INSERT INTO form_draft VALUES (1, 'new', '1', ?, '2026-11-23T09:00:00Z', NULL)", said)
    run(path, "UPDATE draft SET beside = ?", said)
    run(path, 'UPDATE outbox SET "values" = ?, before = ? WHERE ticket_id = ?', said, said, known)
    run(path, "UPDATE history SET data = ? WHERE ticket_id = ? AND event = 'opened'", said, known)
    forget_person(desk_of_mail.desk, SYSTEM, NOW, IRINA, texts=True)
    wanted = 'She said:\nperson-{0}@forgotten.invalid\nforgotten person {0}\nand "so".'
    person = run(path, "SELECT id FROM person WHERE name LIKE 'forgotten person %'")[0][0]
    for column in ("form_draft.words", "draft.beside", "outbox.values", "history.data"):
        table, name = column.split(".")
        found = [json.loads(text) for (text,) in run(path, f'SELECT "{name}" FROM {table}') if "She said" in text]
        assert found == [{"text": wanted.format(person)}] * len(found), column
        assert found, column
    desk_of_mail.desk.close()
    assert "lavrova" not in everything(path)


def test_why_a_priority_was_set_and_what_could_be_undone_say_nothing_of_them(
    desk_of_mail: MailDesk, known: int
) -> None:
    path = desk_of_mail.path
    boris = reader_of(path, "boris")
    other = create(desk_of_mail.desk, boris, {"subject": "Scales", "text": "x"}, now=NOW).number
    values = {"priority": "P1", "reason": f"asked for by {IRINA}"}
    (done,) = perform(desk_of_mail.desk, boris, "priority", [other], values, now=NOW)
    assert done.error is None
    perform(desk_of_mail.desk, boris, "priority", [other], {"priority": "P2", "reason": "less"}, now=NOW)
    run(path, "UPDATE ticket SET priority_reason = ? WHERE id = ?", f"{NAME} waits", known)
    assert IRINA in "".join(before for (before,) in run(path, "SELECT before FROM undo WHERE ticket_id = ?", other))
    forget_person(desk_of_mail.desk, SYSTEM, NOW, IRINA)
    assert run(path, "SELECT count(*) FROM undo WHERE before LIKE ?", f"%{IRINA}%") == [(0,)]
    ((reason,),) = run(path, "SELECT priority_reason FROM ticket WHERE id = ?", known)
    assert reason.startswith("forgotten person")


def test_raw_mails_of_others_that_name_them_go_with_the_words_and_are_told_of_otherwise(
    desk_of_mail: MailDesk, known: int
) -> None:
    path = desk_of_mail.path
    desk_of_mail.ask(7, sender="oleg@shop.example")
    told = forget_person(desk_of_mail.desk, SYSTEM, NOW, IRINA, dry_run=True)
    assert [each for each in told.left if "raw mail of others" in each]
    done = forget_person(desk_of_mail.desk, SYSTEM, NOW, IRINA, texts=True)
    assert not [each for each in done.left if "raw" in each]
    assert done.counts["raw_mails"] == 2
    # Oleg's stays.
    assert run(path, "SELECT count(*) FROM raw_mail") == [(1,)]
    assert check(path, NOW) == ()
