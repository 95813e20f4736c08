"""Opening a ticket by hand: `sdesk new`, the console's `C`, and what scripts make."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.change import Change
from sdesk.desk.opening import Work
from sdesk.desk.steps.absences import away_warning
from sdesk.desk.steps.assets import add_assets, find_asset, out_of_use, place_of
from sdesk.desk.steps.find import key_of, require_sight, word_of
from sdesk.desk.steps.form_equipment import link_equipment
from sdesk.desk.steps.forms import FilledIn, Given, fill_in, keep_answers
from sdesk.desk.steps.messages import begin_conversation
from sdesk.desk.steps.notify import notify_opened
from sdesk.desk.steps.people import FoundPerson, person_of
from sdesk.desk.steps.tags import require_tags
from sdesk.desk.steps.tickets import Opening, open_ticket
from sdesk.desk.steps.whose import whose
from sdesk.domain.errors import BadInput, Refused, about
from sdesk.domain.inbound import Mailbox
from sdesk.domain.mailboxes import parse_mailbox
from sdesk.domain.phrase import joined, phrase
from sdesk.domain.safe_text import neutralise, one_line
from sdesk.domain.ticket import Channel, Impact, Priority, Role, Urgency
from sdesk.store.models import Ticket


def create(
    work: Work,
    *,
    subject: str,
    text: str = "",
    requester: str | None = None,
    service: str | None = None,
    team: str | None = None,
    assignee: str | None = None,
    unit: str | None = None,
    impact: str | None = None,
    urgency: str | None = None,
    priority: str | None = None,
    tags: Sequence[str] = (),
    assets: Sequence[str] = (),
    channel: str = Channel.CLI,
    external_id: str | None = None,
    form: Given = MappingProxyType({}),
) -> Change:
    """Open a ticket. The team is the service's, else the one named, else the acting agent's only one. Service and unit
    that are not named are those of the first of its equipment (`assets`: inventory numbers) that has them.

    `form`: the answers in the service's form, by the keys of its fields. BadInput where the team is not clear, and for
    a form that is not filled in as it must be; Refused for an assignee who could not see it. A service that is not
    offered to who asks may be right all the same: it is said.
    """
    rules = work.rules
    if work.actor.role is Role.AUDITOR:
        raise Refused(phrase("an auditor reads everything and changes nothing"), phrase("ask an agent of the team"))
    subject = one_line(subject).strip()
    with about("subject"):
        if not subject:
            raise BadInput(phrase("a ticket needs a subject"), phrase("give it with --subject"))
    with about("assets"):
        equipment = [find_asset(work, each) for each in assets]
        follows = place_of(work, equipment)
    with about("service"):
        service_id = key_of(rules.service_keys, service, "service") if service else follows.service_id
    with about("requester"):
        box = parse_mailbox(requester) if requester else None
        person = person_of(work, box) if box else None
    unit_id = key_of(rules.unit_keys, unit, "unit") if unit else person.unit_id if person else None
    if not unit and follows.unit_id is not None:
        unit_id = follows.unit_id
    assignee_id = None
    if assignee:
        assignee_id = key_of(rules.agent_keys, work.actor.login if assignee == "me" else assignee, "agent")
    with about("service"):
        team_id, team_by = whose(work, team, service_id)
    why = {"team": team_by}
    named = "named when it was opened"
    why |= {name: named for name, value in (("service", service), ("impact", impact), ("urgency", urgency)) if value}
    if service_id is not None and not service:
        why["service"] = follows.service_by
    if unit_id is not None:
        why["unit"] = named if unit else follows.unit_by or "the requester's address"
    require_sight(work, team_id, assignee_id)
    require_tags(tags)
    answers = fill_in(work, service_id, form, unit_id=unit_id)
    if external_id is not None:
        _require_free(work, external_id)
    opened_channel = word_of(Channel, channel, "channel")
    opened = open_ticket(
        work,
        Opening(
            subject=subject,
            team_id=team_id,
            service_id=service_id,
            requester_id=person.id if person else None,
            unit_id=unit_id,
            channel=opened_channel,
            opened_at=work.now,
            assignee_id=assignee_id,
            impact=word_of(Impact, impact, "impact") if impact else None,
            urgency=word_of(Urgency, urgency, "urgency") if urgency else None,
            priority=word_of(Priority, priority, "priority") if priority else None,
            priority_reason="set when it was opened" if priority else None,
            tags=tuple(tags),
            external_id=external_id,
            brought=opened_channel is Channel.IMPORT,
        ),
        why=why,
    )
    keep_answers(work, opened.number, answers.values)
    message = _say(work, opened.number, person, subject, neutralise(text), answers)
    add_assets(work, opened.number, equipment)
    equipment += link_equipment(work, opened.number, answers.equipment, unit_id)
    if opened_channel is not Channel.IMPORT and opened.incident is None and not opened.waits:
        by = work.actor.agent_id
        notify_opened(work, opened, team_id=team_id, assignee_id=assignee_id, message=message, by=by)
    ref = rules.ref(opened.number)
    words = phrase("{ref} opened", ref=ref)
    if opened.incident is not None:
        words = phrase("{ref} opened, part of {incident}", ref=ref, incident=rules.ref(opened.incident))
    elif opened.waits:
        words = phrase("{ref} opened; it waits for an approval", ref=ref)
    away = away_warning(work, assignee_id, team_id) if assignee_id != work.actor.agent_id else ""
    warning = joined("; ", (away, _offer_warning(work, service_id, unit_id, person), out_of_use(equipment)))
    return Change(opened.number, ref, words, warning=warning)


def _offer_warning(work: Work, service_id: int | None, unit_id: int | None, person: FoundPerson | None) -> str:
    """What whoever opened it for somebody should know: an agent may know better than the catalogue."""
    if service_id is None or (unit_id is None and person is None):
        return ""
    asker = work.rules.asker(unit_id, (person.address,) if person else ())
    if work.rules.is_offered(service_id, asker):
        return ""
    who = work.rules.units[unit_id].key if unit_id is not None else one_line(person.address if person else "")
    return phrase("`{service}` is not offered to {who}", service=work.rules.services[service_id].key, who=who)


def _say(work: Work, number: int, person: FoundPerson | None, subject: str, text: str, answers: FilledIn) -> int | None:
    """The first message, in the requester's name, else the acting agent's; gives its row. None without text, file."""
    agent = work.rules.agents[work.actor.agent_id] if work.actor.agent_id is not None else None
    author = (
        Mailbox(person.address, person.name)
        if person
        else Mailbox(agent.email if agent else "", agent.name if agent else work.actor.name)
    )
    return begin_conversation(
        work,
        number,
        subject,
        text,
        author,
        person.id if person else None,
        answers=answers.words,
        attachments=answers.files,
    )


def _require_free(work: Work, external_id: str) -> None:
    """Refused for an id that a ticket has; the sentence names none, since a wall may stand before it."""
    taken = work.connection.execute(select(col(Ticket.id)).where(col(Ticket.external_id) == external_id)).first()
    if taken is not None:
        raise Refused(
            phrase("the external id `{external_id}` is taken", external_id=one_line(external_id)),
            phrase("give another with --external-id"),
        )
