"""Answers in a service's form on the command line: `--field model=55F`, `--field photo=@FILE`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

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
    from sdesk.actions import grammar

    return grammar.answers("--field", fields) if fields else None
