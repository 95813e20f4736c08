"""What agents change of a running playbook: its day is moved, a step skipped, all of it cancelled.

What `playbooks` says of walls holds here too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.change import Change
from sdesk.desk.opening import Work
from sdesk.desk.steps.absences import local_time
from sdesk.desk.steps.clocks import open_parts, settle
from sdesk.desk.steps.find import find_ticket, sees, sees_team
from sdesk.desk.steps.history import record
from sdesk.desk.steps.messages import rename_in_index
from sdesk.desk.steps.moves import require_id
from sdesk.desk.steps.notify import notify_agent
from sdesk.desk.steps.playbooks import (
    advance,
    cancel_planned,
    described,
    end_step,
    hides_parent,
    line_of,
    places,
    resolve_quietly,
    steps_of,
    ticket_of,
    time_of,
    wait_for_the_day,
)
from sdesk.desk.steps.say import say
from sdesk.desk.steps.waits import begin_wait
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import BadInput, NotFound, Refused, about
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.nearest import did_you_mean
from sdesk.domain.phrase import phrase, phrases
from sdesk.domain.playbook import RunState, StepState, begins, parse_day, write_day
from sdesk.domain.safe_text import neutralise, one_line
from sdesk.domain.ticket import OPEN_STATUSES, Direction, Status, WaitingFor
from sdesk.store.models import PlaybookRun, PlaybookStep, Ticket


def move(work: Work, number: int, *, day: str, version: int | None = None) -> Change:
    """Move the day of a running playbook: the times of what is planned, and of what is open and waits for its day.

    What nobody has begun waits for its new time; what is done stays. Who has an open step is told, once. Steps whose
    time has come by the new day are opened.
    """
    parent, run = _running(work, number, version)
    ref = work.rules.ref(number)
    with about("day"):
        new = parse_day(day)
    old = run.day
    if write_day(new) == old:
        return Change(number, ref, phrase("{ref} is for {day} already", ref=ref, day=old), changed=False)
    own, steps = replace(work, actor=SYSTEM), steps_of(work, run)
    before = {step.key: time_of(work, run, step) for step in steps}
    called = _subject(run, places(work, run, parent))
    run.day, run.moved_at = write_day(new), work.now
    values = places(work, run, parent)
    record(work, number, "playbook_moved", old=old, new=run.day)
    if parent.subject == called != _subject(run, values):
        parent.subject = _subject(run, values)
        rename_in_index(work, number, parent.subject)
        record(work, number, "subject", old=called, new=parent.subject)
    opened_before = [step for step in steps if step.state is StepState.OPEN]
    for step in steps:
        if step.state is StepState.PLANNED:
            step.opens_at, step.subject = time_of(work, run, step), line_of(described(run, step).subject, values)
            work.session.add(step)
    if parent.status is Status.WAITING and parent.waiting_for is WaitingFor.DATE:
        parent.wake_at = max(begins(new, ZoneInfo(work.rules.time_zone)), work.now)
    elif parent.status in (Status.NEW, Status.OPEN):
        wait_for_the_day(own, run, parent)
    settle(work, parent)
    work.session.add(run)
    work.session.flush()
    # All have their times by now. Whatever is settled from here on brings the playbook to where it stands.
    opened = [step for step in advance(work, run) if sees_team(work, work.actor, step.team_id)]
    for step in opened_before:
        _move_open(own, step, before[step.key], time_of(work, run, step))
    also = "" if not opened else phrases("; {count} step opened", "; {count} steps opened", len(opened))
    return Change(
        number, ref, phrase("{ref} is for {day} now, it was for {old}{also}", ref=ref, day=run.day, old=old, also=also)
    )


def _subject(run: PlaybookRun, values: Mapping[str, str]) -> str:
    """What the parent is called, unless somebody called it otherwise."""
    return line_of(run.picture["subject"], values)


def _move_open(work: Work, step: PlaybookStep, old: datetime | None, new: datetime | None) -> None:
    """An open step of which the day moves: a wait for its day moves along; what nobody has, waits for its new time."""
    ticket = ticket_of(work, step)
    if ticket is None or old is None or new is None or new == old:
        return
    step.opens_at = new
    work.session.add(step)
    if ticket.status is Status.WAITING and ticket.waiting_for is WaitingFor.DATE and ticket.wake_at is not None:
        ticket.wake_at = max(ticket.wake_at + (new - old), work.now)
    elif ticket.status is Status.NEW and new > work.now:
        begin_wait(work, ticket, WaitingFor.DATE, new)
    record(work, require_id(ticket), "step_moved", old=to_rfc3339(old), new=to_rfc3339(new))
    settle(work, ticket)
    ref, subject = work.rules.ref(require_id(ticket)), one_line(ticket.subject)
    was, now = local_time(work, old), local_time(work, new)
    for agent_id in _concerned(work, ticket):
        notify_agent(work, agent_id, f"{ref} {subject}: its day was moved, from {was} to {now}")


def _concerned(work: Work, ticket: Ticket) -> Sequence[int]:
    """Who has it; where nobody has, the members of its team."""
    if work.quiet:
        return ()
    agents = work.rules.agents
    ids = [ticket.assignee_id] if ticket.assignee_id is not None else sorted(work.rules.teams[ticket.team_id].members)
    return [each for each in ids if not agents[each].retired]


def skip(work: Work, number: int, step: str, *, text: str, version: int | None = None) -> Change:
    """Leave a step out this time: one that is planned is never opened, the ticket of an open one is resolved silently.

    `number` is the parent's. NotFound for a step that is not there, or is of a team behind a wall; Refused for one that
    is done, or whose ticket others are part of.
    """
    parent, run = _running(work, number, version)
    ref, why = work.rules.ref(number), _reason(text)
    steps = [each for each in steps_of(work, run) if _sees_step(work, each)]
    found = next((each for each in steps if each.key == step), None)
    if found is None:
        known = [each.key for each in steps]
        remedy = did_you_mean(step, known, phrase("see `sdesk playbook progress {number}`", number=number))
        raise NotFound(phrase("{ref} has no step `{step}`", ref=ref, step=step), remedy)
    if found.state is StepState.SKIPPED:
        return Change(number, ref, phrase("step {step} of {ref} is skipped already", step=step, ref=ref), changed=False)
    if found.state not in (StepState.PLANNED, StepState.OPEN):
        raise Refused(
            phrase("step {step} of {ref} is {state}", step=step, ref=ref, state=found.state),
            phrase("skip what is planned or open"),
        )
    ticket = ticket_of(work, found) if found.state is StepState.OPEN else None
    if ticket is not None and open_parts(work, ticket):
        raise Refused(
            phrase("{ref} concerns others too", ref=work.rules.ref(require_id(ticket))),
            phrase("close it: what is part of it is closed with it"),
        )
    end_step(work, found, StepState.SKIPPED, why)
    work.session.flush()
    team_id = found.team_id if ticket is None else ticket.team_id
    if not work.rules.teams[team_id].private or team_id == parent.team_id:
        record(work, number, "step_skipped", step=step, why=why)
    if ticket is not None:
        say(work, ticket, why, kind="note", direction=Direction.NOTE)
        resolve_quietly(work, ticket)
    advance(work, run)
    return Change(number, ref, phrase("step {step} of {ref} skipped", step=step, ref=ref))


def cancel(work: Work, number: int, *, text: str, version: int | None = None) -> Change:
    """Cancel a running playbook: no further step is opened, and the parent is resolved silently, unless others are
    part of it.

    Open steps are left to those who have them, who are told with a note.
    """
    parent, run = _running(work, number, version)
    ref, why = work.rules.ref(number), _reason(text)
    steps = steps_of(work, run)
    cancel_planned(work, run, steps, why)
    record(work, number, "playbook_cancelled", why=why)
    own = replace(work, actor=SYSTEM)
    for step in steps:
        ticket = ticket_of(own, step) if step.state is StepState.OPEN else None
        if ticket is not None:
            hidden = hides_parent(work, parent.team_id, ticket.team_id)
            words = "What this ticket was a step of was cancelled."
            say(own, ticket, words if hidden else f"{words}\n\n{why}", kind="note", direction=Direction.NOTE)
            settle(own, ticket)
            told = f"{work.rules.ref(require_id(ticket))} {one_line(ticket.subject)}"
            for agent_id in _concerned(own, ticket):
                notify_agent(own, agent_id, f"{told}: what it is a step of was cancelled")
    if parent.status in OPEN_STATUSES:
        say(work, parent, why, kind="note", direction=Direction.NOTE)
        resolve_quietly(work, parent)
    return Change(number, ref, phrase("{ref} cancelled: {name}", ref=ref, name=run.name))


def _parent_of(work: Work, number: int) -> str:
    """Where to look instead: the parent of the playbook that a ticket is a step of, if it may be known."""
    of_step = select(PlaybookRun).join(PlaybookStep, col(PlaybookStep.run_id) == col(PlaybookRun.id))
    run = work.session.scalars(of_step.where(col(PlaybookStep.ticket_id) == number)).first()
    parent = work.session.get(Ticket, run.ticket_id) if run is not None else None
    if parent is None or not sees(work, work.actor, parent):
        return phrase("see `sdesk playbook runs`")
    return phrase("it is a step of {parent}: name that", parent=work.rules.ref(require_id(parent)))


def _running(work: Work, number: int, version: int | None) -> tuple[Ticket, PlaybookRun]:
    """The parent of a running playbook, to be changed. NotFound, Refused."""
    parent = find_ticket(work, number, version)
    ref = work.rules.ref(number)
    run = work.session.scalars(select(PlaybookRun).where(col(PlaybookRun.ticket_id) == number)).first()
    if run is None:
        raise NotFound(phrase("{ref} is the parent of no playbook", ref=ref), _parent_of(work, number))
    if run.state is not RunState.RUNNING:
        state = {RunState.DONE: phrase("done"), RunState.CANCELLED: phrase("cancelled")}[run.state]
        raise Refused(
            phrase("the playbook of {ref} is {state}", ref=ref, state=state),
            phrase("start another: `sdesk playbook start {key}`", key=run.key),
        )
    return parent, run


def _sees_step(work: Work, step: PlaybookStep) -> bool:
    ticket = ticket_of(work, step)
    return sees_team(work, work.actor, step.team_id if ticket is None else ticket.team_id)


def _reason(text: str) -> str:
    why = one_line(neutralise(text)).strip()
    if not why:
        raise BadInput(phrase("nothing says why"), phrase("give it with --text"))
    return why
