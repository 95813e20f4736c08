"""How the desk itself does: promises, mailboxes, mail that waits, quarantine, and when its own work was last done."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import NamedTuple

from sdesk.domain.actor import SYSTEM
from sdesk.domain.filter_fields import Flag
from sdesk.domain.filters import Filter, Match
from sdesk.domain.instant import to_rfc3339
from sdesk.store.reader.convert import instant
from sdesk.store.reader.queue import counts_query

SQLITE = sqlite3.sqlite_version
"""Of the library that reads the store."""
TICK = "tick"
"""The name of what `sdesk tick` does, where it is written down when that was last done."""

_COUNTED = (Flag.BREACHED, Flag.AT_RISK, Flag.STALE, Flag.UNANSWERED, Flag.UNASSIGNED)
WAITING_MAIL = (
    "SELECT count(*), min(CASE WHEN attempts > 0 THEN created_at ELSE send_after END) FROM outbox"
    " WHERE state = 'queued' AND (send_after <= ? OR attempts > 0)"
)
STUCK_MAIL = "SELECT count(*) FROM outbox WHERE state IN ('failed', 'held') AND state = ?"
CHECKS_DOWN = "SELECT count(*) FROM check_event WHERE state = 'down'"


class MailboxHealth(NamedTuple):
    """A mailbox that was ever fetched."""

    name: str
    fetched_at: datetime | None
    """The last good fetch."""
    failures: int
    """In a row, since then."""
    error: str | None


class TroubleRow(NamedTuple):
    """What a tick finds failing."""

    place: str
    failures: int
    since: datetime
    error: str


class Health(NamedTuple):
    """The desk in numbers, without walls: they say nothing of anybody."""

    open: int
    breached: int
    at_risk: int
    stale: int
    unanswered: int
    unassigned: int
    mailboxes: tuple[MailboxHealth, ...]
    mail_waits: int
    """Mails that should have gone."""
    mail_since: datetime | None
    """Since when the first of them should have."""
    mail_failed: int
    mail_held: int
    quarantine: int
    checks_down: int
    """Checks of monitoring."""
    ticked_at: datetime | None
    troubles: tuple[TroubleRow, ...]
    last_change: datetime | None
    """When anything was last written down of a ticket."""


def health(connection: sqlite3.Connection, now: datetime) -> Health:
    """All of it, by a few look-ups and one pass over the index of open tickets."""
    filters = [Filter(), *(Filter((Match("is", (flag,)),)) for flag in _COUNTED)]
    query = counts_query(connection, SYSTEM, filters, now)
    counted = connection.execute(query.sql, query.values).fetchone()
    opened, breached, at_risk, stale, unanswered, unassigned = (count or 0 for count in counted)
    waits, since = connection.execute(WAITING_MAIL, (to_rfc3339(now),)).fetchone()
    ticked = connection.execute("SELECT at FROM last_run WHERE name = ?", (TICK,)).fetchone()
    return Health(
        open=opened,
        breached=breached,
        at_risk=at_risk,
        stale=stale,
        unanswered=unanswered,
        unassigned=unassigned,
        mailboxes=tuple(
            MailboxHealth(row[0], instant(row[1]), row[2], row[3])
            for row in connection.execute(
                "SELECT mailbox, max(fetched_at), max(failures), max(last_error) FROM mailbox_state"
                " GROUP BY mailbox ORDER BY mailbox"
            )
        ),
        mail_waits=waits,
        mail_since=instant(since),
        mail_failed=_one(connection, STUCK_MAIL, "failed"),
        mail_held=_one(connection, STUCK_MAIL, "held"),
        quarantine=_one(connection, "SELECT count(*) FROM quarantine WHERE ended_at IS NULL"),
        checks_down=_one(connection, CHECKS_DOWN),
        ticked_at=instant(ticked[0]) if ticked is not None else None,
        troubles=tuple(
            TroubleRow(row[0], row[1], datetime.fromisoformat(row[2]), row[3])
            for row in connection.execute("SELECT place, failures, since, error FROM trouble ORDER BY place")
        ),
        last_change=instant(
            connection.execute("SELECT (SELECT at FROM history WHERE id = (SELECT max(id) FROM history))").fetchone()[0]
        ),
    )


def _one(connection: sqlite3.Connection, sql: str, *values: str) -> int:
    return int(connection.execute(sql, values).fetchone()[0])
