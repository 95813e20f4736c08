"""`--spent` and `--visit`: how long something took, and when somebody comes."""

from __future__ import annotations

from typing import Annotated

import typer

from sdesk.actions.grammar import NO_VISIT, seconds
from sdesk.cli.invocation import Invocation

Spent = Annotated[
    str | None,
    typer.Option(
        "--spent", metavar="TIME", help="how long you worked on it, as 15m or 1h30m; -5m corrects", show_default=False
    ),
]
"""Time spent."""

Visit = Annotated[
    str | None,
    typer.Option("--visit", metavar="WHEN", help="a visit is agreed; none calls it off", show_default=False),
]
"""An agreed visit."""


def effort_values(call: Invocation, spent: str | None, visit: str | None = None) -> dict[str, object]:
    """What the use cases take of the two options. BadInput for what is no time."""
    values: dict[str, object] = {}
    if spent is not None:
        values["spent"] = seconds(spent)
    if visit is not None:
        values |= {"no_visit": True} if visit.strip().lower() == NO_VISIT else {"visit": call.instant(visit)}
    return values
