"""The doors of a session over SSH, at the one place where a command is found: whatever way its words were written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sdesk.cli.invocation import Invocation
from sdesk.cli.ssh_commands import Kept, decision
from sdesk.domain.errors import Refused


def require_served(ctx: Any, name: str) -> None:
    """Refused for a command that a session does not have, or that this agent does not have there.

    Help on it may be read by everybody: without an invocation nothing is run.
    """
    call = ctx.find_object(Invocation)
    if call is None:
        return
    path = _path(ctx, name)
    decided = decision(path)
    if isinstance(decided, Kept):
        raise Refused(f"`{' '.join(path)}` is not served over SSH: {decided.why}", "do it at the machine itself")
    if decided.roles is not None and call.actor.role not in decided.roles:
        raise Refused(
            f"`{' '.join(path)}` over SSH is for {' and '.join(sorted(f'{role}s' for role in decided.roles))}",
            "ask one of them",
        )


def require_options(ctx: Any, params: Iterable[Any]) -> None:
    """Refused for an option that reaches for the server's disk or network."""
    decided = decision(_path(ctx))
    if isinstance(decided, Kept):
        return  # help on it alone comes so far
    for param in params:
        taken = ctx.get_parameter_source(param.name)
        if taken is not None and taken.name == "COMMANDLINE" and (found := {*param.opts} & {*decided.without}):
            raise Refused(
                f"over SSH, {found.pop()} is not taken: what it reaches for is the server's",
                "leave it out",
            )


def _path(ctx: Any, *more: str) -> tuple[str, ...]:
    """The words of a command, without the program's name."""
    return (*ctx.command_path.split()[1:], *more)
