"""Desks to test against: a small one, and a busy one, each a fresh copy made from a template built once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sdesk.actions.perform import create, perform
from sdesk.desk.opening import Desk, open_desk
from sdesk.desk.setup import apply
from sdesk.domain.actor import SYSTEM
from sdesk.store import migrate
from sdesk.store.reader import Reader

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""Monday, noon in Moscow: the tests' present."""

DESK_FILE = """
[desk]
name = "Test desk"
ref_prefix = "SD"
language = "en"
time_zone = "Europe/Moscow"
currency = "RUB"

[calendars.office]
time_zone = "Europe/Moscow"
country = "RU"
hours = { mon-fri = ["09:00-18:00"] }
[calendars.store]
time_zone = "Europe/Moscow"
hours = { mon-sun = ["10:00-22:00"] }
[calendars.berlin]
time_zone = "Europe/Berlin"
hours = { mon-fri = ["09:00-17:00"] }

[slas.stores]
calendar = "store"
targets.P1 = { first_response = "15m", next_reply = "30m", resolution = "2h" }
targets.P2 = { first_response = "30m", next_reply = "2h", resolution = "6h" }
targets.P3 = { first_response = "2h", next_reply = "8h", resolution = "24h" }
targets.P4 = { first_response = "4h", resolution = "48h" }
[slas.office]
calendar = "office"
targets.P1 = { first_response = "30m", next_reply = "1h", resolution = "4h" }
targets.P2 = { first_response = "1h", next_reply = "4h", resolution = "9h" }
targets.P3 = { first_response = "4h", next_reply = "9h", resolution = "27h" }
targets.P4 = { first_response = "9h", resolution = "45h" }
targets.P5 = { first_response = "18h" }

[priority]
head_start = { P2 = "4h", P3 = "1h" }
loss = [ { per_hour = 150000, impact = "extensive" }, { per_hour = 50000, impact = "significant" } ]

[teams.it]
name = "IT support"
address = "support@desk.example"
lead = "anna"
sla = "office"
reopen_for = "7d"
[teams.hr]
name = "Human resources"
address = "hr@desk.example"
lead = "olga"
sla = "office"
private = true
[teams.quality]
name = "Quality"
address = "feedback@desk.example"
lead = "vera"
sla = "office"

[agents.anna]
name = "Anna Orlova"
email = "anna@desk.example"
teams = ["it"]
role = "admin"
[agents.boris]
name = "Boris Kim"
email = "boris@desk.example"
teams = ["it"]
[agents.olga]
name = "Olga Zimina"
email = "olga@desk.example"
teams = ["hr"]
[agents.vera]
name = "Vera Lis"
email = "vera@desk.example"
teams = ["quality"]

[units.flagship]
name = "Flagship"
kind = "store"
calendar = "store"
turnover_per_hour = 180000
phone = "+7 495 000-00-01"
address = "Manege Square, 1"
manager = "irina@shop.example"
mail = ["store-001@shop.example"]
[units.store-017]
name = "Teply Stan"
kind = "store"
calendar = "store"
turnover_per_hour = 12000
mail = ["store-017@shop.example"]
[units.accounting]
name = "Accounting"
kind = "department"
calendar = "office"
mail = ["*@acc.shop.example", "maria@shop.example"]

[services.till]
name = "Till"
team = "it"
sla = "stores"
impact = "significant"
urgency = "critical"
stops_share = 1.0
[services.printer]
name = "Printer"
team = "it"
impact = "minor"
urgency = "low"
[services.other]
name = "Other"
team = "it"
impact = "minor"
urgency = "medium"
[services.leave]
name = "Leave"
team = "hr"
impact = "minor"
urgency = "medium"
[services.feedback]
name = "Feedback"
team = "quality"
impact = "moderate"
urgency = "medium"

[[routing]]
when = { subject = "till (is )?(down|dead)|касса не", sender = "store-*@shop.example" }
set = { service = "till", tags = ["pos"] }
[[routing]]
when = { sender = "web@shop.example", subject = "^Feedback", body = "E-mail: (?P<requester>\\\\S+)" }
person = true
set = { service = "feedback" }
[[routing]]
when = { header = { X-Spam-Flag = "YES" } }
set = { status = "spam" }
"""


@pytest.fixture(scope="session")
def _desk_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the small desk, built once a test process."""
    path = tmp_path_factory.mktemp("template") / "desk.db"
    build_small(path)
    return path


def build_small(path: Path) -> None:
    """Make the small desk's store."""
    migrate.init(path)
    desk = open_desk(path)
    apply(desk, DESK_FILE, "desk.toml", actor=SYSTEM, now=NOW - timedelta(days=365))
    desk.close()


@pytest.fixture
def desk_path(_desk_template: Path, tmp_path: Path) -> Path:
    """A fresh store with the small desk: teams it, hr (private), quality; agents anna (admin), boris, olga, vera."""
    path = tmp_path / "desk.db"
    shutil.copy(_desk_template, path)
    return path


@pytest.fixture
def desk(desk_path: Path) -> Iterator[Desk]:
    """The small desk, open."""
    opened = open_desk(desk_path)
    yield opened
    opened.close()


@pytest.fixture
def reader(desk_path: Path) -> Iterator[Reader]:
    """A reader of the small desk."""
    with Reader(desk_path) as opened:
        yield opened


SUBJECTS = (
    "Printer does not print",
    "Не могу войти в систему",
    "VPN drops every few minutes",
    "Нужен доступ к общей папке",
    "Mailbox is full",
    "Мерцает монитор",
)


@pytest.fixture(scope="session")
def _busy_template(_desk_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small desk with about sixty tickets of all kinds, built once a test process."""
    path = tmp_path_factory.mktemp("busy") / "desk.db"
    shutil.copy(_desk_template, path)
    fill(path)
    return path


def fill(path: Path) -> None:
    """Make the small desk busy."""
    desk = open_desk(path)
    with Reader(path) as reader:
        anna, olga = reader.actor("anna"), reader.actor("olga")
    for index in range(56):
        at = NOW - timedelta(hours=3 * index + 1)
        outcome = create(
            desk,
            anna,
            {
                "subject": f"{SUBJECTS[index % len(SUBJECTS)]} #{index}",
                "text": f"It began at {at:%H:%M}.\n\nPlease help.",
                "requester": f"Person {index % 9} <person{index % 9}@acc.shop.example>",
                "service": "printer" if index % 3 else "other",
                "tags": ["vip"] if index % 10 == 0 else [],
            },
            now=at,
        )
        if index % 4 == 1:
            perform(desk, anna, "assign", [outcome.number], {"to": "boris"}, now=at + timedelta(minutes=20))
        if index % 4 == 2:
            perform(desk, anna, "reply", [outcome.number], {"text": "We are on it."}, now=at + timedelta(minutes=30))
        if index % 8 == 6:
            values = {"waiting_for": "requester", "until": NOW + timedelta(days=1 + index % 3)}
            perform(desk, anna, "wait", [outcome.number], values, now=at + timedelta(minutes=40))
        if index % 14 == 13:
            perform(desk, anna, "close", [outcome.number], {"text": "Done."}, now=at + timedelta(hours=1))
    values = {
        "subject": "Till is down at the flagship",
        "text": "Nobody can pay.",
        "requester": "Irina <store-001@shop.example>",
        "service": "till",
    }
    create(desk, anna, values, now=NOW - timedelta(minutes=7))
    values = {
        "subject": "Leave in December",
        "text": "Two weeks.",
        "requester": "maria@shop.example",
        "service": "leave",
    }
    create(desk, olga, values, now=NOW - timedelta(hours=2))
    desk.close()


@pytest.fixture
def busy_desk_path(_busy_template: Path, tmp_path: Path) -> Path:
    """A fresh copy of the busy desk: its present is `NOW`."""
    path = tmp_path / "desk.db"
    shutil.copy(_busy_template, path)
    return path
