"""What is done about messages in quarantine: handle them again, or give them up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from sdesk.cli import diagnostics, invocation, output
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.invocation import Invocation
from sdesk.cli.options import MOST, DryRun, NoQuestion
from sdesk.cli.question import ask_first
from sdesk.cli.sheet import DRY_RUN, Column, Field, Sheet
from sdesk.cli.wording import counted
from sdesk.domain.errors import BadInput
from sdesk.domain.kinds import NUMBER, TEXT, maybe, word
from sdesk.domain.ledger import Outcome

if TYPE_CHECKING:
    from sdesk.mail.inbox.quarantine import Retried

Ids = Annotated[
    list[int] | None,
    typer.Argument(metavar="[ID]...", min=0, max=MOST, help="of `sdesk mail quarantine list`", show_default=False),
]

DEALT_WITH: Sheet[Retried] = Sheet(
    fields=(
        Field("id", lambda row: row.id, kind=NUMBER),
        Field(
            "outcome", lambda row: None if row.receipt is None else row.receipt.outcome.value, kind=maybe(word(Outcome))
        ),
        Field("number", lambda row: None if row.receipt is None else row.receipt.number, kind=maybe(NUMBER)),
        Field("reason", lambda row: None if row.receipt is None else row.receipt.reason, kind=maybe(TEXT)),
        Field("error", lambda row: None if row.error is None else str(row.error), kind=maybe(TEXT)),
        DRY_RUN,
    ),
    columns=(
        Column("ID", lambda row, eyes: str(row.id), right=True),
        Column("OUTCOME", lambda row, eyes: "" if row.receipt is None else row.receipt.outcome.value),
        Column("TICKET", lambda row, eyes: _number(row), right=True),
        Column("WHY", lambda row, eyes: row.receipt.reason if row.receipt else str(row.error), cut=True),
    ),
    number=lambda row: row.receipt.number if row.receipt else None,
)
"""What became of each."""


def retry(
    ctx: typer.Context,
    ids: Ids = None,
    everything: Annotated[bool, typer.Option("--all", help="all that are there")] = False,
    dry_run: DryRun = False,
) -> ExitCode:
    """Handle messages of the quarantine again, as of when they came; what fails again stays there.

    Examples:
      sdesk mail quarantine retry 3
      sdesk mail quarantine retry --all --dry-run
    """
    call = invocation.of(ctx)
    if bool(ids) == everything:
        raise BadInput("name messages, or --all", "see `sdesk mail quarantine list`")
    call.output.check(DEALT_WITH)
    numbers = [row.id for row in call.reader.quarantine(call.actor_or_system)] if everything else ids or []
    _may_see(call, numbers)
    from sdesk.mail.inbox.quarantine import retry as handle_again

    actor = call.actor_or_system
    return _tell(call, handle_again(call.desk, actor, call.config.mailboxes, numbers, now=call.now, dry_run=dry_run))


def discard(ctx: typer.Context, ids: Ids = None, yes: NoQuestion = False, dry_run: DryRun = False) -> ExitCode:
    """Give messages of the quarantine up: they become nothing, and stay in the ledger with their raw bytes.

    Examples:
      sdesk mail quarantine discard 3
    """
    call = invocation.of(ctx)
    if not ids:
        raise BadInput("name messages", "see `sdesk mail quarantine list`")
    call.output.check(DEALT_WITH)
    _may_see(call, ids)
    what = f"message {ids[0]}" if len(ids) == 1 else counted(len(ids), "message")
    if not dry_run:
        ask_first(f"discard {what}?", yes=yes, keeps=True)
    from sdesk.mail.inbox.quarantine import discard as give_up

    return _tell(call, give_up(call.desk, call.actor_or_system, ids, now=call.now, dry_run=dry_run))


def _may_see(call: Invocation, ids: Sequence[int]) -> None:
    """NotFound for what stands behind a wall, as for what is missing: nobody knows yet whose these messages are."""
    for number in ids:
        call.reader.quarantined(call.actor_or_system, number)


def _tell(call: Invocation, done: Sequence[Retried]) -> ExitCode:
    call.output.rows(done, DEALT_WITH)
    errors = [each.error for each in done if each.error is not None]
    for error in errors:
        diagnostics.error(error)
    output.flush()
    return diagnostics.overall(errors, done=len(done) - len(errors))


def _number(row: Retried) -> str:
    return "" if row.receipt is None or row.receipt.number is None else str(row.receipt.number)
