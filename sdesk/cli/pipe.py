"""`mail pipe`: one message from a mail server's alias. Whatever goes wrong, the mail server keeps the message."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from sdesk.cli import fetch as fetching
from sdesk.cli import invocation
from sdesk.cli.invocation import Invocation

if TYPE_CHECKING:
    from sdesk.config.wire import DeskMailbox

MailboxName = Annotated[
    str | None,
    typer.Option(
        "--mailbox", metavar="NAME", help="the mailbox of the configuration whose mail it is", show_default=False
    ),
]
"""Whose team, service and addresses hold."""


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

    fetching.heed_room(call)
    take(call.desk, named(call, mailbox, "pipe"), sys.stdin.buffer, call.now)


def named(call: Invocation, name: str | None, otherwise: str) -> DeskMailbox:
    """The mailbox of this name in the configuration; without one a bare mailbox called `otherwise`."""
    from sdesk.config.wire import DeskMailbox

    return DeskMailbox(name=otherwise) if name is None else fetching.chosen(call, [name])[0]
