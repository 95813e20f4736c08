"""Finding what a verb names: tickets behind the actor's walls, agents, teams, services, units."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from sdesk.desk.opening import Work
from sdesk.domain.actor import Actor
from sdesk.domain.errors import BadInput, Conflict, NotFound, Refused
from sdesk.domain.nearest import did_you_mean
from sdesk.domain.phrase import noun as noun_of
from sdesk.domain.phrase import phrase
from sdesk.domain.ticket import Role
from sdesk.store.models import Ticket

Word = TypeVar("Word", bound=StrEnum)


def find_ticket(work: Work, number: int, version: int | None = None) -> Ticket:
    """The ticket of a number, to be changed.

    NotFound where there is none or a wall stands before it; Conflict where `version` is given and is not
    the present one; Refused for an actor who may look and not touch.
    """
    require_hands(work)
    ticket = see_ticket(work, number)
    if version is not None and version != ticket.version:
        raise Conflict(
            phrase("{ref} was changed by somebody else meanwhile", ref=work.rules.ref(number)),
            phrase("look at it again"),
        )
    return ticket


def require_hands(work: Work) -> None:
    """Refused for an actor who may look and not touch."""
    if work.actor.role is Role.AUDITOR:
        raise Refused(phrase("an auditor reads everything and changes nothing"), phrase("ask an agent of the team"))


def see_ticket(work: Work, number: int) -> Ticket:
    """The ticket of a number, for whoever may look at it; NotFound where there is none or a wall stands before it."""
    ticket = work.session.get(Ticket, number)
    if ticket is None or not sees(work, work.actor, ticket):
        raise NotFound(phrase("there is no ticket {ref}", ref=work.rules.ref(number)), phrase("see `sdesk list`"))
    return ticket


def require_sight(work: Work, team_id: int, agent_id: int | None) -> None:
    """Refused for an agent who would be given a ticket of a private team that is not his, and for an auditor."""
    team = work.rules.teams[team_id]
    if agent_id is not None and work.rules.agents[agent_id].role is Role.AUDITOR:
        agent = work.rules.agents[agent_id].key
        raise Refused(
            phrase("`{agent}` is an auditor, and changes nothing", agent=agent),
            phrase("assign somebody who works tickets"),
        )
    if agent_id is not None and team.private and agent_id not in team.members:
        agent = work.rules.agents[agent_id].key
        raise Refused(
            phrase("`{agent}` is no member of team `{team}`, whose tickets are private", agent=agent, team=team.key),
            phrase("assign a member of the team"),
        )


def sees(work: Work, actor: Actor, ticket: Ticket) -> bool:
    """Whether no wall stands between an actor and a ticket."""
    return sees_team(work, actor, ticket.team_id)


def sees_team(work: Work, actor: Actor, team_id: int) -> bool:
    """The same for any ticket of a team."""
    return actor.sees_all or team_id in actor.team_ids or not work.rules.teams[team_id].private


def sees_all_teams(work: Work) -> bool:
    """Whether no wall at all stands before who acts: what is of no team yet is for those alone."""
    return all(sees_team(work, work.actor, team_id) for team_id in work.rules.teams)


def is_walled(work: Work, one: int, other: int) -> bool:
    """Whether a wall stands between two teams: one of them is private, and its agents alone see its tickets."""
    teams = work.rules.teams
    return one != other and (teams[one].private or teams[other].private)


def word_of(words: type[Word], text: str, noun: str) -> Word:
    """A member of an enumeration as a person types it; BadInput with the nearest right word."""
    listed = [word.value for word in words]
    if text in listed:
        return words(text)
    raise BadInput(
        phrase("there is no {noun} `{text}`", noun=noun_of(noun), text=text),
        did_you_mean(text, listed, phrase("it is one of {names}", names=", ".join(listed))),
    )


def key_of(known: Mapping[str, int], key: str, noun: str) -> int:
    """The row of a key of the desk file that a value names; BadInput with the nearest right word."""
    found = known.get(key)
    if found is not None:
        return found
    raise BadInput(*_unknown(known, key, noun))


def subject_of(known: Mapping[str, int], key: str, noun: str) -> int:
    """The row of a key that the whole call is about; NotFound with the nearest right word."""
    found = known.get(key)
    if found is not None:
        return found
    raise NotFound(*_unknown(known, key, noun))


def _unknown(known: Mapping[str, int], key: str, noun: str) -> tuple[str, str]:
    return (
        phrase("there is no {noun} `{key}`", noun=noun_of(noun), key=key),
        did_you_mean(key, known, phrase("see `sdesk {noun} list`", noun=noun)),
    )
