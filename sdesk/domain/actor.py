"""Who acts: every read and every use case takes an `Actor`, since walls between teams stand on it."""

from __future__ import annotations

from typing import NamedTuple

from sdesk.domain.ticket import Role


class Actor(NamedTuple):
    """An agent at work, somebody whom the desk serves, or the desk itself."""

    login: str
    agent_id: int | None = None
    """None for the desk itself (`system`), and for a requester."""
    name: str = ""
    role: Role = Role.AGENT
    team_ids: frozenset[int] = frozenset()
    """Teams of which the agent is a member."""

    @property
    def sees_all(self) -> bool:
        """Whether no wall stands before this actor."""
        return self.role in {Role.ADMIN, Role.AUDITOR}


REQUESTER = Actor(login="requester", name="requester")
"""Somebody whom the desk serves, at work in the portal: use cases of requesters alone take it (`desk/requests`)."""

SYSTEM = Actor(login="system", name="sdesk", role=Role.ADMIN)
"""The desk itself: mail, the sweep, setting up."""
