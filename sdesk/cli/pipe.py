"""`mail pipe`: one message from a mail server's alias. Whatever goes wrong, the mail server keeps the message."""

from __future__ import annotations

import sys

import typer

from sdesk.cli import invocation
from sdesk.cli.mailboxes import MailboxName, named


def pipe(ctx: typer.Context, mailbox: MailboxName = None) -> None:
    """Take one message on standard input, as a mail server's alias pipes it in.

    Exit code 0: it is taken, or was before. 75 for whatever stands in the way: the mail server keeps it and tries
    again.

    Examples:
      sdesk mail pipe --mailbox support < message.eml
      support: "|/usr/local/bin/sdesk --config /etc/sdesk/config.toml mail pipe --mailbox support"
    """
    call = invocation.of(ctx)
    from sdesk.mail.inbox.pipe import pipe as take

    take(call.desk, named(call, mailbox, "pipe"), sys.stdin.buffer, call.now)
