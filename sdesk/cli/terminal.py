"""The terminal that the console needs, and opening it there. Without Typer: `sdesk` alone comes here at once."""

from __future__ import annotations

import os
import sys

from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.invocation import Invocation
from sdesk.domain.errors import BadInput

_CANNOT_PLACE = {"", "dumb", "unknown"}
"""What TERM says where a program can only write on and on."""


def is_one() -> bool:
    """Whether a person types and reads here."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def can_place() -> bool:
    """Whether it can put its cursor anywhere, as a full screen needs."""
    return _kind() not in _CANNOT_PLACE


def _kind() -> str:
    return os.environ.get("TERM", "")


def open_console(call: Invocation, *, board: bool = False, in_ascii: bool = False) -> ExitCode:
    """Open the console upon the store, as the acting agent. BadInput without a terminal, or an agent."""
    if not is_one():
        raise BadInput("the console needs a terminal", "elsewhere use `sdesk list` and its like")
    if not can_place():
        raise BadInput(
            f"the console needs a terminal that can place its cursor, which one with TERM={_kind()} cannot",
            "set TERM to what yours is (as xterm-256color), or use `sdesk list` and its like",
        )
    login = call.actor.login  # also says at once, and on the plain screen, what is wrong with the store
    config = call.config
    if in_ascii:
        config = config._replace(console=config.console._replace(ascii=True))
    call.close()
    well = call.surroundings.run_console(store=call.store, config=config, agent=login, board=board)
    return ExitCode.DONE if well else ExitCode.FAILED
