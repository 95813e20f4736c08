"""What the first line of an agent's mail orders."""

from __future__ import annotations

import pytest

from sdesk.domain.mail_orders import Order, Verb, parse_order


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("I am on my way.", Order(Verb.REPLY, text="I am on my way.")),
        ("\n\n  Hello\n#note is below\n", Order(Verb.REPLY, text="Hello\n#note is below")),
        ("#note", Order(Verb.NOTE)),
        ("#note\nThe fuse is gone.\n", Order(Verb.NOTE, text="The fuse is gone.")),
        ("#Note The fuse\nis gone.", Order(Verb.NOTE, text="The fuse\nis gone.")),
        ("#NOTE: The fuse", Order(Verb.NOTE, text="The fuse")),
        ("#take", Order(Verb.TAKE)),
        ("#close\nReplaced.", Order(Verb.CLOSE, text="Replaced.")),
        ("#close Replaced.", Order(Verb.CLOSE, text="Replaced.")),
        ("#wait 2d\nI ask the supplier.", Order(Verb.WAIT, "2d", "I ask the supplier.")),
        ("#wait", Order(Verb.WAIT)),
        ("#send", Order(Verb.SEND)),
        ("#clsoe\nDone.", Order(Verb.UNKNOWN, "#clsoe", "#clsoe\nDone.")),
        ("#1 of the list is done", Order(Verb.UNKNOWN, "#1", "#1 of the list is done")),
        ("# heading", Order(Verb.REPLY, text="# heading")),
        ("", Order(Verb.REPLY)),
    ],
)
def test_the_first_line_alone_orders(text: str, order: Order) -> None:
    assert parse_order(text) == order
