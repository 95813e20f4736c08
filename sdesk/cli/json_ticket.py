"""The contract of a ticket in JSON: its fields in order, what each is, and how it is described."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from sdesk.cli.sheet import Field, Sheet, Value, plain
from sdesk.domain.approval import ApprovalState, DecidedHow
from sdesk.domain.kinds import ANYTHING, DAY, FLAG, INSTANT, MONEY, NUMBER, SHARE, TEXT, Kind, many, maybe, thing, word
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
from sdesk.store.reader.detail_rows import AttachmentRow, HistoryRow, LinkRow, MessageRow, RatingRow, TicketDetail
from sdesk.store.reader.effort import SpentRow, VisitRow
from sdesk.store.reader.rows import ClockRow, TicketRow
from sdesk.store.reader.watching import WatcherRow

if TYPE_CHECKING:
    # Lists show none of it.
    from sdesk.store.reader.answers import AnswerRow
    from sdesk.store.reader.approvals import ApprovalRow
    from sdesk.store.reader.ticket_assets import TicketAssetRow


class _Part(NamedTuple):
    name: str
    schema: Kind
    get: Callable[[Any], Value | datetime]


def money(amount: Decimal | None) -> str | None:
    """Two decimals, as text, since a binary fraction would lose some."""
    return None if amount is None else f"{amount:.2f}"


def _requester(row: TicketRow) -> Value:
    if row.requester_name is None and row.requester_email is None:
        return None
    return {"name": row.requester_name, "email": row.requester_email}


_PERSON = maybe(thing({"name": maybe(TEXT), "email": maybe(TEXT)}))

_TICKET: tuple[_Part, ...] = (
    _Part("number", NUMBER, lambda row: row.number),
    _Part("ref", TEXT, lambda row: row.ref),
    _Part("subject", TEXT, lambda row: row.subject),
    _Part("status", word(Status), lambda row: row.status.value),
    _Part("priority", word(Priority), lambda row: row.priority.value),
    _Part("impact", word(Impact), lambda row: row.impact.value),
    _Part("urgency", word(Urgency), lambda row: row.urgency.value),
    _Part("service", maybe(TEXT), lambda row: row.service),
    _Part("team", TEXT, lambda row: row.team),
    _Part("assignee", maybe(TEXT), lambda row: row.assignee),
    _Part("requester", _PERSON, _requester),
    _Part("unit", maybe(TEXT), lambda row: row.unit),
    _Part("channel", word(Channel), lambda row: row.channel.value),
    _Part("created_at", INSTANT, lambda row: row.created_at),
    _Part("updated_at", INSTANT, lambda row: row.updated_at),
    _Part("due_at", maybe(INSTANT), lambda row: row.due_at),
    _Part("due_kind", maybe(word(ClockKind)), lambda row: row.due_kind and row.due_kind.value),
    _Part("unanswered_since", maybe(INSTANT), lambda row: row.unanswered_since),
    _Part("sla_state", word(SlaState), lambda row: row.sla_state.value),
    _Part("loss_per_hour", maybe(MONEY), lambda row: money(row.loss_per_hour)),
    _Part("loss_so_far", maybe(MONEY), lambda row: money(row.loss_so_far)),
    _Part("loss_confirmed", FLAG, lambda row: row.loss_confirmed),
    _Part("currency", TEXT, lambda row: row.currency),
    _Part("tags", many(TEXT), lambda row: list(row.tags)),
    # From here on: beyond what was promised first.
    _Part("waiting_for", maybe(word(WaitingFor)), lambda row: row.waiting_for and row.waiting_for.value),
    _Part("wake_at", maybe(INSTANT), lambda row: row.wake_at),
    _Part("version", NUMBER, lambda row: row.version),
    _Part("unread", FLAG, lambda row: row.unread),
    _Part("service_name", maybe(TEXT), lambda row: row.service_name),
    _Part("team_name", TEXT, lambda row: row.team_name),
    _Part("assignee_name", maybe(TEXT), lambda row: row.assignee_name),
    _Part("unit_name", maybe(TEXT), lambda row: row.unit_name),
    _Part("is_incident", FLAG, lambda row: row.is_incident),
    _Part("incident", maybe(NUMBER), lambda row: row.incident),
    _Part("loss_counted", maybe(MONEY), lambda row: money(row.loss_counted)),
)

_ATTACHMENT: tuple[_Part, ...] = (
    _Part("id", NUMBER, lambda row: row.id),
    _Part("name", TEXT, lambda row: row.name),
    _Part("size", NUMBER, lambda row: row.size),
    _Part("type", TEXT, lambda row: row.media_type),
    _Part("sha256", TEXT, lambda row: row.sha256),
)

_MESSAGE: tuple[_Part, ...] = (
    _Part("id", NUMBER, lambda row: row.id),
    _Part("direction", word(Direction), lambda row: row.direction.value),
    _Part("author", TEXT, lambda row: row.author),
    _Part("author_address", TEXT, lambda row: row.author_address),
    _Part("sent_at", INSTANT, lambda row: row.sent_at),
    _Part("subject", TEXT, lambda row: row.subject),
    _Part("text", TEXT, lambda row: row.text),
    _Part("quoted", TEXT, lambda row: row.quoted),
    _Part("takes_part", FLAG, lambda row: row.takes_part),
    _Part("undeliverable", maybe(TEXT), lambda row: row.undeliverable),
    _Part("has_raw", FLAG, lambda row: row.has_raw),
    _Part("defects", many(TEXT), lambda row: list(row.defects)),
    _Part("party", word(Party), lambda row: row.party.value),
    _Part("delivery", maybe(TEXT), lambda row: row.delivery),
    _Part("delivery_error", maybe(TEXT), lambda row: row.delivery_error),
    _Part("taken_back_at", maybe(INSTANT), lambda row: row.taken_back_at),
)

_EVENT: tuple[_Part, ...] = (
    _Part("id", NUMBER, lambda row: row.id),
    _Part("at", INSTANT, lambda row: row.at),
    _Part("actor", TEXT, lambda row: row.actor),
    _Part("event", TEXT, lambda row: row.event),
    _Part("data", ANYTHING, lambda row: row.data),
    _Part("undone", FLAG, lambda row: row.undone),
)

_LINK: tuple[_Part, ...] = (
    _Part("kind", word(LinkKind), lambda row: row.kind.value),
    _Part("number", NUMBER, lambda row: row.number),
    _Part("ref", TEXT, lambda row: row.ref),
    _Part("subject", TEXT, lambda row: row.subject),
    _Part("status", word(Status), lambda row: row.status.value),
    _Part("incoming", FLAG, lambda row: row.incoming),
)

_CLOCK: tuple[_Part, ...] = (
    _Part("kind", word(ClockKind), lambda row: row.kind.value),
    _Part("target", NUMBER, lambda row: row.target),
    _Part("consumed", NUMBER, lambda row: row.consumed),
    _Part("started_at", maybe(INSTANT), lambda row: row.started_at),
    _Part("at_risk_at", maybe(INSTANT), lambda row: row.at_risk_at),
    _Part("due_at", maybe(INSTANT), lambda row: row.due_at),
    _Part("met_at", maybe(INSTANT), lambda row: row.met_at),
    _Part("voided", FLAG, lambda row: row.voided),
)

_OUTAGE: tuple[_Part, ...] = (
    _Part("id", NUMBER, lambda row: row.id),
    _Part("unit", TEXT, lambda row: row.unit),
    _Part("down_from", INSTANT, lambda row: row.down_from),
    _Part("down_to", maybe(INSTANT), lambda row: row.down_to),
    _Part("share", SHARE, lambda row: str(row.share)),
    _Part("confirmed", FLAG, lambda row: row.confirmed),
    _Part("loss_per_hour", maybe(MONEY), lambda row: money(row.per_hour)),
    _Part("loss_so_far", MONEY, lambda row: money(row.loss_so_far)),
)


_SPENT: tuple[_Part, ...] = (
    _Part("agent", TEXT, lambda row: row.agent),
    _Part("spent_at", INSTANT, lambda row: row.spent_at),
    _Part("seconds", NUMBER, lambda row: row.seconds),
    _Part("message", maybe(NUMBER), lambda row: row.message),
)

_WATCHER: tuple[_Part, ...] = (
    _Part("agent", TEXT, lambda row: row.agent),
    _Part("since", INSTANT, lambda row: row.since),
    _Part("by", maybe(TEXT), lambda row: row.by),
)

_ANSWER: tuple[_Part, ...] = (
    _Part("key", TEXT, lambda row: row.key),
    _Part("label", TEXT, lambda row: row.label),
    _Part("value", TEXT, lambda row: row.value),
)

_APPROVAL: tuple[_Part, ...] = (
    _Part("approver", maybe(TEXT), lambda row: row.approver),
    _Part("approver_name", TEXT, lambda row: row.approver_name),
    _Part("state", word(ApprovalState), lambda row: row.state.value),
    _Part("asked_at", INSTANT, lambda row: row.asked_at),
    _Part("decided_at", maybe(INSTANT), lambda row: row.decided_at),
    _Part("how", maybe(word(DecidedHow)), lambda row: row.how and row.how.value),
    _Part("agent", maybe(TEXT), lambda row: row.agent),
    _Part("comment", TEXT, lambda row: row.comment),
)

_ASSET: tuple[_Part, ...] = (
    _Part("inventory_number", TEXT, lambda row: row.number),
    _Part("kind", TEXT, lambda row: row.kind),
    _Part("name", TEXT, lambda row: row.name),
    _Part("model", TEXT, lambda row: row.model),
    _Part("serial", TEXT, lambda row: row.serial),
    _Part("warranty_until", maybe(DAY), lambda row: row.warranty_until),
)

_VISIT: tuple[_Part, ...] = (
    _Part("agent", maybe(TEXT), lambda row: row.agent),
    _Part("starts_at", INSTANT, lambda row: row.starts_at),
    _Part("agreed_at", INSTANT, lambda row: row.agreed_at),
)


_RATING: tuple[_Part, ...] = (
    _Part("score", NUMBER, lambda row: row.score),
    _Part("comment", TEXT, lambda row: row.comment),
    _Part("at", INSTANT, lambda row: row.at),
)


def _described(parts: tuple[_Part, ...]) -> Kind:
    return thing({part.name: part.schema for part in parts})


_MESSAGE_KIND = _described(_MESSAGE)
_MESSAGE_KIND["properties"]["attachments"] = many(_described(_ATTACHMENT))
_MESSAGE_KIND["required"].append("attachments")
EVENT = _described(_EVENT)
"""One event of a ticket's history."""
UNIT_OUTAGE = thing({"number": NUMBER, **{part.name: part.schema for part in _OUTAGE}})
"""One outage of a unit, with its ticket."""


def _requester_text(row: TicketRow) -> str:
    if row.requester_name and row.requester_email:
        return f"{row.requester_name} <{row.requester_email}>"
    return row.requester_name or row.requester_email or ""


FIELDS: tuple[Field[TicketRow], ...] = tuple(
    Field(part.name, part.get, _requester_text if part.name == "requester" else None, part.schema) for part in _TICKET
)
"""What a list gives of a ticket."""


def _of_ticket(field: Field[TicketRow]) -> Field[TicketDetail]:
    cell = field.text
    return Field(
        field.name,
        lambda found: field.get(found.ticket),
        None if cell is None else lambda found: cell(found.ticket),
        field.kind,
    )


WHOLE: Sheet[TicketDetail] = Sheet(
    fields=(
        *map(_of_ticket, FIELDS),
        Field("messages", lambda found: [message(row) for row in found.messages], kind=many(_MESSAGE_KIND)),
        Field("history", lambda found: [event(row) for row in found.history], kind=many(EVENT)),
        Field("links", lambda found: [link(row) for row in found.links], kind=many(_described(_LINK))),
        Field("clocks", lambda found: [clock(row) for row in found.ticket.clocks], kind=many(_described(_CLOCK))),
        Field("outages", lambda found: [outage(row) for row in found.outages], kind=many(_described(_OUTAGE))),
        Field("time_spent", lambda found: found.seconds_spent, kind=NUMBER),
        Field("time_entries", lambda found: [time_entry(row) for row in found.spent], kind=many(_described(_SPENT))),
        Field(
            "visit", lambda found: None if found.visit is None else visit(found.visit), kind=maybe(_described(_VISIT))
        ),
        Field("watchers", lambda found: [watcher(row) for row in found.watchers], kind=many(_described(_WATCHER))),
        Field("form", lambda found: [answer(row) for row in found.form], kind=many(_described(_ANSWER))),
        Field("approvals", lambda found: [approval(row) for row in found.approvals], kind=many(_described(_APPROVAL))),
        Field("assets", lambda found: [asset(row) for row in found.assets], kind=many(_described(_ASSET))),
        Field(
            "rating",
            lambda found: None if found.rating is None else rating(found.rating),
            kind=maybe(_described(_RATING)),
        ),
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


def answer(row: AnswerRow) -> dict[str, Value]:
    """An answer in the form of the ticket's service."""
    return _object(_ANSWER, row)


def watcher(row: WatcherRow) -> dict[str, Value]:
    """An agent who is told of a ticket that is another's."""
    return _object(_WATCHER, row)


def approval(row: ApprovalRow) -> dict[str, Value]:
    """A question to an approver, and what became of it."""
    return _object(_APPROVAL, row)


def asset(row: TicketAssetRow) -> dict[str, Value]:
    """A piece of equipment that a ticket is about."""
    return _object(_ASSET, row)


def rating(row: RatingRow) -> dict[str, Value]:
    """What was said of how it was."""
    return _object(_RATING, row)


def schema() -> Kind:
    """A ticket: what a list gives is required, the rest is in `show` and `new`."""
    listed = {part.name: part.schema for part in _TICKET}
    return thing(listed, {name: kind for name, kind in WHOLE.schema()["properties"].items() if name not in listed})


def _object(parts: tuple[_Part, ...], row: Any) -> dict[str, Value]:
    return {part.name: plain(part.get(row)) for part in parts}
