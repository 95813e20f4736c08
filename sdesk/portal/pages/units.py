"""What is to be seen beyond one's own requests: as the head of a unit those of the unit; what is known not to work."""

from __future__ import annotations

from starlette.responses import Response

from sdesk.domain.errors import NotFound
from sdesk.domain.phrase import phrase
from sdesk.portal.pages.tickets import number_in, numbers_of, with_standing
from sdesk.portal.visit import Visit
from sdesk.store.reader.portal_reader import PAGE


def unit(visit: Visit) -> Response:
    """The requests of a unit, for its head."""
    key = visit.asked.params["key"]
    place = next((each for each in visit.who.headed if each.key == key), None)
    if place is None:
        raise NotFound(phrase("there is no such page"), phrase("see what is offered"))
    before = number_in(visit.asked.query.get("before", ""))
    at_work = () if before is not None else visit.reader.unit_requests(visit.who, place.id, at_work=True)
    done = visit.reader.unit_requests(visit.who, place.id, at_work=False, before=before)
    asked = numbers_of(visit.reader.questions(visit.who, now=visit.now))
    return visit.page(
        "unit.html",
        place=place,
        asked=asked,
        at_work=with_standing(visit, at_work, asked),
        done=with_standing(visit, done[:PAGE]),
        older=done[PAGE - 1].number if len(done) > PAGE else None,
        before=before,
    )


def status(visit: Visit) -> Response:
    """What is known not to work, for everybody."""
    return visit.page("status.html", outages=visit.reader.known_outages())
