"""Equipment's names: what is one number, one kind, one check; and what a subject may name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdesk.domain.equipment import (
    Condition,
    check_name,
    check_names,
    inventory_number,
    keys_that_name,
    kind_of,
    number_key,
    short_text,
    words_of,
    worst,
)
from sdesk.domain.errors import BadInput


@pytest.mark.parametrize(
    ("one", "other"), [("KSA-001", "ksa-001"), ("КАССА-17", "касса-17"), ("  P  7 ", "p 7"), ("STRASSE", "straße")]
)
def test_letter_case_and_blanks_make_no_other_number(one: str, other: str) -> None:
    assert number_key(one) == number_key(other)


@given(st.text(max_size=80))
def test_a_number_that_is_kept_is_kept_as_it_is(text: str) -> None:
    try:
        kept = inventory_number(text)
    except BadInput:
        return
    assert inventory_number(kept) == kept
    assert "\n" not in kept
    assert "," not in kept
    assert number_key(kept) == number_key(text)


@pytest.mark.parametrize("text", ["", "  ", "\x00", "none", "a,b", 'a"b', "---", "x" * 61])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(BadInput):
        inventory_number(text)


@pytest.mark.parametrize("text", ["", "none", "a,b", "x" * 41])
def test_what_is_no_kind(text: str) -> None:
    with pytest.raises(BadInput):
        kind_of(text)
    assert kind_of(" Till ") == "till"


def test_a_text_is_one_line_and_not_too_long() -> None:
    assert short_text("note", "a\n b\x1b[31m") == "a b\u241b[31m"
    with pytest.raises(BadInput, match="model"):
        short_text("model", "x" * 201)
    assert len(short_text("note", "x" * 2000)) == 2000


@pytest.mark.parametrize("text", ["zabbix", "", "zabbix *", "zabbix a*", "zabbix a:*:b", "zabbix a;b", "z" * 61 + " k"])
def test_what_is_no_check(text: str) -> None:
    with pytest.raises(BadInput):
        check_name(text)


def test_checks_stand_once_and_in_order() -> None:
    found = check_names(["zabbix till-3:ping", "nagios till-3:*", "zabbix  till-3:ping"])
    assert [each.written for each in found] == ["nagios till-3:*", "zabbix till-3:ping"]
    with pytest.raises(BadInput, match="at most"):
        check_names(f"zabbix k{number}" for number in range(51))


def test_the_longest_name_of_a_check_is_asked_first() -> None:
    assert keys_that_name("till-3:ping") == ("till-3:ping", "till-3:*")
    assert keys_that_name("fe80::1:22") == ("fe80::1:22", "fe80::1:*", "fe80::*", "fe80:*")
    assert keys_that_name("backup") == ("backup",)
    assert len(keys_that_name(":" * 200)) == 9


def test_a_subject_names_whole_words() -> None:
    words = words_of("Касса (KSA-001) не печатает, P 7!")
    assert {"ksa-001", "(ksa-001)", "p 7", "касса"} <= set(words)
    assert "sa-001" not in words
    assert len(words_of("a1 " * 100_000)) < 400


def test_the_worst_counts() -> None:
    assert worst([]) is Condition.UP
    assert worst([Condition.IN_QUESTION, Condition.DOWN, Condition.UP]) is Condition.DOWN
