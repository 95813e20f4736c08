"""The words of a ticket, and which moves between statuses are allowed."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Where a ticket stands (ITIL: incident or request status)."""

    NEW = "new"
    """Nobody has it."""
    OPEN = "open"
    WAITING = "waiting"
    """For the requester, a supplier, a date, or somebody's approval; `WaitingFor` says which."""
    RESOLVED = "resolved"
    """Done; the requester may say otherwise."""
    CLOSED = "closed"
    """Final but for the reopening period."""
    MERGED = "merged"
    SPAM = "spam"


OPEN_STATUSES = frozenset({Status.NEW, Status.OPEN, Status.WAITING})
"""What a list shows when nothing is said, and what counts as work."""


class WaitingFor(StrEnum):
    """Whom or what a waiting ticket waits for."""

    REQUESTER = "requester"
    SUPPLIER = "supplier"
    DATE = "date"
    APPROVAL = "approval"
    """Somebody must say yes first (`domain/approval`): every clock stands still, and no agent begins or ends it."""


WAITS_BY_HAND = (WaitingFor.REQUESTER, WaitingFor.SUPPLIER, WaitingFor.DATE)
"""What an agent may let a ticket wait for."""


class Impact(StrEnum):
    """How much of the business stands (ITIL impact), worst first."""

    EXTENSIVE = "extensive"
    SIGNIFICANT = "significant"
    MODERATE = "moderate"
    MINOR = "minor"


class Urgency(StrEnum):
    """How long it can wait (ITIL urgency), most urgent first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Priority(StrEnum):
    """What follows from impact and urgency; P1 first."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"
    P5 = "P5"


class Channel(StrEnum):
    """How a ticket reached the desk."""

    MAIL = "mail"
    FORM = "form"
    PHONE = "phone"
    CLI = "cli"
    CONSOLE = "console"
    PORTAL = "portal"
    EVENT = "event"
    IMPORT = "import"


class Direction(StrEnum):
    """Which way a message of a ticket went."""

    IN = "in"
    """From the requester or somebody who takes part."""
    OUT = "out"
    """From an agent to the requester: the only kind that counts as public."""
    NOTE = "note"
    """Seen by agents alone."""
    AUTO = "auto"
    """From a machine: a bounce, a vacation reply, an acknowledgement."""


class ClockKind(StrEnum):
    """The three promises of an SLA."""

    FIRST_RESPONSE = "first_response"
    NEXT_REPLY = "next_reply"
    RESOLUTION = "resolution"


class SlaState(StrEnum):
    """The state of a ticket's promises, worst of its running clocks."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    STALE = "stale"
    WAITING = "waiting"
    """Every clock stands still."""
    NONE = "none"
    """Nothing is promised."""


class Role(StrEnum):
    """What an agent may do."""

    AGENT = "agent"
    LEAD = "lead"
    ADMIN = "admin"
    AUDITOR = "auditor"


class ProposalEnd(StrEnum):
    """What became of a proposal to make several tickets one incident."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    PASSED = "passed"
    """Too few of its tickets are open still."""


class Doing(StrEnum):
    """What an agent is doing at a ticket just now, as others are told."""

    READING = "reading"
    REPLYING = "replying"
    NOTING = "noting"


class LinkKind(StrEnum):
    """How two tickets belong together; read as `ticket KIND other`."""

    RELATED = "related"
    FOLLOWS = "follows"
    """Opened by a follow-up to `other`, which could not be reopened or was not the sender's to reach."""
    COPY = "copy"
    """Of one mail to two of the desk's addresses."""
    MERGED_INTO = "merged_into"
    PART_OF = "part_of"
    """Of an incident, or of a playbook's parent."""


MOVES: dict[Status, frozenset[Status]] = {
    Status.NEW: frozenset({Status.OPEN, Status.WAITING, Status.RESOLVED, Status.MERGED, Status.SPAM}),
    Status.OPEN: frozenset({Status.NEW, Status.WAITING, Status.RESOLVED, Status.MERGED, Status.SPAM}),
    Status.WAITING: frozenset({Status.NEW, Status.OPEN, Status.WAITING, Status.RESOLVED, Status.MERGED, Status.SPAM}),
    Status.RESOLVED: frozenset({Status.NEW, Status.OPEN, Status.CLOSED, Status.MERGED}),
    Status.CLOSED: frozenset({Status.NEW, Status.OPEN, Status.MERGED}),
    Status.MERGED: frozenset(),
    Status.SPAM: frozenset({Status.NEW, Status.OPEN}),
}
"""From a status to those that it may become. WAITING to WAITING changes for whom or until when."""


def may_become(old: Status, new: Status) -> bool:
    """Whether a ticket in status `old` may be moved to `new`."""
    return new in MOVES[old]
