"""A mail that opens a ticket: routing, requester, unit, and the acknowledgement or why there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlmodel import col

from sdesk.desk.intake.incoming import Incoming
from sdesk.desk.intake.known import own_addresses
from sdesk.desk.intake.origin import Origin, Receipt
from sdesk.desk.opening import Work
from sdesk.desk.steps.acknowledge import acknowledge
from sdesk.desk.steps.assets import add_assets, named_in
from sdesk.desk.steps.links import link
from sdesk.desk.steps.messages import add_inbound, index_ticket
from sdesk.desk.steps.notify import notify_opened
from sdesk.desk.steps.outbox import ACKNOWLEDGE_WITHIN
from sdesk.desk.steps.people import FoundPerson, find_person, person_of
from sdesk.desk.steps.requester_wrote import REQUESTER
from sdesk.desk.steps.tickets import Opened, Opening, open_ticket
from sdesk.domain.errors import BadInput
from sdesk.domain.inbound import InboundMail, Mailbox
from sdesk.domain.ledger import Outcome
from sdesk.domain.mailboxes import parse_mailbox
from sdesk.domain.routing import Routing, condition_words
from sdesk.domain.safe_text import one_line
from sdesk.domain.thread import plain_subject
from sdesk.domain.ticket import Channel, Direction, LinkKind, Priority
from sdesk.store.models import Person, Ticket

FORMS_PER_HOUR = 30
"""Of web forms that came within an hour so many are acknowledged: a program that fills them in may name a thousand
addresses, each of which would get a mail that nobody there asked for."""
_LONGEST_NAME = 100
_LONGEST_PHONE, _LEAST_DIGITS = 40, 5


def new_ticket(
    work: Work,
    incoming: Incoming,
    routing: Routing,
    team_id: int,
    *,
    reason: str,
    silent: str | None = None,
    follows: Ticket | None = None,
) -> Receipt:
    """Open a ticket for a mail. `silent` says why it is not acknowledged, where that is known beforehand."""
    rules, mail, origin = work.rules, incoming.mail, incoming.origin
    values = routing.values
    requester = _requester(work, incoming, routing)
    why = {"team": incoming.teams[team_id]}
    service_id = service_of(work, origin, routing, team_id)
    if service_id is not None:
        why["service"] = ruled_by(work, routing, "service", f"mailbox {origin.mailbox}")
    if "team" not in values and service_id is not None and "service" in values:
        team_id = rules.services[service_id].team_id
        why["team"] = f"service {rules.services[service_id].key}"
    unit_key = rules.unit_named(one_line(str(values["unit"]))) if values.get("unit") else None
    unit_id = rules.unit_keys[unit_key] if unit_key is not None else None
    if unit_id is not None:
        why["unit"] = ruled_by(work, routing, "unit", "")
    elif requester is not None and requester.unit_id is not None:
        unit_id = requester.unit_id
        why["unit"] = "the requester's address"
    if "priority" in values:
        why["priority"] = ruled_by(work, routing, "priority", "")
    subject = plain_subject(mail.subject)
    spam = values.get("status") == "spam"
    forwarder = incoming.agent_id if _customer(work, incoming, routing) is not None else None
    story = {} if forwarder is None else {"forwarded_by": rules.agents[forwarder].key}
    opened = open_ticket(
        work,
        Opening(
            subject=subject,
            team_id=team_id,
            service_id=service_id,
            requester_id=requester.id if requester else None,
            unit_id=unit_id,
            channel=Channel.FORM if routing.person else Channel.MAIL,
            opened_at=origin.arrived_at,
            priority=Priority(values["priority"]) if "priority" in values else None,
            priority_reason=f"routing rule {routing.decided_by['priority']}" if "priority" in values else None,
            tags=tuple(values.get("tags", ())),
            spam=spam,
            unanswered=not mail.is_auto or routing.person,
        ),
        by=REQUESTER,
        rules=dict(routing.decided_by),
        reason=reason,
        mailbox=origin.mailbox,
        why=why,
        **story,
    )
    author = Mailbox(requester.address, requester.name) if routing.person and requester else mail.sender
    asker = f"{requester.name} {requester.address}" if forwarder is not None and requester is not None else ""
    index_ticket(work, opened.number, subject, mail.body_text, f"{author.name} {author.address} {asker}")
    if not spam:
        add_assets(work, opened.number, named_in(work, mail.subject, unit_id), why="named in its subject")
    message = add_inbound(
        work,
        opened.number,
        Direction.IN,
        mail,
        raw_id=incoming.raw_id,
        author=author,
        agent_id=forwarder,
        person_id=requester.id if requester and forwarder is None else None,
        indexed=False,
    )
    if follows is not None and follows.id is not None:
        # The link alone says which: it is hidden where a wall stands between the two, a history never is.
        link(work, opened.number, follows.id, LinkKind.FOLLOWS)
    _acknowledge(
        work, mail, origin, opened, requester, team_id, "it is spam" if spam else silent, by_form=routing.person
    )
    if not spam and opened.incident is None and not opened.waits:
        # Part of an incident: whoever works on that knows, and need not be told of each. What must be approved first
        # is told of when it is.
        notify_opened(work, opened, team_id=team_id, message=message, by=incoming.agent_id)
    return Receipt(Outcome.CREATED, opened.number, reason)


def _requester(work: Work, incoming: Incoming, routing: Routing) -> FoundPerson | None:
    """Who asks: the one whom a form names, else its Reply-To; the customer whose mail an agent forwards; else From."""
    mail = incoming.mail
    named = routing.values.get("requester")
    if named:
        try:
            box = parse_mailbox(str(named))
            box = replace(box, name=box.name or one_line(str(routing.values.get("name", "")))[:_LONGEST_NAME])
            known = find_person(work, box.address) is not None
            found = person_of(work, box, mail.language)
            if found is not None and not known:
                _note_phone(work, found, str(routing.values.get("phone", "")))
            return found
        except BadInput:
            # What a form's field holds is anybody's text: the mail's own sender stands then.
            pass
    customer = _customer(work, incoming, routing)
    if customer is not None:
        return person_of(work, customer, mail.language)
    box = mail.reply_to[0] if routing.person and mail.reply_to and mail.reply_to[0].address else mail.sender
    return person_of(work, box, mail.language)


def _note_phone(work: Work, person: FoundPerson, phone: str) -> None:
    """Where somebody is called whom the desk did not know: a form never changes what it knows of anybody."""
    digits = sum(map(str.isdigit, phone))
    if digits >= _LEAST_DIGITS and len(phone) <= _LONGEST_PHONE:
        work.connection.execute(update(Person).where(col(Person.id) == person.id).values(phone=one_line(phone)))


def _customer(work: Work, incoming: Incoming, routing: Routing) -> Mailbox | None:
    """Whose mail an agent forwards to the desk. Anybody else who forwards a mail asks for himself."""
    box = incoming.mail.forwarded_from
    if box is None or incoming.agent_id is None or routing.person:
        return None
    address = box.address.lower()
    own = address in own_addresses(work, incoming.origin) or address in work.rules.agent_addresses
    return None if own or not address else box


def _many_forms(work: Work) -> bool:
    count = work.connection.execute(
        select(func.count())
        .select_from(Ticket)
        .where(col(Ticket.created_at) > work.now - timedelta(hours=1), col(Ticket.channel) == Channel.FORM)
    ).scalar()
    return (count or 0) > FORMS_PER_HOUR


def service_of(work: Work, origin: Origin, routing: Routing, team_id: int) -> int | None:
    """The service that a rule sets, else the mailbox's own where it is of the team."""
    named = routing.values.get("service")
    if named and named in work.rules.service_keys:
        return work.rules.service_keys[named]
    fallback = work.rules.service_keys.get(origin.service) if origin.service else None
    if fallback is not None and work.rules.services[fallback].team_id == team_id:
        return fallback
    return None


def ruled_by(work: Work, routing: Routing, field: str, otherwise: str) -> str:
    """What decided a field of the ticket: the rule, with what it asks, since the desk file may change."""
    position = routing.decided_by.get(field)
    if position is None:
        return otherwise
    rules = work.rules.routing
    asked = f" ({condition_words(rules[position - 1])})" if position <= len(rules) else ""
    return f"routing rule {position}{asked}"


def _acknowledge(
    work: Work,
    mail: InboundMail,
    origin: Origin,
    opened: Opened,
    requester: FoundPerson | None,
    team_id: int,
    silent: str | None,
    *,
    by_form: bool,
) -> None:
    """Acknowledge the mail, unless it is one that is not."""
    withheld = silent
    if withheld is None and by_form and _many_forms(work):
        withheld = f"{FORMS_PER_HOUR} web forms came within an hour"
    if withheld is None and requester is not None and requester.address in own_addresses(work, origin):
        withheld = "the requester has the desk's own address"
    if withheld is None and requester is None:
        withheld = "the requester has no address"
    if withheld is None and work.now - origin.arrived_at > ACKNOWLEDGE_WITHIN:
        withheld = "the mail is older than a day"
    box = Mailbox(requester.address, requester.name) if requester is not None else None
    acknowledge(
        work, opened, team_id, box, (requester.language if requester else None) or mail.language, withheld=withheld
    )
