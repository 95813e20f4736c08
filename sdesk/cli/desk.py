"""The desk file: what the desk promises, to whom, and who keeps it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sdesk.actions.fence import keep_off_files
from sdesk.cli import diagnostics, invocation, output
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.invocation import Invocation
from sdesk.cli.options import DryRun
from sdesk.cli.output import Format
from sdesk.cli.wrapping import wrapped
from sdesk.domain.errors import BadInput
from sdesk.domain.system_words import reason_of

if TYPE_CHECKING:
    from sdesk.desk.setup_review import AppliedReport

DeskFileName = Annotated[
    str, typer.Argument(metavar="FILE", help="the desk file, TOML; - reads standard input", show_default=False)
]


def plan(
    ctx: typer.Context,
    file: DeskFileName,
    check: Annotated[
        bool, typer.Option("--check", help="exit code 1 where the desk is not as the file says, as CI wants it")
    ] = False,
) -> ExitCode:
    """Print what a desk file would change, and what that does to open tickets. Nothing is written.

    It is applied, looked at, and rolled back: `apply` does just this.

    Examples:
      sdesk desk plan desk.toml
      sdesk desk plan desk.toml --check
      sdesk desk plan desk.toml -o json | jq .deadlines_moved
    """
    call = invocation.of(ctx)
    report_format(call)
    text, name = read_file(file)
    actor = call.actor_or_system
    from sdesk.desk.setup import plan as plan_file

    call.wishes.dry_run = True
    report = plan_file(call.desk, text, name, actor=actor, now=call.now)
    _print(call, report, name, kept=False)
    return ExitCode.FAILED if check and not report.unchanged else ExitCode.DONE


def apply(
    ctx: typer.Context,
    file: DeskFileName,
    dry_run: DryRun = False,
) -> ExitCode:
    """Make the desk as a desk file says, all or nothing. Applying it twice changes nothing the second time.

    What leaves the file is retired, not deleted: tickets keep what they refer to.

    Examples:
      sdesk desk plan desk.toml
      sdesk desk apply desk.toml
    """
    call = invocation.of(ctx)
    report_format(call)
    text, name = read_file(file)
    actor = call.actor_or_system
    from sdesk.desk.setup import apply as apply_file

    report = apply_file(call.desk, text, name, actor=actor, now=call.now, dry_run=dry_run)
    _print(call, report, name, kept=not dry_run)
    return ExitCode.DONE


def export(ctx: typer.Context) -> None:
    """Print the desk file that is in force.

    Applied to an empty store it makes the same desk; applied here it changes none. It is written anew from what the
    store keeps: what was retired is not in it, and comments are lost. So keep your own file in version control, and
    use this where there is none, or to see what is in force.

    Examples:
      sdesk desk export > desk.toml
      sdesk desk export | diff desk.toml -
    """
    call = invocation.of(ctx)
    from sdesk.desk.deskfile.write import write
    from sdesk.desk.setup import source_of

    output.text(write(source_of(call.desk)))


def report_format(call: Invocation) -> None:
    """Before anything is changed: BadInput where the report could not be printed as it is wished."""
    from sdesk.cli.desk_report import REPORT

    if call.output.asked or call.output.fields is not None:
        call.output.check(REPORT)


def _print(call: Invocation, report: AppliedReport, name: str, *, kept: bool) -> None:
    from sdesk.cli.desk_report import REPORT, page

    for each in report.warnings:
        diagnostics.warning(each)
    # A review is read in a log of CI as it is on a terminal: without -o it is text everywhere.
    asked = call.output.asked or call.output.fields is not None
    if asked and (call.output.format is not Format.TABLE or call.output.fields is not None):
        call.output.one(report, REPORT)
    else:
        for line in page(report, name, colored=call.output.colored, kept=kept):
            # What is coloured is short.
            pieces = (
                [line] if "\x1b" in line else wrapped(line, output.width(), hang=len(line) - len(line.lstrip()) + 2)
            )
            output.text("".join(f"{piece}\n" for piece in pieces))


def read_file(file: str) -> tuple[str, str]:
    """The text of a desk file, and its name for errors. BadInput where it cannot be read; Refused for a file of the
    server."""
    if file != "-":
        keep_off_files()
    name = "standard input" if file == "-" else file
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return content.decode("utf-8-sig"), name
    except OSError as error:
        raise BadInput(f"the desk file {file} cannot be read: {reason_of(error)}", "name another file") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"the desk file {name} is no UTF-8", "write it anew in UTF-8") from error
