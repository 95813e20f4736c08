"""A ticket as another system writes it: one line of an import, its fields read and checked before a store is asked.

What is not said, is empty or null is left as it is. Keys of the desk (team, service, agent, unit) are checked by who
knows the desk.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, tzinfo
from functools import partial
from hashlib import blake2b
from typing import Any, NamedTuple

from sdesk.domain import line_values as values
from sdesk.domain.approval import ApprovalState, DecidedHow
from sdesk.domain.catalogue import FormValue
from sdesk.domain.errors import BadInput, SdeskError, about
from sdesk.domain.inbound import Mailbox
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.line_form import answers
from sdesk.domain.nearest import did_you_mean
from sdesk.domain.safe_text import one_line
from sdesk.domain.satisfaction import LONGEST_COMMENT, SCORES
from sdesk.domain.ticket import OPEN_STATUSES, Channel, Direction, Impact, Priority, Status, Urgency, WaitingFor

MOST_TAGS = 100
MOST_WATCHERS = 100
MOST_APPROVALS = 100
MOST_ASSETS = 100
MOST_MESSAGES = 10_000
"""Of one ticket: what has more is no ticket."""

_ORIGIN = re.compile(r"([0-9a-f]{16})\.([0-9]{1,9})\.([0-9a-f]{12})", re.ASCII)


@dataclass(frozen=True, slots=True)
class LineFile:
    """A file of a message, read only when the message is new here."""

    name: str
    media_type: str
    size: int
    read: Callable[[], bytes | None] = field(compare=False)
    """Its content; None where it is gone."""
    content_id: str = ""
    inline: bool = False


@dataclass(frozen=True, slots=True)
class LineMessage:
    """A message that came after the text. What stands below `text` only another desk's database knows."""

    direction: Direction
    author: Mailbox
    sent_at: datetime
    text: str
    agent: str | None = None
    """The login of who wrote it, where the address does not tell."""
    quoted: str = ""
    subject: str = ""
    message_id: str = ""
    """With its angle brackets: by it an answer finds its ticket."""
    in_reply_to: str = ""
    to: tuple[Mailbox, ...] = ()
    cc: tuple[Mailbox, ...] = ()
    files: tuple[LineFile, ...] = ()
    raw: Callable[[], bytes | None] | None = field(default=None, compare=False)
    """The mail as it came, where it was kept."""
    defects: tuple[str, ...] = ()
    """What of it does not come, in sentences."""

    @property
    def weight(self) -> int:
        """Characters and bytes that taking it moves, about."""
        return len(self.text) + len(self.quoted) + sum(file.size for file in self.files)


class LineRating(NamedTuple):
    """What the requester said of how it was."""

    score: int
    """From 1, very bad, to 5."""
    at: datetime
    comment: str = ""


@dataclass(frozen=True, slots=True)
class LineApproval:
    """Who was asked whether it may be done, and what was said."""

    approver: Mailbox
    """Without an address where nobody was known."""
    state: ApprovalState
    asked_at: datetime
    decided_at: datetime | None = None
    how: DecidedHow | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Which ticket an export has made a line of, by whose number alone it goes: its own desk knows it again."""

    ticket: str
    """What no other ticket of any desk has (`mark_of`)."""
    version: int
    """Of the ticket when it was exported."""
    digest: str
    """Of the line as it was exported."""

    def __str__(self) -> str:
        return f"{self.ticket}.{self.version}.{self.digest}"


def mark_of(token: str) -> str:
    """What says that a ticket is this one, and of its token, which is secret, nothing."""
    return blake2b(token.encode(), digest_size=8, person=b"sdesk origin").hexdigest()


@dataclass(frozen=True, slots=True)
class TicketLine:
    """What one line says; None where it says nothing."""

    external_id: str | None = None
    subject: str | None = None
    text: str | None = None
    requester: Mailbox | None = None
    service: str | None = None
    team: str | None = None
    assignee: str | None = None
    unit: str | None = None
    impact: Impact | None = None
    urgency: Urgency | None = None
    priority: Priority | None = None
    tags: tuple[str, ...] | None = None
    watchers: tuple[str, ...] | None = None
    """Logins."""
    assets: tuple[str, ...] | None = None
    """Inventory numbers of the equipment that it is about."""
    created_at: datetime | None = None
    channel: Channel | None = None
    status: Status | None = None
    waiting_for: WaitingFor | None = None
    wake_at: datetime | None = None
    """Until when it waits."""
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    form: tuple[FormValue, ...] | None = None
    """What was answered in the form of its service, elsewhere: no form is asked here whether it fits."""
    approvals: tuple[LineApproval, ...] | None = None
    messages: tuple[LineMessage, ...] | None = None
    rating: LineRating | None = None
    origin: Origin | None = None

    @property
    def done(self) -> bool:
        """Whether it is over: resolved or closed."""
        return self.status in {Status.RESOLVED, Status.CLOSED}

    def digests(self) -> dict[str, str]:
        """A short digest of each field that is said: what another import compares with, field by field."""
        return {
            each.name: _digest(value)
            for each in fields(self)
            if each.name not in _NAMES and (value := getattr(self, each.name)) is not None
        }

    @property
    def digest(self) -> str:
        """Of all that it says, in one."""
        return _digest(tuple(sorted(self.digests().items())))


_NAMES = frozenset({"external_id", "origin"})
"""Fields that say which ticket it is, and nothing of it."""
FIELDS: tuple[str, ...] = tuple(each.name for each in fields(TicketLine))
"""What a line may say."""
OURS = frozenset({"approvals", "messages", "origin", "form", "rating"})
"""Fields that only an export of sdesk writes: no column of another system is one of them."""


def read_line(raw: Mapping[str, object], *, now: datetime, zone: tzinfo) -> TicketLine:
    """The fields of a line. Texts are made safe; instants without an offset are in `zone`.

    BadInput names the field, what is wrong with it and the nearest right word.
    """
    said: dict[str, Any] = {}
    for name, value in raw.items():
        if name not in FIELDS:
            raise unknown_field(name)
        if value is None or value == "" or value == [] or (isinstance(value, str) and not value.strip()):
            continue
        with about(name):
            said[name] = _read(name, value, now, zone)
    line = TicketLine(**said)
    return _checked(line)


def unknown_field(name: str) -> BadInput:
    """What to say of a name that no field has."""
    shown = one_line(name)[:80]
    return BadInput(
        f"there is no field `{shown}`", did_you_mean(shown, FIELDS, f"fields: {', '.join(FIELDS)}; or say --map")
    )


def mailbox_text(box: Mailbox) -> str:
    """A mailbox as a line has it; `read_line` reads the same."""
    name = box.name.replace("<", "").replace(">", "").strip().strip('"')
    return f"{name} <{box.address}>" if name else box.address


def _checked(line: TicketLine) -> TicketLine:
    """What must fit together. A date of the end says that it is over, and the end that it was resolved."""
    status, resolved_at, closed_at = line.status, line.resolved_at, line.closed_at
    if status is None and closed_at is not None:
        status = Status.CLOSED
    elif status is None and resolved_at is not None:
        status = Status.RESOLVED
    if status is Status.MERGED:
        # Into which other ticket, no line can say; what was merged is over.
        status = Status.CLOSED
    if status in OPEN_STATUSES and (resolved_at is not None or closed_at is not None):
        raise BadInput(f"a ticket that is {status} was not resolved", "leave resolved_at and closed_at out")
    if status is Status.RESOLVED and closed_at is not None:
        raise BadInput("a resolved ticket was not closed yet", "say status closed, or leave closed_at out")
    if closed_at is not None and resolved_at is None:
        resolved_at = closed_at
    for name in ("waiting_for", "wake_at"):
        if getattr(line, name) is None:
            continue
        status = status or Status.WAITING
        if status is not Status.WAITING:
            raise BadInput(f"a ticket that is {status} waits for nothing", f"leave {name} out")
    for name, earlier, later in (
        ("resolved_at", line.created_at, resolved_at),
        ("closed_at", resolved_at, closed_at),
    ):
        if earlier is not None and later is not None and later < earlier:
            raise BadInput(f"{name} is before what comes first", "look at created_at, resolved_at and closed_at")
    said = {each.name: getattr(line, each.name) for each in fields(line)}
    return TicketLine(**{**said, "status": status, "resolved_at": resolved_at, "closed_at": closed_at})


def _read(name: str, value: object, now: datetime, zone: tzinfo) -> object:
    reader = _READERS.get(name)
    if reader is not None:
        return reader(value)
    if name in {"created_at", "resolved_at", "closed_at"}:
        return values.past_instant(name, value, now, zone)
    if name == "wake_at":
        return values.instant(name, value, now, zone)
    if name == "messages":
        return _messages(value, now, zone)
    if name == "approvals":
        return _approvals(value, now, zone)
    if name == "rating":
        return _rating(value, now, zone)
    return values.key(name, value)


def _origin(value: object) -> Origin:
    found = _ORIGIN.fullmatch(values.text_of("origin", value).strip())
    if found is None:
        raise BadInput("origin is none that an export writes", "leave it as it was, or leave it out")
    return Origin(found[1], int(found[2]), found[3])


def _messages(value: object, now: datetime, zone: tzinfo) -> tuple[LineMessage, ...]:
    if not isinstance(value, list):
        raise BadInput("messages are no list", "write them as `sdesk ticket export --with messages` does")
    if len(value) > MOST_MESSAGES:
        raise BadInput(f"{len(value)} messages are too many", f"at most {MOST_MESSAGES}")
    return tuple(_message(each, now, zone) for each in value)


def _rating(value: object, now: datetime, zone: tzinfo) -> LineRating:
    if not isinstance(value, dict) or not {"score", "at"} <= value.keys():
        raise BadInput("a rating wants score and at", "write it as `sdesk ticket export` does")
    score = value["score"]
    if isinstance(score, bool) or score not in SCORES:
        raise BadInput("a rating's score is a number from 1 to 5", "write it as `sdesk ticket export` does")
    said = values.long_text(value.get("comment") or "")
    return LineRating(int(score), values.past_instant("at", value["at"], now, zone), said[:LONGEST_COMMENT])


def _message(value: object, now: datetime, zone: tzinfo) -> LineMessage:
    if not isinstance(value, dict) or not {"direction", "sent_at", "text"} <= value.keys():
        raise BadInput("a message wants direction, sent_at and text", "write it as `sdesk ticket export` does")
    author = value.get("author")
    return LineMessage(
        _DIRECTION(value["direction"]),
        _author(author) if author else Mailbox("", ""),
        values.past_instant("sent_at", value["sent_at"], now, zone),
        values.long_text(value["text"]),
    )


def _approvals(value: object, now: datetime, zone: tzinfo) -> tuple[LineApproval, ...]:
    if not isinstance(value, list):
        raise BadInput("approvals are no list", "write them as `sdesk ticket export` does")
    if len(value) > MOST_APPROVALS:
        raise BadInput(f"{len(value)} approvals are too many", f"at most {MOST_APPROVALS}")
    found = tuple(_approval(each, now, zone) for each in value)
    if sum(each.state is ApprovalState.ASKED for each in found) > 1:
        raise BadInput("of a ticket one approval can be asked for at a time", "leave the older ones out")
    return found


def _approval(value: object, now: datetime, zone: tzinfo) -> LineApproval:
    if not isinstance(value, dict) or not {"approver", "state", "asked_at"} <= value.keys():
        raise BadInput("an approval wants approver, state and asked_at", "write it as `sdesk ticket export` does")
    state = _STATE(value["state"])
    decided, how = value.get("decided_at"), value.get("how")
    if (state is not ApprovalState.ASKED) is not bool(decided) or _is_decided(state) is not bool(how):
        raise BadInput(f"an approval that is {state} has a wrong end", "look at its decided_at, and at its how")
    return LineApproval(
        values.mailbox(value["approver"]) if value["approver"] else Mailbox("", ""),
        state,
        values.past_instant("asked_at", value["asked_at"], now, zone),
        values.past_instant("decided_at", decided, now, zone) if decided else None,
        _HOW(how) if how else None,
        values.long_text(value.get("comment") or ""),
    )


def _is_decided(state: ApprovalState) -> bool:
    return state in {ApprovalState.APPROVED, ApprovalState.REFUSED}


def _author(value: object) -> Mailbox:
    """Who wrote it: the name alone may be known."""
    if isinstance(value, dict):
        name, address = value.get("name"), value.get("email")
        if not address:
            return Mailbox("", values.personal_name(values.text_of("author", name or "")))
        return values.mailbox(value)
    text = values.text_of("author", value)
    try:
        return values.mailbox(text)
    except SdeskError:
        return Mailbox("", values.personal_name(text))


_DIRECTION = values.word("direction", Direction)
_STATE = values.word("state", ApprovalState)
_HOW = values.word("how", DecidedHow)
_READERS: Mapping[str, Callable[[object], object]] = {
    "external_id": values.external_id,
    "origin": _origin,
    "form": answers,
    "subject": values.subject,
    "text": values.long_text,
    "requester": values.mailbox,
    "tags": partial(values.words, name="tags", example="pos,vip", most=MOST_TAGS, lower=True),
    "watchers": partial(values.words, name="watchers", example="anna,boris", most=MOST_WATCHERS),
    "assets": partial(values.words, name="assets", example="T-0031,T-0032", most=MOST_ASSETS, parted=","),
    "impact": values.word("impact", Impact),
    "urgency": values.word("urgency", Urgency),
    "priority": values.word("priority", Priority),
    "channel": values.word("channel", Channel),
    "status": values.word("status", Status),
    "waiting_for": values.word("waiting_for", WaitingFor),
}


def _digest(value: object) -> str:
    return blake2b(json.dumps(_plain(value), ensure_ascii=False).encode(), digest_size=6).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return to_rfc3339(value)
    if isinstance(value, Mailbox):
        return [value.address.lower(), value.name]
    if isinstance(value, LineApproval):
        ends = [_plain(value.decided_at) if value.decided_at else "", value.how or "", value.comment]
        return [_plain(value.approver), value.state.value, _plain(value.asked_at), *ends]
    if isinstance(value, LineMessage):
        said = [value.direction.value, _plain(value.author), _plain(value.sent_at), value.text]
        # What a line of text cannot say is left out where it is not said: digests that were stored stay true.
        more = [value.message_id, [[each.name, each.size] for each in value.files]]
        return [*said, *more] if any(more) else said
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value
