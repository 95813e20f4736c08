"""How the desk itself does: promises, mailboxes, mail that waits, quarantine, and when its own work was last done.

Who asks as an agent is told of what he may see; the desk itself, which monitoring asks as, of everything.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any, NamedTuple

from sdesk.domain.actor import Actor
from sdesk.domain.filter_fields import Flag
from sdesk.domain.filters import Filter, Match
from sdesk.domain.instant import to_rfc3339
from sdesk.store.reader.convert import instant
from sdesk.store.reader.queue import counts_query
from sdesk.store.reader.where import Condition, wall

SQLITE = sqlite3.sqlite_version
"""Of the library that reads the store."""
TICK = "tick"
"""The name of what `sdesk tick` does, where it is written down when that was last done."""

_COUNTED = (Flag.BREACHED, Flag.AT_RISK, Flag.STALE, Flag.UNANSWERED, Flag.UNASSIGNED)
WAITING_MAIL = (
    "SELECT count(*), min(CASE WHEN o.attempts > 0 THEN o.created_at ELSE o.send_after END) FROM outbox AS o"
    " WHERE o.state = 'queued' AND (o.send_after <= ? OR o.attempts > 0)"
)
STUCK_MAIL = "SELECT count(*) FROM outbox AS o WHERE o.state IN ('failed', 'held') AND o.state = ?"
CHECKS_DOWN = "SELECT count(*) FROM check_event AS o WHERE o.state = 'down'"


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
    """Empty before a wall: the words of a bug may be anybody's."""


class Health(NamedTuple):
    """The desk in numbers, behind the walls of who asks."""

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
    """When anything was last written down of a ticket; None before a wall."""


def health(connection: sqlite3.Connection, actor: Actor, now: datetime) -> Health:
    """All of it, by a few look-ups and one pass over the index of open tickets."""
    hidden = wall(connection, actor, "t.team_id")
    filters = [Filter(), *(Filter((Match("is", (flag,)),)) for flag in _COUNTED)]
    query = counts_query(connection, actor, filters, now)
    counted = connection.execute(query.sql, query.values).fetchone()
    opened, breached, at_risk, stale, unanswered, unassigned = (count or 0 for count in counted)
    waits, since = _of_tickets(connection, WAITING_MAIL, hidden, to_rfc3339(now))
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
        mail_failed=_of_tickets(connection, STUCK_MAIL, hidden, "failed")[0],
        mail_held=_of_tickets(connection, STUCK_MAIL, hidden, "held")[0],
        # Nobody knows yet whose they are.
        quarantine=0 if hidden is not None else connection.execute(_QUARANTINE).fetchone()[0],
        checks_down=_of_tickets(connection, CHECKS_DOWN, hidden)[0],
        ticked_at=instant(ticked[0]) if ticked is not None else None,
        troubles=tuple(
            TroubleRow(row[0], row[1], datetime.fromisoformat(row[2]), row[3] if hidden is None else "")
            for row in connection.execute("SELECT place, failures, since, error FROM trouble ORDER BY place")
        ),
        last_change=instant(connection.execute(_LAST_CHANGE).fetchone()[0]) if hidden is None else None,
    )


_QUARANTINE = "SELECT count(*) FROM quarantine WHERE ended_at IS NULL"
_LAST_CHANGE = "SELECT (SELECT at FROM history WHERE id = (SELECT max(id) FROM history))"


def _of_tickets(connection: sqlite3.Connection, sql: str, hidden: Condition | None, *values: str) -> tuple[Any, ...]:
    """The one row of a count of `o`: of rows whose ticket no wall hides, where there is one."""
    if hidden is None:
        return tuple(connection.execute(sql, values).fetchone())
    beyond = f" AND EXISTS (SELECT 1 FROM ticket AS t WHERE t.id = o.ticket_id AND {hidden.sql})"
    return tuple(connection.execute(sql + beyond, (*values, *hidden.values)).fetchone())
