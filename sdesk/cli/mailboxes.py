"""The mailboxes of the configuration, by the names that a person gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from sdesk.cli.invocation import Invocation
from sdesk.domain.errors import BadInput
from sdesk.domain.nearest import did_you_mean

if TYPE_CHECKING:
    from sdesk.config.wire import AnyMailbox, DeskMailbox

MailboxName = Annotated[
    str | None,
    typer.Option(
        "--mailbox", metavar="NAME", help="the mailbox of the configuration whose mail it is", show_default=False
    ),
]
"""Whose team, service and addresses hold."""


def chosen(call: Invocation, names: Sequence[str]) -> list[AnyMailbox]:
    """The mailboxes of these names, or all. BadInput with the nearest right name."""
    known = call.config.mailboxes
    for name in names:
        if name not in known:
            remedy = did_you_mean(name, known, f"configured: {', '.join(known) or 'none'}")
            raise BadInput(f"there is no mailbox `{name}`", remedy)
    return [known[name] for name in dict.fromkeys(names)] if names else list(known.values())


def named(call: Invocation, name: str | None, otherwise: str) -> DeskMailbox:
    """The mailbox of this name in the configuration; without one a bare mailbox called `otherwise`."""
    from sdesk.config.wire import DeskMailbox, desk_addresses

    if name is not None:
        return chosen(call, [name])[0]
    return DeskMailbox(name=otherwise, desk_addresses=desk_addresses(call.config.mailboxes.values()))
