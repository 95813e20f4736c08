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
    *(
        N_("routing rule {rule} discards it"),
        N_("routing rule {rule}"),
        N_("mailbox {key}"),
        N_("service {key}"),
        N_("team {key}"),
        N_("equipment {asset}"),
        N_("its check"),
        N_("named in its subject"),
        N_("named in its form"),
    ),
    *(N_("recurring.{key} of the desk file"), N_("recurring.{key} of the desk file: service {service}")),
    *(N_("it was sent to {address}"), N_("the only team"), N_("it is the only team")),
    N_("a bad answer about a ticket of the team"),
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
    # Approvals (`desk/steps/approvals`).
    *(N_("nobody is known who could approve it"), N_("it waits for an approval"), N_("it was approved")),
    *(N_("it was not approved"), N_("nobody need approve it any more"), N_("it is asked no more")),
    # Why a mail of the desk was not sent (`desk/intake`, `desk/outbox`).
    *(N_("the requester has the desk's own address"), N_("the requester has no address")),
    *(N_("the mail is older than a day"), N_("it is an automatic mail"), N_("it is spam")),
    *(N_("it came from one of the desk's own addresses"), N_("its sender could not be authenticated")),
    N_("{address} had {count} acknowledgements within an hour"),
    N_("{address} had {count} acknowledgements within a day"),
    N_("{address} was asked {count} times within an hour"),
    N_("{count} web forms came within an hour"),
    *(N_("it is of no ticket"), N_("its ticket is {status}"), N_("the ticket is {status}")),
    N_("what was promised holds again, or nothing is promised now"),
    *(N_("it was answered already"), N_("the agent is no member of the ticket's team"), N_("no reason given")),
    # What became of a mail, and why: the ledger (`desk/intake`).
    *(
        N_("an answer to the question how it was: {score} of 5"),
        N_("another answer to the question how it was: {score} of 5"),
    ),
    *(N_("a new request"), N_("a web form"), N_("from an archive"), N_("a request of an archive")),
    *(N_("a new request, from one of the desk's own addresses"), N_("a number in its subject opens no door")),
    N_("its subject names a ticket which is closed for good"),
    *(
        N_("{sign} names {ref}"),
        N_("{sign} names {ref}, and only says thanks"),
        N_("{sign} names {ref}, from an archive"),
    ),
    N_("{sign} names {ref}, whose thread the sender takes no part in"),
    N_("{sign} names {ref}, from an agent's address without a token"),
    N_("{sign} names what {ref} asked of a supplier"),
    N_("{sign} names a ticket which is {status} for good"),
    N_("{sign} names a ticket which is {status} and not the sender's"),
    *(N_("an automatic mail ({said}) outside any thread"), N_("an automatic mail ({said})")),
    *(N_("a bounce of what {ref} sent"), N_("a bounce that names no message of the desk")),
    N_("the delivery of what {ref} sent is delayed"),
    *(N_("it is in the ledger already"), N_("the desk sent it itself"), N_("the same mail was taken before")),
    *(N_("the same mail was taken into {ref} before"), N_("its sender is blocked ({pattern})")),
    N_("its handling failed: {said}"),
    *(N_("{login} discarded it from quarantine"), N_("discarded by {login}")),
    *(N_("{login} made it wait by mail"), N_("{login} resolved it by mail"), N_("{login} took it by mail")),
    *(N_("{login} wrote a note by mail"), N_("{login}'s answer, relayed to the requester")),
    *(N_("delivery report"), N_("delivery report: delayed"), N_("empty Return-Path"), N_("its subject")),
    *(N_("its address"), N_("subject of an automatic reply"), N_("text of a delivery report")),
)
"""In English. A place is one word, and that of a rule may be more; the desk's own words are said in turn."""

_WORDS = frozenset({"status", "impact", "urgency", "sign"})
"""Places of the desk's own words."""
_MANY = frozenset({"rule", "sign", "said", "asset"})
"""Places of more than one word."""


def recognised(text: str, *, within: bool = False) -> str:
    """The phrase that a text was made of; any other text as it is. `within`: a reason that another one holds."""
    if isinstance(text, Phrase):
        return text
    for pattern in PATTERNS:
        if not text.startswith(pattern.partition("{")[0]):
            continue
        found = _shape(pattern).fullmatch(text)
        if found is not None:
            return Phrase(
                pattern, {name: _said(name, value, within=within) for name, value in found.groupdict().items()}
            )
    return text


def _said(name: str, value: str, *, within: bool) -> str:
    if name in _WORDS or value == "none":
        return noun(value)
    # Once: what was said is a reason of its own and holds none, and whoever wrote it may go on as long as a mail.
    return recognised(value, within=True) if name == "said" and not within else value


@cache
def _shape(pattern: str) -> re.Pattern[str]:
    """What a text of this pattern looks like."""
    parts = (
        re.escape(text) + (f"(?P<{name}>{'.+' if name in _MANY else r'[^ ]+'})" if name else "")
        for text, name, _spec, _conversion in string.Formatter().parse(pattern)
    )
    return re.compile("".join(parts))
