"""What every source of mail must do, written once: a test class for a source inherits it and says how to make a
mailbox."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from sdesk.mail.inbox.sources.base import HEAD_BYTES, Item, NothingTaken, Source, Taken, batches


def message(number: int, body: str = "Text.") -> bytes:
    """A small message that differs from others by its number."""
    return (
        f"From: Ann <ann{number}@acme.example>\nSubject: Number {number}\nMessage-ID: <m{number}@acme.example>\n\n"
        f"{body} {number}\n"
    ).encode()


class Ledger:
    """A ledger in memory."""

    def __init__(self) -> None:
        self.rows: set[tuple[str, int, str]] = set()

    def take(self, item: Item) -> None:
        self.rows.add((item.folder, item.uidvalidity, item.uid))

    def highest(self, folder: str, uidvalidity: int) -> int:
        return max((int(uid) for f, v, uid in self.rows if (f, v) == (folder, uidvalidity)), default=0)

    def known(self, folder: str, uidvalidity: int, uids: Sequence[str]) -> Collection[str]:
        return [uid for uid in uids if (folder, uidvalidity, uid) in self.rows]


class Openable(Protocol):
    """A mailbox of which a source can be opened, as often as wanted."""

    def open(self) -> AbstractContextManager[Source]: ...


class Mailbox(Openable, Protocol):
    """One mailbox under test: messages can be put in, too."""

    def put(self, raw: bytes) -> object: ...

    def remove_first(self) -> None: ...


def listed(mailbox: Openable, taken: Taken | None = None) -> list[Item]:
    """What a new connection offers."""
    with mailbox.open() as source:
        return list(source.items(taken or NothingTaken()))


def taken_by(mailbox: Openable, ledger: Ledger, *, mark: bool = True) -> list[bytes]:
    """A whole fetch, as the desk does it. Gives the bytes of the messages that were new."""
    got: list[bytes] = []
    with mailbox.open() as source:
        for batch in batches(source.items(ledger), count=2):
            for item, raw in source.fetch(batch):
                if isinstance(raw, bytes) and item.uid not in ledger.known(item.folder, item.uidvalidity, [item.uid]):
                    got.append(raw)
                    ledger.take(item)
            if mark:
                source.mark(batch)
    return got


class SourceContract:
    """Inherit, and give a fixture `mailbox` that is empty."""

    def test_an_empty_mailbox_offers_nothing(self, mailbox: Mailbox) -> None:
        assert listed(mailbox) == []

    def test_every_message_is_offered_in_order_with_its_own_bytes(self, mailbox: Mailbox) -> None:
        sent = [message(number) for number in range(1, 6)]
        for raw in sent:
            mailbox.put(raw)
        ledger = Ledger()
        got = taken_by(mailbox, ledger)
        assert [raw.replace(b"\r\n", b"\n") for raw in got] == sent
        assert len(ledger.rows) == 5

    def test_a_size_is_that_of_the_bytes(self, mailbox: Mailbox) -> None:
        mailbox.put(message(1, "x" * 5000))
        with mailbox.open() as source:
            items = list(source.items(NothingTaken()))
            ((_, raw),) = source.fetch(items)
        assert isinstance(raw, bytes)
        assert items[0].size == len(raw)

    def test_of_a_large_message_the_first_bytes_can_be_had(self, mailbox: Mailbox) -> None:
        mailbox.put(message(1, "x\n" * HEAD_BYTES))
        with mailbox.open() as source:
            items = list(source.items(NothingTaken()))
            ((_, raw),) = source.fetch(items)
        with mailbox.open() as source:
            ((_, head),) = source.heads(items)
        assert isinstance(raw, bytes)
        assert head == raw[:HEAD_BYTES]

    def test_a_second_fetch_finds_nothing(self, mailbox: Mailbox) -> None:
        mailbox.put(message(1))
        mailbox.put(message(2))
        ledger = Ledger()
        assert len(taken_by(mailbox, ledger)) == 2
        assert listed(mailbox, ledger) == []

    def test_what_comes_later_is_offered_alone(self, mailbox: Mailbox) -> None:
        mailbox.put(message(1))
        ledger = Ledger()
        taken_by(mailbox, ledger)
        mailbox.put(message(2))
        (raw,) = taken_by(mailbox, ledger)
        assert b"Number 2" in raw

    def test_a_crash_before_marking_takes_nothing_twice(self, mailbox: Mailbox) -> None:
        mailbox.put(message(1))
        ledger = Ledger()
        assert len(taken_by(mailbox, ledger, mark=False)) == 1
        assert taken_by(mailbox, ledger) == []
        assert listed(mailbox, ledger) == [], "it is marked now"

    def test_a_message_that_vanishes_between_listing_and_fetching_is_none(self, mailbox: Mailbox) -> None:
        for number in (1, 2):
            mailbox.put(message(number))
        with mailbox.open() as source:
            items = list(source.items(NothingTaken()))
            mailbox.remove_first()
            got = [raw for _, raw in source.fetch(items)]
        assert got[0] is None
        assert isinstance(got[1], bytes)
        assert b"Number 2" in got[1]

    def test_marking_what_is_gone_does_nothing(self, mailbox: Mailbox) -> None:
        mailbox.put(message(1))
        with mailbox.open() as source:
            items = list(source.items(NothingTaken()))
            mailbox.remove_first()
            source.mark(items)
            source.mark(items, quarantined=True)
        assert listed(mailbox) == []

    def test_quarantine_is_not_offered_again_and_not_lost(self, mailbox: Mailbox) -> None:
        mailbox.put(message(1))
        ledger = Ledger()
        with mailbox.open() as source:
            items = list(source.items(ledger))
            ledger.take(items[0])
            source.mark(items, quarantined=True)
        assert listed(mailbox, ledger) == []
        (item,) = listed(mailbox)
        with mailbox.open() as source:
            ((_, raw),) = source.fetch([item])
        assert isinstance(raw, bytes)
        assert b"Number 1" in raw

    def test_listing_goes_on_while_batches_are_taken(self, mailbox: Mailbox) -> None:
        for number in range(1, 8):
            mailbox.put(message(number))
        ledger = Ledger()
        assert len(taken_by(mailbox, ledger)) == 7
