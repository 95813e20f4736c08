"""`agent away`, `agent back`, and `team on-call`: who is there, and whose phone rings at night."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from sdesk.cli import diagnostics, invocation
from sdesk.cli.changing import alter
from sdesk.cli.invocation import Invocation
from sdesk.cli.options import DryRun
from sdesk.cli.sheet import DRY_RUN, Column, Field, Sheet
from sdesk.domain.kinds import FLAG, INSTANT, NUMBER, TEXT, many, maybe
from sdesk.domain.rota import Away, turns

if TYPE_CHECKING:
    from sdesk.desk.absence import Planned
    from sdesk.desk.opening import Work

Login = Annotated[str, typer.Argument(metavar="LOGIN", help="of `sdesk agent list`, or me", show_default=False)]

MOST_WEEKS = 60

PLANNED: Sheet[Planned] = Sheet(
    fields=(
        Field("agent", lambda row: row.agent, kind=TEXT),
        Field("changed", lambda row: row.changed, kind=FLAG),
        Field("away_from", lambda row: row.away_from, kind=maybe(INSTANT)),
        Field("away_until", lambda row: row.away_until, kind=maybe(INSTANT)),
        Field("stand_in", lambda row: row.stand_in, kind=maybe(TEXT)),
        Field("reassigned", lambda row: list(row.reassigned), kind=many(NUMBER)),
        Field("sentence", lambda row: row.sentence, kind=TEXT),
        Field("warnings", lambda row: list(row.warnings), lambda row: " ".join(row.warnings), kind=many(TEXT)),
        DRY_RUN,
    ),
    columns=(Column("WHAT", lambda row, eyes: row.sentence, wrap=True),),
)


class Duty(NamedTuple):
    """A time in which somebody is on call for a team."""

    team: str
    start: datetime
    end: datetime
    login: str | None
    name: str | None
    instead_of: str | None
    """Whose week it is, where he is away."""


DUTIES: Sheet[Duty] = Sheet(
    fields=(
        Field("team", lambda row: row.team, kind=TEXT),
        Field("from", lambda row: row.start, kind=INSTANT),
        Field("until", lambda row: row.end, kind=INSTANT),
        Field("agent", lambda row: row.login, kind=maybe(TEXT)),
        Field("name", lambda row: row.name, kind=maybe(TEXT)),
        Field("instead_of", lambda row: row.instead_of, kind=maybe(TEXT)),
    ),
    columns=(
        Column("TEAM", lambda row, eyes: row.team),
        Column("FROM", lambda row, eyes: eyes.local(row.start)),
        Column("UNTIL", lambda row, eyes: eyes.local(row.end)),
        Column("ON CALL", lambda row, eyes: row.login or "nobody: all are away"),
        Column("NAME", lambda row, eyes: row.name or "", cut=True),
        Column("INSTEAD OF", lambda row, eyes: row.instead_of or "", optional=True),
    ),
)


def agent_away(
    ctx: typer.Context,
    login: Login,
    until: Annotated[str, typer.Option("--until", metavar="WHEN", help="when he is back", show_default=False)],
    start: Annotated[str | None, typer.Option("--from", metavar="WHEN", help="since when; else from now on")] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="LOGIN", help="who stands in; else the team")] = None,
    reassign: Annotated[
        bool, typer.Option("--reassign", help="hand his open tickets over, now: to the stand-in, else to the team")
    ] = False,
    dry_run: DryRun = False,
) -> None:
    """Say that an agent is away. What he would be told goes to the stand-in, else to the team.

    His week on call goes to the next of the rota. His tickets stay his, unless --reassign says otherwise. The absence
    ends by itself. A day alone means its midnight: he is back on that day. You may say it of yourself, a lead of his
    own people, an admin of everybody.

    Examples:
      sdesk agent away boris --until mon --to anna
      sdesk agent away me --from 2026-12-28 --until 2027-01-11
      sdesk agent away boris --until 2026-12-14 --to anna --reassign --dry-run
    """
    call = invocation.of(ctx)
    begins = None if start is None else call.instant(start)
    ends = call.instant(until)
    from sdesk.desk.absence import away

    _plan(call, lambda work: away(work, login, until=ends, starts=begins, to=to, reassign=reassign), dry_run=dry_run)


def agent_back(ctx: typer.Context, login: Login, dry_run: DryRun = False) -> None:
    """Say that an agent is back before his time, or call off the absence that comes next.

    Examples:
      sdesk agent back boris
    """
    call = invocation.of(ctx)
    from sdesk.desk.absence import back

    _plan(call, lambda work: back(work, login), dry_run=dry_run)


def team_on_call(
    ctx: typer.Context,
    team: Annotated[str | None, typer.Argument(metavar="[TEAM]", help="else all that have a rota")] = None,
    weeks: Annotated[
        int, typer.Option("--weeks", metavar="N", min=1, max=MOST_WEEKS, help="how many, with this one")
    ] = 5,
) -> None:
    """Print who is on call now and in the coming weeks, by the rota of the desk file, less those who are away.

    Outside a team's hours, what is urgent (P1, P2) rings with whoever is on call. Weeks begin on Monday, in the
    desk's zone.

    Examples:
      sdesk team on-call
      sdesk team on-call it --weeks 10
      sdesk team on-call it --weeks 1 -o json
    """
    call = invocation.of(ctx)
    facts = call.reader.rotas(call.actor, now=call.now, team=team)
    gone = [Away(each.agent_id, each.starts_at, each.ends_at) for each in facts.absences]
    duties = []
    for each in facts.teams:
        rota = [agent for agent in each.rota if not facts.agents[agent].retired]
        for turn in turns(rota, gone, now=call.now, weeks=weeks, zone=call.zone):
            agent = facts.agents[turn.agent] if turn.agent is not None else None
            duties.append(
                Duty(
                    each.key,
                    turn.start,
                    turn.end,
                    agent.login if agent is not None else None,
                    agent.name if agent is not None else None,
                    facts.agents[turn.whose].login if turn.agent != turn.whose else None,
                )
            )
    call.output.rows(duties, DUTIES)


def _plan(call: Invocation, use_case: Callable[[Work], Planned], *, dry_run: bool) -> None:
    """Do it, and say what should be known besides."""
    for warning in alter(call, PLANNED, use_case, dry_run=dry_run).warnings:
        diagnostics.warning(warning)
