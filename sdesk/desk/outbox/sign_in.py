"""The mail with a link into the portal: of no ticket, and its token is made when it goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sdesk.desk.opening import Work
from sdesk.desk.outbox.facts import DeskFacts, Wording, boxes_of, desk_facts, wordings
from sdesk.desk.sign_in import LINK_LIVES, make_link
from sdesk.domain.inbound import Mailbox
from sdesk.store.models import Outbox

HIDDEN = "0" * 32
"""What stands for the token in a mail that is only looked at."""


@dataclass(frozen=True, slots=True)
class SignInFacts:
    """All that the mail is made of."""

    sender: str
    """Address of a team; empty where none has one."""
    to: tuple[Mailbox, ...]
    language: str
    message_id: str
    link: str
    minutes: int
    """How long the link works."""
    now: datetime
    desk: DeskFacts
    wordings: tuple[Wording, ...]


def sign_in_facts(work: Work, row: Outbox, *, shown: bool = False) -> SignInFacts:
    """The facts of a mail of the outbox that goes now, with a token that is made here; `shown`: with none."""
    values = row.values
    token = HIDDEN if shown else make_link(work, int(values["sign_in"]))
    return SignInFacts(
        values["sender"],
        boxes_of(row.recipients.get("to", ())),
        row.language,
        row.message_id,
        link_of(values["base"], token),
        int(LINK_LIVES.total_seconds()) // 60,
        work.now,
        desk_facts(work),
        wordings(work),
    )


def link_of(base: str, token: str) -> str:
    """The address that a token opens."""
    return f"{base}/sign-in/{token}"


def is_too_late(work: Work, row: Outbox) -> bool:
    """Whether nobody waits any more for the mail: who asked has asked again, or gone."""
    return work.now - row.created_at > LINK_LIVES
