"""`schema`: JSON Schemas of what is printed for programs, and of the desk file."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated, NamedTuple

import typer

from sdesk.cli import invocation, output
from sdesk.cli.schemas import PRINTED, Printed
from sdesk.cli.sheet import Column, Field, Sheet
from sdesk.domain.errors import BadInput
from sdesk.domain.kinds import TEXT, many
from sdesk.domain.nearest import did_you_mean


class Known(NamedTuple):
    """A schema by its name."""

    name: str
    printed: Printed


LISTED: Sheet[Known] = Sheet(
    fields=(
        Field("name", lambda row: row.name, kind=TEXT),
        Field("shape", lambda row: row.printed.shape.value, kind=TEXT),
        Field("commands", lambda row: list(row.printed.commands), kind=many(TEXT)),
    ),
    columns=(
        Column("NAME", lambda row, eyes: row.name),
        Column("SHAPE", lambda row, eyes: row.printed.shape.value),
        Column("COMMANDS", lambda row, eyes: ", ".join(row.printed.commands), cut=True),
    ),
)


def schema(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="[SCHEMA]", help="which one; without it: list them")] = None,
) -> None:
    """Print the JSON Schema of what a command prints with `-o json`, or of the desk file; alone: list them.

    A schema describes one object: where a command prints several, they stand in an array. Of the desk file: save it
    beside the file, whose first line is then `#:schema ./desk.schema.json` (Taplo, Even Better TOML), and an editor
    completes and checks by it.

    Examples:
      sdesk schema
      sdesk schema ticket > ticket.schema.json
      sdesk schema desk > desk.schema.json
    """
    call = invocation.of(ctx)
    if name is None:
        # No store is asked for its time zone: there is no instant among them.
        output.Output(call.wishes, zone=lambda: UTC).rows(
            [Known(each, printed) for each, printed in PRINTED.items()], LISTED
        )
        return
    if name not in PRINTED:
        raise BadInput(
            f"there is no schema `{name}`", did_you_mean(name, PRINTED, "`sdesk schema` lists those that there are")
        )
    import json

    found = PRINTED[name].schema(name)
    output.text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
