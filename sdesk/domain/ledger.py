"""What may become of a message that the desk has seen."""

from __future__ import annotations

from enum import StrEnum

TAKEN_OUT = " (its raw message was taken out)"
"""What the reason of a ledger row ends in whose raw message is gone on purpose (`db purge`, `person forget`)."""


class Outcome(StrEnum):
    """One for each message at a source: `examined` of a fetch is the sum of these."""

    CREATED = "created"
    """A new ticket."""
    FOLLOWED_UP = "followed_up"
    """A message of a ticket that the desk had."""
    NOTED = "noted"
    """An internal note on a ticket: a bounce, an automatic reply, an agent's mail."""
    IGNORED = "ignored"
    """Kept in the ledger with its raw bytes, and nothing else."""
    DUPLICATE = "duplicate"
    """The same mail had been taken before."""
    QUARANTINED = "quarantined"
    """Its handling raised; it waits whole for somebody."""
