"""`board`: how the equipment of every unit stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sdesk.cli import invocation
from sdesk.cli.options import of_an_option
from sdesk.cli.report import print_report
from sdesk.cli.sheet import Field, Sheet

if TYPE_CHECKING:
    from sdesk.reports.page import Page


def board(
    ctx: typer.Context,
    unit: Annotated[
        list[str] | None,
        typer.Option("--unit", metavar="KEY", help="of this one alone; may be repeated", show_default=False),
    ] = None,
) -> None:
    """Print how equipment stands: units by kinds of equipment, and the loss an hour.

    Down is what a check of monitoring says, or a confirmed outage; in question (?) is what an open ticket is about, or
    what carries the service of one in its unit. The greatest loss stands first; units where all is well are one line.

    Examples:
      sdesk board
      sdesk board --unit flagship
      sdesk board -o json | jq '.units[] | select(.down > 0)'
    """
    call = invocation.of(ctx)
    from sdesk.reports import equipment_board_rows
    from sdesk.reports.equipment_board import gather

    with of_an_option():
        found = gather(call.reader, call.actor, now=call.now, units=tuple(unit or ()))

    def page() -> Page:
        from sdesk.reports import equipment_board_page

        return equipment_board_page.page(found, desk=call.reader.desk.name, zone=call.zone)

    print_report(
        call.output,
        page=page,
        document=lambda: equipment_board_rows.document(found),
        rows=lambda: equipment_board_rows.rows(found),
        sheet=Sheet(tuple(Field(name, get, kind=kind) for name, get, kind in equipment_board_rows.FIELDS), ()),
    )
