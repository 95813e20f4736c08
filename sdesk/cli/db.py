"""The store itself: make it, bring it up, look it over, say where it is."""

from __future__ import annotations

import typer

from sdesk.cli import invocation, output
from sdesk.cli.diagnostics import ExitCode
from sdesk.domain.errors import Refused
from sdesk.domain.safe_text import one_line


def init(ctx: typer.Context) -> None:
    """Make a new, empty store. One that stands there is left as it is.

    Examples:
      sdesk db init
      sdesk --db /srv/sdesk/sdesk.db db init
    """
    call = invocation.of(ctx)
    from sdesk.store.migrate import init as make

    make(call.store)
    output.text(f"made the store {call.store}\n")


def migrate(ctx: typer.Context) -> None:
    """Bring the store up to this program's schema, all or nothing.

    Examples:
      sdesk db migrate
    """
    call = invocation.of(ctx)
    from sdesk.store.migrate import migrate as bring_up

    before, after = bring_up(call.store)
    done = "nothing to do: it is at" if before == after else f"brought from {before} to"
    output.text(f"{call.store}: {done} {after}\n")


def check(ctx: typer.Context) -> ExitCode:
    """Look for damage in the store, and for what contradicts itself. Changes nothing.

    Examples:
      sdesk db check
    """
    call = invocation.of(ctx)
    from sdesk.store.check import check as look_over

    problems = look_over(call.store)
    if not problems:
        output.text(f"{call.store}: no problem found\n")
        return ExitCode.DONE
    output.text("".join(f"{one_line(problem)}\n" for problem in problems))
    found = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    raise Refused(f"{found} in the store {call.store}", "restore a backup, or report what is listed")


def path(ctx: typer.Context) -> None:
    """Print where the store is.

    Examples:
      sdesk db path
    """
    output.text(f"{invocation.of(ctx).store}\n")
