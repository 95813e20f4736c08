"""`asset import` and `asset export`: equipment from a table and into one."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from sdesk.cli import diagnostics, invocation, output
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.import_source import RawLine, encoding_of, format_of, opened, source_of
from sdesk.cli.invocation import Invocation
from sdesk.cli.options import DryRun
from sdesk.cli.sheet import DRY_RUN, Column, Field, Sheet
from sdesk.cli.ticket_import import Encoding, FileName, FormatName
from sdesk.domain.errors import BadInput, SdeskError, StoreLocked
from sdesk.domain.kinds import NUMBER

if TYPE_CHECKING:
    from sdesk.cli.sheet import Value
    from sdesk.desk.imports.assets import AssetOutcome, Tried
    from sdesk.domain.asset_line import AssetLine
    from sdesk.store.reader.assets import AssetRow
    from sdesk.store.said import Said

TRIES = 12
"""Of a batch where the store is held by others, five seconds each."""
FORMATS = ("csv", "jsonl", "csv-safe")
"""How lines are written."""


@dataclass(slots=True)
class ImportedAssets:
    """How many lines there were, and what became of them."""

    read: int = 0
    added: int = 0
    changed: int = 0
    same: int = 0
    bad: int = 0
    first_error: SdeskError | None = None

    @property
    def code(self) -> ExitCode:
        """All bad is the first error's code, some is in part."""
        if self.first_error is None:
            return ExitCode.DONE
        return ExitCode.PARTLY if self.bad < self.read else diagnostics.code_of(self.first_error)

    @property
    def sentence(self) -> str:
        """The counts, for a person."""
        lines = f"{self.read} line{'' if self.read == 1 else 's'} read"
        return f"{lines}: {self.added} added, {self.changed} changed, {self.same} the same, {self.bad} bad"


IMPORTED: Sheet[ImportedAssets] = Sheet(
    fields=(
        Field("read", lambda row: row.read, kind=NUMBER),
        Field("added", lambda row: row.added, kind=NUMBER),
        Field("changed", lambda row: row.changed, kind=NUMBER),
        Field("same", lambda row: row.same, kind=NUMBER),
        Field("bad", lambda row: row.bad, kind=NUMBER),
        DRY_RUN,
    ),
    columns=(
        Column("READ", lambda row, eyes: str(row.read), right=True),
        Column("ADDED", lambda row, eyes: str(row.added), right=True),
        Column("CHANGED", lambda row, eyes: str(row.changed), right=True),
        Column("SAME", lambda row, eyes: str(row.same), right=True),
        Column("BAD", lambda row, eyes: str(row.bad), right=True),
    ),
)


def import_assets(
    ctx: typer.Context,
    file: FileName = "-",
    format_name: FormatName = None,
    encoding: Encoding = "utf-8",
    dry_run: DryRun = False,
) -> ExitCode:
    """Add or change equipment by its inventory number. Importing the same again changes nothing.

    Columns, by the header: inventory_number, kind, name, model, serial, unit, service, bought_on, warranty_until,
    checks (with semicolons between them), note, retired_at. A column that is not there leaves the field as it is, an
    empty cell takes it away. A bad line is named with its number, the rest is done (exit code 6). What stands on no
    line stays as it is.

    Examples:
      sdesk asset import equipment.csv --dry-run
      sdesk asset import equipment.csv
      sdesk asset export | sdesk --db other.db asset import -
      inventory-system | sdesk asset import - --format jsonl -o json
    """
    call = invocation.of(ctx)
    call.output.check(IMPORTED)
    if file == "-" and sys.stdin.isatty():
        raise BadInput("there is nothing to import", "name a file, or write lines to standard input")
    kind, python_name = format_of(format_name, file), encoding_of(encoding)
    _ = call.actor
    done = ImportedAssets()
    with opened(file) as stream:
        source = source_of(stream, kind, python_name)
        fields = _columns(source.columns)
        _import(call, source.lines, fields, done, dry_run=dry_run)
    if call.output.asked:
        call.output.one(done, IMPORTED)
    else:
        output.text(f"{'dry run: ' if dry_run else ''}{done.sentence}\n")
    return done.code


def _columns(columns: Iterable[str]) -> dict[str, str]:
    """Which field each column is. BadInput for one that is none, or two that are one."""
    from sdesk.domain.asset_line import FIELDS, unknown_field

    found: dict[str, str] = {}
    for column in columns:
        name = column.strip().lower().replace(" ", "_").replace("-", "_")
        if name not in FIELDS:
            raise BadInput(f"the column `{column}` is no field", unknown_field(name).remedy)
        if name in found.values():
            raise BadInput(f"two columns are both `{name}`", "leave one of them out")
        found[column] = name
    if found and "inventory_number" not in found.values():
        raise BadInput("there is no column `inventory_number`", "its header names the column")
    return found


def _import(
    call: Invocation, lines: Iterable[RawLine], fields: Mapping[str, str], done: ImportedAssets, *, dry_run: bool
) -> None:
    from sdesk.desk.imports.assets import BATCH, Tried
    from sdesk.store.said import Said

    tried = Tried() if dry_run else None
    progress = diagnostics.counting("{} lines")
    batch: list[tuple[int, AssetLine | SdeskError]] = []
    try:
        with closing(Said()) as said:
            for number, line in _read(call, lines, fields, said):
                batch.append((number, line))
                if len(batch) == BATCH:
                    _take(call, batch, done, tried)
                    batch = []
                    if progress is not None:
                        progress(done.read)
        _take(call, batch, done, tried)
    finally:
        diagnostics.transient("")


def _read(
    call: Invocation, lines: Iterable[RawLine], fields: Mapping[str, str], said: Said
) -> Iterator[tuple[int, AssetLine | SdeskError]]:
    from sdesk.domain.asset_line import read_line

    now, zone = call.now, call.zone
    for raw in lines:
        try:
            if raw.error is not None:
                raise raw.error
            line = read_line({fields.get(name, name): value for name, value in raw.fields.items()}, now=now, zone=zone)
            if said.differs(line.key, line.digest):
                raise BadInput(
                    f"`{line.number}` stood on a line before, which says something else", "leave one of them out"
                )
        except SdeskError as error:
            yield raw.number, error
        else:
            yield raw.number, line


def _take(
    call: Invocation, batch: list[tuple[int, AssetLine | SdeskError]], done: ImportedAssets, tried: Tried | None
) -> None:
    """A batch: its good lines are imported, and what is wrong with others is said in their order."""
    good = [line for _, line in batch if not isinstance(line, SdeskError)]
    outcomes = iter(_patiently(call, good, tried) if good else ())
    for number, line in batch:
        done.read += 1
        error: SdeskError | None = None
        if isinstance(line, SdeskError):
            error = line
        else:
            outcome = next(outcomes)
            error = outcome.error
            if outcome.came is not None:
                setattr(done, outcome.came.value, getattr(done, outcome.came.value) + 1)
        if error is not None:
            done.bad += 1
            done.first_error = done.first_error or error
            diagnostics.transient("")
            diagnostics.error(error, about=f"line {number}")


def _patiently(call: Invocation, lines: list[AssetLine], tried: Tried | None) -> list[AssetOutcome]:
    """Tried again while another process holds the store: nobody waits for an import as for a keystroke."""
    from sdesk.desk.imports.assets import import_assets as take

    for _ in range(TRIES - 1):
        try:
            return take(call.desk, call.actor, lines, now=call.now, tried=tried)
        except StoreLocked:
            continue
    return take(call.desk, call.actor, lines, now=call.now, tried=tried)


def export_assets(
    ctx: typer.Context,
    format_name: Annotated[
        str,
        typer.Option(
            "-o",
            "--output",
            "--format",
            metavar="FORMAT",
            help="csv, jsonl, or csv-safe: for a spreadsheet, no formulas",
        ),
    ] = "csv",
) -> None:
    """Print all equipment, in use and not, as `sdesk asset import` reads it, by inventory number.

    Examples:
      sdesk asset export > equipment.csv
      sdesk asset export -o csv-safe > for-the-spreadsheet.csv
    """
    call = invocation.of(ctx)
    if format_name not in FORMATS:
        raise BadInput(f"-o knows no `{format_name}`", f"it takes {', '.join(FORMATS[:-1])} or {FORMATS[-1]}")
    _ = call.actor
    from sdesk.domain.asset_line import FIELDS, cell_of
    from sdesk.store.reader.assets import AssetQuery

    lines = ({name: _value(row, name) for name in FIELDS} for row in call.reader.assets(AssetQuery(all=True)))
    if format_name == "jsonl":
        for line in lines:
            said: dict[str, Value] = {
                name: list(value) if isinstance(value, tuple) else None if value is None else cell_of(name, value)
                for name, value in line.items()
            }
            output.text(output.json_text(said) + "\n")
        return
    cells = ([cell_of(name, line[name]) for name in FIELDS] for line in lines)
    for piece in output.csv_lines(FIELDS, cells, safe=format_name == "csv-safe"):
        output.text(piece)


def _value(row: AssetRow, name: str) -> object:
    return row.number if name == "inventory_number" else getattr(row, name)
