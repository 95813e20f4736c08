"""Samples of trouble with the sender, the header and the charset."""

from __future__ import annotations

import base64

from troubles import Trouble, letter, text

RUSSIAN = "Касса не включается, очередь стоит до дверей."
ENCODED_BOSS = "=?utf-8?q?boss=40bank.example?="


def _of_sender(name: str, field: bytes | str, address: str, shown: str = "", *defects: str, **more: str) -> Trouble:
    extra = more.get("more", "")
    return Trouble(name, letter(sender=field, more=extra), sender=(address, shown), defects=defects)


SENDER = (
    _of_sender("a name in a comment after the address", "ann@shop.example (Ann)", "ann@shop.example", "Ann"),
    Trouble(
        "no From",
        b"Return-Path: <ann@shop.example>\nSubject: Till\n\nIt is down.\n",
        sender=("ann@shop.example", ""),
        defects=("no From field",),
    ),
    _of_sender("empty <>", "<>", "", "", "no address in From"),
    Trouble(
        "two From lines",
        b"From: Ann <ann@shop.example>\nFrom: Eve <eve@evil.example>\nSubject: Till\n\nIt is down.\n",
        defects=("more than one From field", "more than one sender in From"),
    ),
    _of_sender(
        "several addresses in one From, the first one empty",
        "Nobody <>, Ann <ann@shop.example>, Bob <bob@shop.example>",
        "ann@shop.example",
        "Ann",
        "more than one sender in From",
    ),
    _of_sender(
        "an encoded comma in the name", "=?utf-8?q?Lee=2C_Ann?= <ann@shop.example>", "ann@shop.example", "Lee, Ann"
    ),
    _of_sender(
        "an encoded word inside a quoted string",
        '"=?utf-8?b?0JDQvdC90LA=?=" <ann@shop.example>',
        "ann@shop.example",
        "Анна",
    ),
    _of_sender(
        "an encoded word in the address itself",
        f"Ann <{ENCODED_BOSS}@evil.example>",
        f"{ENCODED_BOSS}@evil.example",
        "Ann",
        "an encoded word in an address of From",
    ),
    _of_sender("blanks in the address", "Ann <ann @ shop.example>", "ann@shop.example", "Ann"),
    _of_sender("quotes in the address", "Ann <'ann@shop.example'>", "ann@shop.example", "Ann"),
    _of_sender("> in the address", "Ann <ann@shop.example>>", "ann@shop.example", "Ann"),
    _of_sender("a name without an address", "Ann of shop 17", "", "Ann of shop 17", "no address in From"),
    _of_sender("empty Reply-To", "Ann <ann@shop.example>", "ann@shop.example", "Ann", more="Reply-To:\n"),
    _of_sender(
        "raw 8-bit bytes",
        "Анна <ann@shop.example>".encode("koi8-r"),
        "ann@shop.example",
        "Анна",
        "8-bit characters without a charset in From, read as koi8-r",
    ),
)


def _of_subject(name: str, raw: bytes | str, subject: str, *defects: str) -> Trouble:
    return Trouble(name, letter(subject=raw), subject=subject, defects=defects)


HEADERS = (
    _of_subject("blanks between encoded words", "=?utf-8?b?0JrQsA==?= \n =?utf-8?b?0YHRgdCw?=", "Касса"),
    _of_subject("a character split over two encoded words", "=?utf-8?q?=D0=9A=D0?= =?utf-8?q?=B0=D1=81?=", "Кас"),
    _of_subject("unknown charset in a word", "=?x-none?q?Till?=", "Till", "unknown charset 'x-none' in Subject"),
    _of_subject(
        "empty charset in a word",
        "=??b?0JrQsNGB0YHQsA==?=",
        "Касса",
        "8-bit characters without a charset in Subject, read as utf-8",
    ),
    _of_subject(
        "undeclared 8-bit text",
        "Касса не работает".encode("windows-1251"),
        "Касса не работает",
        "8-bit characters without a charset in Subject, read as windows-1251",
    ),
    _of_subject("a very long subject", "till " * 4_000, "till " * 3_999 + "till"),
    Trouble("no subject", b"From: Ann <ann@shop.example>\n\nIt is down.\n", subject=""),
    Trouble(
        "folded lines that lost their indent",
        b"From: Ann <ann@shop.example>\nSubject: the till of\nshop 17\nMessage-ID: <1@shop.example>\n\nIt is down.\n",
        subject="the till of shop 17",
        defects=("a header line without its indent",),
        fields={"message_id": "<1@shop.example>"},
    ),
    Trouble(
        "fused headers",
        b"From: Ann <ann@shop.example>\nSubject: TillMIME-Version: 1.0\nX-A: bContent-Type: text/html\n\n"
        b"<p>It is down.</p>\n",
        defects=("header fields that run into each other",),
    ),
    Trouble(
        "junk before the first header",
        b"\nforwarded by the gateway of floor 3\n" + letter(),
        defects=("junk before the first header",),
    ),
    Trouble(
        "no blank line before the body",
        b"From: Ann <ann@shop.example>\nSubject: Till\nIt is down.\n",
        defects=("no blank line after the headers",),
    ),
    Trouble("duplicate headers", letter(more="Subject: other\n"), defects=("more than one Subject field",)),
    Trouble(
        "an impossible date",
        letter(more="Date: Mon, 31 Feb 2026 29:00:00 +9999\n"),
        defects=("an impossible Date: 'Mon, 31 Feb 2026 29:00:00 +9999'",),
        fields={"date": None},
    ),
    Trouble("no Message-ID", letter(), fields={"message_id": ""}),
)


def _of_charset(name: str, words: str, codec: str, label: str = "", *defects: str) -> Trouble:
    kind = f"text/plain; charset={label}" if label else "text/plain"
    raw = text(base64.encodebytes(words.encode(codec)), kind, "base64")
    return Trouble(name, raw, text=words, defects=defects)


CHARSETS = (
    _of_charset(
        "unknown label",
        RUSSIAN,
        "koi8-r",
        "x-martian",
        "unknown charset 'x-martian' in the text",
        "8-bit characters without a charset in the text, read as koi8-r",
    ),
    _of_charset("alias label", RUSSIAN, "cp1251", "win-1251"),
    _of_charset("a label too narrow for the bytes", "朱镕基 喆", "gbk", "gb2312"),
    Trouble(
        "ISO-2022-JP with vendor characters",
        text(b"\x1b$B-!\x1b(B tel \x1b$BF|K\\\x1b(B", "text/plain; charset=iso-2022-jp", "7bit"),
        text="① tel 日本",
    ),
    _of_charset(
        "a wrong label",
        RUSSIAN,
        "cp1251",
        "iso-8859-1",
        "the text is declared as windows-1252 and written in windows-1251",
    ),
    _of_charset("koi8-r", RUSSIAN, "koi8-r", "koi8-r"),
    _of_charset("windows-1251", RUSSIAN, "cp1251", "windows-1251"),
    _of_charset("cp866", RUSSIAN, "cp866", "cp866"),
    _of_charset("UTF-7", RUSSIAN, "utf-7", "utf-7"),
    _of_charset("UTF-16", RUSSIAN, "utf-16", "utf-16"),
    Trouble(
        "invalid UTF-8",
        text("Касса ".encode() + b"\xd0 " + "стоит".encode(), "text/plain; charset=utf-8"),
        text="Касса \ufffd стоит",
        defects=("bytes that are no utf-8 in the text",),
    ),
    Trouble(
        "a charset inside a broken Content-Type",
        text(RUSSIAN.encode("koi8-r"), 'text/plain charset="koi8-r'),
        text=RUSSIAN,
    ),
    Trouble("NUL bytes", text(b"It \0is\0 down.\0", "text/plain; charset=us-ascii"), text="It is down.", defects=None),
)
