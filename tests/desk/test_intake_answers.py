"""What an answer sets going: waits that end, tickets that come back, clocks that start; and what sets nothing going."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk

from sdesk.domain.ledger import Outcome

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def mails(desk_of_mail: MailDesk) -> MailDesk:
    """The desk of these tests, with SD-1 of Maria."""
    desk_of_mail.ask()
    return desk_of_mail


def answer(text: str = "It is still broken.", sender: str = "maria@shop.example") -> str:
    return f"From: {sender}\nIn-Reply-To: <ask-1@shop.example>\nSubject: Re: Request 1\n\n{text}\n"


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_second_mail_before_any_answer_starts_no_second_clock(mails: MailDesk) -> None:
    receipt = mails.take(answer(), at=NOW + HOUR)
    assert (receipt.outcome, receipt.number) == (Outcome.FOLLOWED_UP, 1)
    ticket = mails.ticket(1)
    assert (ticket.status, ticket.unanswered_since) == ("new", NOW)
    assert mails.column(1, "next_reply_started_at") is None
    assert mails.column(1, "first_response_started_at") == stamp(NOW)


def test_a_mail_after_an_answer_starts_the_next_reply(mails: MailDesk) -> None:
    mails.do("anna", "reply", 1, text="Try this.", at=NOW + HOUR)
    assert mails.ticket(1).unanswered_since is None
    mails.take(answer(), at=NOW + 2 * HOUR)
    mails.take(answer("Hello?"), at=NOW + 3 * HOUR)
    assert mails.ticket(1).unanswered_since == NOW + 2 * HOUR
    assert mails.column(1, "next_reply_started_at") == stamp(NOW + 2 * HOUR)
    mails.do("anna", "reply", 1, text="And this.", at=NOW + 4 * HOUR)
    assert mails.ticket(1).unanswered_since is None
    assert mails.column(1, "next_reply_met_at") == stamp(NOW + 4 * HOUR)


def test_the_requesters_answer_ends_a_wait_for_the_requester(mails: MailDesk) -> None:
    mails.do("anna", "reply", 1, text="Which one?", at=NOW + HOUR)
    mails.do("anna", "wait", 1, waiting_for="requester", at=NOW + HOUR)
    assert mails.column(1, "resolution_started_at") is None
    mails.take(answer("The left one."), at=NOW + 2 * HOUR)
    ticket = mails.ticket(1)
    assert (ticket.status, ticket.waiting_for, ticket.wake_at) == ("open", None, None)
    assert mails.column(1, "resolution_started_at") == stamp(NOW + 2 * HOUR)
    assert mails.column(1, "resolution_consumed") == 3600


def test_the_wait_ended_when_the_answer_arrived_not_when_it_was_fetched(mails: MailDesk) -> None:
    mails.do("anna", "reply", 1, text="Which one?", at=NOW + HOUR)
    mails.do("anna", "wait", 1, waiting_for="requester", at=NOW + HOUR)
    mails.take(answer("The left one."), at=NOW + 2 * HOUR, fetched=NOW + 4 * HOUR)
    assert mails.column(1, "resolution_started_at") == stamp(NOW + 2 * HOUR)


def test_an_answer_that_crossed_with_the_wait_counts_no_second_twice(mails: MailDesk) -> None:
    mails.do("anna", "reply", 1, text="Which one?", at=NOW + HOUR)
    mails.do("anna", "wait", 1, waiting_for="requester", at=NOW + 2 * HOUR)
    mails.take(answer("By the way."), at=NOW + HOUR + HOUR / 2, fetched=NOW + 3 * HOUR)
    assert mails.column(1, "resolution_started_at") == stamp(NOW + 2 * HOUR)
    assert mails.column(1, "resolution_consumed") == 7200


@pytest.mark.parametrize("waiting_for", ["supplier", "date"])
def test_any_news_ends_no_wait_for_somebody_else(waiting_for: str, mails: MailDesk) -> None:
    mails.do("anna", "priority", 1, priority="P3", reason="the director's")
    mails.do("anna", "reply", 1, text="We wait for a part.", at=NOW + HOUR)
    mails.do("anna", "wait", 1, waiting_for=waiting_for, until=NOW + 3 * DAY, at=NOW + HOUR)
    mails.take(answer("Any news?"), at=NOW + 2 * HOUR)
    assert mails.ticket(1).status == "waiting"
    assert mails.column(1, "resolution_started_at") is None
    assert mails.column(1, "next_reply_started_at") == stamp(NOW + 2 * HOUR)
    # A promise runs again, so it stands among those that are owed something.
    assert mails.column(1, "rank") == 1


def test_an_answer_to_a_resolved_ticket_brings_it_back(mails: MailDesk) -> None:
    mails.do("anna", "take", 1)
    mails.do("anna", "close", 1, text="Done.", at=NOW + HOUR)
    receipt = mails.take(answer(), at=NOW + DAY)
    assert (receipt.outcome, receipt.number, mails.count()) == (Outcome.FOLLOWED_UP, 1, 1)
    ticket = mails.ticket(1)
    assert (ticket.status, ticket.assignee, ticket.resolved_at) == ("open", "anna", None)
    assert ticket.unanswered_since == NOW + DAY
    assert mails.column(1, "reopenings") == 1
    assert mails.column(1, "resolution_consumed") == 3600
    assert mails.column(1, "resolution_started_at") == stamp(NOW + DAY)
    assert mails.event(1, "reopened")["by"] == "requester"


@pytest.mark.parametrize("swept", [False, True])
def test_within_the_period_a_closed_ticket_comes_back_too(swept: bool, mails: MailDesk) -> None:
    mails.do("anna", "close", 1, text="Done.", at=NOW)
    if swept:
        # The mail arrived in time, and the sweep was faster than the fetch.
        assert mails.sweep(NOW + 7 * DAY + HOUR).closed == 1
    receipt = mails.take(answer(), at=NOW + 7 * DAY, fetched=NOW + 7 * DAY + 2 * HOUR)
    assert (receipt.outcome, receipt.number) == (Outcome.FOLLOWED_UP, 1)
    assert mails.ticket(1).status == "new"
    assert mails.ticket(1).closed_at is None


def test_after_the_period_it_is_a_new_ticket_linked_to_the_old_one(mails: MailDesk) -> None:
    mails.do("anna", "close", 1, text="Done.")
    receipt = mails.take(answer(), at=NOW + 7 * DAY + timedelta(seconds=1))
    assert (receipt.outcome, receipt.number) == (Outcome.CREATED, 2)
    assert mails.links(2) == [("follows", 1)]
    assert mails.ticket(1).status == "resolved"
    assert mails.ticket(2).subject == "Request 1"


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!",
        "Спасибо, всё работает.",
        "Hello Anna,\nthank you very much!",
        "Добрый день!\nСпасибо большое",
    ],
)
def test_thanks_alone_bring_nothing_back(text: str, mails: MailDesk) -> None:
    mails.do("anna", "close", 1, text="Done.")
    receipt = mails.take(
        answer(text).replace("\nSubject", "\nContent-Type: text/plain; charset=utf-8\nSubject"), at=NOW + HOUR
    )
    assert receipt.outcome is Outcome.FOLLOWED_UP
    ticket = mails.ticket(1)
    assert (ticket.status, ticket.unanswered_since) == ("resolved", None)
    assert len(mails.conversation(1)) == 3


@pytest.mark.parametrize("text", ["Thanks, but it is broken again.", "Спасибо, а второй?", "thanks ??? no"])
def test_thanks_with_news_bring_it_back(text: str, mails: MailDesk) -> None:
    mails.do("anna", "close", 1, text="Done.")
    mails.take(answer(text).replace("\nSubject", "\nContent-Type: text/plain; charset=utf-8\nSubject"))
    assert mails.ticket(1).status == "new"


def test_thanks_start_no_clock(mails: MailDesk) -> None:
    mails.do("anna", "reply", 1, text="Try this.", at=NOW + HOUR)
    mails.take(answer("Thanks!"), at=NOW + 2 * HOUR)
    assert mails.ticket(1).unanswered_since is None
    assert mails.column(1, "next_reply_started_at") is None


def test_a_mail_to_a_merged_ticket_goes_to_the_one_that_lives(mails: MailDesk) -> None:
    for number in (2, 3):
        mails.ask(number)
    with closing(sqlite3.connect(mails.path)) as connection:
        for merged, into in ((1, 2), (2, 3)):
            connection.execute("UPDATE ticket SET status = 'merged', is_open = 0 WHERE id = ?", (merged,))
            connection.execute(
                "INSERT INTO link (ticket_id, other_id, kind, created_at) VALUES (?, ?, 'merged_into', ?)",
                (merged, into, stamp(NOW)),
            )
        connection.commit()
    assert mails.take(answer()).number == 3
    assert mails.take("From: maria@shop.example\nSubject: [SD-2] hm\n\nHm.\n").number == 3
    assert len(mails.conversation(3)) == 3


# ---- who takes no part --------------------------------------------------------------------------


def test_an_outsiders_mail_is_shown_as_such_and_sets_nothing_going(mails: MailDesk) -> None:
    mails.do("anna", "reply", 1, text="Which one?")
    mails.do("anna", "wait", 1, waiting_for="requester")
    receipt = mails.take(answer("I am in it too.", "eve@evil.example"), at=NOW + HOUR)
    assert (receipt.outcome, receipt.number) == (Outcome.FOLLOWED_UP, 1)
    assert mails.conversation(1)[-1] == "in eve@evil.example: I am in it too. (takes no part)"
    assert mails.ticket(1).status == "waiting"
    assert mails.ticket(1).unanswered_since is None
    assert mails.column(1, "next_reply_started_at") is None
    assert mails.event(1, "message") | {"message": 0} == {"by": "system", "message": 0, "takes_part": False}
    # Having written once makes nobody a part of it.
    mails.take(answer("Me again.", "eve@evil.example"), at=NOW + 2 * HOUR)
    assert mails.conversation(1)[-1].endswith("(takes no part)")


def test_an_outsider_reopens_nothing(mails: MailDesk) -> None:
    mails.do("anna", "close", 1, text="Done.")
    receipt = mails.take(answer("What about me?", "eve@evil.example"))
    assert (receipt.outcome, receipt.number) == (Outcome.CREATED, 2)
    assert mails.ticket(1).status == "resolved"
    assert mails.links(2) == [("follows", 1)]
    assert "for good" not in receipt.reason


def test_a_forged_sender_is_an_outsider(mails: MailDesk) -> None:
    mails.do("anna", "close", 1, text="Done.")
    forged = "Authentication-Results: mx; dmarc=fail\n" + answer()
    receipt = mails.take(forged, trusts=("mx",))
    assert (receipt.outcome, mails.ticket(1).status) == (Outcome.CREATED, "resolved")
    assert len(mails.outbox()) == 2  # the acknowledgement and the resolution of SD-1


def test_who_is_answered_in_copy_takes_part(mails: MailDesk) -> None:
    mails.do("anna", "reply", 1, text="Ask him.", cc=["Oleg <oleg@partner.example>"])
    mails.do("anna", "wait", 1, waiting_for="requester")
    mails.take(answer("Here it is.", "oleg@partner.example"), at=NOW + HOUR)
    assert mails.ticket(1).status == "open"


def test_a_colleague_of_the_same_unit_takes_part(mails: MailDesk) -> None:
    mails.do("anna", "close", 1, text="Done.")
    mails.take(answer("Not for me.", "petr@acc.shop.example"))
    assert mails.ticket(1).status == "new"


def test_an_agent_who_asked_is_answered_as_a_requester(desk_of_mail: MailDesk) -> None:
    """Who works for one team is a customer of the others: his answer must not end as a note that starts nothing."""
    desk_of_mail.ask(sender="vera@desk.example")
    desk_of_mail.do("anna", "reply", 1, text="Which screen?")
    desk_of_mail.do("anna", "wait", 1, waiting_for="requester")
    receipt = desk_of_mail.take(answer("The left one.", "vera@desk.example"), at=NOW + HOUR)
    assert receipt.outcome is Outcome.FOLLOWED_UP
    assert desk_of_mail.ticket(1).status == "open"
    assert desk_of_mail.ticket(1).unanswered_since == NOW + HOUR


# ---- spam ---------------------------------------------------------------------------------------


def test_what_was_wrongly_called_spam_comes_back_by_an_answer(mails: MailDesk) -> None:
    mails.do("anna", "spam", 1)
    receipt = mails.take(answer("I am no spam!"), at=NOW + HOUR)
    assert (receipt.outcome, receipt.number, mails.ticket(1).status) == (Outcome.FOLLOWED_UP, 1, "new")
    assert mails.column(1, "resolution_started_at") == stamp(NOW + HOUR)


@pytest.mark.parametrize("text", ["X-Spam-Flag: YES\n" + answer("Buy more!"), answer("Buy!", "other@evil.example")])
def test_spam_stays_spam(text: str, mails: MailDesk) -> None:
    mails.do("anna", "spam", 1)
    receipt = mails.take(text)
    assert (receipt.outcome, receipt.number, mails.ticket(1).status) == (Outcome.FOLLOWED_UP, 1, "spam")
    assert mails.count() == 1


def test_an_answer_after_another_desk_file_finds_its_ticket(mails: MailDesk) -> None:
    mails.apply(DESK_FILE.replace('ref_prefix = "SD"', 'ref_prefix = "HELP"'))
    assert mails.take("From: maria@shop.example\nSubject: Re: [HELP-1]\n\nMore.\n").number == 1
