"""`mail check`: logs in to each mailbox and to the server that mail is sent by, and says what works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sdesk.cli import diagnostics, invocation
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.mailboxes import chosen
from sdesk.cli.sheet import Column, Field, Sheet
from sdesk.domain.errors import BadInput
from sdesk.domain.kinds import FLAG, TEXT

if TYPE_CHECKING:
    from sdesk.mail.check import Checked

CHECKED: Sheet[Checked] = Sheet(
    fields=(
        Field("name", lambda row: row.name, kind=TEXT),
        Field("kind", lambda row: row.kind, kind=TEXT),
        Field("ok", lambda row: row.ok, kind=FLAG),
        Field("what", lambda row: row.what, kind=TEXT),
    ),
    columns=(
        Column("NAME", lambda row, eyes: row.name),
        Column("KIND", lambda row, eyes: row.kind),
        Column("OK", lambda row, eyes: "yes" if row.ok else "no", style=lambda row: "green" if row.ok else "bold red"),
        Column("WHAT", lambda row, eyes: row.what, wrap=True),
    ),
)


def check(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...", help="mailboxes of the configuration, or smtp; else all of them", show_default=False
        ),
    ] = None,
) -> ExitCode:
    """Log in to the mailboxes and to the server that mail is sent by, and say what works. Nothing is taken or sent.

    Examples:
      sdesk mail check
      sdesk mail check support
      sdesk mail check smtp -o json
    """
    call = invocation.of(ctx)
    call.output.check(CHECKED)
    wished = names or []
    server = call.config.smtp if not wished or "smtp" in wished else None
    if "smtp" in wished and server is None and "smtp" not in call.config.mailboxes:
        raise BadInput("the configuration has no [smtp] table", "add one with the host that takes the desk's mail")
    others = [name for name in wished if name != "smtp" or name in call.config.mailboxes]
    mailboxes = chosen(call, others) if others or not names else []
    if not mailboxes and server is None:
        raise BadInput("neither a mailbox nor [smtp] is configured", "add a [mailboxes.NAME] table")
    from sdesk.mail.check import check_mailbox, check_smtp

    rows = [check_mailbox(mailbox, call.now) for mailbox in mailboxes]
    if server is not None:
        rows.append(check_smtp(server, call.now))
    call.output.rows(rows, CHECKED)
    errors = [row.error for row in rows if row.error is not None]
    if errors and (len(errors) < len(rows) or len(rows) > 1):
        # The rows say which and why.
        diagnostics.note(f"{len(errors)} of {len(rows)} cannot be used")
    elif errors:
        diagnostics.error(errors[0])
    return diagnostics.overall(errors, done=len(rows) - len(errors))
