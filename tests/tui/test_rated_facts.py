"""The console's pane says how a ticket was rated, and else what its requester said the last time."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from desks import NOW
from intake_desk import MailDesk
from ratings_desk import rate

from sdesk.store.reader import Reader
from sdesk.tui.countdown import hold
from sdesk.tui.render.facts import Facts


def pane(path: Path, number: int, login: str) -> str:
    with Reader(path) as reader:
        detail = reader.ticket(reader.actor(login), number, now=NOW)
        held = hold(reader, [detail.ticket], NOW)[0]
        lines = Facts().lines(detail, held, width=60, now=NOW, zone=ZoneInfo("Europe/Moscow"))
    return " ".join(" ".join(line.text for line in lines).split())


def test_what_was_said_stands_with_the_facts(desk_path: Path) -> None:
    mails = MailDesk(desk_path)
    for login, service in (("anna", "printer"), ("anna", "till"), ("olga", "leave")):
        mails.new(login, requester="Maria <maria@shop.example>", service=service)
    assert "ated" not in pane(desk_path, 2, "anna")
    rate(desk_path, 1, 2, "Nobody \x1b[31mcame.")
    rated = pane(desk_path, 1, "boris")
    assert " Rated 2 of 5, bad, 13:00" in rated
    assert "“Nobody ␛[31mcame.”" in rated
    assert " Last rated 2 of 5, bad, 13:00" in pane(desk_path, 2, "boris")
    # What she said behind a wall is told there alone.
    rate(desk_path, 3, 5, "Kind.", days=1)
    assert "Kind." in pane(desk_path, 2, "olga")
    assert "Kind." not in pane(desk_path, 2, "boris")
    mails.desk.close()
