"""`mail ledger --check`: what a mailbox has and the ledger lacks, and what in the ledger does not add up."""

from __future__ import annotations

from sdesk.cli import diagnostics
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.invocation import Invocation
from sdesk.cli.mailboxes import chosen
from sdesk.cli.sheet import Column, Field, Sheet
from sdesk.cli.wording import counted
from sdesk.domain.errors import SdeskError
from sdesk.domain.kinds import TEXT
from sdesk.store.reader.audit import Difference

DIFFERENCES: Sheet[Difference] = Sheet(
    fields=(
        Field("mailbox", lambda row: row.mailbox, kind=TEXT),
        Field("folder", lambda row: row.folder, kind=TEXT),
        Field("uid", lambda row: row.uid, kind=TEXT),
        Field("what", lambda row: row.what, kind=TEXT),
    ),
    columns=(
        Column("MAILBOX", lambda row, eyes: row.mailbox),
        Column("FOLDER", lambda row, eyes: row.folder),
        Column("UID", lambda row, eyes: row.uid, cut=True),
        Column("WHAT", lambda row, eyes: row.what, wrap=True),
    ),
)


def check_ledger(call: Invocation, name: str | None) -> ExitCode:
    """Compare each mailbox with the ledger. Rows are what differs; a line on standard error sums up each mailbox."""
    call.output.check(DIFFERENCES)
    mailboxes = chosen(call, [name] if name is not None else [])
    from sdesk.mail.inbox.ledger_check import check, check_rows
    from sdesk.store.reader.audit import Audit

    found, failures = [], dict[str, SdeskError]()
    with Audit(call.store, call.actor_or_system) as audit:
        for mailbox in mailboxes:
            try:
                found.append(check(audit, mailbox))
            except SdeskError as error:
                failures[mailbox.name] = error
        if name is None:
            # What was piped in or imported, and what came from mailboxes that are configured no more.
            known = {mailbox.name for mailbox in mailboxes}
            found += [check_rows(audit, other) for other in audit.mailboxes() if other not in known]
    call.output.rows([each for agreement in found for each in agreement.differences], DIFFERENCES)
    for agreement in found:
        rows = sum(agreement.outcomes.values())
        parts = ", ".join(f"{count} {word.replace('_', ' ')}" for word, count in sorted(agreement.outcomes.items()))
        there = f"{counted(agreement.at_source, 'message')} there: {agreement.known} in the ledger"
        there += f", {agreement.older} from before its beginning, {agreement.waiting} not fetched yet"
        total = f"{rows} in the ledger ({parts})" if rows else "none in the ledger"
        verdict = f"{len(agreement.differences)} differ" if agreement.differences else "all agrees"
        diagnostics.note(f"{agreement.mailbox}: {there}; {total}; {verdict}")
    for failed, problem in failures.items():
        diagnostics.error(problem, about="" if failed in problem.what else f"mailbox {failed}")
    code = diagnostics.overall(list(failures.values()), done=len(found))
    if any(agreement.differences for agreement in found):
        return ExitCode.FAILED
    return code
