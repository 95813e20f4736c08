"""The filter language: what `list`, saved views and the console's bar understand.

Words search the text, `field:value` narrows, `not:` (or `-`) negates, `a..b` is a range with both ends
in it, a comma lists alternatives: nothing needs quoting in a shell. A filter is parsed to plain values
here; the reader turns it into SQL, where values only ever travel as parameters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sdesk.domain.errors import BadInput
from sdesk.domain.instant import parse_instant
from sdesk.domain.nearest import did_you_mean
from sdesk.domain.phrase import phrase
from sdesk.domain.ticket import OPEN_STATUSES, Channel, Impact, Priority, Status, Urgency


class Flag(StrEnum):
    """What may stand after `is:`."""

    OPEN = "open"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    BREACHED = "breached"
    AT_RISK = "at_risk"
    STALE = "stale"
    UNANSWERED = "unanswered"
    UNREAD = "unread"
    BURNING = "burning"
    SUSPECTED = "suspected"
    """It costs money, as far as the desk can tell: nobody has confirmed the outage."""
    INCIDENT = "incident"
    """Others are part of it."""
    PART = "part"
    """It is part of an incident."""


_OF_OPEN = frozenset({Flag.OPEN, Flag.BREACHED, Flag.AT_RISK})
"""What no ticket is that has been closed: its clocks stand still."""


class Having(StrEnum):
    """What may stand after `has:`."""

    ATTACHMENT = "attachment"
    NOTE = "note"
    LOSS = "loss"


WORDS: Mapping[str, type[StrEnum]] = {
    "status": Status,
    "priority": Priority,
    "impact": Impact,
    "urgency": Urgency,
    "channel": Channel,
    "is": Flag,
    "has": Having,
}
"""Fields whose values are words that every desk knows."""
_NAMES = ("team", "assignee", "service", "unit", "requester", "tag", "number", "incident")
INSTANTS = ("due", "created", "updated", "resolved", "wake")
"""Fields that are instants, for which a range is written."""

FIELDS: tuple[str, ...] = (*WORDS, *_NAMES, *INSTANTS)
"""Every field name, for help and completion."""

NEGATION = "not:"


class Words(NamedTuple):
    """Full text: every word begins so; a phrase stands so."""

    text: str
    phrase: bool = False
    negated: bool = False


class Match(NamedTuple):
    """A field has one of these values; `none` means that it is empty."""

    field: str
    values: tuple[str, ...]
    negated: bool = False


class Within(NamedTuple):
    """An instant lies between two, both included; None leaves an end open."""

    field: str
    low: datetime | None
    high: datetime | None
    negated: bool = False


Term = Words | Match | Within


class Sort(StrEnum):
    """The order of a list. Where two tickets are alike, the urgency order decides."""

    SLA = "sla"
    """The urgency order: what must be done first."""
    LOSS = "loss"
    """What costs most an hour, confirmed or suspected, first."""
    PRIORITY = "priority"
    """P1 first."""
    AGE = "age"
    """Oldest first."""


class Filter(NamedTuple):
    """What a list is narrowed to (all terms hold), and its order."""

    terms: tuple[Term, ...] = ()
    sort: Sort = Sort.SLA
    reverse: bool = False
    """The same order from its end."""

    @property
    def open_only(self) -> bool:
        """Whether it holds for open tickets alone, so that the queue's own index serves.

        Without a status or a number a list is of new, open, waiting; `is:mine status:resolved` is of what it says.
        """
        said = [term for term in self.terms if isinstance(term, Match) and not term.negated]
        if not any(term.field in {"status", "number"} for term in said):
            return True
        return any(
            (term.field == "status" and all(Status(value) in OPEN_STATUSES for value in term.values))
            or (term.field == "is" and _OF_OPEN.issuperset(map(Flag, term.values)))
            for term in said
        )

    def also(self, other: Filter) -> Filter:
        """Both filters at once, in the first one's order."""
        return self._replace(terms=self.terms + other.terms)


_TOKEN = re.compile(r'(?:[^\s"]|"[^"]*"?)+')
_FIELD = re.compile(r"([^\W\d]+):(.+|(?<=[a-z]:))", re.DOTALL)
_SCHEMES = frozenset({"http", "https", "mailto", "ftp"})
"""What stands before a colon in an address, and is no field."""


def parse(text: str, *, now: datetime, zone: ZoneInfo) -> Filter:
    """Read a filter.

    Times without an offset are in `zone`, durations count from `now`. Raises BadInput that names the
    place and the nearest right word.
    """
    return Filter(tuple(_term(token.group(), now, zone) for token in _TOKEN.finditer(text)))


def pieces_of(text: str) -> tuple[tuple[str, int], ...]:
    """The words of a filter as they are written, each with its place: a quoted value is a part of its word."""
    return tuple((token.group(), token.start()) for token in _TOKEN.finditer(text))


def parse_arguments(arguments: Iterable[str], *, now: datetime, zone: ZoneInfo) -> Filter:
    """Read a filter that a shell has split: a blank within one argument belongs to its value."""
    terms: list[Term] = []
    for argument in arguments:
        if " " in argument and '"' not in argument and not _FIELD.fullmatch(argument.removeprefix(NEGATION)):
            terms.append(Words(argument, phrase=True))
        elif " " in argument and '"' not in argument:
            terms.append(_term(argument, now, zone))
        else:
            terms.extend(parse(argument, now=now, zone=zone).terms)
    return Filter(tuple(terms))


def text_of_arguments(arguments: Iterable[str]) -> str:
    """The same filter as one text, as it was written: `created:today..` stays so, and means another day tomorrow."""
    pieces = []
    for argument in arguments:
        sign = NEGATION if argument.startswith(NEGATION) else ""
        body = argument.removeprefix(NEGATION)
        field = _FIELD.fullmatch(body)
        if " " not in argument or '"' in argument:
            pieces.append(argument)
        elif field is None or field.group(1) in _SCHEMES:
            pieces.append(f'"{argument}"')
        else:
            pieces.append(f'{sign}{field.group(1)}:"{field.group(2)}"')
    return " ".join(pieces)


def to_text(wanted: Filter) -> str:
    """The filter in its own language: parsing it gives the same filter again."""
    return " ".join(_term_text(term) for term in wanted.terms)


def _term(token: str, now: datetime, zone: ZoneInfo) -> Term:
    body, negated = token, False
    if body.startswith(NEGATION):
        body, negated = body[len(NEGATION) :], True
    elif body.startswith("-") and len(body) > 1:
        body, negated = body[1:], True
    if not body:
        raise BadInput(
            phrase("nothing stands after `{token}`", token=token), phrase("say what is not wanted: not:tag:vip")
        )
    field = _FIELD.fullmatch(body)
    if field is None or field.group(1) in _SCHEMES:
        whole = body.startswith('"')
        return Words(body.replace('"', " ").strip() if not whole else body.strip('"'), whole, negated)
    name, value = field.group(1), field.group(2).replace('"', "")
    if name not in FIELDS:
        raise BadInput(
            phrase("a filter knows no field `{name}` (in `{token}`)", name=name, token=token), _nearest(name, FIELDS)
        )
    if not value:
        raise BadInput(
            phrase("nothing stands after `{name}:`", name=name),
            phrase("for instance {example}", example=_EXAMPLES[name]),
        )
    if value[0] in "<>=":
        raise BadInput(
            phrase("a filter has no `{value}` (in `{token}`)", value=value[0], token=token),
            phrase("write a range: {example}", example=_EXAMPLES[name]),
        )
    if name in INSTANTS:
        return _within(name, value, negated, now, zone)
    if name == "priority" and ".." in value:
        return Match(name, _priorities(value, token), negated)
    values = tuple(part for part in value.split(",") if part)
    if not values:
        raise BadInput(
            phrase("nothing stands after `{name}:`", name=name),
            phrase("for instance {example}", example=_EXAMPLES[name]),
        )
    if name in WORDS:
        values = tuple(_word(part, name, token) for part in values)
    return Match(name, values, negated)


def _word(part: str, field: str, token: str) -> str:
    words = [word.value for word in WORDS[field]]
    folded = part.upper() if field == "priority" else part.lower().replace("-", "_")
    if folded not in words:
        raise BadInput(
            phrase("`{field}:` knows no `{part}` (in `{token}`)", field=field, part=part, token=token),
            _nearest(folded, words),
        )
    return folded


def _priorities(value: str, token: str) -> tuple[str, ...]:
    low, _, high = value.partition("..")
    order = [priority.value for priority in Priority]
    first = order.index(_word(low, "priority", token)) if low else 0
    last = order.index(_word(high, "priority", token)) if high else len(order) - 1
    if first > last:
        raise BadInput(
            phrase("the range `{value}` runs backwards", value=value), phrase("write {high}..{low}", high=high, low=low)
        )
    return tuple(order[first : last + 1])


def _within(name: str, value: str, negated: bool, now: datetime, zone: ZoneInfo) -> Within:
    # `created:mon..` looks back, `due:..fri` ahead.
    past = name not in {"due", "wake"}
    if ".." in value:
        low, _, high = value.partition("..")
        start = parse_instant(low, now=now, zone=zone, past=past) if low else None
        end = _last(high, now, zone, past=past) if high else None
    elif _DAY.fullmatch(value):
        start, end = parse_instant(value, now=now, zone=zone), _last(value, now, zone, past=past)
    elif name in {"due", "wake"}:
        start, end = None, parse_instant(value, now=now, zone=zone)
    else:
        raise BadInput(
            phrase("`{name}:{value}` names one instant", name=name, value=value),
            phrase("write a range: {name}:{value}..", name=name, value=value),
        )
    if start is not None and end is not None and start > end:
        raise BadInput(phrase("the range `{value}` runs backwards", value=value), phrase("write the earlier end first"))
    return Within(name, start, end, negated)


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}|today|tomorrow|yesterday")


def _last(text: str, now: datetime, zone: ZoneInfo, *, past: bool) -> datetime:
    """The last second that `text` means: of the whole day, where it names a day."""
    instant = parse_instant(text, now=now, zone=zone, past=past)
    if not _DAY.fullmatch(text):
        return instant
    following = (instant.astimezone(zone) + timedelta(days=1)).replace(tzinfo=zone)
    return following.astimezone(instant.tzinfo) - timedelta(seconds=1)


def _nearest(word: str, words: Iterable[str]) -> str:
    known = list(words)
    return did_you_mean(word, known, phrase("it knows: {names}", names=", ".join(known)))


_EXAMPLES: Mapping[str, str] = {
    "status": "status:open,waiting",
    "priority": "priority:P1..P2",
    "impact": "impact:extensive",
    "urgency": "urgency:critical",
    "channel": "channel:mail",
    "is": "is:breached",
    "has": "has:attachment",
    "team": "team:it",
    "assignee": "assignee:me",
    "service": "service:till",
    "unit": "unit:flagship",
    "requester": "requester:maria@",
    "tag": "tag:pos",
    "number": "number:123",
    "due": "due:..4h",
    "created": "created:-7d..",
    "updated": "updated:today",
    "resolved": "resolved:-7d..",
    "wake": "wake:..tomorrow",
}
"""One for each field: errors and help show it."""


def _term_text(term: Term) -> str:
    sign = NEGATION if term.negated else ""
    if isinstance(term, Words):
        return f'{sign}"{term.text}"' if term.phrase else f"{sign}{term.text}"
    if isinstance(term, Within):
        ends = [end.strftime("%Y-%m-%dT%H:%M:%SZ") if end else "" for end in (term.low, term.high)]
        return f"{sign}{term.field}:{'..'.join(ends)}"
    value = ",".join(term.values)
    return f'{sign}{term.field}:"{value}"' if re.search(r"\s", value) else f"{sign}{term.field}:{value}"
