"""`ticket merge` and `ticket split`: one matter in several tickets, several matters in one."""

from __future__ import annotations

from typing import Annotated

import typer

from sdesk.cli import invocation
from sdesk.cli.changing import change, tell
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.numbers import one_ticket, ticket_numbers
from sdesk.cli.options import MOST, DryRun, Numbers


def merge(
    ctx: typer.Context,
    numbers: Numbers,
    into: Annotated[str, typer.Option("--into", metavar="NUMBER", help="the ticket that goes on", show_default=False)],
    dry_run: DryRun = False,
) -> ExitCode:
    """Put tickets into another, which goes on alone, with their conversation and the earlier of each promise.

    Mails that answer a merged ticket reach the one that goes on. For many requesters with one trouble see
    `sdesk ticket link --incident` instead: there each keeps a thread of his own.

    Examples:
      sdesk ticket merge 13 --into 12
      sdesk ticket merge 13 14 --into 12 -n
    """
    call = invocation.of(ctx)
    found = ticket_numbers(call, numbers)
    (survivor,) = ticket_numbers(call, [into])
    return tell(call, change(call, "merge", found, {"into": survivor}, dry_run=dry_run), dry_run=dry_run)


def split(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="as 123 or SD-123", show_default=False)],
    messages: Annotated[
        list[int],
        typer.Option(
            "--message",
            metavar="MESSAGE",
            min=1,
            max=MOST,
            help="what the new ticket is about, by its number in `show`; may be repeated",
            show_default=False,
        ),
    ],
    subject: Annotated[
        str | None,
        typer.Option("--subject", metavar="TEXT", help="of the new ticket; else the message's own", show_default=False),
    ] = None,
    dry_run: DryRun = False,
) -> ExitCode:
    """Open a ticket of its own for messages of one, when a thread has come to be about something else.

    Its clocks run since the first of these messages came.

    Examples:
      sdesk ticket split 12 --message 517
      sdesk ticket split 12 --message 517 --message 519 --subject "New scanner"
    """
    call = invocation.of(ctx)
    found = one_ticket(call, [number], "split")
    values: dict[str, object] = {"messages": tuple(messages)}
    if subject:
        values["subject"] = subject
    outcomes = change(call, "split", [found], values, dry_run=dry_run)
    return tell(call, outcomes, dry_run=dry_run, opens=True)
