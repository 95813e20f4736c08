"""Mailboxes as they are typed: one or several in a line."""

from __future__ import annotations

import pytest

from sdesk.domain.errors import BadInput
from sdesk.domain.inbound import Mailbox
from sdesk.domain.mailboxes import parse_mailboxes, written


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (" , ;", []),
        ("a@x.example", [Mailbox("a@x.example", "")]),
        ("a@X.example; Boss <b@x.example>,", [Mailbox("a@x.example", ""), Mailbox("b@x.example", "Boss")]),
        ('"Weber, Maria" <m@x.example>, c@x.example', [Mailbox("m@x.example", "Weber, Maria"), Mailbox("c@x.example")]),
        ("a@x.example, A@x.example", [Mailbox("a@x.example", "")]),
    ],
)
def test_several_in_a_line(text: str, found: list[Mailbox]) -> None:
    assert list(parse_mailboxes(text)) == found
    again = ", ".join(written(box) for box in found)
    assert list(parse_mailboxes(again)) == found


def test_the_first_that_is_none_is_named() -> None:
    with pytest.raises(BadInput, match="` nonsense` is no mail address"):
        parse_mailboxes("a@x.example, nonsense, more")
