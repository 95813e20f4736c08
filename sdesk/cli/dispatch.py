"""What the words of a command line mean, understood by Typer, whose mistakes are said in the house's words."""

from __future__ import annotations

import re
from collections.abc import Sequence

import typer
from typer.exceptions import TyperException

from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.grammar import HELP_WIDTH, build_root, span_of
from sdesk.cli.invocation import Invocation
from sdesk.domain.errors import BadInput

_PLUGIN = "sdesk check"
_QUOTED = re.compile("'([^']*)'")
# As Typer 0.28 says it, which is pinned.
_NO_NUMBER = re.compile(r": '?(.+?)'? is not (?:a valid (?:int|integer)|in the range )")
_EXTRA = re.compile(r"unexpected extra arguments?(?:\(s\))? \((.+)\)")
_VALUELESS = re.compile(r"Option '(.+)' requires ")
_NO_FLAG = re.compile(r"Option '(.+)' does not take a value")


def dispatch(arguments: list[str], invocation: Invocation) -> int:
    """Find a command and run it; gives its exit code. BadInput for words that are none."""
    for word in arguments:
        # Python hands bytes that are no UTF-8 over as halves of surrogate pairs, which nothing can store.
        if any("\ud800" <= letter <= "\udfff" for letter in word):
            raise BadInput(f"`{word}` is no UTF-8", "write it in UTF-8, or give a text by standard input: --text -")
    if arguments[:1] == ["--version"]:
        # What every program answers to; the command `version` is the same.
        arguments = ["version", *arguments[1:]]
    try:
        root = build_root()
        with root.make_context("sdesk", arguments, obj=invocation, max_content_width=HELP_WIDTH) as context:
            result = root.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    except typer.Abort:
        return ExitCode.INTERRUPTED
    except TyperException as error:
        mistake = _usage(error, arguments)
        if getattr(getattr(error, "ctx", None), "command_path", "") == _PLUGIN:
            # Whoever runs it knows four exit codes alone, and 2 would call somebody out of bed for a typing mistake.
            from sdesk.cli.check import State, say

            return say(State.UNKNOWN, f"{mistake.what}. {mistake.remedy}")
        raise mistake from error
    return int(result) if isinstance(result, int) else ExitCode.DONE


def _usage(error: TyperException, arguments: Sequence[str]) -> BadInput:
    """Typer's mistake in the house's words: what is wrong, then what to do."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "sdesk"
    see = f"see `{path} --help`"
    if hasattr(error, "option_name") and (word := _negated(arguments)) is not None:
        return BadInput(f"`{word}` is no option", f"on the command line a filter negates with a word: not:{word[1:]}")
    message = " ".join(error.format_message().split()).rstrip(".")
    if message.startswith("No such option"):
        likely = getattr(error, "possibilities", None)  # the nearest comes first
        name = getattr(error, "option_name", "")
        return BadInput(f"there is no option `{name}`", f"did you mean `{likely[0]}`?" if likely else see)
    param = getattr(error, "param", None)
    if (wrong := _NO_NUMBER.search(message)) and param is not None:
        name = param.opts[-1] if param.param_type_name == "option" else param.metavar or param.name
        return BadInput(f"{name} knows no `{wrong[1]}`", f"it takes a whole number, {span_of(param)}".rstrip(", "))
    if extra := _EXTRA.search(message):
        return BadInput(f"nothing is expected at `{extra[1]}`", see)
    if alone := _VALUELESS.search(message):
        return BadInput(f"a value is missing after {alone[1]}", see)
    if flag := _NO_FLAG.search(message):
        return BadInput(f"{flag[1]} takes no value", see)
    message = _QUOTED.sub(r"`\1`", message)
    return BadInput(message[:1].lower() + message[1:], see)


def _negated(arguments: Sequence[str]) -> str | None:
    """The word that negates as the console's bar does, where the parser takes it for options: `-tag:vip`."""
    from sdesk.domain.filter_fields import BY_NAME

    return next(
        (word for word in arguments if word.startswith("-") and ":" in word and word[1:].partition(":")[0] in BY_NAME),
        None,
    )
