"""Running playbooks: what opens a step, what becomes of it, what agents change, what stands behind a wall."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk
from shop_opening import FILE
from sla_examples import moscow

from sdesk.actions.perform import undo
from sdesk.desk import playbook_changes, playbooks
from sdesk.desk.forgetting import forget_person
from sdesk.desk.opening import Work
from sdesk.desk.purging import purge
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import BadInput, NotFound, Refused
from sdesk.domain.filters import parse
from sdesk.domain.playbook import RunState
from sdesk.store import check
from sdesk.store.reader import Reader
from sdesk.store.reader.playbook_rows import Progress

SMALL = """
[playbooks.small]
name = "Small"
subject = "Small for {unit}"
team = "it"
[[playbooks.small.steps]]
key = "one"
subject = "One for {requester}"
team = "it"
[[playbooks.small.steps]]
key = "two"
subject = "Two"
team = "hr"
after = ["one"]
[[playbooks.small.steps]]
key = "three"
subject = "Three"
team = "quality"
after = ["two"]
"""
SECRET = SMALL.replace('team = "it"', 'team = "hr"', 1)
"""The same, whose parent is behind the wall."""


MOSCOW = ZoneInfo("Europe/Moscow")


class Playing:
    """A desk with a playbook."""

    def __init__(self, desk: MailDesk) -> None:
        self.desk = desk

    def apply(self, section: str, *, at: datetime = NOW) -> None:
        self.desk.apply(DESK_FILE + section, at=at)

    def do(self, login: str, use_case: Callable[[Work], Any], *, at: datetime = NOW) -> Any:
        with self.desk.desk.work(self.desk.actor(login), at) as work:
            done = use_case(work)
            work.session.commit()
        return done

    def start(self, login: str = "anna", *, at: datetime = NOW, **more: Any) -> list[int]:
        named = {"unit": "flagship", "requester": "maria@shop.example"}
        values: dict[str, Any] = {"key": "small", "day": "2026-11-23", **named, **more}
        key = values.pop("key")
        return [each.number for each in self.do(login, lambda work: playbooks.start(work, key, **values), at=at)]

    def progress(self, login: str = "anna", number: int = 1, *, at: datetime = NOW) -> Progress | None:
        with Reader(self.desk.path) as reader:
            return reader.playbook_progress(reader.actor(login), number, now=at)

    def states(self, login: str = "anna", *, at: datetime = NOW) -> dict[str, str]:
        found = self.progress(login, at=at)
        return {} if found is None else {each.key: each.state.value for each in found.steps}

    def run_state(self) -> RunState:
        found = self.progress()
        assert found is not None
        return found.run.state

    def due(self, at: datetime) -> int:
        return sum(playbooks.open_due(self.desk.desk, run, now=at) for run in playbooks.due(self.desk.desk, now=at))


@pytest.fixture
def play(desk_of_mail: MailDesk) -> Playing:
    found = Playing(desk_of_mail)
    found.apply(SMALL)
    return found


def is_sound(play: Playing) -> bool:
    found = check.check(play.desk.path, NOW + timedelta(days=1))
    assert found == ()
    return True


# ---- what opens, and what ends ------------------------------------------------------------------------


def test_a_step_that_is_done_opens_the_next_in_its_own_transaction(play: Playing) -> None:
    assert play.start(requester="Maria <maria@shop.example>") == [1, 2]
    assert play.desk.ticket(2).subject == "One for Maria"
    assert play.states() == {"one": "open", "two": "planned", "three": "planned"}
    play.desk.do("boris", "close", 2, silent=True)
    assert play.states() == {"one": "done", "two": "open", "three": "planned"}
    ticket = play.desk.ticket(3)
    assert (ticket.team, ticket.requester_email, ticket.unanswered_since) == ("hr", None, None)
    # The desk opened it, not he who does not see it.
    assert play.desk.rows("SELECT actor, event FROM history WHERE ticket_id = 3") == [("system", "opened")]
    assert play.due(NOW + timedelta(days=1)) == 0
    play.desk.do("olga", "close", 3, silent=True)
    play.desk.do("vera", "close", 4, silent=True)
    assert play.run_state() is RunState.DONE
    assert play.desk.ticket(1).status == "resolved"
    assert [who for who, what in play.desk.told() if what == "desk"] == ["anna"]
    assert play.desk.outbox() == []
    assert is_sound(play)


def test_one_that_is_opened_again_goes_on_with_the_playbook(play: Playing) -> None:
    play.start()
    for login, number in (("boris", 2), ("olga", 3), ("vera", 4)):
        play.desk.do(login, "close", number, silent=True)
    play.desk.do("olga", "reopen", 3)
    assert play.run_state() is RunState.RUNNING
    assert play.states() == {"one": "done", "two": "open", "three": "done"}
    assert play.desk.ticket(1).status == "open"
    play.desk.do("olga", "close", 3, silent=True)
    assert (play.run_state(), play.desk.ticket(1).status) == (RunState.DONE, "resolved")
    assert play.desk.count() == 4
    assert is_sound(play)


def test_a_parent_that_was_closed_by_hand_stays_closed(play: Playing) -> None:
    play.start()
    play.desk.do("anna", "close", 1, silent=True)
    play.desk.do("boris", "close", 2, silent=True)
    assert play.states()["two"] == "open"
    play.desk.do("boris", "reopen", 2)
    assert play.desk.ticket(1).status == "resolved"


def test_the_desk_file_may_leave_the_parent_open(play: Playing) -> None:
    play.apply(SMALL.replace('team = "it"\n[[', 'team = "it"\ncloses = false\n[[', 1))
    play.start()
    for login, number in (("boris", 2), ("olga", 3), ("vera", 4)):
        play.desk.do(login, "close", number, silent=True)
    assert (play.run_state(), play.desk.ticket(1).status) == (RunState.DONE, "open")


def test_a_desk_file_that_changes_later_changes_nothing_of_it(play: Playing) -> None:
    play.start()
    play.apply("")
    play.desk.do("boris", "close", 2, silent=True)
    assert play.states() == {"one": "done", "two": "open", "three": "planned"}
    with pytest.raises(NotFound, match="no playbook `small`"):
        play.start()


def test_undoing_what_closed_a_step_leaves_the_next_one_open(play: Playing) -> None:
    play.start()
    play.desk.do("boris", "close", 2, silent=True)
    done = undo(play.desk.desk, play.desk.actor("boris"), now=NOW)
    assert done.outcomes[0].error is None
    assert play.states() == {"one": "open", "two": "open", "three": "planned"}
    assert [who for who, _ in play.desk.told() if who == "olga"] == ["olga"]
    assert is_sound(play)
    # The last one, by which the parent was resolved too.
    for login, number in (("boris", 2), ("olga", 3), ("vera", 4)):
        play.desk.do(login, "close", number, silent=True)
    undo(play.desk.desk, play.desk.actor("vera"), now=NOW)
    assert (play.run_state(), play.desk.ticket(1).status) == (RunState.RUNNING, "open")
    assert is_sound(play)


def test_an_answer_that_is_taken_back_opens_the_step_again(play: Playing) -> None:
    play.start()
    for login, number in (("boris", 2), ("olga", 3)):
        play.desk.do(login, "close", number, silent=True)
    play.do("vera", lambda work: _ask_for(work, 4))
    play.desk.do("vera", "close", 4, text="Done.")
    assert play.run_state() is RunState.DONE
    play.desk.do("vera", "take_back", 4)
    assert (play.run_state(), play.desk.ticket(1).status) == (RunState.RUNNING, "open")


def _ask_for(work: Work, number: int) -> None:
    from sdesk.desk.steps.people import person_of
    from sdesk.domain.mailboxes import parse_mailbox
    from sdesk.store.models import Ticket

    ticket = work.session.get_one(Ticket, number)
    person = person_of(work, parse_mailbox("maria@shop.example"))
    assert person is not None
    ticket.requester_id = person.id
    work.session.add(ticket)


def test_spam_is_no_step_and_a_merged_one_goes_on_elsewhere(play: Playing) -> None:
    play.start()
    other = play.desk.new("boris", team="it")

    def ticket_of_one() -> int | None:
        found = play.progress()
        assert found is not None
        return found.steps[0].number

    play.desk.do("boris", "merge", 2, into=other)
    assert play.states() == {"one": "open", "two": "planned", "three": "planned"}
    assert ticket_of_one() == other
    assert undo(play.desk.desk, play.desk.actor("boris"), now=NOW).outcomes[0].error is None
    assert ticket_of_one() == 2
    play.desk.do("boris", "merge", 2, into=other)
    assert ticket_of_one() == other
    play.desk.do("boris", "close", other, silent=True)
    assert play.states()["one"] == "done"
    play.desk.do("olga", "spam", 4)
    assert play.states() == {"one": "done", "two": "skipped", "three": "open"}
    assert is_sound(play)
    # What is merged into the parent is done with it.
    play.desk.do("anna", "merge", 5, into=1)
    assert play.states()["three"] == "skipped"
    assert play.run_state() is RunState.DONE
    assert is_sound(play)


def test_a_parent_is_merged_into_nothing_and_ends_as_spam(play: Playing) -> None:
    play.start()
    other = play.desk.new("boris", team="it")
    assert isinstance(play.desk.try_to("anna", "merge", 1, into=other).error, Refused)
    play.desk.do("anna", "spam", 1)
    assert play.states() == {"one": "open", "two": "cancelled", "three": "cancelled"}
    assert play.run_state() is RunState.CANCELLED


def test_purging_takes_a_playbook_with_its_parent_and_leaves_its_steps(play: Playing) -> None:
    play.start()
    play.start()
    play.desk.do("anna", "spam", 1)
    play.desk.do("boris", "spam", 4)
    later = NOW + timedelta(days=800)
    assert purge(play.desk.desk, SYSTEM, later, later - timedelta(days=730), spam=True, raw=False).tickets == 2
    assert play.progress() is None
    found = play.progress(number=3)
    assert found is not None
    assert [(each.key, each.state.value, each.number) for each in found.steps][:2] == [
        ("one", "skipped", None),
        ("two", "open", 5),
    ]
    assert is_sound(play)


# ---- what agents change -------------------------------------------------------------------------------


def test_steps_are_no_sign_of_an_incident(play: Playing) -> None:
    steps = "".join(
        f'[[playbooks.small.steps]]\nkey = "{name}"\nsubject = "Till"\nservice = "till"\n' for name in "abcdef"
    )
    play.apply(SMALL.partition("[[")[0] + steps)
    play.start(unit="flagship")
    play.desk.new("boris", service="till", unit="store-017")
    assert play.desk.rows("SELECT count(*) FROM incident_proposal") == [(0,)]
    assert play.desk.rows("SELECT count(*) FROM outage") == [(1,)]


def test_skipping(play: Playing) -> None:
    play.start()
    play.do("anna", lambda work: playbook_changes.skip(work, 1, "three", text="Not here."))
    play.do("anna", lambda work: playbook_changes.skip(work, 1, "one", text="Nor that."))
    assert play.states() == {"one": "skipped", "two": "open", "three": "skipped"}
    assert play.desk.ticket(2).status == "resolved"
    assert play.desk.conversation(2) == ["note anna: Nor that."]
    found = play.progress()
    assert found is not None
    assert [each.why for each in found.steps] == ["Nor that.", None, "Not here."]
    play.desk.do("olga", "close", 3, silent=True)
    assert (play.run_state(), play.desk.ticket(1).status) == (RunState.DONE, "resolved")
    with pytest.raises(Refused, match="is done"):
        play.do("anna", lambda work: playbook_changes.skip(work, 1, "one", text="Again."))
    assert is_sound(play)


def test_cancelling_leaves_what_is_open_to_who_has_it(play: Playing) -> None:
    play.start()
    with pytest.raises(BadInput, match="nothing says why"):
        play.do("anna", lambda work: playbook_changes.cancel(work, 1, text=" "))
    play.do("anna", lambda work: playbook_changes.cancel(work, 1, text="No shop."))
    assert play.states() == {"one": "open", "two": "cancelled", "three": "cancelled"}
    assert (play.desk.ticket(1).status, play.desk.ticket(2).status) == ("resolved", "new")
    assert "No shop." in play.desk.conversation(2)[0]
    play.desk.do("boris", "close", 2, silent=True)
    assert play.states()["one"] == "done"
    assert play.run_state() is RunState.CANCELLED
    assert play.desk.count() == 2
    assert is_sound(play)


def test_what_others_are_part_of_is_resolved_by_who_says_so(play: Playing) -> None:
    """As where a check is up again, and where a requester says that it is solved: they would be left to nobody."""
    play.start()
    for number, incident in ((3, 1), (4, 2)):
        assert play.desk.new("anna") == number
        play.desk.do("anna", "join", number, incident=incident)
    with pytest.raises(Refused, match="concerns others too"):
        play.do("anna", lambda work: playbook_changes.skip(work, 1, "one", text="Not that."))
    assert play.states()["one"] == "open"
    play.desk.do("anna", "close", 2, silent=True)
    assert [play.desk.ticket(number).status for number in (2, 4)] == ["resolved"] * 2
    play.do("anna", lambda work: playbook_changes.cancel(work, 1, text="No shop."))
    assert [play.desk.ticket(number).status for number in (1, 3)] == ["open"] * 2
    play.desk.do("anna", "close", 1, silent=True)
    assert [play.desk.ticket(number).status for number in (1, 3)] == ["resolved"] * 2
    assert is_sound(play)


def test_the_last_step_leaves_a_parent_that_others_are_part_of_to_who_has_it(play: Playing) -> None:
    play.start()
    play.desk.do("anna", "join", play.desk.new("anna"), incident=1)
    play.do("anna", lambda work: playbook_changes.skip(work, 1, "two", text="Not here."))
    play.do("anna", lambda work: playbook_changes.skip(work, 1, "three", text="Not here."))
    play.desk.do("boris", "close", 2, silent=True)
    assert (play.run_state(), play.desk.ticket(1).status, play.desk.ticket(3).status) == (RunState.DONE, "open", "open")
    assert is_sound(play)


def test_moving_tells_once_and_moves_a_wait_along(desk_of_mail: MailDesk) -> None:
    play = Playing(desk_of_mail)
    desk_of_mail.apply(FILE, at=NOW)
    play.start("dmitri", key="shop-opening", day="2026-12-25", unit="store-031")
    # lease and staff; the others wait for lease.
    assert play.states() == dict.fromkeys(play.states(), "planned") | {"lease": "open", "staff": "open"}
    play.desk.do("dmitri", "wait", 2, waiting_for="date", until=moscow("2026-11-25 12:00"))

    def move(day: str) -> Any:
        return play.do("dmitri", lambda work: playbook_changes.move(work, 1, day=day))

    move("2026-12-28")
    assert play.desk.ticket(2).wake_at == moscow("2026-11-28 12:00")
    assert not move("2026-12-28").changed
    assert [who for who, what in play.desk.told() if what == "desk"] == ["dmitri", "olga"]
    # Back over what is past: it wakes with the next sweep.
    move("2026-12-01")
    assert play.desk.ticket(2).wake_at == NOW
    assert play.desk.ticket(1).wake_at == moscow("2026-12-01 00:00")
    assert is_sound(play)


TIMED = """
[playbooks.timed]
name = "Timed"
subject = "Timed"
team = "it"
[[playbooks.timed.steps]]
key = "one"
subject = "One"
at = "-2d"
[[playbooks.timed.steps]]
key = "two"
subject = "Two"
at = "-1d"
"""


def test_what_is_moved_away_is_not_opened_for_its_old_time(play: Playing) -> None:
    """Its time has come, no tick has opened it yet, and then the day is moved."""
    play.apply(TIMED)
    play.start(key="timed", day="2026-11-25")
    assert play.states() == {"one": "open", "two": "planned"}
    later = NOW + timedelta(days=2)
    play.do("anna", lambda work: playbook_changes.move(work, 1, day="2026-12-25"), at=later)
    assert play.states(at=later) == {"one": "open", "two": "planned"}
    assert play.desk.ticket(2).wake_at == moscow("2026-12-23 00:00")
    done = play.do("anna", lambda work: playbook_changes.move(work, 1, day="2026-11-26"), at=later)
    assert str(done.sentence).endswith("; 1 step opened")
    assert play.states(at=later) == {"one": "open", "two": "open"}
    assert is_sound(play)


def _start_again(work: Work) -> Any:
    return playbooks.start(work, "small", day="2026-11-23", unit="flagship", requester="maria@shop.example")


def test_a_second_one_for_the_same_unit_is_warned_of(play: Playing) -> None:
    def start(login: str) -> Any:
        return play.do(login, lambda work: _start_again(work))

    assert start("anna")[0].warning == ""
    assert start("boris")[0].warning == "it is running for that unit already: SD-1"


@pytest.mark.parametrize(
    "values", [{"day": "soon"}, {"unit": "nowhere"}, {"requester": "nobody"}, {"unit": None}, {"requester": None}]
)
def test_what_it_cannot_be_started_with(play: Playing, values: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        play.start(**values)
    assert play.desk.count() == 0


def test_who_is_forgotten_is_in_no_step(play: Playing) -> None:
    play.apply(SMALL.replace('subject = "Two"', 'subject = "Two for {requester}"'))
    play.start(requester="Maria Ivanova <maria@shop.example>")
    play.do("anna", lambda work: playbook_changes.skip(work, 1, "three", text="Maria Ivanova does it."))
    forget_person(play.desk.desk, play.desk.actor("anna"), NOW, "maria@shop.example", texts=True)
    found = play.progress()
    assert found is not None
    assert "Maria" not in repr(found)
    play.desk.do("boris", "close", 2, silent=True)
    assert "Maria" not in play.desk.ticket(3).subject


def test_a_step_that_is_taken_for_the_whole_leads_to_it(play: Playing) -> None:
    play.start()
    with pytest.raises(NotFound, match="SD-2 is the parent of no playbook") as refused:
        play.do("anna", lambda work: playbook_changes.move(work, 2, day="2026-12-30"))
    assert refused.value.remedy == "it is a step of SD-1: name that"
    play.desk.new(service="till")
    with pytest.raises(NotFound) as refused:
        play.do("anna", lambda work: playbook_changes.move(work, 3, day="2026-12-30"))
    assert refused.value.remedy == "see `sdesk playbook runs`"


def test_what_waits_for_a_step_says_from_when_too(play: Playing) -> None:
    play.start()
    found = play.progress()
    assert found is not None
    step = next(each for each in found.steps if each.waits_for)
    later = step._replace(opens_at=NOW + timedelta(days=2))
    names = ", ".join(step.waits_for)
    assert later.held_up(NOW, "Friday") == f"waits for {names}, not before Friday"
    assert later.held_up(NOW + timedelta(days=3), "Friday") == f"waits for {names}"


# ---- walls --------------------------------------------------------------------------------------------


def test_a_step_behind_a_wall_is_not_there(play: Playing) -> None:
    play.start("boris")
    play.desk.do("boris", "close", 2, silent=True)
    assert play.states("boris") == {"one": "done", "three": "planned"}
    found = play.progress("boris")
    assert found is not None
    assert (found.run.steps, found.run.done, found.run.open) == (2, 1, 0)
    three = found.steps[1]
    assert (three.position, three.waits_for, three.holds, three.held_up(NOW, "")) == (2, (), (), "")
    with pytest.raises(NotFound, match="has no step `two`"):
        play.do("boris", lambda work: playbook_changes.skip(work, 1, "two", text="Hm."))
    with Reader(play.desk.path) as reader:
        boris = reader.actor("boris")
        assert [each.key for each in reader.playbook(boris, "small").steps] == ["one", "three"]
        assert reader.playbook(boris, "small").steps[1].after == ()
        assert reader.playbooks(boris)[0].steps == 2
        wanted = parse("playbook:1 status:open,new,resolved", now=NOW, zone=MOSCOW)
        assert set(reader.numbers(boris, wanted, now=NOW)) <= {1, 2}
        links = reader.ticket(boris, 1, now=NOW).links
        assert [each.number for each in links] == [2]
        assert all("two" not in str(event.data) for event in reader.history(boris, 1))


def test_why_a_step_that_went_behind_a_wall_is_left_out_stands_there_alone(play: Playing) -> None:
    play.start()
    play.desk.do("anna", "assign", 2, to="team:hr")
    play.do("anna", lambda work: playbook_changes.skip(work, 1, "one", text="It is secret."))
    assert "step_skipped" not in play.desk.events(1)
    assert any("It is secret." in each for each in play.desk.conversation(2))


def test_a_parent_behind_a_wall_hides_all(play: Playing) -> None:
    play.apply(SECRET)
    with pytest.raises(NotFound, match="no playbook `small`"):
        play.start("boris")
    play.start("olga")
    with Reader(play.desk.path) as reader:
        boris = reader.actor("boris")
        assert reader.playbooks(boris) == ()
        assert reader.playbook_runs(boris, now=NOW, finished=True) == ()
        assert reader.playbook_progress(boris, 1, now=NOW) is None
        # His own step is a ticket like any other.
        seen = reader.ticket(boris, 2, now=NOW)
        assert (seen.links, seen.ticket.subject) == ((), "One for maria@shop.example")
        assert all("small" not in str(event.data) for event in seen.history)
        assert reader.numbers(boris, parse("playbook:1", now=NOW, zone=MOSCOW), now=NOW) == ()
    # What he does to it changes the parent, and he can undo it without learning of that.
    for login, number in (("boris", 2), ("olga", 3), ("vera", 4)):
        play.desk.do(login, "close", number, silent=True)
    play.desk.do("boris", "reopen", 2)
    play.desk.do("boris", "close", 2, silent=True)
    assert play.desk.ticket(1).status == "resolved"
    play.desk.do("olga", "note", 1, text="Well done.")
    assert undo(play.desk.desk, play.desk.actor("boris"), now=NOW).outcomes[0].error is None
    assert (play.desk.ticket(1).status, play.run_state()) == ("open", RunState.RUNNING)
    assert is_sound(play)
    play.do("olga", lambda work: playbook_changes.cancel(work, 1, text="It is secret."))
    assert "secret" not in play.desk.conversation(2)[0]
    for use_case in (
        lambda work: playbook_changes.move(work, 1, day="2026-12-01"),
        lambda work: playbook_changes.cancel(work, 1, text="x"),
    ):
        with pytest.raises(NotFound, match="no ticket SD-1"):
            play.do("boris", use_case)
