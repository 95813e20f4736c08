"""A sentence that was kept says the same afterwards, in any language."""

from __future__ import annotations

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from sdesk.domain.instant import weekday_and_time
from sdesk.domain.phrase import joined, noun, packed, phrase, phrases, unpacked
from sdesk.domain.ticket import Status

MOSCOW = ZoneInfo("Europe/Moscow")
AT = datetime(2026, 11, 27, 12, 0, tzinfo=MOSCOW)


@pytest.mark.parametrize(
    "sentence",
    [
        "SD-12 assigned to anna",
        phrase("{ref} assigned to {who}", ref="SD-12", who="{braces}"),
        phrase("{ref} waits until {until}", ref="SD-12", until=weekday_and_time(AT, MOSCOW)),
        phrase("{ref} is {status}{parts}", ref="SD-1", status=Status.SPAM, parts=phrases("{count} x", "{count} xs", 2)),
        joined(", ", [noun("a"), "of people"]),
        phrase("{size:.1f} MB, {none}", size=1.25, none=None),
    ],
)
def test_a_kept_sentence_is_the_same(sentence: str) -> None:
    again = unpacked(json.loads(json.dumps(packed(sentence))))
    assert again == sentence

    def upper(text: str) -> str:
        return text.replace("is", "IST").replace("spam", "MÜLL").replace("waits", "WARTET").replace("Fri", "FR")

    def many(one: str, more: str, count: int) -> str:
        return upper(one if count == 1 else more)

    if hasattr(sentence, "said"):
        assert again.said(upper, many) == sentence.said(upper, many)  # type: ignore[attr-defined]
