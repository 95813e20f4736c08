"""Tickets as they are carried elsewhere: the fields that an import reads, a page at a time, behind the actor's wall."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sdesk.domain.actor import Actor
from sdesk.domain.filters import Filter, Match
from sdesk.store.reader.answers import AnswerRow, answers_of
from sdesk.store.reader.where import compile_filter, compile_terms, wall

PAGE = 200
"""Tickets that are held at once."""

_OVER = {"resolved", "closed", "merged"}


class ExportedMessage(NamedTuple):
    """A message after the text."""

    direction: str
    author_name: str
    author_address: str
    sent_at: str
    text: str


class Exported(NamedTuple):
    """A ticket. Instants are RFC 3339 in UTC, words are those of the store."""

    number: int
    external_id: str | None
    subject: str
    text: str
    requester_name: str
    requester_email: str | None
    service: str | None
    team: str
    assignee: str | None
    unit: str | None
    impact: str
    urgency: str
    priority: str
    tags: tuple[str, ...]
    watchers: tuple[str, ...]
    created_at: str
    channel: str
    status: str
    waiting_for: str | None
    wake_at: str | None
    resolved_at: str | None
    closed_at: str | None
    messages: tuple[ExportedMessage, ...]
    form: tuple[AnswerRow, ...]
    """What was answered in the form of its service."""
    token: str
    """A secret, by which the desk knows its ticket again: it is never printed."""
    version: int


def exported(
    connection: sqlite3.Connection, actor: Actor, wanted: Filter, *, now: datetime, messages: bool
) -> Iterator[Exported]:
    """The tickets of a filter by number, open ones and done ones unless the filter says which.

    `messages`: with all that was said after the text. BadInput as `compile_filter`, before the first row.
    """
    # By number: what changes meanwhile is neither left out nor given twice.
    narrowed = any(isinstance(term, Match) and term.field == "is" for term in wanted.terms)
    compiled = (compile_filter if narrowed else compile_terms)(connection, wanted, actor, now)
    hidden = wall(connection, actor)
    condition, values = compiled.sql, compiled.values
    if hidden is not None:
        condition, values = f"{condition} AND {hidden.sql}", values + hidden.values
    token = "(SELECT t.token FROM ticket AS t WHERE t.id = number) AS token"
    sql = f"SELECT *, {token} FROM ticket_view WHERE number > ? AND ({condition}) ORDER BY number LIMIT {PAGE}"
    return _rows(connection, sql, values, messages=messages)


def _rows(
    connection: sqlite3.Connection, sql: str, values: tuple[object, ...], *, messages: bool
) -> Iterator[Exported]:
    last = 0
    while True:
        found = connection.execute(sql, (last, *values)).fetchall()
        for row in found:
            yield _ticket(connection, row, messages=messages)
        if len(found) < PAGE:
            return
        last = found[-1]["number"]


def _ticket(connection: sqlite3.Connection, row: sqlite3.Row, *, messages: bool) -> Exported:
    said = _messages(connection, row["number"], every=messages)
    # What a ticket was opened with is its text, whoever wrote it down; a note or an answer is none.
    first = next(said, None)
    text = first.text if first is not None and first.direction == "in" else ""
    rest = tuple(said) if messages else ()
    if messages and first is not None and first.direction != "in":
        rest = (first, *rest)
    over = row["status"] in _OVER
    return Exported(
        number=row["number"],
        external_id=row["external_id"],
        subject=row["subject"],
        text=text,
        requester_name=row["requester_name"] or "",
        requester_email=row["requester_email"],
        service=row["service"],
        team=row["team"],
        assignee=row["assignee"],
        unit=row["unit"],
        impact=row["own_impact"] or row["impact"],
        urgency=row["urgency"],
        priority=row["priority"],
        tags=tuple(sorted(json.loads(row["tags"] or "[]"))),
        watchers=tuple(sorted(json.loads(row["watchers"]))),
        created_at=row["created_at"],
        channel=row["channel"],
        status=row["status"],
        waiting_for=row["waiting_for"],
        wake_at=row["wake_at"] if row["waiting_for"] is not None else None,
        resolved_at=row["resolved_at"] if over else None,
        closed_at=row["closed_at"] if over and row["status"] != "resolved" else None,
        messages=rest,
        form=answers_of(connection, row["number"]),
        token=row["token"],
        version=row["version"],
    )


def _messages(connection: sqlite3.Connection, number: int, *, every: bool) -> Iterator[ExportedMessage]:
    """In their order; what was exchanged with a supplier is internal, so it goes as a note."""
    rows = connection.execute(
        "SELECT CASE WHEN party = 'requester' THEN direction ELSE 'note' END, author_name, author_address,"
        " sent_at, text FROM message_view WHERE number = ? AND taken_back_at IS NULL ORDER BY id"
        + ("" if every else " LIMIT 1"),
        (number,),
    )
    for row in rows:
        yield ExportedMessage(*row)
