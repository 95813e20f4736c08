"""What requesters do themselves: the same steps as by mail, and nothing of what is not theirs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk

from sdesk.desk import requests
from sdesk.desk.forgetting import forget_person
from sdesk.desk.sign_in import LINKS_PER_HOUR, ask_link, make_link, sign_in
from sdesk.desk.steps.requesters import asking
from sdesk.domain.actor import REQUESTER, SYSTEM
from sdesk.domain.errors import BadInput, NotFound, Refused
from sdesk.domain.inbound import InboundAttachment

IRINA, CLERK, MARIA = "irina@shop.example", "store-001@shop.example", "maria@shop.example"
HOUR = timedelta(hours=1)
FILE = InboundAttachment("till.png", "image/png", b"\x89PNG")


@pytest.fixture
def desk(desk_path: Any) -> Iterator[MailDesk]:
    """The small desk, whose heads of stores see the store's tickets."""
    mails = MailDesk(desk_path)
    mails.apply(DESK_FILE + '[portal]\nheads = ["kind:store"]\n')
    yield mails
    mails.desk.close()


def do(desk: MailDesk, case: Any, *given: Any, at: datetime = NOW, **named: Any) -> Any:
    """A use case of a requester."""
    with desk.desk.work(REQUESTER, at) as work:
        done = case(work, *given, **named)
        work.session.commit()
    return done


def ask(desk: MailDesk, address: str = CLERK, **more: Any) -> int:
    values = {"service": "other", "subject": "Lamp", "text": "It is dark.", **more}
    return int(do(desk, requests.request, address=address, **values).number)


def test_a_request_is_a_ticket_as_by_mail(desk: MailDesk) -> None:
    number = ask(desk, service="till", subject=" The \n till ", text="a-" + "0" * 32 + " is a key\x1b[2J")
    row = desk.ticket(number)
    assert (row.subject, row.channel, row.unit, row.requester_email) == ("The till", "portal", "flagship", CLERK)
    assert row.loss_per_hour is not None
    assert desk.conversation(number) == [f"in {CLERK}: a-(hidden) is a key␛[2J"]
    assert desk.event(number, "opened")["why"] == {"team": "service till", "service": "chosen in the portal"}
    assert [(kind, to) for kind, to, _ in desk.outbox() if kind == "acknowledgement"] == [("acknowledgement", CLERK)]
    assert desk.told(number)


def test_a_head_with_a_name_before_his_address_is_one_too(desk: MailDesk) -> None:
    boss = "boss@home.example"
    with desk.desk.work(SYSTEM, NOW) as work:
        assert ask_link(work, boss, language="en", base="http://x") is None
    named = DESK_FILE.replace("irina@shop.example", f"Irina Belova <{boss}>", 1)
    desk.apply(named + '[portal]\nheads = ["kind:store"]\n')
    with desk.desk.work(SYSTEM, NOW) as work:
        assert ask_link(work, boss, language="en", base="http://x") is not None
    number = ask(desk, boss, service="till")
    assert desk.ticket(number).unit == "flagship"
    with desk.desk.look(SYSTEM, NOW) as work:
        assert asking(work, boss).units == {desk.column(number, "unit_id")}


def test_a_head_asks_for_the_unit_and_for_no_other(desk: MailDesk) -> None:
    number = ask(desk, IRINA, service="till")
    assert desk.ticket(number).unit == "flagship"
    assert desk.ticket(ask(desk, IRINA, unit="flagship")).unit == "flagship"
    with pytest.raises(BadInput) as wrong:
        ask(desk, IRINA, unit="accounting")
    assert wrong.value.about == "unit"


def test_all_that_is_wrong_is_said_at_once_and_nothing_is_kept(desk: MailDesk) -> None:
    with pytest.raises(BadInput) as wrong:
        ask(desk, subject=" ", text="\n")
    assert [each.about for each in (wrong.value, *wrong.value.others)] == ["subject", "text"]
    with pytest.raises(BadInput) as wrong:
        ask(desk, subject="x" * 201, text="x" * 20_001)
    assert [each.about for each in (wrong.value, *wrong.value.others)] == ["subject", "text"]
    assert desk.count() == 0
    # A picture says enough.
    assert ask(desk, text="", attachments=[FILE])


def test_who_sees_it_and_did_not_ask_it_changes_nothing(desk: MailDesk) -> None:
    number = ask(desk)
    cases: tuple[tuple[Any, dict[str, Any]], ...] = (
        (requests.follow_up, {"text": "x"}),
        (requests.reopen, {"text": "x"}),
        (requests.confirm_solved, {}),
    )
    for case, named in cases:
        with pytest.raises(Refused):
            do(desk, case, number, address=IRINA, **named)
        messages = set()
        for each in (number, 999):
            with pytest.raises(NotFound) as unseen:
                do(desk, case, each, address=MARIA, **named)
            messages.add(str(unseen.value).replace(str(each), "N"))
        assert len(messages) == 1
    assert desk.conversation(number) == [f"in {CLERK}: It is dark."]


def test_thanks_reopen_nothing_and_no_does_whatever_is_said(desk: MailDesk) -> None:
    number = ask(desk)
    desk.do("anna", "close", number, text="A new bulb.")
    do(desk, requests.follow_up, number, address=CLERK, text="Thanks!")
    assert desk.ticket(number).status == "resolved"
    with pytest.raises(BadInput):
        do(desk, requests.reopen, number, address=CLERK, text=" ", attachments=[FILE])
    do(desk, requests.reopen, number, address=CLERK, text="Thanks!")
    assert desk.ticket(number).status == "new"
    assert "reopened" in desk.events(number)
    with pytest.raises(Refused):
        do(desk, requests.reopen, number, address=CLERK, text="Again")


def test_what_is_at_work_is_closed_by_who_asked_it_and_its_outage_ends(desk: MailDesk) -> None:
    number = ask(desk, service="till")
    desk.do("anna", "take", number)
    desk.do("anna", "confirm", number)
    do(desk, requests.confirm_solved, number, address=CLERK, text="It works again.", at=NOW + HOUR)
    row = desk.ticket(number, at=NOW + HOUR)
    assert (row.status, row.resolved_at, row.loss_per_hour) == ("closed", NOW + HOUR, None)
    assert row.loss_counted == 180_000
    assert desk.told(number)[-1] == ("anna", "reply")
    assert do(desk, requests.confirm_solved, number, address=CLERK).changed is False


def test_what_concerns_others_is_not_closed_by_one_of_them(desk: MailDesk) -> None:
    number, other = ask(desk, service="till"), ask(desk, MARIA, service="till")
    desk.do("anna", "join", other, incident=number)
    assert desk.ticket(number).is_incident
    with pytest.raises(Refused):
        do(desk, requests.confirm_solved, number, address=CLERK)
    desk.do("anna", "close", number, text="A new line.")
    do(desk, requests.confirm_solved, number, address=CLERK)
    assert desk.ticket(number).status == "closed"


def test_spam_and_what_was_merged_is_not_there(desk: MailDesk) -> None:
    number, other = ask(desk), ask(desk)
    desk.do("anna", "merge", other, into=number)
    with pytest.raises(NotFound):
        do(desk, requests.follow_up, other, address=CLERK, text="x")


def test_who_is_forgotten_is_signed_out_and_no_link_is_left(desk: MailDesk) -> None:
    with desk.desk.work(SYSTEM, NOW) as work:
        assert ask_link(work, CLERK, language="en", base="http://x") is not None
        token = make_link(work, 1)
        key = sign_in(work, token)
        ask_link(work, CLERK, language="en", base="http://x")
        work.session.commit()
    assert key
    forget_person(desk.desk, desk.actor("anna"), NOW, CLERK)
    assert desk.rows("SELECT * FROM portal_session") == desk.rows("SELECT * FROM sign_in") == []
    assert CLERK not in "".join(str(row) for row in desk.rows("SELECT recipients, to_address FROM outbox"))


def test_a_link_is_made_when_its_mail_goes_and_an_earlier_one_is_dead(desk: MailDesk) -> None:
    with desk.desk.work(SYSTEM, NOW) as work:
        ask_link(work, CLERK, language="ru", base="http://x")
        first, second = make_link(work, 1), make_link(work, 1)
        with pytest.raises(Refused):
            sign_in(work, first)
        assert sign_in(work, second)
        with pytest.raises(BadInput):
            ask_link(work, "no address", language="en", base="http://x")
        assert [ask_link(work, MARIA, language="en", base="") is not None for _ in range(6)].count(
            True
        ) == LINKS_PER_HOUR


def test_a_blocked_sender_gets_no_link(desk: MailDesk) -> None:
    from sdesk.desk.blocking import block

    with desk.desk.work(desk.actor("anna"), NOW) as work:
        block(work, "shop.example")
        assert ask_link(work, MARIA, language="en", base="") is None
