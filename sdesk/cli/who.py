"""`who`: who does what, by when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sdesk.cli import invocation
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.options import of_an_option
from sdesk.cli.report_mail import MailDryRun, MailTo, answer
from sdesk.cli.sheet import Field, Sheet

if TYPE_CHECKING:
    from sdesk.reports.page import Page


def who(
    ctx: typer.Context,
    team: Annotated[
        str | None, typer.Option("--team", metavar="KEY", help="of one team; mine: of yours", show_default=False)
    ] = None,
    days: Annotated[int, typer.Option("--days", metavar="N", min=1, max=90, help="how far to look ahead")] = 7,
    mail: MailTo = None,
    dry_run: MailDryRun = False,
) -> ExitCode:
    """Print who does what, by when: on call, away, load, room, visits; and which promises will break at this pace.

    Examples:
      sdesk who
      sdesk who --team it --days 14
      sdesk who -o csv
      sdesk who --mail boss@example.org
      sdesk who -o json --fields forecast
    """
    call = invocation.of(ctx)
    from sdesk.reports import who_rows
    from sdesk.reports.who import gather

    with of_an_option():
        found = gather(call.reader, call.actor, now=call.now, zone=call.zone, days=days, team=team)
    desk = call.reader.desk

    def page() -> Page:
        from sdesk.reports.who_page import page as made

        return made(found, desk=desk.name, prefix=desk.ref_prefix, zone=call.zone)

    return answer(
        call,
        page=page,
        document=lambda: who_rows.document(found),
        rows=lambda: found.agents,
        sheet=Sheet(tuple(Field(name, get, kind=kind) for name, get, kind in who_rows.FIELDS), ()),
        mail=mail,
        dry_run=dry_run,
    )
