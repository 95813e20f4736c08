"""What the old desk's database holds, counted: queues, states, priorities, users, services, companies and customers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.sql import ColumnElement

from sdesk.domain.otrs import OVER, boxes_of, instant_of
from sdesk.domain.safe_text import one_line
from sdesk.store.otrs.source import Source
from sdesk.store.otrs.text import text_of

_SAMPLE = 50
"""Of the newest tickets: by them the zone of the database is found."""


@dataclass(frozen=True, slots=True)
class Found:
    """What there is to be moved."""

    tickets: int
    articles: int
    files: int
    """Those that stand in the database itself."""
    outside: int
    """Articles whose files stand, or stood, in a folder."""
    words: Mapping[str, Counter[str]]
    """By our field: how many tickets have each of their words (of users: tickets and articles). Of queues, services,
    states, priorities and users all, also those that no ticket has yet: the old desk may still be in use."""
    names: Mapping[str, tuple[str, ...]]
    """Of each user's login: the full name and the address."""
    types: Mapping[str, str]
    """Of each state: `new`, `open`, `pending reminder`, `pending auto`, `closed`, `removed` or `merged`."""


def found_in(source: Source) -> Found:
    """Count all of it, by the database's own grouping."""
    ticket = source.table("ticket")
    mime = source.table("article_data_mime" if source.later else "article")
    queue, state, priority = (_of(source, name) for name in ("queue", "ticket_state", "ticket_priority"))
    services = _services(source)
    companies = _grouped(source, select(ticket.c.customer_id, func.count()).group_by(ticket.c.customer_id))
    outside = select(func.count()).select_from(mime).where(mime.c.content_path.is_not(None), mime.c.content_path != "")
    return Found(
        _count(source, "ticket"),
        _count(source, "article"),
        _count(source, source.files) if source.has(source.files) else 0,
        int(source.rows(outside)[0][0]),
        {
            "team": queue,
            "service": services,
            "assignee": _users(source),
            "unit": companies,
            "status": state,
            "priority": priority,
            "requester": _unknown_customers(source),
        },
        _names(source),
        _types(source),
    )


def zone_of(source: Source, candidates: tuple[tzinfo, ...]) -> tzinfo | None:
    """In which of these zones the database writes its times; None where none of them fits.

    An article's own time is in seconds since 1970: the ticket that it opened was made within the same quarter of hour.
    """
    ticket = source.table("ticket")
    mime = source.table("article_data_mime" if source.later else "article")
    article = source.table("article")
    first = (
        select(article.c.ticket_id, func.min(mime.c.incoming_time).label("at"))
        .select_from(article.join(mime, mime.c.article_id == article.c.id) if source.later else article)
        .group_by(article.c.ticket_id)
        .order_by(article.c.ticket_id.desc())
        .limit(_SAMPLE)
        .subquery()
    )
    rows = source.rows(select(ticket.c.create_time, first.c.at).join(first, first.c.ticket_id == ticket.c.id))
    fits: Counter[int] = Counter()
    for created, at in rows:
        for index, zone in enumerate(candidates):
            read, real = instant_of(created, zone), instant_of(int(at or 0), UTC)
            fits[index] += read is not None and real is not None and abs((read - real).total_seconds()) < 450
    index, count = max(fits.items(), key=lambda pair: (pair[1], -pair[0]), default=(0, 0))
    return candidates[index] if count * 2 > len(rows) else None


def _count(source: Source, name: str) -> int:
    return int(source.rows(select(func.count()).select_from(source.table(name)))[0][0])


def _of(source: Source, name: str) -> Counter[str]:
    """How many tickets have each word of a table that they name by `NAME_id`; none is 0."""
    ticket, words = source.table("ticket"), source.table(name)
    query = (
        select(words.c.name, func.count(ticket.c.id))
        .select_from(words.outerjoin(ticket, words.c.id == ticket.c[f"{name}_id"]))
        .group_by(words.c.name)
    )
    return _grouped(source, query)


def _services(source: Source) -> Counter[str]:
    if not (source.has("service", "id", "name") and source.has("ticket", "service_id")):
        return Counter()
    return _of(source, "service")


def _users(source: Source) -> Counter[str]:
    """Every user: who has tickets, who wrote as an agent, and who did neither."""
    ticket, users, article = (source.table(name) for name in ("ticket", "users", "article"))
    sender = source.table("article_sender_type")
    owners = (
        select(users.c.login, func.count())
        .select_from(ticket.join(users, users.c.id == ticket.c.user_id))
        .where(has_owner(source))
        .group_by(users.c.login)
    )
    writers = (
        select(users.c.login, func.count())
        .select_from(
            article.join(users, users.c.id == article.c.create_by).join(
                sender, sender.c.id == article.c.article_sender_type_id
            )
        )
        .where(sender.c.name == "agent")
        .group_by(users.c.login)
    )
    counted = Counter({one_line(text_of(row.login)): 0 for row in source.rows(select(users.c.login))})
    for query in (owners, writers):
        counted.update(_grouped(source, query))
    return counted


def has_owner(source: Source) -> ColumnElement[bool]:
    """Whether a ticket is somebody's: locked, or over. Root has what nobody has."""
    ticket, state, kind, lock = (
        source.table(name) for name in ("ticket", "ticket_state", "ticket_state_type", "ticket_lock_type")
    )
    over = select(state.c.id).join(kind, kind.c.id == state.c.type_id).where(kind.c.name.in_(sorted(OVER)))
    free = select(lock.c.id).where(lock.c.name == "unlock")
    return (ticket.c.user_id != 1) & (ticket.c.ticket_state_id.in_(over) | ticket.c.ticket_lock_id.not_in(free))


def _unknown_customers(source: Source) -> Counter[str]:
    """Logins of customers of whom the database has no address, and which are none."""
    ticket = source.table("ticket")
    query = select(ticket.c.customer_user_id, func.count()).group_by(ticket.c.customer_user_id)
    if source.has("customer_user", "login", "email"):
        customer = source.table("customer_user")
        query = query.where(
            ticket.c.customer_user_id.not_in(select(customer.c.login).where(customer.c.email.is_not(None)))
        )
    return Counter({word: count for word, count in _grouped(source, query).items() if not boxes_of(word)})


def _names(source: Source) -> Mapping[str, tuple[str, ...]]:
    users = source.table("users")
    logins: dict[int, str] = {}
    names: dict[int, list[str]] = {}
    for row in source.rows(select(users.c.id, users.c.login, users.c.first_name, users.c.last_name)):
        logins[row.id] = one_line(text_of(row.login))
        names[row.id] = [one_line(f"{text_of(row.first_name)} {text_of(row.last_name)}")]
    if source.has("user_preferences", "user_id", "preferences_key", "preferences_value"):
        kept = source.table("user_preferences")
        wanted = select(kept.c.user_id, kept.c.preferences_value).where(kept.c.preferences_key == "UserEmail")
        for row in source.rows(wanted):
            if row.user_id in names:
                names[row.user_id].append(one_line(text_of(row.preferences_value)))
    return {logins[number]: tuple(found) for number, found in names.items()}


def _types(source: Source) -> Mapping[str, str]:
    state, kind = source.table("ticket_state"), source.table("ticket_state_type")
    rows = source.rows(select(state.c.name, kind.c.name).join(kind, kind.c.id == state.c.type_id))
    return {one_line(text_of(row[0])): text_of(row[1]) for row in rows}


def _grouped(source: Source, query: Any) -> Counter[str]:
    words: Counter[str] = Counter()
    for word, count in source.rows(query):
        if name := one_line(text_of(word)):
            words[name] += int(count)
    return words
