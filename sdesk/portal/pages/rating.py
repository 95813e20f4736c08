"""How it was: what somebody answers by the link in a mail. Nobody signs in for it.

Opening the link changes nothing, not even where it says an answer: programs that scan mail follow links. A button does.
"""

from __future__ import annotations

from starlette.responses import Response

from sdesk.desk import ratings
from sdesk.domain.errors import BadInput, SdeskError
from sdesk.domain.phrase import phrase
from sdesk.domain.satisfaction import LONGEST_COMMENT, SCORES
from sdesk.portal.visit import Visit, status_of


def asked(visit: Visit) -> Response:
    """How it was: the question, with what the link says chosen already."""
    return _page(visit, visit.asked.query.get("score", ""))


def answered(visit: Visit) -> Response:
    """The answer of who was asked."""
    token, form = visit.asked.params["token"], visit.form
    score = form.text("score")
    try:
        if score not in map(str, SCORES):
            raise BadInput(phrase("choose one of the five answers"))
        visit.write(lambda work: ratings.answer(work, token, int(score), form.text("comment")))
    except BadInput as error:
        return _page(visit, score, error)
    return visit.go(f"/rate/{token}?thanks=1")


def once_more(visit: Visit, error: SdeskError) -> Response:
    """The question with what was typed, where that was not worked."""
    return _page(visit, visit.form.text("score"), error)


def _page(visit: Visit, chosen: str, error: SdeskError | None = None) -> Response:
    token = visit.asked.params["token"]
    found = visit.look(lambda work: ratings.look(work, token))
    _ = visit.speech.say
    words = {5: _("very good"), 4: _("good"), 3: _("so so"), 2: _("bad"), 1: _("very bad")}
    return visit.page(
        "rate.html",
        status=200 if error is None else status_of(error),
        token=token,
        question=found,
        answers=[(str(score), words[score]) for score in SCORES],
        chosen=chosen if chosen in map(str, SCORES) else str(found.score or ""),
        typed=visit.form.text("comment"),
        thanks="thanks" in visit.asked.query,
        error="" if error is None else visit.speech.told_error(error),
        longest=LONGEST_COMMENT,
    )
