"""`ahead`: what will we do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sdesk.cli import invocation
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.options import MOST, cut_of, of_an_option
from sdesk.cli.report_mail import MailDryRun, MailTo, answer
from sdesk.cli.sheet import Field, Sheet

if TYPE_CHECKING:
    from sdesk.reports.page import Page


def ahead(
    ctx: typer.Context,
    team: Annotated[
        str | None, typer.Option("--team", metavar="KEY", help="of one team; mine: of yours", show_default=False)
    ] = None,
    days: Annotated[int, typer.Option("--days", metavar="N", min=1, max=90, help="how many, with today")] = 14,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=0, max=MOST, help="tickets of a day; 0: all")] = 5,
    mail: MailTo = None,
    dry_run: MailDryRun = False,
) -> ExitCode:
    """Print what comes, day by day: deadlines, wake-ups, visits, recurring tickets, steps of playbooks, free days, who
    is on call or away.

    Examples:
      sdesk ahead
      sdesk ahead --days 30 --team it
      sdesk ahead -o csv --limit 0
      sdesk ahead --mail boss@example.org -n
    """
    call = invocation.of(ctx)
    from sdesk.reports import ahead_rows
    from sdesk.reports.ahead import gather

    with of_an_option():
        found = gather(call.reader, call.actor, now=call.now, zone=call.zone, days=days, limit=limit, team=team)
    desk = call.reader.desk

    def page() -> Page:
        from sdesk.reports.ahead_page import page as made

        return made(found, desk=desk.name, prefix=desk.ref_prefix, zone=call.zone)

    return answer(
        call,
        page=page,
        document=lambda: ahead_rows.document(found),
        rows=lambda: ahead_rows.lines(found),
        sheet=Sheet(
            tuple(Field(name, get, kind=kind) for name, get, kind in ahead_rows.FIELDS),
            (),
            number=lambda line: line.item.number,
        ),
        cut=cut_of(ctx, limit),
        left=lambda: found.left,
        mail=mail,
        dry_run=dry_run,
    )
