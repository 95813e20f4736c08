"""`db purge`: what nobody needs any more is taken out of the store."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from sdesk.cli import diagnostics, invocation, output
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.options import DryRun, Yes
from sdesk.cli.question import ask_first, require_answer
from sdesk.cli.sheet import DRY_RUN, Column, Field, Sheet
from sdesk.cli.wording import counted
from sdesk.domain.errors import BadInput
from sdesk.domain.kinds import NUMBER

if TYPE_CHECKING:
    from sdesk.desk.purging import Purged

PURGED: Sheet[Purged] = Sheet(
    fields=(
        Field("tickets", lambda row: row.tickets, kind=NUMBER),
        Field("messages", lambda row: row.messages, kind=NUMBER),
        Field("attachments", lambda row: row.attachments, kind=NUMBER),
        Field("raw_mails", lambda row: row.raw_mails, kind=NUMBER),
        Field("bytes", lambda row: row.bytes, kind=NUMBER),
        DRY_RUN,
    ),
    columns=(
        Column("SPAM", lambda row, eyes: f"{row.tickets:,}", right=True),
        Column("MESSAGES", lambda row, eyes: f"{row.messages:,}", right=True),
        Column("ATTACHMENTS", lambda row, eyes: f"{row.attachments:,}", right=True),
        Column("RAW MAILS", lambda row, eyes: f"{row.raw_mails:,}", right=True),
        Column("BYTES", lambda row, eyes: f"{row.bytes:,}", right=True),
    ),
)


def purge(
    ctx: typer.Context,
    older: Annotated[str, typer.Option("--older", metavar="TIME", help="than this: 2y, 26w, 90d", show_default=False)],
    spam: Annotated[bool, typer.Option("--spam", help="spam, whole")] = False,
    raw: Annotated[bool, typer.Option("--raw", help="raw bytes of mail whose tickets are long closed")] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> ExitCode:
    """Take out of the store what nobody needs any more: spam, and the raw bytes of mail of long closed tickets.

    Nothing of an open ticket goes, nor what waits in quarantine; the conversation and its files stay, and the ledger
    knows what was fetched. It cannot be undone. The file keeps its size; what is free in it is used for what comes.

    Examples:
      sdesk db purge --spam --older 90d --dry-run
      sdesk db purge --spam --raw --older 2y --yes
    """
    if not spam and not raw:
        raise BadInput("nothing is named", "say --spam, --raw, or both")
    call = invocation.of(ctx)
    call.output.check(PURGED)
    actor = call.actor_or_system
    before = _before(older, call.now)
    if not dry_run:
        # Also on a night when nothing is old enough: a crontab's line fails at once, or never.
        require_answer(yes=yes)
    from sdesk.desk.purging import count, rehearse
    from sdesk.desk.purging import purge as take_out

    with call.desk.look(actor, call.now) as work:
        done = count(work, before, spam=spam, raw=raw)
    if dry_run:
        rehearse(call.desk, actor, call.now, before, spam=spam, raw=raw)
    else:
        if done.tickets or done.raw_mails:
            ask_first(f"take out {_what(done)} for good?", yes=yes)
        told = diagnostics.counting("{} taken out")
        try:
            done = take_out(call.desk, actor, call.now, before, spam=spam, raw=raw, progress=told)
        finally:
            diagnostics.transient("")
    if call.output.asked:
        call.output.one(done, PURGED)
    elif done.tickets or done.raw_mails:
        output.text(
            f"{'dry run: ' if dry_run else ''}taken out: {_what(done)}; {done.bytes:,} bytes are free for more\n"
        )
    else:
        output.text("nothing to do: nothing is that old\n")
    return ExitCode.DONE


def _what(done: Purged) -> str:
    parts = [counted(done.tickets, "spam ticket")] if done.tickets else []
    parts += [counted(done.messages, "message")] if done.messages else []
    parts += [counted(done.attachments, "attachment")] if done.attachments else []
    parts += [counted(done.raw_mails, "raw mail")] if done.raw_mails else []
    return ", ".join(parts)


def _before(older: str, now: datetime) -> datetime:
    """The instant before which something is old. Beside the usual lengths there are years, by the calendar."""
    if years := re.fullmatch(r"(\d{1,2})[yг]", older.strip().lower()):
        if not int(years[1]):
            raise _less_than_a_day(older)
        year = now.year - int(years[1])
        return now.replace(year=year, day=min(now.day, monthrange(year, now.month)[1]))
    from sdesk.domain.duration import parse_duration

    seconds = parse_duration(older)
    if seconds < 86_400:
        raise _less_than_a_day(older)
    return now - timedelta(seconds=seconds)


def _less_than_a_day(older: str) -> BadInput:
    return BadInput(f"`{older}` is less than a day", "write what is old as 90d, 26w or 2y")
