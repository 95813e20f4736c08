"""Mail of an archive: history. It becomes tickets and threads at its own dates, and nobody is told or answered.

A ticket is closed as soon as it is made, unless the archive is imported open: then its clocks run from the mail's own
date. What belongs to a thread joins it whatever the ticket's state, and changes none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select, update
from sqlmodel import col

from sdesk.desk.intake.known import Thread, find_thread, own_addresses, seen_before, tagged_ticket, takes_part
from sdesk.desk.intake.origin import Origin, Receipt
from sdesk.desk.intake.receive import identity_of, write_ledger
from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import load_clocks, promise_of, save_clocks, settle
from sdesk.desk.steps.history import record
from sdesk.desk.steps.messages import add_inbound, index_ticket, keep_raw
from sdesk.desk.steps.moves import require_id
from sdesk.desk.steps.people import FoundPerson, find_person, person_of
from sdesk.desk.steps.requester_wrote import REQUESTER
from sdesk.desk.steps.tickets import Opening, open_ticket
from sdesk.domain.clock import agent_answered, requester_wrote
from sdesk.domain.errors import BadInput
from sdesk.domain.inbound import InboundMail
from sdesk.domain.ledger import Outcome
from sdesk.domain.outgoing import LOOP_HEADER, Party
from sdesk.domain.routing import Routing
from sdesk.domain.thread import plain_subject
from sdesk.domain.ticket import OPEN_STATUSES, Channel, Direction, Priority, Status
from sdesk.store.models import Ledger, Ticket


@dataclass(frozen=True, slots=True)
class Archived:
    """One message of an archive, read and routed."""

    mail: InboundMail
    raw: bytes
    origin: Origin
    """`arrived_at` is the mail's own date."""
    routing: Routing


def known_digests(work: Work, mailbox: str, folder: str, digests: Sequence[str]) -> set[str]:
    """Those of an archive's messages that were imported before."""
    return set(
        work.connection.execute(
            select(col(Ledger.uid)).where(
                col(Ledger.mailbox) == mailbox, col(Ledger.folder) == folder, col(Ledger.uid).in_(digests)
            )
        ).scalars()
    )


def receive_archived(work: Work, each: Archived, team_id: int, *, stay_open: bool) -> Receipt:
    """Decide and do what becomes of one message, and write it into the ledger. The caller commits."""
    mail = replace(each.mail, date=each.mail.date or each.origin.arrived_at)
    raw_id = keep_raw(work, each.raw, mail.sha256)
    identity = identity_of(mail)
    before = seen_before(work, identity, team_id)
    if before is not None:
        receipt = Receipt(Outcome.DUPLICATE, before[0], "the same mail was taken before")
    else:
        # What happened then stands at its time in the history.
        then = replace(work, now=each.origin.arrived_at)
        receipt = _decide(then, replace(each, mail=mail), team_id, raw_id, stay_open=stay_open)
    # There is no source to be told: it is marked at once.
    write_ledger(work, mail, each.origin, identity, team_id, raw_id, receipt, marked_at=work.now)
    return receipt


def _decide(work: Work, each: Archived, team_id: int, raw_id: int, *, stay_open: bool) -> Receipt:
    mail = each.mail
    if mail.header(LOOP_HEADER).strip() == work.rules.loop_token:
        return Receipt(Outcome.IGNORED, None, "the desk sent it itself")
    sender = mail.sender.address.lower()
    person = find_person(work, sender) if sender else None
    thread = find_thread(work, mail) or _by_subject(work, mail, person, sender)
    if thread is not None:
        return _join(work, each, thread, person, raw_id)
    if (mail.is_auto or mail.is_bounce) and not each.routing.person:
        return Receipt(Outcome.IGNORED, None, f"an automatic mail ({mail.auto_reason or 'bounce'}) outside any thread")
    if each.routing.values.get("discard"):
        return Receipt(Outcome.IGNORED, None, f"routing rule {each.routing.decided_by['discard']} discards it")
    return _open(work, each, team_id, raw_id, stay_open=stay_open)


def _by_subject(work: Work, mail: InboundMail, person: FoundPerson | None, sender: str) -> Thread | None:
    """A number in the subject opens a door to who takes part alone, and none into a private team."""
    ticket = tagged_ticket(work, mail)
    if ticket is None or work.rules.teams[ticket.team_id].private or not takes_part(work, ticket, person, sender):
        return None
    return Thread(ticket, "its subject")


def _join(work: Work, each: Archived, thread: Thread, person: FoundPerson | None, raw_id: int) -> Receipt:
    """Add a message to its thread, at its own date."""
    mail, ticket = each.mail, thread.ticket
    number = require_id(ticket)
    sender = mail.sender.address.lower()
    agent_id = work.rules.agent_addresses.get(sender)
    asks = person is not None and person.id == ticket.requester_id
    ours = not asks and (agent_id is not None or sender in own_addresses(work, each.origin))
    direction = Direction.IN
    if mail.is_auto or mail.is_bounce:
        direction = Direction.AUTO
    elif ours:
        direction = Direction.OUT
    _add(work, each, number, direction, raw_id, person=person, agent_id=agent_id if ours else None, party=thread.party)
    # A ticket that an agent resolved closes later than it was resolved; one of an archive at once.
    imported = ticket.status is Status.CLOSED and ticket.closed_at == ticket.resolved_at
    if imported and ticket.closed_at is not None and ticket.closed_at < work.now:
        ticket.closed_at = ticket.resolved_at = work.now
    elif ticket.status in OPEN_STATUSES and direction is not Direction.AUTO and ticket.updated_at < work.now:
        _follow(work, ticket, answered=ours)
    if ticket.updated_at < work.now:
        settle(work, ticket)
    why = f"{thread.sign} names {work.rules.ref(number)}, from an archive"
    return Receipt(Outcome.NOTED if direction is Direction.AUTO else Outcome.FOLLOWED_UP, number, why)


def _follow(work: Work, ticket: Ticket, *, answered: bool) -> None:
    """An open ticket's clocks follow what was written, as if it had been taken then."""
    promise, before = promise_of(work, ticket), load_clocks(work, ticket)
    quiet = ticket.alert_at is None
    if answered:
        save_clocks(work, ticket, before, agent_answered(before, promise, work.now))
        ticket.unanswered_since = None
    else:
        save_clocks(work, ticket, before, requester_wrote(before, promise, work.now))
        ticket.unanswered_since = ticket.unanswered_since or work.now
    if quiet:
        ticket.alert_at = None


def _open(work: Work, each: Archived, team_id: int, raw_id: int, *, stay_open: bool) -> Receipt:
    mail, values = each.mail, each.routing.values
    box = mail.reply_to[0] if each.routing.person and mail.reply_to and mail.reply_to[0].address else mail.sender
    requester = person_of(work, box, mail.language)
    service = values.get("service") or each.origin.service
    service_id = work.rules.service_keys.get(service) if service else None
    if service_id is not None and work.rules.services[service_id].team_id != team_id:
        service_id = None
    unit_key = values.get("unit")
    unit_id = work.rules.unit_keys.get(unit_key) if unit_key else None
    if unit_id is None and requester is not None:
        unit_id = requester.unit_id
    subject = plain_subject(mail.subject)
    opened = open_ticket(
        work,
        Opening(
            subject=subject,
            team_id=team_id,
            service_id=service_id,
            requester_id=requester.id if requester is not None else None,
            unit_id=unit_id,
            channel=Channel.MAIL,
            opened_at=work.now,
            priority=Priority(values["priority"]) if "priority" in values else None,
            priority_reason=f"routing rule {each.routing.decided_by['priority']}" if "priority" in values else None,
            tags=tuple(values.get("tags", ())),
            history=True,
            closed=not stay_open,
            unanswered=stay_open,
        ),
        by=REQUESTER,
        reason="from an archive",
    )
    # Its promises were broken long ago: that is no news for anybody.
    work.connection.execute(update(Ticket).where(col(Ticket.id) == opened.number).values(alert_at=None))
    index_ticket(work, opened.number, subject, mail.body_text, f"{mail.sender.name} {mail.sender.address}")
    _add(work, each, opened.number, Direction.IN, raw_id, person=requester, indexed=False)
    return Receipt(Outcome.CREATED, opened.number, "a request of an archive")


def _add(
    work: Work,
    each: Archived,
    number: int,
    direction: Direction,
    raw_id: int,
    *,
    person: FoundPerson | None,
    agent_id: int | None = None,
    party: Party = Party.REQUESTER,
    indexed: bool = True,
) -> None:
    row = add_inbound(
        work,
        number,
        direction,
        each.mail,
        raw_id=raw_id,
        agent_id=agent_id,
        person_id=person.id if person is not None else None,
        party=party,
        indexed=indexed,
    )
    if indexed:
        record(work, number, "message", by=REQUESTER, message=row, takes_part=True)


def team_of(work: Work, team: str, service: str, name: str) -> int:
    """Whose the archive's tickets are. BadInput where neither a name nor the desk says it."""
    rules = work.rules
    if team:
        if team not in rules.team_keys:
            raise BadInput(f"there is no team `{team}`", "see `sdesk team list`")
        return rules.team_keys[team]
    if service and service in rules.service_keys:
        return rules.services[rules.service_keys[service]].team_id
    if len(rules.team_keys) == 1:
        return next(iter(rules.team_keys.values()))
    raise BadInput(f"{name} names no team", "say whose the tickets are with --team, or name a mailbox with --mailbox")
