"""Rows of tickets: list, next, history."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, NamedTuple

import typer

from sdesk.cli import diagnostics, invocation
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.json_ticket import FIELDS as TICKET_FIELDS
from sdesk.cli.json_ticket import event
from sdesk.cli.numbers import ticket_numbers
from sdesk.cli.options import DryRun, Limit, Numbers, cut_of, of_an_option, one_of
from sdesk.cli.output import Format
from sdesk.cli.sheet import Column, Field, Sheet
from sdesk.domain.duration import format_duration, format_working
from sdesk.domain.errors import SdeskError
from sdesk.domain.filters import Filter, Sort, Words
from sdesk.domain.kinds import ANYTHING, FLAG, INSTANT, NUMBER, TEXT
from sdesk.domain.ticket import SlaState, WaitingFor
from sdesk.store.reader.detail_rows import HistoryRow
from sdesk.store.reader.rows import TicketRow

MARKS: dict[SlaState, str] = {
    SlaState.BREACHED: "!!",
    SlaState.STALE: "!!",
    SlaState.AT_RISK: "!",
    SlaState.WAITING: "||",
    SlaState.ON_TRACK: "",
    SlaState.NONE: "-",
}
"""The state of a ticket's promises in two letters, so that colour says nothing that they do not."""

_STYLES: dict[SlaState, str] = {
    SlaState.BREACHED: "bold red",
    SlaState.AT_RISK: "yellow",
    SlaState.WAITING: "dim",
    SlaState.STALE: "dim",
}


def due(row: TicketRow) -> str:
    """The working time left until the next deadline."""
    return "" if row.due_in is None else format_working(row.due_in)


def loss(row: TicketRow) -> str:
    """What an hour costs; `~` where nobody has confirmed it."""
    if row.loss_per_hour is None:
        return ""
    return f"{'' if row.loss_confirmed else '~'}{row.loss_per_hour:,.0f}".replace(",", " ")


def _status(row: TicketRow) -> str:
    """Where it stands; of what waits for an approval that too, since no agent can do anything about it."""
    return f"{row.status.value} (approval)" if row.waiting_for is WaitingFor.APPROVAL else row.status.value


def _urgency_style(row: TicketRow) -> str:
    return _STYLES.get(row.sla_state, "")


QUEUE: Sheet[TicketRow] = Sheet(
    fields=TICKET_FIELDS,
    columns=(
        Column("SLA", lambda row, eyes: MARKS[row.sla_state], _urgency_style, right=True),
        Column("DUE", lambda row, eyes: due(row), _urgency_style, right=True),
        Column("ID", lambda row, eyes: row.ref),
        Column("PR", lambda row, eyes: row.priority.value),
        Column("SUBJECT", lambda row, eyes: row.subject, cut=True),
        Column("STATUS", lambda row, eyes: _status(row)),
        Column("TEAM", lambda row, eyes: row.team),
        Column("ASSIGNEE", lambda row, eyes: row.assignee or "-"),
        Column("REQUESTER", lambda row, eyes: row.requester_name or row.requester_email or "", cut=True),
        Column("UNIT", lambda row, eyes: row.unit_name or "", cut=True, optional=True),
        Column("LOSS/H", lambda row, eyes: loss(row), right=True, optional=True),
    ),
    number=lambda row: row.number,
)
"""A ticket in a list."""


class Event(NamedTuple):
    """An event, with the ticket that it befell."""

    number: int
    ref: str
    row: HistoryRow


HISTORY: Sheet[Event] = Sheet(
    fields=(
        Field("number", lambda found: found.number, kind=NUMBER),
        Field("id", lambda found: found.row.id, kind=NUMBER),
        Field("at", lambda found: found.row.at, kind=INSTANT),
        Field("actor", lambda found: found.row.actor, kind=TEXT),
        Field("event", lambda found: found.row.event, kind=TEXT),
        Field("data", lambda found: event(found.row)["data"], kind=ANYTHING),
        Field("undone", lambda found: found.row.undone, kind=FLAG),
    ),
    columns=(
        Column("TICKET", lambda found, eyes: found.ref),
        Column("AT", lambda found, eyes: eyes.local(found.row.at)),
        Column("WHO", lambda found, eyes: found.row.actor),
        Column("WHAT", lambda found, eyes: found.row.event),
        Column("HOW", lambda found, eyes: event_words(found.row), wrap=True),
    ),
    number=lambda found: found.number,
)
"""What happened to tickets."""


def event_words(row: HistoryRow) -> str:
    """The data of an event, for eyes."""
    parts = []
    if "new" in row.data:
        parts.append(f"{_word(row.data.get('old'))} -> {_word(row.data['new'])}")
    for key, value in row.data.items():
        if key not in ("old", "new", "events") and value is not None and not isinstance(value, dict):
            parts.append(f"{key.replace('_', ' ')}: {_word(value)}" if key != "seconds" else format_duration(value))
    if row.undone:
        parts.append("undone since")
    return ", ".join(parts)


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value is None else str(value)


_NUMBER = re.compile(r"(?:[^\W\d_]+-)?(\d+)")
"""What may be a ticket's number, as it is written in a letter: `508`, `SD-508`."""


def list_tickets(
    ctx: typer.Context,
    filter_words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILTER]...", help="words, field:value, not:...; see `sdesk help filters`"),
    ] = None,
    team: Annotated[
        str | None, typer.Option("--team", metavar="KEY", help="of one team; mine: of yours", show_default=False)
    ] = None,
    view: Annotated[
        str | None, typer.Option("--view", metavar="NAME", help="of `sdesk view list`; words narrow it further")
    ] = None,
    limit: Limit = 50,
    sort: Annotated[
        str | None, typer.Option("--sort", metavar="ORDER", help="sla (most urgent first), loss, priority or age")
    ] = None,
    reverse: Annotated[bool, typer.Option("-r", "--reverse", help="from the other end")] = False,
) -> None:
    """Print tickets, most urgent first. Without status: those that are new, open or waiting.

    Examples:
      sdesk list
      sdesk list --sort loss
      sdesk list team:it assignee:none
      sdesk list --view tills assignee:none
      sdesk list is:breached priority:P1..P2 -o json
      sdesk list assignee:me --fields number,subject,due_at
      sdesk list unit:flagship till -o ids
    """
    call = invocation.of(ctx)
    actor = call.actor
    order = Sort(one_of("--sort", sort, Sort) or Sort.SLA)
    wanted = call.filter([*(filter_words or ()), *([f"team:{team}"] if team else ())])
    if view is not None:
        from sdesk.domain.views import find

        with of_an_option():
            named = find(view, (*call.reader.standing_views(actor), *call.reader.views(actor)))
        wanted = call.filter_text(named.words).also(wanted)
        order = named.sort if sort is None else order
    wanted = wanted._replace(sort=order, reverse=reverse)
    call.output.limited(
        lambda most: _or_hint(call.reader.walk(actor, wanted, now=call.now, limit=most), wanted),
        QUEUE,
        cut_of(ctx, limit),
        left=lambda: call.reader.count(actor, wanted, now=call.now) - limit,
    )


def _or_hint(rows: Iterable[TicketRow], wanted: Filter) -> Iterator[TicketRow]:
    """The rows. Where there are none, and a word that was sought may be a ticket's number, how one is named."""
    none = True
    for row in rows:
        none = False
        yield row
    if not none:
        return
    for term in wanted.terms:
        if isinstance(term, Words) and not term.negated and (found := _NUMBER.fullmatch(term.text)):
            diagnostics.note(
                f"nothing has the word {term.text}; the ticket of that number: `sdesk show {found[1]}`,"
                f" or number:{found[1]} in a filter"
            )
            return


def next_ticket(
    ctx: typer.Context,
    take: Annotated[bool, typer.Option("--take", help="make it yours; of several who ask, each gets another")] = False,
    dry_run: DryRun = False,
) -> None:
    """Print the most urgent ticket of your teams that nobody has, or --take it. Without one, print nothing.

    Examples:
      sdesk next
      sdesk next --take
      number=$(sdesk next --take -o ids)
    """
    call = invocation.of(ctx)
    actor = call.actor
    call.output.check(QUEUE)
    row = call.reader.next_ticket(actor, now=call.now)
    if take and row is not None:
        row = _taken(call, dry_run=dry_run)
    # Nothing is printed without one, so that a script can ask whether there is output; but JSON must stay JSON.
    if row is not None or call.output.format is Format.JSON:
        call.output.rows([] if row is None else [row], QUEUE)


def _taken(call: invocation.Invocation, *, dry_run: bool) -> TicketRow | None:
    """Whichever is the next by the time that nobody else can take it, as it stands then."""
    from sdesk.actions.perform import take_next

    outcome = take_next(call.desk, call.actor, now=call.now, dry_run=dry_run)
    if outcome is None:
        return None
    if outcome.warning:
        diagnostics.warning(f"{outcome.ref}: {outcome.warning}")
    if diagnostics.on_terminal():
        diagnostics.note(f"{'dry run: ' if dry_run else ''}{outcome.sentence}")
    return call.reader.rows(call.actor, [outcome.number], now=call.now).get(outcome.number)


def history(ctx: typer.Context, numbers: Numbers) -> ExitCode:
    """Print what happened to tickets, oldest first.

    Examples:
      sdesk history 123
      sdesk history 123 -o json
    """
    call = invocation.of(ctx)
    events: list[Event] = []
    errors: list[SdeskError] = []
    found = ticket_numbers(call, numbers)
    prefix = call.reader.desk.ref_prefix
    for number in found:
        try:
            events += [Event(number, f"{prefix}-{number}", row) for row in call.reader.history(call.actor, number)]
        except SdeskError as error:
            errors.append(error)
    if len(errors) < len(found) or not found:
        call.output.rows(events, HISTORY)
    for problem in errors:
        diagnostics.error(problem)
    return diagnostics.overall(errors, done=len(found) - len(errors))
