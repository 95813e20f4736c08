"""Undo at one key: pressed again by reflex after a refusal, it names what it would undo next before it does."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from sdesk.actions.perform import Undone, undo
from sdesk.domain.actor import Actor
from sdesk.domain.errors import NothingToDo, Unavailable

if TYPE_CHECKING:
    # The console's first frame waits for no use case.
    from sdesk.desk.opening import Desk

BY_REFLEX = timedelta(seconds=10)
"""How soon after a refusal the key is taken to mean the same action still."""


class Held(NamedTuple):
    """Nothing was undone: what was meant is refused, and what was done before it is another thing."""

    refused: Undone
    following: str
    """What the action before it had said it did, of its first ticket."""
    tickets: int


class _Refusal(NamedTuple):
    answer: Undone
    at: datetime
    following: int
    """The last deed that could be undone then, 0 for none: with another one, something was done since."""


class UndoKey:
    """What the key did last. It is pressed in the thread that writes, where one press follows upon the other."""

    def __init__(self) -> None:
        self._refusal: _Refusal | None = None

    def press(self, desk: Desk, actor: Actor, *, now: datetime) -> Undone | Held:
        """Undo what the agent did last; right after a refusal say what that is first. Raises what `undo` raises."""
        refusal, self._refusal = self._refusal, None
        if refusal is not None and now - refusal.at <= BY_REFLEX:
            last, sentence, tickets = _last(desk, actor, now)
            if last and last == refusal.following:
                return Held(refusal.answer, sentence, tickets)
        answer = undo(desk, actor, now=now)
        errors = [outcome.error for outcome in answer.outcomes if outcome.error is not None]
        if errors and not any(isinstance(error, Unavailable) for error in errors):
            self._refusal = _Refusal(answer, now, _last(desk, actor, now)[0])
        return answer


def _last(desk: Desk, actor: Actor, now: datetime) -> tuple[int, str, int]:
    from sdesk.desk.undo import last_batch

    with desk.work(actor, now) as work:
        try:
            deeds = last_batch(work)
        except NothingToDo:
            return 0, "", 0
    return deeds[-1].id, deeds[0].sentence, len({deed.number for deed in deeds})
