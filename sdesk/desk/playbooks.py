"""Playbooks: starting one for a unit and a day, moving the day, skipping a step, cancelling; and what time opens.

A step of a team whose tickets the actor does not see is not there for him: it is opened, moved and cancelled with the
others, and nothing that he is told speaks of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.change import Change
from sdesk.desk.opening import Desk, Work
from sdesk.desk.steps.absences import local_time
from sdesk.desk.steps.clocks import settle
from sdesk.desk.steps.find import find_ticket, key_of, require_hands, sees, sees_team
from sdesk.desk.steps.history import record
from sdesk.desk.steps.messages import begin_conversation, rename_in_index
from sdesk.desk.steps.moves import require_id
from sdesk.desk.steps.notify import notify_agent
from sdesk.desk.steps.people import FoundPerson, person_of
from sdesk.desk.steps.playbooks import (
    advance,
    cancel_planned,
    described,
    end_step,
    hides_parent,
    named_places,
    places,
    resolve_quietly,
    step_time,
    steps_of,
    ticket_of,
    time_of,
)
from sdesk.desk.steps.say import say
from sdesk.desk.steps.tickets import Opening, open_ticket
from sdesk.desk.steps.waits import begin_wait
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import BadInput, NotFound, Refused, about
from sdesk.domain.inbound import Mailbox
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.mailboxes import parse_mailbox
from sdesk.domain.nearest import did_you_mean
from sdesk.domain.phrase import noun, phrase, phrases
from sdesk.domain.playbook import Playbook, RunState, Step, StepState, begins, filled, parse_day, write_day
from sdesk.domain.safe_text import neutralise, one_line
from sdesk.domain.ticket import OPEN_STATUSES, Channel, Direction, Status, WaitingFor
from sdesk.store.models import PlaybookRun, PlaybookStep, Ticket

_DUE = (
    "SELECT DISTINCT s.run_id FROM playbook_step AS s JOIN playbook_run AS r ON r.id = s.run_id"
    " WHERE s.state = 'planned' AND r.state = 'running' AND (s.opens_at IS NULL OR s.opens_at <= ?)"
    " AND NOT EXISTS (SELECT 1 FROM json_each(s.waits_for) AS w JOIN playbook_step AS o ON o.run_id = s.run_id"
    " AND o.key = w.value WHERE o.state NOT IN ('done', 'skipped')) ORDER BY s.run_id"
)


# ---- what time opens ---------------------------------------------------------------------------------


def due(desk: Desk, *, now: datetime) -> tuple[int, ...]:
    """The playbooks in course of which a step is to be opened."""
    with desk.look(SYSTEM, now) as work:
        return tuple(work.connection.exec_driver_sql(_DUE, (to_rfc3339(work.now),)).scalars().all())


def open_due(desk: Desk, run_id: int, *, now: datetime) -> int:
    """Open what is due of one; gives how many tickets were opened: none where another process was quicker."""
    with desk.work(SYSTEM, now) as work:
        opened = advance(work, work.session.get_one(PlaybookRun, run_id))
        work.session.commit()
    return len(opened)


# ---- starting ----------------------------------------------------------------------------------------


def start(
    work: Work, key: str, *, day: str, unit: str | None = None, requester: str | None = None
) -> tuple[Change, ...]:
    """Start a playbook for a day (`2027-03-01`, or with a local time): the parent, and the steps whose time has come.

    Gives the parent, then those of the opened tickets that the actor sees. NotFound for a playbook that is not there,
    or whose parent would stand behind a wall; BadInput for an unknown unit or day.
    """
    require_hands(work)
    rules = work.rules
    playbook = _playbook(work, key)
    with about("day"):
        begun = parse_day(day)
    with about("unit"):
        unit_id = key_of(rules.unit_keys, unit, "unit") if unit else None
    with about("requester"):
        person = person_of(work, parse_mailbox(requester)) if requester else None
    _require_named(playbook, unit=unit_id, requester=person)
    team_id, service_id = _place(work, playbook.team, playbook.service)
    values = named_places(work, unit_id, write_day(begun), (person.name or person.address) if person else "")
    here = f"playbooks.{key} of the desk file"
    subject = _line(playbook.subject, values)
    opened = open_ticket(
        work,
        Opening(
            subject=subject,
            team_id=team_id,
            service_id=service_id,
            requester_id=person.id if person else None,
            unit_id=unit_id if unit_id is not None or person is None else person.unit_id,
            channel=Channel.EVENT,
            opened_at=work.now,
            assignee_id=work.actor.agent_id if work.actor.agent_id in rules.teams[team_id].members else None,
            planned=True,
        ),
        why={"team": here, **({"service": here} if service_id is not None else {})},
        playbook=key,
    )
    _begin(work, opened.number, subject, filled(playbook.text, values).strip(), person)
    run = PlaybookRun(
        ticket_id=opened.number,
        key=key,
        name=playbook.name(rules.language),
        unit_id=unit_id,
        day=write_day(begun),
        closes=playbook.closes,
        picture={"subject": playbook.subject, "steps": [_pictured(step) for step in playbook.steps]},
        started_at=work.now,
        started_by=work.actor.login,
    )
    work.session.add(run)
    work.session.flush()
    _plan_steps(work, run, playbook, begun)
    record(work, opened.number, "playbook_started", playbook=key, day=run.day, unit=unit)
    parent = work.session.get_one(Ticket, opened.number)
    _wait_for_the_day(work, run, parent)
    settle(work, parent)
    steps = [step for step in advance(work, run) if sees_team(work, work.actor, step.team_id)]
    words = phrase(
        "{ref} opened: {name}, for {day}", ref=rules.ref(opened.number), name=run.name, day=run.day.replace("T", " ")
    )
    return (
        Change(opened.number, rules.ref(opened.number), words, warning=_again(work, run)),
        *(_told(work, step) for step in steps),
    )


def _playbook(work: Work, key: str) -> Playbook:
    seen = {
        name: each
        for name, each in work.rules.playbooks.items()
        if sees_team(work, work.actor, _place(work, each.team, each.service)[0])
    }
    if key in seen:
        return seen[key]
    raise NotFound(
        phrase("there is no playbook `{key}`", key=key),
        did_you_mean(key, seen, phrase("see `sdesk playbook list`")),
    )


def _require_named(playbook: Playbook, **given: object) -> None:
    """BadInput where its texts name what nobody has named: else they would be about nothing."""
    texts = [playbook.subject, playbook.text, *(text for step in playbook.steps for text in (step.subject, step.text))]
    for name, value in given.items():
        if value is None and any(f"{{{name}}}" in text for text in texts):
            with about(name):
                what = phrase(
                    "playbook `{key}` names a {name}, and nobody said which", key=playbook.key, name=noun(name)
                )
                raise BadInput(what, phrase("say --{name}", name=name))


def _place(work: Work, team: str | None, service: str | None) -> tuple[int, int | None]:
    """Team and service of what a desk file names; it was checked that there is one."""
    rules = work.rules
    service_id = rules.service_keys[service] if service else None
    if team:
        return rules.team_keys[team], service_id
    if service_id is not None:
        return rules.services[service_id].team_id, service_id
    return next(iter(rules.team_keys.values())), None


def _begin(work: Work, number: int, subject: str, text: str, person: FoundPerson | None) -> None:
    """The parent's first words: the desk file's, in nobody's name but the requester's."""
    author = Mailbox(person.address, person.name) if person else Mailbox("", SYSTEM.name)
    begin_conversation(replace(work, actor=SYSTEM), number, subject, text, author, person.id if person else None)


def _pictured(step: Step) -> dict[str, Any]:
    """A step as JSON can hold it, as `parse_step` reads it."""
    found: dict[str, Any] = {"key": step.key, "subject": step.subject, "days": step.counted.value}
    found |= {name: list(value) for name in ("after", "tags") if (value := getattr(step, name))}
    found |= {name: value for name in ("text", "team", "service", "unit", "assignee") if (value := getattr(step, name))}
    if step.written_at:
        found["at"] = step.written_at
    if step.priority is not None:
        found["priority"] = step.priority.value
    return found


def _plan_steps(work: Work, run: PlaybookRun, playbook: Playbook, day: datetime) -> None:
    parent = work.session.get_one(Ticket, run.ticket_id)
    if run.id is None:
        raise TypeError("a playbook that is not in the store")
    values = places(work, run, parent)
    for position, step in enumerate(playbook.steps, 1):
        if step.team or step.service:
            team_id, service_id = _place(work, step.team, step.service)
        else:
            team_id, service_id = parent.team_id, None
        work.session.add(
            PlaybookStep(
                run_id=run.id,
                position=position,
                key=step.key,
                subject=_line(step.subject, values),
                team_id=team_id,
                service_id=service_id,
                opens_at=step_time(work, step, team_id, service_id, day),
                waits_for=list(step.after),
            )
        )
    work.session.flush()


def _again(work: Work, run: PlaybookRun) -> str:
    """What who starts one should know: that there is one in course for the same unit, which he sees."""
    if run.unit_id is None:
        return ""
    query = select(PlaybookRun).where(
        col(PlaybookRun.key) == run.key,
        col(PlaybookRun.state) == RunState.RUNNING,
        col(PlaybookRun.unit_id) == run.unit_id,
        col(PlaybookRun.id) != run.id,
    )
    for other in work.session.scalars(query):
        if sees(work, work.actor, work.session.get_one(Ticket, other.ticket_id)):
            return phrase("it is in course for that unit already: {other}", other=work.rules.ref(other.ticket_id))
    return ""


def _wait_for_the_day(work: Work, run: PlaybookRun, parent: Ticket) -> None:
    """The parent has nothing to do before the day: it waits for it, so that no promise of it is broken meanwhile."""
    day = begins(parse_day(run.day), ZoneInfo(work.rules.time_zone))
    if day > work.now:
        begin_wait(work, parent, WaitingFor.DATE, day)


def _told(work: Work, step: PlaybookStep) -> Change:
    number = step.ticket_id or 0
    ref, team = work.rules.ref(number), work.rules.teams[step.team_id].key
    return Change(number, ref, phrase("{ref} opened for team {team}: {step}", ref=ref, team=team, step=step.key))


# ---- what agents change of one in course -------------------------------------------------------------


def move(work: Work, number: int, *, day: str, version: int | None = None) -> Change:
    """Move the day of a playbook in course: the times of what is planned, and of what is open and waits for its day.

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
    for step in steps:
        now = time_of(work, run, step)
        if step.state is StepState.PLANNED:
            step.opens_at, step.subject = now, _line(described(run, step).subject, values)
            work.session.add(step)
        elif step.state is StepState.OPEN and now is not None:
            _move_open(own, run, step, before[step.key], now)
    if parent.status is Status.WAITING and parent.waiting_for is WaitingFor.DATE:
        parent.wake_at = max(begins(new, ZoneInfo(work.rules.time_zone)), work.now)
    elif parent.status in (Status.NEW, Status.OPEN):
        _wait_for_the_day(own, run, parent)
    settle(work, parent)
    work.session.add(run)
    work.session.flush()
    opened = [step for step in advance(work, run) if sees_team(work, work.actor, step.team_id)]
    also = "" if not opened else phrases("; {count} step opened", "; {count} steps opened", len(opened))
    return Change(
        number, ref, phrase("{ref} is for {day} now, it was for {old}{also}", ref=ref, day=run.day, old=old, also=also)
    )


def _subject(run: PlaybookRun, values: Mapping[str, str]) -> str:
    """What the parent is called, unless somebody called it otherwise."""
    return _line(run.picture["subject"], values)


def _line(text: str, values: Mapping[str, str]) -> str:
    return one_line(filled(text, values)).strip()


def _move_open(work: Work, run: PlaybookRun, step: PlaybookStep, old: datetime | None, new: datetime) -> None:
    """An open step of which the day moves: a wait for its day moves along; what nobody has, waits for its new time."""
    ticket = ticket_of(work, step)
    if ticket is None or old is None or new == old:
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
    is done.
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
    end_step(work, found, StepState.SKIPPED, why)
    work.session.flush()
    if not work.rules.teams[found.team_id].private or found.team_id == parent.team_id:
        record(work, number, "step_skipped", step=step, why=why)
    if ticket is not None:
        say(work, ticket, why, kind="note", direction=Direction.NOTE)
        resolve_quietly(work, ticket)
    advance(work, run)
    return Change(number, ref, phrase("step {step} of {ref} skipped", step=step, ref=ref))


def cancel(work: Work, number: int, *, text: str, version: int | None = None) -> Change:
    """Cancel a playbook in course: no further step is opened, and the parent is resolved silently.

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


def _running(work: Work, number: int, version: int | None) -> tuple[Ticket, PlaybookRun]:
    """The parent of a playbook in course, to be changed. NotFound, Refused."""
    parent = find_ticket(work, number, version)
    ref = work.rules.ref(number)
    run = work.session.scalars(select(PlaybookRun).where(col(PlaybookRun.ticket_id) == number)).first()
    if run is None:
        raise NotFound(phrase("{ref} is the parent of no playbook", ref=ref), phrase("see `sdesk playbook runs`"))
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
