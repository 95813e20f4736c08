"""`show`: tickets whole, for eyes and for programs."""

from __future__ import annotations

from typing import Annotated

import typer

from sdesk.cli import diagnostics, invocation
from sdesk.cli import output as standard_output
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.invocation import Invocation
from sdesk.cli.json_ticket import WHOLE
from sdesk.cli.numbers import one_ticket, ticket_numbers
from sdesk.cli.options import MOST, Numbers
from sdesk.cli.output import Format
from sdesk.cli.queue import QUEUE
from sdesk.domain.errors import SdeskError
from sdesk.store.reader.detail_rows import TicketDetail


def show(
    ctx: typer.Context,
    numbers: Numbers,
    raw: Annotated[
        int | None,
        typer.Option(
            "--raw",
            metavar="MESSAGE",
            min=0,
            max=MOST,
            help="the bytes of one message as they came",
            show_default=False,
        ),
    ] = None,
    quoted: Annotated[bool, typer.Option("--quoted", help="unfold what the messages quote")] = False,
    history: Annotated[bool, typer.Option("--history", help="what happened to it, too")] = False,
) -> ExitCode:
    """Print tickets whole: facts, promises, conversation. In JSON: one object, or an array for several numbers.

    Examples:
      sdesk show 123
      sdesk show SD-123 SD-124 -o json
      sdesk show 123 --raw 5 > message.eml
    """
    call = invocation.of(ctx)
    if raw is not None:
        standard_output.raw(call.reader.raw(call.actor, one_ticket(call, numbers, "--raw"), raw))
        return ExitCode.DONE
    wanted = ticket_numbers(call, numbers)
    found: list[TicketDetail] = []
    errors: list[SdeskError] = []
    for number in wanted:
        try:
            found.append(call.reader.ticket(call.actor, number, now=call.now))
        except SdeskError as error:
            errors.append(error)
    several = len(wanted) != 1 or "-" in numbers
    if found or several:
        _print(call, found, several=several, quoted=quoted, history=history)
    for problem in errors:
        diagnostics.error(problem)
    return diagnostics.overall(errors, done=len(found))


def print_one(call: Invocation, found: TicketDetail) -> None:
    """One ticket, as `show` prints it."""
    _print(call, [found], several=False, quoted=False, history=False)


def _print(call: Invocation, found: list[TicketDetail], *, several: bool, quoted: bool, history: bool) -> None:
    output = call.output
    if output.format is Format.JSON and not several:
        output.one(found[0], WHOLE)
    elif output.fields is not None or output.format in (Format.JSON, Format.JSONL):
        output.rows(found, WHOLE)
    elif output.asked and output.format is not Format.TABLE:
        output.rows([detail.ticket for detail in found], QUEUE)
    else:
        from sdesk.cli.page import Page

        page = Page(output.eyes, call.now, output.colored, quoted, history, standard_output.width())
        texts = ["".join(f"{line}\n" for line in page.lines(detail)) for detail in found]
        standard_output.text("\n".join(texts))
