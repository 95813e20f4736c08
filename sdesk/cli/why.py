"""`why`: one paragraph on why a ticket has the priority, the team, the deadlines and the place that it has."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

import typer

from sdesk.cli import diagnostics, invocation
from sdesk.cli import output as standard_output
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.json_ticket import money
from sdesk.cli.numbers import ticket_numbers
from sdesk.cli.options import Numbers
from sdesk.cli.output import Format
from sdesk.cli.sheet import Eyes, Field, Sheet, Value, plain
from sdesk.cli.story_words import NAMES
from sdesk.domain.duration import format_exact
from sdesk.domain.errors import SdeskError
from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket import ClockKind
from sdesk.domain.urgency import RANK_RUNNING, reason_for
from sdesk.domain.why import Cause, Why, why
from sdesk.store.reader.decided import Standing
from sdesk.store.reader.rows import ClockRow, TicketRow

_NAMED = "named when it was opened"


class Answer(NamedTuple):
    """A ticket, and why it is what it is."""

    ticket: TicketRow
    why: Why
    standing: Standing
    eyes: Eyes


SHEET: Sheet[Answer] = Sheet(
    fields=(
        Field("number", lambda found: found.ticket.number),
        Field("ref", lambda found: found.ticket.ref),
        Field("paragraph", lambda found: paragraph(found)),
        Field("service", lambda found: _cause(found.why.service)),
        Field("team", lambda found: _cause(found.why.team)),
        Field("unit", lambda found: _cause(found.why.unit)),
        Field("impact", lambda found: {**_cause(found.why.impact), "now": found.ticket.impact.value}),
        Field("raised", lambda found: _raised(found.why)),
        Field("urgency", lambda found: _cause(found.why.urgency)),
        Field("priority", lambda found: {**_cause(found.why.priority), "reason": found.why.reason}),
        Field("cell", lambda found: found.why.cell.value),
        Field("sla", lambda found: {**_cause(found.why.sla), "calendar": found.standing.calendar}),
        Field("deadlines", lambda found: [_deadline(each) for each in found.ticket.clocks]),
        Field("place", lambda found: _place(found)),
    ),
    columns=(),
    number=lambda found: found.ticket.number,
)


def why_tickets(ctx: typer.Context, numbers: Numbers) -> ExitCode:
    """Print why tickets have the priority, the team and the deadlines that they have, and their place in the queue.

    In JSON: one object, or an array for several numbers. `sdesk sla explain` tells every step of the clocks.

    Examples:
      sdesk why 123
      sdesk why 123 -o json
      sdesk why 123 --fields priority,cell,raised
    """
    call = invocation.of(ctx)
    wanted = ticket_numbers(call, numbers)
    found: list[Answer] = []
    errors: list[SdeskError] = []
    for number in wanted:
        try:
            row, facts, standing = call.reader.why(call.actor, number, now=call.now)
            found.append(Answer(row, why(facts), standing, Eyes(call.zone)))
        except SdeskError as error:
            errors.append(error)
    several = len(wanted) != 1 or "-" in numbers
    output = call.output
    if output.format is Format.TABLE and output.fields is None:
        import shutil
        from textwrap import fill

        width = min(shutil.get_terminal_size((100, 24)).columns, 100)
        paragraphs = [fill(paragraph(each), width, break_on_hyphens=False) for each in found]
        standard_output.text("".join(f"{each}\n" for each in "\n\n".join(paragraphs).splitlines()))
    elif several:
        output.rows(found, SHEET)
    elif found:
        output.one(found[0], SHEET)
    for problem in errors:
        diagnostics.error(problem)
    return diagnostics.overall(errors, done=len(found))


# ---- in words -------------------------------------------------------------------------------------


def paragraph(found: Answer) -> str:
    """All of it in sentences, on one line."""
    return one_line(" ".join(_sentences(found)))


def _sentences(found: Answer) -> Iterator[str]:
    row, told = found.ticket, found.why
    yield f"{row.ref} is {row.status.value}, {row.priority.value}, with team {row.team}."
    if told.service.value is None:
        yield "No service was chosen."
    else:
        yield f"It is about service {told.service.value}: {_by(told.service, found.eyes)}."
    yield f"Team {row.team} has it: {_by(told.team, found.eyes)}."
    yield from _priority(found)
    yield from _promise(found)
    yield _stands(found)


def _priority(found: Answer) -> Iterator[str]:
    row, told = found.ticket, found.why
    impact = f"Its impact is {row.impact.value}"
    if told.raised is None:
        impact += f" ({_by(told.impact, found.eyes)})"
    else:
        impact += f", raised from {told.raised.own.value} ({_by(told.impact, found.eyes)})"
        if told.raised.threshold is not None and told.raised.loss_per_hour is not None:
            impact += f" by a loss of {_amount(told.raised.loss_per_hour)} {row.currency} an hour"
            impact += f": from {_amount(told.raised.threshold)} on it is {row.impact.value}"
        else:
            impact += " by a loss; from which threshold on, an earlier release did not write down"
    cell = f"for which the matrix gives {told.cell.value}"
    yield f"{impact}; its urgency is {row.urgency.value} ({_by(told.urgency, found.eyes)}); {cell}."
    if told.reason is not None:
        reason = (
            "" if told.reason.startswith("routing rule") or told.reason == "set when it was opened" else told.reason
        )
        because = f", because: {reason}" if reason else ""
        yield f"Instead it is {row.priority.value}: {_by(told.priority, found.eyes)}{because}."
    elif told.matrix_changed:
        yield f"It is {row.priority.value} by the desk file of then: the matrix has been changed since."


def _promise(found: Answer) -> Iterator[str]:
    row, told = found.ticket, found.why
    if told.sla.value is None:
        yield f"Nothing is promised: {told.sla.by}."
        return
    yield f"SLA {told.sla.value} holds (of {told.sla.by}), in the hours of calendar {found.standing.calendar}."
    words = [_clock(each, found.eyes) for each in row.clocks if _is_owed(each) or each.met_at is not None]
    if words:
        said = "; ".join(words)
        yield f"{said[0].upper()}{said[1:]}."
    if row.wake_at is not None and row.waiting_for is not None:
        whom = "a date" if row.waiting_for.value == "date" else f"the {row.waiting_for.value}"
        yield f"It waits for {whom} until {found.eyes.local(row.wake_at)}."


def _clock(clock: ClockRow, eyes: Eyes) -> str:
    name = f"{NAMES[clock.kind]} within {format_exact(clock.target)}"
    if clock.voided:
        return f"{name}: ended without counting"
    if clock.met_at is not None:
        late = "too late" if clock.consumed > clock.target else "in time"
        return f"{name}: met {late}, at {eyes.local(clock.met_at)}"
    if clock.due_at is not None:
        return f"{name}: due {eyes.local(clock.due_at)}"
    return f"{name}: stands still, {format_exact(clock.consumed)} consumed"


def _is_owed(clock: ClockRow) -> bool:
    return clock.kind is not ClockKind.NEXT_REPLY or clock.started_at is not None


def _stands(found: Answer) -> str:
    row, standing = found.ticket, found.standing
    because = _because(found)
    if not standing.position:
        return f"It stands in no queue: {because}."
    start = ""
    by_itself = because == reason_for(row.place.rank)
    if row.place.rank == RANK_RUNNING and standing.head_start and by_itself:
        start = f" ({row.priority.value} has a head start of {format_exact(standing.head_start)})"
    cost = ""
    if row.loss_per_hour is not None or standing.loss_per_hour is not None:
        sure = not standing.suspected and (row.loss_per_hour is None or row.loss_confirmed)
        costs = (row.loss_per_hour or Decimal(0)) + (standing.loss_per_hour or Decimal(0))
        cost = f"; an hour costs {'' if sure else '~'}{_amount(costs)} {row.currency}"
    team = f", {_nth(standing.in_team)} of {standing.of_team} of its team"
    stands = f"It stands {_nth(standing.position)} of {standing.of} open tickets that you see{team}"
    return f"{stands}, because {because}{start}{cost}."


def _because(found: Answer) -> str:
    """Of an incident, its parts: it stands where the most urgent would. Of hidden ones nothing is said."""
    row, standing = found.ticket, found.standing
    reason = reason_for(row.place.rank)
    if standing.worst is None or not standing.position or standing.worst.value > row.priority.value:
        return reason
    parts = "1 part" if standing.parts == 1 else f"{standing.parts} parts"
    return f"it stands for its {parts}, of which the worst is {standing.worst.value}: {reason.partition(': ')[2]}"


def _by(cause: Cause, eyes: Eyes) -> str:
    """`by hand of anna at 2026-11-23 12:00`."""
    who = f" by {cause.who}" if cause.who and cause.by == _NAMED else f" of {cause.who}" if cause.who else ""
    at = f" at {eyes.local(cause.at)}" if cause.at is not None else ""
    return f"{cause.by}{who}{at}"


def _nth(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _amount(amount: Decimal) -> str:
    return f"{amount:,.0f}".replace(",", " ")


# ---- for programs ---------------------------------------------------------------------------------


def _cause(cause: Cause) -> dict[str, Value]:
    return {"value": cause.value, "by": cause.by, "who": cause.who or None, "at": plain(cause.at)}


def _raised(told: Why) -> Value:
    if told.raised is None:
        return None
    return {
        "own": told.raised.own.value,
        "loss_per_hour": money(told.raised.loss_per_hour),
        "threshold": money(told.raised.threshold),
    }


def _deadline(clock: ClockRow) -> Value:
    return {
        "kind": clock.kind.value,
        "target": clock.target,
        "due_at": plain(clock.due_at),
        "at_risk_at": plain(clock.at_risk_at),
        "met_at": plain(clock.met_at),
        "voided": clock.voided,
    }


def _place(found: Answer) -> Value:
    standing = found.standing
    if not standing.position:
        return None
    return {
        "rank": found.ticket.place.rank,
        "position": standing.position,
        "of": standing.of,
        "position_in_team": standing.in_team,
        "of_team": standing.of_team,
        "head_start": standing.head_start,
        "because": _because(found),
    }
