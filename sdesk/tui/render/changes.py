"""What happened to a ticket since somebody began to write to it, in one line, by whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sdesk.store.reader.detail_rows import HistoryRow
from sdesk.tui.language import _
from sdesk.tui.render.events import NO_TITLES, Titles, actor_text, event_text

MOST = 4
"""Events of one person that are named; of the rest, how many there are."""


def newest_event(history: Sequence[HistoryRow]) -> int:
    """The id of the last event; 0 where nothing happened."""
    return max((event.id for event in history), default=0)


def changes_since(
    history: Sequence[HistoryRow],
    event: int,
    *,
    me: str,
    now: datetime,
    zone: ZoneInfo,
    titles: Titles = NO_TITLES,
) -> str:
    """Who did what after that event, oldest first: `boris: note, assigned anna -> boris; vera: status`; or nothing."""
    by_actor: dict[str, list[str]] = {}
    for each in history:
        if each.id > event:
            who = _("you, elsewhere") if each.actor == me else actor_text(each)
            said = event_text(each, now=now.astimezone(zone), zone=zone, titles=titles)
            by_actor.setdefault(who, []).append(said)
    return "; ".join(f"{who}: {_some(what)}" for who, what in by_actor.items())


def _some(what: Sequence[str]) -> str:
    named = ", ".join(dict.fromkeys(what[:MOST]))
    return named + (_(", and {count} more").format(count=len(what) - MOST) if len(what) > MOST else "")
