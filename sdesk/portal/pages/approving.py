"""Whether something may be done: what an approver answers by the link in a mail. Nobody signs in for it.

Opening the link changes nothing: programs that scan mail follow links. A button does.
"""

from __future__ import annotations

from starlette.responses import Response

from sdesk.desk import approvals
from sdesk.domain.approval import ApprovalState
from sdesk.domain.errors import BadInput, Refused
from sdesk.domain.phrase import phrase
from sdesk.portal.visit import Visit, status_of


def asked(visit: Visit) -> Response:
    """What is asked of an approver, or what became of it."""
    return _page(visit)


def answered(visit: Visit) -> Response:
    """The approver's decision."""
    token, form = visit.asked.params["token"], visit.form
    answer = form.text("answer")
    try:
        if answer not in {"yes", "no"}:
            raise BadInput(phrase("press one of the two buttons"))
        visit.write(lambda work: approvals.decide(work, token, answer == "yes", form.text("comment")))
    except (BadInput, Refused) as error:
        return _page(visit, error)
    return visit.go(f"/approve/{token}")


def _page(visit: Visit, error: BadInput | Refused | None = None) -> Response:
    token = visit.asked.params["token"]
    found = visit.look(lambda work: approvals.question(work, token))
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
        token=token,
        question=found,
        state="" if found.alive else states[found.state],
        typed=visit.form.text("comment"),
        error="" if error is None else visit.speech.told_error(error),
        longest=approvals.LONGEST_COMMENT,
    )
