"""What an outgoing mail is made of, read in one go as plain values: it is rendered when the store is free again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.outbox.approval_facts import OF_APPROVALS, ApprovalFacts, approval_facts, approver_name, request_of
from sdesk.desk.steps.forms import answers_of
from sdesk.desk.steps.messages import attached_files
from sdesk.desk.steps.people import requester_of
from sdesk.desk.steps.promises import promised_instant
from sdesk.domain.inbound import InboundAttachment, Mailbox
from sdesk.domain.outgoing import FOR_AGENTS, MailKind, Party
from sdesk.domain.ticket import Channel, Direction
from sdesk.store.models import Desk, Message, Outbox, Template, Ticket, table_named

REFERENCES = 20
"""Of the newest of a thread that go into References, behind the first: some servers refuse longer headers."""
_SAFE_ID = re.compile(r"<[!-;=?-~]{1,250}>")


@dataclass(frozen=True, slots=True)
class DeskFacts:
    """The desk itself."""

    name: str
    language: str
    time_zone: str
    ref_prefix: str
    loop_token: str


@dataclass(frozen=True, slots=True)
class TeamFacts:
    """The team whose ticket it is."""

    key: str
    name: str
    address: str
    """Empty where it has none."""
    signature: str
    plus_addressing: bool


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """The ticket as it stands when the mail goes."""

    number: int
    ref: str
    subject: str
    status: str
    priority: str
    service: str
    """Its name; empty where nobody said what it is about."""
    unit: str
    by_form: bool
    """It came by a web form, or an agent's mail named the requester: who wrote may have named somebody else."""
    created_at: datetime
    assignee: str
    """A person's name; empty where nobody has it."""
    first_response_due: datetime | None
    """When the first response is due; None where it is given, or not promised."""
    resolution_due: datetime | None
    promised_by: datetime | None
    """What the requester is to be told now: by when it is solved, or answered where no solution is promised."""
    promised_at: datetime | None
    """What the requester was told last."""
    help: Mapping[str, str] = field(default_factory=dict)
    """What its service says to try first, by language."""
    form: tuple[tuple[str, str], ...] = ()
    """What was answered in the form of its service: labels and values."""
    approver: str = ""
    """Whose approval it waits for: a name, else an address; empty where it waits for none."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message of the conversation."""

    text: str
    author: str
    """A name; the address where there is none."""
    at: datetime
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """A template of the desk file."""

    name: str
    language: str
    team: str
    """Key; empty for the desk's own."""
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """All that an outgoing mail is made of."""

    kind: MailKind
    language: str
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    message_id: str
    values: Mapping[str, Any]
    """What was written into the outbox for this kind."""
    now: datetime
    desk: DeskFacts
    team: TeamFacts
    ticket: TicketFacts
    requester: Mailbox | None = None
    agent: str = ""
    """Who wrote it, or has the ticket; a name."""
    message: Said | None = None
    """What it brings: the agent's words, a note that is to be confirmed."""
    quoted: tuple[Said, ...] = ()
    """What stands below it, of what the recipient may see."""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    """Oldest first."""
    attachments: tuple[InboundAttachment, ...] = ()
    approval: ApprovalFacts | None = None
    wordings: tuple[Wording, ...] = field(default=(), repr=False)


def facts_of(work: Work, row: Outbox) -> LetterFacts:
    """The facts of a mail of the outbox. LookupError for a mail of no ticket, which this version does not send."""
    ticket = work.session.get(Ticket, row.ticket_id) if row.ticket_id is not None else None
    if ticket is None:
        raise LookupError(f"mail {row.id} of the outbox is of no ticket")
    listed = row.recipients
    return ticket_facts(
        work,
        ticket,
        MailKind(row.kind),
        language=row.language,
        to=boxes_of(listed.get("to", ())),
        cc=boxes_of(listed.get("cc", ())),
        message_id=row.message_id,
        values=row.values,
        message_ref=row.message_ref,
        agent_id=row.agent_id,
    )


def ticket_facts(
    work: Work,
    ticket: Ticket,
    kind: MailKind,
    *,
    language: str,
    to: tuple[Mailbox, ...],
    cc: tuple[Mailbox, ...] = (),
    message_id: str = "",
    values: Mapping[str, Any] | None = None,
    message_ref: int | None = None,
    agent_id: int | None = None,
) -> LetterFacts:
    """The facts of a mail of `kind` about a ticket, in the outbox or not (a preview)."""
    values = values or {}
    shown = message_ref if message_ref is not None else values.get("note")
    if kind is MailKind.APPROVAL:
        shown = request_of(work, ticket)
    message = work.session.get(Message, shown) if shown is not None else None
    author = message.agent_id if message is not None and kind not in FOR_AGENTS else None
    thread = _thread(work, ticket, kind, message, to)
    requester = requester_of(work, ticket)
    return LetterFacts(
        kind=kind,
        language=language,
        to=to,
        cc=cc,
        message_id=message_id,
        values=values,
        now=work.now,
        desk=desk_facts(work),
        team=_team(work, ticket.team_id),
        ticket=_ticket(work, ticket),
        requester=requester.box if requester is not None else None,
        agent=_name(work, author or agent_id or ticket.assignee_id),
        message=_said(message) if message is not None else None,
        quoted=_quoted(work, ticket, kind, message, values),
        in_reply_to=thread[-1] if thread else "",
        references=tuple(thread),
        attachments=attached_files(work, message.id) if message is not None and message.id and message_ref else (),
        approval=approval_facts(work, ticket, values) if kind in OF_APPROVALS else None,
        wordings=wordings(work),
    )


def desk_facts(work: Work) -> DeskFacts:
    """The desk itself."""
    rules = work.rules
    name = work.connection.execute(select(col(Desk.name))).scalar() or ""
    return DeskFacts(name, rules.language, rules.time_zone, rules.ref_prefix, rules.loop_token)


def wordings(work: Work) -> tuple[Wording, ...]:
    """The templates of the desk file."""
    rows = work.session.scalars(select(Template).order_by(col(Template.id))).all()
    teams = work.rules.teams
    return tuple(
        Wording(row.name, row.language, teams[row.team_id].key if row.team_id else "", row.subject, row.body)
        for row in rows
    )


def _team(work: Work, team_id: int) -> TeamFacts:
    team = work.rules.teams[team_id]
    return TeamFacts(team.key, team.name, team.address or "", team.signature or "", team.plus_addressing)


def _ticket(work: Work, ticket: Ticket) -> TicketFacts:
    number = ticket.id or 0
    return TicketFacts(
        number=number,
        ref=work.rules.ref(number),
        subject=ticket.subject,
        status=ticket.status.value,
        priority=ticket.priority.value,
        service=_of_table(work, "service", ticket.service_id),
        unit=_of_table(work, "unit", ticket.unit_id),
        by_form=ticket.channel is Channel.FORM or _is_forwarded(work, number),
        created_at=ticket.created_at,
        assignee=_name(work, ticket.assignee_id),
        first_response_due=ticket.first_response_due_at,
        resolution_due=ticket.resolution_due_at,
        promised_by=promised_instant(ticket, work.now),
        promised_at=ticket.promised_at,
        help=work.rules.services[ticket.service_id].help if ticket.service_id is not None else {},
        form=tuple((each.label, each.value) for each in answers_of(work, number).values()),
        approver=approver_name(work, ticket),
    )


def _is_forwarded(work: Work, number: int) -> bool:
    """Whether an agent's mail opened it for somebody else: anybody can write an agent's address."""
    first = work.connection.execute(
        select(col(Message.agent_id), col(Message.direction))
        .where(col(Message.ticket_id) == number)
        .order_by(col(Message.id))
        .limit(1)
    ).first()
    return first is not None and first[0] is not None and first[1] is Direction.IN


def _of_table(work: Work, table: str, number: int | None) -> str:
    """The name of an entry of the desk file."""
    columns = table_named(table).c
    return work.connection.execute(select(columns.name).where(columns.id == number)).scalar() or ""


def _name(work: Work, agent_id: int | None) -> str:
    return work.rules.agents[agent_id].name if agent_id is not None else ""


def _said(row: Message) -> Said:
    return Said(row.text, row.author_name or row.author_address, row.sent_at, row.message_id or "")


def _quoted(
    work: Work, ticket: Ticket, kind: MailKind, message: Message | None, values: Mapping[str, Any]
) -> tuple[Said, ...]:
    """What stands below: for the requester their own last words, for a supplier what an agent chose, else nothing."""
    if kind is MailKind.FORWARD:
        chosen = [work.session.get(Message, number) for number in values.get("quoted", ())]
        return tuple(_said(each) for each in chosen if each is not None and each.ticket_id == ticket.id)
    if kind not in {MailKind.REPLY, MailKind.RESOLUTION} or ticket.requester_id is None:
        return ()
    last = work.session.scalars(
        select(Message)
        .where(
            col(Message.ticket_id) == ticket.id,
            col(Message.direction) == Direction.IN,
            col(Message.party) == Party.REQUESTER,
            col(Message.person_id) == ticket.requester_id,
            col(Message.takes_part),
            *((col(Message.id) < message.id,) if message is not None else ()),
        )
        .order_by(col(Message.id).desc())
        .limit(1)
    ).first()
    return () if last is None else (_said(last),)


def _thread(work: Work, ticket: Ticket, kind: MailKind, message: Message | None, to: Sequence[Mailbox]) -> list[str]:
    """The Message-IDs of the thread as the recipient knows it, oldest first; the last one is what the mail answers.

    Those of another party carry another party's token, so they are none of this recipient's business.
    """
    if kind is MailKind.APPROVAL:
        # The approver knows none of it.
        return []
    if kind in FOR_AGENTS:
        return _kept([message.message_id or ""]) if message is not None else []
    party = Party.SUPPLIER if kind is MailKind.FORWARD else Party.REQUESTER
    found = work.connection.execute(
        select(col(Message.message_id), col(Message.author_address), col(Message.recipients))
        .where(
            col(Message.ticket_id) == ticket.id,
            col(Message.direction).in_([Direction.IN, Direction.OUT]),
            col(Message.party) == party,
            col(Message.takes_part),
            col(Message.taken_back_at).is_(None),
            col(Message.message_id).is_not(None),
            *((col(Message.id) < message.id,) if message is not None else ()),
        )
        .order_by(col(Message.id))
    ).all()
    mine = {box.address.lower() for box in to}
    ids = [
        message_id
        for message_id, author, recipients in found
        if party is Party.REQUESTER or mine & {author.lower(), *_addresses(recipients)}
    ]
    answered = message.in_reply_to if message is not None else None
    if answered in ids:
        # What came after it is no part of what led to it (RFC 5322 3.6.4): another answer of the desk, say.
        ids = ids[: ids.index(answered) + 1]
    elif answered:
        ids.append(answered)
    return _kept(ids)


def _kept(ids: Sequence[str]) -> list[str]:
    """The first and the newest, of those that are Message-IDs at all: what came by mail may be anything."""
    safe = [each for each in dict.fromkeys(ids) if _SAFE_ID.fullmatch(each)]
    return safe if len(safe) <= REFERENCES else [safe[0], *safe[-REFERENCES:]]


def _addresses(recipients: Mapping[str, Any] | None) -> set[str]:
    listed = recipients or {}
    return {each[0].lower() for field in ("to", "cc") for each in listed.get(field, ())}


def boxes_of(listed: Sequence[Sequence[str]]) -> tuple[Mailbox, ...]:
    """Recipients as the outbox has them: lists of [address, name]."""
    return tuple(Mailbox(address, name) for address, name in listed)
