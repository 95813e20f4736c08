"""`ticket set`: the fields of a ticket that have no verb of their own."""

from __future__ import annotations

from typing import Annotated

import typer

from sdesk.cli import diagnostics, invocation
from sdesk.cli.changing import change, tell
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.effort import Spent, Visit, effort_values
from sdesk.cli.numbers import ticket_numbers
from sdesk.cli.options import DryRun, Numbers, Yes, one_of
from sdesk.cli.question import agreed
from sdesk.domain.errors import BadInput
from sdesk.domain.ticket import Priority, Status


def set_fields(
    ctx: typer.Context,
    numbers: Numbers,
    service: Annotated[
        str | None, typer.Option("--service", metavar="KEY", help="what it is about", show_default=False)
    ] = None,
    priority: Annotated[
        str | None, typer.Option("--priority", metavar="P1..P5", help="by hand; needs --reason", show_default=False)
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="why the priority is set by hand", show_default=False)
    ] = None,
    status: Annotated[
        str | None, typer.Option("--status", metavar="STATUS", help="spam; other moves have verbs", show_default=False)
    ] = None,
    spent: Spent = None,
    visit: Visit = None,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> ExitCode:
    """Change the service, the priority or the status of tickets; write down time spent and agreed visits.

    Examples:
      sdesk ticket set 123 --service till
      sdesk ticket set 123 --priority P2 --reason "Board meeting"
      sdesk ticket set 123 --status spam
      sdesk ticket set 123 --spent 15m
      sdesk ticket set 123 --spent -5m
      sdesk ticket set 123 --visit "fri 10:00"
      sdesk ticket set 123 --visit none
    """
    call = invocation.of(ctx)
    actions: list[tuple[str, dict[str, object]]] = []
    if service is not None:
        actions.append(("service", {"service": service}))
    if priority is not None:
        if not reason or not reason.strip():
            raise BadInput("a priority set by hand needs a reason", "give --reason TEXT")
        actions.append(("priority", {"priority": one_of("--priority", priority.upper(), Priority), "reason": reason}))
    elif reason is not None:
        raise BadInput("--reason is for --priority", "give both, or neither")
    if spent is not None:
        actions.append(("spent", effort_values(call, spent)))
    if visit is not None:
        actions.append(("visit", effort_values(call, None, visit)))
    if status is not None:
        if status != Status.SPAM:
            raise BadInput(f"--status knows no `{status}`", "it takes spam; else use take, wait, close or reopen")
        actions.append(("spam", {}))
    if not actions:
        raise BadInput("nothing to set", "give --service, --priority with --reason, --spent, --visit, or --status spam")
    found = ticket_numbers(call, numbers)
    if (
        status is not None
        and not dry_run
        and len(found) > 1
        and not agreed(f"{len(found)} tickets become spam?", yes=yes)
    ):
        return ExitCode.FAILED
    codes = [
        tell(call, change(call, action, found, values, dry_run=dry_run), dry_run=dry_run) for action, values in actions
    ]
    return diagnostics.worst(codes)
