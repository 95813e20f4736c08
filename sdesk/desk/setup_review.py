"""What a desk file changes, like a code review: what is added, changed and retired, and what that does to open tickets.

It compares the store before and after; how either came about it does not know.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.setup_picture import ROUTING_RULE, Picture, Values
from sdesk.desk.steps.find import sees_team
from sdesk.domain.ticket import ClockKind, Priority
from sdesk.store.models import Outbox, Ticket


class Action(StrEnum):
    """What becomes of a part of the set-up."""

    ADDED = "added"
    CHANGED = "changed"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class KeyChange:
    """One key of the desk file; None where it was not there, or is not any more."""

    key: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class SetupChange:
    """One team, calendar, rule, ..."""

    action: Action
    kind: str
    """`team`, `SLA`, `routing rule`, ...; `desk` and `priority` have no key."""
    key: str
    keys: tuple[KeyChange, ...]

    @property
    def what(self) -> str:
        """`team it`."""
        return f"{self.kind} {self.key}".rstrip()


@dataclass(frozen=True, slots=True)
class DeadlineChange:
    """One clock of a ticket."""

    clock: ClockKind
    old: datetime | None
    new: datetime | None


@dataclass(frozen=True, slots=True)
class TicketChange:
    """An open ticket."""

    number: int
    ref: str
    subject: str
    deadlines: tuple[DeadlineChange, ...]
    """Those that move."""
    breached: bool
    """Whether a promise is broken by it: a deadline that was to come has passed."""
    old_priority: Priority
    new_priority: Priority
    displaced: bool
    """Whether it stands elsewhere in the queue."""


@dataclass(frozen=True, slots=True)
class TicketPriority:
    """What an open ticket is, and what it would be."""

    number: int
    ref: str
    priority: Priority
    follows: Priority


@dataclass(frozen=True, slots=True)
class Orphans:
    """Open tickets of what is retired: they keep it."""

    kind: str
    key: str
    refs: tuple[str, ...]
    """Those that the actor may see."""


@dataclass(frozen=True, slots=True)
class AppliedReport:
    """What a desk file changed, or would change."""

    changes: tuple[SetupChange, ...] = ()
    tickets: tuple[TicketChange, ...] = ()
    """Open tickets with another deadline, priority or place."""
    orphans: tuple[Orphans, ...] = ()
    kept: tuple[TicketPriority, ...] = ()
    """Open tickets that would have another priority by what this changes: they keep the one that they have."""
    mails: int = 0
    """How many mails and notices that brings, of tickets that the actor may see."""
    time_zone: str = "UTC"
    """The desk's own."""
    warnings: tuple[str, ...] = ()
    """Of the file."""

    @property
    def unchanged(self) -> bool:
        """Whether it said what held already."""
        return not self.changes

    @property
    def added(self) -> list[str]:
        """`team it`, `service till`, ..."""
        return self._named(Action.ADDED)

    @property
    def changed(self) -> list[str]:
        """The same."""
        return self._named(Action.CHANGED)

    @property
    def retired(self) -> list[str]:
        """The same."""
        return self._named(Action.RETIRED)

    @property
    def moved(self) -> list[int]:
        """Open tickets of which a deadline moves."""
        return [each.number for each in self.tickets if each.deadlines]

    def _named(self, action: Action) -> list[str]:
        return [each.what for each in self.changes if each.action is action]


def compare(before: Picture, after: Picture) -> Iterator[SetupChange]:
    """What differs, in the order of the desk file."""
    for kind in dict.fromkeys(kind for kind, _ in (*after, *before)):
        old, new = ({key: each for (noun, key), each in side.items() if noun == kind} for side in (before, after))
        if kind == ROUTING_RULE:
            yield from _rules(list(old.values()), list(new.values()))
            continue
        for key in dict.fromkeys((*new, *old)):
            if old.get(key) != new.get(key):
                yield _change(kind, key, old.get(key), new.get(key))


def _rules(old: Sequence[Values], new: Sequence[Values]) -> Iterator[SetupChange]:
    """Rules have no key but their place: one that is put in between does not change those behind it."""
    one, other = ([repr(each) for each in side] for side in (old, new))
    for what, low, high, first, last in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        for step in range(max(high - low, last - first)):
            was = old[low + step] if low + step < high else None
            now = new[first + step] if first + step < last else None
            place = first + step if now is not None else low + step
            yield _change(ROUTING_RULE, str(place + 1), was, now)


def _change(kind: str, key: str, old: Values | None, new: Values | None) -> SetupChange:
    action = Action.ADDED if old is None else Action.RETIRED if new is None else Action.CHANGED
    was, now = old or {}, new or {}
    keys = (
        KeyChange(name, was.get(name), now.get(name))
        for name in dict.fromkeys((*now, *was))
        if was.get(name) != now.get(name)
    )
    return SetupChange(action, kind, key, tuple(keys))


@dataclass(frozen=True, slots=True)
class Standing:
    """An open ticket as it stands."""

    team_id: int
    subject: str
    deadlines: Mapping[ClockKind, datetime | None]
    priority: Priority
    place: tuple[Any, ...]
    of: Mapping[str, int | None]
    """What it refers to: team, service, unit, agent."""


def standing(work: Work) -> dict[int, Standing]:
    """Every open ticket, by number."""
    work.session.flush()
    due = [getattr(Ticket, f"{kind}_due_at") for kind in ClockKind]
    found: Sequence[Any] = work.connection.execute(
        select(
            *(col(Ticket.id), col(Ticket.team_id), col(Ticket.subject), col(Ticket.priority)),
            *(col(Ticket.rank), col(Ticket.key1), col(Ticket.key2)),
            *(col(Ticket.service_id), col(Ticket.unit_id), col(Ticket.assignee_id)),
            *map(col, due),
        )
        .where(col(Ticket.is_open))
        .order_by(col(Ticket.id))
    ).all()
    return {
        row[0]: Standing(
            row.team_id,
            row.subject,
            dict(zip(ClockKind, row[10:], strict=True)),
            row.priority,
            (row.rank, row.key1, row.key2),
            {"team": row.team_id, "service": row.service_id, "unit": row.unit_id, "agent": row.assignee_id},
        )
        for row in found
    }


def last_queued(work: Work) -> int:
    """The last row of the outbox."""
    return work.connection.execute(select(func.max(col(Outbox.id)))).scalar() or 0


def review(
    work: Work,
    changes: Iterable[SetupChange],
    before: Mapping[int, Standing],
    *,
    queued: int,
    other: Mapping[int, Priority],
    warnings: tuple[str, ...],
) -> AppliedReport:
    """What became of the set-up and of open tickets, as far as the actor may see. `queued`: the last mail before;
    `other`: the priorities that open tickets would have by it."""
    changes = tuple(changes)
    after = standing(work)
    touched = [number for number, each in after.items() if number in before and before[number] != each]
    seen = {number for number, each in after.items() if sees_team(work, work.actor, each.team_id)}
    return AppliedReport(
        changes=changes,
        tickets=tuple(_ticket(work, each, before[each], after[each]) for each in touched if each in seen),
        orphans=tuple(_orphans(work, changes, after, seen)),
        kept=tuple(
            TicketPriority(each, work.rules.ref(each), after[each].priority, priority)
            for each, priority in other.items()
            if each in seen
        ),
        mails=_mails(work, queued),
        time_zone=work.rules.time_zone,
        warnings=warnings,
    )


def _ticket(work: Work, number: int, old: Standing, new: Standing) -> TicketChange:
    moved = tuple(
        DeadlineChange(kind, old.deadlines[kind], new.deadlines[kind])
        for kind in ClockKind
        if old.deadlines[kind] != new.deadlines[kind]
    )
    broken = any(
        each.new is not None and each.new <= work.now and (each.old is None or each.old > work.now) for each in moved
    )
    displaced = old.place != new.place
    ref = work.rules.ref(number)
    return TicketChange(number, ref, new.subject, moved, broken, old.priority, new.priority, displaced)


def _orphans(
    work: Work, changes: Iterable[SetupChange], tickets: Mapping[int, Standing], seen: set[int]
) -> Iterator[Orphans]:
    rules = work.rules
    known: Mapping[str, Mapping[int, Any]] = {
        "team": rules.teams,
        "service": rules.services,
        "unit": rules.units,
        "agent": rules.agents,
    }
    for change in changes:
        if change.action is Action.RETIRED and change.kind in known:
            row = next(id_ for id_, each in known[change.kind].items() if each.key == change.key)
            theirs = [number for number in tickets if number in seen and tickets[number].of[change.kind] == row]
            if theirs:
                yield Orphans(change.kind, change.key, tuple(map(rules.ref, theirs)))


def _mails(work: Work, queued: int) -> int:
    """How many rows of the outbox are behind the last one before, of tickets that the actor may see."""
    # An outer join: of a mail that is of no ticket there is no team.
    found: Sequence[Any] = work.connection.execute(
        select(col(Ticket.team_id), func.count())
        .join_from(Outbox, Ticket, col(Ticket.id) == col(Outbox.ticket_id), isouter=True)
        .where(col(Outbox.id) > queued)
        .group_by(col(Ticket.team_id))
    ).all()
    see_all = work.actor.sees_all
    return sum(count for team, count in found if (see_all if team is None else sees_team(work, work.actor, team)))
