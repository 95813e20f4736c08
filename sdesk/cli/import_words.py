"""The words of another system while a move is planned: what each most likely is here, and whether a decision can be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from sdesk.cli.import_mapping import MAPPED, UNDECIDED, WordMap
from sdesk.cli.invocation import Invocation
from sdesk.cli.sheet import Column, Field, Sheet
from sdesk.domain.errors import BadInput
from sdesk.domain.kinds import FLAG, NUMBER, TEXT, maybe
from sdesk.domain.system_words import reason_of

Guess = Callable[[str, str], str]
"""What a field's value most likely is; `?` where nothing is likely."""


class Word(NamedTuple):
    """A word of the other system, and what it is here."""

    field: str
    value: str
    rows: int
    ours: str
    """Empty where it is left out, `?` where it is undecided."""


PLAN: Sheet[Word] = Sheet(
    fields=(
        Field("field", lambda word: word.field, kind=TEXT),
        Field("value", lambda word: word.value, kind=TEXT),
        Field("rows", lambda word: word.rows, kind=NUMBER),
        Field("ours", lambda word: None if word.ours == UNDECIDED else word.ours, kind=maybe(TEXT)),
        Field("decided", lambda word: word.ours != UNDECIDED, kind=FLAG),
    ),
    columns=(
        Column("FIELD", lambda word, eyes: word.field),
        Column("VALUE", lambda word, eyes: word.value, cut=True),
        Column("ROWS", lambda word, eyes: str(word.rows), right=True),
        Column("HERE", lambda word, eyes: word.ours or "-"),
    ),
)


def guesser(call: Invocation) -> Guess:
    """By the desk's own keys and names, and by what other systems call things."""
    from sdesk.domain.guesses import word_for

    known = known_here(call)

    def guess(name: str, value: str) -> str:
        return word_for(name, value, known.get(name, ())) or UNDECIDED

    return guess


def decide(mapping: WordMap, counts: Mapping[str, Mapping[str, int]], guess: Guess) -> list[Word]:
    """Every word that was found, with what was decided or is likely; the mapping has it afterwards."""
    found: list[Word] = []
    for name in MAPPED:
        table = mapping.words.setdefault(name, {})
        words = counts.get(name, {})
        for value in sorted(words, key=lambda each: -words[each]):
            if value not in table:
                table[value] = guess(name, value)
            found.append(Word(name, value, words[value], table[value]))
    return found


def known_here(call: Invocation) -> dict[str, list[tuple[str, str]]]:
    """Keys of the desk with their names, by field."""
    actor, reader = call.actor, call.reader
    agents = reader.agents()
    return {
        "team": [(row.key, row.name) for row in reader.teams(actor)],
        "service": [(row.key, row.name) for row in reader.services(actor)],
        "unit": [(row.key, row.name) for row in reader.units()],
        "assignee": [
            *((row.login, row.name) for row in agents),
            *((row.login, row.email) for row in agents),
        ],
    }


def require_known(call: Invocation, mapping: WordMap, path: Path) -> None:
    """BadInput for a decision that the desk does not know, once instead of for each row."""
    from sdesk.domain.guesses import OWN_WORDS
    from sdesk.domain.nearest import did_you_mean

    known = {name: {key for key, _ in pairs} for name, pairs in known_here(call).items()}
    known |= {name: {word.value for word in words} for name, words in OWN_WORDS.items()}
    for name, keys in known.items():
        decided = [*mapping.words.get(name, {}).values(), mapping.defaults.get(name, "")]
        wrong = next((ours for ours in decided if ours not in ("", UNDECIDED) and ours not in keys), None)
        if wrong is not None:
            noun = "agent" if name == "assignee" else name
            otherwise = (
                f"it is one of {', '.join(OWN_WORDS[name])}" if name in OWN_WORDS else f"see `sdesk {noun} list`"
            )
            raise BadInput(f"{path}: there is no {noun} `{wrong}`", did_you_mean(wrong, keys, otherwise))


def write_whole(path: Path, text: str) -> None:
    """Whole or not at all: decisions stand in it."""
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {reason_of(error)}", "name another file") from error
