"""What each verb does to a ticket: status, clocks to the second, place in the queue, history; and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk
from sla_examples import MOSCOW, moscow

from sdesk.domain.errors import BadInput, Conflict, NotFound, Refused, SdeskError
from sdesk.domain.filters import parse
from sdesk.domain.instant import Day
from sdesk.domain.ticket import SlaState
from sdesk.store.reader import Reader

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

# The targets of the worked examples: 480 minutes, raised to 240 or to 120.
EXAMPLES = (
    DESK_FILE.replace('resolution = "27h"', 'resolution = "480m"')
    .replace('resolution = "9h"', 'resolution = "240m"')
    .replace('resolution = "4h" }', 'resolution = "120m" }')
)


@pytest.fixture
def desk(desk_of_mail: MailDesk) -> MailDesk:
    """The desk of these tests."""
    return desk_of_mail


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def order(desk: MailDesk, *, at: datetime = NOW) -> list[int]:
    """The open tickets in the order of the queue."""
    with Reader(desk.path) as reader:
        return [row.number for row in reader.walk(reader.actor("anna"), parse("", now=at, zone=MOSCOW), now=at)]


# ---- the worked example of a pause --------------------------------------------------------------


@pytest.fixture
def paused(desk: MailDesk) -> MailDesk:
    """SD-1: opened at ten, waiting from noon until eleven the next morning, then woken by the sweep."""
    desk.apply(EXAMPLES)
    desk.new(priority="P3", service="other", requester="a@b.example", at=moscow("2026-11-23 10:00"))
    assert desk.ticket(1).due_at == moscow("2026-11-23 14:00")  # the first response
    desk.do("anna", "reply", 1, text="We look.", at=moscow("2026-11-23 11:00"))
    assert desk.ticket(1).due_at == moscow("2026-11-23 18:00")
    until = moscow("2026-11-24 11:00")
    desk.do("anna", "wait", 1, waiting_for="date", until=until, at=moscow("2026-11-23 12:00"))
    ticket = desk.ticket(1)
    assert (ticket.status, ticket.due_at, ticket.wake_at) == ("waiting", None, until)
    assert desk.sweep(until - timedelta(seconds=1)).woken == 0
    assert desk.sweep(until + 3 * HOUR).woken == 1
    return desk


def test_a_wait_moves_the_deadline(paused: MailDesk) -> None:
    """However late the sweep came."""
    ticket = paused.ticket(1)
    assert (ticket.status, ticket.due_at, ticket.due_kind) == ("open", moscow("2026-11-24 17:00"), "resolution")
    assert paused.events(1)[-2:] == ["woken", "status"]


def test_a_raised_priority_keeps_what_was_consumed(paused: MailDesk) -> None:
    paused.do("anna", "priority", 1, priority="P2", reason="the director's", at=moscow("2026-11-24 12:00"))
    assert paused.ticket(1).due_at == moscow("2026-11-24 13:00")
    assert paused.event(1, "priority") | {"by": ""} == {
        "by": "",
        "old": "P3",
        "new": "P2",
        "reason": "the director's",
    }


def test_a_target_already_consumed_was_due_when_it_was_reached(paused: MailDesk) -> None:
    paused.do("anna", "priority", 1, priority="P1", reason="it stands", at=moscow("2026-11-24 12:00"))
    ticket = paused.ticket(1, at=moscow("2026-11-24 12:00"))
    assert (ticket.due_at, ticket.sla_state) == (moscow("2026-11-23 12:00"), SlaState.BREACHED)


@pytest.mark.parametrize(
    ("verb", "values", "remedy", "instead"),
    [
        ("reply", {}, "record a call with --phone, or write a note", {"phone": True}),
        ("close", {}, "add --silent: the text is kept as a note", {"silent": True}),
        ("wait", {"waiting_for": "supplier"}, "leave --text out, or write a note", {"text": ""}),
    ],
)
def test_where_there_is_nobody_to_write_to_the_verb_says_what_it_can_do_instead(
    desk: MailDesk, verb: str, values: dict[str, Any], remedy: str, instead: dict[str, Any]
) -> None:
    desk.new(service="printer", requester=None)
    with pytest.raises(Refused, match="no requester with a mail address") as refused:
        desk.do("anna", verb, 1, text="It is done.", **values)
    assert refused.value.remedy == remedy
    desk.do("anna", verb, 1, **{"text": "It is done.", **values, **instead})


# ---- take, assign -------------------------------------------------------------------------------


def test_take_and_give_back(desk: MailDesk) -> None:
    number = desk.new(service="printer")
    assert desk.do("boris", "take", number).sentence == f"SD-{number} assigned to boris"
    assert (desk.ticket(number).status, desk.ticket(number).assignee) == ("open", "boris")
    assert desk.event(number, "assigned") == {"by": "boris", "old": None, "new": "boris"}
    again = desk.do("boris", "take", number)
    assert (again.changed, desk.ticket(number).version) == (False, 2)
    desk.do("anna", "assign", number, to="none")
    assert (desk.ticket(number).status, desk.ticket(number).assignee) == ("new", None)


def test_a_waiting_ticket_waits_on_whoever_has_it(desk: MailDesk) -> None:
    number = desk.new(service="printer")
    desk.do("anna", "wait", number, waiting_for="supplier")
    desk.do("anna", "assign", number, to="boris")
    assert (desk.ticket(number).status, desk.ticket(number).assignee) == ("waiting", "boris")
    desk.do("anna", "reopen", number)
    assert desk.ticket(number).status == "open"
    assert desk.column(number, "reopenings") == 0


def test_whoever_takes_it_out_of_anothers_hands_is_told_whose_it_was(desk: MailDesk) -> None:
    desk.new(service="printer")
    desk.do("boris", "take", 1)
    assert desk.do("anna", "take", 1).sentence == "SD-1 assigned to anna; it was boris's"
    assert desk.do("anna", "assign", 1, to="boris").sentence == "SD-1 assigned to boris"


def test_of_two_who_take_it_at_once_the_second_is_told(desk: MailDesk) -> None:
    desk.new(service="printer")
    desk.do("boris", "take", 1, holders={1: None})
    with pytest.raises(Conflict, match="SD-1 became boris's meanwhile"):
        desk.do("anna", "take", 1, holders={1: None})
    assert desk.ticket(1).assignee == "boris"
    assert desk.do("anna", "take", 1, holders={1: "boris"}).sentence == "SD-1 assigned to anna; it was boris's"
    assert desk.do("anna", "take", 1, holders={1: "boris"}).sentence == "SD-1 is assigned to anna already"


def test_another_team_takes_it_from_whoever_had_it(desk: MailDesk) -> None:
    number = desk.new(service="printer", assignee="boris")
    desk.do("anna", "assign", number, to="team:quality")
    ticket = desk.ticket(number)
    assert (ticket.team, ticket.assignee, ticket.status) == ("quality", None, "new")
    assert desk.events(number)[-3:] == ["team", "assigned", "status"]


@pytest.mark.parametrize("word", ["nobody", "team:itt", "BORIS", ""])
def test_words_that_nobody_has(word: str, desk: MailDesk) -> None:
    number = desk.new(service="printer")
    with pytest.raises(BadInput):
        desk.do("anna", "assign", number, to=word)
    assert desk.ticket(number).version == 1


def test_only_its_members_get_a_private_teams_tickets(desk: MailDesk) -> None:
    number = desk.new("olga", service="leave")
    with pytest.raises(Refused, match="private"):
        desk.do("olga", "assign", number, to="boris")
    with pytest.raises(Refused, match="private"):
        desk.new("anna", service="leave", assignee="boris")
    assert desk.ticket(number).assignee is None
    assert desk.count() == 1


# ---- reply, note --------------------------------------------------------------------------------


def test_a_reply_meets_the_first_response_and_takes_the_ticket(desk: MailDesk) -> None:
    desk.ask()
    desk.do("boris", "reply", 1, text="Try again.", cc=["Oleg <oleg@partner.example>"], at=NOW + HOUR)
    ticket = desk.ticket(1)
    assert (ticket.status, ticket.assignee, ticket.unanswered_since) == ("open", "boris", None)
    assert desk.column(1, "first_response_met_at") == stamp(NOW + HOUR)
    assert desk.column(1, "first_response_consumed") == 3600
    assert desk.outbox()[-1] == ("reply", "maria@shop.example", timedelta(seconds=10))
    assert desk.rows("SELECT in_reply_to FROM message ORDER BY id DESC LIMIT 1") == [("<ask-1@shop.example>",)]
    assert desk.events(1)[-3:] == ["answered", "assigned", "status"]


def test_an_answer_by_phone_counts_and_sends_nothing(desk: MailDesk) -> None:
    desk.ask()
    before = desk.outbox()
    desk.do("boris", "reply", 1, text="Told her.", phone=True)
    assert desk.outbox() == before
    assert desk.column(1, "first_response_met_at") == stamp(NOW)
    assert desk.event(1, "answered")["kind"] == "call"


def test_a_note_answers_nobody(desk: MailDesk) -> None:
    desk.ask()
    before = desk.outbox()
    desk.do("boris", "note", 1, text="Odd.")
    ticket = desk.ticket(1)
    assert (ticket.status, ticket.assignee, ticket.unanswered_since) == ("new", None, NOW)
    assert desk.column(1, "first_response_met_at") is None
    assert desk.outbox() == before


@pytest.mark.parametrize("verb", ["reply", "note"])
def test_nothing_is_no_text(verb: str, desk: MailDesk) -> None:
    desk.ask()
    with pytest.raises(BadInput):
        desk.do("anna", verb, 1, text=" \n")


def test_whom_nobody_can_write_to(desk: MailDesk) -> None:
    number = desk.new(service="printer")
    for verb in ("reply", "close"):
        with pytest.raises(Refused, match="no requester"):
            desk.do("anna", verb, number, text="Done.")
    desk.do("anna", "close", number, silent=True)
    assert desk.ticket(number).status == "resolved"


# ---- wait ---------------------------------------------------------------------------------------


def test_a_wait_without_an_end_lasts_the_teams_five_working_days(desk: MailDesk) -> None:
    desk.ask(at=moscow("2026-11-23 12:00"))
    desk.do("anna", "wait", 1, waiting_for="requester", at=moscow("2026-11-23 12:00"))
    assert desk.ticket(1).wake_at == moscow("2026-11-30 12:00")
    assert desk.sweep(moscow("2026-11-30 11:59")).woken == 0
    assert desk.sweep(moscow("2026-11-30 12:00")).woken == 1
    assert desk.ticket(1).status == "new"


@pytest.mark.parametrize(
    ("service", "day", "wakes"),
    [
        ("printer", "2026-11-24", "2026-11-24 09:00"),
        ("printer", "2026-11-28", "2026-11-30 09:00"),  # a Saturday: on Monday
        ("till", "2026-11-28", "2026-11-28 10:00"),  # of the stores' own hours
    ],
)
def test_a_wait_until_a_day_ends_when_its_hours_begin(desk: MailDesk, service: str, day: str, wakes: str) -> None:
    number = desk.new(service=service)
    desk.do("anna", "wait", number, waiting_for="date", until=Day(date.fromisoformat(day)))
    assert desk.ticket(number).wake_at == moscow(wakes)
    number = desk.ask()
    desk.do("anna", "reply", number, text="Soon.", waiting_for="requester", until=Day(date(2026, 11, 28)))
    assert desk.ticket(number).wake_at == moscow("2026-11-30 09:00")


def test_the_day_of_a_wait_is_that_of_the_tickets_calendar(desk: MailDesk) -> None:
    # In Vladivostok it begins seven hours earlier, while the stores of Moscow are still at work the day before.
    desk.apply(DESK_FILE.replace('"Europe/Moscow"', '"Asia/Vladivostok"', 1))
    number = desk.new(service="till")
    desk.do("anna", "wait", number, waiting_for="date", until=Day(date(2026, 11, 25)))
    assert desk.ticket(number).wake_at == moscow("2026-11-25 10:00")


def test_a_day_whose_morning_is_past_is_refused(desk: MailDesk) -> None:
    number = desk.new(service="printer")
    with pytest.raises(BadInput, match="is past"):
        desk.do("anna", "wait", number, waiting_for="date", until=Day(date(2026, 11, 20)))


def test_what_is_told_with_a_wait_is_an_answer(desk: MailDesk) -> None:
    desk.ask()
    desk.do("anna", "wait", 1, waiting_for="requester", text="Which printer?")
    assert desk.ticket(1).unanswered_since is None
    assert desk.column(1, "first_response_met_at") == stamp(NOW)
    assert desk.outbox()[-1][0] == "reply"
    # Every clock stands still: it is behind all that runs, and before what nobody promised.
    assert (desk.column(1, "rank"), desk.ticket(1).sla_state) == (3, SlaState.WAITING)


def test_an_answer_that_is_owed_stays_owed_while_waiting(desk: MailDesk) -> None:
    desk.ask()
    desk.do("anna", "wait", 1, waiting_for="supplier")
    assert desk.column(1, "first_response_started_at") == stamp(NOW)
    assert desk.ticket(1).due_kind == "first_response"


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"waiting_for": "date"}, BadInput),
        ({"waiting_for": "date", "until": NOW}, BadInput),
        ({"waiting_for": "date", "until": NOW - DAY}, BadInput),
        ({"waiting_for": "weather"}, BadInput),
    ],
)
def test_waits_that_are_none(values: dict[str, Any], error: type[SdeskError], desk: MailDesk) -> None:
    desk.ask()
    with pytest.raises(error):
        desk.do("anna", "wait", 1, **values)
    assert desk.ticket(1).status == "new"


# ---- close, reopen, spam ------------------------------------------------------------------------


def test_a_resolution_that_is_told_meets_what_is_owed(desk: MailDesk) -> None:
    desk.ask()
    desk.do("anna", "close", 1, text="New toner.", at=NOW + HOUR)
    ticket = desk.ticket(1)
    assert (ticket.status, ticket.resolved_at, ticket.due_at, ticket.unanswered_since) == (
        "resolved",
        NOW + HOUR,
        None,
        None,
    )
    assert [desk.column(1, f"{kind}_met_at") for kind in ("first_response", "resolution")] == [stamp(NOW + HOUR)] * 2
    assert desk.column(1, "first_response_voided") == 0
    assert (desk.column(1, "is_open"), desk.outbox()[-1][0]) == (0, "resolution")


def test_a_silent_resolution_voids_what_is_owed(desk: MailDesk) -> None:
    desk.ask()
    desk.do("anna", "close", 1, silent=True, text="Only for us.")
    assert (desk.column(1, "first_response_voided"), desk.column(1, "resolution_voided")) == (1, 0)
    assert desk.outbox() == [("acknowledgement", "maria@shop.example", timedelta(minutes=2))]
    assert desk.conversation(1)[-1] == "note anna: Only for us."


def test_saying_nothing_must_be_meant(desk: MailDesk) -> None:
    desk.ask()
    with pytest.raises(BadInput):
        desk.do("anna", "close", 1)


def test_a_ticket_that_is_reopened_goes_on_from_what_was_consumed(desk: MailDesk) -> None:
    desk.apply(EXAMPLES)
    desk.new(priority="P3", service="other", requester="a@b.example", at=moscow("2026-11-23 10:00"))
    desk.do("anna", "close", 1, text="Done.", at=moscow("2026-11-23 12:00"))
    desk.do("anna", "reopen", 1, text="Not done.", at=moscow("2026-11-25 09:00"))
    assert desk.ticket(1).due_at == moscow("2026-11-25 15:00")
    assert desk.column(1, "reopenings") == 1
    # The answer was given: it is not owed a second time.
    assert desk.column(1, "first_response_met_at") == stamp(moscow("2026-11-23 12:00"))


def test_time_closes_what_nobody_reopened(desk: MailDesk) -> None:
    desk.ask()
    desk.do("anna", "close", 1, text="Done.")
    assert desk.sweep(NOW + 7 * DAY - timedelta(seconds=1)).closed == 0
    assert desk.sweep(NOW + 7 * DAY).closed == 1
    assert (desk.ticket(1).status, desk.ticket(1).closed_at) == ("closed", NOW + 7 * DAY)
    assert desk.event(1, "status") == {"by": "system", "old": "resolved", "new": "closed"}
    desk.do("anna", "reopen", 1, at=NOW + 90 * DAY)
    assert (desk.ticket(1).status, desk.ticket(1).closed_at, desk.ticket(1).resolved_at) == ("new", None, None)


def test_spam_is_no_work(desk: MailDesk) -> None:
    number = desk.ask(sender="store-001@shop.example")
    desk.do("anna", "service", number, service="till")
    assert desk.ticket(number).loss_per_hour is not None
    desk.do("anna", "spam", number)
    ticket = desk.ticket(number)
    assert (ticket.status, ticket.due_at, ticket.loss_per_hour, ticket.unanswered_since) == ("spam", None, None, None)
    assert desk.rows("SELECT count(*) FROM outage") == [(0,)]
    assert [desk.column(number, f"{kind}_voided") for kind in ("first_response", "resolution")] == [1, 1]


MOVES = {
    "new": {"take", "assign", "reply", "note", "wait", "close", "service", "priority", "spam"},
    "resolved": {"reply", "note", "reopen"},
    "closed": {"reply", "note", "reopen"},
    "spam": {"note", "reopen"},
}
VALUES: dict[str, dict[str, Any]] = {
    "take": {},
    "assign": {"to": "boris"},
    "reply": {"text": "x"},
    "note": {"text": "x"},
    "wait": {"waiting_for": "supplier"},
    "close": {"text": "x"},
    "reopen": {},
    "service": {"service": "printer"},
    "priority": {"priority": "P2", "reason": "x"},
    "spam": {},
    "confirm": {},
}


@pytest.mark.parametrize("verb", VALUES)
@pytest.mark.parametrize("status", MOVES)
def test_which_verbs_a_status_allows(status: str, verb: str, desk: MailDesk) -> None:
    desk.ask()
    if status in ("resolved", "closed"):
        desk.do("anna", "close", 1, text="Done.")
    if status == "closed":
        desk.sweep(NOW + 8 * DAY)
    if status == "spam":
        desk.do("anna", "spam", 1)
    before = desk.dump()
    outcome = desk.try_to("anna", verb, 1, at=NOW + 9 * DAY, **VALUES[verb])
    if verb in MOVES[status]:
        assert outcome.error is None
        assert outcome.changed
    else:
        assert isinstance(outcome.error, Refused) or not outcome.changed
        assert desk.dump() == before


# ---- service, priority, outage ------------------------------------------------------------------


def test_the_service_brings_team_priority_promise_and_suspicion(desk: MailDesk) -> None:
    """The flagship's till, opened at eleven in the morning by a mail that no rule knew."""
    opened = moscow("2026-11-23 11:00")
    number = desk.ask(sender="store-001@shop.example", at=opened)
    assert (desk.ticket(number).priority, desk.ticket(number).sla) == ("P4", "office")
    desk.do("anna", "service", number, service="till", at=opened + HOUR)
    ticket = desk.ticket(number)
    assert (ticket.priority, ticket.impact, ticket.urgency, ticket.sla) == ("P1", "extensive", "critical", "stores")
    assert (str(ticket.loss_per_hour), ticket.loss_confirmed) == ("180000.00", False)
    # An hour of nine is a ninth of the first response; so is what is left of a quarter of an hour in the store's.
    assert desk.column(number, "first_response_consumed") == 100
    assert desk.column(number, "rank") == 0
    assert desk.rows("SELECT down_from FROM outage") == [(stamp(opened),)]
    desk.do("anna", "service", number, service="feedback", at=opened + HOUR)
    ticket = desk.ticket(number)
    assert (ticket.team, ticket.loss_per_hour, ticket.priority) == ("quality", None, "P3")
    assert desk.rows("SELECT count(*) FROM outage") == [(0,)]


def test_another_reason_for_the_same_priority_is_kept(desk: MailDesk) -> None:
    number = desk.new()
    for reason in ("the auditors come", "they stay", "they stay"):
        desk.do("anna", "priority", number, priority="P2", reason=reason)
    assert (desk.ticket(number).priority, desk.ticket(number).priority_reason) == ("P2", "they stay")
    reasons = desk.rows("SELECT json_extract(data, '$.reason') FROM history WHERE event = 'priority' ORDER BY id")
    assert reasons == [("the auditors come",), ("they stay",)]


def test_a_priority_by_hand_outlives_another_service(desk: MailDesk) -> None:
    number = desk.new(service="printer")
    desk.do("anna", "priority", number, priority="P2", reason="the auditors come")
    desk.do("anna", "service", number, service="other")
    assert (desk.ticket(number).priority, desk.ticket(number).priority_reason) == ("P2", "the auditors come")
    with pytest.raises(BadInput):
        desk.do("anna", "priority", number, priority="P1", reason=" ")


def test_an_outage_is_suspected_confirmed_and_ended_while_the_ticket_stays_open(desk: MailDesk) -> None:
    opened = moscow("2026-11-23 21:00")
    number = desk.new(service="till", requester="store-001@shop.example", at=opened)
    ticket = desk.ticket(number, at=opened + HOUR / 2)
    assert (str(ticket.loss_so_far), ticket.loss_confirmed) == ("90000.00", False)
    desk.do("anna", "confirm", number, at=opened + HOUR / 2)
    assert desk.ticket(number).loss_confirmed
    # The store shuts at ten, and opens at ten: an hour of the evening, an hour and a half of the morning.
    desk.do("anna", "restored", number, at=moscow("2026-11-24 11:30"))
    ticket = desk.ticket(number)
    assert (ticket.status, ticket.loss_per_hour, str(ticket.loss_so_far)) == ("new", None, "450000.00")
    assert desk.event(number, "restored")["loss"] == "450000.00"
    assert desk.do("anna", "restored", number).changed is False


def test_what_nobody_confirmed_counts_for_nothing(desk: MailDesk) -> None:
    number = desk.new(service="till", requester="store-001@shop.example")
    desk.do("anna", "restored", number, at=NOW + HOUR)
    assert desk.column(number, "loss_past") is None
    assert desk.rows("SELECT confirmed, loss FROM outage") == [(0, 18_000_000)]  # in cents


def test_all_outages_of_a_unit_together_never_exceed_its_turnover(desk: MailDesk) -> None:
    first = desk.new(service="till", requester="store-001@shop.example")
    second = desk.new(service="till", requester="store-001@shop.example")
    assert [str(desk.ticket(number).loss_per_hour) for number in (first, second)] == ["180000.00", "0.00"]


def test_only_what_has_an_outage_can_be_confirmed(desk: MailDesk) -> None:
    number = desk.new(service="printer")
    with pytest.raises(Refused):
        desk.do("anna", "confirm", number)


# ---- the queue ----------------------------------------------------------------------------------


def test_the_flagships_till_stands_above_forty_old_breaches(desk: MailDesk) -> None:
    old = NOW - 30 * DAY
    for _ in range(40):
        desk.new(service="other", at=old)
    printer = desk.new(service="printer", requester="maria@shop.example", at=NOW - HOUR)
    small = desk.new(service="till", requester="store-017@shop.example", at=NOW - 2 * HOUR)
    till = desk.new(service="till", requester="store-001@shop.example", at=NOW)
    assert desk.sweep(NOW).stale == 40
    found = order(desk)
    assert found[:3] == [till, small, printer]
    assert desk.sweep(NOW).stale == 0
    assert desk.events(1).count("stale") == 1
    with Reader(desk.path) as reader:
        chosen = reader.next_ticket(reader.actor("boris"), now=NOW)
        assert chosen is not None
        assert chosen.number == till


# ---- walls, conflicts, dry runs -----------------------------------------------------------------


@pytest.mark.parametrize("verb", VALUES)
def test_behind_a_wall_there_is_nothing(verb: str, desk: MailDesk) -> None:
    number = desk.new("olga", service="leave", requester="maria@shop.example")
    before = desk.dump()
    for login in ("boris", "vera"):
        with pytest.raises(NotFound, match=f"there is no ticket SD-{number}") as behind:
            desk.do(login, verb, number, **VALUES[verb])
        with pytest.raises(NotFound) as missing:
            desk.do(login, verb, 999, **VALUES[verb])
        assert str(behind.value).replace(f"SD-{number}", "SD-999") == str(missing.value)
    assert desk.dump() == before


@pytest.mark.parametrize("verb", VALUES)
def test_a_change_upon_an_old_copy_is_refused(verb: str, desk: MailDesk) -> None:
    number = desk.new(service="till", requester="store-001@shop.example")
    desk.do("anna", "note", number, text="first")
    before = desk.dump()
    assert isinstance(desk.try_to("boris", verb, number, version=1, **VALUES[verb]).error, Conflict)
    assert desk.dump() == before
    assert desk.try_to("boris", verb, number, version=2, **VALUES[verb]).error is None or verb == "reopen"


@pytest.mark.parametrize("verb", VALUES)
def test_a_dry_run_says_the_same_and_leaves_nothing(verb: str, desk: MailDesk) -> None:
    number = desk.new(service="till", requester="store-001@shop.example")
    if verb == "reopen":
        desk.do("anna", "wait", number, waiting_for="supplier")
    before = desk.dump()
    dry = desk.try_to("anna", verb, number, dry_run=True, **VALUES[verb])
    assert (dry.error, dry.changed) == (None, True)
    assert desk.dump() == before
    # What was only tried leaves nothing to undo.
    assert replace(desk.try_to("anna", verb, number, **VALUES[verb]), can_be_undone=False) == dry
    assert desk.ticket(number).version == (3 if verb == "reopen" else 2)


def test_a_ticket_is_given_to_nobody_who_only_looks(desk_of_mail: MailDesk) -> None:
    desk = desk_of_mail
    desk.apply(DESK_FILE + '[agents.audrey]\nname = "Audrey"\nemail = "audrey@desk.example"\nrole = "auditor"\n')
    number = desk.ask()
    outcome = desk.try_to("anna", "assign", number, to="audrey")
    assert str(outcome.error) == "`audrey` is an auditor, and changes nothing. assign somebody who works tickets"
    with pytest.raises(Refused):
        desk.new(assignee="audrey")
