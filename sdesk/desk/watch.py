"""Watching a ticket: being told of what happens on it without being responsible (AdminCc in Request Tracker)."""

from __future__ import annotations

from sdesk.desk.change import Change
from sdesk.desk.opening import Work
from sdesk.desk.steps.find import find_ticket, key_of
from sdesk.desk.steps.watchers import add_watchers, drop_watcher, require_watchers
from sdesk.domain.errors import BadInput, Refused
from sdesk.domain.phrase import phrase
from sdesk.domain.ticket import Status

ME = "me"
"""The acting agent."""


def watch(work: Work, number: int, *, agent: str = ME, version: int | None = None) -> Change:
    """Let an agent watch a ticket: he gets the same news as who has it, and never of what he did himself.

    Nothing of the ticket changes by it, its version neither: `version` is not looked at. BadInput for a login that
    nobody has; Refused for an auditor, for who may not see the ticket, and for what is merged or spam.
    """
    ticket = find_ticket(work, number)
    ref, login = work.rules.ref(number), _login(work, agent)
    if ticket.status in {Status.MERGED, Status.SPAM}:
        raise Refused(
            phrase("{ref} is {status}: nothing is told of it", ref=ref, status=ticket.status),
            phrase("watch another ticket"),
        )
    agents = require_watchers(work, ticket.team_id, (login,))
    if not add_watchers(work, number, agents):
        return Change(number, ref, phrase("{ref} is watched by {agent} already", ref=ref, agent=login), changed=False)
    return Change(number, ref, phrase("{ref} is watched by {agent}", ref=ref, agent=login))


def unwatch(work: Work, number: int, *, agent: str = ME, version: int | None = None) -> Change:
    """Let an agent watch a ticket no more. BadInput for a login that nobody has."""
    find_ticket(work, number)
    ref, login = work.rules.ref(number), _login(work, agent)
    if not drop_watcher(work, number, key_of(work.rules.agent_keys, login, "agent")):
        return Change(number, ref, phrase("{ref} is not watched by {agent}", ref=ref, agent=login), changed=False)
    return Change(number, ref, phrase("{ref} is watched by {agent} no more", ref=ref, agent=login))


def _login(work: Work, agent: str) -> str:
    if agent != ME:
        return agent
    if work.actor.agent_id is None:
        raise BadInput(
            phrase("the desk itself watches no ticket"), phrase("say who acts with --as LOGIN, or --agent LOGIN")
        )
    return work.actor.login
