"""One thing of the desk printed whole: in JSON one object; for eyes lines of names and values; elsewhere one row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Any, TypeVar

from sdesk.cli import output
from sdesk.cli.invocation import Invocation
from sdesk.cli.output import Format
from sdesk.cli.queue import loss
from sdesk.cli.sheet import Eyes, Field, Sheet
from sdesk.cli.wrapping import wrapped
from sdesk.store.reader.rows import TicketRow

Row = TypeVar("Row")
Fact = tuple[str, str]
"""A name and a value, for eyes."""
_INDENT = 13
"""Where values begin."""


def fields_of(sheet: Sheet[Any], part: str) -> Iterator[Field[Any]]:
    """The fields that a list gives of a part (an attribute of the whole), for the whole."""
    for field in sheet.fields:
        yield _field_of(field, attrgetter(part))


def _field_of(field: Field[Any], part: Callable[[Any], Any]) -> Field[Any]:
    return Field(field.name, lambda row: field.get(part(row)), kind=field.kind)


def print_whole(call: Invocation, row: Row, sheet: Sheet[Row], facts: Callable[[Row, Eyes], Iterator[Fact]]) -> None:
    """One object or row for programs; for eyes a line for each fact that there is."""
    if call.output.format is not Format.TABLE or call.output.fields is not None:
        call.output.one(row, sheet)
        return
    from sdesk.domain.safe_text import one_line

    width = output.width()
    for name, value in facts(row, call.output.eyes):
        if value:
            lines = wrapped(f"{name:<12} {one_line(value)}", width, hang=_INDENT)
            output.text("".join(f"{line}\n" for line in lines))


def listed(name: str, lines: Iterable[str]) -> Iterator[Fact]:
    """A fact of several lines, its name before the first."""
    for place, text in enumerate(lines):
        yield name if not place else "", text


def ticket_line(row: TicketRow) -> str:
    """A ticket in a line, among the facts of what it is about."""
    per_hour = f", {loss(row)} {row.currency} an hour" if row.loss_per_hour else ""
    return f"{row.ref} {row.priority} {row.status}{per_hour}: {row.subject}"
