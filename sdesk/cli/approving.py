"""Approvals: what an approver said, asking again, asking for none."""

from __future__ import annotations

from typing import Annotated

import typer

from sdesk.cli import invocation
from sdesk.cli.changing import change, tell
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.numbers import ticket_numbers
from sdesk.cli.options import DryRun, Numbers
from sdesk.cli.text_input import wanted

_Said = Annotated[
    str | None,
    typer.Option(
        "--text",
        metavar="TEXT",
        help="how it was given, and why: the requester reads it; - reads standard input, @FILE a file",
        show_default=False,
    ),
]


def approve(ctx: typer.Context, numbers: Numbers, text: _Said = None, dry_run: DryRun = False) -> ExitCode:
    """Write down that an approver said yes: the clocks run, and the team and the requester are told.

    It is for a lead or an admin, where the answer came otherwise than by the approver's own mail or page.

    Examples:
      sdesk approve 123 --text "Irina said yes by phone"
      sdesk list is:unapproved service:till -o ids | sdesk approve - --text "by the board's decision of today"
    """
    return _decide(ctx, "approve", numbers, text, dry_run=dry_run)


def refuse(ctx: typer.Context, numbers: Numbers, text: _Said = None, dry_run: DryRun = False) -> ExitCode:
    """Write down that an approver said no: tickets are resolved, and their requesters are told why.

    It is for a lead or an admin, where the answer came otherwise than by the approver's own mail or page.

    Examples:
      sdesk refuse 123 --text "Not before the new year, Irina says"
    """
    return _decide(ctx, "refuse", numbers, text, dry_run=dry_run)


def ask(
    ctx: typer.Context,
    numbers: Numbers,
    of: Annotated[
        str | None,
        typer.Option(
            "--of",
            metavar="ADDRESS",
            help="whom; else whom was asked last, or whom the service names",
            show_default=False,
        ),
    ] = None,
    dry_run: DryRun = False,
) -> ExitCode:
    """Ask for an approval by mail, once more or of somebody else: tickets wait for it, and every clock stands still.

    A service that has `approve_by` in the desk file asks by itself.

    Examples:
      sdesk ticket ask-approval 123
      sdesk ticket ask-approval 123 --of irina@shop.example
    """
    call = invocation.of(ctx)
    values = {} if of is None else {"of": of}
    outcomes = change(call, "ask-approval", ticket_numbers(call, numbers), values, dry_run=dry_run)
    return tell(call, outcomes, dry_run=dry_run)


def cancel(ctx: typer.Context, numbers: Numbers, dry_run: DryRun = False) -> ExitCode:
    """Ask no more: tickets go on without an approval, which their history says. For a lead or an admin.

    Examples:
      sdesk ticket drop-approval 123
    """
    call = invocation.of(ctx)
    outcomes = change(call, "drop-approval", ticket_numbers(call, numbers), {}, dry_run=dry_run)
    return tell(call, outcomes, dry_run=dry_run)


def _decide(ctx: typer.Context, verb: str, numbers: list[str], text: str | None, *, dry_run: bool) -> ExitCode:
    call = invocation.of(ctx)
    written = wanted(text, numbers)
    found = ticket_numbers(call, numbers)
    outcomes = change(call, verb, found, {"text": written.text}, dry_run=dry_run)
    written.done() if all(each.error is None for each in outcomes) else written.keep()
    return tell(call, outcomes, dry_run=dry_run)
