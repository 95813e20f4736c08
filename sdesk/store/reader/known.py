"""What the desk knows already, for whoever types: who may be calling, tags in use, suppliers that were asked."""

from __future__ import annotations

import json
import re
import sqlite3
from typing import NamedTuple

from sdesk.domain.actor import Actor
from sdesk.store.reader.where import containing, wall

CALLERS = 12
"""How many are offered."""
MANY = 200
"""Of tags and suppliers."""

_DIGITS = (
    "replace(replace(replace(replace(replace(replace({}, ' ', ''), '-', ''), '(', ''), ')', ''), '+', ''), '.', '')"
)


class CallerRow(NamedTuple):
    """Somebody who may be at the telephone: a person, or a unit of which nobody is known."""

    name: str
    address: str | None
    """Where mail reaches them; None for a unit without an address of its own."""
    phone: str | None
    unit: str | None
    """Key."""
    unit_name: str | None
    is_unit: bool


def callers(connection: sqlite3.Connection, actor: Actor, words: str, limit: int = CALLERS) -> tuple[CallerRow, ...]:
    """People, then units, by words that each stand in a name, an address, a telephone number or the unit's name.

    Telephone numbers are compared by their digits, a Russian one without its 7 or 8. Behind a wall are people of whom
    the agent may see no ticket; what a unit is called and its telephone are no secret.
    """
    if not words.strip():
        return ()
    hidden = wall(connection, actor)
    parts: list[str] = []
    values: list[object] = []
    if hidden is not None:
        parts.append(f"EXISTS (SELECT 1 FROM ticket WHERE requester_id = p.id AND {hidden.sql})")
        values += hidden.values
    for word in _words(words):
        tests = ["fold(p.name) LIKE fold(?) ESCAPE '\\'", "fold(coalesce(u.name, '')) LIKE fold(?) ESCAPE '\\'"]
        tests.append(
            "EXISTS (SELECT 1 FROM person_address AS a"
            " WHERE a.person_id = p.id AND a.address LIKE lower(?) ESCAPE '\\')"
        )
        tests.append("u.key LIKE ? ESCAPE '\\'")
        values += [containing(word)] * 4
        if digits := _digits(word):
            tests += [f"{_DIGITS.format(column)} LIKE ?" for column in ("p.phone", "u.phone")]
            values += [f"%{digits}%"] * 2
        parts.append(f"({' OR '.join(tests)})")
    found = connection.execute(
        "SELECT p.name, p.phone, u.phone AS unit_phone, u.key, u.name AS unit_name,"
        " (SELECT a.address FROM person_address AS a WHERE a.person_id = p.id ORDER BY a.rowid LIMIT 1) AS address"
        " FROM person AS p LEFT JOIN unit AS u ON u.id = p.unit_id"
        f" WHERE {' AND '.join(parts)} ORDER BY fold(p.name), p.id LIMIT ?",
        (*values, limit),
    )
    people = tuple(
        CallerRow(row["name"], row["address"], row["phone"] or row["unit_phone"], row["key"], row["unit_name"], False)
        for row in found
    )
    return (*people, *_units(connection, words, limit - len(people), {each.address for each in people}))


def tags(connection: sqlite3.Connection, actor: Actor) -> tuple[str, ...]:
    """The tags in use on tickets that the agent may see, the commonest first."""
    hidden = wall(connection, actor, "t.team_id")
    sql, values = "SELECT tag FROM tag", ()
    if hidden is not None:
        sql, values = f"{sql} AS g JOIN ticket AS t ON t.id = g.ticket_id WHERE {hidden.sql}", hidden.values  # type: ignore[assignment]
    found = connection.execute(f"{sql} GROUP BY tag ORDER BY count(*) DESC, tag LIMIT ?", (*values, MANY))
    return tuple(row[0] for row in found)


def suppliers(connection: sqlite3.Connection, actor: Actor) -> tuple[str, ...]:
    """The addresses that were asked on tickets which the agent may see, the last one first."""
    hidden = wall(connection, actor, "t.team_id")
    beyond, values = (f" AND {hidden.sql}", hidden.values) if hidden is not None else ("", ())
    found = connection.execute(
        "SELECT h.data, max(h.id) FROM history AS h JOIN ticket AS t ON t.id = h.ticket_id"
        f" WHERE h.event = 'forwarded'{beyond} GROUP BY json_extract(h.data, '$.to') ORDER BY 2 DESC LIMIT ?",
        (*values, MANY),
    )
    return tuple(address for row in found if (address := json.loads(row[0]).get("to")))


def _units(connection: sqlite3.Connection, words: str, limit: int, known: set[str | None]) -> tuple[CallerRow, ...]:
    """Units by name, key, address or telephone; with the first mail address that is one, unless somebody has it."""
    parts: list[str] = []
    values: list[object] = []
    for word in _words(words):
        tests = [f"fold(coalesce(u.{column}, '')) LIKE fold(?) ESCAPE '\\'" for column in ("name", "key", "address")]
        values += [containing(word)] * 3
        if digits := _digits(word):
            tests.append(f"{_DIGITS.format('u.phone')} LIKE ?")
            values.append(f"%{digits}%")
        parts.append(f"({' OR '.join(tests)})")
    found = connection.execute(
        "SELECT u.key, u.name, u.phone, (SELECT a.pattern FROM unit_address AS a WHERE a.unit_id = u.id"
        "  AND a.pattern NOT LIKE '%*%' ORDER BY a.position LIMIT 1) AS address"
        f" FROM unit AS u WHERE u.retired_at IS NULL AND {' AND '.join(parts)} ORDER BY fold(u.name) LIMIT ?",
        (*values, max(0, limit)),
    )
    return tuple(
        CallerRow(row["name"], row["address"], row["phone"], row["key"], row["name"], True)
        for row in found
        if row["address"] is None or row["address"] not in known
    )


def _words(words: str) -> list[str]:
    """The words; digits that blanks part, as people write telephone numbers, are one."""
    return re.sub(r"(?<=[\d)]) +(?=[\d(])", "", words).split()


def _digits(word: str) -> str:
    """The digits of what may be a telephone number; empty for what is none."""
    digits = re.sub(r"[-+(). ]", "", word)
    if not (digits.isascii() and digits.isdigit()) or len(digits) < 3:
        return ""
    return digits[1:] if len(digits) == 11 and digits[0] in "78" else digits
