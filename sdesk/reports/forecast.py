"""Which promises will break if the team goes on as it did: two plain reckonings, of which the later one counts.

A ticket typically takes what others of its service took (the median of their resolution clocks): what is left of that.
And the team gets to it when it has closed what stands before it in the urgency order, as fast as it closed lately.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sdesk.domain.worktime import Calendar, working_between
from sdesk.reports.typical import ENOUGH, Medians
from sdesk.store.reader.reports.who import LOOKED_BACK, AgentFacts, PromisedTicket, WhoFacts

CalendarOf = Callable[[str | None], Calendar]


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a team closes."""

    resolved: int
    """Tickets of the last 90 days."""
    seconds: int
    """Working seconds between two of them, on the average."""


class Reason(StrEnum):
    """Why a promise will break."""

    TAKES = "takes"
    """Tickets of the service typically take longer than is left."""
    QUEUE = "queue"
    """Too much stands before it."""


@dataclass(frozen=True, slots=True)
class Break:
    """A promise that will typically break."""

    number: int
    subject: str
    team: str
    assignee: AgentFacts | None
    due_at: datetime
    left: int
    """Working seconds until then."""
    needed: int
    """Working seconds that it will typically still take."""
    reason: Reason
    before: int
    """Tickets that stand before it in the team's queue."""
    samples: int
    """Tickets that the reckoning is of."""


def paces(facts: WhoFacts, calendar_of: CalendarOf, now: datetime) -> dict[int, Pace]:
    """The pace of each team that closed at least five tickets."""
    closed = Counter(team_id for team_id, _, _ in facts.resolved)
    since = now - LOOKED_BACK
    if facts.first_opened is not None:
        since = max(since, facts.first_opened)
    found = {}
    for team in facts.teams:
        count = closed[team.id]
        if count >= ENOUGH:
            found[team.id] = Pace(count, working_between(calendar_of(team.calendar), since, now) // count)
    return found


def breaks(
    facts: WhoFacts,
    coming: Sequence[PromisedTicket],
    medians: Medians,
    pace: Mapping[int, Pace],
    calendar_of: CalendarOf,
    now: datetime,
) -> tuple[tuple[Break, ...], int]:
    """Those of the promises to come that will break, by deadline, and of how many something can be said."""
    before = _before(facts)
    teams = {team.id: team for team in facts.teams}
    found: list[Break] = []
    judged = 0
    for ticket in coming:
        typical, closing = medians.of(ticket.team_id, ticket.service_id), pace.get(ticket.team_id)
        if typical is None or closing is None:
            continue
        judged += 1
        calendar = calendar_of(ticket.calendar)
        used = ticket.consumed + working_between(calendar, ticket.started_at, now)
        takes = max(typical.seconds - used, 0)
        # The team's own working time and the promise's are mostly the same; where they are not, the promise's holds.
        queue = before.get(ticket.number, 0) * closing.seconds
        left = working_between(calendar, now, ticket.due_at)
        if max(takes, queue) > left:
            reason = Reason.TAKES if takes >= queue else Reason.QUEUE
            found.append(
                Break(
                    ticket.number,
                    ticket.subject,
                    teams[ticket.team_id].key,
                    facts.agents.get(ticket.assignee_id or 0),
                    ticket.due_at,
                    left,
                    max(takes, queue),
                    reason,
                    before.get(ticket.number, 0),
                    typical.tickets if reason is Reason.TAKES else closing.resolved,
                )
            )
    return tuple(sorted(found, key=lambda each: (each.due_at, each.number))), judged


def _before(facts: WhoFacts) -> dict[int, int]:
    """How many tickets of its team, that do not wait, stand before each in the urgency order."""
    counted: dict[int, int] = {}
    places: dict[int, int] = {}
    for ticket in facts.tickets:
        places[ticket.number] = counted.get(ticket.team_id, 0)
        if not ticket.waiting:
            counted[ticket.team_id] = places[ticket.number] + 1
    return places
