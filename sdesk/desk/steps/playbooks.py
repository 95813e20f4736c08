"""Running playbooks: each step is opened once, when its time has come and what it waits for is done; what became of
its ticket is what became of the step; the last one ends the playbook.

All of it is the desk's own doing, whoever's change brought it about: he may stand on the other side of a wall.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.absences import absent, who_takes
from sdesk.desk.steps.approval_question import was_refused
from sdesk.desk.steps.clocks import open_parts, settle
from sdesk.desk.steps.find import sees_team
from sdesk.desk.steps.history import record
from sdesk.desk.steps.links import link, surviving
from sdesk.desk.steps.messages import begin_with_note
from sdesk.desk.steps.notify import notify_agent, notify_opened
from sdesk.desk.steps.people import requester_of
from sdesk.desk.steps.reopen import reopen_ticket
from sdesk.desk.steps.resolve import resolve_ticket
from sdesk.desk.steps.tickets import Opening, open_ticket
from sdesk.desk.steps.waits import begin_wait
from sdesk.domain.actor import SYSTEM
from sdesk.domain.clock import NO_PROMISE
from sdesk.domain.playbook import (
    FINISHED,
    Counted,
    RunState,
    Step,
    StepState,
    begins,
    filled,
    opens_at,
    parse_day,
    parse_step,
)
from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket import OPEN_STATUSES, Channel, LinkKind, Priority, Role, Status, WaitingFor
from sdesk.store.models import PlaybookRun, PlaybookStep, Ticket, Unit


def follow(work: Work, runs: Iterable[int]) -> None:
    """A ticket of these playbooks changed: what became of it is written down, and what waited for it is opened."""
    for number in runs:
        advance(work, work.session.get_one(PlaybookRun, number))


def advance(work: Work, run: PlaybookRun) -> tuple[PlaybookStep, ...]:
    """Bring a playbook to where it stands now; gives the steps that were opened. Doing it again does nothing more."""
    own = replace(work, actor=SYSTEM)
    steps = steps_of(own, run)
    for step in steps:
        _take_state(own, run, step)
    opened: list[PlaybookStep] = []
    if run.state is not RunState.CANCELLED:
        parent = own.session.get_one(Ticket, run.ticket_id)
        if parent.status is Status.SPAM:
            cancel_planned(own, run, steps, "its parent is spam")
            return ()
        opened = [step for step in steps if _may_open(own, step, steps)]
        for step in opened:
            _open(own, run, step, steps)
        over = all(step.state in FINISHED for step in steps)
        if over and run.state is RunState.RUNNING:
            _end(own, run, parent)
        elif not over and run.state is RunState.DONE:
            _go_on(own, run, parent)
    own.session.flush()
    return tuple(opened)


def is_parent(work: Work, number: int) -> bool:
    """Whether a ticket is the parent of a playbook, running or done."""
    query = select(col(PlaybookRun.id)).where(col(PlaybookRun.ticket_id) == number)
    return work.connection.execute(query).first() is not None


def steps_of(work: Work, run: PlaybookRun) -> list[PlaybookStep]:
    """All of its steps, in the order of the desk file."""
    query = select(PlaybookStep).where(col(PlaybookStep.run_id) == run.id).order_by(col(PlaybookStep.position))
    return list(work.session.scalars(query))


def described(run: PlaybookRun, step: PlaybookStep) -> Step:
    """A step as the desk file had it when the playbook was started."""
    return parse_step(run.picture["steps"][step.position - 1])


def ticket_of(work: Work, step: PlaybookStep) -> Ticket | None:
    """The ticket of a step, wherever it was merged into; None of one that has none yet, or whose spam was purged."""
    return None if step.ticket_id is None else surviving(work, work.session.get_one(Ticket, step.ticket_id))


def time_of(work: Work, run: PlaybookRun, step: PlaybookStep) -> datetime | None:
    """When a step's time comes, for the day of its playbook."""
    return step_time(work, described(run, step), step.team_id, step.service_id, parse_day(run.day))


def step_time(work: Work, step: Step, team_id: int, service_id: int | None, day: datetime) -> datetime | None:
    """The same for a step that is not written down yet: its working days are those of what its team promises by.

    Where that promises nothing, every day is one.
    """
    rules = work.rules
    promise = rules.promise(rules.sla_for(team_id, service_id), Priority.P3)
    if promise is NO_PROMISE:
        step = step._replace(counted=Counted.CALENDAR)
    return opens_at(step, day, ZoneInfo(rules.time_zone), promise.calendar)


def cancel_planned(work: Work, run: PlaybookRun, steps: Sequence[PlaybookStep], why: str) -> None:
    """The playbook is cancelled: what was not opened yet never will be."""
    run.state, run.ended_at = RunState.CANCELLED, work.now
    for step in steps:
        if step.state is StepState.PLANNED:
            end_step(work, step, StepState.CANCELLED, why)
    work.session.add(run)
    work.session.flush()


def end_step(work: Work, step: PlaybookStep, state: StepState, why: str) -> None:
    """Somebody ended a step: it was skipped, or cancelled."""
    step.state, step.ended_at, step.ended_by, step.why = state, work.now, work.actor.login, why
    work.session.add(step)


def resolve_quietly(work: Work, ticket: Ticket) -> None:
    """Resolve a ticket without a word to anybody. What others are part of is not: they would be left to nobody."""
    if not open_parts(work, ticket):
        resolve_ticket(work, ticket)
    settle(work, ticket)


def hides_parent(work: Work, parent_team: int, team_id: int) -> bool:
    """Whether those who see a step's ticket need not see the parent: then nothing on the step tells of it."""
    return parent_team != team_id and work.rules.teams[parent_team].private


def wait_for_the_day(work: Work, run: PlaybookRun, parent: Ticket) -> None:
    """The parent has nothing to do before the day: it waits for it, so that no promise of it is broken meanwhile."""
    day = begins(parse_day(run.day), ZoneInfo(work.rules.time_zone))
    if day > work.now:
        begin_wait(work, parent, WaitingFor.DATE, day)


# ---- what became of a step ---------------------------------------------------------------------------


def _take_state(work: Work, run: PlaybookRun, step: PlaybookStep) -> None:
    """What became of its ticket is what became of the step."""
    ticket = ticket_of(work, step)
    if ticket is None:
        return
    state = StepState.DONE
    if ticket.status in OPEN_STATUSES and ticket.id != run.ticket_id:
        state = StepState.OPEN
    elif ticket.status is Status.SPAM or ticket.id == run.ticket_id:
        # It was no work after all, or is done with the parent itself.
        state = StepState.SKIPPED
    elif step.state is StepState.SKIPPED or was_refused(work, ticket):
        state = StepState.SKIPPED
    if state is step.state:
        return
    step.state = state
    step.ended_at = None if state is StepState.OPEN else work.now
    step.ended_by = step.why = None
    work.session.add(step)


def _may_open(work: Work, step: PlaybookStep, steps: Sequence[PlaybookStep]) -> bool:
    if step.state is not StepState.PLANNED or (step.opens_at is not None and step.opens_at > work.now):
        return False
    return all(each.state in FINISHED for each in _awaited(step, steps))


def _awaited(step: PlaybookStep, steps: Sequence[PlaybookStep]) -> list[PlaybookStep]:
    return [each for each in steps if each.key in step.waits_for]


def _end(work: Work, run: PlaybookRun, parent: Ticket) -> None:
    """The last step is done: who has the parent is told, and nobody else."""
    run.state, run.ended_at = RunState.DONE, work.now
    work.session.add(run)
    record(work, run.ticket_id, "playbook_done")
    _tell_owner(work, run, parent)
    if run.closes and parent.status in OPEN_STATUSES:
        resolve_quietly(work, parent)


def _go_on(work: Work, run: PlaybookRun, parent: Ticket) -> None:
    """A step that was done is not: the parent is open again, where its end was that of the playbook."""
    ended = run.ended_at
    run.state, run.ended_at = RunState.RUNNING, None
    work.session.add(run)
    record(work, run.ticket_id, "playbook_goes_on")
    if run.closes and parent.status in (Status.RESOLVED, Status.CLOSED) and parent.resolved_at == ended:
        reopen_ticket(work, parent, work.now)
        settle(work, parent)


def _tell_owner(work: Work, run: PlaybookRun, parent: Ticket) -> None:
    """Who has the parent, else who started it, if he sees it still."""
    rules = work.rules
    owner = parent.assignee_id or rules.agent_keys.get(run.started_by)
    if work.quiet or owner is None or rules.agents[owner].retired:
        return
    if sees_team(work, rules.actor(owner), parent.team_id):
        ref = rules.ref(run.ticket_id)
        notify_agent(work, owner, f"{ref} {one_line(parent.subject)}: every step of the playbook is done")


# ---- opening one -------------------------------------------------------------------------------------


def _open(work: Work, run: PlaybookRun, step: PlaybookStep, steps: Sequence[PlaybookStep]) -> None:
    """Open a step's ticket, at the instant when its time came: late is who comes late, not the clock."""
    rules, spec = work.rules, described(run, step)
    parent = work.session.get_one(Ticket, run.ticket_id)
    known = [run.started_at, run.moved_at, step.opens_at, *(each.ended_at for each in _awaited(step, steps))]
    at = min(max(each for each in known if each is not None), work.now)
    values = places(work, run, parent)
    subject, text = line_of(spec.subject, values), filled(spec.text, values).strip()
    unit_id = rules.unit_keys.get(spec.unit or "", run.unit_id)
    assignee_id = _assignee(work, spec, step.team_id)
    here = f"playbooks.{run.key} of the desk file"
    if hides_parent(work, parent.team_id, step.team_id):
        here = "the desk file"
    why = {"team": here, **{name: here for name, value in (("service", step.service_id), ("unit", unit_id)) if value}}
    opened = open_ticket(
        work,
        Opening(
            subject=subject,
            team_id=step.team_id,
            service_id=step.service_id,
            requester_id=None,
            unit_id=unit_id,
            channel=Channel.EVENT,
            opened_at=at,
            assignee_id=assignee_id,
            priority=spec.priority,
            priority_reason=here if spec.priority is not None else None,
            tags=spec.tags,
            planned=True,
        ),
        why=why,
        step=step.key,
    )
    message = begin_with_note(work, opened.number, subject, text, "", at)
    link(work, opened.number, run.ticket_id, LinkKind.PART_OF)
    step.ticket_id, step.state = opened.number, StepState.OPEN
    work.session.add(step)
    work.session.flush()
    if opened.waits:
        # What must be approved first is told of when it is.
        return
    notify_opened(work, opened, team_id=step.team_id, assignee_id=assignee_id, message=message)


def places(work: Work, run: PlaybookRun, parent: Ticket) -> dict[str, str]:
    """What stands for the words in braces of a subject or a text."""
    requester = requester_of(work, parent)
    name = (requester.box.name or requester.box.address) if requester is not None else ""
    return named_places(work, run.unit_id, run.day, name)


def named_places(work: Work, unit_id: int | None, day: str, requester: str) -> dict[str, str]:
    """The same before there is a parent."""
    unit = work.session.get_one(Unit, unit_id).name if unit_id is not None else ""
    return {"unit": one_line(unit), "day": day.replace("T", " "), "requester": one_line(requester)}


def line_of(text: str, values: Mapping[str, str]) -> str:
    """A subject with what stands for its words in braces."""
    return one_line(filled(text, values)).strip()


def _assignee(work: Work, spec: Step, team_id: int) -> int | None:
    """Who has it, where he still works here and may see it; while he is away, his stand-in, else nobody yet."""
    agent_id = work.rules.agent_keys.get(spec.assignee) if spec.assignee else None
    if agent_id is None:
        return None
    team = work.rules.teams[team_id]
    if work.rules.agents[agent_id].role is Role.AUDITOR or (team.private and agent_id not in team.members):
        return None
    return who_takes(work, agent_id, team_id) if agent_id in absent(work) else agent_id
