"""Old archives: threads are put together at their own dates, whatever their order, and nobody is told."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from desks import NOW
from letters import corpus, expected

from sdesk.config.wire import DeskMailbox
from sdesk.desk.opening import Desk
from sdesk.desk.sweep import sweep
from sdesk.domain.errors import BadInput
from sdesk.mail.inbox.importing import import_archive
from sdesk.mail.inbox.pipe import pipe
from sdesk.mail.inbox.report import FetchReport

OLD = DeskMailbox(name="old", team="it", addresses=("support@desk.example",))


def mail(
    number: int,
    *,
    day: int = 1,
    sender: str = "maria@shop.example",
    answers: str = "",
    extra: str = "",
    subject: str = "Till",
) -> bytes:
    """A letter of November 2019."""
    return (
        f"From: {sender}\nTo: support@desk.example\nSubject: {subject}\nMessage-ID: <{number}@shop.example>\n"
        f"Date: {day:02} Nov 2019 10:00:00 +0300\n"
        + (f"In-Reply-To: {answers}\n" if answers else "")
        + extra
        + f"\nWords of {number}.\n"
    ).encode()


def mbox(path: Path, *mails: bytes) -> Path:
    path.write_bytes(b"".join(b"From maria@shop.example Fri Nov  1 07:00:00 2019\n" + each + b"\n" for each in mails))
    return path


def imported(desk: Desk, *sources: Path, stay_open: bool = False, mailbox: DeskMailbox = OLD) -> FetchReport:
    report = import_archive(desk, mailbox, sources, now=NOW, stay_open=stay_open)
    counted = report.created + report.followed_up + report.noted + report.ignored + report.duplicates
    assert report.examined == counted + report.quarantined
    return report


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as store:
        return store.execute(sql).fetchall()


def test_a_thread_is_put_together_by_date_and_closed_with_its_last_word(
    desk: Desk, desk_path: Path, tmp_path: Path
) -> None:
    archive = mbox(
        tmp_path / "old.mbox",
        mail(3, day=9, answers="<2@shop.example>"),
        mail(2, day=5, sender="support@desk.example", answers="<1@shop.example>"),
        mail(1, day=1),
    )
    report = imported(desk, archive)
    assert (report.created, report.followed_up) == (1, 2)
    assert rows(desk_path, "SELECT status, created_at, resolved_at, closed_at, updated_at FROM ticket") == [
        ("closed", "2019-11-01T07:00:00Z", "2019-11-09T07:00:00Z", "2019-11-09T07:00:00Z", "2019-11-09T07:00:00Z")
    ]
    assert rows(desk_path, "SELECT direction, sent_at FROM message ORDER BY id") == [
        ("in", "2019-11-01T07:00:00Z"),
        ("out", "2019-11-05T07:00:00Z"),
        ("in", "2019-11-09T07:00:00Z"),
    ]
    assert rows(desk_path, "SELECT min(at), max(at) FROM history WHERE ticket_id = 1") == [
        ("2019-11-01T07:00:00Z", "2019-11-09T07:00:00Z")
    ]
    assert rows(desk_path, "SELECT count(*) FROM outbox") == [(0,)]
    assert rows(desk_path, "SELECT count(*) FROM outage") == [(0,)]
    assert rows(desk_path, "SELECT count(*) FROM ledger WHERE taken_at LIKE '2026%' AND marked_at IS NOT NULL") == [
        (3,)
    ]


def test_an_answer_whose_clock_was_wrong_stays_behind_its_question(desk: Desk, desk_path: Path, tmp_path: Path) -> None:
    archive = mbox(tmp_path / "old", mail(2, day=1, answers="<1@shop.example>"), mail(1, day=20), mail(3, day=10))
    assert imported(desk, archive).created == 2
    assert rows(
        desk_path, "SELECT ticket_id FROM message WHERE message_id IN ('<1@shop.example>', '<2@shop.example>')"
    ) == [
        (1,),
        (1,),
    ]


def test_imported_twice_nothing_is_there_twice(desk: Desk, desk_path: Path, tmp_path: Path) -> None:
    archive = mbox(tmp_path / "old.mbox", mail(1), mail(2, day=3), mail(2, day=3))
    first = imported(desk, archive)
    assert (first.created, first.duplicates) == (2, 1)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "one.eml").write_bytes(mail(1))
    again = imported(desk, archive, tmp_path / "folder")
    assert (again.examined, again.duplicates) == (4, 4)
    assert rows(desk_path, "SELECT count(*) FROM ticket") == [(2,)]


def test_kinds_of_archives(desk: Desk, desk_path: Path, tmp_path: Path) -> None:
    maildir = tmp_path / "Maildir"
    for below in ("", ".Sent", "nested/deep"):
        for sub in ("new", "cur", "tmp"):
            (maildir / below / sub).mkdir(parents=True)
    (maildir / "cur" / "1.a:2,S").write_bytes(mail(1))
    (maildir / ".Sent" / "cur" / "2.a:2,S").write_bytes(
        mail(2, day=2, sender="support@desk.example", answers="<1@shop.example>")
    )
    (maildir / "nested" / "deep" / "new" / "3.a").write_bytes(mail(3))
    (maildir / "tmp" / "4.a").write_bytes(mail(4))
    folder = tmp_path / "mails"
    (folder / "below").mkdir(parents=True)
    (folder / "5.eml").write_bytes(mail(5))
    (folder / "below" / "6.EML").write_bytes(mail(6))
    mbox(folder / "more.mbox", mail(7))
    (folder / "notes.txt").write_bytes(mail(8))
    single = tmp_path / "9.eml"
    single.write_bytes(mail(9))
    report = imported(desk, maildir, folder, single)
    assert (report.created, report.followed_up) == (6, 1)
    assert [each for (each,) in rows(desk_path, "SELECT message_id FROM message ORDER BY message_id")] == [
        f"<{number}@shop.example>" for number in (1, 2, 3, 5, 6, 7, 9)
    ]


def test_with_open_the_tickets_wait_for_somebody(desk: Desk, desk_path: Path, tmp_path: Path) -> None:
    archive = mbox(
        tmp_path / "old",
        mail(1),
        mail(2, day=2, sender="support@desk.example", answers="<1@shop.example>"),
        mail(3, day=3),
    )
    imported(desk, archive, stay_open=True)
    assert rows(desk_path, "SELECT status, is_open, created_at, unanswered_since FROM ticket ORDER BY id") == [
        ("new", 1, "2019-11-01T07:00:00Z", None),
        ("new", 1, "2019-11-03T07:00:00Z", "2019-11-03T07:00:00Z"),
    ]
    # Nobody is told that promises of 2019 are broken.
    assert sweep(desk, now=NOW).alerts == 0
    assert rows(desk_path, "SELECT count(*) FROM outbox") == [(0,)]


def test_machines_outside_of_threads_are_ignored(desk: Desk, desk_path: Path, tmp_path: Path) -> None:
    robot = "Auto-Submitted: auto-replied\n"
    archive = mbox(
        tmp_path / "old",
        mail(1),
        mail(2, day=2, extra=robot, answers="<1@shop.example>"),
        mail(3, day=3, extra=robot),
    )
    report = imported(desk, archive)
    assert (report.created, report.noted, report.ignored) == (1, 1, 1)


def test_a_ticket_of_today_gets_its_old_letters_and_keeps_its_state(
    desk: Desk, desk_path: Path, tmp_path: Path
) -> None:
    import io

    today = mail(1).replace(b"01 Nov 2019", b"23 Nov 2026")
    pipe(desk, replace(OLD, name="support"), io.BytesIO(today), NOW)
    before = rows(desk_path, "SELECT status, version, updated_at, unanswered_since FROM ticket")
    report = imported(desk, mbox(tmp_path / "old", mail(2, answers="<1@shop.example>")))
    assert report.followed_up == 1
    assert rows(desk_path, "SELECT status, version, updated_at, unanswered_since FROM ticket") == before


def test_a_date_that_cannot_be_is_that_of_the_archive(desk: Desk, desk_path: Path, tmp_path: Path) -> None:
    wrong = [mail(1).replace(b"01 Nov 2019", b"01 Jan 1970"), mail(2).replace(b"Date:", b"X-Date:")]
    wrong.append(mail(3).replace(b"01 Nov 2019", b"01 Nov 2119"))
    imported(desk, mbox(tmp_path / "old", *wrong))
    assert rows(desk_path, "SELECT DISTINCT created_at FROM ticket") == [("2019-11-01T07:00:00Z",)]


def test_what_cannot_be_handled_is_put_aside_and_the_rest_goes_on(
    desk: Desk, desk_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sdesk.desk.steps.tickets import open_ticket

    def stumble(work: Any, opening: Any, **more: Any) -> Any:
        opened = open_ticket(work, opening, **more)
        if opening.subject == "Stumble":
            raise RuntimeError("half-way")
        return opened

    monkeypatch.setattr("sdesk.desk.intake.archive.open_ticket", stumble)
    report = imported(desk, mbox(tmp_path / "old", mail(1), mail(2, day=2, subject="Stumble"), mail(3, day=3)))
    assert (report.created, report.quarantined) == (2, 1)
    assert rows(desk_path, "SELECT subject FROM ticket") == [("Till",), ("Till",)]
    assert rows(desk_path, "SELECT error FROM quarantine") == [("RuntimeError: half-way",)]


def test_what_cannot_be_read_or_is_too_large_is_skipped_and_said(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sdesk.mail.inbox.archive import read_place

    for number in (1, 2):
        (tmp_path / f"{number}.eml").write_bytes(mail(number))
    (tmp_path / "3.eml").write_bytes(mail(3) + b"x" * 5_000)

    def unreadable(place: Any) -> bytes:
        if place.path.name == "1.eml":
            raise PermissionError(13, "Permission denied")
        return read_place(place)

    monkeypatch.setattr("sdesk.mail.inbox.importing.read_place", unreadable)
    report = imported(desk, tmp_path, mailbox=replace(OLD, max_size=4_000))
    assert report.created == 1
    assert [line.rpartition("/")[2] for line in sorted(report.skipped)] == [
        "1.eml: it cannot be read: permission denied",
        "3.eml: 5,139 bytes are more than 4,000 (max_size)",
    ]


def test_what_is_no_mail_is_skipped_and_said(desk: Desk, desk_path: Path, tmp_path: Path) -> None:
    files = {
        "photo.jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)),
        "list.txt": b"Milk\nBread: two loaves\n",
        "old.mbox.gz": b"\x1f\x8b\x08\x00rest",
        "nothing.eml": b"",
        "1.eml": mail(1),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    report = imported(desk, *(tmp_path / name for name in files))
    assert (report.examined, report.created) == (1, 1)
    assert [line.rpartition("/")[2] for line in sorted(report.skipped)] == [
        "list.txt: it is no mail: it begins without a header",
        "nothing.eml: it is empty",
        "old.mbox.gz: it is no mail; it is compressed by gzip: unpack it first",
        "photo.jpg: it is no mail: it begins without a header",
    ]
    assert rows(desk_path, "SELECT count(*) FROM quarantine") == [(0,)]


def test_a_wrong_word_is_said_before_anything(desk: Desk, desk_path: Path, tmp_path: Path) -> None:
    archive = mbox(tmp_path / "old", mail(1))
    with pytest.raises(BadInput, match="no team `itt`"):
        imported(desk, archive, mailbox=replace(OLD, team="itt"))
    with pytest.raises(BadInput, match="--team"):
        imported(desk, archive, mailbox=DeskMailbox(name="import"))
    with pytest.raises(BadInput, match="there is no"):
        imported(desk, archive, tmp_path / "none")
    assert rows(desk_path, "SELECT count(*) FROM ledger") == [(0,)]


def test_a_shuffled_archive_makes_the_same_threads(desk: Desk, desk_path: Path, tmp_path: Path) -> None:
    letters = corpus(700)
    shuffled = [each.raw for each in letters]
    random.Random(5).shuffle(shuffled)
    report = imported(desk, mbox(tmp_path / "old", *shuffled))
    wanted = expected(letters)
    assert {name: getattr(report, name) for name in wanted} == wanted
    taken = dict(rows(desk_path, "SELECT message_id, ticket_id FROM message"))
    for each in letters:
        if each.outcome != "ignored":
            assert taken[each.message_id] == taken[each.root]
    begun = datetime.fromisoformat("2026-11-02T06:00:00+00:00")
    assert rows(desk_path, "SELECT min(created_at) FROM ticket") == [(begun.strftime("%Y-%m-%dT%H:%M:%SZ"),)]
