"""The reader: every question that a front end asks the store, answered for an acting agent.

Each answer is made behind the wall of the agent who asks: what he may not see is not there.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sdesk.domain.actor import SYSTEM, Actor
from sdesk.domain.errors import NotFound
from sdesk.domain.filters import Filter
from sdesk.domain.phrase import phrase
from sdesk.domain.worktime import ALWAYS, Calendar
from sdesk.store import calendars
from sdesk.store.reader import incidents, organisation, queue
from sdesk.store.reader.connection import translated
from sdesk.store.reader.convert import ticket_row, time_left
from sdesk.store.reader.order import Cursor, cursor_of
from sdesk.store.reader.personal_reader import PersonalReader
from sdesk.store.reader.personal_rows import LastChange
from sdesk.store.reader.rows import Counts, Page, TicketRow
from sdesk.store.reader.where import wall

if TYPE_CHECKING:
    from sdesk.domain.story.values import Facts
    from sdesk.domain.why import Facts as WhyFacts
    from sdesk.store.reader.decided import Standing
    from sdesk.store.reader.detail_rows import AttachmentRow, HistoryRow, IncidentRow, MessageRow, TicketDetail
    from sdesk.store.reader.exported import Exported
    from sdesk.store.reader.organisation_rows import AgentRow, ServiceRow, TeamRow, UnitRow

WALK_PAGE = 500
"""Rows that `walk` holds at once."""
EVERYTHING = 2**31 - 1
"""More letters than a text of the store can have."""


class Reader(PersonalReader):
    """A read-only view of a store, for one thread. A context manager."""

    # ---- the desk ------------------------------------------------------------------------------

    def last_change(self) -> LastChange:
        """Up to where everything stands that all may see: drafts and seen marks, which are one agent's, move nothing.

        It costs a few index look-ups: ask it where `data_version` differs, before anything is read again.
        """
        row = self._one(
            "SELECT (SELECT max(id) FROM history), (SELECT count(*) FROM quarantine WHERE ended_at IS NULL),"
            " (SELECT group_concat(coalesce(fetched_at, '') || failures || coalesce(last_error, ''))"
            " FROM mailbox_state),"
            " (SELECT group_concat(owner || name || filter || sort || coalesce(digit, '') || updated_at, char(10))"
            " FROM saved_view)"
        )
        assert row is not None
        # Other agents' views are nobody's business: only whether they differ.
        return LastChange(row[0], row[1], row[2], zlib.crc32((row[3] or "").encode()))

    def actor(self, login: str) -> Actor:
        """The acting agent of a login; NotFound for one that the desk does not have (any more)."""
        if login == SYSTEM.login:
            return SYSTEM
        with translated(self.path):
            return organisation.actor(self._connection, login)

    def agents(self, *, now: datetime | None = None) -> tuple[AgentRow, ...]:
        """Everybody who works here, by login; with `now`, who is away, or will be next."""
        with translated(self.path):
            return organisation.agents(self._connection, now)

    def teams(self, actor: Actor) -> tuple[TeamRow, ...]:
        """The teams, by key."""
        with translated(self.path):
            return organisation.teams(self._connection)

    def recent_subjects(self, actor: Actor, *, since: datetime) -> tuple[str, ...]:
        """Subjects of the newest open tickets that the actor may see, those since then: what words are usual."""
        from sdesk.store.reader.usual import recent_subjects

        with translated(self.path):
            return recent_subjects(self._connection, actor, since)

    def services(self, actor: Actor, ticket: int | None = None) -> tuple[ServiceRow, ...]:
        """The catalogue, by key, with what choosing an entry would mean: by itself, or for one ticket."""
        from sdesk.store.reader import catalogue

        with translated(self.path):
            return catalogue.services(self._connection, actor, ticket)

    def units(self) -> tuple[UnitRow, ...]:
        """Whom the desk serves, by key."""
        with translated(self.path):
            return organisation.units(self._connection)

    def calendar(self, key: str) -> Calendar:
        """The working time of a key; NotFound."""
        row = self._one("SELECT id FROM calendar WHERE key = ?", key)
        if row is not None:
            return self._calendar(row[0])
        if key == calendars.ALWAYS_KEY:
            return ALWAYS
        known = self._one(
            "SELECT group_concat(key, ', ') FROM (SELECT key FROM calendar WHERE retired_at IS NULL ORDER BY key)"
        )
        raise NotFound(
            phrase("there is no calendar `{key}`", key=key),
            phrase("the desk has: {known}", known=(known and known[0]) or calendars.ALWAYS_KEY),
        )

    # ---- lists ---------------------------------------------------------------------------------

    def page(
        self,
        actor: Actor,
        wanted: Filter,
        *,
        now: datetime,
        limit: int = 50,
        after: Cursor | None = None,
        before: Cursor | None = None,
    ) -> Page:
        """A page of the list in the filter's order: from the top, or from behind or before a place (`cursor_of`)."""
        with translated(self.path):
            where = queue.condition(self._connection, actor, wanted, now)
            query = queue.page_query(
                where, limit=limit, after=after, before=before, sort=wanted.sort, reverse=wanted.reverse
            )
            found = self._connection.execute(query.sql, query.values).fetchall()
        more = len(found) > limit
        found = found[:limit]
        if before is not None and after is None:
            found.reverse()
            return Page(self._ticket_rows(found, actor, now), has_before=more, has_after=True)
        return Page(self._ticket_rows(found, actor, now), has_before=after is not None, has_after=more)

    def walk(self, actor: Actor, wanted: Filter, *, now: datetime, limit: int = 0) -> Iterator[TicketRow]:
        """All rows of a list (or `limit` of them), read page by page: memory stays flat.

        The first page is read at once, so that whatever is wrong is raised here, before a caller has begun to print.
        """
        first = self.page(actor, wanted, now=now, limit=min(limit, WALK_PAGE) if limit else WALK_PAGE)
        return self._walk_on(first, actor, wanted, now, limit)

    def _walk_on(self, page: Page, actor: Actor, wanted: Filter, now: datetime, limit: int) -> Iterator[TicketRow]:
        left = limit
        while True:
            yield from page.rows
            left -= len(page.rows)
            if not page.has_after or (limit and left <= 0):
                return
            after = cursor_of(page.rows[-1], wanted.sort)
            page = self.page(actor, wanted, now=now, limit=min(left, WALK_PAGE) if limit else WALK_PAGE, after=after)

    def exported(self, actor: Actor, wanted: Filter, *, now: datetime, messages: bool) -> Iterator[Exported]:
        """The tickets of a filter as an import reads them (see `exported`); memory stays flat."""
        from sdesk.store.reader.exported import exported

        with translated(self.path):
            yield from exported(self._connection, actor, wanted, now=now, messages=messages)

    def rows(self, actor: Actor, numbers: Sequence[int], *, now: datetime) -> dict[int, TicketRow]:
        """These tickets as they stand now, those that the actor may see."""
        with translated(self.path):
            hidden = wall(self._connection, actor)
            # As one value: any number of them, whatever SQLite's limit of parameters is.
            sql = "SELECT * FROM ticket_view WHERE number IN (SELECT value FROM json_each(?))"
            values: tuple[Any, ...] = (json.dumps(list(numbers)),)
            if hidden is not None:
                sql += f" AND {hidden.sql}"
                values += hidden.values
            found = self._connection.execute(sql, values).fetchall()
        return {row.number: row for row in self._ticket_rows(found, actor, now)}

    def due_in(self, row: TicketRow, at: datetime) -> int | None:
        """Working seconds from an instant to the ticket's deadline: negative once late, None without one."""
        return None if row.due_at is None else time_left(row.due_at, at, row.calendar_id, self._calendar)

    def count(self, actor: Actor, wanted: Filter, *, now: datetime) -> int:
        """How many tickets a list has."""
        with translated(self.path):
            query = queue.count_query(queue.condition(self._connection, actor, wanted, now))
            return int(self._connection.execute(query.sql, query.values).fetchone()[0])

    def numbers(self, actor: Actor, wanted: Filter, *, now: datetime) -> tuple[int, ...]:
        """The numbers of all tickets of a list, in its order, however many: without their rows."""
        with translated(self.path):
            query = queue.numbers_query(queue.condition(self._connection, actor, wanted, now), wanted)
            return tuple(row[0] for row in self._connection.execute(query.sql, query.values))

    def counts_of(self, actor: Actor, filters: Sequence[Filter], *, now: datetime) -> tuple[int, ...]:
        """How many tickets each of several lists has, by one statement."""
        with translated(self.path):
            query = queue.counts_query(self._connection, actor, filters, now)
            return tuple(self._connection.execute(query.sql, query.values).fetchone())

    def counts(self, actor: Actor, *, now: datetime, mailboxes: Collection[str] | None = None) -> Counts:
        """The queue in numbers. `mailboxes`: those whose fetches count, since others are fetched no more; None: all."""
        with translated(self.path):
            return queue.counts(self._connection, actor, now, mailboxes)

    def next_ticket(self, actor: Actor, *, now: datetime) -> TicketRow | None:
        """The first of the urgency order that is unassigned, new or open, and of a team of the actor; or None."""
        page = self.page(actor, queue.NEXT, now=now, limit=1)
        return page.rows[0] if page.rows else None

    # ---- one ticket ----------------------------------------------------------------------------

    def ticket(self, actor: Actor, number: int, *, now: datetime, longest: int = EVERYTHING) -> TicketDetail:
        """One ticket whole; NotFound, where a wall stands before it too. Of a message at most `longest` letters."""
        from sdesk.store.reader import (  # the console's first rows do without them
            answers,
            approvals,
            beside,
            effort,
            rated,
            ticket_assets,
            watching,
        )
        from sdesk.store.reader.detail_rows import TicketDetail

        row = self._seen(actor, number, now)
        with translated(self.path):
            history = self.history(actor, number)
            return TicketDetail(
                ticket=row,
                messages=self._messages(actor, number, longest),
                history=history,
                titles=beside.titles(self._connection, history),
                links=beside.links(self._connection, actor, number, self.desk.ref_prefix),
                unit=beside.unit_facts(self._connection, actor, row),
                others=beside.others(self._connection, actor, row, self.desk.ref_prefix),
                outages=self.outages(actor, now=now, number=number),
                spent=effort.spent_on(self._connection, number),
                visit=effort.visit_of(self._connection, number),
                watchers=watching.watchers_of(self._connection, number),
                form=answers.answers_of(self._connection, number),
                approvals=approvals.approvals_of(self._connection, number),
                assets=ticket_assets.assets_of_ticket(self._connection, number),
                playbook=beside.playbook(self._connection, actor, number, self.desk.ref_prefix, now),
                rating=rated.rating_of(self._connection, number),
                said_before=rated.last_of_requester(self._connection, actor, number),
            )

    def history(self, actor: Actor, number: int) -> tuple[HistoryRow, ...]:
        """What happened to a ticket, oldest first; NotFound."""
        from sdesk.store.reader import undoing
        from sdesk.store.reader.detail_rows import HistoryRow

        self.require(actor, number)
        found = self._all("SELECT id, at, actor, event, data FROM history_view WHERE number = ? ORDER BY id", number)
        rows = [
            HistoryRow(
                row["id"], datetime.fromisoformat(row["at"]), row["actor"], row["event"], json.loads(row["data"])
            )
            for row in found
        ]
        return undoing.told_of(rows)

    def promises(self, actor: Actor, number: int, *, now: datetime) -> tuple[TicketRow, Facts]:
        """A ticket, and all that its promises can be told from (`domain/story`); NotFound."""
        # Whoever lists tickets need not load it.
        from sdesk.store.reader import promises

        row = self._seen(actor, number, now)
        history = [event for event in self.history(actor, number) if not event.undone]
        with translated(self.path):
            return row, promises.facts(self._connection, row, history, self._calendar, now)

    def why(self, actor: Actor, number: int, *, now: datetime) -> tuple[TicketRow, WhyFacts, Standing]:
        """A ticket, what decided about it (`domain/why`), and where it stands; NotFound."""
        from sdesk.store.reader import decided

        row = self._seen(actor, number, now)
        history = [event for event in self.history(actor, number) if not event.undone]
        with translated(self.path):
            facts = decided.facts(self._connection, row, history)
            return row, facts, decided.standing(self._connection, actor, row)

    def raw(self, actor: Actor, number: int, message: int) -> bytes:
        """The raw bytes of a message of a ticket (RFC 5322), but for the keys of agents; NotFound."""
        from sdesk.domain.thread import hide_agent_keys

        self.require(actor, number)
        row = self._one(
            "SELECT r.data FROM message AS m JOIN raw_mail AS r ON r.id = m.raw_id WHERE m.id = ? AND m.ticket_id = ?",
            message,
            number,
        )
        if row is None:
            raise NotFound(
                phrase("{ref} has no raw message {message}", ref=f"{self.desk.ref_prefix}-{number}", message=message),
                phrase("see `sdesk show {number} -o json`", number=number),
            )
        return hide_agent_keys(zlib.decompress(row[0]))

    def attachment(self, actor: Actor, number: int, attachment: int) -> tuple[AttachmentRow, bytes]:
        """A file of a ticket, with its content; NotFound."""
        self.require(actor, number)
        row = self._one(
            "SELECT f.*, b.data FROM attachment_view AS f JOIN blob AS b ON b.id = f.blob_id"
            " WHERE f.id = ? AND f.number = ?",
            attachment,
            number,
        )
        if row is None:
            raise NotFound(
                phrase("{ref} has no attachment {file}", ref=f"{self.desk.ref_prefix}-{number}", file=attachment),
                phrase("see `sdesk show {number} -o json`", number=number),
            )
        from sdesk.store.reader.messages import attachment_row

        return attachment_row(row), row["data"]

    def incidents(self, actor: Actor) -> tuple[IncidentRow, ...]:
        """What looks like one incident, and the incidents that are open."""
        with translated(self.path):
            return incidents.incidents(self._connection, actor, self.desk.ref_prefix)

    def is_new(self, actor: Actor) -> bool:
        """Whether an agent has never opened a ticket in the console."""
        return self._one("SELECT 1 FROM seen WHERE agent_id = ? LIMIT 1", actor.agent_id) is None

    # ---- how it is done ------------------------------------------------------------------------

    def _seen(self, actor: Actor, number: int, now: datetime) -> TicketRow:
        """The ticket, if the actor may see it; NotFound."""
        row = self.rows(actor, [number], now=now).get(number)
        if row is None:
            raise NotFound(
                phrase("there is no ticket {prefix}-{number}", prefix=self.desk.ref_prefix, number=number),
                phrase("see `sdesk list`"),
            )
        return row

    def _ticket_rows(self, found: Sequence[sqlite3.Row], actor: Actor, now: datetime) -> tuple[TicketRow, ...]:
        unread = self._unread(actor, [row["number"] for row in found])
        desk = self.desk
        rows = tuple(
            ticket_row(
                row,
                now=now,
                desk=desk,
                calendar_of=self._calendar,
                unread=row["number"] in unread,
            )
            for row in found
        )
        return incidents.without_hidden(self._connection, actor, rows)

    def _unread(self, actor: Actor, numbers: Sequence[int]) -> Collection[int]:
        """Those of the tickets that somebody else changed since the agent looked; what he does himself is no news."""
        if actor.agent_id is None:
            return ()
        marks = ", ".join("?" * len(numbers))
        found = self._all(
            "SELECT h.ticket_id FROM history AS h LEFT JOIN seen AS e ON e.ticket_id = h.ticket_id AND e.agent_id = ?"
            f" WHERE h.ticket_id IN ({marks}) AND h.agent_id IS NOT ? AND h.id > coalesce(e.history_id, 0)"
            " GROUP BY h.ticket_id",
            actor.agent_id,
            *numbers,
            actor.agent_id,
        )
        return {row[0] for row in found}

    def _messages(self, actor: Actor, number: int, longest: int) -> tuple[MessageRow, ...]:
        from sdesk.store.reader.messages import MESSAGE_COLUMNS, attachment_row, message_row

        files: dict[int, list[AttachmentRow]] = {}
        for row in self._all("SELECT * FROM attachment_view WHERE number = ? ORDER BY id", number):
            files.setdefault(row["message_id"], []).append(attachment_row(row))
        # Not by sent_at, which the sender chooses: a mail of 1999 would stand above the request that it answers.
        # What was taken back was said to nobody: only who wrote it still sees it.
        found = self._all(
            f"SELECT {MESSAGE_COLUMNS} FROM message_view"
            " WHERE number = ?2 AND (taken_back_at IS NULL OR agent = ?3) ORDER BY taken_at, id",
            longest,
            number,
            actor.login,
        )
        return tuple(message_row(row, tuple(files.get(row["id"], ()))) for row in found)
