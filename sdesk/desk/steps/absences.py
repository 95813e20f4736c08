"""Who is away now, and who takes what is his: the store's rows for the rules of `domain/concerned`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.domain.concerned import stand_in_of
from sdesk.domain.phrase import phrase
from sdesk.domain.ticket import Role
from sdesk.store.models import Absence
from sdesk.store.prepared import Prepared

_NOW = Prepared(
    select(col(Absence.agent_id), col(Absence.ends_at), col(Absence.stand_in_id))
    .where(col(Absence.starts_at) <= bindparam("now"), col(Absence.ends_at) > bindparam("now"))
    .order_by(col(Absence.id))
)


@dataclass(frozen=True, slots=True)
class Absent:
    """Somebody who is away."""

    until: datetime
    stand_in_id: int | None


def absent(work: Work) -> Mapping[int, Absent]:
    """Who is away at this instant, by agent."""
    return {
        row[0]: Absent(datetime.fromisoformat(row[1]), row[2]) for row in _NOW.run(work.connection, now=work.now).all()
    }


def stand_ins(away: Mapping[int, Absent]) -> Mapping[int, int | None]:
    """The same as `domain/concerned` takes it."""
    return {agent_id: each.stand_in_id for agent_id, each in away.items()}


def who_takes(work: Work, agent_id: int, team_id: int) -> int | None:
    """Who takes a team's ticket for an agent who is away: his stand-in, if he is there, works, and may see it."""
    team = work.rules.teams[team_id]

    def able(other: int) -> bool:
        agent = work.rules.agents[other]
        works = not agent.retired and agent.role is not Role.AUDITOR
        return works and (not team.private or other in team.members)

    return stand_in_of(agent_id, stand_ins(absent(work)), able)


def away_warning(work: Work, agent_id: int | None, team_id: int) -> str:
    """What who gives a ticket to an agent should know: that he is away, and who takes it; else nothing."""
    gone = absent(work).get(agent_id) if agent_id is not None else None
    if gone is None or agent_id is None:
        return ""
    agents = work.rules.agents
    taker = who_takes(work, agent_id, team_id)
    told = (
        phrase("`{agent}` stands in", agent=agents[taker].key)
        if taker is not None
        else phrase("team `{team}` is told", team=work.rules.teams[team_id].key)
    )
    until = local_time(work, gone.until)
    return phrase("`{agent}` is away until {until}: {told}", agent=agents[agent_id].key, until=until, told=told)


def local_time(work: Work, at: datetime) -> str:
    """An instant as people of the desk read it: `2026-12-07 09:00`."""
    return f"{at.astimezone(ZoneInfo(work.rules.time_zone)):%Y-%m-%d %H:%M}"
