"""What became of mail: the ledger and the quarantine."""

from __future__ import annotations

from typing import Annotated

import typer

from sdesk.cli import invocation
from sdesk.cli import output as standard_output
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.numbers import seen_ticket
from sdesk.cli.options import MOST, Limit, cut_of, one_of
from sdesk.cli.output import Format
from sdesk.cli.sheet import Column, Field, Sheet
from sdesk.cli.wording import counted
from sdesk.domain.actor import Actor
from sdesk.domain.errors import BadInput
from sdesk.domain.kinds import INSTANT, NUMBER, TEXT, maybe
from sdesk.domain.ledger import Outcome
from sdesk.store.reader.mail_rows import LedgerRow, QuarantineRow

LEDGER: Sheet[LedgerRow] = Sheet(
    fields=(
        Field("id", lambda row: row.id, kind=NUMBER),
        Field("mailbox", lambda row: row.mailbox, kind=TEXT),
        Field("folder", lambda row: row.folder, kind=TEXT),
        Field("uid", lambda row: row.uid, kind=TEXT),
        Field("taken_at", lambda row: row.taken_at, kind=INSTANT),
        Field("marked_at", lambda row: row.marked_at, kind=maybe(INSTANT)),
        Field("sender", lambda row: row.sender, kind=TEXT),
        Field("subject", lambda row: row.subject, kind=TEXT),
        Field("message_id", lambda row: row.message_id, kind=TEXT),
        Field("sha256", lambda row: row.sha256, kind=TEXT),
        Field("outcome", lambda row: row.outcome, kind=TEXT),
        Field("reason", lambda row: row.reason, kind=TEXT),
        Field("number", lambda row: row.number, kind=maybe(NUMBER)),
        Field("ref", lambda row: row.ref or None, kind=maybe(TEXT)),
    ),
    columns=(
        Column("TAKEN", lambda row, eyes: eyes.local(row.taken_at)),
        Column("MAILBOX", lambda row, eyes: row.mailbox, spare=True),
        Column("SENDER", lambda row, eyes: row.sender, cut=True),
        Column("SUBJECT", lambda row, eyes: row.subject, cut=True),
        Column("OUTCOME", lambda row, eyes: row.outcome.replace("_", " ")),
        Column("TICKET", lambda row, eyes: row.ref),
        Column("WHY", lambda row, eyes: row.reason, wrap=True),
    ),
    number=lambda row: row.number,
)

QUARANTINE: Sheet[QuarantineRow] = Sheet(
    fields=(
        Field("id", lambda row: row.id, kind=NUMBER),
        Field("mailbox", lambda row: row.mailbox, kind=TEXT),
        Field("folder", lambda row: row.folder, kind=TEXT),
        Field("uid", lambda row: row.uid, kind=TEXT),
        Field("sender", lambda row: row.sender, kind=TEXT),
        Field("subject", lambda row: row.subject, kind=TEXT),
        Field("message_id", lambda row: row.message_id, kind=TEXT),
        Field("error", lambda row: row.error, kind=TEXT),
        Field("quarantined_at", lambda row: row.quarantined_at, kind=INSTANT),
        Field("ended_at", lambda row: row.ended_at, kind=maybe(INSTANT)),
        Field("ended_how", lambda row: row.ended_how, kind=maybe(TEXT)),
    ),
    columns=(
        Column("ID", lambda row, eyes: str(row.id), right=True),
        Column("SINCE", lambda row, eyes: eyes.local(row.quarantined_at)),
        Column("MAILBOX", lambda row, eyes: row.mailbox, spare=True),
        Column("SENDER", lambda row, eyes: row.sender, cut=True),
        Column("SUBJECT", lambda row, eyes: row.subject, cut=True),
        Column("ERROR", lambda row, eyes: row.error, wrap=True),
    ),
    number=lambda row: row.id,
)


def ledger(
    ctx: typer.Context,
    mailbox: Annotated[
        str | None, typer.Option("--mailbox", metavar="NAME", help="of one mailbox", show_default=False)
    ] = None,
    outcome: Annotated[
        str | None,
        typer.Option("--outcome", metavar="WORD", help=f"what became of it: {', '.join(Outcome)}", show_default=False),
    ] = None,
    ticket: Annotated[
        str | None,
        typer.Option("--ticket", metavar="NUMBER", help="of one ticket, as 123 or SD-123", show_default=False),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="WHEN", help="seen since then", show_default=False)
    ] = None,
    message_id: Annotated[
        str | None,
        typer.Option("--message-id", metavar="TEXT", help="whose Message-ID has this in it", show_default=False),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="prove that nothing on the server is missing from it, and that it adds up")
    ] = False,
    limit: Limit = 50,
) -> ExitCode:
    """Print the messages that the desk saw, newest first: from whom, what became of each, and why.

    Examples:
      sdesk mail ledger
      sdesk mail ledger --message-id 4711@shop.example
      sdesk mail ledger --outcome ignored --since -7d
      sdesk mail ledger --limit 0 -o csv > ledger.csv
      sdesk mail ledger --check
    """
    call = invocation.of(ctx)
    if check:
        if outcome or ticket or since or message_id:
            raise BadInput("--check looks at all of a mailbox", "leave the other filters out")
        from sdesk.cli.ledger_check import check_ledger

        return check_ledger(call, mailbox)
    from sdesk.store.reader.mailroom import Sought

    actor = call.actor_or_system
    if mailbox is not None:
        _require_mailbox(call, actor, mailbox)
    sought = Sought(
        mailbox=mailbox,
        outcome=one_of("--outcome", outcome, Outcome),
        number=seen_ticket(call, actor, ticket) if ticket is not None else None,
        since=call.since(since) if since is not None else None,
        message_id=message_id,
    )
    call.output.limited(lambda most: call.reader.ledger(actor, limit=most, sought=sought), LEDGER, cut_of(ctx, limit))
    return ExitCode.DONE


def _require_mailbox(call: invocation.Invocation, actor: Actor, name: str) -> None:
    """BadInput for a mailbox that stands neither in the configuration nor in the ledger, which remembers all."""
    from sdesk.cli.mailboxes import chosen
    from sdesk.store.reader.mailroom import Sought

    if not call.reader.ledger(actor, limit=1, sought=Sought(mailbox=name)):
        chosen(call, [name])


def quarantine_list(
    ctx: typer.Context,
    ended: Annotated[bool, typer.Option("--all", help="those too that have been dealt with")] = False,
) -> None:
    """Print the messages whose handling failed, oldest first.

    Examples:
      sdesk mail quarantine list
    """
    call = invocation.of(ctx)
    call.output.rows(call.reader.quarantine(call.actor_or_system, ended=ended), QUARANTINE)


def quarantine_show(
    ctx: typer.Context,
    number: Annotated[
        int, typer.Argument(metavar="ID", min=0, max=MOST, help="of `sdesk mail quarantine list`", show_default=False)
    ],
    raw: Annotated[bool, typer.Option("--raw", help="the message's bytes as they came")] = False,
) -> None:
    """Print one message whose handling failed, and why.

    Examples:
      sdesk mail quarantine show 3
      sdesk mail quarantine show 3 --raw > message.eml
    """
    call = invocation.of(ctx)
    row, content = call.reader.quarantined(call.actor_or_system, number)
    if raw:
        standard_output.raw(content)
    elif call.output.asked and call.output.format is not Format.TABLE:
        if call.output.format is Format.IDS:
            raise BadInput("-o ids has no use here", "take another format")
        call.output.one(row, QUARANTINE)
    else:
        from sdesk.domain.safe_text import neutralise, one_line

        eyes = call.output.eyes
        facts = (
            ("Message", f"{row.message_id or 'without Message-ID'}, {counted(len(content), 'byte')}"),
            ("From", row.sender),
            ("Subject", row.subject),
            ("Came", f"{row.mailbox} {row.folder} {row.uid}"),
            ("Since", eyes.local(row.quarantined_at)),
            ("Error", row.error),
            ("Ended", f"{eyes.local(row.ended_at)} {row.ended_how}" if row.ended_at is not None else ""),
        )
        standard_output.text("".join(f"{name:<8} {one_line(fact)}\n" for name, fact in facts if fact))
        standard_output.text(f"\n{neutralise(row.trace).rstrip()}\n")
