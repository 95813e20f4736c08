"""A batch of lines in one transaction, a savepoint a line: what is wrong with one of them stops no other.

A ticket is found again by its external id. What its line said the last time stands in its history as short digests, so
that a line that says the same changes nothing, and one that says something else changes just that: what an agent set
right since stays.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import cast

from sqlalchemy import bindparam, func, or_, select
from sqlmodel import col

from sdesk.desk.imports.follow import follow_line
from sdesk.desk.imports.write import Added, write_line
from sdesk.desk.opening import Desk, Work
from sdesk.desk.steps.find import require_hands, sees_team
from sdesk.domain.actor import Actor
from sdesk.domain.errors import Refused, SdeskError, Unavailable
from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket_line import TicketLine
from sdesk.store.models import History, Ticket
from sdesk.store.prepared import Prepared

BATCH = 500
"""Lines that are kept or lost together: the store is held for less than a second."""
BATCH_CHARACTERS = 16 * 1024 * 1024
"""Of text, at most, in one batch."""

EVENTS = ("opened", "imported")
"""Of the history: what may say which line a ticket was made of, or followed last."""

_EACH = func.json_each(bindparam("ids")).table_valued("value")
_BY_EXTERNAL_ID = Prepared(
    select(col(Ticket.external_id), col(Ticket.id), col(Ticket.team_id)).where(
        col(Ticket.external_id).in_(select(_EACH.c.value))
    )
)
_SAID = Prepared(
    select(func.json_extract(col(History.data), "$.imported"))
    .where(
        col(History.ticket_id) == bindparam("number"),
        or_(*(col(History.event) == event for event in EVENTS)),
        func.json_extract(col(History.data), "$.imported").is_not(None),
    )
    .order_by(col(History.id).desc())
    .limit(1)
)


class Came(StrEnum):
    """What became of a line."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """What became of one line."""

    came: Came
    number: int | None = None
    """The ticket; of a line that failed none is named: a wall may stand before it."""
    error: SdeskError | None = None
    messages: int = 0
    """That came with it."""
    files: int = 0
    """Of those messages."""


def import_lines(
    desk: Desk,
    actor: Actor,
    lines: Sequence[TicketLine],
    *,
    now: datetime,
    dry_run: bool = False,
    notify: bool = False,
    moved: bool = False,
) -> list[LineOutcome]:
    """Create or update a ticket for each line, in one transaction; `dry_run` rolls it back.

    Nobody is told, unless `notify`: then agents are, as of tickets made by hand. What `moved` in from another desk is
    outside the figures of promises, however it ends. Refused for an auditor; Unavailable
    where the store is out of reach: nothing of the batch is kept then. What else is wrong with a line is its outcome.
    """
    with desk.work(actor, now) as work:
        require_hands(work)
        work.quiet = not notify
        known = _known(work, [line.external_id for line in lines if line.external_id is not None])
        outcomes = [_one(work, line, known, moved=moved) for line in lines]
        if not dry_run:
            work.session.commit()
    return outcomes


def _known(work: Work, ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Ticket and team of each external id that a ticket has."""
    rows = _BY_EXTERNAL_ID.run(work.connection, ids=json.dumps(list(dict.fromkeys(ids)))).all() if ids else ()
    return {external_id: (number, team_id) for external_id, number, team_id in rows}


def _one(work: Work, line: TicketLine, known: dict[str, tuple[int, int]], *, moved: bool) -> LineOutcome:
    found = known.get(line.external_id) if line.external_id is not None else None
    digests = line.digests()
    try:
        if found is None:
            added = Added()
            with _savepoint(work):
                number, team_id = write_line(work, line, digests, added, moved=moved)
            if line.external_id is not None:
                known[line.external_id] = number, team_id
            return LineOutcome(Came.CREATED, number, messages=added.messages, files=added.files)
        return _again(work, line, digests, *found)
    except Unavailable:
        raise
    except SdeskError as error:
        return LineOutcome(Came.FAILED, error=error)


@contextmanager
def _savepoint(work: Work) -> Iterator[None]:
    """What is done within is kept or undone whole. The session's own would take a third of the time of an import.

    So the session must know nothing of what was undone: it forgets all that it holds.
    """
    driver = cast(sqlite3.Connection, work.connection.connection.dbapi_connection)
    driver.execute("SAVEPOINT line")
    try:
        yield
        work.session.flush()
    except BaseException:
        work.session.expunge_all()
        driver.execute("ROLLBACK TO line")
        driver.execute("RELEASE line")
        raise
    driver.execute("RELEASE line")


def _again(work: Work, line: TicketLine, digests: Mapping[str, str], number: int, team_id: int) -> LineOutcome:
    """A line whose ticket is there."""
    if not sees_team(work, work.actor, team_id):
        # It names none: a wall stands before it.
        raise Refused(f"the external id `{one_line(line.external_id or '')}` is taken", "give another")
    written = _SAID.run(work.connection, number=number).scalar()
    said: dict[str, str] = json.loads(written) if written else {}
    fresh = {name for name, digest in digests.items() if said.get(name) != digest}
    if not fresh:
        return LineOutcome(Came.UNCHANGED, number)
    added = Added()
    with _savepoint(work):
        changed = follow_line(work, number, line, fresh, {**said, **digests}, added)
    came = Came.UPDATED if changed else Came.UNCHANGED
    return LineOutcome(came, number, messages=added.messages, files=added.files)
