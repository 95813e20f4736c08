"""The mapping file of a move: which column is which field, and which of the other system's words is which of ours.

It is TOML that a person edits. `"?"` is undecided: rows with such a value are not imported. `""` leaves the value out.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sdesk.cli.importing import Convert
from sdesk.domain.errors import BadInput
from sdesk.domain.nearest import did_you_mean
from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket_line import FIELDS, OURS, unknown_field

UNDECIDED = "?"
MAPPED = ("team", "service", "assignee", "unit", "status", "priority", "impact", "urgency", "channel", "requester")
"""Fields whose values are translated, in the order of the file."""
SETTINGS = ("encoding", "prefix")
"""Of the table [import] for a CSV."""

_HEAD = """\
# How `sdesk import csv` reads {file}: {rows} rows.
# "?" is undecided, and its rows are not imported; "" leaves the value out. Planning again keeps what is decided here.
# Then: sdesk import csv {file} --apply THIS_FILE
"""


@dataclass(slots=True)
class WordMap:
    """What the file says."""

    columns: dict[str, str] = field(default_factory=dict)
    """Field by column; empty for one that is left out."""
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    """By field: ours by theirs."""
    defaults: dict[str, str] = field(default_factory=dict)
    """What a row is that says nothing of a field."""
    encoding: str = "utf-8"
    prefix: str = ""
    """Stands before each external id, so that two systems do not clash."""
    zone: str = ""
    """In which a database writes its times."""


def read_mapping(path: Path, known: Sequence[str] = SETTINGS) -> WordMap:
    """A mapping file, with the `known` settings in [import]; BadInput names the table and the nearest right word."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(
            f"{path} cannot be read: {(error.strerror or str(error)).lower()}", "write it with --plan first"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: {error}", "mend it, or write it anew with --plan") from error
    tables = ("import", "columns", "defaults", *MAPPED)
    for name, table in found.items():
        if name not in tables:
            raise BadInput(f"{path}: there is no table [{name}]", did_you_mean(name, tables, ", ".join(tables)))
        if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
            raise BadInput(f'{path}: [{name}] wants `name = "text"` alone', "put each value between quotes")
    settings = found.get("import", {})
    for name in settings:
        if name not in known:
            raise BadInput(f"{path}: [import] knows no `{name}`", f"it takes {', '.join(known)}")
    for name in (*filter(None, found.get("columns", {}).values()), *found.get("defaults", {})):
        if name not in FIELDS or name in OURS:
            raise BadInput(f"{path}: {unknown_field(name).what}", unknown_field(name).remedy)
    _once(path, found.get("columns", {}))
    return WordMap(
        found.get("columns", {}),
        {name: {_plain(theirs): ours for theirs, ours in found[name].items()} for name in MAPPED if name in found},
        found.get("defaults", {}),
        **settings,
    )


def _once(path: Path, columns: Mapping[str, str]) -> None:
    named = [name for name in columns.values() if name]
    twice = {name for name in named if named.count(name) > 1}
    if twice:
        raise BadInput(f"{path}: two columns are `{min(twice)}`", 'leave one of them out with ""')


def write_mapping(mapping: WordMap, counts: Mapping[str, Mapping[str, int]], *, file: str, rows: int) -> str:
    """The text of a mapping file; `counts` says how many rows have each value."""
    return "\n".join(_lines(mapping, counts, file=file, rows=rows)) + "\n"


def _lines(mapping: WordMap, counts: Mapping[str, Mapping[str, int]], *, file: str, rows: int) -> Iterator[str]:
    yield _HEAD.format(file=one_line(file), rows=rows)
    yield "[import]"
    yield f"encoding = {quoted(mapping.encoding)}"
    yield f"prefix = {quoted(mapping.prefix)} # stands before each external id: two systems have their own numbers"
    yield ""
    yield "[columns] # fields: " + ", ".join(name for name in FIELDS if name not in OURS)
    for column, name in mapping.columns.items():
        yield f"{quoted(column)} = {quoted(name)}" + ("" if name else " # left out")
    yield ""
    yield from word_lines(mapping, counts)


def word_lines(mapping: WordMap, counts: Mapping[str, Mapping[str, int]], noun: str = "row") -> Iterator[str]:
    """The lines of a mapping file that say what was decided of each word; `noun` is what is counted."""
    yield f'[defaults] # of {noun}s that say nothing, as team = "it"'
    for name, value in mapping.defaults.items():
        yield f"{name} = {quoted(value)}"
    for name in MAPPED:
        words = mapping.words.get(name)
        if words:
            yield ""
            yield f"[{name}]"
            for theirs, ours in words.items():
                count = counts.get(name, {}).get(theirs, 0)
                yield f"{quoted(theirs)} = {quoted(ours)} # {count} {noun}{'' if count == 1 else 's'}"


def converter(mapping: WordMap, name_of_file: str) -> Convert:
    """From a row to the fields of a ticket. BadInput for what is undecided, or was not there when it was planned."""

    def convert(cells: Mapping[str, object]) -> Mapping[str, object]:
        found: dict[str, object] = dict(mapping.defaults)
        for column, cell in cells.items():
            name = mapping.columns.get(column)
            value = _plain(str(cell))
            if not name or not value:
                continue
            if name in MAPPED:
                ours = ours_of(mapping, name, value, name_of_file)
                if ours:
                    found[name] = ours
            else:
                found[name] = f"{mapping.prefix}{value}" if name == "external_id" else cell
        return found

    return convert


def ours_of(mapping: WordMap, name: str, value: str, name_of_file: str) -> str:
    """What was decided of a value; empty where it is left out. BadInput where it is undecided, or new."""
    ours = mapping.words.get(name, {}).get(value)
    if ours is None and name == "requester":
        return value  # an address needs no translation
    if ours is None:
        raise BadInput(f"the {name} `{value}` is not in {name_of_file}", "plan again, and decide what it is")
    if ours == UNDECIDED:
        raise BadInput(f"the {name} `{value}` is undecided", f"say in [{name}] of {name_of_file} what it is")
    return ours


def values_of(cells: Mapping[str, object], columns: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Field and value of each cell whose words are translated."""
    for column, cell in cells.items():
        name = columns.get(column)
        if name in MAPPED and (value := _plain(str(cell))):
            yield name, value


def _plain(value: str) -> str:
    return one_line(value)


def quoted(text: str) -> str:
    """As TOML and JSON both write it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
