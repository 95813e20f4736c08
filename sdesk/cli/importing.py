"""What every import of tickets shares: lines in batches, each bad one named with its number, counts at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, TypeVar

import typer

from sdesk.cli import diagnostics, output
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.import_source import RawLine
from sdesk.cli.invocation import Invocation
from sdesk.cli.sheet import DRY_RUN, Column, Field, Sheet
from sdesk.cli.wording import counted
from sdesk.domain.errors import BadInput, SdeskError, StoreLocked
from sdesk.domain.kinds import NUMBER
from sdesk.domain.safe_text import one_line

if TYPE_CHECKING:
    from sdesk.domain.ticket_line import TicketLine
    from sdesk.store.said import Said

Outcomes = TypeVar("Outcomes")
Convert = Callable[[Mapping[str, object]], Mapping[str, object]]
"""From a line as it stands to the fields of a ticket. Raises BadInput."""

_Bad = tuple[int, str, SdeskError]
"""A line by its place and its name, and what is wrong with it."""


PlanTo = Annotated[
    Path | None,
    typer.Option("--plan", metavar="MAPPING", help="write what was found, to be decided", show_default=False),
]
ApplyFrom = Annotated[
    Path | None, typer.Option("--apply", metavar="MAPPING", help="import as this file says", show_default=False)
]


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
    messages: int = 0
    """That came with what was created and updated."""
    files: int = 0
    """Of those messages."""
    noun: str = "line"
    """What was read."""
    first_error: SdeskError | None = None
    whys: Counter[str] = field(default_factory=Counter)
    """How many lines failed for each reason; at most `MOST_WHYS` reasons."""
    left: Counter[str] = field(default_factory=Counter)
    """What of the lines that came did not come, by what it is."""

    @property
    def code(self) -> ExitCode:
        """All failed is the first error's code, some is in part."""
        if self.first_error is None:
            return ExitCode.DONE
        return ExitCode.PARTLY if self.failed < self.read else diagnostics.code_of(self.first_error)

    @property
    def sentence(self) -> str:
        """The counts, for a person."""
        lines = f"{self.read} {self.noun}{'' if self.read == 1 else 's'} read"
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


class ReadLine(NamedTuple):
    """A line that was read: a ticket, or what is wrong with it."""

    name: str
    """How it is called where something is wrong with it: `line 4`."""
    line: TicketLine | None
    error: SdeskError | None = None


def import_all(
    call: Invocation,
    lines: Iterable[RawLine],
    convert: Convert,
    *,
    dry_run: bool,
    notify: bool = False,
    moved: bool = False,
) -> Imported:
    """Import every line, a batch at a time; what is wrong with a line is said in the order of the lines, and counted.

    What was imported is kept whatever befalls a later batch: importing the same again goes on from there. What `moved`
    in from another desk is outside the figures of promises.
    """
    # The agent first: the read side answers in milliseconds, the write side takes half a second to load.
    _ = call.actor
    return import_read(call, _read(call, lines, convert), Imported(), dry_run=dry_run, notify=notify, moved=moved)


def import_read(
    call: Invocation,
    lines: Iterable[ReadLine],
    done: Imported,
    *,
    dry_run: bool,
    notify: bool = False,
    moved: bool = False,
) -> Imported:
    """The same of lines that were read; counts into `done`, and gives it."""
    actor, now = call.actor, call.now
    from sdesk.desk.imports.batch import import_lines

    # Of a dry run alone nothing is left in the store for a later batch to find.
    tried: set[str] | None = set() if dry_run else None
    waiting: list[_Bad] = []
    progress = diagnostics.counting(f"{{}} {done.noun}s")
    try:
        for batch in _batches(lines, done, waiting):
            take = partial(
                import_lines,
                call.desk,
                actor,
                [line for _, _, line in batch],
                now=now,
                dry_run=dry_run,
                notify=notify,
                moved=moved,
                tried=tried,
            )
            outcomes = _patiently(take)
            for (place, name, line), outcome in zip(batch, outcomes, strict=True):
                if outcome.error is not None:
                    waiting.append((place, name, outcome.error))
                    continue
                setattr(done, outcome.came, getattr(done, outcome.came) + 1)
                done.messages += outcome.messages
                done.files += outcome.files
                done.nameless += outcome.came == "created" and line.external_id is None
            _fail_all(done, waiting)
            if progress is not None:
                progress(done.read)
    finally:
        diagnostics.transient("")
        _fail_all(done, waiting)
    return done


def _patiently(take: Callable[[], Outcomes]) -> Outcomes:
    """A batch, tried again while another process holds the store: nobody waits for an import as for a keystroke."""
    for _ in range(TRIES - 1):
        try:
            return take()
        except StoreLocked:
            continue
    return take()


def _read(call: Invocation, lines: Iterable[RawLine], convert: Convert) -> Iterator[ReadLine]:
    from sdesk.domain.ticket_line import read_line

    now, zone = call.now, call.zone
    for raw in lines:
        name = f"line {raw.number}"
        try:
            if raw.error is not None:
                raise raw.error
            line = read_line(convert(raw.fields), now=now, zone=zone)
        except SdeskError as error:
            yield ReadLine(name, None, error)
            continue
        yield ReadLine(name, line)


def _batches(
    lines: Iterable[ReadLine], done: Imported, waiting: list[_Bad]
) -> Iterator[list[tuple[int, str, TicketLine]]]:
    """Good lines, with their places and names. A bad one is said at once, or where good ones stand before it, of which
    nobody knows yet, put among those `waiting`.
    """
    from sdesk.desk.imports.batch import BATCH, BATCH_CHARACTERS
    from sdesk.store.said import Said

    batch: list[tuple[int, str, TicketLine]] = []
    size = 0
    with closing(Said()) as said:
        for name, line, error in lines:
            done.read += 1
            if line is not None and _contradicts(line, said):
                error = BadInput(
                    f"`{one_line(line.external_id or '')}` stood on a line before, which says something else",
                    "leave one of them out",
                )
                line = None
            if line is None:
                assert error is not None
                waiting.append((done.read, name, error))
                if not batch:
                    _fail_all(done, waiting)
            else:
                batch.append((done.read, name, line))
                size += len(line.text or "") + sum(message.weight for message in line.messages or ())
            if len(batch) + len(waiting) >= BATCH or size >= BATCH_CHARACTERS:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch


def _contradicts(line: TicketLine, said: Said) -> bool:
    """Whether a line before it says something else of the same ticket: both would be done anew at each import."""
    return line.external_id is not None and said.differs(line.external_id, f"{line.digest} {line.origin}")


def _fail_all(done: Imported, waiting: list[_Bad]) -> None:
    """Say what is wrong with lines, in their order."""
    for _, name, error in sorted(waiting, key=lambda bad: bad[0]):
        _fail(done, name, error)
    waiting.clear()


def _fail(done: Imported, name: str, error: SdeskError) -> None:
    done.failed += 1
    done.first_error = done.first_error or error
    if error.what in done.whys or len(done.whys) < MOST_WHYS:
        done.whys[error.what] += 1
    diagnostics.transient("")
    diagnostics.error(error, about=name)


def tell(call: Invocation, done: Imported, *, dry_run: bool, sheet: Sheet[Imported] = SHEET) -> ExitCode:
    """Say what came of it; the exit code."""
    if call.output.asked:
        call.output.one(done, sheet)
    else:
        output.text(f"{'dry run: ' if dry_run else ''}{done.sentence}\n")
    if done.nameless:
        diagnostics.warning(
            f"{counted(done.nameless, 'ticket')} without external_id: the same lines imported again make new tickets"
        )
    return done.code


def tell_whys(done: Imported) -> None:
    """How many were not imported for each reason, the most frequent first."""
    for why, count in done.whys.most_common():
        diagnostics.note(f"{count} not imported: {why}")
    others = done.failed - sum(done.whys.values())
    if others:
        diagnostics.note(f"{others} not imported: for other reasons, each named above")


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
        if column in found:
            raise BadInput(f"--map names `{column}` twice", "say once what it is")
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
    _as_fields(known, renamed)
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

    def convert(fields: Mapping[str, object]) -> Mapping[str, object]:
        return {name: fields[column] for name, column in _as_fields(fields, renamed).items()}

    return convert


def _as_fields(columns: Iterable[str], renamed: Mapping[str, str]) -> dict[str, str]:
    """The column of each field. BadInput where two are one field: what stands in one of them would be lost."""
    found: dict[str, str] = {}
    for column in columns:
        name = field_of(column, renamed)
        if name in found:
            raise BadInput(
                f"`{found[name]}` and `{column}` are both `{name}`", f"leave one of them out: --map '{column}='"
            )
        if name:
            found[name] = column
    return found
