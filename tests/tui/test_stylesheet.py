"""When the console's rules are parsed: once, and again only for other colours or new rules."""

from __future__ import annotations

import pytest
from textual.css.stylesheet import StylesheetParseError

from sdesk.tui.stylesheet import ParsedOnce

RED, BLUE = {"ink": "#ff0000"}, {"ink": "#0000ff"}


def sheet() -> ParsedOnce:
    """A sheet with one rule, parsed."""
    made = ParsedOnce(variables=dict(RED))
    made.add_source("Static { color: $ink; }", read_from=("a sheet", ""))
    made.reparse()
    return made


def test_the_same_colours_parse_nothing() -> None:
    one = sheet()
    rules = one.rules
    one.set_variables(dict(RED))
    one.reparse()
    assert one.rules is rules


def test_other_colours_parse_all() -> None:
    one = sheet()
    assert "#FF0000" in one.css
    one.set_variables(dict(BLUE))
    one.reparse()
    assert "#0000FF" in one.css
    assert "#FF0000" not in one.css


def test_a_new_screens_rules_are_parsed_beside_the_others() -> None:
    one = sheet()
    (first,) = one.rules
    one.add_source("Input { color: $ink; }", read_from=("another", ""))
    one.reparse()
    assert [rule.selector_names for rule in one.rules] == [{"Static"}, {"Input"}]
    assert one.rules[0] is first


def test_a_wrong_rule_is_said() -> None:
    one = sheet()
    one.add_source("Input { color: no-such-colour; }", read_from=("another", ""))
    with pytest.raises(StylesheetParseError):
        one.reparse()
