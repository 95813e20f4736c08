"""`ticket set`: the fields of a ticket that have no verb of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from sdesk.actions.grammar import priority_values
from sdesk.cli import invocation
from sdesk.cli.changing import change_at_once, tell
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.effort import Spent, Visit, effort_values
from sdesk.cli.form import Fields, answers
from sdesk.cli.numbers import ticket_numbers
from sdesk.cli.options import DryRun, NoQuestion, Numbers, one_of
from sdesk.cli.question import ask_first
from sdesk.domain.errors import BadInput
from sdesk.domain.ticket import Impact, Status, Urgency


def set_fields(
    ctx: typer.Context,
    numbers: Numbers,
    service: Annotated[
        str | None, typer.Option("--service", metavar="KEY", help="what it is about", show_default=False)
    ] = None,
    team: Annotated[str | None, typer.Option("--team", metavar="KEY", help="whose it is", show_default=False)] = None,
    unit: Annotated[
        str | None, typer.Option("--unit", metavar="KEY", help="where it is; none takes it away", show_default=False)
    ] = None,
    requester: Annotated[
        str | None, typer.Option("--requester", metavar="ADDRESS", help="who asks", show_default=False)
    ] = None,
    subject: Annotated[
        str | None, typer.Option("--subject", metavar="TEXT", help="in one line", show_default=False)
    ] = None,
    impact: Annotated[
        str | None,
        typer.Option("--impact", metavar="IMPACT", help="extensive, significant, moderate, minor", show_default=False),
    ] = None,
    urgency: Annotated[
        str | None,
        typer.Option("--urgency", metavar="URGENCY", help="critical, high, medium, low", show_default=False),
    ] = None,
    tags: Annotated[
        list[str] | None, typer.Option("--tag", metavar="WORD", help="add; may be repeated", show_default=False)
    ] = None,
    untags: Annotated[
        list[str] | None, typer.Option("--untag", metavar="WORD", help="take away; may be repeated", show_default=False)
    ] = None,
    field: Fields = None,
    assets: Annotated[
        list[str] | None,
        typer.Option("--asset", metavar="INVENTORY", help="equipment; may be repeated", show_default=False),
    ] = None,
    unassets: Annotated[
        list[str] | None,
        typer.Option("--no-asset", metavar="INVENTORY", help="take away; may be repeated", show_default=False),
    ] = None,
    priority: Annotated[
        str | None,
        typer.Option(
            "--priority",
            metavar="P1..P5",
            help="by hand; needs --reason. auto: what follows from impact and urgency",
            show_default=False,
        ),
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
    yes: NoQuestion = False,
) -> ExitCode:
    """Set the facts of tickets right; write down time spent and agreed visits.

    Priority, promises and the loss of an outage follow from service, unit, impact and urgency.

    Examples:
      sdesk ticket set 123 --service till
      sdesk ticket set 123 --team hr
      sdesk ticket set 123 --unit flagship --requester irina@example.org
      sdesk ticket set 123 --urgency high --tag pos --untag vip
      sdesk ticket set 123 --field model=60F --field since=
      sdesk ticket set 123 --asset T-0031 --no-asset T-0032
      sdesk ticket set 123 --priority P2 --reason "Board meeting"
      sdesk ticket set 123 --priority auto
      sdesk ticket set 123 --status spam
      sdesk ticket set 123 --spent 15m
      sdesk ticket set 123 --spent -5m
      sdesk ticket set 123 --visit "fri 10:00"
      sdesk ticket set 123 --visit none
    """
    call = invocation.of(ctx)
    facts = {
        "subject": subject,
        "requester": requester,
        "unit": unit,
        "impact": one_of("--impact", impact, Impact),
        "urgency": one_of("--urgency", urgency, Urgency),
        "tags": tuple(tags or ()) or None,
        "untags": tuple(untags or ()) or None,
        "form": answers(field),
        "assets": tuple(assets or ()) or None,
        "unassets": tuple(unassets or ()) or None,
    }
    steps = _steps(
        service={"service": service} if service is not None else None,
        set={name: value for name, value in facts.items() if value is not None},
        priority=priority_values(priority, reason),
        spent=effort_values(call, spent) if spent is not None else None,
        visit=effort_values(call, None, visit) if visit is not None else None,
        assign={"to": f"team:{team}"} if team is not None else None,
    )
    if status is not None:
        if status != Status.SPAM:
            raise BadInput(f"--status knows no `{status}`", "it takes spam; else use take, wait, close or reopen")
        steps.append(("spam", {}))
    if not steps:
        raise BadInput("nothing to set", "say what: --service, --team, --unit, --priority with --reason, --tag, ...")
    found = ticket_numbers(call, numbers)
    if status is not None and not dry_run and len(found) > 1:
        ask_first(f"{len(found)} tickets become spam?", yes=yes, keeps=True)
    return tell(call, change_at_once(call, "set", found, steps, dry_run=dry_run), dry_run=dry_run)


def _steps(**values: Mapping[str, object] | None) -> list[tuple[str, Mapping[str, object]]]:
    """The actions that were given something, in their order.

    The service comes first, which brings a team, impact and urgency of its own; the team comes late, since a ticket may
    go behind a wall with it.
    """
    return [(action, given) for action, given in values.items() if given]
