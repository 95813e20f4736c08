"""What a kind of row consists of: its fields by name for programs, and its columns for eyes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Any, Generic, NamedTuple, TypeVar

from sdesk.domain.errors import BadInput
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.kinds import FLAG, Kind, thing

Row = TypeVar("Row")

Value = None | bool | int | float | str | list["Value"] | dict[str, "Value"]
"""What JSON knows."""


# Named tuples, which are made in a quarter of a dataclass's time: every command that prints makes these.
class Field(NamedTuple, Generic[Row]):
    """One field of a row, as programs get it: part of the contract."""

    name: str
    get: Callable[[Row], Value | datetime]
    """An instant is given as such: programs get RFC 3339, a table the local time."""
    text: Callable[[Row], str] | None = None
    """In one cell, where that is not simply the value."""
    kind: Kind | None = None
    """What it is, for `sdesk schema`; a field of a command without one fails the tests."""

    def cell(self, row: Row) -> str:
        """The value in one cell of tsv or csv."""
        return cell_text(plain(self.get(row))) if self.text is None else self.text(row)


DRY_RUN: Field[Any] = Field("dry_run", lambda row: False, kind=FLAG)
"""Whether it was tried, and nothing of it is kept: of what a deed prints. `Output` knows what holds for the run."""


class Eyes(NamedTuple):
    """How a person sees instants."""

    zone: tzinfo

    def local(self, instant: datetime | None) -> str:
        """`2026-11-23 12:30`, in the desk's zone."""
        return "" if instant is None else instant.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")


class Column(NamedTuple, Generic[Row]):
    """One column of a table."""

    header: str
    cell: Callable[[Row, Eyes], str]
    style: Callable[[Row], str] | None = None
    """A Rich style; the text alone must say as much."""
    right: bool = False
    cut: bool = False
    """Whether it gives way where the terminal is narrow: it is cut short, and all but the first of them may go."""
    wrap: bool = False
    """Whether it is a sentence that must be read whole: where the terminal is narrow it is broken into lines, or stands
    below its row. One of a sheet may be."""
    spare: bool = False
    """Whether it goes first where the terminal is narrow: the row can be understood without it."""
    optional: bool = False
    """Whether it is only there when some row has something to say in it."""


class Sheet(NamedTuple, Generic[Row]):
    """A kind of row."""

    fields: tuple[Field[Row], ...]
    columns: tuple[Column[Row], ...]
    number: Callable[[Row], int | None] | None = None
    """What `-o ids` prints."""

    def pick(self, wished: str | None) -> tuple[Field[Row], ...]:
        """The fields that `--fields` names, in that order; all without it. BadInput that lists all of them."""
        if wished is None:
            return self.fields
        known = {field.name: field for field in self.fields}
        names = [name.strip() for name in wished.split(",") if name.strip()]
        for name in names:
            if name not in known:
                raise BadInput(f"there is no field `{name}`", f"fields: {', '.join(known)}")
        if not names:
            raise BadInput("--fields names no field", f"fields: {', '.join(known)}")
        return tuple(known[name] for name in names)

    def schema(self) -> Kind:
        """What one row is in JSON."""
        return thing({field.name: field.kind or {} for field in self.fields})


def plain(value: Value | datetime) -> Value:
    """A field's value as JSON has it."""
    return to_rfc3339(value) if isinstance(value, datetime) else value


def cell_text(value: Value) -> str:
    """A field's value in one cell: nothing is empty, several are separated by commas, what has parts is JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and not any(isinstance(item, dict | list) for item in value):
        return ",".join(cell_text(item) for item in value)
    if isinstance(value, dict | list):
        import json

        return json.dumps(value, ensure_ascii=False)
    return str(value)
