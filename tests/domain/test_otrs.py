"""What the rows of an old desk mean, and what is not believed of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from sdesk.domain.otrs import OtrsArticle, OtrsTicket, boxes_of, channel_of, instant_of, message_of, requester_of
from sdesk.domain.ticket import Channel, Direction

OPENED = datetime(2020, 11, 10, 9, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ARTICLE = OtrsArticle(
    id=1,
    sender="customer",
    kind="Email",
    visible=True,
    writer="root@localhost",
    sent_at=int(OPENED.timestamp()),
    origin="Irina <irina@Shop.Example>",
    to="",
    cc="",
    subject="Till",
    message_id="<a@b>",
    in_reply_to="",
    body="Slow",
)
TICKET = OtrsTicket(1, "2020", "Till", "q", "open", "open", "3", "", "", "irina", "", "", OPENED, None, (ARTICLE,))


@pytest.mark.parametrize(
    ("sender", "visible", "direction"),
    [
        ("customer", True, Direction.IN),
        ("customer", False, Direction.NOTE),
        ("agent", True, Direction.OUT),
        ("agent", False, Direction.NOTE),
        ("system", True, Direction.AUTO),
        ("system", False, Direction.AUTO),
    ],
)
def test_only_what_the_requester_saw_or_wrote_is_more_than_a_note(
    sender: str, visible: bool, direction: Direction
) -> None:
    assert replace(ARTICLE, sender=sender, visible=visible).direction is direction


@pytest.mark.parametrize("sent_at", [0, -1, 10**12, 4_000_000_000])
def test_a_message_without_a_time_has_that_of_its_ticket(sent_at: int) -> None:
    made = message_of(
        replace(ARTICLE, sent_at=sent_at), agent=None, fold=lambda text, subject: (text, ""), opened=OPENED, now=NOW
    )
    assert made.sent_at == OPENED


@pytest.mark.parametrize("said", ["<a b@c>", "a@b", "<>", "<a@b", "<" + "a" * 2000 + ">", "\x00", "<a\x1b@b>"])
def test_what_is_no_message_id_is_none(said: str) -> None:
    article = replace(ARTICLE, message_id=said)
    made = message_of(article, agent=None, fold=lambda text, subject: (text, ""), opened=OPENED, now=NOW)
    assert made.message_id == ""


def test_a_time_without_a_zone_is_in_the_old_desks_own() -> None:
    moscow = ZoneInfo("Europe/Moscow")
    assert instant_of("2020-11-10 12:00:00", moscow) == OPENED
    assert instant_of(datetime(2020, 11, 10, 12, tzinfo=UTC).replace(tzinfo=None), moscow) == OPENED
    assert instant_of(int(OPENED.timestamp()), moscow) == OPENED
    for wrong in (None, "", "yesterday", 10**20, "0000-00-00 00:00:00"):
        assert instant_of(wrong, UTC) is None


def test_addresses_that_are_none_are_left_out() -> None:
    found = boxes_of('"Kim, Boris" <b@x.example>, nobody, <b@x.example>, evil\r\nBcc: x@y.example, c@x.example')
    assert (found[0].address, found[0].name) == ("b@x.example", "Kim, Boris")
    assert all("\n" not in box.address and " " not in box.address for box in found)
    assert boxes_of("") == boxes_of("\x00(((") == ()
    # What no parser of comments lives through.
    assert [box.address for box in boxes_of("(" * 9000 + " <a@x.example>, b@x.example")] == [
        "a@x.example",
        "b@x.example",
    ]


def test_who_asked_is_decided_known_or_read_from_the_mail() -> None:
    def address(ticket: OtrsTicket, **decided: str) -> str | None:
        found = requester_of(ticket, decided)
        return None if found is None else found.address

    assert address(TICKET) == "irina@shop.example"
    assert address(replace(TICKET, customer_box="i@x.example")) == "i@x.example"
    assert address(replace(TICKET, customer="k@x.example")) == "k@x.example"
    assert address(replace(TICKET, customer_box="i@x.example"), irina="d@x.example") == "d@x.example"
    assert address(replace(TICKET, articles=(replace(ARTICLE, visible=False),))) is None


@pytest.mark.parametrize(
    ("kind", "sender", "channel"),
    [
        ("Email", "customer", Channel.MAIL),
        ("email-external", "customer", Channel.MAIL),
        ("Phone", "customer", Channel.PHONE),
        ("phone", "agent", Channel.PHONE),
        ("webrequest", "customer", Channel.PORTAL),
        ("Internal", "customer", Channel.PORTAL),
        ("Internal", "agent", Channel.IMPORT),
        ("Chat", "customer", Channel.IMPORT),
    ],
)
def test_a_ticket_came_as_its_first_article_did(kind: str, sender: str, channel: Channel) -> None:
    assert channel_of([replace(ARTICLE, kind=kind, sender=sender)]) is channel
    assert channel_of([]) is Channel.IMPORT
