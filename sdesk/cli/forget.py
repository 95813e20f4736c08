"""`person forget`: a pseudonym in the place of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sdesk.cli import diagnostics, invocation, output
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.options import DryRun, Yes
from sdesk.cli.question import ask_first
from sdesk.cli.sheet import DRY_RUN, Column, Field, Sheet
from sdesk.domain.kinds import FLAG, NUMBER, TEXT, by_key, many

if TYPE_CHECKING:
    from sdesk.desk.forgetting import Forgotten

FORGOTTEN: Sheet[Forgotten] = Sheet(
    fields=(
        Field("pseudonym", lambda row: row.pseudonym, kind=TEXT),
        Field("changed", lambda row: bool(row.counts), kind=FLAG),
        Field("counts", lambda row: dict(row.counts), kind=by_key(NUMBER)),
        Field("left", lambda row: list(row.left), kind=many(TEXT)),
        DRY_RUN,
    ),
    columns=(
        Column("PSEUDONYM", lambda row, eyes: row.pseudonym),
        Column("WHAT", lambda row, eyes: _counts(row), wrap=True),
    ),
)


def person_forget(
    ctx: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="one of the person's", show_default=False)],
    texts: Annotated[bool, typer.Option("--texts", help="what the person wrote goes too, with its files")] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> ExitCode:
    """Forget a person: name, addresses and telephone are replaced by a pseudonym everywhere in the store.

    Tickets and their figures stay, and so do the words of messages unless you say --texts; the raw bytes of the
    person's mail go. It cannot be undone. Backups still know the person. Doing it again changes nothing.

    Examples:
      sdesk person forget irina@example.org --dry-run
      sdesk person forget irina@example.org --texts --yes
    """
    call = invocation.of(ctx)
    call.output.check(FORGOTTEN)
    # Who it is, is told: what cannot be taken back is done by no login that the desk does not know.
    actor = call.actor
    from sdesk.desk.forgetting import forget_person

    if not dry_run:
        ask_first(f"forget {address} for good?", yes=yes)
    done = forget_person(call.desk, actor, call.now, address, texts=texts, dry_run=dry_run)
    if call.output.asked:
        call.output.one(done, FORGOTTEN)
    elif done.counts:
        output.sentences(f"{'dry run: ' if dry_run else ''}{address} is {done.pseudonym} now: {_counts(done)}\n")
    else:
        output.text(f"nothing to do: the store does not name {address}\n")
    for each in done.left:
        diagnostics.warning(each)
    if done.counts and not dry_run:
        diagnostics.note("backups, and stores kept beside this one, still know the person")
    return ExitCode.DONE


def _counts(done: Forgotten) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {number}" for name, number in done.counts.items())
