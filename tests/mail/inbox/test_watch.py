"""A watch over mailboxes, where something other than a server is wrong."""

from __future__ import annotations

import queue
import socket
from pathlib import Path

import pytest
from desks import NOW

from sdesk.config.wire import ImapMailbox, Security
from sdesk.desk.opening import Desk
from sdesk.domain.errors import SdeskError
from sdesk.mail.inbox.health import Health, Pauses
from sdesk.mail.inbox.listen import Listener
from sdesk.mail.inbox.report import FetchOptions
from sdesk.mail.inbox.watch import Watch


@pytest.fixture
def mailbox() -> ImapMailbox:
    """On a port at which nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
    return ImapMailbox(
        name="support",
        team="it",
        section="mailboxes.support",
        host="127.0.0.1",
        port=port,
        security=Security.NONE,
        user="support",
        password_file=Path("/nowhere"),
    )


def test_a_bug_in_a_thread_that_listens_ends_the_watch(
    desk: Desk, mailbox: ImapMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sdesk.mail.inbox.listen.imap_settings", lambda _: 1 // 0)
    said: list[SdeskError] = []
    watch = Watch(
        desk,
        [mailbox],
        now=lambda: NOW,
        options=FetchOptions(),
        took=lambda report: None,
        health=Health(lambda name, error: said.append(error), lambda name: None),
    )
    with pytest.raises(ZeroDivisionError):
        watch.run()
    # Nor is it told as if a server were gone, which somebody would wait for.
    assert not [error for error in said if "ZeroDivision" in str(error)]


def test_a_bug_in_telling_of_a_lost_line_is_handed_over_as_well(mailbox: ImapMailbox) -> None:
    def tell(name: str, error: SdeskError) -> None:
        raise BrokenPipeError("nobody reads what is said")

    broke: queue.Queue[Exception] = queue.Queue()
    listener = Listener(
        mailbox,
        "INBOX",
        ring=lambda name: None,
        broke=broke.put,
        health=Health(tell, lambda name: None),
        pauses=Pauses(),
    )
    listener.start()
    assert isinstance(broke.get(timeout=30), BrokenPipeError)
    listener.stop()
