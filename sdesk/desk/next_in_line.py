"""Taking the ticket that should be done next: it is chosen and assigned in one transaction.

So two agents who ask at once never get the same; the later one gets the one behind it.
"""

from __future__ import annotations

import sqlite3
from typing import cast

from sdesk.desk.change import Change
from sdesk.desk.opening import Work
from sdesk.desk.work import take
from sdesk.store.reader import queue


def next_number(work: Work) -> int | None:
    """The ticket that the actor should do next, as this very transaction sees it; None where nothing waits for him."""
    driver = cast(sqlite3.Connection, work.connection.connection.dbapi_connection)
    query = queue.next_query(driver, work.actor, work.now)
    row = driver.execute(query.sql, query.values).fetchone()
    return None if row is None else int(row[0])


def take_next(work: Work) -> Change | None:
    """Assign it to the actor; None where there is none."""
    number = next_number(work)
    return None if number is None else take(work, number)
