"""Printing a report: a page for eyes, drawn by Rich; an object with named sections, or flat rows, for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, TypeVar

from sdesk.cli.output import Cut, Format, Output, json_text, text
from sdesk.cli.sheet import Sheet, Value
from sdesk.domain.errors import BadInput

if TYPE_CHECKING:
    from sdesk.reports.page import Page

Row = TypeVar("Row")


def print_report(
    output: Output,
    *,
    page: Callable[[], Page],
    document: Callable[[], Mapping[str, Value]],
    rows: Callable[[], Iterable[Row]],
    sheet: Sheet[Row],
    cut: Cut | None = None,
    left: Callable[[], int] | None = None,
) -> None:
    """Print a report in the wished format. Only what is printed is made.

    JSON is one object, of which `--fields` picks the sections; a table is the whole page, of which it picks nothing.
    `left` counts the rows that the limit `cut` keeps back: the page and the object say it themselves.
    BadInput for a section or a field that is not there.
    """
    if output.format is Format.JSON:
        text(json_text(_picked(document(), output.fields)) + "\n")
    elif output.format is Format.TABLE:
        if output.fields is not None:
            raise BadInput("--fields picks nothing of a page for eyes", "add -o json or -o csv")
        from sdesk.cli.report_page import drawn

        text(drawn(page(), colored=output.colored))
    else:
        output.check(sheet)
        output.rows(rows(), sheet)
        if cut is not None and left is not None and (more := left()) > 0:
            output.cut(cut, f"{more} more {'is' if more == 1 else 'are'} not printed")


def _picked(document: Mapping[str, Value], wished: str | None) -> dict[str, Value]:
    if wished is None:
        return dict(document)
    names = [name.strip() for name in wished.split(",") if name.strip()]
    for name in names:
        if name not in document:
            raise BadInput(f"there is no section `{name}`", f"sections: {', '.join(document)}")
    if not names:
        raise BadInput("--fields names no section", f"sections: {', '.join(document)}")
    return {name: document[name] for name in names}
