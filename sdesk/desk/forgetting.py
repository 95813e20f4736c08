"""Forgetting a person, as the law on personal data asks: a pseudonym stands wherever the name, the addresses and the
telephone stood. Tickets, their facts and figures stay, and so do the words of messages, unless they are to go too.

All texts are read for it, which takes seconds and holds up nobody; what names the person is replaced in small
transactions, so that others write between two of them. Who is forgotten is written down first: a run that was cut off
is ended by doing it again.

What stays, and is said: the desk file and blocked senders, which name an address on purpose; a mail in quarantine,
until somebody has dealt with it; backups; a name that somebody else has too. A first name alone, in the words of
somebody else, stays too, and so does a name in tickets in which they took no part.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sdesk.desk.opening import Desk, Work
from sdesk.desk.steps.admin import require_admin
from sdesk.desk.steps.history import record
from sdesk.desk.steps.messages import reindex, rename_in_index
from sdesk.desk.steps.somebody import ENDED, Somebody, begin, end, find_somebody, with_tickets
from sdesk.desk.traces import BATCH, GROWING, Found, Job, change, drop_undos, fetch, find_traces, number_of, others_raws
from sdesk.domain.actor import Actor
from sdesk.domain.errors import BadInput, Refused
from sdesk.domain.safe_text import one_line
from sdesk.store.engine import give_way
from sdesk.store.search import merge_some

_TELLING = "person_id = :n AND (comment <> '' OR token_hash IS NOT NULL)"
"""Ratings that hold words of theirs, or a link that still leads to them: the answer itself is a figure, and stays."""
_UNSAY = (
    "UPDATE history SET data = json_remove(data, '$.comment') WHERE event = 'rated'"
    " AND json_extract(data, '$.comment') IS NOT NULL"
    " AND ticket_id IN (SELECT ticket_id FROM rating WHERE person_id = :n)"
    " AND json_extract(data, '$.rating') IN (SELECT id FROM rating WHERE person_id = :n)"
)
_WORDLESS = (
    "SELECT t.id FROM ticket AS t WHERE t.requester_id = :n"
    " AND NOT EXISTS (SELECT 1 FROM message AS m WHERE m.ticket_id = t.id)"
)
"""Their tickets in which nobody has said anything: by whose name they are found stands in the index alone."""


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
    """Forget the person of a mail address, with all addresses that the desk knows of.

    An address that no person has is sought all the same: somebody who stood in copy alone. `texts`: what the person
    wrote goes too, with its files, and in other messages of the same tickets the name and addresses are replaced. A
    `dry_run` counts what would be.

    Refused for an agent of the desk, and for who is no admin; BadInput where it is no address.
    """
    with desk.look(actor, now) as work:
        require_admin(work)
        who = _whom(work, address, texts)
        who.teach(work)
        found = find_traces(work, who)
        counts = _counts(work, who, found)
        seen = {table: number_of(work, f"SELECT coalesce(max(rowid), 0) FROM {table}") for table in GROWING}
        left = tuple(_left(work, who))
        wordless = [number for (number,) in fetch(work, _WORDLESS, n=who.number)]
    if dry_run or not (counts or who.begun):
        return Forgotten(who.name, counts, left)
    with _part(desk, actor, now, who) as work:
        who = begin(work, who)
    for job in found.jobs:
        for rows, tickets in job.batches():
            with _part(desk, actor, now, who) as work:
                _do(work, who, job, rows, tickets)
    for numbers in _chunks(sorted(found.tickets)):
        with _part(desk, actor, now, who) as work:
            _undos(work, numbers)
    for numbers in _chunks(wordless):
        with _part(desk, actor, now, who) as work:
            for number in numbers:
                reindex(work, number)
    _merge(desk, actor, now, who)
    with _part(desk, actor, now, who) as work:
        # What others wrote meanwhile: little, so that it may be done at once.
        who = with_tickets(work, who)
        who.teach(work)
        late = find_traces(work, who, seen).jobs
        for job in late:
            for rows, tickets in job.batches():
                _do(work, who, job, rows, tickets)
        _person(work, who)
        end(work, who)
        record(work, None, ENDED, person=who.number, serial=who.serial, words=who.texts, counts=counts)
    if late:
        _merge(desk, actor, now, who)
    desk.store.fold_log()
    return Forgotten(who.name, counts, left)


@contextmanager
def _part(desk: Desk, actor: Actor, now: datetime, who: Somebody) -> Iterator[Work]:
    """One transaction. Of what is deleted in it all that refers to it is gone, or refers to nothing, already."""
    with desk.sweep(actor, now) as work:
        # What is deleted is written over.
        work.connection.exec_driver_sql("PRAGMA secure_delete = ON")
        who.teach(work)
        yield work
        work.session.commit()
    give_way()


def _merge(desk: Desk, actor: Actor, now: datetime, who: Somebody) -> None:
    """The index keeps words of what is gone until its parts are merged."""
    begun = left_over = False
    while left_over or not begun:
        with _part(desk, actor, now, who) as work:
            driver: Any = work.connection.connection.dbapi_connection
            begun, left_over = True, merge_some(driver, anew=not begun)


def _do(work: Work, who: Somebody, job: Job, rows: Sequence[int], tickets: Sequence[int]) -> None:
    job.do(work, who, ", ".join(map(str, rows)))
    _undos(work, tickets)
    for number in tickets:
        reindex(work, number)
        if who.texts:
            (subject,) = fetch(work, "SELECT subject FROM ticket WHERE id = :number", number=number)[0]
            rename_in_index(work, number, subject)


def _whom(work: Work, address: str, texts: bool) -> Somebody:
    address = address.strip().lower()
    if "@" not in address:
        raise BadInput(f"`{address}` is no mail address", "name the person by one, see `sdesk person list`")
    who = find_somebody(work, address, texts=texts)
    for agent in work.rules.agents.values():
        if agent.email.lower() in who.addresses:
            raise Refused(f"`{address}` is {agent.key}, an agent of the desk", "agents leave by the desk file")
    return who


def _counts(work: Work, who: Somebody, found: Found) -> dict[str, int]:
    """How much of each there is; nothing where nobody knows the person."""
    addresses = json.dumps(who.addresses)
    counts = found.counts
    counts["tokens"] = number_of(
        work, "SELECT count(*) FROM token WHERE lower(address) IN (SELECT value FROM json_each(:a))", a=addresses
    )
    if who.number is not None:
        counts["addresses"] = number_of(work, "SELECT count(*) FROM person_address WHERE person_id = :n", n=who.number)
        counts["people"] = 1
        counts["ratings"] = number_of(work, f"SELECT count(*) FROM rating WHERE {_TELLING}", n=who.number)
    counts["tickets"] = len(found.tickets)
    return {name: number for name, number in counts.items() if number}


def _person(work: Work, who: Somebody) -> None:
    """Without an address: nobody writes there by mistake. Keys that were sent to them open nothing any more."""
    addresses = json.dumps(who.addresses)
    change(work, "DELETE FROM token WHERE lower(address) IN (SELECT value FROM json_each(:a))", a=addresses)
    change(work, "DELETE FROM sign_in WHERE address IN (SELECT value FROM json_each(:a))", a=addresses)
    if who.number is not None:
        change(work, _UNSAY, n=who.number)
        change(work, "UPDATE rating SET comment = '', token_hash = NULL WHERE person_id = :n", n=who.number)
        change(work, "DELETE FROM portal_session WHERE person_id = :n", n=who.number)
        change(work, "DELETE FROM person_address WHERE person_id = :n", n=who.number)
        change(work, "UPDATE person SET name = :name, phone = NULL WHERE id = :n", name=who.name, n=who.number)


def _undos(work: Work, tickets: Sequence[int]) -> None:
    """What could be undone holds the rows as they were."""
    if tickets:
        listed = ", ".join(map(str, tickets))
        drop_undos(work, f"ticket_id IN ({listed})")


def _left(work: Work, who: Somebody) -> list[str]:
    left = []
    addresses = json.dumps(who.addresses)
    if fetch(work, "SELECT 1 FROM blocked_sender WHERE pattern IN (SELECT value FROM json_each(:a))", a=addresses):
        left.append("a block names the address: it ends with `sdesk mail block --remove`")
    source = "".join(str(row[0]).lower() for row in fetch(work, "SELECT source FROM desk"))
    if any(each in source for each in who.addresses):
        left.append("the desk file names the address: take it out there, and apply it")
    waits = (
        "SELECT count(*) FROM ledger AS l JOIN quarantine AS q ON q.ledger_id = l.id WHERE q.ended_at IS NULL"
        " AND lower(l.sender) IN (SELECT value FROM json_each(:a))"
    )
    ((number,),) = fetch(work, waits, a=addresses)
    if number:
        left.append(f"{number} of their mails in quarantine: retry or discard them, then forget again")
    if not who.texts and (naming := others_raws(work, who, None)):
        raws = "1 raw mail of others names" if len(naming) == 1 else f"{len(naming):,} raw mails of others name"
        left.append(f"{raws} them: --texts takes that out too")
    whole = {" ".join(each.split()) for each in who.names}
    for name in sorted(each for each in whole if each.lower() in who.kept):
        left.append(f"`{one_line(name)}` is somebody else's name too: it stays in what others wrote")
    return left


def _chunks(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    return (numbers[first : first + BATCH] for first in range(0, len(numbers), BATCH))
