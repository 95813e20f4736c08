"""`db backup` and `db restore`: a store copied while it is in use, and put back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from sdesk.cli import diagnostics, invocation, output
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.options import DryRun, Yes
from sdesk.cli.question import ask_first, require_answer
from sdesk.cli.sheet import DRY_RUN, Column, Field, Sheet
from sdesk.cli.wording import counted
from sdesk.domain.errors import BadInput
from sdesk.domain.kinds import FIGURE, NUMBER, TEXT, maybe

if TYPE_CHECKING:
    from sdesk.desk.restoring import Restored
    from sdesk.store.backup import Contents


class _Backup(NamedTuple):
    """A backup that was made."""

    file: Path
    contents: Contents
    seconds: float


class _Restore(NamedTuple):
    """A backup that was put back."""

    store: Path
    file: Path
    done: Restored


BACKUP: Sheet[_Backup] = Sheet(
    fields=(
        Field("file", lambda row: str(row.file), kind=TEXT),
        Field("bytes", lambda row: row.contents.size, kind=NUMBER),
        Field("revision", lambda row: row.contents.revision, kind=TEXT),
        Field("tickets", lambda row: row.contents.tickets, kind=NUMBER),
        Field("messages", lambda row: row.contents.messages, kind=NUMBER),
        Field("attachments", lambda row: row.contents.attachments, kind=NUMBER),
        Field("people", lambda row: row.contents.people, kind=NUMBER),
        Field("ledger", lambda row: row.contents.ledger, kind=NUMBER),
        Field("history", lambda row: row.contents.history, kind=NUMBER),
        Field("unsent", lambda row: row.contents.unsent, kind=NUMBER),
        Field("seconds", lambda row: row.seconds, kind=FIGURE),
    ),
    columns=(
        Column("FILE", lambda row, eyes: str(row.file), cut=True),
        Column("BYTES", lambda row, eyes: f"{row.contents.size:,}", right=True),
        Column("TICKETS", lambda row, eyes: f"{row.contents.tickets:,}", right=True),
        Column("MESSAGES", lambda row, eyes: f"{row.contents.messages:,}", right=True),
        Column("SECONDS", lambda row, eyes: f"{row.seconds:.1f}", right=True),
    ),
)

RESTORE: Sheet[_Restore] = Sheet(
    fields=(
        Field("store", lambda row: str(row.store), kind=TEXT),
        Field("file", lambda row: str(row.file), kind=TEXT),
        Field("kept", lambda row: None if row.done.kept is None else str(row.done.kept), kind=maybe(TEXT)),
        Field("revision_before", lambda row: row.done.contents.revision, kind=TEXT),
        Field("revision", lambda row: row.done.revision, kind=TEXT),
        Field("tickets", lambda row: row.done.contents.tickets, kind=NUMBER),
        Field("messages", lambda row: row.done.contents.messages, kind=NUMBER),
        Field("held", lambda row: row.done.held, kind=NUMBER),
        DRY_RUN,
    ),
    columns=(
        Column("STORE", lambda row, eyes: str(row.store), cut=True),
        Column("TICKETS", lambda row, eyes: f"{row.done.contents.tickets:,}", right=True),
        Column("MESSAGES", lambda row, eyes: f"{row.done.contents.messages:,}", right=True),
        Column("HELD", lambda row, eyes: str(row.done.held), right=True),
        Column("KEPT", lambda row, eyes: "" if row.done.kept is None else str(row.done.kept), wrap=True),
    ),
)

LARGE = 10_000
"""Pages from which on looking a copy over takes more than a second: 40 MB."""

File = Annotated[Path, typer.Argument(metavar="FILE", help="the backup", show_default=False)]


def backup(
    ctx: typer.Context,
    file: File,
    force: Annotated[bool, typer.Option("--force", help="write over a file that is there")] = False,
) -> None:
    """Copy the store into one file, while it is in use: all that was committed before is in it, and nobody waits.

    The copy is looked over before it takes its name: what stands under it is whole, and can be restored.

    Examples:
      sdesk db backup /srv/backup/sdesk-$(date +%F).db
      sdesk db backup before-the-upgrade.db && sdesk db migrate
    """
    call = invocation.of(ctx)
    call.output.check(BACKUP)
    if str(file) == "-":
        raise BadInput("a backup is written into a file, not to standard output", "name a file, then copy it")
    from sdesk.store.backup import backup as copy

    begun = monotonic()
    try:
        contents = copy(call.store, file, force=force, progress=_percent("copied"))
    finally:
        diagnostics.transient("")
    done = _Backup(file, contents, round(monotonic() - begun, 3))
    if call.output.asked:
        call.output.one(done, BACKUP)
    else:
        output.text(f"{file}: {_what(contents)}, {contents.size / 1e6:,.1f} MB; looked over, no damage\n")


def restore(ctx: typer.Context, file: File, yes: Yes = False, dry_run: DryRun = False) -> ExitCode:
    """Put a backup in the place of the store, which is kept beside it.

    A file that is damaged, newer than this program, or no store of sdesk's is refused; so is a store that somebody has
    open. An older one is brought up first. Mail that had not gone is held until you let it go.

    Examples:
      sdesk db restore /srv/backup/sdesk-2026-11-27.db
      sdesk --db /srv/sdesk/sdesk.db db restore moved.db --yes
      sdesk mail outbox list --state held
    """
    call = invocation.of(ctx)
    call.output.check(RESTORE)
    from sdesk.store import faults

    stands = faults.stands(call.store)
    if stands and not dry_run:
        # Now, and not when a large file was copied and looked over.
        require_answer(yes=yes)
    from sdesk.desk.restoring import restore as put_back

    def ask(contents: Contents) -> None:
        diagnostics.transient("")
        if stands:
            ask_first(f"put {file} ({_what(contents)}) in the place of {call.store}?", yes=yes)

    try:
        done = put_back(call.store, file, now=call.now, ask=ask, dry_run=dry_run, progress=_percent("copied"))
    finally:
        diagnostics.transient("")
    if call.output.asked:
        call.output.one(_Restore(call.store, file, done), RESTORE)
        return ExitCode.DONE
    before = "dry run: " if dry_run else ""
    output.text(f"{before}{call.store} is {file} now: {_what(done.contents)}\n")
    if done.contents.revision != done.revision:
        output.text(f"{before}brought from {done.contents.revision} to {done.revision}\n")
    if done.kept is not None:
        output.text(f"{before}what stood there is kept as {done.kept}\n")
    if done.held:
        held = counted(done.held, "mail")
        output.text(
            f"{before}{held} that had not gone {'is' if done.held == 1 else 'are'} held: look with"
            " `sdesk mail outbox list --state held`, let go with `sdesk mail outbox release --all`\n"
        )
    return ExitCode.DONE


def _what(contents: Contents) -> str:
    return f"{counted(contents.tickets, 'ticket')}, {counted(contents.messages, 'message')}"


def _percent(words: str) -> Callable[[int, int], None] | None:
    """A line that counts to a hundred, on a terminal, for work over a second."""
    if not diagnostics.on_terminal():
        return None
    begun = monotonic()

    def show(done: int, total: int) -> None:
        if done == total and total > LARGE:
            # Which takes ten times as long as the copying.
            diagnostics.transient("sdesk: copied; it is looked over ...")
        elif monotonic() - begun > 1 and total:
            diagnostics.transient(f"sdesk: {words} {100 * done // total} % ...")

    return show
