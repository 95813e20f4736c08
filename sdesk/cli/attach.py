"""`ticket attach get`: a file of a ticket, written out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sdesk.cli import invocation, output
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.numbers import one_ticket
from sdesk.cli.options import MOST


def get(
    ctx: typer.Context,
    ticket: Annotated[str, typer.Argument(metavar="NUMBER", help="as 123 or SD-123", show_default=False)],
    number: Annotated[
        int,
        typer.Argument(
            metavar="ID", min=0, max=MOST, help="of the file, as `sdesk show -o json` gives it", show_default=False
        ),
    ],
    target: Annotated[
        str, typer.Argument(metavar="[PATH]", help="a file or a folder; - is standard output", show_default=False)
    ] = ".",
) -> ExitCode:
    """Write a file of a ticket out, and print where it is. Nothing is overwritten: it gets the next free name.

    Examples:
      sdesk ticket attach get 123 7
      sdesk ticket attach get 123 7 ~/Downloads
      ssh desk.example sdesk ticket attach get 123 7 - > photo.jpg
    """
    call = invocation.of(ctx)
    file, content = call.reader.attachment(call.actor, one_ticket(call, [ticket], "attach get"), number)
    if target == "-":
        output.raw(content)
        return ExitCode.DONE
    from sdesk.actions.saving import target_of, write_new

    path: Path = write_new(target_of(target, file.name), content)
    output.text(f"{path}\n")
    return ExitCode.DONE
