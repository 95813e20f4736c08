"""Steps of playbooks whose service must be approved: what waits, what a yes sets going, what a no means."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk

from sdesk.actions.perform import undo
from sdesk.desk import approvals, playbook_changes, playbooks
from sdesk.desk.steps.outbox import read_message_id
from sdesk.domain.actor import SYSTEM
from sdesk.domain.playbook import RunState
from sdesk.domain.ticket import Status, WaitingFor
from sdesk.store.check import check
from sdesk.store.reader import Reader
from sdesk.store.reader.playbook_rows import Progress

DAY = timedelta(days=1)
WITH_APPROVALS = (
    DESK_FILE.replace('name = "Printer"', 'name = "Printer"\napprove_by = "unit-head"')
    + """
[playbooks.small]
name = "Small"
subject = "Small"
team = "it"
[[playbooks.small.steps]]
key = "screen"
subject = "A second screen"
service = "printer"
priority = "P3"
[[playbooks.small.steps]]
key = "desk"
subject = "A desk"
team = "it"
[[playbooks.small.steps]]
key = "later"
subject = "Put it up"
team = "quality"
after = ["screen"]
"""
)


class Playing(MailDesk):
    """The small desk, with a playbook one of whose steps the unit's head must approve."""

    def start(self) -> list[int]:
        with self.desk.work(self.actor("anna"), NOW) as work:
            done = playbooks.start(work, "small", day="2026-11-23", unit="flagship")
            work.session.commit()
        return [each.number for each in done]

    def decide(self, number: int, *, yes: bool, comment: str = "") -> None:
        ((message_id,),) = self.rows("SELECT message_id FROM outbox WHERE ticket_id = ? AND kind = 'approval'", number)
        own = read_message_id(message_id)
        assert own is not None
        with self.desk.work(SYSTEM, NOW + DAY) as work:
            approvals.decide(work, own[1], yes, comment)
            work.session.commit()

    def progress(self) -> Progress:
        with Reader(self.path) as reader:
            found = reader.playbook_progress(reader.actor("anna"), 1, now=NOW + DAY)
        assert found is not None
        return found

    def states(self) -> dict[str, str]:
        return {each.key: each.state.value for each in self.progress().steps}

    def held_up(self, key: str) -> str:
        return next(each.held_up(NOW + DAY, "then") for each in self.progress().steps if each.key == key)


@pytest.fixture
def play(desk_path: Path) -> Iterator[Playing]:
    found = Playing(desk_path)
    found.apply(WITH_APPROVALS)
    yield found
    assert check(found.path, NOW + timedelta(days=90)) == ()
    found.desk.close()


def test_a_step_waits_for_the_approval_of_its_service_and_nobody_is_told_of_it(play: Playing) -> None:
    assert play.start() == [1, 2, 3]
    ticket = play.ticket(2, at=NOW + 10 * DAY)
    assert (ticket.subject, ticket.status, ticket.waiting_for) == (
        "A second screen",
        Status.WAITING,
        WaitingFor.APPROVAL,
    )
    assert (ticket.due_at, ticket.sla_state.value) == (None, "waiting")
    assert play.outbox() == [("approval", "irina@shop.example", timedelta(0))]
    # Of the step beside it the team is told.
    assert play.told(2) == [] != play.told(3)
    assert play.states() == {"screen": "open", "desk": "open", "later": "planned"}
    assert play.held_up("screen") == "waits for approval"


def test_once_it_is_approved_its_team_is_told_and_what_waits_for_it_waits_on(play: Playing) -> None:
    play.start()
    play.decide(2, yes=True)
    assert play.ticket(2).status is Status.NEW
    assert play.told(2)
    assert play.states()["later"] == "planned"
    play.do("anna", "close", 2, silent=True, at=NOW + DAY)
    assert play.states() == {"screen": "done", "desk": "open", "later": "open"}


def test_one_that_is_refused_is_skipped_says_so_and_what_waits_for_it_goes_on(play: Playing) -> None:
    play.start()
    play.decide(2, yes=False, comment="Not before\nthe new year.\x1b[2J")
    assert play.ticket(2).status is Status.RESOLVED
    assert play.states() == {"screen": "skipped", "desk": "open", "later": "open"}
    assert play.held_up("screen") == "not approved: Not before the new year.␛[2J"
    play.do("anna", "close", 3, silent=True, at=NOW + DAY)
    play.do("vera", "close", 4, silent=True, at=NOW + DAY)
    assert play.progress().run.state is RunState.DONE


def test_a_refused_step_that_was_opened_again_and_done_is_done(play: Playing) -> None:
    play.start()
    play.decide(2, yes=False)
    assert play.held_up("screen") == "not approved"
    play.do("anna", "reopen", 2, at=NOW + DAY)
    assert play.states()["screen"] == "open"
    play.do("anna", "close", 2, silent=True, at=NOW + 2 * DAY)
    assert (play.states()["screen"], play.held_up("screen")) == ("done", "")


def test_a_refusal_that_is_undone_lets_the_step_wait_again(play: Playing) -> None:
    play.start()
    play.do("anna", "refuse", 2, text="by phone", at=NOW + DAY)
    assert play.states() == {"screen": "skipped", "desk": "open", "later": "open"}
    assert play.held_up("screen") == "not approved: by phone"
    undo(play.desk, play.actor("anna"), now=NOW + DAY)
    assert play.ticket(2).waiting_for is WaitingFor.APPROVAL
    # What was opened meanwhile stays.
    assert play.states() == {"screen": "open", "desk": "open", "later": "open"}


def test_one_that_waits_for_its_approval_can_be_skipped(play: Playing) -> None:
    play.start()
    with play.desk.work(play.actor("anna"), NOW + DAY) as work:
        playbook_changes.skip(work, 1, "screen", text="Nobody needs it")
        work.session.commit()
    assert play.held_up("screen") == "Nobody needs it"
    assert play.rows("SELECT state FROM approval") == [("cancelled",)]
    assert play.states()["later"] == "open"
