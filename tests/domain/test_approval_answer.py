"""What a mail says about an approval, and what it does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdesk.domain.approval_answer import Answer, read_answer


@pytest.mark.parametrize(
    ("subject", "text", "answer"),
    [
        ("", "yes", Answer(True, "")),
        ("", "  YES!!\nplease", Answer(True, "please")),
        ("", "I approve", Answer(True, "")),
        ("", "not approved\ntoo dear", Answer(False, "too dear")),
        ("", "не согласен, дорого", Answer(False, "дорого")),
        ("", "Добрый день!\n\nСогласовано.", Answer(True, "")),
        ("", "yes - one only\nthank you", Answer(True, "one only\nthank you")),
        ("Re: yes [SD-12]", "", Answer(True, "")),
        ("нет [SD-12]", "Карла", Answer(False, "Карла")),
        ("no [SD-12]", "no\ntoo dear", Answer(False, "too dear")),
        ("Re: [SD-12] Yes or no?", "What is it for?", None),
        # One that says both has not decided.
        ("yes [SD-12]", "no, too dear", None),
        ("", "no problem", None),
        ("", "yes we can", None),
        ("", "yes-man", None),
        ("", "okay?", None),
        ("", "", None),
        ("", "\n\n", None),
    ],
)
def test_only_what_is_plain_decides(subject: str, text: str, answer: Answer | None) -> None:
    assert read_answer(subject, text) == answer


@given(st.text(max_size=200), st.text(max_size=400))
def test_anything_can_be_read(subject: str, text: str) -> None:
    found = read_answer(subject, text)
    assert found is None or len(found.comment) <= len(text)
