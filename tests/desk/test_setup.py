"""Applying a desk file: what it says holds, all or nothing, and what it moves is said."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk
from sla_examples import moscow

from sdesk.desk.setup import apply
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import BadInput, Refused
from sdesk.store.reader import Reader

HOUR = timedelta(hours=1)


@pytest.fixture
def desk(desk_of_mail: MailDesk) -> MailDesk:
    """The desk of these tests, with the holidays of these years: it was set up a year ago."""
    assert desk_of_mail.apply(DESK_FILE) == []
    return desk_of_mail


def test_the_same_file_again_changes_nothing(desk: MailDesk) -> None:
    desk.ask()
    before = desk.dump()
    report = apply(desk.desk, DESK_FILE, "desk.toml", actor=SYSTEM, now=NOW)
    assert report.unchanged
    assert desk.dump() == before
    # Order and remarks are no difference.
    assert apply(desk.desk, f"# as before\n{DESK_FILE}", "desk.toml", actor=desk.actor("anna"), now=NOW).unchanged


def test_a_dry_run_says_what_would_change_and_changes_nothing(desk: MailDesk) -> None:
    now = moscow("2026-11-23 17:30")
    number = desk.new(service="printer", priority="P2", at=now)
    longer = DESK_FILE.replace("09:00-18:00", "09:00-20:00")
    before = desk.dump()
    dry = apply(desk.desk, longer, "desk.toml", actor=desk.actor("anna"), now=now, dry_run=True)
    assert desk.dump() == before
    wet = apply(desk.desk, longer, "desk.toml", actor=desk.actor("anna"), now=now)
    assert wet == dry
    assert (wet.changed, wet.moved) == (["calendar office"], [number])
    assert desk.ticket(number).due_at == moscow("2026-11-23 18:30")


def test_other_hours_move_the_deadlines_that_they_concern_and_no_others(desk: MailDesk) -> None:
    """The office opens at seven from now on; the stores' hours stay."""
    noon = moscow("2026-11-23 12:00")
    late = desk.new(service="other", priority="P3", at=moscow("2026-11-23 17:00"))  # four hours: 12:00 tomorrow
    early = desk.new(service="other", priority="P3", at=noon)  # four hours: 16:00 today
    till = desk.new(service="till", requester="store-001@shop.example", at=noon)
    done = desk.new(service="other", priority="P3", at=noon)
    desk.do("anna", "close", done, silent=True, at=noon)
    untouched = {number: desk.rows("SELECT * FROM ticket WHERE id = ?", number) for number in (till, done)}
    moved = desk.apply(DESK_FILE.replace("09:00-18:00", "07:00-18:00"), at=moscow("2026-11-23 17:00"))
    assert moved == [late, early]
    assert desk.ticket(late).due_at == moscow("2026-11-24 10:00")
    assert desk.events(late)[-2:] == ["deadline_moved"] * 2
    with Reader(desk.path) as reader:
        first = next(each for each in reader.history(SYSTEM, late) if each.event == "deadline_moved")
    assert first.data == {
        "clock": "first_response",
        "old": "2026-11-24T09:00:00Z",
        "new": "2026-11-24T07:00:00Z",
    }
    assert desk.ticket(early).due_at == moscow("2026-11-23 16:00")
    # Its answer is due today, when the office opened at nine; its solution comes to be due two hours sooner a day.
    assert desk.event(early, "deadline_moved")["clock"] == "resolution"
    assert desk.events(early).count("deadline_moved") == 1
    assert {number: desk.rows("SELECT * FROM ticket WHERE id = ?", number) for number in (till, done)} == untouched
    applied = desk.rows(
        "SELECT json_extract(data, '$.moved') FROM history WHERE event = 'desk_file_applied' ORDER BY id"
    )
    assert applied[-1] == (f"[{late},{early}]",)


def test_a_new_holiday_moves_what_is_due_on_it(desk: MailDesk) -> None:
    number = desk.new(service="other", priority="P3", at=moscow("2026-11-23 17:00"))
    free = DESK_FILE.replace('country = "RU"', 'country = "RU"\nfree = ["2026-11-24"]')
    assert desk.apply(free, at=moscow("2026-11-23 17:30")) == [number]
    assert desk.ticket(number).due_at == moscow("2026-11-25 12:00")
    assert desk.apply(DESK_FILE, at=moscow("2026-11-23 17:45")) == [number]
    assert desk.ticket(number).due_at == moscow("2026-11-24 12:00")


def test_other_targets_keep_what_was_consumed(desk: MailDesk) -> None:
    number = desk.new(service="other", priority="P3", at=moscow("2026-11-23 10:00"))
    stricter = DESK_FILE.replace('P3 = { first_response = "4h"', 'P3 = { first_response = "2h"')
    assert desk.apply(stricter, at=moscow("2026-11-23 11:00")) == [number]
    assert desk.ticket(number).due_at == moscow("2026-11-23 12:00")


def test_what_leaves_the_file_is_retired_and_stays_with_its_tickets(desk: MailDesk) -> None:
    number = desk.new(service="printer", assignee="boris")
    text = DESK_FILE
    for table, following in (("[agents.boris]", "[agents.olga]"), ("[services.printer]", "[services.other]")):
        text = text[: text.index(table)] + text[text.index(following) :]
    report = apply(desk.desk, text, "desk.toml", actor=desk.actor("anna"), now=NOW)
    assert report.retired == ["agent boris", "service printer"]
    ticket = desk.ticket(number)
    assert (ticket.assignee, ticket.service) == ("boris", "printer")
    another = desk.new(service="other")
    with pytest.raises(BadInput):
        desk.do("anna", "assign", another, to="boris")
    with pytest.raises(BadInput):
        desk.do("anna", "service", another, service="printer")
    with pytest.raises(Exception, match="boris"):
        desk.actor("boris")
    assert desk.do("anna", "assign", number, to="none").changed
    back = apply(desk.desk, DESK_FILE, "desk.toml", actor=desk.actor("anna"), now=NOW)
    assert sorted(back.added) == ["agent boris", "service printer"]
    assert desk.rows("SELECT count(*) FROM agent WHERE key = 'boris'") == [(1,)]


def test_only_an_admin_applies_one_where_there_is_an_admin(desk: MailDesk) -> None:
    before = desk.dump()
    for login in ("boris", "olga"):
        with pytest.raises(Refused, match="no admin"):
            desk.apply(DESK_FILE.replace("IT support", "IT"), login=login)
    assert desk.dump() == before
    desk.apply(DESK_FILE.replace("IT support", "IT"))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('country = "RU"', 'countri = "RU"'),
        ('lead = "olga"', 'lead = "olgaa"'),
        ('team = "hr"', 'team = "hrr"'),
        ('"09:00-18:00"', '"25:00-26:00"'),
        ('resolution = "27h"', 'resolution = "3d"'),
        ('time_zone = "Europe/Berlin"', 'time_zone = "Europe/Berlim"'),
        ('role = "admin"', 'role = "boss"'),
        ("E-mail: ", "E-mail: ("),
    ],
)
def test_a_wrong_file_changes_nothing_and_says_where(right: str, wrong: str, desk: MailDesk) -> None:
    before = desk.dump()
    text = DESK_FILE.replace(right, wrong, 1)
    assert text != DESK_FILE
    with pytest.raises(BadInput, match=r"desk\.toml:\d+: "):
        desk.apply(text)
    assert desk.dump() == before


def test_an_open_console_works_by_the_new_rules_at_once(desk: MailDesk) -> None:
    """Another process applied the file: the rules are read again with the next change."""
    number = desk.new(service="other")
    other = MailDesk(desk.path)
    screen = '[services.screen]\nname = "Screen"\nteam = "it"\nimpact = "minor"\nurgency = "low"\n'
    other.apply(DESK_FILE.replace("[services.leave]", f"{screen}[services.leave]"))
    other.desk.close()
    desk.do("anna", "service", number, service="screen", at=NOW + HOUR)
    assert desk.ticket(number).service == "screen"
