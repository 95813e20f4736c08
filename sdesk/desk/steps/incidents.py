"""Incidents of several tickets: a new one joins what is known, or makes the desk propose; parts join and leave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, column, func, or_, select, table
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import open_parts, put_in_place, settle
from sdesk.desk.steps.find import is_walled, sees
from sdesk.desk.steps.history import record
from sdesk.desk.steps.links import link, unlink
from sdesk.desk.steps.moves import require_id, set_status
from sdesk.desk.steps.notify import notify
from sdesk.domain.incident import Suspect, belongs, is_prone, suspicion
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.outgoing import AgentEvent
from sdesk.domain.phrase import phrases
from sdesk.domain.ticket import LinkKind, ProposalEnd, Status
from sdesk.store.models import History, IncidentProposal, Occurrence, Outage, Ticket
from sdesk.store.prepared import Prepared

NEWS_FOR = timedelta(days=1)
"""What was opened longer ago is taken from an archive, or late: nothing is proposed for it."""
_MOST_SUSPECTS = 500

# By their names: who opens a ticket need not load the tables themselves.
_OF_PLAYBOOKS = [table(name, column("ticket_id")).c.ticket_id for name in ("playbook_step", "playbook_run")]
_OPEN_INCIDENTS = Prepared(
    select(col(Ticket.id)).where(
        col(Ticket.service_id) == bindparam("service_id"), col(Ticket.is_incident), col(Ticket.is_open)
    )
)
_SUSPECTS = Prepared(
    select(col(Ticket.id), col(Ticket.unit_id), col(Ticket.created_at))
    .where(
        col(Ticket.service_id) == bindparam("service_id"),
        col(Ticket.created_at) >= bindparam("since"),
        col(Ticket.created_at) <= bindparam("until"),
        col(Ticket.team_id) == bindparam("team_id"),
        col(Ticket.is_open),
        col(Ticket.is_incident).is_(False),
        col(Ticket.incident_id).is_(None),
        # What a rule or a playbook opened is no sign that anything stands.
        ~select(col(Occurrence.ticket_id)).where(col(Occurrence.ticket_id) == col(Ticket.id)).exists(),
        *(~select(each).where(each == col(Ticket.id)).exists() for each in _OF_PLAYBOOKS),
        # Somebody has looked at what was taken out of an incident.
        ~select(col(History.id))
        .where(
            col(History.ticket_id) == col(Ticket.id),
            or_(col(History.event) == "left_incident", col(History.event) == "no_incident_any_more"),
        )
        .exists(),
    )
    .order_by(col(Ticket.created_at).desc())
    .limit(_MOST_SUSPECTS)
)


def look_for_incident(work: Work, number: int) -> int | None:
    """What a ticket that was just opened is part of: it joins an open incident of its service, whose number this is.

    Where there is none, and it is one of several within a short time, the desk proposes to make them one; then, and
    else, None.
    """
    ticket = work.session.get_one(Ticket, number)
    service = work.rules.services[ticket.service_id] if ticket.service_id is not None else None
    if service is None or not is_prone(service.incidents, service.impact, stops_turnover=bool(service.stops_share)):
        return None
    incident = _open_incident(work, ticket)
    if incident is not None:
        join(work, ticket, incident, by="system")
        return incident.id
    if work.now - ticket.created_at <= NEWS_FOR:
        _propose(work, ticket)
    return None


def join(work: Work, ticket: Ticket, incident: Ticket, *, by: str | None = None) -> None:
    """The step of it: a ticket becomes part of an incident, with its agent. The caller settles the ticket."""
    number, other = require_id(ticket), require_id(incident)
    if not incident.is_incident:
        incident.is_incident = True
        record(work, other, "made_incident", by=by)
    ticket.incident_id = other
    link(work, number, other, LinkKind.PART_OF)
    # The link alone says which: it is hidden where a wall stands between the two, a history never is.
    record(work, number, "joined_incident", by=by)
    _follow_agent(work, ticket, incident, by=by)
    work.session.add(incident)
    put_in_place(work, ticket)
    work.session.flush()
    _end_proposals(work, ticket, incident)


def leave(work: Work, ticket: Ticket, incident: Ticket) -> None:
    """The step of it: a ticket is no part any more. The caller settles the ticket."""
    unlink(work, require_id(ticket), require_id(incident), LinkKind.PART_OF)
    ticket.incident_id = None
    record(work, require_id(ticket), "left_incident")
    work.session.add(ticket)
    work.session.flush()
    if not _has_parts(work, incident):
        incident.is_incident = False
        record(work, require_id(incident), "no_incident_any_more")
    put_in_place(work, incident)


def part_at_walls(work: Work, ticket: Ticket) -> None:
    """The step of it: a ticket that was given to another team shares no incident with what a wall hides from it now.

    Where the incident is hidden its part would be nobody's, and an incident would tell what its hidden parts cost. The
    caller settles the ticket.
    """
    if ticket.incident_id is not None:
        incident = work.session.get_one(Ticket, ticket.incident_id)
        if is_walled(work, ticket.team_id, incident.team_id):
            leave(work, ticket, incident)
    if not ticket.is_incident:
        return
    parts = work.session.scalars(
        select(Ticket).where(col(Ticket.incident_id) == ticket.id).order_by(col(Ticket.id))
    ).all()
    for part in parts:
        if is_walled(work, part.team_id, ticket.team_id):
            leave(work, part, ticket)
            settle(work, part)


def parts_at_work(work: Work, incident: Ticket) -> list[Ticket]:
    """The open parts of a ticket that the acting agent may see; none where it is no incident."""
    if not incident.is_incident:
        return []
    return [part for part in open_parts(work, incident) if sees(work, work.actor, part)]


def and_parts(count: int) -> str:
    """How a sentence goes on that tells what was done to an incident: `, and 44 tickets with it`."""
    if not count:
        return ""
    return phrases(", and {count} ticket with it", ", and {count} tickets with it", count)


def _follow_agent(work: Work, ticket: Ticket, incident: Ticket, *, by: str | None) -> None:
    """Whoever has the incident has its parts, so that none of them counts as nobody's."""
    agent_id = incident.assignee_id
    if agent_id is None or ticket.assignee_id == agent_id or ticket.team_id != incident.team_id:
        return
    agents = work.rules.agents
    old = agents[ticket.assignee_id].key if ticket.assignee_id is not None else None
    record(work, require_id(ticket), "assigned", by=by, old=old, new=agents[agent_id].key)
    ticket.assignee_id = agent_id
    if ticket.status is Status.NEW:
        set_status(work, ticket, Status.OPEN)


def _has_parts(work: Work, incident: Ticket) -> bool:
    query = select(col(Ticket.id)).where(col(Ticket.incident_id) == incident.id).limit(1)
    return work.connection.execute(query).first() is not None


def _open_incident(work: Work, ticket: Ticket) -> Ticket | None:
    """The open incident of the ticket's service and team that it belongs to; the newest of several."""
    numbers = [row[0] for row in _OPEN_INCIDENTS.run(work.connection, service_id=ticket.service_id).all()]
    for number in sorted(numbers, reverse=True):
        incident = work.session.get_one(Ticket, number)
        if incident.team_id != ticket.team_id or number == ticket.id:
            continue
        rows = work.connection.execute(
            select(col(Ticket.unit_id), func.max(col(Ticket.created_at)))
            .where(or_(col(Ticket.id) == number, col(Ticket.incident_id) == number))
            .group_by(col(Ticket.unit_id))
        ).all()
        if belongs(
            work.rules.incidents,
            [row[0] for row in rows],
            max(row[1] for row in rows),
            unit_id=ticket.unit_id,
            opened_at=ticket.created_at,
            over=_over(work, incident),
        ):
            return incident
    return None


def _over(work: Work, incident: Ticket) -> bool:
    """Whether what stood works again: it had outages, and none of them lasts."""
    lasting: list[datetime | None] = list(
        work.connection.execute(
            select(col(Outage.down_to))
            .join(Ticket, col(Ticket.id) == col(Outage.ticket_id))
            .where(or_(col(Ticket.id) == incident.id, col(Ticket.incident_id) == incident.id))
        ).scalars()
    )
    return bool(lasting) and all(each is not None for each in lasting)


def _propose(work: Work, ticket: Ticket) -> None:
    """Propose to make one incident of what came within a short time; told to the team once."""
    rule, at = work.rules.incidents, ticket.created_at
    rows = _SUSPECTS.run(
        work.connection,
        service_id=ticket.service_id,
        team_id=ticket.team_id,
        since=at - rule.within,
        until=at + rule.within,
    ).all()
    decided = _decided(work, ticket)
    suspects = [
        Suspect(number, unit_id, datetime.fromisoformat(created_at))
        for number, unit_id, created_at in rows
        if number not in decided
    ]
    found = suspicion(rule, suspects, at)
    if found is None:
        return
    for proposal in _waiting(work, ticket.service_id):
        if not set(found.numbers).isdisjoint(proposal.tickets):
            proposal.tickets = sorted({*proposal.tickets, *found.numbers})
            proposal.unit_id = proposal.unit_id if proposal.unit_id == found.unit_id else None
            work.session.add(proposal)
            work.session.flush()
            return
    proposal = IncidentProposal(
        service_id=ticket.service_id or 0,
        unit_id=found.unit_id,
        first_at=found.first_at,
        tickets=list(found.numbers),
        proposed_at=work.now,
    )
    work.session.add(proposal)
    work.session.flush()
    first = work.session.get_one(Ticket, found.numbers[0])
    record(
        work,
        found.numbers[0],
        "incident_proposed",
        by="system",
        # Not which: a history is hidden by no wall, and one of them may be given behind one.
        tickets=len(found.numbers),
        first_at=to_rfc3339(found.first_at),
    )
    # All are of one team: whoever is told may see each.
    notify(work, first, AgentEvent.INCIDENT, proposal=proposal.id, tickets=list(found.numbers))


def _decided(work: Work, ticket: Ticket) -> set[int]:
    """Tickets of which somebody said lately that they are an incident, or that they are none: he is not asked again."""
    rows = work.session.scalars(
        select(IncidentProposal).where(
            col(IncidentProposal.service_id) == ticket.service_id,
            col(IncidentProposal.ended_how).in_((ProposalEnd.ACCEPTED, ProposalEnd.DECLINED)),
            col(IncidentProposal.proposed_at) >= work.now - NEWS_FOR,
        )
    )
    return {number for row in rows for number in row.tickets}


def end_proposal(work: Work, proposal: IncidentProposal, how: ProposalEnd, *, incident: int | None = None) -> None:
    """Nobody is asked any more."""
    proposal.ended_at, proposal.ended_how = work.now, how
    proposal.incident_id, proposal.data = incident, {"by": work.actor.login}
    work.session.add(proposal)
    work.session.flush()


def left_of(work: Work, proposal: IncidentProposal) -> list[int]:
    """The tickets of a proposal of which there is still something to decide: open, and part of no incident."""
    query = select(col(Ticket.id)).where(
        col(Ticket.id).in_(proposal.tickets), col(Ticket.is_open), col(Ticket.incident_id).is_(None)
    )
    return [row[0] for row in work.connection.execute(query).all() if row[0] is not None]


def _waiting(work: Work, service_id: int | None) -> Sequence[IncidentProposal]:
    """The proposals of a service that nobody has decided; what is older than a day, the sweep ends."""
    return work.session.scalars(
        select(IncidentProposal).where(
            col(IncidentProposal.service_id) == service_id,
            col(IncidentProposal.ended_at).is_(None),
            col(IncidentProposal.proposed_at) >= work.now - NEWS_FOR,
        )
    ).all()


def _end_proposals(work: Work, ticket: Ticket, incident: Ticket) -> None:
    """What was proposed is done when its tickets are part of one incident."""
    for proposal in _waiting(work, incident.service_id):
        if ticket.id not in proposal.tickets and incident.id not in proposal.tickets:
            continue
        if not set(left_of(work, proposal)) - {incident.id}:
            end_proposal(work, proposal, ProposalEnd.ACCEPTED, incident=incident.id)
