"""The one owner of standard output: rows in every format, single things, plain text, raw bytes."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import tzinfo
from enum import StrEnum
from typing import NamedTuple, TypeVar

from sdesk.cli.diagnostics import StandardOutputFailed
from sdesk.cli.sheet import DRY_RUN, Eyes, Field, Sheet, Value, plain
from sdesk.cli.wishes import Wishes
from sdesk.domain.errors import BadInput
from sdesk.domain.system_words import reason_of

Row = TypeVar("Row")


class Format(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    """For eyes; may change."""
    TSV = "tsv"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    CSV_SAFE = "csv-safe"
    """CSV for a spreadsheet: no cell is a formula."""
    IDS = "ids"


# What JSON need not escape but a terminal may obey, or a text stream cannot hold: DEL and C1 controls, marks and
# overrides of direction, line separators, lone surrogates.
_UNSAFE = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


class Cut(NamedTuple):
    """How many rows are printed."""

    most: int
    """0: all."""
    asked: bool
    """Whether `--limit` was given; else it is the one that always holds."""


class Output:
    """Standard output as this run wishes it."""

    def __init__(self, wishes: Wishes, *, zone: Callable[[], tzinfo]) -> None:
        """`zone` is asked only where a person reads instants. Raises BadInput for an unknown format or colour."""
        self.asked = wishes.output is not None
        """Whether a format was named."""
        self.fields = wishes.fields
        self.format = _format(wishes.output)
        self._color = _color(wishes.color)
        self._zone = zone
        self._wishes = wishes

    def check(self, sheet: Sheet[Row]) -> None:
        """Before anything is changed: BadInput where what is to be printed afterwards could not be."""
        sheet.pick(self.fields)
        if self.format is Format.IDS and sheet.number is None:
            raise _no_numbers()

    @property
    def eyes(self) -> Eyes:
        """How a person sees instants."""
        return Eyes(self._zone())

    @property
    def colored(self) -> bool:
        """Whether colour may be used."""
        if self._color != "auto":
            return self._color == "always"
        return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    def rows(self, rows: Iterable[Row], sheet: Sheet[Row]) -> None:
        """Print rows, all of them."""
        picked = self._picked(sheet)
        if self.format is Format.TABLE:
            from sdesk.cli import table

            held = list(rows)
            if self.fields is not None:
                text(table.by_fields(held, picked, self.eyes, colored=self.colored))
            else:
                text(table.by_columns(held, sheet.columns, self.eyes, colored=self.colored))
        elif self.format is Format.JSON:
            _pieces(_array(_objects(rows, picked)))
        elif self.format is Format.JSONL:
            _pieces(f"{json_text(item)}\n" for item in _objects(rows, picked))
        elif self.format is Format.IDS:
            _pieces(_ids(rows, sheet))
        else:
            _pieces(_separated(rows, picked) if self.format is Format.TSV else self._csv(rows, picked))

    def _csv(self, rows: Iterable[Row], fields: tuple[Field[Row], ...]) -> Iterator[str]:
        cells = ([field.cell(row) for field in fields] for row in rows)
        return csv_lines([field.name for field in fields], cells, safe=self.format is Format.CSV_SAFE)

    def limited(
        self,
        read: Callable[[int], Iterable[Row]],
        sheet: Sheet[Row],
        limit: Cut,
        *,
        left: Callable[[], int] | None = None,
    ) -> None:
        """Print at most so many of the rows (0: all), of which `read` gives the first so many.

        Whether more are there is said: by a table below itself, where `left` counts them; else on standard error,
        unless the limit was asked for. What a script goes on to change is never half of it without a word.
        """
        from itertools import islice

        rows = iter(read(limit.most + 1 if limit.most else 0))
        first = islice(rows, limit.most) if limit.most else rows
        self.rows(first, sheet)
        if not limit.most or next(rows, None) is None:
            return
        if self.format is Format.TABLE:
            text(f"… {f'{left()} ' if left is not None else ''}more: --limit 0 shows all\n")
        else:
            self.cut(limit, f"only the first {limit.most} are printed")

    def cut(self, limit: Cut, words: str) -> None:
        """Say on standard error that a limit which nobody asked for keeps rows back; after they are printed."""
        if limit.asked:
            return
        from sdesk.cli import diagnostics

        flush()
        diagnostics.note(f"{words}: --limit 0 prints all")

    def one(self, row: Row, sheet: Sheet[Row]) -> None:
        """Print a single thing: an object in JSON, one row elsewhere."""
        if self.format is Format.JSON:
            text(json_text(next(_objects([row], self._picked(sheet)))) + "\n")
        else:
            self.rows([row], sheet)

    def _picked(self, sheet: Sheet[Row]) -> tuple[Field[Row], ...]:
        fields = sheet.pick(self.fields)
        if not self._wishes.dry_run:
            return fields
        return tuple(each._replace(get=lambda row: True) if each is DRY_RUN else each for each in fields)


@contextmanager
def _watched() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StandardOutputFailed(f"standard output cannot be written: {reason_of(error)}") from error


def width() -> int | None:
    """Columns of the terminal that standard output goes to; None where a program reads it."""
    from sdesk.cli.wrapping import width_of

    return width_of(sys.stdout)


def sentences(content: str) -> None:
    """Print text of several lines for eyes: on a terminal a line that is too long is broken between words."""
    from sdesk.cli.wrapping import wrapped

    columns = width()
    text("\n".join(piece for line in content.split("\n") for piece in wrapped(line, columns)))


def text(content: str) -> None:
    """Print text as it is."""
    with _watched():
        sys.stdout.write(content)


def raw(content: bytes) -> None:
    """Print bytes as they are."""
    with _watched():
        sys.stdout.flush()
        sys.stdout.buffer.write(content)


def flush() -> None:
    """See that all of it has been written."""
    with _watched():
        sys.stdout.flush()


def json_text(value: Value) -> str:
    """JSON on one line; whatever a terminal might obey is escaped, so that it is the same data and does no harm."""
    import json

    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def array(values: Iterable[Value]) -> None:
    """Print a JSON array, an element a line."""
    _pieces(_array(values))


def _format(wished: str | None) -> Format:
    if wished is None:
        return Format.TABLE if sys.stdout.isatty() else Format.TSV
    try:
        return Format(wished)
    except ValueError as error:
        raise BadInput(f"there is no output format `{wished}`", f"formats: {', '.join(Format)}") from error


def _color(wished: str | None) -> str:
    if wished not in (None, "auto", "always", "never"):
        raise BadInput(f"--color knows no `{wished}`", "it takes auto, always or never")
    return wished or "auto"


def _objects(rows: Iterable[Row], fields: tuple[Field[Row], ...]) -> Iterator[dict[str, Value]]:
    for row in rows:
        yield {field.name: plain(field.get(row)) for field in fields}


def _array(values: Iterable[Value]) -> Iterator[str]:
    before = "[\n"
    for value in values:
        yield before + json_text(value)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _no_numbers() -> BadInput:
    return BadInput("these rows have no numbers", "-o ids is for tickets; take another format")


def _ids(rows: Iterable[Row], sheet: Sheet[Row]) -> Iterator[str]:
    if sheet.number is None:
        raise _no_numbers()
    for row in rows:
        number = sheet.number(row)
        if number is not None:
            yield f"{number}\n"


def _separated(rows: Iterable[Row], fields: tuple[Field[Row], ...]) -> Iterator[str]:
    from sdesk.domain.safe_text import neutralise

    yield "\t".join(field.name for field in fields) + "\n"
    for row in rows:
        cells = (neutralise(field.cell(row)).replace("\t", " ").replace("\n", " ") for field in fields)
        yield "\t".join(cells) + "\n"


def csv_lines(names: Sequence[str], rows: Iterable[Sequence[str]], *, safe: bool) -> Iterator[str]:
    """CSV (RFC 4180), the names first; `safe`: no cell is what a spreadsheet would take for a formula."""
    import csv
    import io

    from sdesk.domain.safe_text import neutralise, no_formula

    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(names)
    for cells in rows:
        writer.writerow([no_formula(neutralise(cell)) if safe else neutralise(cell) for cell in cells])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _pieces(pieces: Iterable[str]) -> None:
    for piece in pieces:
        text(piece)
