"""The people whom the desk serves: listed, and one shown whole, with what is known of how content he is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, NamedTuple

import typer

from sdesk.cli import invocation
from sdesk.cli.options import Limit, cut_of
from sdesk.cli.sheet import Column, Eyes, Field, Sheet, Value
from sdesk.cli.whole import Fact, fields_of, listed, print_whole, ticket_line
from sdesk.domain.duration import format_working
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.kinds import FIGURE, INSTANT, NUMBER, TEXT, many, maybe, thing
from sdesk.store.reader.desk_rows import PersonRow
from sdesk.store.reader.rated import PersonRating, PersonStory
from sdesk.store.reader.rows import TicketRow

MOST_ANSWERS = 10
"""Of those that are shown to eyes."""


class _Person(NamedTuple):
    person: PersonRow
    tickets: tuple[TicketRow, ...]
    story: PersonStory


PEOPLE: Sheet[PersonRow] = Sheet(
    fields=(
        Field("name", lambda row: row.name, kind=TEXT),
        Field("addresses", lambda row: list(row.addresses), kind=many(TEXT)),
        Field("phone", lambda row: row.phone, kind=maybe(TEXT)),
        Field("unit", lambda row: row.unit, kind=maybe(TEXT)),
        Field("language", lambda row: row.language, kind=maybe(TEXT)),
        Field("open_tickets", lambda row: row.open_tickets, kind=NUMBER),
        Field("all_tickets", lambda row: row.all_tickets, kind=NUMBER),
        Field("last_rating", lambda row: row.last_rating, kind=maybe(NUMBER)),
    ),
    columns=(
        Column("NAME", lambda row, eyes: row.name, cut=True),
        Column("ADDRESSES", lambda row, eyes: ", ".join(row.addresses), cut=True),
        Column("UNIT", lambda row, eyes: row.unit_name or "", cut=True),
        Column("OPEN", lambda row, eyes: str(row.open_tickets), right=True),
        Column("ALL", lambda row, eyes: str(row.all_tickets), right=True),
        Column("RATED", lambda row, eyes: str(row.last_rating or ""), right=True, optional=True),
    ),
)


def _rating(row: PersonRating) -> dict[str, Value]:
    return {"number": row.number, "score": row.score, "comment": row.comment, "at": to_rfc3339(row.at)}


def _trend(story: PersonStory) -> Value:
    return None if story.trend is None else dict(story.trend._asdict())


_RATING = thing({"number": NUMBER, "score": NUMBER, "comment": TEXT, "at": INSTANT})
_TREND = thing({"last": FIGURE, "last_count": NUMBER, "before": maybe(FIGURE), "before_count": NUMBER})

PERSON: Sheet[_Person] = Sheet(
    fields=(
        *fields_of(PEOPLE, "person"),
        Field("tickets", lambda row: [ticket.number for ticket in row.tickets], kind=many(NUMBER)),
        Field("done_tickets", lambda row: row.story.done_tickets, kind=NUMBER),
        Field("reopened", lambda row: row.story.reopened, kind=NUMBER),
        Field("complaints", lambda row: row.story.complaints, kind=NUMBER),
        Field("resolution_median", lambda row: row.story.resolution_median, kind=maybe(NUMBER)),
        Field("resolution_judged", lambda row: row.story.resolution_judged, kind=NUMBER),
        Field("resolution_in_time", lambda row: row.story.resolution_in_time, kind=NUMBER),
        Field("first_contact", lambda row: row.story.first_contact, kind=maybe(INSTANT)),
        Field("last_contact", lambda row: row.story.last_contact, kind=maybe(INSTANT)),
        Field("asked", lambda row: row.story.asked, kind=NUMBER),
        Field("ratings", lambda row: [_rating(each) for each in row.story.answers], kind=many(_RATING)),
        Field("rating_mean", lambda row: row.story.mean, kind=maybe(FIGURE)),
        Field("rating_trend", lambda row: _trend(row.story), kind=maybe(_TREND)),
    ),
    columns=(),
)


def people(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[WORD]...", help="parts of a name or an address")
    ] = None,
    unhappy: Annotated[
        bool, typer.Option("--unhappy", help="whose last answer to the question how it was is 1 or 2")
    ] = False,
    limit: Limit = 50,
) -> None:
    """Print the people whom the desk serves: those of whom you may see a ticket.

    Examples:
      sdesk person list
      sdesk person list irina
      sdesk person list --unhappy
      sdesk person list @accounting.example.org -o json
    """
    call = invocation.of(ctx)
    actor = call.actor
    call.output.limited(
        lambda most: call.reader.people(actor, words=" ".join(words or ()), unhappy=unhappy, limit=most),
        PEOPLE,
        cut_of(ctx, limit),
    )


def person_show(
    ctx: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="one of the person's", show_default=False)],
) -> None:
    """Print a person's story: the tickets that you may see of him, how they went, and what he said of it.

    Examples:
      sdesk person show irina@example.org
      sdesk person show irina@example.org -o json --fields ratings,rating_trend
    """
    call = invocation.of(ctx)
    found = call.reader.person(call.actor, address)
    numbers = call.reader.tickets_of(call.actor, found.id)
    rows = call.reader.rows(call.actor, numbers, now=call.now)
    story = call.reader.person_story(call.actor, found.id)
    whole = _Person(found, tuple(rows[each] for each in numbers if each in rows), story)
    print_whole(call, whole, PERSON, _person_facts)


def _person_facts(row: _Person, eyes: Eyes) -> Iterator[Fact]:
    person, story = row.person, row.story
    yield "Name", person.name
    yield "Addresses", ", ".join(person.addresses)
    yield "Phone", person.phone or ""
    yield "Unit", "" if person.unit is None else f"{person.unit}: {person.unit_name}"
    yield "Language", person.language or ""
    yield "Last spoke", _when(story.last_contact, eyes)
    yield "So far", _so_far(story)
    yield "Solved in", _solved_in(story)
    yield "Rated", _rated(story)
    for answer in story.answers[:MOST_ANSWERS]:
        comment = f": {answer.comment}" if answer.comment else ""
        yield "", f"{answer.score} of 5, {answer.ref}, {eyes.local(answer.at)}{comment}"
    if len(story.answers) > MOST_ANSWERS:
        yield "", f"and {len(story.answers) - MOST_ANSWERS} before: see -o json"
    yield from listed("Tickets", map(ticket_line, row.tickets))


def _when(at: datetime | None, eyes: Eyes) -> str:
    return "" if at is None else eyes.local(at)


def _so_far(story: PersonStory) -> str:
    counted = ((story.open_tickets, "open"), (story.done_tickets, "done"), (story.reopened, "opened again"))
    words = [f"{count} {what}" for count, what in counted if count]
    if story.complaints:
        words.append("1 complaint" if story.complaints == 1 else f"{story.complaints} complaints")
    return ", ".join(words)


def _solved_in(story: PersonStory) -> str:
    if story.resolution_median is None:
        return ""
    judged = story.resolution_judged
    kept = f", {story.resolution_in_time} of {judged} in time" if judged else ""
    return f"{format_working(story.resolution_median)} of working time, by the median{kept}"


def _rated(story: PersonStory) -> str:
    """The mean with how many answers it is of, and whether it goes up or down."""
    if story.mean is None or story.trend is None:
        return f"never, asked {story.asked}x" if story.asked else ""
    trend = story.trend
    words = f"{story.mean:.1f} of 5 in {len(story.answers)} of {story.asked} asked"
    if trend.before is None:
        return words
    return f"{words}; the last {trend.last_count}: {trend.last:.1f}, before: {trend.before:.1f}"
