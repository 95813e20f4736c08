"""What a mail says to the question how it was: a number that is clear, and the words around it."""

from __future__ import annotations

import pytest

from sdesk.domain.satisfaction import SatisfactionRule, comment_of, mean, score_of, subject_of_answer, token_in
from sdesk.domain.thread import hide_agent_keys, hide_agent_tokens

KEY = "r-" + "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("subject", "text", "score"),
    [
        (subject_of_answer(5, "very good"), "", 5),
        ("Re: 2/5: плохо [SD-7]", "", 2),
        ("Отв: 3 из 5", "", 3),
        ("1 of 5", "no", 1),
        ("Re: How was it?", "4", 4),
        ("Re: How was it?", "  *5*, danke", 5),
        ("Re: How was it?", "3 из 5. Долго.", 3),
        ("Re: How was it?", "5 - very kind", 5),
        ("Re: How was it?", "2.\n\nToo slow.", 2),
        ("Re: How was it?", "5!", 5),
        # None of these is a clear answer.
        ("Re: How was it?", "The 2 of us waited.", None),
        ("Re: How was it?", "3 of us waited.", None),
        ("Re: How was it?", "1. The box was broken. 2. So was the ring.", None),
        ("Re: How was it?", "5 people were rude", None),
        ("Re: How was it?", "45", None),
        ("Re: How was it?", "4.5", None),
        ("Re: How was it?", "3rd time it broke", None),
        ("Re: How was it?", "", None),
        ("1/5 or 5/5", "5", None),
        ("Order 15/5", "", None),
        ("2026/5/5", "", None),
        ("6/5: more than good", "", None),
        ("4/5.5", "", None),
    ],
)
def test_only_a_clear_number_is_an_answer(subject: str, text: str, score: int | None) -> None:
    said = score_of(subject, text)
    assert (said[0] if said else None) == score


@pytest.mark.parametrize(
    ("text", "comment"),
    [
        ("Quick!\n\n-- \nMaria\nShop 1", "Quick!"),
        ("-- \nMaria", ""),
        ("Fine.\n\nSent from my iPhone", "Fine."),
        ("Хорошо.\nОтправлено из мобильной Почты", "Хорошо."),
        ("One.\n\n\n\n\nTwo.", "One.\n\nTwo."),
        ("x" * 3000, "x" * 2000),
    ],
)
def test_a_comment_is_what_somebody_wrote(text: str, comment: str) -> None:
    assert comment_of(text) == comment


def test_a_key_is_found_in_brackets_and_struck_out_wherever_it_is_shown() -> None:
    subject = f"Re: 5/5: very good [SD-7] [{KEY.upper()}]"
    assert token_in(subject) == KEY
    assert token_in(subject.replace("[", "(")) is None
    assert hide_agent_tokens(f"to support+7.{KEY}@desk.example") == "to support+7.r-(hidden)@desk.example"
    assert KEY.encode() not in hide_agent_keys(f"To: support+7.{KEY}@desk.example\n".encode())


def test_a_rule_asks_about_teams_and_services() -> None:
    assert SatisfactionRule().asks_of("it", None)
    rule = SatisfactionRule(teams=("it",), services=("till", "printer"), but=("printer",))
    asked = [(team, service) for team in ("it", "hr") for service in ("till", "printer", None)]
    assert [each for each in asked if rule.asks_of(*each)] == [("it", "till")]


def test_a_mean_is_of_something() -> None:
    assert mean([]) is None
    assert mean([5, 4, 4]) == 4.33
