"""What can be typed next, for the scripts of `sdesk completion`: the hidden command `_complete`.

Commands come from their table, options from the command that is typed, values from the store, as the acting agent sees
it. It prints what kind of thing is completed (`words`, `files`, `folders`, `@files`), then a line for each word. Where
anything is wrong it ends as every command does, with its error on standard error and no word on standard output.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sdesk.cli import output
from sdesk.cli.commands import COMMANDS, Noun, Verb
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.invocation import Invocation
from sdesk.domain.errors import BadInput
from sdesk.domain.safe_text import one_line

LONGEST = 60
"""Letters of what is said beside a word."""


class Word(NamedTuple):
    """Something that can be typed."""

    text: str
    about: str = ""
    ends: bool = True
    """Whether a blank follows it; not behind `team:`, say."""


class Files(NamedTuple):
    """Something that the shell knows best."""

    kind: str
    """`files`, `folders`, or `@files`: their names behind an `@`."""


Answer = list[Word] | Files


class Typed(NamedTuple):
    """The words before the cursor, understood as far as the command."""

    path: tuple[str, ...]
    entry: Verb | Mapping[str, Verb | Noun]
    rest: tuple[str, ...]
    """What follows the command's own words."""
    pending: str | None
    """A global option whose value is being typed."""


_GLOBALS: dict[str, tuple[str | None, str]] = {
    "-o": ("output", "the format of what is printed"),
    "--output": ("output", "the format of what is printed"),
    "--fields": ("fields", "which fields, in which order"),
    "--db": ("db", "the store"),
    "--config": ("config", "the configuration"),
    "--as": ("agent", "the acting agent"),
    "--color": ("color", "auto, always or never"),
    "--debug": (None, "show where an error comes from"),
    "--help": (None, "help on the command"),
}
"""Global options: the wish that each is, if it takes a value, and what it says."""


def complete(arguments: Sequence[str], invocation: Invocation) -> ExitCode:
    """Print what can be typed. `arguments`: `bash LINE WORD TYPE`, or `zsh|fish WORDS... WORD`."""
    shell, *given = arguments or ("",)
    if shell == "bash" and len(given) == 3:
        from sdesk.cli.complete_bash import lines, split

        line = split(given[0])
        found = answer(line.words, line.typed, invocation)
        printed = lines(found, line, word=given[1], kind=given[2]) if not isinstance(found, Files) else [found.kind]
    elif shell in ("zsh", "fish") and given:
        *words, typed = given
        found = answer(words, typed, invocation)
        printed = [found.kind] if isinstance(found, Files) else ["words", *map(_line, found)]
    else:
        raise BadInput("`_complete` is asked by shells alone", "see `sdesk completion --help`")
    output.text("".join(f"{line}\n" for line in printed))
    return ExitCode.DONE


def _line(word: Word) -> str:
    return f"{'=' if word.ends else '+'}{word.text}\t{told(word)}"


def told(word: Word) -> str:
    """What is said beside a word: on one line, and short; it comes from anybody's mail."""
    about = one_line(word.about)
    return about if len(about) <= LONGEST else f"{about[: LONGEST - 1]}…"


def answer(words: Sequence[str], typed: str, call: Invocation) -> Answer:
    """What the word `typed` may become behind `words`; all of it begins as it does."""
    found = _offered(understood(words, call), typed, call)
    if isinstance(found, Files):
        return found
    # A word with a control character, or one that no eye sees, is none that anybody should send to a shell.
    return [word for word in found if word.text.startswith(typed) and word.text.isprintable()]


def understood(words: Sequence[str], call: Invocation) -> Typed:
    """The command that the words name; global options are remembered as wishes."""
    table: Mapping[str, Verb | Noun] = COMMANDS
    path: tuple[str, ...] = ()
    at, pending = 0, None
    while at < len(words):
        word = words[at]
        at += 1
        name, equals, value = word.partition("=")
        if name in _GLOBALS:
            wish = _GLOBALS[name][0]
            if wish is None:
                continue
            if not equals and at == len(words):
                pending = wish
                break
            if not equals:
                value = words[at]
                at += 1
            setattr(call.wishes, wish, value)
            continue
        entry = table.get(word)
        if entry is None:
            return Typed((*path, word), {}, (), None)
        path = (*path, word)
        if isinstance(entry, Verb):
            return Typed(path, entry, tuple(words[at:]), None)
        table = entry.verbs
    return Typed(path, table, (), pending)


def _offered(typed: Typed, word: str, call: Invocation) -> Answer:
    if typed.pending is not None:
        return values_of_global(typed.pending, typed, word, call)
    if isinstance(typed.entry, Verb):
        if typed.path == ("help",):
            return _topics(typed.rest)
        from sdesk.cli.complete_options import of_command

        return of_command(typed.entry, typed, word, call)
    if word.startswith("-"):
        name, equals, _ = word.partition("=")
        if equals and name in _GLOBALS:
            return []
        return globals_like(printing=True)
    return commands(typed.entry)


def commands(table: Mapping[str, Verb | Noun]) -> list[Word]:
    """The commands of a table; nothing is imported for them."""
    return [Word(name, entry.summary) for name, entry in table.items()]


def globals_like(*, printing: bool) -> list[Word]:
    """The global options."""
    return [
        Word(name, about) for name, (wish, about) in _GLOBALS.items() if printing or wish not in ("output", "fields")
    ]


def values_of_global(wish: str, typed: Typed, word: str, call: Invocation) -> Answer:
    """The values of a global option."""
    if wish in ("db", "config"):
        return Files("files")
    if wish == "output":
        from sdesk.cli.output import Format

        return [Word(each.value) for each in Format]
    if wish == "color":
        return [Word(each) for each in ("auto", "always", "never")]
    if wish == "agent":
        from sdesk.cli.complete_values import logins

        return logins(call)
    return _fields(typed, word, call)


_ROWS = ("list", "next", "demo")
"""Commands that print tickets as rows."""


def _fields(typed: Typed, word: str, call: Invocation) -> list[Word]:
    """The fields that a command prints, behind those that are typed already."""
    from sdesk.cli.schemas import PRINTED, Shape, of_command

    path = typed.path
    if path[:1] == ("ticket",) and path[1:2] and path[1] in COMMANDS:
        path = path[1:]
    words = " ".join(path)
    with_option = [each for each in typed.rest if each.startswith("--")]
    found = [PRINTED[name] for name in of_command(words)]
    # With some option a command prints something else: `undo --list`.
    schemas = [each for each in found if any(f"{words} {option}" in each.commands for option in with_option)] or found
    in_lines = [each for each in schemas if each.shape is Shape.LINES]
    if in_lines:
        # A report: sections of its JSON, or fields of its rows.
        schemas = in_lines if call.wishes.output not in (None, "json") else [schemas[0]]
    before, comma, _ = word.rpartition(",")
    taken = before.split(",")
    # A row of tickets has what the schema of one requires; the conversation and the like are of `show` and `new`.
    part = "required" if path[:1] and path[0] in _ROWS else "properties"
    names = dict.fromkeys(name for printed in schemas[:1] for name in printed.schema("")[part] if name not in taken)
    return [Word(f"{before}{comma}{name}", ends=False) for name in names]


def _topics(words: Sequence[str]) -> list[Word]:
    from sdesk.cli.about import TOPICS

    table: Any = COMMANDS
    for word in words:
        entry = table.get(word) if isinstance(table, Mapping) else None
        table = entry.verbs if isinstance(entry, Noun) else {}
    found = commands(table)
    return found if words else [*found, *(Word(topic, "a topic") for topic in TOPICS)]
