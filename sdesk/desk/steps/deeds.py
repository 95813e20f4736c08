"""What an action changed, row by row: kept with it, so that undo can put back exactly that and nothing else.

A use case writes as it likes. Once it is done and before it is committed, another connection still sees the store as it
was: the difference of the two is the deed. It is of the tickets that have a new event in their history, since nothing
of a ticket changes without one but what follows from other things (places in the queue, shares of an outage).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, exists, func, or_, select, text, update
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.rows import insert_row
from sdesk.domain.phrase import packed
from sdesk.store.models import Undo
from sdesk.store.prepared import Prepared

KEPT_FOR = timedelta(days=1)
"""What was done longer ago is not undone any more: others have built upon it."""

Row = dict[str, Any]
"""A row as the database has it."""


class Kept(NamedTuple):
    """A table of which rows are put back."""

    key: tuple[str, ...]
    of: str = "ticket_id"
    """The column with the ticket's number."""
    columns: str = "*"
    among: str = "SELECT value FROM json_each(?)"
    """What that column must be one of; the numbers are given as JSON."""


TABLES: Mapping[str, Kept] = {
    "ticket": Kept(("id",), "id"),
    "clock_run": Kept(("id",)),
    "outage": Kept(("id",)),
    "visit": Kept(("id",)),
    "tag": Kept(("ticket_id", "tag")),
    "watcher": Kept(("ticket_id", "agent_id")),
    "form_value": Kept(("ticket_id", "key")),
    "ticket_asset": Kept(("ticket_id", "asset_id")),
    "link": Kept(("id",)),
    # A message is never unwritten: it goes back to its ticket, or is taken back.
    "message": Kept(("id",), columns="id, ticket_id"),
    "time_spent": Kept(("id",)),
    "approval": Kept(("id",)),
    "token": Kept(("hash",)),
    "playbook_run": Kept(("id",)),
    "playbook_step": Kept(
        ("id",),
        "run_id",
        among="SELECT id FROM playbook_run WHERE ticket_id IN (SELECT value FROM json_each(?))",
    ),
}
"""What hangs on a ticket, in an order in which rows may be added."""

PLAYBOOK_VERBS = frozenset({"playbook move", "playbook skip"})
"""Whoever does something else to the parent of a playbook does nothing to that: it follows its steps by itself."""
_OF_PLAYBOOKS = frozenset({"playbook_run", "playbook_step"})
_OF_THE_DESK: Mapping[str, tuple[str, ...]] = {"blocked_sender": ("pattern",)}
"""What hangs on no ticket, and is changed by an event of the desk itself."""
KEYS: Mapping[str, tuple[str, ...]] = {
    **{name: kept.key for name, kept in TABLES.items()},
    **_OF_THE_DESK,
    "incident_proposal": ("id",),
}
"""By what a row is known."""

FOLLOWS = frozenset(
    {"version", "updated_at", "promised_at", "is_open", "rank", "key1", "key2", "loss_key"}
    | {"loss_per_hour", "loss_since", "loss_past", "loss_suspected", "loss_confirmed"}
)
"""Columns of a ticket that follow from others, or that cannot be made undone: what the requester was told."""
TOLD = frozenset({"alerts", "alert_at"})
"""Columns that time changes too."""
RECKONED = frozenset({"slices", "loss"})
"""Columns of an outage that lasts which change with others of its unit."""


_FORGET = Prepared(delete(Undo).where(col(Undo.at) < bindparam("before")))


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to where the store was written when an action began."""

    event: int
    mail: int


def begin_deed(work: Work) -> Mark:
    """Before the use case."""
    sql = "SELECT (SELECT max(id) FROM history) AS event, (SELECT max(id) FROM outbox) AS mail"
    (row,) = _read(work.connection, sql)
    return Mark(row["event"] or 0, row["mail"] or 0)


class Named(NamedTuple):
    """What an action was."""

    number: int
    """The ticket that it was done to."""
    batch: str
    verb: str
    sentence: str
    """What it said it did."""
    form: str = ""
    """The form that its words were typed into, where they are kept while it is open."""


def keep_deed(work: Work, before: Connection, mark: Mark, named: Named) -> None:
    """Keep what the use case did to a ticket, and to others with it, for the acting agent. `before` sees the store as
    it was. What nobody undoes any more is forgotten."""
    agent_id = work.actor.agent_id
    if agent_id is None:
        return
    number = named.number
    work.session.flush()
    events = _events(work, mark)
    made = _beside(work, before, number) if named.verb != "split" else frozenset()
    numbers = [number, *(each for each in events if each not in (None, number) and each not in made)]
    playbook = named.verb in PLAYBOOK_VERBS
    tables = [table for table in TABLES if playbook or table not in _OF_PLAYBOOKS]
    rows = {table: changes for table in tables if (changes := _difference(work, before, table, numbers))}
    if None in events:
        rows |= {table: found for table, key in _OF_THE_DESK.items() if (found := _all_of(work, before, table, key))}
    proposals = _proposals(work, before) if any(each for each in events) else []
    if proposals:
        rows["incident_proposal"] = proposals
    mails, answers = _mails(work, mark, made)
    deed = {
        "rows": rows,
        "events": {str(each or 0): found for each, found in events.items() if each not in made},
        "mails": mails,
        "answers": answers,
        "form": named.form,
    }
    if playbook:
        # A step that is opened stays, whoever undoes what opened it.
        rows["playbook_step"] = [pair for pair in rows.get("playbook_step", ()) if not _was_opened(*pair)]
        deed["opened"] = sorted(opened_steps(before, number))
    _FORGET.run(work.connection, before=work.now - KEPT_FOR)
    first: int | None = None
    was, now = _versions(before, numbers), _versions(work.connection, numbers)
    for each in numbers:
        row = insert_row(
            work,
            Undo,
            {
                "agent_id": agent_id,
                "ticket_id": each,
                "at": work.now,
                "batch": named.batch,
                "part_of": first,
                "verb": named.verb,
                "sentence": packed(named.sentence),
                # A ticket that the action itself opened had none.
                "was": was.get(each, 0),
                "version": now[each],
                "before": deed if first is None else {},
            },
        )
        first = first or row


def opened_steps(connection: Connection, number: int) -> dict[int, int]:
    """The steps of a playbook that have a ticket, and the team of each. `number`: the parent's."""
    sql = (
        "SELECT s.id, s.team_id FROM playbook_step AS s JOIN playbook_run AS r ON r.id = s.run_id"
        " WHERE r.ticket_id = ? AND s.ticket_id IS NOT NULL"
    )
    return {row["id"]: row["team_id"] for row in _read(connection, sql, (number,))}


def _was_opened(was: Row | None, now: Row | None) -> bool:
    return was is not None and now is not None and was.get("ticket_id") != now.get("ticket_id")


def forget_deed(work: Work, deed: int) -> None:
    """It is undone, or can never be."""
    work.connection.execute(delete(Undo).where(col(Undo.part_of) == deed))
    work.connection.execute(delete(Undo).where(col(Undo.id) == deed))


def walked_back(work: Work, number: int, *, was: int, now: int) -> None:
    """A ticket stands again as at a version `was`, and has the version `now`: what was done to it before can be undone
    next, whoever did it."""
    mine = col(Undo.ticket_id) == number
    work.connection.execute(update(Undo).where(mine, col(Undo.version) == was).values(version=now))
    work.connection.execute(update(Undo).where(mine, col(Undo.was) == was).values(was=now))
    # An answer that still waits knows by the version before it whether anything was done since.
    work.connection.execute(
        text(
            "UPDATE outbox SET before = json_set(before, '$.ticket.version', :now - 1) WHERE ticket_id = :number"
            " AND state = 'queued' AND before IS NOT NULL AND json_extract(before, '$.ticket.version') = :was - 1"
        ),
        {"number": number, "was": was, "now": now},
    )


def answer_walked_back(work: Work, number: int, mail: int, *, was: int, now: int) -> list[int]:
    """The same where an answer is taken back, which a mail tells of; gives the events that are undone with it. `was` is
    the version before it by the mail itself, for one that no deed was kept of."""
    deed = work.session.scalars(select(Undo).where(_told_by(mail))).first()
    if deed is None:
        walked_back(work, number, was=was, now=now)
        return []
    rows = select(Undo).where(col(Undo.ticket_id) == number, or_(col(Undo.id) == deed.id, col(Undo.part_of) == deed.id))
    row = work.session.scalars(rows).first()
    walked_back(work, number, was=was if row is None else row.was, now=now)
    return list(deed.before["events"].get(str(number), ()))


def forget_answer(work: Work, number: int, mail: int) -> None:
    """The answer to a ticket was taken back: nobody need undo it any more."""
    found = select(col(Undo.id)).where(_told_by(mail), col(Undo.ticket_id) == number)
    for deed in list(work.connection.execute(found).scalars()):
        forget_deed(work, deed or 0)


def form_of_answer(work: Work, number: int, mail: int) -> str:
    """The form that an answer was typed into; empty where it was an editor, or nobody knows."""
    found = work.session.scalars(select(Undo).where(_told_by(mail), col(Undo.ticket_id) == number)).first()
    return str(found.before.get("form") or "") if found is not None else ""


def _told_by(mail: int) -> ColumnElement[bool]:
    answers = func.json_each(col(Undo.before), "$.answers").table_valued("value")
    return and_(col(Undo.part_of).is_(None), exists(select(answers.c.value).where(answers.c.value == mail)))


# ---- the difference ----------------------------------------------------------------------------------


def _read(connection: Connection, sql: str, given: Sequence[Any] = ()) -> list[Row]:
    """Rows as the driver gives them: a dozen questions follow each action, for answers that nobody waits for."""
    cursor = cast(sqlite3.Connection, connection.connection.dbapi_connection).execute(sql, given)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _keyed(key: tuple[str, ...], rows: Iterable[Row]) -> dict[tuple[Any, ...], Row]:
    return {tuple(row[name] for name in key): row for row in rows}


def _of_tickets(connection: Connection, table: str, numbers: Sequence[int]) -> dict[tuple[Any, ...], Row]:
    """The rows of tickets in one of `TABLES`, by key."""
    kept = TABLES[table]
    sql = f"SELECT {kept.columns} FROM {table} WHERE {kept.of} IN ({kept.among})"
    return _keyed(kept.key, _read(connection, sql, (json.dumps(numbers),)))


def _difference(work: Work, before: Connection, table: str, numbers: Sequence[int]) -> list[list[Row | None]]:
    return _changes(
        TABLES[table].key, _of_tickets(before, table, numbers), _of_tickets(work.connection, table, numbers)
    )


def _changes(
    key: tuple[str, ...], old: Mapping[tuple[Any, ...], Row], new: Mapping[tuple[Any, ...], Row]
) -> list[list[Row | None]]:
    """Before and after of each row that is another: None where there was none; else the columns that changed."""
    changes: list[list[Row | None]] = []
    for each in sorted(old.keys() | new.keys()):
        was, now = old.get(each), new.get(each)
        if was == now:
            continue
        if was is not None and now is not None:
            names = {*key, *(name for name in was if was[name] != now[name])}
            was, now = ({name: row[name] for name in row if name in names} for row in (was, now))
        changes.append([was, now])
    return changes


def _all_of(work: Work, before: Connection, table: str, key: tuple[str, ...]) -> list[list[Row | None]]:
    old, new = (_keyed(key, _read(each, f"SELECT * FROM {table}")) for each in (before, work.connection))
    return _changes(key, old, new)


def _proposals(work: Work, before: Connection) -> list[list[Row | None]]:
    """Proposals of incidents that waited, and do not any more."""
    old = _keyed(("id",), _read(before, "SELECT * FROM incident_proposal WHERE ended_at IS NULL"))
    if not old:
        return []
    ids = json.dumps([number for (number,) in old])
    sql = "SELECT * FROM incident_proposal WHERE id IN (SELECT value FROM json_each(?))"
    return _changes(("id",), old, _keyed(("id",), _read(work.connection, sql, (ids,))))


def _events(work: Work, mark: Mark) -> dict[int | None, list[int]]:
    """The new events of each ticket; None: of the desk itself."""
    events: dict[int | None, list[int]] = {}
    for row in _read(work.connection, "SELECT ticket_id, id FROM history WHERE id > ? ORDER BY id", (mark.event,)):
        events.setdefault(row["ticket_id"], []).append(row["id"])
    return events


_PARENTS = (
    "WITH RECURSIVE mine(id) AS (SELECT ? UNION SELECT l.ticket_id FROM link AS l JOIN mine"
    " ON l.other_id = mine.id AND l.kind = 'merged_into') SELECT r.ticket_id AS id FROM mine"
    " JOIN playbook_step AS s ON s.ticket_id = mine.id JOIN playbook_run AS r ON r.id = s.run_id"
    " WHERE r.ticket_id NOT IN (SELECT l.other_id FROM link AS l WHERE l.ticket_id = ? AND l.kind = 'merged_into')"
)
"""Of what playbooks a ticket is a step, unless it was merged into the parent itself."""


def _beside(work: Work, before: Connection, number: int) -> frozenset[int | None]:
    """The tickets that are no part of the deed, whatever became of them by it: a step of a playbook that was opened by
    it stays, and the parent follows its steps by itself, whoever does not see it.
    """
    (last,) = _read(before, "SELECT coalesce(max(id), 0) AS id FROM ticket")
    rows = _read(work.connection, "SELECT id FROM ticket WHERE id > ? AND id <> ?", (last["id"], number))
    return frozenset(row["id"] for row in (*rows, *_read(work.connection, _PARENTS, (number, number))))


def _mails(work: Work, mark: Mark, but: frozenset[int | None]) -> tuple[list[int], list[int]]:
    """What was queued, but for certain tickets: of the desk's own accord, and in the agent's words."""
    sql = "SELECT id, message_ref, ticket_id FROM outbox WHERE id > ? ORDER BY id"
    rows = [row for row in _read(work.connection, sql, (mark.mail,)) if row["ticket_id"] not in but]
    own, said = ([row["id"] for row in rows if (row["message_ref"] is None) is alone] for alone in (True, False))
    return own, said


def _versions(connection: Connection, numbers: Sequence[int]) -> dict[int, int]:
    sql = "SELECT id, version FROM ticket WHERE id IN (SELECT value FROM json_each(?))"
    return {row["id"]: row["version"] for row in _read(connection, sql, (json.dumps(numbers),))}
