"""Trying each mailbox and the server that mail is sent by: what works, and what would hinder. Nothing is changed, no
mail is sent."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sdesk.config.wire import After, AnyMailbox, ImapMailbox, Security, Server
from sdesk.domain.errors import SdeskError
from sdesk.mail.inbox.sources.base import NothingTaken
from sdesk.mail.inbox.sources.imap import QUARANTINE, TAKEN
from sdesk.mail.inbox.sources.imap_line import ImapLine, ServerRefused
from sdesk.mail.inbox.sources.open import imap_settings, open_source
from sdesk.mail.smtp import open_smtp, talking

SOON = timedelta(days=30)
"""A certificate that ends before is worth a word."""
_FEATURES = ("IDLE", "MOVE", "UIDPLUS")


@dataclass(frozen=True, slots=True)
class Checked:
    """How one of them does."""

    name: str
    """Of the mailbox, or `smtp`."""
    kind: str
    ok: bool
    what: str
    """What was found, or what is wrong, in a sentence."""
    error: SdeskError | None = None


def check_mailbox(mailbox: AnyMailbox, now: datetime) -> Checked:
    """Log in to a mailbox, and open its folders."""
    kind = "imap" if isinstance(mailbox, ImapMailbox) else type(mailbox).__name__.removesuffix("Mailbox").lower()
    try:
        found = _imap(mailbox, now) if isinstance(mailbox, ImapMailbox) else _files(mailbox)
    except SdeskError as error:
        return Checked(mailbox.name, kind, False, str(error), error)
    return Checked(mailbox.name, kind, True, found)


def check_smtp(server: Server, now: datetime) -> Checked:
    """Log in to the server that takes the desk's mail; it is sent no mail."""
    try:
        with open_smtp(server) as client:
            with talking(server, "asked for a sign of life"):
                client.noop()
            found = [f"{server.host}:{server.port} is ready for mail"]
            found.append(f"logged in as {server.user}" if server.user else "without a login")
            if size := client.esmtp_features.get("size", "").strip():
                found.append(f"it takes {int(size):,} bytes at most" if size.isdecimal() and int(size) else "")
            found.append(_line_word(server.security, client.sock, now))
    except SdeskError as error:
        return Checked("smtp", "smtp", False, str(error), error)
    return Checked("smtp", "smtp", True, "; ".join(filter(None, found)))


def _imap(mailbox: ImapMailbox, now: datetime) -> str:
    with ImapLine(imap_settings(mailbox)) as line:
        found = [f"logged in as {mailbox.user}"]
        for folder in mailbox.folders:
            # Opened for writing, or a server does not tell which marks it keeps. Nothing is marked by that.
            line.select(folder)
            count = int(line.folder.get(b"EXISTS", 0))
            found.append(f"{folder}: {count:,} {'message' if count == 1 else 'messages'}")
            if b"READ-ONLY" in line.folder:
                found.append(f"{folder} may only be read, so nothing can be marked there")
            elif not line.can_set(TAKEN, QUARANTINE):
                found.append(f"{folder} keeps no keywords: what is in quarantine looks like any unread message there")
        client = line.client
        has = [feature for feature in _FEATURES if client.has_capability(feature)]
        lacks = [feature for feature in _FEATURES if feature not in has]
        found.append(f"has {', '.join(has)}" if has else "")
        found.append(f"lacks {', '.join(lacks)}" if lacks else "")
        if mailbox.after is After.MOVE:
            try:
                with line.talking("asked for its folders"):
                    there = client.folder_exists(mailbox.move_to)
            except ServerRefused:
                there = False
            found.append("" if there else f"folder {mailbox.move_to} will be made")
        if mailbox.after is not After.SEEN and "UIDPLUS" not in has:
            found.append("without UIDPLUS what is taken stays there, marked as deleted, until somebody expunges it")
        found.append(_line_word(mailbox.security, client.socket(), now))
    return "; ".join(filter(None, found))


def _files(mailbox: AnyMailbox) -> str:
    with open_source(mailbox) as source:
        count = sum(1 for _ in source.items(NothingTaken()))
    return f"{count:,} {'message' if count == 1 else 'messages'}"


def _line_word(security: Security, socket: Any, now: datetime) -> str:
    """What is worth saying about how the line is kept private."""
    if security is Security.NONE:
        return "the line is plain text"
    told = (socket.getpeercert() or {}).get("notAfter")
    if told is None:
        return ""
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(told), UTC)
    return f"its certificate ends on {ends:%Y-%m-%d}" if ends - now < SOON else ""
