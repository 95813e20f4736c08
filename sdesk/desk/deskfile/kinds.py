"""The kinds of values that a desk file knows. Each reads a value, and says of itself what a schema and a page say.
Tables, which hold values, stand in `tables`.

Errors are the same for every key of a kind: what must stand there, and what does.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from sdesk.config.section import shown
from sdesk.desk.deskfile.part import Part
from sdesk.domain.duration import parse_duration
from sdesk.domain.nearest import did_you_mean
from sdesk.domain.recurrence import parse_starts
from sdesk.domain.routing import compile_pattern

Schema = dict[str, Any]
"""A JSON Schema (2020-12), or a part of one."""

KEY = r"[A-Za-z0-9][A-Za-z0-9._-]*"
"""A name that commands and filters are given: one word."""


class Kind(Protocol):
    """What stands at a key."""

    @property
    def words(self) -> str:
        """In the reference page: `a text`, `a share from 0 to 1`."""

    def read(self, part: Part, key: str, value: Any) -> Any:
        """The value as the program holds it. Mistake where it is another; a table notes its mistakes itself."""

    def schema(self) -> Schema:
        """The same for an editor."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table: all that is known of it."""

    name: str
    kind: Kind
    meaning: str
    """For people, one or two sentences."""
    example: str = ""
    """As TOML writes the value."""
    default: Any = None
    """What holds where the key is absent, as the file would have it; None for what is then not there."""
    required: bool = False

    def written(self) -> str:
        """The key with its example, as a line of TOML."""
        return self.example if self.example.startswith(f"[{self.name}") else f"{self.name} = {self.example}"


@dataclass(frozen=True, slots=True)
class Text:
    """A text. `check` raises BadInput for what cannot be; an empty text is none, unless it may be `empty`."""

    words: str = "a text"
    check: Callable[[str], object] | None = None
    empty: bool = False
    more: tuple[tuple[str, Any], ...] = ()
    """What the schema says besides."""

    def read(self, part: Part, key: str, value: Any) -> str:
        """The text."""
        if not isinstance(value, str):
            part.wrong(key, 'a text, as "..."', value)
        if not value.strip() and not self.empty:
            part.fail(key, f"{key} is empty", "say something, or leave the key out")
        if self.check is not None and value:
            check = self.check
            part.checked(key, lambda: check(value))
        return value

    def schema(self) -> Schema:
        """A string."""
        return {"type": "string", **({} if self.empty else {"pattern": r"\S"}), **dict(self.more)}


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression."""

    words: str = "a regular expression"

    def read(self, part: Part, key: str, value: Any) -> str:
        """The text of it."""
        if not isinstance(value, str):
            part.wrong(key, 'a text, as "..."', value)
        if not value:
            part.wrong(key, 'a pattern, as "till (is )?down"', value)
        part.checked(key, lambda: compile_pattern(value))
        return value

    def schema(self) -> Schema:
        """A string: Python's expressions are not quite those of JavaScript, so that no form is asked of it."""
        return {"type": "string", "minLength": 1}


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    words: str = "true or false"

    def read(self, part: Part, key: str, value: Any) -> bool:
        """The flag."""
        return value if isinstance(value, bool) else part.wrong(key, "true or false", value)

    def schema(self) -> Schema:
        """A boolean."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within bounds."""

    low: int
    high: int

    @property
    def words(self) -> str:
        """With the bounds."""
        return f"a whole number from {self.low} to {self.high}"

    def read(self, part: Part, key: str, value: Any) -> int:
        """The number."""
        if isinstance(value, int) and not isinstance(value, bool) and self.low <= value <= self.high:
            return value
        return part.wrong(key, self.words, value)

    def schema(self) -> Schema:
        """An integer."""
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of money in the desk's currency, two decimals at most."""

    words: str = "an amount of money"

    def read(self, part: Part, key: str, value: Any) -> Decimal:
        """The amount."""
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 10**12:
            amount = Decimal(str(value))
            if amount == amount.quantize(Decimal("0.01")):
                return amount
        return part.wrong(key, "an amount from 0, with two decimals at most", value)

    def schema(self) -> Schema:
        """A number."""
        return {"type": "number", "minimum": 0, "exclusiveMaximum": 10**12}


@dataclass(frozen=True, slots=True)
class Share:
    """A share from 0 to 1."""

    words: str = "a share from 0 to 1"

    def read(self, part: Part, key: str, value: Any) -> Decimal:
        """The share."""
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
            return Decimal(str(value))
        return part.wrong(key, "a share from 0 to 1 (a quarter is 0.25)", value)

    def schema(self) -> Schema:
        """A number."""
        return {"type": "number", "minimum": 0, "maximum": 1}


@dataclass(frozen=True, slots=True)
class Word:
    """One word of an enumeration."""

    choices: type[StrEnum]
    of: str = ""
    """What is asked for, where an error says more than the list of words."""

    @property
    def words(self) -> str:
        """All of them."""
        return ", ".join(f"`{word}`" for word in self.choices)

    def read(self, part: Part, key: str, value: Any) -> StrEnum:
        """The member."""
        listed = [word.value for word in self.choices]
        if value not in listed:
            part.fail(key, f"must be one of {', '.join(listed)}, not {shown(value)}", did_you_mean(str(value), listed))
        return self.choices(value)

    def schema(self) -> Schema:
        """An enumeration."""
        return {"type": "string", "enum": [word.value for word in self.choices]}


@dataclass(frozen=True, slots=True)
class Reference:
    """The key of something that the file has: a team, a calendar."""

    noun: str

    @property
    def words(self) -> str:
        """What it names."""
        return f"{'an' if self.noun[0] in 'aS' else 'a'} {self.noun}"

    def read(self, part: Part, key: str, value: Any) -> str:
        """The key."""
        if not isinstance(value, str):
            part.wrong(key, 'a text, as "..."', value)
        part.require_known(key, value, self.noun)
        return value

    def schema(self) -> Schema:
        """A string: which ones the file has, only the program sees."""
        return {"type": "string", "pattern": f"^{KEY}$"}


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time, in seconds; working time has no days."""

    days: bool
    some: bool = False
    """Whether it must be more than nothing."""

    @property
    def words(self) -> str:
        """In which time."""
        return "a length of time" if self.days else "a length of working time"

    def read(self, part: Part, key: str, value: Any) -> int:
        """Seconds."""
        if not isinstance(value, str):
            part.wrong(key, 'a length of time, as "2h"', value)
        seconds = part.checked(key, lambda: parse_duration(value, days=self.days))
        if self.some and not seconds:
            part.wrong(key, 'longer than nothing, as "2h"', value)
        return seconds

    def schema(self) -> Schema:
        """A string of numbers and units."""
        units = "wdhms" if self.days else "hms"
        pieces = "".join(rf"([0-9]{{1,9}}[{unit}{unit.upper()}])?" for unit in units)
        return {"type": "string", "pattern": rf"^(?=.*[0-9])\s*{pieces}\s*$"}


@dataclass(frozen=True, slots=True)
class Day:
    """A date."""

    words: str = "a day"

    def read(self, part: Part, key: str, value: Any) -> str:
        """The day as ISO text."""
        if isinstance(value, date) and not isinstance(value, datetime):
            return value.isoformat()
        if isinstance(value, str):
            with suppress(ValueError):
                return date.fromisoformat(value).isoformat()
        return part.wrong(key, 'a day, as "2027-03-05"', value)

    def schema(self) -> Schema:
        """A string in the form of ISO 8601."""
        return {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}


@dataclass(frozen=True, slots=True)
class Moment:
    """A date and a time of a wall clock, without an offset."""

    words: str = "a local date and time"

    def read(self, part: Part, key: str, value: Any) -> str:
        """As ISO text, to the minute, or the second where it says one."""
        if isinstance(value, datetime) and value.tzinfo is None:
            value = value.replace(microsecond=0).isoformat()
        if not isinstance(value, str):
            part.wrong(key, 'a local date and time, as "2026-12-07T09:00"', value)
        return part.checked(key, lambda: parse_starts(value)).isoformat().removesuffix(":00")

    def schema(self) -> Schema:
        """A string in the form of ISO 8601."""
        time = "([T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?"
        return {"type": "string", "pattern": f"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{time}$"}


@dataclass(frozen=True, slots=True)
class Several:
    """A list of one kind."""

    kind: Kind
    of: str
    """As `texts` in "a list of texts"."""
    example: str = '["..."]'
    some: bool = False
    """Whether it must hold something."""
    alone: bool = False
    """Whether one text may stand for a list of one."""

    @property
    def words(self) -> str:
        """What it holds."""
        return f"a text, or a list of {self.of}" if self.alone else f"a list of {self.of}"

    def read(self, part: Part, key: str, value: Any) -> tuple[Any, ...]:
        """All of them."""
        found = [value] if self.alone and isinstance(value, str) else value
        plain = isinstance(self.kind, Text | Reference | Word)
        if not isinstance(found, list) or (plain and not all(isinstance(each, str) for each in found)):
            return part.wrong(key, f"{self.words}, as {self.example}", value)
        if (self.some or self.alone) and not all(found or [""]):
            return part.wrong(key, f"{self.words}, none empty", value)
        return tuple(self.kind.read(part, key, each) for each in found)

    def schema(self) -> Schema:
        """An array."""
        least = {"minItems": 1} if self.some or self.alone else {}
        array = {"type": "array", "items": self.kind.schema(), **least}
        return {"anyOf": [self.kind.schema(), array]} if self.alone else array
