"""What an agent orders by the first line of a mail that answers a notification: `#note`, `#close`, `#wait 2d`, ..."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verb(StrEnum):
    """What is to be done with the agent's words."""

    REPLY = "reply"
    """No order: they are the answer to the requester."""
    NOTE = "note"
    TAKE = "take"
    CLOSE = "close"
    WAIT = "wait"
    SEND = "send"
    """Of a mail that asks to confirm: what was asked about goes to the requester as it stands."""
    UNKNOWN = "unknown"
    """A line that begins as an order and is none: nobody wants that sent to a requester."""


_ORDERS = {f"#{verb}": verb for verb in (Verb.NOTE, Verb.TAKE, Verb.CLOSE, Verb.WAIT, Verb.SEND)}


@dataclass(frozen=True, slots=True)
class Order:
    """The order, and the words below it."""

    verb: Verb
    argument: str = ""
    """What stands behind the order on its line, as `2d`."""
    text: str = ""
    """The words below; all of them where there is no order."""


def parse_order(text: str) -> Order:
    """Read the order in the first line of an agent's own words."""
    body = text.strip()
    first, _, rest = body.partition("\n")
    word, _, argument = first.strip().partition(" ")
    if not word.startswith("#") or word == "#":
        return Order(Verb.REPLY, text=body)
    verb = _ORDERS.get(word.casefold().rstrip(":.,"))
    if verb is None:
        return Order(Verb.UNKNOWN, argument=word, text=body)
    argument = argument.strip()
    if verb is not Verb.WAIT and argument:
        # `#note The fuse is gone`: what stands on the line belongs to the words.
        return Order(verb, text=f"{argument}\n{rest}".strip())
    return Order(verb, argument, rest.strip())
