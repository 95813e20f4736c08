"""`now`: what must be done right now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sdesk.cli import invocation
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.invocation import Invocation
from sdesk.cli.options import MOST, cut_of
from sdesk.cli.report_mail import MailDryRun, MailTo, answer
from sdesk.cli.sheet import Field, Sheet

if TYPE_CHECKING:
    from sdesk.reports.page import Page


def now(
    ctx: typer.Context,
    filter_words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILTER]...", help="narrows it, as in `list`; see `sdesk help filters`"),
    ] = None,
    team: Annotated[
        str | None, typer.Option("--team", metavar="KEY", help="of one team; mine: of yours", show_default=False)
    ] = None,
    mine: Annotated[bool, typer.Option("--mine", help="only what you have")] = False,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=0, max=MOST, help="tickets of each need; 0: all")
    ] = 5,
    mail: MailTo = None,
    dry_run: MailDryRun = False,
) -> ExitCode:
    """Print what must be done right now: each ticket once, under its most urgent need, with what to type.

    Examples:
      sdesk now
      sdesk now --team it
      sdesk now --mine --limit 0
      sdesk now unit:flagship
      sdesk now -o json
      sdesk now --mail boss@example.org
    """
    call = invocation.of(ctx)
    from sdesk.reports import now_rows
    from sdesk.reports.now import gather

    words = [*(filter_words or ()), *([f"team:{team}"] if team else ()), *(["assignee:me"] if mine else ())]
    found = gather(call.reader, call.actor, call.filter(words), now=call.now, limit=limit, mailboxes=_fetched(call))
    desk = call.reader.desk

    def page() -> Page:
        from sdesk.reports.now_page import page as made

        return made(found, desk=desk.name, prefix=desk.ref_prefix, zone=call.zone)

    return answer(
        call,
        page=page,
        document=lambda: now_rows.document(found),
        rows=lambda: now_rows.lines(found),
        sheet=Sheet(
            tuple(Field(name, get, kind=kind) for name, get, kind in now_rows.FIELDS),
            (),
            number=lambda line: line.todo.ticket.number,
        ),
        cut=cut_of(ctx, limit),
        left=lambda: found.left,
        mail=mail,
        dry_run=dry_run,
    )


def _fetched(call: Invocation) -> tuple[str, ...]:
    """The mailboxes of the configuration: others are fetched no more."""
    return tuple(call.config.mailboxes)
