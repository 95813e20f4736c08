"""`ticket attach`: the files of tickets, listed, put there and written out."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from sdesk.actions import fence
from sdesk.cli import diagnostics, invocation, output
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.numbers import one_ticket, ticket_numbers
from sdesk.cli.options import MOST, DryRun, Numbers
from sdesk.cli.sheet import Column, Field, Sheet
from sdesk.domain.errors import BadInput, Refused, SdeskError
from sdesk.domain.kinds import INSTANT, NUMBER, TEXT
from sdesk.store.reader.detail_rows import AttachmentRow

if TYPE_CHECKING:
    from sdesk.domain.inbound import InboundAttachment

MOST_GIVEN = 100_000_000
"""Bytes of a file that comes by standard input: who gives more than this holds up the whole desk's machine."""
_INPUT = Path("-")


class File(NamedTuple):
    """A file, with its ticket and when it came."""

    number: int
    ref: str
    message: int
    sent_at: datetime
    row: AttachmentRow


FILES: Sheet[File] = Sheet(
    fields=(
        Field("number", lambda file: file.number, kind=NUMBER),
        Field("id", lambda file: file.row.id, kind=NUMBER),
        Field("name", lambda file: file.row.name, kind=TEXT),
        Field("size", lambda file: file.row.size, kind=NUMBER),
        Field("type", lambda file: file.row.media_type, kind=TEXT),
        Field("message", lambda file: file.message, kind=NUMBER),
        Field("sent_at", lambda file: file.sent_at, kind=INSTANT),
        Field("sha256", lambda file: file.row.sha256, kind=TEXT),
    ),
    columns=(
        Column("TICKET", lambda file, eyes: file.ref),
        Column("ID", lambda file, eyes: str(file.row.id), right=True),
        Column("NAME", lambda file, eyes: file.row.name, cut=True),
        Column("SIZE", lambda file, eyes: f"{file.row.size:,}".replace(",", " "), right=True),
        Column("TYPE", lambda file, eyes: file.row.media_type, spare=True),
        Column("CAME", lambda file, eyes: eyes.local(file.sent_at)),
    ),
    number=lambda file: file.number,
)
"""A file of a ticket; its `id` is what `attach get` takes."""


def list_files(ctx: typer.Context, numbers: Numbers) -> ExitCode:
    """Print the files of tickets, in the order in which they came.

    Examples:
      sdesk ticket attach list 123
      sdesk list tag:pos has:attachment -o ids | sdesk ticket attach list - -o csv
    """
    call = invocation.of(ctx)
    call.output.check(FILES)
    files: list[File] = []
    errors: list[SdeskError] = []
    found = ticket_numbers(call, numbers)
    for number in found:
        try:
            detail = call.reader.ticket(call.actor, number, now=call.now)
        except SdeskError as error:
            errors.append(error)
            continue
        files += [
            File(number, detail.ticket.ref, message.id, message.sent_at, row)
            for message in detail.messages
            for row in message.attachments
        ]
    if len(errors) < len(found) or not found:
        call.output.rows(files, FILES)
    for problem in errors:
        diagnostics.error(problem)
    return diagnostics.overall(errors, done=len(found) - len(errors))


def add(
    ctx: typer.Context,
    ticket: Annotated[
        str, typer.Argument(metavar="NUMBER", help="as 123 or SD-123; - reads several", show_default=False)
    ],
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="what is put to it; - is standard input", show_default=False),
    ],
    text: Annotated[
        str | None,
        typer.Option(
            "--text",
            metavar="TEXT",
            help="what the note says, else the files' names; - reads standard input, @FILE a file",
            show_default=False,
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="what comes by standard input is called so", show_default=False),
    ] = None,
    dry_run: DryRun = False,
) -> ExitCode:
    """Put files to a ticket, with an internal note. The requester gets none: see `sdesk reply --attach`.

    Examples:
      sdesk ticket attach add 123 fuse.jpg
      sdesk ticket attach add 123 till.log dump.txt --text "From the till's own disk"
      sdesk list unit:flagship -o ids | sdesk ticket attach add - plan.pdf
      ssh desk ticket attach add 123 - --name fuse.jpg < fuse.jpg
    """
    from sdesk.cli.changing import change, tell
    from sdesk.cli.text_input import given

    call = invocation.of(ctx)
    _require_one_input(ticket, files, text, name)
    written = given(text, [ticket])
    kept = tuple(_attached(file, name) for file in files)
    values: dict[str, object] = {
        "text": written.text if written is not None else ", ".join(file.name for file in kept),
        "attachments": kept,
    }
    return tell(call, change(call, "note", ticket_numbers(call, [ticket]), values, dry_run=dry_run), dry_run=dry_run)


def _require_one_input(ticket: str, files: list[Path], text: str | None, name: str | None) -> None:
    """BadInput where standard input would be read twice, or nobody says how what comes by it is called."""
    given = files.count(_INPUT)
    if name is not None and not given:
        raise BadInput("--name is for a file that comes by standard input", "give - as the file")
    if given + (ticket == "-") + (text == "-") > 1 and given:
        raise BadInput("standard input cannot be two things at once", "give one of them otherwise")
    if given and (name is None or not name.strip()):
        raise BadInput("a file that comes by standard input has no name", "give one: --name photo.jpg")


def _attached(file: Path, name: str | None) -> InboundAttachment:
    from sdesk.actions.grammar import attached, file_called

    if file != _INPUT or name is None:
        return attached(file)
    content = sys.stdin.buffer.read(MOST_GIVEN + 1)
    if len(content) > MOST_GIVEN:
        raise BadInput(
            f"more than {MOST_GIVEN // 1_000_000} MB came by standard input", "put it to the ticket in parts"
        )
    return file_called(name, content)


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
      ssh desk ticket attach get 123 7 - > photo.jpg
    """
    call = invocation.of(ctx)
    if target != "-" and fence.is_up():
        raise Refused("over SSH a file goes by standard output", "give - as the path: attach get NUMBER ID - > FILE")
    file, content = call.reader.attachment(call.actor, one_ticket(call, [ticket], "attach get"), number)
    if target == "-":
        output.raw(content)
        return ExitCode.DONE
    from sdesk.actions.saving import target_of, write_new

    path: Path = write_new(target_of(target, file.name), content)
    output.text(f"{path}\n")
    return ExitCode.DONE
