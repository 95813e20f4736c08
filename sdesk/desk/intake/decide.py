"""The order in which it is decided what becomes of a mail: the first that holds.

The desk's own, a blocked sender, a web form, a bounce, an answer to the question how it was, monitoring, an own
address, a machine, a thread (an approver's, an agent's, a supplier's, a requester's, a stranger's mail), a number in
the subject, a new request.
"""

from __future__ import annotations

from sdesk.desk.intake.addressed import for_another_team
from sdesk.desk.intake.agent_mail import from_agent, to_several
from sdesk.desk.intake.approver_mail import from_approver, shows_question
from sdesk.desk.intake.follow_up import follow_up, note_bounce, note_from_machine
from sdesk.desk.intake.incoming import Incoming
from sdesk.desk.intake.known import (
    BY_SUBJECT,
    Thread,
    answers_several,
    blocked_by,
    find_bounced,
    find_thread,
    own_addresses,
    shares_organisation,
    tagged_ticket,
    taken_into,
    takes_part,
)
from sdesk.desk.intake.monitoring import from_monitoring
from sdesk.desk.intake.new import new_ticket
from sdesk.desk.intake.origin import Receipt
from sdesk.desk.intake.rated import from_rater, without_key
from sdesk.desk.intake.supplier_mail import from_supplier
from sdesk.desk.opening import Work
from sdesk.desk.steps.history import record
from sdesk.desk.steps.links import link
from sdesk.desk.steps.moves import require_id
from sdesk.desk.steps.notify import notify
from sdesk.desk.steps.reopen import may_reopen
from sdesk.domain.ledger import Outcome
from sdesk.domain.outgoing import LOOP_HEADER, AgentEvent, Party
from sdesk.domain.thread import old_number, subject_tag
from sdesk.domain.ticket import LinkKind, Status
from sdesk.store.models import Ticket

NO_DOOR = "a number in its subject opens no door"
"""Why a new ticket is opened, whether there is a ticket of that number or not: others read it than who may know."""


def decide(work: Work, incoming: Incoming) -> Receipt:
    """What becomes of a mail that was not taken before; it is done in the caller's transaction."""
    mail = incoming.mail
    if mail.header(LOOP_HEADER).strip() == work.rules.loop_token:
        return Receipt(Outcome.IGNORED, None, "the desk sent it itself")
    blocked = blocked_by(work, mail)
    if blocked is not None:
        return Receipt(Outcome.IGNORED, None, f"its sender is blocked ({blocked})")
    if incoming.routing.person:
        return _new_for_each(work, incoming, reason="a web form", silent=incoming.silent)
    if mail.is_bounce:
        bounced = find_bounced(work, mail)
        if bounced is None:
            return Receipt(Outcome.IGNORED, None, "a bounce that names no message of the desk")
        return note_bounce(work, incoming, bounced)
    rated = from_rater(work, incoming)
    if rated is not None:
        return rated
    incoming = without_key(incoming)
    mail = incoming.mail
    thread = find_thread(work, mail)
    if thread is not None and taken_into(work, incoming.identity, thread.ticket):
        return _taken_already(work, thread.ticket)
    if incoming.routing.event is not None and thread is None and not incoming.forged:
        return from_monitoring(work, incoming, incoming.routing.event)
    if incoming.sender in own_addresses(work, incoming.origin):
        return _from_own_address(work, incoming, thread)
    if mail.is_auto:
        return _from_machine(work, incoming, thread)
    if thread is not None:
        return _in_thread(work, incoming, thread)
    if incoming.agent_id is not None and answers_several(work, mail):
        return to_several(work, incoming, incoming.agent_id)
    tagged = tagged_ticket(work, mail)
    if tagged is not None:
        return _by_subject(work, incoming, tagged)
    # Whether there is such a ticket is nobody's business who cannot see it.
    named = subject_tag(mail.subject, work.rules.ref_prefix) is not None or old_number(mail.subject) is not None
    return _new_for_each(work, incoming, reason=NO_DOOR if named else "a new request", silent=incoming.silent)


def _in_thread(work: Work, incoming: Incoming, thread: Thread) -> Receipt:
    """A person's mail in a thread: by a Message-ID or a token, which nobody can guess."""
    ticket = thread.ticket
    asks = incoming.person is not None and incoming.person.id == ticket.requester_id
    if shows_question(work, incoming.mail, thread):
        # Before all others: who must approve it may be an agent too, or the requester's own boss.
        return from_approver(work, incoming, thread)
    if incoming.agent_id is not None and not asks:
        return from_agent(work, incoming, thread, incoming.agent_id)
    if thread.party is Party.SUPPLIER and not asks:
        return from_supplier(work, incoming, thread)
    part_taken = not incoming.forged and takes_part(work, ticket, incoming.person, incoming.sender)
    if ticket.status is Status.SPAM:
        # What was wrongly called spam comes back by a mail that is none.
        again = incoming.routing.values.get("status") == Status.SPAM
        return follow_up(work, incoming, thread, part_taken=part_taken, quiet=again)
    if may_reopen(work, ticket, incoming.origin.arrived_at) and (part_taken or ticket.is_open):
        return follow_up(work, incoming, thread, part_taken=part_taken)
    hindered = f"which is {ticket.status}" + (" for good" if part_taken else " and not the sender's")
    why = f"{thread.sign} names a ticket {hindered}"
    return _new_for_each(work, incoming, reason=why, silent=incoming.silent, follows=ticket)


def _by_subject(work: Work, incoming: Incoming, tagged: Ticket) -> Receipt:
    """A number in the subject opens a door only to those who belong: never by subject alone into a private team."""
    belongs = not incoming.forged and (
        takes_part(work, tagged, incoming.person, incoming.sender)
        or shares_organisation(work, tagged, incoming.person, incoming.sender)
    )
    private = work.rules.teams[tagged.team_id].private
    if belongs and not private:
        if taken_into(work, incoming.identity, tagged):
            return _taken_already(work, tagged)
        thread = Thread(tagged, BY_SUBJECT)
        person = incoming.person
        if incoming.agent_id is not None and (person is None or person.id != tagged.requester_id):
            return from_agent(work, incoming, thread, incoming.agent_id)
        if may_reopen(work, tagged, incoming.origin.arrived_at):
            return follow_up(work, incoming, thread, part_taken=True)
    reason = "its subject names a ticket which is closed for good" if belongs and not private else NO_DOOR
    receipt = _new_for_each(work, incoming, reason=reason, silent=incoming.silent, follows=tagged)
    if not belongs and receipt.number is not None:
        # By whom, and which ticket became of it, may stand behind a wall: the link between the two knows.
        record(work, require_id(tagged), "stranger_named_ticket", by="system")
        notify(work, tagged, AgentEvent.STRANGER)
    return receipt


def _taken_already(work: Work, ticket: Ticket) -> Receipt:
    number = require_id(ticket)
    return Receipt(Outcome.DUPLICATE, number, f"the same mail was taken into {work.rules.ref(number)} before")


def _from_machine(work: Work, incoming: Incoming, thread: Thread | None) -> Receipt:
    reason = f"an automatic mail ({incoming.mail.auto_reason})"
    if thread is not None:
        return note_from_machine(work, incoming, thread, reason)
    if incoming.sender in work.rules.agent_addresses:
        # An agent's out of office: as a ticket it would be told to others, who may be out of office too.
        return Receipt(Outcome.IGNORED, None, f"{reason} of an agent, outside any thread")
    if not incoming.origin.auto_tickets:
        return Receipt(Outcome.IGNORED, None, f"{reason} outside any thread")
    return _new_for_each(work, incoming, reason=reason, silent="it is an automatic mail")


def _from_own_address(work: Work, incoming: Incoming, thread: Thread | None) -> Receipt:
    """From an address of the desk without its loop header: never dropped, never answered."""
    if thread is not None:
        return note_from_machine(work, incoming, thread, "from one of the desk's own addresses")
    return _new_for_each(
        work,
        incoming,
        reason="a new request, from one of the desk's own addresses",
        silent="it came from one of the desk's own addresses",
    )


def _new_for_each(
    work: Work, incoming: Incoming, *, reason: str, silent: str | None = None, follows: Ticket | None = None
) -> Receipt:
    """A ticket for each addressed team, linked to each other; the first one is what the ledger names."""
    routing = incoming.routing
    if routing.values.get("discard"):
        return Receipt(Outcome.IGNORED, None, f"routing rule {routing.decided_by['discard']} discards it")
    receipts = []
    for position, team_id in enumerate(incoming.teams):
        routed = routing if position == 0 else for_another_team(routing)
        receipts.append(new_ticket(work, incoming, routed, team_id, reason=reason, silent=silent, follows=follows))
    first = receipts[0]
    for other in receipts[1:]:
        if first.number is not None and other.number is not None:
            link(work, other.number, first.number, LinkKind.COPY)
    return first
