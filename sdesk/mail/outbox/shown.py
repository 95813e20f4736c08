"""A mail of the outbox as a letter, to be looked at: what it is made of is the same as when it goes."""

from __future__ import annotations

from sdesk.desk.outbox.batch import Batch
from sdesk.desk.outbox.previews import Seen
from sdesk.mail.outbox.letter import Letter
from sdesk.mail.outbox.notices import put_into_words
from sdesk.mail.outbox.render import render
from sdesk.mail.outbox.ways import letter_of


def letter_of_seen(seen: Seen, *, fallback_sender: str) -> Letter:
    """The letter, with the Date of when it went. BadInput as `render`."""
    if not isinstance(seen.made_of, Batch):
        return render(seen.made_of, fallback_sender=fallback_sender)
    batch = seen.made_of
    told = put_into_words(batch, batch.notices, seen.at)
    return letter_of(batch, batch.notices, told, seen.at, fallback=fallback_sender)
