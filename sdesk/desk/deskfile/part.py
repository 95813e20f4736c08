"""One table of the desk file as it is read: what is wrong in it is said with file, line, key and what would be right.

Nothing stops at the first mistake: each is noted, and reading goes on with what is left.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from sdesk.config.section import written
from sdesk.desk.deskfile.lines import Lines
from sdesk.domain.errors import BadInput, refuse_all
from sdesk.domain.nearest import did_you_mean, nearest, nearest_few

if TYPE_CHECKING:
    from sdesk.desk.deskfile.kinds import Key

Value = TypeVar("Value")

MOST_MISTAKES = 20
"""So many are named at once; of the rest, how many there are."""


class Mistake(BadInput):
    """One thing that is wrong in a desk file."""

    def __init__(self, line: int | None, what: str, remedy: str) -> None:
        super().__init__(what, remedy)
        self.line = line


@dataclass(slots=True)
class Reading:
    """One desk file being read."""

    file: str
    """Its name, for errors."""
    lines: Lines
    names: Mapping[str, Collection[str]]
    """What a key may refer to: the keys that the file has, by noun. Whether they are right is another matter."""
    mistakes: list[Mistake] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note the mistake that is found within, and go on after it."""
        try:
            yield
        except Mistake as mistake:
            self.mistakes.append(mistake)

    def refuse(self) -> None:
        """BadInput with every mistake that was noted, in the order of the lines; nothing where there is none."""
        inf = float("inf")
        found = sorted(self.mistakes, key=lambda each: each.line if each.line is not None else inf)
        shown: list[BadInput] = list(found[:MOST_MISTAKES])
        if left := len(found) - len(shown):
            shown.append(BadInput(f"{self.file}: {left} more mistakes", "mend these first"))
        refuse_all(shown)


class Part:
    """A table."""

    def __init__(
        self,
        reading: Reading,
        table: str,
        values: Mapping[str, Any],
        nth: int = 0,
        array: str = "",
        noun: str = "rule",
    ) -> None:
        self.reading = reading
        self.table = table
        self.values = values
        self.nth = nth
        """Which table of an array this one is or stands in, from 1; 0 outside of arrays."""
        self.array = array
        """The name of that array."""
        self.noun = noun
        """What a table of it is called."""

    def read(self, keys: Sequence[Key]) -> dict[str, Any]:
        """The values of these keys, as their kinds read them, with their defaults; what is wrong is noted and left out.

        So is every key that is none of these.
        """
        known = [key.name for key in keys]
        unknown = [name for name in self.values if name not in known]
        absent = [name for name in known if name not in self.values]
        meant = set()
        for name in unknown:
            # What is missing is the likelier to be meant, but for a slip in one letter.
            near = next(iter(nearest_few(name, known, 1, 0.9)), None) or nearest(name, absent)
            meant.add(near)
            with self.reading.noting():
                remedy = did_you_mean(near or name, [near] if near else known, f"known here: {', '.join(known)}")
                self.fail(name, "unknown key", remedy)
        found: dict[str, Any] = {}
        for key in keys:
            with self.reading.noting():
                if key.name in self.values:
                    found[key.name] = key.kind.read(self, key.name, self.values[key.name])
                elif not key.required:
                    default = key.default
                    found[key.name] = None if default is None else key.kind.read(self, key.name, default)
                elif key.name not in meant:
                    self.fail(key.name, f"{key.name} is missing", f"add {key.written()}")
        return found

    def fail(self, key: str, what: str, remedy: str = "") -> NoReturn:
        """Refuse what stands at `key`."""
        raise Mistake(self.line(key), f"{self.where(key)}: {what}", remedy)

    def wrong(self, key: str, right: str, value: object) -> NoReturn:
        """Refuse a value of the wrong kind."""
        self.fail(key, f"must be {right}, not {written(value)}")

    def warn(self, key: str, what: str) -> None:
        """Say what may hold and is surely not meant."""
        self.reading.warnings.append(f"{self.where(key)}: {what}")

    def where(self, key: str) -> str:
        """File, line and key, as errors begin with them."""
        line = self.line(key)
        where = f"{self.reading.file}:{line}" if line else self.reading.file
        name = f"[{self.table}] {key}".rstrip() if self.table else key
        return f"{where}: {self.noun} {self.nth}, {name}" if self.nth else f"{where}: {name}"

    def line(self, key: str) -> int | None:
        """Where a key stands, from 1."""
        return self.reading.lines.find(self.table, key, self.nth, self.array)

    def require_known(self, key: str, value: str, noun: str) -> None:
        """Refuse a name that the file does not have."""
        known = sorted(self.reading.names[noun])
        if value not in known:
            has = f"the file has: {', '.join(known) or 'none'}"
            self.fail(key, f"there is no {noun} `{value}`", did_you_mean(value, known, has))

    def checked(self, key: str, parse: Callable[[], Value]) -> Value:
        """What `parse` gives; what it refuses is said with the place."""
        try:
            return parse()
        except Mistake:
            raise
        except BadInput as error:
            self.fail(key, error.what, error.remedy)

    def part(self, key: str, value: object, nth: int = 0, noun: str = "rule") -> Part:
        """A table within this one; `nth`: of an array, which."""
        name = f"{self.table}.{key}" if self.table else key
        if not isinstance(value, dict):
            self.wrong(key, f"a table, as [{name}]", value)
        if nth:
            return Part(self.reading, name, value, nth, name, noun)
        return Part(self.reading, name, value, self.nth, self.array, self.noun)
