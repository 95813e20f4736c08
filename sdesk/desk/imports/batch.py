"""A batch of lines in one transaction, a savepoint a line: what is wrong with one of them stops no other.

A ticket is found again by its external id, or by the origin that this desk's own export gave it. What its line said the
last time stands in its history as short digests, so that a line that says the same changes nothing, and one that says
something else changes just that: what an agent set right since stays.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, cast

from sqlalchemy import bindparam, func, or_, select
from sqlmodel import col

from sdesk.desk.imports.follow import follow_line
from sdesk.desk.imports.write import Added, write_line
from sdesk.desk.opening import Desk, Work
from sdesk.desk.steps.find import require_hands, sees_team
from sdesk.domain.actor import Actor
from sdesk.domain.errors import Conflict, Refused, SdeskError, Unavailable
from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket_line import Origin, TicketLine, mark_of
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
_BY_NUMBER = Prepared(
    select(col(Ticket.id), col(Ticket.team_id), col(Ticket.token)).where(col(Ticket.id).in_(select(_EACH.c.value)))
)
_NUMBER = re.compile("[1-9][0-9]{0,17}")
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


class OwnTicket(NamedTuple):
    """A ticket that this desk has exported by its number."""

    number: int
    team_id: int


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
    tried: dict[str, str] | None = None,
) -> list[LineOutcome]:
    """Create or update a ticket for each line, in one transaction; `dry_run` rolls it back.

    `tried`: what the lines of earlier batches of a dry run said, by external id; those of this one are added.
    Nobody is told, unless `notify`: then agents are, as of tickets made by hand. What `moved` in from another desk is
    outside the figures of promises, however it ends. Refused for an auditor; Unavailable
    where the store is out of reach: nothing of the batch is kept then. What else is wrong with a line is its outcome.
    """
    with desk.work(actor, now) as work:
        require_hands(work)
        work.quiet = not notify
        known = _known(work, [line.external_id for line in lines if line.external_id is not None])
        own = _own(work, lines)
        outcomes = [_one(work, line, known, own, tried or {}, moved=moved) for line in lines]
        if not dry_run:
            work.session.commit()
    if tried is not None:
        _keep(tried, lines, outcomes)
    return outcomes


def _keep(tried: dict[str, str], lines: Sequence[TicketLine], outcomes: Sequence[LineOutcome]) -> None:
    """What was made or changed and rolled back: a line of a later batch is to find it as the real run would."""
    for line, outcome in zip(lines, outcomes, strict=True):
        if line.external_id is not None and outcome.came in {Came.CREATED, Came.UPDATED}:
            # As text, a dry run may be of millions of lines.
            origin = {"origin": str(line.origin)} if line.origin is not None else {}
            tried[line.external_id] = json.dumps({**_said_of(tried, line), **line.digests(), **origin})


def _said_of(tried: Mapping[str, str], line: TicketLine) -> dict[str, str]:
    found: dict[str, str] = json.loads(tried.get(line.external_id or "", "{}"))
    return found


def _known(work: Work, ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Ticket and team of each external id that a ticket has."""
    rows = _BY_EXTERNAL_ID.run(work.connection, ids=json.dumps(list(dict.fromkeys(ids)))).all() if ids else ()
    return {external_id: (number, team_id) for external_id, number, team_id in rows}


def _own(work: Work, lines: Sequence[TicketLine]) -> dict[str, OwnTicket]:
    """The tickets that this desk itself has exported by their numbers, by their marks.

    The number alone says nothing: another desk may have the same letters before its own.
    """
    prefix = f"{work.rules.ref_prefix}-"
    numbers = [
        int(number)
        for line in lines
        if line.origin is not None
        and line.external_id is not None
        and line.external_id.startswith(prefix)
        and _NUMBER.fullmatch(number := line.external_id.removeprefix(prefix))
    ]
    rows = _BY_NUMBER.run(work.connection, ids=json.dumps(numbers)).all() if numbers else ()
    return {mark_of(token): OwnTicket(number, team_id) for number, team_id, token in rows}


def _one(
    work: Work,
    line: TicketLine,
    known: dict[str, tuple[int, int]],
    own: Mapping[str, OwnTicket],
    tried: Mapping[str, str],
    *,
    moved: bool,
) -> LineOutcome:
    found = known.get(line.external_id) if line.external_id is not None else None
    ours = own.get(line.origin.ticket) if line.origin is not None else None
    digests = line.digests()
    before = _said_of(tried, line)
    try:
        if ours is not None and line.origin is not None:
            return _own_again(work, line, line.origin, before, ours)
        if found is None and before:
            fresh = any(before.get(name) != digest for name, digest in digests.items())
            return LineOutcome(Came.UPDATED if fresh else Came.UNCHANGED)
        if found is None:
            added = Added()
            with _savepoint(work):
                number, team_id = write_line(work, line, digests, added, moved=moved)
            if line.external_id is not None:
                known[line.external_id] = number, team_id
            return LineOutcome(Came.CREATED, number, messages=added.messages, files=added.files)
        return _again(work, line, digests, before, *found)
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


def _again(
    work: Work, line: TicketLine, digests: Mapping[str, str], before: Mapping[str, str], number: int, team_id: int
) -> LineOutcome:
    """A line whose ticket is there; `before`: what other lines of this dry run said of it."""
    _require_sight(work, line, team_id)
    return _follow(work, line, digests, {**_said(work, number), **before}, number)


def _own_again(work: Work, line: TicketLine, origin: Origin, before: Mapping[str, str], own: OwnTicket) -> LineOutcome:
    """A line that this desk itself has exported.

    Conflict where it was edited and the ticket was changed here since: the line does not tell one from the other.
    """
    _require_sight(work, line, own.team_id)
    if line.digest == origin.digest:
        # Nobody edited it: however the ticket went on here, it says nothing new.
        return LineOutcome(Came.UNCHANGED, own.number)
    said = {**_said(work, own.number), **before}
    if said.get("origin") != str(origin):
        # The first time that this export comes back: of what was imported before it, nothing holds any more.
        said = {}
        if work.session.get_one(Ticket, own.number).version != origin.version:
            ref = work.rules.ref(own.number)
            raise Conflict(f"{ref} was changed here since it was exported", "export it again, and edit that")
    return _follow(work, line, {**line.digests(), "origin": str(origin)}, said, own.number)


def _require_sight(work: Work, line: TicketLine, team_id: int) -> None:
    if not sees_team(work, work.actor, team_id):
        # It names none: a wall stands before it.
        raise Refused(f"the external id `{one_line(line.external_id or '')}` is taken", "give another")


def _said(work: Work, number: int) -> dict[str, str]:
    """The digests of what lines said of a ticket until now."""
    written = _SAID.run(work.connection, number=number).scalar()
    found: dict[str, str] = json.loads(written) if written else {}
    return found


def _follow(
    work: Work, line: TicketLine, digests: Mapping[str, str], said: Mapping[str, str], number: int
) -> LineOutcome:
    fresh = {name for name, digest in digests.items() if said.get(name) != digest}
    if not fresh:
        return LineOutcome(Came.UNCHANGED, number)
    added = Added()
    with _savepoint(work):
        changed = follow_line(work, number, line, fresh, {**said, **digests}, added)
    came = Came.UPDATED if changed else Came.UNCHANGED
    return LineOutcome(came, number, messages=added.messages, files=added.files)
