"""The JSON of `mail parse`, key by key."""

from __future__ import annotations

import json
from pathlib import Path

from sdesk.cli.json_mail import as_json
from sdesk.mail.mime.message import read

KEYS = [
    *("from_addr", "from_name", "reply_to", "to", "cc", "subject", "date", "message_id", "in_reply_to", "references"),
    *("body_text", "body_quoted", "attachments", "is_bounce", "is_auto", "defects"),
]


def test_a_full_mail() -> None:
    mail = read(
        b"From: =?utf-8?b?0JDQvdC90LA=?= <ann@ACME.example>\nReply-To: Shop <shop@acme.example>, other@acme.example\n"
        b"To: Desk <support@desk.example>, hr@desk.example\nCc: bob@acme.example\nSubject: Till\n"
        b"Date: Mon, 02 Nov 2026 09:00:00 +0300\nMessage-ID: <m@acme.example>\nIn-Reply-To: <b@desk.example>\n"
        b"References: <a@desk.example> <b@desk.example>\nContent-Type: multipart/mixed; boundary=B\n\n"
        b"--B\nContent-Type: text/plain\n\nIt is down.\n\n-- \nAnn\n--B\nContent-Type: image/png; name=till.png\n"
        b"Content-Transfer-Encoding: base64\n\naGVsbG8=\n--B--\n"
    )
    found = as_json(mail)
    assert list(found) == KEYS
    assert json.loads(json.dumps(found, ensure_ascii=False)) == {
        "from_addr": "ann@acme.example",
        "from_name": "Анна",
        "reply_to": "shop@acme.example",
        "to": ["support@desk.example", "hr@desk.example"],
        "cc": ["bob@acme.example"],
        "subject": "Till",
        "date": "2026-11-02T06:00:00Z",
        "message_id": "<m@acme.example>",
        "in_reply_to": "<b@desk.example>",
        "references": ["<a@desk.example>", "<b@desk.example>"],
        "body_text": "It is down.",
        "body_quoted": "-- \nAnn",
        "attachments": [{"name": "till.png", "size": 5, "type": "image/png"}],
        "is_bounce": False,
        "is_auto": False,
        "defects": [],
    }


def test_what_is_missing_is_null_or_empty() -> None:
    found = as_json(read(b""))
    assert [found[key] for key in ("reply_to", "date", "in_reply_to")] == [None, None, None]
    assert [found[key] for key in ("from_addr", "from_name", "subject", "message_id", "body_text")] == [
        "",
        "",
        "",
        "",
        "",
    ]
    assert [found[key] for key in ("to", "cc", "references", "attachments")] == [[], [], [], []]


def test_every_sample_can_be_written() -> None:
    for path in (Path(__file__).parent.parent / "samples").glob("*.eml"):
        assert list(json.loads(json.dumps(as_json(read(path.read_bytes()))))) == KEYS
