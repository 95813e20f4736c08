"""What a command takes next: its options, and the values that `complete_values` has for each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sdesk.cli.complete import Answer, Files, Typed, Word, globals_like, values_of_global
from sdesk.cli.complete_values import source_of

if TYPE_CHECKING:
    from sdesk.cli.commands import Verb
    from sdesk.cli.invocation import Invocation


def of_command(entry: Verb, typed: Typed, word: str, call: Invocation) -> Answer:
    """What a command takes next."""
    from sdesk.cli.grammar import verb_of

    command = verb_of(typed.path[-1], entry)
    given, waiting, behind = _given(command.params, typed.rest, call)
    if waiting is not None:
        return _value(waiting, typed, word, call)
    name, equals, value = word.partition("=")
    if not behind and equals and name.startswith("--"):
        option = next((each for each in command.params if name in each.opts), None)
        found = [] if option is None else _value(option, typed, value, call)
        return found if isinstance(found, Files) else [each._replace(text=f"{name}={each.text}") for each in found]
    if not behind and word.startswith("-") and word != "-":
        return [*_options(command.params, typed), *globals_like(printing=entry.prints)]
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    for argument in arguments:
        if argument.nargs == -1 or given < argument.nargs:
            return _value(argument, typed, word, call)
        given -= argument.nargs
    return []


def _given(params: list[Any], rest: tuple[str, ...], call: Invocation) -> tuple[int, Any, bool]:
    """How many arguments stand there; an option that waits for its value; whether `--` has ended the options."""
    options = {name: each for each in params if each.param_type_name == "option" for name in each.opts}
    count, waiting, behind = 0, None, False
    for word in rest:
        if waiting is not None:
            _remember(waiting, word, call)
            waiting = None
        elif behind or word == "-" or not word.startswith("-"):
            count += 1
        elif word == "--":
            behind = True
        else:
            name, equals, value = word.partition("=")
            option = options.get(name)
            if option is not None and not option.is_flag:
                if equals:
                    _remember(option, value, call)
                else:
                    waiting = option
    return count, waiting, behind


def _remember(option: Any, value: str, call: Invocation) -> None:
    if wish := _wish(option):
        setattr(call.wishes, wish, value)


def _wish(option: Any) -> str | None:
    name = str(option.name)
    return name.removesuffix("_wish") if name.endswith("_wish") else None


def _options(params: list[Any], typed: Typed) -> Iterator[Word]:
    for each in params:
        if each.param_type_name != "option" or each.hidden or _wish(each) or each.name == "debug":
            continue
        if each.multiple or not set(each.opts) & set(typed.rest):
            yield Word(max(each.opts, key=len), each.help or "")


def _value(param: Any, typed: Typed, word: str, call: Invocation) -> Answer:
    if wish := _wish(param):
        return values_of_global(wish, typed, word, call)
    source = source_of(param.metavar, param.name, typed.path)
    return [] if source is None else source(call, word)
