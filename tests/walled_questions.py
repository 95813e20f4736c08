"""Everything that can be asked of a desk on the command line: of each command, with which words behind it.

A command that stands in none of these tables fails `tests/e2e/test_walls_everywhere.py`. To add one, give it at least
one line: in `READING` where it changes nothing, in `CHANGING` where it does (each line is run on a fresh copy; what is
before ` ; ` makes the ground), in `APART` with the reason where it has nothing to do with tickets. Words in braces are
the fields of `Asked`: ask for what is hidden (`{hid}`) as well as for what is seen (`{vis}`), for both at once, and for
rows of other tables by their numbers.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from walled_desk import FORMED

from sdesk.cli.commands import COMMANDS, Noun, Verb


class Asked(NamedTuple):
    """What stands for the words in braces: rows of the desk with everything, seen and hidden."""

    vis: int
    """A ticket that is seen; open."""
    vis2: int
    hid: int
    """One that is hidden; open."""
    hid2: int
    hid_done: int
    """One that is hidden, and resolved, closed, merged or spam where there is such a one."""
    hid_incident: int
    vis_message: int
    hid_message: int
    vis_file: int
    hid_file: int
    vis_mail: int
    """A row of the outbox."""
    hid_mail: int
    hid_proposal: int
    quarantined: int
    vis_person: str
    """A mail address."""
    hid_person: str
    word: str
    """A word of a hidden ticket's subject."""
    like: str
    """The same with a slip of the finger."""
    body: str
    tag: str
    old: str
    """An external id."""
    team: str
    """One that is private and not the agent's."""
    insider: str
    """A member of it."""
    service: str
    """Of that team, where it has one."""
    supplier: str
    message_id: str
    """Of a hidden mail."""
    copy: bytes
    """Its raw bytes."""
    vis_run: int
    """The parent of a running playbook, which is seen."""
    hid_run: int
    hid_step: int
    """A hidden step of a parent that is seen."""
    vis_step: int
    """A step that is seen, of a hidden parent."""
    vis_rater: int
    """Of somebody who last said of a hidden ticket how it was."""
    vis_asked: int
    """It waits for an approval."""
    hid_asked: int
    formed: str
    """A service of that team which has a form."""
    model: str
    """An answer in the form of a hidden ticket."""
    approver: str
    """Whom a hidden ticket waits for: a mail address."""
    comment: str
    """A word of an answer how it was, about a hidden ticket."""


READING: Mapping[str, tuple[str, ...]] = {
    "list": (
        "",
        "--limit 3",
        "{word}",
        "{like}",
        "{body}",
        "{old}",
        "{old} -o ids",
        "not:{word}",
        "team:{team}",
        "--team {team}",
        "not:team:{team}",
        "assignee:{insider}",
        "assignee:none",
        "watch:{insider}",
        "watch:none",
        "tag:{tag}",
        "tag:none",
        "number:{hid},{vis}",
        "incident:{hid_incident}",
        "not:incident:{hid_incident}",
        "service:{service}",
        "unit:flagship --sort loss",
        "requester:{hid_person}",
        "requester:{vis_person}",
        "is:unread",
        "is:part",
        "is:incident",
        "is:burning",
        "is:suspected",
        "is:breached",
        "is:stale",
        "is:unanswered",
        "has:attachment --sort age --reverse",
        "has:note",
        "status:resolved,closed,merged,spam",
        "status:waiting",
        "due:..tomorrow",
        "--view all",
        "--view nope",
        "created:..now --sort priority -o csv",
        "asset:A-{team}",
        "asset:none --limit 5",
        "kind:till not:asset:A-it",
        "{model}",
        "form:model:{model}",
        "form:{model}",
        "not:form:model:zq",
        "form:none --limit 5",
        "{comment}",
        "rating:1..2",
        "not:rating:1..2 --limit 5",
        "is:unapproved",
        "approval:asked",
        "not:approval:approved,refused,asked",
        "{approver}",
        "playbook:{vis_run}",
        "playbook:{hid_run}",
        "playbook:{hid_run} status:resolved",
        "playbook:{hid_step}",
        "not:playbook:{hid_run}",
        "requester:irina@shop.example",
    ),
    "show": (
        "{vis}",
        "{vis} --history --quoted -o jsonl",
        "{hid}",
        "{hid} {vis}",
        "{hid_done}",
        "{hid} --history",
        "{hid} --raw {hid_message}",
        "{vis} --raw {hid_message}",
        "{vis} --raw {vis_message}",
        "{vis_run} --history",
        "{vis_step} --history",
        "{vis_asked} --history",
        "{vis_rater}",
        "{hid_run} {hid_step} {hid_asked}",
    ),
    "next": ("", "-o ids"),
    "why": ("{vis}", "{vis2}", "{hid}", "{hid} {vis}", "{vis_run} {vis_step} {vis_asked}"),
    "history": ("{vis} {vis2}", "{hid}", "{hid_done} {vis}", "{vis_run} {vis_step} {vis_asked}"),
    "undo --list": ("undo --list",),
    "now": (
        "",
        "--mine",
        "--team {team}",
        "{word}",
        "--limit 2",
        "requester:{hid_person}",
        "--mail boss@far.example --dry-run",
    ),
    "who": ("", "--team {team}", "--team mine", "--days 20", "--mail boss@far.example --dry-run"),
    "past": (
        "--this month",
        "--last month",
        "--this year {word}",
        "--from -30d --to now --team {team}",
        "--from -30d --to now kind:till",
        "--from -30d --to now rating:1..5",
    ),
    "ahead": ("", "--days 30", "--team {team}", "--limit 1"),
    "ticket attach list": ("{vis}", "{hid}", "{vis} {hid}"),
    "ticket attach get": ("{vis} {vis_file} -", "{hid} {hid_file} -", "{vis} {hid_file} -"),
    "ticket export": ("", "--with messages", "{word}", "number:{hid}", "is:open --output csv"),
    "mail test": ("letter.eml", "answer.eml", "numbered.eml", "again.eml", "copy.eml"),
    "mail block": ("",),
    "mail parse": ("letter.eml",),
    "mail ledger": (
        "",
        "--limit 0",
        "--ticket {hid}",
        "--ticket {vis}",
        "--mailbox {team}",
        "--message-id {message_id}",
        "--outcome quarantined",
        "--check",
    ),
    "mail outbox list": ("", "--limit 0", "--ticket {hid}", "--state queued", "--state sent"),
    "mail outbox show": ("{vis_mail}", "{hid_mail}", "{hid_mail} --raw"),
    "mail quarantine list": ("", "--all"),
    "mail quarantine show": ("{quarantined}", "{quarantined} --raw", "999"),
    "view list": ("",),
    "view show": ("all", "nope"),
    "desk plan": ("other.toml", "same.toml --check"),
    "desk export": ("",),
    "desk template list": ("",),
    "desk template show": ("reply --ticket {vis}", "reply --ticket {hid}", "reply --ticket {hid} --team {team}"),
    "agent list": ("",),
    "agent show": ("{insider}", "me", "anna", "nobody"),
    "team list": ("",),
    "team show": ("{team}", "it", "nope"),
    "team on-call": ("", "{team}", "--weeks 3"),
    "service list": ("", "--for {hid_person}", "--for irina@shop.example", "--for flagship --search form"),
    "service show": ("{service}", "{formed}", "till", "nope"),
    "unit list": ("",),
    "unit show": ("flagship", "accounting", "nope"),
    "asset list": ("", "--unit flagship", "--search {team}", "--retired"),
    "asset show": ("A-{team}", "A-it", "A-idle", "A-none"),
    "asset export": ("",),
    "board": ("", "--unit flagship", "--unit nope"),
    "person list": ("", "{word}", "zq", "far.example", "--limit 2", "--unhappy"),
    "person show": ("{vis_person}", "{hid_person}", "{supplier}", "{approver}", "irina@shop.example"),
    "calendar list": ("",),
    "calendar show": ("office",),
    "incident list": ("",),
    "playbook list": ("",),
    "playbook show": ("open-it", "open-{team}", "nope"),
    "playbook runs": ("", "--all"),
    "playbook progress": ("{vis_run}", "{hid_run}", "{hid_step}", "{vis_step}", "{vis}", "{hid}"),
    "sla list": ("",),
    "sla show": ("office",),
    "sla explain": ("{vis}", "{hid}", "{hid_done} {vis2}"),
    "sla due": ("--calendar office --start now --target 4h",),
    "db check": ("",),
    "db size": ("",),
    "check": (
        "--breached 0 --at-risk 0 --stale 0 --unanswered 0 --unassigned 0 --open 0 --checks-down 0 --quarantine 0"
        " --failed-mail 0 --outbox 0 --outbox-age 1m",
        "",
    ),
    "doctor": ("",),
}

CHANGING: Mapping[str, tuple[str, ...]] = {
    "new": (
        "new --subject Mine --text Words. --team it",
        "new --subject Mine --text Words. --service {service} --requester {hid_person}",
        "new --subject Mine --text Words. --team {team} --assignee {insider}",
        "new --subject Till --text Words. --service till --unit store-017 --dry-run",
        "new --subject Mine --text Words. --team it --external-id {old}",
        "new --subject Mine --text Words. --asset A-{team}",
        "new --subject Mine --text Words. --service {formed} --field model={model}",
        "new --subject Mine --text Words. --service {formed} --field nope=1",
    ),
    "take": ("take {hid}", "take {vis}", "take {hid} {vis} --dry-run"),
    "assign": ("assign {hid} --to me", "assign {vis} --to {insider}", "assign {vis} {hid} --to team:{team}"),
    "reply": ("reply {hid} --text Hm.", "reply {vis} --text Hm. --pass-on {hid_message}", "reply {vis} --text Hm."),
    "forward": (
        "forward {hid} --to a@b.example --text Hm.",
        "forward {vis} --to a@b.example --text Hm. --with {hid_message}",
    ),
    "take-back": ("take-back {hid}", "take-back {vis}"),
    "undo": ("undo", "note {vis} --text Hm. ; undo", "assign {vis} --to team:{team} ; undo"),
    "note": ("note {hid} --text Hm.", "note {vis} {hid} --text Hm."),
    "wait": ("wait {hid} --for requester", "wait {vis} --for date --until tomorrow"),
    "close": ("close {hid} --text Done.", "close {vis} --text Done. --dry-run"),
    "reopen": ("reopen {hid_done}", "reopen {vis}"),
    "confirm": ("confirm {hid}", "confirm {vis} --outage 1"),
    "restored": ("restored {hid}", "restored {vis}"),
    "approve": ("approve {hid_asked} --text Hm.", "approve {vis_asked} --text Hm.", "approve {vis} --text Hm."),
    "refuse": ("refuse {hid_asked} --text Hm.", "refuse {vis_asked} {hid} --text Hm."),
    "next --take": ("next --take", "next --take --dry-run"),
    "ticket merge": ("ticket merge {vis} --into {hid}", "ticket merge {hid} --into {vis}"),
    "ticket split": (
        "ticket split {hid} --message {hid_message}",
        "ticket split {vis} --message {hid_message}",
        "ticket split {vis} --message {vis_message}",
    ),
    "ticket link": (
        "ticket link {vis} --to {hid}",
        "ticket link {hid} --to {vis}",
        "ticket link {vis} --incident {hid_incident}",
        "ticket link {vis} --to {vis2}",
    ),
    "ticket unlink": ("ticket unlink {vis} --from {hid}", "ticket unlink {hid}", "ticket unlink {vis}"),
    "ticket tag": ("ticket tag {hid} --add mine", "ticket tag {vis} --add {tag}"),
    "ticket watch": ("ticket watch {hid}", "ticket watch {vis} --agent {insider}", "ticket watch {vis}"),
    "ticket unwatch": ("ticket unwatch {hid}", "ticket unwatch {vis} --agent {insider}"),
    "ticket ask-approval": (
        "ticket ask-approval {hid} --of {approver}",
        "ticket ask-approval {vis} --of {approver}",
        "ticket ask-approval {vis_asked} {hid_asked}",
    ),
    "ticket drop-approval": ("ticket drop-approval {hid_asked}", "ticket drop-approval {vis_asked}"),
    "ticket attach add": ("ticket attach add {hid} letter.eml", "ticket attach add {vis} letter.eml --dry-run"),
    "ticket import": ("ticket import new.csv", "ticket import new.csv --dry-run", "ticket import old.csv"),
    "ticket set": (
        "ticket set {hid} --subject Mine",
        "ticket set {vis} --service {service}",
        "ticket set {vis} --requester {hid_person}",
        "ticket set {vis} {hid} --status spam --yes",
        "ticket set {hid} --asset A-{team}",
        "ticket set {vis} {hid} --asset A-{team} --field model={model}",
        "ticket set {vis_asked} --field model={model} --asset A-none",
    ),
    "asset add": ("asset add A-new --kind till --unit flagship", "asset add A-{team} --kind till"),
    "asset set": (
        "asset set A-{team} --unit flagship",
        "asset set A-idle --service {service} --unit accounting ; board",
        "asset set A-idle --check 'nagios {team}:one' ; asset show A-idle",
        "asset set A-it --check 'nagios {team}:*'",
    ),
    "asset retire": ("asset retire A-{team}", "asset retire A-{team} ; list asset:A-{team}", "asset retire A-none"),
    "asset import": ("asset import assets.csv", "asset import assets.csv --dry-run"),
    "playbook start": (
        "playbook start open-it --date mon --unit flagship --requester {hid_person}",
        "playbook start open-{team} --date mon --unit flagship --requester x@far.example",
        "playbook start open-it --date mon --dry-run",
    ),
    "playbook move": (
        "playbook move {vis_run} --date mon",
        "playbook move {hid_run} --date mon",
        "playbook move {hid_step} --date mon",
        "playbook move {vis_step} --date mon",
    ),
    "playbook skip": (
        "playbook skip {vis_run} {team} --text Hm.",
        "playbook skip {vis_run} quality --text Hm.",
        "playbook skip {hid_run} it --text Hm.",
    ),
    "playbook cancel": (
        "playbook cancel {vis_run} --text Hm. ; playbook progress {vis_run}",
        "playbook cancel {hid_run} --text Hm.",
    ),
    "person forget": ("person forget {hid_person} --dry-run", "person forget {vis_person} --yes"),
    "mail block": ("mail block {hid_person}",),
    "mail outbox retry": ("mail outbox retry {hid_mail}", "mail outbox retry --failed"),
    "mail outbox release": ("mail outbox release {hid_mail}", "mail outbox release --all"),
    "mail outbox discard": ("mail outbox discard {hid_mail} --yes", "mail outbox discard {vis_mail} --yes"),
    "mail quarantine retry": ("mail quarantine retry {quarantined}", "mail quarantine retry --all"),
    "mail quarantine discard": ("mail quarantine discard {quarantined} --yes",),
    "view save": ("view save ours team:{team}", "view save ours {word}"),
    "view delete": ("view delete nope",),
    "desk apply": ("desk apply other.toml",),
    "agent away": (
        "agent away me --until fri --reassign",
        "agent away {insider} --until fri",
        "agent away me --until fri --to {insider}",
    ),
    "agent back": ("agent back me", "agent back {insider}"),
    "incident accept": ("incident accept {hid_proposal}", "incident accept 999"),
    "incident decline": ("incident decline {hid_proposal}", "incident decline 999"),
    "event down": (
        "event down --source nagios --key web:new --service till --unit flagship",
        "event down --source nagios --key {team}:one --service till",
    ),
    "event up": (
        "event up --source nagios --key {team}:one",
        "event up --source nagios --key never:was",
        "event up --source nagios --key it:one",
    ),
    "mail fetch": ("mail fetch",),
    "mail send": ("mail send",),
    "mail pipe": ("mail pipe --mailbox it < answer.eml",),
    "mail import": ("mail import letter.eml --team it",),
    "sla sweep": ("sla sweep", "sla sweep --dry-run"),
    "tick": ("tick",),
    "import csv": ("import csv new.csv --plan mapping.toml",),
    "db backup": ("db backup copy.db",),
    "db purge": ("db purge --spam --raw --older 1d --yes", "db purge --spam --older 1d --dry-run"),
}

APART: Mapping[str, str] = {
    "mail check": "it logs in to servers",
    "import otrs": "it reads another system, and writes as `ticket import` does",
    "desk init": "it writes a file of its own",
    "desk check": "it tries a file on a throw-away desk",
    "db init": "it makes a new store",
    "db migrate": "it says which schema a store has",
    "db restore": "it reads another store: see `of the desk itself`",
    "db path": "it says where the store is",
    "init": "it makes a new store",
    "tui": "the console has a test of its own",
    "demo": "it makes a desk of its own",
    "ssh authorized-keys": "it prints the keys that agents log in with, to the SSH server",
    "ssh session": "it runs the other commands",
    "ssh setup": "it knows no store",
    "portal": "the pages have a test of their own",
    "playbook example": "it knows no store",
    "schema": "it knows no store",
    "completion": "it prints a script; what that asks has a test of its own",
    "help": "it knows no store",
    "version": "it knows no store",
}


TOLD: Mapping[str, str] = {
    "event down --source nagios --key {team}:one --service till": "a check has one ticket, whoever tells of it",
    "new --subject Mine --text Words. --team it --external-id {old}": "an external id is one ticket's alone",
    "ticket import old.csv": "an external id is one ticket's alone",
}
"""Names that one desk can give but once: whoever knows one, and takes it, is told that it is taken, and no more."""


def every_command() -> Iterator[str]:
    """The words of each command, the daily verbs once."""

    def walk(table: Mapping[str, Verb | Noun], before: str) -> Iterator[str]:
        for name, entry in table.items():
            if isinstance(entry, Noun):
                yield from walk(entry.verbs, f"{before}{name} ")
            elif not before or entry != COMMANDS.get(name):
                yield f"{before}{name}"

    yield from walk(COMMANDS, "")


def is_whole(asked: Asked) -> bool:
    """Whether there is something of everything that is asked for: a question for nothing is no question."""
    nothing = {999_999, "zqnothing", "nobody@far.example", "nobody@maker.example", b""}
    return not nothing.intersection(asked)


def entry_of(words: str) -> Verb:
    """The command of these words; what is behind it (`undo --list`) does not count."""
    table: Mapping[str, Verb | Noun] = COMMANDS
    for word in words.split():
        entry = table[word]
        if isinstance(entry, Verb):
            return entry
        table = entry.verbs
    raise LookupError(words)


def lines_of(command: str, lines: tuple[str, ...]) -> Iterator[str]:
    """The command lines of a row of `READING`: what stands there follows the command."""
    for line in lines:
        yield line if line.startswith(command) else f"{command} {line}".rstrip()


def asked_by(path: Path, login: str, hidden: tuple[int, ...]) -> Asked:
    """What there is to ask for on a desk, for an agent from whom these tickets are hidden."""
    with closing(sqlite3.connect(path)) as store:

        def one(sql: str, usual: object = 999_999) -> object:
            marks = ", ".join(map(str, hidden)) or "0"
            row = store.execute(sql.replace("HIDDEN", f"({marks})")).fetchone()
            return usual if row is None or row[0] is None else row[0]

        def number(sql: str) -> int:
            return int(str(one(sql)))

        def text(sql: str, usual: str) -> str:
            return str(one(sql, usual)).split()[0]

        hid = number("SELECT id FROM ticket WHERE id IN HIDDEN AND is_open ORDER BY external_id IS NULL, id")
        vis = number("SELECT max(id) FROM ticket WHERE id NOT IN HIDDEN AND is_open")
        word = text(f"SELECT subject FROM ticket WHERE id = {hid}", "zqnothing")
        team = text(f"SELECT m.key FROM ticket AS t JOIN team AS m ON m.id = t.team_id WHERE t.id = {hid}", "hr")
        return Asked(
            vis=vis,
            vis2=number(f"SELECT min(id) FROM ticket WHERE id NOT IN HIDDEN AND is_open AND id <> {vis}"),
            hid=hid,
            hid2=number(f"SELECT max(id) FROM ticket WHERE id IN HIDDEN AND is_open AND id <> {hid}"),
            hid_done=number("SELECT min(id) FROM ticket WHERE id IN HIDDEN AND NOT is_open"),
            hid_incident=number("SELECT min(id) FROM ticket WHERE id IN HIDDEN AND is_incident"),
            vis_message=number(f"SELECT min(id) FROM message WHERE ticket_id = {vis}"),
            hid_message=number("SELECT min(id) FROM message WHERE ticket_id IN HIDDEN"),
            vis_file=number(f"SELECT min(id) FROM attachment WHERE message_id IN ({_MESSAGES.format(f'= {vis}')})"),
            hid_file=number(f"SELECT min(id) FROM attachment WHERE message_id IN ({_MESSAGES.format('IN HIDDEN')})"),
            vis_mail=number(f"SELECT min(id) FROM outbox WHERE ticket_id = {vis}"),
            hid_mail=number("SELECT min(id) FROM outbox WHERE ticket_id IN HIDDEN"),
            hid_proposal=number(
                "SELECT p.id FROM incident_proposal AS p, json_each(p.tickets) AS t WHERE t.value IN HIDDEN"
            ),
            quarantined=number("SELECT min(id) FROM quarantine"),
            vis_person=text(_PERSON.format(f"= {vis}"), "nobody@far.example"),
            hid_person=text(
                f"{_PERSON.format('IN HIDDEN')} AND p.id NOT IN (SELECT requester_id FROM ticket"
                " WHERE id NOT IN HIDDEN AND requester_id IS NOT NULL)",
                "nobody@far.example",
            ),
            word=word,
            like=f"{word[:-3]}{word[-2]}{word[-3]}{word[-1]}",
            body=text(f"SELECT substr(text, 9) FROM message WHERE ticket_id = {hid} ORDER BY id", "zqnothing")[:-1],
            tag=text(f"SELECT tag FROM tag WHERE ticket_id = {hid}", "zqnothing"),
            old=text(f"SELECT external_id FROM ticket WHERE id = {hid}", "zqnothing"),
            team=team,
            insider=text(
                "SELECT a.key FROM team_member AS m JOIN agent AS a ON a.id = m.agent_id"
                f" JOIN team AS t ON t.id = m.team_id WHERE t.key = '{team}'",
                "anna",
            ),
            service=text(
                f"SELECT s.key FROM service AS s JOIN team AS t ON t.id = s.team_id WHERE t.key = '{team}'", "leave"
            ),
            supplier=text(
                "SELECT json_extract(data, '$.to') FROM history WHERE event = 'forwarded' AND ticket_id IN HIDDEN",
                "nobody@maker.example",
            ),
            message_id=text(
                "SELECT message_id FROM ledger WHERE ticket_id IN HIDDEN AND message_id IS NOT NULL", "zqnothing"
            ).strip("<>"),
            copy=_copy(store, hidden),
            vis_run=number("SELECT max(ticket_id) FROM playbook_run WHERE ticket_id NOT IN HIDDEN"),
            hid_run=number("SELECT max(ticket_id) FROM playbook_run WHERE ticket_id IN HIDDEN"),
            hid_step=number(
                "SELECT max(s.ticket_id) FROM playbook_step AS s JOIN playbook_run AS r ON r.id = s.run_id"
                " WHERE s.ticket_id IN HIDDEN AND r.ticket_id NOT IN HIDDEN"
            ),
            vis_step=number(
                "SELECT min(s.ticket_id) FROM playbook_step AS s JOIN playbook_run AS r ON r.id = s.run_id"
                " WHERE s.ticket_id NOT IN HIDDEN AND r.ticket_id IN HIDDEN"
            ),
            vis_rater=number(
                "SELECT max(t.id) FROM ticket AS t WHERE t.is_open AND t.id NOT IN HIDDEN AND (SELECT r.ticket_id FROM"
                " rating AS r WHERE r.person_id = t.requester_id AND r.score > 0 ORDER BY r.answered_at DESC, r.id DESC"
                " LIMIT 1) IN HIDDEN"
            ),
            vis_asked=number("SELECT max(ticket_id) FROM approval WHERE state = 'asked' AND ticket_id NOT IN HIDDEN"),
            hid_asked=number("SELECT min(ticket_id) FROM approval WHERE state = 'asked' AND ticket_id IN HIDDEN"),
            formed=FORMED[team],
            model=text("SELECT value FROM form_value WHERE key = 'model' AND ticket_id IN HIDDEN", "zqnothing"),
            approver=text(
                "SELECT address FROM approval WHERE address LIKE 'zq%' AND ticket_id IN HIDDEN", "nobody@far.example"
            ),
            comment=text("SELECT substr(comment, 8) FROM rating WHERE follow_up_id IN HIDDEN", "zqnothing.")[:-1],
        )


def _copy(store: sqlite3.Connection, hidden: tuple[int, ...]) -> bytes:
    row = store.execute(
        "SELECT r.data FROM ledger AS l JOIN raw_mail AS r ON r.id = l.raw_id JOIN json_each(?) AS h"
        " ON h.value = l.ticket_id ORDER BY l.message_id IS NULL, l.id",
        (json.dumps(hidden),),
    ).fetchone()
    return b"" if row is None else zlib.decompress(row[0])


_MESSAGES = "SELECT id FROM message WHERE ticket_id {}"
_PERSON = (
    "SELECT a.address FROM ticket AS t JOIN person AS p ON p.id = t.requester_id"
    " JOIN person_address AS a ON a.person_id = p.id WHERE t.id {}"
)
