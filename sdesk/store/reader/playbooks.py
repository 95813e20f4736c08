"""Playbooks: those of the desk file, those that are running, and how far each step has come.

The rule of the wall: a step is seen by who sees the tickets of its team (of its ticket, once it has one). One that is
not seen is not there: not in the list, in no count, not among what others wait for; what waits for such a step alone is
planned, and does not say for what. Whoever does not see the parent sees nothing of the playbook at all.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sdesk.domain.actor import Actor
from sdesk.domain.errors import NotFound
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.nearest import did_you_mean
from sdesk.domain.phrase import phrase
from sdesk.domain.playbook import FINISHED, Playbook, RunState, Step, StepState, parse_playbook
from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket import OPEN_STATUSES, Status, WaitingFor
from sdesk.store.reader.convert import instant
from sdesk.store.reader.playbook_rows import PlannedStep, PlaybookDetail, PlaybookRow, Progress, RunRow, StepRow
from sdesk.store.reader.where import wall

_RUNS = (
    "SELECT r.id, r.ticket_id AS number, r.key, r.name, r.day, r.state, r.started_at, r.started_by, r.ended_at,"
    " t.subject, t.team_id, m.key AS team, u.key AS unit, u.name AS unit_name FROM playbook_run AS r"
    " JOIN ticket AS t ON t.id = r.ticket_id JOIN team AS m ON m.id = t.team_id LEFT JOIN unit AS u ON u.id = r.unit_id"
)
# A ticket that was merged is followed to the one that goes on.
_STEPS = (
    "WITH RECURSIVE goes(step, ticket) AS (SELECT id, ticket_id FROM playbook_step WHERE run_id = :run"
    " UNION SELECT g.step, l.other_id FROM goes AS g JOIN link AS l ON l.ticket_id = g.ticket"
    " AND l.kind = 'merged_into')"
    " SELECT s.key, s.position, s.subject AS planned_subject, s.team_id AS planned_team, s.opens_at, s.waits_for,"
    " s.state, s.ended_at, s.why, t.id AS number, t.subject, t.team_id, t.status, t.waiting_for, t.wake_at, t.due_at,"
    " t.resolution_target, t.resolution_consumed, t.resolution_met_at, t.resolution_voided, a.key AS assignee,"
    " (SELECT x.comment FROM approval AS x WHERE x.ticket_id = t.id AND x.state = 'refused'"
    " AND x.decided_at = t.resolved_at ORDER BY x.id DESC LIMIT 1) AS refused,"
    " m.key AS team FROM playbook_step AS s"
    " LEFT JOIN ticket AS t ON t.id = (SELECT max(g.ticket) FROM goes AS g JOIN ticket AS o ON o.id = g.ticket"
    " WHERE g.step = s.id AND o.status <> 'merged')"
    " LEFT JOIN agent AS a ON a.id = t.assignee_id JOIN team AS m ON m.id = coalesce(t.team_id, s.team_id)"
    " WHERE s.run_id = :run ORDER BY s.position"
)


class Coming(NamedTuple):
    """A step whose time comes."""

    at: datetime
    key: str
    """Of its playbook, and its own: `shop-opening.till`."""
    subject: str
    team_id: int
    unit: str | None


def playbooks(connection: sqlite3.Connection, actor: Actor) -> tuple[PlaybookRow, ...]:
    """Those of the desk file whose parent the actor would see, by key."""
    return tuple(_row(connection, actor, each) for each in _known(connection, actor))


def playbook(connection: sqlite3.Connection, actor: Actor, key: str) -> PlaybookDetail:
    """One of them, with its steps; NotFound."""
    known = {each.key: each for each in _known(connection, actor)}
    if key not in known:
        raise NotFound(
            phrase("there is no playbook `{key}`", key=key),
            did_you_mean(key, known, phrase("see `sdesk playbook list`")),
        )
    found = known[key]
    seen = _seen_steps(connection, actor, found)
    keys = {step.key for step, _ in seen}
    steps = tuple(
        PlannedStep(
            step.key,
            step.subject,
            step.text,
            team,
            step.service,
            step.written_at,
            step.counted.value,
            tuple(each for each in step.after if each in keys),
            step.unit,
            step.assignee,
        )
        for step, team in seen
    )
    return PlaybookDetail(_row(connection, actor, found), found.text, steps)


def runs(
    connection: sqlite3.Connection,
    actor: Actor,
    prefix: str,
    *,
    now: datetime,
    finished: bool,
    number: int | None = None,
) -> tuple[RunRow, ...]:
    """Those that are running, the next day first; with `finished`, those that were too; or the one of a parent."""
    conditions: list[str] = ["1"]
    values: list[Any] = []
    if number is not None:
        conditions.append("r.ticket_id = ?")
        values.append(number)
    elif not finished:
        conditions.append("r.state = 'running'")
    hidden = wall(connection, actor, "t.team_id")
    if hidden is not None:
        conditions.append(hidden.sql)
        values += hidden.values
    sql = f"{_RUNS} WHERE {' AND '.join(conditions)} ORDER BY r.day, r.id"
    return tuple(
        _run(row, tuple(_steps(connection, actor, row["id"], now)), prefix)
        for row in connection.execute(sql, values).fetchall()
    )


def progress(
    connection: sqlite3.Connection, actor: Actor, prefix: str, number: int, *, now: datetime
) -> Progress | None:
    """How far a playbook has come, by its parent or one of its steps; None where a ticket is of none, or the parent
    stands behind a wall.
    """
    row = connection.execute(
        "SELECT r.id, r.ticket_id FROM playbook_run AS r WHERE r.ticket_id = ? UNION ALL SELECT r.id, r.ticket_id"
        " FROM playbook_step AS s JOIN playbook_run AS r ON r.id = s.run_id WHERE s.ticket_id = ? LIMIT 1",
        (number, number),
    ).fetchone()
    if row is None:
        return None
    found = runs(connection, actor, prefix, now=now, finished=True, number=row[1])
    if not found:
        return None
    steps = (
        step._replace(ref=None if step.number is None else f"{prefix}-{step.number}")
        for step in _steps(connection, actor, row[0], now)
    )
    return Progress(found[0], tuple(steps))


def coming(
    connection: sqlite3.Connection, actor: Actor, teams: str, *, now: datetime, horizon: datetime
) -> tuple[Coming, ...]:
    """The steps of these teams (a list as SQL) whose time comes after now and up to the horizon."""
    hidden = wall(connection, actor, "t.team_id")
    condition, values = ("1", ()) if hidden is None else (hidden.sql, hidden.values)
    sql = (
        "SELECT s.opens_at, r.key || '.' || s.key, s.subject, s.team_id, u.name FROM playbook_step AS s"
        " JOIN playbook_run AS r ON r.id = s.run_id JOIN ticket AS t ON t.id = r.ticket_id"
        " LEFT JOIN unit AS u ON u.id = r.unit_id"
        f" WHERE s.state = 'planned' AND r.state = 'running' AND s.team_id IN {teams}"
        f" AND s.opens_at > ? AND s.opens_at <= ? AND {condition} ORDER BY s.opens_at, s.run_id, s.position"
    )
    found = connection.execute(sql, (to_rfc3339(now), to_rfc3339(horizon), *values))
    return tuple(Coming(datetime.fromisoformat(row[0]), *row[1:]) for row in found)


def _known(connection: sqlite3.Connection, actor: Actor) -> Iterator[Playbook]:
    tables = _tables(connection)
    places = _Places(connection, actor)
    for key in sorted(tables):
        found = parse_playbook(key, tables[key])
        if places.of(found.team, found.service) in places.seen:
            yield found


def _tables(connection: sqlite3.Connection) -> Mapping[str, Mapping[str, Any]]:
    row = connection.execute("SELECT json_extract(rules, '$.playbooks') FROM desk").fetchone()
    return {} if row is None or row[0] is None else json.loads(row[0])


class _Places:
    """Whose a ticket would be, and which teams' tickets the actor sees."""

    def __init__(self, connection: sqlite3.Connection, actor: Actor) -> None:
        hidden = wall(connection, actor, "id")
        condition, values = ("1", ()) if hidden is None else (hidden.sql, hidden.values)
        self.seen = {row[0] for row in connection.execute(f"SELECT key FROM team WHERE {condition}", values)}
        self.services: dict[str, str] = dict(
            connection.execute("SELECT s.key, t.key FROM service AS s JOIN team AS t ON t.id = s.team_id").fetchall()
        )
        first = connection.execute("SELECT key FROM team WHERE retired_at IS NULL ORDER BY id LIMIT 1").fetchone()
        self.first = "" if first is None else str(first[0])

    def of(self, team: str | None, service: str | None, otherwise: str | None = None) -> str:
        """The team's own key, else the service's team, else that."""
        return team or self.services.get(service or "") or otherwise or self.first


def _seen_steps(connection: sqlite3.Connection, actor: Actor, found: Playbook) -> list[tuple[Step, str]]:
    """The steps that the actor may know of, each with its team."""
    places = _Places(connection, actor)
    parent = places.of(found.team, found.service)
    teams = [(step, places.of(step.team, step.service, parent)) for step in found.steps]
    return [(step, team) for step, team in teams if team in places.seen]


def _row(connection: sqlite3.Connection, actor: Actor, found: Playbook) -> PlaybookRow:
    language = str(connection.execute("SELECT language FROM desk").fetchone()[0])
    hidden = wall(connection, actor, "t.team_id")
    condition, values = ("1", ()) if hidden is None else (hidden.sql, hidden.values)
    running = connection.execute(
        "SELECT count(*) FROM playbook_run AS r JOIN ticket AS t ON t.id = r.ticket_id"
        f" WHERE r.key = ? AND r.state = 'running' AND {condition}",
        (found.key, *values),
    ).fetchone()[0]
    return PlaybookRow(
        found.key,
        found.name(language),
        found.subject,
        _Places(connection, actor).of(found.team, found.service),
        found.service,
        found.closes,
        len(_seen_steps(connection, actor, found)),
        running,
    )


def _steps(connection: sqlite3.Connection, actor: Actor, run: int, now: datetime) -> Iterator[StepRow]:
    """The steps that the actor sees, numbered as if there were no others."""
    hidden = wall(connection, actor, "id")
    seen = None
    if hidden is not None:
        seen = {row[0] for row in connection.execute(f"SELECT id FROM team WHERE {hidden.sql}", hidden.values)}
    rows = [
        row
        for row in connection.execute(_STEPS, {"run": run}).fetchall()
        if seen is None or (row["team_id"] or row["planned_team"]) in seen
    ]
    left = {row["key"] for row in rows if StepState(row["state"]) not in FINISHED}
    for position, row in enumerate(rows, 1):
        yield _step(row, position, left, rows, now)


def _step(row: sqlite3.Row, position: int, left: set[str], rows: list[sqlite3.Row], now: datetime) -> StepRow:
    state = StepState(row["state"])
    status = None if row["status"] is None else Status(row["status"])
    is_open = status in OPEN_STATUSES
    due_at = instant(row["due_at"]) if is_open else None
    planned = state is StepState.PLANNED
    return StepRow(
        position,
        row["key"],
        row["subject"] or row["planned_subject"],
        row["team"],
        state,
        row["number"],
        None,
        status,
        row["assignee"],
        WaitingFor(row["waiting_for"]) if row["waiting_for"] and is_open else None,
        instant(row["wake_at"]) if is_open else None,
        instant(row["opens_at"]),
        due_at,
        instant(row["ended_at"]),
        _is_late(row, due_at, now),
        tuple(each for each in json.loads(row["waits_for"]) if each in left) if planned else (),
        tuple(
            each["key"]
            for each in rows
            if row["key"] in left and each["state"] == StepState.PLANNED and row["key"] in json.loads(each["waits_for"])
        ),
        row["why"] or _refused(row, state),
    )


def _refused(row: sqlite3.Row, state: StepState) -> str | None:
    """That an approver said no to it, and what besides; None where that is not what ended it."""
    if row["refused"] is None or state is not StepState.SKIPPED:
        return None
    words = one_line(row["refused"]).strip()
    return phrase("not approved: {why}", why=words) if words else phrase("not approved")


def _is_late(row: sqlite3.Row, due_at: datetime | None, now: datetime) -> bool:
    if due_at is not None:
        return due_at < now
    target, met = row["resolution_target"], row["resolution_met_at"]
    return bool(target is not None and met and not row["resolution_voided"] and row["resolution_consumed"] > target)


def _run(row: sqlite3.Row, steps: tuple[StepRow, ...], prefix: str) -> RunRow:
    started_at = instant(row["started_at"])
    if started_at is None:
        raise TypeError("a playbook that was never started")
    times = [step.opens_at for step in steps if step.state is StepState.PLANNED and step.opens_at is not None]
    return RunRow(
        row["number"],
        f"{prefix}-{row['number']}",
        row["subject"],
        row["key"],
        row["name"],
        row["unit"],
        row["unit_name"],
        row["team"],
        row["day"],
        RunState(row["state"]),
        started_at,
        row["started_by"],
        instant(row["ended_at"]),
        len(steps),
        sum(step.state in FINISHED for step in steps),
        sum(step.state is StepState.OPEN for step in steps),
        sum(step.late and step.state is StepState.OPEN for step in steps),
        min(times, default=None),
    )
