"""Making several tickets one incident (ITIL: major incident), taking one out again, and declining what was proposed.

An incident is a ticket like any other. What is answered, waited for, given away and resolved there is so for its parts,
each requester in his own thread; each part keeps its own clocks, outage and conversation.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.change import Change
from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import settle
from sdesk.desk.steps.find import find_ticket, is_walled, require_hands, see_ticket
from sdesk.desk.steps.history import record
from sdesk.desk.steps.incidents import end_proposal, join, leave
from sdesk.desk.steps.links import link, unlink
from sdesk.desk.steps.moves import require_id
from sdesk.domain.errors import BadInput, NotFound, Refused
from sdesk.domain.phrase import phrase
from sdesk.domain.ticket import OPEN_STATUSES, LinkKind, ProposalEnd
from sdesk.store.models import IncidentProposal, Link, Ticket


def join_incident(work: Work, number: int, *, incident: int, version: int | None = None) -> Change:
    """Make a ticket part of an incident; the other becomes one by that. Refused for a ticket that has parts itself."""
    ticket, other = find_ticket(work, number, version), see_ticket(work, incident)
    ref, into = work.rules.ref(number), work.rules.ref(incident)
    if number == incident:
        raise BadInput(phrase("{ref} cannot be part of itself", ref=ref), phrase("name the other tickets"))
    if ticket.incident_id == incident:
        return Change(number, ref, phrase("{ref} is part of {into} already", ref=ref, into=into), changed=False)
    for each, name in ((ticket, ref), (other, into)):
        if each.status not in OPEN_STATUSES:
            raise Refused(phrase("{name} is {status}", name=name, status=each.status), phrase("reopen it first"))
    if ticket.is_incident:
        raise Refused(
            phrase("{ref} is an incident with tickets of its own", ref=ref),
            phrase("say `sdesk ticket link {incident} --incident {number}`", incident=incident, number=number),
        )
    if ticket.incident_id is not None:
        raise Refused(
            phrase("{ref} is part of {incident}", ref=ref, incident=work.rules.ref(ticket.incident_id)),
            phrase("take it out first: `ticket unlink`"),
        )
    if other.incident_id is not None:
        raise Refused(
            phrase("{into} is part of {ref} itself", into=into, ref=work.rules.ref(other.incident_id)),
            phrase("name that one"),
        )
    if is_walled(work, ticket.team_id, other.team_id):
        teams = work.rules.teams
        raise Refused(
            phrase(
                "{ref} is of team {team} and {into} of {other_team}: not everybody who sees one sees the other",
                ref=ref,
                team=teams[ticket.team_id].key,
                into=into,
                other_team=teams[other.team_id].key,
            ),
            phrase(
                "give one of them to the other's team, or `sdesk ticket link {number} --to {incident}`",
                number=number,
                incident=incident,
            ),
        )
    join(work, ticket, other)
    settle(work, ticket)
    return Change(number, ref, phrase("{ref} is part of {into} now", ref=ref, into=into))


def leave_incident(work: Work, number: int, *, version: int | None = None) -> Change:
    """Take a ticket out of its incident: it stands for itself again."""
    ticket = find_ticket(work, number, version)
    ref = work.rules.ref(number)
    if ticket.incident_id is None:
        return Change(number, ref, phrase("{ref} is part of no incident", ref=ref), changed=False)
    incident = work.session.get_one(Ticket, ticket.incident_id)
    leave(work, ticket, incident)
    settle(work, ticket)
    of = work.rules.ref(incident.id or 0)
    return Change(number, ref, phrase("{ref} is not part of {incident} any more", ref=ref, incident=of))


def relate(work: Work, number: int, *, to: int, version: int | None = None) -> Change:
    """Say that two tickets belong together, and no more than that."""
    find_ticket(work, number, version)
    see_ticket(work, to)
    ref, other = work.rules.ref(number), work.rules.ref(to)
    if number == to:
        raise BadInput(phrase("{ref} cannot be linked with itself", ref=ref), phrase("name another ticket"))
    if _related(work, number, to):
        return Change(number, ref, phrase("{ref} and {other} are linked already", ref=ref, other=other), changed=False)
    link(work, number, to, LinkKind.RELATED)
    # The link alone says with which: it is hidden where a wall stands between the two, a history never is.
    record(work, number, "linked")
    record(work, to, "linked")
    return Change(number, ref, phrase("{ref} and {other} are linked", ref=ref, other=other))


def unrelate(work: Work, number: int, *, to: int, version: int | None = None) -> Change:
    """Say that two tickets do not belong together after all."""
    find_ticket(work, number, version)
    see_ticket(work, to)
    ref, other = work.rules.ref(number), work.rules.ref(to)
    done = [unlink(work, *pair, LinkKind.RELATED) for pair in ((number, to), (to, number))]
    if not any(done):
        return Change(number, ref, phrase("{ref} and {other} are not linked", ref=ref, other=other), changed=False)
    record(work, number, "unlinked")
    record(work, to, "unlinked")
    return Change(number, ref, phrase("{ref} and {other} are linked no more", ref=ref, other=other))


def decline(work: Work, proposal: int) -> str:
    """Say that the tickets of a proposal are no incident: these are not proposed again. Gives what was done, in words.

    NotFound where it is not there, was ended, or is of tickets behind a wall; Refused for an auditor.
    """
    require_hands(work)
    row = work.session.get(IncidentProposal, proposal)
    if row is None or row.ended_at is not None or not _seen(work, row):
        raise NotFound(
            phrase("there is no proposal {proposal} that waits", proposal=proposal), phrase("see `sdesk incident list`")
        )
    end_proposal(work, row, ProposalEnd.DECLINED)
    for number in row.tickets:
        record(work, number, "incident_declined")
    return f"proposal {proposal} declined: its {len(row.tickets)} tickets stand for themselves"


def accept(work: Work, proposal: int) -> tuple[Change, ...]:
    """Make one incident of the open tickets of a proposal: the oldest becomes it, or the one that is one already.

    All of it or nothing. NotFound where it does not wait, or is of tickets behind a wall; Refused where fewer than two
    of its tickets are left, and for an auditor.
    """
    require_hands(work)
    row = work.session.get(IncidentProposal, proposal)
    if row is None or row.ended_at is not None or not _seen(work, row):
        raise NotFound(
            phrase("there is no proposal {proposal} that waits", proposal=proposal), phrase("see `sdesk incident list`")
        )
    found = work.session.scalars(
        select(Ticket)
        .where(col(Ticket.id).in_(row.tickets), col(Ticket.is_open), col(Ticket.incident_id).is_(None))
        .order_by(col(Ticket.is_incident).desc(), col(Ticket.created_at), col(Ticket.id))
    ).all()
    parts = [
        ticket
        for ticket in found[1:]
        if not ticket.is_incident and not is_walled(work, ticket.team_id, found[0].team_id)
    ]
    if not parts:
        raise Refused(
            phrase("of proposal {proposal} fewer than two tickets are left", proposal=proposal),
            phrase("there is nothing to join"),
        )
    incident = require_id(found[0])
    done = tuple(join_incident(work, require_id(part), incident=incident) for part in parts)
    # Last: whoever of them was left out, nobody is asked of them again.
    end_proposal(work, row, ProposalEnd.ACCEPTED, incident=incident)
    return done


def _related(work: Work, one: int, other: int) -> bool:
    query = select(col(Link.id)).where(
        col(Link.kind) == LinkKind.RELATED,
        col(Link.ticket_id).in_((one, other)),
        col(Link.other_id).in_((one, other)),
    )
    return work.connection.execute(query.limit(1)).first() is not None


def _seen(work: Work, row: IncidentProposal) -> bool:
    """Whether the actor may look at each of its tickets."""
    for number in row.tickets:
        try:
            see_ticket(work, number)
        except NotFound:
            return False
    return True
