"""`db check`: what is wrong with a store, and `--repair`, which mends what can be derived."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from sdesk.cli import diagnostics, invocation, output
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.invocation import Invocation
from sdesk.cli.options import DryRun, Yes
from sdesk.cli.question import ask_first
from sdesk.cli.sheet import Column, Field, Sheet
from sdesk.cli.wording import counted
from sdesk.domain.errors import BadInput, Refused
from sdesk.domain.kinds import FLAG, NUMBER, TEXT, maybe
from sdesk.domain.safe_text import one_line

if TYPE_CHECKING:
    from sdesk.store.check.finding import Finding

MOST = 20
"""Findings of one part that a person is shown; a format for programs has all."""


class _Found(NamedTuple):
    """One thing that is wrong, and what became of it."""

    finding: Finding
    mended: bool


FINDINGS: Sheet[_Found] = Sheet(
    fields=(
        Field("part", lambda row: row.finding.part, kind=TEXT),
        Field("what", lambda row: row.finding.what, kind=TEXT),
        Field("ticket", lambda row: row.finding.ticket, kind=maybe(NUMBER)),
        Field("table", lambda row: row.finding.table, kind=maybe(TEXT)),
        Field("row", lambda row: row.finding.row, kind=maybe(NUMBER)),
        Field("mendable", lambda row: row.finding.mends, kind=FLAG),
        Field("mended", lambda row: row.mended, kind=FLAG),
    ),
    columns=(
        Column("PART", lambda row, eyes: row.finding.part),
        Column("MENDED", lambda row, eyes: "yes" if row.mended else "can be" if row.finding.mends else "no"),
        Column("WHAT", lambda row, eyes: row.finding.what, wrap=True),
    ),
    number=lambda row: row.finding.ticket,
)


def check(
    ctx: typer.Context,
    repair: Annotated[bool, typer.Option("--repair", help="mend what follows from what else is in the store")] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> ExitCode:
    """Look for damage in the store, and for what contradicts itself. Changes nothing without --repair.

    It looks at the file, references, histories, the ledger, clocks, the order of the queue, search and attachments.

    What can be derived is mended by --repair, in one transaction, after the store was copied beside itself; the rest is
    listed. Exit code 1 where something is still wrong.

    Examples:
      sdesk db check
      sdesk db check -o json
      sdesk db check --repair --dry-run
      sdesk --db /srv/backup/sdesk-2026-11-27.db db check
    """
    call = invocation.of(ctx)
    call.output.check(FINDINGS)
    if repair:
        return _repair(call, yes=yes, dry_run=dry_run)
    if dry_run:
        raise BadInput("--dry-run is of --repair", "say both: alone, db check changes nothing anyhow")
    from sdesk.store.check import check as look_over

    problems = look_over(call.store, call.now)
    _print(call, [_Found(each, mended=False) for each in problems], "")
    if not problems:
        return ExitCode.DONE
    ways = ["restore a backup, or report what is listed"]
    if any(each.mends for each in problems):
        ways = ["`sdesk db check --repair` mends what can be derived"]
    raise Refused(f"{counted(len(problems), 'problem')} in the store {call.store}", ways[0])


def _repair(call: Invocation, *, yes: bool, dry_run: bool) -> ExitCode:
    from sdesk.store.check.repair import repair

    if not dry_run:
        ask_first(f"mend what can be derived in {call.store}? It is copied beside itself first.", yes=yes)
    done = repair(call.store, call.now, dry_run=dry_run)
    rows = [*(_Found(each, mended=True) for each in done.mended), *(_Found(each, mended=False) for each in done.left)]
    _print(call, rows, "dry run: " if dry_run else "")
    if done.kept is not None:
        diagnostics.note(f"what stood there is kept as {done.kept}")
    if done.left:
        raise Refused(
            f"{counted(len(done.left), 'problem')} in the store {call.store} cannot be derived",
            "restore a backup, or report what is listed",
        )
    return ExitCode.DONE


def _print(call: Invocation, rows: Sequence[_Found], before: str) -> None:
    if call.output.asked:
        call.output.rows(rows, FINDINGS)
    elif rows:
        output.text("".join(f"{before}{line}\n" for line in _lines(rows)))
    else:
        output.text(f"{call.store}: no problem found\n")


def _lines(rows: Sequence[_Found]) -> Iterator[str]:
    """The first of each part, and how many more there are."""
    shown: Counter[tuple[str, bool]] = Counter()
    for each in rows:
        key = each.finding.part, each.mended
        shown[key] += 1
        if shown[key] <= MOST:
            yield f"{'mended: ' if each.mended else ''}{one_line(each.finding.what)}"
    for (part, mended), number in shown.items():
        if number > MOST:
            yield f"{'mended: ' if mended else ''}{number - MOST:,} more of the part {part}: -o json lists all"
