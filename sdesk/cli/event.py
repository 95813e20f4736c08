"""`event`: what monitoring says of its checks becomes one ticket a check."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from sdesk.actions.grammar import path_of
from sdesk.cli import diagnostics, invocation, output
from sdesk.cli.options import DryRun
from sdesk.cli.sheet import DRY_RUN, Column, Field, Sheet
from sdesk.domain.errors import BadInput
from sdesk.domain.events import LONGEST_TEXT, SEVERITIES, Came, CheckState, find_severity, machine_event
from sdesk.domain.kinds import NUMBER, TEXT, many, maybe, word
from sdesk.domain.system_words import reason_of

if TYPE_CHECKING:
    from sdesk.desk.steps.checks import Taken

TAKEN: Sheet[Taken] = Sheet(
    fields=(
        Field("action", lambda row: row.came.value, kind=word(Came)),
        Field("ticket", lambda row: row.number, kind=maybe(NUMBER)),
        Field("ref", lambda row: row.ref, kind=maybe(TEXT)),
        Field("incident", lambda row: row.incident, kind=maybe(NUMBER)),
        Field("sentence", lambda row: str(row.sentence), kind=TEXT),
        Field("doubts", lambda row: [str(doubt) for doubt in row.doubts], kind=many(TEXT)),
        DRY_RUN,
    ),
    columns=(
        Column("ACTION", lambda row, eyes: row.came.value),
        Column("TICKET", lambda row, eyes: row.ref or ""),
        Column("WHAT", lambda row, eyes: str(row.sentence), wrap=True),
    ),
    number=lambda row: row.number,
)

Source = Annotated[
    str, typer.Option("--source", metavar="NAME", help="which system says so, as zabbix", show_default=False)
]
Key = Annotated[
    str,
    typer.Option("--key", metavar="HOST:CHECK", help="of which check: the same at each time", show_default=False),
]
Words = Annotated[
    str | None,
    typer.Option(
        "--text",
        metavar="TEXT",
        help="what it says; - reads it from standard input, @FILE from a file",
        show_default=False,
    ),
]


def down(
    ctx: typer.Context,
    source: Source,
    key: Key,
    subject: Annotated[
        str | None, typer.Option("--subject", metavar="TEXT", help="in a few words", show_default=False)
    ] = None,
    text: Words = None,
    unit: Annotated[str | None, typer.Option("--unit", metavar="KEY", help="where it is", show_default=False)] = None,
    service: Annotated[
        str | None, typer.Option("--service", metavar="KEY", help="what it is about", show_default=False)
    ] = None,
    team: Annotated[
        str | None,
        typer.Option("--team", metavar="KEY", help="who sees to it, if not the service's", show_default=False),
    ] = None,
    severity: Annotated[
        str | None,
        typer.Option("--severity", metavar="WORD", help=f"how bad: {', '.join(SEVERITIES)}", show_default=False),
    ] = None,
    tag: Annotated[
        list[str] | None, typer.Option("--tag", metavar="WORD", help="may be repeated", show_default=False)
    ] = None,
    asset: Annotated[
        str | None,
        typer.Option(
            "--asset", metavar="INVENTORY", help="the equipment, if no check of it says so", show_default=False
        ),
    ] = None,
    dry_run: DryRun = False,
) -> None:
    """Say that a check is down. The first time opens a ticket; further ones are added to it, or counted.

    A ticket that was resolved a short time ago is opened again. Without --as the desk itself does it.
    Unit and service follow from the equipment that the check watches (`sdesk asset set --check`), or that --asset
    names. A unit, service, team, tag or equipment that the desk does not know is left out, and noted in the ticket: no
    alarm is lost for a slip.

    Examples:
      sdesk event down --source zabbix --key web01:http --service website --subject "HTTP does not answer"
      sdesk event down --source nagios --key till-3:ping --unit flagship --service till --severity down --text -
      sdesk event down --source cron --key backup --subject "The backup failed" --text @/var/log/backup.log -o json
    """
    call = invocation.of(ctx)
    weight = find_severity(severity)
    doubts: list[str] = []
    if severity and weight is None:
        doubts.append(f"there is no severity `{severity}` ({', '.join(SEVERITIES)}): the service's urgency holds")
    words = _words(text, doubts)
    event = machine_event(source, key, CheckState.DOWN, subject=subject or "", text=words, severity=weight)
    call.output.check(TAKEN)
    actor = call.actor_or_system
    from sdesk.desk.events import take_event

    with call.desk.work(actor, call.now) as work:
        taken = take_event(
            work, event, unit=unit, service=service, team=team, tags=tuple(tag or ()), asset=asset, doubts=doubts
        )
        if not dry_run:
            work.session.commit()
    _tell(call, taken, dry_run=dry_run)


def up(ctx: typer.Context, source: Source, key: Key, text: Words = None, dry_run: DryRun = False) -> None:
    """Say that a check is up again. Its ticket is resolved silently; where an agent has it in hand, it is noted there.

    A check that was not down is left as it is.

    Examples:
      sdesk event up --source zabbix --key web01:http
      sdesk event up --source nagios --key till-3:ping --text "PING OK" -o json
    """
    call = invocation.of(ctx)
    doubts: list[str] = []
    event = machine_event(source, key, CheckState.UP, text=_words(text, doubts))
    call.output.check(TAKEN)
    actor = call.actor_or_system
    from sdesk.desk.events import take_event

    with call.desk.work(actor, call.now) as work:
        taken = take_event(work, event, doubts=doubts)
        if not dry_run:
            work.session.commit()
    _tell(call, taken, dry_run=dry_run)


def _words(value: str | None, doubts: list[str]) -> str:
    """What the check says: a machine's empty text, bytes of any kind, or a file that is not there are no mistake that
    an alarm is lost for.
    """
    if value == "-":
        # Four bytes make the longest letter; of what comes after nothing would be kept.
        return sys.stdin.buffer.read(4 * LONGEST_TEXT).decode("utf-8", "replace")
    if value is not None and value.startswith("@"):
        try:
            with path_of(value[1:]).open("rb") as file:
                return file.read(4 * LONGEST_TEXT).decode("utf-8-sig", "replace")
        except OSError as error:
            doubts.append(f"the text file {value[1:]} cannot be read ({reason_of(error)}): left out")
            return ""
        except BadInput as error:
            doubts.append(f"{error.what}: the text is left out")
            return ""
    return value or ""


def _tell(call: invocation.Invocation, taken: Taken, *, dry_run: bool) -> None:
    if dry_run and taken.came is Came.OPENED and call.output.asked and call.output.format is output.Format.IDS:
        pass  # no ticket has the number that it would get
    elif call.output.asked:
        call.output.one(taken, TAKEN)
    else:
        from sdesk.domain.safe_text import one_line

        output.sentences(f"{'dry run: ' if dry_run else ''}{one_line(taken.sentence)}\n")
    for doubt in taken.doubts:
        diagnostics.warning(doubt)
