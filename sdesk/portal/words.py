"""What a requester is told of a request: where it stands, who answers, by when; in whole words, none of the desk's."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sdesk.domain.ticket import Status, WaitingFor
from sdesk.portal.language import Speech
from sdesk.store.reader.portal_rows import OfferRow, RequestRow


class Standing(NamedTuple):
    """Where a request stands."""

    words: str
    tone: str
    """A class of the stylesheet: `work`, `yours` (something is to be done by who asked), `still`, `done`."""
    by: str
    """By when, or since when; may be empty."""
    late: bool = False
    """Whether what was promised is past."""


def standing(speech: Speech, row: RequestRow, now: datetime, *, asked: bool = False) -> Standing:
    """Where a request stands, for who asked it; `asked`: who looks is asked whether it may be done."""
    _ = speech.say
    if asked:
        return Standing(_("Waits for your decision"), "yours", "")
    match row.status:
        case Status.RESOLVED | Status.CLOSED if row.is_refused:
            return Standing(_("Not approved"), "done", _since(speech, row.resolved_at))
        case Status.RESOLVED:
            return Standing(_("Solved"), "done", _since(speech, row.resolved_at))
        case Status.CLOSED:
            return Standing(_("Closed"), "done", _since(speech, row.resolved_at))
        case Status.MERGED:
            return Standing(_("Joined with another request"), "done", "")
        case Status.WAITING if row.waiting_for is WaitingFor.REQUESTER:
            return Standing(_("Waiting for your answer"), "yours", "")
        case Status.WAITING if row.waiting_for is WaitingFor.APPROVAL:
            return Standing(_("Waiting for an approval"), "still", "")
        case Status.WAITING if row.wake_at is not None and row.waiting_for is WaitingFor.DATE:
            return Standing(_("Put off"), "still", _("goes on {when}", when=speech.when(row.wake_at)))
        case Status.WAITING:
            return Standing(_("Waiting for somebody outside"), "still", "")
        case Status.NEW:
            words = _("Received")
        case Status.OPEN | Status.SPAM:
            words = _("At work")
    if row.due_at is None:
        return Standing(words, "work", "")
    if row.due_at <= now:
        return Standing(words, "work", _("was promised for {when}", when=speech.when(row.due_at)), late=True)
    return Standing(words, "work", _("by {when}", when=speech.when(row.due_at)))


def _since(speech: Speech, instant: datetime | None) -> str:
    return "" if instant is None else speech.when(instant)


def promise(speech: Speech, offer: OfferRow) -> str:
    """By when something would be done, were it asked for now; empty where nothing is promised."""
    if offer.due_at is None:
        return ""
    _, when = speech.say, speech.when(offer.due_at)
    return _("Answered by {when}", when=when) if offer.answered else _("Done by {when}", when=when)


def size_in_words(speech: Speech, size: int) -> str:
    """Bytes for eyes."""
    _ = speech.say
    if size < 1_000_000:
        return _("{size} kB", size=max(1, round(size / 1000)))
    return _("{size} MB", size=f"{size / 1e6:.1f}")
