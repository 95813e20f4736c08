"""Parts of the desk whole: units, calendars, teams and agents shown; calendars listed. Services: `offers`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, NamedTuple

import typer

from sdesk.cli import invocation
from sdesk.cli.catalogue import AGENTS, SERVICES, TEAMS, UNITS, away_words
from sdesk.cli.invocation import Invocation
from sdesk.cli.json_ticket import UNIT_OUTAGE, money, outage
from sdesk.cli.sheet import Column, Eyes, Field, Sheet
from sdesk.cli.sla import TARGETS
from sdesk.cli.whole import Fact, fields_of, listed, print_whole, ticket_line
from sdesk.domain.duration import format_duration, format_working
from sdesk.domain.filters import Filter, Match
from sdesk.domain.kinds import DAY, INSTANT, MONEY, NUMBER, SHARE, TEXT, by_key, many, maybe
from sdesk.domain.outage import percent
from sdesk.store.reader.desk_rows import (
    AgentDetail,
    CalendarRow,
    OutageRow,
    ServiceDetail,
    TeamDetail,
    UnitOutages,
)
from sdesk.store.reader.organisation_rows import UnitRow
from sdesk.store.reader.rows import TicketRow

OUTAGE_DAYS = 30
"""How far `unit show` looks back."""
_SHOWN_DAYS = 12
"""Free days for eyes: programs get all of them."""

Key = Annotated[str, typer.Argument(metavar="KEY", help="as the list of them has it", show_default=False)]


class _Unit(NamedTuple):
    unit: UnitRow
    calendar: CalendarRow | None
    mail: tuple[str, ...]
    stops: dict[str, Decimal]
    tickets: tuple[TicketRow, ...]
    past: UnitOutages


HOURS = by_key(many(TEXT))
"""Of a calendar: days, as `mon-fri`, and their times, as `09:00-18:00`."""

CALENDARS: Sheet[CalendarRow] = Sheet(
    fields=(
        Field("key", lambda row: row.key, kind=TEXT),
        Field("time_zone", lambda row: row.time_zone, kind=TEXT),
        Field("hours", lambda row: {days: list(hours) for days, hours in row.hours.items()}, kind=HOURS),
        Field("free", lambda row: [day.isoformat() for day in row.free], kind=many(DAY)),
        Field(
            "working",
            lambda row: {day.isoformat(): list(hours) for day, hours in row.working.items()},
            kind=by_key(many(TEXT)),
        ),
    ),
    columns=(
        Column("KEY", lambda row, eyes: row.key),
        Column("TIME ZONE", lambda row, eyes: row.time_zone),
        Column("HOURS", lambda row, eyes: _hours(row), cut=True),
        Column("NEXT FREE DAY", lambda row, eyes: row.free[0].isoformat() if row.free else ""),
    ),
)

UNIT: Sheet[_Unit] = Sheet(
    fields=(
        *fields_of(UNITS, "unit"),
        Field("calendar", lambda row: None if row.calendar is None else row.calendar.key, kind=maybe(TEXT)),
        Field(
            "hours",
            lambda row: (
                None if row.calendar is None else {days: list(each) for days, each in row.calendar.hours.items()}
            ),
            kind=maybe(HOURS),
        ),
        Field("mail", lambda row: list(row.mail), kind=many(TEXT)),
        Field("stops", lambda row: {service: str(share) for service, share in row.stops.items()}, kind=by_key(SHARE)),
        Field("open_tickets", lambda row: [ticket.number for ticket in row.tickets], kind=many(NUMBER)),
        Field("outages_since", lambda row: row.past.since, kind=INSTANT),
        Field(
            "outages",
            lambda row: [{"number": each.number, **outage(each)} for each in row.past.outages],
            kind=many(UNIT_OUTAGE),
        ),
        Field("loss", lambda row: money(row.past.loss), kind=maybe(MONEY)),
        Field("currency", lambda row: row.past.currency, kind=TEXT),
    ),
    columns=(),
)

SERVICE: Sheet[ServiceDetail] = Sheet(
    fields=(
        *fields_of(SERVICES, "service"),
        Field("sla", lambda row: row.sla, kind=maybe(TEXT)),
        Field("calendar", lambda row: row.calendar, kind=maybe(TEXT)),
        Field(
            "targets",
            lambda row: {
                priority: {"first_response": first, "next_reply": following, "resolution": resolution}
                for priority, (first, following, resolution) in row.targets.items()
            },
            kind=by_key(TARGETS),
        ),
        Field("stops_share", lambda row: None if row.stops_share is None else str(row.stops_share), kind=maybe(SHARE)),
        Field(
            "offered_to", lambda row: None if row.offered_to is None else list(row.offered_to), kind=maybe(many(TEXT))
        ),
        Field("open_tickets", lambda row: row.open_tickets, kind=NUMBER),
    ),
    columns=(),
)

TEAM: Sheet[TeamDetail] = Sheet(
    fields=(
        *fields_of(TEAMS, "team"),
        Field("members", lambda row: list(row.members), kind=many(TEXT)),
        Field("on_call", lambda row: list(row.on_call), kind=many(TEXT)),
        Field("sla", lambda row: row.sla, kind=maybe(TEXT)),
        Field("reopen_for", lambda row: row.reopen_for, kind=NUMBER),
        Field("wait_days", lambda row: row.wait_days, kind=NUMBER),
        Field("open_tickets", lambda row: row.open_tickets, kind=NUMBER),
        Field("unassigned", lambda row: row.unassigned, kind=NUMBER),
    ),
    columns=(),
)

AGENT: Sheet[AgentDetail] = Sheet(
    fields=(
        *fields_of(AGENTS, "agent"),
        Field("leads", lambda row: list(row.leads), kind=many(TEXT)),
        Field("on_call", lambda row: list(row.on_call), kind=many(TEXT)),
        Field("open_tickets", lambda row: row.open_tickets, kind=NUMBER),
    ),
    columns=(),
)


def unit_show(ctx: typer.Context, key: Key) -> None:
    """Print a unit whole: opening hours, turnover, open tickets, and its outages of the last 30 days.

    Examples:
      sdesk unit show flagship
      sdesk unit show flagship -o json
    """
    call = invocation.of(ctx)
    actor = call.actor
    row, calendar, mail, stops = call.reader.unit(key, _today(call))
    tickets = tuple(call.reader.walk(actor, Filter((Match("unit", (key,)),)), now=call.now))
    past = call.reader.unit_outages(actor, key, now=call.now, since=call.now - timedelta(days=OUTAGE_DAYS))
    print_whole(call, _Unit(row, calendar, mail, stops, tickets, past), UNIT, _unit_facts)


def calendars(ctx: typer.Context) -> None:
    """Print the calendars: when the desk works.

    Examples:
      sdesk calendar list
      sdesk calendar list -o json
    """
    call = invocation.of(ctx)
    _ = call.actor
    call.output.rows(call.reader.calendars(_today(call)), CALENDARS)


def calendar_show(ctx: typer.Context, key: Key) -> None:
    """Print a calendar whole: its working hours, and the free and extra days that are to come.

    Examples:
      sdesk calendar show office
    """
    call = invocation.of(ctx)
    _ = call.actor
    print_whole(call, call.reader.calendar_whole(key, _today(call)), CALENDARS, _calendar_facts)


def team_show(ctx: typer.Context, key: Key) -> None:
    """Print a team whole: who is in it, who is on call, what it has to do.

    Examples:
      sdesk team show it
    """
    call = invocation.of(ctx)
    print_whole(call, call.reader.team(call.actor, key), TEAM, _team_facts)


def agent_show(
    ctx: typer.Context,
    login: Annotated[str, typer.Argument(metavar="LOGIN", help="of `sdesk agent list`, or me", show_default=False)],
) -> None:
    """Print an agent whole.

    Examples:
      sdesk agent show anna
    """
    call = invocation.of(ctx)
    login = call.actor.login if login == "me" else login
    print_whole(call, call.reader.agent(call.actor, login, now=call.now), AGENT, _agent_facts)


def _today(call: Invocation) -> date:
    return call.now.astimezone(call.zone).date()


def _unit_facts(row: _Unit, eyes: Eyes) -> Iterator[Fact]:
    unit, past = row.unit, row.past
    yield "Unit", f"{unit.key}: {unit.name}"
    yield "Kind", ", ".join(filter(None, (unit.kind, f"of {unit.parent}" if unit.parent else "")))
    yield "Open", "always" if row.calendar is None else f"{_hours(row.calendar)} ({row.calendar.key})"
    if unit.turnover_per_hour is not None:
        yield "Turnover", f"{_grouped(unit.turnover_per_hour)} {past.currency} an hour"
        yield "Stops", ", ".join(f"{service} {percent(share)}" for service, share in row.stops.items())
    yield "Phone", unit.phone or ""
    yield "Address", unit.address or ""
    yield "Manager", unit.manager or ""
    yield "Mail", ", ".join(row.mail)
    yield from listed("Tickets", map(ticket_line, row.tickets))
    yield from listed("Outages", (_outage(each, eyes) for each in past.outages))
    if past.outages:
        yield "Lost", f"{_grouped(past.loss)} {past.currency} in the last {OUTAGE_DAYS} days"


def service_facts(row: ServiceDetail, eyes: Eyes) -> Iterator[Fact]:
    """What a service decides about its tickets, for eyes."""
    service = row.service
    yield "Service", f"{service.key}: {service.name}"
    yield "Team", service.team
    yield "Priority", f"{service.priority} ({service.impact} impact, {service.urgency} urgency)"
    yield "SLA", "" if row.sla is None else f"{row.sla}, in {row.calendar}"
    yield from listed("Promises", (_targets(priority, each) for priority, each in row.targets.items()))
    yield "Stops", "" if row.stops_share is None else f"{percent(row.stops_share)} of a unit's turnover"
    yield "Offered to", "" if row.offered_to is None else ", ".join(row.offered_to) or "nobody"
    yield "Tickets", f"{row.open_tickets} open"


def _calendar_facts(row: CalendarRow, eyes: Eyes) -> Iterator[Fact]:
    yield "Calendar", row.key
    yield "Time zone", row.time_zone
    yield from listed("Hours", (f"{days} {', '.join(hours)}" for days, hours in row.hours.items()))
    more = len(row.free) - _SHOWN_DAYS
    yield "Free", ", ".join([*map(str, row.free[:_SHOWN_DAYS]), *([f"{more} more"] if more > 0 else [])])
    yield from listed("Worked", (f"{day} {', '.join(hours)}" for day, hours in row.working.items()))


def _team_facts(row: TeamDetail, eyes: Eyes) -> Iterator[Fact]:
    team = row.team
    yield "Team", f"{team.key}: {team.name}{', private' if team.private else ''}"
    yield "Address", team.address or ""
    yield "Lead", team.lead or ""
    yield "Members", ", ".join(row.members)
    yield "On call", ", ".join(row.on_call)
    yield "SLA", row.sla or ""
    yield "Reopens for", format_duration(row.reopen_for)
    yield "Tickets", f"{row.open_tickets} open, {row.unassigned} of them unassigned"


def _agent_facts(row: AgentDetail, eyes: Eyes) -> Iterator[Fact]:
    agent = row.agent
    yield "Agent", f"{agent.login}: {agent.name} <{agent.email}>"
    yield "Role", agent.role.value
    yield "Teams", ", ".join(agent.teams)
    yield "Leads", ", ".join(row.leads)
    yield "On call", ", ".join(row.on_call)
    yield "Away", away_words(agent, eyes)
    yield "Tickets", f"{row.open_tickets} open"


def _outage(row: OutageRow, eyes: Eyes) -> str:
    until = "now" if row.down_to is None else eyes.local(row.down_to)
    lost = f"{'' if row.confirmed else '~'}{_grouped(row.loss_so_far)} {row.currency}"
    about = f"{row.ref}, {row.service}" if row.service else row.ref
    return f"{eyes.local(row.down_from)} to {until}, {percent(row.share)}: {lost} ({about})"


def _targets(priority: str, targets: Sequence[int | None]) -> str:
    names = ("first response", "next reply", "resolution")
    said = [f"{name} {format_working(each)}" for name, each in zip(names, targets, strict=True) if each is not None]
    return f"{priority} {', '.join(said)}"


def _hours(row: CalendarRow) -> str:
    return "; ".join(f"{days} {', '.join(hours)}" for days, hours in row.hours.items())


def _grouped(amount: Decimal) -> str:
    return f"{amount:,.0f}".replace(",", " ")
