"""Absences: an agent is away for a time, and back. It ends by itself.

An absence moves no ticket by itself: who comes back tomorrow finds his work as he left it, and each ticket has somebody
who knows it. What happens to his tickets meanwhile is told to his stand-in, else to the team (`domain/concerned`). Who
wants them handed over says so, and each has it in its history.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.absences import who_takes
from sdesk.desk.steps.find import key_of, sees_team, subject_of
from sdesk.desk.steps.history import record
from sdesk.desk.work import TEAM_PREFIX, assign
from sdesk.domain.errors import BadInput, Refused
from sdesk.domain.instant import to_rfc3339, weekday_and_time
from sdesk.domain.ticket import Role
from sdesk.store.models import Absence, Ticket


@dataclass(frozen=True, slots=True)
class Planned:
    """What became of an agent's absences."""

    agent: str
    away_from: datetime | None
    """None of who is back."""
    away_until: datetime | None
    stand_in: str | None
    sentence: str
    warnings: tuple[str, ...] = ()
    reassigned: tuple[int, ...] = ()
    """Tickets that were handed over."""
    changed: bool = True


def away(
    work: Work,
    login: str,
    *,
    until: datetime,
    starts: datetime | None = None,
    to: str | None = None,
    reassign: bool = False,
) -> Planned:
    """Say that an agent is away, from now on or from `starts`; `to` is who stands in.

    What was said of that time before is replaced; of who is away already, the end moves. `reassign` hands his open
    tickets over, of the teams that the actor may see: to the stand-in, or to the team where he may not have them.
    Refused for who is neither the agent, nor a lead of his, nor an admin; BadInput for what cannot be.
    """
    agent_id = subject_of(work.rules.agent_keys, _login(work, login), "agent")
    _require_may(work, agent_id)
    begins = starts or work.now
    if until <= max(begins, work.now):
        raise BadInput("that would be over before it begins", "say with --until when he is back")
    if reassign and begins > work.now:
        raise BadInput("tickets are handed over now, and the absence is later", "leave out --reassign, or --from")
    stand_in_id = _stand_in(work, agent_id, to)
    absence = _write(work, agent_id, begins, until, stand_in_id, running=starts is None)
    agents = work.rules.agents
    key = agents[agent_id].key
    stand_in = agents[absence.stand_in_id].key if absence.stand_in_id is not None else None
    record(
        work,
        None,
        "agent_away",
        agent=key,
        starts_at=to_rfc3339(absence.starts_at),
        until=to_rfc3339(until),
        stand_in=stand_in,
    )
    handed = _hand_over(work, agent_id) if reassign else ()
    zone = ZoneInfo(work.rules.time_zone)
    since = f" from {weekday_and_time(absence.starts_at, zone)}" if absence.starts_at > work.now else ""
    sentence = f"{key} is away{since} until {weekday_and_time(until, zone)}; "
    sentence += f"{stand_in} stands in" if stand_in is not None else "the team stands in"
    if reassign:
        sentence += f"; {len(handed)} {'ticket' if len(handed) == 1 else 'tickets'} handed over"
    return Planned(
        key,
        absence.starts_at,
        until,
        stand_in,
        sentence,
        tuple(_doubts(work, agent_id, absence)),
        handed,
    )


def back(work: Work, login: str) -> Planned:
    """Say that an agent is back; of who is not away, call off the absence that comes next."""
    agent_id = subject_of(work.rules.agent_keys, _login(work, login), "agent")
    _require_may(work, agent_id)
    key = work.rules.agents[agent_id].key
    coming = work.session.scalars(
        select(Absence)
        .where(col(Absence.agent_id) == agent_id, col(Absence.ends_at) > work.now)
        .order_by(col(Absence.starts_at), col(Absence.id))
    ).all()
    running = [each for each in coming if each.starts_at <= work.now]
    ended = running or coming[:1]
    if not ended:
        return Planned(key, None, None, None, f"{key} is not away", changed=False)
    for each in ended:
        if each.starts_at < work.now:
            each.ends_at = work.now
            work.session.add(each)
        else:
            work.session.delete(each)
    work.session.flush()
    record(work, None, "agent_back", agent=key, starts_at=to_rfc3339(ended[0].starts_at))
    zone = ZoneInfo(work.rules.time_zone)
    planned = f"{key} is not away on {weekday_and_time(ended[0].starts_at, zone)}: that is called off"
    return Planned(key, None, None, None, f"{key} is back" if running else planned)


def _login(work: Work, login: str) -> str:
    return work.actor.login if login == "me" else login


def _require_may(work: Work, agent_id: int) -> None:
    actor = work.actor
    if actor.role is Role.AUDITOR:
        raise Refused("an auditor reads everything and changes nothing", "ask an agent of the team")
    if actor.agent_id in (None, agent_id) or actor.role is Role.ADMIN:
        return
    for team in work.rules.teams.values():
        leads = team.lead_id == actor.agent_id or (actor.role is Role.LEAD and team.id in actor.team_ids)
        if leads and agent_id in team.members:
            return
    key = work.rules.agents[agent_id].key
    raise Refused(f"`{actor.login}` does not lead `{key}`", "the agent himself, his lead or an admin may say it")


def _stand_in(work: Work, agent_id: int, to: str | None) -> int | None:
    if to is None:
        return None
    stand_in_id = key_of(work.rules.agent_keys, _login(work, to), "agent")
    if stand_in_id == agent_id:
        raise BadInput("nobody stands in for himself", "name another with --to, or nobody: then it is the team")
    if work.rules.agents[stand_in_id].role is Role.AUDITOR:
        raise BadInput(f"`{to}` is an auditor, who changes nothing", "name an agent with --to")
    return stand_in_id


def _write(
    work: Work, agent_id: int, begins: datetime, until: datetime, stand_in_id: int | None, *, running: bool
) -> Absence:
    """The row of it; whatever of other rows lies in its time goes."""
    overlapping = work.session.scalars(
        select(Absence).where(
            col(Absence.agent_id) == agent_id, col(Absence.ends_at) > begins, col(Absence.starts_at) < until
        )
    ).all()
    going_on = next((each for each in overlapping if running and each.starts_at <= begins), None)
    for each in overlapping:
        if each is going_on:
            continue
        if each.ends_at > until:
            rest = {
                name: getattr(each, name) for name in ("agent_id", "ends_at", "stand_in_id", "actor", "recorded_at")
            }
            work.session.add(Absence(starts_at=until, **rest))
        if each.starts_at < begins:
            each.ends_at = begins
            work.session.add(each)
        else:
            work.session.delete(each)
    absence = going_on or Absence(
        agent_id=agent_id, starts_at=begins, ends_at=until, actor=work.actor.login, recorded_at=work.now
    )
    absence.ends_at = until
    # Who only stays longer has the same stand-in as before.
    absence.stand_in_id = stand_in_id if stand_in_id is not None else absence.stand_in_id
    absence.actor, absence.recorded_at = work.actor.login, work.now
    work.session.add(absence)
    work.session.flush()
    return absence


def _hand_over(work: Work, agent_id: int) -> tuple[int, ...]:
    """Give his open tickets on; gives their numbers. What stands behind a wall for the actor stays, and is not told."""
    found = work.session.scalars(
        select(Ticket).where(col(Ticket.is_open), col(Ticket.assignee_id) == agent_id).order_by(col(Ticket.id))
    ).all()
    handed: list[int] = []
    for ticket in found:
        if ticket.id is None or ticket.assignee_id != agent_id:
            # It went along with its incident.
            handed += [ticket.id] if ticket.id is not None else []
        elif sees_team(work, work.actor, ticket.team_id):
            assign(work, ticket.id, to=_taker(work, agent_id, ticket.team_id))
            handed.append(ticket.id)
    return tuple(handed)


def _taker(work: Work, agent_id: int, team_id: int) -> str:
    taker = who_takes(work, agent_id, team_id)
    if taker is not None:
        return work.rules.agents[taker].key
    team = work.rules.teams[team_id].key
    # A team that has left the desk file cannot be named any more.
    return f"{TEAM_PREFIX}{team}" if team in work.rules.team_keys else "none"


def _doubts(work: Work, agent_id: int, absence: Absence) -> Iterator[str]:
    """What may be, and should be known."""
    if absence.stand_in_id is None:
        return
    stand_in = work.rules.agents[absence.stand_in_id].key
    for team in work.rules.teams.values():
        if team.private and agent_id in team.members and absence.stand_in_id not in team.members:
            yield (
                f"`{stand_in}` is no member of team `{team.key}`, whose tickets are private: of these the team is told"
            )
    theirs: Sequence[Absence] = work.session.scalars(
        select(Absence).where(
            col(Absence.agent_id) == absence.stand_in_id,
            col(Absence.ends_at) > absence.starts_at,
            col(Absence.starts_at) < absence.ends_at,
        )
    ).all()
    if theirs:
        zone = ZoneInfo(work.rules.time_zone)
        begin, end = (weekday_and_time(at, zone) for at in (theirs[0].starts_at, theirs[0].ends_at))
        told = "who stands in for him is told then, else the team"
        yield f"`{stand_in}` is away as well, from {begin} until {end}: {told}"
