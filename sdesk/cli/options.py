"""Arguments and options that several commands share, so that they read the same everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated

import typer

from sdesk.actions import grammar
from sdesk.actions.grammar import MOST as MOST
from sdesk.cli import invocation
from sdesk.cli.output import Cut
from sdesk.domain.errors import BadInput, NotFound

Numbers = Annotated[
    list[str],
    typer.Argument(
        metavar="NUMBER...", help="tickets, as 123 or SD-123; - reads them from standard input", show_default=False
    ),
]
"""Several tickets."""


def _remember(ctx: typer.Context, value: bool) -> bool:
    invocation.of(ctx).wishes.dry_run = value
    return value


DryRun = Annotated[
    bool, typer.Option("-n", "--dry-run", help="say what would happen, and change nothing", callback=_remember)
]
"""The same code, rolled back."""

Yes = Annotated[bool, typer.Option("--yes", help="ask no question; without a terminal it must be said")]
"""Instead of a question, where nothing brings back what the command takes away."""

NoQuestion = Annotated[bool, typer.Option("--yes", help="ask no question")]
"""Instead of a question that is put on a terminal alone."""

TEXT_HELP = "the text; - reads it from standard input, @FILE from a file; without it, on a terminal, your editor opens"

Text = Annotated[str | None, typer.Option("--text", metavar="TEXT", help=TEXT_HELP, show_default=False)]
"""A text, in any of its ways."""

Limit = Annotated[int, typer.Option("--limit", metavar="N", min=0, max=MOST, help="at most so many; 0: all")]
"""How many rows."""


def cut_of(ctx: typer.Context, limit: int) -> Cut:
    """The limit of a command, and whether it was asked for."""
    source = ctx.get_parameter_source("limit")
    return Cut(limit, asked=source is not None and source.name != "DEFAULT")


@contextmanager
def of_an_option() -> Iterator[None]:
    """A key that is not there, where an option names it: BadInput. See `diagnostics.RULE` for what ends with 3."""
    try:
        yield
    except NotFound as error:
        raise BadInput(error.what, error.remedy) from error


def an_option(name: str, metavar: str, text: str) -> typer.models.OptionInfo:
    """An option with a value, whose default the help does not print."""
    option: typer.models.OptionInfo = typer.Option(name, metavar=metavar, help=text, show_default=False)
    return option


def one_of(option: str, value: str | None, words: Iterable[StrEnum]) -> str | None:
    """The value, if it is one of the words. BadInput that lists them."""
    return None if value is None else grammar.one_of(option, value, words)
