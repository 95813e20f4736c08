"""Who is forgotten, and what stands in the place of a name, an address or a telephone in whatever the store holds.

While it goes on, the history of the desk has what is sought, so that whoever takes it up again after it was cut off
seeks the same: of what was replaced already the names cannot be learnt any more. The last step takes it out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import text

from sdesk.desk.opening import Work
from sdesk.desk.steps.history import record

NOWHERE = "forgotten.invalid"
"""No mail goes there, ever (RFC 2606)."""
BEGUN = "person_being_forgotten"
"""The event that has what is sought."""
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

    @property
    def name(self) -> str:
        """The pseudonym."""
        return "forgotten person" if self.number is None else f"forgotten person {self.number}"

    @property
    def address(self) -> str:
        """What stands for each address."""
        return f"person@{NOWHERE}" if self.number is None else f"person-{self.number}@{NOWHERE}"

    @cached_property
    def scrub(self) -> Callable[[str], str]:
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
        """Let SQLite know `scrub` and `readdressed` in this transaction."""
        driver: Any = work.connection.connection.dbapi_connection
        for name, replace in (("scrub", self.scrub), ("readdressed", self.readdressed)):
            driver.create_function(name, 1, _or_none(replace), deterministic=True)


def _or_none(replace: Callable[[str], str]) -> Callable[[str | None], str | None]:
    return lambda content: None if content is None else replace(content)


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
            boxes, names = tuple(begun["addresses"]), tuple(begun["names"])
            return Somebody(begun["number"], boxes, names, begun["phone"], texts or begun["texts"], begun=True)
    row = _rows(work, "SELECT person_id FROM person_address WHERE address = :address", address=address)
    if not row:
        return Somebody(None, (address,), tuple(sorted(_authors(work, {address}))), "", texts)
    number = int(row[0][0])
    addresses = {each for (each,) in _rows(work, "SELECT address FROM person_address WHERE person_id = :n", n=number)}
    ((name, phone),) = _rows(work, "SELECT name, coalesce(phone, '') FROM person WHERE id = :n", n=number)
    called = {name, *_authors(work, addresses)} - {""}
    return Somebody(number, tuple(sorted(addresses)), tuple(sorted(called)), phone, texts)


def begin(work: Work, who: Somebody) -> None:
    """Write down who is being forgotten, in the place of what was written at an earlier try."""
    end(work, who)
    record(work, None, BEGUN, who=asdict(who))


def end(work: Work, who: Somebody) -> None:
    """Take out what was written down of somebody at the beginning."""
    for row, said in _rows(work, f"SELECT id, data FROM history WHERE event = '{BEGUN}'"):
        if set(json.loads(said)["who"]["addresses"]) & set(who.addresses):
            work.connection.execute(text("DELETE FROM history WHERE id = :row"), {"row": row})


def _authors(work: Work, addresses: set[str]) -> set[str]:
    """The names under which somebody wrote."""
    listed = json.dumps(sorted(addresses))
    rows = _rows(
        work,
        "SELECT DISTINCT author_name FROM message WHERE lower(author_address) IN (SELECT value FROM json_each(:a))",
        a=listed,
    )
    return {name for (name,) in rows if name}


def _rows(work: Work, sql: str, **values: object) -> list[Any]:
    return list(work.connection.execute(text(sql), values).all())
