"""Stores with many tickets, written in bulk: rows as the desk would have left them, without the years in between."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from sdesk.desk.opening import open_desk
from sdesk.desk.setup import apply
from sdesk.domain.actor import SYSTEM
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.ticket import OPEN_STATUSES, Priority, Status
from sdesk.domain.urgency import DEFAULT_HEAD_START, place
from sdesk.store import migrate
from sdesk.store.search import fold

COMMON_WORD, RARE_WORD = "письмо", "бергамот"
"""In every ticket, and in three of them."""
RARE_EVERY = 33_333

_SUBJECTS = (
    "Касса не пробивает чек",
    "Terminal refuses cards",
    "Принтер этикеток печатает криво",
    "Cannot open the stock list",
    "Нужен доступ к отчётам",
    "Camera shows a black picture",
    "Заявка на отпуск",
    "New colleague starts on Monday",
    "Клиент недоволен ремонтом",
)
_OPEN = ((Status.NEW, 35), (Status.OPEN, 45), (Status.WAITING, 20))
_DONE = ((Status.CLOSED, 88), (Status.RESOLVED, 7), (Status.SPAM, 4), (Status.MERGED, 1))
_PRIORITIES = ((Priority.P1, 1), (Priority.P2, 6), (Priority.P3, 33), (Priority.P4, 45), (Priority.P5, 15))
_HOURS = {Priority.P1: 4, Priority.P2: 9, Priority.P3: 27, Priority.P4: 60, Priority.P5: 120}
PEOPLE = 4000

Word = TypeVar("Word")


@dataclass(frozen=True, slots=True)
class _Setup:
    """What tickets refer to."""

    teams: list[tuple[int, int | None]]
    """Numbers, with their SLA."""
    members: dict[int, list[int]]
    services: dict[int, list[int]]
    units: list[int]


def empty(path: Path, now: datetime) -> None:
    """A new store with the set-up of the demo desk."""
    migrate.init(path)
    desk = open_desk(path)
    try:
        text = files("sdesk.demo").joinpath("desk.toml").read_text(encoding="utf-8")
        apply(desk, text, "desk.toml", actor=SYSTEM, now=now)
    finally:
        desk.close()


def build(path: Path, tickets: int, *, open_share: float, now: datetime, seed: int = 1) -> None:
    """A store with so many tickets, of which `open_share` are new, open or waiting, the newest more often."""
    empty(path, now - timedelta(days=800))
    dice = random.Random(f"sdesk store {seed}")
    with closing(sqlite3.connect(path, isolation_level=None)) as store:
        store.execute("PRAGMA synchronous = OFF")
        store.execute("PRAGMA cache_size = -200000")
        setup = _setup(store)
        store.execute("BEGIN")
        _insert(store, "person", _people(dice, setup, now))
        _insert(
            store,
            "person_address",
            ({"address": f"person{number}@shop.example", "person_id": number} for number in range(1, PEOPLE + 1)),
        )
        numbers = range(1, tickets + 1)
        for start in range(0, tickets, 10_000):
            made = [
                _ticket(dice, setup, number, tickets, open_share, now) for number in numbers[start : start + 10_000]
            ]
            _insert(store, "ticket", made)
            _insert(store, "message", (row for ticket in made for row in _messages(dice, ticket)))
            _insert(store, "history", (row for ticket in made for row in _events(dice, ticket)))
            _insert(store, "outage", (row for ticket in made for row in _outages(dice, ticket)))
            _insert(store, "time_spent", (row for ticket in made for row in _work(dice, ticket)))
            _insert(store, "tag", ({"ticket_id": each["id"], "tag": "vip"} for each in made if each["id"] % 40 == 0))
            store.executemany(
                "INSERT INTO ticket_fts (rowid, subject, body, people) VALUES (?, ?, ?, ?)",
                (
                    (each["id"], fold(each["subject"]), fold(_text(each["id"])), f"person{each['requester_id']}")
                    for each in made
                ),
            )
        store.execute("COMMIT")
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _setup(store: sqlite3.Connection) -> _Setup:
    services: dict[int, list[int]] = {}
    for number, team in store.execute("SELECT id, team_id FROM service ORDER BY id"):
        services.setdefault(team, []).append(number)
    members: dict[int, list[int]] = {}
    for team, agent in store.execute("SELECT team_id, agent_id FROM team_member ORDER BY 1, 2"):
        members.setdefault(team, []).append(agent)
    return _Setup(
        [(number, sla) for number, sla in store.execute("SELECT id, sla_id FROM team ORDER BY id")],
        members,
        services,
        [row[0] for row in store.execute("SELECT id FROM unit ORDER BY id")],
    )


def _people(dice: random.Random, setup: _Setup, now: datetime) -> Iterator[dict[str, Any]]:
    for number in range(1, PEOPLE + 1):
        yield {
            "id": number,
            "name": f"Person {number}",
            "language": dice.choice(["ru", "en"]),
            "unit_id": dice.choice(setup.units),
            "created_at": to_rfc3339(now - timedelta(days=800)),
        }


def _ticket(
    dice: random.Random, setup: _Setup, number: int, tickets: int, open_share: float, now: datetime
) -> dict[str, Any]:
    """One ticket. Numbers go with age; what is open is young, unless almost all is open."""
    created = now - timedelta(seconds=round((tickets - number + dice.random()) * 700 * 86_400 / tickets) + 60)
    still_open = dice.random() < open_share
    status = _pick(dice, _OPEN if still_open else _DONE)
    priority = _pick(dice, _PRIORITIES)
    (team, sla) = dice.choices(setup.teams, [70] + [10] * (len(setup.teams) - 1))[0]
    assignee = None
    if status is not Status.NEW and setup.members.get(team):
        assignee = dice.choice(setup.members[team])
    # Deadlines reach from a month ago to a month ahead, so that every state of a promise is there.
    due = now + timedelta(seconds=dice.randrange(-30 * 86_400, 30 * 86_400)) if still_open else None
    if status is Status.WAITING:
        due = None
    wake = now + timedelta(hours=dice.randrange(1, 200)) if status is Status.WAITING else None
    stale = due + timedelta(hours=_HOURS[priority]) if due is not None else None
    # An outage is of these days, and not every P1 is one.
    burns = due is not None and priority is Priority.P1 and number % 4 == 0
    loss = dice.randrange(500_000, 20_000_000) if burns else None
    since = max(created, now - timedelta(minutes=dice.randrange(5, 2_000)))
    where = place(
        status=status,
        priority=priority,
        created_at=created,
        due_at=due,
        stale=stale is not None and stale <= now,
        wake_at=wake,
        loss_per_hour=Decimal(loss or 0) / 100,
        head_start=DEFAULT_HEAD_START,
    )
    # Answers and solutions take from minutes to weeks, most of them hours; one in seven is late.
    answer, effort = (
        round(min(dice.lognormvariate(7.3, 1.2), 400_000)),
        round(min(dice.lognormvariate(9.6, 1.3), 2_000_000)),
    )
    answered = None if status is Status.NEW else to_rfc3339(min(created + timedelta(seconds=2 * answer), now))
    done = None if still_open else to_rfc3339(min(created + timedelta(seconds=2 * (answer + effort)), now))
    opened = to_rfc3339(created)
    stalled = _text_of(stale)
    return {
        "id": number,
        "version": 3,
        "subject": f"{_SUBJECTS[number % len(_SUBJECTS)]} {number}",
        "status": status.value,
        "is_open": status in OPEN_STATUSES,
        "waiting_for": "date" if status is Status.WAITING else None,
        "wake_at": _text_of(wake),
        "service_id": dice.choice(setup.services[team]) if setup.services.get(team) else None,
        "team_id": team,
        "assignee_id": assignee,
        "requester_id": dice.randrange(1, PEOPLE + 1),
        "unit_id": dice.choice(setup.units),
        "channel": "mail",
        "token": f"{dice.getrandbits(128):032x}",
        "impact": "minor",
        "urgency": "medium",
        "priority": priority.value,
        "created_at": opened,
        "updated_at": opened,
        "resolved_at": done,
        "closed_at": done if status is Status.CLOSED else None,
        "reopenings": 1 if not still_open and number % 17 == 0 else 0,
        "unanswered_since": opened if status is Status.NEW else None,
        "sla_id": sla,
        "first_response_target": 3600,
        "first_response_consumed": answer,
        "first_response_met_at": answered,
        "first_response_voided": False,
        "next_reply_consumed": 0,
        "next_reply_voided": False,
        "resolution_target": _HOURS[priority] * 3600,
        "resolution_consumed": 600 if still_open else answer + effort,
        "resolution_started_at": None if due is None else opened,
        "resolution_at_risk_at": _text_of(None if due is None else due - timedelta(hours=2)),
        "resolution_due_at": _text_of(due),
        "resolution_met_at": done,
        "resolution_voided": status in (Status.SPAM, Status.MERGED),
        "stale_at": stalled,
        "risk_at": _text_of(None if due is None else due - timedelta(hours=2)),
        "due_at": _text_of(due),
        "due_kind": "resolution" if due is not None else None,
        "loss_per_hour": loss,
        "loss_since": to_rfc3339(since) if burns else None,
        "loss_confirmed": burns and number % 8 == 0,
        "rank": where.rank,
        "key1": where.key1,
        "key2": where.key2,
    }


def _messages(dice: random.Random, ticket: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for direction in ("in", "out", "in")[: dice.choice([1, 2, 2, 3])]:
        yield {
            "ticket_id": ticket["id"],
            "direction": direction,
            "person_id": ticket["requester_id"] if direction == "in" else None,
            "author_name": f"Person {ticket['requester_id']}",
            "author_address": f"person{ticket['requester_id']}@shop.example",
            "takes_part": True,
            "sent_at": ticket["created_at"],
            "taken_at": ticket["created_at"],
            "subject": ticket["subject"],
            "text": _text(ticket["id"]),
            "quoted": "",
            "message_id": f"<{ticket['token']}.{direction}@shop.example>",
        }


def _events(dice: random.Random, ticket: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The history: opened, taken, solved, perhaps opened again and solved once more, closed."""
    yield _event(ticket, ticket["created_at"], "opened", {"channel": "mail"})
    if ticket["status"] == "new":
        return
    yield _event(ticket, ticket["first_response_met_at"], "assigned", {"old": None, "new": "boris"})
    yield _moved(ticket, ticket["first_response_met_at"], "new", "open")
    if ticket["status"] == "waiting":
        yield _moved(ticket, ticket["first_response_met_at"], "open", "waiting")
    if ticket["resolved_at"] is None:
        return
    last = ticket["resolved_at"]
    if ticket["reopenings"]:
        middle = _between(dice, ticket["created_at"], last)
        yield _moved(ticket, middle, "open", "resolved")
        yield _moved(ticket, _between(dice, middle, last), "resolved", "open")
    yield _moved(ticket, last, "open", ticket["status"] if ticket["status"] in ("spam", "merged") else "resolved")
    if ticket["status"] == "closed":
        yield _moved(ticket, last, "resolved", "closed")


def _moved(ticket: dict[str, Any], at: str, old: str, new: str) -> dict[str, Any]:
    return _event(ticket, at, "status", {"old": old, "new": new})


def _event(ticket: dict[str, Any], at: str, event: str, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "ticket_id": ticket["id"],
        "at": at,
        "agent_id": ticket["assignee_id"],
        "actor": "system",
        "event": event,
        "data": json.dumps(data),
    }


def _between(dice: random.Random, start: str, end: str) -> str:
    low, high = datetime.fromisoformat(start), datetime.fromisoformat(end)
    return to_rfc3339(low + (high - low) * dice.random())


def _outages(dice: random.Random, ticket: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One solved ticket in forty was an outage, of hours; most are confirmed."""
    if ticket["resolved_at"] is None or ticket["id"] % 40:
        return
    start, end = ticket["created_at"], _between(dice, ticket["created_at"], ticket["resolved_at"])
    per_hour = f"{dice.randrange(500_000, 20_000_000) / 100:.2f}"
    yield {
        "ticket_id": ticket["id"],
        "unit_id": ticket["unit_id"],
        "down_from": start,
        "down_to": end,
        "share": "1",
        "confirmed": ticket["id"] % 80 == 0,
        "loss": dice.randrange(500_000, 20_000_000),
        "slices": json.dumps([[start, end, "1", per_hour]]),
    }


def _work(dice: random.Random, ticket: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Half of what was solved says how long it took."""
    if ticket["resolved_at"] is None or ticket["assignee_id"] is None or ticket["id"] % 2:
        return
    yield {
        "ticket_id": ticket["id"],
        "agent_id": ticket["assignee_id"],
        "spent_at": ticket["resolved_at"],
        "seconds": dice.randrange(1, 24) * 300,
    }


def _text(number: int) -> str:
    rare = f" {RARE_WORD}" if number % RARE_EVERY == 1 else ""
    return (
        f"Добрый день! Это {COMMON_WORD} номер {number}.{rare} С утра не получается закончить смену, окно закрывается."
        f" We tried it twice and called extension {number % 900 + 100}. Просим помочь до вечера."
    )


def _text_of(instant: datetime | None) -> str | None:
    return None if instant is None else to_rfc3339(instant)


def _pick(dice: random.Random, weighted: Sequence[tuple[Word, int]]) -> Word:
    return dice.choices([each[0] for each in weighted], [each[1] for each in weighted])[0]


def _insert(store: sqlite3.Connection, table: str, rows: Iterable[dict[str, Any]]) -> None:
    """Insert rows that all have the columns of the first."""
    stream = iter(rows)
    first = next(stream, None)
    if first is None:
        return
    names = list(first)
    statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    store.execute(statement, list(first.values()))
    store.executemany(statement, (list(row.values()) for row in stream))


def present() -> datetime:
    """Now, in whole seconds: what the commands under measurement take for now, too."""
    return datetime.now(UTC).replace(microsecond=0)
