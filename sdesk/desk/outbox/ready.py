"""Ready replies for a ticket: those of the desk file that fit it, and what their variables stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import or_, select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.outbox.facts import LetterFacts, ticket_facts
from sdesk.desk.steps.find import see_ticket
from sdesk.desk.steps.messages import last_heard
from sdesk.desk.steps.people import requester_of
from sdesk.domain.inbound import Mailbox
from sdesk.domain.outgoing import MailKind, Party
from sdesk.store.models import ReadyReply


@dataclass(frozen=True, slots=True)
class Ready:
    """One of them."""

    key: str
    title: str
    text: Mapping[str, str]
    """By language, not filled in yet."""


def ready_for(work: Work, number: int) -> tuple[LetterFacts, tuple[Ready, ...]]:
    """What fits a ticket, that of its own service and team first; NotFound for one that the actor may not see.

    The facts are those of an answer by the acting agent. It greets who wrote what is answered: an address may be
    shared, and then the name on record is one of several.
    """
    ticket = see_ticket(work, number)
    requester = requester_of(work, ticket)
    heard = last_heard(work, number, Party.REQUESTER)
    facts = ticket_facts(
        work,
        ticket,
        MailKind.REPLY,
        language=(requester.language if requester else None) or work.rules.language,
        to=(requester.box,) if requester else (),
        agent_id=work.actor.agent_id,
    )
    service, team = col(ReadyReply.service_id), col(ReadyReply.team_id)
    rows = work.session.scalars(
        select(ReadyReply)
        .where(or_(service.is_(None), service == ticket.service_id), or_(team.is_(None), team == ticket.team_id))
        .order_by(service.is_(None), team.is_(None), col(ReadyReply.position))
    ).all()
    if facts.requester is not None and heard is not None and heard.agent_id is None and heard.author_name:
        facts = replace(facts, requester=Mailbox(facts.requester.address, heard.author_name))
    return facts, tuple(Ready(row.key, row.title, row.text) for row in rows)
