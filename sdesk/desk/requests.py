"""What people without a terminal do in the portal: ask for a service, add to a request, say whether it is solved.

Who asks is named by a mail address that he proved to have; what he may see is said in `steps/requesters`, and he
changes what is his own alone. It is worked by the actor `REQUESTER`. What is typed is hostile, as in any mail.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import TypeVar

from sdesk.desk.change import Change
from sdesk.desk.opening import Work
from sdesk.desk.steps.acknowledge import acknowledge
from sdesk.desk.steps.clocks import settle
from sdesk.desk.steps.form_equipment import link_equipment
from sdesk.desk.steps.forms import FilledIn, Given, fill_in, keep_answers
from sdesk.desk.steps.history import record
from sdesk.desk.steps.messages import add_message, begin_conversation
from sdesk.desk.steps.moves import require_id, set_status
from sdesk.desk.steps.notify import notify, notify_opened
from sdesk.desk.steps.people import FoundPerson, person_of
from sdesk.desk.steps.reopen import may_reopen
from sdesk.desk.steps.requester_wrote import REQUESTER, asks_for_answer
from sdesk.desk.steps.requesters import ServedAt, asking, see_asked, served_at
from sdesk.desk.steps.resolve import resolve_ticket
from sdesk.desk.steps.tickets import Opening, open_ticket
from sdesk.domain.errors import BadInput, NotFound, Refused, about, refuse_all
from sdesk.domain.inbound import InboundAttachment, Mailbox
from sdesk.domain.offered import Asker, selects
from sdesk.domain.outgoing import AgentEvent
from sdesk.domain.phrase import phrase
from sdesk.domain.safe_text import neutralise, one_line
from sdesk.domain.thread import hide_agent_tokens, only_thanks
from sdesk.domain.ticket import OPEN_STATUSES, Channel, Direction, Status
from sdesk.store.models import Service, Ticket

T = TypeVar("T")

LONGEST_SUBJECT = 200
LONGEST_TEXT = 20_000
"""Characters: whoever has more to say attaches a file."""


def request(
    work: Work,
    *,
    address: str,
    service: str,
    subject: str,
    text: str,
    unit: str = "",
    form: Given = MappingProxyType({}),
    attachments: Sequence[InboundAttachment] = (),
    language: str | None = None,
) -> Change:
    """Ask for a service that is offered to who asks; `unit`: for which of the units that he is of, else for his own.

    `form`: what is answered in the service's form, by the keys of its fields. NotFound for a service that is not
    offered to him, as for one that is not there; BadInput is about a field, and has what else is wrong in `others`.
    """
    person = _person(work, address, language)
    addresses = asking(work, address).addresses
    units = served_at(work, person.unit_id, addresses)
    chosen = _unit(units, unit)
    offered = _offered(work, service, addresses, units)
    wrong: list[BadInput] = []
    subject = _noted(wrong, lambda: _subject(subject)) or ""
    unit_id = chosen.id if chosen is not None else person.unit_id
    answers = (
        _noted(wrong, lambda: fill_in(work, offered.id, form, unit_id=unit_id, language=language or "")) or FilledIn()
    )
    # Who filled in a form has said what it is about.
    text = _noted(wrong, lambda: _words(text, (*attachments, *answers.files), answers.words)) or ""
    refuse_all(wrong)
    opened = open_ticket(
        work,
        Opening(
            subject=subject,
            team_id=offered.team_id,
            service_id=offered.id,
            requester_id=person.id,
            unit_id=unit_id,
            channel=Channel.PORTAL,
            opened_at=work.now,
        ),
        by=REQUESTER,
        why={"team": f"service {offered.key}", "service": "chosen in the portal"},
    )
    keep_answers(work, opened.number, answers.values)
    message = begin_conversation(
        work,
        opened.number,
        subject,
        text,
        person.box,
        person.id,
        answers=answers.words,
        attachments=(*attachments, *answers.files),
    )
    link_equipment(work, opened.number, answers.equipment, unit_id)
    acknowledge(work, opened, offered.team_id, person.box, person.language or language)
    if opened.incident is None and not opened.waits:
        # What must be approved first is told of when it is.
        notify_opened(work, opened, team_id=offered.team_id, message=message)
    ref = work.rules.ref(opened.number)
    return Change(opened.number, ref, phrase("{ref} opened", ref=ref))


def follow_up(
    work: Work, number: int, *, address: str, text: str, attachments: Sequence[InboundAttachment] = ()
) -> Change:
    """Add words, or files, to a request of one's own: it ends a wait for them, reopens what was resolved lately.

    Refused where it is closed for good.
    """
    ticket = _own(work, address, number)
    text = _words(text, attachments)
    _require_reopenable(work, ticket)
    return _say(
        work, ticket, _person(work, address, None), text, attachments, wakes=not _says_thanks(text, attachments)
    )


def reopen(
    work: Work, number: int, *, address: str, text: str, attachments: Sequence[InboundAttachment] = ()
) -> Change:
    """Say that it is not solved, and why: it goes on, whatever the words are."""
    ticket = _own(work, address, number)
    if ticket.status not in {Status.RESOLVED, Status.CLOSED}:
        raise Refused(phrase("{ref} is still at work", ref=work.rules.ref(number)), phrase("write what is missing"))
    return _again(work, ticket, address, text, attachments)


def confirm_solved(work: Work, number: int, *, address: str, text: str = "") -> Change:
    """Say that it is solved: what was resolved is closed; what is still at work is resolved and closed.

    `text` is what the requester says to it. Refused for what others are part of and is still at work.
    """
    ticket = _own(work, address, number)
    ref = work.rules.ref(number)
    if ticket.status is Status.CLOSED:
        return Change(number, ref, phrase("{ref} is {status} already", ref=ref, status=ticket.status), changed=False)
    at_work = ticket.status in OPEN_STATUSES
    if at_work and ticket.is_incident:
        raise Refused(
            phrase("{ref} concerns others too, and goes on until it is solved for all", ref=ref),
            phrase("write that it is solved for you"),
        )
    message = None
    if text.strip():
        person = _person(work, address, None)
        message = _add(work, number, person, ticket.subject, _words(text, ()), ())
        record(work, number, "message", by=REQUESTER, message=message, takes_part=True)
    if at_work:
        resolve_ticket(work, ticket)
    set_status(work, ticket, Status.CLOSED)
    ticket.closed_at = work.now
    settle(work, ticket)
    if at_work:
        # Somebody may be working on it just now.
        notify(work, ticket, AgentEvent.REPLY, message=message)
    return Change(number, ref, phrase("{ref} is solved", ref=ref))


def _again(work: Work, ticket: Ticket, address: str, text: str, attachments: Sequence[InboundAttachment]) -> Change:
    _require_reopenable(work, ticket)
    with about("text"):
        if not neutralise(text).strip():
            raise BadInput(phrase("say what is not solved"))
    return _say(work, ticket, _person(work, address, None), _words(text, attachments), attachments, wakes=True)


def _require_reopenable(work: Work, ticket: Ticket) -> None:
    """Refused where nothing that is said puts it back to work."""
    if not may_reopen(work, ticket, work.now):
        ref = work.rules.ref(require_id(ticket))
        raise Refused(phrase("{ref} is closed for good", ref=ref), phrase("ask anew, and name its number"))


def _say(
    work: Work,
    ticket: Ticket,
    person: FoundPerson,
    text: str,
    attachments: Sequence[InboundAttachment],
    *,
    wakes: bool,
) -> Change:
    """Add a message, and set going what it sets going (`wakes`)."""
    number = require_id(ticket)
    message = _add(work, number, person, ticket.subject, text, attachments)
    if wakes:
        asks_for_answer(work, ticket, work.now)
    record(work, number, "message", by=REQUESTER, message=message, takes_part=True)
    settle(work, ticket)
    if wakes:
        notify(work, ticket, AgentEvent.REPLY, message=message)
    ref = work.rules.ref(number)
    return Change(number, ref, phrase("{ref} was written to", ref=ref))


def _add(
    work: Work,
    number: int,
    person: FoundPerson,
    subject: str,
    text: str,
    attachments: Sequence[InboundAttachment],
) -> int:
    return add_message(
        work,
        number,
        Direction.IN,
        text,
        author_name=person.name,
        author_address=person.address,
        person_id=person.id,
        subject=subject,
        attachments=attachments,
    )


def _says_thanks(text: str, attachments: Sequence[InboundAttachment]) -> bool:
    """Whether it asks for nothing, as in a mail."""
    return only_thanks(text) and not attachments


def _subject(text: str) -> str:
    """What it is about, on one line; BadInput where it is empty or too long."""
    with about("subject"):
        subject = hide_agent_tokens(one_line(text))
        if not subject:
            raise BadInput(phrase("say in a few words what it is about"))
        if len(subject) > LONGEST_SUBJECT:
            raise BadInput(phrase("this is too long"), phrase("at most {most} characters", most=LONGEST_SUBJECT))
    return subject


def _noted(wrong: list[BadInput], read: Callable[[], T]) -> T | None:
    """What is read of a form; what is wrong with it is noted, so that all of it can be said at once."""
    try:
        return read()
    except BadInput as error:
        wrong += [error, *error.others]
        return None


def _words(text: str, attachments: Sequence[InboundAttachment], besides: Sequence[str] = ()) -> str:
    """What was typed, as it can be kept; BadInput where nothing is said, attached, or said `besides`."""
    text = hide_agent_tokens(neutralise(text)).strip("\n")
    with about("text"):
        if not text.strip() and not attachments and not besides:
            raise BadInput(phrase("write what it is about"))
        if len(text) > LONGEST_TEXT:
            raise BadInput(
                phrase("this is too long"),
                phrase("write at most {most} characters, and attach the rest as a file", most=LONGEST_TEXT),
            )
    return text


def _own(work: Work, address: str, number: int) -> Ticket:
    """A request of one's own; NotFound where it is not to be seen, Refused for what one sees as the head of a unit."""
    requester = asking(work, address)
    ticket = see_asked(work, requester, number)
    if ticket.status in {Status.SPAM, Status.MERGED}:
        raise NotFound(phrase("there is no ticket {ref}", ref=work.rules.ref(number)), phrase("see your requests"))
    if ticket.requester_id is None or ticket.requester_id != requester.person_id:
        raise Refused(
            phrase("{ref} is the request of somebody else", ref=work.rules.ref(number)), phrase("let who asked write")
        )
    return ticket


def _person(work: Work, address: str, language: str | None) -> FoundPerson:
    """Who asks; a person of the desk from the first time on."""
    found = person_of(work, Mailbox(address), language or "")
    if found is None:
        raise TypeError("a requester without an address")
    return found


def _unit(units: Sequence[ServedAt], key: str) -> ServedAt | None:
    """The unit that it is for: the named one of those that he is of, else the first; BadInput for another's."""
    if not key:
        return units[0] if units else None
    for each in units:
        if each.key == key:
            return each
    with about("unit"):
        raise BadInput(phrase("choose one of your units"))


def _offered(work: Work, key: str, addresses: frozenset[str], units: Sequence[ServedAt]) -> Service:
    """The service of a key that is offered to who asks, in one of his units; NotFound, as for one that is not there."""
    number = work.rules.service_keys.get(key)
    row = work.session.get(Service, number) if number is not None else None
    askers = [Asker(each.line, addresses) for each in units] or [Asker((), addresses)]
    if row is None or not any(selects(row.offered_to, asker) for asker in askers):
        raise NotFound(phrase("this is not offered to you, or is offered no more"), phrase("see what is offered"))
    return row
