"""`mail block`: whose mail is discarded."""

from __future__ import annotations

from typing import Annotated

import typer

from sdesk.cli import invocation
from sdesk.cli import output as standard_output
from sdesk.cli.options import DryRun
from sdesk.cli.sheet import Column, Field, Sheet
from sdesk.domain.errors import BadInput
from sdesk.store.reader.rows import BlockedRow

BLOCKED: Sheet[BlockedRow] = Sheet(
    fields=(
        Field("pattern", lambda row: row.pattern),
        Field("actor", lambda row: row.actor),
        Field("blocked_at", lambda row: row.blocked_at),
    ),
    columns=(
        Column("SENDER", lambda row, eyes: row.pattern, cut=True),
        Column("BY", lambda row, eyes: row.actor),
        Column("SINCE", lambda row, eyes: eyes.local(row.blocked_at)),
    ),
)


def block(
    ctx: typer.Context,
    senders: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ADDRESS|DOMAIN]...", help="whose mail; nothing prints who is blocked"),
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="take mail from them again")] = False,
    dry_run: DryRun = False,
) -> None:
    """Discard a sender's mail from now on. It stays in the ledger with its raw bytes, and opens and answers nothing.

    Examples:
      sdesk mail block spammer@example.com
      sdesk mail block example.com
      sdesk mail block --remove example.com
      sdesk mail block
    """
    call = invocation.of(ctx)
    if not senders:
        if remove:
            raise BadInput("it is not said whom to take from the list", "name an address or a domain")
        _ = call.actor
        call.output.rows(call.reader.blocked(), BLOCKED)
        return
    call.output.check(BLOCKED)
    actor = call.actor
    from sdesk.desk.blocking import block as block_sender
    from sdesk.desk.blocking import unblock

    said = []
    with call.desk.work(actor, call.now) as work:
        for sender in senders:
            if remove:
                unblock(work, sender)
                said.append(f"`{sender}` is blocked no more")
            else:
                fresh = block_sender(work, sender)
                said.append(f"`{sender}` is blocked" + ("" if fresh else " already"))
        if not dry_run:
            work.session.commit()
    before = "dry run: " if dry_run else ""
    standard_output.text("".join(f"{before}{sentence}\n" for sentence in said))
