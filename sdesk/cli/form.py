"""Answers in a service's form on the command line: `--field model=55F`, `--field photo=@FILE`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sdesk.domain.errors import BadInput

if TYPE_CHECKING:
    from sdesk.domain.inbound import InboundAttachment

Fields = Annotated[
    list[str] | None,
    typer.Option(
        "--field",
        metavar="KEY=VALUE",
        help="an answer in the service's form; KEY=@FILE gives a file, or a text of one; may be repeated",
        show_default=False,
    ),
]


def answers(fields: Sequence[str] | None) -> dict[str, str | InboundAttachment] | None:
    """The answers by key; None where nothing is said. BadInput for what is no answer, and for a key said twice."""
    from sdesk.actions.grammar import attached

    if not fields:
        return None
    found: dict[str, str | InboundAttachment] = {}
    for each in fields:
        key, equals, value = each.partition("=")
        key = key.strip()
        if not equals or not key:
            raise BadInput(f"--field `{each}` says no answer", "write it as --field model=55F")
        if key in found:
            raise BadInput(f"--field {key} is said twice", "say it once")
        found[key] = attached(Path(value[1:]).expanduser()) if value.startswith("@") else value
    return found
