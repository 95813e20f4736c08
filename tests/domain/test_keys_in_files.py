"""A key, an agent's or an approver's, is found in a file, whatever the file is."""

from __future__ import annotations

import base64
import quopri
import time

import pytest

from sdesk.domain.keys_in_files import keys_like

KEY = "a-0123456789abcdef0123456789abcdef"
MAIL = f"Subject: [SD-1] Нет связи\r\nMessage-ID: <sd-1.{KEY}.00ff@desk.example>\r\n\r\nInternal words.\r\n"
IN_BASE64 = b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(MAIL.encode())


@pytest.mark.parametrize(
    "content",
    [
        MAIL.encode(),
        MAIL.upper().encode(),
        MAIL.encode("utf-16"),
        MAIL.encode("utf-16-be"),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + MAIL.encode("utf-16-le") + bytes(100),
        quopri.encodestring(MAIL.encode()),
        quopri.encodestring(b"x" * 50 + MAIL.encode()).replace(b"-", b"=2D"),
        MAIL.replace("0123", "01=\r\n23").encode(),
        base64.b64encode(MAIL.encode()),
        *(b"x" * shift + base64.b64encode(MAIL.encode()) for shift in range(1, 4)),
        IN_BASE64,
        b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(IN_BASE64),
        base64.encodebytes(MAIL.encode("utf-16")),
    ],
)
def test_a_key_is_found(content: bytes) -> None:
    assert KEY in keys_like(content)


@pytest.mark.parametrize("content", [b"", b"a-0123", bytes(1000), KEY[:-1].encode(), base64.b64encode(bytes(5000))])
def test_no_key(content: bytes) -> None:
    assert keys_like(content) == frozenset()


def test_a_heavy_file_takes_little_time() -> None:
    heavy = base64.encodebytes(bytes(range(256)) * 40_000)
    begun = time.process_time()
    assert keys_like(heavy) == frozenset()
    assert time.process_time() - begun < 20
