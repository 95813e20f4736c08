"""What fetches gave, as rows and as sentences: of `mail fetch`, once or watching, of `mail import` and of `tick`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sdesk.cli import diagnostics
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.sheet import Column, Field, Sheet
from sdesk.domain.errors import SdeskError
from sdesk.domain.kinds import FIGURE, NUMBER, TEXT

if TYPE_CHECKING:
    from sdesk.mail.inbox.report import FetchReport

FETCHED: Sheet[FetchReport] = Sheet(
    fields=(
        Field("mailbox", lambda row: row.mailbox, kind=TEXT),
        Field("examined", lambda row: row.examined, kind=NUMBER),
        Field("created", lambda row: row.created, kind=NUMBER),
        Field("followed_up", lambda row: row.followed_up, kind=NUMBER),
        Field("noted", lambda row: row.noted, kind=NUMBER),
        Field("ignored", lambda row: row.ignored, kind=NUMBER),
        Field("duplicates", lambda row: row.duplicates, kind=NUMBER),
        Field("quarantined", lambda row: row.quarantined, kind=NUMBER),
        Field("seconds", lambda row: round(row.seconds, 3), kind=FIGURE),
    ),
    columns=(
        Column("MAILBOX", lambda row, eyes: row.mailbox),
        Column("EXAMINED", lambda row, eyes: str(row.examined), right=True),
        Column("CREATED", lambda row, eyes: str(row.created), right=True),
        Column("FOLLOWED UP", lambda row, eyes: str(row.followed_up), right=True),
        Column("NOTED", lambda row, eyes: str(row.noted), right=True),
        Column("IGNORED", lambda row, eyes: str(row.ignored), right=True),
        Column("DUPLICATES", lambda row, eyes: str(row.duplicates), right=True),
        Column("QUARANTINED", lambda row, eyes: str(row.quarantined), right=True),
        Column("SECONDS", lambda row, eyes: f"{row.seconds:.1f}", right=True, spare=True),
    ),
)
"""What one mailbox gave; `examined` is the sum of the six that follow."""

_SAID = 20
"""Messages that are named when they could not be taken; of more their number is said."""


@dataclass(slots=True)
class Fetched:
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


def tell(taken: Fetched) -> None:
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
