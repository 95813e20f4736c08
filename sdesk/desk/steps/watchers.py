"""Watchers: agents who are told of what happens on a ticket that is not theirs, and are not responsible for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import bindparam, delete, select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.rules import AgentRule
from sdesk.desk.steps.find import key_of
from sdesk.desk.steps.history import record
from sdesk.desk.steps.rows import insert_row
from sdesk.domain.errors import Refused
from sdesk.domain.phrase import phrase
from sdesk.domain.ticket import Role
from sdesk.store.models import Watcher
from sdesk.store.prepared import Prepared

_WATCHERS = Prepared(select(col(Watcher.agent_id)).where(col(Watcher.ticket_id) == bindparam("number")))


def watchers_of(work: Work, number: int) -> frozenset[int]:
    """The agents who watch a ticket, whether they may see it still or not."""
    return frozenset(row[0] for row in _WATCHERS.run(work.connection, number=number).all())


def may_watch(work: Work, team_id: int, agent: AgentRule) -> bool:
    """Whether an agent could be told of a team's tickets: he works here, and no wall stands between."""
    team = work.rules.teams[team_id]
    able = not agent.retired and agent.role is not Role.AUDITOR
    return able and (not team.private or agent.id in team.members)


def require_watchers(work: Work, team_id: int, logins: Iterable[str]) -> tuple[int, ...]:
    """The agents of these logins, each once. BadInput for a login that nobody has; Refused for who is never told."""
    rules = work.rules
    found: dict[int, None] = {}
    for login in logins:
        agent = rules.agents[key_of(rules.agent_keys, login, "agent")]
        if agent.role is Role.AUDITOR:
            raise Refused(
                phrase("`{agent}` is an auditor, and is told of nothing", agent=agent.key),
                phrase("name somebody who works tickets"),
            )
        if not may_watch(work, team_id, agent):
            team = rules.teams[team_id].key
            raise Refused(
                phrase(
                    "`{agent}` is no member of team `{team}`, whose tickets are private", agent=agent.key, team=team
                ),
                phrase("name a member of the team"),
            )
        found[agent.id] = None
    return tuple(found)


def add_watchers(work: Work, number: int, agents: Iterable[int]) -> list[str]:
    """Let agents watch a ticket, an event each; the logins of those who did not yet. The ticket's version stays."""
    known = watchers_of(work, number)
    added = []
    for agent_id in agents:
        if agent_id in known:
            continue
        insert_row(
            work,
            Watcher,
            {"ticket_id": number, "agent_id": agent_id, "since": work.now, "by_id": work.actor.agent_id},
        )
        login = work.rules.agents[agent_id].key
        record(work, number, "watched", agent=login)
        added.append(login)
    return added


def drop_watcher(work: Work, number: int, agent_id: int) -> bool:
    """Let an agent watch a ticket no more; False where he did not."""
    gone = work.connection.execute(
        delete(Watcher).where(col(Watcher.ticket_id) == number, col(Watcher.agent_id) == agent_id)
    ).rowcount
    if gone:
        record(work, number, "unwatched", agent=work.rules.agents[agent_id].key)
    return bool(gone)


def join_watchers(work: Work, number: int, into: int, team_id: int) -> None:
    """Who watches a ticket watches the other too, which goes on for both; but who may not see that."""
    agents: Mapping[int, AgentRule] = work.rules.agents
    able = [each for each in sorted(watchers_of(work, number)) if may_watch(work, team_id, agents[each])]
    if able:
        add_watchers(work, into, able)


def forget_retired(work: Work, agents: Iterable[int]) -> None:
    """Who leaves the desk watches nothing any more, whoever comes back under that login."""
    gone = sorted(agents)
    if not gone:
        return
    rows = work.connection.execute(
        select(col(Watcher.ticket_id), col(Watcher.agent_id)).where(col(Watcher.agent_id).in_(gone))
    ).all()
    for number, agent_id in rows:
        drop_watcher(work, number, agent_id)
