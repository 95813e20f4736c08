"""What each command prints for programs: where it is described, and which commands print it.

A command that prints rows and stands nowhere here fails the tests (`tests/cli/test_contract.py` says what to add).
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from importlib import import_module
from typing import Any, NamedTuple

from sdesk.cli.sheet import Sheet
from sdesk.domain.kinds import DRAFT, Kind, thing


class Shape(StrEnum):
    """How many there are in what `-o json` prints."""

    ARRAY = "array"
    OBJECT = "object"
    EITHER = "object or array"
    """One object for one ticket, an array for several."""
    LINES = "lines"
    """Objects of `-o jsonl`, and rows of tsv and csv: `-o json` prints something else."""
    FILE = "file"
    """Nothing that is printed: a file that is read."""


class Printed(NamedTuple):
    """One kind of object."""

    source: str
    """`module:name` below `sdesk`: a sheet, a schema, fields with their kinds, or a function that gives a schema."""
    shape: Shape
    commands: tuple[str, ...]
    """Without `sdesk`; a daily verb is the same below `ticket`."""

    def schema(self, name: str) -> Kind:
        """The JSON Schema (draft 2020-12) of one object. Its module is imported for it."""
        found: Any = self._found()
        if callable(found):
            found = found()
        if isinstance(found, Sheet):
            found = found.schema()
        elif isinstance(found, tuple):
            found = thing({field: kind for field, _, kind in found})
        by = ", ".join(f"sdesk {command}" for command in self.commands)
        title = {"$schema": DRAFT, "title": f"sdesk {name}"}
        if self.shape is not Shape.FILE:
            title["description"] = f"{_SHAPES[self.shape]} {by}. Fields may be added."
        return {**title, **found}

    def _found(self) -> object:
        module, _, name = self.source.partition(":")
        return getattr(import_module(f"sdesk.{module}"), name)


_SHAPES = {
    Shape.ARRAY: "One element of the array that `-o json` prints, one line of `-o jsonl`:",
    Shape.OBJECT: "The object that `-o json` prints:",
    Shape.EITHER: "The object that `-o json` prints, or one of several in an array; one line of `-o jsonl`:",
    Shape.LINES: "One line of `-o jsonl`:",
}

_CHANGING = (
    *("new", "take", "assign", "reply", "forward", "take-back", "undo", "note", "wait", "close", "reopen"),
    *("confirm", "restored", "ticket merge", "ticket split", "ticket link", "ticket unlink", "ticket set"),
    *("ticket tag", "ticket watch", "ticket unwatch", "ticket attach add"),
    *("approve", "refuse", "ticket ask-approval", "ticket drop-approval"),
    *("incident accept", "playbook start", "playbook move", "playbook skip", "playbook cancel"),
)

PRINTED: dict[str, Printed] = {
    "ticket": Printed("cli.json_ticket:schema", Shape.EITHER, ("list", "show", "next", "new", "demo")),
    "changed": Printed("cli.changing:SHEET", Shape.ARRAY, _CHANGING),
    "history": Printed("cli.queue:HISTORY", Shape.ARRAY, ("history",)),
    "undoable": Printed("cli.undo:CAN_BE", Shape.ARRAY, ("undo --list",)),
    "files": Printed("cli.attach:FILES", Shape.ARRAY, ("ticket attach list",)),
    "imported": Printed("cli.importing:SHEET", Shape.OBJECT, ("ticket import", "import csv --apply MAPPING")),
    "import-plan": Printed(
        "cli.import_words:PLAN", Shape.ARRAY, ("import csv --plan MAPPING", "import otrs --plan MAPPING")
    ),
    "import-otrs": Printed("cli.import_otrs:SHEET", Shape.OBJECT, ("import otrs --apply MAPPING",)),
    "why": Printed("cli.why:SHEET", Shape.EITHER, ("why",)),
    "now": Printed("reports.now_rows:KIND", Shape.OBJECT, ("now",)),
    "now-lines": Printed("reports.now_rows:FIELDS", Shape.LINES, ("now",)),
    "who": Printed("reports.who_rows:KIND", Shape.OBJECT, ("who",)),
    "who-lines": Printed("reports.who_rows:FIELDS", Shape.LINES, ("who",)),
    "past": Printed("reports.past_rows:KIND", Shape.OBJECT, ("past",)),
    "past-lines": Printed("cli.past:FLAT", Shape.LINES, ("past",)),
    "ahead": Printed("reports.ahead_rows:KIND", Shape.OBJECT, ("ahead",)),
    "ahead-lines": Printed("reports.ahead_rows:FIELDS", Shape.LINES, ("ahead",)),
    "fetched": Printed("cli.fetched:FETCHED", Shape.ARRAY, ("mail fetch", "mail import")),
    "sent": Printed("cli.send:SENT", Shape.ARRAY, ("mail send",)),
    "tested": Printed("cli.mail_test:TESTED", Shape.ARRAY, ("mail test",)),
    "blocked": Printed("cli.block:BLOCKED", Shape.ARRAY, ("mail block",)),
    "block-changed": Printed("cli.block:CHANGED", Shape.ARRAY, ("mail block ADDRESS",)),
    "parsed": Printed("cli.json_mail:KIND", Shape.OBJECT, ("mail parse",)),
    "checked": Printed("cli.mail_check:CHECKED", Shape.ARRAY, ("mail check",)),
    "ledger": Printed("cli.ledger:LEDGER", Shape.ARRAY, ("mail ledger",)),
    "ledger-differences": Printed("cli.ledger_check:DIFFERENCES", Shape.ARRAY, ("mail ledger --check",)),
    "outbox": Printed("cli.outbox:OUTBOX", Shape.ARRAY, ("mail outbox list",)),
    "outbox-changed": Printed(
        "cli.outbox_change:CHANGED", Shape.ARRAY, ("mail outbox retry", "mail outbox release", "mail outbox discard")
    ),
    "quarantine": Printed("cli.ledger:QUARANTINE", Shape.ARRAY, ("mail quarantine list",)),
    "quarantined": Printed("cli.ledger:QUARANTINE", Shape.OBJECT, ("mail quarantine show",)),
    "quarantine-changed": Printed(
        "cli.quarantine:DEALT_WITH", Shape.ARRAY, ("mail quarantine retry", "mail quarantine discard")
    ),
    "views": Printed("cli.view:VIEWS", Shape.ARRAY, ("view list",)),
    "view": Printed("cli.view:VIEWS", Shape.OBJECT, ("view show",)),
    "view-changed": Printed("cli.view:CHANGED", Shape.OBJECT, ("view save", "view delete")),
    "desk-checked": Printed("cli.desk_check:SAMPLES", Shape.ARRAY, ("desk check",)),
    "desk-plan": Printed("cli.desk_report:REPORT", Shape.OBJECT, ("desk plan", "desk apply")),
    "templates": Printed("cli.template:TEMPLATES", Shape.ARRAY, ("desk template list",)),
    "agents": Printed("cli.catalogue:AGENTS", Shape.ARRAY, ("agent list",)),
    "agent": Printed("cli.details:AGENT", Shape.OBJECT, ("agent show",)),
    "absence": Printed("cli.absence:PLANNED", Shape.OBJECT, ("agent away", "agent back")),
    "teams": Printed("cli.catalogue:TEAMS", Shape.ARRAY, ("team list",)),
    "team": Printed("cli.details:TEAM", Shape.OBJECT, ("team show",)),
    "on-call": Printed("cli.absence:DUTIES", Shape.ARRAY, ("team on-call",)),
    "services": Printed("cli.offers:OFFERS", Shape.ARRAY, ("service list",)),
    "service": Printed("cli.offers:SERVICE", Shape.OBJECT, ("service show",)),
    "units": Printed("cli.catalogue:UNITS", Shape.ARRAY, ("unit list",)),
    "unit": Printed("cli.details:UNIT", Shape.OBJECT, ("unit show",)),
    "assets": Printed("cli.asset:ASSETS", Shape.ARRAY, ("asset list",)),
    "asset": Printed("cli.asset:ASSET", Shape.OBJECT, ("asset show",)),
    "asset-changed": Printed("cli.asset:DONE", Shape.OBJECT, ("asset add", "asset set", "asset retire")),
    "assets-imported": Printed("cli.asset_import:IMPORTED", Shape.OBJECT, ("asset import",)),
    "board": Printed("reports.equipment_board_rows:KIND", Shape.OBJECT, ("board",)),
    "board-lines": Printed("reports.equipment_board_rows:FIELDS", Shape.LINES, ("board",)),
    "people": Printed("cli.person:PEOPLE", Shape.ARRAY, ("person list",)),
    "person": Printed("cli.person:PERSON", Shape.OBJECT, ("person show",)),
    "forgotten": Printed("cli.forget:FORGOTTEN", Shape.OBJECT, ("person forget",)),
    "calendars": Printed("cli.details:CALENDARS", Shape.ARRAY, ("calendar list",)),
    "calendar": Printed("cli.details:CALENDARS", Shape.OBJECT, ("calendar show",)),
    "playbooks": Printed("cli.playbook:PLAYBOOKS", Shape.ARRAY, ("playbook list",)),
    "playbook": Printed("cli.playbook:PLAYBOOK", Shape.OBJECT, ("playbook show",)),
    "playbook-runs": Printed("cli.playbook:RUNS", Shape.ARRAY, ("playbook runs",)),
    "playbook-steps": Printed("cli.playbook:STEPS", Shape.ARRAY, ("playbook progress",)),
    "incidents": Printed("cli.incident:INCIDENTS", Shape.ARRAY, ("incident list",)),
    "event": Printed("cli.event:TAKEN", Shape.OBJECT, ("event down", "event up")),
    "slas": Printed("cli.sla:LIST", Shape.ARRAY, ("sla list",)),
    "sla": Printed("cli.sla:SHOW", Shape.OBJECT, ("sla show",)),
    "explained": Printed("cli.sla_explain:SHEET", Shape.EITHER, ("sla explain",)),
    "due": Printed("cli.sla:DUE", Shape.OBJECT, ("sla due",)),
    "swept": Printed("cli.sla:SWEPT", Shape.OBJECT, ("sla sweep",)),
    "backup": Printed("cli.backup:BACKUP", Shape.OBJECT, ("db backup",)),
    "put-back": Printed("cli.backup:RESTORE", Shape.OBJECT, ("db restore",)),
    "problems": Printed("cli.db_check:FINDINGS", Shape.ARRAY, ("db check",)),
    "sizes": Printed("cli.size:SIZES", Shape.ARRAY, ("db size",)),
    "purged": Printed("cli.purge:PURGED", Shape.OBJECT, ("db purge",)),
    "doctor": Printed("cli.doctor:FINDINGS", Shape.ARRAY, ("doctor",)),
    "schemas": Printed("cli.schema:LISTED", Shape.ARRAY, ("schema",)),
    "desk": Printed("desk.deskfile.schema:schema", Shape.FILE, ("desk plan", "desk apply", "desk check")),
}
"""By the name that `sdesk schema` knows it by."""


def of_command(words: str) -> Iterator[str]:
    """The names of what a command prints, what it always prints before what it does with some option alone."""
    for name, printed in PRINTED.items():
        if printed.shape is not Shape.FILE and words in printed.commands:
            yield name
    for name, printed in PRINTED.items():
        if any(command.startswith((f"{words} -", f"{words} A")) for command in printed.commands):
            yield name
