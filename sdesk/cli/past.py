"""The question `past`: what happened in a period, beside the one before it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from sdesk.cli import invocation
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.options import one_of
from sdesk.cli.report_mail import MailDryRun, MailTo, answer
from sdesk.cli.sheet import Field, Sheet
from sdesk.domain.errors import BadInput
from sdesk.domain.kinds import FIGURE_OR_TEXT, TEXT

if TYPE_CHECKING:
    from sdesk.cli.invocation import Invocation
    from sdesk.reports.page import Page
    from sdesk.reports.past_rows import FlatRow
    from sdesk.reports.period import Compared

FLAT: Sheet[FlatRow] = Sheet(
    fields=(
        Field("section", lambda row: row.section, kind=TEXT),
        Field("key", lambda row: row.key, kind=TEXT),
        Field("figure", lambda row: row.figure, kind=TEXT),
        Field("value", lambda row: row.value, kind=FIGURE_OR_TEXT),
        Field("earlier", lambda row: row.earlier, kind=FIGURE_OR_TEXT),
    ),
    columns=(),
)
"""A figure a row."""


def past(
    ctx: typer.Context,
    filter_words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILTER]...", help="of which tickets, as team:it", show_default=False),
    ] = None,
    team: Annotated[
        str | None, typer.Option("--team", metavar="KEY", help="of one team; mine: of yours", show_default=False)
    ] = None,
    last: Annotated[
        str | None,
        typer.Option("--last", metavar="SPAN", help="week, month, quarter or year (default: week)", show_default=False),
    ] = None,
    this: Annotated[
        str | None, typer.Option("--this", metavar="SPAN", help="the one in progress", show_default=False)
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="the first day", show_default=False)
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="the last day (default: today)", show_default=False)
    ] = None,
    mail: MailTo = None,
    dry_run: MailDryRun = False,
) -> ExitCode:
    """Print what happened: what was opened and resolved, what of it in time, the loss, and what keeps coming back.

    Each figure stands beside that of the period before. Weeks begin on Monday, days at midnight in the desk's time
    zone. `sdesk help figures` says what is counted, and in which time.

    Examples:
      sdesk past
      sdesk past --last month team:it
      sdesk past --from 2026-07-01 --to 2026-09-30 unit:flagship
      sdesk past --this week -o json --fields totals,outages
      sdesk past --last week --mail boss@example.org
    """
    call = invocation.of(ctx)
    from sdesk.domain.filters import to_text
    from sdesk.reports import past as question

    compared = _compared(call, last, this, start, end)
    wanted = call.filter([*(filter_words or ()), *([f"team:{team}"] if team else ())])
    told = to_text(wanted)
    found = question.past(call.reader, call.actor, compared, wanted, now=call.now)

    def page() -> Page:
        from sdesk.reports import past_page

        return past_page.page(found, told)

    from sdesk.reports import past_rows

    return answer(
        call,
        page=page,
        document=lambda: past_rows.document(found, told),
        rows=lambda: past_rows.rows(found),
        sheet=FLAT,
        mail=mail,
        dry_run=dry_run,
    )


def _compared(call: Invocation, last: str | None, this: str | None, start: str | None, end: str | None) -> Compared:
    """The period that the options name. BadInput where they name several, or none that is one."""
    from sdesk.reports import period

    given = [name for name, value in (("--last", last), ("--this", this), ("--from", start)) if value is not None]
    if len(given) > 1:
        raise BadInput(f"{' and '.join(given)} name two periods", "give one of them")
    if end is not None and start is None:
        raise BadInput("--to names no first day", "add --from DAY")
    if start is not None:
        return period.between(_day(call, start), _day(call, end or "today"), call.zone)
    option, named, ask = ("--this", this, period.this) if this is not None else ("--last", last, period.last)
    one_of(option, named, period.Span)
    return ask(period.Span(named or period.Span.WEEK), now=call.now, zone=call.zone)


def _day(call: Invocation, text: str) -> date:
    """The day in the desk's zone that an instant is in."""
    return call.instant(text).astimezone(call.zone).date()
