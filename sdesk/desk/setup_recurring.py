"""`[recurring.KEY]` of the desk file as rows: from when on a rule holds, and when it occurs next."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from sdesk.desk.deskfile import DeskFile
from sdesk.desk.deskfile.values import RecurringSpec
from sdesk.store.models import Agent, RecurringTicket, Service, Team, Unit
from sdesk.store.recurrence import next_occurrence

_WHEN = ("rule", "starts", "time_zone")


def write_recurring(session: Session, file: DeskFile, now: datetime) -> None:
    """Bring the recurring tickets to what the file says; what they refer to has been written.

    A rule that is new, other than before, or back from retirement makes nothing of before now.
    """
    rows = {row.key: row for row in session.scalars(select(RecurringTicket))}
    ids = {
        "service_id": _keys(session, Service),
        "team_id": _keys(session, Team),
        "unit_id": _keys(session, Unit),
        "assignee_id": _keys(session, Agent),
    }
    for key, spec in file.recurring.items():
        row = rows.get(key)
        held = row if row is not None and row.retired_at is None else None
        values = _values(spec, file, now, held) | {
            name: known[named] if (named := getattr(spec, name.removesuffix("_id"))) else None
            for name, known in ids.items()
        }
        if not spec.team and not spec.service:
            # The file has one: it is checked.
            values["team_id"] = ids["team_id"][next(iter(file.teams))]
        if held is None or any(values[name] != getattr(held, name) for name in _WHEN):
            zone = ZoneInfo(values["time_zone"])
            values |= {"made_until": now, "next_at": next_occurrence(values["rule"], values["starts"], zone, now)}
        if row is None:
            session.add(RecurringTicket(key=key, **values))
            continue
        for name, value in {**values, "retired_at": None}.items():
            if getattr(row, name) != value:
                setattr(row, name, value)
        session.add(row)
    for key, row in rows.items():
        if key not in file.recurring and row.retired_at is None:
            row.retired_at = now
            session.add(row)
    session.flush()


def _values(spec: RecurringSpec, file: DeskFile, now: datetime, held: RecurringTicket | None) -> dict[str, Any]:
    zone = spec.time_zone or file.time_zone
    today = f"{now.astimezone(ZoneInfo(zone)):%Y-%m-%d}T00:00"
    return {
        "subject": spec.subject.strip(),
        "text": spec.text,
        "rule": spec.rule,
        # A rule that does not say goes on from the day on which it was applied first.
        "starts": spec.starts or (held.starts if held is not None else today),
        "time_zone": zone,
        "requester": spec.requester,
        "priority": spec.priority,
        "tags": list(spec.tags),
        "catch_up": spec.catch_up,
    }


def _keys(session: Session, table: type[Agent] | type[Service] | type[Team] | type[Unit]) -> dict[str, int]:
    found = session.execute(select(col(table.key), col(table.id))).all()
    return {key: row for key, row in found if row is not None}
