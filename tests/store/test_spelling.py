"""What was probably meant by words that no ticket holds, never a word that stands behind a wall alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from desks import NOW

from sdesk.domain.filters import parse
from sdesk.store.reader import Reader


@pytest.fixture
def busy(busy_desk_path: Path) -> Iterator[Reader]:
    """A reader of the busy desk."""
    with Reader(busy_desk_path) as reader:
        yield reader


def meant(reader: Reader, login: str, text: str) -> dict[str, str]:
    """What the words were meant to be."""
    wanted = parse(text, now=NOW, zone=ZoneInfo("UTC"))
    return reader.nearest_words(reader.actor(login), wanted, now=NOW)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("pritner", {"pritner": "printer"}),
        ("Монитр", {"Монитр": "монитор"}),
        ("maibox vpn status:open", {"maibox": "mailbox"}),
        ("printer", {}),
        ("print", {}),
        ("not:pritner", {}),
        ('"pritner does"', {}),
        ("vnp", {}),
        ("zzzzzz", {}),
        ("status:open", {}),
    ],
)
def test_a_slip_of_the_finger_is_found_out(busy: Reader, text: str, words: dict[str, str]) -> None:
    assert meant(busy, "anna", text) == words


def test_a_word_of_a_private_team_is_no_hint(busy: Reader) -> None:
    assert meant(busy, "olga", "decembr") == {"decembr": "december"}
    assert meant(busy, "boris", "decembr") == {}
