"""The kinds of tables that a desk file knows: with keys of its own, a list of such, with names for keys.

A table notes the mistakes in it, and goes on; what it gives holds what was right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sdesk.config.section import shown
from sdesk.desk.deskfile.kinds import KEY, Key, Kind, Schema
from sdesk.desk.deskfile.part import Part
from sdesk.domain.nearest import did_you_mean


@dataclass(frozen=True, slots=True)
class Table:
    """A table with keys of its own."""

    keys: tuple[Key, ...]
    words: str = "a table"

    def read(self, part: Part, key: str, value: Any) -> dict[str, Any]:
        """The values by key."""
        return part.part(key, value).read(self.keys)

    def schema(self) -> Schema:
        """An object that has no other keys."""
        required = [key.name for key in self.keys if key.required]
        return {
            "type": "object",
            "properties": {key.name: described(key) for key in self.keys},
            **({"required": required} if required else {}),
            "additionalProperties": False,
        }


@dataclass(frozen=True, slots=True)
class Tables:
    """A list of tables."""

    keys: tuple[Key, ...]
    example: str
    numbered: bool = False
    """Whether an error says which of them it is in: `rule 2`."""
    noun: str = "rule"
    """What one of them is called there."""
    words: str = "a list of tables"

    def read(self, part: Part, key: str, value: Any) -> tuple[dict[str, Any], ...]:
        """The values of each."""
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            part.wrong(key, f"a list, as {self.example}", value)
        return tuple(self.nth(part, key, each, number).read(self.keys) for number, each in enumerate(value, 1))

    def nth(self, part: Part, key: str, value: object, number: int) -> Part:
        """One of them, as a part of the file that errors name."""
        return part.part(key, value, number if self.numbered else 0, self.noun)

    def schema(self) -> Schema:
        """An array of objects."""
        return {"type": "array", "items": Table(self.keys).schema()}


@dataclass(frozen=True, slots=True)
class Map:
    """A table whose keys are names of one kind, and whose values are of one kind."""

    name: str
    """What a key is, in capitals, as in `[templates.NAME.LANGUAGE]`."""
    kind: Kind
    check: Callable[[Part, str], object]
    """Refuses a key of the table that is none."""
    names: tuple[tuple[str, Any], ...] = ()
    """What the schema says of the keys."""
    some: str = ""
    """What must be there where it may not be empty: `a table of patterns, as ...`."""

    @property
    def words(self) -> str:
        """A table, by what."""
        return f"a table by {self.name}"

    def read(self, part: Part, key: str, value: Any) -> dict[str, Any]:
        """The values by name."""
        within = part.part(key, value)
        if self.some and not within.values:
            part.wrong(key, self.some, value)
        found = {}
        for name, each in within.values.items():
            with within.reading.noting():
                self.check(within, name)
                found[name] = self.kind.read(within, name, each)
        return found

    def schema(self) -> Schema:
        """An object of any keys."""
        names = {"propertyNames": dict(self.names)} if self.names else {}
        least = {"minProperties": 1} if self.some else {}
        return {"type": "object", **names, **least, "additionalProperties": self.kind.schema()}


@dataclass(frozen=True, slots=True)
class Checked:
    """A kind whose value as a whole must hold something more. `check` raises BadInput."""

    kind: Kind
    check: Callable[[Any], object]

    @property
    def words(self) -> str:
        """Those of the kind."""
        return self.kind.words

    def read(self, part: Part, key: str, value: Any) -> Any:
        """The value, where nothing was wrong in it."""
        before = len(part.reading.mistakes)
        found = self.kind.read(part, key, value)
        if len(part.reading.mistakes) == before:
            part.checked(key, lambda: self.check(found))
        return found

    def schema(self) -> Schema:
        """That of the kind."""
        return self.kind.schema()


def words_of(choices: Iterable[StrEnum]) -> Callable[[Part, str], None]:
    """Refuses a key that is no word of an enumeration."""
    listed = [word.value for word in choices]

    def check(part: Part, name: str) -> None:
        if name not in listed:
            part.fail(name, "unknown key", did_you_mean(name, listed, f"known here: {', '.join(listed)}"))

    return check


def referring_to(noun: str) -> Callable[[Part, str], None]:
    """Refuses a key that the file does not have."""
    return lambda part, name: part.require_known(name, name, noun)


def named(noun: str, reserved: Mapping[str, str] | Collection[str] = ()) -> Callable[[Part, str], None]:
    """Refuses a name that is no single word, or means something else."""

    def check(part: Part, name: str) -> None:
        if not re.fullmatch(KEY, name):
            part.fail(
                name,
                f"{shown(name)} cannot be the key of a {noun}",
                "write it with letters of ASCII, digits, `.`, `_` and `-`, beginning with a letter or digit",
            )
        if name in reserved:
            why = reserved[name] if isinstance(reserved, Mapping) else f"means something else as a {noun}"
            part.fail(name, f"`{name}` {why}", "choose another key")

    return check


NAMES = (("pattern", f"^{KEY}$"),)
"""What a schema says of names."""


def described(key: Key) -> Schema:
    """A key's schema, with what an editor shows beside it."""
    found = {**key.kind.schema(), "description": key.meaning}
    if isinstance(key.default, str | int):
        found["default"] = key.default
    return found
