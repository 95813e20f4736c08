"""Where the store names somebody, and what is done there: rows, found by reading, to be changed in small steps."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from sdesk.desk.opening import Work
from sdesk.desk.purging import drop_contents, drop_raw
from sdesk.desk.steps.somebody import BEGUN, Somebody

REMOVED = "[removed: the person is forgotten]"
"""What stands for the words of a message that went."""
BATCH, BATCH_TICKETS, BATCH_BYTES = 200, 5, 1_000_000
"""Rows of one transaction, tickets whose words it writes into the index anew, and bytes of contents that it deletes: a
tenth of a second, the time in which nobody notices that somebody else writes."""

# Columns that hold what people wrote about the person, or what the desk noted: by table.
_SCRUBBED: dict[str, tuple[str, ...]] = {
    "asset": ("name", "note"),
    "asset_change": ("data",),
    "ticket": ("priority_reason",),
    "message": ("undeliverable",),
    "draft": ("text", "beside"),
    "form_draft": ("words",),
    "form_value": ("value",),
    "history": ("data",),
    "incident_proposal": ("data",),
    "approval": ("comment",),
    "outbox": ("values", "before", "last_error"),
    "ledger": ("sender", "reason"),
    "mailbox_state": ("last_error",),
    "quarantine": ("error", "trace"),
    "saved_view": ("filter",),
    "trouble": ("error",),
    "playbook_step": ("why",),
}
_TEXTS: dict[str, tuple[str, ...]] = {
    "ticket": ("subject",),
    "message": ("subject", "text", "quoted"),
    "ledger": ("subject",),
    "attachment": ("name",),
    "playbook_step": ("subject",),
}
"""Beside these, where the words are to go too."""
_DOCUMENTS = {
    ("asset_change", "data"),
    ("draft", "beside"),
    ("form_draft", "words"),
    ("history", "data"),
    ("incident_proposal", "data"),
    ("outbox", "values"),
    ("outbox", "before"),
}
"""Those that are JSON: only the texts in it are words."""
_TICKET = {
    "ticket": "id",
    "attachment": "(SELECT ticket_id FROM message WHERE id = message_id)",
    "quarantine": "(SELECT ticket_id FROM ledger WHERE id = ledger_id)",
    "undo": "ticket_id",
    # Before its ticket is opened, it is of the parent's words alone.
    "playbook_step": "(SELECT ticket_id FROM playbook_run WHERE playbook_run.id = run_id)",
} | dict.fromkeys(
    ("asset", "asset_change", "form_draft", "incident_proposal", "mailbox_state", "saved_view", "trouble"), "NULL"
)
"""Of which ticket a row is: its `ticket_id`, where nothing else is said."""
_INDEXED = {
    ("ticket", "subject"): "rowid",
    ("message", "text"): "ticket_id",
    ("form_value", "value"): "ticket_id",
    ("approval", "comment"): "ticket_id",
}
"""Where words stand that the index has, of which ticket."""
GROWING = ("message", "history", "outbox", "ledger", "attachment", "ticket")
"""Tables whose rows are numbered as they come: what came while the others were done is looked at last."""
_WAITS = "SELECT ledger_id FROM quarantine WHERE ended_at IS NULL"
"""What waits in quarantine is not done with: it is found by its sender again."""
_EXCEPT: dict[tuple[str, str], str] = {
    ("history", "data"): f" AND event <> '{BEGUN}'",
    ("ledger", "sender"): f" AND id NOT IN ({_WAITS})",
    ("ledger", "reason"): f" AND id NOT IN ({_WAITS})",
}
_WITHHELD = "state IN ('queued', 'held', 'failed')"


Do = Callable[[Work, Somebody, str], None]
"""Replaces something in the rows of a list, as SQL: `1, 2, 3`."""


@dataclass(slots=True)
class Job:
    """Rows in which one thing is replaced."""

    do: Do
    rows: list[tuple[int, int]]
    """Ticket (0: none whose words are sought by it) and row; of contents that go, bytes and row."""
    deletes: bool = False
    """Whether the first of each is bytes."""

    def batches(self) -> Iterator[tuple[list[int], list[int]]]:
        """Rows of one transaction each, with the tickets whose words changed."""
        rows: list[int] = []
        weights: list[int] = []
        for weight, one in sorted(self.rows):
            full = sum(weights) + weight > BATCH_BYTES if self.deletes else len({*weights, weight}) > BATCH_TICKETS
            if rows and (full or len(rows) >= BATCH):
                yield rows, [] if self.deletes else sorted(set(weights) - {0})
                rows, weights = [], []
            rows.append(one)
            weights.append(weight)
        if rows:
            yield rows, [] if self.deletes else sorted(set(weights) - {0})


@dataclass(slots=True)
class Found:
    """What is to be done, in the order in which a run that is cut off finds the rest again."""

    jobs: list[Job] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    tickets: set[int] = field(default_factory=set)

    def add(self, name: str, do: Do, rows: Iterable[tuple[int, int]], *, deletes: bool = False) -> None:
        job = Job(do, list(rows), deletes)
        if name:
            self.counts[name] += len(job.rows)
        if job.rows:
            self.jobs.append(job)


def find_traces(work: Work, who: Somebody, since: Mapping[str, int] | None = None) -> Found:
    """All that names somebody; `since`: in rows of growing tables behind these."""
    found = Found()
    beyond = since or {}
    known = {"n": who.number, "a": json.dumps(who.addresses), "new": who.address, "gone": REMOVED}
    box = "IN (SELECT value FROM json_each(:a))"

    def rows(table: str, where: str, ticket: str = "0") -> list[tuple[int, int]]:
        """Ticket and row of what is so."""
        sql = f"SELECT {ticket}, rowid FROM {table} WHERE rowid > {beyond.get(table, 0)} AND ({where})"
        return [(int(first), int(row)) for first, row in fetch(work, sql, **_named(sql, known))]

    mine = f"(person_id = :n OR lower(author_address) {box})"
    theirs = rows("message", f"{mine} AND author_address <> :new", "ticket_id")
    found.tickets |= {ticket for ticket, _ in theirs}
    # Raw mails first: they are found by the address of whom they came from.
    raws = _raws(work, who, since)
    if who.texts:
        raws = sorted({*raws, *others_raws(work, who, since)})
    found.add("raw_mails", _drop_raws, raws, deletes=True)
    silenced: set[int] = set()
    if who.texts:
        _words(work, who, found, rows, theirs, silenced)
    found.add("messages", _author, theirs)
    asked = rows("approval", f"(person_id = :n OR lower(address) {box}) AND address <> :new", "ticket_id")
    found.add("approvals", _approver, asked)
    for table in ("message", "outbox"):
        found.add("recipients", _readdress(table), rows(table, "recipients <> readdressed(recipients)"))
    to = f"lower(to_address) {box}"
    withheld = rows("outbox", f"{to} AND {_WITHHELD}")
    found.add("mails_withheld", _withhold, withheld)
    found.add("outbox", _to_nobody, rows("outbox", to))
    stopped = {row for _, row in withheld}
    for table, columns in _SCRUBBED.items():
        for column in columns:
            named = rows(table, _names(table, column), _INDEXED.get((table, column), "0"))
            if table == "outbox" and column != "values":
                named = [each for each in named if each[1] not in stopped]
            found.add(table, _scrub(table, column), named)
    undone = " OR ".join(_names("undo", column) for column in ("before", "sentence"))
    found.add("", _drop_undo, rows("undo", undone))
    return found


def _words(
    work: Work,
    who: Somebody,
    found: Found,
    rows: Callable[..., list[tuple[int, int]]],
    theirs: list[tuple[int, int]],
    silenced: set[int],
) -> None:
    """What they wrote, with its files; and what others quote of them."""
    theirs = sorted({*theirs, *rows("message", "author_address = :new", "ticket_id")})
    found.tickets |= {each for (each,) in fetch(work, "SELECT id FROM ticket WHERE requester_id = :n", n=who.number)}
    listed = _listed(row for _, row in theirs)
    files = rows("attachment", f"message_id IN ({listed})", "(SELECT size FROM blob WHERE id = blob_id)")
    found.add("files", _drop_files, files, deletes=True)
    spoken = set(rows("message", f"rowid IN ({listed}) AND text <> :gone", "ticket_id"))
    found.add("texts", _silence, spoken)
    silenced |= {row for _, row in spoken}
    quoting = set(rows("message", f"quoted <> '' AND ticket_id IN ({_listed(found.tickets)})", "ticket_id"))
    found.add("texts", _unquote, quoting - spoken)
    asked = f"ticket_id IN (SELECT id FROM ticket WHERE requester_id = {who.number or 0})"
    found.add("form_value", _silence_answers, rows("form_value", f"{asked} AND value <> :gone", "ticket_id"))
    dropped = {row for _, row in files}
    empty = {row for _, row in quoting}
    for table, columns in _TEXTS.items():
        for column in columns:
            named = rows(table, _names(table, column), _INDEXED.get((table, column), "0"))
            gone = {"message": silenced | (empty if column == "quoted" else set()), "attachment": dropped}
            named = [each for each in named if each[1] not in gone.get(table, ())]
            found.tickets |= {ticket for ticket, _ in named if ticket}
            found.add(table, _scrub(table, column), named)


def _names(table: str, column: str) -> str:
    excepted = _EXCEPT.get((table, column), "")
    return f'{_scrubbed(table, column)} <> "{column}"{excepted}'


def _scrubbed(table: str, column: str) -> str:
    way = "scrub_document" if (table, column) in {*_DOCUMENTS, ("undo", "before"), ("undo", "sentence")} else "scrub"
    return f'{way}("{column}", {_TICKET.get(table, "ticket_id")})'


def _raws(work: Work, who: Somebody, since: Mapping[str, int] | None) -> list[tuple[int, int]]:
    """The raw bytes of what they wrote, with how many: all that stands in a mail stands in them."""
    beyond = since or {}
    return [
        (int(size), int(row))
        for size, row in fetch(
            work,
            "SELECT length(data), id FROM raw_mail WHERE id IN ("
            " SELECT raw_id FROM message WHERE raw_id IS NOT NULL AND rowid > :messages AND (author_address = :new"
            " OR person_id = :n OR lower(author_address) IN (SELECT value FROM json_each(:a)))"
            " UNION SELECT raw_id FROM ledger WHERE raw_id IS NOT NULL AND rowid > :entries"
            " AND lower(sender) IN (SELECT value FROM json_each(:a))"
            f" EXCEPT SELECT raw_id FROM ledger WHERE id IN ({_WAITS}))",
            new=who.address,
            n=who.number,
            a=json.dumps(who.addresses),
            messages=beyond.get("message", 0),
            entries=beyond.get("ledger", 0),
        )
    ]


def others_raws(work: Work, who: Somebody, since: Mapping[str, int] | None) -> list[tuple[int, int]]:
    """The raw bytes of what others wrote to them, of them, or quoting what stands in their tickets."""
    beyond = since or {}
    words = " OR ".join(f'{_scrubbed("message", column)} <> "{column}"' for column in _TEXTS["message"])
    mine = "person_id IS :n AND :n IS NOT NULL OR author_address = :new OR lower(author_address) IN boxes"
    return [
        (int(size), int(row))
        for size, row in fetch(
            work,
            "WITH boxes AS (SELECT value FROM json_each(:a)) SELECT length(data), id FROM raw_mail WHERE id IN ("
            " SELECT raw_id FROM message WHERE raw_id IS NOT NULL AND rowid > :messages"
            f" AND (readdressed(recipients) <> recipients OR instr(recipients, :new) OR {words}"
            "  OR quoted <> '' AND ticket_id IN (SELECT value FROM json_each(:tickets)))"
            f" EXCEPT SELECT raw_id FROM message WHERE raw_id IS NOT NULL AND ({mine})"
            f" EXCEPT SELECT raw_id FROM ledger WHERE id IN ({_WAITS}))",
            new=who.address,
            n=who.number,
            a=json.dumps(who.addresses),
            tickets=json.dumps(who.tickets),
            messages=beyond.get("message", 0),
        )
    ]


def _author(work: Work, who: Somebody, rows: str) -> None:
    change(
        work,
        f"UPDATE message SET author_name = :name, author_address = :new WHERE id IN ({rows})",
        name=who.name,
        new=who.address,
    )


def _approver(work: Work, who: Somebody, rows: str) -> None:
    change(
        work,
        f"UPDATE approval SET name = :name, address = :new, remind_at = NULL WHERE id IN ({rows})",
        name=who.name,
        new=who.address,
    )


def _readdress(table: str) -> Do:
    """Who else a mail went to."""

    def do(work: Work, who: Somebody, rows: str) -> None:
        change(work, f"UPDATE {table} SET recipients = readdressed(recipients) WHERE id IN ({rows})")

    return do


def _drop_raws(work: Work, who: Somebody, rows: str) -> None:
    drop_raw(work, rows)


def _drop_files(work: Work, who: Somebody, rows: str) -> None:
    blobs = [row for (row,) in fetch(work, f"SELECT DISTINCT blob_id FROM attachment WHERE id IN ({rows})")]
    change(work, f"DELETE FROM attachment WHERE id IN ({rows})")
    drop_contents(work, "blob", blobs, "SELECT blob_id FROM attachment")


def _silence(work: Work, who: Somebody, rows: str) -> None:
    change(work, f"UPDATE message SET text = :gone, quoted = '', subject = '' WHERE id IN ({rows})", gone=REMOVED)


def _silence_answers(work: Work, who: Somebody, rows: str) -> None:
    change(work, f"UPDATE form_value SET value = :gone WHERE rowid IN ({rows})", gone=REMOVED)


def _unquote(work: Work, who: Somebody, rows: str) -> None:
    change(work, f"UPDATE message SET quoted = '' WHERE id IN ({rows})")


def _withhold(work: Work, who: Somebody, rows: str) -> None:
    """Mail to them that has not gone does not go."""
    change(
        work,
        "UPDATE outbox SET state = 'taken_back', before = NULL, last_error = 'the recipient is forgotten'"
        f" WHERE id IN ({rows}) AND {_WITHHELD}",
    )


def _to_nobody(work: Work, who: Somebody, rows: str) -> None:
    change(work, f"UPDATE outbox SET to_address = :new WHERE id IN ({rows})", new=who.address)


def _scrub(table: str, column: str) -> Do:
    """Texts and documents: SQLite asks Python."""

    def do(work: Work, who: Somebody, rows: str) -> None:
        change(work, f'UPDATE {table} SET "{column}" = {_scrubbed(table, column)} WHERE rowid IN ({rows})')

    return do


def _drop_undo(work: Work, who: Somebody, rows: str) -> None:
    drop_undos(work, f"id IN ({rows})")


def drop_undos(work: Work, which: str) -> None:
    """What could be undone holds the rows as they were: it can be undone no more, with all that belongs to it."""
    roots = f"SELECT coalesce(part_of, id) FROM undo WHERE {which}"
    ids = _listed(row for (row,) in fetch(work, roots))
    change(work, f"DELETE FROM undo WHERE part_of IN ({ids})")
    change(work, f"DELETE FROM undo WHERE id IN ({ids})")


def fetch(work: Work, sql: str, **values: object) -> list[Any]:
    return list(work.connection.execute(text(sql), values).all())


def change(work: Work, sql: str, **values: object) -> int:
    return int(work.connection.execute(text(sql), values).rowcount)


def number_of(work: Work, sql: str, **values: object) -> int:
    return int(work.connection.execute(text(sql), values).scalar() or 0)


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers)) or "0"


def _named(sql: str, known: Mapping[str, object]) -> dict[str, object]:
    """Those values that a statement names."""
    return {name: value for name, value in known.items() if f":{name}" in sql}
