"""From a mailbox of the configuration to its source; only the kind that is asked for is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdesk.config.wire import After, AnyMailbox, Auth, ImapMailbox, MaildirMailbox
from sdesk.mail.inbox.sources.base import HEAD_BYTES, Source
from sdesk.mail.secrets import password_of, token_of

if TYPE_CHECKING:
    from sdesk.mail.inbox.sources.imap_line import ImapSettings


def imap_settings(mailbox: ImapMailbox) -> ImapSettings:
    """How the mailbox is reached. The secret is asked for when a connection is made, each time anew."""
    from sdesk.mail.inbox.sources.imap_line import ImapSettings

    oauth2 = mailbox.auth is Auth.OAUTH2
    return ImapSettings(
        host=mailbox.host,
        port=mailbox.port,
        user=mailbox.user,
        secret=lambda: token_of(mailbox) if oauth2 else password_of(mailbox),
        security=mailbox.security.value,
        auth=mailbox.auth.value,
        folders=mailbox.folders,
        after=_after(mailbox),
        # The configuration has refused a plain line beyond this machine that nobody allowed.
        allow_plain=True,
        ca_file=mailbox.ca_file,
        connect_seconds=min(mailbox.timeout, 15.0),
        read_seconds=mailbox.timeout,
        largest=max(mailbox.max_size, HEAD_BYTES),
    )


def open_source(mailbox: AnyMailbox) -> Source:
    """The source of a mailbox, not yet connected: enter it to connect."""
    if isinstance(mailbox, ImapMailbox):
        from sdesk.mail.inbox.sources.imap import ImapSource

        return ImapSource(imap_settings(mailbox))
    if isinstance(mailbox, MaildirMailbox):
        from sdesk.mail.inbox.sources.maildir import MaildirSettings, MaildirSource

        return MaildirSource(MaildirSettings(mailbox.path, mailbox.folders or ("INBOX",), _after(mailbox)))
    from sdesk.mail.inbox.sources.mbox import MboxSettings, MboxSource

    return MboxSource(MboxSettings(mailbox.path))


def stamp_of(mailbox: AnyMailbox) -> object:
    """What is another value when something came to the files of a Maildir or an mbox; always the same for IMAP."""
    if isinstance(mailbox, ImapMailbox):
        return None
    if isinstance(mailbox, MaildirMailbox):
        folders = (
            mailbox.path if name == "INBOX" else mailbox.path / f".{name}" for name in mailbox.folders or ("INBOX",)
        )
        paths = [folder / sub for folder in folders for sub in ("new", "cur")]
    else:
        paths = [mailbox.path]
    stamps = []
    for path in paths:
        try:
            status = path.stat()
        except OSError:
            # A fetch will say what is wrong with it.
            stamps.append((0, 0))
        else:
            stamps.append((status.st_mtime_ns, status.st_size))
    return stamps


def _after(mailbox: AnyMailbox) -> str:
    return f"move:{mailbox.move_to}" if mailbox.after is After.MOVE else mailbox.after.value
