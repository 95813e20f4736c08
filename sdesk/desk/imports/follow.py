"""A line whose ticket is there already: what it says otherwise than the last time is done as an agent would do it."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk import edit, triage
from sdesk.desk import work as verbs
from sdesk.desk.imports.write import REASON, Added, add_line_message, wait_of
from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import settle
from sdesk.desk.steps.find import find_ticket
from sdesk.desk.steps.forms import write_answers
from sdesk.desk.steps.history import record
from sdesk.desk.steps.messages import add_message
from sdesk.desk.steps.moves import set_status
from sdesk.desk.steps.watchers import add_watchers, require_watchers
from sdesk.domain.errors import Refused, about
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.outgoing import Party
from sdesk.domain.safe_text import neutralise
from sdesk.domain.ticket import OPEN_STATUSES, Direction, Status
from sdesk.domain.ticket_line import TicketLine, mailbox_text
from sdesk.store.models import Message, Ticket

FACTS = ("subject", "requester", "unit", "impact", "urgency", "tags")
COURSE = frozenset({"status", "resolved_at", "closed_at", "waiting_for", "wake_at"})


def follow_line(
    work: Work, number: int, line: TicketLine, fresh: Set[str], digests: Mapping[str, str], added: Added
) -> bool:
    """Do what the `fresh` fields of a line say, and keep the `digests` of all; False where the ticket was so already.

    BadInput, and Refused for what a ticket cannot become: the caller rolls the line back.
    """
    ticket = find_ticket(work, number)
    before = ticket.version
    _require_same_origin(work, ticket, line, fresh)
    # Who opens it again first can set right what a ticket that is over refuses.
    if "status" in fresh and line.status in OPEN_STATUSES and ticket.status not in OPEN_STATUSES:
        verbs.reopen(work, number)
    if "service" in fresh and line.service is not None and _service_of(work, ticket) != line.service:
        triage.set_service(work, number, service=line.service)
    if "team" in fresh and line.team is not None and work.rules.teams[ticket.team_id].key != line.team:
        verbs.assign(work, number, to=f"{verbs.TEAM_PREFIX}{line.team}")
    if "assignee" in fresh and line.assignee is not None and _assignee_of(work, ticket) != line.assignee:
        verbs.assign(work, number, to=line.assignee)
    facts = {name: getattr(line, name) for name in FACTS if name in fresh and not _is_so(ticket, name, line)}
    if "requester" in facts and line.requester is not None:
        facts["requester"] = mailbox_text(line.requester)
    if facts:
        edit.set_fields(work, number, **facts)
    if "priority" in fresh and line.priority is not None and line.priority is not ticket.priority:
        triage.set_priority(work, number, priority=line.priority.value, reason=REASON)
    if "text" in fresh and line.text:
        _add_text(work, ticket, line.text)
    if "messages" in fresh:
        _add_messages(work, ticket, line, added)
    if "form" in fresh and write_answers(work, number, line.form or (), [each.key for each in line.form or ()]):
        settle(work, ticket)
    watched = _add_watchers(work, ticket, line) if "watchers" in fresh else False
    if not fresh.isdisjoint(COURSE):
        _end(work, ticket, line)
    if ticket.version == before and not watched:
        # Nothing to do: an agent did it here, or it is known under another name. It is not asked again.
        return False
    record(work, number, "imported", imported=dict(digests))
    return True


def _require_same_origin(work: Work, ticket: Ticket, line: TicketLine, fresh: Set[str]) -> None:
    """Refused for another opening: promises were reckoned from the one that is known."""
    if "created_at" in fresh and line.created_at is not None and line.created_at != ticket.created_at:
        raise Refused(
            f"{work.rules.ref(ticket.id or 0)} was opened at {to_rfc3339(ticket.created_at)}, which no import changes",
            "leave created_at out, or as it was",
        )


def _is_so(ticket: Ticket, name: str, line: TicketLine) -> bool:
    """Whether the ticket's own columns say it already, so that even what is over needs no change."""
    if name == "impact":
        return (ticket.own_impact or ticket.impact) is line.impact
    return name in {"subject", "urgency"} and getattr(ticket, name) == getattr(line, name)


def _service_of(work: Work, ticket: Ticket) -> str | None:
    return work.rules.services[ticket.service_id].key if ticket.service_id is not None else None


def _assignee_of(work: Work, ticket: Ticket) -> str | None:
    return work.rules.agents[ticket.assignee_id].key if ticket.assignee_id is not None else None


def _add_text(work: Work, ticket: Ticket, text: str) -> None:
    """What was asked changed elsewhere: agents read it as a note, since what was said here stays."""
    number = ticket.id or 0
    known = work.connection.execute(select(col(Message.text)).where(col(Message.ticket_id) == number)).scalars()
    if any(neutralise(each) == text for each in known):
        return
    row = add_message(
        work,
        number,
        Direction.NOTE,
        text,
        author_name=work.actor.name,
        author_address="",
        agent_id=work.actor.agent_id,
    )
    record(work, number, "note", message=row)
    settle(work, ticket)


def _add_messages(work: Work, ticket: Ticket, line: TicketLine, added: Added) -> None:
    """Messages that are not there yet; no clock follows what was said elsewhere since."""
    number = ticket.id or 0
    rows = work.connection.execute(
        select(
            col(Message.direction),
            col(Message.party),
            col(Message.sent_at),
            col(Message.text),
            col(Message.message_id),
        ).where(col(Message.ticket_id) == number)
    ).all()
    # As an export writes them: what was exchanged with a supplier goes as a note.
    known = {
        (direction if party is Party.REQUESTER else Direction.NOTE, sent_at, neutralise(text))
        for direction, party, sent_at, text, _ in rows
    }
    # What was folded of a mail may be another part of it in another version of the program.
    known_ids = {row.message_id for row in rows if row.message_id}
    before = added.messages
    for message in sorted(line.messages or (), key=lambda each: each.sent_at):
        so = (message.direction, message.sent_at, message.text) in known
        if not so and message.message_id not in known_ids:
            add_line_message(work, number, message, added)
    if added.messages > before:
        settle(work, ticket)


def _add_watchers(work: Work, ticket: Ticket, line: TicketLine) -> bool:
    """Who watches it elsewhere and not here; who watches it here alone stays. Whether there was anybody."""
    with about("watchers"):
        agents = require_watchers(work, ticket.team_id, line.watchers or ())
    return bool(add_watchers(work, ticket.id or 0, agents))


def _end(work: Work, ticket: Ticket, line: TicketLine) -> None:
    """Resolved, closed, waiting or spam, where the line says so; what goes on is opened again before all else."""
    number = ticket.id or 0
    at = max(min(line.resolved_at or work.now, work.now), ticket.updated_at)
    if line.done and ticket.status in OPEN_STATUSES:
        verbs.close(replace(work, now=at), number, silent=True)
    if line.status is Status.CLOSED and ticket.status is Status.RESOLVED:
        set_status(work, ticket, Status.CLOSED)
        ticket.closed_at = max(min(line.closed_at or work.now, work.now), ticket.resolved_at or work.now)
        settle(work, ticket)
    if line.status is Status.WAITING and ticket.status in OPEN_STATUSES and ticket.status is not Status.WAITING:
        reason, until = wait_of(work, line)
        verbs.wait(work, number, waiting_for=reason.value, until=until)
    if line.status is Status.SPAM and ticket.status in OPEN_STATUSES:
        triage.spam(work, number)
    if line.status in {Status.NEW, Status.OPEN} and ticket.status is Status.WAITING:
        verbs.reopen(work, number)
