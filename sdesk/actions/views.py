"""Saving and deleting views, for front ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sdesk.domain.actor import Actor
from sdesk.domain.filters import Sort

if TYPE_CHECKING:
    from sdesk.desk.opening import Desk
    from sdesk.desk.views import ViewOutcome


@dataclass(frozen=True, slots=True)
class SavedView:
    """What became of a view."""

    key: tuple[str | None, str]
    """Whose it is, and its name."""
    sentence: str


def save_view(
    desk: Desk,
    actor: Actor,
    name: str,
    words: str,
    *,
    sort: Sort,
    digit: int | None,
    everybody: bool,
    now: datetime,
) -> SavedView:
    """Save a filter under a name; raises what the use case raises."""
    from sdesk.desk.views import save_view as use_case

    with desk.work(actor, now) as work:
        done = use_case(work, name, words, sort=sort, digit=digit, everybody=everybody)
        work.session.commit()
    return _told(done)


def delete_view(desk: Desk, actor: Actor, name: str, *, everybody: bool, now: datetime) -> SavedView:
    """Delete a view; raises what the use case raises."""
    from sdesk.desk.views import delete_view as use_case

    with desk.work(actor, now) as work:
        done = use_case(work, name, everybody=everybody)
        work.session.commit()
    return _told(done)


def _told(done: ViewOutcome) -> SavedView:
    return SavedView((done.view.owner, done.view.name), done.sentence)
