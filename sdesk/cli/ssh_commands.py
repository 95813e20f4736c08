"""Which commands a session over SSH has, and why: each is decided upon here, and what is not here is not served.

Served is what an agent does at the desk by the store alone, with standard input and output for files. What is of the
machine (its disk, its programs, its passwords, its other users) is for whoever works at the machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sdesk.cli.commands import DAILY
from sdesk.domain.ticket import Role


class Served(NamedTuple):
    """A command that a session has."""

    why: str
    without: tuple[str, ...] = ()
    """Options that reach for the server's disk or network, and are refused."""
    roles: frozenset[Role] | None = None
    """Who has it; None: everybody."""


class Kept(NamedTuple):
    """A command that is for who works at the machine."""

    why: str
    """Goes on with `over SSH:`."""


_READS = Served("it reads what the agent may see")
_CHANGES = Served("it changes what the agent may change, in the store alone")
_ASKS = Served("it reads what the agent may see; what --mail sends waits in the store's outbox")
_SAYS = Served("it says what this program is, and reads nothing of the desk")
_WITH_FILES = Served("it changes what the agent may change; a file comes by `ticket attach add N -`", ("--attach",))
_BY_STREAMS = Served("its file is standard input or output, which the command itself sees to")
_DESK_FILE = Served("it reads the desk file from standard input", roles=frozenset({Role.ADMIN}))

_MACHINE = Kept("it is the machine's own work")
_STORE = Kept("it is about the store as a file")
_DISK = Kept("it reads or writes files of the server")
_WIRE = Kept("it uses the server's passwords and connections")
_WHOLE = Kept("it speaks of the whole desk, whoever asks")

DECIDED: Mapping[str, Served | Kept] = {
    "new": _CHANGES,
    "list": _READS,
    "show": _READS,
    "take": _CHANGES,
    "assign": _CHANGES,
    "reply": _WITH_FILES,
    "forward": _CHANGES,
    "take-back": _CHANGES,
    "undo": _CHANGES,
    "note": _WITH_FILES,
    "wait": _CHANGES,
    "close": _WITH_FILES,
    "reopen": _CHANGES,
    "confirm": _CHANGES,
    "restored": _CHANGES,
    "next": _CHANGES,
    "why": _READS,
    "history": _READS,
    "approve": _CHANGES,
    "refuse": _CHANGES,
    "now": _ASKS,
    "who": _ASKS,
    "past": _ASKS,
    "ahead": _ASKS,
    "ticket merge": _CHANGES,
    "ticket split": _CHANGES,
    "ticket link": _CHANGES,
    "ticket unlink": _CHANGES,
    "ticket tag": _CHANGES,
    "ticket watch": _CHANGES,
    "ticket unwatch": _CHANGES,
    "ticket attach add": _BY_STREAMS,
    "ticket attach list": _READS,
    "ticket attach get": _BY_STREAMS,
    "ticket import": _BY_STREAMS,
    "ticket export": _READS,
    "ticket set": _CHANGES,
    "ticket ask-approval": _CHANGES,
    "ticket drop-approval": _CHANGES,
    "mail fetch": _WIRE,
    "mail send": _WIRE,
    "mail test": _BY_STREAMS,
    "mail block": _CHANGES,
    "mail pipe": Kept("whoever pipes mail in writes in anybody's name"),
    "mail import": _DISK,
    "mail parse": _BY_STREAMS,
    "mail check": _WIRE,
    "mail ledger": Served("it reads what the agent may see", ("--check",)),
    "mail outbox list": _READS,
    "mail outbox show": _READS,
    "mail outbox retry": _CHANGES,
    "mail outbox release": _CHANGES,
    "mail outbox discard": _CHANGES,
    "mail quarantine list": _READS,
    "mail quarantine show": _READS,
    "mail quarantine retry": _CHANGES,
    "mail quarantine discard": _CHANGES,
    "import csv": _DISK,
    "import otrs": _DISK,
    "view list": _READS,
    "view save": _CHANGES,
    "view show": _READS,
    "view delete": _CHANGES,
    "desk init": _DISK,
    "desk check": Kept("it makes a desk to try on, on the server's disk"),
    "desk plan": _DESK_FILE,
    "desk apply": _DESK_FILE,
    "desk export": Served(
        "it prints what an admin wrote, or an auditor may read", (), frozenset({Role.ADMIN, Role.AUDITOR})
    ),
    "desk template list": _READS,
    "desk template show": _READS,
    "agent list": _READS,
    "agent show": _READS,
    "agent away": _CHANGES,
    "agent back": _CHANGES,
    "team list": _READS,
    "team show": _READS,
    "team on-call": _READS,
    "service list": _READS,
    "service show": _READS,
    "unit list": _READS,
    "unit show": _READS,
    "person list": _READS,
    "person show": _READS,
    "person forget": _CHANGES,
    "calendar list": _READS,
    "calendar show": _READS,
    "asset list": _READS,
    "asset show": _READS,
    "asset export": _READS,
    "asset add": _CHANGES,
    "asset set": _CHANGES,
    "asset retire": _CHANGES,
    "asset import": _BY_STREAMS,
    "board": Served("it reads what the agent may see; --watch asks anew at each look who he is and what he sees"),
    "playbook list": _READS,
    "playbook show": _READS,
    "playbook example": _SAYS,
    "playbook runs": _READS,
    "playbook progress": _READS,
    "playbook start": _CHANGES,
    "playbook move": _CHANGES,
    "playbook skip": _CHANGES,
    "playbook cancel": _CHANGES,
    "incident list": _READS,
    "incident accept": _CHANGES,
    "incident decline": _CHANGES,
    "event down": _CHANGES,
    "event up": _CHANGES,
    "sla list": _READS,
    "sla show": _READS,
    "sla explain": _READS,
    "sla due": _READS,
    "sla sweep": _MACHINE,
    "db init": _STORE,
    "db migrate": _STORE,
    "db backup": _STORE,
    "db restore": _STORE,
    "db check": _STORE,
    "db size": _STORE,
    "db purge": _STORE,
    "db path": _STORE,
    "ssh authorized-keys": Kept("the SSH server runs it"),
    "ssh session": Kept("you are in one"),
    "ssh setup": _MACHINE,
    "check": _WHOLE,
    "doctor": _WHOLE,
    "portal": _MACHINE,
    "init": _DISK,
    "tick": _MACHINE,
    "tui": Served("it opens the console, which asks the same fence"),
    "demo": _DISK,
    "schema": _SAYS,
    "completion": Kept("a shell asks the program that it can run itself"),
    "help": _SAYS,
    "version": _SAYS,
}
"""By the words of the command; a daily verb is the same below `ticket`."""

_UNDECIDED = Kept("nobody has decided that it may be served")


def decision(path: tuple[str, ...]) -> Served | Kept:
    """What was decided upon a command, by its words."""
    if path[:1] == ("ticket",) and path[1:2] and path[1] in DAILY:
        path = path[1:]
    return DECIDED.get(" ".join(path), _UNDECIDED)
