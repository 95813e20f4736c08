"""Mail of monitoring systems, by the rules that a new desk file has as remarks: a ticket a check."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk
from monitoring_mails import ALL, ASIDE, NAGIOS_HOST, ZABBIX, Told, mail, shipped_rules

from sdesk.desk.deskfile.read import read as read_file
from sdesk.domain.ledger import Outcome

LATER = NOW + timedelta(minutes=4)


@pytest.fixture(params=["en", "ru"])
def desk(desk_path: Path, request: pytest.FixtureRequest) -> MailDesk:
    """The small desk with the shipped rules, in both languages."""
    found = MailDesk(desk_path)
    found.apply(DESK_FILE + shipped_rules(request.param), at=NOW - timedelta(days=1))
    return found


def problem(told: Told) -> bytes:
    return mail(told.sender, told.problem, told.problem_text, html=told.html)


def recovery(told: Told) -> bytes:
    return mail(told.sender, told.recovery, told.recovery_text, html=told.html)


@pytest.mark.parametrize("told", ALL, ids=lambda told: told.problem)
def test_a_problem_opens_a_ticket_and_its_recovery_resolves_it(desk: MailDesk, told: Told) -> None:
    opened = desk.take(problem(told))
    assert opened.outcome is Outcome.CREATED
    assert desk.rows("SELECT key, state, ticket_id FROM check_event") == [(told.key, "down", opened.number)]
    again = desk.take(problem(told) + b"\r\n", at=NOW + timedelta(minutes=2))
    assert (again.outcome, again.number) == (Outcome.NOTED, opened.number)
    resolved = desk.take(recovery(told), at=LATER)
    assert (resolved.outcome, resolved.number) == (Outcome.FOLLOWED_UP, opened.number)
    assert desk.column(opened.number or 0, "status") == "resolved"
    assert desk.count() == 1
    # Nothing goes to the machine, neither an acknowledgement nor a resolution.
    assert desk.rows("SELECT kind FROM outbox WHERE kind <> 'notification'") == []


@pytest.mark.parametrize(("sender", "subject"), ASIDE)
def test_that_somebody_saw_it_there_opens_nothing(desk: MailDesk, sender: str, subject: str) -> None:
    receipt = desk.take(mail(sender, subject, "Anna acknowledged it."))
    assert (receipt.outcome, desk.count()) == (Outcome.IGNORED, 0)
    assert "discards it" in receipt.reason


def test_the_ticket_says_which_host_and_how_bad(desk: MailDesk) -> None:
    number = desk.take(problem(ZABBIX)).number or 0
    assert desk.column(number, "subject") == "till-01: Problem: Unavailable by ICMP ping"
    assert (desk.column(number, "urgency"), desk.column(number, "channel")) == ("high", "event")
    assert desk.rows("SELECT requester_id, unanswered_since FROM ticket") == [(None, None)]
    assert desk.rows("SELECT direction, raw_id IS NOT NULL FROM message") == [("auto", 1)]


def test_somebody_else_who_writes_so_opens_no_event_and_resolves_none(desk: MailDesk) -> None:
    number = desk.take(problem(NAGIOS_HOST)).number or 0
    receipt = desk.take(mail("stranger@elsewhere.example", NAGIOS_HOST.recovery, NAGIOS_HOST.recovery_text))
    assert receipt.number != number
    assert desk.column(number, "status") == "new"
    assert desk.rows("SELECT state FROM check_event") == [("down",)]


def test_a_recovery_whose_sender_is_forged_resolves_nothing(desk: MailDesk) -> None:
    number = desk.take(problem(NAGIOS_HOST)).number or 0
    forged = b"Authentication-Results: mx.desk.example; dmarc=fail header.from=example.org\r\n" + recovery(NAGIOS_HOST)
    desk.take(forged, at=LATER, trusts=("mx.desk.example",))
    assert desk.column(number, "status") == "new"


def test_a_recovery_without_a_problem_is_ignored_and_said_in_the_ledger(desk: MailDesk) -> None:
    receipt = desk.take(recovery(ZABBIX))
    assert (receipt.outcome, receipt.number, desk.count()) == (Outcome.IGNORED, None, 0)
    assert "was not down" in receipt.reason


def test_a_mail_that_came_late_counts_from_when_it_arrived(desk: MailDesk) -> None:
    number = desk.take(problem(ZABBIX), fetched=NOW + timedelta(hours=1)).number or 0
    assert desk.column(number, "created_at") == "2026-11-23T09:00:00Z"


def test_a_word_that_newer_ones_overtook_turns_nothing_round(desk: MailDesk) -> None:
    """Mail is late, and comes in any order: the newest word holds, by when each arrived at the mail server."""
    minute = timedelta(minutes=1)
    fetched = NOW + 60 * minute
    number = desk.take(problem(NAGIOS_HOST), at=NOW + 20 * minute, fetched=fetched).number or 0
    late_up = desk.take(recovery(NAGIOS_HOST), at=NOW, fetched=fetched)
    assert (late_up.outcome, late_up.number) == (Outcome.NOTED, number)
    assert "a newer word says that" in late_up.reason
    assert late_up.reason.endswith("is down")
    assert desk.column(number, "status") == "new"
    assert desk.rows("SELECT state, downs, ups FROM check_event") == [("down", 1, 1)]
    up = desk.take(recovery(NAGIOS_HOST) + b"\r\n", at=NOW + 30 * minute, fetched=fetched)
    assert (up.outcome, desk.column(number, "status")) == (Outcome.FOLLOWED_UP, "resolved")
    late_down = desk.take(problem(NAGIOS_HOST) + b"\r\n", at=NOW + 25 * minute, fetched=fetched)
    assert (late_down.outcome, late_down.reason[-5:]) == (Outcome.IGNORED, "is up")
    assert desk.column(number, "status") == "resolved"
    assert desk.rows("SELECT state, downs, ups FROM check_event") == [("up", 2, 2)]
    assert desk.rows("SELECT count(*) FROM outage WHERE down_to IS NULL") == [(0,)]
    again = desk.take(problem(NAGIOS_HOST) + b"\r\n\r\n", at=NOW + 40 * minute, fetched=fetched)
    assert (again.outcome, desk.column(number, "status")) == (Outcome.FOLLOWED_UP, "new")


def test_the_shipped_rules_are_sound() -> None:
    for language in ("en", "ru"):
        assert [
            each for each in read_file(DESK_FILE + shipped_rules(language), "desk.toml").warnings if "rule" in each
        ] == []


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ('when = { sender = "z@x.example" }\nset = { event = "down" }', "does not say of which check"),
        ('when = { subject = "(?P<check>.+)" }\nset = { event = "broken" }', "down"),
    ],
)
def test_a_rule_that_names_no_check_or_no_event_is_refused(rule: str, said: str) -> None:
    with pytest.raises(Exception, match=said):
        read_file(f"{DESK_FILE}[[routing]]\n{rule}", "desk.toml")


def test_a_rule_that_anybody_could_satisfy_is_warned_of() -> None:
    rule = '[[routing]]\nwhen = { subject = "(?P<check>.+) is down" }\nset = { event = "down" }'
    assert any("anybody could write" in each for each in read_file(DESK_FILE + rule, "desk.toml").warnings)


def test_what_a_mail_names_and_the_desk_does_not_know_is_noted_in_the_ticket(desk_path: Path) -> None:
    desk = MailDesk(desk_path)
    named = "(?P<unit>\\S+)/(?P<service>\\S+) (?P<key>\\S+) down"
    rule = f"[[routing]]\nwhen = {{ sender = 'mon@x.example', subject = '{named}' }}\nset = {{ event = 'down' }}"
    desk.apply(DESK_FILE + rule)
    receipt = desk.take(mail("mon@x.example", "moon/till t1:ping down", "No answer."))
    assert receipt.outcome is Outcome.CREATED
    assert [text for (text,) in desk.rows("SELECT text FROM message ORDER BY id")] == [
        "No answer.",
        "Not all that the event says is known to this desk:\n- there is no unit `moon`: left out",
    ]
    assert desk.ticket(receipt.number or 0).service == "till"


def test_a_group_named_host_of_another_rule_is_a_tag_still(desk_path: Path) -> None:
    desk = MailDesk(desk_path)
    desk.apply(DESK_FILE + "[[routing]]\nwhen = { subject = 'on (?P<host>\\S+)' }\nset = { service = 'printer' }")
    number = desk.take(mail("maria@shop.example", "No paper on P7", "Please.")).number or 0
    assert desk.rows("SELECT tag FROM tag WHERE ticket_id = ?", number) == [("host:p7",)]
