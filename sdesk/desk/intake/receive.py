"""Taking a mail: whatever becomes of it, it stands in the ledger with its raw bytes, in the same transaction.

Three promises stand over it: no mail is lost, no mail is taken twice, no mail loop is fed.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlmodel import col

from sdesk.desk.intake.addressed import teams_of
from sdesk.desk.intake.decide import decide
from sdesk.desk.intake.incoming import look_at
from sdesk.desk.intake.known import seen_before
from sdesk.desk.intake.origin import Origin, Receipt
from sdesk.desk.opening import Work
from sdesk.desk.steps.links import link
from sdesk.desk.steps.messages import keep_raw
from sdesk.desk.steps.rows import insert_row
from sdesk.domain.inbound import InboundMail
from sdesk.domain.ledger import Outcome
from sdesk.domain.routing import Routing, route
from sdesk.domain.thread import hide_agent_tokens
from sdesk.domain.ticket import LinkKind
from sdesk.store.models import Ledger, Quarantine
from sdesk.store.prepared import Prepared

_COPIES = Prepared(
    select(col(Ledger.ticket_id)).where(
        col(Ledger.identity) == bindparam("identity"),
        col(Ledger.outcome) == Outcome.CREATED,
        col(Ledger.ticket_id) != bindparam("number"),
    )
)


def receive(work: Work, mail: InboundMail, raw: bytes, origin: Origin, routing: Routing | None = None) -> Receipt:
    """Decide and do what becomes of a mail, and write it into the ledger. The caller commits, then marks the source.

    `routing` is what `work.rules` say of the mail, where that was asked before the transaction began, as a fetch does:
    a slow pattern makes nobody wait for the store.
    """
    raw_id = keep_raw(work, raw, mail.sha256)
    if routing is None:
        routing = route(work.rules.routing, mail)
    teams = teams_of(work, mail, origin, routing)
    first_team = next(iter(teams))
    identity = identity_of(mail)
    before = seen_before(work, identity, first_team)
    if before is not None:
        receipt = Receipt(Outcome.DUPLICATE, before[0], "the same mail was taken before")
    else:
        receipt = decide(work, look_at(work, mail, origin, routing, teams=teams, raw_id=raw_id, identity=identity))
    write_ledger(work, mail, origin, identity, first_team, raw_id, receipt)
    if receipt.outcome is Outcome.CREATED and receipt.number is not None:
        _link_copies(work, identity, receipt.number)
    return receipt


def quarantine(work: Work, mail: InboundMail, raw: bytes, origin: Origin, error: str, trace: str) -> Receipt:
    """Put a message whose handling raised aside, whole, for somebody to look at."""
    receipt = Receipt(Outcome.QUARANTINED, None, f"its handling failed: {error}")
    ledger_id = write_ledger(work, mail, origin, identity_of(mail), None, keep_raw(work, raw, mail.sha256), receipt)
    insert_row(
        work,
        Quarantine,
        {"ledger_id": ledger_id, "error": error, "trace": trace, "quarantined_at": work.now},
    )
    return receipt


def identity_of(mail: InboundMail) -> str:
    """What two copies of one mail have in common, wherever they lie: Message-ID with From, Date, Subject and body.

    Without a Message-ID all of its bytes: what devices write is the same each time, and is news each time.
    """
    return hashlib.sha256(f"{mail.message_id}\n{mail.digest if mail.message_id else mail.sha256}".encode()).hexdigest()


def write_ledger(
    work: Work,
    mail: InboundMail,
    origin: Origin,
    identity: str,
    team_id: int | None,
    raw_id: int,
    receipt: Receipt,
    *,
    marked_at: datetime | None = None,
) -> int:
    """What became of a message, for good; gives the row. `marked_at` where there is no source to be told."""
    return insert_row(
        work,
        Ledger,
        {
            "mailbox": origin.mailbox,
            "folder": origin.folder,
            "uidvalidity": origin.uidvalidity,
            "uid": origin.uid,
            "sha256": mail.sha256,
            "message_id": mail.message_id,
            "identity": identity,
            "team_id": team_id,
            "sender": mail.sender.address,
            "subject": hide_agent_tokens(mail.subject),
            "taken_at": work.now,
            "outcome": receipt.outcome,
            "reason": receipt.reason,
            "ticket_id": receipt.number,
            "raw_id": raw_id,
            "marked_at": marked_at,
        },
    )


def _link_copies(work: Work, identity: str, number: int) -> None:
    """The same mail in another team's mailbox opened a ticket there: the two are linked."""
    for (other,) in _COPIES.run(work.connection, identity=identity, number=number).all():
        if other is not None:
            link(work, number, other, LinkKind.COPY)
