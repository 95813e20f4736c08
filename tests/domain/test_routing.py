"""Routing rules: all matchers, and the first rule that sets a field decides it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sdesk.domain.errors import BadInput
from sdesk.domain.inbound import InboundMail, Mailbox
from sdesk.domain.routing import Rule, parse_rule, route

MAIL = InboundMail(
    sender=Mailbox("Store-001@shop.example", "Irina"),
    to=(Mailbox("support@desk.example"),),
    cc=(Mailbox("hr@desk.example"),),
    delivered_to=("till@desk.example",),
    subject="Касса не пробивает",
    body_text="Order: A-77\nE-mail: guest@mail.example\n",
    headers={"x-spam-flag": ("YES",), "x-form": ("feedback",), "x-long": ("x" * 1_000 + "end",)},
)


def rule(when: dict[str, object], set_: dict[str, object] | None = None, *, person: bool = False) -> Rule:
    return parse_rule(when, set_ or {"service": "till"}, person=person)


@pytest.mark.parametrize(
    "when",
    [
        {"subject": "касса (не|завис)"},
        {"sender": "store-*@shop.example"},
        {"sender": ["nobody@x.example", "STORE-001@SHOP.EXAMPLE"]},
        {"domain": "shop.example"},
        {"domain": "example"},
        {"recipient": "hr@*"},
        {"recipient": "till@desk.example"},
        {"body": "^order: a-\\d+"},
        {"header": {"X-Spam-Flag": "YES"}},
        {"header": {"X-Spam-Flag": "yes", "x-form": "."}, "subject": "касса", "domain": "shop.example"},
        {},
    ],
)
def test_matches(when: dict[str, object]) -> None:
    assert route([rule(when)], MAIL).values == {"service": "till"}


@pytest.mark.parametrize(
    "when",
    [
        {"subject": "^не"},
        {"sender": "store-002@shop.example"},
        {"domain": "op.example"},
        {"recipient": "feedback@*"},
        {"body": "nowhere"},
        {"header": {"x-missing": "."}},
        {"subject": "касса", "sender": "other@shop.example"},
        # Far behind: what a pattern looks at is bounded.
        {"header": {"x-long": "end"}},
    ],
)
def test_does_not_match(when: dict[str, object]) -> None:
    found = route([rule(when)], MAIL)
    assert found.values == {}
    assert found.decided_by == {}


def test_each_field_is_decided_by_the_first_rule_that_sets_it() -> None:
    found = route(
        [
            rule({"subject": "касса"}, {"service": "till", "tags": ["pos"]}),
            rule({}, {"service": "other", "team": "it", "tags": ["mail", "pos"]}),
        ],
        MAIL,
    )
    assert found.values == {"service": "till", "tags": ("pos", "mail"), "team": "it"}
    assert found.decided_by == {"service": 1, "tags": 1, "team": 2}


def test_named_groups_decide_fields_and_a_form_is_a_person() -> None:
    found = route([rule({"body": "E-mail: (?P<requester>\\S+)"}, person=True)], MAIL)
    assert found.values["requester"] == "guest@mail.example"
    assert found.person
    assert not route([rule({"body": "nowhere"}, person=True)], MAIL).person


def test_unknown_words_and_broken_patterns_are_refused() -> None:
    with pytest.raises(BadInput, match="`when` knows no `subjekt`"):
        parse_rule({"subjekt": "x"}, {})
    with pytest.raises(BadInput, match="`set` knows no `colour`"):
        parse_rule({}, {"colour": "red"})
    with pytest.raises(BadInput, match="no regular expression"):
        parse_rule({"subject": "(("}, {})


@pytest.mark.parametrize(("length", "found"), [(990, True), (1_000, False)])
def test_of_a_subject_the_beginning_is_searched(length: int, found: bool) -> None:
    mail = replace(MAIL, subject="x" * length + "end")
    assert bool(route([rule({"subject": "end"})], mail).values) is found
