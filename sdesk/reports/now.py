"""What must be done right now, and the one command that does something about it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sdesk.domain.actor import Actor
from sdesk.domain.filters import Filter, to_text
from sdesk.domain.ticket import ClockKind
from sdesk.store.reader import Reader
from sdesk.store.reader.reports.now import MailTrouble, Need
from sdesk.store.reader.rows import IncidentRow, TicketRow

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
    """With those that have a more urgent need and stand there: what the list has."""
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
    rows = _rows(reader, actor, numbers, now)
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
