"""`undo`: what you did last, taken back whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from sdesk.cli import diagnostics, invocation
from sdesk.cli.changing import SHEET, tell
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.options import DryRun
from sdesk.cli.sheet import Column, Field, Sheet
from sdesk.domain.errors import NothingToDo
from sdesk.domain.kinds import INSTANT, NUMBER, TEXT, many
from sdesk.store.reader.undoing import UndoRow

LAST = 10
"""How many actions are listed."""

CAN_BE: Sheet[UndoRow] = Sheet(
    fields=(
        Field("at", lambda row: row.at, kind=INSTANT),
        Field("verb", lambda row: row.verb, kind=TEXT),
        Field("sentence", lambda row: row.sentence, kind=TEXT),
        Field("numbers", lambda row: list(row.numbers), kind=many(NUMBER)),
    ),
    columns=(
        Column("AT", lambda row, eyes: eyes.local(row.at)),
        Column("WHAT", lambda row, eyes: row.sentence, wrap=True),
        Column("TICKETS", lambda row, eyes: str(len(row.numbers)), right=True),
    ),
)


def undo(
    ctx: typer.Context,
    listed: Annotated[
        bool, typer.Option("--list", help=f"print what can be undone instead, the last {LAST}, the last first")
    ] = False,
    dry_run: DryRun = False,
) -> ExitCode:
    """Undo what you did last, on all tickets that you did it to at once; again, and what you did before it.

    The tickets are exactly as they were. What somebody changed since is left alone, and named; an answer can be undone
    for ten seconds, until it goes. What you did more than a day ago stays.

    Examples:
      sdesk undo
      sdesk undo -n
      sdesk undo --list
    """
    call = invocation.of(ctx)
    if listed:
        call.output.check(CAN_BE)
    else:
        call.output.check(SHEET)
    # The agent first: who that is costs nothing to ask, and writing half a second.
    actor = call.actor
    if listed:
        call.output.rows(call.reader.undoable(actor, now=call.now, limit=LAST), CAN_BE)
        return ExitCode.DONE
    from sdesk.actions.perform import undo as perform_undo

    try:
        outcomes = perform_undo(call.desk, actor, now=call.now, dry_run=dry_run).outcomes
    except NothingToDo as nothing:
        diagnostics.note(str(nothing))
        return tell(call, (), dry_run=dry_run)
    prefix = call.reader.desk.ref_prefix
    return tell(call, tuple(replace(one, ref=f"{prefix}-{one.number}") for one in outcomes), dry_run=dry_run)
