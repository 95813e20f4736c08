"""What agents are told of: rows of the outbox, by mail, by others' hands and by time."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk

from sdesk.desk.opening import open_desk
from sdesk.desk.steps.tokens import new_token
from sdesk.desk.sweep import SweepReport, sweep
from sdesk.domain.actor import SYSTEM
from sdesk.domain.thread import TokenHolder

EVENING = NOW + timedelta(hours=7, minutes=40)
"""19:40 in Moscow."""
TILL = "From: store-001@shop.example\nSubject: Till is down\nMessage-ID: <till@shop.example>\n\nNobody can pay.\n"


@pytest.fixture
def desk(desk_of_mail: MailDesk) -> MailDesk:
    return desk_of_mail


def answer(desk: MailDesk, number: int, text: str = "It is still so.", sender: str = "maria@shop.example") -> None:
    """A mail into a ticket's thread."""
    reference = f"<sd-{number}.{desk.token(number)}.00@desk.example>"
    desk.take(f"From: {sender}\nSubject: Re\nMessage-ID: <{text}{sender}>\nIn-Reply-To: {reference}\n\n{text}\n")


def test_a_new_request_concerns_the_team(desk: MailDesk) -> None:
    desk.ask()
    assert desk.told() == [("anna", "new"), ("boris", "new")]


def test_no_key_is_kept_before_a_notification_goes(desk: MailDesk) -> None:
    desk.ask()
    assert desk.rows("SELECT count(*) FROM token") == [(0,)]
    ids = desk.rows("SELECT message_id FROM outbox WHERE agent_id")
    assert all(message_id.startswith("queued:") for (message_id,) in ids)


def test_what_tells_nobody(desk: MailDesk) -> None:
    desk.take("From: x@x.example\nSubject: win\nX-Spam-Flag: YES\n\nBuy.\n")
    number = desk.new(requester="maria@shop.example", service="other", assignee="me")
    answer(desk, number, "Thanks!")
    desk.take(
        f"From: maria@shop.example\nSubject: Re\nAuto-Submitted: auto-replied\n"
        f"In-Reply-To: <sd-{number}.{desk.token(number)}.00@desk.example>\n\nI am away.\n"
    )
    desk.do("anna", "note", number, text="Hm.")
    assert desk.told() == []


def test_an_archive_that_is_imported_tells_nobody(desk: MailDesk) -> None:
    desk.new(service="other", channel="import")
    assert desk.told() == []


def test_a_ticket_by_hand_is_told_to_the_others(desk: MailDesk) -> None:
    desk.new(service="other")
    assert desk.told() == [("boris", "new")]
    assert desk.told(desk.new(service="other", assignee="boris")) == [("boris", "assigned")]


def test_an_answer_concerns_who_has_the_ticket(desk: MailDesk) -> None:
    number = desk.ask()
    desk.do("anna", "assign", number, to="boris")
    answer(desk, number)
    answer(desk, number, "Me too", sender="eve@evil.example")
    assert desk.told(number)[2:] == [("boris", "assigned"), ("boris", "reply"), ("boris", "stranger")]


def test_who_takes_a_ticket_himself_knows(desk: MailDesk) -> None:
    number = desk.ask()
    desk.do("boris", "take", number)
    assert len(desk.told()) == 2


def test_another_team_is_told_of_what_it_is_given(desk: MailDesk) -> None:
    number = desk.ask()
    desk.do("anna", "assign", number, to="team:quality")
    assert desk.told()[2:] == [("vera", "new")]
    desk.do("anna", "service", number, service="leave")
    assert desk.told()[3:] == [("olga", "new")]


def test_a_number_that_a_stranger_names_is_told(desk: MailDesk) -> None:
    number = desk.ask()
    desk.do("boris", "take", number)
    desk.take(f"From: eve@evil.example\nSubject: [SD-{number}] give it to me\nMessage-ID: <e@evil.example>\n\nx\n")
    assert ("boris", "stranger") in desk.told(number)


def test_strangers_are_told_of_once_an_hour(desk: MailDesk) -> None:
    number = desk.ask()
    other = desk.ask(2, sender="b@shop.example")
    desk.do("boris", "take", number)

    def name(ticket: int, minute: int) -> None:
        head = f"From: eve@evil.example\nSubject: [SD-{ticket}] auto\nMessage-ID: <{ticket}-{minute}@evil.example>\n"
        desk.take(f"{head}\nx\n", at=NOW + timedelta(minutes=minute))

    for minute in (1, 2, 60):
        name(number, minute)
    assert desk.told(number).count(("boris", "stranger")) == 1
    assert desk.events(number).count("stranger_named_ticket") == 3
    name(other, 3)
    assert ("boris", "stranger") in desk.told(other)
    name(number, 61)
    assert desk.told(number).count(("boris", "stranger")) == 2


def test_at_night_what_is_urgent_rings_with_who_is_on_call(desk: MailDesk) -> None:
    desk.apply(DESK_FILE.replace('lead = "anna"', 'lead = "anna"\non_call = ["boris", "anna"]'))
    first = desk.take(TILL, at=EVENING).number
    second = desk.take(TILL.replace("till@", "later@"), at=EVENING + timedelta(days=7)).number
    assert first is not None
    assert second is not None
    assert desk.told(first) != desk.told(second)
    assert sorted([*desk.told(first), *desk.told(second)]) == [("anna", "new"), ("boris", "new")]


def test_a_filter_of_the_desk_file_holds(desk: MailDesk) -> None:
    text = 'email = "boris@desk.example"\nnotify = { events = ["reply"], priorities = "P1" }'
    desk.apply(DESK_FILE.replace('email = "boris@desk.example"', text))
    desk.ask()
    assert desk.told() == [("anna", "new")]


def bounce(desk: MailDesk, message_id: str) -> None:
    """What a mail server says of a mail of the desk."""
    desk.take(
        f"""
        From: MAILER-DAEMON@mx.example
        To: support@desk.example
        Subject: Undelivered
        Message-ID: <b{message_id[1:20]}@mx.example>
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary=b

        --b
        Content-Type: text/plain

        No such mailbox.
        --b
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.example

        Final-Recipient: rfc822; a@desk.example
        Action: failed
        Status: 5.1.1

        --b
        Content-Type: text/rfc822-headers

        Message-ID: {message_id}
        Subject: x

        --b--
        """
    )


def test_what_comes_back_is_told_once_and_never_to_the_dead_mailbox(desk: MailDesk) -> None:
    number = desk.ask()
    desk.do("boris", "take", number)
    bounce(desk, f"<sd-{number}.{desk.token(number)}.aa@desk.example>")
    assert desk.told(number)[2:] == [("boris", "undeliverable")]

    def token_of(login: str) -> str:
        with desk.desk.work(SYSTEM, NOW) as work:
            agent_id = work.rules.agent_keys[login]
            token = new_token(work, number, TokenHolder.AGENT, agent_id=agent_id)
            work.session.commit()
        return f"<sd-{number}.{token}.bb@desk.example>"

    bounce(desk, token_of("boris"))
    assert desk.told(number)[3:] == [("anna", "undeliverable")]
    # What comes back from the lead is written down, and told to nobody.
    bounce(desk, token_of("anna"))
    assert len(desk.told(number)) == 4
    assert desk.events(number).count("undeliverable") == 3


# ---- the sweep ---------------------------------------------------------------------------------


def test_at_risk_and_broken_are_told_once_each(desk: MailDesk) -> None:
    number = desk.ask()  # P4 of the office: first response within 9 h
    desk.do("boris", "take", number)
    version = desk.ticket(number).version
    told = len(desk.told(number))
    at_risk = NOW + timedelta(hours=22)
    assert desk.sweep(at_risk - timedelta(hours=1)).alerts == 0
    assert desk.sweep(at_risk).alerts == 1
    assert desk.sweep(at_risk).alerts == 0
    assert desk.told(number)[told:] == [("boris", "at_risk")]
    assert desk.event(number, "at_risk")["clock"] == "first_response"
    assert desk.sweep(at_risk + timedelta(hours=2)).alerts == 1
    assert desk.told(number)[told + 1 :] == [("boris", "breached"), ("anna", "breached")]
    # Whoever is writing an answer just then is not refused.
    assert desk.ticket(number).version == version
    desk.do("boris", "reply", number, text="Here I am.", version=version, at=at_risk + timedelta(hours=4))


def test_after_a_long_sleep_the_worst_alone_is_told(desk: MailDesk) -> None:
    number = desk.ask()
    desk.sweep(NOW + timedelta(days=3))  # P4 of the office: 9 h to the first answer, 45 to the solution
    assert desk.event(number, "breached")["clock"] == "first_response"
    assert desk.told(number)[2:] == [("anna", "breached"), ("boris", "breached")]
    desk.sweep(NOW + timedelta(days=60))
    events = desk.events(number)
    # That it was broken is a fact of its own, for whoever counts; that it had been at risk is none any more.
    assert (events.count("breached"), events.count("stale"), events.count("at_risk")) == (2, 1, 0)
    assert desk.told(number)[4:] == [("anna", "stale"), ("boris", "stale")]
    assert desk.sweep(NOW + timedelta(days=61)) == SweepReport()


def test_what_is_stale_by_a_change_is_written_down_and_told_as_what_time_made_so(desk: MailDesk) -> None:
    """The place follows at once; the state is an event all the same, and only one."""
    number = desk.ask()
    desk.do("boris", "take", number)
    desk.do("boris", "reply", number, text="We look.")
    desk.do("boris", "priority", number, priority="P2", reason="the director's")
    late = NOW + timedelta(days=14)
    desk.sweep(late)
    assert (desk.column(number, "rank"), "stale" in desk.events(number)) == (1, False)
    desk.do("boris", "priority", number, priority="P3", reason="he is away", at=late)
    assert desk.column(number, "rank") == 2
    told = len(desk.told(number))
    assert desk.sweep(late).stale == 1
    assert desk.sweep(late) == SweepReport()
    assert desk.told(number)[told:] == [("boris", "stale"), ("anna", "stale")]
    desk.do("boris", "wait", number, waiting_for="supplier", at=late)
    desk.do("boris", "reopen", number, at=late + timedelta(days=1))
    assert desk.sweep(late + timedelta(days=2)).stale == 0
    assert desk.events(number).count("stale") == 1


def test_what_waits_is_not_told_of(desk: MailDesk) -> None:
    number = desk.ask()
    desk.do("boris", "reply", number, text="Which one?")
    desk.do("boris", "wait", number, waiting_for="requester", until=NOW + timedelta(days=30))
    desk.sweep(NOW + timedelta(days=20))
    assert "breached" not in desk.events(number)


def test_a_promise_that_moved_away_is_told_of_anew(desk: MailDesk) -> None:
    number = desk.ask()
    desk.do("boris", "priority", number, priority="P2", reason="so")
    desk.sweep(NOW + timedelta(minutes=50))
    assert desk.events(number).count("at_risk") == 1
    desk.do("boris", "priority", number, priority="P4", reason="no", at=NOW + timedelta(minutes=51))
    desk.sweep(NOW + timedelta(minutes=52))
    desk.do("boris", "priority", number, priority="P2", reason="yes", at=NOW + timedelta(minutes=53))
    desk.sweep(NOW + timedelta(minutes=54))
    assert desk.events(number).count("at_risk") == 2


def test_two_sweeps_at_once_tell_once(desk: MailDesk) -> None:
    for number in range(30):
        desk.ask(number, sender=f"a{number}@shop.example")
    told = len(desk.told())
    reports: list[SweepReport] = []
    both = threading.Barrier(2)

    def swept() -> None:
        other = open_desk(desk.path)
        both.wait()
        reports.append(sweep(other, now=NOW + timedelta(days=1)))
        other.close()

    threads = [threading.Thread(target=swept) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(report.alerts for report in reports) == 30
    assert len(desk.told()) == told + 60


# ---- the lead ----------------------------------------------------------------------------------

LATE = NOW + timedelta(days=3)
"""P4 of the office: the first answer is broken, the solution not at risk yet."""


def told_of_breach(desk: MailDesk, number: int) -> list[str]:
    """Who hears of it, in how many sweeps whatsoever."""
    for later in (LATE, LATE, LATE + timedelta(hours=1)):
        desk.sweep(later)
    return [login for login, event in desk.told(number) if event == "breached"]


def with_lead(desk: MailDesk, login: str, *, more: str = "") -> None:
    """Another lead of the IT support."""
    desk.apply(DESK_FILE.replace('lead = "anna"', f'lead = "{login}"') + more)


def test_a_breach_is_told_to_the_lead_too_once(desk: MailDesk) -> None:
    with_lead(desk, "vera")
    number = desk.ask()
    desk.do("boris", "take", number)
    assert told_of_breach(desk, number) == ["boris", "vera"]


def test_a_lead_who_has_the_ticket_is_told_once(desk: MailDesk) -> None:
    number = desk.ask()
    desk.do("anna", "take", number)
    assert told_of_breach(desk, number) == ["anna"]


def test_a_lead_of_the_team_without_an_assignee_is_told_once(desk: MailDesk) -> None:
    assert told_of_breach(desk, desk.ask()) == ["anna", "boris"]


def test_a_lead_who_has_left_with_the_team_is_told_nothing(desk: MailDesk) -> None:
    """The team is retired with its lead; its tickets stay, and whoever has one hears of it."""
    with_lead(desk, "vera")
    number = desk.ask()
    desk.do("boris", "take", number)
    text = DESK_FILE.replace('lead = "anna"', 'lead = "vera"')
    for table, following in (
        ("[teams.quality]", "[agents.anna]"),
        ("[agents.vera]", "[units.flagship]"),
        ("[services.feedback]", "[[routing]]"),
        ('[[routing]]\nwhen = { sender = "web@', "[[routing]]\nwhen = { header"),
    ):
        text = text[: text.index(table)] + text[text.index(following) :]
    # Who leads the desk's IT support has left: the store still names her, as one who is retired.
    desk.apply(text.replace('lead = "vera"', 'lead = "boris"'))
    with desk.desk.work(SYSTEM, NOW) as work:
        vera = next(agent.id for agent in work.rules.agents.values() if agent.key == "vera")
        assert work.rules.agents[vera].retired
        work.connection.exec_driver_sql("UPDATE team SET lead_id = ? WHERE key = 'it'", (vera,))
        work.connection.exec_driver_sql("UPDATE desk SET revision = revision + 1")
        work.session.commit()
    assert told_of_breach(desk, number) == ["boris"]


def test_a_lead_from_outside_hears_nothing_of_a_private_team(desk: MailDesk) -> None:
    desk.apply(DESK_FILE.replace('lead = "olga"', 'lead = "boris"'))
    number = desk.new("olga", service="leave")
    assert told_of_breach(desk, number) == ["olga"]


def test_a_lead_may_ask_to_hear_of_less(desk: MailDesk) -> None:
    desk.apply(
        DESK_FILE.replace('email = "anna@desk.example"', 'email = "anna@desk.example"\nnotify = { events = ["stale"] }')
    )
    number = desk.ask()
    desk.do("boris", "take", number)
    assert told_of_breach(desk, number) == ["boris"]
    desk.sweep(NOW + timedelta(days=60))
    assert desk.told(number)[-2:] == [("boris", "stale"), ("anna", "stale")]
