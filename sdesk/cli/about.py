"""The program about itself: version, and the topics of `sdesk help`."""

from __future__ import annotations

from typing import Annotated

import typer

from sdesk.cli import output
from sdesk.cli.diagnostics import MEANINGS, RULE
from sdesk.domain.errors import BadInput

_OUTPUT = """\
-o table     for eyes, default on a terminal; it may change
-o tsv       default elsewhere; first line: field names; nothing is cut; tabs and line breaks are blanks
-o csv       RFC 4180; first line: field names
-o csv-safe  the same for a spreadsheet: an apostrophe stands before what it would take for a formula
-o json      one array (one object, where one thing was asked for)
-o jsonl     one object a line
-o ids       numbers, one a line: sdesk list assignee:none -o ids | sdesk take -

--fields a,b,c picks and orders fields. Instants are RFC 3339 in UTC, but local in tables.
"""


def version() -> None:
    """Print the version.

    Examples:
      sdesk version
      sdesk --version
    """
    from sdesk import __version__

    output.text(f"sdesk {__version__}\n")


def help_topic(
    topic: Annotated[
        list[str] | None, typer.Argument(metavar="[COMMAND|TOPIC]...", help="a command, as ticket import; or a topic")
    ] = None,
) -> None:
    """Print help on a command, or on a topic: desk-file, environment, exit-codes, figures, filters, output.

    Examples:
      sdesk help list
      sdesk help ticket import
      sdesk help exit-codes
    """
    words = topic or []
    text = topic_text(words[0]) if len(words) == 1 else None
    if text is None:
        from sdesk.cli.grammar import help_of

        try:
            text = help_of(words) + "\n"
        except BadInput as error:
            raise BadInput(error.what, f"{error.remedy}; topics: {', '.join(TOPICS)}") from error
    output.text(text)


TOPICS = ("desk-file", "environment", "exit-codes", "figures", "filters", "output")
"""What `sdesk help` knows besides commands."""


def topic(name: str) -> str:
    """The text of a topic; KeyError where there is none."""
    found = topic_text(name)
    if found is None:
        raise KeyError(name)
    return found


def topic_text(name: str) -> str | None:
    """The same, or None."""
    if name == "exit-codes":
        return "".join(f"{code.value:>3}  {meaning}\n" for code, meaning in MEANINGS.items()) + f"\n{RULE}"
    if name == "filters":
        from sdesk.cli.filter_help import topic as filters

        return filters()
    if name == "figures":
        from sdesk.cli.figures_help import FIGURES

        return FIGURES
    if name == "environment":
        from sdesk.cli.environment import topic as environment

        return environment()
    if name == "desk-file":
        from sdesk.desk.deskfile.page import page

        return page()
    return _OUTPUT if name == "output" else None
