"""Outages and the priority that follows: what a service that stands costs its unit, and how far that raises impact."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.opening import Work
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


def counted_loss_per_hour(work: Work, unit_id: int, share: Decimal) -> Decimal:
    """What a further outage of a unit costs an hour: all of its outages together never exceed its turnover."""
    turnover = work.rules.units[unit_id].turnover_per_hour
    if turnover is None:
        return Decimal(0)
    earlier = work.connection.execute(
        select(col(Outage.share))
        .where(col(Outage.unit_id) == unit_id, col(Outage.down_to).is_(None))
        .order_by(col(Outage.id))
    ).scalars()
    counted = capped_shares([*earlier, share])[-1]
    return loss_per_hour(turnover, counted, work.rules.margin).quantize(CENT)


def follow_priority(work: Work, impact: Impact, urgency: Urgency, per_hour: Decimal | None) -> tuple[Impact, Priority]:
    """The impact, raised by what is lost, and the priority that follows from the matrix."""
    by = impact_of_loss(work.rules.thresholds, per_hour) if per_hour else None
    final = raised(impact, by)
    return final, priority_of(work.rules.matrix, final, urgency)


def begin_outage(work: Work, number: int, unit_id: int, share: Decimal, down_from: datetime) -> None:
    """Write a suspected outage down."""
    insert_row(
        work,
        Outage,
        {"ticket_id": number, "unit_id": unit_id, "down_from": down_from, "share": share, "confirmed": False},
    )


def end_outage(work: Work, ticket: Ticket) -> None:
    """The service works again: what was lost is stored, and costs nothing from now on."""
    if ticket.loss_since is None or ticket.loss_per_hour is None:
        return
    for outage in work.session.scalars(
        select(Outage).where(col(Outage.ticket_id) == ticket.id, col(Outage.down_to).is_(None))
    ):
        hours = work.rules.opening_hours(outage.unit_id)
        outage.down_to = max(work.now, outage.down_from)
        outage.loss = loss_so_far(ticket.loss_per_hour, hours, outage.down_from, outage.down_to, work.now)
        work.session.add(outage)
        # A suspicion that nobody confirmed is no loss.
        if outage.confirmed:
            ticket.loss_past = (ticket.loss_past or Decimal(0)) + outage.loss
    ticket.loss_per_hour, ticket.loss_since = None, None


def drop_suspicion(work: Work, ticket: Ticket) -> None:
    """Another service, another unit: an outage that nobody confirmed never was."""
    if ticket.loss_confirmed:
        return
    for outage in work.session.scalars(
        select(Outage).where(col(Outage.ticket_id) == ticket.id, col(Outage.down_to).is_(None))
    ):
        work.session.delete(outage)
    work.session.flush()
    ticket.loss_per_hour, ticket.loss_since = None, None
