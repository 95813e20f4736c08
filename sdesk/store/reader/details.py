"""Parts of the desk whole: what `show` prints of a unit, a service, a team, an agent, a calendar, a person."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from sdesk.domain.actor import Actor
from sdesk.domain.errors import NotFound
from sdesk.domain.nearest import did_you_mean
from sdesk.domain.phrase import noun as noun_of
from sdesk.domain.phrase import phrase
from sdesk.domain.satisfaction import BAD
from sdesk.domain.worktime import DAYS
from sdesk.store.reader import catalogue, organisation, rated
from sdesk.store.reader.desk_rows import AgentDetail, CalendarRow, PersonRow, ServiceDetail, TeamDetail
from sdesk.store.reader.organisation_rows import UnitRow
from sdesk.store.reader.where import Condition, containing, wall

Row = TypeVar("Row")

_EVERYTHING = Condition("1")


def calendars(connection: sqlite3.Connection, today: date) -> tuple[CalendarRow, ...]:
    """Working times, by key; of single days those from today on."""
    found = connection.execute(
        "SELECT key, time_zone, hours, free, working FROM calendar WHERE retired_at IS NULL ORDER BY key"
    )
    return tuple(_calendar(row, today) for row in found)


def calendar(connection: sqlite3.Connection, key: str, today: date) -> CalendarRow:
    """One working time; NotFound."""
    return _chosen(calendars(connection, today), key, "calendar", lambda row: row.key)


def unit(connection: sqlite3.Connection, key: str) -> UnitRow:
    """One unit as lists give it; NotFound."""
    return _chosen(organisation.units(connection), key, "unit", lambda row: row.key)


def unit_calendar(connection: sqlite3.Connection, key: str, today: date) -> CalendarRow | None:
    """The opening hours of a unit; None: always open."""
    row = connection.execute(
        "SELECT c.key, c.time_zone, c.hours, c.free, c.working FROM unit AS u"
        " JOIN calendar AS c ON c.id = u.calendar_id WHERE u.key = ?",
        (key,),
    ).fetchone()
    return None if row is None else _calendar(row, today)


def unit_mail(connection: sqlite3.Connection, key: str) -> tuple[str, ...]:
    """Addresses and patterns whose mail is the unit's."""
    found = connection.execute(
        "SELECT a.pattern FROM unit_address AS a JOIN unit AS u ON u.id = a.unit_id WHERE u.key = ?"
        " ORDER BY a.position",
        (key,),
    )
    return tuple(row[0] for row in found)


def unit_stops(connection: sqlite3.Connection, key: str) -> dict[str, Decimal]:
    """What of its turnover stands while a service is down, by service: the unit's own share before the service's."""
    own = json.loads(connection.execute("SELECT stops FROM unit WHERE key = ?", (key,)).fetchone()[0])
    found = connection.execute("SELECT key, stops_share FROM service WHERE retired_at IS NULL ORDER BY key")
    shares = {service: own.get(service, share) for service, share in found}
    return {service: Decimal(str(share)) for service, share in shares.items() if share is not None}


def service(connection: sqlite3.Connection, key: str, actor: Actor) -> ServiceDetail:
    """One service; NotFound."""
    row = _chosen(catalogue.services(connection), key, "service", lambda each: each.key)
    found = connection.execute(
        "SELECT s.id, l.key AS sla, c.key AS calendar, l.id AS sla_id, s.stops_share, s.offered_to FROM service AS s"
        " JOIN team AS t ON t.id = s.team_id LEFT JOIN sla AS l ON l.id = coalesce(s.sla_id, t.sla_id)"
        " LEFT JOIN calendar AS c ON c.id = l.calendar_id WHERE s.key = ?",
        (key,),
    ).fetchone()
    targets = connection.execute(
        "SELECT priority, first_response, next_reply, resolution FROM sla_target WHERE sla_id = ? ORDER BY priority",
        (found["sla_id"],),
    )
    return ServiceDetail(
        service=row,
        sla=found["sla"],
        calendar=found["calendar"],
        targets={each[0]: (each[1], each[2], each[3]) for each in targets},
        stops_share=None if found["stops_share"] is None else Decimal(found["stops_share"]),
        offered_to=None if found["offered_to"] is None else tuple(json.loads(found["offered_to"])),
        open_tickets=_count(connection, actor, "is_open AND service_id = ?", found["id"]),
    )


def team(connection: sqlite3.Connection, key: str, actor: Actor) -> TeamDetail:
    """One team; NotFound."""
    row = _chosen(organisation.teams(connection), key, "team", lambda each: each.key)
    found = connection.execute(
        "SELECT t.id, l.key AS sla, t.reopen_for, t.wait_days FROM team AS t LEFT JOIN sla AS l ON l.id = t.sla_id"
        " WHERE t.key = ?",
        (key,),
    ).fetchone()
    members = connection.execute(
        "SELECT a.key FROM team_member AS m JOIN agent AS a ON a.id = m.agent_id"
        " WHERE m.team_id = ? AND a.retired_at IS NULL ORDER BY a.key",
        (found["id"],),
    )
    on_call = connection.execute(
        "SELECT a.key FROM on_call AS o JOIN agent AS a ON a.id = o.agent_id WHERE o.team_id = ? ORDER BY o.position",
        (found["id"],),
    )
    return TeamDetail(
        team=row,
        members=tuple(each[0] for each in members),
        on_call=tuple(each[0] for each in on_call),
        sla=found["sla"],
        reopen_for=found["reopen_for"],
        wait_days=found["wait_days"],
        open_tickets=_count(connection, actor, "is_open AND team_id = ?", found["id"]),
        unassigned=_count(connection, actor, "is_open AND assignee_id IS NULL AND team_id = ?", found["id"]),
    )


def agent(connection: sqlite3.Connection, login: str, actor: Actor, now: datetime | None) -> AgentDetail:
    """One agent; NotFound."""
    row = _chosen(organisation.agents(connection, now), login, "agent", lambda each: each.login)
    number = connection.execute("SELECT id FROM agent WHERE key = ?", (login,)).fetchone()[0]
    leads = connection.execute(
        "SELECT key FROM team WHERE lead_id = ? AND retired_at IS NULL ORDER BY key", (number,)
    ).fetchall()
    on_call = connection.execute(
        "SELECT DISTINCT t.key FROM on_call AS o JOIN team AS t ON t.id = o.team_id WHERE o.agent_id = ?"
        " ORDER BY t.key",
        (number,),
    ).fetchall()
    return AgentDetail(
        agent=row,
        leads=tuple(each[0] for each in leads),
        on_call=tuple(each[0] for each in on_call),
        open_tickets=_count(connection, actor, "is_open AND assignee_id = ?", number),
    )


def people(
    connection: sqlite3.Connection,
    actor: Actor,
    *,
    words: str = "",
    number: int | None = None,
    unhappy: bool = False,
    limit: int = 50,
) -> tuple[PersonRow, ...]:
    """Whom the desk serves, by name: those whose name or address has the words in it. 0: no limit.

    `unhappy`: those whose last answer to the question how it was is a bad one. Behind a wall are people of whom the
    agent may see no ticket at all.
    """
    hidden = wall(connection, actor) or _EVERYTHING
    seen = f"EXISTS (SELECT 1 FROM ticket WHERE requester_id = p.id AND {hidden.sql})"
    parts = ["1"] if hidden is _EVERYTHING else [seen]
    values: list[object] = [*hidden.values]
    if number is not None:
        parts.append("p.id = ?")
        values.append(number)
    said = rated.last_score(connection, actor)
    if unhappy:
        parts.append(f"({said.sql}) <= {BAD}")
        values += said.values
    for word in words.split():
        parts.append(
            "(fold(p.name) LIKE fold(?) ESCAPE '\\' OR EXISTS (SELECT 1 FROM person_address AS a"
            " WHERE a.person_id = p.id AND a.address LIKE lower(?) ESCAPE '\\'))"
        )
        values += [containing(word)] * 2
    found = connection.execute(
        "SELECT p.id, p.name, p.phone, p.language, u.key AS unit, u.name AS unit_name,"
        " (SELECT json_group_array(a.address) FROM person_address AS a WHERE a.person_id = p.id) AS addresses,"
        f" (SELECT count(*) FROM ticket WHERE requester_id = p.id AND is_open AND {hidden.sql}) AS open_tickets,"
        f" (SELECT count(*) FROM ticket WHERE requester_id = p.id AND {hidden.sql}) AS all_tickets,"
        f" ({said.sql}) AS last_rating"
        " FROM person AS p LEFT JOIN unit AS u ON u.id = p.unit_id"
        f" WHERE {' AND '.join(parts)} ORDER BY fold(p.name), p.id LIMIT ?",
        (*hidden.values, *hidden.values, *said.values, *values, limit or -1),
    )
    return tuple(
        PersonRow(
            id=row["id"],
            name=row["name"],
            addresses=tuple(sorted(json.loads(row["addresses"]))),
            phone=row["phone"],
            unit=row["unit"],
            unit_name=row["unit_name"],
            language=row["language"],
            open_tickets=row["open_tickets"],
            all_tickets=row["all_tickets"],
            last_rating=row["last_rating"],
        )
        for row in found
    )


def person(connection: sqlite3.Connection, actor: Actor, address: str) -> PersonRow:
    """One person, by mail address; NotFound, behind a wall too."""
    row = connection.execute("SELECT person_id FROM person_address WHERE address = ?", (address.lower(),)).fetchone()
    found = people(connection, actor, number=row[0]) if row is not None else ()
    if not found:
        raise NotFound(
            phrase("nobody is known by the address `{address}`", address=address), phrase("see `sdesk person list`")
        )
    return found[0]


def _chosen(rows: Iterable[Row], key: str, noun: str, key_of: Callable[[Row], str]) -> Row:
    known = {key_of(row): row for row in rows}
    if key in known:
        return known[key]
    raise NotFound(
        phrase("there is no {noun} `{key}`", noun=noun_of(noun), key=key),
        did_you_mean(key, known, phrase("see `sdesk {noun} list`", noun=noun)),
    )


def _count(connection: sqlite3.Connection, actor: Actor, condition: str, value: int) -> int:
    hidden = wall(connection, actor) or _EVERYTHING
    row = connection.execute(
        f"SELECT count(*) FROM ticket WHERE {condition} AND {hidden.sql}", (value, *hidden.values)
    ).fetchone()
    return int(row[0])


def _calendar(row: sqlite3.Row, today: date) -> CalendarRow:
    hours, free, working = json.loads(row["hours"]), json.loads(row["free"]), json.loads(row["working"])
    # As the desk file writes it (`mon-fri`); a key of its own for each day is no loss.
    return CalendarRow(
        key=row["key"],
        time_zone=row["time_zone"],
        hours={days: tuple(hours[days]) for days in sorted(hours, key=lambda days: DAYS.index(days[:3].lower()))},
        free=tuple(day for day in sorted(map(date.fromisoformat, free)) if day >= today),
        working={
            date.fromisoformat(day): tuple(working[day]) for day in sorted(working) if date.fromisoformat(day) >= today
        },
    )
