"""A line of an import, read and checked before any store is asked."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdesk.domain.errors import BadInput, SdeskError
from sdesk.domain.inbound import Mailbox
from sdesk.domain.ticket import Priority, Status
from sdesk.domain.ticket_line import FIELDS, TicketLine, mailbox_text, read_line

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Moscow")


def read(**fields: object) -> TicketLine:
    return read_line(fields, now=NOW, zone=ZONE)


def test_what_is_empty_is_not_said() -> None:
    assert read(subject="X", text="", service=None, tags=[], team="  ") == TicketLine(subject="X")


def test_texts_are_made_safe() -> None:
    line = read(subject="a\x1b[2J\nb", text="one\r\ntwo\x00")
    assert (line.subject, line.text) == ("a␛[2J b", "one\ntwo")


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-11-20T09:30:00Z", datetime(2026, 11, 20, 9, 30, tzinfo=UTC)),
        ("2026-11-20 09:30", datetime(2026, 11, 20, 6, 30, tzinfo=UTC)),
        ("20.11.2026 09:30", datetime(2026, 11, 20, 6, 30, tzinfo=UTC)),
        ("1.2.2026", datetime(2026, 1, 31, 21, 0, tzinfo=UTC)),
    ],
)
def test_dates_as_programs_and_people_write_them(written: str, instant: datetime) -> None:
    assert read(created_at=written).created_at == instant


@pytest.mark.parametrize("value", ["irina@shop.example", "Irina <irina@shop.example>"])
def test_who_asks_by_text_and_by_object(value: str) -> None:
    name = "Irina" if "<" in value else ""
    assert read(requester=value).requester == Mailbox("irina@shop.example", name)
    assert read(requester={"name": name, "email": "irina@shop.example"}).requester == read(requester=value).requester


def test_the_end_says_the_status() -> None:
    assert read(resolved_at="2026-11-20").status is Status.RESOLVED
    line = read(closed_at="2026-11-20")
    assert (line.status, line.resolved_at) == (Status.CLOSED, line.closed_at)
    assert read(status="merged").status is Status.CLOSED
    assert read(status="Open", priority="p2").priority is Priority.P2


def test_a_date_just_ahead_is_kept_as_it_was_written() -> None:
    written = {"created_at": "2026-11-23T09:03:00Z", "subject": "X"}
    first, second = (read_line(written, now=NOW + timedelta(minutes=late), zone=ZONE) for late in (0, 1))
    assert first.created_at == NOW + timedelta(minutes=3)
    assert first.digests() == second.digests()


WRONG = (
    ({"subjet": "X"}, "did you mean `subject`?"),
    ({"impact": "hugee"}, "it is one of extensive"),
    ({"status": "clsed"}, "did you mean `closed`?"),
    ({"created_at": "-7d"}, "is no date"),
    ({"created_at": "2027-01-01"}, "still to come"),
    ({"created_at": "2026-02-30"}, "is no point in time"),
    ({"requester": "nobody"}, "is no mail address"),
    ({"subject": ["a"]}, "is no text"),
    ({"subject": True}, "is no text"),
    ({"external_id": "x" * 201}, "201 characters"),
    ({"created_at": "2026-11-20", "resolved_at": "2026-11-19"}, "resolved_at is before"),
    ({"status": "open", "closed_at": "2026-11-19"}, "was not resolved"),
    ({"messages": [{"text": "x"}]}, "a message wants"),
    ({"tags": 5}, "tags are no list"),
)


@pytest.mark.parametrize(("fields", "said"), WRONG)
def test_what_is_wrong_is_said_with_the_field(fields: dict[str, object], said: str) -> None:
    with pytest.raises(BadInput) as error:
        read_line(fields, now=NOW, zone=ZONE)
    assert said in str(error.value)


def test_a_digest_is_of_what_is_said_alone() -> None:
    one, other = read(external_id="1", subject="X", tags="a, B"), read(external_id="2", subject="X", tags=["a", "b"])
    assert one.digests() == other.digests()
    assert set(one.digests()) == {"subject", "tags"}
    assert one.digests() != read(subject="Y", tags="a b").digests()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), JSON, max_size=6))
def test_whatever_comes_is_read_or_refused(fields: dict[str, object]) -> None:
    try:
        line = read_line(fields, now=NOW, zone=ZONE)
    except SdeskError:
        return
    json.dumps(line.digests())


@given(st.text(max_size=30), st.from_regex(r"[a-z]{1,9}@[a-z]{1,9}\.example", fullmatch=True))
def test_a_mailbox_is_written_as_it_is_read(name: str, address: str) -> None:
    known = read(requester={"name": name, "email": address}).requester
    assert known is not None
    assert read(requester=mailbox_text(known)).requester == known
