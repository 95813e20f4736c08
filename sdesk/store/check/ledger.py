"""The ledger of mail: in each mailbox, what was examined is the sum of what became of it; each row has what it names.

Raw bytes are compared with their digests by `mail ledger --check`, which reads them all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime

from sdesk.domain.ledger import Outcome
from sdesk.store.check.finding import Finding, Part

_WORDS = ", ".join(f"'{each}'" for each in Outcome)
_OF_A_TICKET = "('created', 'followed_up', 'noted')"

_ROWS: tuple[str, ...] = (
    "SELECT id, ticket_id, 'says ' || outcome || ', and names no ticket' FROM ledger"
    f" WHERE outcome IN {_OF_A_TICKET} AND ticket_id IS NULL",
    "SELECT l.id, l.ticket_id, 'says ' || l.outcome || ', and no ticket has its message' FROM ledger AS l"
    f" WHERE l.outcome IN {_OF_A_TICKET} AND l.ticket_id IS NOT NULL AND l.raw_id IS NOT NULL"
    " AND l.raw_id NOT IN (SELECT raw_id FROM message WHERE raw_id IS NOT NULL)",
    "SELECT l.id, NULL, 'is in quarantine, and quarantine has it not' FROM ledger AS l"
    " WHERE l.outcome = 'quarantined' AND NOT EXISTS"
    " (SELECT 1 FROM quarantine AS q WHERE q.ledger_id = l.id)",
    "SELECT l.id, l.ticket_id, 'waits in quarantine, and is ' || l.outcome FROM ledger AS l"
    " JOIN quarantine AS q ON q.ledger_id = l.id WHERE q.ended_at IS NULL AND l.outcome <> 'quarantined'",
    "SELECT l.id, NULL, 'waits in quarantine, and its bytes are gone' FROM ledger AS l"
    " JOIN quarantine AS q ON q.ledger_id = l.id WHERE q.ended_at IS NULL AND l.raw_id IS NULL",
)


def _look(connection: sqlite3.Connection, now: datetime) -> Iterator[Finding]:
    equation = (
        f"SELECT mailbox, count(*), sum(outcome IN ({_WORDS})) FROM ledger GROUP BY mailbox"
        f" HAVING count(*) <> sum(outcome IN ({_WORDS}))"
    )
    for mailbox, examined, told in connection.execute(equation):
        what = f"mailbox {mailbox}: {examined} were examined, and what became of them is known of {told}"
        yield Finding("ledger", what, None, "ledger")
    for sql in _ROWS:
        for row, ticket, what in connection.execute(sql):
            yield Finding("ledger", f"ledger row {row} {what}", ticket, "ledger", row)


LEDGER = Part("ledger", _look)
