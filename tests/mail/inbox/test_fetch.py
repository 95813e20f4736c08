"""How far back a fetch looks, what it stops at, and what it does with a message that cannot be handled."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest
from desks import NOW
from letters import letter

from sdesk.config.wire import After, ImapMailbox
from sdesk.desk.opening import Desk
from sdesk.domain.errors import BadInput, MailServerUnavailable, Refused
from sdesk.domain.inbound import InboundMail
from sdesk.domain.routing import Routing, Rule, route
from sdesk.mail.inbox.fetch import FetchOptions, FetchReport, fetch
from sdesk.mail.inbox.sources.base import HEAD_BYTES, Item, MarkRefused, Taken
from sdesk.mail.mime.message import read
from sdesk.store.reader import Reader

DAY = timedelta(days=1)
SUPPORT = ImapMailbox(
    name="support", section="mailboxes.support", host="mail.example", port=993, team="it", service="other"
)


@dataclass
class Shelf:
    """A source in memory that behaves as an IMAP folder: UIDs only grow."""

    validity: int = 7
    mails: dict[int, tuple[datetime, bytes]] = field(default_factory=dict)
    marked: set[int] = field(default_factory=set)
    aside: set[int] = field(default_factory=set)
    flagged: set[int] = field(default_factory=set)
    offered: list[str] = field(default_factory=list)
    """UIDs of the last listing."""
    breaks_at: int = 0
    """The UID at which the line breaks while it is fetched."""
    refused: frozenset[int] = frozenset()
    """UIDs that it will not mark."""
    gone: bool = False
    """The line breaks when something is marked."""

    def put(self, *arrived: datetime, raw: bytes | None = None) -> None:
        for at in arrived:
            uid = len(self.mails) + 1
            self.mails[uid] = (at, raw or letter(f"Number {uid}", message_id=f"<{uid}@shop.example>"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Nothing is held."""

    def items(self, taken: Taken, *, flagged: bool = False) -> Iterator[Item]:
        highest = taken.highest("INBOX", self.validity)
        self.offered = []
        for uid, (at, raw) in self.mails.items():
            unmarked = uid not in self.marked | self.aside
            if (uid > highest or unmarked) and (not flagged or uid in self.flagged):
                self.offered.append(str(uid))
                yield Item("INBOX", self.validity, str(uid), len(raw), at, uid in self.flagged)

    def fetch(self, items: Sequence[Item]) -> Iterator[tuple[Item, bytes | None]]:
        for item in items:
            if int(item.uid) == self.breaks_at:
                raise MailServerUnavailable("The line is dead")
            yield item, self.mails[int(item.uid)][1]

    def heads(self, items: Sequence[Item]) -> Iterator[tuple[Item, bytes | None]]:
        for item in items:
            yield item, self.mails[int(item.uid)][1][:HEAD_BYTES]

    def mark(self, items: Sequence[Item], *, quarantined: bool = False) -> None:
        if self.gone:
            raise MailServerUnavailable("The line is dead")
        if self.refused & {int(item.uid) for item in items}:
            raise MarkRefused("No such folder")
        (self.aside if quarantined else self.marked).update(int(item.uid) for item in items)


@pytest.fixture
def shelf() -> Shelf:
    """An empty folder."""
    return Shelf()


def taken(
    desk: Desk, shelf: Shelf, options: FetchOptions | None = None, *, now: datetime = NOW
) -> tuple[int, FetchReport]:
    """How many tickets a fetch makes, and its report."""
    report = fetch(desk, SUPPORT, now=lambda: now, options=options, source=shelf)
    counted = report.created + report.followed_up + report.noted + report.ignored + report.duplicates
    assert report.examined == counted + report.quarantined
    return report.created, report


def test_a_first_fetch_takes_what_arrived_on_the_day_of_setting_up(desk: Desk, shelf: Shelf) -> None:
    midnight = datetime.fromisoformat("2026-11-23T00:00:00+03:00")
    shelf.put(NOW - 40 * DAY, midnight - timedelta(seconds=1), midnight, NOW)
    assert taken(desk, shelf)[0] == 2
    assert shelf.marked == {3, 4}


def test_mail_that_comes_while_nobody_fetches_is_taken_however_old_it_is_by_then(desk: Desk, shelf: Shelf) -> None:
    assert taken(desk, shelf)[0] == 0
    shelf.put(NOW + DAY, NOW + 2 * DAY)
    assert taken(desk, shelf, now=NOW + 9 * DAY)[0] == 2


def test_an_old_mail_that_is_moved_to_the_folder_later_is_taken(desk: Desk, shelf: Shelf) -> None:
    """It keeps the instant at which it first arrived; its UID says that it is new here."""
    shelf.put(NOW - 3 * DAY, NOW - 2 * DAY)
    assert taken(desk, shelf)[0] == 0
    shelf.put(NOW - 300 * DAY)
    assert taken(desk, shelf)[0] == 1
    assert shelf.marked == {3}


def test_an_old_mail_that_is_moved_to_an_empty_folder_is_taken(desk: Desk, shelf: Shelf) -> None:
    taken(desk, shelf)
    shelf.put(NOW - 300 * DAY)
    assert taken(desk, shelf)[0] == 1


def test_what_was_left_as_too_old_is_left_by_later_fetches_too(desk: Desk, shelf: Shelf) -> None:
    shelf.put(NOW - 3 * DAY, NOW)
    assert taken(desk, shelf)[0] == 1
    shelf.put(NOW + DAY)
    assert taken(desk, shelf, now=NOW + DAY)[0] == 1
    shelf.validity = 8
    shelf.marked.clear()
    created, report = taken(desk, shelf, now=NOW + DAY)
    assert (created, report.duplicates) == (0, 2)


@pytest.mark.parametrize("options", [FetchOptions(everything=True), FetchOptions(since=NOW - 4 * DAY)])
def test_older_mail_is_taken_where_it_is_asked_for(options: FetchOptions, desk: Desk, shelf: Shelf) -> None:
    shelf.put(NOW - 3 * DAY, NOW)
    assert taken(desk, shelf)[0] == 1
    assert taken(desk, shelf, options)[0] == 1
    created, report = taken(desk, shelf, options)
    assert (created, report.examined, shelf.offered) == (0, 0, [])


def test_a_later_fetch_that_asks_for_less_leaves_nothing_out(desk: Desk, shelf: Shelf) -> None:
    """After ten days without the server somebody asks for yesterday's mail: what lies between is taken too."""
    taken(desk, shelf)
    shelf.put(NOW + DAY, NOW + 9 * DAY)
    options = FetchOptions(since=NOW + 8 * DAY)
    assert taken(desk, shelf, options, now=NOW + 10 * DAY)[0] == 2


def test_a_first_fetch_may_ask_for_less_than_the_day(desk: Desk, shelf: Shelf) -> None:
    shelf.put(NOW - timedelta(hours=3), NOW)
    assert taken(desk, shelf, FetchOptions(since=NOW - timedelta(hours=1)))[0] == 1
    assert taken(desk, shelf)[0] == 0


def test_only_what_people_flagged(desk: Desk, shelf: Shelf) -> None:
    shelf.put(NOW, NOW, NOW - DAY)
    shelf.flagged = {2}
    assert taken(desk, shelf, FetchOptions(flagged=True))[0] == 1
    assert shelf.marked == {2}
    created, report = taken(desk, shelf)
    assert (created, report.duplicates) == (1, 1)
    assert taken(desk, shelf)[0] == 0


def test_a_first_fetch_that_finds_too_much_takes_nothing_and_says_how_to_go_on(desk: Desk, shelf: Shelf) -> None:
    shelf.put(*[NOW - DAY] * 3, *[NOW] * 3)
    for options in (FetchOptions(max_new=2), FetchOptions(max_new=4, everything=True)):
        with pytest.raises(Refused, match="--max-new"):
            taken(desk, shelf, options)
    assert shelf.marked == set()
    # What was refused is not remembered: the day is asked for now, and nothing more.
    assert taken(desk, shelf, FetchOptions(max_new=3))[0] == 3
    shelf.put(*[NOW] * 3)
    assert taken(desk, shelf, FetchOptions(max_new=2))[0] == 3


def test_a_line_that_breaks_keeps_what_was_taken(desk: Desk, shelf: Shelf) -> None:
    shelf.put(*[NOW] * 5)
    shelf.breaks_at = 4
    with pytest.raises(MailServerUnavailable):
        taken(desk, shelf)
    assert shelf.marked == set()
    shelf.breaks_at = 0
    created, report = taken(desk, shelf)
    assert (created, report.duplicates) == (2, 3)
    assert shelf.marked == {1, 2, 3, 4, 5}


def test_a_message_that_cannot_even_be_read_is_put_aside(
    desk: Desk, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading never raises; where it does all the same, the mailbox goes on."""
    shelf.put(NOW, NOW, NOW)

    def stumble(raw: bytes) -> object:
        if b"<2@" in raw:
            raise RecursionError("too deep")
        return read(raw)

    monkeypatch.setattr("sdesk.mail.inbox.take.read", stumble)
    created, report = taken(desk, shelf)
    assert (created, report.quarantined) == (2, 1)
    assert (shelf.marked, shelf.aside) == ({1, 3}, {2})
    assert taken(desk, shelf)[1].examined == 0


def test_what_is_neither_mail_nor_text_is_put_aside_with_a_sentence(desk: Desk, desk_path: Path, shelf: Shelf) -> None:
    picture = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256))
    shelf.put(NOW, raw=picture)
    shelf.put(NOW, raw=b"A text that somebody put there: the till is down.\n")
    shelf.put(NOW)
    _, report = taken(desk, shelf)
    assert (report.examined, report.created, report.quarantined) == (3, 2, 1)
    with closing(sqlite3.connect(desk_path)) as connection:
        ((error, packed),) = connection.execute(
            "SELECT q.error, r.data FROM quarantine AS q JOIN ledger AS l ON l.id = q.ledger_id"
            " JOIN raw_mail AS r ON r.id = l.raw_id"
        ).fetchall()
    assert zlib.decompress(packed) == picture
    assert error.startswith("these bytes are no mail: they have no header and are no text.")


def test_a_mailbox_of_a_team_that_is_not_there(desk: Desk, shelf: Shelf) -> None:
    shelf.put(NOW)
    nowhere = ImapMailbox(name="support", section="", host="mail.example", port=993, team="itt")
    with pytest.raises(BadInput, match="itt"):
        fetch(desk, nowhere, now=lambda: NOW, source=shelf)
    nobody = ImapMailbox(name="support", section="", host="mail.example", port=993)
    with pytest.raises(BadInput, match="names no team"):
        fetch(desk, nobody, now=lambda: NOW, source=shelf)
    assert shelf.marked == set()


def state(desk_path: Path) -> tuple[int, str | None, bool]:
    """(failures in a row, the last error, whether a fetch ever went to the end) of the mailbox."""
    with closing(sqlite3.connect(desk_path)) as store:
        row = store.execute("SELECT failures, last_error, fetched_at IS NOT NULL FROM mailbox_state").fetchone()
    return row[0], row[1], bool(row[2])


def test_a_refused_mark_keeps_no_later_mail_out(desk: Desk, desk_path: Path, shelf: Shelf) -> None:
    """Two batches: the first cannot be marked, the second is taken all the same; so at each fetch."""
    shelf.put(*[NOW] * 150)
    shelf.refused = frozenset({1})
    for new in (150, 1):
        with pytest.raises(MarkRefused, match=f"No such folder.*, {new} of them new"):
            fetch(desk, SUPPORT, now=lambda: NOW, source=shelf)
        shelf.put(NOW)
    assert state(desk_path) == (2, "No such folder", True)
    assert len(shelf.marked) == 51
    shelf.refused = frozenset()
    assert taken(desk, shelf)[0] == 1
    assert len(shelf.marked) == 152
    assert state(desk_path) == (0, None, True)


def test_a_line_that_is_gone_when_something_is_marked_ends_the_run(desk: Desk, shelf: Shelf) -> None:
    shelf.put(*[NOW] * 150)
    shelf.gone = True
    with pytest.raises(MailServerUnavailable, match="dead"):
        fetch(desk, SUPPORT, now=lambda: NOW, source=shelf)
    shelf.gone = False
    created, report = taken(desk, shelf)
    assert (created, report.duplicates) == (50, 100)


def test_a_mailbox_that_never_answered_counts_its_failures(desk: Desk, desk_path: Path) -> None:
    class Dead(Shelf):
        def __enter__(self) -> Self:
            raise MailServerUnavailable("Nobody listens")

    for count in (1, 2):
        with pytest.raises(MailServerUnavailable):
            fetch(desk, SUPPORT, now=lambda: NOW, source=Dead())
        assert state(desk_path) == (count, "Nobody listens", False)


def test_of_a_message_that_is_too_large_header_and_first_text_are_taken(
    desk: Desk, desk_path: Path, shelf: Shelf
) -> None:
    mailbox = replace(SUPPORT, max_size=2_000, after=After.DELETE)
    shelf.put(NOW, raw=letter("Film", "word " * 30_000, message_id="<film@shop.example>"))
    shelf.put(NOW)
    report = fetch(desk, mailbox, now=lambda: NOW, source=shelf)
    assert (report.created, shelf.marked, shelf.aside) == (2, {2}, {1})
    with Reader(desk_path) as reader:
        text = reader.ticket(reader.actor("anna"), report.numbers[0], now=NOW).messages[0].text
    assert text.startswith("word word")
    assert text.endswith(
        "[This message has 150.1 kB, and its mailbox takes 2 kB at most (max_size): only its header and the"
        " beginning of its text were taken. The message itself lies in the mailbox, unread.]"
    )
    assert len(text) < HEAD_BYTES + 1_000
    shelf.aside.clear()  # a server that keeps no marks
    for allowed in (2_000, 50_000_000):  # it is never deleted, since the desk never had the whole of it
        report = fetch(desk, replace(mailbox, max_size=allowed), now=lambda: NOW, source=shelf)
        assert (report.created, report.examined) == (0, 0)
        assert (shelf.marked, shelf.aside) == ({2}, {1})
        shelf.aside.clear()


def test_a_message_that_cannot_even_be_put_aside_is_skipped_and_tried_again(
    desk: Desk, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.put(NOW, NOW, NOW)

    def stumble(raw: bytes) -> object:
        if b"<2@" in raw:
            raise RecursionError("too deep")
        return read(raw)

    def stumble_again(*values: object) -> object:
        raise ValueError("too big")

    with monkeypatch.context() as broken:
        broken.setattr("sdesk.mail.inbox.take.read", stumble)
        broken.setattr("sdesk.mail.inbox.take.quarantine", stumble_again)
        created, report = taken(desk, shelf)
    assert (created, report.quarantined) == (2, 0)
    assert report.skipped == ["INBOX, 2: ValueError: too big, after RecursionError: too deep"]
    assert (shelf.marked, shelf.aside) == ({1, 3}, set())
    assert taken(desk, shelf)[0] == 1
    assert shelf.marked == {1, 2, 3}


def test_routing_patterns_are_searched_while_others_may_write(
    desk: Desk, desk_path: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.put(NOW)
    asked = []

    def searching(rules: Sequence[Rule], mail: InboundMail) -> Routing:
        with closing(sqlite3.connect(desk_path, timeout=0.1, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")
        asked.append(mail.subject)
        return route(rules, mail)

    monkeypatch.setattr("sdesk.mail.inbox.take.route", searching)
    monkeypatch.setattr(import_module("sdesk.desk.intake.receive"), "route", searching)
    assert taken(desk, shelf)[0] == 1
    assert asked == ["Number 1"]
