"""Random lives of a ticket, by agents, mail and time: whatever happens, the store never contradicts itself."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from desks import NOW
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from intake_desk import MailDesk

from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import clock_columns, load_clocks, promise_of
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import SdeskError
from sdesk.domain.story.tell import tell
from sdesk.domain.story.values import What
from sdesk.domain.ticket import OPEN_STATUSES
from sdesk.domain.urgency import place
from sdesk.store.check import check
from sdesk.store.models import Ticket
from sdesk.store.reader import Reader

TOLD_ALONE = (What.AT_RISK, What.BREACHED, What.STALE, What.HOURS)
TEXTS = st.sampled_from(["It works.", "Thanks!", "Спасибо, всё работает", "Ещё раз: касса стоит"])
AGENTS = st.sampled_from(["anna", "boris", "vera", "olga"])


EXAMPLES = settings().max_examples // 2
"""A life takes a quarter of a second."""


@dataclass(frozen=True)
class Step:
    """Something that happens to SD-1 after so many minutes."""

    name: str
    after: int
    by: str = "anna"
    values: dict[str, Any] = field(default_factory=dict)


def verbs() -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """What agents do, with what they say."""
    hours = st.integers(1, 200)
    known: dict[str, st.SearchStrategy[dict[str, Any]]] = {
        "take": st.just({}),
        "assign": st.fixed_dictionaries(
            {"to": st.sampled_from(["anna", "boris", "none", "team:it", "team:quality", "me", "team:hr", "nobody"])}
        ),
        "reply": st.fixed_dictionaries({"text": TEXTS, "phone": st.booleans()}),
        "note": st.fixed_dictionaries({"text": TEXTS}),
        "wait": st.fixed_dictionaries(
            {"waiting_for": st.sampled_from(["requester", "supplier", "date"])},
            optional={"until": hours, "text": TEXTS},
        ),
        "close": st.one_of(st.just({"silent": True}), st.fixed_dictionaries({"text": TEXTS})),
        "reopen": st.just({}),
        "service": st.fixed_dictionaries({"service": st.sampled_from(["till", "printer", "other", "feedback"])}),
        "priority": st.fixed_dictionaries(
            {"priority": st.sampled_from(["P1", "P2", "P3", "P4", "P5"]), "reason": st.just("so")}
        ),
        "confirm": st.just({}),
        "restored": st.just({}),
        "spam": st.just({}),
    }
    return st.sampled_from(sorted(known)).flatmap(lambda name: st.tuples(st.just(name), known[name]))


def steps() -> st.SearchStrategy[Step]:
    """Verbs, mails of the requester and of others, and the sweep; some at once, some days apart."""
    pause = st.one_of(st.integers(0, 90), st.integers(0, 12_000))
    acted = st.builds(lambda verb, after, by: Step(verb[0], after, by, verb[1]), verbs(), pause, AGENTS)
    wrote = st.builds(
        lambda after, by, text, late: Step("mail", after, by, {"text": text, "late": late}),
        pause,
        st.sampled_from(["store-001@shop.example", "eve@evil.example", "boris@desk.example"]),
        TEXTS,
        st.integers(0, 600),
    )
    return st.one_of(acted, acted, wrote, st.builds(lambda after: Step("sweep", after), pause))


OTHER_HOURS = [Step("assign", 0, "anna", {"to": "anna"}), Step("service", 1, "anna", {"service": "printer"})]
"""A minute of a short target is hours of a long one in another calendar."""
LATE_CHANGE = [Step("assign", 1, "anna", {"to": "anna"}), Step("service", 0, "anna", {"service": "till"})]
"""What is promised changes in the second in which the ticket ends."""


@example(life=OTHER_HOURS, service="till")
@example(life=[*LATE_CHANGE, Step("close", 0, "anna", {"silent": True})], service=None)
@example(
    life=[
        *LATE_CHANGE,
        Step("close", 0, "anna", {"silent": True}),
        Step("mail", 0, "store-001@shop.example", {"text": "It works.", "late": 1}),
    ],
    service=None,
)
@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(life=st.lists(steps(), min_size=1, max_size=14), service=st.sampled_from([None, "till", "other"]))
def test_a_ticket_never_contradicts_itself(desk_path: Path, life: list[Step], service: str | None) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "desk.db"
        shutil.copy(desk_path, path)
        desk = MailDesk(path)
        try:
            now = NOW
            values = {} if service is None else {"service": service}
            desk.new(team="it", requester="Irina <store-001@shop.example>", text="It stands.", at=now, **values)
            seen = looked_at(desk)
            for number, step in enumerate(life):
                now += timedelta(minutes=step.after)
                changed = do(desk, step, number, now)
                seen = follows(seen, looked_at(desk), changed=changed, swept=step.name == "sweep")
                told_truly(desk, now)
        finally:
            desk.desk.close()
        assert check(path) == ()


def do(desk: MailDesk, step: Step, number: int, now: datetime) -> bool | None:
    """Whether something was changed; None where that is not said."""
    if step.name == "sweep":
        desk.sweep(now)
        desk.sweep(now)
        return None
    if step.name == "mail":
        mail = (
            f"From: {step.by}\nSubject: [SD-1]\nMessage-ID: <{number}@shop.example>\n"
            f"In-Reply-To: <sd-1.{desk.token(1)}.00@desk.example>\nContent-Type: text/plain; charset=utf-8\n\n"
            f"{step.values['text']}\n"
        )
        arrived = max(NOW, now - timedelta(minutes=step.values["late"]))
        desk.take(mail, at=arrived, fetched=now)
        return None
    values = dict(step.values)
    if "until" in values:
        values["until"] = now + timedelta(hours=values["until"])
    try:
        return desk.do(step.by, step.name, 1, at=now, **values).changed
    except SdeskError:
        return False


def told_truly(desk: MailDesk, now: datetime) -> None:
    """The story of its promises, from history, runs and calendars, adds up to what the ticket's columns say."""
    with Reader(desk.path) as reader:
        _, facts = reader.promises(SYSTEM, 1, now=now)
    for each in tell(facts):
        assert each.disagreements == ()
        assert each.notes == (), each
        assert each.consumed == each.stored
        assert all(step.consumed is not None for step in each.steps if step.what not in TOLD_ALONE)


@dataclass(frozen=True)
class Look:
    """SD-1 at some moment."""

    version: int
    names: list[str]
    """Of its events, in order."""
    sla: int | None
    consumed: tuple[int, int]
    contents: list[list[tuple[Any, ...]]]

    @property
    def events(self) -> int:
        """How many."""
        return len(self.names)


def looked_at(desk: MailDesk) -> Look:
    """What holds at every moment: the columns follow from the facts."""
    tables = ("message", "history", "outbox", "clock_run", "outage", "link", "ticket", "person", "draft")
    contents = [desk.rows(f"SELECT count(*), max(rowid) FROM {table}") for table in tables]
    contents.append(desk.rows("SELECT * FROM ticket"))

    def look(work: Work) -> Look:
        ticket = work.session.get_one(Ticket, 1)
        promise = promise_of(work, ticket)
        clocks = load_clocks(work, ticket)
        assert ticket.is_open == (ticket.status in OPEN_STATUSES)
        assert (ticket.status == "waiting") == (ticket.wake_at is not None) == (ticket.waiting_for is not None)
        assert (ticket.status == "new") <= (ticket.assignee_id is None)
        assert (ticket.status == "open") <= (ticket.assignee_id is not None)
        assert (ticket.loss_per_hour is None) == (ticket.loss_since is None)
        # A clock of a ticket that is done stands; resolution runs just while somebody should be at it.
        assert clocks.resolution.running == (ticket.status in ("new", "open"))
        for clock in clocks.each():
            assert clock.consumed == sum(run.seconds for run in clock.runs)
            assert not (clock.running and clock.met_at is not None)
            assert all(one.stopped_at <= other.started_at for one, other in pairwise(clock.runs))
            if clock.runs and clock.started_at is not None:
                assert clock.runs[-1].stopped_at <= clock.started_at
        # The sweep tells of promises, and moves what is stale, without a change that anybody made.
        (told_at,) = desk.rows("SELECT max(at) FROM history WHERE ticket_id = 1")[0]
        as_of = max(ticket.updated_at, datetime.fromisoformat(told_at))
        columns = clock_columns(clocks, promise, now=as_of, told=ticket.alerts)
        for name, value in columns.items():
            assert getattr(ticket, name) == value, name
        found = place(
            status=ticket.status,
            priority=ticket.priority,
            created_at=ticket.created_at,
            due_at=ticket.due_at,
            stale=ticket.stale_at is not None and as_of >= ticket.stale_at,
            wake_at=ticket.wake_at,
            loss_per_hour=(ticket.loss_per_hour or Decimal(0)),
            head_start=work.rules.head_start,
            done_at=ticket.resolved_at,
        )
        assert (ticket.rank, ticket.key1, ticket.key2) == (found.rank, found.key1, found.key2)
        return Look(
            version=ticket.version,
            names=desk.events(1),
            sla=ticket.sla_id,
            consumed=(clocks.first_response.consumed, clocks.resolution.consumed),
            contents=contents,
        )

    return _within(desk, look)


def _within(desk: MailDesk, look: Callable[[Work], Look]) -> Look:
    with desk.desk.work(SYSTEM, NOW) as work:
        return look(work)


def follows(before: Look, after: Look, *, changed: bool | None, swept: bool) -> Look:
    """What holds between two moments: a change is a version with its history, and what was consumed stays so.

    The sweep alone writes history without a new version, where it tells of a promise: whoever is writing an answer just
    then must not be refused because a deadline passed.
    """
    if changed is False:
        assert after.contents == before.contents
    if changed:
        assert after.version == before.version + 1
    assert after.version >= before.version
    if after.version > before.version:
        assert after.events > before.events
    elif after.events > before.events:
        assert swept
        assert set(after.names[before.events :]) <= {"at_risk", "breached", "stale"}
    if after.sla == before.sla:
        assert all(new >= old for new, old in zip(after.consumed, before.consumed, strict=True))
    return after
