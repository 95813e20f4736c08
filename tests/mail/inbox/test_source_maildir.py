from __future__ import annotations

import errno
import os
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from source_contract import Ledger, SourceContract, listed, message, taken_by

from sdesk.domain.errors import BadInput, MailServerUnavailable
from sdesk.mail.inbox.sources.base import MarkRefused, NothingTaken, Source, Unreadable
from sdesk.mail.inbox.sources.maildir import MaildirSettings, MaildirSource


class MaildirBox:
    def __init__(self, path: Path, after: str = "seen", folders: tuple[str, ...] = ("INBOX",)) -> None:
        self.path = path
        self.settings = MaildirSettings(path, folders, after)
        self.count = 0
        for sub in ("new", "cur", "tmp"):
            (path / sub).mkdir(parents=True)

    def put(self, raw: bytes, sub: str = "new", flags: str = "") -> str:
        self.count += 1
        name = f"{1_790_000_000 + self.count}.M{self.count}P1.test" + (f":2,{flags}" if sub == "cur" else "")
        (self.path / sub / name).write_bytes(raw)
        os.utime(self.path / sub / name, (1_790_000_000 + self.count, 1_790_000_000 + self.count))
        return name

    def open(self) -> AbstractContextManager[Source]:
        return MaildirSource(self.settings)

    def names(self) -> list[str]:
        return sorted(str(path.relative_to(self.path)) for path in self.path.glob("**/*") if path.is_file())

    def remove_first(self) -> None:
        (self.path / self.names()[0]).unlink()


@pytest.fixture
def mailbox(tmp_path: Path) -> MaildirBox:
    return MaildirBox(tmp_path / "Maildir")


class TestMaildir(SourceContract):
    pass


def test_marking_moves_to_cur_and_keeps_other_flags(mailbox: MaildirBox) -> None:
    mailbox.put(message(1))
    mailbox.put(message(2), "cur", "FR")
    taken_by(mailbox, Ledger())
    assert mailbox.names() == ["cur/1790000001.M1P1.test:2,S", "cur/1790000002.M2P1.test:2,FRS"]


def test_quarantine_is_flagged_and_unread(mailbox: MaildirBox) -> None:
    mailbox.put(message(1))
    with mailbox.open() as source:
        source.mark(list(source.items(NothingTaken())), quarantined=True)
    assert mailbox.names() == ["cur/1790000001.M1P1.test:2,F"]


def test_what_a_person_has_read_before_the_desk_is_not_lost(mailbox: MaildirBox) -> None:
    mailbox.put(message(1), "cur", "S")
    assert len(taken_by(mailbox, Ledger())) == 1


def test_the_uid_stays_when_the_message_is_moved_and_flagged(mailbox: MaildirBox) -> None:
    name = mailbox.put(message(1))
    (item,) = listed(mailbox)
    (mailbox.path / "new" / name).rename(mailbox.path / "cur" / f"{name}:2,RS")
    with mailbox.open() as source:
        ((_, raw),) = source.fetch([item])
    assert raw == message(1)


def test_arrival_is_the_file_s_time_in_utc(mailbox: MaildirBox) -> None:
    mailbox.put(message(1))
    (item,) = listed(mailbox)
    assert item.arrived_at is not None
    assert item.arrived_at.isoformat() == "2026-09-21T14:13:21+00:00"


def test_only_flagged_messages_when_asked(mailbox: MaildirBox) -> None:
    mailbox.put(message(1))
    mailbox.put(message(2), "cur", "F")
    with mailbox.open() as source:
        assert [item.uid for item in source.items(NothingTaken(), flagged=True)] == ["1790000002.M2P1.test"]


def test_after_delete_removes_what_was_taken_and_nothing_else(tmp_path: Path) -> None:
    mailbox = MaildirBox(tmp_path / "m", "delete")
    mailbox.put(message(1))
    with mailbox.open() as source:
        items = list(source.items(NothingTaken()))
        mailbox.put(message(2))
        source.mark(items)
    assert mailbox.names() == ["new/1790000002.M2P1.test"]


def test_after_move_puts_it_into_the_folder(tmp_path: Path) -> None:
    mailbox = MaildirBox(tmp_path / "m", "move:Done")
    mailbox.put(message(1))
    taken_by(mailbox, Ledger())
    assert mailbox.names() == [".Done/cur/1790000001.M1P1.test:2,S"]


def test_after_move_a_crash_leaves_nothing_behind(tmp_path: Path) -> None:
    mailbox = MaildirBox(tmp_path / "m", "move:Done")
    mailbox.put(message(1), "cur", "S")
    ledger = Ledger()
    taken_by(mailbox, ledger, mark=False)
    assert taken_by(mailbox, ledger) == []
    assert mailbox.names() == [".Done/cur/1790000001.M1P1.test:2,S"]


def test_folders_of_maildir_plus_plus(tmp_path: Path) -> None:
    mailbox = MaildirBox(tmp_path / "m", folders=("INBOX", "HR"))
    other = MaildirBox(tmp_path / "m" / ".HR")
    mailbox.put(message(1))
    other.put(message(2))
    assert [(item.folder, item.uidvalidity) for item in listed(mailbox)] == [("INBOX", 0), ("HR", 0)]
    assert len(taken_by(mailbox, Ledger())) == 2


def test_what_is_no_file_is_no_mail_and_stops_none(mailbox: MaildirBox) -> None:
    mailbox.put(message(1))
    new = mailbox.path / "new"
    (new / "1.folder").mkdir()
    os.mkfifo(new / "2.fifo")
    (new / "3.nowhere").symlink_to(new / "there-is-none")
    assert len(taken_by(mailbox, Ledger())) == 1


def test_one_that_cannot_be_marked_keeps_no_other_from_it(mailbox: MaildirBox, monkeypatch: pytest.MonkeyPatch) -> None:
    first = mailbox.put(message(1))
    mailbox.put(message(2))
    rename = Path.rename

    def refuse(old: Path, new: Path) -> Path:
        if old.name == first:
            raise OSError(errno.EIO, "Input/output error")
        return rename(old, new)

    monkeypatch.setattr(Path, "rename", refuse)
    with mailbox.open() as source, pytest.raises(MarkRefused, match="input/output"):
        source.mark(list(source.items(NothingTaken())))
    assert [name.partition("/")[0] for name in mailbox.names()] == ["cur", "new"]


def test_a_missing_maildir_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(MailServerUnavailable, match="is no Maildir"), MaildirSource(MaildirSettings(tmp_path / "none")):
        pass


def test_an_unreadable_maildir_is_one_sentence(mailbox: MaildirBox, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: Path) -> None:  # root may read everything, so the refusal is acted
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", denied)
    with pytest.raises(MailServerUnavailable, match="may not be used: permission denied"), mailbox.open():
        pass


@pytest.mark.parametrize("after", ["move", "move:", "keep", "seen:", ""])
def test_nonsense_after_is_refused(tmp_path: Path, after: str) -> None:
    with pytest.raises(BadInput, match="none of seen"):
        MaildirSource(MaildirSettings(tmp_path, after=after))


@pytest.mark.parametrize("folder", ["../other", ".hidden", "a/b", ""])
def test_a_folder_cannot_leave_the_maildir(mailbox: MaildirBox, folder: str) -> None:
    with pytest.raises(BadInput), MaildirSource(MaildirSettings(mailbox.path, (folder,))):
        pass


def test_a_file_that_cannot_be_read_keeps_no_other_mail_out(
    mailbox: MaildirBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = mailbox.put(message(1))
    mailbox.put(message(2))
    real = Path.open

    def opened(self: Path, mode: str) -> object:
        if self.name == bad:
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(self, mode)

    monkeypatch.setattr(Path, "open", opened)
    with mailbox.open() as source:
        (_, first), (_, second) = source.fetch(list(source.items(NothingTaken())))
    assert isinstance(first, Unreadable)
    assert first.reason.endswith("cannot be read: permission denied")
    assert second == message(2)
