"""What people do with mail of the outbox: try it again, let it go, or see that it never goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from sdesk.cli import diagnostics, invocation, output
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.invocation import Invocation
from sdesk.cli.options import MOST, DryRun, NoQuestion
from sdesk.cli.question import ask_first
from sdesk.cli.sheet import DRY_RUN, Column, Field, Sheet
from sdesk.domain.errors import BadInput, SdeskError
from sdesk.domain.kinds import FLAG, NUMBER, TEXT, maybe

if TYPE_CHECKING:
    from sdesk.desk.opening import Work
    from sdesk.domain.outgoing import OutboxState


class Changed(NamedTuple):
    """What became of one mail."""

    id: int
    sentence: str
    error: SdeskError | None


CHANGED: Sheet[Changed] = Sheet(
    fields=(
        Field("id", lambda row: row.id, kind=NUMBER),
        Field("changed", lambda row: row.error is None, kind=FLAG),
        Field("sentence", lambda row: row.sentence, kind=TEXT),
        Field("error", lambda row: None if row.error is None else str(row.error), kind=maybe(TEXT)),
        DRY_RUN,
    ),
    columns=(
        Column("ID", lambda row, eyes: str(row.id), right=True),
        Column("CHANGED", lambda row, eyes: "yes" if row.error is None else "no"),
        Column("WHAT", lambda row, eyes: row.sentence if row.error is None else str(row.error), cut=True),
    ),
    number=lambda row: row.id if row.error is None else None,
)

Mails = Annotated[
    list[int] | None,
    typer.Argument(metavar="[ID]...", min=0, max=MOST, help="of `sdesk mail outbox list`", show_default=False),
]


def outbox_retry(
    ctx: typer.Context,
    mails: Mails = None,
    failed: Annotated[bool, typer.Option("--failed", help="all that failed")] = False,
    dry_run: DryRun = False,
) -> ExitCode:
    """Try mails again that failed or wait for their next try: they go with the next `sdesk mail send`.

    One that some of its recipients were refused goes to those alone.

    Examples:
      sdesk mail outbox retry 7 8
      sdesk mail outbox retry --failed --dry-run
    """
    from sdesk.desk.outbox.by_hand import retry
    from sdesk.domain.outgoing import OutboxState

    call = invocation.of(ctx)
    wanted = _wanted(call, mails, "--failed", OutboxState.FAILED if failed else None)
    return _each(call, wanted, retry, "goes with the next `sdesk mail send`", dry_run=dry_run)


def outbox_release(
    ctx: typer.Context,
    mails: Mails = None,
    everything: Annotated[bool, typer.Option("--all", help="all that are held")] = False,
    dry_run: DryRun = False,
) -> ExitCode:
    """Let mails go that are held since a restore.

    Examples:
      sdesk mail outbox release 7
      sdesk mail outbox release --all
    """
    from sdesk.desk.outbox.by_hand import release
    from sdesk.domain.outgoing import OutboxState

    call = invocation.of(ctx)
    wanted = _wanted(call, mails, "--all", OutboxState.HELD if everything else None)
    return _each(call, wanted, release, "is released", dry_run=dry_run)


def outbox_discard(
    ctx: typer.Context, mails: Mails = None, yes: NoQuestion = False, dry_run: DryRun = False
) -> ExitCode:
    """See that mails never go; they stay in the store, and the history says who did it.

    Examples:
      sdesk mail outbox discard 7 --yes
    """
    from sdesk.desk.outbox.by_hand import discard

    call = invocation.of(ctx)
    wanted = _wanted(call, mails, "", None)
    many = "this mail" if len(wanted) == 1 else f"these {len(wanted)} mails"
    if not dry_run:
        ask_first(f"shall {many} never go?", yes=yes, keeps=True)
    return _each(call, wanted, discard, "never goes", dry_run=dry_run)


def _wanted(call: Invocation, mails: Sequence[int] | None, option: str, state: OutboxState | None) -> list[int]:
    """The mails that are named, or all of a state. BadInput where neither is said, or both."""
    call.output.check(CHANGED)
    if mails and state is not None:
        raise BadInput(f"{option} stands beside numbers", "give one of the two")
    if state is not None:
        actor = call.actor_or_system
        from sdesk.desk.outbox.by_hand import of_state

        with call.desk.work(actor, call.now) as work:
            return list(of_state(work, state))
    if not mails:
        raise BadInput("no mail is named", f"give numbers{f', or {option}' if option else ''}")
    return list(dict.fromkeys(mails))


def _each(
    call: Invocation, mails: Sequence[int], use_case: Callable[[Work, int], None], done: str, *, dry_run: bool
) -> ExitCode:
    """One transaction for each mail; every outcome is said."""
    actor = call.actor_or_system
    if not mails and not call.output.asked:
        output.text("nothing to do: no mail is in that state\n")
        return ExitCode.DONE
    outcomes = []
    for mail in mails:
        try:
            with call.desk.work(actor, call.now) as work:
                use_case(work, mail)
                if not dry_run:
                    work.session.commit()
            outcomes.append(Changed(mail, f"mail {mail} {done}", None))
        except SdeskError as error:
            outcomes.append(Changed(mail, "", error))
    if call.output.asked:
        call.output.rows(outcomes, CHANGED)
    else:
        before = "dry run: " if dry_run else ""
        output.text("".join(f"{before}{each.sentence}\n" for each in outcomes if each.error is None))
    errors = [each.error for each in outcomes if each.error is not None]
    for problem in errors:
        diagnostics.error(problem)
    return diagnostics.overall(errors, done=len(outcomes) - len(errors))
