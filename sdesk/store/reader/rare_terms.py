"""Terms of a filter about what stands beside the ticket: ratings, watchers, incidents, playbooks, answers in forms."""

from __future__ import annotations

import re
import sqlite3

from sdesk.domain.actor import Actor
from sdesk.domain.filter_fields import NONE
from sdesk.domain.filters import Match
from sdesk.store.reader.where import Condition, Value, containing, id_of, marks, numbers, wall

_FIELD_KEY = re.compile("[a-z][a-z0-9_]*", re.ASCII)
"""Of a form: what stands before a colon and looks otherwise is a part of the text."""


def rare(connection: sqlite3.Connection, term: Match, actor: Actor) -> Condition:
    """What such a term means, as if it were not negated. BadFilter for an agent that the desk does not have."""
    match term.field:
        case "form":
            return _form(term)
        case "incident":
            return _incident(connection, term, actor)
        case "playbook":
            return _playbook(connection, term, actor)
        case "rating":
            return _rated(term)
        case _:
            return _watched(connection, term, actor)


def _rated(term: Match) -> Condition:
    """By what was last answered about the ticket."""
    sql = (
        f"number IN (SELECT r.ticket_id FROM rating AS r WHERE r.score IN ({marks(term.values)}) AND NOT EXISTS"
        " (SELECT 1 FROM rating AS x WHERE x.ticket_id = r.ticket_id AND x.id > r.id AND x.score IS NOT NULL))"
    )
    return Condition(sql, tuple(map(int, term.values)))


def _watched(connection: sqlite3.Connection, term: Match, actor: Actor) -> Condition:
    """Watched by one of these agents: the few tickets of an agent are looked up, and then sorted."""
    wanted: list[Value] = []
    for key in term.values:
        if key == "me":
            wanted.append(actor.agent_id if actor.agent_id is not None else -1)
        elif key != NONE:
            wanted.append(id_of(connection, "agent", key, term.field, actor))
    parts = []
    if wanted:
        parts.append(f"number IN (SELECT w.ticket_id FROM watcher AS w WHERE w.agent_id IN ({marks(wanted)}))")
    if NONE in term.values:
        parts.append("NOT EXISTS (SELECT 1 FROM watcher AS w WHERE w.ticket_id = number)")
    sql = parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"
    return Condition(sql, tuple(wanted))


def _incident(connection: sqlite3.Connection, term: Match, actor: Actor) -> Condition:
    """Parts of incidents by the number: of one that stands behind a wall there is none."""
    found = numbers(term)
    hidden = wall(connection, actor, "i.team_id")
    if hidden is not None:
        beyond = f"SELECT i.id FROM ticket AS i WHERE i.id IN ({marks(found.values)})"
        seen = f"{beyond} AND {hidden.sql}"
        found = Condition(f"incident IN ({seen})", (*found.values, *hidden.values))
    return found


def _playbook(connection: sqlite3.Connection, term: Match, actor: Actor) -> Condition:
    """A playbook by its parent: of one that stands behind a wall there is none."""
    found = numbers(term)
    runs = f"SELECT r.id FROM playbook_run AS r WHERE r.ticket_id IN ({marks(found.values)})"
    hidden = wall(connection, actor, "i.team_id") or Condition("1")
    runs += f" AND EXISTS (SELECT 1 FROM ticket AS i WHERE i.id = r.ticket_id AND {hidden.sql})"
    values = (*found.values, *hidden.values)
    steps = f"SELECT s.ticket_id FROM playbook_step AS s WHERE s.run_id IN ({runs})"
    whole = f"number IN (SELECT p.ticket_id FROM playbook_run AS p WHERE p.id IN ({runs}) UNION {steps})"
    return Condition(whole, values * 2)


def _form(term: Match) -> Condition:
    """By what was answered in a field, or in any: a part of it is enough."""
    parts, values = [], []
    for value in term.values:
        if value == NONE:
            parts.append("NOT EXISTS (SELECT 1 FROM form_value AS v WHERE v.ticket_id = number)")
            continue
        key, colon, text = value.partition(":")
        named = bool(colon) and _FIELD_KEY.fullmatch(key) is not None
        if named:
            values.append(key)
        else:
            text = value
        values.append(containing(text.strip()))
        of_field = "v.key = ? AND " if named else ""
        sought = f"SELECT v.ticket_id FROM form_value AS v WHERE {of_field}fold(v.value) LIKE fold(?) ESCAPE '\\'"
        parts.append(f"number IN ({sought})")
    sql = parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"
    return Condition(sql, tuple(values))
