"""`mail fetch`: new mail from the mailboxes of the configuration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from sdesk.cli import diagnostics, invocation
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.fetched import FETCHED, Fetched, tell
from sdesk.cli.invocation import Invocation
from sdesk.cli.mailboxes import chosen
from sdesk.cli.options import MOST
from sdesk.domain.errors import BadInput, SdeskError

if TYPE_CHECKING:
    from sdesk.config.wire import AnyMailbox
    from sdesk.mail.inbox.report import FetchOptions


def fetch(
    ctx: typer.Context,
    mailbox: Annotated[
        list[str] | None, typer.Argument(metavar="[MAILBOX]...", help="names in the configuration; else all of them")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="WHEN",
            help="all, or a date: older mail too than the day the mailbox was set up",
            show_default=False,
        ),
    ] = None,
    max_new: Annotated[
        int | None,
        typer.Option(
            "--max-new",
            metavar="N",
            min=0,
            max=MOST,
            help="stop a first fetch that finds more; 0: no limit",
            show_default=False,
        ),
    ] = None,
    flagged: Annotated[bool, typer.Option("--flagged", help="only what people have flagged")] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="go on, and take what comes as it comes, until interrupted")
    ] = False,
) -> ExitCode:
    """Take new mail from the mailboxes: each message becomes a ticket, or finds its own.

    Examples:
      sdesk mail fetch
      sdesk mail fetch support
      sdesk mail fetch --since all --max-new 0 -o json
      sdesk mail fetch --watch
    """
    call = invocation.of(ctx)
    mailboxes = chosen(call, mailbox or [])
    if not mailboxes:
        where = call.config.file or "~/.config/sdesk/config.toml"
        raise BadInput("no mailbox is configured", f"add a [mailboxes.NAME] table to {where}")
    call.output.check(FETCHED)
    options = _options(call, since, max_new, flagged)
    if watch:
        from sdesk.cli.watch import watch as go_on

        return go_on(call, mailboxes, options)
    fetched = take(call, mailboxes, options)
    if fetched.reports or not fetched.failures:
        call.output.rows(fetched.reports, FETCHED)
    tell(fetched)
    return fetched.code


def take(call: Invocation, mailboxes: Sequence[AnyMailbox], options: FetchOptions | None = None) -> Fetched:
    """Fetch one mailbox after the other; one that fails does not stop the next."""
    from sdesk.mail.inbox.fetch import fetch as fetch_mailbox

    fetched = Fetched()
    for mailbox in mailboxes:
        progress = diagnostics.counting(f"{mailbox.name}: {{}} messages")
        try:
            fetched.reports.append(
                fetch_mailbox(call.desk, mailbox, now=call.surroundings.clock, options=options, progress=progress)
            )
        except SdeskError as error:
            fetched.failures[mailbox.name] = error
        finally:
            diagnostics.transient("")
    return fetched


def _options(call: Invocation, since: str | None, max_new: int | None, flagged: bool) -> FetchOptions:
    from sdesk.mail.inbox.report import FetchOptions

    usual = FetchOptions()
    return FetchOptions(
        since=call.since(since) if since is not None and since != "all" else None,
        everything=since == "all",
        max_new=usual.max_new if max_new is None else max_new,
        flagged=flagged,
    )
