"""The rest of the company in the demo: a shop that opens and somebody who joins, requests of the portal, approvals,
and what people answered when they were asked how it was.

All of it is done by the use cases by which it is done elsewhere. Whoever shows a key has it from a mail that waits in
the outbox, as from his mailbox.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial
from importlib.resources import files
from zoneinfo import ZoneInfo

from sdesk.demo.script import Step, parse
from sdesk.desk import approvals, playbooks, ratings, requests
from sdesk.desk.create import create
from sdesk.desk.opening import Desk, Work
from sdesk.desk.outbox import queue
from sdesk.desk.satisfaction import ask_due
from sdesk.desk.steps.outbox import read_message_id
from sdesk.domain.actor import REQUESTER, SYSTEM, Actor
from sdesk.domain.outgoing import MailKind
from sdesk.store.reader.report_reader import ReportReader

ZONE = ZoneInfo("Europe/Moscow")
"""Of the desk."""
OPENS_IN = timedelta(days=18)
JOINS_IN = timedelta(days=8)
ASKED_AGO = timedelta(hours=16)
"""When the desk asked how it was."""
BAD = "stripes"
"""What somebody is not content with."""

Scene = Callable[[datetime], None]
"""Something that happens, at an instant."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for: in the portal, or by telephone where an agent writes it down."""

    name: str
    ago: timedelta
    address: str
    """By telephone with the name before it."""
    service: str
    subject: str
    text: str
    by: str = ""
    """The agent who was called."""
    form: Mapping[str, str] = field(default_factory=dict)


ASKED = (
    Asked(
        "stripes",
        timedelta(days=5, hours=6),
        "Глеб Панин <g.panin@legal.samotsvet.example>",
        "printer",
        "Принтер печатает полосу через подпись",
        "Полоса идёт ровно там, где расписывается генеральный. Договоры похожи на зачёркнутые.",
        by="boris",
    ),
    Asked(
        "lamp",
        timedelta(days=4, hours=4),
        "Ирина Соболева <irina@samotsvet.example>",
        "repairs",
        "Лампа над топазами моргает",
        "Лампа над второй витриной моргает, топазы подмигивают покупателям. Некоторые подмигивают в ответ.",
        by="anna",
    ),
    Asked(
        "cards",
        timedelta(days=2),
        "o.burtsev@mkt.samotsvet.example",
        "business-card",
        "Визитки к выставке",
        "К выставке нужны новые: на старых я ещё младший.",
        form={
            "name": "Олег Бурцев",
            "title": "Ведущий менеджер по связям с прессой",
            "phone": "+7 495 000-01-44",
            "count": "200",
        },
    ),
    Asked(
        "laptop",
        timedelta(days=1, hours=8),
        "i.tarasov@legal.samotsvet.example",
        "new-workplace",
        "Ноутбук для судов",
        "",
        form={"what": "Ноутбук", "reason": "В суд компьютер не пускают: он не проходит через рамку. Ноутбук проходит."},
    ),
    Asked(
        "scanner",
        timedelta(hours=4, minutes=50),
        "irina@samotsvet.example",
        "labels",
        "Второй сканер к кассе у входа",
        "У входа теперь две кассы и один сканер. Продавцы передают его, как эстафету. Нужен второй, до субботы.",
    ),
    Asked(
        "screen",
        timedelta(hours=2, minutes=10),
        "store-001@samotsvet.example",
        "new-workplace",
        "Второй экран в кабинет",
        "",
        form={"what": "Второй экран", "reason": "Камеры на одном, отчёт на другом. Сейчас выбираем, что важнее."},
    ),
)
"""In the order of time. The last waits for the yes of the shop's manager."""

CONTENT: Mapping[str, tuple[int, str]] = {
    "lamp": (5, "Пришёл, как обещал, и даже пыль протёр."),
    "internet-kuzminki": (4, "Починили быстро, но о работах можно предупреждать."),
    "ws-noise": (5, ""),
    "en-printer-quota": (5, "Quota and clock are both right again. The year 2031 was quiet."),
    "en-phone-headset": (4, ""),
    "newcomer-lab": (5, "Микроскоп настоящий!"),
    "fb-parking": (4, "Спасибо, что ответили."),
}
"""Who answers well, where the desk asked him: a score, and what he says besides."""
DISCONTENT = (1, "Полоса на месте, заявка закрыта. Никто не посмотрел на отпечаток.")


@cache
def shipped_company() -> tuple[Step, ...]:
    """What the agents did with all this, oldest first."""
    return tuple(parse((files("sdesk.demo") / "company.txt").read_text(encoding="utf-8")))


def open_due_steps(desk: Desk, now: datetime) -> None:
    """Open the steps of playbooks whose time has come, as cron would have."""
    for run in playbooks.due(desk, now=now):
        playbooks.open_due(desk, run, now=now)


class Company:
    """What happens beside the mail. `number_of` knows the tickets that letters opened."""

    def __init__(self, desk: Desk, actors: Mapping[str, Actor], number_of: Callable[[str], int], now: datetime) -> None:
        self._desk = desk
        self._actors = actors
        self._number_of = number_of
        self._now = now
        self.numbers: dict[str, int] = {}
        """Tickets by name."""
        self._runs: dict[str, int] = {}
        """Parents by the key of the playbook."""
        self._keys: dict[int, str] = {}
        """Keys from mails, by ticket."""

    def scenes(self) -> Iterator[tuple[datetime, Scene]]:
        """What happens, and when."""
        yield self._now - timedelta(days=24), self._start_opening
        yield self._now - timedelta(days=6), self._start_joiner
        for asked in ASKED:
            yield self._now - asked.ago, partial(self._ask, asked)
        yield self._now - timedelta(days=1, hours=4), self._approve
        yield self._now - ASKED_AGO, self._ask_how_it_was
        yield self._now - timedelta(hours=9), self._answer_well
        yield self._now - timedelta(hours=6), self._answer_badly
        yield self._now - timedelta(hours=3, minutes=30), self._write_again

    def number(self, name: str, at: datetime) -> int | None:
        """The ticket of a name, as `lamp` or, for a step, `joiner.account`; None for what is of a letter."""
        key, _, step = name.partition(".")
        if step and key in self._runs:
            open_due_steps(self._desk, at)
            with ReportReader(self._desk.store.path) as reader:
                progress = reader.playbook_progress(SYSTEM, self._runs[key], now=at)
            return next((each.number for each in progress.steps if each.key == step), None) if progress else None
        return self.numbers.get(name)

    def _start_opening(self, at: datetime) -> None:
        self._start("shop-opening", "pavel", self._now + OPENS_IN, "Алёна Тарасова <tarasova@samotsvet.example>", at)

    def _start_joiner(self, at: datetime) -> None:
        self._start("joiner", "anna", self._now + JOINS_IN, "Тимур Асанов <t.asanov@lab.samotsvet.example>", at)

    def _start(self, key: str, login: str, day: datetime, requester: str, at: datetime) -> None:
        unit = "store-031" if key == "shop-opening" else None
        with self._desk.work(self._actors[login], at) as work:
            on = day.astimezone(ZONE).date().isoformat()
            self._runs[key] = playbooks.start(work, key, day=on, unit=unit, requester=requester)[0].number
            work.session.commit()

    def _ask(self, asked: Asked, at: datetime) -> None:
        """A request; the mail to who must say yes to it is in the outbox now."""
        with self._desk.work(self._actors[asked.by] if asked.by else REQUESTER, at) as work:
            if asked.by:
                change = create(
                    work,
                    subject=asked.subject,
                    text=asked.text,
                    requester=asked.address,
                    service=asked.service,
                    channel="phone",
                )
            else:
                change = requests.request(
                    work,
                    address=asked.address,
                    service=asked.service,
                    subject=asked.subject,
                    text=asked.text,
                    form=asked.form,
                    language="ru",
                )
            self.numbers[asked.name] = change.number
            self._keys |= _keys(work, MailKind.APPROVAL)
            work.session.commit()

    def _approve(self, at: datetime) -> None:
        """The head of the lawyers follows the link of her mail."""
        with self._desk.work(REQUESTER, at) as work:
            approvals.decide(work, self._keys[self.numbers["laptop"]], True, "Да. Старый пусть останется в кабинете.")
            work.session.commit()

    def _ask_how_it_was(self, at: datetime) -> None:
        ask_due(self._desk, now=at)
        with self._desk.look(SYSTEM, at) as work:
            self._keys |= _keys(work, MailKind.RATING)

    def _answer_well(self, at: datetime) -> None:
        with self._desk.work(REQUESTER, at) as work:
            for name, (score, comment) in CONTENT.items():
                # Whom the half year's history has asked within the month was not asked again.
                key = self._keys.get(self.numbers.get(name) or self._number_of(name))
                if key is not None:
                    ratings.answer(work, key, score, comment)
            work.session.commit()

    def _answer_badly(self, at: datetime) -> None:
        with self._desk.work(REQUESTER, at) as work:
            answered = ratings.answer(work, self._keys[self.numbers[BAD]], *DISCONTENT)
            work.session.commit()
        if answered.follow_up is None:
            raise LookupError("a bad answer opened nothing")
        self.numbers[f"{BAD}.follow-up"] = answered.follow_up

    def _write_again(self, at: datetime) -> None:
        """The manager answers what she was answered, in the portal."""
        with self._desk.work(REQUESTER, at) as work:
            requests.follow_up(
                work,
                self.numbers["scanner"],
                address="irina@samotsvet.example",
                text="Пришёл! А старый теперь двоит: считает кольцо за пару. Привезти его вам?",
            )
            work.session.commit()


def _keys(work: Work, kind: MailKind) -> dict[int, str]:
    """The keys in mails of a kind that wait to be sent, by ticket."""
    read = [read_message_id(row.message_id) for row in queue.due_by(work, work.now) if row.kind == kind]
    return dict(filter(None, read))
