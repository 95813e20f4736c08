"""Who is forgotten, and what stands in the place of a name, an address or a telephone in whatever the store holds.

While it goes on, the history of the desk has what is sought, so that whoever takes it up again after it was cut off
seeks the same: of what was replaced already the names cannot be learnt any more. The last step takes it out.

Whoever writes a mail chooses the name in it. So a name is replaced only where they took part, and never one that an
agent, another person or another author has: nobody can have the words of others rewritten.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

from sqlalchemy import text

from sdesk.desk.opening import Work
from sdesk.desk.steps.history import record

NOWHERE = "forgotten.invalid"
"""No mail goes there, ever (RFC 2606)."""
BEGUN = "person_being_forgotten"
"""The event that has what is sought."""
_PSEUDONYM = re.compile(r"forgotten (?:person|sender) \d+|")
"""Nobody's name."""
ENDED = "person_forgotten"
"""The event that says that somebody was forgotten, by number alone."""
_PHONE = 6
"""Digits from which on a number is sought in texts: a shorter one stands for anything."""


@dataclass(frozen=True)
class Somebody:
    """Who is forgotten."""

    number: int | None
    """Of the person; None where the store knows an address alone."""
    addresses: tuple[str, ...]
    """In small letters."""
    names: tuple[str, ...]
    phone: str
    texts: bool
    """Whether what they wrote goes too."""
    begun: bool = False
    """Whether it was begun before, and not ended."""
    kept: tuple[str, ...] = ()
    """Names of theirs, and parts of them, that somebody else has: in small letters."""
    tickets: tuple[int, ...] = ()
    """In which they took part: there alone their names are replaced in words."""
    serial: int = 0
    """Which one of those it is who are no person of the desk: each has a pseudonym of its own."""

    @property
    def name(self) -> str:
        """The pseudonym."""
        return f"forgotten sender {self.serial}" if self.number is None else f"forgotten person {self.number}"

    @property
    def address(self) -> str:
        """What stands for each address."""
        return f"sender-{self.serial}@{NOWHERE}" if self.number is None else f"person-{self.number}@{NOWHERE}"

    def scrub(self, content: str, ticket: int | None) -> str:
        """Replace what is theirs in a text: addresses and telephone; names too where they took part in its ticket, or,
        where it has none, where one of their addresses stands in it.
        """
        # Most texts name somebody else: this look is ten times as fast as the pattern's.
        lowered = content.lower()
        if not any(each in lowered for each in self._needles):
            return content
        return self._replace(content, self._is_named(lowered, ticket))

    def scrub_document(self, content: str, ticket: int | None) -> str:
        """The same in the texts of a JSON document, in which a name may stand right behind an escaped line break."""
        lowered = content.lower()
        if not any(each in lowered for each in self._escaped) and "\\u" not in lowered:
            return content
        named = self._is_named(lowered, ticket)
        try:
            document = json.loads(content)
        except ValueError:
            return self._replace(content, named)
        scrubbed = self._in_document(document, named)
        if scrubbed == document:
            return content
        return json.dumps(scrubbed, ensure_ascii=False, separators=(",", ":"))

    def _in_document(self, part: Any, named: bool) -> Any:
        if isinstance(part, str):
            return self._replace(part, named)
        if isinstance(part, list):
            return [self._in_document(each, named) for each in part]
        if isinstance(part, dict):
            return {key: self._in_document(each, named) for key, each in part.items()}
        return part

    def _is_named(self, lowered: str, ticket: int | None) -> bool:
        return ticket in self._took_part if ticket else any(each in lowered for each in self.addresses)

    def _replace(self, content: str, named: bool) -> str:
        pattern = self._with_names if named else self._without_names
        if pattern is None:
            return content
        stand_in = {"a": self.address, "n": self.name, "p": "-"}
        return pattern.sub(lambda found: stand_in[str(found.lastgroup)[0]], content)

    @cached_property
    def _took_part(self) -> frozenset[int]:
        return frozenset(self.tickets)

    @cached_property
    def _called(self) -> list[str]:
        """Names that are sought, the longest first: one may be part of another."""
        parts = {part for each in self.names for part in _parts(each) if part.lower() not in self.kept}
        return sorted(parts, key=len, reverse=True)

    @cached_property
    def _phones(self) -> list[str]:
        return [self.phone] if sum(map(str.isdigit, self.phone)) >= _PHONE else []

    @cached_property
    def _needles(self) -> list[str]:
        return [each.lower() for each in (*self.addresses, *self._called, *self._phones)]

    @cached_property
    def _escaped(self) -> list[str]:
        return [json.dumps(each, ensure_ascii=False)[1:-1] for each in self._needles]

    @cached_property
    def _with_names(self) -> re.Pattern[str] | None:
        return self._pattern(self._called)

    @cached_property
    def _without_names(self) -> re.Pattern[str] | None:
        return self._pattern([])

    def _pattern(self, names: list[str]) -> re.Pattern[str] | None:
        boxes = sorted(self.addresses, key=len, reverse=True)
        ways = [
            *(rf"(?P<a{n}>(?<![\w.+-]){re.escape(each)}(?![\w-]|\.\w))" for n, each in enumerate(boxes)),
            *(rf"(?P<n{n}>(?<!\w){re.escape(each)}(?!\w))" for n, each in enumerate(names)),
            *(rf"(?P<p{n}>(?<!\d){re.escape(each)}(?!\d))" for n, each in enumerate(self._phones)),
        ]
        return re.compile("|".join(ways), re.IGNORECASE) if ways else None

    def readdressed(self, said: str) -> str:
        """The recipients of a mail, as JSON, with the pseudonym in their place."""
        lowered = said.lower()
        if not any(each in lowered for each in self.addresses):
            return said
        document = json.loads(said)
        changed = False
        for boxes in document.values():
            for box in boxes:
                if box[0].lower() in self.addresses:
                    box[:] = [self.address, self.name]
                    changed = True
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")) if changed else said

    def teach(self, work: Work) -> None:
        """Let SQLite know `scrub`, `scrub_document` and `readdressed` in this transaction."""
        driver: Any = work.connection.connection.dbapi_connection
        for name, count, ways in (
            ("scrub", 2, self.scrub),
            ("scrub_document", 2, self.scrub_document),
            ("readdressed", 1, self.readdressed),
        ):
            driver.create_function(name, count, _or_none(ways), deterministic=True)


def _or_none(change: Callable[..., str]) -> Callable[..., str | None]:
    return lambda content, *more: None if content is None else change(content, *more)


def _parts(name: str) -> set[str]:
    """A name, and two or more words of it that stand together: a single one is a name that many have."""
    words = name.split()
    return {" ".join(words[first:last]) for first in range(len(words)) for last in range(first + 2, len(words) + 1)}


def find_somebody(work: Work, address: str, *, texts: bool) -> Somebody:
    """Who has an address (in small letters), with all that is sought; who is being forgotten already, as it was begun:
    `texts` holds where it was wished once.
    """
    for (said,) in _rows(work, f"SELECT data FROM history WHERE event = '{BEGUN}'"):
        begun = json.loads(said)["who"]
        if address in begun["addresses"]:
            lists = {name: tuple(begun[name]) for name in ("addresses", "names", "kept", "tickets")}
            who = Somebody(**(begun | lists | {"texts": texts or begun["texts"], "begun": True}))
            return with_tickets(work, who)
    row = _rows(work, "SELECT person_id FROM person_address WHERE address = :address", address=address)
    if not row:
        names, serial = tuple(sorted(_authors(work, {address}))), _next_serial(work)
        return _completed(work, Somebody(None, (address,), names, "", texts, serial=serial))
    number = int(row[0][0])
    addresses = {each for (each,) in _rows(work, "SELECT address FROM person_address WHERE person_id = :n", n=number)}
    ((name, phone),) = _rows(work, "SELECT name, coalesce(phone, '') FROM person WHERE id = :n", n=number)
    called = {name, *_authors(work, addresses)} - {""}
    return _completed(work, Somebody(number, tuple(sorted(addresses)), tuple(sorted(called)), phone, texts))


def _completed(work: Work, who: Somebody) -> Somebody:
    return with_tickets(work, replace(who, kept=_kept(work, who)))


def with_tickets(work: Work, who: Somebody) -> Somebody:
    """The same, with the tickets in which they took part by now."""
    who.teach(work)
    values = {"a": json.dumps(who.addresses), "new": who.address, "n": who.number}
    box = "IN (SELECT value FROM json_each(:a))"
    to = "(readdressed(recipients) <> recipients OR instr(recipients, :new))"
    rows = _rows(
        work,
        f"SELECT ticket_id FROM message WHERE person_id = :n OR lower(author_address) {box} OR author_address = :new"
        f" OR {to} UNION SELECT id FROM ticket WHERE requester_id = :n"
        f" UNION SELECT ticket_id FROM outbox WHERE lower(to_address) {box} OR to_address = :new OR {to}"
        f" UNION SELECT ticket_id FROM ledger WHERE lower(sender) {box}"
        # Steps of a playbook that is about them name them, though nobody wrote there.
        " UNION SELECT s.ticket_id FROM playbook_step AS s JOIN playbook_run AS r ON r.id = s.run_id"
        " JOIN ticket AS t ON t.id = r.ticket_id WHERE t.requester_id = :n"
        f" UNION SELECT ticket_id FROM approval WHERE lower(address) {box} OR address = :new",
        **values,
    )
    return replace(who, tickets=tuple(sorted({*who.tickets, *(number for (number,) in rows if number)})))


def _kept(work: Work, who: Somebody) -> tuple[str, ...]:
    """Which of their names, and of the parts of these, somebody else has too."""
    sought = {part.lower() for each in who.names for part in _parts(each)}
    if not sought:
        return ()
    others = _rows(
        work,
        "SELECT name FROM agent UNION SELECT name FROM person WHERE id IS NOT :n"
        " UNION SELECT author_name FROM message WHERE person_id IS NOT coalesce(:n, -1) AND author_address <> :new"
        " AND lower(author_address) NOT IN (SELECT value FROM json_each(:a))",
        n=who.number,
        new=who.address,
        a=json.dumps(who.addresses),
    )
    named = [f" {' '.join(name.lower().split())} " for (name,) in others if not _PSEUDONYM.fullmatch(name)]
    return tuple(sorted(part for part in sought if any(f" {part} " in each for each in named)))


def _next_serial(work: Work) -> int:
    """The next of those who are no person: a number that says nothing of the address."""
    return 1 + max(_serials(work), default=0)


def _serials(work: Work) -> Iterable[int]:
    rows = _rows(work, f"SELECT event, data FROM history WHERE event IN ('{ENDED}', '{BEGUN}')")
    return [(json.loads(said)["who"] if event == BEGUN else json.loads(said)).get("serial", 0) for event, said in rows]


def begin(work: Work, who: Somebody) -> Somebody:
    """Write down who is being forgotten, in the place of what was written at an earlier try; gives them as they stand
    there: of two who are begun at once each has a pseudonym.
    """
    if who.serial and not who.begun:
        who = replace(who, serial=_next_serial(work))
    end(work, who)
    record(work, None, BEGUN, who=asdict(who))
    return who


def end(work: Work, who: Somebody) -> None:
    """Take out what was written down of somebody at the beginning."""
    for row, said in _rows(work, f"SELECT id, data FROM history WHERE event = '{BEGUN}'"):
        if set(json.loads(said)["who"]["addresses"]) & set(who.addresses):
            work.connection.execute(text("DELETE FROM history WHERE id = :row"), {"row": row})


def _authors(work: Work, addresses: set[str]) -> set[str]:
    """The names under which somebody wrote, or was asked for an approval."""
    listed = json.dumps(sorted(addresses))
    rows = _rows(
        work,
        "SELECT author_name FROM message WHERE lower(author_address) IN (SELECT value FROM json_each(:a))"
        " UNION SELECT name FROM approval WHERE lower(address) IN (SELECT value FROM json_each(:a))",
        a=listed,
    )
    return {name for (name,) in rows if name}


def _rows(work: Work, sql: str, **values: object) -> list[Any]:
    return list(work.connection.execute(text(sql), values).all())
