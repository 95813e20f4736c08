"""One desk with something of everything that is printed, always the same, and what each command prints of it.

The golden files, the schemas and the contract of fields (`tests/cli/test_contract.py`) go through these tables: a
command that prints rows and stands in neither fails there.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from desks import DESK_FILE, NOW
from otrs_database import on_sqlite

from sdesk.cli.app import run
from sdesk.cli.commands import COMMANDS, Noun, Verb
from sdesk.cli.invocation import Surroundings
from sdesk.store import migrate


class Reading(NamedTuple):
    """A command that changes nothing: its golden file shows every format."""

    words: str
    """What follows `sdesk`."""
    schema: str
    """Of what `-o json` prints."""
    lines: str | None = None
    """Of what `-o jsonl` prints, where that is something else."""


class Change(NamedTuple):
    """A command that changes something, and prints what became of it."""

    words: str
    """The last command's; what is before a semicolon makes the ground."""
    schema: str


READINGS: dict[str, Reading] = {
    "list": Reading("list", "ticket"),
    "show": Reading("show 2", "ticket"),
    "next": Reading("next", "ticket"),
    "ticket attach list": Reading("ticket attach list 2", "files"),
    "why": Reading("why 1", "why"),
    "history": Reading("history 1 4", "history"),
    "undo --list": Reading("undo --list", "undoable"),
    "now": Reading("now", "now", "now-lines"),
    "who": Reading("who", "who", "who-lines"),
    "past": Reading("past --this week", "past", "past-lines"),
    "ahead": Reading("ahead --days 5", "ahead", "ahead-lines"),
    "asset list": Reading("asset list", "assets"),
    "asset show": Reading("asset show T-0031", "asset"),
    "board": Reading("board", "board", "board-lines"),
    "mail test": Reading("mail test letter.eml", "tested"),
    "mail block": Reading("mail block", "blocked"),
    "mail parse": Reading("mail parse letter.eml", "parsed"),
    "mail check": Reading("mail check spool", "checked"),
    "mail ledger": Reading("mail ledger", "ledger"),
    "mail ledger --check": Reading("mail ledger --check", "ledger-differences"),
    "mail outbox list": Reading("mail outbox list", "outbox"),
    "mail quarantine list": Reading("mail quarantine list", "quarantine"),
    "mail quarantine show": Reading("mail quarantine show 1", "quarantined"),
    "view list": Reading("view list", "views"),
    "view show": Reading("view show tills", "view"),
    "desk check": Reading("desk check desk.toml --against letter.eml", "desk-checked"),
    "desk plan": Reading("desk plan other.toml", "desk-plan"),
    "desk template list": Reading("desk template list", "templates"),
    "agent list": Reading("agent list", "agents"),
    "agent show": Reading("agent show boris", "agent"),
    "team list": Reading("team list", "teams"),
    "team show": Reading("team show it", "team"),
    "team on-call": Reading("team on-call it --weeks 2", "on-call"),
    "service list": Reading("service list", "services"),
    "service show": Reading("service show till", "service"),
    "unit list": Reading("unit list", "units"),
    "unit show": Reading("unit show flagship", "unit"),
    "person list": Reading("person list", "people"),
    "person show": Reading("person show maria@shop.example", "person"),
    "calendar list": Reading("calendar list", "calendars"),
    "calendar show": Reading("calendar show office", "calendar"),
    "incident list": Reading("incident list", "incidents"),
    "playbook list": Reading("playbook list", "playbooks"),
    "playbook show": Reading("playbook show opening", "playbook"),
    "sla list": Reading("sla list", "slas"),
    "sla show": Reading("sla show stores", "sla"),
    "sla explain": Reading("sla explain 1", "explained"),
    "sla due": Reading("sla due --calendar office --start now --target 4h", "due"),
    "db check": Reading("db check", "problems"),
    "schema": Reading("schema", "schemas"),
}

_START = "playbook start opening --unit shop-1 --date 2026-12-15"
"""It opens the tickets 9 and 10."""

CHANGES: dict[str, Change] = {
    "new": Change("new --subject Toner --text Empty. --service printer", "ticket"),
    "take": Change("take 5", "changed"),
    "assign": Change("assign 5 --to boris", "changed"),
    "reply": Change("reply 5 --text Hello.", "changed"),
    "forward": Change("forward 5 --to help@maker.example --text Please.", "changed"),
    "take-back": Change("reply 5 --text Hello. ; take-back 5", "changed"),
    "undo": Change("undo", "changed"),
    "note": Change("note 5 --text Hm.", "changed"),
    "wait": Change("wait 5 --for date --until tomorrow", "changed"),
    "close": Change("close 5 --text Done.", "changed"),
    "reopen": Change("reopen 4", "changed"),
    "confirm": Change("confirm 1", "changed"),
    "restored": Change("restored 1", "changed"),
    "ticket merge": Change("ticket merge 5 --into 2", "changed"),
    "ticket split": Change("ticket split 2 --message 2", "changed"),
    "ticket link": Change("ticket link 5 --to 2", "changed"),
    "ticket unlink": Change("ticket unlink 2 --from 3", "changed"),
    "ticket set": Change("ticket set 5 --service other", "changed"),
    "ticket tag": Change("ticket tag 5 --add pos", "changed"),
    "ticket watch": Change("ticket watch 5 --agent boris", "changed"),
    "ticket unwatch": Change("ticket unwatch 2 --agent vera", "changed"),
    "ticket attach add": Change("ticket attach add 5 letter.eml", "changed"),
    "ticket import": Change("ticket import old.csv", "imported"),
    "import csv": Change("import csv old.csv --plan mapping.toml", "import-plan"),
    "import csv --apply": Change(
        "import csv old.csv --plan mapping.toml ; import csv old.csv --apply mapping.toml", "imported"
    ),
    "import otrs": Change("import otrs sqlite:///old-desk.db --plan otrs.toml", "import-plan"),
    "import otrs --apply": Change(
        "import otrs sqlite:///old-desk.db --plan otrs.toml ; import otrs sqlite:///old-desk.db --apply otrs.toml -n",
        "import-otrs",
    ),
    "next --take": Change("next --take", "ticket"),
    "person forget": Change("person forget oleg@acc.shop.example --texts --yes", "forgotten"),
    "asset add": Change("asset add T-0099 --kind till --unit flagship", "asset-changed"),
    "asset set": Change("asset set T-0031 --model EpsonX --warranty 2028-12-31", "asset-changed"),
    "asset retire": Change("asset retire P-0007", "asset-changed"),
    "asset import": Change("asset import equipment.csv", "assets-imported"),
    "event down": Change("event down --source zabbix --key web01:http --service till", "event"),
    "event up": Change(
        "event down --source nagios --key web01:ping ; event up --source nagios --key web01:ping", "event"
    ),
    "mail fetch": Change("mail fetch spool", "fetched"),
    "mail import": Change("mail import spool --team it", "fetched"),
    "mail send": Change("mail send", "sent"),
    "mail block ADDRESS": Change("mail block other.example", "block-changed"),
    "mail outbox retry": Change("mail outbox retry 1", "outbox-changed"),
    "mail outbox release": Change("mail outbox release 1", "outbox-changed"),
    "mail outbox discard": Change("mail outbox discard 1 --yes", "outbox-changed"),
    "mail quarantine retry": Change("mail quarantine retry 1", "quarantine-changed"),
    "mail quarantine discard": Change("mail quarantine discard 1 --yes", "quarantine-changed"),
    "view save": Change("view save ours team:it", "view-changed"),
    "view delete": Change("view delete tills", "view-changed"),
    "desk apply": Change("desk apply other.toml", "desk-plan"),
    "agent away": Change("agent away anna --until fri", "absence"),
    "agent back": Change("agent back boris", "absence"),
    "incident accept": Change("incident accept 1", "changed"),
    "approve": Change("ticket ask-approval 5 --of head@shop.example ; approve 5 --text Yes.", "changed"),
    "refuse": Change("ticket ask-approval 5 --of head@shop.example ; refuse 5 --text No.", "changed"),
    "ticket ask-approval": Change("ticket ask-approval 5 --of head@shop.example", "changed"),
    "ticket drop-approval": Change("ticket ask-approval 5 --of head@shop.example ; ticket drop-approval 5", "changed"),
    "playbook start": Change(_START, "changed"),
    # What only looks stands here too: where one is running, every list has more tickets.
    "playbook runs": Change(f"{_START} ; playbook runs", "playbook-runs"),
    "playbook progress": Change(f"{_START} ; playbook progress 9", "playbook-steps"),
    "playbook move": Change(f"{_START} ; playbook move 9 --date 2026-12-16", "changed"),
    "playbook skip": Change(f"{_START} ; playbook skip 9 look --text Nothing", "changed"),
    "playbook cancel": Change(f"{_START} ; playbook cancel 9 --text Nothing", "changed"),
    "sla sweep": Change("sla sweep", "swept"),
    "db backup": Change("db backup copy.db", "backup"),
    "db restore": Change("db backup copy.db ; db restore copy.db --yes", "put-back"),
    "db purge": Change("db purge --spam --raw --older 1d --yes", "purged"),
    # What these say is this machine's, and no golden file.
    "db size": Change("db size", "sizes"),
    "doctor": Change("doctor", "doctor"),
}

NOT_HERE = {"demo"}
"""It prints the queue of a desk that it builds, which takes seconds: `tests/demo` looks at it."""


def printing_commands() -> Iterator[tuple[str, Verb]]:
    """Every command that prints rows, with its words; the daily verbs once."""

    def walk(table: Mapping[str, Verb | Noun], before: str) -> Iterator[tuple[str, Verb]]:
        for name, entry in table.items():
            words = f"{before}{name}"
            if isinstance(entry, Noun):
                yield from walk(entry.verbs, f"{words} ")
            elif entry.prints and (not before or entry != COMMANDS.get(name)):
                yield words, entry

    yield from walk(COMMANDS, "")


LETTER = """\
From: Maria Ivanova <maria@shop.example>
To: support@desk.example
Subject: Printer =?utf-8?q?=22stuck=22=2C_=1B=5B31mred=E2=80=AE?= $(touch owned)
Message-ID: <printer-1@shop.example>
Date: Mon, 23 Nov 2026 10:00:00 +0300
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

It does not print since this morning.

> It never did.
--b
Content-Type: text/plain; name="log.txt"
Content-Disposition: attachment; filename="log.txt"

error 7
--b--
"""
_FOLLOWING = """\
From: Maria Ivanova <maria@shop.example>
To: support@desk.example
Subject: Re: Printer
Message-ID: <printer-2@shop.example>
In-Reply-To: <printer-1@shop.example>

Still nothing.
"""
_ROBOT = """\
From: Robot <robot@shop.example>
To: support@desk.example
Subject: Out of office
Message-ID: <robot-1@shop.example>
Auto-Submitted: auto-replied

Back soon.
"""
_SHOPS = "".join(
    f"""
[units.shop-{number}]
name = "Shop {number}"
kind = "store"
calendar = "store"
turnover_per_hour = 2000
mail = ["shop-{number}@shop.example"]
"""
    for number in (1, 2, 3)
)
_DESK = (
    DESK_FILE.replace('lead = "anna"', 'lead = "anna"\non_call = ["boris", "anna"]').replace('country = "RU"\n', "")
    + _SHOPS
    + """
[recurring.backup]
subject = "Check the backup"
rule = "FREQ=WEEKLY;BYDAY=TU"
starts = 2026-11-17T09:00:00
team = "it"
assignee = "boris"
[playbooks.opening]
name = "Opening"
subject = "Opening of {unit}"
team = "it"
[[playbooks.opening.steps]]
key = "plan"
subject = "{unit}: plan"
team = "it"
at = "-30d"
[[playbooks.opening.steps]]
key = "staff"
subject = "{unit}: staff"
team = "hr"
at = "-2d"
[[playbooks.opening.steps]]
key = "look"
subject = "{unit}: look"
team = "quality"
after = ["plan"]
at = "-1d"
days = "working"
"""
)
_OTHER = (
    _DESK.replace('mon-fri = ["09:00-18:00"]', 'mon-fri = ["08:00-18:00"]')
    .replace('name = "Printer"', 'name = "Printers"')
    .replace("turnover_per_hour = 12000", "turnover_per_hour = 15000")
)

_EQUIPMENT = "inventory_number,kind,unit,service,model\nT-0031,till,flagship,till,Epson\nT-0050,till,shop-2,till,\n"
_OLD = "external_id,subject,requester,team\nOLD-1,Old paper,maria@shop.example,it\nOLD-2,Old ink,nobody,it\n"

# Ago, in minutes; who acts; what is done; what is piped in.
_STORY: tuple[tuple[int, str, str, str], ...] = (
    (
        130,
        "anna",
        "new --subject 'Till is down' --text 'Nobody can pay.' --service till --assignee anna --tag pos"
        " --requester 'Irina <store-001@shop.example>'",
        "",
    ),
    (120, "anna", "mail pipe --mailbox spool", LETTER),
    (110, "anna", "mail pipe --mailbox spool", _FOLLOWING),
    (105, "anna", "mail pipe --mailbox spool", _ROBOT),
    (
        100,
        "olga",
        "new --subject 'Leave in December' --text 'Two weeks.' --service leave --requester maria@shop.example",
        "",
    ),
    (95, "anna", "new --subject 'Dark theme' --text Please. --priority P5 --requester dora@acc.shop.example", ""),
    (
        90,
        "anna",
        "new --subject 'VPN drops' --text Often. --service other --requester 'Oleg <oleg@acc.shop.example>'",
        "",
    ),
    *(
        (
            60 - number,
            "anna",
            f"new --subject 'Till of shop {number}' --text Down. --service till --requester shop-{number}@shop.example",
            "",
        )
        for number in (1, 2, 3)
    ),
    (50, "anna", "reply 1 --text 'I come.' --visit 'tomorrow 10:00' --spent 15m", ""),
    (45, "anna", "confirm 1", ""),
    (40, "boris", "take 2", ""),
    (39, "boris", "wait 2 --for supplier --until 'fri 12:00'", ""),
    (38, "anna", "close 4 --text 'It is there.' --spent 1h", ""),
    (37, "anna", "ticket link 2 --to 5", ""),
    (36, "anna", "view save tills service:till", ""),
    (35, "anna", "mail block spammer@example.com", ""),
    (34, "anna", "agent away boris --until fri --to vera", ""),
    (33, "anna", "ticket watch 2 --agent vera", ""),
    (32, "anna", "asset add T-0031 --kind till --unit flagship --service till --serial SN4711", ""),
    (32, "anna", "asset add P-0007 --kind printer --unit shop-1 --warranty 2026-12-31 --check 'zabbix prn-7:*'", ""),
    (31, "anna", "ticket set 1 --asset T-0031", ""),
)


@contextmanager
def surrounded(folder: Path, agent: str = "anna") -> Iterator[None]:
    """The desk of a folder, and nothing else of this machine."""
    here = Path.cwd()
    given = {
        "SDESK_DB": str(folder / "desk.db"),
        "SDESK_CONFIG": str(folder / "config.toml"),
        "SDESK_AGENT": agent,
        "COLUMNS": "120",
        "TZ": "UTC",
    }
    with patch.dict(os.environ, given):
        os.environ.pop("LINES", None)
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(here)


def ran(*arguments: str, at: datetime = NOW, stdin: str = "") -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command line in this process."""

    def nothing(*_: object, **__: object) -> bool:
        raise AssertionError("neither console nor demo was asked for")

    out, err = io.StringIO(), io.StringIO()
    surroundings = Surroundings(clock=lambda: at, run_console=nothing, build_demo=nothing)  # type: ignore[arg-type]
    piped = io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
    with patch.object(sys, "stdin", piped), redirect_stdout(out), redirect_stderr(err):
        code = run(arguments, surroundings)
    return int(code), out.getvalue(), err.getvalue()


def build(folder: Path) -> None:
    """Make the desk in a folder: its store, its files, its spool with one letter that is not fetched yet."""
    for name in ("cur", "new", "tmp"):
        (folder / "spool" / name).mkdir(parents=True)
    fresh = folder / "spool" / "new" / "1.a"
    fresh.write_text(LETTER.replace("printer-1", "fresh-1").replace("Printer", "Scanner"))
    os.utime(fresh, (NOW.timestamp(), NOW.timestamp()))
    (folder / "letter.eml").write_text(LETTER)
    (folder / "desk.toml").write_text(_DESK)
    (folder / "other.toml").write_text(_OTHER)
    (folder / "old.csv").write_text(_OLD)
    (folder / "equipment.csv").write_text(_EQUIPMENT)
    on_sqlite(folder / "old-desk.db", later=True).engine.dispose()
    (folder / "config.toml").write_text(
        '[mailboxes.spool]\nkind = "maildir"\npath = "spool"\naddresses = ["support@desk.example"]\nteam = "it"\n'
        '[smtp]\nhost = "127.0.0.1"\nport = 9\nsecurity = "none"\ntimeout = 1\n'
    )
    migrate.init(folder / "desk.db")
    apply_first(folder)
    for ago, agent, words, stdin in _STORY:
        with surrounded(folder, agent):
            code, _, err = ran(*shlex.split(words), at=NOW - timedelta(minutes=ago), stdin=stdin)
        assert code == 0, (words, err)
    broken = LETTER.replace("printer-1", "broken-1")
    with surrounded(folder), patch("sdesk.mail.inbox.take.receive", side_effect=ZeroDivisionError("division by zero")):
        assert ran("mail", "pipe", "--mailbox", "spool", at=NOW - timedelta(minutes=20), stdin=broken)[0] == 0


def apply_first(folder: Path) -> None:
    """A desk's first agents come with its file, which nobody can apply but the desk itself."""
    from sdesk.desk.opening import open_desk
    from sdesk.desk.setup import apply
    from sdesk.domain.actor import SYSTEM

    desk = open_desk(folder / "desk.db")
    apply(desk, _DESK, "desk.toml", actor=SYSTEM, now=NOW - timedelta(days=365))
    desk.close()


_CHANCE = (
    (re.compile(r"<sd-[^>@\s]+@"), "<sd-RANDOM@"),
    (re.compile(r"queued:[0-9a-f]+"), "queued:RANDOM"),
    (re.compile(r"(Traceback \(most recent call last\):).*?(ZeroDivisionError)", re.DOTALL), r"\1 ... \2"),
    (re.compile(r'"seconds": \d+\.\d+'), '"seconds": 0.0'),
)


def settled(text: str, folder: Path) -> str:
    """What was printed, without what is by chance: folders, random ids, lengths of time, lines of code."""
    text = text.replace(str(folder), "FOLDER")
    for pattern, usual in _CHANCE:
        text = pattern.sub(usual, text)
    return text
