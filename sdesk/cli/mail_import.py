"""`mail import`: old archives become tickets of the past."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer

from sdesk.cli import diagnostics, invocation
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.fetched import FETCHED, tell_report
from sdesk.cli.mailboxes import MailboxName, named
from sdesk.cli.options import DryRun


def import_mail(
    ctx: typer.Context,
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="SOURCE...", help="an mbox, a Maildir, a folder of .eml files, or one such file", show_default=False
        ),
    ],
    team: Annotated[
        str | None, typer.Option("--team", metavar="TEAM", help="whose the tickets are", show_default=False)
    ] = None,
    mailbox: MailboxName = None,
    stay_open: Annotated[
        bool, typer.Option("--open", help="leave the tickets open; without it they are closed")
    ] = False,
    dry_run: DryRun = False,
) -> ExitCode:
    """Import mail of an archive as tickets, at its own dates. Nothing is acknowledged, and nobody is told.

    Threads are put together whatever the order in the archive. What was imported before is left alone.

    Examples:
      sdesk mail import ~/old/support.mbox --team it --dry-run
      sdesk mail import ~/Maildir ~/exported-mails --mailbox support
      sdesk mail import last-week.mbox --team it --open -o json
    """
    call = invocation.of(ctx)
    call.output.check(FETCHED)
    where = named(call, mailbox, "import")
    where = replace(where, team=team) if team else where
    from sdesk.mail.inbox.importing import import_archive

    progress = _progress()
    try:
        report = import_archive(
            call.desk, where, sources, now=call.now, stay_open=stay_open, dry_run=dry_run, progress=progress
        )
    finally:
        diagnostics.transient("")
    call.output.rows([report], FETCHED)
    tell_report(report)
    return ExitCode.PARTLY if report.quarantined or report.skipped else ExitCode.DONE


def _progress() -> Callable[[int, int], None]:
    """A line that counts, at most ten times a second, where somebody looks."""
    if not diagnostics.on_terminal():
        return lambda done, total: None
    shown = monotonic()

    def show(done: int, total: int) -> None:
        nonlocal shown
        at = monotonic()
        if at - shown > 0.1:
            shown = at
            diagnostics.transient(f"sdesk: {done} of {total} messages" if total else f"sdesk: {done} messages found")

    return show
