"""The outages of two tickets that become one: what is a fact goes over, and what stood once is counted once."""

from __future__ import annotations

from decimal import Decimal

from sdesk.desk.opening import Work
from sdesk.desk.steps.history import record
from sdesk.desk.steps.losses import (
    drop_suspicion,
    follow_outages,
    outages_of,
    recount,
    running_outage,
    take_priority_of_loss,
)
from sdesk.desk.steps.moves import require_id
from sdesk.domain.instant import to_rfc3339
from sdesk.store.models import Outage, Ticket


def keep_outages(work: Work, survivor: Ticket, merged: Ticket) -> list[Outage]:
    """Give the surviving ticket the outages of both, and the priority that follows; gives those that ended by it.

    Of one unit and at one time they were one outage: it began when the earlier did, and ended with the later. What was
    only suspected adds nothing to a fact that is over. A ticket has one outage that lasts: where the two stand in
    different units, a certainty goes before a suspicion, and the surviving ticket's own before the other.
    Reckoned anew is only what is another outage by now: other money that was settled stays.
    """
    stood = _weight(running_outage(work, survivor))
    changed, ended = _keep_one_running(work, survivor, merged)
    _cut_suspicions(outages_of(work, survivor), outages_of(work, merged))
    kept = outages_of(work, survivor)
    for outage in outages_of(work, merged):
        same = [each for each in kept if _overlap(each, outage)]
        if not same:
            kept.append(outage)
            continue
        stays, *others = same
        for goes in (outage, *others):
            if _absorb(stays, goes):
                changed.append(stays)
            work.session.delete(goes)
        kept = [each for each in kept if each not in others]
    for outage in kept:
        outage.ticket_id = require_id(survivor)
        work.session.add(outage)
    work.session.flush()
    for unit_id in sorted({outage.unit_id for outage in kept}):
        recount(work, unit_id, {outage.id or 0 for outage in changed if outage in kept and outage.unit_id == unit_id})
    for ticket in (survivor, merged):
        follow_outages(work, ticket)
    for outage in ended:
        facts = {"down_to": to_rfc3339(work.now), "loss": str(outage.loss or 0), "currency": work.rules.currency}
        record(work, require_id(survivor), "restored", **facts)
    if _weight(running_outage(work, survivor)) != stood:
        take_priority_of_loss(work, survivor)
    return ended


def _keep_one_running(work: Work, survivor: Ticket, merged: Ticket) -> tuple[list[Outage], list[Outage]]:
    """Where both have an outage that lasts, leave one: gives which changed, and which of these ended now."""
    mine, other = running_outage(work, survivor), running_outage(work, merged)
    if mine is None or other is None:
        return [], []
    if mine.unit_id == other.unit_id:
        # It lasts, and so it was certain from its beginning if either is.
        _join(mine, other)
        mine.confirmed = mine.confirmed or other.confirmed
        work.session.delete(other)
        return [mine], []
    if not other.confirmed:
        drop_suspicion(work, merged)
        return [], []
    if not mine.confirmed:
        drop_suspicion(work, survivor)
        return [], []
    other.down_to = max(work.now, other.down_from)
    return [other], [other]


def _cut_suspicions(mine: list[Outage], others: list[Outage]) -> None:
    """A suspicion that lasts goes on after a fact that is over: they were one, and somebody said when it ended."""
    for doubtful in (each for each in (*mine, *others) if each.down_to is None and not each.confirmed):
        for certain in (*mine, *others):
            if certain.confirmed and certain.down_to is not None and _overlap(doubtful, certain):
                doubtful.down_from = certain.down_to


def _absorb(stays: Outage, goes: Outage) -> bool:
    """Make one of two outages of a unit that overlap; gives whether the one that stays is another now."""
    before = _facts(stays)
    if stays.confirmed is goes.confirmed:
        _join(stays, goes)
    elif goes.confirmed:
        stays.down_from, stays.down_to = goes.down_from, goes.down_to
        stays.share, stays.confirmed = goes.share, True
    return _facts(stays) != before or (goes.confirmed and bool(goes.loss))


def _join(stays: Outage, goes: Outage) -> None:
    stays.down_from = min(stays.down_from, goes.down_from)
    ends = (stays.down_to, goes.down_to)
    stays.down_to = None if ends[0] is None or ends[1] is None else max(ends[0], ends[1])
    stays.share = max(stays.share, goes.share)


def _overlap(one: Outage, other: Outage) -> bool:
    return (
        one.unit_id == other.unit_id
        and (other.down_to is None or one.down_from < other.down_to)
        and (one.down_to is None or other.down_from < one.down_to)
    )


def _facts(outage: Outage) -> tuple[object, ...]:
    return outage.down_from, outage.down_to, outage.share, outage.confirmed


def _weight(outage: Outage | None) -> tuple[int, Decimal] | None:
    """What of an outage that lasts a priority follows from."""
    return None if outage is None else (outage.unit_id, outage.share)
