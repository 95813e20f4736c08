"""`board`: how the equipment of every unit stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sdesk.cli import board_watch, invocation
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.options import of_an_option
from sdesk.cli.report import print_report
from sdesk.cli.sheet import Field, Sheet
from sdesk.domain.errors import BadInput

if TYPE_CHECKING:
    from sdesk.cli.invocation import Invocation
    from sdesk.reports.page import Page


def board(
    ctx: typer.Context,
    unit: Annotated[
        list[str] | None,
        typer.Option("--unit", metavar="KEY", help="of this one alone; may be repeated", show_default=False),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="on a terminal: go on, and draw it anew, until interrupted")
    ] = False,
    every: Annotated[
        int | None,
        typer.Option(
            "--every",
            metavar="SECONDS",
            min=1,
            max=board_watch.LONGEST,
            help=f"from one look to the next, with --watch; {board_watch.USUAL} without it",
            show_default=False,
        ),
    ] = None,
) -> ExitCode:
    """Print how equipment stands: units by kinds of equipment, and the loss an hour.

    Down is what a check of monitoring says, or a confirmed outage; in question (?) is what an open ticket is about, or
    what carries the service of one in its unit. The greatest loss stands first; units where all is well are one line.

    Examples:
      sdesk board
      sdesk board --unit flagship
      sdesk board --watch --every 10
      sdesk board -o json | jq '.units[] | select(.down > 0)'
    """
    call = invocation.of(ctx)
    units = tuple(unit or ())
    if watch:
        return _watched(call, units, board_watch.USUAL if every is None else every)
    if every is not None:
        raise BadInput("--every is for a board that is drawn anew", "add --watch")
    from sdesk.reports import equipment_board_rows
    from sdesk.reports.equipment_board import gather

    with of_an_option():
        found = gather(call.reader, call.actor, now=call.now, units=units)

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
    return ExitCode.DONE


def _watched(call: Invocation, units: tuple[str, ...], every: int) -> ExitCode:
    """The board of each look: of the store, the set-up, the agent and the walls that there are by then."""
    from zoneinfo import ZoneInfo

    board_watch.require_terminal(call)
    from sdesk.cli.report_page import drawn
    from sdesk.reports import equipment_board_page
    from sdesk.reports.equipment_board import gather
    from sdesk.store.reader import Reader

    login, colored = call.actor.login, call.output.colored
    # Between two looks the store is not open: else nobody could restore it as long as the screen hangs there.
    call.close()

    def draw() -> str:
        with Reader(call.store) as reader:
            found = gather(reader, reader.actor(login), now=call.surroundings.clock(), units=units)
            page = equipment_board_page.page(found, desk=reader.desk.name, zone=ZoneInfo(reader.desk.time_zone))
        return drawn(page, colored=colored)

    with of_an_option():
        return board_watch.watch(draw, every=every)
