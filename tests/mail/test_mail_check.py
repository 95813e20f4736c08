"""What `mail check` finds of mailboxes and of the server that mail is sent by, and that it changes nothing there."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from imap_script import ScriptedImap
from servers import Dovecot
from smtp import Post
from source_contract import message

from sdesk.config.wire import After, ImapMailbox, MaildirMailbox, MboxMailbox, Security, Server
from sdesk.domain.errors import MailServerUnavailable
from sdesk.mail.check import check_mailbox, check_smtp

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def imap(port: int, password: str = "x", **more: object) -> ImapMailbox:
    values: dict[str, object] = {"security": Security.NONE, "user": "anna"}
    return ImapMailbox(
        name="support",
        section="mailboxes.support",
        host="127.0.0.1",
        port=port,
        password_command=("printf", password),
        **{**values, **more},  # type: ignore[arg-type]
    )


def test_a_mailbox_that_works() -> None:
    with ScriptedImap({1: message(1)}, capabilities="IMAP4rev1 IDLE UIDPLUS") as server:
        row = check_mailbox(imap(server.port), NOW)
        assert server.flags == {}
    assert (row.name, row.kind, row.ok, row.error) == ("support", "imap", True, None)
    assert row.what == ("logged in as anna; INBOX: 1 message; has IDLE, UIDPLUS; lacks MOVE; the line is plain text")


def test_what_a_server_lacks_is_said_with_what_follows() -> None:
    with ScriptedImap(capabilities="IMAP4rev1", keywords=False) as server:
        row = check_mailbox(imap(server.port, after=After.DELETE), NOW)
    assert row.ok
    for word in ("INBOX keeps no keywords", "lacks IDLE, MOVE, UIDPLUS", "marked as deleted"):
        assert word in row.what


def _today() -> datetime:
    """The server's certificate is of today, and ends in two days."""
    return datetime.fromtimestamp(time.time(), UTC)


@pytest.mark.server
def test_a_real_server(dovecot: Dovecot) -> None:
    user = dovecot.new_user([message(1), message(2)])
    found = imap(
        dovecot.tls_port,
        dovecot.password,
        user=user,
        security=Security.TLS,
        ca_file=dovecot.ca_file,
        after=After.MOVE,
        move_to="Taken",
    )
    row = check_mailbox(found, _today())
    assert row.ok, row.what
    for word in ("INBOX: 2 messages", "has IDLE, MOVE, UIDPLUS", "folder Taken will be made", "certificate ends on"):
        assert word in row.what
    assert "certificate" not in check_mailbox(found, NOW - timedelta(days=3000)).what
    row = check_mailbox(imap(dovecot.port, dovecot.password, user=user, folders=("Nowhere",)), NOW)
    assert (row.ok, isinstance(row.error, MailServerUnavailable)) == (False, True)
    assert "Nowhere" in row.what
    row = check_mailbox(imap(dovecot.port, "wrong", user=user), NOW)
    assert (row.ok, "refuses the login" in row.what) == (False, True)


def test_files(tmp_path: Path) -> None:
    for sub in ("new", "cur", "tmp"):
        (tmp_path / "box" / sub).mkdir(parents=True)
    (tmp_path / "box" / "new" / "1.a").write_bytes(message(1))
    (tmp_path / "old").write_bytes(b"From a@x Mon Nov 23 09:00:00 2026\n" + message(1))
    maildir = MaildirMailbox(name="box", path=tmp_path / "box")
    assert check_mailbox(maildir, NOW).what == "1 message"
    assert (check_mailbox(maildir, NOW).kind, (tmp_path / "box" / "new" / "1.a").exists()) == ("maildir", True)
    assert check_mailbox(MboxMailbox(name="old", path=tmp_path / "old"), NOW).what == "1 message"
    row = check_mailbox(MaildirMailbox(name="box", path=tmp_path), NOW)
    assert (row.ok, "is no Maildir" in row.what) == (False, True)


def smtp(port: int, **more: object) -> Server:
    values: dict[str, object] = {"security": Security.NONE, **more}
    return Server(section="smtp", host="127.0.0.1", port=port, **values)  # type: ignore[arg-type]


def test_the_server_that_mail_is_sent_by() -> None:
    with Post() as post:
        row = check_smtp(smtp(post.port), NOW)
    assert (row.name, row.kind, row.ok) == ("smtp", "smtp", True)
    assert row.what.startswith(f"127.0.0.1:{post.port} is ready for mail; without a login")
    assert post.offered == []


def test_nobody_listens() -> None:
    assert check_smtp(smtp(1), NOW).ok is False
    assert check_mailbox(imap(1), NOW).ok is False
