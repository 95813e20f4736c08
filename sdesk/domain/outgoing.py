"""What the desk sends: kinds of outgoing mail and where each stands, whom a message of a ticket concerns, and what
agents are told of."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from sdesk.domain.phrase import N_

LOOP_HEADER = "X-SDesk-Loop"
"""Whatever the desk sends carries it, with the desk's own token: what comes back with it is never a ticket."""

TAKE_BACK = timedelta(seconds=10)
"""How long a reply waits in the outbox, so that it can be taken back: until then nobody outside sees it."""

MOST_ATTACHED = 18_000_000
"""Bytes of the files of a mail: in Base64 they are 25 MB, which most servers let pass and hardly any more."""


class MailKind(StrEnum):
    """Which template an outgoing mail is rendered by."""

    REPLY = "reply"
    """An agent's answer to the requester."""
    RESOLUTION = "resolution"
    """The answer with which a ticket was resolved."""
    FORWARD = "forward"
    """An agent's words to a supplier."""
    ACKNOWLEDGEMENT = "acknowledgement"
    """To the requester of a new ticket: who answers, and by when."""
    KNOWN_INCIDENT = "known_incident"
    """The same where the ticket is part of an incident: it is known, and being worked on."""
    PROMISE = "promise"
    """To the requester: what was promised has moved."""
    NOTIFICATION = "notification"
    """To an agent: something happened to a ticket (`AgentEvent`)."""
    CONFIRMATION = "confirmation"
    """To an agent whose mail came without a token: was it really you?"""
    DIGEST = "digest"
    """Several notifications in one mail: a template, and no row of the outbox."""
    SIGN_IN = "sign_in"
    """To somebody who asked for a link into the portal: of no ticket, and the link is made when it goes."""
    REPORT = "report"
    """One of the four questions answered: a row of the outbox that has its words, and no template."""


AUTOMATIC = frozenset(
    {
        MailKind.ACKNOWLEDGEMENT,
        MailKind.KNOWN_INCIDENT,
        MailKind.PROMISE,
        MailKind.NOTIFICATION,
        MailKind.DIGEST,
        MailKind.CONFIRMATION,
        MailKind.SIGN_IN,
        MailKind.REPORT,
    },
)
"""Kinds that no person wrote: they carry Auto-Submitted (RFC 3834)."""


FOR_AGENTS = frozenset({MailKind.NOTIFICATION, MailKind.DIGEST, MailKind.CONFIRMATION})
"""Kinds that go to the desk's own people."""

_ALWAYS = {
    "desk": ("name",),
    "team": ("name", "address"),
    "ticket": (
        "number",
        "ref",
        "subject",
        "status",
        "priority",
        "service",
        "unit",
        "created_at",
        "first_response_due",
        "resolution_due",
        "promised_at",
        "help",
        "form",
    ),
    "requester": ("name", "address"),
    "agent": ("name",),
    "message": (),
}

_OF_NOTIFICATIONS: dict[MailKind, dict[str, tuple[str, ...]]] = {
    MailKind.NOTIFICATION: {
        "team": ("name",),
        "agent": ("name",),
        "ticket": (
            *("number", "ref", "subject", "priority", "service", "unit", "phone", "requester", "form"),
            *("due_at", "due_kind", "loss", "loss_name"),
        ),
        "event": (),
        "author": (),
        "message": (),
    },
    MailKind.DIGEST: {"agent": ("name",), "count": (), "more": (), "first": (), "lines": (), "answerable": ()},
    # Of no ticket either.
    MailKind.SIGN_IN: {"desk": ("name",), "link": (), "minutes": ()},
}

TEMPLATE_VARIABLES: dict[MailKind, dict[str, tuple[str, ...]]] = {
    kind: _ALWAYS | ({"hindrance": ()} if kind is MailKind.CONFIRMATION else {})
    for kind in MailKind
    if kind is not MailKind.REPORT
} | _OF_NOTIFICATIONS
"""What the template of a kind may name: each variable with its fields; one without fields is a text."""

READY_REPLY_VARIABLES: dict[str, tuple[str, ...]] = {
    name: fields for name, fields in _ALWAYS.items() if name != "message"
}
"""The same for a ready reply, which an agent puts into what he writes: there is no message yet."""

TEMPLATE_LANGUAGES = ("en", "ru")
"""In which the program's own templates are written; a desk may add others."""


class OutboxState(StrEnum):
    """Where an outgoing mail stands."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    """Refused for good by the server."""
    HELD = "held"
    """After a restore, until somebody releases it."""
    TAKEN_BACK = "taken_back"


NOT_DELIVERED: dict[str, str] = {
    OutboxState.QUEUED: N_("not sent yet"),
    OutboxState.FAILED: N_("not delivered"),
    OutboxState.HELD: N_("held back in the outbox"),
}
"""What is said beside an answer whose mail stands so; beside the others nothing, or it is said otherwise."""


class Party(StrEnum):
    """With whom a message of a ticket was exchanged."""

    REQUESTER = "requester"
    """The requester, and whoever takes part beside them."""
    SUPPLIER = "supplier"
    """Somebody whom an agent wrote to by `forward`: what they say is internal until an agent passes it on."""


class Speaker(StrEnum):
    """Who wrote a message, as far as it matters to an agent who is told of it."""

    REQUESTER = "requester"
    SUPPLIER = "supplier"
    AGENT = "agent"
    MACHINE = "machine"
    """A bounce, an automatic answer."""
    PARTICIPANT = "participant"
    """Whoever takes part beside the requester."""
    STRANGER = "stranger"
    """Somebody who takes no part."""


class AgentEvent(StrEnum):
    """What agents are told of."""

    NEW = "new"
    """A new ticket."""
    ASSIGNED = "assigned"
    """Somebody else gave the ticket to the agent."""
    REPLY = "reply"
    """The requester, or a supplier, wrote."""
    AT_RISK = "at_risk"
    """A promise is at risk (75 % of its target, settable)."""
    BREACHED = "breached"
    """A promise is broken."""
    STALE = "stale"
    """A promise is broken twice over (200 % of its target, settable): do it, raise it, or agree on a new date."""
    UNDELIVERABLE = "undeliverable"
    """Something that the desk sent did not arrive."""
    INCIDENT = "incident"
    """Several tickets of one service look like one incident."""
    STRANGER = "stranger"
    """Somebody who takes no part named the ticket's number, or wrote into its thread."""


def moved_away(old: datetime, new: datetime, zone: tzinfo) -> bool:
    """Whether a promise that moved from `old` to `new` is to be told: it is later, or on another day of `zone`."""
    return new > old or new.astimezone(zone).date() != old.astimezone(zone).date()
