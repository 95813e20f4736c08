"""What the words of the filter language mean, beside the suggestions."""

from __future__ import annotations

from collections.abc import Sequence

from sdesk.domain.completion import Suggestion
from sdesk.domain.safe_text import one_line
from sdesk.tui.language import N_, _
from sdesk.tui.widgets.suggestions import Line

_FIELDS = {
    "status:": N_("new, open, waiting, resolved ..."),
    "priority:": N_("P1..P2 is a range"),
    "impact:": N_("how much is hit"),
    "urgency:": N_("how soon it hurts"),
    "channel:": N_("how it came"),
    "is:": N_("breached, stale, unread, burning ..."),
    "has:": N_("an attachment, a note, a loss"),
    "team:": N_("whose queue"),
    "assignee:": N_("who has it: me, none, a login"),
    "service:": N_("what it is about"),
    "unit:": N_("where"),
    "requester:": N_("who asks: a name, or an address with its @"),
    "tag:": N_("a label"),
    "number:": N_("the ticket's number"),
    "incident:": N_("parts of an incident, by its number"),
    "due:": N_("..4h: within four hours"),
    "created:": N_("-7d..: in the last seven days"),
    "updated:": N_("today"),
    "resolved:": N_("-7d..: in the last seven days"),
    "wake:": N_("when the wait is over"),
    "not:": N_("the opposite; - before a word does the same"),
}

_FLAGS = {
    "open": N_("new, open or waiting"),
    "mine": N_("you are the assignee"),
    "unassigned": N_("nobody has it"),
    "breached": N_("a promise is broken, and it is not stale yet"),
    "at_risk": N_("a promise is near its end"),
    "stale": N_("late for so long that it is set apart"),
    "unanswered": N_("the requester wrote last"),
    "unread": N_("changed since you looked"),
    "burning": N_("it costs money"),
    "suspected": N_("it costs money, and nobody has confirmed it"),
    "incident": N_("others are part of it"),
    "part": N_("it is part of an incident"),
}


def lines_of(suggestions: Sequence[Suggestion]) -> list[Line]:
    """The suggestions for eyes: what a name means was written by people, and may be hostile."""
    return [Line(one_line(each.text), about_of(each)) for each in suggestions]


def about_of(suggestion: Suggestion) -> str:
    """What it means."""
    if suggestion.about:
        return one_line(suggestion.about)
    if not suggestion.field:
        return _(_FIELDS.get(suggestion.text, ""))
    if suggestion.field == "is":
        return flag_words(suggestion.text.removeprefix("is:"))
    return ""


def flag_words(flag: str) -> str:
    """What a word after `is:` means."""
    return _(_FLAGS[flag]) if flag in _FLAGS else ""
