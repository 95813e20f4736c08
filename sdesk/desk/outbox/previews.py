"""A mail as it would go: of the outbox, or of no outbox at all, to see what a template makes of a ticket."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.outbox.facts import (
    DeskFacts,
    LetterFacts,
    Wording,
    desk_facts,
    facts_of,
    ticket_facts,
    wordings,
)
from sdesk.desk.outbox.notifications import Batch, as_told, forgotten_id
from sdesk.desk.steps.find import key_of, see_ticket
from sdesk.desk.steps.outbox import make_message_id
from sdesk.desk.steps.people import FoundPerson, requester_of
from sdesk.desk.steps.tokens import is_forgotten
from sdesk.domain.errors import BadInput, NotFound
from sdesk.domain.inbound import Mailbox
from sdesk.domain.nearest import did_you_mean
from sdesk.domain.outgoing import FOR_AGENTS, MailKind, OutboxState, Party
from sdesk.domain.ticket import Direction
from sdesk.store.models import Message, Outbox, Ticket


@dataclass(frozen=True, slots=True)
class Seen:
    """A mail of the outbox, to be looked at."""

    row: Outbox
    at: datetime
    """As of when it is made: when it went, or now."""
    went: bool
    """It is made anew, of what the ticket and the templates say now: the store keeps no copy of what went."""
    made_of: LetterFacts | Batch
    """A notification is told in a message of its own, or with others."""


def look_at(work: Work, mail: int) -> Seen:
    """A mail of the outbox; NotFound where there is none, or its ticket stands behind a wall."""
    row = work.session.get(Outbox, mail)
    missing = NotFound(f"there is no mail {mail} in the outbox", "see `sdesk mail outbox list`")
    if row is None or (row.ticket_id is None and not (work.actor.sees_all and row.agent_id is not None)):
        raise missing
    if row.ticket_id is not None:
        try:
            ticket = see_ticket(work, row.ticket_id)
        except NotFound as error:
            raise missing from error
    went = row.sent_at is not None and row.state is not OutboxState.QUEUED
    at = (row.claimed_at or row.sent_at or work.now) if went else work.now
    then = replace(work, now=at)
    if row.kind == MailKind.NOTIFICATION:
        return Seen(row, at, went, as_told(then, row))
    facts = facts_of(then, row)
    if is_forgotten(row.message_id):
        facts = replace(facts, message_id=forgotten_id(work, facts.ticket.number, ticket.team_id))
    return Seen(row, at, went, facts)


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
        message_id=make_message_id(work, number, "0" * 32, ticket.team_id),
        message_ref=_last_words(work, number, kind),
        # Nobody wrote an acknowledgement: it names who has the ticket.
        agent_id=None if kind in {MailKind.ACKNOWLEDGEMENT, MailKind.PROMISE} else work.actor.agent_id,
    )


def all_wordings(work: Work) -> tuple[DeskFacts, tuple[Wording, ...]]:
    """The templates of the desk file, and the desk whose they are."""
    return desk_facts(work), wordings(work)


def kind_of(name: str) -> MailKind:
    """The kind of mail that a template is of; BadInput with the nearest right name."""
    if name in [*MailKind]:
        return MailKind(name)
    raise BadInput(f"there is no template `{name}`", did_you_mean(name, [*MailKind], f"known: {', '.join(MailKind)}"))


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
