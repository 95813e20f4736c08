"""Undo: whatever an agent did, the tickets are as they were; what somebody changed since is left alone and named."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desks import DESK_FILE, NOW
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from intake_desk import MailDesk
from undo_desk import LATER, state, told_truly

from sdesk.actions.grammar import attached
from sdesk.actions.perform import Undone, perform, undo
from sdesk.actions.personal import save_draft
from sdesk.domain.errors import BadInput, NotFound, Refused
from sdesk.domain.outgoing import OutboxState
from sdesk.domain.ticket import Direction
from sdesk.store.check import check
from sdesk.store.reader import Reader

AT = LATER + timedelta(minutes=5)
SOON = AT + timedelta(seconds=5)
TICKETS = tuple(range(1, 13))
MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.fixture
def mails(tangled_desk_path: Path) -> Iterator[MailDesk]:
    """The desk of `undo_desk`, ready for mail."""
    opened = MailDesk(tangled_desk_path)
    opened._uid = 100  # whoever made it took a few
    yield opened
    opened.desk.close()


def undone(mails: MailDesk, login: str = "anna", *, at: Any = SOON, dry_run: bool = False) -> Undone:
    return undo(mails.desk, mails.actor(login), now=at, dry_run=dry_run)


def refusals(mails: MailDesk, login: str = "anna", *, at: Any = SOON) -> list[str]:
    """What was refused, in words."""
    return [str(each.error) for each in undone(mails, login, at=at).outcomes if each.error is not None]


# ---- what is done is put back ----------------------------------------------------------------------

ACTIONS: list[tuple[str, int, dict[str, Any]]] = [
    ("take", 1, {}),
    ("assign", 1, {"to": "boris"}),
    ("assign", 4, {"to": "none"}),
    ("assign", 1, {"to": "team:hr"}),
    ("assign", 7, {"to": "boris"}),  # an incident, with its parts
    ("assign", 7, {"to": "team:hr"}),  # and its parts stay outside of the wall
    ("tag", 1, {"tags": ["quartz"]}),
    ("note", 1, {"text": "A quartz note.", "spent": 600}),
    ("reply", 1, {"text": "A quartz answer."}),
    ("reply", 1, {"text": "A quartz answer.", "phone": True, "spent": 60}),
    ("reply", 7, {"text": "To all of them."}),
    ("forward", 1, {"text": "A quartz question.", "to": "help@tills.example", "wait": True}),
    ("wait", 1, {"waiting_for": "supplier"}),
    ("wait", 1, {"waiting_for": "requester", "text": "A quartz question."}),
    ("wait", 7, {"waiting_for": "supplier"}),
    ("close", 1, {"text": "A quartz resolution."}),
    ("close", 2, {"silent": True}),
    ("close", 2, {"silent": True, "text": "A quartz note."}),
    ("close", 7, {"silent": True}),
    ("close", 7, {"text": "All is well."}),
    ("reopen", 5, {}),
    ("reopen", 5, {"text": "It is not done."}),
    ("reopen", 6, {}),
    ("service", 1, {"service": "printer"}),
    ("service", 4, {"service": "till"}),
    ("service", 1, {"service": "feedback"}),
    ("service", 8, {"service": "leave"}),  # a part, behind a wall
    ("set", 4, {"subject": "Another quartz", "tags": ["vip"], "untags": ["old"], "unit": "flagship"}),
    ("set", 1, {"requester": "new@shop.example", "impact": "minor", "urgency": "low"}),
    ("set", 1, {"unit": "store-017"}),
    ("priority", 1, {"priority": "P4", "reason": "so"}),
    ("priority", 12, {"priority": "auto"}),
    ("spent", 1, {"spent": 900}),
    ("visit", 1, {"visit": LATER + timedelta(days=1)}),
    ("visit", 3, {"visit": LATER + timedelta(days=1)}),
    ("visit", 3, {"no_visit": True}),
    ("confirm", 1, {}),
    ("confirm", 2, {"down_from": NOW, "share": Decimal("0.25")}),
    ("restored", 2, {}),
    ("restored", 2, {"at": NOW + timedelta(minutes=10)}),
    ("link", 1, {"to": 4}),
    ("unlink", 4, {"to": 3}),
    ("join", 1, {"incident": 2}),
    ("join", 1, {"incident": 7}),
    ("leave", 8, {}),
    ("merge", 1, {"into": 2}),
    ("merge", 2, {"into": 1}),
    ("merge", 3, {"into": 4}),
    ("merge", 8, {"into": 1}),
    ("watch", 1, {}),
    ("watch", 3, {"agent": "boris"}),
    ("unwatch", 3, {"agent": "vera"}),
    ("spam", 1, {}),
    ("spam", 2, {}),
]


@pytest.mark.parametrize(("verb", "number", "values"), ACTIONS)
def test_everything_is_as_it_was(mails: MailDesk, verb: str, number: int, values: dict[str, Any]) -> None:
    before = state(mails)
    (outcome,) = perform(mails.desk, mails.actor("anna"), verb, [number], values, now=AT)
    assert outcome.error is None
    assert state(mails) != before
    answer = undone(mails)
    assert [each.error for each in answer.outcomes] == [None]
    assert (answer.verb, answer.sentence) == (verb, outcome.sentence)
    assert state(mails) == before
    assert mails.events(number)[-1] in ("undone", "taken_back")
    told_truly(mails, SOON)
    assert check(mails.path) == ()
    with pytest.raises(Refused, match="there is nothing to undo"):
        undone(mails)


def verbs() -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """What agents do, with what they say."""
    ticket = st.sampled_from(TICKETS)
    known: dict[str, st.SearchStrategy[dict[str, Any]]] = {
        "take": st.just({}),
        "assign": st.fixed_dictionaries({"to": st.sampled_from(["anna", "boris", "none", "team:quality", "team:hr"])}),
        "reply": st.fixed_dictionaries({"text": st.just("An answer."), "phone": st.booleans()}),
        "note": st.fixed_dictionaries({"text": st.just("A note."), "spent": st.sampled_from([0, 60])}),
        "wait": st.fixed_dictionaries(
            {"waiting_for": st.sampled_from(["requester", "supplier"])}, optional={"text": st.just("A question.")}
        ),
        "close": st.sampled_from([{"silent": True}, {"text": "Done."}, {"silent": True, "text": "A note."}]),
        "reopen": st.just({}),
        "service": st.fixed_dictionaries(
            {"service": st.sampled_from(["till", "printer", "other", "feedback", "leave"])}
        ),
        "set": st.fixed_dictionaries(
            {},
            optional={
                "unit": st.sampled_from(["flagship", "store-017", "none"]),
                "impact": st.sampled_from(["minor", "extensive"]),
                "tags": st.just(["vip"]),
                "untags": st.just(["old"]),
                "subject": st.just("Another"),
            },
        ),
        "priority": st.sampled_from([{"priority": "P1", "reason": "so"}, {"priority": "auto"}]),
        "confirm": st.sampled_from([{}, {"down_from": NOW}, {"share": Decimal("0.5")}]),
        "restored": st.sampled_from([{}, {"at": LATER}]),
        "link": st.fixed_dictionaries({"to": ticket}),
        "unlink": st.fixed_dictionaries({"to": ticket}),
        "join": st.fixed_dictionaries({"incident": ticket}),
        "leave": st.just({}),
        "merge": st.fixed_dictionaries({"into": ticket}),
        "watch": st.fixed_dictionaries({}, optional={"agent": st.just("vera")}),
        "unwatch": st.fixed_dictionaries({}, optional={"agent": st.just("vera")}),
        "spam": st.just({}),
    }
    return st.sampled_from(sorted(known)).flatmap(lambda name: st.tuples(st.just(name), known[name]))


@settings(
    max_examples=settings().max_examples // 3,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@example(life=[(("close", {"text": "Done."}), [1]), (("reply", {"text": "An answer.", "phone": False}), [1])])
@example(life=[(("close", {"text": "Done."}), [1]), (("link", {"to": 1}), [1])])
@given(
    life=st.lists(
        st.tuples(verbs(), st.lists(st.sampled_from(TICKETS), min_size=1, max_size=3, unique=True)),
        min_size=1,
        max_size=4,
    )
)
def test_whatever_is_done_several_undos_walk_back(
    tangled_desk_path: Path, life: list[tuple[tuple[str, dict[str, Any]], list[int]]]
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "desk.db"
        shutil.copy(tangled_desk_path, path)
        mails = MailDesk(path)
        anna = mails.actor("anna")
        try:
            states = []
            for (verb, values), numbers in life:
                before = state(mails)
                outcomes = perform(mails.desk, anna, verb, numbers, values, now=AT)
                if any(each.error is None and each.changed for each in outcomes):
                    states.append(before)
            for before in reversed(states):
                answer = undone(mails)
                assert [each.error for each in answer.outcomes if each.error is not None] == []
                assert state(mails) == before
            told_truly(mails, SOON)
        finally:
            mails.desk.close()
        assert check(path) == ()


# ---- what is not -----------------------------------------------------------------------------------


def test_what_somebody_changed_since_is_named_and_the_others_are_done(mails: MailDesk) -> None:
    before = state(mails)
    perform(mails.desk, mails.actor("anna"), "assign", [1, 4, 10], {"to": "anna"}, now=AT)
    mails.do("boris", "note", 4, at=AT, text="Wait.")
    answer = undone(mails)
    assert [(each.number, str(each.error or "")) for each in answer.outcomes] == [
        (1, ""),
        (4, "SD-4 was changed since by boris. put it right by hand"),
        (10, ""),
    ]
    after = state(mails)
    assert [after["ticket"][number - 1] for number in (1, 10)] == [before["ticket"][number - 1] for number in (1, 10)]
    assert mails.ticket(4).assignee == "anna"
    # What cannot be undone stands in nobody's way.
    with pytest.raises(Refused, match="there is nothing to undo"):
        undone(mails)


def test_what_the_requester_wrote_meanwhile_is_a_change(mails: MailDesk) -> None:
    mails.do("anna", "wait", 10, at=AT, waiting_for="requester")
    mails.take("From: maria@shop.example\nSubject: Re\nIn-Reply-To: <ask-10@shop.example>\n\nIt works.\n", at=AT)
    assert refusals(mails) == ["SD-10 was changed since by requester. put it right by hand"]


def test_an_agent_undoes_his_own_alone(mails: MailDesk) -> None:
    mails.do("anna", "take", 1, at=AT)
    mails.do("boris", "take", 11, at=AT)
    assert [each.ref for each in undone(mails, "boris").outcomes] == ["SD-11"]
    assert mails.ticket(1).assignee == "anna"
    assert [each.ref for each in undone(mails).outcomes] == ["SD-1"]
    assert mails.ticket(1).assignee is None


def test_after_another_took_his_own_back_the_one_before_can_be_undone(mails: MailDesk) -> None:
    before = state(mails)
    mails.do("anna", "take", 1, at=AT)
    mails.do("boris", "wait", 1, at=AT, waiting_for="supplier")
    undone(mails, "boris")
    undone(mails)
    assert state(mails) == before


def test_an_answer_can_be_undone_after_what_was_done_upon_it(mails: MailDesk) -> None:
    before = state(mails)
    mails.do("anna", "take", 1, at=AT)
    mails.do("anna", "reply", 1, at=AT, text="A quartz answer.")
    mails.do("anna", "priority", 1, at=AT, priority="P5", reason="so")
    for _ in range(3):
        assert undone(mails).outcomes[0].error is None
    assert state(mails) == before
    with Reader(mails.path) as reader:
        draft = reader.draft(reader.actor("anna"), 1, Direction.OUT)
        assert draft is not None
        assert draft.text == "A quartz answer."


def test_taking_an_answer_back_leaves_nothing_of_it_to_undo(mails: MailDesk) -> None:
    mails.do("anna", "take", 1, at=AT)
    mails.do("anna", "close", 1, at=AT, text="Done.")
    mails.do("anna", "take_back", 1, at=SOON)
    assert [each.sentence for each in undone(mails).outcomes] == ["undone: SD-1 assigned to anna"]
    assert mails.ticket(1).assignee is None


def test_an_answer_that_was_told_is_not_undone_and_nothing_by_half(mails: MailDesk) -> None:
    mails.do("anna", "close", 1, at=AT, text="Done.", spent=600)
    dump = mails.rows("SELECT * FROM ticket"), mails.rows("SELECT * FROM time_spent")
    assert refusals(mails, at=AT + timedelta(seconds=11)) == [
        f"the last answer of SD-1 is older than 10 s. what has not gone yet is stopped by"
        f" `sdesk mail outbox discard {mails.rows('SELECT max(id) FROM outbox')[0][0]}`"
    ]
    assert dump == (mails.rows("SELECT * FROM ticket"), mails.rows("SELECT * FROM time_spent"))


def test_words_to_a_supplier_never_become_a_draft_to_the_requester(mails: MailDesk) -> None:
    save_draft(mails.desk, mails.actor("anna"), 1, Direction.NOTE, "Begun meanwhile.", now=AT)
    mails.do("anna", "forward", 1, text="They are clueless here.", to="Help <help@tills.example>", at=AT)
    assert undone(mails).drafts
    with Reader(mails.path) as reader:
        anna = reader.actor("anna")
        assert reader.draft(anna, 1, Direction.OUT) is None
        draft = reader.draft(anna, 1, Direction.NOTE)
        assert draft is not None
        words = "Not sent to Help <help@tills.example>:\n\nThey are clueless here.\n\nBegun meanwhile."
        assert draft.text == words


@pytest.mark.parametrize("verb", ["reply", "note"])
def test_files_do_not_come_back_with_the_words_and_that_is_said(mails: MailDesk, tmp_path: Path, verb: str) -> None:
    log = tmp_path / "log.txt"
    log.write_text("x")
    mails.do("anna", verb, 1, at=AT, text="See the file.", attachments=(attached(log),))
    answer = undone(mails)
    assert answer.files
    assert answer.outcomes[0].sentence.endswith("; its text is your draft, its files are to be attached anew")
    mails.do("anna", verb, 1, at=AT + timedelta(seconds=1), text="No file.")
    answer = undone(mails)
    assert (answer.drafts, answer.files) == (True, False)
    assert answer.outcomes[0].sentence.endswith("; its text is your draft")


def test_a_note_is_a_draft_again_and_nobody_else_finds_it(mails: MailDesk) -> None:
    mails.do("anna", "note", 1, at=AT, text="A quartz note.")
    undone(mails)
    with Reader(mails.path) as reader:
        anna, boris = reader.actor("anna"), reader.actor("boris")
        draft = reader.draft(anna, 1, Direction.NOTE)
        assert draft is not None
        assert draft.text == "A quartz note."
        assert all("quartz" not in each.text for each in reader.ticket(boris, 1, now=SOON).messages)
        assert reader.ticket(anna, 1, now=SOON).messages[-1].taken_back_at == SOON


def test_what_was_said_by_phone_is_a_draft_of_that(mails: MailDesk) -> None:
    until = AT + timedelta(days=1)
    mails.do("anna", "reply", 1, at=AT, text="A quartz call.", phone=True, waiting_for="date", until=until)
    undone(mails)
    with Reader(mails.path) as reader:
        draft = reader.draft(reader.actor("anna"), 1, Direction.OUT)
    assert draft is not None
    assert draft.beside == {"phone": True, "then": "date", "until": f"{until.astimezone(MOSCOW):%Y-%m-%d %H:%M}"}


def test_a_split_is_refused_with_what_to_do_instead(mails: MailDesk) -> None:
    mails.take("From: maria@shop.example\nSubject: Re\nIn-Reply-To: <ask-10@shop.example>\n\nAnd a mouse.\n", at=AT)
    (message,) = mails.rows("SELECT max(id) FROM message WHERE ticket_id = 10")[0]
    mails.do("anna", "split", 10, at=AT, messages=(message,))
    (sentence,) = refusals(mails)
    assert sentence == ("SD-13 split off SD-10: that is not undone. put it back: `sdesk ticket merge 13 --into 10`")


def test_a_ticket_given_behind_a_wall_comes_back_if_nobody_touched_it(mails: MailDesk) -> None:
    mails.do("anna", "take", 4, at=AT)
    boris = "boris"
    mails.do(boris, "assign", 4, at=AT, to="team:hr")
    with pytest.raises(NotFound):
        mails.do(boris, "note", 4, at=AT, text="Where is it?")
    undone(mails, boris)
    assert (mails.ticket(4).team, mails.ticket(4).assignee) == ("it", "anna")
    mails.do(boris, "assign", 4, at=AT, to="team:hr")
    mails.do("olga", "note", 4, at=AT, text="Ours.")
    # Who changed it is not said: he may not know that it is there.
    assert refusals(mails, boris) == ["a ticket that was changed with it was changed since. put it right by hand"]
    assert mails.ticket(4).team == "hr"


def test_nobody_gets_back_what_he_may_not_see_by_now(mails: MailDesk) -> None:
    vera = 'email = "vera@desk.example"\nteams = ["quality"'
    assert vera in DESK_FILE
    mails.apply(DESK_FILE.replace(vera, vera + ', "hr"'), at=AT)
    mails.do("boris", "assign", 4, at=AT, to="team:hr")
    mails.do("olga", "assign", 4, at=AT, to="vera")
    mails.do("olga", "assign", 4, at=AT, to="olga")
    mails.apply(DESK_FILE, at=AT)
    sight = "`vera` is no member of team `hr`, whose tickets are private. assign a member of the team"
    assert refusals(mails, "olga") == [sight]
    assert mails.rows("SELECT a.key FROM ticket t JOIN agent a ON a.id = t.assignee_id WHERE t.id = 4") == [("olga",)]


def test_nothing_goes_back_to_what_the_desk_has_no_more(mails: MailDesk) -> None:
    boris = '[agents.boris]\nname = "Boris Kim"\nemail = "boris@desk.example"\nteams = ["it"]\n'
    assert boris in DESK_FILE
    mails.do("anna", "assign", 4, at=AT, to="anna")
    mails.apply(DESK_FILE.replace(boris, ""), at=AT)
    assert refusals(mails) == ["there is no agent `boris` any more. put it right by hand"]
    assert mails.ticket(4).assignee == "anna"


def test_what_the_desk_would_have_said_of_it_is_not_said(mails: MailDesk) -> None:
    mails.do("anna", "assign", 1, at=AT, to="boris")
    assert mails.told(1)[-1] == ("boris", "assigned")
    undone(mails)
    assert mails.rows("SELECT state FROM outbox ORDER BY id DESC LIMIT 1") == [(OutboxState.TAKEN_BACK.value,)]


def test_a_day_later_nothing_is_undone_and_it_is_forgotten(mails: MailDesk) -> None:
    mails.do("anna", "take", 1, at=AT)
    later = AT + timedelta(days=1, seconds=1)
    with pytest.raises(Refused, match="there is nothing to undo"):
        undone(mails, at=later)
    mails.do("boris", "take", 11, at=later)
    assert mails.rows("SELECT ticket_id FROM undo") == [(11,)]


def test_a_dry_run_says_what_would_be_and_changes_nothing(mails: MailDesk) -> None:
    perform(mails.desk, mails.actor("anna"), "merge", [3, 4], {"into": 12}, now=AT)
    dump = mails.dump()
    tried = undone(mails, dry_run=True)
    assert [(each.ref, each.error) for each in tried.outcomes] == [("SD-3", None), ("SD-4", None)]
    assert mails.dump() == dump
    assert [each.error for each in undone(mails).outcomes] == [None, None]


def test_a_dry_run_of_an_action_is_nothing_to_undo(mails: MailDesk) -> None:
    mails.try_to("anna", "take", 1, at=AT, dry_run=True)
    mails.do("anna", "take", 1, at=AT)
    mails.do("anna", "take", 1, at=AT)  # it stood so already
    assert len(undone(mails).outcomes) == 1


def test_neither_the_desk_itself_nor_an_auditor_undoes(mails: MailDesk) -> None:

    from sdesk.domain.actor import SYSTEM
    from sdesk.domain.ticket import Role

    perform(mails.desk, SYSTEM, "assign", [1], {"to": "anna"}, now=AT)
    with pytest.raises(BadInput, match="the desk itself undoes nothing"):
        undo(mails.desk, SYSTEM, now=AT)
    with pytest.raises(Refused, match="an auditor"):
        undo(mails.desk, mails.actor("anna")._replace(role=Role.AUDITOR), now=AT)


def test_a_part_that_went_elsewhere_meanwhile_does_not_come_back_to_what_is_no_incident(mails: MailDesk) -> None:
    mails.do("anna", "leave", 8, at=AT)
    mails.do("boris", "leave", 9, at=AT)
    mails.do("boris", "join", 7, at=AT, incident=1)
    assert refusals(mails) == ["what SD-8 was part of is no incident for it any more. put it right by hand"]
    assert mails.ticket(8).incident is None


def test_an_incident_with_another_part_since_stays_one(mails: MailDesk) -> None:
    mails.do("anna", "join", 1, at=AT, incident=2)
    mails.do("boris", "join", 4, at=AT, incident=2)
    undone(mails)
    assert (mails.ticket(1).incident, mails.ticket(4).incident, mails.ticket(2).is_incident) == (None, 2, True)
    undone(mails, "boris")
    assert not mails.ticket(2).is_incident


def test_alerts_that_were_told_meanwhile_are_not_told_again(mails: MailDesk) -> None:
    mails.do("anna", "priority", 11, at=AT, priority="P1", reason="so")
    late = AT + timedelta(hours=5)
    mails.sweep(late)
    told = len(mails.told(11))
    assert told
    undone(mails, at=late)
    told_truly(mails, late)
    mails.sweep(late)
    assert len(mails.told(11)) == told


def test_a_batch_that_is_named_is_undone_and_nothing_else(mails: MailDesk) -> None:
    anna = mails.actor("anna")
    for number, batch in ((1, "first"), (3, "second")):
        assert perform(mails.desk, anna, "take", [number], {}, now=AT, batch=batch)[0].changed
    assert [each.number for each in undo(mails.desk, anna, now=SOON, batch="first").outcomes] == [1]
    with pytest.raises(Refused, match="nothing to undo"):
        undo(mails.desk, anna, now=SOON, batch="first")
    assert [each.number for each in undo(mails.desk, anna, now=SOON).outcomes] == [3]
