"""Equipment of the company: what has an inventory number, where it stands, and which checks of monitoring watch it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from sdesk.domain.errors import BadInput
from sdesk.domain.events import LONGEST_KEY, LONGEST_SOURCE
from sdesk.domain.phrase import phrase
from sdesk.domain.safe_text import one_line

LONGEST_NUMBER = 60
LONGEST_KIND = 40
LONGEST_TEXT = 200
"""Letters of a name, a model or a serial number."""
LONGEST_NOTE = 2000
MOST_CHECKS = 50

ANY = "*"
"""At the end of a check's key: every check of that host."""

_MOST_PARTS = 8
"""So many colons of a key may end a host's name (`[fe80::1]:22` has several)."""


class CheckName(NamedTuple):
    """Checks that watch a piece of equipment: one key, or all that begin with what stands before `:*`."""

    source: str
    key: str

    @property
    def written(self) -> str:
        """As people write it."""
        return f"{self.source} {self.key}"


class Condition(StrEnum):
    """How equipment of a kind stands in a unit, the worst first."""

    DOWN = "down"
    IN_QUESTION = "in_question"
    UP = "up"


def number_key(text: str) -> str:
    """What two inventory numbers have in common that are the same one: letter case and blanks do not count."""
    return unicodedata.normalize("NFC", one_line(text)).casefold()


def inventory_number(text: str) -> str:
    """An inventory number as it is kept. BadInput."""
    found = unicodedata.normalize("NFC", one_line(text))
    if not found:
        raise BadInput(phrase("equipment needs an inventory number"), phrase("write what its label says"))
    if len(found) > LONGEST_NUMBER:
        raise BadInput(
            phrase("the inventory number is longer than {most} letters", most=LONGEST_NUMBER),
            phrase("write what its label says"),
        )
    if found == "none" or "," in found or '"' in found or not any(map(str.isalnum, found)):
        raise BadInput(
            phrase("`{number}` is no inventory number", number=found),
            phrase("it has a letter or a digit, no comma and no quotation mark, and is not `none`"),
        )
    return found


def kind_of(text: str) -> str:
    """A kind of equipment, a word of the company: in small letters. BadInput."""
    found = unicodedata.normalize("NFC", one_line(text)).lower()
    if not found or found == "none" or "," in found or '"' in found:
        raise BadInput(
            phrase("`{kind}` is no kind of equipment", kind=found), phrase("write a word, as till or printer")
        )
    if len(found) > LONGEST_KIND:
        raise BadInput(
            phrase("the kind is longer than {most} letters", most=LONGEST_KIND),
            phrase("write a word, as till or printer"),
        )
    return found


def short_text(name: str, text: str) -> str:
    """A name, a model, a serial number or a note, in one line. BadInput for one that is too long."""
    found, most = one_line(text), LONGEST_NOTE if name == "note" else LONGEST_TEXT
    if len(found) > most:
        raise BadInput(
            phrase("the {field} is longer than {most} letters", field=name, most=most), phrase("say less of it")
        )
    return found


def check_name(text: str) -> CheckName:
    """`zabbix till-3:ping`, or `zabbix till-3:*`. BadInput."""
    source, _, key = " ".join(one_line(text).split()).partition(" ")
    if not source or not key:
        raise BadInput(
            phrase("`{text}` is no check", text=one_line(text)),
            phrase("write the system and the key: zabbix till-3:ping, or zabbix till-3:* for all checks of a host"),
        )
    if ";" in text:
        raise BadInput(
            phrase("`{text}` has a semicolon, which parts checks", text=one_line(text)[:80]),
            phrase("name all checks of the host: zabbix till-3:*"),
        )
    if ANY in key and not re.fullmatch(r"[^*]+:\*", key):
        raise BadInput(
            phrase("`{key}` is no pattern of checks", key=key),
            phrase("a star stands at the end alone, behind the host's colon: till-3:*"),
        )
    if len(source) > LONGEST_SOURCE or len(key) > LONGEST_KEY:
        raise BadInput(phrase("`{text}` is too long", text=one_line(text)[:80]), phrase("write the system and the key"))
    return CheckName(source, key)


def check_names(texts: Iterable[str]) -> tuple[CheckName, ...]:
    """Several, each once and in order. BadInput."""
    found = sorted({check_name(text) for text in texts})
    if len(found) > MOST_CHECKS:
        raise BadInput(
            phrase("equipment has at most {most} checks", most=MOST_CHECKS),
            phrase("name all checks of a host at once: zabbix till-3:*"),
        )
    return tuple(found)


def keys_that_name(key: str) -> tuple[str, ...]:
    """The keys under which equipment may be known that a check watches: its own, then its host's, the longest first."""
    ends = [place for place, letter in enumerate(key) if letter == ":"][:_MOST_PARTS]
    return (key, *(f"{key[: end + 1]}{ANY}" for end in reversed(ends)))


def words_of(subject: str) -> tuple[str, ...]:
    """What in a subject could be an inventory number, as `number_key` gives it: its words, with and without the
    punctuation around them, and what two and three of them make. A hostile subject has but so many.
    """
    words = number_key(subject[:1000]).split()[:60]
    found: dict[str, None] = {}
    for size in (1, 2, 3):
        for start in range(len(words) - size + 1):
            whole = " ".join(words[start : start + size])
            found[whole] = None
            found[whole.strip("()[]{}<>.,;:!?#№'\"«»„“”")] = None
    found.pop("", None)
    return tuple(each for each in found if len(each) <= LONGEST_NUMBER)


def worst(conditions: Sequence[Condition]) -> Condition:
    """The worst of several; up where there is none."""
    return min(conditions, key=tuple(Condition).index, default=Condition.UP)
