"""What people said of how it was: of a ticket, of a person, and a person's whole story, behind the actor's walls.

On a ticket that one sees its answer stands as its history does. Of people, and in figures, a wall hides an answer where
either the ticket's team or the team that was rated stands behind it.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import NamedTuple

from sdesk.domain.actor import Actor
from sdesk.domain.satisfaction import mean
from sdesk.domain.ticket import Status
from sdesk.store.reader.convert import instant
from sdesk.store.reader.detail_rows import RatingRow
from sdesk.store.reader.where import Condition, wall

LATEST = 5
"""So many of the last answers are held against those before."""
COMPLAINTS = ("feedback", "complaint")
"""Tags by which a ticket is a complaint: what a bad answer opens has the first."""

_EVERYTHING = Condition("1")
_COLUMNS = "r.score, r.comment, r.answered_at, r.how"


class PersonRating(NamedTuple):
    """An answer of somebody, with the ticket that it was about."""

    number: int
    ref: str
    score: int
    comment: str
    at: datetime


class Trend(NamedTuple):
    """How the last answers of somebody compare with those before."""

    last: float
    """The mean of the last `LATEST`."""
    last_count: int
    before: float | None
    """The mean of all before these; None without any."""
    before_count: int


class PersonStory(NamedTuple):
    """All that the actor may know of somebody whom the desk serves, in figures."""

    open_tickets: int
    done_tickets: int
    reopened: int
    """How often tickets were opened again."""
    resolution_median: int | None
    """Working seconds until tickets were solved; None where none was."""
    resolution_judged: int
    """How many of them had a target."""
    resolution_in_time: int
    complaints: int
    asked: int
    """How often the person was asked how it was."""
    answers: tuple[PersonRating, ...]
    """The newest first."""
    trend: Trend | None
    """None without an answer."""
    last_contact: datetime | None
    """When the person last wrote, or was written to."""
    first_contact: datetime | None

    @property
    def mean(self) -> float | None:
        """Of all answers."""
        return mean(each.score for each in self.answers)


def rating_of(connection: sqlite3.Connection, number: int) -> RatingRow | None:
    """The last answer about a ticket, for who sees that; None where nobody answered."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM rating AS r WHERE r.ticket_id = ? AND r.score IS NOT NULL ORDER BY r.id DESC LIMIT 1",
        (number,),
    ).fetchone()
    return None if row is None else RatingRow(row[0], row[1], datetime.fromisoformat(row[2]), row[3])


def last_of_requester(connection: sqlite3.Connection, actor: Actor, number: int) -> RatingRow | None:
    """The last answer of a ticket's requester, about whichever ticket that the actor may see."""
    condition = visible(connection, actor)
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM ticket AS q JOIN rating AS r ON r.person_id = q.requester_id"
        " JOIN ticket AS t ON t.id = r.ticket_id"
        f" WHERE q.id = ? AND r.score IS NOT NULL AND {condition.sql} ORDER BY r.answered_at DESC, r.id DESC LIMIT 1",
        (number, *condition.values),
    ).fetchone()
    return None if row is None else RatingRow(row[0], row[1], datetime.fromisoformat(row[2]), row[3])


def visible(connection: sqlite3.Connection, actor: Actor) -> Condition:
    """Which answers (`r`) about tickets (`t`) the actor may know of."""
    parts = [wall(connection, actor, column) for column in ("t.team_id", "r.team_id")]
    found = [part for part in parts if part is not None]
    if not found:
        return _EVERYTHING
    return Condition(" AND ".join(part.sql for part in found), tuple(value for part in found for value in part.values))


def story(connection: sqlite3.Connection, actor: Actor, person: int, prefix: str) -> PersonStory:
    """The story of a person whom the actor may know of: of tickets that he may see, in lists and figures alike."""
    hidden = wall(connection, actor) or _EVERYTHING
    mine = f"requester_id = ? AND {hidden.sql}"
    values = (person, *hidden.values)
    ((is_open, done, reopened),) = connection.execute(
        "SELECT coalesce(sum(is_open), 0),"
        f" coalesce(sum(status IN ('{Status.RESOLVED}', '{Status.CLOSED}')), 0), coalesce(sum(reopenings), 0)"
        f" FROM ticket WHERE {mine}",
        values,
    ).fetchall()
    took = connection.execute(
        "SELECT resolution_consumed, resolution_consumed <= resolution_target FROM ticket"
        f" WHERE {mine} AND resolved_at IS NOT NULL AND resolution_met_at IS NOT NULL AND NOT resolution_voided"
        " ORDER BY resolution_consumed",
        values,
    ).fetchall()
    judged = [row[1] for row in took if row[1] is not None]
    marks = ", ".join("?" * len(COMPLAINTS))
    ((complaints,),) = connection.execute(
        f"SELECT count(*) FROM ticket AS t WHERE {mine} AND status <> '{Status.SPAM}' AND EXISTS"
        f" (SELECT 1 FROM tag AS g WHERE g.ticket_id = t.id AND g.tag IN ({marks}))",
        (*values, *COMPLAINTS),
    ).fetchall()
    said = _answers(connection, actor, person, prefix)
    first, last = _contacts(connection, hidden, person)
    return PersonStory(
        open_tickets=is_open,
        done_tickets=done,
        reopened=reopened,
        resolution_median=took[(len(took) - 1) // 2][0] if took else None,
        resolution_judged=len(judged),
        resolution_in_time=sum(judged),
        complaints=complaints,
        asked=_asked(connection, actor, person),
        answers=said,
        trend=trend_of([each.score for each in said]),
        last_contact=last,
        first_contact=first,
    )


def trend_of(scores: list[int]) -> Trend | None:
    """How the first `LATEST` of some answers, the newest first, compare with the others; None without any."""
    if not scores:
        return None
    last, before = scores[:LATEST], scores[LATEST:]
    return Trend(mean(last) or 0.0, len(last), mean(before), len(before))


def last_score(connection: sqlite3.Connection, actor: Actor) -> Condition:
    """What a person (`p`) last answered, of what the actor may know of: a query of one number, or none."""
    condition = visible(connection, actor)
    sql = (
        "SELECT r.score FROM rating AS r JOIN ticket AS t ON t.id = r.ticket_id WHERE r.person_id = p.id"
        f" AND r.score IS NOT NULL AND {condition.sql} ORDER BY r.answered_at DESC, r.id DESC LIMIT 1"
    )
    return Condition(sql, condition.values)


def _answers(connection: sqlite3.Connection, actor: Actor, person: int, prefix: str) -> tuple[PersonRating, ...]:
    condition = visible(connection, actor)
    found = connection.execute(
        "SELECT r.ticket_id, r.score, r.comment, r.answered_at FROM rating AS r JOIN ticket AS t ON t.id = r.ticket_id"
        f" WHERE r.person_id = ? AND r.score IS NOT NULL AND {condition.sql} ORDER BY r.answered_at DESC, r.id DESC",
        (person, *condition.values),
    )
    return tuple(
        PersonRating(row[0], f"{prefix}-{row[0]}", row[1], row[2], datetime.fromisoformat(row[3])) for row in found
    )


def _asked(connection: sqlite3.Connection, actor: Actor, person: int) -> int:
    condition = visible(connection, actor)
    row = connection.execute(
        "SELECT count(*) FROM rating AS r JOIN ticket AS t ON t.id = r.ticket_id"
        f" WHERE r.person_id = ? AND {condition.sql}",
        (person, *condition.values),
    ).fetchone()
    return int(row[0])


def _contacts(
    connection: sqlite3.Connection, hidden: Condition, person: int
) -> tuple[datetime | None, datetime | None]:
    """When the person and the desk first and last spoke with each other."""
    row = connection.execute(
        "SELECT min(m.taken_at), max(m.taken_at) FROM ticket AS t JOIN message AS m ON m.ticket_id = t.id"
        f" WHERE t.requester_id = ? AND {hidden.sql} AND m.direction IN ('in', 'out') AND m.party = 'requester'"
        " AND m.takes_part AND m.taken_back_at IS NULL",
        (person, *hidden.values),
    ).fetchone()
    return instant(row[0]), instant(row[1])
