"""What the desk sends: kinds of outgoing mail, whom a message of a ticket concerns, and what agents are told of."""

from __future__ import annotations

from enum import StrEnum

LOOP_HEADER = "X-SDesk-Loop"
"""Whatever the desk sends carries it, with the desk's own token: what comes back with it is never a ticket."""


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
    PROMISE = "promise"
    """To the requester: what was promised has moved."""
    NOTIFICATION = "notification"
    """To an agent: something happened to a ticket (`AgentEvent`)."""
    CONFIRMATION = "confirmation"
    """To an agent whose mail came without a token: was it really you?"""


AUTOMATIC = frozenset(
    {MailKind.ACKNOWLEDGEMENT, MailKind.PROMISE, MailKind.NOTIFICATION, MailKind.CONFIRMATION},
)
"""Kinds that no person wrote: they carry Auto-Submitted (RFC 3834)."""


class Party(StrEnum):
    """With whom a message of a ticket was exchanged."""

    REQUESTER = "requester"
    """The requester, and whoever takes part beside them."""
    SUPPLIER = "supplier"
    """Somebody whom an agent wrote to by `forward`: what they say is internal until an agent passes it on."""


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
    UNDELIVERABLE = "undeliverable"
    """Something that the desk sent did not arrive."""
    STRANGER = "stranger"
    """Somebody who takes no part named the ticket's number, or wrote into its thread."""
