"""What programs get of `who`: part of the contract, to which fields may be added. Times are in seconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sdesk.reports.forecast import Break
from sdesk.reports.plain import plain_instant
from sdesk.reports.who import AgentLoad, Away, Coming, TeamLoad, Who

FIELDS: tuple[tuple[str, Callable[[AgentLoad], Any]], ...] = (
    ("agent", lambda row: row.agent.login),
    ("name", lambda row: row.agent.name),
    ("teams", lambda row: list(row.teams)),
    ("on_call", lambda row: list(row.on_call)),
    ("away_until", lambda row: plain_instant(row.away.ends_at) if row.away else None),
    ("stand_in", lambda row: row.away.stand_in.login if row.away and row.away.stand_in else None),
    ("open", lambda row: row.load.open),
    ("waiting", lambda row: row.load.waiting),
    ("late", lambda row: row.load.late),
    ("at_risk", lambda row: row.load.at_risk),
    ("next_due_at", lambda row: row.load.next_due_at),
    ("work", lambda row: row.work),
    ("work_unknown", lambda row: row.unknown),
    ("working_time", lambda row: row.working),
    ("room", lambda row: row.room),
    ("spent_this_week", lambda row: row.spent),
)
"""Of one agent, in order."""


def document(found: Who) -> dict[str, Any]:
    """The whole answer."""
    return {
        "at": plain_instant(found.at),
        "days": found.days,
        "week": plain_instant(found.week),
        "teams": [_team(each) for each in found.teams],
        "agents": [{name: get(each) for name, get in FIELDS} for each in found.agents],
        "away": [_away(each) for each in found.away],
        "visits": [_visit(each) for each in found.visits],
        "forecast": {
            "promised": found.promised,
            "known": found.known,
            "resolved_samples": found.resolved,
            "handled_samples": found.handled,
            "breaks": [_break(each) for each in found.breaks],
        },
    }


def _team(each: TeamLoad) -> dict[str, Any]:
    return {
        "team": each.key,
        "name": each.name,
        "on_call": each.on_call.login if each.on_call else None,
        "open": each.load.open,
        "waiting": each.load.waiting,
        "unassigned": each.load.unassigned,
        "late": each.load.late,
        "at_risk": each.load.at_risk,
        "next_due_at": each.load.next_due_at,
        "resolved_lately": each.pace.resolved if each.pace else None,
        "pace": each.pace.seconds if each.pace else None,
    }


def _away(each: Away) -> dict[str, Any]:
    return {
        "agent": each.agent.login,
        "from": plain_instant(each.starts_at),
        "until": plain_instant(each.ends_at),
        "stand_in": each.stand_in.login if each.stand_in else None,
    }


def _visit(each: Coming) -> dict[str, Any]:
    return {
        "number": each.number,
        "subject": each.subject,
        "unit": each.unit,
        "agent": each.agent.login if each.agent else None,
        "starts_at": plain_instant(each.starts_at),
    }


def _break(each: Break) -> dict[str, Any]:
    return {
        "number": each.number,
        "subject": each.subject,
        "team": each.team,
        "assignee": each.assignee.login if each.assignee else None,
        "due_at": plain_instant(each.due_at),
        "left": each.left,
        "needed": each.needed,
        "reason": each.reason.value,
        "before": each.before,
        "samples": each.samples,
    }
