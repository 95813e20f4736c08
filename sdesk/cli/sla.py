"""Promises: when a target falls due."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, NamedTuple

import typer

from sdesk.cli import invocation
from sdesk.cli.sheet import Column, Field, Sheet


class Deadline(NamedTuple):
    """When a target is used up."""

    start_at: datetime
    due_at: datetime


DUE: Sheet[Deadline] = Sheet(
    fields=(Field("due_at", lambda row: row.due_at),),
    columns=(
        Column("START", lambda row, eyes: eyes.local(row.start_at)),
        Column("DUE", lambda row, eyes: eyes.local(row.due_at)),
    ),
)


def due(
    ctx: typer.Context,
    calendar: Annotated[str, typer.Option("--calendar", metavar="KEY", help="whose working time", show_default=False)],
    start: Annotated[
        str,
        typer.Option("--start", metavar="WHEN", help="without an offset: in the calendar's zone", show_default=False),
    ],
    target: Annotated[
        str, typer.Option("--target", metavar="LENGTH", help="working time, as 30m or 8h", show_default=False)
    ],
) -> None:
    """Print when a target falls due that begins to run at an instant.

    Examples:
      sdesk sla due --calendar office --start "2026-11-23 17:30" --target 4h
      sdesk sla due --calendar store --start now --target 30m -o json
    """
    call = invocation.of(ctx)
    from sdesk.domain.duration import parse_duration
    from sdesk.domain.instant import parse_instant
    from sdesk.domain.worktime import add_working

    hours = call.reader.calendar(calendar)
    seconds = parse_duration(target, days=False)
    begun = parse_instant(start, now=call.now, zone=hours.zone)
    call.output.one(Deadline(begun, add_working(hours, begun, seconds)), DUE)
