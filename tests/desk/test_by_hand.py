"""What people type: texts and names are made safe before they are kept, and what is not clear is asked."""

from __future__ import annotations

from typing import Any

import pytest
from desks import DESK_FILE
from intake_desk import MailDesk

from sdesk.domain.errors import BadInput, Refused
from sdesk.domain.mailboxes import parse_mailbox


@pytest.fixture
def desk(desk_of_mail: MailDesk) -> MailDesk:
    """The small desk."""
    return desk_of_mail


@pytest.mark.parametrize("verb", ["reply", "note", "close", "wait"])
def test_no_escape_sequence_is_kept(verb: str, desk: MailDesk) -> None:
    desk.ask()
    more: dict[str, Any] = {"waiting_for": "requester"} if verb == "wait" else {}
    desk.do("anna", verb, 1, text="a\x1b[31mb\r\nc\x00", **more)
    assert desk.rows("SELECT text FROM message ORDER BY id DESC LIMIT 1") == [("a␛[31mb\nc",)]


@pytest.mark.parametrize("verb", ["reply", "note", "close"])
def test_a_text_of_nothing_that_can_be_read_is_none(verb: str, desk: MailDesk) -> None:
    desk.ask()
    before = desk.dump()
    with pytest.raises(BadInput, match="text"):
        desk.do("anna", verb, 1, text=" \x00\u200b\n")
    assert desk.dump() == before


def test_the_name_of_a_requester_is_one_line(desk: MailDesk) -> None:
    desk.new(requester="Eve\n\x1b[2J Adams <eve@shop.example>", service="other")
    assert desk.rows("SELECT name FROM person WHERE name LIKE 'Eve%'") == [("Eve ␛[2J Adams",)]


@pytest.mark.parametrize(
    "text",
    [
        "eve\x1b@shop.example",
        "Eve <eve@shop\u202e.example>",
        "eve\x00@shop.example",
        "bob@corp.example,eve@shop.example",
        "Eve <bob@corp.example(x)@shop.example>",
        "bob(x)@shop.example",
        'Eve <"a b"@shop.example>',
        "eve@shop@shop.example",
        "eve@sh op.example",
        "eve..b@shop.example",
        "eve@shop..example",
    ],
)
def test_what_is_not_exactly_one_address_is_none(text: str) -> None:
    with pytest.raises(BadInput, match="no mail address"):
        parse_mailbox(text)


def test_a_resolved_ticket_is_resolved_already(desk: MailDesk) -> None:
    number = desk.new(service="other")
    assert desk.do("anna", "close", number, silent=True).changed
    before = desk.dump()
    again = desk.do("anna", "close", number, silent=True)
    assert (again.changed, again.sentence) == (False, f"SD-{number} is resolved already")
    for values in ({"text": "Done."}, {"text": "Done.", "silent": True}, {}):
        with pytest.raises(Refused, match="is resolved"):
            desk.do("anna", "close", number, **values)
    assert desk.dump() == before


def test_who_is_in_several_teams_says_for_which_a_ticket_is(desk: MailDesk) -> None:
    desk.apply(DESK_FILE.replace('teams = ["it"]\nrole', 'teams = ["quality", "it"]\nrole'))
    with pytest.raises(BadInput, match="your teams") as caught:
        desk.new("anna")
    assert "(it, quality)" in caught.value.what
    assert caught.value.remedy == "say --service or --team"
    assert desk.ticket(desk.new("anna", team="quality")).team == "quality"
    assert desk.ticket(desk.new("anna", service="other")).team == "it"
    assert desk.ticket(desk.new("boris")).team == "it"


def test_nobody_is_given_a_ticket_that_a_wall_hides(desk: MailDesk) -> None:
    before = desk.dump()
    with pytest.raises(Refused, match="private"):
        desk.new("olga", team="hr", assignee="boris")
    assert desk.dump() == before
