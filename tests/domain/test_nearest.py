"""The word that was probably meant."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from sdesk.domain.nearest import did_you_mean, nearest

ROOT = Path(__file__).parents[2] / "sdesk"


@pytest.mark.parametrize(
    ("word", "known", "right"),
    [
        ("fetsh", ["fetch", "send", "pipe"], "fetch"),
        (" STATSU ", ["status", "subject"], "status"),
        ("europe/berln", ["Europe/Berlin", "Europe/Moscow"], "Europe/Berlin"),
        ("закрты", ["открыт", "закрыт"], "закрыт"),
        ("zzz", ["fetch", "send"], None),
        ("", ["fetch"], None),
    ],
)
def test_the_nearest_word_is_found_whatever_its_case(word: str, known: list[str], right: str | None) -> None:
    assert nearest(word, known) == right


def test_the_remedy_is_a_question_or_what_there_is() -> None:
    assert did_you_mean("fetsh", ("fetch", "send"), "there are two") == "did you mean `fetch`?"
    assert did_you_mean("zzz", ("fetch", "send"), "there are two") == "there are two"


def test_nobody_else_looks_for_near_words() -> None:
    having = {
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name | ast.Attribute | ast.alias)
        and "get_close_matches" in {getattr(node, key, None) for key in ("id", "attr", "name")}
    }
    assert having == {"domain/nearest.py"}
