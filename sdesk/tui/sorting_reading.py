"""What triage asks the reader: which tickets are to be sorted, and all that helps to decide about one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sdesk.domain.actor import Actor
from sdesk.domain.filter_fields import Flag
from sdesk.domain.filters import Filter, Match
from sdesk.domain.likeness import LEAST, Rarity
from sdesk.domain.ticket import Status
from sdesk.store.reader import Reader
from sdesk.store.reader.detail_rows import IncidentRow, TicketDetail
from sdesk.store.reader.organisation_rows import ServiceRow
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.countdown import Held, hold
from sdesk.tui.render.conversation import MOST_LETTERS

AT_ONCE = 300
"""Tickets of a round that are read at once."""
OTHERS = 30
"""Other open tickets of the unit that are looked at."""
NEAR = timedelta(days=14)
"""Beyond which two tickets are hardly about the same; and how far back words are counted, to know the rare ones."""
LEAST_OF_SAME = 0.45
"""How alike the subjects of two tickets of one requester are, at least, where both are about the same."""


class ToSort(NamedTuple):
    """The round as it stands."""

    numbers: tuple[int, ...]
    whole: int
    usual: tuple[str, ...]
    """Keys of the nine that most tickets are about lately: they are on the digits, each always on the same one."""


@dataclass(frozen=True, slots=True)
class OneToSort:
    """A ticket, and what helps to decide about it."""

    detail: TicketDetail
    held: Held
    others: tuple[TicketRow, ...]
    """Others that are open at its unit or by its requester; what may be the same comes first."""
    alike: frozenset[int]
    """Those of them that may be the same."""
    proposal: IncidentRow | None
    """The incident that it may be a part of."""
    usual_here: tuple[str, ...]
    """Keys of services that tickets of the unit are mostly about."""
    services: tuple[ServiceRow, ...] = ()
    """The catalogue, with the priority that this ticket would really get: what stands at its unit may raise it."""

    @property
    def is_to_sort(self) -> bool:
        """Whether nobody has decided about it yet."""
        row = self.detail.ticket
        return row.status is Status.NEW and row.assignee is None


def to_sort(actor: Actor) -> Filter:
    """What is new and nobody's, of the agent's teams; who has none sorts for all that he may see."""
    terms = [Match("status", (Status.NEW,)), Match("is", (Flag.UNASSIGNED,))]
    return Filter((*terms, Match("team", ("mine",))) if actor.team_ids else tuple(terms))


def read_to_sort(reader: Reader, actor: Actor, now: datetime) -> ToSort:
    """The round, in the queue's order."""
    wanted = to_sort(actor)
    page = reader.page(actor, wanted, now=now, limit=AT_ONCE)
    numbers = tuple(row.number for row in page.rows)
    whole = reader.count(actor, wanted, now=now) if page.has_after else len(numbers)
    services = reader.services(actor)
    keys = {service.key for service in services}
    usual = [key for key in reader.usual_services(actor) if key in keys]
    usual += [service.key for service in services if service.key not in usual]
    return ToSort(numbers, whole, tuple(usual[:9]))


def read_one(reader: Reader, actor: Actor, number: int, now: datetime) -> OneToSort:
    """One of them."""
    detail = reader.ticket(actor, number, now=now, longest=MOST_LETTERS)
    row = detail.ticket
    held = hold(reader, [row], now)[0]
    found: dict[int, TicketRow] = {}
    for field, value in (("unit", row.unit), ("requester", row.requester_email)):
        if value:
            page = reader.page(actor, Filter((Match(field, (value,)),)), now=now, limit=OTHERS)
            found |= {other.number: other for other in page.rows if other.number != number}
    rarity = Rarity(reader.recent_subjects(actor, since=now - NEAR))
    same = {other.number: sameness(row, other, rarity) for other in found.values()}
    alike = frozenset(number for number, surely in same.items() if surely)
    others = sorted(found.values(), key=lambda other: (-same[other.number], -other.number))
    proposal = next((each for each in reader.incidents(actor) if number in each.tickets and each.number is None), None)
    usual_here = reader.usual_services(actor, unit=row.unit, limit=3) if row.unit else ()
    services = reader.services(actor, ticket=number)
    return OneToSort(detail, held, tuple(others), alike, proposal, usual_here, services)


def sameness(row: TicketRow, other: TicketRow, rarity: Rarity) -> float:
    """How surely two tickets of a unit or a requester are about the same matter; 0 where they hardly are."""
    if abs(row.created_at - other.created_at) > NEAR:
        return 0.0
    likeness = rarity.likeness(row.subject, other.subject)
    same_requester = row.requester_email is not None and row.requester_email == other.requester_email
    # Who writes twice about it says it in other words.
    least = LEAST_OF_SAME if same_requester else LEAST
    return likeness + same_requester if likeness >= least else 0.0


def service_of(services: Sequence[ServiceRow], key: str | None) -> ServiceRow | None:
    """The entry of the catalogue."""
    return next((service for service in services if service.key == key), None)
