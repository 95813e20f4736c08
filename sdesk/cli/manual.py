"""The manual pages, made of what the program itself knows: its help, options, exit codes, environment and filters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from sdesk.cli import about
from sdesk.cli.commands import COMMANDS, DAILY, Noun, Verb
from sdesk.cli.diagnostics import MEANINGS
from sdesk.cli.environment import ENVIRONMENT
from sdesk.cli.grammar import EXAMPLES, is_global, split_help, verb_of
from sdesk.cli.roff import ManPage
from sdesk.domain.completion import MOMENTS
from sdesk.domain.filter_fields import BY_NAME, WORDS

_FILES = {
    "~/.config/sdesk/config.toml": "the configuration of the user: mailboxes, the outgoing server, the console",
    "/etc/sdesk/config.toml": "the configuration of the machine, where the user has none; never the current folder,"
    " since it may name commands to run",
    "~/.local/share/sdesk/sdesk.db": "the store, where nothing else is said; an SQLite file",
}


def pages(version: str, date: str) -> dict[str, str]:
    """The pages by their file names below `docs/man`; `date`: of the release, as 2026-11-23."""
    return {"sdesk.1": _program(version, date), "sdesk-filters.7": _filters(version, date)}


def _program(version: str, date: str) -> str:
    page = ManPage("sdesk", 1, "a service desk that lives in the terminal", f"sdesk {version}", date)
    page.section("Synopsis")
    page.paragraph("`sdesk` [`NOUN`] `VERB` [ARGUMENTS] [OPTIONS]")
    page.section("Description")
    page.paragraph(
        "Mail becomes tickets, tickets become a queue by the urgency of what was promised. `sdesk` alone opens the"
        " console on a terminal. The verbs of every day stand at the top, and below `ticket` too. What is printed on"
        " standard output is data; words about it go to standard error."
    )
    page.literal(EXAMPLES)
    page.section("Commands")
    for words, verb in _verbs(COMMANDS, ()):
        _command(page, words, verb)
    page.section("Options of every command")
    for option in verb_of("list", _found("list")).params:
        if is_global(option):
            page.item(*_record(option))
    page.section("Output")
    page.literal(about.topic("output"))
    page.paragraph("`sdesk schema` prints the JSON Schema of everything that is printed.")
    page.section("Exit status")
    for code, meaning in MEANINGS.items():
        page.item(str(code.value), meaning)
    page.section("Environment")
    for variable, meaning in ENVIRONMENT.items():
        page.item(variable, meaning)
    page.section("Files")
    for name, meaning in _FILES.items():
        page.item(name, meaning)
    page.section("See also")
    page.paragraph("`sdesk-filters`(7)")
    return page.text()


def _verbs(table: Mapping[str, Verb | Noun], before: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Verb]]:
    for name, entry in table.items():
        if isinstance(entry, Noun):
            yield from _verbs(entry.verbs, (*before, name))
        elif not (before == ("ticket",) and name in DAILY):
            yield (*before, name), entry


def _found(name: str) -> Verb:
    entry = COMMANDS[name]
    if not isinstance(entry, Verb):
        raise TypeError(f"{name} is no verb")
    return entry


def _command(page: ManPage, words: tuple[str, ...], verb: Verb) -> None:
    command = verb_of(words[-1], verb)
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    options = [each for each in command.params if each.param_type_name == "option" and not is_global(each)]
    page.subsection(" ".join(("sdesk", *words, *(each.metavar or each.name.upper() for each in arguments))))
    summary, examples = split_help(command.help or "")
    for paragraph in summary.split("\n\n"):
        page.paragraph(paragraph)
    for each in (*arguments, *options):
        page.item(*_record(each))
    if examples:
        page.literal(examples)


def _record(param: Any) -> tuple[str, str]:
    """A parameter's name, and its help."""
    if param.param_type_name == "argument":
        return param.metavar or param.name.upper(), param.help or ""
    name = ", ".join(param.opts) + ("" if param.is_flag else f" {param.metavar or 'VALUE'}")
    more = "; it may be repeated" if param.multiple and "repeated" not in (param.help or "") else ""
    return name, f"{param.help or ''}{more}"


def _filters(version: str, date: str) -> str:
    page = ManPage("sdesk-filters", 7, "the filter language of sdesk", f"sdesk {version}", date)
    page.section("Synopsis")
    page.paragraph("`sdesk list` [WORD | FIELD`:`VALUE | `not:`FIELD`:`VALUE]...")
    page.section("Description")
    page.paragraph(
        "The command line, saved views and the console's bar know one language. Words search the text of tickets; each"
        " stands for whatever begins so. `field:value` narrows, `not:` negates (in the bar `-` too). A comma lists"
        " alternatives, `..` makes a range with both ends in it, an open end where nothing stands. All terms must hold."
        " Nothing of it needs quoting in a shell, but a value with a blank in it: `requester:'Anna Lee'`."
    )
    page.section("Fields")
    for field, facts in BY_NAME.items():
        meant = facts.meaning
        if field in WORDS:
            meant += f": {', '.join(f'`{_word(each)}`' for each in WORDS[field])}"
        if field in MOMENTS:
            meant += f": {', '.join(f'`{field}:{each}`' for each in MOMENTS[field])}"
        page.item(f"{field}:", meant)
    page.section("Instants")
    page.paragraph(
        "A day (`2026-11-23`, `today`), a day and a time (`fri 12:00`), or a span from now: `2h` is ahead, `-7d` was."
        " Without an offset they are in the desk's time zone. A day alone means the whole of it."
    )
    page.section("Examples")
    page.literal(about.topic("filters").split("\n\n")[1])
    page.section("See also")
    page.paragraph("`sdesk`(1)")
    return page.text()


def _word(word: StrEnum) -> str:
    return word.value
