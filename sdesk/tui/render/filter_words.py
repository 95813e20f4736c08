"""What the words of the filter language mean, beside the suggestions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sdesk.domain.completion import Suggestion
from sdesk.domain.filters import INSTANTS, WORDS
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


_AHEAD = {
    "..1h": N_("within an hour"),
    "..4h": N_("within four hours"),
    "today": N_("today"),
    "tomorrow": N_("tomorrow"),
    "..fri": N_("until Friday"),
    "2h..1d": N_("in two hours at the earliest, in a day at the latest"),
}
_BACK = {
    "today": N_("today"),
    "yesterday": N_("yesterday"),
    "-1h..": N_("in the last hour"),
    "-7d..": N_("in the last seven days"),
    "-30d..": N_("in the last thirty days"),
    "mon..": N_("since Monday"),
}
_VALUES: Mapping[str, Mapping[str, str]] = {
    "is": _FLAGS,
    "has": {
        "attachment": N_("files came along"),
        "note": N_("there is an internal note"),
        "loss": N_("it costs money, or did"),
    },
    "assignee": {"me": N_("you are the assignee"), "none": N_("nobody has it")},
    "team": {"mine": N_("one of your teams")},
    "service": {"none": N_("no service")},
    "unit": {"none": N_("of no unit")},
    "requester": {"none": N_("nobody is known who asks")},
    **{name: _AHEAD if name in {"due", "wake"} else _BACK for name in sorted(INSTANTS)},
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
    return value_words(suggestion.field, suggestion.text.removeprefix(f"{suggestion.field}:"))


def value_words(field: str, value: str) -> str:
    """What a value of a field means; nothing of a name, which says it itself, and of what means what it says."""
    if field in _VALUES:
        known = _VALUES[field].get(value)
        return _(known) if known else ""
    words = WORDS.get(field)
    said = _(value.replace("_", " ")) if words is not None and value in {each.value for each in words} else ""
    # In English a word is its own explanation.
    return said if said != value.replace("_", " ") else ""
