"""The question how it was, on its way: a row of the outbox whose Message-ID carries the key by which it is answered."""

from __future__ import annotations

import secrets

from sdesk.desk.opening import Work
from sdesk.desk.steps.outbox import make_message_id
from sdesk.desk.steps.tokens import hash_of
from sdesk.domain.errors import Refused
from sdesk.domain.outgoing import MailKind
from sdesk.domain.satisfaction import PREFIX
from sdesk.store.models import Outbox, Rating


def new_key() -> str:
    """A key for one question: 128 random bits. It is given once, and kept hashed."""
    return PREFIX + secrets.token_hex(16)


def ask_anew(work: Work, row: Outbox) -> None:
    """A new key for a question whose mail failed: the store has forgotten the one that it had."""
    rating = work.session.get(Rating, row.values.get("rating"))
    if rating is None or rating.answered_at is not None:
        raise Refused(f"what mail {row.id} asks is answered or taken back", "there is nothing left to send")
    key = new_key()
    rating.token_hash = hash_of(key)
    work.session.add(rating)
    row.message_id = make_message_id(work, rating.ticket_id, key, rating.team_id)


def forget_question(work: Work, row: Outbox) -> None:
    """Of a question that never goes nobody was asked: neither is it counted, nor is it the month's."""
    if row.kind != MailKind.RATING:
        return
    rating = work.session.get(Rating, row.values.get("rating"))
    if rating is not None and rating.answered_at is None:
        work.session.delete(rating)
        work.session.flush()
