"""What a mail would become, and why: the same decision as for a mail that is taken, told and not kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.intake.addressed import teams_of
from sdesk.desk.intake.decide import decide
from sdesk.desk.intake.incoming import Incoming, look_at
from sdesk.desk.intake.known import seen_before
from sdesk.desk.intake.origin import Origin, Receipt
from sdesk.desk.intake.rated import without_key
from sdesk.desk.intake.receive import identity_of
from sdesk.desk.opening import Work
from sdesk.desk.steps.find import sees, sees_team
from sdesk.desk.steps.messages import keep_raw
from sdesk.desk.steps.people import requester_of
from sdesk.domain.actor import Actor
from sdesk.domain.inbound import InboundMail, Mailbox
from sdesk.domain.ledger import Outcome
from sdesk.domain.outgoing import MailKind
from sdesk.domain.routing import route
from sdesk.domain.thread import written_to
from sdesk.store.models import History, Outbox, Tag, Ticket


@dataclass(frozen=True, slots=True)
class Decided:
    """One field of the ticket that a mail would open."""

    name: str
    value: str
    why: str
    """What decided it: `routing rule 2`, `mailbox support`, `service till`."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a mail would become."""

    receipt: Receipt
    known: str | None
    """Where the desk has it already; None where it was never taken."""
    decided: tuple[Decided, ...]
    """Of a new ticket, else nothing."""
    acknowledged: bool
    withheld: str | None
    """Why a new ticket would not be acknowledged."""


def explain(work: Work, mail: InboundMail, raw: bytes, origin: Origin, *, viewer: Actor) -> Explanation:
    """Decide upon a mail as if it had never been seen. The caller leaves the transaction without a commit.

    `viewer` asks: a ticket behind a wall is not there for him, whatever of it the mail names.
    """
    routing = route(work.rules.routing, mail)
    teams = teams_of(work, mail, origin, routing)
    identity = identity_of(mail)
    first_team = next(iter(teams))
    before = seen_before(work, identity, first_team)
    # Without its identity no ticket's thread has it already.
    incoming = look_at(work, mail, origin, routing, teams=teams, raw_id=keep_raw(work, raw, mail.sha256), identity="")
    queued = _last_queued(work)
    try:
        with work.apart():
            receipt = decide(work, incoming)
            if _is_hidden(work, viewer, receipt):
                raise _Hidden
    except _Hidden:
        receipt = decide(work, without_key(replace(incoming, mail=_naming_nothing(mail))))
        if _is_hidden(work, viewer, receipt):
            # A check of monitoring is named by its key alone, which is one for the whole desk.
            receipt = Receipt(receipt.outcome, None, "it is of a check that is known")
    known = None
    if before is not None and sees_team(work, viewer, first_team):
        number = before[0]
        if number is None:
            known = "the ledger"
        elif sees(work, viewer, work.session.get_one(Ticket, number)):
            known = work.rules.ref(number)
    decided: tuple[Decided, ...] = ()
    withheld = None
    if receipt.outcome is Outcome.CREATED and receipt.number is not None:
        decided = _fields(work, receipt.number, teams, incoming)
        withheld = _withheld(work, receipt.number)
    kinds = work.connection.execute(select(col(Outbox.kind)).where(col(Outbox.id) > queued)).scalars().all()
    return Explanation(
        receipt, known, decided, not {MailKind.ACKNOWLEDGEMENT, MailKind.KNOWN_INCIDENT}.isdisjoint(kinds), withheld
    )


class _Hidden(Exception):
    """A mail would go to a ticket that its viewer may not see: what was done for that is undone."""


def _is_hidden(work: Work, viewer: Actor, receipt: Receipt) -> bool:
    if receipt.outcome is Outcome.CREATED or receipt.number is None:
        return False
    return not sees(work, viewer, work.session.get_one(Ticket, receipt.number))


def _naming_nothing(mail: InboundMail) -> InboundMail:
    """The same mail as one that answers nothing: no Message-ID, no token of an address."""

    def plain(boxes: tuple[Mailbox, ...]) -> tuple[Mailbox, ...]:
        return tuple(Mailbox(written_to(box.address), box.name) for box in boxes)

    return replace(
        mail,
        in_reply_to=(),
        references=(),
        reported_ids=(),
        to=plain(mail.to),
        cc=plain(mail.cc),
        delivered_to=tuple(map(written_to, mail.delivered_to)),
    )


def _last_queued(work: Work) -> int:
    return work.connection.execute(select(col(Outbox.id)).order_by(col(Outbox.id).desc()).limit(1)).scalar() or 0


def _fields(work: Work, number: int, teams: Mapping[int, str], incoming: Incoming) -> tuple[Decided, ...]:
    origin, ruled, sender = incoming.origin, incoming.routing.decided_by, incoming.sender
    rules, ticket = work.rules, work.session.get_one(Ticket, number)
    service = rules.services[ticket.service_id] if ticket.service_id is not None else None
    requester = requester_of(work, ticket)
    address = requester.address if requester is not None else ""
    tags = work.connection.execute(select(col(Tag.tag)).where(col(Tag.ticket_id) == number)).scalars().all()

    def by(field: str, otherwise: str) -> str:
        return f"routing rule {ruled[field]}" if field in ruled else otherwise

    follows = f"service {service.key}" if service is not None else "impact and urgency where no service says more"
    if ticket.loss_per_hour is not None:
        follows += f", and an outage of {ticket.loss_per_hour} {rules.currency} an hour"
    unit = rules.units[ticket.unit_id].key if ticket.unit_id is not None else ""
    named = teams.get(ticket.team_id) or f"service {service.key if service else ''}"
    found = (
        Decided("team", rules.teams[ticket.team_id].key, named),
        Decided("service", service.key if service else "", by("service", f"mailbox {origin.mailbox}")),
        Decided(
            "requester",
            address,
            by("requester", "who wrote it" if address == sender else "whose mail it is, or forwards"),
        ),
        Decided("unit", unit, by("unit", "the requester's address")),
        Decided("priority", ticket.priority.value, by("priority", follows)),
        Decided("status", ticket.status.value, by("status", "a new ticket")),
        Decided("tags", ",".join(sorted(tags)), by("tags", "")),
    )
    return tuple(each for each in found if each.value)


def _withheld(work: Work, number: int) -> str | None:
    data: dict[str, Any] | None = work.connection.execute(
        select(col(History.data)).where(
            col(History.ticket_id) == number, col(History.event) == "acknowledgement_withheld"
        )
    ).scalar()
    return None if data is None else str(data["reason"])
