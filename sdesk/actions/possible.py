"""When an action is possible for a ticket, and why not: a sentence for people, None where nothing stands in its way.

It decides nothing that the use cases do not decide again: it keeps keys from being offered in vain.
"""

from __future__ import annotations

from collections.abc import Callable

from sdesk.domain.actor import Actor
from sdesk.domain.phrase import phrase
from sdesk.domain.ticket import OPEN_STATUSES, Role, Status
from sdesk.store.reader.rows import TicketRow

WhyNot = Callable[[TicketRow, Actor], str | None]


def unless_open(cannot: str) -> WhyNot:
    def why_not(ticket: TicketRow, actor: Actor) -> str | None:
        return None if ticket.status in OPEN_STATUSES else phrase(cannot, status=ticket.status)

    return why_not


def cannot_take(ticket: TicketRow, actor: Actor) -> str | None:
    if ticket.status not in OPEN_STATUSES:
        return phrase("{status} tickets cannot be assigned", status=ticket.status)
    return phrase("you have it already") if ticket.assignee == actor.login else None


def cannot_reply(ticket: TicketRow, actor: Actor) -> str | None:
    if ticket.status in {Status.MERGED, Status.SPAM}:
        return phrase("{status} tickets cannot be answered", status=ticket.status)
    return None if ticket.requester_email else phrase("the requester has no mail address")


def cannot_forward(ticket: TicketRow, actor: Actor) -> str | None:
    return (
        phrase("{status} tickets cannot be forwarded", status=ticket.status)
        if ticket.status in {Status.MERGED, Status.SPAM}
        else None
    )


def cannot_reopen(ticket: TicketRow, actor: Actor) -> str | None:
    if ticket.status in {Status.RESOLVED, Status.CLOSED, Status.SPAM, Status.WAITING}:
        return None
    return phrase("{status} tickets are not to be reopened", status=ticket.status)


def cannot_confirm(ticket: TicketRow, actor: Actor) -> str | None:
    if ticket.status in {Status.MERGED, Status.SPAM}:
        return phrase("{status} tickets have no outage", status=ticket.status)
    # What is confirmed can be set right, one that has ended be followed by another, one that nobody suspected be told.
    possible = ticket.unit is not None or ticket.loss_so_far is not None or ticket.is_incident
    return None if possible else phrase("it is of no unit, whose turnover could stand")


def not_restorable(ticket: TicketRow, actor: Actor) -> str | None:
    # The end of one that has ended can be set right; an incident ends those of its parts.
    possible = ticket.loss_per_hour is not None or ticket.loss_so_far is not None or ticket.is_incident
    return None if possible else phrase("it has no outage")


def cannot_join(ticket: TicketRow, actor: Actor) -> str | None:
    if ticket.status not in OPEN_STATUSES:
        return phrase("{status} tickets join no incident", status=ticket.status)
    if ticket.is_incident:
        return phrase("it is an incident itself")
    return phrase("it is part of an incident already") if ticket.incident is not None else None


def cannot_merge(ticket: TicketRow, actor: Actor) -> str | None:
    if ticket.status in {Status.MERGED, Status.SPAM}:
        return phrase("{status} tickets cannot be merged", status=ticket.status)
    return phrase("it is an incident: merge the other into it") if ticket.is_incident else None


def cannot_watch(ticket: TicketRow, actor: Actor) -> str | None:
    if ticket.status in {Status.MERGED, Status.SPAM}:
        return phrase("nothing is told of {status} tickets", status=ticket.status)
    return None


def cannot_decide(ticket: TicketRow, actor: Actor) -> str | None:
    if ticket.waiting_for != "approval":
        return phrase("it waits for no approval")
    if actor.role not in {Role.LEAD, Role.ADMIN}:
        return phrase("only a lead or an admin writes down what an approver said")
    return None


def cannot_leave(ticket: TicketRow, actor: Actor) -> str | None:
    return None if ticket.incident is not None else phrase("it is part of no incident")
