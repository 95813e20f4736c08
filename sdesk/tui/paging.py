"""What the list asks the reader: a stretch of the queue by key, around a ticket, or at either end; and the counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
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
from sdesk.tui.views import TEAM, View, all_views, filter_of

EVERY_STATUS = Filter((Match("status", tuple(Status)),))

MOST_BURNING = 20
"""P1 tickets that are watched for newcomers."""


class Stretch(NamedTuple):
    """Adjoining rows of the queue."""

    rows: tuple[Held, ...]
    has_before: bool
    has_after: bool
    gone: int | None = None
    """A ticket among the rows that the filter no longer holds for; kept since the cursor is on it."""
    stood: TicketRow | None = None
    """A ticket among the rows that belongs elsewhere by now, as it was in the place that it keeps."""


class Totals(NamedTuple):
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


class Ground(NamedTuple):
    """What the console must know before it can ask for anything."""

    desk: DeskRow
    actor: Actor
    views: tuple[View, ...]


class Opening(NamedTuple):
    """What the console begins with."""

    ground: Ground
    wanted: Filter
    """That of the view `TEAM`."""
    first: Stretch
    """Its first rows."""


def read_opening(reader: Reader, actor: Actor, now: datetime, limit: int) -> Opening:
    """The desk, the agent, the agent's views, and the first rows of the one that is shown first: in one question, so
    that the first frame has them."""
    ground = Ground(reader.desk, actor, read_views(reader, actor))
    view = next(view for view in ground.views if view.key == TEAM)
    wanted = filter_of(view, "", now=now, zone=ZoneInfo(ground.desk.time_zone))._replace(sort=view.sort)
    return Opening(ground, wanted, read_start(reader, actor, wanted, now, limit))


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
    reader: Reader,
    actor: Actor,
    wanted: Filter,
    now: datetime,
    limit: int,
    number: int,
    *,
    keep: bool,
    stood: TicketRow | None = None,
) -> Stretch:
    """The rows around a ticket; from the start where it is out of sight.

    It is where it belongs; or, as long as the cursor is on it, where it `stood`, and the others are in their new order
    around it. With `keep`, a ticket that the filter does not hold for keeps its place too, and is named as `gone`.
    """
    row = reader.rows(actor, [number], now=now).get(number)
    if row is None:
        return read_start(reader, actor, wanted, now, 2 * limit)
    place = cursor_of(stood or row, wanted.sort)
    elsewhere = place != cursor_of(row, wanted.sort)
    # One more of each, since it may be among them where it belongs.
    before = reader.page(actor, wanted, now=now, limit=limit + elsewhere, before=place)
    after = reader.page(actor, wanted, now=now, limit=limit + elsewhere, after=place)
    gone = not _is_held_for(reader, actor, wanted, now, row)
    if gone and not keep:
        return read_start(reader, actor, wanted, now, 2 * limit)
    above, below = ([each for each in page.rows if each.number != number] for page in (before, after))
    return Stretch(
        hold(reader, (*above, row, *below), now),
        before.has_before,
        after.has_after,
        gone=number if gone else None,
        stood=stood if elsewhere else None,
    )


def _is_held_for(reader: Reader, actor: Actor, wanted: Filter, now: datetime, row: TicketRow) -> bool:
    """Whether the filter holds for a ticket: then it is the next one behind where its neighbour by number would be."""
    *values, number = cursor_of(row, wanted.sort)
    neighbour = (*values, row.number + (1 if wanted.reverse else -1))
    found = reader.page(actor, wanted, now=now, limit=1, after=neighbour).rows
    return bool(found) and found[0].number == number


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
