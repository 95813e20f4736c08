"""Outages and the priority that follows: what a service that stands costs its unit, and how far that raises impact."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, or_, select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.rules import Rules
from sdesk.desk.steps.clocks import promise_of, put_in_place
from sdesk.desk.steps.history import record
from sdesk.desk.steps.moves import follow_promise, require_id
from sdesk.desk.steps.rows import insert_row
from sdesk.domain import outage as costs_of
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.priority import follow
from sdesk.domain.slices import (
    Cost,
    Slice,
    Stoppage,
    Stretch,
    freed,
    read_slices,
    reopened,
    share_out,
    write_slices,
)
from sdesk.domain.ticket import OPEN_STATUSES, Impact, Priority, Urgency
from sdesk.domain.worktime import same_hours
from sdesk.store.models import Outage, Ticket


def share_that_stands(work: Work, service_id: int | None, unit_id: int | None) -> Decimal | None:
    """The share of a unit's turnover that an outage of the service stops; None where nothing of it stands."""
    if service_id is None or unit_id is None:
        return None
    service, unit = work.rules.services[service_id], work.rules.units[unit_id]
    return costs_of.share_that_stands(unit.stops.get(service.key), service.stops_share, unit.turnover_per_hour)


def own_loss_per_hour(work: Work, unit_id: int, share: Decimal) -> Decimal:
    """What an outage costs an hour by itself, whatever else of the unit stands: priority follows from this."""
    return costs_of.rate_alone(work.rules.units[unit_id].turnover_per_hour, share, work.rules.margin)


def recount(work: Work, unit_id: int, anew: Collection[int] = (), free: Iterable[Stretch] = ()) -> None:
    """Share a unit's turnover out anew among its outages, and let their tickets follow.

    Reckoned are those that last, and `anew`: ids of those that end now, or are corrected by hand. What else has ended
    stays as it was stored, and what it took is taken. But where one of them is found not to have stood, or `free` says
    so, others that had got less than their share for it get it now, ended or not: which its history says.
    """
    work.session.flush()
    lasting = select(Outage).where(
        col(Outage.unit_id) == unit_id, or_(col(Outage.down_to).is_(None), col(Outage.id).in_(anew))
    )
    reckoned = {outage.id or 0: outage for outage in work.session.scalars(lasting.order_by(col(Outage.id)))}
    facts = {number: _facts(outage) for number, outage in reckoned.items()}
    stretches = [*free]
    for number in reckoned.keys() & set(anew):
        # A suspicion never had taken anything from a certainty.
        if facts[number].confirmed:
            stretches += freed(read_slices(reckoned[number].slices or ()), facts[number])
    if not reckoned and not stretches:
        return
    first = min([*(outage.down_from for outage in reckoned.values()), *(start for start, _ in stretches)])
    ended = select(Outage).where(
        col(Outage.unit_id) == unit_id, col(Outage.confirmed).is_(True), col(Outage.down_to) > first
    )
    settled = {outage.id or 0: outage for outage in work.session.scalars(ended) if outage.id not in reckoned}
    facts |= {
        number: reopened(replace(_facts(outage), settled=_settled(outage)), stretches)
        for number, outage in settled.items()
    }
    costs = share_out(
        list(facts.values()),
        work.rules.units[unit_id].turnover_per_hour or Decimal(0),
        work.rules.margin,
        work.rules.opening_hours(unit_id),
    )
    known = reckoned | settled
    # In a storm hundreds of a unit last: another one changes nothing for most of them.
    changed = {number for number, cost in costs.items() if _store(work, known[number], cost)}
    for number in sorted(changed & settled.keys()):
        _say_corrected(work, settled[number])
    for ticket_id in sorted({known[number].ticket_id for number in changed | (reckoned.keys() & set(anew))}):
        follow_outages(work, work.session.get_one(Ticket, ticket_id))


def recount_changed(work: Work, old: Rules) -> None:
    """After another desk file: what lasts is reckoned by the turnover, margin and hours that hold now.

    What has ended stays as it was stored.
    """
    lasting = select(col(Outage.unit_id)).where(col(Outage.down_to).is_(None)).distinct()
    for unit_id in list(work.session.scalars(lasting)):
        if (
            old.margin != work.rules.margin
            or old.units[unit_id].turnover_per_hour != work.rules.units[unit_id].turnover_per_hour
            or not same_hours(old.opening_hours(unit_id), work.rules.opening_hours(unit_id))
        ):
            recount(work, unit_id)


def _facts(outage: Outage) -> Stoppage:
    return Stoppage(outage.id or 0, outage.down_from, outage.down_to, outage.share, outage.confirmed)


def _store(work: Work, outage: Outage, cost: Cost) -> bool:
    """Write down what an outage counts for; gives whether that is news."""
    slices = write_slices(cost.slices)
    if (outage.slices, outage.loss) == (slices, cost.loss):
        return False
    outage.slices, outage.loss = slices, cost.loss
    work.session.add(outage)
    return True


def _say_corrected(work: Work, outage: Outage) -> None:
    """In its own history: what it had cost was settled, and is more by what another gave back."""
    record(
        work,
        outage.ticket_id,
        "outage_corrected",
        down_from=to_rfc3339(outage.down_from),
        down_to=to_rfc3339(outage.down_to or work.now),
        loss=str(outage.loss),
        currency=work.rules.currency,
    )


def _settled(outage: Outage) -> tuple[Slice, ...]:
    """What an outage that has ended took; of one of an older store, which has no slices, all that it could."""
    if outage.slices is not None:
        return read_slices(outage.slices)
    return (Slice(outage.down_from, outage.down_to, outage.share, Decimal(0)),)


def follow_outages(work: Work, ticket: Ticket) -> None:
    """Give a ticket what its outages come to; its place in the queue follows, which is no change that anybody made."""
    before = _loss_columns(ticket)
    outages = outages_of(work, ticket)
    lasts = next((outage for outage in outages if outage.down_to is None), None)
    counted = [outage for outage in outages if outage.confirmed and outage.down_to is not None]
    running = Cost(read_slices(lasts.slices or ()), Decimal(0)).running if lasts is not None else None
    if lasts is None or running is None:
        ticket.loss_per_hour = ticket.loss_since = ticket.loss_suspected = None
        ticket.loss_confirmed = False
    else:
        ticket.loss_per_hour, ticket.loss_since = running.per_hour, running.start
        ticket.loss_confirmed = lasts.confirmed
        ticket.loss_suspected = None if lasts.confirmed else lasts.loss
        if lasts.confirmed and lasts.loss:
            counted.append(lasts)
    ticket.loss_past = sum((outage.loss or Decimal(0) for outage in counted), Decimal("0.00")) if counted else None
    if _loss_columns(ticket) != before:
        put_in_place(work, ticket)


def _loss_columns(ticket: Ticket) -> tuple[Any, ...]:
    return (
        ticket.loss_per_hour,
        ticket.loss_since,
        ticket.loss_suspected,
        ticket.loss_past,
        ticket.loss_confirmed,
    )


def outages_of(work: Work, ticket: Ticket) -> list[Outage]:
    """All outages of a ticket, in the order in which they were written down."""
    work.session.flush()
    found = select(Outage).where(col(Outage.ticket_id) == ticket.id).order_by(col(Outage.id))
    return list(work.session.scalars(found))


def running_outage(work: Work, ticket: Ticket) -> Outage | None:
    """The outage of a ticket that lasts."""
    return next((outage for outage in outages_of(work, ticket) if outage.down_to is None), None)


def follow_priority(work: Work, impact: Impact, urgency: Urgency, per_hour: Decimal | None) -> tuple[Impact, Priority]:
    """The impact, raised by what is lost, and the priority that follows from the matrix."""
    return follow(work.rules.matrix, work.rules.thresholds, impact, urgency, per_hour)


def follow_loss(work: Work, ticket: Ticket) -> tuple[Priority, dict[str, Any]]:
    """The priority that follows from the ticket's own impact, its urgency and its outage that lasts, and why, for the
    history. The ticket's impact follows.

    A priority by hand stays all the same: the caller sees to it.
    """
    outage = running_outage(work, ticket)
    alone = own_loss_per_hour(work, outage.unit_id, outage.share) if outage is not None else None
    own = ticket.own_impact or ticket.impact
    ticket.impact, follows = follow_priority(work, own, ticket.urgency, alone)
    raising = raised_by(work, own, ticket.impact, alone)
    basis: dict[str, Any] = {"impact": ticket.impact.value, "urgency": ticket.urgency.value}
    return follows, basis | ({"raised": raising} if raising is not None else {})


def other_priorities(work: Work) -> dict[int, Priority]:
    """What open tickets would be by the rules of now, where they are something else and nobody's hand made them so."""
    found: Sequence[Any] = work.connection.execute(
        select(
            *(col(Ticket.id), col(Ticket.impact), col(Ticket.own_impact), col(Ticket.urgency), col(Ticket.priority)),
            *(col(Outage.unit_id), col(Outage.share)),
        )
        .join(Outage, and_(col(Outage.ticket_id) == col(Ticket.id), col(Outage.down_to).is_(None)), isouter=True)
        .where(col(Ticket.is_open), col(Ticket.priority_reason).is_(None))
        .order_by(col(Ticket.id))
    ).all()
    other: dict[int, Priority] = {}
    for number, impact, own, urgency, priority, unit_id, share in found:
        alone = own_loss_per_hour(work, unit_id, share) if unit_id is not None else None
        follows = follow_priority(work, own or impact, urgency, alone)[1]
        if follows is not priority:
            other[number] = follows
    return other


def take_priority_of_loss(work: Work, ticket: Ticket) -> None:
    """What is lost may raise the priority, or no longer; one by hand stays, and what is done is not judged anew."""
    if ticket.status not in OPEN_STATUSES:
        return
    promise = promise_of(work, ticket)
    follows, basis = follow_loss(work, ticket)
    if ticket.priority_reason is None and follows is not ticket.priority:
        record(work, require_id(ticket), "priority", old=ticket.priority.value, new=follows.value, **basis)
        ticket.priority = follows
        follow_promise(work, ticket, promise)


def raised_by(work: Work, own: Impact, final: Impact, per_hour: Decimal | None) -> dict[str, str] | None:
    """By what a loss raised an impact, for the history; None where it did not."""
    if final is own or per_hour is None:
        return None
    reached = max(each.per_hour for each in work.rules.thresholds if each.impact is final and per_hour >= each.per_hour)
    return {"impact": own.value, "loss_per_hour": str(per_hour), "threshold": str(reached)}


def suspect_outage(work: Work, ticket: Ticket, down_from: datetime) -> bool:
    """Suspect the outage that a ticket's service means in its unit, if it means one and none is running: whether so."""
    share = share_that_stands(work, ticket.service_id, ticket.unit_id)
    if share is None or ticket.unit_id is None or ticket.loss_since is not None:
        return False
    begin_outage(work, require_id(ticket), ticket.unit_id, share, down_from)
    return True


def begin_outage(work: Work, number: int, unit_id: int, share: Decimal, down_from: datetime) -> None:
    """Write a suspected outage down; the ticket has its loss from it."""
    insert_row(
        work,
        Outage,
        {"ticket_id": number, "unit_id": unit_id, "down_from": down_from, "share": share, "confirmed": False},
    )
    recount(work, unit_id)


def confirm_outage(work: Work, ticket: Ticket) -> bool:
    """What is suspected of a ticket is a fact from now on: whether there was such a thing. The caller settles."""
    outage = running_outage(work, ticket)
    if outage is None or outage.confirmed:
        return False
    outage.confirmed = True
    work.session.add(outage)
    recount(work, outage.unit_id, (outage.id or 0,))
    loss = str(ticket.loss_per_hour)
    record(work, require_id(ticket), "outage_confirmed", loss_per_hour=loss, currency=work.rules.currency)
    return True


def end_outage(work: Work, ticket: Ticket, at: datetime | None = None) -> None:
    """The service works again since `at`, or now: what was lost is stored, and costs nothing from then on.

    A suspicion that nobody confirmed is no loss.
    """
    outage = running_outage(work, ticket)
    if outage is None:
        return
    outage.down_to = max(at or work.now, outage.down_from)
    work.session.add(outage)
    recount(work, outage.unit_id, (outage.id or 0,))


def drop_suspicion(work: Work, ticket: Ticket) -> None:
    """Another service, another unit, or spam: an outage that nobody confirmed never was."""
    outage = running_outage(work, ticket)
    if outage is None or outage.confirmed:
        return
    work.session.delete(outage)
    work.session.flush()
    follow_outages(work, ticket)
    recount(work, outage.unit_id)
