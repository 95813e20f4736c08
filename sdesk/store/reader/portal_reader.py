"""The portal's own reader: it can ask for nothing but what somebody without a login may see.

It has none of the questions of agents. Each answer stands behind the wall of `requesters`; of a conversation it gives
what was said between the requester and the desk, never a note, a supplier's words, or what was taken back.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sdesk.domain.approval import LIVES
from sdesk.domain.catalogue import in_language
from sdesk.domain.errors import NotFound
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.offered import Asker
from sdesk.domain.outgoing import TAKE_BACK
from sdesk.domain.phrase import phrase
from sdesk.domain.requesters import ServedUnit, places_of
from sdesk.domain.ticket import OPEN_STATUSES, Status, WaitingFor
from sdesk.store.reader.answers import AnswerRow, answers_of
from sdesk.store.reader.connection import translated
from sdesk.store.reader.convert import instant
from sdesk.store.reader.offers import AskerRow, offers
from sdesk.store.reader.opened import OpenedStore
from sdesk.store.reader.portal_rows import (
    FileRow,
    KnownOutage,
    OfferRow,
    PlaceRow,
    QuestionRow,
    RequestRow,
    SaidRow,
    VisitorRow,
)
from sdesk.store.reader.requesters import find_requester, requester_wall

PAGE = 30
"""Requests of a list that are done with."""
MOST = 300
"""Requests of a list that are at work; pieces of equipment of a form."""
LONGEST = 100_000
"""Letters of a message that are shown."""

_REQUESTS = (
    "SELECT t.id, t.subject, t.status, t.is_open, t.waiting_for, t.wake_at, t.requester_id, t.created_at, t.updated_at,"
    " t.resolved_at, t.resolution_due_at, t.first_response_due_at, t.is_incident, s.name AS service_name,"
    " m.name AS team_name, m.reopen_for, a.name AS assignee_name, u.name AS unit_name, coalesce(nullif(p.name, ''),"
    " (SELECT address FROM person_address WHERE person_id = p.id ORDER BY rowid LIMIT 1)) AS requester_name,"
    " EXISTS (SELECT 1 FROM approval AS y WHERE y.ticket_id = t.id AND y.state = 'refused'"
    " AND y.decided_at = t.resolved_at) AS is_refused"
    " FROM ticket AS t LEFT JOIN service AS s ON s.id = t.service_id JOIN team AS m ON m.id = t.team_id"
    " LEFT JOIN agent AS a ON a.id = t.assignee_id LEFT JOIN unit AS u ON u.id = t.unit_id"
    " LEFT JOIN person AS p ON p.id = t.requester_id WHERE t.status <> 'spam'"
)
_PLACED = "JOIN team AS m ON m.id = t.team_id LEFT JOIN service AS s ON s.id = t.service_id"
# Incidents, their parts, and outages; and what stops others, and a check says is down, where no turnover stands by it:
# of that there is no outage. Of tickets those alone that are open. Anybody may ask it as often as he likes.
KNOWN_OUTAGES = (
    f"SELECT s.name AS service, u.name AS unit, t.created_at AS since FROM ticket AS t {_PLACED}"
    " LEFT JOIN unit AS u ON u.id = t.unit_id WHERE t.is_incident AND t.is_open AND NOT m.private"
    " UNION ALL SELECT s.name, u.name, t.created_at FROM ticket AS i CROSS JOIN ticket AS t ON t.incident_id = i.id"
    f" JOIN team AS y ON y.id = i.team_id {_PLACED} LEFT JOIN unit AS u ON u.id = t.unit_id"
    " WHERE i.is_incident AND i.is_open AND t.is_open AND NOT y.private AND NOT m.private"
    f" UNION ALL SELECT s.name, u.name, o.down_from FROM ticket AS t CROSS JOIN outage AS o ON o.ticket_id = t.id"
    f" {_PLACED} LEFT JOIN unit AS u ON u.id = o.unit_id"
    " WHERE t.is_open AND o.confirmed AND o.down_to IS NULL AND NOT m.private"
    " UNION ALL SELECT s.name, u.name, e.first_at FROM check_event AS e CROSS JOIN ticket AS t ON t.id = e.ticket_id"
    f" {_PLACED} JOIN unit AS u ON u.id = t.unit_id WHERE e.state = 'down' AND e.stands AND t.is_open"
    " AND CAST(s.stops_share AS REAL) > 0 AND NOT m.private"
    " AND NOT EXISTS (SELECT 1 FROM outage AS x WHERE x.ticket_id = t.id)"
)
# By the tickets that wait, for one of which somebody is asked: of approvals there are ever more.
QUESTIONS = (
    "SELECT t.id, t.subject, s.name AS service_name, coalesce(nullif(p.name, ''), (SELECT address FROM person_address"
    " WHERE person_id = p.id ORDER BY rowid LIMIT 1), '') AS requester_name, a.asked_at, a.address FROM ticket AS t"
    " CROSS JOIN approval AS a ON a.ticket_id = t.id LEFT JOIN service AS s ON s.id = a.service_id"
    " LEFT JOIN person AS p ON p.id = t.requester_id WHERE t.status = 'waiting' AND t.waiting_for = 'approval'"
    " AND a.state = 'asked' AND a.asked_at >= ? ORDER BY a.asked_at, t.id"
)
_SAID = (
    "m.ticket_id = ? AND m.party = 'requester' AND m.taken_back_at IS NULL"
    " AND (m.direction = 'in' AND m.takes_part AND m.agent_id IS NULL OR m.direction = 'out' AND m.taken_at <= ?)"
)
"""What of a ticket's messages a requester sees; an answer once it cannot be taken back any more."""


class PortalReader(OpenedStore):
    """A read-only view of a store for the portal, for one thread. A context manager."""

    def __init__(self, path: Path, *, busy_seconds: float = 5.0) -> None:
        super().__init__(path, busy_seconds=busy_seconds)
        self._revision = -1

    def look_again(self) -> None:
        """Forget what was remembered of the desk's set-up, where a desk file was applied since."""
        row = self._one("SELECT revision FROM desk")
        revision = 0 if row is None else int(row[0])
        if revision != self._revision:
            self._revision = revision
            self.refresh()

    def visitor(self, key: str, *, now: datetime) -> VisitorRow | None:
        """Who is signed in by the key of a session; None where nobody is (any more)."""
        row = self._one(
            "SELECT p.id, p.name, p.language, p.unit_id,"
            " (SELECT address FROM person_address WHERE person_id = p.id ORDER BY rowid LIMIT 1) AS address"
            " FROM portal_session AS x JOIN person AS p ON p.id = x.person_id WHERE x.hash = ? AND x.expires_at > ?",
            hashlib.sha256(key.encode()).hexdigest(),
            to_rfc3339(now),
        )
        if row is None or row["address"] is None:
            return None
        with translated(self.path):
            requester = find_requester(self._connection, row["address"])
            found = self._connection.execute(
                "SELECT id, key, kind, parent_id, manager, name FROM unit WHERE retired_at IS NULL"
            ).fetchall()
        names = {each["id"]: each["name"] for each in found}
        units = [ServedUnit(*tuple(each)[:5]) for each in found]
        places = tuple(
            PlaceRow(unit.id, unit.key, names[unit.id], line)
            for unit, line in places_of(units, row["unit_id"], requester.addresses)
        )
        headed = tuple(each for each in places if each.id in requester.units)
        return VisitorRow(row["address"], row["name"], row["language"], requester, places, headed)

    def offers(self, visitor: VisitorRow, *, language: str, now: datetime) -> tuple[OfferRow, ...]:
        """What is offered to somebody in one of his units, by category and name, each with by when it would be done."""
        return self._offers(visitor, language, now)

    def offer(self, visitor: VisitorRow, key: str, *, language: str, now: datetime) -> OfferRow:
        """One of them; NotFound, for what is offered to others too."""
        found = self._offers(visitor, language, now, key)
        if not found:
            raise NotFound(phrase("this is not offered to you, or is offered no more"), phrase("see what is offered"))
        return found[0]

    def own_requests(self, visitor: VisitorRow, *, at_work: bool, before: int | None = None) -> tuple[RequestRow, ...]:
        """Somebody's own requests, newest first: all that are at work, or a page of those that are done with."""
        return self._listed(visitor, "t.requester_id = ?", visitor.requester.person_id, at_work, before)

    def unit_requests(
        self, visitor: VisitorRow, unit: int, *, at_work: bool, before: int | None = None
    ) -> tuple[RequestRow, ...]:
        """The same of a unit whose head he is; none of another, nor of a private team but his own."""
        if unit not in visitor.requester.units:
            return ()
        return self._listed(visitor, "t.unit_id = ?", unit, at_work, before)

    def questions(self, visitor: VisitorRow, *, now: datetime) -> tuple[QuestionRow, ...]:
        """What waits for somebody's decision, as an approver whom the desk asked; the first first."""
        own = visitor.requester.addresses
        return tuple(
            QuestionRow(
                number=row["id"],
                ref=f"{self.desk.ref_prefix}-{row['id']}",
                subject=row["subject"],
                service_name=row["service_name"] or "",
                requester_name=row["requester_name"],
                asked_at=datetime.fromisoformat(row["asked_at"]),
            )
            for row in self._all(QUESTIONS, to_rfc3339(now - LIVES))
            # An address is written as whoever named the approver wrote it.
            if row["address"].lower() in own
        )

    def request(self, visitor: VisitorRow, number: int) -> RequestRow:
        """One request; NotFound, where a wall stands before it too."""
        row = self._seen(visitor, number)
        found = self._request_row(row, visitor)
        if found.status is not Status.MERGED:
            return found
        into = self._one(
            "SELECT other_id FROM link WHERE ticket_id = ? AND kind = 'merged_into' ORDER BY id DESC LIMIT 1", number
        )
        if into is None or self._seen_row(visitor, into[0]) is None:
            return found
        return found._replace(merged_into=into[0])

    def said(self, visitor: VisitorRow, number: int, *, now: datetime) -> tuple[SaidRow, ...]:
        """What was said between the requester and the desk, oldest first; NotFound."""
        self._seen(visitor, number)
        until = to_rfc3339(now - TAKE_BACK)
        files: dict[int, list[FileRow]] = {}
        for row in self._all(
            "SELECT f.message_id, f.id, f.name, f.media_type, b.size FROM attachment AS f"
            f" JOIN message AS m ON m.id = f.message_id JOIN blob AS b ON b.id = f.blob_id WHERE {_SAID} ORDER BY f.id",
            number,
            until,
        ):
            files.setdefault(row[0], []).append(FileRow(*tuple(row)[1:]))
        found = self._all(
            "SELECT m.id, m.direction, m.author_name, m.author_address, m.person_id, m.taken_at,"
            f" substr(m.text, 1, {LONGEST}) AS text, substr(m.quoted, 1, {LONGEST}) AS quoted FROM message AS m"
            f" WHERE {_SAID} ORDER BY m.taken_at, m.id",
            number,
            until,
        )
        return tuple(
            SaidRow(
                id=row["id"],
                author=row["author_name"] or row["author_address"],
                by_desk=row["direction"] == "out",
                mine=row["person_id"] is not None and row["person_id"] == visitor.requester.person_id,
                at=datetime.fromisoformat(row["taken_at"]),
                text=row["text"],
                quoted=row["quoted"],
                files=tuple(files.get(row["id"], ())),
            )
            for row in found
        )

    def file(self, visitor: VisitorRow, number: int, file: int, *, now: datetime) -> tuple[FileRow, bytes]:
        """A file of a request, with its content, by the same door; NotFound."""
        self._seen(visitor, number)
        row = self._one(
            "SELECT f.id, f.name, f.media_type, b.size, b.data FROM attachment AS f JOIN message AS m"
            f" ON m.id = f.message_id JOIN blob AS b ON b.id = f.blob_id WHERE {_SAID} AND f.id = ?",
            number,
            to_rfc3339(now - TAKE_BACK),
            file,
        )
        if row is None:
            raise NotFound(phrase("there is no such file"), phrase("see your requests"))
        return FileRow(*tuple(row)[:4]), bytes(row["data"])

    def known_outages(self) -> tuple[KnownOutage, ...]:
        """What is known not to work, for everybody: open incidents, confirmed outages, and what a check says is down of
        what stops a unit; none of a private team."""
        found = self._all(KNOWN_OUTAGES)
        units: dict[str, set[str]] = {}
        since: dict[str, str] = {}
        for row in found:
            name = row["service"] or ""
            units.setdefault(name, set()).update({row["unit"]} - {None})
            since[name] = min(since.get(name, row["since"]), row["since"])
        rows = [KnownOutage(name, tuple(sorted(units[name])), datetime.fromisoformat(since[name])) for name in units]
        return tuple(sorted(rows, key=lambda row: (row.since, row.service_name)))

    def units(self) -> tuple[tuple[str, str], ...]:
        """Key and name of every unit, by name: a form may ask for one."""
        found = self._all("SELECT key, name FROM unit WHERE retired_at IS NULL ORDER BY fold(name), key")
        return tuple((row[0], row[1]) for row in found)

    def equipment(self, visitor: VisitorRow) -> tuple[tuple[str, str], ...]:
        """Inventory number, and what it is, of what stands in his units: a form may ask for one."""
        units = ", ".join(str(each.id) for each in visitor.places) or "NULL"
        found = self._all(
            "SELECT inventory_number, trim(kind || ' ' || name) FROM asset"
            f" WHERE unit_id IN ({units}) AND retired_at IS NULL ORDER BY kind, number_key LIMIT {MOST}"
        )
        return tuple((row[0], row[1]) for row in found)

    def answers(self, visitor: VisitorRow, number: int) -> tuple[AnswerRow, ...]:
        """What was answered in the form of a request; NotFound."""
        self._seen(visitor, number)
        with translated(self.path):
            return answers_of(self._connection, number)

    def _offers(
        self, visitor: VisitorRow, language: str, now: datetime, key: str | None = None
    ) -> tuple[OfferRow, ...]:
        addresses = visitor.requester.addresses
        to = [AskerRow(Asker(place.line, addresses), place.key) for place in visitor.places]
        to = to or [AskerRow(Asker((), addresses), None)]
        with translated(self.path):
            found = offers(self._connection, self._calendar, now=now, to=to, key=key)
        return tuple(
            OfferRow(
                key=each.service.key,
                name=each.service.name,
                category=each.category or "",
                description=in_language(each.description, language, self.desk.language),
                help=in_language(each.help, language, self.desk.language),
                team_name=each.team_name,
                due_at=each.done_by or each.answered_by,
                answered=each.done_by is None,
                fields=each.fields,
            )
            for each in found
        )

    def _listed(
        self, visitor: VisitorRow, whose: str, value: int | None, at_work: bool, before: int | None
    ) -> tuple[RequestRow, ...]:
        with translated(self.path):
            wall = requester_wall(self._connection, visitor.requester, "t.")
        done = "" if at_work or before is None else f" AND t.id < {int(before)}"
        sql = (
            f"{_REQUESTS} AND {whose} AND {wall.sql} AND {'' if at_work else 'NOT '}t.is_open{done}"
            f" ORDER BY t.id DESC LIMIT {MOST if at_work else PAGE + 1}"
        )
        return tuple(self._request_row(row, visitor) for row in self._all(sql, value, *wall.values))

    def _seen(self, visitor: VisitorRow, number: int) -> Any:
        row = self._seen_row(visitor, number)
        if row is None:
            ref = f"{self.desk.ref_prefix}-{number}"
            raise NotFound(phrase("there is no ticket {ref}", ref=ref), phrase("see your requests"))
        return row

    def _seen_row(self, visitor: VisitorRow, number: int) -> Any:
        if not 0 < number < 2**63:
            return None
        with translated(self.path):
            wall = requester_wall(self._connection, visitor.requester, "t.")
        return self._one(f"{_REQUESTS} AND t.id = ? AND {wall.sql}", number, *wall.values)

    def _request_row(self, row: Any, visitor: VisitorRow) -> RequestRow:
        status = Status(row["status"])
        resolved_at = instant(row["resolved_at"])
        ended = status in {Status.RESOLVED, Status.CLOSED} and resolved_at is not None
        return RequestRow(
            number=row["id"],
            ref=f"{self.desk.ref_prefix}-{row['id']}",
            subject=row["subject"],
            status=status,
            is_open=status in OPEN_STATUSES,
            waiting_for=None if row["waiting_for"] is None else WaitingFor(row["waiting_for"]),
            wake_at=instant(row["wake_at"]),
            service_name=row["service_name"] or "",
            team_name=row["team_name"],
            assignee_name=row["assignee_name"] or "",
            unit_name=row["unit_name"] or "",
            requester_name=row["requester_name"] or "",
            mine=row["requester_id"] is not None and row["requester_id"] == visitor.requester.person_id,
            created_at=datetime.fromisoformat(row["created_at"]),
            updated_at=datetime.fromisoformat(row["updated_at"]),
            resolved_at=resolved_at,
            due_at=instant(row["resolution_due_at"] or row["first_response_due_at"]),
            reopens_until=resolved_at + timedelta(seconds=row["reopen_for"]) if ended and resolved_at else None,
            is_incident=bool(row["is_incident"]),
            is_refused=bool(row["is_refused"]),
        )
