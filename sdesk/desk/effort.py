"""Time spent and agreed visits by themselves, without an answer or a note."""

from __future__ import annotations

from datetime import datetime

from sdesk.desk.change import Change
from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import settle
from sdesk.desk.steps.effort import note_effort
from sdesk.desk.steps.find import find_ticket
from sdesk.domain.errors import BadInput
from sdesk.domain.phrase import joined, phrase


def spend(work: Work, number: int, *, spent: int, version: int | None = None) -> Change:
    """Write down seconds that the acting agent worked on a ticket; negative ones correct what was too much."""
    if not spent:
        raise BadInput(phrase("no time is nothing to write down"), phrase("give it as 15m, or -5m to correct it"))
    return _note(work, number, version, spent=spent)


def visit(
    work: Work, number: int, *, visit: datetime | None = None, no_visit: bool = False, version: int | None = None
) -> Change:
    """Agree on a visit, which moves an earlier one, or call it off."""
    if visit is None and not no_visit:
        raise BadInput(phrase("it is not said when the visit is"), phrase("say when, or that there is none"))
    return _note(work, number, version, visit=visit, no_visit=no_visit)


def _note(
    work: Work,
    number: int,
    version: int | None,
    *,
    spent: int = 0,
    visit: datetime | None = None,
    no_visit: bool = False,
) -> Change:
    ticket = find_ticket(work, number, version)
    ref = work.rules.ref(number)
    noted = note_effort(work, ticket, spent=spent, visit=visit, no_visit=no_visit)
    settle(work, ticket)
    return Change(number, ref, phrase("{ref}: {done}", ref=ref, done=joined(", ", noted.things)), warning=noted.warning)
