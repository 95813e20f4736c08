"""`view list|save|show|delete`: named filters, which `list --view` and the console share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from sdesk.cli import invocation
from sdesk.cli.changing import alter
from sdesk.cli.options import DryRun, one_of
from sdesk.cli.sheet import DRY_RUN, Column, Field, Sheet
from sdesk.domain.filters import Sort, text_of_arguments
from sdesk.domain.kinds import FLAG, NUMBER, TEXT, maybe, word
from sdesk.domain.views import EVERYBODY, NamedView, find, placed

if TYPE_CHECKING:
    from sdesk.cli.invocation import Invocation
    from sdesk.desk.views import ViewOutcome

Name = Annotated[str, typer.Argument(metavar="NAME", help="of `sdesk view list`", show_default=False)]
Everybody = Annotated[bool, typer.Option("--everybody", help="the view that all agents have: for leads and admins")]


class Row(NamedTuple):
    """A view, and the key that it has in the agent's console."""

    view: NamedView
    key: int | None
    tickets: int | None = None
    """How many it holds now; None where its filter is wrong by now, or nobody asked."""


VIEWS: Sheet[Row] = Sheet(
    fields=(
        Field("name", lambda row: row.view.name, kind=TEXT),
        Field("filter", lambda row: row.view.words, kind=TEXT),
        Field("sort", lambda row: row.view.sort.value, kind=word(Sort)),
        Field("digit", lambda row: row.key, kind=maybe(NUMBER)),
        Field("of", lambda row: _of(row.view), kind=TEXT),
        Field("tickets", lambda row: row.tickets, kind=maybe(NUMBER)),
    ),
    columns=(
        Column("KEY", lambda row, eyes: "" if row.key is None else str(row.key)),
        Column("NAME", lambda row, eyes: row.view.name),
        Column("TICKETS", lambda row, eyes: "?" if row.tickets is None else str(row.tickets), right=True),
        Column("FILTER", lambda row, eyes: row.view.words or "(all that is open)", cut=True),
        Column("SORT", lambda row, eyes: row.view.sort.value, spare=True),
        Column("OF", lambda row, eyes: _of(row.view)),
    ),
)

CHANGED: Sheet[ViewOutcome] = Sheet(
    fields=(
        Field("name", lambda row: row.view.name, kind=TEXT),
        Field("filter", lambda row: row.view.words, kind=TEXT),
        Field("sort", lambda row: row.view.sort.value, kind=word(Sort)),
        Field("digit", lambda row: row.view.digit, kind=maybe(NUMBER)),
        Field("of", lambda row: _of(row.view), kind=TEXT),
        Field("changed", lambda row: row.changed, kind=FLAG),
        Field("sentence", lambda row: str(row.sentence), kind=TEXT),
        DRY_RUN,
    ),
    columns=(Column("WHAT", lambda row, eyes: str(row.sentence), wrap=True),),
)


def _of(view: NamedView) -> str:
    """Whose it is."""
    if view.owner is None:
        return "every desk"
    return "everybody" if view.owner == EVERYBODY else view.owner


def view_list(ctx: typer.Context) -> None:
    """Print your views: what each shows, and its key in the console.

    Examples:
      sdesk view list
      sdesk view list -o json
    """
    call = invocation.of(ctx)
    call.output.rows(_rows(call), VIEWS)


def view_show(ctx: typer.Context, name: Name) -> None:
    """Print one view. Its tickets: `sdesk list --view NAME`.

    Examples:
      sdesk view show tills
    """
    call = invocation.of(ctx)
    rows = _rows(call)
    wanted = find(name, (row.view for row in rows))
    call.output.one(next(row for row in rows if row.view == wanted), VIEWS)


def view_save(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="for instance: tills", show_default=False)],
    filter_words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILTER]...", help="as in `list`; see `sdesk help filters`; nothing: all that is open"),
    ] = None,
    sort: Annotated[
        str, typer.Option("--sort", metavar="ORDER", help="sla (most urgent first), loss, priority or age")
    ] = Sort.SLA,
    digit: Annotated[
        int | None,
        typer.Option("--digit", metavar="N", help="its key in the console, 1 to 9; else what is free of 7-9"),
    ] = None,
    everybody: Everybody = False,
    dry_run: DryRun = False,
) -> None:
    """Save a filter under a name, for `list --view` and the console. One of that name is replaced.

    It is kept as it is written: `created:today..` means another day tomorrow. A filter that is wrong is not saved.

    Examples:
      sdesk view save tills service:till
      sdesk view save late team:it is:breached --sort loss --digit 8
      sdesk view save outages is:burning --everybody
    """
    call = invocation.of(ctx)
    order = Sort(one_of("--sort", sort, Sort) or sort)
    words = text_of_arguments(filter_words or [])
    from sdesk.desk.views import save_view

    alter(
        call,
        CHANGED,
        lambda work: save_view(work, name, words, sort=order, digit=digit, everybody=everybody),
        dry_run=dry_run,
    )


def view_delete(ctx: typer.Context, name: Name, everybody: Everybody = False, dry_run: DryRun = False) -> None:
    """Delete a saved view. The tickets that it showed are not touched.

    Examples:
      sdesk view delete tills
    """
    call = invocation.of(ctx)
    from sdesk.desk.views import delete_view

    alter(call, CHANGED, lambda work: delete_view(work, name, everybody=everybody), dry_run=dry_run)


def _rows(call: Invocation) -> list[Row]:
    from sdesk.domain.errors import BadInput

    rows = []
    for view, key in placed(call.reader.standing_views(call.actor), call.reader.views(call.actor)):
        try:
            tickets = call.reader.count(call.actor, call.filter_text(view.words), now=call.now)
        except BadInput:  # a team or service that the desk has no more
            rows.append(Row(view, key))
        else:
            rows.append(Row(view, key, tickets))
    return rows
