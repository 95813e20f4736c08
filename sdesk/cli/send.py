"""`mail send`: what waits in the outbox goes to the mail server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sdesk.cli import diagnostics, invocation
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.options import MOST
from sdesk.cli.sheet import Column, Field, Sheet
from sdesk.domain.errors import BadInput, SdeskError

if TYPE_CHECKING:
    from sdesk.mail.outbox.send import SendReport

SENT: Sheet[SendReport] = Sheet(
    fields=(
        Field("sent", lambda row: row.sent),
        Field("failed", lambda row: row.failed),
        Field("retried", lambda row: row.retried),
        Field("held", lambda row: row.held),
        Field("left", lambda row: row.left),
        Field("seconds", lambda row: row.seconds),
    ),
    columns=(
        Column("SENT", lambda row, eyes: str(row.sent), right=True),
        Column("FAILED", lambda row, eyes: str(row.failed), right=True),
        Column("PUT OFF", lambda row, eyes: str(row.retried), right=True),
        Column("HELD", lambda row, eyes: str(row.held), right=True),
        Column("LEFT", lambda row, eyes: str(row.left), right=True),
        Column("SECONDS", lambda row, eyes: f"{row.seconds:.1f}", right=True),
    ),
)
"""What a run did; `left` is due and was not dealt with."""


def send(
    ctx: typer.Context,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=0, max=MOST, help="at most so many mails; 0: all that are due")
    ] = 0,
) -> ExitCode:
    """Send what waits in the outbox and is due: answers, acknowledgements, what goes to suppliers.

    Examples:
      sdesk mail send
      sdesk mail send -o json
    """
    call = invocation.of(ctx)
    if call.config.smtp is None:
        where = call.config.file or "~/.config/sdesk/config.toml"
        raise BadInput("no mail is sent: no server for it is configured", f"add an [smtp] table to {where}")
    call.output.check(SENT)
    from sdesk.mail.outbox.send import SendOptions, SendReport, send_due

    report = SendReport()
    problem: SdeskError | None = None
    try:
        send_due(
            call.desk,
            call.config,
            now=call.surroundings.clock,
            options=SendOptions(most=limit),
            report=report,
            progress=diagnostics.counting("{} mails"),
        )
    except SdeskError as error:
        problem = error
    finally:
        diagnostics.transient("")
    if problem is None or report.done:
        call.output.rows([report], SENT)
    if problem is not None:
        diagnostics.error(problem)
        return diagnostics.overall([problem], done=report.sent)
    if report.failed:
        what = "mail" if report.failed == 1 else "mails"
        diagnostics.warning(f"{report.failed} {what} will not arrive. see `sdesk mail outbox list --state failed`")
        return ExitCode.PARTLY if report.sent else ExitCode.FAILED
    return ExitCode.DONE
