"""Mailboxes as they are typed: one or several in a line."""

from __future__ import annotations

import pytest

from sdesk.domain.errors import BadInput
from sdesk.domain.inbound import Mailbox
from sdesk.domain.mailboxes import parse_mailboxes, part_at, whole_mailboxes, written


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


@pytest.mark.parametrize(
    ("text", "at", "part"),
    [
        ("", 0, ""),
        ("anna", 4, "anna"),
        ("a@x.example, bo", 15, " bo"),
        ("a@x.example, bo", 3, "a@x.example"),
        ("a@x.example, ", 13, " "),
        ('"Kim, Boris" <b@x.example>; ann', 31, " ann"),
        ('"Kim, Boris" <b@x.example>; ann', 5, '"Kim, Boris" <b@x.example>'),
        ("a@x.example,", 12, ""),
    ],
)
def test_the_mailbox_under_the_cursor(text: str, at: int, part: str) -> None:
    start, end = part_at(text, at)
    assert text[start:end] == part


def test_whole_ones_stand_beside_one_that_is_being_typed() -> None:
    line = 'Joanna <Joanna@shop.example>, ann, "Doe, J" <j@x.example>'
    assert [box.address for box in whole_mailboxes(line)] == ["Joanna@shop.example", "j@x.example"]
