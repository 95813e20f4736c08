"""Whether something may be done: what an approver answers by the link in a mail, without signing in, or signed in.

Opening it changes nothing: programs that scan mail follow links. A button does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote

from starlette.responses import Response

from sdesk.desk import approvals
from sdesk.desk.change import Change
from sdesk.desk.opening import Work
from sdesk.domain.approval import ApprovalState
from sdesk.domain.errors import BadInput, Refused, SdeskError
from sdesk.domain.phrase import phrase
from sdesk.portal.pages.tickets import number_in, number_of_path
from sdesk.portal.visit import Visit, status_of


class Approver(NamedTuple):
    """Who is asked, by what proves that it is he."""

    way: str
    """The address of his page."""
    look: Callable[[Work], approvals.Question]
    decide: Callable[[Work, bool, str], Change]


def asked(visit: Visit) -> Response:
    """What is asked of an approver, or what became of it."""
    return _page(visit, _by_link(visit))


def answered(visit: Visit) -> Response:
    """The approver's decision."""
    return _decided(visit, _by_link(visit))


def asked_inside(visit: Visit) -> Response:
    """The same, of who is signed in."""
    return _page(visit, _by_session(visit))


def answered_inside(visit: Visit) -> Response:
    """His decision."""
    return _decided(visit, _by_session(visit))


def once_more(visit: Visit, error: SdeskError) -> Response:
    """The question with what was typed, where that was not worked."""
    return _page(visit, _by_link(visit), error)


def once_more_inside(visit: Visit, error: SdeskError) -> Response:
    """The same, of who is signed in."""
    return _page(visit, _by_session(visit), error)


def _by_link(visit: Visit) -> Approver:
    token = visit.asked.params["token"]
    return Approver(
        f"/approve/{quote(token, safe='')}",
        lambda work: approvals.question(work, token),
        lambda work, yes, comment: approvals.decide(work, token, yes, comment),
    )


def _by_session(visit: Visit) -> Approver:
    number, address, shown = number_of_path(visit), visit.who.address, number_in(visit.form.text("question")) or 0
    return Approver(
        f"/approvals/{number}",
        lambda work: approvals.question_to(work, number, address=address),
        lambda work, yes, comment: approvals.decide_by(work, number, yes, comment, address=address, shown=shown),
    )


def _decided(visit: Visit, approver: Approver) -> Response:
    form = visit.form
    answer = form.text("answer")

    def decide() -> str:
        if answer not in {"yes", "no"}:
            raise BadInput(phrase("press one of the two buttons"))
        visit.write(lambda work: approver.decide(work, answer == "yes", form.text("comment")))
        return approver.way

    try:
        return visit.go(visit.once(decide))
    except (BadInput, Refused) as error:
        return _page(visit, approver, error)


def _page(visit: Visit, approver: Approver, error: SdeskError | None = None) -> Response:
    found = visit.look(approver.look)
    _ = visit.speech.say
    states = {
        ApprovalState.ASKED: _("This question is too old to be answered here."),
        ApprovalState.APPROVED: _("It is approved, and goes on."),
        ApprovalState.REFUSED: _("It was not approved, and will not be done."),
        ApprovalState.CANCELLED: _("Nobody needs this answer any more."),
    }
    return visit.page(
        "approve.html",
        status=200 if error is None else status_of(error),
        way=approver.way,
        question=found,
        state="" if found.alive else states[found.state],
        typed=visit.form.text("comment"),
        error="" if error is None else visit.speech.told_error(error),
        longest=approvals.LONGEST_COMMENT,
    )
