"""What every import of tickets shares: lines in batches, each bad one named with its number, counts at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from sdesk.cli import diagnostics, output
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.import_source import RawLine
from sdesk.cli.invocation import Invocation
from sdesk.cli.sheet import DRY_RUN, Column, Field, Sheet
from sdesk.domain.errors import BadInput, SdeskError, StoreLocked
from sdesk.domain.kinds import NUMBER

if TYPE_CHECKING:
    from sdesk.domain.ticket_line import TicketLine

Outcomes = TypeVar("Outcomes")
Convert = Callable[[Mapping[str, object]], Mapping[str, object]]
"""From a line as it stands to the fields of a ticket. Raises BadInput."""


@dataclass(slots=True)
class Imported:
    """How many lines there were, and what became of them."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    nameless: int = 0
    """Created without an external id: another import would create them again."""
    first_error: SdeskError | None = None
    whys: Counter[str] = field(default_factory=Counter)
    """How many lines failed for each reason; at most `MOST_WHYS` reasons."""

    @property
    def code(self) -> ExitCode:
        """All failed is the first error's code, some is in part."""
        if self.first_error is None:
            return ExitCode.DONE
        return ExitCode.PARTLY if self.failed < self.read else diagnostics.code_of(self.first_error)

    @property
    def sentence(self) -> str:
        """The counts, for a person."""
        lines = f"{self.read} line{'' if self.read == 1 else 's'} read"
        return (
            f"{lines}: {self.created} created, {self.updated} updated, {self.unchanged} unchanged, {self.failed} failed"
        )


MOST_WHYS = 50
TRIES = 12
"""Of a batch where the store is held by others, five seconds each."""
SHEET: Sheet[Imported] = Sheet(
    fields=(
        Field("read", lambda row: row.read, kind=NUMBER),
        Field("created", lambda row: row.created, kind=NUMBER),
        Field("updated", lambda row: row.updated, kind=NUMBER),
        Field("unchanged", lambda row: row.unchanged, kind=NUMBER),
        Field("failed", lambda row: row.failed, kind=NUMBER),
        DRY_RUN,
    ),
    columns=(
        Column("READ", lambda row, eyes: str(row.read), right=True),
        Column("CREATED", lambda row, eyes: str(row.created), right=True),
        Column("UPDATED", lambda row, eyes: str(row.updated), right=True),
        Column("UNCHANGED", lambda row, eyes: str(row.unchanged), right=True),
        Column("FAILED", lambda row, eyes: str(row.failed), right=True),
    ),
)


def import_all(
    call: Invocation, lines: Iterable[RawLine], convert: Convert, *, dry_run: bool, notify: bool = False
) -> Imported:
    """Import every line, a batch at a time; what is wrong with a line is said at once, and counted.

    What was imported is kept whatever befalls a later batch: importing the same again goes on from there.
    """
    # The agent first: the read side answers in milliseconds, the write side takes half a second to load.
    actor, now = call.actor, call.now
    from sdesk.desk.imports.batch import import_lines

    done = Imported()
    progress = diagnostics.counting("{} lines")
    try:
        for batch in _batches(call, lines, convert, done):
            take = partial(
                import_lines, call.desk, actor, [line for _, line in batch], now=now, dry_run=dry_run, notify=notify
            )
            outcomes = _patiently(take)
            for (number, line), outcome in zip(batch, outcomes, strict=True):
                if outcome.error is not None:
                    _fail(done, number, outcome.error)
                    continue
                setattr(done, outcome.came, getattr(done, outcome.came) + 1)
                if outcome.came == "created" and line.external_id is None:
                    done.nameless += 1
            if progress is not None:
                progress(done.read)
    finally:
        diagnostics.transient("")
    return done


def _patiently(take: Callable[[], Outcomes]) -> Outcomes:
    """A batch, tried again while another process holds the store: nobody waits for an import as for a keystroke."""
    for _ in range(TRIES - 1):
        try:
            return take()
        except StoreLocked:
            continue
    return take()


def _batches(
    call: Invocation, lines: Iterable[RawLine], convert: Convert, done: Imported
) -> Iterator[list[tuple[int, TicketLine]]]:
    from sdesk.desk.imports.batch import BATCH, BATCH_CHARACTERS
    from sdesk.domain.ticket_line import read_line

    now, zone = call.now, call.zone
    batch: list[tuple[int, TicketLine]] = []
    size = 0
    for raw in lines:
        done.read += 1
        try:
            if raw.error is not None:
                raise raw.error
            line = read_line(convert(raw.fields), now=now, zone=zone)
        except SdeskError as error:
            _fail(done, raw.number, error)
            continue
        batch.append((raw.number, line))
        size += len(line.text or "") + sum(len(message.text) for message in line.messages or ())
        if len(batch) >= BATCH or size >= BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _fail(done: Imported, number: int, error: SdeskError) -> None:
    done.failed += 1
    done.first_error = done.first_error or error
    if error.what in done.whys or len(done.whys) < MOST_WHYS:
        done.whys[error.what] += 1
    diagnostics.transient("")
    diagnostics.error(error, about=f"line {number}")


def tell(call: Invocation, done: Imported, *, dry_run: bool) -> ExitCode:
    """Say what came of it; the exit code."""
    if call.output.asked:
        call.output.one(done, SHEET)
    else:
        output.text(f"{'dry run: ' if dry_run else ''}{done.sentence}\n")
    if done.nameless:
        diagnostics.warning(
            f"{done.nameless} of the tickets have no external_id: the same lines imported again are new tickets again"
        )
    return done.code


def renaming(written: Iterable[str]) -> dict[str, str]:
    """`--map COLUMN=FIELD`, by column; nothing behind the `=` leaves the column out. BadInput."""
    from sdesk.domain.ticket_line import FIELDS, unknown_field

    found: dict[str, str] = {}
    for each in written:
        column, equals, name = (part.strip() for part in each.rpartition("="))
        if not equals or not column:
            raise BadInput(f"--map wants COLUMN=FIELD, not `{each}`", "as --map 'Ticket#=external_id'")
        if name and name not in FIELDS:
            raise unknown_field(name)
        found[column] = name
    return found


def field_of(column: str, renamed: Mapping[str, str]) -> str:
    """Which field a column is; empty where it is left out."""
    if column in renamed:
        return renamed[column]
    return column.strip().lower().replace(" ", "_").replace("-", "_")


def require_fields(columns: Iterable[str], renamed: Mapping[str, str]) -> None:
    """BadInput for a column that is no field: once for all rows, before anything is done."""
    from sdesk.domain.ticket_line import FIELDS, unknown_field

    known = tuple(columns)
    for column in renamed:
        if known and column not in known:
            raise BadInput(f"--map names `{column}`, and there is no such column", f"columns: {', '.join(known)}")
    for column in known:
        name = field_of(column, renamed)
        if name and name not in FIELDS:
            error = unknown_field(column)
            raise BadInput(f"the column `{column}` is no field", error.remedy)


def by_columns(renamed: Mapping[str, str]) -> Convert:
    """Fields by the names of columns."""
    if not renamed:

        def as_they_are(fields: Mapping[str, object]) -> Mapping[str, object]:
            return {field_of(column, {}): value for column, value in fields.items()}

        return as_they_are

    def convert(fields: Mapping[str, object]) -> Mapping[str, object]:
        return {name: value for column, value in fields.items() if (name := field_of(column, renamed))}

    return convert
