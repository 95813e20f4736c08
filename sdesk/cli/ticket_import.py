"""`ticket import`: tickets from JSON lines or CSV, made once and followed at every further import."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from sdesk.cli import invocation
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.import_source import encoding_of, format_of, opened, source_of
from sdesk.cli.importing import SHEET, by_columns, import_all, renaming, require_fields, tell
from sdesk.cli.options import DryRun
from sdesk.domain.errors import BadInput

FileName = Annotated[
    str, typer.Argument(metavar="[FILE]", help="JSON lines or CSV; - is standard input", show_default=False)
]
FormatName = Annotated[
    str | None,
    typer.Option(
        "--format", metavar="FORMAT", help="jsonl or csv; else the file's name or beginning tells", show_default=False
    ),
]
Encoding = Annotated[str, typer.Option("--encoding", metavar="NAME", help="utf-8 or cp1251")]


def import_tickets(
    ctx: typer.Context,
    file: FileName = "-",
    format_name: FormatName = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--map", metavar="COLUMN=FIELD", help="may be repeated; COLUMN= leaves one out", show_default=False
        ),
    ] = None,
    encoding: Encoding = "utf-8",
    notify: Annotated[bool, typer.Option("--notify", help="tell agents, as of tickets made by hand")] = False,
    dry_run: DryRun = False,
) -> ExitCode:
    """Create or update tickets by their external_id. Importing the same again changes nothing.

    Fields: external_id, subject, text, requester, service, team, assignee, unit, impact, urgency, priority, tags,
    watchers, assets, created_at, channel, form, and for history status, waiting_for, wake_at, resolved_at, closed_at,
    messages, approvals, rating; `ticket export` writes them all, and `origin` with them.
    A field is set again only where the line says something else than the last time: what agents set right here stays.
    A bad line is named with its number, the rest is done (exit code 6). No mail is sent.

    Examples:
      sdesk ticket import old.jsonl --dry-run
      sdesk ticket import export.csv --encoding cp1251 --map "Номер=external_id" --map "Тема=subject"
      monitoring | sdesk ticket import - -o json
      sdesk ticket export status:closed | sdesk --db other.db ticket import
    """
    call = invocation.of(ctx)
    call.output.check(SHEET)
    if file == "-" and sys.stdin.isatty():
        raise BadInput("there is nothing to import", "name a file, or write lines to standard input")
    kind, python_name, renamed = format_of(format_name, file), encoding_of(encoding), renaming(columns or ())
    convert = by_columns(renamed)
    with opened(file) as stream:
        source = source_of(stream, kind, python_name)
        require_fields(source.columns, renamed)
        done = import_all(call, source.lines, convert, dry_run=dry_run, notify=notify)
    return tell(call, done, dry_run=dry_run)
