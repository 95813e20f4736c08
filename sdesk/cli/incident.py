"""`incident`: what looks like one incident, and the incidents that are open."""

from __future__ import annotations

from typing import Annotated

import typer

from sdesk.cli import invocation
from sdesk.cli import output as standard_output
from sdesk.cli.changing import SHEET, tell
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.options import MOST, DryRun
from sdesk.cli.sheet import Column, Field, Sheet
from sdesk.domain.kinds import INSTANT, MONEY, NUMBER, TEXT, many, maybe
from sdesk.store.reader.detail_rows import IncidentRow

Proposal = Annotated[
    int, typer.Argument(metavar="PROPOSAL", min=1, max=MOST, help="its number in `incident list`", show_default=False)
]

INCIDENTS: Sheet[IncidentRow] = Sheet(
    fields=(
        Field(
            "kind",
            lambda row: "incident" if row.proposal is None else "proposal",
            kind={"type": "string", "enum": ["incident", "proposal"]},
        ),
        Field("proposal", lambda row: row.proposal, kind=maybe(NUMBER)),
        Field("number", lambda row: row.number, kind=maybe(NUMBER)),
        Field("ref", lambda row: row.ref, kind=TEXT),
        Field("subject", lambda row: row.subject, kind=TEXT),
        Field("service", lambda row: row.service, kind=TEXT),
        Field("team", lambda row: row.team, kind=TEXT),
        Field("since", lambda row: row.since, kind=INSTANT),
        Field("tickets", lambda row: list(row.tickets), lambda row: ",".join(map(str, row.tickets)), kind=many(NUMBER)),
        Field("units", lambda row: row.units, kind=NUMBER),
        Field(
            "loss_per_hour",
            lambda row: None if row.loss_per_hour is None else str(row.loss_per_hour),
            kind=maybe(MONEY),
        ),
        Field("command", lambda row: row.command, kind=TEXT),
    ),
    columns=(
        Column("ID", lambda row, eyes: row.ref or f"? {row.proposal}"),
        Column("SERVICE", lambda row, eyes: row.service),
        Column("SINCE", lambda row, eyes: eyes.local(row.since)),
        Column("TICKETS", lambda row, eyes: str(len(row.tickets)), right=True),
        Column("UNITS", lambda row, eyes: str(row.units), right=True),
        Column(
            "LOSS/H",
            lambda row, eyes: "" if row.loss_per_hour is None else f"{row.loss_per_hour:,.0f}".replace(",", " "),
            right=True,
        ),
        Column("WHAT", lambda row, eyes: row.command or row.subject, wrap=True),
    ),
    number=lambda row: row.number,
)


def incident_list(ctx: typer.Context) -> None:
    """Print what looks like one incident, each with the command that makes it one, and the incidents that are open.

    Several tickets of one service within a short time (`[incidents]` in the desk file) are proposed.

    Examples:
      sdesk incident list
      sdesk incident list -o json
    """
    call = invocation.of(ctx)
    call.output.rows(call.reader.incidents(call.actor), INCIDENTS)


def accept(ctx: typer.Context, proposal: Proposal, dry_run: DryRun = False) -> ExitCode:
    """Make one incident of a proposal's tickets: the oldest becomes it, the others are part of it.

    Examples:
      sdesk incident accept 3
    """
    call = invocation.of(ctx)
    call.output.check(SHEET)
    actor = call.actor
    from sdesk.actions.perform import perform_once
    from sdesk.desk.incident import accept as use_case

    outcomes = perform_once(
        call.desk, actor, "incident accept", lambda work: use_case(work, proposal), now=call.now, dry_run=dry_run
    )
    return tell(call, outcomes, dry_run=dry_run)


def decline(ctx: typer.Context, proposal: Proposal, dry_run: DryRun = False) -> None:
    """Say that a proposal's tickets are no incident: these are not proposed again.

    Examples:
      sdesk incident decline 3
    """
    call = invocation.of(ctx)
    actor = call.actor
    from sdesk.desk.incident import decline as use_case

    with call.desk.work(actor, call.now) as work:
        done = use_case(work, proposal)
        if not dry_run:
            work.session.commit()
    standard_output.text(f"{'dry run: ' if dry_run else ''}{done}\n")
