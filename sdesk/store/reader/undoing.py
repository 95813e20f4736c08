"""What stands of a history, and what an agent can undo."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sdesk.domain.actor import Actor
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.phrase import unpacked
from sdesk.store.reader.detail_rows import HistoryRow
from sdesk.store.reader.where import wall

UNDOING = ("undone", "taken_back")
"""Events that say of others, by their ids in `events`, that they do not count any more."""

STANDS = (
    "NOT IN (SELECT u.value FROM history AS h CROSS JOIN json_each(h.data, '$.events') AS u"
    f" WHERE h.event IN ({', '.join(map(repr, UNDOING))}))"
)
"""The same as a condition: to follow the column with an event's id."""


class UndoRow(NamedTuple):
    """An action that its agent can undo, unless something was changed since."""

    at: datetime
    verb: str
    sentence: str
    """What it said it did, of the first ticket."""
    numbers: tuple[int, ...]
    """The tickets that it was about, in its order, each once."""
    batch: str = ""


def told_of(history: Sequence[HistoryRow]) -> tuple[HistoryRow, ...]:
    """The events of a ticket, with those marked that were undone."""
    gone = {each for row in history if row.event in UNDOING for each in row.data.get("events", ())}
    return tuple(row._replace(undone=True) if row.id in gone else row for row in history)


def undoable(connection: sqlite3.Connection, actor: Actor, *, since: datetime, limit: int) -> tuple[UndoRow, ...]:
    """What an agent did since an instant and has not undone, the last first.

    Of a ticket that stands behind a wall by now only what gave it there is told: he knows that, and may undo it; and
    that he opened it there.
    """
    sees, saw = wall(connection, actor, "t.team_id"), wall(connection, actor, "json_extract(c.value, '$[0].team_id')")
    seen, values = "1", ()
    if sees is not None and saw is not None:
        seen = (
            f"(EXISTS (SELECT 1 FROM ticket AS t WHERE t.id = v.number AND {sees.sql}) OR EXISTS (SELECT 1 FROM undo AS"
            f" u CROSS JOIN json_each(u.before, '$.rows.ticket') AS c WHERE u.id = v.id AND {saw.sql})"
            " OR EXISTS (SELECT 1 FROM undo AS u WHERE u.id = v.id AND json_extract(u.before, '$.unseen')))"
        )
        values = (*sees.values, *saw.values)  # type: ignore[assignment]
    found = connection.execute(
        "SELECT v.batch, v.at, v.number, v.verb, v.sentence FROM undo_view AS v WHERE v.batch IN ("
        f" SELECT v.batch FROM undo_view AS v WHERE v.agent_id = ? AND v.at >= ? AND {seen}"
        " GROUP BY v.batch ORDER BY max(v.id) DESC LIMIT ?"
        f") AND v.agent_id = ? AND {seen} ORDER BY v.id",
        (actor.agent_id, to_rfc3339(since), *values, limit, actor.agent_id, *values),
    )
    batches: dict[str, UndoRow] = {}
    for batch, at, number, verb, sentence in found:
        known = batches.get(batch)
        if known is None:
            batches[batch] = UndoRow(datetime.fromisoformat(at), verb, unpacked(json.loads(sentence)), (number,), batch)
        elif number not in known.numbers:
            batches[batch] = known._replace(numbers=(*known.numbers, number))
    return tuple(reversed(batches.values()))
