"""One table of the desk file, asked key by key: what is wrong is said with file, line, key and what would be right."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import TracebackType
from typing import Any, NoReturn, Self, TypeVar

from sdesk.config.section import shown, written
from sdesk.domain.duration import parse_duration
from sdesk.domain.errors import BadInput
from sdesk.domain.nearest import did_you_mean, nearest

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

Choice = TypeVar("Choice", bound=StrEnum)
Value = TypeVar("Value")


class Lines:
    """Where a key stands in the text of a TOML file, as well as can be said without a parser of our own."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()

    def find(self, table: str, key: str, nth: int = 0) -> int | None:
        """The line (from 1) of a key in a table; of the table, or of what it stands in, where it is not found.

        `nth` (from 1) is which of the tables of an array is meant: `[[routing]]`.
        """
        first, last = self._nth(table.partition(".")[0], nth) if nth else (1, len(self._lines))
        path = [*table.split("."), key] if table else [key]
        for cut in range(len(path) - 1, -1, -1):
            header = ".".join(path[:cut])
            # An inline table, or a dotted key: `targets.P1 = { ... }` within [slas.stores].
            for end in range(len(path), cut, -1):
                line = self._key(header, ".".join(path[cut:end]), first, last) if path[end - 1] else None
                if line is not None:
                    return line
            line = self._header(header, first, last) if header else None
            if line is not None:
                return line
        return None

    def _nth(self, array: str, nth: int) -> tuple[int, int]:
        """The first and last line of a table of an array; all lines where it is not found."""
        headers = [
            number
            for number, line in enumerate(self._lines, 1)
            if re.match(rf"\s*\[\[\s*{re.escape(array)}\s*\]\]", line)
        ]
        if len(headers) < nth:
            return 1, len(self._lines)
        return headers[nth - 1], headers[nth] - 1 if nth < len(headers) else len(self._lines)

    def _key(self, table: str, key: str, first: int, last: int) -> int | None:
        inside = table == ""
        for number, line in enumerate(self._lines[first - 1 : last], first):
            name = _header_of(line)
            if name is not None:
                inside = name == table
                if f"{name}.".startswith(f"{table}.{key}.".lstrip(".")):
                    return number
            elif inside and re.match(rf'\s*"?{re.escape(key)}"?\s*(=|\.)', line):
                return number
        return None

    def _header(self, table: str, first: int, last: int) -> int | None:
        lines = enumerate(self._lines[first - 1 : last], first)
        return next((number for number, line in lines if _header_of(line) == table), None)


def _header_of(line: str) -> str | None:
    match = re.match(r"\s*\[\[?\s*([^\]]+?)\s*\]", line)
    return match[1].replace('"', "") if match else None


class Part:
    """A table. As a context it refuses, on leaving without an error, every key that nobody asked for."""

    def __init__(self, file: str, lines: Lines, table: str, values: Mapping[str, Any], nth: int = 0) -> None:
        self.file = file
        self.lines = lines
        self.table = table
        self.values = values
        self.nth = nth
        """Which table of an array this one is or stands in, from 1; 0 outside of arrays."""
        self._known: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.require_only(self._known)

    def require_only(self, known: Sequence[str]) -> None:
        """Refuse every key but these."""
        for key in self.values:
            if key not in known:
                self.fail(key, "unknown key", did_you_mean(key, known, f"known here: {', '.join(known)}"))

    def fail(self, key: str, what: str, remedy: str = "") -> NoReturn:
        """Refuse the file because of `key`."""
        line = self.line(key)
        where = f"{self.file}:{line}" if line else self.file
        name = f"[{self.table}] {key}".rstrip() if self.table else key
        if self.nth:
            name = f"rule {self.nth}, {name}"
        raise BadInput(f"{where}: {name}: {what}", remedy)

    def line(self, key: str) -> int | None:
        """Where a key stands, from 1."""
        return self.lines.find(self.table, key, self.nth)

    def raw(self, key: str, default: Any = None) -> Any:
        """A value as it stands."""
        self._known.append(key)
        return self.values.get(key, default)

    def text(self, key: str) -> str | None:
        """A text, or None."""
        value = self.raw(key)
        if value is None or isinstance(value, str):
            return value
        return self.wrong(key, 'a text, as "..."', value)

    def required(self, key: str) -> str:
        """A text that must be there."""
        value = self.text(key)
        if not value:
            others = [name for name in self.values if name not in self._known]
            self.fail(nearest_key(key, others) or key, f"{key} is missing", f'add {key} = "..."')
        return value

    def flag(self, key: str, default: bool = False) -> bool:
        """True or false."""
        value = self.raw(key, default)
        if isinstance(value, bool):
            return value
        return self.wrong(key, "true or false", value)

    def number(self, key: str, default: int, low: int, high: int) -> int:
        """A whole number within bounds."""
        value = self.raw(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        return self.wrong(key, f"a whole number from {low} to {high}", value)

    def amount(self, key: str) -> Decimal | None:
        """An amount of money, two decimals at most; None where there is none."""
        value = self.raw(key)
        if value is None:
            return None
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 10**12:
            amount = Decimal(str(value))
            if amount == amount.quantize(Decimal("0.01")):
                return amount
        return self.wrong(key, "an amount from 0, with two decimals at most", value)

    def share(self, key: str, value: object) -> Decimal:
        """A share from 0 to 1."""
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
            return Decimal(str(value))
        return self.wrong(key, "a share from 0 to 1 (a quarter is 0.25)", value)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self.raw(key, [])
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return tuple(value)
        return self.wrong(key, 'a list of texts, as ["..."]', value)

    def text_or_texts(self, key: str) -> tuple[str, ...]:
        """A text, or a list of them, none empty; nothing where there is none."""
        value = self.raw(key)
        if value is None:
            return ()
        found = [value] if isinstance(value, str) else value
        if isinstance(found, list) and found and all(isinstance(each, str) and each.strip() for each in found):
            return tuple(found)
        return self.wrong(key, 'a text, or a list of texts as ["..."]', value)

    def choice(self, key: str, words: type[Choice], default: Choice) -> Choice:
        """One word of an enumeration."""
        value = self.raw(key, default.value)
        listed = [word.value for word in words]
        if value not in listed:
            self.fail(key, f"must be one of {', '.join(listed)}, not {shown(value)}", did_you_mean(str(value), listed))
        return words(value)

    def refers(self, key: str, noun: str, known: Collection[str]) -> str | None:
        """The key of something that the file has, or None."""
        value = self.text(key)
        if value is not None:
            self.require_known(key, value, noun, known)
        return value

    def require_known(self, key: str, value: str, noun: str, known: Collection[str]) -> None:
        """Refuse a name that the file does not have."""
        if value not in known:
            remedy = did_you_mean(value, sorted(known), f"the file has: {', '.join(sorted(known)) or 'none'}")
            self.fail(key, f"there is no {noun} `{value}`", remedy)

    def duration(self, key: str, default: str, *, days: bool, some: bool = False) -> int:
        """A length of time, in seconds; `some` wants more than none."""
        value = self.raw(key, default)
        if not isinstance(value, str):
            self.wrong(key, 'a length of time, as "2h"', value)
        seconds = self.checked(key, lambda: parse_duration(value, days=days))
        if some and not seconds:
            self.wrong(key, 'longer than nothing, as "2h"', value)
        return seconds

    def days(self, key: str) -> tuple[str, ...]:
        """A list of dates, given as ISO text."""
        value = self.raw(key, [])
        if not isinstance(value, list):
            self.wrong(key, 'a list of days, as ["2027-03-05"]', value)
        return tuple(self.day(key, each) for each in value)

    def day(self, key: str, value: object) -> str:
        """One date."""
        if isinstance(value, date) and not isinstance(value, datetime):
            return value.isoformat()
        if isinstance(value, str):
            with suppress(ValueError):
                return date.fromisoformat(value).isoformat()
        return self.wrong(key, 'a day, as "2027-03-05"', value)

    def checked(self, key: str, parse: Callable[[], Value]) -> Value:
        """What `parse` gives; what it refuses is said with the place."""
        try:
            return parse()
        except BadInput as error:
            self.fail(key, error.what, error.remedy)

    def part(self, key: str) -> Part:
        """A table within this one; empty where there is none."""
        value = self.raw(key, {})
        name = f"{self.table}.{key}" if self.table else key
        if not isinstance(value, dict):
            self.wrong(key, f"a table, as [{name}]", value)
        return Part(self.file, self.lines, name, value, self.nth)

    def parts(self) -> Iterator[tuple[str, Part]]:
        """Every table within this one, by name."""
        for key in self.values:
            yield key, self.part(key)

    def named(self, noun: str, reserved: Collection[str] = ()) -> Iterator[tuple[str, Part]]:
        """The same, where a name is a key that commands and filters are given: one word, not a `reserved` one."""
        for key, part in self.parts():
            if not _KEY.fullmatch(key):
                part.fail(
                    "",
                    f"{shown(key)} cannot be the key of a {noun}",
                    "write it with letters of ASCII, digits, `.`, `_` and `-`, beginning with a letter or digit",
                )
            if key in reserved:
                part.fail("", f"`{key}` means something else as a {noun}", "choose another key")
            yield key, part

    def wrong(self, key: str, right: str, value: object) -> NoReturn:
        """Refuse a value of the wrong kind."""
        self.fail(key, f"must be {right}, not {written(value)}")


def nearest_key(key: str, others: list[str]) -> str | None:
    """The unknown key that was surely meant to be `key`."""
    return nearest(key, others)
