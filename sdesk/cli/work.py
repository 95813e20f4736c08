"""The daily verbs that need no text: take, assign, wait."""

from __future__ import annotations

from typing import Annotated

import typer

from sdesk.actions.grammar import whom
from sdesk.cli import invocation
from sdesk.cli.changing import change, tell
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.effort import Spent, effort_values
from sdesk.cli.numbers import ticket_numbers
from sdesk.cli.options import DryRun, Numbers
from sdesk.cli.text_input import given


def take(ctx: typer.Context, numbers: Numbers, dry_run: DryRun = False) -> ExitCode:
    """Make tickets yours, those of another too: it is said whose they were.

    Of two who take a free ticket at once, one has it and the other ends with exit code 7.

    Examples:
      sdesk take 123
      sdesk list team:it assignee:none -o ids | sdesk take -
    """
    call = invocation.of(ctx)
    found = ticket_numbers(call, numbers)
    # Before the write side is loaded, which takes half a second: what another does meanwhile is noticed.
    rows = call.reader.rows(call.actor, found, now=call.now)
    holders = {number: row.assignee for number, row in rows.items()}
    outcomes = change(call, "take", found, {"holders": holders}, dry_run=dry_run)
    return tell(call, outcomes, dry_run=dry_run)


def assign(
    ctx: typer.Context,
    numbers: Numbers,
    to: Annotated[str, typer.Option("--to", metavar="WHOM", help="a login, me, none, or team:KEY")],
    dry_run: DryRun = False,
) -> ExitCode:
    """Give tickets to an agent or a team.

    Examples:
      sdesk assign 123 --to boris
      sdesk assign 123 124 --to team:hr
      sdesk assign 123 --to none
      sdesk list team:it assignee:none -o ids | sdesk assign - --to anna
    """
    call = invocation.of(ctx)
    outcomes = change(call, "assign", ticket_numbers(call, numbers), {"to": to}, dry_run=dry_run)
    return tell(call, outcomes, dry_run=dry_run)


def wait(
    ctx: typer.Context,
    numbers: Numbers,
    waiting_for: Annotated[
        str | None, typer.Option("--for", metavar="WHOM", help="requester, supplier or date", show_default=False)
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            "--until",
            metavar="WHEN",
            help="as 2h, fri 12:00, tomorrow 10:00; a day alone, as tomorrow or 2026-11-23, when its hours begin",
            show_default=False,
        ),
    ] = None,
    text: Annotated[
        str | None,
        typer.Option(
            "--text",
            metavar="TEXT",
            help="told to the requester first; - reads standard input, @FILE a file",
            show_default=False,
        ),
    ] = None,
    spent: Spent = None,
    dry_run: DryRun = False,
) -> ExitCode:
    """Let tickets wait: their clocks stand still until the answer, or the date.

    Examples:
      sdesk wait 123 --for requester --text "Which till is it?"
      sdesk wait 123 --for supplier --until "tomorrow 10:00"
      sdesk wait 123 --until 2026-11-23
    """
    call = invocation.of(ctx)
    waited_for = whom(waiting_for, until=until is not None)
    written = given(text, numbers)
    found = ticket_numbers(call, numbers)
    values: dict[str, object] = {"waiting_for": waited_for.value, **effort_values(call, spent)}
    if until is not None:
        values["until"] = call.until(until)
    if written is not None:
        values["text"] = written.text
    outcomes = change(call, "wait", found, values, dry_run=dry_run)
    return tell(call, outcomes, dry_run=dry_run)
