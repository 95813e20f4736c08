"""`db size`: what takes the room in a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from sdesk.cli import invocation
from sdesk.cli.sheet import Column, Field, Sheet
from sdesk.domain.kinds import NUMBER, TEXT, maybe

if TYPE_CHECKING:
    from sdesk.store.size import Measured


def _grouped(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


SIZES: Sheet[Measured] = Sheet(
    fields=(
        Field("name", lambda row: row.name, kind=TEXT),
        Field("rows", lambda row: row.rows, kind=maybe(NUMBER)),
        Field("bytes", lambda row: row.bytes, kind=maybe(NUMBER)),
        Field("content_bytes", lambda row: row.content, kind=maybe(NUMBER)),
    ),
    columns=(
        Column("TABLE", lambda row, eyes: row.name),
        Column("ROWS", lambda row, eyes: _grouped(row.rows), right=True),
        Column("BYTES", lambda row, eyes: _grouped(row.bytes), right=True),
        Column("CONTENT", lambda row, eyes: _grouped(row.content), right=True, spare=True),
    ),
)


def size(ctx: typer.Context) -> None:
    """Print rows and bytes of each table with its indexes, the largest first; below them what holds nothing, the
    write-ahead log, and the whole file. CONTENT is what attachments (blob) and raw mail hold, before compression.

    Examples:
      sdesk db size
      sdesk db size -o json
    """
    call = invocation.of(ctx)
    call.output.check(SIZES)
    from sdesk.store.size import measure

    call.output.rows(measure(call.store), SIZES)
