"""The verbs of outages: confirm, restored; with the times and shares that people tell afterwards."""

from __future__ import annotations

from typing import Annotated

import typer

from sdesk.cli import invocation
from sdesk.cli.changing import change, tell
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.numbers import ticket_numbers
from sdesk.cli.options import MOST, DryRun, Numbers
from sdesk.domain.outage import parse_share


def confirm(
    ctx: typer.Context,
    numbers: Numbers,
    down_from: Annotated[
        str | None, typer.Option("--from", metavar="WHEN", help="since when it has been down", show_default=False)
    ] = None,
    down_to: Annotated[
        str | None, typer.Option("--to", metavar="WHEN", help="until when it was down", show_default=False)
    ] = None,
    share: Annotated[
        str | None,
        typer.Option("--share", metavar="SHARE", help="of the unit's turnover, as 0.25 or 25%", show_default=False),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="another outage, after one that has ended")] = False,
    outage: Annotated[
        int | None,
        typer.Option(
            "--outage",
            metavar="ID",
            min=1,
            max=MOST,
            help="which one, by its id in `show`; else the last",
            show_default=False,
        ),
    ] = None,
    dry_run: DryRun = False,
) -> ExitCode:
    """Confirm the outage of tickets: its loss counts. Other times, or another share, set it right, after its end too.

    Examples:
      sdesk confirm 123
      sdesk confirm 123 --from 9:10 --share 0.25
      sdesk confirm 123 --from "2026-11-23 9:10" --to "2026-11-23 10:30"
      sdesk confirm 123 --again --from 14:00
    """
    call = invocation.of(ctx)
    values: dict[str, object] = {}
    if down_from is not None:
        values["down_from"] = call.instant(down_from, past=True)
    if down_to is not None:
        values["down_to"] = call.instant(down_to, past=True)
    if share is not None:
        values["share"] = parse_share(share)
    if again:
        values["again"] = True
    if outage is not None:
        values["outage"] = outage
    outcomes = change(call, "confirm", ticket_numbers(call, numbers), values, dry_run=dry_run)
    return tell(call, outcomes, dry_run=dry_run)


def restored(
    ctx: typer.Context,
    numbers: Numbers,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="WHEN", help="since when it works again, if not now", show_default=False),
    ] = None,
    dry_run: DryRun = False,
) -> ExitCode:
    """End the outage of tickets, which stay open: the trade goes on, the cause is still to be found.

    Examples:
      sdesk restored 123
      sdesk restored 123 --at 10:30
      sdesk restored 123 --at "-20m"
    """
    call = invocation.of(ctx)
    values = {} if at is None else {"at": call.instant(at, past=True)}
    outcomes = change(call, "restored", ticket_numbers(call, numbers), values, dry_run=dry_run)
    return tell(call, outcomes, dry_run=dry_run)
