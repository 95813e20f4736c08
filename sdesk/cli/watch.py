"""`mail fetch --watch`: goes on until somebody ends it, and says what it takes as it takes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sdesk.cli import diagnostics, output
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.ending import until_ended
from sdesk.cli.fetched import FETCHED, tell_report
from sdesk.cli.invocation import Invocation
from sdesk.cli.output import Format
from sdesk.domain.errors import BadInput, SdeskError

if TYPE_CHECKING:
    from sdesk.config.wire import AnyMailbox
    from sdesk.mail.inbox.report import FetchOptions, FetchReport

_WORDS = ("created", "followed_up", "noted", "ignored", "duplicates", "quarantined")


def watch(call: Invocation, mailboxes: Sequence[AnyMailbox], options: FetchOptions) -> ExitCode:
    """Watch mailboxes until SIGTERM (exit code 0) or Ctrl+C (130): a line for each fetch that took something."""
    lines = call.output.asked
    if lines and call.output.format is not Format.JSONL:
        raise BadInput(f"-o {call.output.format} has no end to wait for", "with --watch take -o jsonl, or none")
    if options.flagged:
        raise BadInput("--flagged is for a fetch that ends", "leave --watch or --flagged out")
    from sdesk.mail.inbox.health import Health
    from sdesk.mail.inbox.watch import Watch

    def took(report: FetchReport) -> None:
        if lines:
            call.output.rows([report], FETCHED)
        else:
            done = [f"{getattr(report, word)} {word.replace('_', ' ')}" for word in _WORDS if getattr(report, word)]
            at = call.output.eyes.local(call.surroundings.clock())
            output.text(f"{at} {report.mailbox}: {', '.join(done) or 'nothing could be taken'}\n")
        output.flush()
        tell_report(report)

    def failing(mailbox: str, error: SdeskError) -> None:
        remedy = f"{error.remedy}; it is tried again by itself" if error.remedy else "it is tried again by itself"
        diagnostics.error(SdeskError(error.what, remedy), about="" if mailbox in error.what else f"mailbox {mailbox}")

    def well(mailbox: str) -> None:
        diagnostics.note(f"mailbox {mailbox}: well again")

    watching = Watch(
        call.desk,
        mailboxes,
        now=call.surroundings.clock,
        options=options,
        took=took,
        health=Health(failing, well),
    )
    with until_ended(watching.stop) as ending:
        watching.run()
    return ending.code
