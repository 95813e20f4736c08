"""`ticket export`: tickets as `ticket import` reads them, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from sdesk.cli import invocation, output
from sdesk.domain.errors import BadInput
from sdesk.domain.instant import to_rfc3339

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from sdesk.cli.sheet import Value
    from sdesk.store.reader.approvals import ApprovalRow
    from sdesk.store.reader.exported import Exported, ExportedMessage


_NO_CELL = frozenset({"approvals", "messages", "rating"})
"""What is more than a cell of CSV holds."""
FORMATS = ("jsonl", "csv", "csv-safe")
"""How lines may be written."""


def export_tickets(
    ctx: typer.Context,
    filter_words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILTER]...", help="words, field:value, not:...; see `sdesk help filters`"),
    ] = None,
    format_name: Annotated[
        str,
        typer.Option(
            "-o",
            "--output",
            "--format",
            metavar="FORMAT",
            help="jsonl, csv, or csv-safe: for a spreadsheet, no formulas",
        ),
    ] = "jsonl",
    also: Annotated[
        str | None,
        typer.Option("--with", metavar="WHAT", help="messages: all that was said after the text", show_default=False),
    ] = None,
) -> None:
    """Print tickets as `sdesk ticket import` reads them, by number: open ones and done ones, unless the filter says.

    What has no external_id gets its number (SD-123), so that the other desk knows it again, and an origin, by which its
    own desk does: imported here, a line that you edited changes its ticket. Files do not go along, and what was
    exchanged with a supplier goes as a note. What its requester said of how it was goes along in jsonl.

    Examples:
      sdesk ticket export > tickets.jsonl
      sdesk ticket export --with messages status:closed created:2026-01-01.. > year.jsonl
      sdesk ticket export team:it -o csv > it.csv
    """
    call = invocation.of(ctx)
    if format_name not in FORMATS:
        raise BadInput(f"-o knows no `{format_name}`", f"it takes {', '.join(FORMATS[:-1])} or {FORMATS[-1]}")
    if also not in (None, "messages"):
        raise BadInput(f"--with knows no `{also}`", "it takes messages")
    if also is not None and format_name != "jsonl":
        raise BadInput("a cell of CSV holds no conversation", "take -o jsonl")
    wanted = call.filter(filter_words or [])
    prefix = call.reader.desk.ref_prefix
    rows = (
        line_of(row, prefix, now=call.now, zone=call.zone, messages=also is not None)
        for row in call.reader.exported(call.actor, wanted, now=call.now, messages=also is not None)
    )
    for piece in _json(rows) if format_name == "jsonl" else _csv(rows, safe=format_name == "csv-safe"):
        output.text(piece)


def line_of(row: Exported, prefix: str, *, now: datetime, zone: tzinfo, messages: bool) -> dict[str, Value]:
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
        "assets": list(row.assets),
        "created_at": row.created_at,
        "channel": row.channel,
        "status": row.status,
        "waiting_for": row.waiting_for,
        "wake_at": row.wake_at,
        "resolved_at": row.resolved_at,
        "closed_at": row.closed_at,
        "form": [{"key": each.key, "label": each.label, "value": each.value} for each in row.form],
        "approvals": [_approval(each) for each in row.approvals],
    }
    line["rating"] = None if row.rating is None else row.rating._asdict()
    if messages:
        line["messages"] = [_message(each) for each in row.messages]
    line["origin"] = None if row.external_id else _origin(row, line, now, zone)
    return line


def _origin(row: Exported, line: dict[str, Value], now: datetime, zone: tzinfo) -> str | None:
    """What the ticket's own desk knows it by; None where the line could not be read again."""
    from sdesk.domain.errors import SdeskError
    from sdesk.domain.ticket_line import Origin, mark_of, read_line

    try:
        said = read_line(line, now=now, zone=zone)
    except SdeskError:
        return None
    return str(Origin(mark_of(row.token), row.version, said.digest))


def _approval(row: ApprovalRow) -> dict[str, Value]:
    return {
        "approver": {"name": row.approver_name, "email": row.approver} if row.approver else None,
        "state": row.state.value,
        "asked_at": to_rfc3339(row.asked_at),
        "decided_at": None if row.decided_at is None else to_rfc3339(row.decided_at),
        "how": None if row.how is None else row.how.value,
        "comment": row.comment,
    }


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


def _csv(lines: Iterable[dict[str, Value]], *, safe: bool) -> Iterator[str]:
    from sdesk.cli.sheet import cell_text
    from sdesk.domain.ticket_line import FIELDS

    names = [name for name in FIELDS if name not in _NO_CELL]
    return output.csv_lines(names, ([cell_text(line[name]) for name in names] for line in lines), safe=safe)
