"""Whether a ticket can stand again as it stood: the desk may be another by now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sdesk.desk.opening import Work
from sdesk.desk.steps.find import require_sight, sees
from sdesk.domain.errors import Refused
from sdesk.domain.phrase import phrase
from sdesk.store.models import Ticket


def require_standing(work: Work, were: Mapping[int, Mapping[str, Any]]) -> None:
    """Whom and what tickets were given back to: the desk may be another since, and gives nobody what he may not see.

    Asked once they are put back: what counts is agent, team and service together.
    """
    rules = work.rules
    for number, was in were.items():
        ticket = work.session.get_one(Ticket, number)
        team = rules.teams[ticket.team_id]
        service = rules.services[ticket.service_id] if ticket.service_id is not None else None
        agent = rules.agents[ticket.assignee_id] if ticket.assignee_id is not None else None
        try:
            if "team_id" in was and rules.team_keys.get(team.key) != team.id:
                raise _gone(phrase("there is no team `{key}` any more", key=team.key))
            if "service_id" in was and service is not None and rules.service_keys.get(service.key) != service.id:
                raise _gone(phrase("there is no service `{key}` any more", key=service.key))
            if "assignee_id" in was or "team_id" in was:
                if agent is not None and agent.retired:
                    raise _gone(phrase("there is no agent `{key}` any more", key=agent.key))
                require_sight(work, team.id, ticket.assignee_id)
        except Refused as refused:
            if sees(work, work.actor, ticket):
                raise
            raise _gone(phrase("a ticket that was changed with it cannot be as it was")) from refused


def _gone(what: str) -> Refused:
    return Refused(what, phrase("put it right by hand"))
