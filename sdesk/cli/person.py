"""The people whom the desk serves: listed, and one shown whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, NamedTuple

import typer

from sdesk.cli import invocation
from sdesk.cli.options import Limit, cut_of
from sdesk.cli.sheet import Column, Eyes, Field, Sheet
from sdesk.cli.whole import Fact, fields_of, listed, print_whole, ticket_line
from sdesk.domain.kinds import NUMBER, TEXT, many, maybe
from sdesk.store.reader.desk_rows import PersonRow
from sdesk.store.reader.rows import TicketRow


class _Person(NamedTuple):
    person: PersonRow
    tickets: tuple[TicketRow, ...]


PEOPLE: Sheet[PersonRow] = Sheet(
    fields=(
        Field("name", lambda row: row.name, kind=TEXT),
        Field("addresses", lambda row: list(row.addresses), kind=many(TEXT)),
        Field("phone", lambda row: row.phone, kind=maybe(TEXT)),
        Field("unit", lambda row: row.unit, kind=maybe(TEXT)),
        Field("language", lambda row: row.language, kind=maybe(TEXT)),
        Field("open_tickets", lambda row: row.open_tickets, kind=NUMBER),
        Field("all_tickets", lambda row: row.all_tickets, kind=NUMBER),
    ),
    columns=(
        Column("NAME", lambda row, eyes: row.name, cut=True),
        Column("ADDRESSES", lambda row, eyes: ", ".join(row.addresses), cut=True),
        Column("UNIT", lambda row, eyes: row.unit_name or "", cut=True),
        Column("OPEN", lambda row, eyes: str(row.open_tickets), right=True),
        Column("ALL", lambda row, eyes: str(row.all_tickets), right=True),
    ),
)

PERSON: Sheet[_Person] = Sheet(
    fields=(
        *fields_of(PEOPLE, "person"),
        Field("tickets", lambda row: [ticket.number for ticket in row.tickets], kind=many(NUMBER)),
    ),
    columns=(),
)


def people(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[WORD]...", help="parts of a name or an address")
    ] = None,
    limit: Limit = 50,
) -> None:
    """Print the people whom the desk serves: those of whom you may see a ticket.

    Examples:
      sdesk person list
      sdesk person list irina
      sdesk person list @accounting.example.org -o json
    """
    call = invocation.of(ctx)
    actor = call.actor
    call.output.limited(
        lambda most: call.reader.people(actor, words=" ".join(words or ()), limit=most), PEOPLE, cut_of(ctx, limit)
    )


def person_show(
    ctx: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="one of the person's", show_default=False)],
) -> None:
    """Print a person whole, with the tickets that you may see of him.

    Examples:
      sdesk person show irina@example.org
    """
    call = invocation.of(ctx)
    found = call.reader.person(call.actor, address)
    numbers = call.reader.tickets_of(call.actor, found.id)
    rows = call.reader.rows(call.actor, numbers, now=call.now)
    print_whole(call, _Person(found, tuple(rows[each] for each in numbers if each in rows)), PERSON, _person_facts)


def _person_facts(row: _Person, eyes: Eyes) -> Iterator[Fact]:
    person = row.person
    yield "Name", person.name
    yield "Addresses", ", ".join(person.addresses)
    yield "Phone", person.phone or ""
    yield "Unit", "" if person.unit is None else f"{person.unit}: {person.unit_name}"
    yield "Language", person.language or ""
    yield from listed("Tickets", map(ticket_line, row.tickets))
