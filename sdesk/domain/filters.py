"""The filter language: what `list`, saved views and the console's bar understand.

Words search the text, `field:value` narrows, `not:` (or `-`) negates, `a..b` is a range with both ends
in it, a comma lists alternatives: nothing needs quoting in a shell. A filter is parsed to plain values
here, and printed again; the reader turns it into SQL, where values only ever travel as parameters. Which
fields there are stands in `filter_fields`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sdesk.domain.duration import parse_duration, write_duration
from sdesk.domain.errors import BadFilter, BadInput
from sdesk.domain.filter_fields import BY_NAME, FIELDS, NONE, WORDS, FilterField, Flag, Kind
from sdesk.domain.instant import Day, parse_instant, parse_until, to_rfc3339
from sdesk.domain.nearest import did_you_mean
from sdesk.domain.phrase import phrase
from sdesk.domain.ticket import OPEN_STATUSES, Status

_OF_OPEN = frozenset({Flag.OPEN, Flag.BREACHED, Flag.AT_RISK})
"""What no ticket is that has been closed: its clocks stand still."""

_DONE_TOO = frozenset({"status", "number", "rating"})
"""Fields of a filter that asks for tickets which are done, too."""

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


class Lasting(NamedTuple):
    """A length of working time, in seconds, lies between two, both included; None leaves an end open."""

    field: str
    low: int | None
    high: int | None
    negated: bool = False


Term = Words | Match | Within | Lasting


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

        Without a status, a number or a rating a list is of new, open, waiting; `is:mine status:resolved` is of what it
        says.
        """
        said = [term for term in self.terms if isinstance(term, Match) and not term.negated]
        if not any(term.field in _DONE_TOO for term in said):
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
_BLANK = re.compile(r"\s")
_SCHEMES = frozenset({"http", "https", "mailto", "ftp"})
"""What stands before a colon in an address, and is no field."""


def parse(text: str, *, now: datetime, zone: ZoneInfo) -> Filter:
    """Read a filter.

    Times without an offset are in `zone`, durations count from `now`. Raises BadFilter that names the
    place and the nearest right word.
    """
    terms = []
    for word, start in pieces_of(text):
        try:
            terms.append(_term(word, now, zone))
        except BadInput as error:
            raise BadFilter(error.what, error.remedy, word=word, text=text, start=start) from error
    return Filter(tuple(terms))


def pieces_of(text: str) -> tuple[tuple[str, int], ...]:
    """The words of a filter as they are written, each with its place: a quoted value is a part of its word."""
    return tuple((token.group(), token.start()) for token in _TOKEN.finditer(text))


def place_of(error: BadFilter, text: str) -> int | None:
    """Where in a filter's text the word begins that an error is about, counted from 0; None where it is not there.

    The reader, which knows terms and no text, names one value of a list: it is found in its list.
    """
    if error.start is not None:
        return error.start
    field, _, value = error.word.partition(":")
    for word, start in pieces_of(text):
        name, colon, values = word.removeprefix(NEGATION).removeprefix("-").partition(":")
        if colon and name.lower() == field.lower() and value.lower() in _values(values.lower()):
            return start
    return None


def text_of_arguments(arguments: Iterable[str]) -> str:
    """The same filter as one text, as it was written: `created:today..` stays so, and means another day tomorrow.

    BadInput for an empty argument.
    """
    pieces = []
    for number, argument in enumerate(arguments, start=1):
        if not argument.strip():
            # A variable that is not set: read as nothing it would mean every ticket.
            raise BadInput(f"word {number} of the filter is empty", "leave it out, or say what is looked for")
        sign = NEGATION if argument.startswith(NEGATION) else ""
        body = argument.removeprefix(NEGATION)
        field = _FIELD.fullmatch(body)
        if not _BLANK.search(argument) or '"' in argument:
            pieces.append(argument)
        elif field is None or field.group(1) in _SCHEMES:
            pieces.append(f'{sign}"{body}"')
        else:
            pieces.append(f'{sign}{field.group(1)}:"{field.group(2)}"')
    return " ".join(pieces)


def to_text(wanted: Filter) -> str:
    """The filter in its own language: parsing it gives the same terms again, whenever it is parsed."""
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
    if body.lower().startswith(NEGATION):
        raise BadInput(
            phrase("`not:` stands once, and in small letters (in `{token}`)", token=token),
            phrase("say what is not wanted: not:tag:vip"),
        )
    named = _FIELD.fullmatch(body)
    if named is None or named.group(1).lower() in _SCHEMES:
        if not any(map(str.isalnum, body)):
            raise BadInput(
                phrase("`{token}` has no letter and no digit: it would find every ticket", token=token),
                phrase("say a word, or leave it out"),
            )
        quoted = '"' in body
        return Words(" ".join(body.replace('"', " ").split()) if quoted else body, quoted, negated)
    name, value = named.group(1).lower(), named.group(2).replace('"', "")
    if name not in BY_NAME:
        raise BadInput(
            phrase("a filter knows no field `{name}` (in `{token}`)", name=name, token=token), _nearest(name, FIELDS)
        )
    field = BY_NAME[name]
    if value.strip().lower() == NONE:
        value = NONE
    values = tuple(each.lower() if each.lower() in field.special else each for each in _values(value))
    if not values:
        raise BadInput(
            phrase("nothing stands after `{name}:`", name=name), phrase("for instance {example}", example=field.example)
        )
    if not all(map(str.strip, value.split(","))):
        raise BadInput(
            phrase("nothing stands before or after a comma in `{token}`", token=token),
            phrase("for instance {example}", example=field.example),
        )
    for each in values:
        if each[0] in "<>=":
            raise BadInput(
                phrase("a filter has no `{value}` (in `{token}`)", value=each[0], token=token),
                phrase("write a range: {example}", example=field.example),
            )
    if field.kind in {Kind.INSTANT, Kind.LENGTH} and (value != NONE or NONE not in field.special):
        ends = _within(field, value, now, zone) if field.kind is Kind.INSTANT else _lasting(field, value)
        return ends._replace(negated=negated)
    if field.words is not None:
        values = tuple(word for part in values for word in _words(part, field, token))
    return Match(name, values, negated)


def _values(value: str) -> tuple[str, ...]:
    """The alternatives between the commas."""
    return tuple(filter(None, (part.strip() for part in value.replace('"', "").split(","))))


def _words(part: str, field: FilterField, token: str) -> tuple[str, ...]:
    """The word that is written, or those of a range."""
    if not field.ordered or ".." not in part:
        return (_word(part, field.name, token),)
    low, _, high = part.partition("..")
    order = [word.value for word in WORDS[field.name]]
    first = order.index(_word(low, field.name, token)) if low else 0
    last = order.index(_word(high, field.name, token)) if high else len(order) - 1
    if first > last:
        raise BadInput(
            phrase("the range `{value}` runs backwards", value=part), phrase("write {high}..{low}", high=high, low=low)
        )
    return tuple(order[first : last + 1])


def _word(part: str, field: str, token: str) -> str:
    words = [word.value for word in WORDS[field]]
    folded = part.upper() if field == "priority" else part.lower().replace("-", "_")
    if folded not in words:
        raise BadInput(
            phrase("`{field}:` knows no `{part}` (in `{token}`)", field=field, part=part, token=token),
            _nearest(folded, words),
        )
    return folded


def _within(field: FilterField, value: str, now: datetime, zone: ZoneInfo) -> Within:
    past = not field.ahead
    low, dots, high = value.partition("..")
    if dots:
        start = parse_instant(low, now=now, zone=zone, past=past) if low else None
        last = parse_until(high, now=now, zone=zone, past=past) if high else None
    else:
        last = parse_until(value, now=now, zone=zone, past=past)
        start = last.begins(zone) if isinstance(last, Day) else None
        if start is None and not field.ahead:
            raise BadInput(
                phrase("`{name}:{value}` names one instant", name=field.name, value=value),
                phrase("write a range: {name}:{value}..", name=field.name, value=value),
            )
    end = last.ends(zone) if isinstance(last, Day) else last
    if start is not None and end is not None and start > end:
        raise BadInput(phrase("the range `{value}` runs backwards", value=value), phrase("write the earlier end first"))
    return Within(field.name, start, end)


def _lasting(field: FilterField, value: str) -> Lasting:
    low, dots, high = value.partition("..")
    # Alone it is the most, as `due:4h` is.
    shortest, longest = (low, high) if dots else ("", value)
    least, most = (_seconds(end) if end else None for end in (shortest, longest))
    if least is not None and most is not None and least > most:
        raise BadInput(phrase("the range `{value}` runs backwards", value=value), phrase("write the earlier end first"))
    return Lasting(field.name, least, most)


def _seconds(text: str) -> int:
    """Working time, which has hours and no days: a sign says that it has passed."""
    seconds = parse_duration(text.removeprefix("-"), days=False)
    return -seconds if text.startswith("-") else seconds


def _nearest(word: str, words: Iterable[str]) -> str:
    known = list(words)
    return did_you_mean(word, known, phrase("it knows: {names}", names=", ".join(known)))


def _term_text(term: Term) -> str:
    sign = NEGATION if term.negated else ""
    match term:
        case Words():
            return f'{sign}"{term.text}"' if term.phrase else f"{sign}{term.text}"
        case Within():
            return f"{sign}{term.field}:{'..'.join(to_rfc3339(end) if end else '' for end in (term.low, term.high))}"
        case Lasting():
            ends = ("" if end is None else _length(end) for end in (term.low, term.high))
            return f"{sign}{term.field}:{'..'.join(ends)}"
    value = ",".join(term.values)
    return f'{sign}{term.field}:"{value}"' if _BLANK.search(value) else f"{sign}{term.field}:{value}"


def _length(seconds: int) -> str:
    return f"{'-' if seconds < 0 else ''}{write_duration(abs(seconds), days=False)}"
