"""`mail outbox`: what is to go, what went, and what stands in its way."""

from __future__ import annotations

from typing import Annotated

import typer

from sdesk.cli import diagnostics, invocation, output
from sdesk.cli.numbers import seen_ticket
from sdesk.cli.options import MOST, Limit, cut_of
from sdesk.cli.sheet import Column, Field, Sheet
from sdesk.domain.errors import BadInput
from sdesk.domain.kinds import INSTANT, NUMBER, TEXT, many, maybe
from sdesk.domain.nearest import did_you_mean
from sdesk.store.reader.mail_rows import OutboxRow

ANEW = "made anew as of then: the ticket and the templates may have changed since"
"""Of what has gone no copy is kept."""

STATES = ("queued", "sent", "failed", "held", "taken_back")

OUTBOX: Sheet[OutboxRow] = Sheet(
    fields=(
        Field("id", lambda row: row.id, kind=NUMBER),
        Field("kind", lambda row: row.kind, kind=TEXT),
        Field("number", lambda row: row.number, kind=maybe(NUMBER)),
        Field("ref", lambda row: row.ref, kind=TEXT),
        Field("subject", lambda row: row.subject, kind=TEXT),
        Field("to", lambda row: list(row.to), kind=many(TEXT)),
        Field("state", lambda row: row.state, kind=TEXT),
        Field("created_at", lambda row: row.created_at, kind=INSTANT),
        Field("send_after", lambda row: row.send_after, kind=INSTANT),
        Field("sent_at", lambda row: row.sent_at, kind=maybe(INSTANT)),
        Field("attempts", lambda row: row.attempts, kind=NUMBER),
        Field("error", lambda row: row.error, kind=maybe(TEXT)),
        Field("message_id", lambda row: row.message_id, kind=TEXT),
        Field("sent_with", lambda row: row.sent_with, kind=maybe(NUMBER)),
    ),
    columns=(
        Column("ID", lambda row, eyes: str(row.id), right=True),
        Column("STATE", lambda row, eyes: row.state.replace("_", " ")),
        Column("WHEN", lambda row, eyes: eyes.local(row.sent_at or row.send_after)),
        Column("KIND", lambda row, eyes: row.kind),
        Column("TICKET", lambda row, eyes: row.ref),
        Column("TO", lambda row, eyes: ", ".join(row.to), cut=True),
        Column("TRIES", lambda row, eyes: str(row.attempts) if row.attempts else "", right=True, optional=True),
        Column("WHY", lambda row, eyes: row.error or "", wrap=True, optional=True),
    ),
    number=lambda row: row.id,
)


def outbox_list(
    ctx: typer.Context,
    state: Annotated[
        str | None, typer.Option("--state", metavar="STATE", help=f"one of {', '.join(STATES)}", show_default=False)
    ] = None,
    ticket: Annotated[
        str | None,
        typer.Option("--ticket", metavar="NUMBER", help="of one ticket, as 123 or SD-123", show_default=False),
    ] = None,
    limit: Limit = 50,
) -> None:
    """Print what is to go and what went, newest first.

    Examples:
      sdesk mail outbox list
      sdesk mail outbox list --state failed
      sdesk mail outbox list --ticket SD-12 -o json
    """
    call = invocation.of(ctx)
    if state is not None and state not in STATES:
        raise BadInput(f"there is no state `{state}`", did_you_mean(state, STATES, f"known: {', '.join(STATES)}"))
    actor = call.actor_or_system
    number = seen_ticket(call, actor, ticket) if ticket is not None else None
    call.output.limited(
        lambda most: call.reader.outbox(actor, state=state, number=number, limit=most), OUTBOX, cut_of(ctx, limit)
    )


def outbox_show(
    ctx: typer.Context,
    mail: Annotated[
        int, typer.Argument(metavar="ID", min=0, max=MOST, help="of `sdesk mail outbox list`", show_default=False)
    ],
    raw: Annotated[bool, typer.Option("--raw", help="the bytes as they go over the wire")] = False,
) -> None:
    """Print a mail of the outbox, with its header: as it would go now, or as it went, as far as that is known.

    Examples:
      sdesk mail outbox show 7
      sdesk mail outbox show 7 --raw > message.eml
    """
    call = invocation.of(ctx)
    actor = call.actor_or_system
    from sdesk.desk.outbox.previews import look_at
    from sdesk.domain.thread import hide_agent_tokens
    from sdesk.mail.outbox.shown import letter_of_seen

    with call.desk.work(actor, call.now) as work:
        seen = look_at(work, mail)
    letter = letter_of_seen(seen, fallback_sender=call.config.sender)
    if raw:
        if seen.went:
            diagnostics.note(ANEW)
        text = letter.as_bytes(utf8=True).decode("utf-8", "surrogateescape")
        output.raw(hide_agent_tokens(text).encode("utf-8", "surrogateescape"))
        return
    from sdesk.domain.safe_text import neutralise, one_line

    row = seen.row
    where = row.state.value.replace("_", " ")
    if row.sent_at is not None and seen.went:
        where += f" {call.output.eyes.local(row.sent_at)}"
    if row.done:
        where += f" by {', '.join(row.done)}"
    if row.sent_with is not None:
        where += f", with mail {row.sent_with}"
    if row.last_error:
        where += f": {row.last_error}"
    head = f"State: {one_line(where)}\n" + (f"Note: {ANEW}\n" if seen.went else "")
    output.sentences(head + neutralise(hide_agent_tokens(letter.shown())))
