"""An action on many tickets is asked about first: what is marked may be more than is on screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sdesk.domain.instant import Day
from sdesk.domain.safe_text import one_line
from sdesk.tui.actions import COMMANDS
from sdesk.tui.language import _
from sdesk.tui.render.columns import fit
from sdesk.tui.render.signals import end_text
from sdesk.tui.screens.dialog import Confirm

MANY = 20
"""An action on more tickets is asked about."""
WIDEST = 60
"""Cells that a value has in the question."""


def question_of(
    verb: str, tickets: str, values: Mapping[str, Any], lines: Sequence[str], now: datetime, zone: ZoneInfo
) -> Confirm:
    """How many tickets it is about, and what is done to them; Cancel is the default."""
    label = _(label_of(verb))
    said = [fit(text, WIDEST).rstrip() for value in values.values() if (text := _in_words(value, now, zone))]
    title = _("{what}: {tickets}?").format(what=label, tickets=tickets)
    return Confirm(title, label, [*([", ".join(said), ""] if said else []), *lines])


def label_of(verb: str) -> str:
    """The console's word for an action, to be translated."""
    own = [command.label for command in COMMANDS if command.verb == verb]
    return next((command.label for command in COMMANDS if command.id == verb), own[0] if own else verb)


def _in_words(value: object, now: datetime, zone: ZoneInfo) -> str:
    """A value of an action as far as it says something by itself."""
    if isinstance(value, datetime | Day):
        return end_text(value, now, zone)
    if isinstance(value, tuple):
        return " ".join(one_line(each) for each in value if isinstance(each, str))
    return one_line(value) if isinstance(value, str) else ""
