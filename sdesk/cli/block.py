"""`mail block`: whose mail is discarded."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import typer

from sdesk.cli import invocation
from sdesk.cli import output as standard_output
from sdesk.cli.options import DryRun
from sdesk.cli.sheet import DRY_RUN, Column, Field, Sheet
from sdesk.domain.errors import BadInput
from sdesk.domain.kinds import FLAG, INSTANT, TEXT
from sdesk.store.reader.mail_rows import BlockedRow

BLOCKED: Sheet[BlockedRow] = Sheet(
    fields=(
        Field("pattern", lambda row: row.pattern, kind=TEXT),
        Field("actor", lambda row: row.actor, kind=TEXT),
        Field("blocked_at", lambda row: row.blocked_at, kind=INSTANT),
    ),
    columns=(
        Column("SENDER", lambda row, eyes: row.pattern, cut=True),
        Column("BY", lambda row, eyes: row.actor),
        Column("SINCE", lambda row, eyes: eyes.local(row.blocked_at)),
    ),
)


class Changed(NamedTuple):
    """What became of one sender."""

    pattern: str
    blocked: bool
    """Now."""
    changed: bool
    sentence: str


CHANGED: Sheet[Changed] = Sheet(
    fields=(
        Field("pattern", lambda row: row.pattern, kind=TEXT),
        Field("blocked", lambda row: row.blocked, kind=FLAG),
        Field("changed", lambda row: row.changed, kind=FLAG),
        Field("sentence", lambda row: row.sentence, kind=TEXT),
        DRY_RUN,
    ),
    columns=(
        Column("SENDER", lambda row, eyes: row.pattern, cut=True),
        Column("BLOCKED", lambda row, eyes: "yes" if row.blocked else "no"),
        Column("CHANGED", lambda row, eyes: "yes" if row.changed else "no"),
    ),
)


def block(
    ctx: typer.Context,
    senders: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ADDRESS|DOMAIN]...", help="whose mail; without any: print who is blocked"),
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
        _ = call.actor_or_system
        call.output.rows(call.reader.blocked(), BLOCKED)
        return
    call.output.check(CHANGED)
    actor = call.actor_or_system
    from sdesk.desk.blocking import block as block_sender
    from sdesk.desk.blocking import unblock

    done = []
    with call.desk.work(actor, call.now) as work:
        for sender in senders:
            if remove:
                unblock(work, sender)
                done.append(Changed(sender, False, True, f"`{sender}` is blocked no more"))
            else:
                fresh = block_sender(work, sender)
                done.append(Changed(sender, True, fresh, f"`{sender}` is blocked" + ("" if fresh else " already")))
        if not dry_run:
            work.session.commit()
    if call.output.asked:
        call.output.rows(done, CHANGED)
        return
    before = "dry run: " if dry_run else ""
    standard_output.text("".join(f"{before}{each.sentence}\n" for each in done))
