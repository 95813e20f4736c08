"""Forgetting a person, as the law on personal data asks: a pseudonym stands wherever the name, the addresses and the
telephone stood. Tickets, their facts and figures stay, and so do the words of messages, unless they are to go too.

What stays, and is said: the desk file and blocked senders, which name an address on purpose; a mail in quarantine,
until somebody has dealt with it; backups. A first name alone, in the words of somebody else, stays too.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from sdesk.desk.opening import Desk, Work
from sdesk.desk.purging import drop_contents, drop_raw
from sdesk.desk.steps.admin import require_admin
from sdesk.desk.steps.history import record
from sdesk.desk.steps.messages import reindex, rename_in_index
from sdesk.domain.actor import Actor
from sdesk.domain.errors import BadInput, Refused
from sdesk.store.engine import commit_sound

NOWHERE = "forgotten.invalid"
"""No mail goes there, ever (RFC 2606)."""
REMOVED = "[removed: the person is forgotten]"
"""What stands for the words of a message that went."""
_PHONE = 6
"""Digits from which on a number is sought in texts: a shorter one stands for anything."""

# Columns that hold what people wrote about the person, or what the desk noted: by table.
_SCRUBBED: dict[str, tuple[str, ...]] = {
    "message": ("undeliverable",),
    "draft": ("text", "beside"),
    "form_draft": ("words", "form"),
    "history": ("data",),
    "outbox": ("values", "before", "last_error"),
    "ledger": ("sender", "reason"),
    "quarantine": ("error", "trace"),
    "saved_view": ("filter",),
    "trouble": ("error",),
}
_TEXTS: dict[str, tuple[str, ...]] = {
    "ticket": ("subject",),
    "message": ("subject", "text", "quoted"),
    "ledger": ("subject",),
    "attachment": ("name",),
}
"""Beside these, where the words are to go too."""
_NOT_ASIDE = " AND id NOT IN (SELECT ledger_id FROM quarantine WHERE ended_at IS NULL)"
"""What waits in quarantine is not done with: it is found by its sender again."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was replaced or removed, by what it is; nothing where nobody knew the person any more."""

    pseudonym: str
    counts: dict[str, int]
    left: tuple[str, ...]
    """What names the person still, a sentence each."""


def forget_person(
    desk: Desk, actor: Actor, now: datetime, address: str, *, texts: bool = False, dry_run: bool = False
) -> Forgotten:
    """Forget somebody in one transaction (see `forget`), and leave nothing of it in the file's free places."""
    with desk.sweep(actor, now) as work:
        # What is deleted is written over.
        work.connection.exec_driver_sql("PRAGMA secure_delete = ON")
        done = forget(work, address, texts=texts)
        if dry_run:
            return done
        commit_sound(work.session)
    if done.counts:
        with desk.work(actor, now) as work:
            # The index keeps words of what is gone until its parts are merged.
            work.connection.exec_driver_sql("INSERT INTO ticket_fts (ticket_fts) VALUES ('optimize')")
            work.session.commit()
        desk.store.fold_log()
    return done


def forget(work: Work, address: str, *, texts: bool = False) -> Forgotten:
    """Forget the person of a mail address, with all addresses that the desk knows of. The caller commits.

    An address that no person has is sought all the same: somebody who stood in copy alone. `texts`: what the person
    wrote goes too, with its files, and in other messages of the same tickets the name and addresses are replaced.

    Refused for an agent of the desk, and for who is no admin; BadInput where it is no address.
    """
    require_admin(work)
    address = address.strip().lower()
    if "@" not in address:
        raise BadInput(f"`{address}` is no mail address", "name the person by one, see `sdesk person list`")
    who = _find(work, address)
    for agent in work.rules.agents.values():
        if agent.email.lower() in who.addresses:
            raise Refused(f"`{address}` is {agent.key}, an agent of the desk", "agents leave by the desk file")
    counts: Counter[str] = Counter()
    tickets: set[int] = set()
    _teach(work, who)
    _messages(work, who, counts, tickets)
    _removed_mail(work, who, counts)
    if texts:
        _words(work, who, counts, tickets)
    _outgoing(work, who, counts, tickets)
    for table, columns in _SCRUBBED.items():
        _scrub(work, who, table, columns, counts, where=_NOT_ASIDE if table == "ledger" else "")
    _keys(work, who, counts)
    _person(work, who, counts)
    _undos(work, tickets)
    for number in sorted(tickets):
        reindex(work, number)
        if texts:
            (subject,) = _all(work, "SELECT subject FROM ticket WHERE id = :number", number=number)[0]
            rename_in_index(work, number, subject)
    counts["tickets"] = len(tickets)
    found = {name: number for name, number in counts.items() if number}
    if found:
        record(work, None, "person_forgotten", person=who.number, words=texts, counts=found)
    work.session.expire_all()
    return Forgotten(who.name, found, tuple(_left(work, who)))


@dataclass(frozen=True, slots=True)
class _Who:
    """Who is forgotten, and what stands for him."""

    number: int | None
    addresses: frozenset[str]
    names: frozenset[str]
    phone: str
    name: str
    """The pseudonym."""
    address: str

    def scrubber(self) -> Callable[[str], str]:
        """Replaces what is theirs in a text, JSON or not."""
        # The longest first: one may be part of another.
        boxes = sorted(self.addresses, key=len, reverse=True)
        names = sorted({part for each in self.names for part in _parts(each)}, key=len, reverse=True)
        names += [json.dumps(each, ensure_ascii=False)[1:-1] for each in names if '"' in each or "\\" in each]
        phones = [self.phone] if sum(map(str.isdigit, self.phone)) >= _PHONE else []
        pattern = re.compile(
            "|".join(
                [
                    *(rf"(?P<a{n}>(?<![\w.+-]){re.escape(each)}(?![\w-]|\.\w))" for n, each in enumerate(boxes)),
                    *(rf"(?P<n{n}>(?<!\w){re.escape(each)}(?!\w))" for n, each in enumerate(names)),
                    *(rf"(?P<p{n}>(?<!\d){re.escape(each)}(?!\d))" for n, each in enumerate(phones)),
                ]
            ),
            re.IGNORECASE,
        )
        stand_in = {"a": self.address, "n": self.name, "p": "-"}
        needles = [each.lower() for each in (*boxes, *names, *phones)]

        def scrub(content: str) -> str:
            # Most texts name somebody else: this look is ten times as fast as the pattern's.
            lowered = content.lower()
            if not any(each in lowered for each in needles):
                return content
            return pattern.sub(lambda found: stand_in[str(found.lastgroup)[0]], content)

        return scrub


def _parts(name: str) -> set[str]:
    """A name, and two or more words of it that stand together: a single one is a name that many have."""
    words = name.split()
    return {" ".join(words[first:last]) for first in range(len(words)) for last in range(first + 2, len(words) + 1)}


def _find(work: Work, address: str) -> _Who:
    row = _all(work, "SELECT person_id FROM person_address WHERE address = :address", address=address)
    if not row:
        names = _authors(work, {address})
        return _Who(None, frozenset({address}), names, "", "forgotten person", f"person@{NOWHERE}")
    number = int(row[0][0])
    addresses = {each for (each,) in _all(work, "SELECT address FROM person_address WHERE person_id = :n", n=number)}
    ((name, phone),) = _all(work, "SELECT name, coalesce(phone, '') FROM person WHERE id = :n", n=number)
    names = frozenset({name, *_authors(work, addresses)}) - {""}
    pseudonym = f"forgotten person {number}"
    return _Who(number, frozenset(addresses), names, phone, pseudonym, f"person-{number}@{NOWHERE}")


def _authors(work: Work, addresses: set[str]) -> frozenset[str]:
    """The names under which somebody wrote."""
    listed = json.dumps(sorted(addresses))
    rows = _all(
        work,
        "SELECT DISTINCT author_name FROM message WHERE lower(author_address) IN (SELECT value FROM json_each(:a))",
        a=listed,
    )
    return frozenset(name for (name,) in rows if name)


def _messages(work: Work, who: _Who, counts: Counter[str], tickets: set[int]) -> None:
    """Who wrote, and to whom."""
    addresses = json.dumps(sorted(who.addresses))
    mine = "(person_id = :n OR lower(author_address) IN (SELECT value FROM json_each(:a))) AND author_address <> :new"
    tickets |= {
        each
        for (each,) in _all(
            work, f"SELECT DISTINCT ticket_id FROM message WHERE {mine}", n=who.number, a=addresses, new=who.address
        )
    }
    counts["messages"] += _run(
        work,
        f"UPDATE message SET author_name = :name, author_address = :new WHERE {mine}",
        n=who.number,
        a=addresses,
        name=who.name,
        new=who.address,
    )
    counts["recipients"] += _recipients(work, who, "message")


def _recipients(work: Work, who: _Who, table: str) -> int:
    changed = 0
    for row, said in _all(work, f"SELECT id, recipients FROM {table} WHERE recipients IS NOT NULL"):
        lowered = said.lower()
        if not any(each in lowered for each in who.addresses):
            continue
        document = json.loads(said)
        for boxes in document.values():
            for box in boxes:
                if box[0].lower() in who.addresses:
                    box[:] = [who.address, who.name]
        written = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        if written != said:
            changed += _run(work, f"UPDATE {table} SET recipients = :said WHERE id = :row", said=written, row=row)
    return changed


def _removed_mail(work: Work, who: _Who, counts: Counter[str]) -> None:
    """The raw bytes of what they wrote: all that stands in a mail stands in them."""
    addresses = json.dumps(sorted(who.addresses))
    rows = _all(
        work,
        "SELECT raw_id FROM message WHERE raw_id IS NOT NULL AND author_address = :new"
        " UNION SELECT raw_id FROM ledger WHERE raw_id IS NOT NULL"
        " AND lower(sender) IN (SELECT value FROM json_each(:a))"
        " EXCEPT SELECT l.raw_id FROM ledger AS l JOIN quarantine AS q ON q.ledger_id = l.id WHERE q.ended_at IS NULL",
        new=who.address,
        a=addresses,
    )
    if rows:
        counts["raw_mails"] += drop_raw(work, ", ".join(str(row) for (row,) in rows))[0]


def _words(work: Work, who: _Who, counts: Counter[str], tickets: set[int]) -> None:
    """What they wrote, with its files; and what others quote of them."""
    tickets |= {each for (each,) in _all(work, "SELECT id FROM ticket WHERE requester_id = :n", n=who.number)}
    theirs = "SELECT id FROM message WHERE author_address = :new"
    blobs = [
        row
        for (row,) in _all(
            work, f"SELECT DISTINCT blob_id FROM attachment WHERE message_id IN ({theirs})", new=who.address
        )
    ]
    counts["files"] += _run(work, f"DELETE FROM attachment WHERE message_id IN ({theirs})", new=who.address)
    drop_contents(work, "blob", blobs, "SELECT blob_id FROM attachment")
    counts["texts"] += _run(
        work,
        "UPDATE message SET text = :gone, quoted = '', subject = '' WHERE author_address = :new AND text <> :gone",
        gone=REMOVED,
        new=who.address,
    )
    listed = ", ".join(map(str, tickets)) or "0"
    counts["texts"] += _run(work, f"UPDATE message SET quoted = '' WHERE quoted <> '' AND ticket_id IN ({listed})")
    for found in (
        "SELECT DISTINCT ticket_id FROM message WHERE scrub(text) <> text",
        "SELECT id FROM ticket WHERE scrub(subject) <> subject",
    ):
        tickets |= {each for (each,) in _all(work, found)}
    for table, columns in _TEXTS.items():
        _scrub(work, who, table, columns, counts)


def _outgoing(work: Work, who: _Who, counts: Counter[str], tickets: set[int]) -> None:
    """Mail to them that has not gone does not go."""
    counts["recipients"] += _recipients(work, who, "outbox")
    addresses = json.dumps(sorted(who.addresses))
    mine = "lower(to_address) IN (SELECT value FROM json_each(:a))"
    counts["mails_withheld"] += _run(
        work,
        f"UPDATE outbox SET state = 'taken_back', before = NULL, last_error = 'the recipient is forgotten'"
        f" WHERE {mine} AND state IN ('queued', 'held', 'failed')",
        a=addresses,
    )
    counts["outbox"] += _run(work, f"UPDATE outbox SET to_address = :new WHERE {mine}", a=addresses, new=who.address)


def _scrub(work: Work, who: _Who, table: str, columns: Sequence[str], counts: Counter[str], *, where: str = "") -> None:
    """Replace what is theirs in texts and documents: SQLite asks Python, and writes only what differs."""
    for column in columns:
        name = f'"{column}"'
        counts[table] += _run(work, f"UPDATE {table} SET {name} = scrub({name}) WHERE scrub({name}) <> {name}{where}")


def _teach(work: Work, who: _Who) -> None:
    """SQLite learns what to replace."""
    driver: Any = work.connection.connection.dbapi_connection
    scrub = who.scrubber()
    driver.create_function("scrub", 1, lambda content: None if content is None else scrub(content), deterministic=True)


def _keys(work: Work, who: _Who, counts: Counter[str]) -> None:
    """Keys that were sent to them open nothing any more."""
    counts["tokens"] += _run(
        work,
        "DELETE FROM token WHERE lower(address) IN (SELECT value FROM json_each(:a))",
        a=json.dumps(sorted(who.addresses)),
    )


def _person(work: Work, who: _Who, counts: Counter[str]) -> None:
    """Without an address: nobody writes there by mistake."""
    if who.number is None:
        return
    counts["addresses"] += _run(work, "DELETE FROM person_address WHERE person_id = :n", n=who.number)
    counts["people"] += _run(
        work, "UPDATE person SET name = :name, phone = NULL WHERE id = :n", name=who.name, n=who.number
    )


def _undos(work: Work, tickets: set[int]) -> None:
    """What could be undone holds the rows as they were."""
    if tickets:
        listed = ", ".join(map(str, tickets))
        roots = f"SELECT coalesce(part_of, id) FROM undo WHERE ticket_id IN ({listed})"
        found = [row for (row,) in _all(work, roots)]
        ids = ", ".join(map(str, found)) or "0"
        _run(work, f"DELETE FROM undo WHERE part_of IN ({ids})")
        _run(work, f"DELETE FROM undo WHERE id IN ({ids})")


def _left(work: Work, who: _Who) -> list[str]:
    left = []
    addresses = json.dumps(sorted(who.addresses))
    if _all(work, "SELECT 1 FROM blocked_sender WHERE pattern IN (SELECT value FROM json_each(:a))", a=addresses):
        left.append("a block names the address: it ends with `sdesk mail block --remove`")
    source = "".join(str(row[0]).lower() for row in _all(work, "SELECT source FROM desk"))
    if any(each in source for each in who.addresses):
        left.append("the desk file names the address: take it out there, and apply it")
    waits = (
        "SELECT count(*) FROM ledger AS l JOIN quarantine AS q ON q.ledger_id = l.id WHERE q.ended_at IS NULL"
        " AND lower(l.sender) IN (SELECT value FROM json_each(:a))"
    )
    ((number,),) = _all(work, waits, a=addresses)
    if number:
        left.append(f"{number} of their mails in quarantine: retry or discard them, then forget again")
    return left


def _all(work: Work, sql: str, **values: object) -> list[Any]:
    return list(work.connection.execute(text(sql), values).all())


def _run(work: Work, sql: str, **values: object) -> int:
    return int(work.connection.execute(text(sql), values).rowcount)
