"""Writing a desk file: what the store keeps of the one that was applied, as TOML that reads like one written by hand.

Sections stand in the order of the description, keys in the order of the file. Comments are not kept by any store.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import tomlkit
from tomlkit.items import Item, String, StringType, Trivia

from sdesk.desk.deskfile.kinds import Kind
from sdesk.desk.deskfile.sections import FILE
from sdesk.desk.deskfile.tables import Map, Table, Tables

HEAD = "# Written by `sdesk desk export`. The comments of the file that was applied are not kept in a store.\n"


def write(source: Mapping[str, Any]) -> str:
    """The text of a desk file: applied where it comes from, it changes nothing."""
    pieces = [HEAD]
    for key in FILE.keys:
        if key.name in source:
            pieces.extend(_tables((key.name,), key.kind, source[key.name]))
    return "\n".join(pieces)


def _tables(path: tuple[str, ...], kind: Kind, value: Any) -> Iterator[str]:
    """The tables of a section, each with its head."""
    if isinstance(kind, Tables):
        for each in value:
            yield f"[[{_dotted(path)}]]\n{_keys(each)}"
    elif isinstance(kind, Table):
        several = {key.name for key in kind.keys if isinstance(key.kind, Tables) and key.kind.numbered}
        own = {name: each for name, each in value.items() if _depth(each) < 3 and not (name in several and each)}
        yield f"[{_dotted(path)}]\n{_keys(own)}"
        for key in kind.keys:
            if key.name in value and key.name not in own:
                yield from _tables((*path, key.name), key.kind, value[key.name])
    elif isinstance(kind, Map):
        if not value:
            yield f"[{_dotted(path)}]\n"
        for name, each in value.items():
            yield from _tables((*path, name), kind.kind, each)


def _keys(values: Mapping[str, Any]) -> str:
    """Keys with their values; of tables within tables, or with texts of several lines, `targets.P1 = { ... }`."""
    found = tomlkit.document()
    for name, value in values.items():
        if _depth(value) == 2 or _has_lines(value):
            for inner, each in value.items():
                found.append(tomlkit.key([name, inner]), _item(each))
        else:
            found.append(tomlkit.key(name), _item(value))
    return tomlkit.dumps(found)


def _item(value: Any) -> Item:
    if isinstance(value, dict):
        table = tomlkit.inline_table()
        for name, each in value.items():
            table.append(tomlkit.key(name), _item(each))
        return table
    if isinstance(value, list):
        array = tomlkit.array()
        for each in value:
            array.append(_item(each))
        return array
    if isinstance(value, str):
        # A carriage return is only kept where it is escaped.
        return _lines(value) if "\n" in value and "\r" not in value else tomlkit.string(value)
    found: Item = tomlkit.item(value)
    return found


def _lines(text: str) -> Item:
    """A text of several lines, which begins on a line of its own: a line break right after the quotes is none of it."""
    written = tomlkit.string(text, multiline=True).as_string()[3:-3]
    return String(StringType.MLB, text, written if written.startswith("\n") else f"\n{written}", Trivia())


def _has_lines(value: Any) -> bool:
    return isinstance(value, dict) and any(isinstance(each, str) and "\n" in each for each in value.values())


def _dotted(path: tuple[str, ...]) -> str:
    return ".".join(tomlkit.key(name).as_string() for name in path)


def _depth(value: Any) -> int:
    """How many tables stand within each other; an empty one is no table within another."""
    if not isinstance(value, dict):
        return 0
    return 1 + max((_depth(each) for each in value.values()), default=0)
