"""Ticket numbers as people write them: `123`, `SD-123`, or `-` for standard input."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from sdesk.actions.grammar import ticket_number
from sdesk.cli.invocation import Invocation
from sdesk.domain.actor import Actor
from sdesk.domain.errors import BadInput


def ticket_numbers(call: Invocation, words: Sequence[str]) -> list[int]:
    """The numbers in their order, each once. BadInput for what is none; empty only where standard input was."""
    found: dict[int, None] = {}
    for word in words:
        for part in _from_standard_input() if word == "-" else [word]:
            found[_number(call, part)] = None
    return list(found)


def one_ticket(call: Invocation, words: Sequence[str], option: str) -> int:
    """The one number where an option makes sense of one alone."""
    numbers = ticket_numbers(call, words)
    if len(numbers) != 1:
        raise BadInput(f"{option} is for one ticket", "give one number")
    return numbers[0]


def seen_ticket(call: Invocation, actor: Actor, word: str) -> int:
    """The number that a `--ticket` of a reading command names. NotFound where the actor sees no such ticket."""
    number = one_ticket(call, [word], "--ticket")
    call.reader.require(actor, number)
    return number


def _from_standard_input() -> list[str]:
    return sys.stdin.read().split()


def _number(call: Invocation, word: str) -> int:
    # The store is asked for the desk's letters only where somebody wrote some.
    return ticket_number(word, call.reader.desk.ref_prefix if "-" in word else "SD")
