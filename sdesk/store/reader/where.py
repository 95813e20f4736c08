"""A filter as SQL: a condition over `ticket_view`, columns from a fixed list, values as parameters alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sdesk.domain.actor import Actor
from sdesk.domain.errors import BadFilter
from sdesk.domain.filter_fields import NONE, Flag, Having
from sdesk.domain.filters import Filter, Lasting, Match, Sort, Within, Words
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.nearest import did_you_mean
from sdesk.domain.phrase import noun, phrase
from sdesk.domain.ticket import Status
from sdesk.store.reader import time_left
from sdesk.store.search import expression

MANY_HITS = 10_000
"""From so many full-text hits on, the queue is walked in its order and each ticket sought among the hits; fewer are
looked up and sorted."""

Value = str | int | None


class Condition(NamedTuple):
    """SQL text, and its parameters by position."""

    sql: str
    values: tuple[Value, ...] = ()


_COLUMNS: Mapping[str, str] = {
    "status": "status",
    "priority": "priority",
    "impact": "impact",
    "urgency": "urgency",
    "channel": "channel",
    "due": "due_at",
    "created": "created_at",
    "updated": "updated_at",
    "resolved": "resolved_at",
    "wake": "wake_at",
}

_INSTANTS_THAT_MAY_BE_NONE: Mapping[str, str] = {
    "due": "due_at",
    "left": "due_at",
    "resolved": "resolved_at",
    "wake": "wake_at",
}
"""Fields of which `none` says that there is no such instant, and their columns."""

_KEYED: Mapping[str, str] = {
    "team": "team_id",
    "assignee": "assignee_id",
    "service": "service_id",
    "unit": "unit_id",
}
"""Fields whose values are keys of the desk file: the table is the field's name (agents for assignees)."""

_TABLES: Mapping[str, str] = {
    "team": "team",
    "assignee": "agent",
    "service": "service",
    "unit": "unit",
    "watch": "agent",
}


_RARE = frozenset({"form", "incident", "playbook", "rating", "watch"})
"""Fields about what stands beside the ticket, in other tables."""


def compile_filter(connection: sqlite3.Connection, wanted: Filter, actor: Actor, now: datetime) -> Condition:
    """The condition that a filter means for this actor at this instant.

    Raises BadFilter for a team, agent, service or unit that the desk does not have. The wall stands apart
    (`wall`): this condition alone shows no ticket to anybody.
    """
    terms = compile_terms(connection, wanted, actor, now)
    # Literally the indexes' own condition, or SQLite does not use them.
    return Condition(f"is_open AND {terms.sql}", terms.values) if wanted.open_only else terms


def compile_terms(connection: sqlite3.Connection, wanted: Filter, actor: Actor, now: datetime) -> Condition:
    """The condition that the terms of a filter mean, for tickets open or done: reports are of both."""
    parts: list[str] = []
    values: list[Value] = []
    for term in wanted.terms:
        if isinstance(term, Words):
            continue
        if isinstance(term, Within):
            condition = _within(term)
        elif isinstance(term, Lasting):
            condition = _lasting(connection, term, now)
        elif term.field in _RARE:
            from sdesk.store.reader.rare_terms import rare  # hardly any filter asks for them

            condition = _negated(rare(connection, term, actor), term.negated)
        elif term.field in {"asset", "kind"}:
            from sdesk.store.reader.equipment_terms import about_equipment  # hardly any filter asks for it

            condition = _negated(Condition(*about_equipment(connection, term.field, term.values)), term.negated)
        elif term.field in _KEYED:
            condition = _keyed(connection, term, actor, by_index=wanted.sort is Sort.SLA or term.field != "team")
        else:
            condition = _match(connection, term, actor, now)
        parts.append(condition.sql)
        values.extend(condition.values)
    for negated in (False, True):
        words = [term for term in wanted.terms if isinstance(term, Words) and term.negated is negated]
        sought = _words(connection, words, actor, negated)
        if sought is not None:
            parts.append(sought.sql)
            values.extend(sought.values)
    return Condition(" AND ".join(parts) or "1", tuple(values))


def wall(connection: sqlite3.Connection, actor: Actor, column: str = "team_id") -> Condition | None:
    """The condition that hides the tickets of private teams of which the actor is no member; None where no wall stands.

    The unary plus keeps SQLite from choosing an index for it, which would lose the queue's order.
    """
    if actor.sees_all:
        return None
    teams = connection.execute("SELECT id, private FROM team").fetchall()
    visible = sorted(number for number, private in teams if not private or number in actor.team_ids)
    if len(visible) == len(teams):
        return None
    return Condition(f"+{column} IN ({marks(visible)})", tuple(visible))


def marks(values: Sequence[object]) -> str:
    """A question mark for each."""
    return ", ".join("?" * len(values))


def containing(text: str) -> str:
    """The pattern of SQL's LIKE for what has this text in it, with `ESCAPE '\\'`."""
    return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def _within(term: Within) -> Condition:
    column = _COLUMNS[term.field]
    parts, values = [f"{column} IS NOT NULL"], []
    for sign, end in ((">=", term.low), ("<=", term.high)):
        if end is not None:
            parts.append(f"{column} {sign} ?")
            values.append(to_rfc3339(end))
    return _negated(Condition(" AND ".join(parts), tuple(values)), term.negated)


def _lasting(connection: sqlite3.Connection, term: Lasting, now: datetime) -> Condition:
    """Working time as instants, which differ from calendar to calendar."""
    parts: list[str] = []
    values: list[Value] = []
    for slas, low, high in time_left.limits(connection, term.low, term.high, now):
        # The plus: each calendar has but a part of the queue, and the queue's order counts.
        conditions = [f"+sla_id IN ({marks(slas)})" if slas else "sla_id IS NULL", "due_at IS NOT NULL"]
        values.extend(slas)
        for sign, end in ((">=", low), ("<=", high)):
            if end is not None:
                conditions.append(f"due_at {sign} ?")
                values.append(to_rfc3339(end))
        parts.append(f"({' AND '.join(conditions)})")
    return _negated(Condition(f"({' OR '.join(parts)})", tuple(values)), term.negated)


def _negated(condition: Condition, negated: bool) -> Condition:
    """The opposite, for empty columns too (`NOT NULL` would be NULL)."""
    if not negated:
        return condition
    return Condition(f"NOT coalesce({condition.sql}, 0)", condition.values)


def _keyed(connection: sqlite3.Connection, term: Match, actor: Actor, *, by_index: bool) -> Condition:
    column, table = _KEYED[term.field], _TABLES[term.field]
    if not by_index:
        # A team's index has the urgency order alone; in another order its many tickets would be sorted for each page.
        column = f"+{column}"
    wanted: list[Value] = []
    empty = False
    for key in term.values:
        if key == NONE:
            empty = True
        elif key == "me" and term.field == "assignee":
            wanted.append(actor.agent_id if actor.agent_id is not None else -1)
        elif key == "mine" and term.field == "team":
            wanted.extend(sorted(actor.team_ids))
        else:
            wanted.append(id_of(connection, table, key, term.field, actor))
    parts = []
    if len(wanted) == 1:
        # An equality, not a list of one: only so does the index give its order.
        parts.append(f"{column} = ?")
    elif wanted or not empty:
        parts.append(f"{column} IN ({marks(wanted)})")
    if empty:
        parts.append(f"{column} IS NULL")
    sql = parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"
    return _negated(Condition(sql, tuple(wanted)), term.negated)


def id_of(connection: sqlite3.Connection, table: str, key: str, field: str, actor: Actor) -> int:
    """The row that a key means. BadFilter."""
    row = connection.execute(f"SELECT id FROM {table} WHERE key = ?", (key,)).fetchone()
    if row is not None:
        return int(row[0])
    known = [str(each[0]) for each in connection.execute(f"SELECT key FROM {table} WHERE retired_at IS NULL")]
    kind = _NOUNS[field]
    remedy = did_you_mean(key, known, phrase("see `sdesk {noun} list`", noun=kind))
    what = phrase("there is no {noun} `{key}` (in `{field}:{key}`)", noun=noun(kind), key=key, field=field)
    raise BadFilter(what, remedy, word=f"{field}:{key}")


_NOUNS: Mapping[str, str] = _TABLES
"""What a key of each field is called: as its table."""


def _match(connection: sqlite3.Connection, term: Match, actor: Actor, now: datetime) -> Condition:
    if term.field == "is":
        flags = [flag_condition(connection, Flag(value), actor, now) for value in term.values]
        return _negated(_any(flags), term.negated)
    if term.field == "has":
        return _negated(_any([Condition(_HAVING[Having(value)]) for value in term.values]), term.negated)
    if term.field == "approval":
        last = "(SELECT ap.state FROM approval AS ap WHERE ap.ticket_id = number ORDER BY ap.id DESC LIMIT 1)"
        return _negated(Condition(f"{last} IN ({marks(term.values)})", term.values), term.negated)
    if term.field == "tag":
        return _negated(_tags(term), term.negated)
    if term.field in _INSTANTS_THAT_MAY_BE_NONE:
        return _negated(Condition(f"{_INSTANTS_THAT_MAY_BE_NONE[term.field]} IS NULL"), term.negated)
    if term.field == "number":
        return _negated(numbers(term), term.negated)
    if term.field == "requester":
        return _negated(_requester(term, actor), term.negated)
    if term.field == "status" and len(term.values) == 1:
        # Written out, since an index that is partial on a status is used for no parameter.
        return _negated(Condition(f"status = '{Status(term.values[0]).value}'"), term.negated)
    column = _COLUMNS[term.field]
    return _negated(Condition(f"{column} IN ({marks(term.values)})", term.values), term.negated)


def _any(conditions: Sequence[Condition]) -> Condition:
    if len(conditions) == 1:
        return conditions[0]
    sql = " OR ".join(f"({condition.sql})" for condition in conditions)
    return Condition(f"({sql})", tuple(value for condition in conditions for value in condition.values))


def flag_condition(connection: sqlite3.Connection, flag: Flag, actor: Actor, now: datetime) -> Condition:
    """What a word after `is:` means to this actor."""
    instant = to_rfc3339(now)
    match flag:
        case Flag.OPEN:
            return Condition("is_open")
        case Flag.MINE:
            return Condition("assignee_id = ?", (actor.agent_id if actor.agent_id is not None else -1,))
        case Flag.UNASSIGNED:
            return Condition("assignee_id IS NULL")
        case Flag.BREACHED:
            # What is stale is set apart, in the state of a ticket as in every count: no ticket is both.
            return Condition("due_at <= ? AND (stale_at IS NULL OR stale_at > ?)", (instant,) * 2)
        case Flag.AT_RISK:
            return Condition("due_at > ? AND risk_at <= ?", (instant,) * 2)
        case Flag.STALE:
            return Condition("stale_at <= ?", (instant,))
        case Flag.UNANSWERED:
            return Condition("unanswered_since IS NOT NULL")
        case Flag.BURNING:
            return Condition("loss_per_hour IS NOT NULL AND loss_since IS NOT NULL")
        case Flag.SUSPECTED:
            return Condition("loss_per_hour IS NOT NULL AND loss_since IS NOT NULL AND NOT loss_confirmed")
        case Flag.INCIDENT:
            return Condition("is_incident")
        case Flag.PART:
            hidden = wall(connection, actor, "i.team_id")
            if hidden is None:
                return Condition("incident IS NOT NULL")
            # Of an incident behind a wall there is none: not its number, and not that it has parts.
            seen = f"EXISTS (SELECT 1 FROM ticket AS i WHERE i.id = incident AND {hidden.sql})"
            return Condition(f"incident IS NOT NULL AND {seen}", hidden.values)
        case Flag.UNAPPROVED:
            # Written out, since an index that is partial on a status is used for no parameter.
            return Condition("status = 'waiting' AND waiting_for = 'approval'")
        case Flag.UNREAD:
            me = actor.agent_id if actor.agent_id is not None else -1
            sql = (
                "EXISTS (SELECT 1 FROM history AS h WHERE h.ticket_id = number AND h.agent_id IS NOT ? AND h.id >"
                " coalesce((SELECT e.history_id FROM seen AS e WHERE e.agent_id = ? AND e.ticket_id = number), 0))"
            )
            return Condition(sql, (me, me))


_HAVING: Mapping[Having, str] = {
    Having.ATTACHMENT: (
        "EXISTS (SELECT 1 FROM attachment AS f JOIN message AS m ON m.id = f.message_id WHERE m.ticket_id = number)"
    ),
    Having.NOTE: "EXISTS (SELECT 1 FROM message AS m WHERE m.ticket_id = number AND m.direction = 'note')",
    Having.LOSS: "(loss_per_hour IS NOT NULL OR loss_past IS NOT NULL)",
}


def _tags(term: Match) -> Condition:
    tags = [value.lower() for value in term.values if value != NONE]
    parts = []
    if tags:
        parts.append(f"EXISTS (SELECT 1 FROM tag AS g WHERE g.ticket_id = number AND g.tag IN ({marks(tags)}))")
    if len(tags) < len(term.values):
        parts.append("NOT EXISTS (SELECT 1 FROM tag AS g WHERE g.ticket_id = number)")
    return Condition(f"({' OR '.join(parts)})", tuple(tags))


def numbers(term: Match) -> Condition:
    """By numbers of tickets, in the column that is called as the field. BadFilter."""
    found: list[Value] = []
    for value in term.values:
        digits = value.rpartition("-")[2]
        if not digits.isascii() or not digits.isdigit() or len(digits) > 18:
            what = phrase("`{value}` is no ticket number", value=value)
            raise BadFilter(what, phrase("write 123 or SD-123"), word=f"{term.field}:{value}")
        found.append(int(digits))
    return Condition(f"{term.field} IN ({marks(found)})", tuple(found))


def _requester(term: Match, actor: Actor) -> Condition:
    """By address, by the part of one that is written with its `@`, or by name."""
    parts, values = [], []
    for value in term.values:
        if value == NONE:
            parts.append("requester_id IS NULL")
            continue
        parts.append(
            "requester_id IN (SELECT pa.person_id FROM person_address AS pa WHERE pa.address LIKE ? ESCAPE '\\')"
            if "@" in value
            else "requester_id IN (SELECT n.id FROM person AS n WHERE fold(n.name) LIKE fold(?) ESCAPE '\\')"
        )
        values.append(containing(value.lower()))
    sql = parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"
    return Condition(sql, tuple(values))


def _words(connection: sqlite3.Connection, words: Sequence[Words], actor: Actor, negated: bool) -> Condition | None:
    if negated:
        conditions = [expression([word]) for word in words]
        sought = [each for each in conditions if each]
        if not sought:
            return None
        sql = " AND ".join("number NOT IN (SELECT rowid FROM ticket_fts WHERE ticket_fts MATCH ?)" for _ in sought)
        return Condition(sql, tuple(sought))
    sought_all = expression(words)
    if not sought_all:
        return None
    hits = connection.execute(
        "SELECT count(*) FROM (SELECT 1 FROM ticket_fts WHERE ticket_fts MATCH ? LIMIT ?)", (sought_all, MANY_HITS + 1)
    ).fetchone()[0]
    # The plus keeps SQLite from the hits' own order. No probe by `MATCH ... AND rowid = number`: it merges the postings
    # of every word that begins so anew for each ticket, 4 ms among 100,000 hits.
    column = "number" if hits <= MANY_HITS else "+number"
    found = "SELECT rowid FROM ticket_fts WHERE ticket_fts MATCH ?"
    named = _named_elsewhere(connection, words[0].text, actor) if len(words) == 1 else None
    if named is not None:
        return Condition(f"{column} IN ({found} UNION SELECT ?)", (sought_all, named))
    return Condition(f"{column} IN ({found})", (sought_all,))


def _named_elsewhere(connection: sqlite3.Connection, name: str, actor: Actor) -> int | None:
    """The ticket that has this name, or old number, in the system where it comes from: people go on using it.

    One behind a wall is left out here already, lest it stand in the way of another that has the name by its number.
    """
    from sdesk.domain.thread import OTRS  # with what reads mail: hardly any filter asks for it

    sql, values = "SELECT id FROM ticket WHERE external_id IN (?, ?)", (name, OTRS + name)
    hidden = wall(connection, actor)
    if hidden is not None:
        sql, values = f"{sql} AND {hidden.sql}", (*values, *hidden.values)  # type: ignore[assignment]
    row = connection.execute(f"{sql} ORDER BY external_id = ? DESC", (*values, name)).fetchone()
    return None if row is None else int(row[0])
