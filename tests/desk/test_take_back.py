"""Taking an answer back: the ticket is as it was, nobody has read it, and the words are a draft."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk

from sdesk.actions.perform import undo
from sdesk.desk.outbox import queue
from sdesk.desk.outbox.facts import LetterFacts
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import Refused
from sdesk.domain.filters import parse
from sdesk.domain.ticket import Direction
from sdesk.store.reader import Reader

AT = NOW + timedelta(minutes=30)
TEN = timedelta(seconds=10)


def state(mails: MailDesk) -> Any:
    """All of a store's facts about tickets that an answer may touch, but for what counts changes."""
    (columns,) = [[name for (name,) in mails.rows("SELECT name FROM pragma_table_info('ticket')") if name not in LEFT]]
    return [
        mails.rows(f"SELECT {', '.join(columns)} FROM ticket ORDER BY id"),
        mails.rows("SELECT * FROM clock_run ORDER BY id"),
        mails.rows("SELECT * FROM outage ORDER BY id"),
        mails.rows("SELECT rowid, subject, trim(body), trim(people) FROM ticket_fts ORDER BY rowid"),
    ]


LEFT = {"version", "updated_at"}


def burning(mails: MailDesk) -> int:
    """A confirmed outage beside another of the same unit, so that their shares depend on each other."""
    till: dict[str, Any] = {"requester": "store-001@shop.example", "service": "till"}
    first = mails.new(subject="Till down", text="Nobody can pay.", **till)
    mails.new(subject="Second till down", text="Neither here.", **till)
    mails.do("anna", "confirm", first)
    return first


def reply(mails: MailDesk, number: int, at: datetime) -> None:
    mails.do("anna", "reply", number, text="A quartz answer.", cc=["boss@shop.example"], at=at)


def close(mails: MailDesk, number: int, at: datetime) -> None:
    mails.do("anna", "close", number, text="A quartz answer.", at=at)


def wait(mails: MailDesk, number: int, at: datetime) -> None:
    mails.do("anna", "wait", number, text="A quartz answer.", waiting_for="requester", at=at)


def forward(mails: MailDesk, number: int, at: datetime) -> None:
    mails.do("anna", "forward", number, text="A quartz answer.", to="help@tills.example", wait=True, at=at)


AGAIN: dict[Callable[[MailDesk, int, datetime], None], dict[str, str]] = {
    reply: {"cc": "boss@shop.example"},
    close: {"then": "resolve"},
    wait: {"then": "requester", "until": "2026-11-28 12:30"},
    forward: {},
}
"""What a draft keeps of each, for it to be said again as it was."""


@pytest.mark.parametrize("say", AGAIN)
def test_the_ticket_is_exactly_as_it_was(
    desk_of_mail: MailDesk, say: Callable[[MailDesk, int, datetime], None]
) -> None:
    number = burning(desk_of_mail)
    before = state(desk_of_mail)
    version = desk_of_mail.column(number, "version")
    say(desk_of_mail, number, AT)
    assert state(desk_of_mail) != before
    outcome = desk_of_mail.do("anna", "take_back", number, at=AT + TEN)
    assert outcome.sentence == f"the answer of SD-{number} is taken back: its text is your draft"
    assert state(desk_of_mail) == before
    assert desk_of_mail.column(number, "version") == version + 2
    assert desk_of_mail.events(number)[-1] == "taken_back"
    with Reader(desk_of_mail.path) as reader:
        anna, boris = reader.actor("anna"), reader.actor("boris")
        draft = reader.draft(anna, number, Direction.NOTE if say is forward else Direction.OUT)
        assert draft is not None
        # What was meant for a supplier is no draft to the requester, and says for whom it was.
        head = "Not sent to help@tills.example:\n\n" if say is forward else ""
        assert draft.text == f"{head}A quartz answer."
        assert draft.beside == AGAIN[say]
        assert len(reader.drafts(anna)) == 1
        shown = reader.ticket(anna, number, now=AT).messages[-1]
        assert (shown.text, shown.taken_back_at) == ("A quartz answer.", AT + TEN)
        assert all("quartz" not in each.text for each in reader.ticket(boris, number, now=AT).messages)
        for actor in (anna, boris):
            found = reader.page(actor, parse("quartz", now=AT, zone=ZoneInfo("UTC")), now=AT).rows
            assert not found
    with desk_of_mail.desk.work(SYSTEM, AT + timedelta(hours=1)) as work:
        assert queue.claim(work) is None


def test_whoever_was_to_get_a_copy_takes_no_part(desk_of_mail: MailDesk) -> None:
    number = desk_of_mail.ask(1)
    reply(desk_of_mail, number, AT)
    desk_of_mail.do("anna", "take_back", number, at=AT)
    mail = "From: boss@shop.example\nSubject: Re\nIn-Reply-To: <ask-1@shop.example>\n\nWhat is this?\n"
    desk_of_mail.take(mail, at=AT + timedelta(minutes=1))
    assert desk_of_mail.conversation(number)[-1].endswith("(takes no part)")


def test_an_answer_can_be_written_again_and_its_thread_is_whole(desk_of_mail: MailDesk) -> None:
    number = desk_of_mail.ask(1)
    reply(desk_of_mail, number, AT)
    desk_of_mail.do("anna", "take_back", number, at=AT)
    desk_of_mail.do("anna", "reply", number, text="Better words.", at=AT + TEN)
    with desk_of_mail.desk.work(SYSTEM, AT + timedelta(minutes=5)) as work:
        claimed = queue.claim(work)
        assert claimed is not None
        assert isinstance(claimed.facts, LetterFacts)
        assert claimed.facts.references == ("<ask-1@shop.example>",)
    assert desk_of_mail.column(number, "first_response_met_at") == "2026-11-23T09:30:10Z"


def test_a_draft_that_was_begun_meanwhile_is_kept_below(desk_of_mail: MailDesk) -> None:
    from sdesk.actions.personal import save_draft

    number = desk_of_mail.ask(1)
    reply(desk_of_mail, number, AT)
    save_draft(desk_of_mail.desk, desk_of_mail.actor("anna"), number, Direction.OUT, "And more.", now=AT)
    desk_of_mail.do("anna", "take_back", number, at=AT)
    with Reader(desk_of_mail.path) as reader:
        draft = reader.draft(reader.actor("anna"), number, Direction.OUT)
        assert draft is not None
        assert draft.text == "A quartz answer.\n\nAnd more."


@pytest.mark.parametrize(
    ("was_said", "chosen", "then"),
    [
        ("phone", {"cc": "boss@shop.example"}, {"cc": "boss@shop.example"}),
        ("close", {}, {"cc": "chief@shop.example"}),
        ("close", {"cc": "boss@shop.example"}, {"cc": "chief@shop.example, boss@shop.example"}),
        ("close", {"phone": True}, {"phone": True}),
    ],
)
def test_what_was_chosen_beside_a_newer_draft_stands(
    desk_of_mail: MailDesk, was_said: str, chosen: dict[str, Any], then: dict[str, Any]
) -> None:
    from sdesk.actions.perform import undo
    from sdesk.actions.personal import save_draft

    number, anna = desk_of_mail.ask(1), desk_of_mail.actor("anna")
    if was_said == "phone":
        desk_of_mail.do("anna", "reply", number, at=AT, text="Told.", phone=True)
    else:
        desk_of_mail.do("anna", "close", number, at=AT, text="Told.", cc=("chief@shop.example",))
    save_draft(desk_of_mail.desk, anna, number, Direction.OUT, "One more question", now=AT, beside=chosen)
    undo(desk_of_mail.desk, anna, now=AT)
    with Reader(desk_of_mail.path) as reader:
        draft = reader.draft(anna, number, Direction.OUT)
    assert draft is not None
    assert (draft.text, draft.beside) == ("Told.\n\nOne more question", then)


def refused(mails: MailDesk, number: int, sentence: str, *, login: str = "anna", at: datetime = AT) -> None:
    before = mails.dump()
    with pytest.raises(Refused, match=sentence):
        mails.do(login, "take_back", number, at=at)
    assert mails.dump() == before


def test_what_cannot_be_taken_back(desk_of_mail: MailDesk) -> None:
    number = desk_of_mail.ask(1)
    refused(desk_of_mail, number, "no answer of SD-1 waits")
    reply(desk_of_mail, number, AT)
    refused(desk_of_mail, number, "is Anna Orlova's", login="boris")
    refused(desk_of_mail, number, "is older than 10 s", at=AT + TEN + timedelta(seconds=1))
    desk_of_mail.do("anna", "take_back", number, at=AT)
    refused(desk_of_mail, number, "is taken back already")


def test_what_is_on_its_way_stays_said(desk_of_mail: MailDesk) -> None:
    number = desk_of_mail.ask(1)
    reply(desk_of_mail, number, AT)
    with desk_of_mail.desk.work(SYSTEM, AT + TEN) as work:
        assert queue.claim(work) is not None
        work.session.commit()
    refused(desk_of_mail, number, "on its way already", at=AT + TEN)


@pytest.mark.parametrize("login", ["anna", "boris"])
def test_what_was_changed_since_is_not_undone(desk_of_mail: MailDesk, login: str) -> None:
    number = desk_of_mail.ask(1)
    reply(desk_of_mail, number, AT)
    desk_of_mail.do(login, "assign", number, to="boris", at=AT)
    refused(desk_of_mail, number, "was changed since its last answer")


def test_nothing_goes_back_to_whom_the_desk_has_no_more(desk_of_mail: MailDesk) -> None:
    number = desk_of_mail.ask(1)
    desk_of_mail.do("anna", "assign", number, to="anna")
    reply(desk_of_mail, number, AT)
    # No answer takes a ticket from anybody yet: as one that did would have kept it.
    with desk_of_mail.desk.work(SYSTEM, AT) as work:
        boris = work.rules.agent_keys["boris"]
        work.connection.exec_driver_sql(
            "UPDATE outbox SET before = json_set(before, '$.ticket.assignee_id', ?) WHERE before IS NOT NULL", (boris,)
        )
        work.session.commit()
    gone = '[agents.boris]\nname = "Boris Kim"\nemail = "boris@desk.example"\nteams = ["it"]\n'
    assert gone in DESK_FILE
    desk_of_mail.apply(DESK_FILE.replace(gone, ""), at=AT)
    before = desk_of_mail.dump()
    refused(desk_of_mail, number, "there is no agent `boris` any more")
    (outcome,) = undo(desk_of_mail.desk, desk_of_mail.actor("anna"), now=AT).outcomes
    assert str(outcome.error) == "there is no agent `boris` any more. put it right by hand"
    assert desk_of_mail.ticket(number).assignee == "anna"
    assert desk_of_mail.dump().count("taken_back") == before.count("taken_back")


def test_a_dry_run_takes_nothing_back(desk_of_mail: MailDesk) -> None:
    number = desk_of_mail.ask(1)
    reply(desk_of_mail, number, AT)
    before = desk_of_mail.dump()
    assert desk_of_mail.try_to("anna", "take_back", number, at=AT, dry_run=True).error is None
    assert desk_of_mail.dump() == before


def alerts(mails: MailDesk, number: int) -> list[tuple[str, str]]:
    """What Anna was told of a ticket's promises."""
    event, clock = "\"values\" ->> 'event'", "\"values\" ->> 'clock'"
    where = f"{clock} IS NOT NULL AND agent_id = 1 AND ticket_id = ?"
    return mails.rows(f"SELECT {event}, {clock} FROM outbox WHERE {where} ORDER BY id", number)


def test_an_alert_that_the_answer_silenced_stands_as_before(desk_of_mail: MailDesk) -> None:
    number = desk_of_mail.ask(1)
    at_risk = datetime.fromisoformat(desk_of_mail.column(number, "first_response_at_risk_at"))
    desk_of_mail.sweep(at_risk)
    assert alerts(desk_of_mail, number) == [("at_risk", "first_response")]
    before = [desk_of_mail.column(number, name) for name in ("alerts", "alert_at")]
    reply(desk_of_mail, number, at_risk)
    desk_of_mail.do("anna", "take_back", number, at=at_risk + TEN)
    assert [desk_of_mail.column(number, name) for name in ("alerts", "alert_at")] == before
    desk_of_mail.sweep(at_risk + TEN)
    assert len(alerts(desk_of_mail, number)) == 1


def test_what_was_told_while_the_answer_waited_is_not_told_again(desk_of_mail: MailDesk) -> None:
    number = desk_of_mail.ask(1)
    at_risk = datetime.fromisoformat(desk_of_mail.column(number, "resolution_at_risk_at"))
    due = datetime.fromisoformat(desk_of_mail.column(number, "first_response_due_at"))
    desk_of_mail.sweep(due)
    reply(desk_of_mail, number, at_risk - TEN / 2)
    desk_of_mail.sweep(at_risk)
    told = alerts(desk_of_mail, number)
    assert told[-1] == ("at_risk", "resolution")
    desk_of_mail.do("anna", "take_back", number, at=at_risk + TEN / 2)
    desk_of_mail.sweep(at_risk + TEN)
    assert alerts(desk_of_mail, number) == told
    # And what is still to come is told.
    desk_of_mail.sweep(datetime.fromisoformat(desk_of_mail.column(number, "resolution_due_at")))
    assert alerts(desk_of_mail, number)[-1] == ("breached", "resolution")


def test_what_the_answer_kept_from_being_told_is_told_after_all(desk_of_mail: MailDesk) -> None:
    number = desk_of_mail.ask(1)
    at_risk = datetime.fromisoformat(desk_of_mail.column(number, "first_response_at_risk_at"))
    reply(desk_of_mail, number, at_risk - TEN / 2)
    desk_of_mail.sweep(at_risk)
    assert alerts(desk_of_mail, number) == []
    desk_of_mail.do("anna", "take_back", number, at=at_risk + TEN / 2)
    desk_of_mail.sweep(at_risk + TEN)
    assert alerts(desk_of_mail, number) == [("at_risk", "first_response")]
