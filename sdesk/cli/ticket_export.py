"""`ticket export`: tickets as `ticket import` reads them, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from sdesk.cli import invocation, output
from sdesk.domain.errors import BadInput

if TYPE_CHECKING:
    from sdesk.cli.sheet import Value
    from sdesk.store.reader.exported import Exported, ExportedMessage


def export_tickets(
    ctx: typer.Context,
    filter_words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILTER]...", help="words, field:value, not:...; see `sdesk help filters`"),
    ] = None,
    format_name: Annotated[
        str, typer.Option("-o", "--output", "--format", metavar="FORMAT", help="jsonl or csv")
    ] = "jsonl",
    also: Annotated[
        str | None,
        typer.Option("--with", metavar="WHAT", help="messages: all that was said after the text", show_default=False),
    ] = None,
) -> None:
    """Print tickets as `sdesk ticket import` reads them, by number: open ones and done ones, unless the filter says.

    What has no external_id gets its number (SD-123), so that the other desk knows it again. Files do not go along, and
    what was exchanged with a supplier goes as a note.

    Examples:
      sdesk ticket export > tickets.jsonl
      sdesk ticket export --with messages status:closed created:2026-01-01.. > year.jsonl
      sdesk ticket export team:it -o csv > it.csv
    """
    call = invocation.of(ctx)
    if format_name not in ("jsonl", "csv"):
        raise BadInput(f"-o knows no `{format_name}`", "it takes jsonl or csv")
    if also not in (None, "messages"):
        raise BadInput(f"--with knows no `{also}`", "it takes messages")
    if also is not None and format_name == "csv":
        raise BadInput("a cell of CSV holds no conversation", "take -o jsonl")
    wanted = call.filter(filter_words or [])
    prefix = call.reader.desk.ref_prefix
    rows = (
        line_of(row, prefix, messages=also is not None)
        for row in call.reader.exported(call.actor, wanted, now=call.now, messages=also is not None)
    )
    for piece in _json(rows) if format_name == "jsonl" else _csv(rows):
        output.text(piece)


def line_of(row: Exported, prefix: str, *, messages: bool) -> dict[str, Value]:
    """A ticket as a line has it."""
    from sdesk.domain.inbound import Mailbox
    from sdesk.domain.ticket_line import mailbox_text

    line: dict[str, Value] = {
        "external_id": row.external_id or f"{prefix}-{row.number}",
        "subject": row.subject,
        "text": row.text,
        "requester": mailbox_text(Mailbox(row.requester_email, row.requester_name)) if row.requester_email else None,
        "service": row.service,
        "team": row.team,
        "assignee": row.assignee,
        "unit": row.unit,
        "impact": row.impact,
        "urgency": row.urgency,
        "priority": row.priority,
        "tags": list(row.tags),
        "watchers": list(row.watchers),
        "created_at": row.created_at,
        "channel": row.channel,
        "status": row.status,
        "waiting_for": row.waiting_for,
        "resolved_at": row.resolved_at,
        "closed_at": row.closed_at,
    }
    if messages:
        line["messages"] = [_message(each) for each in row.messages]
    return line


def _message(message: ExportedMessage) -> dict[str, Value]:
    return {
        "direction": message.direction,
        "author": {"name": message.author_name, "email": message.author_address or None},
        "sent_at": message.sent_at,
        "text": message.text,
    }


def _json(lines: Iterable[dict[str, Value]]) -> Iterator[str]:
    for line in lines:
        yield output.json_text(line) + "\n"


def _csv(lines: Iterable[dict[str, Value]]) -> Iterator[str]:
    import csv
    import io

    from sdesk.cli.sheet import cell_text
    from sdesk.domain.ticket_line import FIELDS

    names = [name for name in FIELDS if name != "messages"]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(names)
    for line in lines:
        writer.writerow([cell_text(line[name]) for name in names])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()
