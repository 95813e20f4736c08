"""What programs get of `now`: part of the contract, to which fields may be added."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from sdesk.domain.kinds import FLAG, INSTANT, MONEY, NUMBER, TEXT, Kind, many, maybe, thing, word
from sdesk.domain.ticket import ClockKind, Priority, SlaState, Status
from sdesk.reports.now import Now, Todo
from sdesk.reports.plain import plain_instant, plain_money
from sdesk.store.reader.detail_rows import IncidentRow
from sdesk.store.reader.reports.now import Need


class Line(NamedTuple):
    """One ticket under one need."""

    need: Need
    todo: Todo


FIELDS: tuple[tuple[str, Callable[[Line], Any], Kind], ...] = (
    ("need", lambda line: line.need.value, word(Need)),
    ("number", lambda line: line.todo.ticket.number, NUMBER),
    ("ref", lambda line: line.todo.ticket.ref, TEXT),
    ("subject", lambda line: line.todo.ticket.subject, TEXT),
    ("status", lambda line: line.todo.ticket.status.value, word(Status)),
    ("priority", lambda line: line.todo.ticket.priority.value, word(Priority)),
    ("service", lambda line: line.todo.ticket.service, maybe(TEXT)),
    ("unit", lambda line: line.todo.ticket.unit, maybe(TEXT)),
    ("team", lambda line: line.todo.ticket.team, TEXT),
    ("assignee", lambda line: line.todo.ticket.assignee, maybe(TEXT)),
    ("sla_state", lambda line: line.todo.ticket.sla_state.value, word(SlaState)),
    ("due_at", lambda line: plain_instant(line.todo.ticket.due_at), maybe(INSTANT)),
    ("due_kind", lambda line: line.todo.ticket.due_kind and line.todo.ticket.due_kind.value, maybe(word(ClockKind))),
    ("due_in", lambda line: line.todo.ticket.due_in, maybe(NUMBER)),
    ("unanswered_since", lambda line: plain_instant(line.todo.ticket.unanswered_since), maybe(INSTANT)),
    ("loss_per_hour", lambda line: plain_money(line.todo.ticket.loss_per_hour), maybe(MONEY)),
    ("loss_so_far", lambda line: plain_money(line.todo.ticket.loss_so_far), maybe(MONEY)),
    ("loss_confirmed", lambda line: line.todo.ticket.loss_confirmed, FLAG),
    ("currency", lambda line: line.todo.ticket.currency, TEXT),
    ("command", lambda line: f"sdesk {line.todo.command}", TEXT),
)
"""Of one ticket, in order. `due_in` is in working seconds, negative once it is past."""


KIND = thing(
    {
        "at": INSTANT,
        "filter": TEXT,
        "open": NUMBER,
        "loss_per_hour": maybe(MONEY),
        "suspected_per_hour": maybe(MONEY),
        "currency": TEXT,
        "needs": many(thing({"need": word(Need), "total": NUMBER, "here": NUMBER, "command": TEXT})),
        "tickets": many(thing({name: kind for name, _, kind in FIELDS})),
        "proposals": many(
            thing(
                {
                    "proposal": maybe(NUMBER),
                    "service": TEXT,
                    "units": NUMBER,
                    "first_at": INSTANT,
                    "tickets": many(NUMBER),
                    "command": TEXT,
                }
            )
        ),
        "mail": maybe(
            thing(
                {
                    "quarantine": NUMBER,
                    "failed": NUMBER,
                    "held": NUMBER,
                    "waiting": NUMBER,
                    "waiting_since": maybe(INSTANT),
                    "fetch_error": maybe(TEXT),
                }
            )
        ),
    }
)
"""What `document` gives."""


def lines(found: Now) -> Iterator[Line]:
    """Every ticket that is shown, the most urgent need first."""
    for group in found.groups:
        for todo in group.todos:
            yield Line(group.need, todo)


def document(found: Now) -> dict[str, Any]:
    """The whole answer."""
    mail = found.mail
    return {
        "at": plain_instant(found.at),
        "filter": found.scope,
        "open": found.open,
        "loss_per_hour": plain_money(found.loss_per_hour),
        "suspected_per_hour": plain_money(found.suspected_per_hour),
        "currency": found.currency,
        "needs": [
            {
                "need": group.need.value,
                "total": group.total,
                "here": group.here,
                "command": f"sdesk {group.list_command}",
            }
            for group in found.groups
        ],
        "tickets": [{name: get(line) for name, get, _ in FIELDS} for line in lines(found)],
        "proposals": [_proposal(each) for each in found.proposals],
        "mail": None
        if mail is None
        else {
            "quarantine": mail.quarantine,
            "failed": mail.failed,
            "held": mail.held,
            "waiting": mail.waiting,
            "waiting_since": plain_instant(mail.waiting_since),
            "fetch_error": mail.fetch_error,
        },
    }


def _proposal(each: IncidentRow) -> dict[str, Any]:
    return {
        "proposal": each.proposal,
        "service": each.service,
        "units": each.units,
        "first_at": plain_instant(each.since),
        "tickets": list(each.tickets),
        "command": each.command,
    }
