"""`mail parse` prints whatever it is given, and nothing of it is obeyed."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import Sdesk
from hypothesis import HealthCheck, given, settings
from mutations import LETTERS, mutated

FORMS = ("table", "json", "tsv", "csv", "jsonl")


def obeyed(text: str) -> set[str]:
    """Characters that a terminal would obey."""
    return {each for each in set(text) - {"\n", "\t"} if unicodedata.category(each) == "Cc" or each in "\u202e\u2066"}


@pytest.fixture
def parsed(sdesk: Sdesk, tmp_path: Path) -> Callable[[bytes, str], str]:
    """What the command prints of a message in a file."""

    def parse(raw: bytes, form: str) -> str:
        file = tmp_path / "message.eml"
        file.write_bytes(raw)
        ran = sdesk("mail", "parse", str(file), "-o", form)
        assert (ran.code, ran.err) == (0, "")
        return ran.out

    return parse


# The fixtures hold nothing between two calls but a file that each call writes anew.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=min(1_000, settings().max_examples))
@given(mutated())
def test_any_mail_in_every_format(parsed: Callable[[bytes, str], str], raw: bytes) -> None:
    printed = {form: parsed(raw, form) for form in FORMS}
    assert {form: obeyed(text) for form, text in printed.items()} == {form: set() for form in FORMS}
    assert json.loads(printed["json"]) == json.loads(printed["jsonl"])


def test_every_sample(parsed: Callable[[bytes, str], str]) -> None:
    for raw in LETTERS:
        assert "subject" in json.loads(parsed(raw, "json"))
