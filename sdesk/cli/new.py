"""`new`: a ticket made by hand."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from sdesk.cli import changing, invocation
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.form import Fields, answers
from sdesk.cli.invocation import Invocation
from sdesk.cli.options import DryRun, Text, an_option, one_of
from sdesk.cli.text_input import Written, wanted
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import BadInput, NotFound
from sdesk.domain.ticket import Channel, Impact, Priority, Urgency

if TYPE_CHECKING:
    from sdesk.actions.perform import TicketOutcome


def new(
    ctx: typer.Context,
    subject: Annotated[
        str | None, an_option("--subject", "TEXT", "in a few words; in the editor: the first line")
    ] = None,
    text: Text = None,
    requester: Annotated[str | None, an_option("--requester", "WHO", "an address, or 'Name <address>'")] = None,
    service: Annotated[str | None, an_option("--service", "KEY", "what it is about")] = None,
    unit: Annotated[str | None, an_option("--unit", "KEY", "where it is")] = None,
    team: Annotated[str | None, an_option("--team", "KEY", "who answers")] = None,
    assignee: Annotated[str | None, an_option("--assignee", "LOGIN", "who does it")] = None,
    impact: Annotated[str | None, an_option("--impact", "WORD", ", ".join(Impact))] = None,
    urgency: Annotated[str | None, an_option("--urgency", "WORD", ", ".join(Urgency))] = None,
    priority: Annotated[str | None, an_option("--priority", "P1..P5", "by hand, over impact and urgency")] = None,
    tag: Annotated[list[str] | None, an_option("--tag", "WORD", "may be repeated")] = None,
    asset: Annotated[list[str] | None, an_option("--asset", "INVENTORY", "equipment; may be repeated")] = None,
    channel: Annotated[str, typer.Option("--channel", metavar="WORD", help=", ".join(Channel))] = Channel.CLI.value,
    external_id: Annotated[str | None, an_option("--external-id", "ID", "its name in another system")] = None,
    field: Fields = None,
    dry_run: DryRun = False,
) -> ExitCode:
    """Create a ticket. In JSON the answer is the ticket whole, as `show` prints it.

    Unit and service that are not named are those of the equipment.

    Examples:
      sdesk new --subject "Till is dead" --text "Nothing on the screen" --requester irina@example.org --service till
      sdesk new --subject "Till is dead" --text @report.txt --unit flagship --channel phone
      sdesk new --subject "Till is dead" --text - --service till --field model=55F --field photo=@till.jpg < report.txt
      sdesk new --asset T-0031 --subject "The till does not print"
      number=$(sdesk new --subject "Disk full" --text - -o ids < report.txt)
    """
    call = invocation.of(ctx)
    values: dict[str, object] = {
        "requester": requester,
        "service": service,
        "unit": unit,
        "team": team,
        "assignee": assignee,
        "impact": one_of("--impact", impact, Impact),
        "urgency": one_of("--urgency", urgency, Urgency),
        "priority": one_of("--priority", priority.upper() if priority else None, Priority),
        "tags": tuple(tag) if tag else None,
        "assets": tuple(asset) if asset else None,
        "channel": one_of("--channel", channel, Channel),
        "external_id": external_id,
        "form": answers(field),
    }
    actor = call.actor
    if _wants_whole(call):
        from sdesk.cli.json_ticket import WHOLE  # a sixtieth of the time that the command takes

        call.output.check(WHOLE)
    subject, written = _subject_and_text(subject, text)
    values |= {"subject": subject, "text": written.text}
    from sdesk.actions.perform import create

    kept = True
    try:
        given = {name: value for name, value in values.items() if value is not None}
        outcome = create(call.desk, actor, given, now=call.now, dry_run=dry_run)
        kept = dry_run
        return _tell(call, outcome, dry_run=dry_run)
    finally:
        if kept:
            written.keep()
        else:
            written.done()


def _subject_and_text(subject: str | None, text: str | None) -> tuple[str, Written]:
    if subject is not None and not subject.strip():
        raise BadInput("the subject is empty", "write one after --subject")
    if subject is None and (text is not None or not sys.stdin.isatty()):
        raise BadInput("the subject is missing", "give --subject TEXT")
    facts = "" if subject is not None else "The first line is the subject, the rest is the text."
    written = wanted(text, facts=facts)
    if subject is not None:
        return subject, written
    first, _, rest = written.text.partition("\n")
    return first.strip(), Written(rest.strip("\n") or first.strip(), written.file)


def _wants_whole(call: Invocation) -> bool:
    """Whether the ticket is to be printed, not only its number or that it was opened."""
    from sdesk.cli.output import Format

    return call.output.fields is not None or (call.output.asked and call.output.format is not Format.IDS)


def _tell(call: Invocation, outcome: TicketOutcome, *, dry_run: bool) -> ExitCode:
    if dry_run or not _wants_whole(call):
        return changing.tell(call, [outcome], dry_run=dry_run, opens=True)
    from sdesk.cli.show import print_one

    try:
        found = call.reader.ticket(call.actor, outcome.number, now=call.now)
    except NotFound:
        # It went to a team behind a wall: who wrote all that is in it may read it this once.
        found = call.reader.ticket(SYSTEM, outcome.number, now=call.now)
    print_one(call, found)
    return ExitCode.DONE
