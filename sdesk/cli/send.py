"""`mail send`: what waits in the outbox goes to the mail server, and agents are told what is to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from sdesk.cli import diagnostics, invocation
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.options import MOST
from sdesk.cli.sheet import Column, Field, Sheet
from sdesk.domain.errors import BadInput, SdeskError
from sdesk.domain.kinds import FIGURE, NUMBER

if TYPE_CHECKING:
    from sdesk.mail.outbox.notify import NotifyReport
    from sdesk.mail.outbox.send import SendReport


class Sent(NamedTuple):
    """What a run did."""

    mail: SendReport
    told: NotifyReport | None
    """None where it did not come to that."""


SENT: Sheet[Sent] = Sheet(
    fields=(
        Field("sent", lambda row: row.mail.sent, kind=NUMBER),
        Field("failed", lambda row: row.mail.failed, kind=NUMBER),
        Field("retried", lambda row: row.mail.retried, kind=NUMBER),
        Field("held", lambda row: row.mail.held, kind=NUMBER),
        Field("left", lambda row: row.mail.left, kind=NUMBER),
        Field("seconds", lambda row: row.mail.seconds, kind=FIGURE),
        Field("partly", lambda row: row.mail.partly, kind=NUMBER),
        Field("told", lambda row: row.told.told if row.told is not None else 0, kind=NUMBER),
        Field("given_up", lambda row: row.told.given_up if row.told is not None else 0, kind=NUMBER),
    ),
    columns=(
        Column("SENT", lambda row, eyes: str(row.mail.sent), right=True),
        Column("FAILED", lambda row, eyes: str(row.mail.failed), right=True),
        Column("RETRIED", lambda row, eyes: str(row.mail.retried), right=True),
        Column("HELD", lambda row, eyes: str(row.mail.held), right=True),
        Column("LEFT", lambda row, eyes: str(row.mail.left), right=True),
        Column("SECONDS", lambda row, eyes: f"{row.mail.seconds:.1f}", right=True),
        Column("TOLD", lambda row, eyes: str(row.told.told) if row.told is not None else "0", right=True),
    ),
)
"""`left` is due and was not dealt with; `partly` are those of `sent` that not everybody has; `told` are events that
agents were told of, `given_up` those that somebody is not told of any more."""


def send(
    ctx: typer.Context,
    limit: Annotated[
        int,
        typer.Option(
            "--limit", metavar="N", min=0, max=MOST, help="at most so many mails, and then agents; 0: all that are due"
        ),
    ] = 0,
) -> ExitCode:
    """Send what waits in the outbox and is due: answers, acknowledgements, what goes to suppliers; and tell agents.

    Examples:
      sdesk mail send
      sdesk mail send -o json
    """
    call = invocation.of(ctx)
    if call.config.smtp is None:
        where = call.config.file or "~/.config/sdesk/config.toml"
        raise BadInput("no mail is sent: no server for it is configured", f"add an [smtp] table to {where}")
    call.output.check(SENT)
    from sdesk.mail.outbox.line import Line
    from sdesk.mail.outbox.notify import notify_due
    from sdesk.mail.outbox.send import SendOptions, SendReport, send_due

    report = SendReport()
    told: NotifyReport | None = None
    problems: list[SdeskError] = []
    now = call.surroundings.clock
    with Line(call.config.smtp) as line:
        try:
            send_due(
                call.desk,
                call.config,
                now=now,
                options=SendOptions(most=limit),
                report=report,
                progress=diagnostics.counting("{} mails"),
                line=line,
            )
        except SdeskError as error:
            problems.append(error)
        finally:
            diagnostics.transient("")
        try:
            # Whatever became of the mail: a bell rings without the mail server.
            told = notify_due(call.desk, call.config, now=now, line=line)
        except SdeskError as error:
            problems.append(error)
    done = report.done + (told.told if told is not None else 0)
    if done or not problems:
        call.output.rows([Sent(report, told)], SENT)
    return _tell(report, told, problems)


def _tell(report: SendReport, told: NotifyReport | None, problems: list[SdeskError]) -> ExitCode:
    """Say on standard error what did not go, and choose the exit code."""
    failures = [*problems, *(told.errors if told is not None else ())]
    said: list[SdeskError] = []
    for error in failures:
        # A server that is out of reach for mail is out of reach for what agents are told by mail.
        if not any(error.what.endswith(each.what) for each in said):
            said.append(error)
            diagnostics.error(error)
    bugs = [*report.bugs, *(told.bugs if told is not None else ())]
    for bug in {f"{type(each).__name__} {each}": each for each in bugs}.values():
        diagnostics.bug(bug)
    _warn(report.failed, "will not arrive. see `sdesk mail outbox list --state failed`")
    _warn(report.partly, "did not reach everybody. see `sdesk mail outbox list`")
    given_up = told.given_up if told is not None else 0
    warn_given_up(given_up)
    done = report.sent + (told.agents if told is not None else 0)
    if said:
        return diagnostics.overall(said, done=done)
    if bugs or report.failed or report.partly or given_up:
        return ExitCode.PARTLY if done else ExitCode.FAILED
    return ExitCode.DONE


def warn_given_up(count: int) -> None:
    """Say that agents are not told of something, and never will be."""
    _warn(count, "will not arrive. see `sdesk mail outbox list --state failed`", "notification")


def _warn(count: int, what: str, noun: str = "mail") -> None:
    if count:
        diagnostics.warning(f"{count} {noun}{'' if count == 1 else 's'} {what}")
