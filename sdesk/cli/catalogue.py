"""What the desk consists of, as rows: agents, teams, services, units. Services are listed by `offers`."""

from __future__ import annotations

import typer

from sdesk.cli import invocation
from sdesk.cli.json_ticket import money
from sdesk.cli.sheet import Column, Eyes, Field, Sheet
from sdesk.domain.duration import format_working
from sdesk.domain.kinds import FLAG, INSTANT, MONEY, NUMBER, TEXT, many, maybe, word
from sdesk.domain.ticket import Impact, Priority, Role, Urgency
from sdesk.store.reader.organisation_rows import AgentRow, ServiceRow, TeamRow, UnitRow

AGENTS: Sheet[AgentRow] = Sheet(
    fields=(
        Field("login", lambda row: row.login, kind=TEXT),
        Field("name", lambda row: row.name, kind=TEXT),
        Field("email", lambda row: row.email, kind=TEXT),
        Field("role", lambda row: row.role.value, kind=word(Role)),
        Field("teams", lambda row: list(row.teams), kind=many(TEXT)),
        Field("away_from", lambda row: row.away_from, kind=maybe(INSTANT)),
        Field("away_until", lambda row: row.away_until, kind=maybe(INSTANT)),
        Field("stand_in", lambda row: row.stand_in, kind=maybe(TEXT)),
    ),
    columns=(
        Column("LOGIN", lambda row, eyes: row.login),
        Column("NAME", lambda row, eyes: row.name, cut=True),
        Column("EMAIL", lambda row, eyes: row.email),
        Column("ROLE", lambda row, eyes: row.role.value),
        Column("TEAMS", lambda row, eyes: ", ".join(row.teams)),
        Column("AWAY", lambda row, eyes: away_words(row, eyes), optional=True),
    ),
)

TEAMS: Sheet[TeamRow] = Sheet(
    fields=(
        Field("key", lambda row: row.key, kind=TEXT),
        Field("name", lambda row: row.name, kind=TEXT),
        Field("address", lambda row: row.address, kind=maybe(TEXT)),
        Field("lead", lambda row: row.lead, kind=maybe(TEXT)),
        Field("private", lambda row: row.private, kind=FLAG),
    ),
    columns=(
        Column("KEY", lambda row, eyes: row.key),
        Column("NAME", lambda row, eyes: row.name, cut=True),
        Column("ADDRESS", lambda row, eyes: row.address or ""),
        Column("LEAD", lambda row, eyes: row.lead or ""),
        Column("PRIVATE", lambda row, eyes: "private" if row.private else ""),
    ),
)

SERVICES: Sheet[ServiceRow] = Sheet(
    fields=(
        Field("key", lambda row: row.key, kind=TEXT),
        Field("name", lambda row: row.name, kind=TEXT),
        Field("team", lambda row: row.team, kind=TEXT),
        Field("impact", lambda row: row.impact.value, kind=word(Impact)),
        Field("urgency", lambda row: row.urgency.value, kind=word(Urgency)),
        Field("priority", lambda row: row.priority.value, kind=word(Priority)),
        Field("resolution_target", lambda row: row.resolution_target, kind=maybe(NUMBER)),
    ),
    columns=(
        Column("KEY", lambda row, eyes: row.key),
        Column("NAME", lambda row, eyes: row.name, cut=True),
        Column("TEAM", lambda row, eyes: row.team),
        Column("PR", lambda row, eyes: row.priority.value),
        Column("IMPACT", lambda row, eyes: row.impact.value, spare=True),
        Column("URGENCY", lambda row, eyes: row.urgency.value, spare=True),
        Column(
            "RESOLVED IN",
            lambda row, eyes: "" if row.resolution_target is None else format_working(row.resolution_target),
            right=True,
        ),
    ),
)

UNITS: Sheet[UnitRow] = Sheet(
    fields=(
        Field("key", lambda row: row.key, kind=TEXT),
        Field("name", lambda row: row.name, kind=TEXT),
        Field("kind", lambda row: row.kind, kind=TEXT),
        Field("parent", lambda row: row.parent, kind=maybe(TEXT)),
        Field("phone", lambda row: row.phone, kind=maybe(TEXT)),
        Field("address", lambda row: row.address, kind=maybe(TEXT)),
        Field("manager", lambda row: row.manager, kind=maybe(TEXT)),
        Field("turnover_per_hour", lambda row: money(row.turnover_per_hour), kind=maybe(MONEY)),
    ),
    columns=(
        Column("KEY", lambda row, eyes: row.key),
        Column("NAME", lambda row, eyes: row.name, cut=True),
        Column("KIND", lambda row, eyes: row.kind),
        Column("PARENT", lambda row, eyes: row.parent or "", spare=True),
        Column("PHONE", lambda row, eyes: row.phone or ""),
        Column("ADDRESS", lambda row, eyes: row.address or "", cut=True),
    ),
)


def away_words(row: AgentRow, eyes: Eyes) -> str:
    """For eyes: from when until when an agent is away, now or next, and who stands in."""
    if row.away_until is None:
        return ""
    stand_in = f" ({row.stand_in})" if row.stand_in is not None else ""
    return f"{eyes.local(row.away_from)} - {eyes.local(row.away_until)}{stand_in}"


def agents(ctx: typer.Context) -> None:
    """Print the agents, and who is away or will be.

    Examples:
      sdesk agent list
      sdesk agent list --fields login,email
    """
    call = invocation.of(ctx)
    _ = call.actor  # who is no agent learns nothing of the desk
    call.output.rows(call.reader.agents(now=call.now), AGENTS)


def teams(ctx: typer.Context) -> None:
    """Print the teams.

    Examples:
      sdesk team list
    """
    call = invocation.of(ctx)
    call.output.rows(call.reader.teams(call.actor), TEAMS)


def units(ctx: typer.Context) -> None:
    """Print the units that the desk serves.

    Examples:
      sdesk unit list --fields key,name,phone
    """
    call = invocation.of(ctx)
    _ = call.actor
    call.output.rows(call.reader.units(), UNITS)
