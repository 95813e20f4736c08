"""What all changing verbs share: one action upon several tickets, or one use case; its outcomes told, its exit code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from sdesk.cli import diagnostics, output
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.invocation import Invocation
from sdesk.cli.sheet import DRY_RUN, Column, Field, Sheet
from sdesk.domain.kinds import FLAG, NUMBER, TEXT, maybe

if TYPE_CHECKING:
    from sdesk.actions.perform import TicketOutcome
    from sdesk.actions.personal import Kept
    from sdesk.desk.opening import Work


class Told(Protocol):
    """What a use case gives that is about no ticket: a sentence for the person who did it."""

    @property
    def sentence(self) -> str: ...


Done = TypeVar("Done", bound=Told)

SHEET: Sheet[TicketOutcome] = Sheet(
    fields=(
        Field("number", lambda row: row.number, kind=NUMBER),
        Field("ref", lambda row: row.ref, kind=TEXT),
        Field("changed", lambda row: row.changed, kind=FLAG),
        Field("sentence", lambda row: row.sentence, kind=TEXT),
        Field("error", lambda row: None if row.error is None else str(row.error), kind=maybe(TEXT)),
        Field("warning", lambda row: row.warning or None, kind=maybe(TEXT)),
        DRY_RUN,
    ),
    columns=(
        Column("TICKET", lambda row, eyes: row.ref),
        Column("CHANGED", lambda row, eyes: "yes" if row.changed else "no"),
        Column("WHAT", lambda row, eyes: row.sentence if row.error is None else str(row.error), wrap=True),
    ),
    number=lambda row: row.number if row.error is None else None,
)


def change(
    call: Invocation,
    action: str,
    numbers: Sequence[int],
    values: Mapping[str, object],
    *,
    dry_run: bool,
    versions: Mapping[int, int] | None = None,
    batch: str | None = None,
    words: Kept | None = None,
) -> tuple[TicketOutcome, ...]:
    """Do one action of the registry upon tickets, a transaction each. What has one `batch` is undone at once.

    `words`: where those of the action were kept until now.
    """
    call.output.check(SHEET)
    if not numbers:
        return ()
    # The agent first: the read side answers in milliseconds, the write side takes half a second to load.
    actor = call.actor
    from sdesk.actions.perform import perform

    outcomes = perform(
        call.desk,
        actor,
        action,
        numbers,
        values,
        now=call.now,
        dry_run=dry_run,
        versions=versions,
        batch=batch,
        words=words,
    )
    return _named(call, outcomes)


def change_at_once(
    call: Invocation,
    verb: str,
    numbers: Sequence[int],
    steps: Sequence[tuple[str, Mapping[str, object]]],
    *,
    dry_run: bool,
) -> tuple[TicketOutcome, ...]:
    """Do several actions of the registry, with their values, upon tickets: all of them or none, a transaction a ticket.

    Undo knows them as one `verb`; one action alone keeps its own name.
    """
    call.output.check(SHEET)
    if not numbers:
        return ()
    actor = call.actor
    from sdesk.actions.perform import perform_all

    if len(steps) == 1:
        ((verb, _),) = steps
    return _named(call, perform_all(call.desk, actor, verb, numbers, steps, now=call.now, dry_run=dry_run))


def _named(call: Invocation, outcomes: Sequence[TicketOutcome]) -> tuple[TicketOutcome, ...]:
    """A failure knows only the number; a person reads SD-123."""
    prefix = call.reader.desk.ref_prefix
    return tuple(replace(one, ref=f"{prefix}-{one.number}") if one.error is not None else one for one in outcomes)


def tell(call: Invocation, outcomes: Sequence[TicketOutcome], *, dry_run: bool, opens: bool = False) -> ExitCode:
    """Say what became of each ticket: a sentence each, or rows where a format was asked for.

    `opens`: these are new tickets. Where that was only tried, `-o ids` names none: no ticket has the number.
    """
    if call.output.asked:
        if not (opens and dry_run and call.output.format is output.Format.IDS):
            call.output.rows(outcomes, SHEET)
    else:
        from sdesk.domain.safe_text import one_line

        before = "dry run: " if dry_run else ""
        for outcome in outcomes:
            if outcome.error is None:
                output.sentences(f"{before}{one_line(outcome.sentence)}\n")
    errors = []
    for outcome in outcomes:
        if outcome.warning:
            diagnostics.warning(f"{outcome.ref}: {outcome.warning}")
        if outcome.error is not None:
            errors.append(outcome.error)
            named = len(outcomes) == 1 or outcome.ref in outcome.error.what
            diagnostics.error(outcome.error, about="" if named else outcome.ref)
    return diagnostics.overall(errors, done=len(outcomes) - len(errors))


def alter(call: Invocation, sheet: Sheet[Done], use_case: Callable[[Work], Done], *, dry_run: bool) -> Done:
    """Do one use case in one transaction, and say what came of it: its sentence, or the format that was asked for."""
    call.output.check(sheet)
    with call.desk.work(call.actor, call.now) as work:
        done = use_case(work)
        if not dry_run:
            work.session.commit()
    if call.output.asked:
        call.output.one(done, sheet)
    else:
        output.text(f"{'dry run: ' if dry_run else ''}{done.sentence}\n")
    return done
