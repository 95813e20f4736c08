"""Desks of which a part stands behind walls, and the same desks without that part: whoever may not see it must not be
able to tell one from the other.

What the story writes down carries words that stand nowhere else (`zq...`), so that they are found wherever they get.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from desks import DESK_FILE, NOW
from intake_desk import MailDesk

from sdesk.actions.personal import KeptForm, be_at, save_draft, save_form
from sdesk.actions.views import save_view
from sdesk.desk.absence import away
from sdesk.desk.events import take_event
from sdesk.desk.intake import Origin
from sdesk.desk.intake.receive import quarantine
from sdesk.desk.opening import open_desk
from sdesk.desk.setup import apply
from sdesk.domain.actor import SYSTEM, Actor
from sdesk.domain.errors import SdeskError
from sdesk.domain.events import CheckState, machine_event
from sdesk.domain.filters import Sort
from sdesk.domain.ticket import Direction, Doing, Role
from sdesk.domain.views import EVERYBODY
from sdesk.mail.mime.message import read
from sdesk.store import migrate

TEAMS = ("it", "hr", "quality", "legal")
_UNITS = ("flagship", "store-017", "accounting")
_SERVICES = {"it": ("till", "printer", "other"), "hr": ("leave",), "quality": ("feedback",), "legal": ("contract",)}


class Setting(NamedTuple):
    """Which teams are private, and who is in which."""

    private: frozenset[str]
    agents: Mapping[str, tuple[Role, tuple[str, ...]]]
    """By login: role and teams."""


PLAIN = Setting(
    frozenset({"hr", "legal"}),
    {
        "anna": (Role.ADMIN, ("it",)),
        "audra": (Role.AUDITOR, ()),
        "boris": (Role.AGENT, ("it",)),
        "lars": (Role.LEAD, ("it", "legal")),
        "nina": (Role.AGENT, ()),
        "olga": (Role.LEAD, ("hr",)),
        "piotr": (Role.AGENT, ("legal", "quality")),
        "vera": (Role.LEAD, ("quality",)),
    },
)


def drawn(random: Random) -> Setting:
    """Any setting in which a wall stands before somebody, and somebody stands behind each."""
    private = frozenset(random.sample(TEAMS, random.randint(1, 3)))
    agents: dict[str, tuple[Role, tuple[str, ...]]] = {"anna": (Role.ADMIN, ("it",)), "audra": (Role.AUDITOR, ())}
    for login in ("boris", "lars", "nina", "olga", "piotr", "vera"):
        role = random.choice((Role.AGENT, Role.AGENT, Role.LEAD, Role.AUDITOR if login == "nina" else Role.AGENT))
        agents[login] = (role, tuple(sorted(random.sample(TEAMS, random.randint(0, 2)))))
    for team in TEAMS:
        if not any(team in teams for _, teams in agents.values()):
            agents[f"of-{team}"] = (Role.AGENT, (team,))
    return Setting(private, agents)


def desk_file(setting: Setting) -> str:
    """The small desk's file with these teams and agents."""
    before, rest = DESK_FILE.split("[teams.it]", 1)
    after = "[units.flagship]" + rest.split("[units.flagship]", 1)[1]
    parts = [before.replace('country = "RU"\n', "")]
    for team in TEAMS:
        members = [login for login, (_, teams) in setting.agents.items() if team in teams]
        parts.append(
            f'[teams.{team}]\nname = "Team {team}"\naddress = "{team}@desk.example"\nlead = "{members[0]}"\n'
            f'sla = "office"\non_call = ["{members[-1]}"]\nreopen_for = "7d"\n'
            f"private = {'true' if team in setting.private else 'false'}\n"
        )
    for login, (role, teams) in setting.agents.items():
        listed = ", ".join(f'"{team}"' for team in teams)
        parts.append(
            f'[agents.{login}]\nname = "Agent {login}"\nemail = "{login}@desk.example"\nteams = [{listed}]\n'
            f'role = "{role.value}"\n'
        )
    parts.append(after.replace("[[routing]]", _CONTRACT + "[[routing]]", 1))
    parts.append('[incidents]\nfrom = 3\n[portal]\nheads = ["*"]\n')
    return "".join(parts)


_CONTRACT = """[services.contract]
name = "Contract"
team = "legal"
impact = "significant"
urgency = "high"
stops_share = 0.5
"""


def words_in(text: str) -> set[str]:
    """The words of a story that stand in a text."""
    return set(re.findall(r"zq[a-z]+", text.lower()))


def secret(what: str, index: int) -> str:
    """A word that stands nowhere else, of letters alone."""
    return f"zq{what}" + "".join("abcdefghij"[int(digit)] for digit in f"{index:02}")


def build(path: Path, setting: Setting = PLAIN, *, seed: int = 8, tickets: int = 16, deeds: int = 50) -> None:
    """Make a desk: tickets of every team, and whatever people, machines and time do to them.

    The plain one has something of everything behind walls for `boris` (`walled_questions.is_whole`).
    """
    migrate.init(path)
    desk = open_desk(path, durable=False)
    apply(desk, desk_file(setting), "desk.toml", actor=SYSTEM, now=NOW - timedelta(days=200))
    desk.close()
    _Story(path, setting, Random(seed)).tell(tickets, deeds)


class _Story:
    """What happens on a desk, by chance, and the same for the same seed."""

    def __init__(self, path: Path, setting: Setting, random: Random) -> None:
        self.desk = MailDesk(path)
        self.setting, self.random = setting, random
        self.at = NOW - timedelta(days=6)
        self.count = 0
        self.actors: dict[str, Actor] = {login: self.desk.actor(login) for login in setting.agents}
        self.hands = [login for login, (role, _) in setting.agents.items() if role is not Role.AUDITOR]
        self.done: set[str] = set()
        """Verbs that somebody has done."""

    def tell(self, tickets: int, deeds: int) -> None:
        """All of it. What is last is seen by all: no number of a row tells what came after it."""
        for index in range(tickets):
            self.ask(TEAMS[index % len(TEAMS)])
        self.incidents()
        numbers = list(range(1, self.desk.count() + 1))
        for _ in range(deeds):
            self.pass_time(timedelta(minutes=self.random.randint(5, 90)))
            self.deed(self.random.choice(numbers))
        self.beside(numbers)
        self.at = NOW - timedelta(hours=2)
        self.desk.sweep(self.at)
        self.end()
        self.desk.desk.close()

    def pass_time(self, span: timedelta) -> None:
        self.at = min(self.at + span, NOW - timedelta(hours=3))

    def word(self, what: str) -> str:
        self.count += 1
        return secret(what, self.count)

    def member(self, team: str) -> str:
        """Somebody who works the tickets of a team, else the admin."""
        able = [each for each in self.hands if team in self.setting.agents[each][1]]
        return self.random.choice(able) if able else "anna"

    def ask(self, team: str) -> None:
        """A ticket of a team: by mail, or by hand."""
        self.pass_time(timedelta(minutes=37))
        name, address = self.word("name"), f"{self.word('mail')}@{self.random.choice(('far', 'acc.shop'))}.example"
        subject, body = self.word("subject"), self.word("body")
        if self.random.random() < 0.5:
            self.mail(team, name, address, subject, body)
            return
        self.desk.new(
            "anna",
            at=self.at,
            subject=f"{subject} by hand",
            text=f"It says {body}.",
            requester=f"{name} <{address}>",
            service=self.random.choice(_SERVICES[team]),
            team=team,
            unit=self.random.choice(_UNITS),
            external_id=self.word("old"),
            tags=[self.word("tag")],
        )

    def mail(self, team: str, name: str, address: str, subject: str, body: str) -> None:
        file, content = self.word("file"), self.word("content")
        receipt = self.desk.take(
            f"""
            From: {name} <{address}>
            To: {team}@desk.example
            Subject: {subject} by mail
            Message-ID: <{self.word("id")}@far.example>
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary=b

            --b
            Content-Type: text/plain

            It says {body}.
            --b
            Content-Type: text/plain
            Content-Disposition: attachment; filename={file}.txt

            {content}
            --b--
            """,
            at=self.at,
            box=team,
            addresses=(f"{team}@desk.example",),
            team=team,
        )
        assert receipt.number is not None

    def incidents(self) -> None:
        """Tills that go down together, of a public service and of one that may be private: it is asked whether these
        are incidents."""
        for service in ("till", "contract"):
            for unit in _UNITS:
                self.pass_time(timedelta(minutes=1))
                subject = f"{self.word('subject')} stands"
                self.desk.new("anna", at=self.at, subject=subject, service=service, unit=unit)
        for team in TEAMS:
            for key in ("one", "two"):
                words = self.word("check")
                event = machine_event("nagios", f"{team}:{key}", CheckState.DOWN, subject=words, text=words)
                with self.desk.desk.work(SYSTEM, self.at) as work:
                    take_event(work, event, unit="flagship", service=_SERVICES[team][0], team=team)
                    work.session.commit()

    def deed(self, number: int) -> None:
        """Something that somebody does to a ticket, if it can be done."""
        team = self.desk.ticket(number, at=self.at).team
        verb, values = self.random.choice(self.deeds(number))
        if self.desk.try_to(self.member(team), verb, number, at=self.at, **values).error is None:
            self.done.add(verb)

    def deeds(self, number: int) -> Sequence[tuple[str, dict[str, Any]]]:
        other = self.random.randint(1, self.desk.count())
        text = f"We say {self.word('said')}."
        return (
            ("take", {}),
            ("assign", {"to": self.random.choice(self.hands)}),
            ("assign", {"to": f"team:{self.random.choice(TEAMS)}"}),
            ("assign", {"to": f"team:{self.random.choice(TEAMS)}"}),
            ("reply", {"text": text, "spent": 900}),
            ("reply", {"text": text, "cc": (f"{self.word('copy')}@far.example",)}),
            ("note", {"text": text, "visit": NOW + timedelta(hours=5)}),
            ("forward", {"text": text, "to": f"{self.word('supplier')}@maker.example"}),
            ("wait", {"waiting_for": "requester", "until": NOW + timedelta(days=1), "text": text}),
            ("close", {"text": text}),
            ("reopen", {"text": text}),
            ("set", {"subject": f"{self.word('renamed')} now", "tags": [self.word("tag")]}),
            ("service", {"service": self.random.choice(_SERVICES[self.random.choice(TEAMS)])}),
            ("watch", {"agent": self.random.choice(self.hands)}),
            ("priority", {"priority": self.random.choice(("P1", "P2", "P4")), "reason": self.word("reason")}),
            ("spent", {"spent": 600}),
            ("confirm", {}),
            ("restored", {}),
            ("link", {"to": other}),
            ("join", {"incident": other}),
            ("merge", {"into": other}),
            ("split", {"messages": self.messages(number)}),
            ("spam", {}),
        )

    def messages(self, number: int) -> list[int]:
        found = self.desk.rows("SELECT max(id) FROM message WHERE ticket_id = ?", number)
        return [row[0] for row in found if row[0] is not None]

    def beside(self, numbers: Iterable[int]) -> None:
        """What agents keep beside tickets, who is away, and mail that nobody has placed."""
        for number in numbers:
            for login in self.random.sample(self.hands, 3):
                actor = self.actors[login]
                self.if_possible(save_draft, actor, number, Direction.OUT, f"Perhaps {self.word('draft')}", now=self.at)
                self.if_possible(be_at, actor, number, Doing.REPLYING, now=NOW)
                form = KeptForm(session="s", form=f"close {number}")
                self.if_possible(save_form, actor, form, {"text": self.word("form")}, now=self.at)
        for login in self.hands:
            views = {"now": self.at, "sort": Sort.SLA, "digit": None, "everybody": False}
            save_view(self.desk.desk, self.actors[login], self.word("view"), f"-tag:{self.word('sought')}", **views)  # type: ignore[arg-type]
        with self.desk.desk.work(self.actors["anna"], self.at) as work:
            away(work, self.hands[-1], until=NOW + timedelta(days=2), to=self.hands[-2])
            work.session.commit()
        raw = f"From: Zoe <{self.word('lost')}@far.example>\nSubject: {self.word('lost')}\n\n{self.word('lost')}\n"
        origin = Origin("hr", "INBOX", 1, "99", self.at)
        with self.desk.desk.work(SYSTEM, self.at) as work:
            quarantine(work, read(raw.encode()), raw.encode(), origin, self.word("broken"), self.word("trace"))
            work.session.commit()

    def if_possible(self, act: Callable[..., object], *values: Any, **more: Any) -> None:
        try:
            act(self.desk.desk, *values, **more)
        except SdeskError:
            return

    def end(self) -> None:
        """A ticket that all see has the last row of everything."""
        public = next((team for team in TEAMS if team not in self.setting.private), None)
        assert public is not None
        self.at = NOW - timedelta(hours=1)
        self.mail(public, "Last", "last@far.example", "The last", "of all")
        number = self.desk.count()
        for verb, values in (
            ("note", {"text": "Well.", "spent": 60, "visit": NOW + timedelta(hours=6)}),
            ("reply", {"text": "Well."}),
            ("watch", {"agent": "anna"}),
        ):
            self.desk.do("anna", verb, number, at=self.at, **values)
        self.if_possible(save_draft, self.actors["anna"], number, Direction.OUT, "Well", now=self.at)


# ---- the same without what is behind the walls -------------------------------------------------------------


def hidden_from(path: Path, login: str) -> tuple[int, ...]:
    """The tickets that stand behind walls for an agent."""
    with closing(sqlite3.connect(path)) as store:
        found = store.execute(_HIDDEN, (login,)).fetchall()
    return tuple(row[0] for row in found)


_HIDDEN = (
    "SELECT id FROM ticket WHERE team_id IN (SELECT t.id FROM team AS t WHERE t.private AND t.id NOT IN"
    " (SELECT m.team_id FROM team_member AS m JOIN agent AS a ON a.id = m.agent_id WHERE a.key = ?)) ORDER BY id"
)


def without_hidden(path: Path, copy: Path, login: str) -> None:
    """The desk as it would be if nothing of what an agent may not see had ever been; numbers of rows stay."""
    shutil.copy(path, copy)
    with closing(sqlite3.connect(copy)) as store, store:
        me = store.execute("SELECT id FROM agent WHERE key = ?", (login,)).fetchone()[0]
        store.execute("CREATE TEMP TABLE gone (id INTEGER PRIMARY KEY)")
        store.execute(f"INSERT INTO gone {_HIDDEN}", (login,))
        for statement in _TAKEN_OUT:
            store.execute(statement, {"me": me, "login": login})


def forget_given(path: Path, login: str) -> None:
    """Leave out what an agent did to tickets that he gave behind a wall by that: he may know it, and undo it."""
    with closing(sqlite3.connect(path)) as store, store:
        store.execute(
            f"DELETE FROM undo WHERE ticket_id IN ({_HIDDEN}) AND EXISTS (SELECT 1 FROM"
            " json_each(undo.before, '$.rows.ticket') AS c WHERE json_extract(c.value, '$[0].team_id') IS NOT NULL)",
            (login,),
        )


_GONE = "(SELECT id FROM gone)"
_OWN = ("draft", "seen", "undo", "form_draft")
"""Of each agent his own alone."""
_OF_TICKETS = (
    *("tag", "history", "watcher", "clock_run", "outage", "outbox", "draft", "seen", "presence", "undo", "check_event"),
    *("time_spent", "visit", "token", "occurrence", "ledger"),
)
_TAKEN_OUT = (
    *(f"DELETE FROM {table} WHERE agent_id <> :me" for table in _OWN),
    f"DELETE FROM saved_view WHERE owner <> :login AND owner <> '{EVERYBODY}'",
    "DELETE FROM form_draft WHERE CAST(substr(form, instr(form, ' ') + 1) AS INTEGER) IN " + _GONE,
    f"DELETE FROM attachment WHERE message_id IN (SELECT id FROM message WHERE ticket_id IN {_GONE})",
    "DELETE FROM blob WHERE id NOT IN (SELECT blob_id FROM attachment)",
    *(f"DELETE FROM {table} WHERE ticket_id IN {_GONE}" for table in _OF_TICKETS),
    f"DELETE FROM link WHERE ticket_id IN {_GONE} OR other_id IN {_GONE}",
    f"DELETE FROM message WHERE ticket_id IN {_GONE}",
    # What is of no ticket and no team is seen over all walls alone.
    "DELETE FROM outbox WHERE ticket_id IS NULL",
    "DELETE FROM quarantine",
    "DELETE FROM ledger WHERE team_id IS NULL OR team_id IN (SELECT id FROM team WHERE private AND id NOT IN"
    " (SELECT team_id FROM team_member WHERE agent_id = :me))",
    "DELETE FROM raw_mail WHERE id NOT IN (SELECT raw_id FROM message WHERE raw_id IS NOT NULL"
    " UNION SELECT raw_id FROM ledger WHERE raw_id IS NOT NULL)",
    f"DELETE FROM incident_proposal WHERE incident_id IN {_GONE}"
    f" OR EXISTS (SELECT 1 FROM json_each(tickets) AS t WHERE t.value IN {_GONE})",
    f"DELETE FROM ticket_fts WHERE rowid IN {_GONE}",
    f"DELETE FROM ticket WHERE id IN {_GONE}",
    "CREATE TEMP TABLE nobody AS SELECT id FROM person WHERE id NOT IN"
    " (SELECT requester_id FROM ticket WHERE requester_id IS NOT NULL)"
    " AND id NOT IN (SELECT person_id FROM message WHERE person_id IS NOT NULL)",
    "DELETE FROM person_address WHERE person_id IN (SELECT id FROM nobody)",
    "DELETE FROM person WHERE id IN (SELECT id FROM nobody)",
)


def dump(path: Path) -> str:
    """All that a store says."""
    with closing(sqlite3.connect(path)) as store:
        tables = [row[0] for row in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        plain = [name for name in tables if not name.startswith("ticket_fts")]
        rows = [repr(row) for name in plain for row in store.execute(f'SELECT * FROM "{name}"')]
    return "\n".join(rows)


def outsiders(setting: Setting) -> list[str]:
    """Who has a wall before him, those who change things first."""
    found = []
    for login, (role, teams) in setting.agents.items():
        if role in {Role.AGENT, Role.LEAD} and setting.private - set(teams):
            found.append(login)
    return found
