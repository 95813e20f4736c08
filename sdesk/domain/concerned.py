"""Whom an event of a ticket concerns: its assignee, its team, its team's lead, or who is on call; and who watches it.

An agent may ask to be told of less. Who is away is not told: his stand-in is, else his team. A P1 rings somewhere all
the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sdesk.domain.outgoing import AgentEvent
from sdesk.domain.ticket import Priority

URGENT = frozenset({Priority.P1, Priority.P2})
"""Priorities that ring out of hours, and that wait less for company."""

URGENT_WINDOW = timedelta(minutes=2)
USUAL_WINDOW = timedelta(minutes=10)
"""How long after a notification the next one to the same agent goes, with all that has come meanwhile."""

_A_MONDAY = date(2024, 1, 1).toordinal()
"""Turns on call are counted from it, so that no year's end makes them jump."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent, as far as it matters whom to tell."""

    id: int
    events: frozenset[AgentEvent] = frozenset(AgentEvent)
    """Of what he wants to be told."""
    priorities: frozenset[Priority] = frozenset(Priority)
    """Of tickets of which priorities."""
    works: bool = True
    """False for who has left, and for an auditor, who only looks."""

    def wants(self, matter: Matter) -> bool:
        """Whether his own filter lets it through."""
        return matter.event in self.events and matter.priority in self.priorities


@dataclass(frozen=True, slots=True)
class Crew:
    """The team of a ticket."""

    members: frozenset[int]
    lead: int | None = None
    private: bool = False
    """Nobody but its members learns of its tickets."""
    on_call: Sequence[int] = ()
    """By turns, a week each."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What happened to a ticket."""

    event: AgentEvent
    priority: Priority
    assignee: int | None = None
    by: int | None = None
    """The agent who did it: he knows."""
    watchers: frozenset[int] = frozenset()
    """Who is told along with those whom it concerns."""
    working: bool = True
    """Whether the team works at this hour."""
    today: date = date(2024, 1, 1)
    """In the desk's zone: whose week it is."""
    away: Mapping[int, int | None] = field(default_factory=dict)
    """The agents who are away at this instant, each with his stand-in."""


def concerned(matter: Matter, crew: Crew, agents: Mapping[int, Candidate]) -> tuple[int, ...]:
    """The agents who are to be told, each once, in a fixed order."""
    candidates = _candidates(matter, crew, agents)
    told = [each for each in candidates if each != matter.by]
    willing = [each for each in told if agents[each].wants(matter)]
    unheard = not willing and (told or not candidates)
    if matter.priority is Priority.P1 and unheard and matter.event is not AgentEvent.ASSIGNED:
        # Filters, or a team without people, must not keep a P1 quiet. Where no lead can hear it, the filters give way.
        led = _in_the_place_of(crew.lead, matter, crew, agents) or _able([crew.lead], crew, agents)
        lead = [each for each in led if each != matter.by]
        return tuple(lead or told)
    return tuple(willing)


def watching(matter: Matter, crew: Crew, agents: Mapping[int, Candidate], told: Collection[int]) -> tuple[int, ...]:
    """The watchers who are told beside `told`, in a fixed order: of all news but whose the ticket is now.

    They are not responsible: nobody stands in for one who is away, and a P1 that they hear of is not heard by that.
    """
    if matter.event is AgentEvent.ASSIGNED:
        return ()
    able = _able(sorted(matter.watchers), crew, agents)
    left_out = {*told, *matter.away, matter.by}
    return tuple(each for each in able if each not in left_out and agents[each].wants(matter))


def window_after(priorities: Iterable[Priority]) -> timedelta:
    """How long after the last notification one that tells of tickets of these priorities may go."""
    return URGENT_WINDOW if any(each in URGENT for each in priorities) else USUAL_WINDOW


def on_call(rota: Sequence[int], today: date) -> tuple[int, ...]:
    """The rota from the one whose week it is (Monday to Sunday): who cannot ring hands his week on to the next."""
    if not rota:
        return ()
    turn = (today.toordinal() - _A_MONDAY) // 7 % len(rota)
    return (*rota[turn:], *rota[:turn])


def _candidates(matter: Matter, crew: Crew, agents: Mapping[int, Candidate]) -> list[int]:
    """Whom it concerns before anybody's filter, with the one who did it."""
    assignee = _in_the_place_of(matter.assignee, matter, crew, agents)
    if matter.event is AgentEvent.ASSIGNED and (assignee or matter.assignee not in matter.away):
        return assignee
    members = _able(sorted(crew.members), crew, agents)
    # Where all of a team are away they are told all the same: it waits for them, and nobody else would know.
    found = assignee or [each for each in members if each not in matter.away] or members
    if not matter.working and matter.priority in URGENT:
        rota = _able(on_call(crew.on_call, matter.today), crew, agents)
        ringing = [each for each in rota if each not in matter.away][:1]
        found = [*assignee, *ringing] or found
    if matter.event in (AgentEvent.BREACHED, AgentEvent.STALE):
        found = [*found, *_in_the_place_of(crew.lead, matter, crew, agents)]
    return list(dict.fromkeys(found))


def stand_in_of(agent: int, away: Mapping[int, int | None], able: Callable[[int], bool]) -> int | None:
    """Who takes what is of an agent who is away: his stand-in, or that one's where he is away as well.

    None where there is none who is there and `able`, and where the chain comes back to one of them.
    """
    met = {agent}
    other = away.get(agent)
    while other is not None and other in away and other not in met:
        met.add(other)
        other = away[other]
    return other if other is not None and other not in met and able(other) else None


def _in_the_place_of(agent: int | None, matter: Matter, crew: Crew, agents: Mapping[int, Candidate]) -> list[int]:
    """An agent, if he is there; else who stands in for him; nobody where neither can be told."""
    if agent is not None and agent in matter.away:
        agent = stand_in_of(agent, matter.away, lambda other: bool(_able([other], crew, agents)))
    return _able([agent], crew, agents)


def _able(ids: Iterable[int | None], crew: Crew, agents: Mapping[int, Candidate]) -> list[int]:
    """Those who work here, and may know of the team's tickets."""
    return [
        each
        for each in ids
        if each is not None and each in agents and agents[each].works and (not crew.private or each in crew.members)
    ]
