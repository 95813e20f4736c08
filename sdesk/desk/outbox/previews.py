"""A mail as it would go: of the outbox, or of no outbox at all, to see what a template makes of a ticket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import or_, select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.outbox.batch import Batch, Notice, batch_of, by_urgency, id_of, priority_of, tickets_of
from sdesk.desk.outbox.facts import (
    DeskFacts,
    LetterFacts,
    Wording,
    desk_facts,
    facts_of,
    ticket_facts,
    wordings,
)
from sdesk.desk.outbox.news import is_news
from sdesk.desk.outbox.notifications import WAITING
from sdesk.desk.outbox.report import ReportFacts, report_facts
from sdesk.desk.outbox.sign_in import SignInFacts, sign_in_facts
from sdesk.desk.rules import AgentRule
from sdesk.desk.steps.find import key_of, see_ticket, sees
from sdesk.desk.steps.outbox import domain_of_ids, make_message_id
from sdesk.desk.steps.people import FoundPerson, requester_of
from sdesk.desk.steps.tokens import is_forgotten
from sdesk.domain.errors import NotFound
from sdesk.domain.inbound import Mailbox
from sdesk.domain.nearest import did_you_mean
from sdesk.domain.outgoing import FOR_AGENTS, TEMPLATE_VARIABLES, MailKind, OutboxState, Party
from sdesk.domain.ticket import Direction
from sdesk.store.models import Message, Outbox, Ticket

_FORGOTTEN = f"a-{'0' * 32}"
"""What stands for an agent's key in a mail that went: the store has forgotten it."""
_FORGOTTEN_QUESTION = f"r-{'0' * 32}"
"""The same of a question how it was."""


_OF_NOBODY = {MailKind.ACKNOWLEDGEMENT, MailKind.PROMISE, MailKind.RATING}
"""Kinds that nobody wrote, and that go to requesters."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A mail of the outbox, to be looked at."""

    row: Outbox
    at: datetime
    """As of when it is made: when it went, or now."""
    went: bool
    """It is made anew, of what the ticket and the templates say now: the store keeps no copy of what went."""
    made_of: LetterFacts | Batch | ReportFacts | SignInFacts
    """A notification is told in a message of its own, or with others."""


def look_at(work: Work, mail: int) -> Seen:
    """A mail of the outbox; NotFound where there is none, or its ticket stands behind a wall.

    A report may tell of any team: who sees over all walls sees it, and a mail with a link into the portal, without the
    link's key.
    """
    row = work.session.get(Outbox, mail)
    missing = NotFound(f"there is no mail {mail} in the outbox", "see `sdesk mail outbox list`")
    if row is None or (row.ticket_id is None and not (work.actor.sees_all and _is_somebodys(row))):
        raise missing
    if row.ticket_id is not None:
        try:
            ticket = see_ticket(work, row.ticket_id)
        except NotFound as error:
            raise missing from error
    went = row.sent_at is not None and row.state is not OutboxState.QUEUED
    at = (row.claimed_at or row.sent_at or work.now) if went else work.now
    then = replace(work, now=at)
    if row.kind == MailKind.REPORT:
        return Seen(row, at, went, report_facts(then, row))
    if row.kind == MailKind.SIGN_IN:
        return Seen(row, at, went, sign_in_facts(then, row, shown=True))
    if row.kind == MailKind.NOTIFICATION:
        return Seen(row, at, went, _as_told(then, row))
    facts = facts_of(then, row)
    if is_forgotten(row.message_id):
        key = _FORGOTTEN_QUESTION if facts.kind is MailKind.RATING else _FORGOTTEN
        facts = replace(facts, message_id=_forgotten_id(work, facts.ticket.number, ticket.team_id, key))
    return Seen(row, at, went, facts)


def _is_somebodys(row: Outbox) -> bool:
    """Of a mail of no ticket: whether there is somebody for whom it is."""
    return row.agent_id is not None or row.kind == MailKind.SIGN_IN


def previewed(
    work: Work, kind: MailKind, number: int, *, language: str | None = None, team: str | None = None
) -> LetterFacts:
    """The facts of a mail of this kind about a ticket, with its last answer or note for the agent's words.

    `language` and `team` stand in for the requester's and the ticket's own.
    """
    ticket = see_ticket(work, number)
    if team is not None:
        # A copy that is in no session: the ticket itself stays what it is.
        ticket = Ticket(**ticket.model_dump() | {"team_id": key_of(work.rules.team_keys, team, "team")})
    requester = requester_of(work, ticket)
    return ticket_facts(
        work,
        ticket,
        kind,
        language=language or (requester.language if requester else None) or work.rules.language,
        to=_to(work, kind, requester),
        message_id=make_message_id(
            work, number, _FORGOTTEN_QUESTION if kind is MailKind.RATING else "0" * 32, ticket.team_id
        ),
        values={"portal": work.rules.portal.url} if kind is MailKind.RATING else None,
        message_ref=_last_words(work, number, kind),
        # Nobody wrote an acknowledgement: it names who has the ticket.
        agent_id=None if kind in _OF_NOBODY else work.actor.agent_id,
    )


def all_wordings(work: Work) -> tuple[DeskFacts, tuple[Wording, ...]]:
    """The templates of the desk file, and the desk whose they are."""
    return desk_facts(work), wordings(work)


def kind_of(name: str) -> MailKind:
    """The kind of mail that a template is of; NotFound with the nearest right name."""
    if name in TEMPLATE_VARIABLES:
        return MailKind(name)
    known = list(TEMPLATE_VARIABLES)
    raise NotFound(f"there is no template `{name}`", did_you_mean(name, known, f"known: {', '.join(known)}"))


def _to(work: Work, kind: MailKind, requester: FoundPerson | None) -> tuple[Mailbox, ...]:
    if kind in FOR_AGENTS and work.actor.agent_id is not None:
        agent = work.rules.agents[work.actor.agent_id]
        return (Mailbox(agent.email, agent.name),)
    if kind is MailKind.FORWARD:
        return (Mailbox("supplier@supplier.example"),)
    return (requester.box if requester is not None else Mailbox("nobody@example.org"),)


def _last_words(work: Work, number: int, kind: MailKind) -> int | None:
    wanted = {
        MailKind.REPLY: (Direction.OUT, Party.REQUESTER),
        MailKind.RESOLUTION: (Direction.OUT, Party.REQUESTER),
        MailKind.FORWARD: (Direction.OUT, Party.SUPPLIER),
        MailKind.CONFIRMATION: (Direction.NOTE, Party.REQUESTER),
    }.get(kind)
    if wanted is None:
        return None
    return work.connection.execute(
        select(col(Message.id))
        .where(col(Message.ticket_id) == number, col(Message.direction) == wanted[0], col(Message.party) == wanted[1])
        .order_by(col(Message.id).desc())
        .limit(1)
    ).scalar()


def _as_told(work: Work, row: Outbox) -> Batch:
    """The message in which a notification went, or would go now, for a look at it: made anew of what the tickets say.

    Its keys are forgotten: noughts stand for them. Tickets that the actor may not see are left out, and so is that
    there were any.
    """
    if row.agent_id is None:
        raise TypeError("a notification for nobody")
    agent = work.rules.agents[row.agent_id]
    first = row.sent_with or row.id
    together = (
        (*WAITING, col(Outbox.agent_id) == agent.id)
        if row.state is OutboxState.QUEUED
        else (or_(col(Outbox.id) == first, col(Outbox.sent_with) == first),)
    )
    rows = list(work.session.scalars(select(Outbox).where(*together).order_by(col(Outbox.id))))
    tickets = tickets_of(work, rows)
    if row.state is OutboxState.QUEUED:
        # What is no news any more will not go along; what was asked for is shown all the same.
        rows = [each for each in rows if each.id == row.id or _is_news(work, agent, tickets, each)]
    grouped = by_urgency(rows, tickets)
    shown = {number: each for number, each in grouped.items() if _may_see(work, tickets, number)}
    rows = [each for each in rows if each.ticket_id in shown]
    batch = batch_of(work, agent, rows, shown, tickets, {id_of(each): priority_of(each, tickets) for each in rows})
    notices = tuple(_without_key(work, notice) for notice in batch.notices)
    own = notices[0].message_id if len(notices) == 1 and not batch.more else ""
    return replace(batch, notices=notices, message_id=own or batch.message_id, done={})


def _is_news(work: Work, agent: AgentRule, tickets: Mapping[int, Ticket], row: Outbox) -> bool:
    return row.ticket_id is None or is_news(work, agent, tickets[row.ticket_id], row)


def _may_see(work: Work, tickets: Mapping[int, Ticket], number: int | None) -> bool:
    return work.actor.sees_all if number is None else sees(work, work.actor, tickets[number])


def _without_key(work: Work, notice: Notice) -> Notice:
    """With noughts for the key, as the mail was with the key."""
    if notice.number is None or notice.team_id is None:
        return notice
    return replace(notice, token=_FORGOTTEN, message_id=_forgotten_id(work, notice.number, notice.team_id))


def _forgotten_id(work: Work, number: int, team_id: int, key: str = _FORGOTTEN) -> str:
    """A Message-ID in the place of one that carried a key, which the store has forgotten."""
    return f"<sd-{number}.{key}.0@{domain_of_ids(work.rules.teams[team_id].address)}>"
