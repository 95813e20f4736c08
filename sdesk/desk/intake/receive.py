"""The order in which it is decided what becomes of a mail: the first that holds.

Three promises stand over it: no mail is lost, no mail is taken twice, no mail loop is fed.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from sqlalchemy import bindparam, select
from sqlmodel import col

from sdesk.desk.intake.follow_up import follow_up, note_bounce, note_from_agent, note_from_machine
from sdesk.desk.intake.known import (
    Thread,
    find_bounced,
    find_thread,
    may_reopen,
    own_addresses,
    seen_before,
    shares_organisation,
    tagged_ticket,
    taken_into,
    takes_part,
)
from sdesk.desk.intake.new import link, new_ticket
from sdesk.desk.intake.origin import Origin, Receipt
from sdesk.desk.opening import Work
from sdesk.desk.steps.history import record
from sdesk.desk.steps.messages import keep_raw
from sdesk.desk.steps.moves import require_id
from sdesk.desk.steps.people import find_person
from sdesk.desk.steps.rows import insert_row
from sdesk.domain.errors import BadInput, Refused
from sdesk.domain.inbound import InboundMail
from sdesk.domain.ledger import Outcome
from sdesk.domain.outgoing import LOOP_HEADER
from sdesk.domain.routing import Routing, route
from sdesk.domain.thread import authentication_failed, subject_tag
from sdesk.domain.ticket import LinkKind, Status
from sdesk.store.models import Ledger, Quarantine, Ticket
from sdesk.store.prepared import Prepared

_COPIES = Prepared(
    select(col(Ledger.ticket_id)).where(
        col(Ledger.identity) == bindparam("identity"),
        col(Ledger.outcome) == Outcome.CREATED,
        col(Ledger.ticket_id) != bindparam("number"),
    )
)

NO_DOOR = "a number in its subject opens no door"
"""Why a new ticket is opened, whether there is a ticket of that number or not: others read it than who may know."""


def receive(work: Work, mail: InboundMail, raw: bytes, origin: Origin, routing: Routing | None = None) -> Receipt:
    """Decide and do what becomes of a mail, and write it into the ledger. The caller commits, then marks the source.

    `routing` is what `work.rules` say of the mail, where that was asked before the transaction began, as a fetch does:
    a slow pattern makes nobody wait for the store.
    """
    raw_id = keep_raw(work, raw, mail.sha256)
    if routing is None:
        routing = route(work.rules.routing, mail)
    teams = _teams(work, mail, origin, routing)
    identity = identity_of(mail)
    before = seen_before(work, identity, teams[0])
    if before is not None:
        receipt = Receipt(Outcome.DUPLICATE, before[0], "the same mail was taken before")
    else:
        receipt = _decide(work, mail, origin, routing, teams, raw_id, identity)
    _write_ledger(work, mail, origin, identity, teams[0], raw_id, receipt)
    if receipt.outcome is Outcome.CREATED and receipt.number is not None:
        _link_copies(work, identity, receipt.number)
    return receipt


def quarantine(work: Work, mail: InboundMail, raw: bytes, origin: Origin, error: str, trace: str) -> Receipt:
    """Put a message whose handling raised aside, whole, for somebody to look at."""
    receipt = Receipt(Outcome.QUARANTINED, None, f"its handling failed: {error}")
    ledger_id = _write_ledger(work, mail, origin, identity_of(mail), None, keep_raw(work, raw, mail.sha256), receipt)
    insert_row(
        work,
        Quarantine,
        {"ledger_id": ledger_id, "error": error, "trace": trace, "quarantined_at": work.now},
    )
    return receipt


def identity_of(mail: InboundMail) -> str:
    """What two copies of one mail have in common, wherever they lie: Message-ID with From, Date, Subject and body.

    Without a Message-ID all of its bytes: what devices write is the same each time, and is news each time.
    """
    return hashlib.sha256(f"{mail.message_id}\n{mail.digest if mail.message_id else mail.sha256}".encode()).hexdigest()


def _decide(
    work: Work,
    mail: InboundMail,
    origin: Origin,
    routing: Routing,
    teams: tuple[int, ...],
    raw_id: int,
    identity: str,
) -> Receipt:
    if mail.header(LOOP_HEADER).strip() == work.rules.loop_token:
        return Receipt(Outcome.IGNORED, None, "the desk sent it itself")
    forged = authentication_failed(mail, origin.trusts_auth_from)
    silent = "its sender could not be authenticated" if forged else None
    if forged:
        mail = replace(mail, defects=(*mail.defects, "its sender could not be authenticated"))
    if routing.person:
        return _new_for_each(work, mail, origin, routing, teams, raw_id, reason="a web form", silent=silent)
    sender = mail.sender.address.lower()
    if mail.is_bounce:
        bounced = find_bounced(work, mail)
        if bounced is None:
            return Receipt(Outcome.IGNORED, None, "a bounce that names no message of the desk")
        return note_bounce(work, mail, bounced, raw_id)
    thread = find_thread(work, mail)
    if thread is not None and taken_into(work, identity, thread.ticket):
        return _taken_already(work, thread.ticket)
    if sender in own_addresses(work, origin):
        return _from_own_address(work, mail, origin, routing, teams, raw_id, thread)
    person = find_person(work, sender) if sender else None
    if mail.is_auto:
        reason = f"an automatic mail ({mail.auto_reason})"
        if thread is not None:
            return note_from_machine(work, mail, thread.ticket, person, raw_id, reason)
        if not origin.auto_tickets:
            return Receipt(Outcome.IGNORED, None, f"{reason} outside any thread")
        return _new_for_each(
            work, mail, origin, routing, teams, raw_id, reason=reason, silent="it is an automatic mail"
        )
    agent_id = None if forged else work.rules.agent_addresses.get(sender)
    if thread is not None:
        asks = person is not None and person.id == thread.ticket.requester_id
        if agent_id is not None and not asks:
            why = f"{thread.sign} names {work.rules.ref(require_id(thread.ticket))}, from an agent's address"
            return note_from_agent(work, mail, thread.ticket, agent_id, raw_id, why)
        part_taken = not forged and takes_part(work, thread.ticket, person, sender)
        if thread.ticket.status is Status.SPAM:
            # What was wrongly called spam comes back by a mail that is none.
            again = routing.values.get("status") == Status.SPAM
            return follow_up(work, mail, origin, thread, person, raw_id, part_taken=part_taken, quiet=again)
        if may_reopen(work, thread.ticket, origin.arrived_at) and (part_taken or thread.ticket.is_open):
            return follow_up(work, mail, origin, thread, person, raw_id, part_taken=part_taken)
        hindered = f"which is {thread.ticket.status}" + (" for good" if part_taken else " and not the sender's")
        why = f"{thread.sign} names a ticket {hindered}"
        return _new_for_each(
            work, mail, origin, routing, teams, raw_id, reason=why, silent=silent, follows=thread.ticket
        )
    tagged = tagged_ticket(work, mail)
    if tagged is not None:
        return _by_subject(work, mail, origin, routing, teams, raw_id, identity, tagged, silent)
    # Whether there is such a ticket is nobody's business who cannot see it.
    named = subject_tag(mail.subject, work.rules.ref_prefix) is not None
    reason = NO_DOOR if named else "a new request"
    return _new_for_each(work, mail, origin, routing, teams, raw_id, reason=reason, silent=silent)


def _by_subject(
    work: Work,
    mail: InboundMail,
    origin: Origin,
    routing: Routing,
    teams: tuple[int, ...],
    raw_id: int,
    identity: str,
    tagged: Ticket,
    silent: str | None,
) -> Receipt:
    """A number in the subject opens a door only to those who belong: never by subject alone into a private team."""
    sender = mail.sender.address.lower()
    person = find_person(work, sender) if sender else None
    belongs = silent is None and (
        takes_part(work, tagged, person, sender) or shares_organisation(work, tagged, person, sender)
    )
    private = work.rules.teams[tagged.team_id].private
    if belongs and not private:
        if taken_into(work, identity, tagged):
            return _taken_already(work, tagged)
        agent_id = work.rules.agent_addresses.get(sender)
        if agent_id is not None and (person is None or person.id != tagged.requester_id):
            why = f"its subject names {work.rules.ref(require_id(tagged))}, from an agent's address"
            return note_from_agent(work, mail, tagged, agent_id, raw_id, why)
        if may_reopen(work, tagged, origin.arrived_at):
            thread = Thread(tagged, "its subject", by_reference=False)
            return follow_up(work, mail, origin, thread, person, raw_id, part_taken=True)
    reason = "its subject names a ticket which is closed for good" if belongs and not private else NO_DOOR
    receipt = _new_for_each(work, mail, origin, routing, teams, raw_id, reason=reason, silent=silent, follows=tagged)
    if not belongs and receipt.number is not None:
        # By whom, and which ticket became of it, may stand behind a wall: the link between the two knows.
        record(work, require_id(tagged), "stranger_named_ticket", by="system")
    return receipt


def _taken_already(work: Work, ticket: Ticket) -> Receipt:
    number = require_id(ticket)
    return Receipt(Outcome.DUPLICATE, number, f"the same mail was taken into {work.rules.ref(number)} before")


def _from_own_address(
    work: Work,
    mail: InboundMail,
    origin: Origin,
    routing: Routing,
    teams: tuple[int, ...],
    raw_id: int,
    thread: Thread | None,
) -> Receipt:
    """From an address of the desk without its loop header: never dropped, never answered."""
    if thread is not None:
        return note_from_machine(work, mail, thread.ticket, None, raw_id, "from one of the desk's own addresses")
    return _new_for_each(
        work,
        mail,
        origin,
        routing,
        teams,
        raw_id,
        reason="a new request, from one of the desk's own addresses",
        silent="it came from one of the desk's own addresses",
    )


def _new_for_each(
    work: Work,
    mail: InboundMail,
    origin: Origin,
    routing: Routing,
    teams: tuple[int, ...],
    raw_id: int,
    *,
    reason: str,
    silent: str | None = None,
    follows: Ticket | None = None,
) -> Receipt:
    """A ticket for each addressed team, linked to each other; the first one is what the ledger names."""
    if routing.values.get("discard"):
        return Receipt(Outcome.IGNORED, None, f"routing rule {routing.decided_by['discard']} discards it")
    receipts = []
    for position, team_id in enumerate(teams):
        routed = routing if position == 0 else _for_another_team(routing)
        receipts.append(
            new_ticket(work, mail, origin, routed, team_id, raw_id, reason=reason, silent=silent, follows=follows)
        )
    first = receipts[0]
    for other in receipts[1:]:
        if first.number is not None and other.number is not None:
            link(work, other.number, first.number, LinkKind.COPY)
    return first


def _for_another_team(routing: Routing) -> Routing:
    """What the rules say of the mail itself; which team, service and priority follow, they say of the first team."""
    kept = {"requester", "unit", "status", "tags"}
    values = {key: value for key, value in routing.values.items() if key in kept}
    return Routing(values, {key: routing.decided_by[key] for key in values}, routing.person)


def _teams(work: Work, mail: InboundMail, origin: Origin, routing: Routing) -> tuple[int, ...]:
    """Whose mail it is, first the one whom a rule names: the teams whose addresses in this mailbox it was sent to."""
    rules = work.rules
    recipients = {box.address.lower() for box in (*mail.to, *mail.cc)} | {each.lower() for each in mail.delivered_to}
    own = {address.lower() for address in origin.addresses}
    addressed = [
        team_id
        for address, team_id in rules.team_addresses.items()
        if address in recipients and (address in own or not own)
    ]
    ruled = _team_named(work, routing.values.get("team"), routing.values.get("service"))
    if ruled is not None:
        # What was sent to one team, and belongs to another, is the other's alone.
        return tuple(dict.fromkeys((ruled, *addressed))) if len(addressed) > 1 else (ruled,)
    if addressed:
        return tuple(dict.fromkeys(addressed))
    default = _team_named(work, origin.team, origin.service)
    if default is not None:
        return (default,)
    if origin.team:
        raise BadInput(f"mailbox {origin.mailbox}: there is no team `{origin.team}`", "see `sdesk team list`")
    if len(rules.team_keys) == 1:
        return (next(iter(rules.team_keys.values())),)
    raise Refused(f"mailbox {origin.mailbox} names no team", "give it `team` in the configuration")


def _team_named(work: Work, team: str | None, service: str | None) -> int | None:
    """The team of a name, else that of a service."""
    if team is not None and team in work.rules.team_keys:
        return work.rules.team_keys[team]
    if service is not None and service in work.rules.service_keys:
        return work.rules.services[work.rules.service_keys[service]].team_id
    return None


def _write_ledger(
    work: Work,
    mail: InboundMail,
    origin: Origin,
    identity: str,
    team_id: int | None,
    raw_id: int,
    receipt: Receipt,
) -> int:
    return insert_row(
        work,
        Ledger,
        {
            "mailbox": origin.mailbox,
            "folder": origin.folder,
            "uidvalidity": origin.uidvalidity,
            "uid": origin.uid,
            "sha256": mail.sha256,
            "message_id": mail.message_id,
            "identity": identity,
            "team_id": team_id,
            "sender": mail.sender.address,
            "subject": mail.subject,
            "taken_at": work.now,
            "outcome": receipt.outcome,
            "reason": receipt.reason,
            "ticket_id": receipt.number,
            "raw_id": raw_id,
        },
    )


def _link_copies(work: Work, identity: str, number: int) -> None:
    """The same mail in another team's mailbox opened a ticket there: the two are linked."""
    for (other,) in _COPIES.run(work.connection, identity=identity, number=number).all():
        if other is not None:
            link(work, number, other, LinkKind.COPY)
