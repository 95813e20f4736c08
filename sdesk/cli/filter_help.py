"""The filter language told to people: `sdesk help filters`, and the page docs/reference/filters.md.

Both are made of the table of fields that the parser reads by. `SDESK_WRITE_GOLDEN=1 make unit ARGS='-k filter_page'`
writes the page anew.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from sdesk.domain.filter_fields import FILTER_FIELDS, FLAGS, HAVINGS, SCORES, FilterField, Kind

EXAMPLES: tuple[tuple[str, str], ...] = (
    ("team:it assignee:none", "what nobody of the team has"),
    ("status:open,waiting priority:P1..P2 left:..4h", "what is urgent, with at most four working hours left"),
    ("unit:flagship created:2026-11-01.. not:tag:vip is:unanswered", "of a shop, since then, but for some"),
    ("assignee:me is:breached", "yours, and too late"),
    ("printer not:toner", "full text: words that begin with printer, and none with toner"),
)
"""Whole filters, and what they find."""

_TOPIC_HEAD = """\
Words search the text of tickets; field:value narrows; not: negates; .. makes ranges. All must hold.

"""
_TOPIC_END = """
A comma lists alternatives: status:open,waiting. A range has both ends in it, and may be open: P1.., ..4h.
A word finds what begins with it; 'two words' stand as they do. Nothing else needs quoting in a shell.
Times: 2026-11-23, 2026-11-23T10:00, today, fri, 10:00, 2h, -7d. due: goes by the clock, left: by working time.
Without status:, number: or rating:, a list is of new, open and waiting tickets.
Keep a filter under a name: sdesk view save late team:it is:breached; sdesk list --view late.
"""


def topic() -> str:
    """What `sdesk help filters` prints."""
    lines = [f"  sdesk list {text}\n      {means}\n" for text, means in EXAMPLES]
    fields = [f"  {field.example:<22}{field.meaning}\n{_topic_values(field)}" for field in FILTER_FIELDS]
    return f"{_TOPIC_HEAD}{''.join(lines)}\nFields:\n{''.join(fields)}{_TOPIC_END}"


def _topic_values(field: FilterField) -> str:
    values = [word.value for word in field.words or ()] + list(field.special)
    indent = " " * 26
    return (
        textwrap.fill(", ".join(values), 100, initial_indent=indent, subsequent_indent=indent) + "\n" if values else ""
    )


_HEAD = """\
# Filters

One language narrows what is listed: in `sdesk list`, `now`, `who`, `past` and `ahead`, in saved views and in the bar of
the console. This page is made of the table that the program reads by; `sdesk help filters` prints the short form.

    sdesk list team:it assignee:none
    sdesk list status:open,waiting priority:P1..P2 left:..4h
    sdesk list unit:flagship created:2026-11-01.. not:tag:vip is:unanswered
    sdesk list printer not:toner

## The rules

- **All of it holds.** Each word of a filter narrows further.
- **A word** searches the text of tickets: subject, messages, people. It finds what begins with it, whatever the case of
  its letters; the Russian ё and е are one. Alone it may also be the ticket's name, whole, in the system where it comes
  from: an old number. Nothing is left empty: a word without a letter or a digit, an empty argument and a comma without
  a value are refused, since a script's unset variable would else find every ticket.
- **A phrase** in quotes stands as it does: in the console `"does not print"`, in a shell `'does not print'`, since one
  argument with a blank in it is a phrase. Text that has a colon is quoted too: in a shell `'"re: till"'`.
- **`field:value`** narrows by a fact. A comma lists alternatives: `status:open,waiting`. A value with a blank is
  quoted: `tag:"two words"`, in a shell `'tag:two words'`.
- **`not:`** before a word, a phrase or a field negates it: `not:tag:vip`, `not:printer`. Where a filter is typed and no
  shell reads it, `-` does the same: `-tag:vip`.
- **`a..b`** is a range, with both ends in it. An end may be left out: `priority:..P2`, `created:-7d..`.
- **`me`** is who asks, **`mine`** the teams of who asks, **`none`** an empty field.
- **A list is of open tickets** (new, open, waiting), unless it says `status:`, `number:` or `rating:`.
- **Nothing needs quoting in a shell** but blanks: no `<`, `>`, `|`, `&`, `*`, `?`, `!` or bracket is a part of the
  language, in bash, zsh or fish.

The order of a list is no part of its filter: `--sort` and `--reverse` say it.

## Times

An instant is written as everywhere: `2026-11-23`, `2026-11-23T10:00`, `2026-11-23T07:00:00Z`, `today`, `yesterday`,
`tomorrow`, `fri`, `10:00`, or a length from now, `2h` ahead and `-7d` back (a day is 24 hours). What says no offset is
in the desk's time zone. A weekday or a time alone looks ahead after `due:` and `wake:`, and back after the others. A
day alone is the whole day; `due:4h` is `due:..4h`, since a deadline is asked for to meet it.

**By the clock on the wall, or by working time.** `due:..4h` holds where the deadline comes within four hours by the
clock. `left:..4h` holds where at most four hours of working time are left until it, in the calendar of the ticket's
SLA: it is the column DUE of a list. On a Friday at 17:00, in an office that works from 9:00 to 18:00, `left:..2h` finds
what is due on Monday at 10:00, and `due:..2h` does not. `left:..-1h` is late by an hour of working time or more,
`left:0m..` is not late. Working time is written in hours and minutes; it has no days.

## Fields

| field | values | meaning | example |
| --- | --- | --- | --- |
"""
_KINDS = {
    Kind.WORD: "",
    Kind.KEY: "a key of the desk file",
    Kind.TEXT: "text",
    Kind.NUMBER: "`123` or `SD-123`",
    Kind.INSTANT: "a range of instants",
    Kind.LENGTH: "a range of working time",
}
_END = """
## When a filter is wrong

It is refused as a whole, with the faulty word, its place and the nearest right one, and exit code 2:

    $ sdesk list team:it staus:open
    sdesk: error: a filter knows no field `staus` (in `staus:open`), at column 9 of the filter. did you mean `status`?

Columns count from 1 in the filter as it is written with its quotes.
"""


def page() -> str:
    """The whole page, in Markdown."""
    meant = (("is", FLAGS), ("has", HAVINGS), ("rating", SCORES))
    values = [line for field, words in meant for line in _words(field, words)]
    return "".join((_HEAD, *map(_row, FILTER_FIELDS), *values, _END))


def _row(field: FilterField) -> str:
    words = [f"`{word.value}`" for word in field.words or ()]
    fixed = [f"`{value}` ({means})" for value, means in field.special.items()]
    values = ", ".join(filter(None, (_KINDS[field.kind], *words, *fixed)))
    if field.name in ("is", "has"):
        values = "see below"
    ranges = "; ranges" if field.ordered else ""
    return f"| `{field.name}:` | {values}{ranges} | {field.meaning} | `{field.example}` |\n"


def _words(name: str, meanings: Mapping[str, str]) -> Iterator[str]:
    yield f"\n| `{name}:` | holds where |\n| --- | --- |\n"
    yield from (f"| `{name}:{word}` | {means} |\n" for word, means in meanings.items())
