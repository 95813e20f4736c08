"""Servers that can do less than others, or stumble over single messages: what is sound is taken all the same."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from imap_script import ScriptedImap
from source_contract import Ledger, message, taken_by

from sdesk.domain.errors import MailServerUnavailable
from sdesk.mail import sasl
from sdesk.mail.inbox.sources.base import HEAD_BYTES, Item, NothingTaken, Raw, Unreadable
from sdesk.mail.inbox.sources.imap import QUARANTINE, TAKEN, ImapSettings, ImapSource


class Box:
    """A mailbox on such a server."""

    def __init__(self, server: ScriptedImap, **settings: Any) -> None:
        usual = {"port": server.port, "security": "none", "connect_seconds": 5.0, "read_seconds": 5.0}
        self.settings = ImapSettings("127.0.0.1", "user", lambda: "x", **{**usual, **settings})

    def open(self) -> ImapSource:
        return ImapSource(self.settings)


def some(count: int = 5) -> dict[int, bytes]:
    return {number: message(number).replace(b"\n", b"\r\n") for number in range(1, count + 1)}


def fetched(server: ScriptedImap, **settings: Any) -> list[tuple[Item, Raw]]:
    with Box(server, **settings).open() as source:
        return list(source.fetch(list(source.items(NothingTaken()))))


@pytest.mark.parametrize(
    ("trouble", "told"), [("no", "that one is broken"), ("break", "broke off"), ("omit", "lists it")]
)
def test_a_message_over_which_the_server_stumbles_stops_no_other(trouble: str, told: str) -> None:
    with ScriptedImap(some(), trouble={3: trouble}) as server:
        got = [raw for _, raw in fetched(server)]
        mails = server.mails
    assert [got[each - 1] for each in (1, 2, 4, 5)] == [mails[each] for each in (1, 2, 4, 5)]
    assert isinstance(got[2], Unreadable)
    assert told in got[2].reason


def test_garbage_in_the_middle_stops_no_other() -> None:
    with ScriptedImap(some(), trouble={2: "garbage"}) as server:
        got = [raw for _, raw in fetched(server)]
    assert [isinstance(raw, bytes) for raw in got] == [True, False, True, True, True]


def test_a_server_that_breaks_off_again_and_again_is_down() -> None:
    with (
        ScriptedImap(some(12), trouble=dict.fromkeys(range(1, 13), "break")) as server,
        pytest.raises(MailServerUnavailable, match="broke off"),
    ):
        fetched(server)


def test_a_server_that_hangs_in_the_middle_is_given_up_and_the_next_run_goes_on() -> None:
    with ScriptedImap(some(), trouble={2: "hang"}) as server:
        begun = time.monotonic()
        with pytest.raises(MailServerUnavailable, match="does not answer"):
            fetched(server, read_seconds=0.3)
        assert time.monotonic() - begun < 30
        server.trouble.clear()
        assert all(isinstance(raw, bytes) for _, raw in fetched(server))


def test_a_message_that_vanished_is_none_and_no_fault() -> None:
    with ScriptedImap(some(3)) as server, Box(server).open() as source:
        items = list(source.items(NothingTaken()))
        del server.mails[2]
        assert [raw if raw is None else True for _, raw in source.fetch(items)] == [True, None, True]


def test_sizes_that_the_server_refuses_for_one_message_hide_no_message() -> None:
    with ScriptedImap(some(3), refuses_sizes=frozenset({2})) as server:
        got = fetched(server)
    assert [item.uid for item, _ in got] == ["1", "2", "3"]
    assert [raw for _, raw in got] == list(some(3).values())


def test_a_size_that_lies_takes_no_memory() -> None:
    """Sixty megabytes that were listed as a hundred bytes: the first bytes come back, and the true size."""
    large = message(2).replace(b"\n", b"\r\n") + b"x" * 60_000_000
    with ScriptedImap({1: some(1)[1], 2: large, 3: message(3)}, trouble={2: "larger"}) as server:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        got = fetched(server, largest=1_000_000)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert [item.size for item, _ in got] == [len(some(1)[1]), len(large), len(message(3))]
    assert got[1][1] == large[:HEAD_BYTES]
    assert got[2][1] == message(3)
    assert grown < 200_000, "the server and its copies are in this process too"


@pytest.mark.parametrize(
    "arrived", ["01-Jan-1960 00:00:00 +0000", "01-Jan-0001 00:00:00 +1400", "31-Feb-2026 99:00:00 x"]
)
def test_an_arrival_that_cannot_be_is_no_fault(arrived: str) -> None:
    with ScriptedImap(some(1), arrived=arrived) as server:
        ((item, raw),) = fetched(server)
    assert isinstance(raw, bytes)
    assert item.arrived_at is None or item.arrived_at.year in (1960, 2000)  # two digits are of this century


def test_an_empty_folder_is_not_searched() -> None:
    with ScriptedImap() as server:
        assert fetched(server) == []
    assert not any("SEARCH" in command for command in server.commands)


def test_a_server_that_tells_no_uidnext() -> None:
    ledger = Ledger()
    with ScriptedImap(some(2), tells_uidnext=False) as server:
        assert len(taken_by(Box(server), ledger)) == 2
        assert taken_by(Box(server), ledger) == []
        server.mails[3] = message(3)
        assert taken_by(Box(server), ledger) == [message(3)]


def test_without_move_a_message_is_copied_and_then_expunged_alone() -> None:
    with ScriptedImap(some(2), capabilities="IMAP4rev1 UIDPLUS") as server:
        taken_by(Box(server, after="move:Done"), Ledger())
        assert (server.copied, server.mails) == ([1, 2], {})
        assert any(command.startswith("UID EXPUNGE") for command in server.commands)


@pytest.mark.parametrize("after", ["move:Done", "delete"])
def test_without_uidplus_nothing_is_expunged_that_people_may_have_marked(after: str) -> None:
    ledger = Ledger()
    with ScriptedImap(some(2), capabilities="IMAP4rev1") as server:
        taken_by(Box(server, after=after), ledger)
        assert len(server.mails) == 2
        assert all("\\Deleted" in server.flags[uid] for uid in (1, 2))
        assert not any("EXPUNGE" in command for command in server.commands)
        assert taken_by(Box(server, after=after), ledger) == []
        assert server.copied == ([1, 2] if after != "delete" else [])


def test_without_keywords_a_message_is_marked_as_read_and_quarantine_not_at_all() -> None:
    with ScriptedImap(some(2), keywords=False) as server:
        with Box(server).open() as source:
            first, second = source.items(NothingTaken())
            source.mark([first])
            source.mark([second], quarantined=True)
        assert server.flags == {1: {"\\Seen"}}
        ledger = Ledger()
        ledger.take(first)
        ledger.take(second)
        assert taken_by(Box(server), ledger) == []
    assert not any(word in command for word in (TAKEN, QUARANTINE) for command in server.commands)


# ---- OAuth 2 ------------------------------------------------------------------------------------------

REFUSED = b'{"status":"401","schemes":"bearer","scope":"https://mail.example/"}'


def refuse(first: bytes) -> bytes:
    return b"" if b"Bearer good" in first else REFUSED


@pytest.mark.parametrize(
    ("mechanism", "offered", "first", "second"),
    [
        ("XOAUTH2", "AUTH=XOAUTH2 AUTH=OAUTHBEARER", b"user=a,b=c@x.example\x01auth=Bearer %s\x01\x01", b""),
        ("OAUTHBEARER", "AUTH=OAUTHBEARER", b"n,a=a=2Cb=3Dc@x.example,\x01auth=Bearer %s\x01\x01", b"\x01"),
    ],
)
def test_a_token_is_said_as_the_mechanism_wants_it(mechanism: str, offered: str, first: bytes, second: bytes) -> None:
    with ScriptedImap(some(1), capabilities=f"IMAP4rev1 {offered}", authenticate=refuse) as server:
        settings = replace(Box(server).settings, user="a,b=c@x.example", auth="oauth2", secret=lambda: "good-token")
        with ImapSource(settings) as source:
            assert len(list(source.items(NothingTaken()))) == 1
        assert server.answers == [first % b"good-token"]
        assert f"AUTHENTICATE {mechanism}" in server.commands
        server.answers.clear()
        bad = replace(settings, secret=lambda: "stale-token")
        with (
            pytest.raises(MailServerUnavailable, match="refuses the login of `a,b=") as caught,
            ImapSource(bad),
        ):
            pass
    # The error comes as a challenge, which must be answered before the server says NO.
    assert server.answers == [first % b"stale-token", second]
    assert "stale-token" not in str(caught.value)
    assert "check user and token" in str(caught.value)


@pytest.mark.parametrize("mechanism", [sasl.xoauth2, sasl.oauthbearer])
def test_a_mechanism_ends_after_the_error(mechanism: Callable[[str, str], sasl.Mechanism]) -> None:
    say = mechanism("user", "token")
    assert b"Bearer token" in say(b"")
    assert b"token" not in say(REFUSED)
