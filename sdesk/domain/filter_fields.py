"""The fields of the filter language: one table, from which the parser, the help, the pages and completion are made."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from sdesk.domain.phrase import N_
from sdesk.domain.ticket import Channel, Impact, Priority, Status, Urgency


class Flag(StrEnum):
    """What may stand after `is:`."""

    OPEN = "open"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    BREACHED = "breached"
    AT_RISK = "at_risk"
    STALE = "stale"
    UNANSWERED = "unanswered"
    UNREAD = "unread"
    BURNING = "burning"
    SUSPECTED = "suspected"
    """It costs money, as far as the desk can tell: nobody has confirmed the outage."""
    INCIDENT = "incident"
    """Others are part of it."""
    PART = "part"
    """It is part of an incident."""


class Having(StrEnum):
    """What may stand after `has:`."""

    ATTACHMENT = "attachment"
    NOTE = "note"
    LOSS = "loss"


class Kind(StrEnum):
    """What the values of a field are."""

    WORD = "word"
    """One of the words that every desk knows."""
    KEY = "key"
    """A key of the desk file: a team, an agent, a service, a unit."""
    TEXT = "text"
    """A piece of text: a tag, a name, an address."""
    NUMBER = "number"
    """The number of a ticket: 123 or SD-123."""
    INSTANT = "instant"
    """A range of instants, by the clock on the wall."""
    LENGTH = "length"
    """A range of lengths of working time, in the calendar of the ticket's SLA."""


NONE = "none"
"""The value of a field that is empty."""


class FilterField(NamedTuple):
    """One field of the language."""

    name: str
    kind: Kind
    meaning: str
    """What it is about, in half a line."""
    example: str
    """One that holds on any desk, or may."""
    words: type[StrEnum] | None = None
    """Of a WORD: which."""
    ordered: bool = False
    """Of a WORD: whether `a..b` is a range of them, in the order in which they stand."""
    ahead: bool = False
    """Of an INSTANT: whether it lies ahead. `due:..fri` looks ahead, `created:mon..` back."""
    special: Mapping[str, str] = {}
    """Values that mean the same on every desk, with what they mean."""


FILTER_FIELDS: tuple[FilterField, ...] = (
    FilterField("status", Kind.WORD, "where the ticket stands", "status:open,waiting", Status),
    FilterField("priority", Kind.WORD, "what must be done first", "priority:P1..P2", Priority, ordered=True),
    FilterField("impact", Kind.WORD, "how much is hit", "impact:extensive", Impact, ordered=True),
    FilterField("urgency", Kind.WORD, "how long it can wait", "urgency:critical", Urgency, ordered=True),
    FilterField("channel", Kind.WORD, "how it came", "channel:mail", Channel),
    FilterField("is", Kind.WORD, "a state that is derived; of several, any", "is:breached", Flag),
    FilterField("has", Kind.WORD, "what belongs to it; of several, any", "has:attachment", Having),
    FilterField("team", Kind.KEY, "whose queue it is in", "team:it", special={"mine": N_("one of your teams")}),
    FilterField(
        "assignee",
        Kind.KEY,
        "who has it",
        "assignee:me",
        special={"me": N_("you are the assignee"), NONE: N_("nobody has it")},
    ),
    FilterField(
        "watch",
        Kind.KEY,
        "who watches it: is told of it, though it is another's",
        "watch:me",
        special={"me": N_("you watch it"), NONE: N_("nobody watches it")},
    ),
    FilterField("service", Kind.KEY, "what it is about", "service:till", special={NONE: N_("no service")}),
    FilterField("unit", Kind.KEY, "where it is", "unit:flagship", special={NONE: N_("of no unit")}),
    FilterField(
        "requester",
        Kind.TEXT,
        "who asks: a part of the name or, with its `@`, of an address",
        "requester:maria@",
        special={NONE: N_("nobody is known who asks")},
    ),
    FilterField("tag", Kind.TEXT, "a label, whole", "tag:pos", special={NONE: N_("no label")}),
    FilterField(
        "form",
        Kind.TEXT,
        "what was answered in the form of its service, or a part of it: FIELD:TEXT, or TEXT in any field",
        "form:model:55F",
        special={NONE: N_("no form was filled in")},
    ),
    FilterField("number", Kind.NUMBER, "the ticket itself", "number:123"),
    FilterField("incident", Kind.NUMBER, "parts of this incident", "incident:123"),
    FilterField(
        "due",
        Kind.INSTANT,
        "the next deadline, by the clock on the wall",
        "due:..4h",
        ahead=True,
        special={NONE: N_("no deadline runs")},
    ),
    FilterField("created", Kind.INSTANT, "when it came", "created:-7d.."),
    FilterField("updated", Kind.INSTANT, "when it changed last", "updated:today"),
    FilterField(
        "resolved",
        Kind.INSTANT,
        "when it was resolved",
        "resolved:-7d..",
        special={NONE: N_("not resolved")},
    ),
    FilterField(
        "wake",
        Kind.INSTANT,
        "until when it waits",
        "wake:..tomorrow",
        ahead=True,
        special={NONE: N_("until no instant")},
    ),
    FilterField(
        "left",
        Kind.LENGTH,
        "working time left until the next deadline, as a list shows it; negative once it has passed",
        "left:..4h",
        special={NONE: N_("no deadline runs")},
    ),
)
"""Every field, in the order in which help and pages show them."""

BY_NAME: Mapping[str, FilterField] = {field.name: field for field in FILTER_FIELDS}
"""The same by name."""

FIELDS: tuple[str, ...] = tuple(BY_NAME)
"""Every field name."""

WORDS: Mapping[str, type[StrEnum]] = {field.name: field.words for field in FILTER_FIELDS if field.words is not None}
"""Fields whose values are words that every desk knows."""

INSTANTS: tuple[str, ...] = tuple(field.name for field in FILTER_FIELDS if field.kind is Kind.INSTANT)
"""Fields that are instants, for which a range is written."""

FLAGS: Mapping[str, str] = {
    Flag.OPEN: N_("new, open or waiting"),
    Flag.MINE: N_("you are the assignee"),
    Flag.UNASSIGNED: N_("nobody has it"),
    Flag.BREACHED: N_("a promise is breached, and it is not stale yet"),
    Flag.AT_RISK: N_("a promise is near its end"),
    Flag.STALE: N_("late for so long that it is set apart"),
    Flag.UNANSWERED: N_("the requester wrote last"),
    Flag.UNREAD: N_("changed since you looked"),
    Flag.BURNING: N_("it costs money"),
    Flag.SUSPECTED: N_("it costs money, and nobody has confirmed it"),
    Flag.INCIDENT: N_("others are part of it"),
    Flag.PART: N_("it is part of an incident"),
}
"""What the words after `is:` mean."""

HAVINGS: Mapping[str, str] = {
    Having.ATTACHMENT: N_("files came along"),
    Having.NOTE: N_("there is an internal note"),
    Having.LOSS: N_("it costs money, or did"),
}
"""What the words after `has:` mean."""
