"""Reading what is to be imported: JSON lines and CSV as raw fields with line numbers, never more than a line held.

What cannot be read is named by its line, and the next one is read.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import NamedTuple, cast

from sdesk.actions.fence import keep_off_files
from sdesk.cli.wording import counted
from sdesk.domain.errors import BadInput, SdeskError
from sdesk.domain.safe_text import one_line
from sdesk.domain.system_words import reason_of

LONGEST_LINE = 16 * 1024 * 1024
"""Bytes of a line, and characters of a cell: what is longer is refused unread."""
DELIMITERS = ";,\t"
ENCODINGS = {"utf-8": "utf-8-sig", "utf8": "utf-8-sig", "cp1251": "cp1251", "windows-1251": "cp1251"}
"""By the names that people write; a byte order mark is no letter."""

_NO_LETTER = re.compile("[\udc80-\udcff]")
_QUOTED = re.compile('"[^"]*"')


class LineFormat(StrEnum):
    """How lines are written."""

    JSONL = "jsonl"
    CSV = "csv"


class RawLine(NamedTuple):
    """One line as it stands: its fields by name, or what is wrong with it."""

    number: int
    """In the file, from 1; of a row of several lines the first."""
    fields: Mapping[str, object]
    error: SdeskError | None = None


class Source(NamedTuple):
    """What is to be imported."""

    columns: tuple[str, ...]
    """Of a CSV, the names in its header; JSON lines have none."""
    lines: Iterator[RawLine]


def encoding_of(name: str) -> str:
    """Python's name of an encoding. BadInput."""
    try:
        return ENCODINGS[name.lower()]
    except KeyError as error:
        raise BadInput(f"--encoding knows no `{name}`", "it takes utf-8 or cp1251") from error


def format_of(wished: str | None, path: str) -> LineFormat | None:
    """The format by name, else by the file's ending; None where its beginning must tell. BadInput."""
    if wished is not None:
        try:
            return LineFormat(wished.lower())
        except ValueError as error:
            raise BadInput(f"--format knows no `{wished}`", f"it takes {' or '.join(LineFormat)}") from error
    ending = Path(path).suffix.lower()
    if ending in {".csv", ".tsv", ".txt"}:
        return LineFormat.CSV
    return LineFormat.JSONL if ending in {".jsonl", ".ndjson", ".json"} else None


@contextmanager
def opened(path: str) -> Iterator[io.BufferedReader]:
    """The bytes of a file; `-` is standard input. BadInput where it cannot be read, Refused for the server's."""
    if path == "-":
        found = sys.stdin.buffer
        yield found if isinstance(found, io.BufferedReader) else io.BufferedReader(cast(io.RawIOBase, found))
        return
    keep_off_files()
    try:
        with Path(path).open("rb") as stream:
            yield stream
    except OSError as error:
        raise BadInput(f"{one_line(path)} cannot be read: {reason_of(error)}", "name another file") from error


def source_of(stream: io.BufferedReader, kind: LineFormat | None, encoding: str) -> Source:
    """What a stream holds; without a `kind` its beginning tells. BadInput for a CSV without a header."""
    if kind is None:
        begins = stream.peek(64).lstrip(b"\xef\xbb\xbf \t\r\n")
        kind = LineFormat.JSONL if not begins or begins.startswith((b"{", b"[")) else LineFormat.CSV
    if kind is LineFormat.JSONL:
        return Source((), _json_lines(stream, encoding))
    return _csv(stream, encoding)


def _json_lines(stream: io.BufferedReader, encoding: str) -> Iterator[RawLine]:
    number = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            while (rest := stream.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
            yield RawLine(number, {}, _too_long())
        elif line.strip(b" \t\r\n\xef\xbb\xbf"):
            yield _json_line(number, line, encoding)


def _json_line(number: int, line: bytes, encoding: str) -> RawLine:
    try:
        text = line.decode(encoding if number == 1 else encoding.removesuffix("-sig"))
        found = json.loads(text, object_pairs_hook=_each_once)
    except BadInput as error:
        return RawLine(number, {}, error)
    except UnicodeDecodeError:
        return RawLine(number, {}, _not_of(encoding))
    except (ValueError, RecursionError) as error:
        why = error.msg if isinstance(error, json.JSONDecodeError) else "numbers or brackets without end"
        at = f" at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
        return RawLine(number, {}, BadInput(f"this is no JSON{at}: {why}", "write one object a line, as -o jsonl does"))
    if not isinstance(found, dict):
        return RawLine(number, {}, BadInput("this is no JSON object", 'write {"subject": "...", ...}'))
    return RawLine(number, found)


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object of JSON. BadInput where a name stands twice: one of the two values would be lost."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in found if names.count(name) > 1)
        raise BadInput(f"`{one_line(twice)[:80]}` stands twice", "leave one of them out")
    return found


def _csv(stream: io.BufferedReader, encoding: str) -> Source:
    """A CSV. BadInput where its columns have no names, or two of them one."""
    text = _decoded(stream, encoding)
    csv.field_size_limit(LONGEST_LINE)
    first = next(text, "")
    delimiter = _delimiter(first)
    # A quoted name may go on in the next line.
    rows = csv.reader(chain([first], text), delimiter=delimiter)
    try:
        names = [one_line(name) for name in next(rows, [])]
    except csv.Error as error:
        raise BadInput(f"line 1: this is no CSV: {error}", "look at its quotes") from error
    if _NO_LETTER.search(first):
        raise _not_of(encoding)
    if not any(names):
        raise BadInput("the CSV has no header", "its first line names the columns")
    twice = {name for name in names if name and names.count(name) > 1}
    if twice:
        raise BadInput(f"two columns are called `{min(twice)}`", "give each a name of its own")
    return Source(tuple(name for name in names if name), _rows(rows, names, encoding))


def _decoded(stream: io.BufferedReader, encoding: str) -> Iterator[str]:
    """The lines of a stream as text; bytes that are no letter are kept, to be found in the cell where they stand.

    A line that is too long comes in pieces: the limit of a cell finds it.
    """
    known = encoding
    while line := stream.readline(LONGEST_LINE):
        yield line.decode(known, "surrogateescape")
        known = encoding.removesuffix("-sig")


def _delimiter(header: str) -> str:
    bare = _QUOTED.sub("", header)
    return max(DELIMITERS, key=bare.count)


def _rows(rows: Iterator[Sequence[str]], names: Sequence[str], encoding: str) -> Iterator[RawLine]:
    reader: _Reader = rows  # type: ignore[assignment]
    while True:
        number = reader.line_num + 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield RawLine(number, {}, BadInput(f"this is no CSV: {error}", "look at its quotes"))
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(names):
            yield RawLine(
                number,
                {},
                BadInput(
                    f"it has {counted(len(cells), 'cell')}, and the header {len(names)}",
                    "look at its quotes and delimiters",
                ),
            )
        elif any(_NO_LETTER.search(cell) for cell in cells):
            yield RawLine(number, {}, _not_of(encoding))
        else:
            yield RawLine(number, {name: cell for name, cell in zip(names, cells, strict=True) if name})


class _Reader:
    """What of a `csv.reader` is asked besides its rows."""

    line_num: int


def _too_long() -> BadInput:
    return BadInput(f"it is longer than {LONGEST_LINE:,} bytes", "a ticket is no archive: leave the files out")


def _not_of(encoding: str) -> BadInput:
    name = encoding.removesuffix("-sig")
    other = "cp1251" if name == "utf-8" else "utf-8"
    return BadInput(f"this is not written in {name}", f"try --encoding {other}")
