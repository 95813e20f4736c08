"""The store itself: make it, bring it up, say where it is."""

from __future__ import annotations

import typer

from sdesk.cli import invocation, output


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


def path(ctx: typer.Context) -> None:
    """Print where the store is.

    Examples:
      sdesk db path
    """
    output.text(f"{invocation.of(ctx).store}\n")
