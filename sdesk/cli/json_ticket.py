"""The contract of a ticket in JSON: its fields in order, what each is, and the JSON Schema that says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sdesk.cli.sheet import Field, Sheet, Value, plain
from sdesk.domain.outgoing import Party
from sdesk.domain.ticket import (
    Channel,
    ClockKind,
    Direction,
    Impact,
    LinkKind,
    Priority,
    SlaState,
    Status,
    Urgency,
    WaitingFor,
)
from sdesk.store.reader.desk_rows import OutageRow
from sdesk.store.reader.effort import SpentRow, VisitRow
from sdesk.store.reader.rows import (
    AttachmentRow,
    ClockRow,
    HistoryRow,
    LinkRow,
    MessageRow,
    TicketDetail,
    TicketRow,
)

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "integer"}
_FLAG: Schema = {"type": "boolean"}
_INSTANT: Schema = {"type": "string", "format": "date-time"}
_MONEY: Schema = {"type": "string", "pattern": r"^-?\d+\.\d\d$"}


class _Part(NamedTuple):
    name: str
    schema: Schema
    get: Callable[[Any], Value | datetime]


def _maybe(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def _word(words: Any) -> Schema:
    return {"type": "string", "enum": [word.value for word in words]}


def _maybe_word(words: Any) -> Schema:
    return {"type": ["string", "null"], "enum": [*(word.value for word in words), None]}


def money(amount: Decimal | None) -> str | None:
    """Two decimals, as text, since a binary fraction would lose some."""
    return None if amount is None else f"{amount:.2f}"


def _requester(row: TicketRow) -> Value:
    if row.requester_name is None and row.requester_email is None:
        return None
    return {"name": row.requester_name, "email": row.requester_email}


_PERSON: Schema = {
    "type": ["object", "null"],
    "properties": {"name": _maybe(_TEXT), "email": _maybe(_TEXT)},
    "required": ["name", "email"],
}

_TICKET: tuple[_Part, ...] = (
    _Part("number", _NUMBER, lambda row: row.number),
    _Part("ref", _TEXT, lambda row: row.ref),
    _Part("subject", _TEXT, lambda row: row.subject),
    _Part("status", _word(Status), lambda row: row.status.value),
    _Part("priority", _word(Priority), lambda row: row.priority.value),
    _Part("impact", _word(Impact), lambda row: row.impact.value),
    _Part("urgency", _word(Urgency), lambda row: row.urgency.value),
    _Part("service", _maybe(_TEXT), lambda row: row.service),
    _Part("team", _TEXT, lambda row: row.team),
    _Part("assignee", _maybe(_TEXT), lambda row: row.assignee),
    _Part("requester", _PERSON, _requester),
    _Part("unit", _maybe(_TEXT), lambda row: row.unit),
    _Part("channel", _word(Channel), lambda row: row.channel.value),
    _Part("created_at", _INSTANT, lambda row: row.created_at),
    _Part("updated_at", _INSTANT, lambda row: row.updated_at),
    _Part("due_at", _maybe(_INSTANT), lambda row: row.due_at),
    _Part("due_kind", _maybe_word(ClockKind), lambda row: row.due_kind and row.due_kind.value),
    _Part("unanswered_since", _maybe(_INSTANT), lambda row: row.unanswered_since),
    _Part("sla_state", _word(SlaState), lambda row: row.sla_state.value),
    _Part("loss_per_hour", _maybe(_MONEY), lambda row: money(row.loss_per_hour)),
    _Part("loss_so_far", _maybe(_MONEY), lambda row: money(row.loss_so_far)),
    _Part("loss_confirmed", _FLAG, lambda row: row.loss_confirmed),
    _Part("currency", _TEXT, lambda row: row.currency),
    _Part("tags", {"type": "array", "items": _TEXT}, lambda row: list(row.tags)),
    # From here on: beyond what was promised first.
    _Part("waiting_for", _maybe_word(WaitingFor), lambda row: row.waiting_for and row.waiting_for.value),
    _Part("wake_at", _maybe(_INSTANT), lambda row: row.wake_at),
    _Part("version", _NUMBER, lambda row: row.version),
    _Part("unread", _FLAG, lambda row: row.unread),
    _Part("service_name", _maybe(_TEXT), lambda row: row.service_name),
    _Part("team_name", _TEXT, lambda row: row.team_name),
    _Part("assignee_name", _maybe(_TEXT), lambda row: row.assignee_name),
    _Part("unit_name", _maybe(_TEXT), lambda row: row.unit_name),
    _Part("is_incident", _FLAG, lambda row: row.is_incident),
    _Part("incident", _maybe(_NUMBER), lambda row: row.incident),
    _Part("loss_counted", _maybe(_MONEY), lambda row: money(row.loss_counted)),
)

_ATTACHMENT: tuple[_Part, ...] = (
    _Part("id", _NUMBER, lambda row: row.id),
    _Part("name", _TEXT, lambda row: row.name),
    _Part("size", _NUMBER, lambda row: row.size),
    _Part("type", _TEXT, lambda row: row.media_type),
    _Part("sha256", _TEXT, lambda row: row.sha256),
)

_MESSAGE: tuple[_Part, ...] = (
    _Part("id", _NUMBER, lambda row: row.id),
    _Part("direction", _word(Direction), lambda row: row.direction.value),
    _Part("author", _TEXT, lambda row: row.author),
    _Part("author_address", _TEXT, lambda row: row.author_address),
    _Part("sent_at", _INSTANT, lambda row: row.sent_at),
    _Part("subject", _TEXT, lambda row: row.subject),
    _Part("text", _TEXT, lambda row: row.text),
    _Part("quoted", _TEXT, lambda row: row.quoted),
    _Part("takes_part", _FLAG, lambda row: row.takes_part),
    _Part("undeliverable", _maybe(_TEXT), lambda row: row.undeliverable),
    _Part("has_raw", _FLAG, lambda row: row.has_raw),
    _Part("defects", {"type": "array", "items": _TEXT}, lambda row: list(row.defects)),
    _Part("party", _word(Party), lambda row: row.party.value),
    _Part("delivery", _maybe(_TEXT), lambda row: row.delivery),
    _Part("delivery_error", _maybe(_TEXT), lambda row: row.delivery_error),
    _Part("taken_back_at", _maybe(_INSTANT), lambda row: row.taken_back_at),
)

_EVENT: tuple[_Part, ...] = (
    _Part("id", _NUMBER, lambda row: row.id),
    _Part("at", _INSTANT, lambda row: row.at),
    _Part("actor", _TEXT, lambda row: row.actor),
    _Part("event", _TEXT, lambda row: row.event),
    _Part("data", {"type": "object"}, lambda row: row.data),
    _Part("undone", _FLAG, lambda row: row.undone),
)

_LINK: tuple[_Part, ...] = (
    _Part("kind", _word(LinkKind), lambda row: row.kind.value),
    _Part("number", _NUMBER, lambda row: row.number),
    _Part("ref", _TEXT, lambda row: row.ref),
    _Part("subject", _TEXT, lambda row: row.subject),
    _Part("status", _word(Status), lambda row: row.status.value),
    _Part("incoming", _FLAG, lambda row: row.incoming),
)

_CLOCK: tuple[_Part, ...] = (
    _Part("kind", _word(ClockKind), lambda row: row.kind.value),
    _Part("target", _NUMBER, lambda row: row.target),
    _Part("consumed", _NUMBER, lambda row: row.consumed),
    _Part("started_at", _maybe(_INSTANT), lambda row: row.started_at),
    _Part("at_risk_at", _maybe(_INSTANT), lambda row: row.at_risk_at),
    _Part("due_at", _maybe(_INSTANT), lambda row: row.due_at),
    _Part("met_at", _maybe(_INSTANT), lambda row: row.met_at),
    _Part("voided", _FLAG, lambda row: row.voided),
)

_OUTAGE: tuple[_Part, ...] = (
    _Part("id", _NUMBER, lambda row: row.id),
    _Part("unit", _TEXT, lambda row: row.unit),
    _Part("down_from", _INSTANT, lambda row: row.down_from),
    _Part("down_to", _maybe(_INSTANT), lambda row: row.down_to),
    _Part("share", _TEXT, lambda row: str(row.share)),
    _Part("confirmed", _FLAG, lambda row: row.confirmed),
    _Part("loss_per_hour", _maybe(_MONEY), lambda row: money(row.per_hour)),
    _Part("loss_so_far", _MONEY, lambda row: money(row.loss_so_far)),
)


_SPENT: tuple[_Part, ...] = (
    _Part("agent", _TEXT, lambda row: row.agent),
    _Part("spent_at", _INSTANT, lambda row: row.spent_at),
    _Part("seconds", _NUMBER, lambda row: row.seconds),
    _Part("message", _maybe(_NUMBER), lambda row: row.message),
)

_VISIT: tuple[_Part, ...] = (
    _Part("agent", _maybe(_TEXT), lambda row: row.agent),
    _Part("starts_at", _INSTANT, lambda row: row.starts_at),
    _Part("agreed_at", _INSTANT, lambda row: row.agreed_at),
)


def _requester_text(row: TicketRow) -> str:
    if row.requester_name and row.requester_email:
        return f"{row.requester_name} <{row.requester_email}>"
    return row.requester_name or row.requester_email or ""


FIELDS: tuple[Field[TicketRow], ...] = tuple(
    Field(part.name, part.get, _requester_text if part.name == "requester" else None) for part in _TICKET
)
"""What a list gives of a ticket."""


def _of_ticket(field: Field[TicketRow]) -> Field[TicketDetail]:
    cell = field.text
    return Field(
        field.name,
        lambda found: field.get(found.ticket),
        None if cell is None else lambda found: cell(found.ticket),
    )


WHOLE: Sheet[TicketDetail] = Sheet(
    fields=(
        *map(_of_ticket, FIELDS),
        Field("messages", lambda found: [message(row) for row in found.messages]),
        Field("history", lambda found: [event(row) for row in found.history]),
        Field("links", lambda found: [link(row) for row in found.links]),
        Field("clocks", lambda found: [clock(row) for row in found.ticket.clocks]),
        Field("outages", lambda found: [outage(row) for row in found.outages]),
        Field("time_spent", lambda found: found.seconds_spent),
        Field("time_entries", lambda found: [time_entry(row) for row in found.spent]),
        Field("visit", lambda found: None if found.visit is None else visit(found.visit)),
    ),
    columns=(),
    number=lambda found: found.ticket.number,
)
"""A ticket whole, as `show` and `new` give it."""


def message(row: MessageRow) -> dict[str, Value]:
    """One message of a conversation."""
    return {**_object(_MESSAGE, row), "attachments": [attachment(file) for file in row.attachments]}


def attachment(row: AttachmentRow) -> dict[str, Value]:
    """One file of a message."""
    return _object(_ATTACHMENT, row)


def event(row: HistoryRow) -> dict[str, Value]:
    """One event of a ticket's history."""
    return _object(_EVENT, row)


def link(row: LinkRow) -> dict[str, Value]:
    """One ticket that belongs to this one."""
    return _object(_LINK, row)


def clock(row: ClockRow) -> dict[str, Value]:
    """One promise: seconds are of working time."""
    return _object(_CLOCK, row)


def outage(row: OutageRow) -> dict[str, Value]:
    """One outage of a ticket."""
    return _object(_OUTAGE, row)


def time_entry(row: SpentRow) -> dict[str, Value]:
    """Time that an agent wrote down, in seconds."""
    return _object(_SPENT, row)


def visit(row: VisitRow) -> dict[str, Value]:
    """An agreed visit."""
    return _object(_VISIT, row)


def schema() -> Schema:
    """The JSON Schema (draft 2020-12) of a ticket: what a list gives is required, the rest is in `show` and `new`."""
    described = _described(_TICKET)
    message_schema = _described(_MESSAGE)
    message_schema["properties"]["attachments"] = {"type": "array", "items": _described(_ATTACHMENT)}
    message_schema["required"].append("attachments")
    described["properties"] |= {
        "messages": {"type": "array", "items": message_schema},
        "history": {"type": "array", "items": _described(_EVENT)},
        "links": {"type": "array", "items": _described(_LINK)},
        "clocks": {"type": "array", "items": _described(_CLOCK)},
        "outages": {"type": "array", "items": _described(_OUTAGE)},
        "time_spent": _NUMBER,
        "time_entries": {"type": "array", "items": _described(_SPENT)},
        "visit": _maybe(_described(_VISIT)),
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "sdesk ticket", **described}


def _object(parts: tuple[_Part, ...], row: Any) -> dict[str, Value]:
    return {part.name: plain(part.get(row)) for part in parts}


def _described(parts: tuple[_Part, ...]) -> Schema:
    return {
        "type": "object",
        "properties": {part.name: part.schema for part in parts},
        "required": [part.name for part in parts],
    }
