"""What came by mail and what is to go, for an acting agent."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sdesk.domain.actor import Actor
from sdesk.store.reader.connection import translated
from sdesk.store.reader.opened import OpenedStore

if TYPE_CHECKING:
    from sdesk.store.reader.health import Health
    from sdesk.store.reader.mail_rows import BlockedRow, LedgerRow, OutboxRow, QuarantineRow
    from sdesk.store.reader.mailroom import Sought


class MailReader(OpenedStore):
    """The mailroom's part of the reader. What few commands ask is imported when it is asked."""

    def ledger(self, actor: Actor, *, limit: int = 50, sought: Sought | None = None) -> tuple[LedgerRow, ...]:
        """Every message that the desk ever saw, newest first; those of walled teams are left out. 0: no limit."""
        from sdesk.store.reader import mailroom

        with translated(self.path):
            return mailroom.ledger(self._connection, actor, self.desk.ref_prefix, limit, sought)

    def outbox(
        self, actor: Actor, *, state: str | None = None, number: int | None = None, limit: int = 50
    ) -> tuple[OutboxRow, ...]:
        """Mails that are to go or went, newest first; those of walled teams are left out. 0: no limit."""
        from sdesk.store.reader import mailroom

        with translated(self.path):
            return mailroom.outbox(
                self._connection, actor, self.desk.ref_prefix, state=state, number=number, limit=limit
            )

    def quarantine(self, actor: Actor, *, ended: bool = False) -> tuple[QuarantineRow, ...]:
        """Messages whose handling raised, oldest first; with `ended` also those that were dealt with."""
        from sdesk.store.reader import mailroom

        with translated(self.path):
            return mailroom.quarantine(self._connection, actor, ended=ended)

    def quarantined(self, actor: Actor, number: int) -> tuple[QuarantineRow, bytes]:
        """One of them, with its raw bytes (RFC 5322); NotFound."""
        from sdesk.store.reader import mailroom

        with translated(self.path):
            return mailroom.quarantined(self._connection, actor, number)

    def is_walled(self, actor: Actor) -> bool:
        """Whether any wall stands before an actor: then what the desk does on the whole is not for him."""
        from sdesk.store.reader.where import wall

        with translated(self.path):
            return wall(self._connection, actor) is not None

    def health(self, actor: Actor, now: datetime) -> Health:
        """How the desk itself does: numbers alone, as far as the actor may see."""
        from sdesk.store.reader import health

        with translated(self.path):
            return health.health(self._connection, actor, now)

    def blocked(self) -> tuple[BlockedRow, ...]:
        """The senders whose mail is discarded."""
        from sdesk.store.reader import mailroom

        with translated(self.path):
            return mailroom.blocked(self._connection)
