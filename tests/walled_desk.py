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
from equipped import EquippedDesk
from ratings_desk import rate

from sdesk.actions.personal import KeptForm, be_at, save_draft, save_form
from sdesk.actions.views import save_view
from sdesk.desk import playbook_changes, playbooks, ratings, requests
from sdesk.desk.absence import away
from sdesk.desk.events import take_event
from sdesk.desk.intake import Origin
from sdesk.desk.intake.receive import quarantine
from sdesk.desk.opening import Work, open_desk
from sdesk.desk.setup import apply
from sdesk.desk.sign_in import ask_link, make_link, sign_in
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
FORMED = {"it": "chair", "hr": "badge", "quality": "audit", "legal": "lease"}
"""Of each team a service with a form, for which the head of the unit is asked."""
HEADS = {"flagship": "irina@shop.example", "store-017": "pavel@shop.example", "accounting": "karl@acc.shop.example"}


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
    for unit in ("store-017", "accounting"):
        after = after.replace(f"[units.{unit}]\n", f'[units.{unit}]\nmanager = "{HEADS[unit]}"\n', 1)
    parts.append(after.replace("[[routing]]", _CONTRACT + "[[routing]]", 1))
    for team in TEAMS:
        parts.append(_FORMED.format(key=FORMED[team], team=team))
        parts.append(_PLAYBOOK.format(team=team))
        parts += [_STEP.format(team=team, of=each, when=when) for each, when in _steps_of(team)]
    parts.append('[incidents]\nfrom = 3\n[portal]\nheads = ["*"]\nurl = "https://portal.example"\n')
    return "".join(parts)


def _steps_of(team: str) -> list[tuple[str, str]]:
    """Of each team a step, its own last: those before are open at once, two wait for what is before them."""
    others = [each for each in TEAMS if each != team]
    whens = ("", f'after = ["{others[0]}"]', 'at = "+3d"', f'after = ["{others[1]}", "{others[2]}"]')
    return list(zip((*others, team), whens, strict=True))


_CONTRACT = """[services.contract]
name = "Contract"
team = "legal"
impact = "significant"
urgency = "high"
stops_share = 0.5
"""

_FORMED = """[services.{key}]
name = "Formed {key}"
team = "{team}"
impact = "minor"
urgency = "low"
category = "With a form"
approve_by = "unit-head"
offered_to = ["kind:store", "*@far.example"]
[[services.{key}.fields]]
key = "model"
label.en = "Model"
[[services.{key}.fields]]
key = "part"
label.en = "Part"
kind = "choice"
choices = ["Seat", "Back"]
"""
_PLAYBOOK = """[playbooks.open-{team}]
name = "Opening of {team}"
subject = "Opening for {{requester}}"
team = "{team}"
"""
_STEP = """[[playbooks.open-{team}.steps]]
key = "{of}"
subject = "Step of {of} for {{requester}}"
team = "{of}"
{when}
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
        self.desk = EquippedDesk(path)
        self.setting, self.random = setting, random
        self.at = NOW - timedelta(days=6)
        self.count = 0
        self.actors: dict[str, Actor] = {login: self.desk.actor(login) for login in setting.agents}
        self.hands = [login for login, (role, _) in setting.agents.items() if role is not Role.AUDITOR]
        self.done: set[str] = set()
        """Verbs that somebody has done."""

    def tell(self, tickets: int, deeds: int) -> None:
        """All of it. What is last is seen by all: no number of a row tells what came after it."""
        self.equip()
        for index in range(tickets):
            self.ask(TEAMS[index % len(TEAMS)])
        self.incidents()
        numbers = list(range(1, self.desk.count() + 1))
        for _ in range(deeds):
            self.pass_time(timedelta(minutes=self.random.randint(5, 90)))
            self.deed(self.random.choice(numbers))
        for team in TEAMS:
            self.formed(team)
            self.played(team)
        self.asked_how()
        self.beside(numbers)
        self.at = NOW - timedelta(hours=2)
        self.desk.sweep(self.at)
        self.end()
        self.desk.desk.close()

    def equip(self) -> None:
        """Equipment, which is no secret: each team's checks watch a piece, and each unit has one of a service."""
        for place, team in enumerate(TEAMS):
            unit = _UNITS[place % len(_UNITS)]
            self.desk.add(
                f"A-{team}", at=self.at, unit=unit, service=_SERVICES[team][0], name=f"Of {team}", model="M1",
                checks=f"nagios {team}:*",
            )  # fmt: skip
        self.desk.add("A-idle", "printer", at=self.at, unit="accounting")

    def formed(self, team: str) -> None:
        """Requests for what has a form and wants an approval: asked, approved, refused, asked of another; by agents and
        in the portal, about equipment and not."""
        for deed in ("", "approve", "refuse", "ask-approval"):
            self.pass_time(timedelta(minutes=3))
            number = self.desk.new(
                "anna",
                at=self.at,
                subject=f"{self.word('subject')} formed",
                text=f"It says {self.word('body')}.",
                requester=f"{self.word('name')} <{self.word('mail')}@far.example>",
                service=FORMED[team],
                unit=self.random.choice(("flagship", "store-017")),
                form={"model": self.word("model"), "part": "Seat"},
                assets=[f"A-{team}"] if deed else [],
            )
            if deed == "ask-approval":
                self.desk.do("anna", deed, number, at=self.at, of=f"{self.word('mail')}@far.example")
            elif deed:
                self.desk.do("anna", deed, number, at=self.at, text=f"By {self.word('comment')}.")
        with self.desk.desk.work(SYSTEM, self.at) as work:
            for address in (f"{self.word('mail')}@far.example", HEADS["flagship"], HEADS["flagship"]):
                last = requests.request(
                    work,
                    address=address,
                    service=FORMED[team],
                    subject=f"{self.word('subject')} in the portal",
                    text=f"It says {self.word('body')}.",
                    form={"model": self.word("model")},
                ).number
            work.session.commit()
        # What goes on for it is somebody else's.
        self.desk.do("anna", "merge", last, at=self.at, into=number)

    def played(self, team: str) -> None:
        """A playbook of the team, of which others have steps: one is done, one is left out, one comes in three days."""
        whose = f"{self.word('name')} <{self.word('mail')}@far.example>"
        anna = self.actors["anna"]

        def act(use_case: Callable[[Work], Any]) -> Any:
            self.pass_time(timedelta(minutes=3))
            with self.desk.desk.work(anna, self.at) as work:
                done = use_case(work)
                work.session.commit()
            return done

        day = f"{NOW:%Y-%m-%d}"
        parent, *steps = act(
            lambda work: playbooks.start(work, f"open-{team}", day=day, unit="flagship", requester=whose)
        )
        others = [each for each in TEAMS if each != team]
        for step in steps:
            self.desk.do("anna", "note", step.number, at=self.at, text=f"We say {self.word('said')}.", spent=300)
        self.desk.do("anna", "close", steps[0].number, at=self.at, text=f"We say {self.word('said')}.", silent=True)
        if team in ("it", "hr"):
            why = self.word("why")
            act(lambda work: playbook_changes.skip(work, parent.number, others[1], text=why))

    def asked_how(self) -> None:
        """Those whose tickets are done are asked how it was: of each team one says nothing, one is content, one is not,
        and one of them signs in to the portal."""
        for team in TEAMS:
            found = self.desk.rows(
                "SELECT t.id FROM ticket AS t JOIN team AS m ON m.id = t.team_id WHERE m.key = ? AND t.requester_id"
                " IS NOT NULL AND t.status NOT IN ('merged', 'spam') AND NOT t.is_incident ORDER BY t.id LIMIT 4",
                team,
            )
            own = self.desk.rows(
                "SELECT max(t.id) FROM ticket AS t JOIN team AS m ON m.id = t.team_id JOIN person_address AS a"
                " ON a.person_id = t.requester_id WHERE m.key = ? AND a.address = ? AND t.status <> 'merged'",
                team,
                HEADS["flagship"],
            )
            for (number,), score in zip((*own, *found), (2, None, 5, 1, 2), strict=False):
                self.pass_time(timedelta(minutes=3))
                rate(self.desk.path, number, None, days=-1)
                with self.desk.desk.work(SYSTEM, self.at) as work:
                    if score is not None:
                        ratings.answer(work, f"r-{number}--1", score, f"It was {self.word('comment')}.")
                    work.session.commit()
            self.enter(found[0][0])

    def enter(self, number: int) -> None:
        """Who asked for a ticket signs in to the portal."""
        ((address,),) = self.desk.rows(
            "SELECT min(a.address) FROM ticket AS t JOIN person_address AS a ON a.person_id = t.requester_id"
            " WHERE t.id = ?",
            number,
        )
        with self.desk.desk.work(SYSTEM, self.at) as work:
            if ask_link(work, address, language="en", base="https://portal.example") is not None:
                ((asked,),) = work.connection.exec_driver_sql("SELECT max(id) FROM sign_in").all()
                sign_in(work, make_link(work, asked))
            work.session.commit()

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


def without(path: Path, copy: Path, numbers: Iterable[int]) -> None:
    """The desk as it would be without these tickets, for somebody who knows nothing but tickets."""
    shutil.copy(path, copy)
    with closing(sqlite3.connect(copy)) as store, store:
        store.execute("CREATE TEMP TABLE gone (id INTEGER PRIMARY KEY)")
        store.executemany("INSERT INTO gone VALUES (?)", ((number,) for number in numbers))
        for statement in _WITH_TICKETS:
            store.execute(statement)


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
    *("time_spent", "visit", "token", "occurrence", "ledger", "form_value", "approval", "rating", "ticket_asset"),
)
_WALLED_TEAMS = (
    "(SELECT id FROM team WHERE private AND id NOT IN (SELECT team_id FROM team_member WHERE agent_id = :me))"
)
_WALLED_STEP = f"coalesce((SELECT t.team_id FROM ticket AS t WHERE t.id = s.ticket_id), s.team_id) IN {_WALLED_TEAMS}"
"""A step (`s`) is its team's until it has a ticket, and then the ticket's team's."""
_WITH_TICKETS = (
    f"DELETE FROM attachment WHERE message_id IN (SELECT id FROM message WHERE ticket_id IN {_GONE})",
    "DELETE FROM blob WHERE id NOT IN (SELECT blob_id FROM attachment)",
    *(f"DELETE FROM {table} WHERE ticket_id IN {_GONE}" for table in _OF_TICKETS),
    f"DELETE FROM link WHERE ticket_id IN {_GONE} OR other_id IN {_GONE}",
    f"DELETE FROM message WHERE ticket_id IN {_GONE}",
    f"DELETE FROM playbook_run WHERE ticket_id IN {_GONE}",
    f"UPDATE rating SET follow_up_id = NULL WHERE follow_up_id IN {_GONE}",
    f"DELETE FROM incident_proposal WHERE incident_id IN {_GONE}"
    f" OR EXISTS (SELECT 1 FROM json_each(tickets) AS t WHERE t.value IN {_GONE})",
    f"DELETE FROM ticket_fts WHERE rowid IN {_GONE}",
    f"DELETE FROM ticket WHERE id IN {_GONE}",
)
"""What goes with tickets, whoever may not see them."""
_TAKEN_OUT = (
    f"DELETE FROM playbook_step WHERE run_id IN (SELECT id FROM playbook_run WHERE ticket_id IN {_GONE})",
    # What others wait for was never done either: that they are planned still is no secret.
    f"DELETE FROM playbook_step AS s WHERE {_WALLED_STEP} AND (s.state IN ('done', 'skipped', 'cancelled')"
    " OR NOT EXISTS (SELECT 1 FROM playbook_step AS o, json_each(o.waits_for) AS w"
    "  WHERE o.run_id = s.run_id AND o.state = 'planned' AND w.value = s.key))",
    "UPDATE playbook_step AS s SET ticket_id = NULL, state = 'planned', subject = '', opens_at = '9999-01-01T00:00:00Z'"
    f" WHERE {_WALLED_STEP}",
    # Who may come into the portal no agent sees.
    "DELETE FROM sign_in",
    "DELETE FROM portal_session",
    *(f"DELETE FROM {table} WHERE agent_id <> :me" for table in _OWN),
    f"DELETE FROM saved_view WHERE owner <> :login AND owner <> '{EVERYBODY}'",
    "DELETE FROM form_draft WHERE CAST(substr(form, instr(form, ' ') + 1) AS INTEGER) IN " + _GONE,
    *_WITH_TICKETS,
    # What is of no ticket and no team is seen over all walls alone.
    "DELETE FROM outbox WHERE ticket_id IS NULL",
    "DELETE FROM quarantine",
    f"DELETE FROM ledger WHERE team_id IS NULL OR team_id IN {_WALLED_TEAMS}",
    "DELETE FROM raw_mail WHERE id NOT IN (SELECT raw_id FROM message WHERE raw_id IS NOT NULL"
    " UNION SELECT raw_id FROM ledger WHERE raw_id IS NOT NULL)",
    "CREATE TEMP TABLE nobody AS SELECT id FROM person WHERE id NOT IN"
    " (SELECT requester_id FROM ticket WHERE requester_id IS NOT NULL)"
    " AND id NOT IN (SELECT person_id FROM message WHERE person_id IS NOT NULL)"
    " AND id NOT IN (SELECT person_id FROM rating)",
    "UPDATE approval SET person_id = NULL WHERE person_id IN (SELECT id FROM nobody)",
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
