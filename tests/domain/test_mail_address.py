"""What is one mail address: what is stored as one, and what anything is sent to."""

from __future__ import annotations

from email.utils import getaddresses, parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdesk.domain.mail_address import is_mail_address

ADDRESSES = [
    "ann@shop.example",
    "a.b+c_d-e/f=g'h@shop.example",
    "root@localhost",
    "root@till_17.shop.example",
    "мария@магазин.рф",
    "ann@[127.0.0.1]",
    "ann@[ipv6:2001:db8::1]",
    "support+12.a-0123456789abcdef0123456789abcdef@desk.example",
    "=?utf-8?q?boss?=@evil.example",
]
NONE = [
    "",
    "ann",
    "@shop.example",
    "ann@",
    "bob@corp.example,x@evil.example",
    "bob@corp.example>x@evil.example",
    "bob@corp.example(x)@evil.example",
    "bob(x)@evil.example",
    "bob;x@evil.example",
    "bob:x@evil.example",
    "a@b@shop.example",
    "a b@shop.example",
    "ann@ex ample",
    " ann@shop.example",
    "ann@shop.example\n",
    "ann@shop.example\r\nRCPT TO:<bob@corp.example>",
    '"a b"@shop.example',
    '"ann"@shop.example',
    "a\\b@shop.example",
    ".ann@shop.example",
    "ann.@shop.example",
    "a..b@shop.example",
    "ann@.shop.example",
    "ann@shop..example",
    "ann@shop.example.",
    "ann@[127.0.0.1]x",
    "ann@[bob@corp.example]",
    "ann@[127.0.0.1",
    "ann\u200b@shop.example",
    "ann\u202e@shop.example",
    "ann\u00a0x@shop.example",
    "\x00ann@shop.example",
    "ann\ud800@shop.example",
    "bob＠corp.example@evil.example",
    "ann@bob＠corp.example",
    "ann@shop⑴.example",
    "ann@shop⒈example",
    "ann@\ufe70shop.example",
    "x" * 400 + "@shop.example",
]


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address(text: str) -> None:
    assert is_mail_address(text)


@pytest.mark.parametrize("text", NONE)
def test_no_address(text: str) -> None:
    assert not is_mail_address(text)


@given(st.lists(st.sampled_from([*'ab.@,;:<>()[]"\\ +\t\r\n\x00', "é", "＠", "\u3000"]), max_size=12).map("".join))
def test_every_reader_takes_an_address_for_the_same_one(text: str) -> None:
    if is_mail_address(text):
        assert text.count("@") == 1
        assert parseaddr(text) == ("", text)
        assert getaddresses([f"{text}, {text}"]) == [("", text), ("", text)]
