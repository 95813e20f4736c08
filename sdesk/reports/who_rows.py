"""What programs get of `who`: part of the contract, to which fields may be added. Times are in seconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sdesk.domain.kinds import INSTANT, NUMBER, TEXT, Kind, many, maybe, thing, word
from sdesk.reports.forecast import Break, Reason
from sdesk.reports.plain import plain_instant
from sdesk.reports.who import AgentLoad, Away, Coming, TeamLoad, Who

FIELDS: tuple[tuple[str, Callable[[AgentLoad], Any], Kind], ...] = (
    ("agent", lambda row: row.agent.login, TEXT),
    ("name", lambda row: row.agent.name, TEXT),
    ("teams", lambda row: list(row.teams), many(TEXT)),
    ("on_call", lambda row: list(row.on_call), many(TEXT)),
    ("away_until", lambda row: plain_instant(row.away.ends_at) if row.away else None, maybe(INSTANT)),
    ("stand_in", lambda row: row.away.stand_in.login if row.away and row.away.stand_in else None, maybe(TEXT)),
    ("open", lambda row: row.load.open, NUMBER),
    ("waiting", lambda row: row.load.waiting, NUMBER),
    ("late", lambda row: row.load.late, NUMBER),
    ("at_risk", lambda row: row.load.at_risk, NUMBER),
    ("next_due_at", lambda row: row.load.next_due_at, maybe(INSTANT)),
    ("work", lambda row: row.work, NUMBER),
    ("work_unknown", lambda row: row.unknown, NUMBER),
    ("working_time", lambda row: row.working, NUMBER),
    ("room", lambda row: row.room, NUMBER),
    ("spent_this_week", lambda row: row.spent, NUMBER),
)
"""Of one agent, in order."""


KIND = thing(
    {
        "at": INSTANT,
        "days": NUMBER,
        "week": INSTANT,
        "teams": many(
            thing(
                {
                    "team": TEXT,
                    "name": TEXT,
                    "on_call": maybe(TEXT),
                    "open": NUMBER,
                    "waiting": NUMBER,
                    "unassigned": NUMBER,
                    "late": NUMBER,
                    "at_risk": NUMBER,
                    "next_due_at": maybe(INSTANT),
                    "resolved_lately": maybe(NUMBER),
                    "pace": maybe(NUMBER),
                }
            )
        ),
        "agents": many(thing({name: kind for name, _, kind in FIELDS})),
        "away": many(thing({"agent": TEXT, "from": INSTANT, "until": INSTANT, "stand_in": maybe(TEXT)})),
        "visits": many(
            thing(
                {
                    "number": NUMBER,
                    "subject": TEXT,
                    "unit": maybe(TEXT),
                    "agent": maybe(TEXT),
                    "starts_at": INSTANT,
                }
            )
        ),
        "forecast": thing(
            {
                "promised": NUMBER,
                "known": NUMBER,
                "resolved_samples": NUMBER,
                "handled_samples": NUMBER,
                "breaks": many(
                    thing(
                        {
                            "number": NUMBER,
                            "subject": TEXT,
                            "team": TEXT,
                            "assignee": maybe(TEXT),
                            "due_at": INSTANT,
                            "left": NUMBER,
                            "needed": NUMBER,
                            "reason": word(Reason),
                            "before": NUMBER,
                            "samples": NUMBER,
                        }
                    )
                ),
            }
        ),
    }
)
"""What `document` gives."""


def document(found: Who) -> dict[str, Any]:
    """The whole answer."""
    return {
        "at": plain_instant(found.at),
        "days": found.days,
        "week": plain_instant(found.week),
        "teams": [_team(each) for each in found.teams],
        "agents": [{name: get(each) for name, get, _ in FIELDS} for each in found.agents],
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
