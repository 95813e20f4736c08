"""What a merge does to the promises of two tickets in the store, and that their story says so and adds up."""

from __future__ import annotations

from datetime import datetime

import pytest
from intake_desk import MailDesk
from sla_examples import moscow

from sdesk.desk.steps.clocks import settle
from sdesk.desk.steps.merged import keep_earlier_promises
from sdesk.domain.actor import SYSTEM
from sdesk.domain.story.tell import tell
from sdesk.domain.story.values import Told, What
from sdesk.domain.ticket import ClockKind
from sdesk.store.models import Ticket
from sdesk.store.reader import Reader


@pytest.fixture
def desk(desk_of_mail: MailDesk) -> MailDesk:
    """The desk of these tests."""
    return desk_of_mail


def merge(desk: MailDesk, survivor: int, merged: int, at: datetime) -> None:
    """The step of a merge that concerns the promises."""
    with desk.desk.work(desk.actor("anna"), at) as work:
        one, other = work.session.get_one(Ticket, survivor), work.session.get_one(Ticket, merged)
        keep_earlier_promises(work, one, other)
        for ticket in (one, other):
            settle(work, ticket)
        work.session.commit()


def stories(desk: MailDesk, number: int, at: datetime) -> dict[ClockKind, Told]:
    """What is told of a ticket's promises; it must add up."""
    with Reader(desk.path) as reader:
        _, facts = reader.promises(SYSTEM, number, now=at)
    found = tell(facts)
    assert [each.disagreements for each in found] == [()] * len(found)
    return {each.kind: each for each in found}


def test_the_surviving_ticket_keeps_the_earlier_promise_and_says_so(desk: MailDesk) -> None:
    old = desk.new(service="other", priority="P3", at=moscow("2026-11-23 10:00"))
    young = desk.new(service="other", priority="P3", at=moscow("2026-11-23 12:00"))
    at = moscow("2026-11-24 11:00")
    merge(desk, young, old, at)
    assert desk.column(young, "resolution_due_at") == "2026-11-26T07:00:00Z"
    assert desk.column(old, "resolution_voided") == 1
    assert stories(desk, old, at)[ClockKind.RESOLUTION].ended_at == at
    story = stories(desk, young, moscow("2026-11-25 09:00"))[ClockKind.RESOLUTION]
    (step,) = [each for each in story.steps if each.what is What.CHANGED]
    assert (step.before, step.consumed, step.why) == (8 * 3600, 10 * 3600, "another ticket was merged into it")
    # And on it goes: whatever comes later finds what was consumed.
    desk.do("anna", "wait", young, waiting_for="supplier", at=moscow("2026-11-25 10:00"))
    desk.do("anna", "service", young, service="till", at=moscow("2026-11-25 11:00"))
    desk.do("anna", "reopen", young, at=moscow("2026-11-26 11:00"))
    desk.do("anna", "close", young, silent=True, at=moscow("2026-11-26 12:00"))
    stories(desk, young, moscow("2026-11-26 12:00"))


def test_an_answer_that_is_owed_to_the_others_requester_is_a_next_reply(desk: MailDesk) -> None:
    survivor = desk.new(service="other", priority="P3", requester="a@shop.example", at=moscow("2026-11-23 10:00"))
    desk.do("anna", "reply", survivor, text="We look.", at=moscow("2026-11-23 11:00"))
    desk.take(
        f"From: a@shop.example\nSubject: [SD-{survivor}]\nMessage-ID: <x@shop.example>\n\nAnd?\n",
        at=moscow("2026-11-23 11:30"),
    )
    desk.do("anna", "reply", survivor, text="Soon.", at=moscow("2026-11-23 12:30"))
    merged = desk.new(service="other", priority="P3", at=moscow("2026-11-23 12:00"))
    at = moscow("2026-11-23 14:00")
    merge(desk, survivor, merged, at)
    assert desk.column(survivor, "next_reply_due_at") == "2026-11-23T13:00:00Z"
    # The reply that was given before stays a fact.
    assert desk.rows("SELECT seconds, past FROM clock_run WHERE kind = 'next_reply' AND past") == [(3600, 1)]
    stories(desk, survivor, at)


def test_the_story_of_tickets_that_were_merged_and_split_adds_up(desk: MailDesk) -> None:
    """By the verbs themselves, with a wait and another priority on the way."""
    old = desk.new(service="other", priority="P2", requester="a@shop.example", text="x", at=moscow("2026-11-20 17:00"))
    young = desk.new(
        service="other", priority="P3", requester="a@shop.example", text="y", at=moscow("2026-11-23 12:00")
    )
    desk.do("anna", "wait", young, waiting_for="supplier", at=moscow("2026-11-23 13:00"))
    desk.do("anna", "reopen", young, at=moscow("2026-11-23 14:00"))
    at = moscow("2026-11-24 11:00")
    desk.do("anna", "merge", old, into=young, at=at)
    assert stories(desk, old, at)[ClockKind.RESOLUTION].steps[-1].why == "it was merged"
    # P2: 9 h, used up on Monday at 17:00. That is the surviving ticket's deadline from now on.
    broken = stories(desk, young, moscow("2026-11-24 15:00"))[ClockKind.RESOLUTION]
    assert broken.breached_at == moscow("2026-11-23 17:00")
    desk.do("anna", "priority", young, priority="P4", reason="so", at=moscow("2026-11-24 16:00"))
    desk.do("anna", "close", young, text="Done.", at=moscow("2026-11-25 10:00"))
    stories(desk, young, moscow("2026-11-25 11:00"))
