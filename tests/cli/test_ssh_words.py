"""What a person typed behind `ssh desk`: words as POSIX quotes them, and nothing that only a shell would do."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdesk.cli.ssh_words import MOST, words_of
from sdesk.domain.errors import BadInput


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", []),
        ("sdesk", []),
        ("  sdesk  list ", ["list"]),
        ("list -o json", ["list", "-o", "json"]),
        ("sdesk sdesk", ["sdesk"]),
        ("note 12 --text 'a; b & c > d | e `f` $(g)'", ["note", "12", "--text", "a; b & c > d | e `f` $(g)"]),
        ('note 12 --text "it\'s \\"so\\""', ["note", "12", "--text", 'it\'s "so"']),
        ("note 12 --text 'two\nlines'", ["note", "12", "--text", "two\nlines"]),
        ("list касса created:2026-11-01..", ["list", "касса", "created:2026-11-01.."]),
        ("list \\; x", ["list", ";", "x"]),
        ("list $HOME ~ *", ["list", "$HOME", "~", "*"]),
        ("list\n", ["list"]),
    ],
)
def test_words_are_those_that_were_typed(line: str, words: list[str]) -> None:
    assert words_of(line) == words


@pytest.mark.parametrize(
    "line",
    [
        *("list; id", "list;", "list && id", "list | id", "list & id", "list > x", "list < x", "list `id`", "a\nid"),
        *("list $(id)", "list ${x}", "list 'a", 'list "a', "list \x00", "list \x1b[2J", "list \x7f", "list\r"),
        "x" * (MOST + 1),
        "x" * 1_000_000,
    ],
)
def test_what_only_a_shell_would_do_is_refused(line: str) -> None:
    with pytest.raises(BadInput) as refused:
        words_of(line)
    assert len(str(refused.value)) < 300


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20), max_size=6))
def test_what_is_quoted_comes_as_it_was(words: list[str]) -> None:
    expected = words[1:] if words[:1] == ["sdesk"] else words
    assert words_of(shlex.join(words)) == expected


@given(st.text(max_size=60))
def test_any_line_gives_words_or_is_refused(line: str) -> None:
    try:
        words = words_of(line)
    except BadInput:
        return
    assert all("\x00" not in word for word in words)
