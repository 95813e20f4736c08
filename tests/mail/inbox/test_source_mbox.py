from __future__ import annotations

import fcntl
import hashlib
import re
import subprocess
import sys
import tracemalloc
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from source_contract import Ledger, SourceContract, listed, message, taken_by

from sdesk.domain.errors import MailServerUnavailable
from sdesk.mail.inbox.sources.base import NothingTaken, Source
from sdesk.mail.inbox.sources.mbox import MboxSettings, MboxSource

SEPARATOR = b"From ann@acme.example Mon Nov  2 08:00:00 2026\n"


class MboxBox:
    def __init__(self, path: Path, lock_seconds: float = 0.0) -> None:
        self.path = path
        self.lock_seconds = lock_seconds
        path.touch()

    def put(self, raw: bytes) -> None:
        with self.path.open("ab") as file:
            file.write(SEPARATOR + re.sub(rb"(?m)^(>*From )", rb">\1", raw) + b"\n")

    def open(self) -> AbstractContextManager[Source]:
        return MboxSource(MboxSettings(self.path, lock_seconds=self.lock_seconds))

    def remove_first(self) -> None:
        first, *rest = self.path.read_bytes().split(b"\n" + SEPARATOR)
        assert first
        self.path.write_bytes(b"".join(SEPARATOR + one + (b"\n" if not one.endswith(b"\n\n") else b"") for one in rest))


@pytest.fixture
def mailbox(tmp_path: Path) -> MboxBox:
    return MboxBox(tmp_path / "inbox.mbox")


class TestMbox(SourceContract):
    pass


def test_the_file_is_never_changed(mailbox: MboxBox) -> None:
    mailbox.put(message(1))
    before = mailbox.path.read_bytes()
    taken_by(mailbox, Ledger())
    assert mailbox.path.read_bytes() == before
    assert [path.name for path in mailbox.path.parent.iterdir()] == ["inbox.mbox"]


@pytest.mark.parametrize("line", ["From here on it fails.", ">From a quote", ">>From deeper", "From me"])
def test_escaped_lines_come_back_as_they_were(mailbox: MboxBox, line: str) -> None:
    raw = message(1, f"Hello\n\n{line}\n\nend")
    mailbox.put(raw)
    mailbox.put(message(2))
    assert taken_by(mailbox, Ledger()) == [raw, message(2)]


def test_an_unescaped_from_in_the_text_splits_nothing(mailbox: MboxBox) -> None:
    mailbox.path.write_bytes(
        SEPARATOR + message(1, "Hello\n\nFrom here on it fails.\n") + b"\n" + SEPARATOR + message(2)
    )
    got = taken_by(mailbox, Ledger())
    assert len(got) == 2
    assert b"From here on it fails." in got[0]


def test_crlf_separators(mailbox: MboxBox) -> None:
    raw = message(1).replace(b"\n", b"\r\n")
    mailbox.path.write_bytes((SEPARATOR.replace(b"\n", b"\r\n") + raw + b"\r\n") * 1 + SEPARATOR + message(2))
    assert taken_by(mailbox, Ledger()) == [raw, message(2)]


def test_the_uid_is_the_digest_of_the_bytes(mailbox: MboxBox) -> None:
    mailbox.put(message(1))
    (item,) = listed(mailbox)
    assert item.uid == hashlib.sha256(message(1)).hexdigest()
    assert item.arrived_at is not None
    assert item.arrived_at.isoformat() == "2026-11-02T08:00:00+00:00"


def test_the_same_message_twice_is_one(mailbox: MboxBox) -> None:
    mailbox.put(message(1))
    mailbox.put(message(1))
    assert len(taken_by(mailbox, Ledger())) == 1


def test_a_separator_at_any_place_of_a_block_is_found(mailbox: MboxBox, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = [message(number, "x" * (number % 50)) for number in range(120)]
    for raw in sent:
        mailbox.put(raw)
    for size in (64, 100, 333, 2000):
        monkeypatch.setattr("sdesk.mail.inbox.sources.mbox._BLOCK", size)
        assert taken_by(mailbox, Ledger()) == sent


def test_memory_does_not_grow_with_the_file(mailbox: MboxBox) -> None:
    with mailbox.path.open("wb") as file:
        for number in range(400):
            file.write(SEPARATOR + message(number, "line of text\n" * 8000) + b"\n")
    assert mailbox.path.stat().st_size > 40_000_000
    tracemalloc.start()
    try:
        assert len(listed(mailbox)) == 400
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 12_000_000


def test_a_file_that_is_no_mbox_is_one_sentence(mailbox: MboxBox) -> None:
    mailbox.path.write_bytes(b"SQLite format 3\0")
    with pytest.raises(MailServerUnavailable, match="is no mbox"), mailbox.open():
        pass


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(MailServerUnavailable, match="cannot be read"), MboxSource(MboxSettings(tmp_path / "none")):
        pass


def test_a_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(MailServerUnavailable, match="cannot be read"), MboxSource(MboxSettings(tmp_path)):
        pass


def test_a_dot_lock_is_waited_for(mailbox: MboxBox) -> None:
    mailbox.put(message(1))
    Path(f"{mailbox.path}.lock").touch()
    with pytest.raises(MailServerUnavailable, match="locked by another program"), mailbox.open():
        pass


def test_a_lock_of_another_program_is_respected_and_ours_lets_readers_in(mailbox: MboxBox) -> None:
    mailbox.put(message(1))
    holder = subprocess.Popen(
        [
            *(sys.executable, "-c"),
            "import fcntl, sys; f = open(sys.argv[1], 'r+b'); fcntl.lockf(f, fcntl.LOCK_EX);"
            "print('held', flush=True); sys.stdin.read()",
            str(mailbox.path),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(MailServerUnavailable, match="locked by another program"), mailbox.open():
            pass
    with mailbox.open(), mailbox.path.open("rb") as other:
        fcntl.lockf(other, fcntl.LOCK_SH | fcntl.LOCK_NB)
    assert len(listed(mailbox)) == 1


def test_a_file_rewritten_without_a_lock_never_gives_another_message_s_bytes(mailbox: MboxBox) -> None:
    mailbox.put(message(1))
    with mailbox.open() as source:
        items = list(source.items(NothingTaken()))
        mailbox.path.write_bytes(SEPARATOR + message(7) + b"\n")
        assert [raw for _, raw in source.fetch(items)] == [None]
