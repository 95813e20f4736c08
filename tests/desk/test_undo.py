"""Undo: whatever an agent did, the tickets are as they were; what somebody changed since is left alone and named."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from desks import NOW
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intake_desk import MailDesk
from undo_desk import LATER, busy, state, told_truly

from sdesk.actions.perform import Undone, perform, undo
from sdesk.domain.errors import BadInput, NotFound, Refused
from sdesk.domain.outgoing import OutboxState
from sdesk.domain.ticket import Direction
from sdesk.store.check import check
from sdesk.store.reader import Reader

AT = LATER + timedelta(minutes=5)
SOON = AT + timedelta(seconds=5)
TICKETS = tuple(range(1, 13))


@pytest.fixture(scope="session")
def _undo_template(_desk_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("undo") / "desk.db"
    shutil.copy(_desk_template, path)
    mails = MailDesk(path)
    busy(mails)
    mails.desk.close()
    return path


@pytest.fixture
def mails(_undo_template: Path, tmp_path: Path) -> Iterator[MailDesk]:
    path = tmp_path / "undo.db"
    shutil.copy(_undo_template, path)
    opened = MailDesk(path)
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
        "spam": st.just({}),
    }
    return st.sampled_from(sorted(known)).flatmap(lambda name: st.tuples(st.just(name), known[name]))


@settings(
    max_examples=int(__import__('os').environ.get('EX','40')),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(life=st.lists(st.tuples(verbs(), st.lists(st.sampled_from(TICKETS), min_size=1, max_size=3, unique=True)), min_size=1, max_size=4))
def test_whatever_is_done_several_undos_walk_back(
    _undo_template: Path, life: list[tuple[tuple[str, dict[str, Any]], list[int]]]
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "desk.db"
        shutil.copy(_undo_template, path)
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
