"""A ticket as another system writes it: one line of an import, its fields read and checked before a store is asked.

What is not said, is empty or null is left as it is. Keys of the desk (team, service, agent, unit) are checked by who
knows the desk.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from hashlib import blake2b
from typing import Any, TypeVar

from sdesk.domain.errors import BadInput, SdeskError, about
from sdesk.domain.inbound import Mailbox
from sdesk.domain.instant import parse_instant, to_rfc3339
from sdesk.domain.mailboxes import parse_mailbox
from sdesk.domain.nearest import did_you_mean
from sdesk.domain.safe_text import neutralise, one_line
from sdesk.domain.ticket import OPEN_STATUSES, Channel, Direction, Impact, Priority, Status, Urgency, WaitingFor

Word = TypeVar("Word", bound=StrEnum)

LONGEST_ID = 200
"""Characters of an external id."""
MOST_TAGS = 100
MOST_WATCHERS = 100
MOST_MESSAGES = 10_000
"""Of one ticket: what has more is no ticket."""

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([Tt ].*)?", re.ASCII)
_DOTTED_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ ,]+(\d{1,2}:\d{2}(?::\d{2})?))?", re.ASCII)
_ORIGIN = re.compile(r"([0-9a-f]{16})\.([0-9]{1,9})\.([0-9a-f]{12})", re.ASCII)
_MOMENT = timedelta(minutes=5)
"""How far the clock of another machine may be ahead: who writes a clock or an end takes it for now at the latest."""


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
    created_at: datetime | None = None
    channel: Channel | None = None
    status: Status | None = None
    waiting_for: WaitingFor | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    messages: tuple[LineMessage, ...] | None = None
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
OURS = frozenset({"messages", "origin"})
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
    if line.waiting_for is not None and status is None:
        status = Status.WAITING
    if line.waiting_for is not None and status is not Status.WAITING:
        raise BadInput(f"a ticket that is {status} waits for nothing", "leave waiting_for out")
    for name, earlier, later in (
        ("resolved_at", line.created_at, resolved_at),
        ("closed_at", resolved_at, closed_at),
    ):
        if earlier is not None and later is not None and later < earlier:
            raise BadInput(f"{name} is before what comes first", "look at created_at, resolved_at and closed_at")
    values = {each.name: getattr(line, each.name) for each in fields(line)}
    return TicketLine(**{**values, "status": status, "resolved_at": resolved_at, "closed_at": closed_at})


def _read(name: str, value: object, now: datetime, zone: tzinfo) -> object:
    reader = _READERS.get(name)
    if reader is not None:
        return reader(value)
    if name in {"created_at", "resolved_at", "closed_at"}:
        return _instant(name, value, now, zone)
    if name == "messages":
        return _messages(value, now, zone)
    return _key(name, value)


def _text_of(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise BadInput(f"{name} is no text", "write it between quotes")


def _key(name: str, value: object) -> str:
    return one_line(_text_of(name, value))


def _external_id(value: object) -> str:
    found = one_line(_text_of("external_id", value))
    if not found or len(found) > LONGEST_ID:
        raise BadInput(f"external_id has {len(found)} characters", f"it has 1 to {LONGEST_ID}")
    return found


def _origin(value: object) -> Origin:
    found = _ORIGIN.fullmatch(_text_of("origin", value).strip())
    if found is None:
        raise BadInput("origin is none that an export writes", "leave it as it was, or leave it out")
    return Origin(found[1], int(found[2]), found[3])


def _subject(value: object) -> str:
    found = one_line(_text_of("subject", value))
    if not found:
        raise BadInput("the subject is empty", "write one")
    return found


def _long_text(value: object) -> str:
    return neutralise(_text_of("text", value))


def _mailbox(value: object) -> Mailbox:
    """`Name <address>`, an address, or `{"name": ..., "email": ...}` as `show -o json` prints it."""
    if isinstance(value, dict):
        name, address = value.get("name"), value.get("email")
        if not isinstance(address, str) or not (name is None or isinstance(name, str)):
            raise BadInput("who it is wants an email", 'write "Maria <maria@x.example>"')
        box = parse_mailbox(one_line(address))
        return Mailbox(box.address, _name(name or ""))
    box = parse_mailbox(one_line(_text_of("requester", value)))
    return Mailbox(box.address, _name(box.name))


def _name(name: str) -> str:
    return one_line(name).replace("<", "").replace(">", "").strip().strip('"').strip()


def _word(name: str, words: type[Word]) -> Callable[[object], Word]:
    def read(value: object) -> Word:
        text = one_line(_text_of(name, value))
        known = [word.value for word in words]
        found = next((word for word in known if word.lower() == text.lower()), None)
        if found is None:
            raise BadInput(
                f"there is no {name.replace('_', ' ')} `{text[:80]}`",
                did_you_mean(text[:80], known, f"it is one of {', '.join(known)}"),
            )
        return words(found)

    return read


def _tags(value: object) -> tuple[str, ...]:
    """A list of words, or words with commas or blanks between them."""
    parts: Sequence[object] = re.split(r"[\s,;]+", value) if isinstance(value, str) else ()
    if isinstance(value, list):
        parts = value
    elif not isinstance(value, str):
        raise BadInput("tags are no list", 'write ["pos", "vip"], or `pos,vip`')
    words = [one_line(_text_of("a tag", part)).lower() for part in parts]
    found = tuple(dict.fromkeys(word for word in words if word))
    if len(found) > MOST_TAGS:
        raise BadInput(f"{len(found)} tags are too many", f"at most {MOST_TAGS}")
    return found


def _watchers(value: object) -> tuple[str, ...]:
    """A list of logins, or logins with commas or blanks between them."""
    parts: Sequence[object] = re.split(r"[\s,;]+", value) if isinstance(value, str) else ()
    if isinstance(value, list):
        parts = value
    elif not isinstance(value, str):
        raise BadInput("watchers are no list", 'write ["anna", "boris"], or `anna,boris`')
    logins = [one_line(_text_of("a watcher", part)).strip() for part in parts]
    found = tuple(dict.fromkeys(login for login in logins if login))
    if len(found) > MOST_WATCHERS:
        raise BadInput(f"{len(found)} watchers are too many", f"at most {MOST_WATCHERS}")
    return found


def _instant(name: str, value: object, now: datetime, zone: tzinfo) -> datetime:
    text = one_line(_text_of(name, value))
    dotted = _DOTTED_DATE.fullmatch(text)
    if dotted is not None:
        day, month, year, time = dotted.groups()
        text = f"{year}-{month:0>2}-{day:0>2}" + (f" {time}" if time else "")
    if _ISO_DATE.fullmatch(text) is None:
        # `-7d` would be another instant at each import.
        raise BadInput(f"`{text[:80]}` is no date", "write it as 2026-11-23T09:30:00Z, 2026-11-23 09:30 or 23.11.2026")
    found = parse_instant(text, now=now, zone=zone)
    if found > now + _MOMENT:
        raise BadInput(f"{name} is still to come: {to_rfc3339(found)}", "look at the date, and at the clock")
    # As it was written: what `now` came into would be another value at each import.
    return found


def _messages(value: object, now: datetime, zone: tzinfo) -> tuple[LineMessage, ...]:
    if not isinstance(value, list):
        raise BadInput("messages are no list", "write them as `sdesk ticket export --with messages` does")
    if len(value) > MOST_MESSAGES:
        raise BadInput(f"{len(value)} messages are too many", f"at most {MOST_MESSAGES}")
    return tuple(_message(each, now, zone) for each in value)


def _message(value: object, now: datetime, zone: tzinfo) -> LineMessage:
    if not isinstance(value, dict) or not {"direction", "sent_at", "text"} <= value.keys():
        raise BadInput("a message wants direction, sent_at and text", "write it as `sdesk ticket export` does")
    author = value.get("author")
    return LineMessage(
        _DIRECTION(value["direction"]),
        _author(author) if author else Mailbox("", ""),
        _instant("sent_at", value["sent_at"], now, zone),
        _long_text(value["text"]),
    )


def _author(value: object) -> Mailbox:
    """Who wrote it: the name alone may be known."""
    if isinstance(value, dict):
        name, address = value.get("name"), value.get("email")
        if not address:
            return Mailbox("", _name(_text_of("author", name or "")))
        return _mailbox(value)
    text = _text_of("author", value)
    try:
        return _mailbox(text)
    except SdeskError:
        return Mailbox("", _name(text))


_DIRECTION = _word("direction", Direction)
_READERS: Mapping[str, Callable[[object], object]] = {
    "external_id": _external_id,
    "origin": _origin,
    "subject": _subject,
    "text": _long_text,
    "requester": _mailbox,
    "tags": _tags,
    "watchers": _watchers,
    "impact": _word("impact", Impact),
    "urgency": _word("urgency", Urgency),
    "priority": _word("priority", Priority),
    "channel": _word("channel", Channel),
    "status": _word("status", Status),
    "waiting_for": _word("waiting_for", WaitingFor),
}


def _digest(value: object) -> str:
    return blake2b(json.dumps(_plain(value), ensure_ascii=False).encode(), digest_size=6).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return to_rfc3339(value)
    if isinstance(value, Mailbox):
        return [value.address.lower(), value.name]
    if isinstance(value, LineMessage):
        said = [value.direction.value, _plain(value.author), _plain(value.sent_at), value.text]
        # What a line of text cannot say is left out where it is not said: digests that were stored stay true.
        more = [value.message_id, [[each.name, each.size] for each in value.files]]
        return [*said, *more] if any(more) else said
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value
