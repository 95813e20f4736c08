"""What must be done right now, and the one command that does something about it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sdesk.domain.actor import Actor
from sdesk.domain.filters import Filter, to_text
from sdesk.domain.ticket import ClockKind
from sdesk.store.reader import Reader
from sdesk.store.reader.detail_rows import IncidentRow
from sdesk.store.reader.reports.now import MailTrouble, Need
from sdesk.store.reader.rows import TicketRow

LISTED: Mapping[Need, str] = {
    Need.BURNING: "is:burning",
    Need.STALE: "is:stale priority:P3..P5",
    Need.BREACHED: "is:breached",
    Need.AT_RISK: "is:at_risk",
    Need.UNANSWERED: "is:unanswered",
    Need.UNASSIGNED: "is:unassigned not:status:waiting",
}
"""The filter that lists what is counted of a need in all."""


@dataclass(frozen=True, slots=True)
class Todo:
    """One ticket, and what to do about it."""

    ticket: TicketRow
    command: str
    """Without `sdesk`: `take 12`."""


@dataclass(frozen=True, slots=True)
class Group:
    """The tickets of one need."""

    need: Need
    total: int
    """With those that have a more urgent need and stand there: what the list has, an incident and its parts as one."""
    here: int
    """Those that stand under this need."""
    todos: tuple[Todo, ...]
    """The first of them."""
    list_command: str

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.here - len(self.todos)


@dataclass(frozen=True, slots=True)
class Now:
    """The answer."""

    at: datetime
    scope: str
    """The filter that narrows it; empty for all that the agent may see."""
    open: int
    groups: tuple[Group, ...]
    """In the order of urgency; of the stale no ticket is shown."""
    loss_per_hour: Decimal
    """Of confirmed outages that run."""
    suspected_per_hour: Decimal
    currency: str
    proposals: tuple[IncidentRow, ...]
    mail: MailTrouble | None

    @property
    def left(self) -> int:
        """How many tickets a limit keeps back; of the stale none is shown anyhow."""
        return sum(group.more for group in self.groups if group.need is not Need.STALE)

    def group(self, need: Need) -> Group:
        """The tickets of a need."""
        return next(group for group in self.groups if group.need is need)


def gather(
    reader: Reader,
    actor: Actor,
    wanted: Filter,
    *,
    now: datetime,
    limit: int,
    mailboxes: Collection[str] | None = None,
) -> Now:
    """Ask the store, for an agent; `limit` tickets of each need (0: all)."""
    found = reader.now_facts(actor, wanted, now=now, limit=limit, mailboxes=mailboxes)
    numbers = [number for each in found.numbers.values() for number in each]
    rows = _rows(reader, actor, [*numbers, *(part for each in found.parts.values() for part in each)], now)
    for number, parts in found.parts.items():
        if number in rows:
            rows[number] = _together(rows[number], [rows[part] for part in parts if part in rows])
    scope = to_text(wanted)
    groups = []
    for need in Need:
        # A ticket that another process changed a moment ago may be gone from the store's answer.
        shown = [rows[number] for number in found.numbers.get(need, ()) if number in rows]
        todos = tuple(Todo(row, command(row, need)) for row in shown)
        listed = " ".join(filter(None, ("list", LISTED[need], scope)))
        groups.append(Group(need, found.total[need], found.first[need], todos, listed))
    return Now(
        now,
        scope,
        found.open,
        tuple(groups),
        found.loss_per_hour,
        found.suspected_per_hour,
        reader.desk.currency,
        found.proposals,
        found.mail,
    )


def _together(incident: TicketRow, parts: Sequence[TicketRow]) -> TicketRow:
    """An incident as it stands for its parts: what all of them cost, and what is due first."""
    group = (incident, *parts)
    burning = [row for row in group if row.loss_per_hour is not None]
    due = [(row.due_at, row.number, row) for row in group if row.due_at is not None]
    first = min(due)[2] if due else incident
    return incident._replace(
        due_at=first.due_at,
        due_kind=first.due_kind,
        due_in=first.due_in,
        sla_state=first.sla_state,
        unanswered_since=min((row.unanswered_since for row in group if row.unanswered_since), default=None),
        loss_per_hour=sum((row.loss_per_hour or Decimal(0) for row in burning), Decimal(0)) if burning else None,
        loss_so_far=_sum(row.loss_so_far for row in group),
        # What is only suspected of one is to be confirmed for all.
        loss_confirmed=all(row.loss_confirmed for row in burning) if burning else incident.loss_confirmed,
    )


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = [each for each in amounts if each is not None]
    return sum(known, Decimal(0)) if known else None


def command(row: TicketRow, need: Need) -> str:
    """The one command that does something about a ticket: somebody must have it, then what is owed is done."""
    if row.assignee is None:
        return f"take {row.number}"
    if need is Need.BURNING:
        return f"restored {row.number}" if row.loss_confirmed else f"confirm {row.number}"
    if need is Need.UNANSWERED or row.due_kind in (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_REPLY):
        return f"reply {row.number}"
    return f"close {row.number}"


_AT_ONCE = 500


def _rows(reader: Reader, actor: Actor, numbers: list[int], now: datetime) -> dict[int, TicketRow]:
    found: dict[int, TicketRow] = {}
    for start in range(0, len(numbers), _AT_ONCE):
        found |= reader.rows(actor, numbers[start : start + _AT_ONCE], now=now)
    return found
