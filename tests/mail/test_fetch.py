"""How far back a fetch looks, what it stops at, and what it does with a message that cannot be handled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

import pytest
from desks import NOW
from letters import letter

from sdesk.config.wire import ImapMailbox
from sdesk.desk.opening import Desk
from sdesk.domain.errors import BadInput, MailServerUnavailable, Refused
from sdesk.mail.fetch import FetchOptions, FetchReport, fetch
from sdesk.mail.message import read
from sdesk.mail.sources.base import Item, Taken

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

    def mark(self, items: Sequence[Item], *, quarantined: bool = False) -> None:
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

    monkeypatch.setattr("sdesk.mail.fetch.read", stumble)
    created, report = taken(desk, shelf)
    assert (created, report.quarantined) == (2, 1)
    assert (shelf.marked, shelf.aside) == ({1, 3}, {2})
    assert taken(desk, shelf)[1].examined == 0


def test_a_mailbox_of_a_team_that_is_not_there(desk: Desk, shelf: Shelf) -> None:
    shelf.put(NOW)
    nowhere = ImapMailbox(name="support", section="", host="mail.example", port=993, team="itt")
    with pytest.raises(BadInput, match="itt"):
        fetch(desk, nowhere, now=lambda: NOW, source=shelf)
    nobody = ImapMailbox(name="support", section="", host="mail.example", port=993)
    with pytest.raises(BadInput, match="names no team"):
        fetch(desk, nobody, now=lambda: NOW, source=shelf)
    assert shelf.marked == set()
