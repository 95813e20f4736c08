"""What makes two subjects alike: rare words that they share. Common ones, and one alone, claim nothing."""

from __future__ import annotations

import pytest

from sdesk.domain.likeness import LEAST, Rarity, words_of

LATELY = (
    *(f"Printer does not print on floor {floor}" for floor in range(40)),
    *(f"Касса не пробивает чеки, магазин {shop}" for shop in range(40)),
    "Декрет: отпуск и доступы Кати Носовой",
    "Coffee. Laptop. Sorry.",
)


def test_endings_small_words_and_letter_case_do_not_matter() -> None:
    assert words_of("Re: ПРИНТЕРА для Ёлки") == words_of("принтеру елки")
    assert words_of("at it, or") == frozenset()


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Декрет: отпуск и доступы Кати Носовой", "Re: декрет Носовой Кати", True),
        ("Coffee spilt over my laptop", "Laptop and coffee", True),
        ("Coffee. Laptop. Sorry.", "Sorry, printer does not print", False),
        # Two words, which every other subject has: nothing is said by them beside what differs.
        ("Printer does not print, smoke", "Print shop queue: printer jammed badges", False),
        ("Касса дымит", "Касса: новый магазин открыт", False),
        # A word alone is a whole subject only where it is rare.
        ("занавеска", "Занавески", True),
        ("printer", "Printer smells of fish", False),
        ("кат", "", False),
    ],
)
def test_rare_words_decide(one: str, other: str, alike: bool) -> None:
    rarity = Rarity(LATELY)
    assert (rarity.likeness(one, other) >= LEAST) is alike
    assert rarity.likeness(one, other) == rarity.likeness(other, one)


def test_the_same_subject_is_alike_and_nothing_known_is_no_fault() -> None:
    assert Rarity(LATELY).likeness(LATELY[0], LATELY[0]) == pytest.approx(1)
    assert Rarity().likeness("Label printer jams", "label printer jams again") == pytest.approx(1)
    assert Rarity().likeness("", "") == 0
