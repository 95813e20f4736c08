"""Reasons that are kept as plain English: recognised, and nobody's own words with them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import sdesk
from sdesk.domain.phrase import Phrase
from sdesk.domain.plain_words import PATTERNS, recognised

ROOM = Path(sdesk.__file__).parent


@pytest.mark.parametrize(
    ("text", "pattern", "values"),
    [
        ("by hand", "by hand", {}),
        ("service till", "service {key}", {"key": "till"}),
        ("service till -> printer", "service {old} -> {new}", {"old": "till", "new": "printer"}),
        ("SLA none -> stores", "SLA {old} -> {new}", {"old": "none", "new": "stores"}),
        ("routing rule 2 (subject till, sender x)", "routing rule {rule}", {"rule": "2 (subject till, sender x)"}),
        ("its ticket is resolved", "its ticket is {status}", {"status": "resolved"}),
        (
            "impact minor and urgency low",
            "impact {impact} and urgency {urgency}",
            {"impact": "minor", "urgency": "low"},
        ),
    ],
)
def test_a_reason_is_found_again_with_its_values(text: str, pattern: str, values: dict[str, str]) -> None:
    found = recognised(text)
    assert isinstance(found, Phrase)
    assert (found, found.pattern, dict(found.values)) == (text, pattern, values)
    assert recognised(found) is found


def test_a_reason_within_a_reason_is_found_once_however_long_it_goes_on() -> None:
    found = recognised("its handling failed: it is spam")
    assert isinstance(found, Phrase)
    assert isinstance(found.values["said"], Phrase)
    endless = "its handling failed: " * 2000 + "x"
    found = recognised(endless)
    assert isinstance(found, Phrase)
    assert found.said(str, lambda one, many, count: one) == endless


@pytest.mark.parametrize(
    "text", ["", "service is slow since Monday", "by hand, he said", "the wait is over now", "{x}"]
)
def test_what_people_wrote_stays_as_it_is(text: str) -> None:
    assert not isinstance(recognised(text), Phrase)


@pytest.mark.parametrize("file", ["domain/why.py", "domain/story/reasons.py", "desk/intake/new.py"])
def test_every_reason_of_the_program_is_recognised(file: str) -> None:
    """A sentence in English stands there for people: whoever writes another one has to add it to the patterns."""
    tree = ast.parse((ROOM / file).read_text(encoding="utf-8"))
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    # What an f-string is made of is a piece of a sentence, and `phrase` is recognised already.
    docs |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    texts = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    }
    sentences = {text for text in texts if re.fullmatch(r"[a-z'-]+( [a-z':,-]+)+", text)} - NO_REASONS
    assert sentences
    assert sorted(text for text in sentences if not isinstance(recognised(text), Phrase)) == []


NO_REASONS = {"routing rule"}
"""Beginnings that are looked for."""


def test_patterns_are_there_once() -> None:
    assert len(set(PATTERNS)) == len(PATTERNS)
