"""`--mail`: a report goes to people by mail, through the outbox."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from sdesk.cli import output
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.invocation import Invocation
from sdesk.cli.output import Cut
from sdesk.cli.report import print_report
from sdesk.cli.sheet import Sheet, Value
from sdesk.domain.errors import BadInput

if TYPE_CHECKING:
    from sdesk.reports.page import Page

Row = TypeVar("Row")

MailTo = Annotated[
    list[str] | None,
    typer.Option(
        "--mail", metavar="ADDRESS", help="send it there instead of printing; may be repeated", show_default=False
    ),
]
"""To whom a report goes."""

MailDryRun = Annotated[bool, typer.Option("-n", "--dry-run", help="with --mail: print the mail, and send nothing")]
"""The same, and nothing is kept."""


def mail_report(call: Invocation, page: Page, to: Sequence[str], *, dry_run: bool) -> ExitCode:
    """Put a report into the outbox; it goes with the next `mail send`. Its subject names the desk and the period."""
    if call.output.asked:
        raise BadInput("--mail and -o stand together", "a mail has its own form: leave one of the two out")
    from sdesk.domain.safe_text import neutralise, one_line
    from sdesk.reports.letter import letter

    desk = call.reader.desk.name
    title = page.title if page.title.startswith(desk) else f"{desk}: {page.title}"
    made = letter(page, subject=f"{title}, {page.period}" if page.period else title)
    actor = call.actor
    from sdesk.desk.outbox.report import queue_report

    with call.desk.work(actor, call.now) as work:
        row = queue_report(work, to, subject=made.subject, text=made.text, html=made.html)
        if not dry_run:
            work.session.commit()
    if dry_run:
        output.text(f"To: {one_line(', '.join(to))}\nSubject: {one_line(made.subject)}\n\n{neutralise(made.text)}")
    else:
        output.text(f"mail {row} to {one_line(', '.join(to))} goes with the next `sdesk mail send`\n")
    return ExitCode.DONE


def answer(
    call: Invocation,
    *,
    page: Callable[[], Page],
    document: Callable[[], Mapping[str, Value]],
    rows: Callable[[], Iterable[Row]],
    sheet: Sheet[Row],
    mail: Sequence[str] | None,
    dry_run: bool,
    cut: Cut | None = None,
    left: Callable[[], int] | None = None,
) -> ExitCode:
    """What a question comes to, printed, or mailed to whom `--mail` names. Only what is wanted is made.

    BadInput for a dry run of what changes nothing anyhow.
    """
    if mail:
        return mail_report(call, page(), mail, dry_run=dry_run)
    if dry_run:
        raise BadInput("--dry-run is for --mail", "a report that is printed changes nothing")
    print_report(call.output, page=page, document=document, rows=rows, sheet=sheet, cut=cut, left=left)
    return ExitCode.DONE
