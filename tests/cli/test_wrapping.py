"""Sentences are broken between words, at the terminal's width, and only for eyes."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import Sdesk, Terminal
from hypothesis import given
from hypothesis import strategies as st

from sdesk.cli.wrapping import cells, wrapped


@pytest.mark.parametrize(
    ("line", "width", "hang", "pieces"),
    [
        ("short", 40, 0, ["short"]),
        ("one two three four five six seven", 20, 0, ["one two three four", "five six seven"]),
        ("  Unit   one two three four five six", 30, 9, ["  Unit   one two three four", "         five six"]),
        (
            "look at https://desk.example/a/long/link now",
            24,
            2,
            ["look at", "  https://desk.example/a/long/link", "  now"],
        ),
        ("mend it with `sdesk db migrate` at once", 30, 2, ["mend it with", "  `sdesk db migrate` at once"]),
        ("слово " * 6, 24, 0, ["слово слово слово слово", "слово слово"]),
        ("部屋の 電気が 消えた", 14, 0, ["部屋の 電気が 消えた"]),  # too narrow to be tidy in
        ("部屋の 電気が 消えた 昨日", 20, 0, ["部屋の 電気が 消えた", "昨日"]),
        ("one two three four five six seven", None, 0, ["one two three four five six seven"]),
    ],
)
def test_a_line_in_pieces(line: str, width: int | None, hang: int, pieces: list[str]) -> None:
    assert wrapped(line, width, hang=hang) == pieces


@given(st.text(alphabet="ab `ж ", max_size=120), st.integers(20, 60), st.integers(0, 8))
def test_no_word_is_lost_and_no_line_is_too_long(line: str, width: int, hang: int) -> None:
    pieces = wrapped(line, width, hang=hang)
    assert " ".join(pieces).split() == line.split()
    for piece in pieces:
        assert cells(piece) <= width or "`" in piece or len(piece.split()) == 1


def test_a_sentence_in_a_pipe_is_one_line_whatever_columns_says(
    sdesk: Sdesk, terminal: Terminal, at_desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    name = "The till does not answer and nobody knows why it should not"
    sdesk("new", "--text", "x", "--subject", name, "--service", "other")
    words = ("ticket", "set", "1", "--subject", name + " after all", "--tag", "pos", "--tag", "vip", "-n")
    assert sdesk(*words).out.count("\n") == 1
    assert terminal(*words, env={"COLUMNS": "40"}).out.count("\n") > 1


def test_an_error_is_one_line_for_programs(sdesk: Sdesk, at_desk: object) -> None:
    assert sdesk("list", "nosuch:1").err.count("\n") == 1
