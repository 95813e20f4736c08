"""Merging and splitting tickets: conversation, promises, outages, what later mails reach, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from desks import NOW
from intake_desk import SUPPORT, MailDesk

from sdesk.domain.errors import BadInput, NotFound, Refused
from sdesk.domain.ticket import Status
from sdesk.store.reader import Reader

HOUR = timedelta(hours=1)


def reply_to(desk: MailDesk, message_id: str, *, sender: str = "maria@shop.example", at: int = 60) -> int | None:
    """A mail that answers another; gives the ticket that it reached."""
    return desk.take(
        f"""
        From: {sender}
        To: {SUPPORT}
        Subject: Re: Request
        Message-ID: <reply-{at}@shop.example>
        In-Reply-To: {message_id}

        And the scanner?
        """,
        at=NOW + timedelta(minutes=at),
    ).number


def clock(desk: MailDesk, number: int, kind: str, **at: object) -> object:
    """One clock of a ticket."""
    return next(each for each in desk.ticket(number, **at).clocks if each.kind == kind)  # type: ignore[arg-type]


def test_a_merged_ticket_gives_its_conversation_to_the_one_that_goes_on(desk_of_mail: MailDesk) -> None:
    desk = desk_of_mail
    first, second = desk.ask(1), desk.ask(2, at=NOW + HOUR)
    outcome = desk.do("anna", "merge", second, into=first, at=NOW + 2 * HOUR)
    assert outcome.sentence == f"SD-{second} merged into SD-{first}"
    assert not outcome.warning
    assert desk.conversation(first) == ["in maria@shop.example: Please help."] * 2
    assert desk.conversation(second) == []
    assert desk.ticket(second).status is Status.MERGED
    assert desk.links(second) == [("merged_into", first)]
    assert desk.ticket(first).unanswered_since == NOW


def test_mails_in_the_thread_of_a_merged_ticket_reach_the_one_that_goes_on(desk_of_mail: MailDesk) -> None:
    desk = desk_of_mail
    first, second, third = desk.ask(1), desk.ask(2), desk.ask(3)
    acknowledged = desk.sent_id(second)
    desk.do("anna", "merge", second, into=first)
    desk.do("anna", "merge", first, into=third)
    assert reply_to(desk, "<ask-2@shop.example>") == third
    assert reply_to(desk, acknowledged, at=61) == third


def test_the_earlier_promise_of_each_holds_after_a_merge(desk_of_mail: MailDesk) -> None:
    desk = desk_of_mail
    older, newer = desk.ask(1), desk.ask(2, at=NOW + 3 * HOUR)
    due = clock(desk, older, "resolution").due_at  # type: ignore[attr-defined]
    desk.do("anna", "merge", older, into=newer, at=NOW + 4 * HOUR)
    assert clock(desk, newer, "resolution").due_at == due  # type: ignore[attr-defined]
    assert all(each.voided and each.started_at is None for each in desk.ticket(older).clocks if each.target)


def test_an_outage_that_both_suspect_is_one_and_a_confirmed_one_goes_over_with_its_beginning(
    desk_of_mail: MailDesk,
) -> None:
    desk = desk_of_mail
    first, second = (desk.new(service="till", requester="store-001@shop.example", at=at) for at in (NOW, NOW + HOUR))
    desk.do("anna", "confirm", first, at=NOW + HOUR)
    desk.do("anna", "merge", first, into=second, at=NOW + 2 * HOUR)
    row = desk.ticket(second, at=NOW + 3 * HOUR)
    assert (row.loss_per_hour, row.loss_confirmed) == (Decimal("180000.00"), True)
    assert row.loss_so_far == Decimal("540000.00"), "three hours since the first of the two"
    gone = desk.ticket(first, at=NOW + 3 * HOUR)
    assert (gone.loss_per_hour, gone.loss_so_far) == (None, None)
    desk.do("anna", "restored", second, at=NOW + 4 * HOUR)
    assert desk.rows("SELECT count(*), sum(loss) FROM outage") == [(1, 72_000_000)]


def test_tags_and_time_spent_go_over(desk_of_mail: MailDesk) -> None:
    desk = desk_of_mail
    first, second = desk.new(tags=("pos",)), desk.new(tags=("pos", "vip"))
    desk.do("anna", "note", second, text="Looked at it.", spent=900)
    desk.do("anna", "spent", second, spent=300)
    desk.do("anna", "merge", second, into=first)
    assert desk.ticket(first).tags == ("pos", "vip")
    assert desk.rows("SELECT ticket_id, sum(seconds) FROM time_spent GROUP BY 1") == [(first, 1200)]


def test_who_merges_the_tickets_of_two_people_is_told_whom_an_answer_misses(desk_of_mail: MailDesk) -> None:
    desk = desk_of_mail
    first, second = desk.ask(1), desk.ask(2, sender="Peter <peter@acc.shop.example>")
    outcome = desk.do("anna", "merge", second, into=first)
    assert outcome.warning.startswith("Peter is not the requester of SD-1: answer with --cc-all")
    desk.do("anna", "reply", first, text="Done.", cc_all=True)
    ((recipients,),) = desk.rows("SELECT recipients FROM outbox WHERE kind = 'reply'")
    assert "maria@shop.example" in recipients
    assert "peter@acc.shop.example" in recipients


def test_what_cannot_be_merged_is_refused_and_nothing_is_half_done(desk_of_mail: MailDesk) -> None:
    desk = desk_of_mail
    first, second, third = desk.ask(1), desk.ask(2), desk.ask(3)
    private = desk.new("olga", service="leave")
    desk.do("anna", "join", second, incident=first)
    desk.do("anna", "close", third, silent=True)
    before = desk.rows("SELECT id, ticket_id FROM message"), desk.rows("SELECT id, status FROM ticket")
    for number, into, error in (
        (first, first, BadInput),
        (first, second, Refused),
        (second, third, Refused),
        (second, 999, NotFound),
    ):
        assert isinstance(desk.try_to("anna", "merge", number, into=into).error, error), (number, into)
    assert isinstance(desk.try_to("boris", "merge", second, into=private).error, NotFound)
    assert isinstance(desk.try_to("olga", "merge", private, into=second).error, type(None)), "she sees both"
    assert desk.rows("SELECT id, status FROM ticket WHERE id <> ?", private) == [
        row for row in before[1] if row[0] != private
    ]


def test_a_part_that_is_merged_leaves_its_incident(desk_of_mail: MailDesk) -> None:
    desk = desk_of_mail
    first, second, third = desk.ask(1), desk.ask(2), desk.ask(3)
    desk.do("anna", "join", second, incident=first)
    desk.do("anna", "merge", second, into=third)
    assert desk.ticket(second).incident is None
    assert not desk.ticket(first).is_incident


# ---- splitting ------------------------------------------------------------------------------------


@pytest.fixture
def thread(desk_of_mail: MailDesk) -> tuple[MailDesk, int, int]:
    """A request that was answered, and a mail in its thread about something else: ticket and message."""
    number = desk_of_mail.ask(1)
    desk_of_mail.do("anna", "priority", number, priority="P3", reason="The board asks")
    desk_of_mail.do("anna", "reply", number, text="Done.", at=NOW + HOUR)
    assert reply_to(desk_of_mail, "<ask-1@shop.example>", at=120) == number
    with Reader(desk_of_mail.path) as reader:
        message = reader.ticket(desk_of_mail.actor("anna"), number, now=NOW).messages[-1].id
    return desk_of_mail, number, message


def test_a_message_becomes_a_ticket_of_its_own_whose_clocks_run_since_it_came(
    thread: tuple[MailDesk, int, int],
) -> None:
    desk, number, message = thread
    assert desk.ticket(number).unanswered_since == NOW + 2 * HOUR
    outcome = desk.do("boris", "split", number, messages=[message], subject="Scanner", at=NOW + 5 * HOUR)
    other = outcome.number
    assert outcome.sentence == f"SD-{other} split off SD-{number}"
    row = desk.ticket(other)
    assert (row.subject, row.requester_email, row.created_at) == ("Scanner", "maria@shop.example", NOW + 2 * HOUR)
    assert clock(desk, other, "resolution").started_at == NOW + 2 * HOUR  # type: ignore[attr-defined]
    assert desk.conversation(other) == ["in maria@shop.example: And the scanner?"]
    assert desk.links(other) == [("related", number)]
    assert reply_to(desk, "<reply-120@shop.example>", at=400) == other


def test_nobody_waits_in_the_old_ticket_for_what_went_away(thread: tuple[MailDesk, int, int]) -> None:
    desk, number, message = thread
    desk.do("boris", "split", number, messages=[message], at=NOW + 3 * HOUR)
    assert desk.ticket(number).unanswered_since is None
    reply = clock(desk, number, "next_reply")
    assert reply.voided, "it ended without counting"  # type: ignore[attr-defined]
    assert len(desk.conversation(number)) == 2


def test_a_question_to_a_supplier_answers_no_requester_who_still_waits(thread: tuple[MailDesk, int, int]) -> None:
    desk, number, message = thread
    second = reply_to(desk, "<ask-1@shop.example>", at=150)
    assert second == number
    desk.do("boris", "forward", number, to="tim@tills.example", text="Error 7?", at=NOW + timedelta(minutes=160))
    desk.do("boris", "split", number, messages=[message], at=NOW + 3 * HOUR)
    assert desk.ticket(number).unanswered_since == NOW + timedelta(minutes=150)
    assert not clock(desk, number, "next_reply").voided  # type: ignore[attr-defined]


def test_what_cannot_be_split_is_refused(thread: tuple[MailDesk, int, int]) -> None:
    desk, number, message = thread
    with Reader(desk.path) as reader:
        asked, answered, _ = [each.id for each in reader.ticket(desk.actor("anna"), number, now=NOW).messages]
    for messages, error in (([9999], NotFound), ([answered], BadInput), ([asked, answered, message], Refused)):
        assert isinstance(desk.try_to("anna", "split", number, messages=messages).error, error)
    assert desk.rows("SELECT count(*) FROM ticket") == [(1,)]


def test_words_are_found_where_the_message_is_now(thread: tuple[MailDesk, int, int]) -> None:
    desk, number, message = thread
    other = desk.do("boris", "split", number, messages=[message], at=NOW + 3 * HOUR).number
    found = desk.rows("SELECT rowid FROM ticket_fts WHERE ticket_fts MATCH 'scanner'")
    assert found == [(other,)]
    desk.do("boris", "merge", other, into=number, at=NOW + 4 * HOUR)
    assert desk.rows("SELECT rowid FROM ticket_fts WHERE ticket_fts MATCH 'scanner'") == [(number,)]


def test_what_is_split_off_suspects_no_outage_that_the_old_ticket_has(desk_of_mail: MailDesk) -> None:
    desk = desk_of_mail
    till = "store-001@shop.example"
    number = desk.ask(1, sender=till, service="till")
    desk.do("anna", "confirm", number)
    assert desk.ticket(number).loss_per_hour == Decimal("180000.00")
    for at, ended in ((60, False), (61, True)):
        if ended:
            desk.do("anna", "restored", number, at=NOW + HOUR)
        assert reply_to(desk, "<ask-1@shop.example>", sender=till, at=at) == number
        ((message,),) = desk.rows("SELECT max(id) FROM message WHERE ticket_id = ?", number)
        other = desk.do("anna", "split", number, messages=(message,), at=NOW + 2 * HOUR).number
        row = desk.ticket(other, at=NOW + 3 * HOUR)
        assert (row.unit, row.loss_per_hour, row.loss_so_far, row.impact) == ("flagship", None, None, "significant")
        assert "outage_suspected" not in desk.events(other)
    assert desk.rows("SELECT ticket_id FROM outage") == [(number,)]


def test_what_is_split_off_suspects_an_outage_that_nobody_knows_of(desk_of_mail: MailDesk) -> None:
    desk = desk_of_mail
    number = desk.ask(1, service="till")
    assert reply_to(desk, "<ask-1@shop.example>") == number
    desk.do("anna", "close", number, silent=True)
    desk.do("anna", "set", number, unit="flagship")
    ((message,),) = desk.rows("SELECT max(id) FROM message WHERE ticket_id = ?", number)
    other = desk.do("anna", "split", number, messages=(message,), at=NOW + 2 * HOUR).number
    assert desk.ticket(other).loss_per_hour == Decimal("180000.00")
