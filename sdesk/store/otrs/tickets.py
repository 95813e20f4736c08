"""The tickets of the old desk with their articles, a page at a time, in the order of their ids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, case, func, literal, select
from sqlalchemy.sql import ColumnElement

from sdesk.domain.otrs import LONGEST_TEXT, OVER, OtrsArticle, OtrsTicket, is_visible
from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket_line import MOST_MESSAGES
from sdesk.store.otrs.files import MOST_FILES, ArticleFolder, files_in_database, raw_in_database
from sdesk.store.otrs.source import MIME, Source
from sdesk.store.otrs.text import text_of
from sdesk.store.otrs.words import has_owner

PAGE = 200
"""Tickets that are held at once."""
MOST_CHARACTERS = 16 * 1024 * 1024
"""Of the texts that are held at once, unless one ticket has more."""
MOST_OF_ONE = 256 * 1024 * 1024
"""Of the texts of one ticket: what has more, or more than `MOST_MESSAGES` articles, is no ticket."""
_MOVES = ("NewTicket", "StateUpdate", "Merged")
"""Types of history by which a ticket comes into a state."""
_LONGEST_HEADER = 20_000
TOO_LONG = f"its text is longer than {LONGEST_TEXT:,} characters: the rest stayed where it was imported from"
TOO_MANY = f"it has more than {MOST_FILES:,} files: the others stayed where it was imported from"


def tickets_of(source: Source, folder: ArticleFolder | None) -> Iterator[OtrsTicket]:
    """Every ticket there is."""
    last = 0
    while rows := source.rows(_page(source, last)):
        last = rows[-1].id
        ids = [row.id for row in rows]
        ends, by_id = _ends(source, ids), {row.id: row for row in rows}
        weights = _weights(source, ids)
        for together, too_much in _portions(weights, ids):
            articles = {} if too_much else _articles(source, folder, together)
            for each in together:
                weight = weights.get(each, _NOTHING)
                yield _ticket(
                    by_id[each],
                    articles.get(each, ()),
                    ends.get(each),
                    unread=weight.articles - weight.mails,
                    too_much=too_much,
                )


class _Weight(NamedTuple):
    """What a ticket has."""

    articles: int
    mails: int
    """Those of them that are of a kind that can be read: a chat is none."""
    characters: int


_NOTHING = _Weight(0, 0, 0)


def _weights(source: Source, tickets: Sequence[int]) -> Mapping[int, _Weight]:
    article = source.table("article")
    mime = source.table("article_data_mime") if source.later else article
    mails = mime.c.article_id if source.later else article.c.id
    weighed = source.rows(
        select(
            article.c.ticket_id,
            func.count(article.c.id),
            func.count(mails),
            func.coalesce(func.sum(func.length(mime.c.a_body)), 0),
        )
        .select_from(article.outerjoin(mime, mime.c.article_id == article.c.id) if source.later else article)
        .where(article.c.ticket_id.in_(tickets))
        .group_by(article.c.ticket_id)
    )
    return {row[0]: _Weight(*map(int, row[1:])) for row in weighed}


def _portions(weights: Mapping[int, _Weight], tickets: Sequence[int]) -> Iterator[tuple[list[int], bool]]:
    """Tickets whose articles may be held together; and whether one alone has too many."""
    together: list[int] = []
    size = 0
    for each in tickets:
        _, count, characters = weights.get(each, _NOTHING)
        if together and (size + characters > MOST_CHARACTERS or count > MOST_MESSAGES):
            yield together, False
            together, size = [], 0
        if count > MOST_MESSAGES or characters > MOST_OF_ONE:
            yield [each], True
            continue
        together.append(each)
        size += characters
    if together:
        yield together, False


def _page(source: Source, last: int) -> Select[Any]:
    ticket, queue, priority, users = (source.table(name) for name in ("ticket", "queue", "ticket_priority", "users"))
    state, kind = source.table("ticket_state"), source.table("ticket_state_type")
    service: ColumnElement[Any] = literal("")
    email: ColumnElement[Any] = literal("")
    names: tuple[ColumnElement[Any], ...] = (literal(""), literal(""))
    # Outer joins: a ticket that names what is gone is named with its number, not passed over.
    joined = (
        ticket.outerjoin(queue, queue.c.id == ticket.c.queue_id)
        .outerjoin(priority, priority.c.id == ticket.c.ticket_priority_id)
        .outerjoin(state, state.c.id == ticket.c.ticket_state_id)
        .outerjoin(kind, kind.c.id == state.c.type_id)
        .outerjoin(users, and_(users.c.id == ticket.c.user_id, has_owner(source)))
    )
    if source.has("service", "id", "name") and source.has("ticket", "service_id"):
        services = source.table("service")
        joined = joined.outerjoin(services, services.c.id == ticket.c.service_id)
        service = services.c.name
    if source.has("customer_user", "login", "email", "first_name", "last_name"):
        customer = source.table("customer_user")
        joined = joined.outerjoin(customer, customer.c.login == ticket.c.customer_user_id)
        email, names = customer.c.email, (customer.c.first_name, customer.c.last_name)
    return (
        select(
            *(ticket.c.id, ticket.c.tn, ticket.c.title, ticket.c.customer_id, ticket.c.customer_user_id),
            *(ticket.c.create_time, ticket.c.change_time),
            queue.c.name.label("queue"),
            priority.c.name.label("priority"),
            state.c.name.label("state"),
            kind.c.name.label("state_type"),
            users.c.login.label("owner"),
            service.label("service"),
            email.label("email"),
            names[0].label("first_name"),
            names[1].label("last_name"),
        )
        .select_from(joined)
        .where(ticket.c.id > last)
        .order_by(ticket.c.id)
        .limit(PAGE)
    )


def _ticket(row: Any, articles: Sequence[OtrsArticle], end: object, *, unread: int, too_much: bool) -> OtrsTicket:
    email = text_of(row.email)
    name = one_line(f"{text_of(row.first_name)} {text_of(row.last_name)}").replace('"', "")
    state_type = text_of(row.state_type)
    ended = (end if end is not None else row.change_time) if state_type in OVER else None
    return OtrsTicket(
        row.id,
        text_of(row.tn).strip(),
        text_of(row.title),
        text_of(row.queue),
        text_of(row.state),
        state_type,
        text_of(row.priority),
        text_of(row.owner),
        text_of(row.service),
        text_of(row.customer_user_id),
        f'"{name}" <{email}>' if name and email else email,
        text_of(row.customer_id),
        row.create_time,
        ended,
        tuple(articles),
        unread,
        too_much,
    )


def _ends(source: Source, tickets: Sequence[int]) -> Mapping[int, object]:
    """When each ticket came into the state in which it is over, where it is: the last time that it did."""
    wanted = ("ticket_id", "history_type_id", "state_id", "create_time", "id")
    if not (source.has("ticket_history", *wanted) and source.has("ticket_history_type", "id", "name")):
        return {}
    history, kind = source.table("ticket_history"), source.table("ticket_history_type")
    state, state_type = source.table("ticket_state"), source.table("ticket_state_type")
    rows = source.rows(
        select(history.c.ticket_id, history.c.create_time, state_type.c.name)
        .select_from(
            history.join(kind, kind.c.id == history.c.history_type_id)
            .join(state, state.c.id == history.c.state_id)
            .join(state_type, state_type.c.id == state.c.type_id)
        )
        .where(history.c.ticket_id.in_(tickets), kind.c.name.in_(_MOVES))
        .order_by(history.c.ticket_id, history.c.id)
    )
    ends: dict[int, object] = {}
    for row in rows:
        if row.name not in OVER:
            ends.pop(row.ticket_id, None)
        else:
            ends.setdefault(row.ticket_id, row.create_time)
    return ends


def _articles(source: Source, folder: ArticleFolder | None, tickets: Sequence[int]) -> Mapping[int, list[OtrsArticle]]:
    rows = source.rows(_article_query(source, tickets))
    ids = [row.id for row in rows]
    files, raws = files_in_database(source, ids), raw_in_database(source, ids)
    found: dict[int, list[OtrsArticle]] = defaultdict(list)
    for row in rows:
        place = text_of(row.content_path).strip()
        outside = folder.files(place, row.id) if folder is not None and place else []
        all_files = (*files.get(row.id, ()), *outside)
        raw = folder.raw(place, row.id) if folder is not None and place else None
        sender = text_of(row.sender).lower()
        kind = text_of(row.kind)
        found[row.ticket_id].append(
            OtrsArticle(
                id=row.id,
                sender=sender if sender in {"agent", "customer"} else "system",
                kind=kind,
                visible=bool(row.visible) if source.later else is_visible(kind),
                writer=text_of(row.writer),
                sent_at=int(row.incoming_time or 0),
                origin=text_of(row.a_from),
                to=text_of(row.a_to),
                cc=text_of(row.a_cc),
                subject=text_of(row.a_subject),
                message_id=text_of(row.a_message_id),
                in_reply_to=text_of(row.a_in_reply_to),
                body=text_of(row.a_body),
                files=all_files[:MOST_FILES],
                raw=raws.get(row.id) or raw,
                left=(
                    *((TOO_LONG,) if int(row.length or 0) > LONGEST_TEXT else ()),
                    *((TOO_MANY,) if len(all_files) > MOST_FILES else ()),
                ),
            )
        )
    return found


def _article_query(source: Source, tickets: Sequence[int]) -> Select[Any]:
    article, sender, users = (source.table(name) for name in ("article", "article_sender_type", "users"))
    # Outer joins: an article of a sender that is gone is one of the system, and not passed over.
    joined = article.outerjoin(sender, sender.c.id == article.c.article_sender_type_id).outerjoin(
        users, users.c.id == article.c.create_by
    )
    visible: ColumnElement[Any]
    if source.later:
        mime, kind = source.table("article_data_mime"), source.table("communication_channel")
        # What has no mail is a chat, or of an add-on: its ticket comes without it.
        joined = joined.join(mime, mime.c.article_id == article.c.id).outerjoin(
            kind, kind.c.id == article.c.communication_channel_id
        )
        visible = article.c.is_visible_for_customer
    else:
        mime, kind = article, source.table("article_type")
        joined = joined.outerjoin(kind, kind.c.id == article.c.article_type_id)
        visible = literal(1)
    short = [
        func.substr(mime.c[name], 1, LONGEST_TEXT if name == "a_body" else _LONGEST_HEADER).label(name)
        for name in MIME
        if name.startswith("a_") and name != "a_content_type"
    ]
    return (
        select(
            article.c.id,
            article.c.ticket_id,
            sender.c.name.label("sender"),
            kind.c.name.label("kind"),
            visible.label("visible"),
            case((users.c.login.is_(None), ""), else_=users.c.login).label("writer"),
            mime.c.incoming_time,
            mime.c.content_path,
            func.length(mime.c.a_body).label("length"),
            *short,
        )
        .select_from(joined)
        .where(article.c.ticket_id.in_(tickets))
        .order_by(article.c.ticket_id, article.c.id)
    )
