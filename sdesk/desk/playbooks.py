"""Playbooks: starting one for a unit and a day, and what time opens. What is changed later: `playbook_changes`.

A step of a team whose tickets the actor does not see is not there for him: it is opened, moved and cancelled with the
others, and nothing that he is told speaks of it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.change import Change
from sdesk.desk.opening import Desk, Work
from sdesk.desk.steps.clocks import settle
from sdesk.desk.steps.find import key_of, require_hands, sees, sees_team
from sdesk.desk.steps.history import record
from sdesk.desk.steps.messages import begin_conversation
from sdesk.desk.steps.people import FoundPerson, person_of
from sdesk.desk.steps.playbooks import (
    advance,
    line_of,
    named_places,
    places,
    step_time,
    wait_for_the_day,
)
from sdesk.desk.steps.tickets import Opening, open_ticket
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import BadInput, NotFound, about
from sdesk.domain.inbound import Mailbox
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.mailboxes import parse_mailbox
from sdesk.domain.nearest import did_you_mean
from sdesk.domain.phrase import noun, phrase
from sdesk.domain.playbook import Playbook, RunState, Step, filled, parse_day, write_day
from sdesk.domain.ticket import Channel
from sdesk.store.models import PlaybookRun, PlaybookStep, Ticket

# The pluses: no step that was opened is looked at, of which there are ever more.
DUE = (
    "SELECT DISTINCT +s.run_id FROM playbook_step AS s JOIN playbook_run AS r ON r.id = s.run_id"
    " WHERE s.state = 'planned' AND r.state = 'running' AND (s.opens_at IS NULL OR s.opens_at <= ?)"
    " AND NOT EXISTS (SELECT 1 FROM json_each(s.waits_for) AS w JOIN playbook_step AS o ON o.run_id = s.run_id"
    " AND o.key = w.value WHERE o.state NOT IN ('done', 'skipped')) ORDER BY +s.run_id"
)


# ---- what time opens ---------------------------------------------------------------------------------


def due(desk: Desk, *, now: datetime) -> tuple[int, ...]:
    """The running playbooks of which a step is to be opened."""
    with desk.look(SYSTEM, now) as work:
        return tuple(work.connection.exec_driver_sql(DUE, (to_rfc3339(work.now),)).scalars().all())


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
    subject = line_of(playbook.subject, values)
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
            brought=True,
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
    wait_for_the_day(work, run, parent)
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
                subject=line_of(step.subject, values),
                team_id=team_id,
                service_id=service_id,
                opens_at=step_time(work, step, team_id, service_id, day),
                waits_for=list(step.after),
            )
        )
    work.session.flush()


def _again(work: Work, run: PlaybookRun) -> str:
    """What who starts one should know: that one is running for the same unit, which he sees."""
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
            return phrase("it is running for that unit already: {other}", other=work.rules.ref(other.ticket_id))
    return ""


def _told(work: Work, step: PlaybookStep) -> Change:
    number = step.ticket_id or 0
    ref, team = work.rules.ref(number), work.rules.teams[step.team_id].key
    return Change(number, ref, phrase("{ref} opened for team {team}: {step}", ref=ref, team=team, step=step.key))
