"""Building the demo: a throw-away desk whose mail went through the real fetch and whose agents did real work.

What happened in half a year, letters and steps are done in the order in which they would have happened, each at its own
time. What the desk had to send by then has been sent.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from sdesk.actions.perform import mark_seen, perform
from sdesk.config.wire import MaildirMailbox
from sdesk.demo import postman
from sdesk.demo.calls import DAYS, calls
from sdesk.demo.company import Company, Scene, open_due_steps, shipped_company
from sdesk.demo.equipment import furnish
from sdesk.demo.history import History
from sdesk.demo.letters import Letter, shipped
from sdesk.demo.mailbox import message_ids, write_maildir
from sdesk.demo.plots import shipped_plots
from sdesk.demo.script import Step, shipped_steps
from sdesk.demo.wire import sent_at
from sdesk.desk.opening import Desk, open_desk
from sdesk.desk.setup import apply
from sdesk.desk.sweep import sweep
from sdesk.domain.actor import SYSTEM, Actor
from sdesk.domain.filters import Filter
from sdesk.mail.inbox.fetch import FetchOptions, fetch
from sdesk.store import migrate
from sdesk.store.reader import Reader

A_WHILE = timedelta(days=7)
"""How long the history goes on between two sweeps."""
COMPANY = timedelta(minutes=30)
"""How long what agents are told of waits for more."""
AGENT = "anna"
"""Who looks at the demo."""
LOOKED_AGO = timedelta(minutes=100)
"""When this agent last went through the queue: what is newer is unread."""
WORDS = ("reply", "note", "close")
"""Verbs of which the agents write down how long it took."""
MINUTES = 5
SCANNED_AGO = timedelta(minutes=12)
SCAN = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(range(256)) * 8
"""The beginning of a picture."""
ADDRESSES = ("support", "hr", "feedback", "facilities")

CONFIG = """# The demo's own configuration: sdesk --config {file} --as {agent} list
[store]
url = "{store}"

[mailboxes.post]
kind = "maildir"
path = "{maildir}"
addresses = {addresses}
team = "it"
service = "other"
"""


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo that was built."""

    store: Path
    config: Path
    agent: str


def build(folder: Path, now: datetime) -> Demo:
    """Build the demo in an empty folder; `now` is its present."""
    now = now.replace(microsecond=0)
    store, config = folder / "sdesk.db", folder / "config.toml"
    stage, maildir = folder / "to-come", folder / "mail"
    addresses = tuple(f"{name}@samotsvet.example" for name in ADDRESSES)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_maildir(stage, now)
    for part in ("new", "cur", "tmp"):
        (maildir / part).mkdir(mode=0o700, parents=True)
    config.write_text(
        CONFIG.format(file=config, agent=AGENT, store=store, maildir=maildir, addresses=json.dumps(addresses)),
        encoding="utf-8",
    )
    migrate.init(store)
    # Were the machine to stop meanwhile, the demo would be built anew.
    desk = open_desk(store, durable=False)
    try:
        text = files("sdesk.demo").joinpath("desk.toml").read_text(encoding="utf-8")
        apply(desk, text, "desk.toml", actor=SYSTEM, now=now - timedelta(days=DAYS + 7))
        furnish(desk, SYSTEM, now - timedelta(days=DAYS + 7))
        box = MaildirMailbox(name="post", path=maildir, addresses=addresses, team="it", service="other")
        _Story(desk, box, stage, now).tell()
    finally:
        desk.close()
    for part in ("new", "cur", "tmp"):
        (stage / part).rmdir()
    stage.rmdir()
    return Demo(store, config, AGENT)


class _Story:
    """Letters and steps, in the order of time."""

    def __init__(self, desk: Desk, mailbox: MaildirMailbox, stage: Path, now: datetime) -> None:
        self.desk = desk
        self.mailbox = mailbox
        self.now = now
        self.letters = shipped()
        self.ids = message_ids()
        self.waiting: list[Letter] = []
        """Delivered, and not fetched yet."""
        self.numbers: dict[str, int] = {}
        """Tickets by the id of the letter that opened them."""
        self.files = _by_time(stage)
        with Reader(desk.store.path) as reader:
            self.actors: dict[str, Actor] = {agent.login: reader.actor(agent.login) for agent in reader.agents()}
        self.swept_at = self.told_at = now - timedelta(days=DAYS)
        plots = shipped_plots()
        self.history = History(calls(plots, now), plots, self.actors, SYSTEM, now)
        self.company = Company(desk, self.actors, self._of_letter, now)

    def tell(self) -> None:
        """Let it all happen."""
        events: list[tuple[datetime, int, Letter | Step | Scene]] = [
            (sent_at(letter, self.now), 0, letter) for letter in self.letters.values()
        ]
        steps = (*shipped_steps(), *shipped_company())
        events += [(self.now - timedelta(seconds=step.ago), 1, step) for step in steps]
        events += [(at, 1, scene) for at, scene in self.company.scenes()]
        looked = False
        for at, _, event in sorted(events, key=lambda each: each[:2]):
            self._remember(at)
            if not looked and at > self.now - LOOKED_AGO:
                looked = True
                self._look()
            if isinstance(event, Letter):
                self.waiting.append(event)
                continue
            if not isinstance(event, Step):
                event(at)
                continue
            # Fetching when somebody needs a letter is as often as it must be: a fetch takes all that waits.
            if any(self._root(letter) == event.mail for letter in self.waiting):
                self._fetch(at)
            self._do(event, at)
        self._scan_arrives()
        self._fetch(self.now)
        open_due_steps(self.desk, self.now)
        self._sweep(self.now)

    def _scan_arrives(self) -> None:
        """A scanner left a picture where it should have mailed one: no letter, so that the quarantine has something."""
        seconds = int((self.now - SCANNED_AGO).timestamp())
        file = self.mailbox.path / "new" / f"{seconds}.scan.demo"
        file.write_bytes(SCAN)
        os.utime(file, (seconds, seconds))

    def _remember(self, until: datetime) -> None:
        """Tell the history until an instant, with a sweep now and then, as cron would have made it."""
        while (at := self.history.next_at()) is not None and at < until:
            pause = min(max(at, self.swept_at + A_WHILE), until)
            with self.desk.work(SYSTEM, at) as work:
                self.history.tell(work, pause)
                work.session.commit()
            if pause >= self.swept_at + A_WHILE:
                self._sweep(pause)

    def _sweep(self, at: datetime) -> None:
        """A sweep; and what is due is sent, and the agents are told."""
        sweep(self.desk, now=at)
        self.swept_at = at
        with self.desk.work(SYSTEM, at) as work:
            postman.deliver(work, at)
            if at == self.now or at >= self.told_at + COMPANY:
                postman.tell_agents(work)
                self.told_at = at
            work.session.commit()

    def _look(self) -> None:
        """The agent has been through the whole queue: what changes from here on is news."""
        actor = self.actors[AGENT]
        with Reader(self.desk.store.path) as reader:
            numbers = [row.number for row in reader.walk(actor, Filter(), now=self.now)]
        if numbers:
            mark_seen(self.desk, actor, numbers, now=self.now - LOOKED_AGO)

    def _root(self, letter: Letter) -> str:
        """The letter that opened the thread of this one."""
        while letter.answers in self.letters:
            letter = self.letters[letter.answers]
        return letter.id

    def _fetch(self, at: datetime) -> None:
        """Deliver what waits, and fetch it as cron would."""
        for file in self.files[: len(self.waiting)]:
            os.rename(file, self.mailbox.path / "new" / file.name)
        del self.files[: len(self.waiting)]
        self.waiting.clear()
        self._sweep(at)
        fetch(self.desk, self.mailbox, now=lambda: at, options=FetchOptions(everything=True, max_new=0))

    def _do(self, step: Step, at: datetime) -> None:
        values: dict[str, Any] = dict(step.values)
        if "for" in values:
            values["waiting_for"] = values.pop("for")
        if "until" in values:
            values["until"] = at + timedelta(seconds=values["until"])
        if step.verb in WORDS:
            values["spent"] = MINUTES * 60 * (1 + len(step.values.get("text", "")) % 4)
        number = self.company.number(step.mail, at) or self._of_letter(step.mail)
        for outcome in perform(self.desk, self.actors[step.agent], step.verb, [number], values, now=at, undoable=False):
            if outcome.error is not None:
                raise outcome.error

    def _of_letter(self, mail: str) -> int:
        """The ticket that a letter opened, by the letter's Message-ID."""
        if mail not in self.numbers:
            with self.desk.work(SYSTEM, self.now) as work:
                row = work.connection.exec_driver_sql(
                    "SELECT ticket_id FROM message WHERE message_id = ? ORDER BY id", (self.ids[mail],)
                ).first()
            if row is None:
                raise LookupError(f"letter {mail} opened no ticket")
            self.numbers[mail] = row[0]
        return self.numbers[mail]


def _by_time(stage: Path) -> list[Path]:
    """The files of a Maildir in the order of their delivery."""
    found: Sequence[Path] = list((stage / "new").iterdir())
    return sorted(found, key=lambda path: path.name.split(".M")[1])
