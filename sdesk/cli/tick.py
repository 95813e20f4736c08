"""`tick`: all that time brings, once a minute from cron."""

from __future__ import annotations

from typing import Annotated

import typer

from sdesk.cli import fetch as fetching
from sdesk.cli import invocation, output
from sdesk.cli.diagnostics import ExitCode


def tick(
    ctx: typer.Context,
    quiet: Annotated[bool, typer.Option("--quiet", help="say nothing when all is well")] = False,
) -> ExitCode:
    """Fetch mail, wake tickets up, close what is over. Safe to overlap and to kill.

    Examples:
      sdesk tick
      * * * * * sdesk tick --quiet
    """
    call = invocation.of(ctx)
    from sdesk.desk.tick import sweep

    mailboxes = fetching.chosen(call, [])
    taken = fetching.take(call, mailboxes) if mailboxes else fetching.Taken()
    swept = sweep(call.desk, now=call.surroundings.clock())
    fetching.tell(taken)
    if not quiet:
        for report in taken.reports:
            done = f"{report.examined} examined, {report.created} created, {report.followed_up} followed up"
            output.text(f"{report.mailbox}: {done}\n")
        output.text(f"tickets: {swept.woken} woken, {swept.stale} gone stale, {swept.closed} closed for good\n")
    return taken.code
