"""One message on standard input: taken, known, too large, or left to the mail server."""

from __future__ import annotations

import hashlib
import io
import sqlite3
import zlib
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from desks import NOW
from letters import letter

from sdesk.config.wire import DeskMailbox
from sdesk.desk.intake import Receipt
from sdesk.desk.opening import Desk
from sdesk.domain.errors import BadInput, Unavailable
from sdesk.domain.ledger import Outcome
from sdesk.mail.inbox.pipe import pipe
from sdesk.mail.inbox.sources.base import HEAD_BYTES

SUPPORT = DeskMailbox(name="support", team="it", service="other")
SMALL = DeskMailbox(name="support", team="it", max_size=200_000)
LETTER = letter("Till", message_id="<1@shop.example>")


def piped(desk: Desk, raw: bytes, mailbox: DeskMailbox = SUPPORT) -> Receipt:
    return pipe(desk, mailbox, io.BytesIO(raw), NOW)


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as store:
        return store.execute(sql).fetchall()


def test_a_message_is_taken_once_however_often_it_is_handed_over(desk: Desk, desk_path: Path) -> None:
    assert piped(desk, LETTER).outcome is Outcome.CREATED
    assert piped(desk, LETTER).outcome is Outcome.DUPLICATE
    assert rows(desk_path, "SELECT mailbox, folder, uid, outcome FROM ledger") == [
        ("support", "pipe", hashlib.sha256(LETTER).hexdigest(), "created")
    ]


def test_a_mail_from_the_address_of_another_mailbox_is_acknowledged_to_nobody(desk: Desk, desk_path: Path) -> None:
    mailbox = replace(SUPPORT, desk_addresses=("support@desk.example", "Returns@desk.example"))
    returned = letter("Out", sender="returns@desk.example", message_id="<2@desk.example>")
    assert piped(desk, returned, mailbox).outcome is Outcome.CREATED
    assert rows(desk_path, "SELECT 1 FROM outbox WHERE kind = 'acknowledgement'") == []
    assert piped(desk, LETTER, mailbox).outcome is Outcome.CREATED
    assert len(rows(desk_path, "SELECT 1 FROM outbox WHERE kind = 'acknowledgement'")) == 1


def test_the_line_that_a_mail_server_puts_before_it_is_no_part_of_it(desk: Desk, desk_path: Path) -> None:
    nameless = LETTER.replace(b"Message-ID: <1@shop.example>\n", b"")
    for minute in (1, 2):
        piped(desk, b"From store-001@shop.example  Mon Nov 23 09:0%d:00 2026\n" % minute + nameless)
    assert len(rows(desk_path, "SELECT 1 FROM ticket")) == 1
    assert zlib.decompress(rows(desk_path, "SELECT data FROM raw_mail")[0][0]) == nameless


def test_one_that_is_too_large_is_kept_whole_and_told_by_its_beginning(desk: Desk, desk_path: Path) -> None:
    raw = letter("Film", "Here it is.", message_id="<film@shop.example>", size=600_000)
    assert piped(desk, raw, SMALL).outcome is Outcome.CREATED
    ((text,),) = rows(desk_path, "SELECT text FROM message")
    assert "is kept whole" in text
    assert "Here it is." in text
    assert len(text) < HEAD_BYTES + 1_000
    ((digest, size, data),) = rows(desk_path, "SELECT sha256, size, data FROM raw_mail")
    assert (digest, size, zlib.decompress(data)) == (hashlib.sha256(raw).hexdigest(), len(raw), raw)
    assert piped(desk, raw, SMALL).outcome is Outcome.DUPLICATE


def test_one_that_is_far_too_large_is_left_to_the_mail_server(desk: Desk, desk_path: Path) -> None:
    raw = letter("Film", message_id="<film@shop.example>", size=900_000)
    with pytest.raises(Unavailable, match="4 times"):
        piped(desk, raw, SMALL)
    assert rows(desk_path, "SELECT 1 FROM ledger") == []


def test_what_cannot_be_handled_is_put_aside_whole(
    desk: Desk, desk_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*values: object) -> object:
        raise RuntimeError("no")

    monkeypatch.setattr("sdesk.mail.inbox.take.receive", stumble)
    assert piped(desk, LETTER).outcome is Outcome.QUARANTINED
    assert zlib.decompress(rows(desk_path, "SELECT data FROM raw_mail")[0][0]) == LETTER
    large = letter("Film", message_id="<film@shop.example>", size=600_000)
    assert piped(desk, large, SMALL).outcome is Outcome.QUARANTINED
    assert rows(desk_path, "SELECT max(size) FROM raw_mail") == [(len(large),)]


@pytest.mark.parametrize("raw", [b"", b"From somebody Mon Nov 23 09:00:00 2026\n"])
def test_nothing_is_no_message(raw: bytes, desk: Desk) -> None:
    with pytest.raises(BadInput, match="no message"):
        piped(desk, raw)


def test_a_desk_of_several_teams_must_be_told_whose_mail_it_is(desk: Desk) -> None:
    with pytest.raises(BadInput, match="names no team"):
        piped(desk, LETTER, DeskMailbox(name="pipe"))


def test_on_a_disk_that_is_nearly_full_the_mail_server_keeps_it(desk: Desk, desk_path: Path) -> None:
    desk.keep_free = lambda: 2**62
    with pytest.raises(Unavailable):
        piped(desk, LETTER)
    assert rows(desk_path, "SELECT 1 FROM ledger") == []
