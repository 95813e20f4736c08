"""`why`: one paragraph on why a ticket has the priority, the team, the deadlines and the place that it has."""

from __future__ import annotations

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
from sdesk.domain.errors import SdeskError
from sdesk.domain.kinds import FLAG, INSTANT, MONEY, NUMBER, TEXT, Kind, many, maybe, thing, word
from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket import ClockKind, Impact, Priority
from sdesk.domain.why import Cause, Why, why
from sdesk.reports.decided import Decided, because, sentences
from sdesk.store.reader.decided import Standing
from sdesk.store.reader.rows import ClockRow, TicketRow


class Shown(NamedTuple):
    """What was found, and who reads it."""

    found: Decided
    eyes: Eyes

    @property
    def ticket(self) -> TicketRow:
        """Whose it is."""
        return self.found.ticket

    @property
    def why(self) -> Why:
        """What decided it."""
        return self.found.why

    @property
    def standing(self) -> Standing:
        """Where it stands."""
        return self.found.standing


_PARTS: dict[str, Kind] = {"value": maybe(TEXT), "by": TEXT, "who": maybe(TEXT), "at": maybe(INSTANT)}
_CAUSE = thing(_PARTS)
_RAISED = thing({"own": word(Impact), "loss_per_hour": maybe(MONEY), "threshold": maybe(MONEY)})
_DEADLINE = thing(
    {
        "kind": word(ClockKind),
        "target": NUMBER,
        "due_at": maybe(INSTANT),
        "at_risk_at": maybe(INSTANT),
        "met_at": maybe(INSTANT),
        "voided": FLAG,
    }
)
_PLACE = thing(
    {
        "rank": NUMBER,
        "position": NUMBER,
        "of": NUMBER,
        "position_in_team": NUMBER,
        "of_team": NUMBER,
        "head_start": NUMBER,
        "because": TEXT,
    }
)

SHEET: Sheet[Shown] = Sheet(
    fields=(
        Field("number", lambda found: found.ticket.number, kind=NUMBER),
        Field("ref", lambda found: found.ticket.ref, kind=TEXT),
        Field("paragraph", lambda found: _paragraph(found), kind=TEXT),
        Field("service", lambda found: _cause(found.why.service), kind=_CAUSE),
        Field("team", lambda found: _cause(found.why.team), kind=_CAUSE),
        Field("unit", lambda found: _cause(found.why.unit), kind=_CAUSE),
        Field(
            "impact",
            lambda found: {**_cause(found.why.impact), "now": found.ticket.impact.value},
            kind=thing({**_PARTS, "now": word(Impact)}),
        ),
        Field("raised", lambda found: _raised(found.why), kind=maybe(_RAISED)),
        Field("urgency", lambda found: _cause(found.why.urgency), kind=_CAUSE),
        Field(
            "priority",
            lambda found: {**_cause(found.why.priority), "reason": found.why.reason},
            kind=thing({**_PARTS, "reason": maybe(TEXT)}),
        ),
        Field("cell", lambda found: found.why.cell.value, kind=word(Priority)),
        Field(
            "sla",
            lambda found: {**_cause(found.why.sla), "calendar": found.standing.calendar},
            kind=thing({**_PARTS, "calendar": maybe(TEXT)}),
        ),
        Field("deadlines", lambda found: [_deadline(each) for each in found.ticket.clocks], kind=many(_DEADLINE)),
        Field("place", lambda found: _place(found), kind=maybe(_PLACE)),
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
    found: list[Shown] = []
    errors: list[SdeskError] = []
    for number in wanted:
        try:
            row, facts, standing = call.reader.why(call.actor, number, now=call.now)
            found.append(Shown(Decided(row, why(facts), standing), Eyes(call.zone)))
        except SdeskError as error:
            errors.append(error)
    several = len(wanted) != 1 or "-" in numbers
    output = call.output
    if output.format is Format.TABLE and output.fields is None:
        import shutil
        from textwrap import fill

        width = min(shutil.get_terminal_size((100, 24)).columns, 100)
        paragraphs = [fill(_paragraph(each), width, break_on_hyphens=False) for each in found]
        standard_output.text("".join(f"{each}\n" for each in "\n\n".join(paragraphs).splitlines()))
    elif several:
        output.rows(found, SHEET)
    elif found:
        output.one(found[0], SHEET)
    for problem in errors:
        diagnostics.error(problem)
    return diagnostics.overall(errors, done=len(found))


def _paragraph(shown: Shown) -> str:
    """All of it in sentences, on one line."""
    return one_line(" ".join(sentences(shown.found, shown.eyes.local)))


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


def _place(found: Shown) -> Value:
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
        "because": because(found.found),
    }
