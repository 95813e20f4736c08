"""What the words of the filter language mean, beside the suggestions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sdesk.domain.completion import Suggestion
from sdesk.domain.filter_fields import BY_NAME, FILTER_FIELDS, FLAGS, HAVINGS, INSTANTS, SCORES, WORDS
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
    "approval:": N_("asked, approved, refused, cancelled"),
    "form:": N_("an answer in its service's form"),
    "team:": N_("whose queue"),
    "assignee:": N_("who has it: me, none, a login"),
    "asset:": N_("equipment by its number: none, T-0031"),
    "kind:": N_("a kind of equipment: none, till"),
    "watch:": N_("who is told of it too: me, none, a login"),
    "service:": N_("what it is about"),
    "unit:": N_("where"),
    "requester:": N_("who asks: a name, or an address with its @"),
    "tag:": N_("a label"),
    "number:": N_("the ticket's number"),
    "rating:": N_("how it was: 1..2 is bad"),
    "incident:": N_("parts of an incident, by its number"),
    "playbook:": N_("a playbook with its steps, by its parent's number"),
    "due:": N_("..4h: within four hours"),
    "created:": N_("-7d..: in the last seven days"),
    "updated:": N_("today"),
    "resolved:": N_("-7d..: in the last seven days"),
    "wake:": N_("when the wait is over"),
    "left:": N_("..4h: at most so much working time"),
    "not:": N_("the opposite; - before a word does the same"),
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
_LEFT = {
    "..1h": N_("at most an hour of working time"),
    "..4h": N_("at most four hours of working time"),
    "..-1h": N_("late by an hour of working time, or more"),
    "0m..2h": N_("not late, and at most two hours of working time"),
}
_APPROVALS = {
    "asked": N_("asked, and not answered yet"),
    "approved": N_("it may be done"),
    "refused": N_("it may not be done"),
    "cancelled": N_("asked no more"),
}
_VALUES: Mapping[str, Mapping[str, str]] = {
    **{field.name: field.special for field in FILTER_FIELDS if field.special},
    "is": FLAGS,
    "has": HAVINGS,
    "rating": SCORES,
    "approval": _APPROVALS,
    **{name: _AHEAD if BY_NAME[name].ahead else _BACK for name in sorted(INSTANTS)},
    "left": _LEFT,
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
