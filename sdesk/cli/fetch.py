"""`mail fetch`: new mail from the mailboxes of the configuration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import typer

from sdesk.cli import diagnostics, invocation
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.invocation import Invocation
from sdesk.cli.options import MOST
from sdesk.cli.sheet import Column, Field, Sheet
from sdesk.domain.errors import BadInput, SdeskError
from sdesk.domain.nearest import did_you_mean

if TYPE_CHECKING:
    from sdesk.config.wire import AnyMailbox
    from sdesk.mail.inbox.fetch import FetchOptions, FetchReport

FETCHED: Sheet[FetchReport] = Sheet(
    fields=(
        Field("mailbox", lambda row: row.mailbox),
        Field("examined", lambda row: row.examined),
        Field("created", lambda row: row.created),
        Field("followed_up", lambda row: row.followed_up),
        Field("noted", lambda row: row.noted),
        Field("ignored", lambda row: row.ignored),
        Field("duplicates", lambda row: row.duplicates),
        Field("quarantined", lambda row: row.quarantined),
        Field("seconds", lambda row: round(row.seconds, 3)),
    ),
    columns=(
        Column("MAILBOX", lambda row, eyes: row.mailbox),
        Column("EXAMINED", lambda row, eyes: str(row.examined), right=True),
        Column("CREATED", lambda row, eyes: str(row.created), right=True),
        Column("FOLLOWED", lambda row, eyes: str(row.followed_up), right=True),
        Column("NOTED", lambda row, eyes: str(row.noted), right=True),
        Column("IGNORED", lambda row, eyes: str(row.ignored), right=True),
        Column("KNOWN", lambda row, eyes: str(row.duplicates), right=True),
        Column("ASIDE", lambda row, eyes: str(row.quarantined), right=True),
        Column("SECONDS", lambda row, eyes: f"{row.seconds:.1f}", right=True, spare=True),
    ),
)
"""What one mailbox gave; `examined` is the sum of the six that follow."""


@dataclass(slots=True)
class Taken:
    """What a run over several mailboxes gave."""

    reports: list[FetchReport] = field(default_factory=list)
    failures: dict[str, SdeskError] = field(default_factory=dict)
    """By the mailbox's name."""

    @property
    def code(self) -> ExitCode:
        """A mailbox out of reach among others that are not, or a message in quarantine, is work done in part."""
        code = diagnostics.overall(list(self.failures.values()), done=len(self.reports))
        if code is ExitCode.DONE and any(report.quarantined or report.skipped for report in self.reports):
            return ExitCode.PARTLY
        return code


_SAID = 20
"""Messages that are named when they could not be taken; of more their number is said."""


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
    heed_room(call)
    options = _options(call, since, max_new, flagged)
    if watch:
        from sdesk.cli.watch import watch as go_on

        return go_on(call, mailboxes, options)
    taken = take(call, mailboxes, options)
    if taken.reports or not taken.failures:
        call.output.rows(taken.reports, FETCHED)
    tell(taken)
    return taken.code


def chosen(call: Invocation, names: Sequence[str]) -> list[AnyMailbox]:
    """The mailboxes of these names, or all. BadInput with the nearest right name."""
    known = call.config.mailboxes
    for name in names:
        if name not in known:
            remedy = did_you_mean(name, known, f"configured: {', '.join(known) or 'none'}")
            raise BadInput(f"there is no mailbox `{name}`", remedy)
    return [known[name] for name in dict.fromkeys(names)] if names else list(known.values())


def heed_room(call: Invocation) -> None:
    """How much of the disk stays free, as the configuration says: whoever takes mail asks for it."""
    if call.config.keep_free is not None:
        call.desk.keep_free = call.config.keep_free


def take(call: Invocation, mailboxes: Sequence[AnyMailbox], options: FetchOptions | None = None) -> Taken:
    """Fetch one mailbox after the other; one that fails does not stop the next."""
    from sdesk.mail.inbox.fetch import fetch as fetch_mailbox

    taken = Taken()
    for mailbox in mailboxes:
        progress = diagnostics.counting(f"{mailbox.name}: {{}} messages")
        try:
            taken.reports.append(
                fetch_mailbox(call.desk, mailbox, now=call.surroundings.clock, options=options, progress=progress)
            )
        except SdeskError as error:
            taken.failures[mailbox.name] = error
        finally:
            diagnostics.transient("")
    return taken


def tell(taken: Taken) -> None:
    """Say on standard error what did not go well."""
    for name, problem in taken.failures.items():
        diagnostics.error(problem, about="" if name in problem.what else f"mailbox {name}")
    for report in taken.reports:
        tell_report(report)


def tell_report(report: FetchReport) -> None:
    """Say on standard error which messages were not taken as others are."""
    for skipped in report.skipped[:_SAID]:
        diagnostics.warning(f"{report.mailbox}: not taken, and left where it is: {skipped}")
    if len(report.skipped) > _SAID:
        diagnostics.warning(f"{report.mailbox}: {len(report.skipped)} were not taken in all")
    if report.quarantined:
        what = "message is" if report.quarantined == 1 else "messages are"
        diagnostics.warning(
            f"{report.mailbox}: {report.quarantined} {what} in quarantine. see `sdesk mail quarantine list`"
        )


def _options(call: Invocation, since: str | None, max_new: int | None, flagged: bool) -> FetchOptions:
    from sdesk.mail.inbox.fetch import FetchOptions

    usual = FetchOptions()
    return FetchOptions(
        since=call.since(since) if since is not None and since != "all" else None,
        everything=since == "all",
        max_new=usual.max_new if max_new is None else max_new,
        flagged=flagged,
    )
