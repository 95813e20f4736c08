"""One message into the desk, whichever way it came: read, decided upon and stored in one transaction.

Whatever its handling raises puts it aside whole, and stops no other.
"""

from __future__ import annotations

import hashlib
import traceback
from dataclasses import dataclass
from datetime import datetime

from sdesk.config.wire import DeskMailbox
from sdesk.desk.intake import Origin, Receipt, quarantine, receive
from sdesk.desk.intake import ledger as ledgers
from sdesk.desk.opening import Desk, Work
from sdesk.desk.rules import Rules
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import BadInput, Refused, SdeskError, Unavailable
from sdesk.domain.inbound import InboundMail, Mailbox
from sdesk.domain.ledger import Outcome
from sdesk.domain.routing import route
from sdesk.mail.inbox.sources.base import Item
from sdesk.mail.mime.message import read
from sdesk.mail.mime.oversize import read_head
from sdesk.mail.mime.recognise import is_rubbish

KNOWN = Receipt(Outcome.DUPLICATE, None, "it is in the ledger already")


_NO_MAIL = (
    "these bytes are no mail: they have no header and are no text",
    "look at them with `sdesk mail quarantine show ID --raw`; `retry` makes a ticket of them all the same",
)


class Untakeable(Exception):
    """A message that could not even be put aside: it must stay where it is, and is tried again."""


@dataclass(frozen=True, slots=True)
class Packed:
    """The raw bytes of a message that is too large to be held in memory, compressed by zlib."""

    sha256: str
    size: int
    """Before compression."""
    data: bytes


class Taking:
    """Takes the messages of one mailbox. BadInput where the desk has not the team or the service that it names."""

    def __init__(self, desk: Desk, mailbox: DeskMailbox, now: datetime) -> None:
        self._desk = desk
        self._mailbox = mailbox
        with desk.work(SYSTEM, now) as work:
            self.rules = _checked(work.rules, mailbox)

    def take(self, item: Item, raw: bytes, now: datetime, packed: Packed | None = None) -> Receipt:
        """One message, one transaction, committed when this returns.

        Of a message that is larger than the mailbox takes, `raw` is the beginning; `packed` is all of it, where it
        lies nowhere else. Raises Untakeable, and Unavailable where the store cannot be used.
        """
        digest = packed.sha256 if packed is not None else hashlib.sha256(raw).hexdigest()
        mail = InboundMail(Mailbox(""), sha256=digest, size=len(raw))
        try:
            if item.size > self._mailbox.max_size:
                mail, raw = read_head(raw, item.size, self._mailbox.max_size, packed.sha256 if packed else "")
            else:
                mail = read(raw)
            if is_rubbish(raw):
                raise Refused(*_NO_MAIL)
            return self._receive(item, mail, raw, now, packed)
        except Unavailable:
            # No message's fault: the store is locked or full.
            raise
        except Exception as error:
            # Whatever this message made the desk stumble over must not stop the others, nor lose it.
            return self._put_aside(item, mail, raw, now, error, packed)

    def _receive(self, item: Item, mail: InboundMail, raw: bytes, now: datetime, packed: Packed | None) -> Receipt:
        while True:
            rules = self.rules
            # Before the transaction: a pattern of the desk file may be slow, and nobody else shall wait for it.
            routing = route(rules.routing, mail)
            with self._desk.work(SYSTEM, now) as work:
                if work.rules is not rules:
                    # Somebody applied a desk file meanwhile.
                    self.rules = work.rules
                    continue
                if self._is_known(work, item):
                    # Another fetch took it since this one asked.
                    return KNOWN
                _keep(work, packed)
                receipt = receive(work, mail, raw, origin_of(self._mailbox, item, mail, now), routing)
                work.session.commit()
                return receipt

    def _put_aside(
        self, item: Item, mail: InboundMail, raw: bytes, now: datetime, error: Exception, packed: Packed | None
    ) -> Receipt:
        summary = summary_of(error)
        trace = "".join(traceback.format_exception(error))
        try:
            with self._desk.work(SYSTEM, now) as work:
                if self._is_known(work, item):
                    return KNOWN
                _keep(work, packed)
                origin = origin_of(self._mailbox, item, mail, now)
                receipt = quarantine(work, mail, raw, origin, summary, trace)
                work.session.commit()
            return receipt
        except Unavailable:
            raise
        except Exception as second:
            raise Untakeable(f"{summary_of(second)}, after {summary}") from second

    def _is_known(self, work: Work, item: Item) -> bool:
        return ledgers.is_known(work, self._mailbox.name, item.folder, item.uidvalidity, item.uid)


def origin_of(mailbox: DeskMailbox, item: Item, mail: InboundMail, now: datetime) -> Origin:
    """Where a message came from, and what the configuration says of its mailbox."""
    # When it came: as its source says, else as it says itself; never in the future.
    came = min(item.arrived_at or mail.date or now, now)
    return Origin(
        mailbox=mailbox.name,
        folder=item.folder,
        uidvalidity=item.uidvalidity,
        uid=item.uid,
        arrived_at=came.replace(microsecond=0),
        addresses=mailbox.addresses,
        desk_addresses=mailbox.desk_addresses,
        team=mailbox.team or None,
        service=mailbox.service or None,
        auto_tickets=mailbox.auto_tickets,
        trusts_auth_from=mailbox.trusts_auth_from,
    )


def summary_of(error: BaseException) -> str:
    """An error in one short line."""
    said = str(error) if isinstance(error, SdeskError) else f"{type(error).__name__}: {error}"
    return (said.splitlines() or [""])[0][:500]


def _checked(rules: Rules, mailbox: DeskMailbox) -> Rules:
    """The rules, where they know the words of a mailbox: before anything is taken."""
    for noun, key, known in (
        ("team", mailbox.team, rules.team_keys),
        ("service", mailbox.service, rules.service_keys),
    ):
        if key and key not in known:
            raise BadInput(f"mailbox {mailbox.name}: there is no {noun} `{key}`", f"see `sdesk {noun} list`")
    if not mailbox.team and not mailbox.service and len(rules.team_keys) > 1:
        raise BadInput(f"mailbox {mailbox.name} names no team", "give it `team` in the configuration")
    return rules


def _keep(work: Work, packed: Packed | None) -> None:
    if packed is not None:
        ledgers.keep_packed(work, packed.sha256, packed.size, packed.data)
