"""`playbook`: what the desk file has, and what is running; the commands that only look."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

import typer

from sdesk.cli import invocation, output
from sdesk.cli.numbers import ticket_numbers
from sdesk.cli.output import Format
from sdesk.cli.sheet import Column, Eyes, Field, Sheet
from sdesk.cli.whole import Fact, fields_of, listed, print_whole
from sdesk.domain.errors import BadInput, NotFound
from sdesk.domain.kinds import DAY, FLAG, INSTANT, NUMBER, TEXT, many, maybe, thing, word
from sdesk.domain.playbook import Counted, RunState, StepState
from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket import Status, WaitingFor
from sdesk.store.reader.playbook_rows import PlannedStep, PlaybookDetail, PlaybookRow, RunRow, StepRow

Key = Annotated[str, typer.Argument(metavar="KEY", help="as `playbook list` has it", show_default=False)]
Parent = Annotated[str, typer.Argument(metavar="PARENT", help="its number, as 123 or SD-123", show_default=False)]

PLAYBOOKS: Sheet[PlaybookRow] = Sheet(
    fields=(
        Field("key", lambda row: row.key, kind=TEXT),
        Field("name", lambda row: row.name, kind=TEXT),
        Field("subject", lambda row: row.subject, kind=TEXT),
        Field("team", lambda row: row.team, kind=TEXT),
        Field("service", lambda row: row.service, kind=maybe(TEXT)),
        Field("closes", lambda row: row.closes, kind=FLAG),
        Field("step_count", lambda row: row.steps, kind=NUMBER),
        Field("running", lambda row: row.running, kind=NUMBER),
    ),
    columns=(
        Column("KEY", lambda row, eyes: row.key),
        Column("NAME", lambda row, eyes: row.name, cut=True),
        Column("TEAM", lambda row, eyes: row.team),
        Column("STEPS", lambda row, eyes: str(row.steps), right=True),
        Column("RUNNING", lambda row, eyes: str(row.running) if row.running else "-", right=True),
    ),
)

_PLANNED: tuple[Field[PlannedStep], ...] = (
    Field("key", lambda row: row.key, kind=TEXT),
    Field("subject", lambda row: row.subject, kind=TEXT),
    Field("text", lambda row: row.text, kind=TEXT),
    Field("team", lambda row: row.team, kind=TEXT),
    Field("service", lambda row: row.service, kind=maybe(TEXT)),
    Field("at", lambda row: row.at, kind=maybe(TEXT)),
    Field("days", lambda row: row.days, kind=word(Counted)),
    Field("after", lambda row: list(row.after), kind=many(TEXT)),
    Field("unit", lambda row: row.unit, kind=maybe(TEXT)),
    Field("assignee", lambda row: row.assignee, kind=maybe(TEXT)),
)

PLAYBOOK: Sheet[PlaybookDetail] = Sheet(
    fields=(
        *fields_of(PLAYBOOKS, "playbook"),
        Field("text", lambda row: row.text, kind=TEXT),
        Field(
            "steps",
            lambda row: [{field.name: field.get(step) for field in _PLANNED} for step in row.steps],  # type: ignore[misc]
            kind=many(thing({field.name: field.kind or {} for field in _PLANNED})),
        ),
    ),
    columns=(),
)

RUNS: Sheet[RunRow] = Sheet(
    fields=(
        Field("number", lambda row: row.number, kind=NUMBER),
        Field("ref", lambda row: row.ref, kind=TEXT),
        Field("subject", lambda row: row.subject, kind=TEXT),
        Field("key", lambda row: row.key, kind=TEXT),
        Field("name", lambda row: row.name, kind=TEXT),
        Field("unit", lambda row: row.unit, kind=maybe(TEXT)),
        Field("team", lambda row: row.team, kind=TEXT),
        Field("day", lambda row: row.day[:10], kind=DAY),
        Field("time", lambda row: row.day[11:] or None, kind=maybe(TEXT)),
        Field("state", lambda row: row.state.value, kind=word(RunState)),
        Field("started_at", lambda row: row.started_at, kind=INSTANT),
        Field("started_by", lambda row: row.started_by, kind=TEXT),
        Field("ended_at", lambda row: row.ended_at, kind=maybe(INSTANT)),
        Field("step_count", lambda row: row.steps, kind=NUMBER),
        Field("done", lambda row: row.done, kind=NUMBER),
        Field("open", lambda row: row.open, kind=NUMBER),
        Field("late", lambda row: row.late, kind=NUMBER),
        Field("next_at", lambda row: row.next_at, kind=maybe(INSTANT)),
    ),
    columns=(
        Column("ID", lambda row, eyes: row.ref),
        Column("DAY", lambda row, eyes: row.day.replace("T", " ")),
        Column("SUBJECT", lambda row, eyes: row.subject, cut=True),
        Column("STATE", lambda row, eyes: row.state.value),
        Column("DONE", lambda row, eyes: f"{row.done}/{row.steps}", right=True),
        Column("OPEN", lambda row, eyes: str(row.open) if row.open else "-", right=True),
        Column(
            "LATE",
            lambda row, eyes: str(row.late) if row.late else "-",
            style=lambda row: "red" if row.late else "",
            right=True,
        ),
        Column("NEXT", lambda row, eyes: eyes.local(row.next_at), spare=True),
    ),
    number=lambda row: row.number,
)

_STEPS: tuple[Field[StepRow], ...] = (
    Field("position", lambda row: row.position, kind=NUMBER),
    Field("key", lambda row: row.key, kind=TEXT),
    Field("subject", lambda row: row.subject, kind=TEXT),
    Field("team", lambda row: row.team, kind=TEXT),
    Field("state", lambda row: row.state.value, kind=word(StepState)),
    Field("number", lambda row: row.number, kind=maybe(NUMBER)),
    Field("ref", lambda row: row.ref, kind=maybe(TEXT)),
    Field("status", lambda row: None if row.status is None else row.status.value, kind=maybe(word(Status))),
    Field("assignee", lambda row: row.assignee, kind=maybe(TEXT)),
    Field(
        "waiting_for",
        lambda row: None if row.waiting_for is None else row.waiting_for.value,
        kind=maybe(word(WaitingFor)),
    ),
    Field("wake_at", lambda row: row.wake_at, kind=maybe(INSTANT)),
    Field("opens_at", lambda row: row.opens_at, kind=maybe(INSTANT)),
    Field("due_at", lambda row: row.due_at, kind=maybe(INSTANT)),
    Field("ended_at", lambda row: row.ended_at, kind=maybe(INSTANT)),
    Field("late", lambda row: row.late, kind=FLAG),
    Field("waits_for", lambda row: list(row.waits_for), kind=many(TEXT)),
    Field("holds", lambda row: list(row.holds), kind=many(TEXT)),
    Field("why", lambda row: row.why, kind=maybe(TEXT)),
)

STEPS: Sheet[StepRow] = Sheet(fields=_STEPS, columns=(), number=lambda row: row.number)


def playbook_list(ctx: typer.Context) -> None:
    """Print the playbooks of the desk file: how many steps each has, and how many of it are running.

    Examples:
      sdesk playbook list
      sdesk playbook list -o json
    """
    call = invocation.of(ctx)
    call.output.rows(call.reader.playbooks(call.actor), PLAYBOOKS)


def playbook_show(ctx: typer.Context, key: Key) -> None:
    """Print a playbook: its steps, whose each is, when its time comes, and what it waits for.

    Examples:
      sdesk playbook show shop-opening
      sdesk playbook show shop-opening -o json
    """
    call = invocation.of(ctx)
    print_whole(call, call.reader.playbook(call.actor, key), PLAYBOOK, _facts)


def playbook_runs(
    ctx: typer.Context,
    finished: Annotated[bool, typer.Option("--all", help="those that are done or were cancelled, too")] = False,
) -> None:
    """Print the running playbooks, the next day first: how many steps are done, open, late.

    Examples:
      sdesk playbook runs
      sdesk playbook runs --all -o json
    """
    call = invocation.of(ctx)
    call.output.rows(call.reader.playbook_runs(call.actor, now=call.now, finished=finished), RUNS)


def playbook_progress(ctx: typer.Context, number: Parent) -> None:
    """Print how far a playbook has come: each step, by when it is promised, whether it is late, and what holds it up.

    The number of a step's ticket does as well.

    Examples:
      sdesk playbook progress 120
      sdesk playbook progress SD-120 -o json
    """
    call = invocation.of(ctx)
    (parent,) = ticket_numbers(call, [number])
    call.reader.require(call.actor, parent)
    found = call.reader.playbook_progress(call.actor, parent, now=call.now)
    if found is None:
        ref = f"{call.reader.desk.ref_prefix}-{parent}"
        raise NotFound(f"{ref} is of no playbook", "see `sdesk playbook runs --all`")
    if call.output.format is Format.TABLE and call.output.fields is None:
        output.sentences(f"{_headline(found.run)}\n")
    call.output.rows(found.steps, STEPS._replace(columns=_step_columns(call.now)))


def _headline(run: RunRow) -> str:
    late = f", {run.late} late" if run.late else ""
    state = "" if run.state is RunState.RUNNING else f"{run.state.value}, "
    figures = f"{state}{run.done} of {run.steps} steps done, {run.open} open{late}"
    return one_line(f"{run.ref} {run.subject}, for {run.day.replace('T', ' ')}: {figures}")


def _step_columns(now: datetime) -> tuple[Column[StepRow], ...]:
    return (
        Column("STEP", lambda row, eyes: row.key),
        Column("SUBJECT", lambda row, eyes: row.subject, cut=True),
        Column("TEAM", lambda row, eyes: row.team, spare=True),
        Column("STATE", lambda row, eyes: row.state.value),
        Column("ID", lambda row, eyes: row.ref or ""),
        Column(
            "BY",
            lambda row, eyes: eyes.local(row.due_at if row.state is StepState.OPEN else None),
        ),
        Column(
            "LATE",
            lambda row, eyes: "late" if row.late else "",
            style=lambda row: "red" if row.late else "",
            optional=True,
        ),
        Column("WHAT HOLDS IT UP", lambda row, eyes: row.held_up(now, eyes.local(row.next_at)), wrap=True),
    )


def _facts(found: PlaybookDetail, eyes: Eyes) -> Iterator[Fact]:
    playbook = found.playbook
    yield "Playbook", f"{playbook.key}: {playbook.name}"
    yield "Parent", playbook.subject
    yield "Team", playbook.team
    yield "Service", playbook.service or ""
    yield "Running", str(playbook.running) if playbook.running else ""
    yield from listed("Steps", (_planned(step) for step in found.steps))


def _planned(step: PlannedStep) -> str:
    days = " (working days)" if step.at and step.days == Counted.WORKING else ""
    at = f"{step.at}{days}" if step.at else ""
    after = f"after {', '.join(step.after)}" if step.after else ""
    when = ", ".join(filter(None, (at, after))) or "at once"
    return f"{step.key}: {step.subject} ({step.team}; {when})"


def playbook_example(
    name: Annotated[str, typer.Argument(metavar="EXAMPLE", help="joiner, leaver, or shop-opening", show_default=False)],
    language: Annotated[
        str | None,
        typer.Option("--language", metavar="LANGUAGE", help="en or ru; else that of your locale", show_default=False),
    ] = None,
) -> None:
    """Print a playbook to begin with, as a section of the desk file: put it in, and make it yours.

    Examples:
      sdesk playbook example joiner >> desk.toml
      sdesk playbook example shop-opening --language ru
    """
    from sdesk.cli.desk_init import usual_language
    from sdesk.desk.deskfile.start import LANGUAGES, PLAYBOOKS, playbook_example

    if name not in PLAYBOOKS:
        raise BadInput(f"there is no example `{name}`", f"take one of {', '.join(PLAYBOOKS)}")
    if language is not None and language not in LANGUAGES:
        raise BadInput(f"there is no example in `{language}`", f"take {' or '.join(LANGUAGES)}")
    output.text(playbook_example(name, language or usual_language()))
