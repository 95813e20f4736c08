"""Approvals: whether something may be done that was asked for."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

UNIT_HEAD = "unit-head"
"""In the desk file's `approve_by`: the head of the unit that the request is of."""

LIVES = timedelta(days=30)
"""How long the links of a question live: who has not answered by then is asked again by an agent."""
REMIND_AFTER, TELL_AFTER = 1, 3
"""Working days after which an approver is reminded, and after which the team's lead is told."""


NOBODY_TO_ASK = "nobody is known who could approve it"
"""Why nobody was asked, in a history."""


class ApprovalState(StrEnum):
    """How a question stands."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    """Nobody needs the answer any more: the ticket is over, or somebody else was asked."""


class DecidedHow(StrEnum):
    """By which way a decision came."""

    PORTAL = "portal"
    MAIL = "mail"
    AGENT = "agent"
    """An agent wrote down what the approver said, by phone say."""
    OWN = "own"
    """The approver asked himself."""
