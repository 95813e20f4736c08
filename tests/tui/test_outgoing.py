"""What is written and chosen in the editor, as plain values."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desks import NOW
from intake_desk import MailDesk

from sdesk.domain.errors import BadInput
from sdesk.domain.instant import Day
from sdesk.domain.ticket import Status
from sdesk.store.reader import Reader
from sdesk.store.reader.rows import TicketDetail
from sdesk.tui.outgoing import (
    Beside,
    Then,
    action_of,
    beside_of,
    first_copies,
    quotation,
    review,
    seconds_spent,
)

ZONE = ZoneInfo("Europe/Moscow")


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, _desk_template: Any) -> TicketDetail:
    """A ticket whose requester wrote twice, with copies."""
    import shutil

    path = tmp_path_factory.mktemp("asked") / "desk.db"
    shutil.copy(_desk_template, path)
    mails = MailDesk(path)
    mails.ask(1)
    mails.take(
        """
        From: Maria Weber <maria@shop.example>
        To: support@desk.example
        Cc: "Boss, The" <boss@shop.example>, boris@desk.example, SUPPORT@desk.example, Maria@shop.example
        Subject: Re: Request 1
        In-Reply-To: <ask-1@shop.example>

        One.
        Two.
        """
    )
    mails.do("anna", "note", 1, text="A note comes after.")
    mails.desk.close()
    with Reader(path) as reader:
        return reader.ticket(reader.actor("anna"), 1, now=NOW)


def test_what_a_draft_keeps_is_what_was_chosen() -> None:
    whole = Beside("a@x.example", ("/tmp/a", "/tmp/b"), Then.SUPPLIER, "2d", "15m", phone=True)
    assert beside_of(whole.kept()) == whole
    assert Beside().kept() == {"then": "send"}
    assert beside_of({}) == Beside()
    # What another version wrote is no reason to fail.
    assert beside_of({"then": "fly", "files": "x", "cc": None, "new": 1}) == Beside()


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


def test_the_review_says_to_whom_what_goes_and_what_follows(asked: TicketDetail) -> None:
    row = asked.ticket._replace(requester_name="Maria Weber")

    def shown(beside: Beside, sizes: tuple[int, ...] = (), *, note: bool = False, status: str = "open") -> str:
        return review(row._replace(status=Status(status)), beside, sizes, note=note, now=NOW, zone=ZONE)

    assert shown(Beside()) == "To: Maria Weber <maria@shop.example>; it stays open"
    assert shown(Beside(), status="new") == "To: Maria Weber <maria@shop.example>; then it is yours, and open"
    whole = shown(Beside(cc="b@x.example", then=Then.DATE, until="tomorrow 10:00"), (12_000, 400))
    assert whole.partition("; ")[2] == "Cc: b@x.example; 2 files 12 kB; then it waits until tomorrow 10:00"
    morning = shown(Beside(then=Then.DATE, until="tomorrow"))
    assert morning.endswith("; then it waits until tomorrow, when the hours begin")
    friday = shown(Beside(then=Then.DATE, until="fri"))
    assert friday.endswith("; then it waits until Fri 27 Nov, when the hours begin")
    assert shown(Beside(cc="b@", then=Then.DATE)).partition("; ")[2] == "Cc: ?; then it waits until ?"
    assert shown(Beside(then=Then.RESOLVE)).endswith("; then it is resolved")
    assert shown(Beside(then=Then.SUPPLIER)).endswith("; then it waits as long as the team does")
    assert shown(Beside(cc="b@x.example"), (5,), note=True) == "INTERNAL NOTE: stays at the desk; 1 file 5 B"
    assert shown(Beside(cc="b@x.example", phone=True)) == "Told by phone: no mail goes; it stays open"
    nobody = review(row._replace(requester_email=None), Beside(), (), note=False, now=NOW, zone=ZONE)
    assert nobody.startswith("To: nobody: the requester has no address")


def test_copies_begin_as_the_requesters_last_mail_had_them(asked: TicketDetail) -> None:
    own = {"support@desk.example", "boris@desk.example"}
    assert first_copies(asked.messages, asked.ticket, own) == '"Boss, The" <boss@shop.example>'
    assert first_copies(asked.messages[:1], asked.ticket, own) == ""
    assert first_copies((), asked.ticket, own) == ""


def test_the_quotation_is_the_requesters_last_words(asked: TicketDetail) -> None:
    assert quotation(asked.messages) == "> One.\n> Two."
    long = asked.messages[1]._replace(text="\n".join(str(number) for number in range(100)))
    lines = quotation([long]).split("\n")
    assert (lines[0], lines[1], lines[-1], len(lines)) == ("> ...", "> 60", "> 99", 41)
    assert quotation(()) == ""
