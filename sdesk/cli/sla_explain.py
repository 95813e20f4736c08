"""`sla explain`: every step of every clock of a ticket, so that an argument about a breach ends there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import typer

from sdesk.cli import diagnostics, invocation
from sdesk.cli import output as standard_output
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.hours import hours_words
from sdesk.cli.invocation import Invocation
from sdesk.cli.numbers import ticket_numbers
from sdesk.cli.options import Numbers
from sdesk.cli.output import Format
from sdesk.cli.sheet import Column, Eyes, Field, Sheet, Value, plain
from sdesk.cli.story_words import NAMES, name_of, sentence, verdict
from sdesk.cli.wrapping import wrapped
from sdesk.domain.duration import format_exact
from sdesk.domain.errors import SdeskError
from sdesk.domain.safe_text import one_line
from sdesk.domain.story.tell import tell
from sdesk.domain.story.values import Facts, Step, Told
from sdesk.store.reader.rows import TicketRow


class Explained(NamedTuple):
    """A ticket, and the stories of its promises."""

    ticket: TicketRow
    facts: Facts
    told: tuple[Told, ...]
    eyes: Eyes

    @property
    def agrees(self) -> bool:
        """Whether all sums are what the store says."""
        return not any(each.disagreements for each in self.told)


class Line(NamedTuple):
    """One step of one promise, as a row."""

    found: Explained
    told: Told
    step: Step


SHEET: Sheet[Explained] = Sheet(
    fields=(
        Field("number", lambda found: found.ticket.number),
        Field("ref", lambda found: found.ticket.ref),
        Field("now", lambda found: found.facts.now),
        Field("opened_at", lambda found: found.facts.opened_at),
        Field("priority", lambda found: found.ticket.priority.value),
        Field("sla", lambda found: found.facts.sla),
        Field("calendar", lambda found: found.facts.promise.calendar.key),
        Field("hours", lambda found: hours_words(found.facts.promise.calendar)),
        Field("agrees", lambda found: found.agrees),
        Field("clocks", lambda found: [_clock(each, found.eyes) for each in found.told]),
    ),
    columns=(),
    number=lambda found: found.ticket.number,
)
"""In JSON: one object a ticket."""

LINES: Sheet[Line] = Sheet(
    fields=(
        Field("number", lambda line: line.found.ticket.number),
        Field("clock", lambda line: line.told.kind.value),
        Field("round", lambda line: line.told.round),
        Field("at", lambda line: line.step.at),
        Field("what", lambda line: line.step.what.value),
        Field("why", lambda line: line.step.why),
        Field("by", lambda line: line.step.by),
        Field("seconds", lambda line: line.step.seconds),
        Field("consumed", lambda line: line.step.consumed),
        Field("target", lambda line: line.step.target),
        Field("due_at", lambda line: line.step.due_at),
    ),
    columns=(
        Column("TICKET", lambda line, eyes: line.found.ticket.ref),
        Column("CLOCK", lambda line, eyes: name_of(line.told)),
        Column("AT", lambda line, eyes: eyes.local(line.step.at)),
        Column("WHAT", lambda line, eyes: sentence(line.step, line.told, eyes), wrap=True),
    ),
    number=lambda line: line.found.ticket.number,
)
"""In tsv, csv and with `--fields`: a row for each step."""

_SENTENCE = 31
"""Columns before what a step says: its instant, and the working time."""


def explain(ctx: typer.Context, numbers: Numbers) -> ExitCode:
    """Print every step of the clocks of tickets: why each ran and stood still, what it used, what follows.

    The sums are made anew from the runs and the calendar, and compared with what the store says: where they differ, it
    says so and ends with 1. In JSON: one object, or an array for several numbers.

    Examples:
      sdesk sla explain 123
      sdesk sla explain 123 -o json
      sdesk sla explain 123 --fields clock,at,what,consumed,due_at
    """
    call = invocation.of(ctx)
    wanted = ticket_numbers(call, numbers)
    found: list[Explained] = []
    errors: list[SdeskError] = []
    for number in wanted:
        try:
            ticket, facts = call.reader.promises(call.actor, number, now=call.now)
            found.append(Explained(ticket, facts, tell(facts), Eyes(call.zone)))
        except SdeskError as error:
            errors.append(error)
    several = len(wanted) != 1 or "-" in numbers
    if found or several:
        _print(call, found, several=several)
    for problem in errors:
        diagnostics.error(problem)
    wrong = [each for each in found if not each.agrees]
    for each in wrong:
        diagnostics.warning(f"{each.ticket.ref}: its clocks do not add up; was the store changed by hand?")
    code = diagnostics.overall(errors, done=len(found))
    return ExitCode.FAILED if wrong and code is ExitCode.DONE else code


def _print(call: Invocation, found: list[Explained], *, several: bool) -> None:
    output = call.output
    if output.format is Format.JSON:
        if several:
            output.rows(found, SHEET)
        else:
            output.one(found[0], SHEET)
    elif output.format is Format.JSONL:
        output.rows(found, SHEET)
    elif output.format is Format.TABLE and output.fields is None:
        for position, each in enumerate(found):
            lines = ["", *_page(each)] if position else list(_page(each))
            width = standard_output.width()
            pieces = [piece for line in lines for piece in wrapped(line, width, hang=_hang(line))]
            standard_output.text("".join(f"{piece}\n" for piece in pieces))
    else:
        output.rows([Line(each, told, step) for each in found for told in each.told for step in told.steps], LINES)


def _hang(line: str) -> int:
    """Where a line goes on that is broken: of a step, below its sentence."""
    return _SENTENCE if line.startswith(("  2", "  SUM")) else 4


def _page(found: Explained) -> Iterator[str]:
    """For eyes."""
    eyes, facts = found.eyes, found.facts
    promised = f"SLA {facts.sla}, {found.ticket.priority.value}" if facts.sla is not None else "no SLA"
    yield f"{found.ticket.ref}  {one_line(found.ticket.subject)}"
    yield f"  {promised}; calendar {facts.promise.calendar.key}: {hours_words(facts.promise.calendar)}"
    yield f"  opened {eyes.local(facts.opened_at)}, told at {eyes.local(facts.now)}; times are those of {eyes.zone}"
    for told in found.told:
        yield ""
        yield name_of(told).capitalize()
        for step in told.steps:
            used = "" if step.consumed is None else format_exact(step.consumed)
            yield f"  {eyes.local(step.at)}  {used:>9}  {one_line(sentence(step, told, eyes))}"
        yield f"  {'SUM':<16}  {format_exact(told.consumed):>9}  {one_line(verdict(told, eyes))}"
        yield from (f"  note: {one_line(each)}" for each in told.notes)
        if told.disagreements:
            yield from (f"  !! IT DOES NOT ADD UP: {one_line(each)}" for each in told.disagreements)
        else:
            yield "  The store says the same."


def _clock(told: Told, eyes: Eyes) -> Value:
    return {
        "kind": told.kind.value,
        "name": NAMES[told.kind],
        "round": told.round,
        "calendar": told.calendar,
        "target": told.target,
        "consumed": told.consumed,
        "stored": told.stored,
        "over": told.over,
        "verdict": told.verdict.value,
        "due_at": plain(told.due_at),
        "at_risk_at": plain(told.at_risk_at),
        "breached_at": plain(told.breached_at),
        "ended_at": plain(told.ended_at),
        "steps": [_step(step, told, eyes) for step in told.steps],
        "sentence": verdict(told, eyes),
        "notes": list(told.notes),
        "disagreements": list(told.disagreements),
    }


def _step(step: Step, told: Told, eyes: Eyes) -> Value:
    return {
        "at": plain(step.at),
        "what": step.what.value,
        "why": step.why,
        "by": step.by,
        "until": plain(step.until),
        "written_at": plain(step.written_at),
        "seconds": step.seconds,
        "consumed": step.consumed,
        "consumed_before": step.before,
        "target": step.target,
        "due_at": plain(step.due_at),
        "sentence": sentence(step, told, eyes),
    }
