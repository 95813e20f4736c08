"""`sla explain`: every step of every clock of a ticket, so that an argument about a breach ends there."""

from __future__ import annotations

from typing import NamedTuple

import typer

from sdesk.cli import diagnostics, invocation
from sdesk.cli import output as standard_output
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.invocation import Invocation
from sdesk.cli.numbers import ticket_numbers
from sdesk.cli.options import Numbers
from sdesk.cli.output import Format
from sdesk.cli.sheet import Column, Eyes, Field, Sheet, Value, plain
from sdesk.cli.wrapping import wrapped
from sdesk.domain.errors import SdeskError
from sdesk.domain.hours import hours_words
from sdesk.domain.kinds import FLAG, INSTANT, NUMBER, TEXT, many, maybe, thing, word
from sdesk.domain.safe_text import one_line
from sdesk.domain.story.values import Step, Told, Verdict, What
from sdesk.domain.story.words import NAMES, name_of, sentence, verdict
from sdesk.domain.ticket import ClockKind, Priority
from sdesk.reports.explained import Entry, Explained, Part, explained, page


class Shown(NamedTuple):
    """A ticket's story, and who reads it."""

    story: Explained
    eyes: Eyes


class Line(NamedTuple):
    """One step of one promise, as a row."""

    found: Explained
    told: Told
    step: Step


_STEP = thing(
    {
        "at": INSTANT,
        "what": word(What),
        "why": TEXT,
        "by": TEXT,
        "until": maybe(INSTANT),
        "written_at": maybe(INSTANT),
        "seconds": maybe(NUMBER),
        "consumed": maybe(NUMBER),
        "consumed_before": maybe(NUMBER),
        "target": maybe(NUMBER),
        "due_at": maybe(INSTANT),
        "sentence": TEXT,
    }
)
_CLOCK = thing(
    {
        "kind": word(ClockKind),
        "name": TEXT,
        "round": NUMBER,
        "calendar": TEXT,
        "target": maybe(NUMBER),
        "consumed": NUMBER,
        "stored": NUMBER,
        "over": NUMBER,
        "verdict": word(Verdict),
        "due_at": maybe(INSTANT),
        "at_risk_at": maybe(INSTANT),
        "breached_at": maybe(INSTANT),
        "ended_at": maybe(INSTANT),
        "steps": many(_STEP),
        "sentence": TEXT,
        "notes": many(TEXT),
        "disagreements": many(TEXT),
    }
)

SHEET: Sheet[Shown] = Sheet(
    fields=(
        Field("number", lambda found: found.story.ticket.number, kind=NUMBER),
        Field("ref", lambda found: found.story.ticket.ref, kind=TEXT),
        Field("now", lambda found: found.story.facts.now, kind=INSTANT),
        Field("opened_at", lambda found: found.story.facts.opened_at, kind=INSTANT),
        Field("priority", lambda found: found.story.ticket.priority.value, kind=word(Priority)),
        Field("sla", lambda found: found.story.facts.sla, kind=maybe(TEXT)),
        Field("calendar", lambda found: found.story.facts.promise.calendar.key, kind=TEXT),
        Field("hours", lambda found: hours_words(found.story.facts.promise.calendar), kind=TEXT),
        Field("agrees", lambda found: found.story.agrees, kind=FLAG),
        Field("clocks", lambda found: [_clock(each, found.eyes) for each in found.story.told], kind=many(_CLOCK)),
    ),
    columns=(),
    number=lambda found: found.story.ticket.number,
)
"""In JSON: one object a ticket."""

LINES: Sheet[Line] = Sheet(
    fields=(
        Field("number", lambda line: line.found.ticket.number, kind=NUMBER),
        Field("clock", lambda line: line.told.kind.value, kind=word(ClockKind)),
        Field("round", lambda line: line.told.round, kind=NUMBER),
        Field("at", lambda line: line.step.at, kind=INSTANT),
        Field("what", lambda line: line.step.what.value, kind=word(What)),
        Field("why", lambda line: line.step.why, kind=TEXT),
        Field("by", lambda line: line.step.by, kind=TEXT),
        Field("seconds", lambda line: line.step.seconds, kind=maybe(NUMBER)),
        Field("consumed", lambda line: line.step.consumed, kind=maybe(NUMBER)),
        Field("target", lambda line: line.step.target, kind=maybe(NUMBER)),
        Field("due_at", lambda line: line.step.due_at, kind=maybe(INSTANT)),
    ),
    columns=(
        Column("TICKET", lambda line, eyes: line.found.ticket.ref),
        Column("CLOCK", lambda line, eyes: name_of(line.told)),
        Column("AT", lambda line, eyes: eyes.local(line.step.at)),
        Column("WHAT", lambda line, eyes: sentence(line.step, line.told, eyes.local), wrap=True),
    ),
    number=lambda line: line.found.ticket.number,
)
"""In tsv, csv and with `--fields`: a row for each step."""


def explain(ctx: typer.Context, numbers: Numbers) -> ExitCode:
    """Print every step of the clocks of tickets: why each ran and stood still, what it used, what follows.

    The sums are made anew from the runs and the calendar, and compared with what the store says: where they differ, it
    says so and ends with exit code 1. In JSON: one object, or an array for several numbers.

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
            found.append(explained(ticket, facts))
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
    output, eyes = call.output, Eyes(call.zone)
    if output.format is Format.JSON:
        if several:
            output.rows([Shown(each, eyes) for each in found], SHEET)
        else:
            output.one(Shown(found[0], eyes), SHEET)
    elif output.format is Format.JSONL:
        output.rows([Shown(each, eyes) for each in found], SHEET)
    elif output.format is Format.TABLE and output.fields is None:
        for position, each in enumerate(found):
            width = standard_output.width()
            pieces = [""] if position else []
            for entry in page(each, eyes.local, str(eyes.zone)):
                if entry.part is Part.CLOCK:
                    pieces.append("")
                pieces += wrapped(_line(entry), width, hang=_SENTENCE if entry.part in _STEPS else 4)
            standard_output.text("".join(f"{piece}\n" for piece in pieces))
    else:
        output.rows([Line(each, told, step) for each in found for told in each.told for step in told.steps], LINES)


_STEPS = (Part.STEP, Part.SUM)
_SENTENCE = 31
"""Columns before what a step says: its instant, and the working time."""


def _line(entry: Entry) -> str:
    """For eyes."""
    text = one_line(entry.text)
    match entry.part:
        case Part.TITLE:
            # Two blanks stand behind the reference.
            ref, _, subject = text.partition(" ")
            return f"{ref}  {subject}"
        case Part.CLOCK:
            return text.capitalize()
        case Part.STEP | Part.SUM:
            return f"  {'SUM' if entry.part is Part.SUM else entry.at:<16}  {entry.used:>9}  {text}"
        case Part.NOTE:
            return f"  note: {text}"
        case Part.WRONG:
            return f"  !! IT DOES NOT ADD UP: {text}"
        case _:
            return f"  {text}"


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
        "sentence": verdict(told, eyes.local),
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
        "sentence": sentence(step, told, eyes.local),
    }
