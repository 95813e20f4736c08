"""The desk file: what the desk promises, to whom, and who keeps it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sdesk.cli import invocation, output
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.options import DryRun
from sdesk.domain.errors import BadInput


def apply(
    ctx: typer.Context,
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="the desk file, TOML; - reads standard input", show_default=False)
    ],
    dry_run: DryRun = False,
) -> ExitCode:
    """Make the desk as a desk file says, all or nothing. Applying it twice changes nothing the second time.

    Examples:
      sdesk desk apply desk.toml -n
      sdesk desk apply desk.toml
    """
    call = invocation.of(ctx)
    text, name = _read(file)
    actor = call.actor_or_system
    from sdesk.desk.setup import apply as apply_file

    report = apply_file(call.desk, text, name, actor=actor, now=call.now, dry_run=dry_run)
    from sdesk.domain.safe_text import one_line

    before = "dry run: " if dry_run else ""
    for what, names in (("added", report.added), ("changed", report.changed), ("retired", report.retired)):
        for item in names:
            output.text(f"{before}{what} {one_line(item)}\n")
    if report.moved:
        tickets = "1 open ticket" if len(report.moved) == 1 else f"{len(report.moved)} open tickets"
        output.text(f"{before}moved the deadlines of {tickets}\n")
    if report.unchanged:
        output.text(f"{before}nothing to do: the desk is as {one_line(name)} says\n")
    return ExitCode.DONE


def _read(file: str) -> tuple[str, str]:
    name = "standard input" if file == "-" else file
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return content.decode("utf-8-sig"), name
    except OSError as error:
        raise BadInput(f"the desk file {file} cannot be read: {error.strerror}", "name another") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"the desk file {name} is no UTF-8", "write it anew in UTF-8") from error
