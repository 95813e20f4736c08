"""Reasons that the desk keeps or hands on as plain English, as why a mail was withheld: found again where they are
shown, so that a front end can say them in another language. Whatever else stands there is somebody's own words.
"""

from __future__ import annotations

import re
import string
from functools import cache

from sdesk.domain.phrase import N_, Phrase, noun

PATTERNS = (
    # Who or what decided a fact of a ticket (`domain/why`, `desk/create`, `desk/intake`).
    *(N_("named when it was opened"), N_("the requester's address"), N_("set when it was opened"), N_("by hand")),
    *(N_("routing rule {rule}"), N_("mailbox {key}"), N_("service {key}"), N_("team {key}")),
    *(N_("recurring.{key} of the desk file"), N_("recurring.{key} of the desk file: service {service}")),
    *(N_("it was sent to {address}"), N_("the only team"), N_("it is the only team")),
    *(N_("nobody named one"), N_("nobody chose one"), N_("neither its service nor its team has one")),
    *(N_("what holds where no service says more"), N_("impact {impact} and urgency {urgency}")),
    N_("an earlier release did not write down what decided it"),
    # Why a clock started, stopped or was reckoned anew (`domain/story`).
    *(N_("it waits for the requester"), N_("it waits for a supplier"), N_("it waits")),
    *(N_("it was resolved"), N_("it was closed"), N_("it was merged"), N_("it was spam")),
    *(N_("the ticket was opened"), N_("the wait is over"), N_("the supplier answered"), N_("the requester wrote")),
    *(N_("the requester wrote: it is open again"), N_("it is open again"), N_("it was taken out of its wait")),
    *(N_("a ticket was merged into it"), N_("it was answered"), N_("it was answered by phone or in person")),
    *(N_("whoever called was answered"), N_("it is planned work, and nobody waits for an answer")),
    *(N_("what waited for an answer was split off"), N_("a desk file was applied")),
    *(N_("it is open again, by what is promised today"), N_("another ticket was merged into it")),
    *(N_("priority {old} -> {new}"), N_("service {old} -> {new}"), N_("team {old} -> {new}")),
    *(N_("SLA {old} -> {new}"), N_("calendar {old} -> {new}")),
    N_("an earlier release opened it, and did not write down what was promised then"),
    # Why a mail of the desk was not sent (`desk/intake`, `desk/outbox`).
    *(N_("the requester has the desk's own address"), N_("the requester has no address")),
    *(N_("the mail is older than a day"), N_("it is an automatic mail"), N_("it is spam")),
    *(N_("it came from one of the desk's own addresses"), N_("its sender could not be authenticated")),
    N_("{address} had {count} acknowledgements within an hour"),
    N_("{address} had {count} acknowledgements within a day"),
    N_("{address} was asked {count} times within an hour"),
    *(N_("it is of no ticket"), N_("its ticket is {status}"), N_("the ticket is {status}")),
    N_("what was promised holds again, or nothing is promised now"),
    *(N_("it was answered already"), N_("the agent is no member of the ticket's team"), N_("no reason given")),
)
"""In English. A place is one word, and that of a rule may be more; the desk's own words are said in turn."""

_WORDS = frozenset({"status", "impact", "urgency"})
_MANY = frozenset({"rule"})


def recognised(text: str) -> str:
    """The phrase that a text was made of; any other text as it is."""
    if isinstance(text, Phrase):
        return text
    for pattern in PATTERNS:
        found = _shape(pattern).fullmatch(text)
        if found is not None:
            values = found.groupdict().items()
            return Phrase(pattern, {name: noun(value) if _is_word(name, value) else value for name, value in values})
    return text


def _is_word(name: str, value: str) -> bool:
    return name in _WORDS or value == "none"


@cache
def _shape(pattern: str) -> re.Pattern[str]:
    """What a text of this pattern looks like."""
    parts = (
        re.escape(text) + (f"(?P<{name}>{'.+' if name in _MANY else r'[^ ]+'})" if name else "")
        for text, name, _spec, _conversion in string.Formatter().parse(pattern)
    )
    return re.compile("".join(parts))
