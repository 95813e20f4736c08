"""What the list asks the reader: a stretch of the queue by key, around a ticket, or at either end; and the counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sdesk.domain.actor import Actor
from sdesk.domain.errors import BadInput
from sdesk.domain.filters import Filter, Match
from sdesk.domain.ticket import Status
from sdesk.domain.urgency import RANK_BURNING
from sdesk.store.reader import Reader
from sdesk.store.reader.order import END, Cursor, cursor_of
from sdesk.store.reader.rows import Counts, DeskRow, TicketRow
from sdesk.tui.countdown import Held, hold
from sdesk.tui.views import View, all_views, filter_of

EVERY_STATUS = Filter((Match("status", tuple(Status)),))

MOST_BURNING = 20
"""P1 tickets that are watched for newcomers."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Adjoining rows of the queue."""

    rows: tuple[Held, ...]
    has_before: bool
    has_after: bool
    gone: int | None = None
    """A ticket among the rows that the filter no longer holds for; kept since the cursor is on it."""


@dataclass(frozen=True, slots=True)
class Totals:
    """The numbers of the header and of the views."""

    counts: Counts
    views: tuple[View, ...]
    """The agent's views as they are now."""
    of_views: tuple[int | None, ...]
    """Tickets of each; None where a saved filter is wrong by now, since the desk changed."""
    shown: int
    """Tickets that the view and its filter hold for."""
    first: TicketRow | None
    """The most urgent open ticket, for the words of an empty list."""
    free: TicketRow | None
    """The most urgent one of the agent's teams that nobody has, for the same; read only where the list is empty."""
    meant: Mapping[str, str]
    """For words that no ticket holds: what was probably meant."""
    has_any: bool
    """Whether a ticket ever came, open or closed, that the agent may see."""
    burning: tuple[TicketRow, ...]
    """The open P1, the most urgent ones."""

    def count_of(self, view: View) -> int | None:
        """Tickets of a view; None where it cannot be counted, or was not."""
        of = dict(zip((each.key for each in self.views), self.of_views, strict=True))
        return of.get(view.key)


@dataclass(frozen=True, slots=True)
class Ground:
    """What the console must know before it can ask for anything."""

    desk: DeskRow
    actor: Actor
    views: tuple[View, ...]


def read_ground(reader: Reader, actor: Actor) -> Ground:
    """The desk, the agent, and the agent's views."""
    return Ground(reader.desk, actor, read_views(reader, actor))


def read_views(reader: Reader, actor: Actor) -> tuple[View, ...]:
    """The agent's views."""
    return all_views(reader.standing_views(actor), reader.views(actor))


def read_start(reader: Reader, actor: Actor, wanted: Filter, now: datetime, limit: int) -> Stretch:
    """The first rows of the order."""
    page = reader.page(actor, wanted, now=now, limit=limit)
    return Stretch(hold(reader, page.rows, now), False, page.has_after)


def read_end(reader: Reader, actor: Actor, wanted: Filter, now: datetime, limit: int) -> Stretch:
    """The last rows of the order."""
    page = reader.page(actor, wanted, now=now, limit=limit, before=END)
    return Stretch(hold(reader, page.rows, now), page.has_before, False)


def read_after(reader: Reader, actor: Actor, wanted: Filter, now: datetime, limit: int, place: Cursor) -> Stretch:
    """The rows that follow a place."""
    page = reader.page(actor, wanted, now=now, limit=limit, after=place)
    return Stretch(hold(reader, page.rows, now), True, page.has_after)


def read_before(reader: Reader, actor: Actor, wanted: Filter, now: datetime, limit: int, place: Cursor) -> Stretch:
    """The rows that precede a place."""
    page = reader.page(actor, wanted, now=now, limit=limit, before=place)
    return Stretch(hold(reader, page.rows, now), page.has_before, True)


def read_around(
    reader: Reader, actor: Actor, wanted: Filter, now: datetime, limit: int, number: int, *, keep: bool
) -> Stretch:
    """The rows around a ticket, wherever it stands now; from the start where it is out of sight.

    With `keep`, a ticket that the filter does not hold for keeps its place among them, and is named as `gone`.
    """
    row = reader.rows(actor, [number], now=now).get(number)
    if row is None:
        return read_start(reader, actor, wanted, now, 2 * limit)
    before = reader.page(actor, wanted, now=now, limit=limit, before=cursor_of(row, wanted.sort))
    last = cursor_of(before.rows[-1], wanted.sort) if before.rows else None
    after = reader.page(actor, wanted, now=now, limit=limit + 1, after=last)
    gone = not after.rows or after.rows[0].number != number
    if gone and not keep:
        return read_start(reader, actor, wanted, now, 2 * limit)
    rows = (*before.rows, row, *after.rows) if gone else (*before.rows, *after.rows)
    return Stretch(hold(reader, rows, now), before.has_before, after.has_after, gone=number if gone else None)


def read_rows(reader: Reader, actor: Actor, numbers: Sequence[int], now: datetime) -> dict[int, Held]:
    """These tickets as they are now, those that the agent may still see."""
    found = reader.rows(actor, numbers, now=now)
    return {held.row.number: held for held in hold(reader, tuple(found.values()), now)}


def read_totals(
    reader: Reader,
    actor: Actor,
    wanted: Filter,
    now: datetime,
    zone: ZoneInfo,
    mailboxes: Collection[str] | None = None,
) -> Totals:
    """All counts in one pass, so that they agree with each other; with the views, which the command line may change."""
    views = read_views(reader, actor)
    of_views, shown = _counts(reader, actor, views, wanted, now, zone)
    top = reader.page(actor, Filter(), now=now, limit=MOST_BURNING).rows
    burning = tuple(row for row in top if row.place.rank == RANK_BURNING)
    return Totals(
        counts=reader.counts(actor, now=now, mailboxes=mailboxes),
        views=views,
        of_views=of_views,
        shown=shown,
        first=next(iter(top), None),
        free=None if shown else reader.next_ticket(actor, now=now),
        meant={} if shown else reader.nearest_words(actor, wanted, now=now),
        has_any=bool(shown or top) or bool(reader.page(actor, EVERY_STATUS, now=now, limit=1).rows),
        burning=burning,
    )


def _counts(
    reader: Reader, actor: Actor, views: Sequence[View], wanted: Filter, now: datetime, zone: ZoneInfo
) -> tuple[tuple[int | None, ...], int]:
    try:
        filters = [filter_of(view, "", now=now, zone=zone) for view in views]
        *counted, shown = reader.counts_of(actor, [*filters, wanted], now=now)
    except BadInput:
        # One saved view whose team is gone must not hide the numbers of the others.
        right = [view for view in views if _holds(reader, actor, view, now, zone)]
        if len(right) == len(views):
            raise  # what is wrong is the filter that is shown
        known, shown = _counts(reader, actor, right, wanted, now, zone)
        of = dict(zip((view.key for view in right), known, strict=True))
        return tuple(of.get(view.key) for view in views), shown
    return tuple(counted), shown


def _holds(reader: Reader, actor: Actor, view: View, now: datetime, zone: ZoneInfo) -> bool:
    try:
        reader.check_filter(actor, filter_of(view, "", now=now, zone=zone), now=now)
    except BadInput:
        return False
    return True
