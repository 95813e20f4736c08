"""`tick`: all that time brings, once a minute from cron."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sdesk.cli import diagnostics, invocation, output
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.fetched import Fetched, tell
from sdesk.cli.send import warn_given_up
from sdesk.domain.errors import SdeskError, Unavailable
from sdesk.domain.system_words import reason_of

if TYPE_CHECKING:
    from datetime import datetime

    from sdesk.mail.tick import TickReport


def tick(
    ctx: typer.Context,
    quiet: Annotated[bool, typer.Option("--quiet", help="say nothing but news: for cron")] = False,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="say on standard error what became of each message")
    ] = False,
    log_file: Annotated[
        Path | None,
        typer.Option("--log-file", metavar="FILE", help="add that to a file: message ids and ticket numbers alone"),
    ] = None,
) -> ExitCode:
    """Fetch and send mail, tell agents, watch promises, wake tickets, open recurring ones. Safe to overlap and to kill.

    Examples:
      sdesk tick
      * * * * * sdesk tick --quiet
      sdesk init --cron
    """
    call = invocation.of(ctx)
    from sdesk.mail.tick import tick as run

    report = run(call.desk, call.config, now=call.surroundings.clock)
    if verbose:
        for line in report.log:
            diagnostics.note(line)
    for sentence in report.recovered:
        diagnostics.note(sentence)
    _tell_failures(report, quiet=quiet)
    tell(Fetched(reports=report.fetched))
    warn_given_up(report.given_up)
    if not quiet:
        _tell_all(report)
    if log_file is not None:
        _write(log_file, call.surroundings.clock(), report)
    return _code(report)


def _tell_failures(report: TickReport, *, quiet: bool) -> None:
    for failure in report.failures:
        if quiet and not failure.news:
            continue
        if isinstance(failure.error, SdeskError):
            about = "" if failure.place in failure.error.what else failure.place
            if failure.times > 1:
                about = f"{failure.place} ({failure.times} times in a row)"
            diagnostics.error(failure.error, about=about)
        else:
            diagnostics.bug(failure.error)


def _tell_all(report: TickReport) -> None:
    for fetched in report.fetched:
        counts = {
            "created": fetched.created,
            "followed up": fetched.followed_up,
            "noted": fetched.noted,
            "ignored": fetched.ignored,
            "duplicates": fetched.duplicates,
            "quarantined": fetched.quarantined,
        }
        done = "".join(f", {count} {what}" for what, count in counts.items() if count)
        output.text(f"{fetched.mailbox}: {fetched.examined} examined{done}\n")
    for name in report.busy:
        output.text(f"{name}: left to another tick that is at it\n")
    if report.swept is not None:
        swept = report.swept
        told = f"{swept.woken} woken, {swept.stale} gone stale, {swept.closed} closed for good"
        asked = f", {swept.reminded} approvals asked for again" if swept.reminded else ""
        output.text(f"tickets: {told}, {swept.alerts} at risk or past a promise{asked}\n")
    if report.asked:
        output.text(f"satisfaction: {report.asked} asked\n")
    if report.recurring:
        output.text(f"recurring: {report.recurring} opened\n")
    if report.steps:
        output.text(f"playbooks: {report.steps} opened\n")
    if report.sent is not None:
        output.text(f"mail: {report.sent.sent} sent, {report.sent.retried} put off, {report.sent.failed} failed\n")
    if report.notified is not None:
        output.text(f"agents: {report.notified.agents} told of {report.notified.told} events\n")


def _write(file: Path, now: datetime, report: TickReport) -> None:
    """Add to the log. A file that cannot be written is said, and harms nothing."""
    from sdesk.domain.instant import to_rfc3339

    lines = [
        *report.log,
        *(f"{each.place} failed: {type(each.error).__name__}" for each in report.failures),
        *(f"{name}: another tick is at it" for name in report.busy),
    ]
    if not lines:
        return
    try:
        with file.open("a", encoding="utf-8") as stream:
            stream.writelines(f"{to_rfc3339(now)} {line}\n" for line in lines)
    except OSError as error:
        diagnostics.warning(f"the log {file} cannot be written: {reason_of(error)}")


def _code(report: TickReport) -> ExitCode:
    errors = [each.error for each in report.failures if isinstance(each.error, SdeskError)]
    if len(errors) < len(report.failures):
        return ExitCode.FAILED
    in_quarantine = any(each.quarantined or each.skipped for each in report.fetched)
    if not errors and (in_quarantine or report.given_up):
        return ExitCode.PARTLY
    if any(isinstance(each.error, Unavailable) and each.place == "disk" for each in report.failures):
        # Whatever else went: mail is not taken.
        return ExitCode.STORE
    return diagnostics.overall(errors, done=report.done)
