"""What is done to an incident with words is one answer: which mails are of it, and what it did to tickets without one.

It is kept in the `before` of its mails while they wait, so that it can be taken back as one. A ticket that nobody wrote
has no mail to keep it in: the first mail of the answer keeps how it stood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.moves import require_id
from sdesk.desk.steps.snapshot import snapshot
from sdesk.domain.outgoing import OutboxState
from sdesk.store.models import Message, Outbox, Ticket

_KEY = "together"


@dataclass(frozen=True, slots=True)
class Together:
    """An answer that begins."""

    incident: int
    batch: str
    numbers: tuple[int, ...]
    unsaid: dict[int, dict[str, Any]]
    """How tickets stood to whose requester nothing can be said, since they have none."""
    last_mail: int
    last_message: int


@dataclass(frozen=True, slots=True)
class Unsaid:
    """A ticket that the answer changed without a mail."""

    number: int
    before: dict[str, Any]
    message: int | None
    """What was written down there instead."""


def begin_together(work: Work, incident: Ticket, parts: Sequence[Ticket]) -> Together | None:
    """Before anything is done; None where it is one ticket alone."""
    if not parts:
        return None
    number = require_id(incident)
    group = (incident, *parts)
    return Together(
        incident=number,
        batch=f"{number}.{incident.version}",
        numbers=tuple(map(require_id, group)),
        unsaid={require_id(each): snapshot(work, each) for each in group if each.requester_id is None},
        last_mail=work.connection.execute(select(func.max(col(Outbox.id)))).scalar() or 0,
        last_message=work.connection.execute(select(func.max(col(Message.id)))).scalar() or 0,
    )


def end_together(work: Work, answer: Together | None) -> None:
    """Once all is said and settled."""
    if answer is None:
        return
    work.session.flush()
    rows = work.session.scalars(
        select(Outbox)
        .where(
            col(Outbox.id) > answer.last_mail,
            col(Outbox.ticket_id).in_(answer.numbers),
            col(Outbox.message_ref).is_not(None),
        )
        .order_by(col(Outbox.id))
    ).all()
    unsaid = [
        {"number": number, "before": before, "message": _written(work, answer, number)}
        for number, before in answer.unsaid.items()
    ]
    for row in rows:
        told = {"incident": answer.incident, "batch": answer.batch, "unsaid": unsaid}
        row.before = {**(row.before or {}), _KEY: told}
        work.session.add(row)
        unsaid = []
    work.session.flush()


def last_together(work: Work, number: int) -> tuple[list[Outbox], list[Unsaid]]:
    """The mails of the last answer to an incident that still wait, and what it did without one; none where it went."""
    incident = func.json_extract(col(Outbox.before), f"$.{_KEY}.incident")
    rows = work.session.scalars(
        select(Outbox)
        .where(col(Outbox.state) == OutboxState.QUEUED, col(Outbox.before).is_not(None), incident == number)
        .order_by(col(Outbox.id))
    ).all()
    rows = [row for row in rows if _told(row)["batch"] == _told(rows[-1])["batch"]]
    return rows, [
        Unsaid(each["number"], each["before"], each["message"]) for row in rows for each in _told(row)["unsaid"]
    ]


def hand_on(work: Work, row: Outbox) -> None:
    """A mail is taken back alone: what it kept for the whole answer is kept by the next one of it."""
    told = _told(row)
    if not told or not told["unsaid"]:
        return
    rows, _ = last_together(work, told["incident"])
    other = next((each for each in rows if each.id != row.id and _told(each)["batch"] == told["batch"]), None)
    if other is not None:
        other.before = {**(other.before or {}), _KEY: {**_told(other), "unsaid": told["unsaid"]}}
        work.session.add(other)


def _told(row: Outbox) -> dict[str, Any]:
    found: dict[str, Any] = (row.before or {}).get(_KEY, {})
    return found


def _written(work: Work, answer: Together, number: int) -> int | None:
    query = select(func.max(col(Message.id))).where(
        col(Message.ticket_id) == number, col(Message.id) > answer.last_message
    )
    found: int | None = work.connection.execute(query).scalar()
    return found
