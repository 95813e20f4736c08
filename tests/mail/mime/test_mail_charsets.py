"""Bytes and what they mean: declared, undeclared, declared wrongly."""

from __future__ import annotations

import pytest

from sdesk.mail.mime.charsets import codec_name, guess
from sdesk.mail.mime.message import read

RUSSIAN = "Здравствуйте! Касса в магазине не включается, очередь стоит до дверей."
GERMAN = "Grüße aus Köln: Der Drucker läuft über, bitte prüfen."


def body(data: bytes, content_type: str = "") -> str:
    head = f"From: a@acme.example\nContent-Type: {content_type}\n" if content_type else "From: a@acme.example\n"
    return read(
        head.encode("utf-8", "surrogateescape") + b"Content-Transfer-Encoding: 8bit\n\n" + data + b"\n"
    ).body_text


@pytest.mark.parametrize(
    "charset", ["utf-8", "koi8-r", "koi8-u", "windows-1251", "cp866", "iso-8859-5", "x-mac-cyrillic", "utf-7"]
)
def test_declared_russian(charset: str) -> None:
    codec = {"x-mac-cyrillic": "mac-cyrillic"}.get(charset, charset)
    assert body(RUSSIAN.encode(codec), f"text/plain; charset={charset}") == RUSSIAN


@pytest.mark.parametrize("charset", ["utf-8", "koi8-r", "windows-1251", "cp866"])
def test_undeclared_russian_is_guessed(charset: str) -> None:
    assert body(RUSSIAN.encode(charset)) == RUSSIAN
    assert body(RUSSIAN.upper().encode(charset)) == RUSSIAN.upper()
    assert body("Тест".encode(charset)) == "Тест"


@pytest.mark.parametrize("charset", ["utf-8", "latin-1", "windows-1252"])
def test_undeclared_german_is_guessed(charset: str) -> None:
    assert body(GERMAN.encode(charset)) == GERMAN


@pytest.mark.parametrize("label", ["us-ascii", "iso-8859-1", "windows-1252", "x-unknown", "", '"', "utf-8", "koi8-r"])
@pytest.mark.parametrize("charset", ["utf-8", "koi8-r", "windows-1251", "cp866"])
def test_russian_under_a_wrong_label(label: str, charset: str) -> None:
    assert body(RUSSIAN.encode(charset), f"text/plain; charset={label}") == RUSSIAN


@pytest.mark.parametrize("label", ["us-ascii", "iso-8859-1", "x-unknown", "utf-8"])
def test_german_under_a_wrong_label(label: str) -> None:
    assert body(GERMAN.encode("cp1252"), f"text/plain; charset={label}") == GERMAN


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("UTF8", "utf-8"),
        ("utf-8", "utf-8"),
        ("cp-1251", "cp1251"),
        ("win-1251", "cp1251"),
        ("windows1251", "cp1251"),
        ("x-cp1251", "cp1251"),
        ("CP1251", "cp1251"),
        ("koi8r", "koi8-r"),
        ("gb2312", "gb18030"),
        ("GBK", "gb18030"),
        ("ks_c_5601-1987", "cp949"),
        ("shift_jis", "cp932"),
        ("x-sjis", "cp932"),
        ("latin1", "cp1252"),
        ("iso-8859-8-i", "iso8859-8"),
        ("unicode-1-1-utf-7", "utf-7"),
        ('"utf-8"', "utf-8"),
        ("utf-8;format=flowed", "utf-8"),
        ("charset=koi8-r", "koi8-r"),
    ],
)
def test_labels_as_they_are_written(label: str, codec: str) -> None:
    assert codec_name(label) == codec


@pytest.mark.parametrize(
    "label",
    [
        "",
        "x-unknown",
        "rot13",
        "hex",
        "base64",
        "idna",
        "punycode",
        "unicode_escape",
        "undefined",
        "zip",
        "a\0b",
        "…",
        "/etc/x",
        "../x",
    ],
)
def test_labels_that_name_no_charset(label: str) -> None:
    assert codec_name(label) is None


@pytest.mark.parametrize(
    ("data", "label", "text"),
    [
        ("朱镕基 喆 镕".encode("gbk"), "gb2312", "朱镕基 喆 镕"),
        ("日本語です".encode("iso2022_jp"), "iso-2022-jp", "日本語です"),
        (b"\x1b$B-!\x1b(B tel \x1b$BF|K\\\x1b(B", "iso-2022-jp", "① tel 日本"),
        (b"\x1b(I1\x1b(B", "iso-2022-jp", "ｱ"),
        ("日本語です".encode("shift_jis"), "shift_jis", "日本語です"),
        ("①㈱髙".encode("cp932"), "shift_jis", "①㈱髙"),
        ("똠방각하".encode("cp949"), "euc-kr", "똠방각하"),
        ("€ “quoted”".encode("cp1252"), "iso-8859-1", "€ “quoted”"),
        (RUSSIAN.encode("utf-16"), "utf-16", RUSSIAN),
        (RUSSIAN.encode("utf-16-le"), "utf-16", RUSSIAN),
        ("plain words".encode("utf-16-be"), "utf-16", "plain words"),
        (b"\xef\xbb\xbf" + RUSSIAN.encode(), "utf-8", RUSSIAN),
    ],
)
def test_other_charsets(data: bytes, label: str, text: str) -> None:
    mail = read(
        f"From: a@acme.example\nContent-Type: text/plain; charset={label}\n".encode()
        + b"Content-Transfer-Encoding: quoted-printable\n\n"
        + "".join(f"={byte:02X}" for byte in data).encode()
    )
    assert mail.body_text == text


def test_invalid_utf8_loses_only_its_own_bytes() -> None:
    mail = read(
        "From: a@acme.example\nContent-Type: text/plain; charset=utf-8\n\nКасса ".encode()
        + b"\xd0"
        + " не работает\n".encode()
    )
    assert mail.body_text == "Касса \ufffd не работает"
    assert mail.defects == ("bytes that are no utf-8 in the text",)


def test_nul_bytes_are_dropped() -> None:
    assert body(b"n\0u\0l") in ("nul", "n\0u\0l".replace("\0", ""))


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain charset=koi8-r",
        "text/plain; charset =koi8-r",
        'text/plain; x="a;b"; charset="koi8-r',
        "charset=koi8-r",
        "text; charset=koi8-r",
    ],
)
def test_a_charset_in_a_broken_content_type(content_type: str) -> None:
    assert body(RUSSIAN.encode("koi8-r"), content_type) == RUSSIAN


def test_what_was_guessed_is_told() -> None:
    mail = read(b"From: a@acme.example\nSubject: x\n\n" + RUSSIAN.encode("koi8-r"))
    assert mail.defects == ("8-bit characters without a charset in the text, read as koi8-r",)
    assert mail.language == "ru"


def test_a_terminal_sequence_in_seven_bits_is_no_japanese() -> None:
    assert body(b"\x1b[2Jgone", "text/plain; charset=us-ascii") == "␛[2Jgone"


def test_the_guess_is_utf8_where_it_is_valid() -> None:
    assert guess("é".encode()) == "utf-8"
    assert guess(b"plain") == "utf-8"


@pytest.mark.parametrize(
    ("label", "codec", "words"),
    [
        ("gb2312", "gbk", "收银机坏了"),
        ("shift_jis", "cp932", "レジが動きません"),
        ("euc-kr", "cp949", "계산대가 고장났습니다"),
        ("iso-8859-9", "cp1254", "Yazarkasa çalışmıyor lütfen şubeye gelin"),
        ("windows-1253", "cp1253", "Το ταμείο δεν λειτουργεί"),
        ("iso-8859-2", "iso8859-2", "Pokladna nefunguje a přijďte prosím ještě dnes"),
        ("windows-1251", "koi8-r", "Касса не работает"),
    ],
)
def test_raw_header_text_is_in_the_charset_of_the_mails_own_text(label: str, codec: str, words: str) -> None:
    """But Russian, which is known by its letters, whatever the label of the text says."""
    file = (
        b'Content-Type: application/pdf\nContent-Disposition: attachment; filename="' + words.encode(codec) + b'.pdf"'
    )
    mail = read(
        b"From: "
        + words.encode(codec)
        + b" <a@acme.example>\nSubject: "
        + words.encode(codec)
        + b"\nContent-Type: multipart/mixed; boundary=B\n\n--B\n"
        + f"Content-Type: text/plain; charset={label}\nContent-Transfer-Encoding: 8bit\n\n".encode()
        + "ok".encode(codec)
        + b"\n--B\n"
        + file
        + b"\n\nx\n--B--\n"
    )
    assert (mail.subject, mail.sender.name) == (words, words)
    assert [each.name for each in mail.attachments] == [f"{words}.pdf"]


@pytest.mark.parametrize("label", ["gb2312", "shift_jis", "koi8-r", "windows-1253", "iso-8859-1", "us-ascii", "big5"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_utf8_under_any_label(label: str, mark: bytes) -> None:
    for words in (RUSSIAN, "收银机坏了，请尽快派人来修理。", "Το ταμείο δεν λειτουργεί"):
        assert body(mark + words.encode(), f"text/plain; charset={label}") == words


@pytest.mark.parametrize("label", ["utf-16", "unicode", "utf-16le"])
def test_seven_bits_are_no_utf16(label: str) -> None:
    mail = read(f"From: a@acme.example\nContent-Type: text/plain; charset={label}\n\nThe till is down.\n".encode())
    assert mail.body_text == "The till is down."
    assert mail.defects == ("the text is declared as utf-16 and written in us-ascii",)


@pytest.mark.parametrize("label", ["", "; charset=us-ascii", "; charset=x-none"])
def test_what_html_says_of_itself_counts_where_its_part_says_nothing_true(label: str) -> None:
    html = '<meta http-equiv="Content-Type" content="text/html; charset=gb2312"><p>收银机坏了</p>'.encode("gbk")
    assert body(html, f"text/html{label}") == "收银机坏了"
