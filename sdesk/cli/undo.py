"""`undo`: what you did last, taken back whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, NamedTuple

import typer

from sdesk.cli import diagnostics, invocation
from sdesk.cli.changing import SHEET, tell
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.options import DryRun
from sdesk.cli.sheet import Column, Field, Sheet
from sdesk.domain.errors import NothingToDo, Unavailable
from sdesk.domain.kinds import INSTANT, NUMBER, TEXT, many, maybe
from sdesk.domain.safe_text import one_line
from sdesk.store.reader.undoing import UndoRow

LAST = 10
"""How many actions are listed."""


class Listed(NamedTuple):
    """An action, and why it is not undone any more."""

    row: UndoRow
    why_not: str

    @property
    def what(self) -> str:
        """In one sentence."""
        if self.why_not.startswith(self.row.sentence):
            return self.why_not
        return f"{self.row.sentence}; not any more: {self.why_not}" if self.why_not else self.row.sentence


CAN_BE: Sheet[Listed] = Sheet(
    fields=(
        Field("at", lambda each: each.row.at, kind=INSTANT),
        Field("verb", lambda each: each.row.verb, kind=TEXT),
        Field("sentence", lambda each: each.row.sentence, kind=TEXT),
        Field("numbers", lambda each: list(each.row.numbers), kind=many(NUMBER)),
        Field("why_not", lambda each: each.why_not or None, kind=maybe(TEXT)),
    ),
    columns=(
        Column("AT", lambda each, eyes: eyes.local(each.row.at)),
        Column("TICKETS", lambda each, eyes: str(len(each.row.numbers)), right=True),
        Column("WHAT", lambda each, eyes: each.what, wrap=True),
    ),
)


def undo(
    ctx: typer.Context,
    listed: Annotated[
        bool,
        typer.Option(
            "--list", help=f"print instead which of your last {LAST} actions can be undone, and why not the others"
        ),
    ] = False,
    dry_run: DryRun = False,
) -> ExitCode:
    """Undo what you did last, on all tickets that you did it to. Say it again to undo what you did before.

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
    from sdesk.actions.perform import undo as perform_undo
    from sdesk.actions.perform import why_not_undone

    if listed:
        done = call.reader.undoable(actor, now=call.now, limit=LAST)
        reasons = why_not_undone(call.desk, actor, [row.batch for row in done], now=call.now) if done else {}
        call.output.rows([Listed(row, reasons.get(row.batch, "")) for row in done], CAN_BE)
        return ExitCode.DONE

    try:
        outcomes = perform_undo(call.desk, actor, now=call.now, dry_run=dry_run).outcomes
    except NothingToDo as nothing:
        diagnostics.note(str(nothing))
        return tell(call, (), dry_run=dry_run)
    prefix = call.reader.desk.ref_prefix
    code = tell(call, tuple(replace(one, ref=f"{prefix}-{one.number}") for one in outcomes), dry_run=dry_run)
    errors = [one.error for one in outcomes if one.error is not None]
    if errors and not dry_run and not any(isinstance(error, Unavailable) for error in errors):
        # What was meant is not undone: nobody should undo another thing by saying it again, unless he means that.
        for row in call.reader.undoable(actor, now=call.now, limit=1):
            diagnostics.note(f"`sdesk undo` once more is about what you did before: {one_line(row.sentence)}")
    return code
