"""What is chosen beside the words of a message, as plain values."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desks import NOW

from sdesk.domain.beside import Beside, Then, action_of, beside_of, seconds_spent
from sdesk.domain.errors import BadInput
from sdesk.domain.instant import Day

ZONE = ZoneInfo("Europe/Moscow")


def test_what_a_draft_keeps_is_what_was_chosen() -> None:
    whole = Beside("a@x.example", ("/tmp/a", "/tmp/b"), Then.SUPPLIER, "2d", "15m", phone=True)
    assert beside_of(whole.kept()) == whole
    assert Beside().kept() == {}
    assert beside_of({}) == Beside()
    # What another version wrote is no reason to fail.
    assert beside_of({"then": "fly", "files": "x", "cc": None, "new": 1}) == Beside()


def test_of_two_the_one_that_stands_says_how_and_what_follows() -> None:
    by_phone = Beside("a@x.example", ("/a",), Then.DATE, "2d", "15m", phone=True)
    assert Beside("B <b@x.example>, A@x.example", ("/b",)).joined(by_phone) == Beside(
        "a@x.example, B <b@x.example>", ("/a", "/b")
    )
    assert Beside(cc="b@").joined(by_phone).cc == "a@x.example, b@"
    # Whoever is told by phone tells nobody else.
    assert by_phone.joined(Beside("b@x.example", then=Then.RESOLVE)) == by_phone


@pytest.mark.parametrize(("text", "seconds"), [("", 0), ("15m", 900), ("15", 900), (" 1h30m ", 5400)])
def test_time_spent(text: str, seconds: int) -> None:
    assert seconds_spent(text) == seconds


@pytest.mark.parametrize(
    ("beside", "action"),
    [
        (Beside(), ("reply", {})),
        (Beside(cc="Boss <b@x.example>, c@x.example"), ("reply", {"cc": ("Boss <b@x.example>", "c@x.example")})),
        (Beside(then=Then.REQUESTER), ("reply", {"waiting_for": "requester"})),
        (
            Beside(then=Then.DATE, until="tomorrow 10:00", spent="5m"),
            ("reply", {"waiting_for": "date", "until": datetime(2026, 11, 24, 7, 0, tzinfo=UTC), "spent": 300}),
        ),
        (
            Beside(then=Then.DATE, until="tomorrow"),
            ("reply", {"waiting_for": "date", "until": Day(date(2026, 11, 24))}),
        ),
        (Beside(then=Then.RESOLVE, until="2d"), ("close", {})),
        (Beside(cc="a@x.example", phone=True), ("reply", {"phone": True})),
    ],
)
def test_the_action_that_follows(beside: Beside, action: tuple[str, dict[str, Any]]) -> None:
    verb, values = action
    found = action_of(" We come.\n", beside, note=False, now=NOW, zone=ZONE)
    assert found == (verb, {"text": "We come.", **values})


def test_a_note_goes_to_nobody_and_waits_for_nothing() -> None:
    beside = Beside(cc="a@x.example", then=Then.RESOLVE, spent="5")
    assert action_of("Hm", beside, note=True, now=NOW, zone=ZONE) == ("note", {"text": "Hm", "spent": 300})


@pytest.mark.parametrize(
    ("text", "beside", "said"),
    [
        (" \n", Beside(), "Nothing is written yet"),
        ("x", Beside(cc="nobody"), "`nobody` is no mail address"),
        ("x", Beside(then=Then.DATE), "a wait for a date needs the date"),
        ("x", Beside(then=Then.REQUESTER, until="2026-11-01"), "`2026-11-01` is past"),
        ("x", Beside(then=Then.REQUESTER, until="soon"), "soon"),
        ("x", Beside(spent="much"), "`much` is no length of time"),
        ("x", Beside(then=Then.RESOLVE, phone=True), "What was told by phone resolves nothing yet"),
    ],
)
def test_what_is_wrong_is_said(text: str, beside: Beside, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        action_of(text, beside, note=False, now=NOW, zone=ZONE)
