"""`playbook start`, `move`, `skip`, `cancel`: what is done to a running playbook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from sdesk.cli import diagnostics, invocation
from sdesk.cli.changing import SHEET, tell
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.invocation import Invocation
from sdesk.cli.numbers import ticket_numbers
from sdesk.cli.options import DryRun
from sdesk.cli.playbook import Key, Parent
from sdesk.cli.text_input import given

if TYPE_CHECKING:
    from sdesk.desk.change import Change
    from sdesk.desk.opening import Work

Date = Annotated[
    str, typer.Option("--date", metavar="WHEN", help="the day that steps count from, with a time or without")
]
Why = Annotated[
    str,
    typer.Option(
        "--text", metavar="TEXT", help="why: a line; - reads standard input, @FILE a file", show_default=False
    ),
]


def start(
    ctx: typer.Context,
    key: Key,
    date: Date,
    unit: Annotated[
        str | None, typer.Option("--unit", metavar="KEY", help="for which unit", show_default=False)
    ] = None,
    requester: Annotated[
        str | None,
        typer.Option("--requester", metavar="ADDRESS", help="who asked for it, or for whom it is", show_default=False),
    ] = None,
    dry_run: DryRun = False,
) -> ExitCode:
    """Start a playbook: a ticket that stands for all of it, and a ticket for each step whose time has come.

    The other steps are opened by `sdesk tick` when their time comes, or as soon as what they wait for is done. What is
    past already on this day is opened at once, and promised from now on. What the desk file says later changes nothing
    of it. Times of day and days are the desk's.

    Examples:
      sdesk playbook start shop-opening --unit store-031 --date 2027-03-01
      sdesk playbook start joiner --date mon --requester ivan@example.org
      sdesk playbook start shop-opening --unit store-031 --date 2027-03-01 --dry-run
    """
    call = invocation.of(ctx)
    day = _day(call, date)
    call.output.check(SHEET)
    actor = call.actor
    from sdesk.actions.playbooks import Start
    from sdesk.actions.playbooks import start as begin

    outcomes = begin(call.desk, actor, Start(key, day, unit, requester, dry_run), now=call.now)
    done = tell(call, outcomes, dry_run=dry_run, opens=True)
    if day[:10] < call.now.astimezone(call.zone).date().isoformat():
        diagnostics.warning(f"{day.replace('T', ' ')} is past. was another year meant? `sdesk playbook move` moves it")
    return done


def move(ctx: typer.Context, number: Parent, date: Date, dry_run: DryRun = False) -> ExitCode:
    """Move the day of a running playbook: the steps that are not done move along, those that are done stay.

    What nobody has begun waits for its new time; a wait for a date moves by as much. Whoever has an open step whose
    day moves is told. What is past by the new day is opened at once.

    Examples:
      sdesk playbook move 120 --date 2027-03-15
      sdesk playbook move 120 --date 2027-03-15 -n
    """
    call = invocation.of(ctx)
    day, (parent,) = _day(call, date), ticket_numbers(call, [number])
    from sdesk.desk.playbook_changes import move as use_case

    return _do(call, "playbook move", lambda work: (use_case(work, parent, day=day),), dry_run=dry_run)


def skip(
    ctx: typer.Context,
    number: Parent,
    step: Annotated[str, typer.Argument(metavar="STEP", help="its key in `playbook progress`", show_default=False)],
    text: Why,
    dry_run: DryRun = False,
) -> ExitCode:
    """Leave a step out this time: one that is planned is never opened, the ticket of an open one is resolved silently.

    What waits for it waits no more.

    Examples:
      sdesk playbook skip 120 line --text "The landlord has one"
    """
    call = invocation.of(ctx)
    why, (parent,) = _why(text, number), ticket_numbers(call, [number])
    from sdesk.desk.playbook_changes import skip as use_case

    return _do(call, "playbook skip", lambda work: (use_case(work, parent, step, text=why),), dry_run=dry_run)


def cancel(ctx: typer.Context, number: Parent, text: Why, dry_run: DryRun = False) -> ExitCode:
    """Cancel a running playbook: no further step is opened, and its parent is resolved silently.

    Steps that are open stay with those who have them, who are told; so does a parent that others are part of.

    Examples:
      sdesk playbook cancel 120 --text "The shop is not opened"
    """
    call = invocation.of(ctx)
    why, (parent,) = _why(text, number), ticket_numbers(call, [number])
    from sdesk.desk.playbook_changes import cancel as use_case

    return _do(call, "playbook cancel", lambda work: (use_case(work, parent, text=why),), dry_run=dry_run)


def _do(call: Invocation, verb: str, use_case: Callable[[Work], Sequence[Change]], *, dry_run: bool) -> ExitCode:
    """Do it in one transaction, and say what became of it."""
    call.output.check(SHEET)
    actor = call.actor
    from sdesk.actions.perform import perform_once

    return tell(call, perform_once(call.desk, actor, verb, use_case, now=call.now, dry_run=dry_run), dry_run=dry_run)


def _why(text: str, number: str) -> str:
    """The line, from wherever it comes. BadInput, Refused."""
    written = given(text, [number])
    return "" if written is None else written.text


def _day(call: Invocation, text: str) -> str:
    """The day as it is kept: local, with a time of day where one was said. BadInput."""
    from sdesk.actions.playbooks import day_of

    return day_of(text, now=call.now, zone=call.zone)
