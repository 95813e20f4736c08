"""Undo of what is done to a playbook: a move and a skip are put back whole, the rest is refused with what does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk
from shop_opening import FILE
from undo_desk import told_truly

from sdesk.actions.perform import Undone, perform_once, undo
from sdesk.actions.playbooks import Start, start
from sdesk.desk import playbook_changes, playbooks
from sdesk.desk.change import Change
from sdesk.desk.opening import Work
from sdesk.domain.errors import NothingToDo
from sdesk.domain.ticket import Direction
from sdesk.store.check import check
from sdesk.store.reader import Reader

SMALL = """
[playbooks.small]
name = "Small"
subject = "Small on {day}"
team = "it"
[[playbooks.small.steps]]
key = "one"
subject = "One"
team = "it"
[[playbooks.small.steps]]
key = "two"
subject = "Two"
team = "hr"
after = ["one"]
[[playbooks.small.steps]]
key = "three"
subject = "Three on {day}"
team = "quality"
at = "+5d"
"""
SOON = NOW + timedelta(seconds=5)


def do(mails: MailDesk, verb: str, *given: Any, login: str = "anna", number: int = 1, **more: Any) -> None:
    use_case: Callable[..., Change] = getattr(playbook_changes, verb)

    def once(work: Work) -> tuple[Change, ...]:
        return (use_case(work, number, *given, **more),)

    actor = mails.actor(login)
    assert perform_once(mails.desk, actor, f"playbook {verb}", once, now=NOW, dry_run=False)[0].changed


def undone(mails: MailDesk, login: str = "anna") -> Undone:
    return undo(mails.desk, mails.actor(login), now=SOON)


def why_not(mails: MailDesk, login: str = "anna") -> str:
    (outcome,) = undone(mails, login).outcomes
    assert outcome.error is not None
    return str(outcome.error)


def state(mails: MailDesk) -> dict[str, list[tuple[Any, ...]]]:
    """All that a playbook and its tickets are, but for what counts changes."""
    names = [name for (name,) in mails.rows("SELECT name FROM pragma_table_info('ticket')")]
    columns = ", ".join(name for name in names if name not in ("version", "updated_at"))
    return {
        "ticket": mails.rows(f"SELECT {columns} FROM ticket ORDER BY id"),
        "run": mails.rows("SELECT * FROM playbook_run ORDER BY id"),
        "step": mails.rows("SELECT * FROM playbook_step ORDER BY id"),
        "clocks": mails.rows("SELECT ticket_id, kind, started_at, stopped_at FROM clock_run ORDER BY 1, 2, 3"),
        "words": mails.rows("SELECT id FROM message WHERE taken_back_at IS NULL ORDER BY id"),
        "told": mails.rows("SELECT id FROM outbox WHERE state <> 'taken_back' ORDER BY id"),
        "subjects": mails.rows("SELECT rowid, subject FROM ticket_fts ORDER BY rowid"),
    }


@pytest.fixture
def mails(desk_of_mail: MailDesk) -> MailDesk:
    """A running playbook, started by vera: the parent 1, its open step 2."""
    desk_of_mail.apply(DESK_FILE + SMALL)
    begun = start(desk_of_mail.desk, desk_of_mail.actor("vera"), Start("small", "2026-12-07"), now=NOW)
    assert [each.number for each in begun] == [1, 2]
    return desk_of_mail


@pytest.mark.parametrize("day", ["2026-12-14", "2026-12-08T10:00"])
def test_a_move_is_put_back_with_all_that_moved_along(mails: MailDesk, day: str) -> None:
    before = state(mails)
    do(mails, "move", day=day)
    assert state(mails) != before
    (outcome,) = undone(mails).outcomes
    assert (outcome.error, outcome.sentence) == (None, f"undone: SD-1 is for {day} now, it was for 2026-12-07")
    assert state(mails) == before
    assert mails.events(1)[-1] == "undone"
    told_truly(mails, SOON)
    assert check(mails.path) == ()
    with pytest.raises(NothingToDo):
        undone(mails)


def test_a_move_of_a_whole_shop_is_put_back_on_the_tickets_of_other_teams_too(desk_of_mail: MailDesk) -> None:
    mails = desk_of_mail
    mails.apply(FILE)
    wanted = Start("shop-opening", "2027-01-25", unit="store-031")
    start(mails.desk, mails.actor("anna"), wanted, now=NOW)
    opened = len(mails.rows("SELECT ticket_id FROM playbook_step WHERE ticket_id IS NOT NULL"))
    assert opened
    before = state(mails)
    do(mails, "move", day="2027-03-15")
    assert state(mails) != before
    assert undone(mails).outcomes[0].error is None
    assert state(mails) == before
    assert check(mails.path) == ()


def test_a_planned_step_that_was_skipped_is_planned_again(mails: MailDesk) -> None:
    before = state(mails)
    do(mails, "skip", "three", text="Not this time")
    (outcome,) = undone(mails).outcomes
    assert (outcome.error, outcome.sentence) == (None, "undone: step three of SD-1 skipped")
    assert state(mails) == before
    assert mails.events(1)[-2:] == ["step_skipped", "undone"]
    assert check(mails.path) == ()


def test_an_open_step_that_was_skipped_is_open_again_and_why_is_a_draft(desk_of_mail: MailDesk) -> None:
    mails = desk_of_mail
    mails.apply(DESK_FILE + SMALL.replace('after = ["one"]', 'at = "+1d"'))
    start(mails.desk, mails.actor("anna"), Start("small", "2026-12-07"), now=NOW)
    before = state(mails)
    do(mails, "skip", "one", text="Somebody did it")
    assert mails.ticket(2).status == "resolved"
    answer = undone(mails)
    assert (answer.outcomes[0].error, answer.drafts) == (None, True)
    assert state(mails) == before
    assert mails.events(2)[-1] == "undone"
    with Reader(mails.path) as reader:
        draft = reader.draft(reader.actor("anna"), 2, Direction.NOTE)
        assert draft is not None
        assert draft.text == "Somebody did it"
    assert check(mails.path) == ()


def test_the_last_step_that_was_skipped_ended_the_playbook_which_goes_on(desk_of_mail: MailDesk) -> None:
    mails = desk_of_mail
    alone = SMALL[: SMALL.index('[[playbooks.small.steps]]\nkey = "two"')]
    mails.apply(DESK_FILE + alone)
    start(mails.desk, mails.actor("anna"), Start("small", "2026-11-23"), now=NOW)
    before = state(mails)
    do(mails, "skip", "one", text="No need")
    assert mails.rows("SELECT state FROM playbook_run") == [("done",)]
    assert undone(mails).outcomes[0].error is None
    assert state(mails) == before
    assert check(mails.path) == ()


def test_what_opened_steps_stands(mails: MailDesk) -> None:
    do(mails, "skip", "one", text="Somebody did it", login="olga")
    assert why_not(mails, "olga") == (
        "step one of SD-1 skipped: that is not undone."
        " steps were opened by it, and stay: see `sdesk playbook progress 1`"
    )
    do(mails, "move", day="2026-11-16")
    assert why_not(mails) == (
        "SD-1 is for 2026-11-16 now, it was for 2026-12-07; 1 step opened: that is not undone."
        " steps were opened by it, and stay. move it again: `sdesk playbook move 1 --date DAY`"
    )


def test_who_does_not_see_the_step_that_was_opened_undoes_the_rest(mails: MailDesk) -> None:
    do(mails, "skip", "one", text="Somebody did it", login="boris")
    assert undone(mails, "boris").outcomes[0].error is None
    assert mails.rows("SELECT key, state FROM playbook_step ORDER BY id") == [
        ("one", "open"),
        ("two", "open"),
        ("three", "planned"),
    ]
    assert check(mails.path) == ()


def test_a_step_that_was_opened_meanwhile_refuses_the_move(mails: MailDesk) -> None:
    do(mails, "move", day="2026-12-14")
    late = NOW + timedelta(days=30)
    assert sum(playbooks.open_due(mails.desk, run, now=late) for run in playbooks.due(mails.desk, now=late)) == 1
    assert "that is not undone" in why_not(mails)


def test_what_somebody_changed_since_refuses_it(mails: MailDesk) -> None:
    do(mails, "move", day="2026-12-14")
    do(mails, "move", day="2026-12-21", login="boris")
    assert why_not(mails) == "SD-1 was changed since by boris. put it right by hand"
    do(mails, "skip", "three", text="No", login="anna")
    do(mails, "cancel", text="All of it", login="boris")
    assert why_not(mails) == "SD-1 was changed since by boris. put it right by hand"


def test_a_playbook_that_was_started_or_cancelled_stands_with_what_does_instead(mails: MailDesk) -> None:
    mails.do("anna", "take", 2, at=NOW)
    start(mails.desk, mails.actor("anna"), Start("small", "2026-12-07"), now=NOW)
    parent = mails.rows("SELECT max(ticket_id) FROM playbook_run")[0][0]
    do(mails, "cancel", text="A mistake", number=parent)
    assert why_not(mails) == (
        f"SD-{parent} cancelled: Small: that is not undone. start another: `sdesk playbook start small --date DAY`"
    )
    assert why_not(mails) == (
        f"SD-{parent} opened: Small, for 2026-12-07: that is not undone."
        f" cancel it: `sdesk playbook cancel {parent} --text WHY`"
    )
    assert undone(mails).outcomes[0].sentence == "undone: SD-2 assigned to anna"


def test_a_hidden_step_that_was_skipped_leaves_no_trace_of_that_on_the_parent(mails: MailDesk) -> None:
    before = mails.events(1)
    do(mails, "skip", "two", text="No need", login="olga")
    assert undone(mails, "olga").outcomes[0].error is None
    assert mails.events(1) == before


def test_what_became_of_a_hidden_step_refuses_nobody_who_may_not_know_of_it(desk_of_mail: MailDesk) -> None:
    mails = desk_of_mail
    mails.apply(DESK_FILE + SMALL.replace('after = ["one"]', 'at = "-20d"'))
    start(mails.desk, mails.actor("boris"), Start("small", "2026-12-07"), now=NOW)
    ((hidden,),) = mails.rows("SELECT ticket_id FROM playbook_step WHERE key = 'two'")
    seen = "SELECT r.day, s.key, s.opens_at FROM playbook_run AS r JOIN playbook_step AS s WHERE s.key <> 'two'"
    before = mails.rows(seen)
    do(mails, "move", day="2026-12-28", login="boris")
    assert mails.ticket(hidden).status == "waiting"
    mails.do("olga", "take", hidden, at=NOW)
    assert [each.error for each in undone(mails, "boris").outcomes] == [None]
    assert mails.rows(seen) == before
    # She has it as she took it.
    whose = "SELECT a.key FROM ticket AS t JOIN agent AS a ON a.id = t.assignee_id WHERE t.id = ?"
    assert mails.rows(whose, hidden) == [("olga",)]
    assert mails.events(hidden)[-1] == "assigned"
    assert check(mails.path) == ()


def test_who_came_to_see_a_step_since_did_not_open_it(desk_of_mail: MailDesk) -> None:
    mails = desk_of_mail
    file = DESK_FILE + SMALL.replace('after = ["one"]', 'at = "-20d"')
    mails.apply(file)
    start(mails.desk, mails.actor("boris"), Start("small", "2026-12-07"), now=NOW)
    do(mails, "move", day="2026-12-28", login="boris")
    mails.apply(
        file.replace('email = "boris@desk.example"\nteams = ["it"', 'email = "boris@desk.example"\nteams = ["it", "hr"')
    )
    assert "hr" in str(
        mails.rows("SELECT key FROM team AS t JOIN team_member AS m ON m.team_id = t.id WHERE m.agent_id = 2")
    )
    assert [each.error for each in undone(mails, "boris").outcomes] == [None]
    assert mails.rows("SELECT day FROM playbook_run") == [("2026-12-07",)]
