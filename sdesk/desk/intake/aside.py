"""Messages in quarantine: each is handled again, or given up, by somebody who decides it."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlmodel import col

from sdesk.desk.intake.origin import Origin, Receipt
from sdesk.desk.intake.receive import receive
from sdesk.desk.opening import Work
from sdesk.desk.steps.find import require_hands, sees_all_teams
from sdesk.domain.errors import NotFound, Refused
from sdesk.domain.inbound import InboundMail
from sdesk.domain.ledger import Outcome
from sdesk.domain.routing import Routing
from sdesk.store.models import Ledger, Quarantine, RawMail

_AGAIN = "\x01again"
"""Put after the uid of a ledger row while its message is decided upon anew: no source has such a uid."""
_TOLD = (
    *("sha256", "message_id", "identity", "team_id", "sender", "subject"),
    *("outcome", "reason", "ticket_id", "raw_id"),
)
"""What a row of the ledger says of its message, beside where it came from and when."""
_LEDGER = Ledger.metadata.tables["ledger"].c


@dataclass(frozen=True, slots=True)
class Aside:
    """A message in quarantine."""

    id: int
    ledger_id: int
    mailbox: str
    folder: str
    uidvalidity: int
    uid: str
    taken_at: datetime
    """When the desk first saw it: its clocks run from here."""
    raw: bytes


def look_up(work: Work, number: int) -> Aside:
    """One that waits, to be dealt with. NotFound, where a wall stands before who acts too, since nobody knows yet whose
    it is; Refused where somebody has dealt with it, and for an auditor.
    """
    require_hands(work)
    row = work.connection.execute(
        select(
            col(Quarantine.ended_how),
            col(Quarantine.ended_at),
            col(Ledger.id),
            col(Ledger.mailbox),
            col(Ledger.folder),
            col(Ledger.uidvalidity),
            col(Ledger.uid),
            col(Ledger.taken_at),
            col(RawMail.data),
        )
        .join(Ledger, col(Ledger.id) == col(Quarantine.ledger_id))
        .join(RawMail, col(RawMail.id) == col(Ledger.raw_id))
        .where(col(Quarantine.id) == number)
    ).first()
    if row is None or not sees_all_teams(work):
        raise NotFound(f"there is no message {number} in quarantine", "see `sdesk mail quarantine list`")
    ended_how, ended_at, ledger_id, mailbox, folder, uidvalidity, uid, taken_at, data = row
    if ended_at is not None:
        raise Refused(f"message {number} has left quarantine: {ended_how}", "see `sdesk mail quarantine list --all`")
    return Aside(number, int(ledger_id or 0), mailbox, folder, uidvalidity, uid, taken_at, zlib.decompress(data))


def retry(work: Work, aside: Aside, mail: InboundMail, origin: Origin, routing: Routing) -> Receipt:
    """Decide again what becomes of it; its row of the ledger tells the new outcome. The caller commits."""
    mine = col(Ledger.id) == aside.ledger_id
    # A place at a source has one row: the old one steps aside while the new one is written, and takes over what it
    # says.
    work.connection.execute(update(Ledger).where(mine).values(uid=aside.uid + _AGAIN))
    receipt = receive(work, mail, aside.raw, origin, routing)
    written = (
        col(Ledger.mailbox) == aside.mailbox,
        col(Ledger.folder) == aside.folder,
        col(Ledger.uidvalidity) == aside.uidvalidity,
        col(Ledger.uid) == aside.uid,
    )
    new = work.connection.execute(select(*(_LEDGER[name] for name in _TOLD)).where(*written)).one()
    work.connection.execute(delete(Ledger).where(*written))
    values = dict(zip(_TOLD, new, strict=True))
    work.connection.execute(update(Ledger).where(mine).values(uid=aside.uid, **values))
    _end(work, aside.id, f"handled again by {work.actor.login}")
    return receipt


def note_failed_again(work: Work, aside: Aside, error: str, trace: str) -> None:
    """Handling raised once more: it stays, with what happened now."""
    work.connection.execute(update(Quarantine).where(col(Quarantine.id) == aside.id).values(error=error, trace=trace))
    work.connection.execute(
        update(Ledger).where(col(Ledger.id) == aside.ledger_id).values(reason=f"its handling failed: {error}")
    )


def discard(work: Work, aside: Aside) -> Receipt:
    """Give it up: it stays in the ledger, with its raw bytes, and becomes nothing."""
    receipt = Receipt(Outcome.IGNORED, None, f"{work.actor.login} discarded it from quarantine")
    work.connection.execute(
        update(Ledger).where(col(Ledger.id) == aside.ledger_id).values(outcome=receipt.outcome, reason=receipt.reason)
    )
    _end(work, aside.id, f"discarded by {work.actor.login}")
    return receipt


def _end(work: Work, number: int, how: str) -> None:
    work.connection.execute(
        update(Quarantine).where(col(Quarantine.id) == number).values(ended_at=work.now, ended_how=how)
    )
