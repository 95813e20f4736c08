"""Promises: what is promised, when a target falls due, and the sweep that tells of what was not kept."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from sdesk.cli import invocation
from sdesk.cli import output as standard_output
from sdesk.cli.options import DryRun, of_an_option
from sdesk.cli.output import Format
from sdesk.cli.sheet import DRY_RUN, Column, Field, Sheet, Value
from sdesk.domain.kinds import INSTANT, NUMBER, TEXT, by_key, many, maybe, thing
from sdesk.domain.ticket import Priority
from sdesk.store.reader.organisation_rows import SlaRow

if TYPE_CHECKING:
    from sdesk.domain.clock import Targets
    from sdesk.domain.worktime import Calendar


class Deadline(NamedTuple):
    """When a target is used up."""

    due_at: datetime


DUE: Sheet[Deadline] = Sheet(
    fields=(Field("due_at", lambda row: row.due_at, kind=INSTANT),),
    columns=(Column("DUE", lambda row, eyes: eyes.local(row.due_at)),),
)


class Shown(NamedTuple):
    """An SLA with the hours in which its time counts."""

    row: SlaRow
    calendar: Calendar


def _target(row: SlaRow, priority: Priority) -> str:
    """First response, next reply, resolution: `15m / 30m / 2h`."""
    from sdesk.domain.duration import format_exact

    targets = row.targets[priority]
    each = (targets.first_response, targets.next_reply, targets.resolution)
    return " / ".join("-" if seconds is None else format_exact(seconds) for seconds in each) if any(each) else ""


def _targets(row: SlaRow) -> Value:
    return {priority.value: _seconds(row.targets[priority]) for priority in Priority}


def _seconds(targets: Targets) -> Value:
    return {
        "first_response": targets.first_response,
        "next_reply": targets.next_reply,
        "resolution": targets.resolution,
    }


TARGETS = thing({"first_response": maybe(NUMBER), "next_reply": maybe(NUMBER), "resolution": maybe(NUMBER)})
"""What is promised for a priority, in working seconds."""

LIST: Sheet[SlaRow] = Sheet(
    fields=(
        Field("key", lambda row: row.key, kind=TEXT),
        Field("calendar", lambda row: row.calendar, kind=TEXT),
        Field("warn_at", lambda row: row.warn_at, kind=NUMBER),
        Field("stale_at", lambda row: row.stale_at, kind=NUMBER),
        Field("targets", _targets, kind=by_key(TARGETS)),
        Field("teams", lambda row: list(row.teams), kind=many(TEXT)),
        Field("services", lambda row: list(row.services), kind=many(TEXT)),
    ),
    columns=(
        Column("KEY", lambda row, eyes: row.key),
        Column("CALENDAR", lambda row, eyes: row.calendar),
        *(
            Column(each.value, lambda row, eyes, each=each: _target(row, each), optional=True)  # type: ignore[misc]  # bound now
            for each in Priority
        ),
        Column("OF", lambda row, eyes: ", ".join((*row.teams, *row.services)), cut=True),
    ),
)

SHOW: Sheet[Shown] = Sheet(
    fields=(
        *(Field(field.name, lambda found, get=field.get: get(found.row), kind=field.kind) for field in LIST.fields),  # type: ignore[misc]
        Field("time_zone", lambda found: found.calendar.zone.key, kind=TEXT),
        Field("hours", lambda found: _hours(found.calendar), kind=TEXT),
    ),
    columns=(),
)


class Swept(NamedTuple):
    """What a sweep did."""

    woken: int
    alerts: int
    stale: int
    closed: int
    reminded: int


SWEPT: Sheet[Swept] = Sheet(
    fields=(
        Field("woken", lambda row: row.woken, kind=NUMBER),
        Field("alerts", lambda row: row.alerts, kind=NUMBER),
        Field("stale", lambda row: row.stale, kind=NUMBER),
        Field("closed", lambda row: row.closed, kind=NUMBER),
        Field("reminded", lambda row: row.reminded, kind=NUMBER),
        DRY_RUN,
    ),
    columns=(
        Column("WAITS ENDED", lambda row, eyes: str(row.woken), right=True),
        Column("TOLD OF", lambda row, eyes: str(row.alerts), right=True),
        Column("STALE", lambda row, eyes: str(row.stale), right=True),
        Column("CLOSED", lambda row, eyes: str(row.closed), right=True),
        Column("REMINDED", lambda row, eyes: str(row.reminded), right=True),
    ),
)


def list_slas(ctx: typer.Context) -> None:
    """Print the SLAs: working time for the first response, the next reply and the resolution of each priority.

    Examples:
      sdesk sla list
      sdesk sla list -o json
    """
    call = invocation.of(ctx)
    _ = call.actor  # who is no agent learns nothing of the desk
    call.output.rows(call.reader.slas(), LIST)


def show(
    ctx: typer.Context,
    key: Annotated[str, typer.Argument(metavar="KEY", help="an SLA of the desk file", show_default=False)],
) -> None:
    """Print one SLA: its hours, what it promises for each priority, from when a promise is at risk, and whose it is.

    Examples:
      sdesk sla show office
      sdesk sla show office -o json
    """
    call = invocation.of(ctx)
    _ = call.actor
    found = Shown(*call.reader.sla(key))
    if call.output.format is not Format.TABLE or call.output.fields is not None:
        call.output.one(found, SHOW)
        return
    standard_output.text("".join(f"{line}\n" for line in _page(found)))


def _page(found: Shown) -> list[str]:
    from sdesk.domain.hours import hours_words

    row = found.row
    width = max(len("RESOLUTION"), len("FIRST RESPONSE"))
    lines = [
        f"{row.key}: working time of calendar {row.calendar}, {hours_words(found.calendar)}",
        f"At risk from {row.warn_at} % of a target; P3 to P5 are stale from {row.stale_at} %.",
        "",
        f"    {'FIRST RESPONSE':>{width}}  {'NEXT REPLY':>{width}}  {'RESOLUTION':>{width}}",
    ]
    for priority in Priority:
        parts = _target(row, priority).split(" / ") if _target(row, priority) else ["-", "-", "-"]
        lines.append(f"{priority.value}  {'  '.join(f'{part:>{width}}' for part in parts)}")
    lines.append("")
    for name, keys in (("Teams", row.teams), ("Services", row.services)):
        lines.append(f"{name} that name it: {', '.join(keys) or 'none'}")
    return lines


def _hours(calendar: Calendar) -> str:
    from sdesk.domain.hours import hours_words

    return hours_words(calendar)


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
    """Print when a promise is due whose clock starts at an instant.

    Examples:
      sdesk sla due --calendar office --start "2026-11-23 17:30" --target 4h
      sdesk sla due --calendar store --start now --target 30m -o json
    """
    call = invocation.of(ctx)
    from sdesk.domain.duration import parse_duration
    from sdesk.domain.instant import parse_instant
    from sdesk.domain.worktime import add_working

    with of_an_option():
        hours = call.reader.calendar(calendar)
    seconds = parse_duration(target, days=False)
    begun = parse_instant(start, now=call.now, zone=hours.zone)
    call.output.one(Deadline(add_working(hours, begun, seconds)), DUE)


def sweep(ctx: typer.Context, dry_run: DryRun = False) -> None:
    """Do what time brings, as `sdesk tick` does each minute: end waits, tell agents of promises, close for good.

    It may be run as often as one likes, and by several at once: nothing is done or told twice.

    Examples:
      sdesk sla sweep
      sdesk sla sweep --dry-run -o json
    """
    call = invocation.of(ctx)
    call.output.check(SWEPT)
    _ = call.actor
    from sdesk.desk.sweep import sweep as swept

    report = swept(call.desk, now=call.now, dry_run=dry_run)
    call.output.one(Swept(report.woken, report.alerts, report.stale, report.closed, report.reminded), SWEPT)
