"""A ticket as it stood before an answer: kept with the mail that waits, and put back exactly where it is taken back.

Rows are kept as the database has them, so that what is put back is what was there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import load_clocks, promise_of
from sdesk.desk.steps.losses import recount
from sdesk.desk.steps.moves import require_id
from sdesk.desk.steps.standing import require_standing
from sdesk.domain.alerts import alerts
from sdesk.domain.ticket import SlaState
from sdesk.store.models import Ticket

_LEFT_ALONE = {"id", "version", "updated_at", "promised_at"}
"""A change is a change, if only back; and what the requester was told cannot be made untold."""
_OF_TICKET = ("clock_run", "outage", "time_spent", "visit")
_QUESTIONS = "approval"
"""Rows that keys refer to: they are written over, where the others are written anew."""


def snapshot(work: Work, ticket: Ticket) -> dict[str, Any]:
    """The ticket's own row, its finished runs, its outages, time spent and visits, as JSON can hold them."""
    work.session.flush()
    number = require_id(ticket)
    found: dict[str, Any] = {"ticket": _rows(work, "ticket", "id", number)[0]}
    for table in (*_OF_TICKET, _QUESTIONS):
        found[table] = _rows(work, table, "ticket_id", number)
    return found


def version_after(before: Mapping[str, Any]) -> int:
    """The version that the ticket has if nothing but the answer itself has changed it since."""
    return int(before["ticket"]["version"]) + 1


def restore(work: Work, ticket: Ticket, before: Mapping[str, Any]) -> dict[str, Any]:
    """Put it all back; gives the columns that change by it, as they are until then. The caller settles.

    Refused where it cannot stand so any more.
    """
    number = require_id(ticket)
    work.session.flush()
    told = ticket.alerts or {}
    units = {row["unit_id"] for row in _rows(work, "outage", "ticket_id", number)}
    columns = {name: value for name, value in before["ticket"].items() if name not in _LEFT_ALONE}
    (now,) = _rows(work, "ticket", "id", number)
    other = {name: now[name] for name, value in columns.items() if now[name] != value}
    given = ", ".join(f"{name} = :{name}" for name in columns)
    work.connection.execute(text(f"UPDATE ticket SET {given} WHERE id = :id"), {**columns, "id": number})
    for table in _OF_TICKET:
        work.connection.execute(text(f"DELETE FROM {table} WHERE ticket_id = :number"), {"number": number})
        for row in before.get(table, ()):  # an answer of before an upgrade knows fewer
            names = ", ".join(row)
            marks = ", ".join(f":{name}" for name in row)
            work.connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), row)
            units |= {row["unit_id"]} if "unit_id" in row else set()
    for row in before.get(_QUESTIONS, ()):
        given = ", ".join(f"{name} = :{name}" for name in row if name != "id")
        work.connection.execute(text(f"UPDATE {_QUESTIONS} SET {given} WHERE id = :id"), row)
    work.session.expire_all()
    require_standing(work, {number: other})
    keep_told(work, ticket, told)
    for unit_id in units:
        # What others of the unit took over while this outage was thought to be over.
        recount(work, unit_id)
    return other


def keep_told(work: Work, ticket: Ticket, meanwhile: Mapping[str, str]) -> None:
    """Agents know of the alerts that they knew of before the answer, and of those that they were told of since."""
    told = dict(ticket.alerts or {})
    for clock, state in meanwhile.items():
        if told.get(clock) != SlaState.BREACHED:
            told[clock] = state
    kept, ticket.alert_at = alerts(load_clocks(work, ticket), promise_of(work, ticket), told, work.now)
    ticket.alerts = kept or None
    work.session.add(ticket)
    work.session.flush()


def _rows(work: Work, table: str, column: str, number: int) -> list[dict[str, Any]]:
    found = work.connection.execute(
        text(f"SELECT * FROM {table} WHERE {column} = :number ORDER BY id"), {"number": number}
    )
    return [dict(row) for row in found.mappings()]
