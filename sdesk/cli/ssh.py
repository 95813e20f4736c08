"""`ssh`: the desk served over OpenSSH. One account owns the store; agents log in by keys of the desk file."""

from __future__ import annotations

import os
import pwd
from typing import Annotated

import typer

from sdesk.cli import invocation, output
from sdesk.cli.invocation import Invocation
from sdesk.domain.errors import BadInput


def authorized_keys(
    ctx: typer.Context,
    user: Annotated[
        str, typer.Argument(metavar="ACCOUNT", help="who logs in, as the SSH server says it: %u", show_default=False)
    ],
) -> None:
    """Print the keys of all agents for the SSH server, each with the one command that it may run.

    For an account that does not own the store it prints none. `sdesk ssh setup` prints where the SSH server is told
    of it.

    Examples:
      sdesk ssh authorized-keys desk
    """
    call = invocation.of(ctx)
    if not _owns(call, user):
        return
    from sdesk.cli.ssh_setup import key_line, session_command

    command = session_command(call)
    output.text("".join(f"{key_line(command, login, key)}\n" for login, key in call.reader.login_keys()))


def _owns(call: Invocation, user: str) -> bool:
    try:
        return pwd.getpwnam(user).pw_uid == os.stat(call.store).st_uid
    except (KeyError, ValueError, FileNotFoundError):
        return False  # no such account, or no store that it could own


def session(
    ctx: typer.Context,
    login: Annotated[
        str | None,
        typer.Argument(metavar="[LOGIN]", help="whose key it was; else the SSH server says it", show_default=False),
    ] = None,
) -> int:
    """Serve one login over SSH: the console, or the one command of sdesk that was typed, as this agent.

    The SSH server runs it, and nobody else: it takes what was typed from SSH_ORIGINAL_COMMAND.

    Examples:
      sdesk ssh session anna
    """
    from sdesk.cli.ssh_session import serve

    return serve(invocation.of(ctx), login)


def setup(
    ctx: typer.Context,
    account: Annotated[
        str | None,
        typer.Option(
            "--account", metavar="LOGIN", help="who owns the store; else who does now, or desk", show_default=False
        ),
    ] = None,
) -> None:
    """Print how the desk is served over OpenSSH: the account, what sshd is told, who may read what. Nothing is changed.

    Examples:
      sdesk ssh setup
      sdesk ssh setup --account desk
    """
    call = invocation.of(ctx)
    if account is not None and not account.replace("-", "").replace("_", "").replace(".", "").isalnum():
        raise BadInput(f"`{account}` is no name of an account", "write it as in /etc/passwd")
    from sdesk.cli.ssh_setup import instructions

    output.text(instructions(call, account))
