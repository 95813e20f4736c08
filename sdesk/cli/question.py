"""Questions: only on a terminal, and the answer is No unless a person says yes, there or with `--yes`."""

from __future__ import annotations

import sys

from sdesk.cli import diagnostics
from sdesk.domain.errors import BadInput, Declined


def ask_first(question: str, *, yes: bool, keeps: bool = False) -> None:
    """Go on, or Declined. BadInput without a terminal where nobody said --yes beforehand.

    `keeps`: nothing is lost by it, so that a script need not say so twice: naming what it does is enough.
    """
    if yes or (keeps and not _can_ask()):
        return
    require_answer(yes=yes)
    diagnostics.ask(f"{question} [y/N] ")
    if sys.stdin.readline().strip().casefold() not in {"y", "yes", "д", "да"}:
        raise Declined("nothing was done")


def require_answer(*, yes: bool) -> None:
    """BadInput where a question must be answered, and nobody can be asked: said before the work that leads to it."""
    if not yes and not _can_ask():
        raise BadInput("this cannot be taken back, and without a terminal nobody can be asked", "add --yes")


def _can_ask() -> bool:
    return sys.stdin.isatty() and diagnostics.on_terminal()
