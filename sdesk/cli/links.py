"""`ticket link` and `ticket unlink`: tickets that belong together, and tickets that are one incident."""

from __future__ import annotations

from typing import Annotated

import typer

from sdesk.cli import invocation
from sdesk.cli.changing import change, tell
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.numbers import ticket_numbers
from sdesk.cli.options import DryRun, Numbers
from sdesk.domain.errors import BadInput


def link(
    ctx: typer.Context,
    numbers: Numbers,
    to: Annotated[
        str | None, typer.Option("--to", metavar="NUMBER", help="a ticket that they belong to", show_default=False)
    ] = None,
    incident: Annotated[
        str | None,
        typer.Option("--incident", metavar="NUMBER", help="the incident that they are part of", show_default=False),
    ] = None,
    dry_run: DryRun = False,
) -> ExitCode:
    """Say that tickets belong together, or that they are part of one incident.

    An incident is answered once, each requester in his own thread, and its parts are resolved with it.

    Examples:
      sdesk ticket link 13 --to 12
      sdesk ticket link 13 14 15 --incident 12
      sdesk list service:till created:-1h.. -o ids | sdesk ticket link - --incident 12
    """
    call = invocation.of(ctx)
    if (to is None) == (incident is None):
        raise BadInput("it is not said how the tickets belong together", "give either --to or --incident")
    found = ticket_numbers(call, numbers)
    (other,) = ticket_numbers(call, [to or incident or ""])
    if incident is None:
        outcomes = change(call, "link", found, {"to": other}, dry_run=dry_run)
    else:
        # `list` may name the incident itself.
        parts = [number for number in found if number != other] if len(found) > 1 else found
        outcomes = change(call, "join", parts, {"incident": other}, dry_run=dry_run)
    return tell(call, outcomes, dry_run=dry_run)


def unlink(
    ctx: typer.Context,
    numbers: Numbers,
    other: Annotated[
        str | None,
        typer.Option("--from", metavar="NUMBER", help="the ticket that they do not belong to", show_default=False),
    ] = None,
    dry_run: DryRun = False,
) -> ExitCode:
    """Take tickets out of their incident; with --from, say that they do not belong to another after all.

    Examples:
      sdesk ticket unlink 14
      sdesk ticket unlink 13 --from 12
    """
    call = invocation.of(ctx)
    found = ticket_numbers(call, numbers)
    if other is None:
        return tell(call, change(call, "leave", found, {}, dry_run=dry_run), dry_run=dry_run)
    (number,) = ticket_numbers(call, [other])
    return tell(call, change(call, "unlink", found, {"to": number}, dry_run=dry_run), dry_run=dry_run)
