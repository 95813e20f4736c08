"""Recurring tickets: what an occurrence becomes, each exactly once, and what a machine that was off makes up for."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk
from sla_examples import moscow

from sdesk.desk import recurring
from sdesk.domain.errors import BadInput
from sdesk.domain.instant import to_rfc3339

BACKUP = """
[recurring.backup]
subject = "Check the backup"
text = "Restore one file."
rule = "FREQ=DAILY"
starts = 2026-11-20T09:00:00
service = "other"
"""
"""Each day at nine; applied on Monday at noon, as `NOW` is."""


@pytest.fixture
def desk(desk_of_mail: MailDesk) -> MailDesk:
    return desk_of_mail


def make(desk: MailDesk, at: datetime) -> int:
    return recurring.make_due(desk.desk, now=at)


def made(desk: MailDesk) -> list[tuple[str, int]]:
    """The occurrences, each with its ticket."""
    return desk.rows("SELECT occurs_at, ticket_id FROM occurrence ORDER BY occurs_at")


def apply(desk: MailDesk, section: str = BACKUP, at: datetime = NOW) -> None:
    desk.apply(DESK_FILE + section, at=at)


def test_each_is_opened_at_its_instant_and_once(desk: MailDesk) -> None:
    apply(desk)
    assert make(desk, NOW) == make(desk, moscow("2026-11-24 08:59")) == 0
    assert make(desk, moscow("2026-11-24 09:03")) == 1
    assert make(desk, moscow("2026-11-24 09:04")) == 0
    ticket = desk.ticket(1)
    assert (ticket.subject, ticket.service, ticket.team, ticket.channel) == ("Check the backup", "other", "it", "event")
    assert ticket.created_at == moscow("2026-11-24 09:00")
    assert ticket.unanswered_since is None
    assert ticket.requester_email is None
    assert desk.conversation(1) == ["note : Restore one file."]
    assert desk.told() == [("anna", "new"), ("boris", "new")]
    assert desk.outbox() == []
    assert made(desk) == [("2026-11-24T06:00:00Z", 1)]
    # P4 of the office: 45 working hours, from nine on Tuesday. Nobody waits for an answer.
    assert desk.column(1, "resolution_due_at") == to_rfc3339(moscow("2026-11-30 18:00"))
    assert desk.rows("SELECT first_response_due_at, first_response_voided FROM ticket") == [(None, 1)]


def test_what_was_missed_is_one_ticket_of_the_last_that_says_so(desk: MailDesk) -> None:
    apply(desk)
    assert make(desk, moscow("2026-11-26 12:00")) == 1
    assert desk.ticket(1).created_at == moscow("2026-11-26 09:00")
    (note,) = desk.conversation(1)
    assert "Missed, since the desk did not run: Tue 2026-11-24 09:00, Wed 2026-11-25 09:00." in note
    assert made(desk) == [(f"2026-11-{day}T06:00:00Z", 1) for day in (24, 25, 26)]
    assert make(desk, moscow("2026-11-26 12:00")) == 0
    assert make(desk, moscow("2026-11-27 09:00")) == 1


def test_all_are_made_where_the_rule_says_so(desk: MailDesk) -> None:
    apply(desk, BACKUP + 'catch_up = "all"\n')
    assert make(desk, moscow("2026-11-26 12:00")) == 3
    assert [desk.ticket(number).created_at for number in (1, 2, 3)] == [
        moscow(f"2026-11-{day} 09:00") for day in (24, 25, 26)
    ]
    assert made(desk) == [(f"2026-11-{day}T06:00:00Z", day - 23) for day in (24, 25, 26)]


def test_years_of_an_hourly_rule_are_one_ticket(desk: MailDesk) -> None:
    apply(desk, BACKUP.replace("DAILY", "HOURLY"))
    assert make(desk, NOW + timedelta(hours=2500)) == 1
    assert len(made(desk)) == 2500
    assert "and 2479 before" in desk.conversation(1)[0]


def test_a_changed_rule_makes_nothing_again_and_forgets_nothing_of_before(desk: MailDesk) -> None:
    apply(desk)
    apply(desk, BACKUP.replace("09:00:00", "10:30:00"), at=moscow("2026-11-24 10:00"))
    # Nine o'clock was due by the rule that held.
    assert made(desk) == [("2026-11-24T06:00:00Z", 1)]
    assert make(desk, moscow("2026-11-24 10:30")) == 1
    apply(desk, at=moscow("2026-11-24 11:00"))
    assert make(desk, moscow("2026-11-24 12:00")) == 0
    assert make(desk, moscow("2026-11-25 09:00")) == 1


def test_other_words_leave_the_rule_where_it_was(desk: MailDesk) -> None:
    apply(desk)
    apply(desk, BACKUP.replace("Restore one", "Restore any"), at=moscow("2026-11-24 08:00"))
    assert make(desk, moscow("2026-11-24 09:00")) == 1
    assert desk.conversation(1) == ["note : Restore any file."]


def test_a_retired_one_makes_none_and_makes_up_for_none(desk: MailDesk) -> None:
    apply(desk)
    apply(desk, "", at=moscow("2026-11-24 08:00"))
    assert make(desk, moscow("2026-11-25 12:00")) == 0
    apply(desk, at=moscow("2026-11-25 12:00"))
    assert make(desk, moscow("2026-11-25 13:00")) == 0
    assert make(desk, moscow("2026-11-26 09:00")) == 1


def test_without_a_start_it_goes_by_the_day_on_which_it_was_applied_first(desk: MailDesk) -> None:
    rule = BACKUP.replace("starts = 2026-11-20T09:00:00\n", "").replace("DAILY", "DAILY;INTERVAL=2;BYHOUR=9")
    apply(desk, rule)
    apply(desk, rule.replace("one file", "two files"), at=moscow("2026-11-24 12:00"))
    assert make(desk, moscow("2026-11-24 23:00")) == 0
    assert make(desk, moscow("2026-11-25 09:00")) == 1


def test_facts_of_the_section_are_the_tickets(desk: MailDesk) -> None:
    more = 'team = "it"\nunit = "flagship"\nassignee = "boris"\nrequester = "Maria <maria@shop.example>"\n'
    apply(desk, BACKUP.replace('"other"', '"till"') + more + 'priority = "P4"\ntags = ["Backup"]\n')
    make(desk, moscow("2026-11-24 09:00"))
    ticket = desk.ticket(1)
    assert (ticket.unit, ticket.assignee, ticket.requester_email) == ("flagship", "boris", "maria@shop.example")
    assert (ticket.priority, ticket.status, ticket.tags) == ("P4", "open", ("backup",))
    # Planned work is no outage, and nobody is told that he asked for it.
    assert ticket.loss_per_hour is None
    assert desk.outbox() == []
    assert desk.told() == [("boris", "assigned")]


def test_planned_work_is_no_sign_of_an_incident(desk: MailDesk) -> None:
    sections = [BACKUP.replace("backup]", f"{number}]").replace('"other"', '"till"') for number in range(3)]
    apply(desk, "".join(sections))
    make(desk, moscow("2026-11-24 09:00"))
    desk.new(service="till", at=moscow("2026-11-24 09:01"))
    assert desk.count() == 4
    assert desk.rows("SELECT count(*) FROM incident_proposal") == [(0,)]


@pytest.mark.parametrize(
    ("section", "what"),
    [
        (BACKUP.replace("FREQ=DAILY", "FREQ=DALY"), r"desk.toml:\d+: \[recurring.backup\] rule: there is no FREQ=DALY"),
        (BACKUP.replace("DAILY", "MINUTELY"), "rule: it would occur more often than hourly"),
        (BACKUP.replace("DAILY", "DAILY;BYHOUR=9;BYMINUTE=0,20"), "rule: it would occur more often than hourly"),
        (BACKUP.replace("DAILY", "YEARLY;BYMONTH=2;BYMONTHDAY=30"), "rule: it never occurs"),
        (BACKUP.replace("2026-11-20T09:00:00", '"soon"'), "starts: `soon` is no local date and time"),
        (BACKUP.replace("2026-11-20T09:00:00", "2026-11-20T09:00:00Z"), "starts: must be a local date and time"),
        (BACKUP.replace('service = "other"', ""), "nobody knows which team this is for"),
        (BACKUP.replace('"other"', '"leave"') + 'assignee = "boris"\n', "assignee: `boris` is no member of team `hr`"),
        (BACKUP + 'requester = "maria"\n', r"requester: "),
        (BACKUP + 'catch_up = "al"\n', "catch_up: must be one of one, all"),
        (BACKUP.replace("the backup", "the\\nbackup"), "subject: is more than a line"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(desk: MailDesk, section: str, what: str) -> None:
    with pytest.raises(BadInput, match=what):
        apply(desk, section)
