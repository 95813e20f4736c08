"""Lines of equipment in one transaction, a savepoint a line: what is wrong with one of them stops no other.

Equipment is found by its inventory number, and a line is what holds: the same lines again change nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, cast

from sdesk.desk.opening import Desk, Work
from sdesk.desk.steps.asset_rows import Became, KnownAsset, known_assets, write_asset
from sdesk.desk.steps.find import require_hands
from sdesk.domain.actor import Actor
from sdesk.domain.asset_line import AssetLine
from sdesk.domain.errors import Refused, SdeskError, Unavailable
from sdesk.domain.phrase import phrase

BATCH = 500
"""Lines that are kept or lost together: the store is held for less than a second."""


class AssetOutcome(NamedTuple):
    """What became of one line: or what is wrong with it."""

    came: Became | None
    error: SdeskError | None = None


@dataclass(slots=True)
class Tried:
    """What earlier batches of a dry run would have left in the store."""

    numbers: set[str] = field(default_factory=set)
    checks: dict[tuple[str, str], str] = field(default_factory=dict)
    """By check the number (`number_key`) that it would watch."""


def import_assets(
    desk: Desk, actor: Actor, lines: Sequence[AssetLine], *, now: datetime, tried: Tried | None = None
) -> list[AssetOutcome]:
    """Add or change what each line is about, in one transaction; `tried` makes it a dry run, which is rolled back.

    Refused for an auditor; Unavailable where the store is out of reach: nothing of the batch is kept then. What else is
    wrong with a line is its outcome.
    """
    with desk.work(actor, now) as work:
        require_hands(work)
        known = known_assets(work, {line.key for line in lines})
        outcomes = [_one(work, line, known, tried) for line in lines]
        if tried is None:
            work.session.commit()
    return outcomes


def _one(work: Work, line: AssetLine, known: dict[str, KnownAsset], tried: Tried | None) -> AssetOutcome:
    driver = cast(sqlite3.Connection, work.connection.connection.dbapi_connection)
    driver.execute("SAVEPOINT line")
    try:
        if tried is not None:
            if line.key in tried.numbers:
                return AssetOutcome(Became.SAME)
            _require_untried(line, tried)
        came = write_asset(work, line, known)
    except Unavailable:
        raise
    except SdeskError as error:
        driver.execute("ROLLBACK TO line")
        # It may have taken a check from another already.
        known |= known_assets(work, known)
        return AssetOutcome(None, error)
    finally:
        driver.execute("RELEASE line")
    if tried is not None:
        tried.numbers.add(line.key)
        tried.checks |= {(each.source, each.key): line.number for each in line.said.get("checks", ())}
    return AssetOutcome(came)


def _require_untried(line: AssetLine, tried: Tried) -> None:
    """Refused for a check that a line of an earlier batch has taken."""
    for each in line.said.get("checks", ()):
        owner = tried.checks.get((each.source, each.key))
        if owner is not None:
            raise Refused(
                phrase("`{check}` watches {number}", check=each.written, number=owner),
                phrase("take it away there first: sdesk asset set {number} --no-check", number=owner),
            )
