"""What was probably meant by words that no ticket holds, never a word that stands behind a wall alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from desks import NOW

from sdesk.actions.perform import create
from sdesk.desk.opening import open_desk
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


def test_what_stands_behind_a_wall_changes_no_hint(busy_desk_path: Path) -> None:
    desk = open_desk(busy_desk_path)

    def new(login: str, subject: str, service: str) -> None:
        with Reader(busy_desk_path) as reader:
            actor = reader.actor(login)
        values = {"subject": subject, "text": "x", "requester": "maria@shop.example", "service": service}
        create(desk, actor, values, now=NOW)

    def hint() -> dict[str, str]:
        with Reader(busy_desk_path) as reader:
            return meant(reader, "boris", "printerello")

    new("boris", "printerella", "printer")
    assert hint() == {"printerello": "printerella"}
    # The word itself, many that are liker, and one with which the right one begins.
    new("olga", " ".join(["printerello", "printerell", *(f"printerello{n}" for n in range(9))]), "leave")
    assert hint() == {"printerello": "printerella"}
    desk.close()
