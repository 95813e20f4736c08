from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdesk.domain.safe_text import cut_at_word, neutralise, one_line, safe_file_name

# st.text() draws no lone surrogates unless they are named: they are what undecodable bytes become.
ANY_TEXT = st.text(alphabet=st.characters(codec=None, exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\n\ttext", "plain\n\ttext"),
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("\x9b31m", "\ufffd31m"),
        ("a\r\nb\rc\x0bd\x0ce\x85f\u2028g\u2029h", "a\nb\nc\nd\ne\nf\ng\nh"),
        ("nul\0l", "null"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("\u2066hid\u2069den\u200b\ufeff", "hidden"),
        ("half \ud83d of a pair", "half \ufffd of a pair"),
        ("tag \U000e0041\U000e0042 text", "tag  text"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("[red]markup[/red] {{ template }}", "[red]markup[/red] {{ template }}"),
        ("Ёлка № 5 «да»", "Ёлка № 5 «да»"),
    ],
)
def test_neutralise(text: str, shown: str) -> None:
    assert neutralise(text) == shown


@given(ANY_TEXT)
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    safe = neutralise(text)
    assert not any(
        (ord(c) < 0x20 and c not in "\t\n") or 0x7F <= ord(c) < 0xA0 or 0xD800 <= ord(c) < 0xE000 for c in safe
    )
    assert not set(safe) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")
    assert neutralise(safe) == safe
    safe.encode()


@given(ANY_TEXT)
def test_one_line_is_one_line(text: str) -> None:
    line = one_line(text)
    assert "\n" not in line
    assert "\t" not in line
    assert line == line.strip()
    assert one_line(line) == line


def test_one_line_keeps_words_apart() -> None:
    assert one_line(" a\r\n\tb   c\xa0d ") == "a b c d"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("отчёт за ноябрь.docx", "отчёт за ноябрь.docx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\evil.exe", "evil.exe"),
        ("/etc/", "etc"),
        ("..", "attachment"),
        (".", "attachment"),
        ("", "attachment"),
        (" \t\n", "attachment"),
        (".bashrc", "bashrc"),
        ("...hidden...", "hidden"),
        ("name. . ", "name"),
        ("a\nb\x00c\x1b.txt", "a bc␛.txt"),
        ('a<b>:"c|d?e*.txt', "a_b___c_d_e_.txt"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("com1.tar.gz", "_com1.tar.gz"),
        ("console.txt", "console.txt"),
        ("\u202egpj.exe", "gpj.exe"),
    ],
)
def test_safe_file_name(name: str, safe: str) -> None:
    assert safe_file_name(name) == safe


def test_a_long_name_keeps_its_extension() -> None:
    name = safe_file_name("ы" * 300 + ".docx")
    assert name.endswith("ы.docx")
    assert 190 <= len(name.encode()) <= 200


def test_an_extension_longer_than_an_extension_is_cut() -> None:
    assert len(safe_file_name("a." + "b" * 500).encode()) == 200


def test_the_fallback_is_the_caller_s() -> None:
    assert safe_file_name("///", "message.eml") == "message.eml"


@given(ANY_TEXT)
def test_a_safe_file_name_always_is_one(text: str) -> None:
    name = safe_file_name(text)
    assert name
    assert len(name.encode()) <= 200
    assert not set(name) & set('/\\\0\n<>:"|?*')
    assert not name.startswith((".", " "))
    assert not name.endswith((".", " "))
    assert safe_file_name(name) == name


@pytest.mark.parametrize(
    ("text", "most", "cut"),
    [
        ("short", 5, "short"),
        ("one two three", 13, "one two three"),
        ("one two three", 12, "one two…"),
        ("one two three", 8, "one two…"),
        ("one, two, three", 10, "one, two…"),
        ("a line\nnext line", 9, "a line…"),
        ("abcdefghijklm", 6, "abcde…"),
        ("a bcdefghijklm", 8, "a bcdef…"),
    ],
)
def test_what_is_too_long_ends_behind_a_word(text: str, most: int, cut: str) -> None:
    assert cut_at_word(text, most) == cut
    assert len(cut) <= most
