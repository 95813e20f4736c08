"""Setting a ticket right: its subject, requester, unit, impact, urgency, tags and equipment. What follows from them
follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.change import Change
from sdesk.desk.opening import Work
from sdesk.desk.steps.approvals import follow_head
from sdesk.desk.steps.assets import add_assets, drop_assets, find_asset, out_of_use
from sdesk.desk.steps.clocks import promise_of, settle
from sdesk.desk.steps.find import find_ticket, key_of, word_of
from sdesk.desk.steps.forms import Given, change_answers
from sdesk.desk.steps.history import record
from sdesk.desk.steps.losses import (
    drop_suspicion,
    follow_loss,
    outages_of,
    recount,
    running_outage,
    suspect_outage,
)
from sdesk.desk.steps.messages import rename_in_index
from sdesk.desk.steps.moves import follow_promise, require_id
from sdesk.desk.steps.people import person_of
from sdesk.desk.steps.tags import change_tags, require_tags
from sdesk.domain.errors import BadInput, Refused, about
from sdesk.domain.mailboxes import parse_mailbox
from sdesk.domain.phrase import joined, phrase
from sdesk.domain.safe_text import one_line
from sdesk.domain.slices import read_slices
from sdesk.domain.ticket import OPEN_STATUSES, Impact, Urgency
from sdesk.store.models import PersonAddress, Ticket

NONE = "none"
"""What takes a unit away."""


def set_fields(
    work: Work,
    number: int,
    *,
    subject: str | None = None,
    requester: str | None = None,
    unit: str | None = None,
    impact: str | None = None,
    urgency: str | None = None,
    tags: Sequence[str] = (),
    untags: Sequence[str] = (),
    form: Given = MappingProxyType({}),
    assets: Sequence[str] = (),
    unassets: Sequence[str] = (),
    version: int | None = None,
) -> Change:
    """Change what is given, all or nothing; each change is an event. Priority, promises and losses follow.

    `unit` may be `none`; a ticket of no unit gets that of its first equipment. Of `form`, answers in the form of the
    ticket's service, one that is empty goes. BadInput for a word that the desk does not know; Refused for an impact or
    urgency of what is done, and for a unit without turnover while an outage that was confirmed lasts.
    """
    ticket = find_ticket(work, number, version)
    ref = work.rules.ref(number)
    promise, unit_before = promise_of(work, ticket), ticket.unit_id
    done: list[str] = []
    with about("subject"):
        done += _subject(work, ticket, subject)
    with about("requester"):
        done += _requester(work, ticket, requester, follow=unit is None)
    with about("unit"):
        done += _unit(work, ticket, unit)
    done += _weight(work, ticket, impact, urgency)
    with about("tags"):
        added, removed = change_tags(work, number, tags, untags)
    if added or removed:
        record(work, number, "tags", added=added or None, removed=removed or None)
        done += [phrase("tag {tag}", tag=tag) for tag in added]
        done += [phrase("without tag {tag}", tag=tag) for tag in removed]
    done += [
        phrase("{field}: {value}", field=each.label, value=one_line(each.value) or phrase("none"))
        for each in change_answers(work, number, ticket.service_id, form, unit_id=ticket.unit_id)
    ]
    with about("assets"):
        done += _equipment(work, ticket, assets, unassets, follow=unit is None)
    if not done:
        return Change(number, ref, phrase("{ref} is so already", ref=ref), changed=False)
    if ticket.status in OPEN_STATUSES and (unit or requester or impact or urgency or assets):
        follows, basis = follow_loss(work, ticket)
        if ticket.priority_reason is None and follows is not ticket.priority:
            record(work, number, "priority", old=ticket.priority.value, new=follows.value, **basis)
            ticket.priority = follows
            done.append(ticket.priority.value)
            follow_promise(work, ticket, promise)
    if ticket.unit_id != unit_before:
        follow_head(work, ticket, unit_before)
    settle(work, ticket)
    retired = out_of_use(find_asset(work, each) for each in assets)
    facts = joined(", ", done)
    return Change(number, ref, phrase("{ref} is set right: {facts}", ref=ref, facts=facts), warning=retired)


def set_tags(
    work: Work, number: int, *, tags: Sequence[str] = (), untags: Sequence[str] = (), version: int | None = None
) -> Change:
    """Add tags, and take others away. BadInput where neither is said."""
    if not tags and not untags:
        raise BadInput(phrase("no tag is named"), phrase("say --add WORD or --remove WORD"))
    with about("tags"):
        require_tags(tags, "--add")
        require_tags(untags, "--remove")
    return set_fields(work, number, tags=tags, untags=untags, version=version)


def _subject(work: Work, ticket: Ticket, subject: str | None) -> list[str]:
    if subject is None:
        return []
    wanted = one_line(subject).strip()
    if not wanted:
        raise BadInput(phrase("a ticket needs a subject"), phrase("give it with --subject"))
    if wanted == ticket.subject:
        return []
    number = require_id(ticket)
    record(work, number, "subject", old=ticket.subject, new=wanted)
    ticket.subject = wanted
    rename_in_index(work, number, wanted)
    return [phrase("subject")]


def _requester(work: Work, ticket: Ticket, requester: str | None, *, follow: bool) -> list[str]:
    """Who asks: mails go there from now on. A ticket of no unit gets the person's."""
    if requester is None:
        return []
    person = person_of(work, parse_mailbox(requester))
    if person is None:
        raise BadInput(
            phrase("`{requester}` is no mail address", requester=one_line(requester)), phrase("write maria@example.org")
        )
    if person.id == ticket.requester_id:
        return []
    old = work.connection.execute(
        select(col(PersonAddress.address)).where(col(PersonAddress.person_id) == ticket.requester_id)
    ).scalar()
    record(work, require_id(ticket), "requester", old=old, new=person.address)
    ticket.requester_id = person.id
    done: list[str] = [phrase("requester {address}", address=person.address)]
    if follow and ticket.unit_id is None and person.unit_id is not None:
        done += _unit(work, ticket, work.rules.units[person.unit_id].key)
    return done


def _unit(work: Work, ticket: Ticket, unit: str | None) -> list[str]:
    """Where it is. A suspected outage is suspected there instead; one that is confirmed and lasts goes along."""
    if unit is None:
        return []
    unit_id = None if unit == NONE else key_of(work.rules.unit_keys, unit, "unit")
    if unit_id == ticket.unit_id:
        return []
    number, units = require_id(ticket), work.rules.units
    old = units[ticket.unit_id].key if ticket.unit_id is not None else None
    outage = running_outage(work, ticket)
    if outage is not None and outage.confirmed:
        if unit_id is None or not units[unit_id].turnover_per_hour:
            raise Refused(
                phrase(
                    "{ref} has a confirmed outage, and `{unit}` has no turnover", ref=work.rules.ref(number), unit=unit
                ),
                phrase("end it first: sdesk restored {number}", number=number),
            )
        ticket.unit_id = unit_id
        before, outage.unit_id = outage.unit_id, unit_id
        work.session.add(outage)
        recount(work, before, free=((each.start, each.end) for each in read_slices(outage.slices or ())))
        recount(work, unit_id)
    else:
        down_from = outage.down_from if outage is not None else ticket.created_at
        drop_suspicion(work, ticket)
        ticket.unit_id = unit_id
        if ticket.status in OPEN_STATUSES and (outage is not None or not outages_of(work, ticket)):
            suspect_outage(work, ticket, down_from)
    record(work, number, "unit", old=old, new=None if unit_id is None else units[unit_id].key)
    return [phrase("unit {unit}", unit=unit)]


def _equipment(
    work: Work, ticket: Ticket, assets: Sequence[str], unassets: Sequence[str], *, follow: bool
) -> list[str]:
    """What it is about. A ticket of no unit gets that of its first equipment."""
    found, gone = ([find_asset(work, each) for each in numbers] for numbers in (assets, unassets))
    number = require_id(ticket)
    done: list[str] = [phrase("equipment {asset}", asset=each) for each in add_assets(work, number, found)]
    if done and follow and ticket.unit_id is None:
        here = next((each.unit_id for each in found if each.unit_id is not None), None)
        if here is not None:
            done += _unit(work, ticket, work.rules.units[here].key)
    done += [phrase("without equipment {asset}", asset=each) for each in drop_assets(work, number, gone)]
    return done


def _weight(work: Work, ticket: Ticket, impact: str | None, urgency: str | None) -> list[str]:
    """How much it is and how soon it must be: what a loss raises comes on top."""
    if impact is None and urgency is None:
        return []
    if ticket.status not in OPEN_STATUSES:
        raise Refused(
            phrase("{ref} is {status}", ref=work.rules.ref(require_id(ticket)), status=ticket.status),
            phrase("reopen it first"),
        )
    done: list[str] = []
    number, own = require_id(ticket), ticket.own_impact or ticket.impact
    if impact is not None and (wanted := word_of(Impact, impact, "impact")) is not own:
        record(work, number, "impact", old=own.value, new=wanted.value)
        ticket.own_impact = ticket.impact = wanted
        done.append(phrase("impact {word}", word=wanted))
    if urgency is not None and (soon := word_of(Urgency, urgency, "urgency")) is not ticket.urgency:
        record(work, number, "urgency", old=ticket.urgency.value, new=soon.value)
        ticket.urgency = soon
        done.append(phrase("urgency {word}", word=soon))
    return done
