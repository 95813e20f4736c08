"""What triage asks the reader: which tickets are to be sorted, and all that helps to decide about one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sdesk.domain.actor import Actor
from sdesk.domain.filters import Filter, Flag, Match
from sdesk.domain.ticket import Status
from sdesk.store.reader import Reader
from sdesk.store.reader.rows import IncidentRow, ServiceRow, TicketDetail, TicketRow
from sdesk.tui.countdown import Held, hold, later
from sdesk.tui.render.conversation import MOST_LETTERS

AT_ONCE = 300
"""Tickets of a round that are read at once."""
OTHERS = 30
"""Other open tickets of the unit that are looked at."""
NEAR, AT_ONE_TIME = timedelta(days=14), timedelta(days=2)
"""Beyond which two tickets are hardly about the same: by their subjects, and by who wrote about what."""


class ToSort(NamedTuple):
    """The round as it stands."""

    numbers: tuple[int, ...]
    whole: int
    services: tuple[ServiceRow, ...]
    """The catalogue."""
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
    return ToSort(numbers, whole, services, tuple(usual[:9]))


def read_one(reader: Reader, actor: Actor, number: int, now: datetime) -> OneToSort:
    """One of them."""
    detail = reader.ticket(actor, number, now=now, longest=MOST_LETTERS)
    row = detail.ticket
    held = hold([row], reader.rows(actor, [number], now=later(now)), now)[0]
    found: dict[int, TicketRow] = {}
    for field, value in (("unit", row.unit), ("requester", row.requester_email)):
        if value:
            page = reader.page(actor, Filter((Match(field, (value,)),)), now=now, limit=OTHERS)
            found |= {other.number: other for other in page.rows if other.number != number}
    alike = frozenset(other.number for other in found.values() if may_be_same(row, other))
    others = sorted(found.values(), key=lambda other: (other.number not in alike, -other.number))
    proposal = next((each for each in reader.incidents(actor) if number in each.tickets and each.number is None), None)
    usual_here = reader.usual_services(actor, unit=row.unit, limit=3) if row.unit else ()
    return OneToSort(detail, held, tuple(others), alike, proposal, usual_here)


_WORD = re.compile(r"\w{3,}")


def may_be_same(row: TicketRow, other: TicketRow) -> bool:
    """Whether two tickets may be about the same matter: half of the words of a subject, or service and requester."""
    apart = abs(row.created_at - other.created_at)
    same_requester = row.requester_email is not None and row.requester_email == other.requester_email
    if same_requester and row.service is not None and row.service == other.service and apart <= AT_ONE_TIME:
        return True
    here, there = (_words(each.subject) for each in (row, other))
    shared, shorter = len(here & there), min(len(here), len(there))
    # One word alone, as "printer", is shared by all that a shop ever writes.
    return apart <= NEAR and shared >= min(2, max(1, shorter)) and 2 * shared >= shorter


def _words(subject: str) -> set[str]:
    return {word for word in _WORD.findall(subject.lower()) if word not in _EMPTY}


_EMPTY = frozenset({"fwd", "для", "the", "and", "при", "или", "not"})


def service_of(services: Sequence[ServiceRow], key: str | None) -> ServiceRow | None:
    """The entry of the catalogue."""
    return next((service for service in services if service.key == key), None)
