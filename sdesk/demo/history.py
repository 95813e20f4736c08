"""What the demo's agents did with the calls of half a year: each thing by its use case, at its own time.

Agents are people: Anna answers fast, Boris takes his time. Most keep their promises; some things wait for a supplier,
some are opened again. Everything ends before the demo's letters begin to matter.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

from sdesk.demo.calls import Call
from sdesk.demo.equipment import about
from sdesk.demo.plots import Plots, Teller
from sdesk.desk.conversation import note, reply
from sdesk.desk.create import create
from sdesk.desk.incident import join_incident
from sdesk.desk.opening import Work
from sdesk.desk.outages import confirm, restored
from sdesk.desk.ratings import add_rating
from sdesk.desk.steps.clocks import promise_of
from sdesk.desk.steps.find import find_ticket
from sdesk.desk.work import close, reopen
from sdesk.domain.actor import Actor
from sdesk.domain.ticket import OPEN_STATUSES
from sdesk.domain.ticket_line import LineRating
from sdesk.domain.worktime import Calendar, add_working, next_working

OVER = timedelta(hours=30)
"""How long before now the last thing of the history is done."""


@dataclass(frozen=True, slots=True)
class Habit:
    """How an agent works."""

    answers: float
    """The share of the promised time after which half of the first answers are given."""
    works: float
    """How long a work takes, compared with others."""
    late: float
    """The share of promises that are broken."""


HABITS: Mapping[str, Habit] = {
    "anna": Habit(0.12, 0.6, 0.04),
    "boris": Habit(0.45, 1.7, 0.19),
    "dana": Habit(0.25, 0.9, 0.08),
    "olga": Habit(0.2, 0.8, 0.05),
    "vera": Habit(0.3, 1.0, 0.1),
    "pavel": Habit(0.4, 1.4, 0.16),
}
WHO: Mapping[str, tuple[str, ...]] = {
    "till": ("dana", "dana", "boris"),
    "terminal": ("boris", "boris", "dana"),
    "cash-program": ("dana",),
    "internet": ("dana", "anna"),
    "video": ("boris",),
    "labels": ("boris", "boris", "dana"),
    "printer": ("boris", "boris", "anna"),
    "workstation": ("boris", "dana", "anna"),
    "erp": ("dana",),
    "access": ("anna",),
    "email": ("anna",),
    "site": ("anna", "dana"),
    "phone": ("anna", "boris"),
    "newcomer": ("anna",),
    "other": ("anna", "boris"),
    "leave": ("olga",),
    "sick": ("olga",),
    "pay": ("olga",),
    "hiring": ("olga",),
    "feedback": ("vera",),
    "order": ("vera",),
}
"""Which agents have a service, as often as they stand here; the rest is of the facilities."""
BAD_WEEK = 2.2
"""How much more often promises are broken while all are busy with the one great trouble."""
REOPENED = 0.055
BY_PHONE = 0.18
RATED = 0.4
"""How many of those who are asked how it was say so."""
_COMMENTS: Mapping[int, tuple[str, ...]] = {
    5: ("Спасибо, очень быстро!", "Всё понятно объяснили.", ""),
    4: ("Спасибо.", "", ""),
    3: ("Долго ждали.", ""),
    2: ("Пришлось звонить дважды.", "Обещали утром, пришли вечером."),
    1: ("Никто не перезвонил.", "Касса стояла полдня, и никто не сказал почему."),
}

Deed = Callable[[Work], None]


class History:
    """The half year, told bit by bit."""

    def __init__(
        self, calls: list[Call], plots: Plots, actors: Mapping[str, Actor], desk: Actor, now: datetime
    ) -> None:
        self._actors = actors
        self._desk = desk
        self._words = plots.words
        self._end = now - OVER
        self._order = count()
        self._coming: list[tuple[datetime, int, Deed]] = []
        self._incident: int | None = None
        self._stood: list[int] = []
        self.asked: dict[str, datetime] = {}
        """When somebody was last asked how it was, by requester: nobody is asked twice a month."""
        for index, call in enumerate(calls):
            self._plan(call.at, _Course(self, call, random.Random(f"{call.at.date()} {index}")).open)

    def next_at(self) -> datetime | None:
        """When the next thing happens; None where all is told."""
        return self._coming[0][0] if self._coming else None

    def tell(self, work: Work, until: datetime) -> None:
        """Do all that is to happen before `until`, in the order of time, in one transaction."""
        while self._coming and self._coming[0][0] < until:
            at, _, deed = heapq.heappop(self._coming)
            deed(replace(work, now=at))

    def _plan(self, at: datetime, deed: Deed) -> None:
        heapq.heappush(self._coming, (at.replace(microsecond=0), next(self._order), deed))


class _Course:
    """The course of one ticket."""

    def __init__(self, history: History, call: Call, draw: random.Random) -> None:
        self._history = history
        self._call = call
        self._draw = draw
        self._teller = Teller(history._words, draw)
        self._login = draw.choice(WHO.get(call.plot.service, ("pavel",)))
        self._habit = HABITS[self._login]
        self._number = 0
        self._held: object = None
        self._phone = not call.bad_day and call.unit != "" and draw.random() < BY_PHONE
        self._again = not call.bad_day and draw.random() < REOPENED

    def open(self, work: Work) -> None:
        """Somebody writes or calls."""
        call, plot = self._call, self._call.plot
        work.actor = self._actor if self._phone else self._history._desk
        self._number = create(
            work,
            subject=self._teller.say(plot.subjects),
            text=self._teller.say(plot.texts),
            requester=call.requester,
            service=plot.service,
            unit=call.unit or None,
            assets=about(plot.service, call.unit),
            channel="phone" if self._phone else "form" if plot.service == "feedback" else "mail",
            tags=("web",) if plot.service == "feedback" else (),
        ).number
        if call.bad_day:
            self._bad_morning(work)
            return
        ticket, calendar = self._ticket(work), self._calendar(work)
        target = ticket.first_response_target or 4 * 3600
        share = min(self._draw.lognormvariate(0, 0.6) * self._habit.answers, 0.93)
        if self._draw.random() < self._late(0.9):
            share = self._draw.uniform(1.05, 1.9)
        after = int(target * share) if not self._phone else self._draw.randint(120, 600)
        self._at(add_working(calendar, work.now, max(after, 60)), self._answer)

    @property
    def _actor(self) -> Actor:
        return self._history._actors[self._login]

    def _late(self, share: float) -> float:
        return self._habit.late * share * (BAD_WEEK if self._call.bad_week else 1)

    def _at(self, at: datetime, deed: Deed) -> None:
        """Plan a deed of the agent's; what would come after the history's end is done just before it."""

        def do(work: Work) -> None:
            work.actor = self._actor
            deed(work)

        end = self._history._end + timedelta(seconds=self._draw.randint(0, 3600))
        self._history._plan(min(at, max(end, self._call.at + timedelta(minutes=5))), do)

    def _ticket(self, work: Work) -> Any:
        # The session forgets what nobody holds: held, it is not read anew for each deed.
        self._held = find_ticket(work, self._number)
        return self._held

    def _calendar(self, work: Work) -> Calendar:
        """The hours in which the ticket's promise runs."""
        return promise_of(work, self._ticket(work)).calendar

    def _answer(self, work: Work) -> None:
        ticket, calendar = self._ticket(work), self._calendar(work)
        plot, draw = self._call.plot, self._draw
        if plot.down and draw.random() < 0.55 and ticket.loss_per_hour is not None:
            confirm(work, self._number)
            works_at = add_working(calendar, ticket.created_at, int(plot.down * draw.lognormvariate(0, 0.45)))
            self._at(max(works_at, work.now + timedelta(minutes=3)), self._restore)
        values: dict[str, Any] = {"text": self._teller.say(plot.answers), "spent": draw.randint(3, 12) * 60}
        takes = int(plot.takes * self._habit.works * draw.lognormvariate(0, 0.5))
        target = ticket.resolution_target
        if target is not None:
            takes = min(takes, int(target * 0.9) - ticket.resolution_consumed)
            if draw.random() < self._late(1.4):
                takes = int(target * draw.uniform(1.05, 1.8))
        done_at = add_working(calendar, work.now, max(takes, 180))
        if plot.waits_for and draw.random() < 0.45:
            back_at = add_working(calendar, work.now, draw.randint(3, 30) * 3600)
            values |= {"waiting_for": plot.waits_for, "until": back_at + timedelta(days=3)}
            self._at(back_at, self._wake)
            done_at = add_working(calendar, back_at, max(takes // 2, 600))
        elif plot.visit and draw.random() < 0.6:
            comes_at = next_working(calendar, work.now + timedelta(hours=draw.randint(18, 40)))
            values["visit"] = comes_at
            done_at = comes_at + timedelta(minutes=draw.randint(20, 90))
        reply(work, self._number, phone=self._phone, **values)
        if plot.notes and draw.random() < 0.5:
            self._at(work.now + timedelta(minutes=draw.randint(4, 25)), self._note)
        self._at(done_at, self._close)

    def _note(self, work: Work) -> None:
        note(work, self._number, text=self._teller.say(self._call.plot.notes))

    def _restore(self, work: Work) -> None:
        if self._ticket(work).status in OPEN_STATUSES:
            restored(work, self._number)

    def _wake(self, work: Work) -> None:
        if self._ticket(work).status in OPEN_STATUSES:
            reopen(work, self._number)

    def _close(self, work: Work) -> None:
        spent = int(min(max(self._call.plot.takes * self._draw.uniform(0.1, 0.5), 300), 3 * 3600)) // 300 * 300
        close(
            work,
            self._number,
            text=self._teller.say(self._call.plot.ends),
            spent=spent if self._draw.random() < 0.85 else 0,
        )
        if self._again:
            self._again = False
            self._at(work.now + timedelta(hours=self._draw.randint(5, 60)), self._come_back)

        # A draw of its own: what else happens does not depend on who is content.
        draw = random.Random(f"{self._number} {self._call.requester}")
        asked_at = self._history.asked.get(self._call.requester)
        if self._call.requester and (asked_at is None or work.now - asked_at > timedelta(days=30)):
            self._history.asked[self._call.requester] = work.now
            if draw.random() < RATED:
                self._at(work.now + timedelta(hours=draw.randint(25, 60)), partial(self._rate, draw))

    def _rate(self, draw: random.Random, work: Work) -> None:
        """The requester says how it was: what was late was seldom good."""
        ticket = self._ticket(work)
        if ticket.status in OPEN_STATUSES:
            return
        late = ticket.resolution_target is not None and ticket.resolution_consumed > ticket.resolution_target
        score = draw.choices((1, 2, 3, 4, 5), (4, 5, 3, 2, 1) if late else (1, 1, 3, 9, 14))[0]
        add_rating(work, ticket, LineRating(score, work.now, draw.choice(_COMMENTS[score])))

    def _come_back(self, work: Work) -> None:
        """It was not done after all."""
        if self._ticket(work).status in OPEN_STATUSES:
            return
        reopen(work, self._number, text="Позвонили: снова то же самое.")
        self._at(add_working(self._calendar(work), work.now, self._draw.randint(20, 90) * 60), self._close)

    def _bad_morning(self, work: Work) -> None:
        """The first ones become an incident of Dana's; what comes later joins it by itself."""
        history = self._history
        self._login = "dana"
        history._stood.append(self._number)
        if len(history._stood) == 1:
            self._at(work.now + timedelta(minutes=24), self._join)

    def _join(self, work: Work) -> None:
        """Dana sees that it is one trouble, tells all of them at once, and mends it for all."""
        first, *others = self._history._stood
        for number in others:
            join_incident(work, number, incident=first)
        confirm(work, first)
        reply(work, first, text=self._teller.say(self._call.plot.answers), spent=25 * 60)
        self._at(work.now + timedelta(minutes=35), self._note)
        self._at(work.now + timedelta(minutes=52), self._confirm_rest)
        self._at(work.now + timedelta(minutes=119), self._restore)
        self._at(work.now + timedelta(minutes=151), self._close)

    def _confirm_rest(self, work: Work) -> None:
        """Those that joined since it was told stand as the first ones do."""
        reply(work, self._history._stood[0], text=self._teller.say(self._call.plot.answers), spent=15 * 60)
        for number in self._history._stood:
            if not find_ticket(work, number).loss_confirmed:
                confirm(work, number)
