"""`ticket watch` and `ticket unwatch`: being told of tickets that are another's."""

from __future__ import annotations

from typing import Annotated

import typer

from sdesk.cli import invocation
from sdesk.cli.changing import change, tell
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.numbers import ticket_numbers
from sdesk.cli.options import DryRun, Numbers

Agent = Annotated[
    str | None, typer.Option("--agent", metavar="LOGIN", help="who watches; else you", show_default=False)
]


def watch(ctx: typer.Context, numbers: Numbers, agent: Agent = None, dry_run: DryRun = False) -> ExitCode:
    """Watch tickets that are not yours: you get the same news as who has them, and need not do anything.

    Nobody is told of what he did himself, nor of a private team's ticket that he may not see. `sdesk list watch:me`
    prints what you watch.

    Examples:
      sdesk ticket watch 123
      sdesk ticket watch 123 124 --agent boris
      sdesk list unit:flagship priority:P1 -o ids | sdesk ticket watch -
    """
    return _change(ctx, "watch", numbers, agent, dry_run=dry_run)


def unwatch(ctx: typer.Context, numbers: Numbers, agent: Agent = None, dry_run: DryRun = False) -> ExitCode:
    """Watch tickets no more.

    Examples:
      sdesk ticket unwatch 123
      sdesk list watch:me is:stale -o ids | sdesk ticket unwatch -
    """
    return _change(ctx, "unwatch", numbers, agent, dry_run=dry_run)


def _change(ctx: typer.Context, action: str, numbers: list[str], agent: str | None, *, dry_run: bool) -> ExitCode:
    call = invocation.of(ctx)
    values = {} if agent is None else {"agent": agent}
    return tell(call, change(call, action, ticket_numbers(call, numbers), values, dry_run=dry_run), dry_run=dry_run)
