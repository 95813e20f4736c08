"""A check of a monitoring system: whose ticket its event would become, which ticket it has, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.check_notes import Write
from sdesk.desk.steps.find import sees
from sdesk.desk.steps.history import record
from sdesk.desk.steps.links import surviving
from sdesk.desk.steps.messages import add_message
from sdesk.desk.steps.moves import require_id
from sdesk.domain.events import Came, CheckState, MachineEvent
from sdesk.domain.phrase import phrase
from sdesk.domain.ticket import OPEN_STATUSES, Direction, LinkKind, Priority
from sdesk.store.models import Asset, CheckEvent, Link, Ticket


@dataclass(frozen=True, slots=True)
class Place:
    """Whose ticket an event would become, and when it happened."""

    at: datetime
    team_id: int
    service_id: int | None = None
    unit_id: int | None = None
    tags: tuple[str, ...] = ()
    why: Mapping[str, str] = field(default_factory=dict)
    """What decided each, for the history."""
    priority: Priority | None = None
    priority_reason: str | None = None
    story: Mapping[str, Any] = field(default_factory=dict)
    """What its history begins with besides."""
    doubts: tuple[str, ...] = ()
    """What was said of it that the desk does not know, a sentence each."""
    asset: Asset | None = None
    """The equipment that it is about: named with it, or watched by its check."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an event."""

    came: Came
    number: int | None
    ref: str | None
    sentence: str
    incident: int | None = None
    """Of which incident its new ticket is a part."""
    doubts: tuple[str, ...] = ()
    """What was said that the desk does not know, and did not do."""


def writer(work: Work, event: MachineEvent) -> Write:
    """Writes an event that came by no mail."""
    words = event.text or event.subject or phrase("{key} is {state}", key=event.key, state=event.state)

    def write(number: int, indexed: bool) -> int:
        return add_message(
            work,
            number,
            Direction.AUTO,
            words,
            author_name=event.source,
            author_address="",
            subject=event.subject,
            indexed=not indexed,
        )

    return write


def ticket_of(work: Work, row: CheckEvent | None) -> Ticket | None:
    """The ticket of a check, wherever it was merged into, on whichever side of a wall: no alarm is lost for it."""
    return None if row is None else surviving(work, work.session.get_one(Ticket, row.ticket_id))


def is_hidden(work: Work, ticket: Ticket) -> bool:
    """Whether a wall stands between who tells of a check and its ticket."""
    return not sees(work, work.actor, ticket)


def is_late(work: Work, row: CheckEvent, event: MachineEvent, at: datetime) -> bool:
    """Whether a word came behind a newer one that says otherwise: mail overtakes mail. A time that is still to come
    is some clock's mistake, for which no alarm is lost.
    """
    return at < row.last_at <= work.now and event.state is not row.state


def say_late(work: Work, row: CheckEvent, ticket: Ticket) -> Taken:
    """A late word was counted: how the check stands, its newest word says."""
    ref, key = ref_of(work, ticket), row.key
    words = phrase("counted for {ref}: a newer word says that {key} is {state}", ref=ref, key=key, state=row.state)
    return taken(work, Came.ADDED if ticket.status in OPEN_STATUSES else Came.NOTHING, ticket, words)


def record_word(work: Work, event: MachineEvent, ticket: Ticket, what: str, message: int | None) -> None:
    """Write down in a ticket's history what a check said; `message` is its message, where it has one."""
    named: dict[str, Any] = {} if message is None else {"message": message}
    record(work, require_id(ticket), what, source=event.source, key=event.key, **named)


def ref_of(work: Work, ticket: Ticket) -> str:
    """A ticket's number as people write it."""
    return work.rules.ref(require_id(ticket))


def taken(work: Work, came: Came, ticket: Ticket, sentence: str) -> Taken:
    """What became of an event that has a ticket."""
    return Taken(came, require_id(ticket), ref_of(work, ticket), sentence, ticket.incident_id)


def checks_of(work: Work, ticket: Ticket) -> list[CheckEvent]:
    """The checks of a ticket, and of those that were merged into it, however often."""
    work.session.flush()
    numbers, found = {require_id(ticket)}, {require_id(ticket)}
    while found:
        merged = select(col(Link.ticket_id)).where(
            col(Link.other_id).in_(found), col(Link.kind) == LinkKind.MERGED_INTO
        )
        found = set(work.connection.execute(merged).scalars()) - numbers
        numbers |= found
    return list(work.session.scalars(select(CheckEvent).where(col(CheckEvent.ticket_id).in_(numbers))))


def is_any_down(work: Work, ticket: Ticket) -> bool:
    """Whether a check of a ticket is down."""
    return any(each.state is CheckState.DOWN for each in checks_of(work, ticket))
