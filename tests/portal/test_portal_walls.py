"""Walls in the portal: whoever comes in is told the same as if what he may not see had never been."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
from desks import NOW
from walled_desk import FORMED, HEADS, PLAIN, Setting, build, drawn, dump, without, words_in

from sdesk.desk.approvals import question_to
from sdesk.desk.opening import open_desk
from sdesk.desk.sign_in import ask_link, make_link, sign_in
from sdesk.domain.actor import REQUESTER, SYSTEM
from sdesk.domain.errors import SdeskError
from sdesk.domain.requesters import Requester
from sdesk.store.reader.connection import connect
from sdesk.store.reader.portal_reader import PortalReader


class Ticket(NamedTuple):
    """What a wall before a requester stands on."""

    number: int
    person: int | None
    unit: int | None
    private: bool


class Approver(NamedTuple):
    """Who was asked about a ticket whether it may be done."""

    number: int
    address: str


class Desk(NamedTuple):
    """A store, everything that may be asked for by its number, and who came in."""

    path: Path
    tickets: tuple[Ticket, ...]
    asked: tuple[Approver, ...]
    files: tuple[int, ...]
    units: tuple[int, ...]
    keys: dict[str, str]
    """Sessions, by address."""


def _desk(path: Path, setting: Setting, *, seed: int, tickets: int, deeds: int, people: int) -> Desk:
    """All heads, and some of those who asked for something, come in."""
    build(path, setting, seed=seed, tickets=tickets, deeds=deeds)
    connection = connect(path, 1)
    asked = connection.execute(
        "SELECT min(a.address) FROM ticket AS t JOIN person_address AS a ON a.person_id = t.requester_id"
        " GROUP BY t.requester_id ORDER BY t.requester_id"
    ).fetchall()
    found = connection.execute(
        "SELECT t.id, t.requester_id, t.unit_id, m.private FROM ticket AS t JOIN team AS m ON m.id = t.team_id"
    ).fetchall()
    approvers = tuple(
        Approver(row[0], row[1].lower()) for row in connection.execute("SELECT ticket_id, address FROM approval")
    )
    files = tuple(row[0] for row in connection.execute("SELECT id FROM attachment"))
    units = tuple(row[0] for row in connection.execute("SELECT id FROM unit"))
    connection.close()
    addresses = [*HEADS.values(), *Random(seed).sample(sorted({row[0] for row in asked} - {*HEADS.values()}), people)]
    keys = {}
    desk = open_desk(path, durable=False)
    with desk.work(SYSTEM, NOW - timedelta(hours=1)) as work:
        for address in addresses:
            if ask_link(work, address, language="en", base="https://portal.example") is not None:
                ((row,),) = work.connection.exec_driver_sql("SELECT max(id) FROM sign_in").all()
                keys[address] = sign_in(work, make_link(work, row))
        work.session.commit()
    desk.close()
    return Desk(
        path, tuple(Ticket(row[0], row[1], row[2], bool(row[3])) for row in found), approvers, files, units, keys
    )


def _told(desk: Desk, path: Path, key: str, *, public: bool, asked: bool = True) -> dict[str, str]:
    """All that a visitor can ask for, and what he is told; `asked`: as an approver too."""
    said: dict[str, str] = {}

    def ask(what: str, question: Callable[[], object]) -> None:
        try:
            said[what] = repr(question())
        except SdeskError as error:
            said[what] = f"{type(error).__name__} {error}"

    with PortalReader(path) as reader:
        visitor = reader.visitor(key, now=NOW)
        assert visitor is not None
        said["visitor"] = repr(visitor)
        ask("offers", lambda: reader.offers(visitor, language="en", now=NOW))
        for service in FORMED.values():
            ask(f"offer {service}", lambda service=service: reader.offer(visitor, service, language="en", now=NOW))  # type: ignore[misc]
        for at_work in (True, False):
            ask(f"own {at_work}", lambda at_work=at_work: reader.own_requests(visitor, at_work=at_work))  # type: ignore[misc]
            for unit in desk.units:
                ask(
                    f"unit {unit} {at_work}",
                    lambda unit=unit, at_work=at_work: reader.unit_requests(visitor, unit, at_work=at_work),  # type: ignore[misc]
                )
        for each in (*(ticket.number for ticket in desk.tickets), 999_999):
            ask(f"request {each}", lambda each=each: reader.request(visitor, each))  # type: ignore[misc]
            ask(f"said {each}", lambda each=each: reader.said(visitor, each, now=NOW))  # type: ignore[misc]
            ask(f"answers {each}", lambda each=each: reader.answers(visitor, each))  # type: ignore[misc]
            for file in desk.files[:: max(1, len(desk.files) // 2)]:
                ask(f"file {each} {file}", lambda each=each, file=file: reader.file(visitor, each, file, now=NOW))  # type: ignore[misc]
        if asked:
            ask("questions", lambda: reader.questions(visitor, now=NOW))
            questions = open_desk(path, durable=False)
            with questions.look(REQUESTER, NOW) as work:
                for each in (*{one.number for one in desk.asked}, 999_999):
                    ask(f"question {each}", lambda each=each: question_to(work, each, address=visitor.address))  # type: ignore[misc]
            questions.close()
        ask("units", reader.units)
        if public:
            ask("outages", reader.known_outages)
    return said


def _differing(
    desk: Desk, folder: Path, address: str, hidden: Iterable[int], *, public: bool, asked: bool = True
) -> list[str]:
    """What he is told otherwise where these tickets never were."""
    folder.mkdir()
    copy = folder / desk.path.name
    without(desk.path, copy, hidden)
    whole, seen = (_told(desk, path, desk.keys[address], public=public, asked=asked) for path in (desk.path, copy))
    copy.unlink()
    return [
        f"{address}: {what}\n  whole: {whole[what]}\n  seen: {seen[what]}"
        for what in whole
        if whole[what] != seen[what]
    ]


def _requester(desk: Desk, address: str) -> Requester:
    with PortalReader(desk.path) as reader:
        visitor = reader.visitor(desk.keys[address], now=NOW)
    assert visitor is not None
    return visitor.requester


def _compare(desk: Desk, folder: Path) -> None:
    found: list[str] = []
    for place, address in enumerate(desk.keys):
        who = _requester(desk, address)
        unseen = [each.number for each in desk.tickets if not who.sees(each.person, each.unit, private=each.private)]
        private = [each.number for each in desk.tickets if each.private and each.number in unseen]
        assert 0 < len(private) < len(unseen) < len(desk.tickets)
        # Whom the desk asks is told what he is asked, whatever wall stands before the ticket, and by that nothing else.
        mine = {each.number for each in desk.asked if each.address in who.addresses}
        if mine.intersection(unseen):
            found += _differing(desk, folder / f"{place}-asked", address, unseen, public=False, asked=False)
        unseen = [number for number in unseen if number not in mine]
        private = [number for number in private if number not in mine]
        # Of others' tickets that no wall hides the public page alone may tell: that something does not work.
        found += _differing(desk, folder / f"{place}-unseen", address, unseen, public=False)
        found += _differing(desk, folder / f"{place}-private", address, private, public=True)
    assert not found, "\n".join(found)


def test_nobody_is_told_of_what_he_may_not_see(tmp_path: Path) -> None:
    desk = _desk(tmp_path / "desk.db", PLAIN, seed=8, tickets=8, deeds=12, people=2)
    _compare(desk, tmp_path)
    # There is something to tell: the head of a unit sees what others ask there, and the page of all what does not work.
    head = HEADS["flagship"]
    told = _told(desk, desk.path, desk.keys[head], public=True)
    assert "QuestionRow" in told["questions"]
    assert told["question 999999"] == "NotFound there is no such question. see what is offered"
    assert told["outages"] != "()"
    assert len(words_in("".join(told.values()))) > 5
    mine = _requester(desk, head)
    assert any(each.private and each.person == mine.person_id for each in desk.tickets)
    assert words_in(dump(desk.path)) - words_in("".join(told.values()))


@pytest.mark.endurance
@pytest.mark.parametrize("seed", range(4))
def test_nobody_on_any_desk(tmp_path: Path, seed: int) -> None:
    desk = _desk(tmp_path / "desk.db", drawn(Random(seed)), seed=seed, tickets=20, deeds=120, people=8)
    _compare(desk, tmp_path)
