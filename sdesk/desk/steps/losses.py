"""Outages and the priority that follows: what a service that stands costs its unit, and how far that raises impact."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import put_in_place
from sdesk.desk.steps.moves import require_id
from sdesk.desk.steps.rows import insert_row
from sdesk.domain.outage import CENT, capped_shares, loss_per_hour, loss_so_far
from sdesk.domain.priority import impact_of_loss, priority_of, raised
from sdesk.domain.ticket import Impact, Priority, Urgency
from sdesk.store.models import Outage, Ticket


def share_that_stands(work: Work, service_id: int | None, unit_id: int | None) -> Decimal | None:
    """The share of a unit's turnover that an outage of the service stops; None where nothing of it stands."""
    if service_id is None or unit_id is None:
        return None
    service, unit = work.rules.services[service_id], work.rules.units[unit_id]
    share = unit.stops.get(service.key, service.stops_share)
    return share if share and unit.turnover_per_hour else None


def own_loss_per_hour(work: Work, unit_id: int, share: Decimal) -> Decimal:
    """What an outage costs an hour by itself, whatever else of the unit stands: priority follows from this."""
    turnover = work.rules.units[unit_id].turnover_per_hour
    return Decimal(0) if turnover is None else loss_per_hour(turnover, share, work.rules.margin).quantize(CENT)


def recount(work: Work, unit_id: int) -> None:
    """Share a unit's turnover out anew among its running outages: together they never exceed it.

    Confirmed ones take their shares first, then the older ones: a suspicion takes nothing from a certainty.
    """
    turnover = work.rules.units[unit_id].turnover_per_hour
    work.session.flush()
    running = work.session.scalars(
        select(Outage)
        .where(col(Outage.unit_id) == unit_id, col(Outage.down_to).is_(None))
        .order_by(col(Outage.confirmed).desc(), col(Outage.id))
    ).all()
    counted = capped_shares([outage.share for outage in running])
    for outage, share in zip(running, counted, strict=True):
        ticket = work.session.get_one(Ticket, outage.ticket_id)
        per_hour = loss_per_hour(turnover or Decimal(0), share, work.rules.margin).quantize(CENT)
        if ticket.loss_per_hour != per_hour:
            ticket.loss_per_hour = per_hour
            put_in_place(work, ticket)


def follow_priority(work: Work, impact: Impact, urgency: Urgency, per_hour: Decimal | None) -> tuple[Impact, Priority]:
    """The impact, raised by what is lost, and the priority that follows from the matrix."""
    by = impact_of_loss(work.rules.thresholds, per_hour) if per_hour else None
    final = raised(impact, by)
    return final, priority_of(work.rules.matrix, final, urgency)


def raised_by(work: Work, own: Impact, final: Impact, per_hour: Decimal | None) -> dict[str, str] | None:
    """By what a loss raised an impact, for the history; None where it did not."""
    if final is own or per_hour is None:
        return None
    reached = max(each.per_hour for each in work.rules.thresholds if each.impact is final and per_hour >= each.per_hour)
    return {"impact": own.value, "loss_per_hour": str(per_hour), "threshold": str(reached)}


def suspect_outage(work: Work, ticket: Ticket, down_from: datetime) -> None:
    """Suspect the outage that a ticket's service means in its unit, if it means one and none is running."""
    share = share_that_stands(work, ticket.service_id, ticket.unit_id)
    if share is None or ticket.unit_id is None or ticket.loss_since is not None:
        return
    ticket.loss_per_hour, ticket.loss_since = own_loss_per_hour(work, ticket.unit_id, share), down_from
    begin_outage(work, require_id(ticket), ticket.unit_id, share, down_from)


def begin_outage(work: Work, number: int, unit_id: int, share: Decimal, down_from: datetime) -> None:
    """Write a suspected outage down; the ticket has its loss already."""
    insert_row(
        work,
        Outage,
        {"ticket_id": number, "unit_id": unit_id, "down_from": down_from, "share": share, "confirmed": False},
    )
    recount(work, unit_id)


def confirm_outage(work: Work, ticket: Ticket) -> None:
    """The outage is a fact: from now on its loss counts."""
    ticket.loss_confirmed = True
    for outage in _running(work, ticket):
        outage.confirmed = True
        work.session.add(outage)
        recount(work, outage.unit_id)


def end_outage(work: Work, ticket: Ticket) -> None:
    """The service works again: what was lost is stored, and costs nothing from now on."""
    if ticket.loss_since is None or ticket.loss_per_hour is None:
        return
    per_hour = ticket.loss_per_hour
    ticket.loss_per_hour, ticket.loss_since, ticket.loss_confirmed = None, None, False
    for outage in _running(work, ticket):
        hours = work.rules.opening_hours(outage.unit_id)
        outage.down_to = max(work.now, outage.down_from)
        outage.loss = loss_so_far(per_hour, hours, outage.down_from, outage.down_to, work.now)
        work.session.add(outage)
        # A suspicion that nobody confirmed is no loss.
        if outage.confirmed:
            ticket.loss_past = (ticket.loss_past or Decimal(0)) + outage.loss
        recount(work, outage.unit_id)


def drop_suspicion(work: Work, ticket: Ticket) -> None:
    """Another service, another unit, or spam: an outage that nobody confirmed never was."""
    if ticket.loss_confirmed or ticket.loss_since is None:
        return
    ticket.loss_per_hour, ticket.loss_since = None, None
    for outage in _running(work, ticket):
        work.session.delete(outage)
        recount(work, outage.unit_id)


def _running(work: Work, ticket: Ticket) -> list[Outage]:
    found = select(Outage).where(col(Outage.ticket_id) == ticket.id, col(Outage.down_to).is_(None))
    return list(work.session.scalars(found))
