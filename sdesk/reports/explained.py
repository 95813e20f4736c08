"""Every step of every clock of a ticket, as entries of a page: the command line and the console show the same."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from sdesk.domain.duration import format_exact
from sdesk.domain.hours import hours_words
from sdesk.domain.phrase import phrase
from sdesk.domain.story.tell import tell
from sdesk.domain.story.values import Facts, Told
from sdesk.domain.story.words import When, name_of, sentence, verdict
from sdesk.store.reader.rows import TicketRow


class Explained(NamedTuple):
    """A ticket, and the stories of its promises."""

    ticket: TicketRow
    facts: Facts
    told: tuple[Told, ...]

    @property
    def agrees(self) -> bool:
        """Whether all sums are what the store says."""
        return not any(each.disagreements for each in self.told)


class Part(StrEnum):
    """What an entry of the page is."""

    TITLE = "title"
    FACT = "fact"
    CLOCK = "clock"
    """A promise begins."""
    STEP = "step"
    SUM = "sum"
    NOTE = "note"
    WRONG = "wrong"
    """The sums and the store contradict each other."""
    AGREES = "agrees"


class Entry(NamedTuple):
    """One line, or more where it is broken."""

    part: Part
    text: str
    at: str = ""
    """Of a step."""
    used: str = ""
    """Working time consumed by then."""


def explained(ticket: TicketRow, facts: Facts) -> Explained:
    """A ticket with its stories told."""
    return Explained(ticket, facts, tell(facts))


def page(found: Explained, when: When, zone: str) -> Iterator[Entry]:
    """The page, from its title on; `zone` names the zone in which `when` writes."""
    row, facts = found.ticket, found.facts
    calendar = facts.promise.calendar
    yield Entry(Part.TITLE, f"{row.ref}  {row.subject}")
    promised = (
        phrase("SLA {sla}, {priority}", sla=facts.sla, priority=row.priority.value)
        if facts.sla is not None
        else phrase("no SLA")
    )
    yield Entry(
        Part.FACT,
        phrase("{promised}; calendar {key}: {hours}", promised=promised, key=calendar.key, hours=hours_words(calendar)),
    )
    yield Entry(
        Part.FACT,
        phrase(
            "opened {opened}, told at {now}; times are those of {zone}",
            opened=when(facts.opened_at),
            now=when(facts.now),
            zone=zone,
        ),
    )
    for told in found.told:
        yield Entry(Part.CLOCK, name_of(told))
        for step in told.steps:
            used = "" if step.consumed is None else format_exact(step.consumed)
            yield Entry(Part.STEP, sentence(step, told, when), when(step.at), used)
        yield Entry(Part.SUM, verdict(told, when), used=format_exact(told.consumed))
        yield from (Entry(Part.NOTE, each) for each in told.notes)
        yield from (Entry(Part.WRONG, each) for each in told.disagreements)
        if not told.disagreements:
            yield Entry(Part.AGREES, phrase("The store says the same."))
