"""Running one command line: the command is found and run, and the process ends rightly whatever happens."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from itertools import pairwise

import typer
from typer.exceptions import TyperException

from sdesk.cli import diagnostics, output
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.grammar import HELP_WIDTH, build_root
from sdesk.cli.invocation import Invocation, Surroundings
from sdesk.domain.errors import BadInput, SdeskError

_QUOTED = re.compile("'([^']*)'")


def run(arguments: Sequence[str], surroundings: Surroundings) -> int:
    """Run one command line and give its exit code. Nothing is raised but what ends the process anyway.

    A mail server that pipes a message in hears but two codes: taken, and try again later. Any other would make it
    throw the message back to its sender, for a slip in the alias or a bug of ours.
    """
    code = _run(arguments, surroundings)
    return ExitCode.TRY_LATER if code and ("mail", "pipe") in pairwise(arguments) else code


def _run(arguments: Sequence[str], surroundings: Surroundings) -> int:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A byte that the terminal's encoding lacks is shown as an escape; it is no reason to fail.
            stream.reconfigure(errors="backslashreplace")
    invocation = Invocation(surroundings)
    # Read here already, for what fails before the options are understood.
    diagnostics.show_origins("--debug" in arguments)
    try:
        try:
            code = _dispatch(list(arguments), invocation)
            output.flush()
        finally:
            invocation.close()
    except BrokenPipeError:
        # Who read has enough. The interpreter flushes once more at its end, into nothing.
        _forget_standard_output()
        return ExitCode.DONE
    except output.StandardOutputFailed as error:
        _forget_standard_output()
        diagnostics.error(error)
        return ExitCode.FAILED
    except SdeskError as error:
        diagnostics.error(error)
        return diagnostics.code_of(error)
    except KeyboardInterrupt:
        diagnostics.transient("")
        diagnostics.note("interrupted")
        return ExitCode.INTERRUPTED
    except Exception as error:  # the outermost net: a bug ends in one line, and in a traceback with --debug
        diagnostics.bug(error)
        return ExitCode.FAILED
    return code


def _dispatch(arguments: list[str], invocation: Invocation) -> int:
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
        raise _usage(error) from error
    return int(result) if isinstance(result, int) else ExitCode.DONE


def _usage(error: TyperException) -> BadInput:
    """Typer's mistake in the house's words: small at its beginning, what is wrong in backquotes."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "sdesk"
    if likely := getattr(error, "possibilities", None):
        # The nearest comes first.
        return BadInput(f"there is no option `{getattr(error, 'option_name', '')}`", f"did you mean `{likely[0]}`?")
    message = " ".join(error.format_message().split()).rstrip(".")
    message = _QUOTED.sub(r"`\1`", message).replace("is not a valid int range", "is no whole number")
    return BadInput(message[:1].lower() + message[1:], f"see `{path} --help`")


def _forget_standard_output() -> None:
    try:
        descriptor = sys.stdout.fileno()
    except (OSError, ValueError):
        return  # not a real stream
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
