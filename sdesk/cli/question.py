"""Questions: only on a terminal, and the answer is No unless a person says yes."""

from __future__ import annotations

import sys

from sdesk.cli import diagnostics
from sdesk.domain.errors import Declined


def agreed(question: str, *, yes: bool) -> bool:
    """True, or Declined. Without a terminal nobody is asked: a script has said what it wants."""
    if yes or not (sys.stdin.isatty() and diagnostics.on_terminal()):
        return True
    diagnostics.ask(f"{question} [y/N] ")
    agreed_to = sys.stdin.readline().strip().casefold() in {"y", "yes", "д", "да"}
    if not agreed_to:
        raise Declined("nothing was done")
    return True
