"""Running one command line: the command is found and run, and the process ends rightly whatever happens."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from itertools import pairwise

from sdesk.cli import diagnostics, terminal
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.invocation import Invocation, Surroundings
from sdesk.domain.errors import Declined, SdeskError


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
            code = _found(arguments, invocation)
        finally:
            invocation.close()
    except BrokenPipeError:
        # Who read has enough. The interpreter flushes once more at its end, into nothing.
        _forget_standard_output()
        return ExitCode.DONE
    except diagnostics.StandardOutputFailed as error:
        _forget_standard_output()
        diagnostics.error(error)
        return ExitCode.FAILED
    except Declined as declined:
        diagnostics.note(declined.what)
        return ExitCode.FAILED
    except SdeskError as error:
        placed = invocation.placed(error)
        diagnostics.error(placed)
        return diagnostics.code_of(placed)
    except KeyboardInterrupt:
        diagnostics.transient("")
        diagnostics.note("interrupted")
        return ExitCode.INTERRUPTED
    except Exception as error:  # the outermost net: a bug ends in one line, and in a traceback with --debug
        diagnostics.bug(error)
        return ExitCode.FAILED
    return code


def _found(arguments: Sequence[str], invocation: Invocation) -> int:
    """Find what the words mean, and do it. `sdesk` alone, which opens a desk's working day, has no words to
    understand: it is a fifth sooner there without Typer (measured)."""
    if not arguments and terminal.is_one():
        return terminal.open_console(invocation)
    from sdesk.cli import output

    if list(arguments[:1]) == ["_complete"]:
        # A shell asks at each TAB, through the script of `sdesk completion`: it hides what is said to standard error.
        from sdesk.cli.complete import complete

        code: int = complete(arguments[1:], invocation)
    else:
        from sdesk.cli.dispatch import dispatch

        code = dispatch(list(arguments), invocation)
    output.flush()
    return code


def _forget_standard_output() -> None:
    try:
        descriptor = sys.stdout.fileno()
    except (OSError, ValueError):
        return  # not a real stream
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
