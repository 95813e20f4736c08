"""`ticket tag`: words on tickets."""

from __future__ import annotations

from typing import Annotated

import typer

from sdesk.cli import invocation
from sdesk.cli.changing import change, tell
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.numbers import ticket_numbers
from sdesk.cli.options import DryRun, Numbers
from sdesk.domain.errors import BadInput


def tag(
    ctx: typer.Context,
    numbers: Numbers,
    add: Annotated[
        list[str] | None, typer.Option("--add", metavar="WORD", help="to add; may be repeated", show_default=False)
    ] = None,
    remove: Annotated[
        list[str] | None,
        typer.Option("--remove", metavar="WORD", help="to take away; may be repeated", show_default=False),
    ] = None,
    dry_run: DryRun = False,
) -> ExitCode:
    """Add tags to tickets, and take others away. A tag is one word; its letters are kept small.

    Examples:
      sdesk ticket tag 123 --add pos
      sdesk ticket tag 123 124 --add vip --remove new
      sdesk list unit:flagship -o ids | sdesk ticket tag - --add audit
    """
    call = invocation.of(ctx)
    given = {"tags": tuple(add or ()), "untags": tuple(remove or ())}
    values: dict[str, object] = {name: words for name, words in given.items() if words}
    if not values:
        raise BadInput("no tag is named", "say --add WORD or --remove WORD")
    return tell(call, change(call, "tag", ticket_numbers(call, numbers), values, dry_run=dry_run), dry_run=dry_run)
