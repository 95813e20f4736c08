"""Several tickets that are one incident: proposed, joined, answered once, resolved together, its loss counted once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from desks import DESK_FILE, NOW
from intake_desk import SUPPORT, MailDesk

from sdesk.desk.incident import decline
from sdesk.domain.errors import NotFound, Refused, SdeskError
from sdesk.domain.filters import Filter
from sdesk.domain.ticket import Status
from sdesk.store.reader import Reader

SHOPS = 6
_SHOPS = "".join(
    f"""
[units.shop-{number}]
name = "Shop {number}"
kind = "store"
calendar = "store"
turnover_per_hour = 12000
mail = ["shop-{number}@shop.example"]
"""
    for number in range(1, SHOPS + 1)
)
_ROUTING = """
[[routing]]
when = { subject = "till" }
set = { service = "till" }
"""


@pytest.fixture
def desk(desk_of_mail: MailDesk) -> MailDesk:
    """Six shops whose mails about the till are routed."""
    desk_of_mail.apply(DESK_FILE + _SHOPS + _ROUTING)
    return desk_of_mail


def writes(desk: MailDesk, shop: int, minutes: int = 0, *, nth: int = 1) -> int:
    """A shop's mail that its till does not open; gives the ticket."""
    receipt = desk.take(
        f"""
        From: Shop {shop} <shop-{shop}@shop.example>
        To: {SUPPORT}
        Subject: The till does not open
        Message-ID: <{shop}-{minutes}-{nth}@shop.example>

        It says error 7.
        """,
        at=NOW + timedelta(minutes=minutes),
    )
    assert receipt.number is not None
    return receipt.number


def proposals(desk: MailDesk, login: str = "anna") -> list[tuple[int, ...]]:
    """What is proposed: the tickets of each."""
    with Reader(desk.path) as reader:
        return [row.tickets for row in reader.incidents(desk.actor(login)) if row.proposal is not None]


def incident_of_three(desk: MailDesk) -> tuple[int, int, int]:
    """Three shops in ten minutes, made one incident by anna."""
    first, second, third = (writes(desk, shop, shop * 3) for shop in (1, 2, 3))
    for part in (second, third):
        desk.do("anna", "join", part, incident=first, at=NOW + timedelta(minutes=12))
    return first, second, third


# ---- what is proposed -----------------------------------------------------------------------------


def test_the_third_ticket_of_a_service_within_half_an_hour_makes_the_desk_propose_an_incident(desk: MailDesk) -> None:
    first, second = writes(desk, 1), writes(desk, 2, 15)
    assert proposals(desk) == []
    third = writes(desk, 3, 29)
    assert proposals(desk) == [(first, second, third)]
    assert desk.event(first, "incident_proposed")["tickets"] == 3, "not which: a wall may come between"
    assert [event for login, event in desk.told(first) if login == "boris"] == ["new", "incident"]


def test_a_fourth_ticket_joins_the_proposal_and_nobody_is_told_twice(desk: MailDesk) -> None:
    numbers = tuple(writes(desk, shop, shop) for shop in (1, 2, 3, 4))
    assert proposals(desk) == [numbers]
    assert [event for _, event in desk.told() if event == "incident"] == ["incident"] * 2, "anna and boris, once each"


def test_what_is_spread_over_more_than_half_an_hour_is_no_incident(desk: MailDesk) -> None:
    for shop, minutes in ((1, 0), (2, 20), (3, 40)):
        writes(desk, shop, minutes)
    assert proposals(desk) == []


def test_mails_that_are_fetched_out_of_order_are_counted_by_when_they_arrived(desk: MailDesk) -> None:
    third, first, second = writes(desk, 3, 29), writes(desk, 1, 0), writes(desk, 2, 15)
    assert proposals(desk) == [(first, second, third)]


def test_a_service_that_stops_nothing_is_never_proposed(desk: MailDesk) -> None:
    for shop in (1, 2, 3, 4):
        desk.new(service="printer", requester=f"shop-{shop}@shop.example")
    assert proposals(desk) == []


def test_a_desk_file_says_how_many_how_fast_and_of_which_services(desk: MailDesk) -> None:
    wanted = DESK_FILE.replace("[services.printer]", "[services.printer]\nincidents = true")
    wanted = wanted.replace("[services.till]", "[services.till]\nincidents = false")
    desk.apply(wanted + _SHOPS + _ROUTING + '[incidents]\nfrom = 4\nwithin = "1h"\n')
    for shop in (1, 2, 3, 4):
        writes(desk, shop, shop)
    assert proposals(desk) == []
    printers = tuple(
        desk.new(service="printer", requester=f"shop-{shop}@shop.example", at=NOW + timedelta(minutes=minutes))
        for shop, minutes in ((1, 0), (2, 20), (3, 40), (4, 59))
    )
    assert proposals(desk) == [printers]


def test_tickets_of_one_unit_are_proposed_as_well(desk: MailDesk) -> None:
    numbers = tuple(writes(desk, 1, minutes) for minutes in (0, 5, 10))
    assert proposals(desk) == [numbers]


def test_what_was_declined_is_not_proposed_again_until_three_others_come(desk: MailDesk) -> None:
    for shop in (1, 2, 3):
        writes(desk, shop, shop)
    with desk.desk.work(desk.actor("anna"), NOW) as work:
        decline(work, 1)
        work.session.commit()
    assert proposals(desk) == []
    later = [writes(desk, shop, 5 + shop) for shop in (4, 5)]
    assert proposals(desk) == []
    later.append(writes(desk, 6, 12))
    assert proposals(desk) == [tuple(later)]


def test_what_was_accepted_and_taken_apart_again_is_not_proposed_again(desk: MailDesk) -> None:
    _, second, third = incident_of_three(desk)
    for part in (second, third):
        desk.do("anna", "leave", part, at=NOW + timedelta(minutes=13))
    writes(desk, 4, 14)
    assert proposals(desk) == []
    # Of one unit, too, and without any proposal before.
    one, two = writes(desk, 5, 300), writes(desk, 5, 301)
    desk.do("anna", "join", two, incident=one)
    desk.do("anna", "leave", two)
    third = writes(desk, 5, 302)
    assert proposals(desk) == []
    later = (third, writes(desk, 6, 303), writes(desk, 6, 304))
    assert proposals(desk) == [later]


def test_an_auditor_decides_of_no_proposal(desk: MailDesk) -> None:
    audited = DESK_FILE.replace('teams = ["quality"]', 'teams = ["quality"]\nrole = "auditor"')
    desk.apply(audited + _SHOPS + _ROUTING)
    numbers = tuple(writes(desk, shop, shop) for shop in (1, 2, 3))
    with desk.desk.work(desk.actor("vera"), NOW) as work, pytest.raises(Refused):
        decline(work, 1)
    assert proposals(desk) == [numbers]


def test_a_proposal_of_a_private_team_is_nobody_elses(desk: MailDesk) -> None:
    private = DESK_FILE.replace("[services.leave]", "[services.leave]\nincidents = true")
    desk.apply(private + _SHOPS)
    for shop in (1, 2, 3):
        desk.new("olga", service="leave", requester=f"shop-{shop}@shop.example")
    assert len(proposals(desk, "olga")) == 1
    assert proposals(desk, "boris") == []
    with desk.desk.work(desk.actor("boris"), NOW) as work, pytest.raises(NotFound):
        decline(work, 1)


# ---- what joins -----------------------------------------------------------------------------------


def test_a_later_mail_joins_the_incident_and_is_told_that_it_is_known(desk: MailDesk) -> None:
    first, *_ = incident_of_three(desk)
    desk.do("boris", "take", first, at=NOW + timedelta(minutes=13))
    told = len(desk.told())
    fourth = writes(desk, 4, 20)
    assert desk.links(fourth) == [("part_of", first)]
    assert desk.outbox()[-1][:2] == ("known_incident", "shop-4@shop.example")
    assert desk.ticket(fourth).assignee == "boris", "whoever has the incident has its tickets"
    assert len(desk.told()) == told, "whoever works on it need not be told of each"
    assert proposals(desk) == []


def test_a_shop_joins_no_incident_of_another_single_shop(desk: MailDesk) -> None:
    first, second = writes(desk, 1), writes(desk, 1, 1)
    desk.do("anna", "join", second, incident=first)
    assert desk.links(writes(desk, 2, 5)) == []
    assert desk.links(writes(desk, 1, 6)) == [("part_of", first)]


def test_nothing_joins_what_works_again_nor_after_four_hours(desk: MailDesk) -> None:
    first, *_ = incident_of_three(desk)
    assert desk.links(writes(desk, 4, 9 + 240)) == [("part_of", first)]
    assert desk.links(writes(desk, 5, 9 + 240 + 241)) == []
    desk.do("anna", "restored", first, at=NOW + timedelta(minutes=500))
    assert desk.links(writes(desk, 6, 501)) == []


def test_an_incident_takes_no_part_that_is_one_itself_or_of_another(desk: MailDesk) -> None:
    first, second, _ = incident_of_three(desk)
    other = writes(desk, 1, 300, nth=2)
    for number, incident in ((first, other), (second, other), (other, second), (other, other)):
        outcome = desk.try_to("anna", "join", number, incident=incident)
        assert isinstance(outcome.error, SdeskError), (number, incident)
    desk.do("anna", "close", other, silent=True)
    assert isinstance(desk.try_to("anna", "join", other, incident=first).error, Refused)


def test_nobody_joins_a_ticket_to_one_behind_a_wall(desk: MailDesk) -> None:
    hidden = desk.new("olga", service="leave", requester="shop-1@shop.example")
    ticket = writes(desk, 1)
    assert isinstance(desk.try_to("boris", "join", ticket, incident=hidden).error, NotFound)
    assert desk.links(ticket) == []


# ---- where it stands ------------------------------------------------------------------------------


def test_an_incident_stands_for_its_parts_with_the_loss_of_all(desk: MailDesk) -> None:
    first, second, _ = incident_of_three(desk)
    alone = writes(desk, 1, 14, nth=9)
    desk.do("anna", "leave", alone)
    with Reader(desk.path) as reader:
        order = [row.number for row in reader.walk(desk.actor("anna"), Filter(), now=NOW + timedelta(hours=1))]
    assert order.index(first) < order.index(alone) < order.index(second)
    (key1,) = [row[0] for row in desk.rows("SELECT key1 FROM ticket WHERE id = ?", first)]
    assert key1 == -3 * 12_000 * 100


def test_a_ticket_that_leaves_stands_for_itself_and_the_last_one_ends_the_incident(desk: MailDesk) -> None:
    first, second, third = incident_of_three(desk)
    desk.do("anna", "leave", second)
    assert desk.ticket(first).is_incident
    assert desk.ticket(second).place.rank == 0
    desk.do("anna", "leave", third)
    assert not desk.ticket(first).is_incident
    assert desk.links(third) == []


def test_parts_stand_for_themselves_once_the_incident_is_done_without_them(desk: MailDesk) -> None:
    first, second, third = incident_of_three(desk)
    desk.do("anna", "spam", first)
    assert [desk.ticket(number).place.rank for number in (second, third)] == [0, 0]


# ---- what is done to all --------------------------------------------------------------------------


def test_one_answer_goes_to_each_requester_in_his_own_thread(desk: MailDesk) -> None:
    first, second, third = incident_of_three(desk)
    at = NOW + timedelta(minutes=20)
    outcome = desk.do("boris", "reply", first, text="The server is being restarted.", at=at)
    assert outcome.sentence == f"SD-{first} answered, and 2 tickets with it"
    replies = [address for kind, address, _ in desk.outbox() if kind == "reply"]
    assert replies == ["shop-1@shop.example", "shop-2@shop.example", "shop-3@shop.example"]
    for number in (first, second, third):
        (response,) = [clock for clock in desk.ticket(number).clocks if clock.kind == "first_response"]
        assert response.met_at == at
        assert desk.ticket(number).assignee == "boris"
        threads = desk.rows("SELECT in_reply_to FROM message WHERE ticket_id = ? AND direction = 'out'", number)
        asked = desk.rows("SELECT message_id FROM message WHERE ticket_id = ? AND direction = 'in'", number)
        assert threads == asked


def test_an_agents_mail_answers_the_one_requester_whom_its_notification_named(desk: MailDesk) -> None:
    first, second, third = incident_of_three(desk)
    at = NOW + timedelta(minutes=20)
    named = desk.agent_id_of("boris", first, at=at)
    desk.answer("boris", "Your PIN was wrong, use 9876.", named, at=at + timedelta(minutes=5))
    assert [address for kind, address, _ in desk.outbox() if kind == "reply"] == ["shop-1@shop.example"]
    assert [len(desk.conversation(number)) for number in (second, third)] == [1, 1]


@pytest.mark.parametrize("order", ["#close", "#close It works again.", "#wait 2d"])
def test_no_word_of_a_mail_is_an_order_for_many_tickets(desk: MailDesk, order: str) -> None:
    numbers = incident_of_three(desk)
    at = NOW + timedelta(minutes=20)
    desk.answer("boris", order, desk.agent_id_of("boris", numbers[0], at=at), at=at + timedelta(minutes=5))
    assert {desk.ticket(number).status for number in numbers} == {Status.NEW}
    assert [kind for kind, _, _ in desk.outbox() if kind in {"resolution", "reply"}] == []
    assert desk.outbox()[-1][:2] == ("confirmation", "boris@desk.example"), "he is told that it was not done"


def test_an_answer_for_one_alone_goes_to_nobody_else(desk: MailDesk) -> None:
    first, *_ = incident_of_three(desk)
    desk.do("boris", "reply", first, text="Your receipt is attached.", alone=True, at=NOW + timedelta(minutes=20))
    assert [address for kind, address, _ in desk.outbox() if kind == "reply"] == ["shop-1@shop.example"]


def test_an_answer_to_an_incident_is_taken_back_as_one(desk: MailDesk) -> None:
    first, second, third = incident_of_three(desk)
    at = NOW + timedelta(minutes=20)
    before = [desk.ticket(number, at=at) for number in (first, second, third)]
    desk.do("boris", "reply", first, text="Wrong window.", at=at)
    outcome = desk.do("boris", "take_back", first, at=at + timedelta(seconds=5))
    assert outcome.sentence == f"the answer of SD-{first} is taken back, and 2 tickets with it: its text is your draft"
    states = desk.rows("SELECT state FROM outbox WHERE kind = 'reply'")
    assert states == [("taken_back",)] * 3
    for row in before:
        now = desk.ticket(row.number, at=at)
        assert now.clocks == row.clocks
        assert (now.status, now.place) == (row.status, row.place)


def test_an_incident_is_resolved_with_its_parts_and_each_is_told_once(desk: MailDesk) -> None:
    first, second, third = incident_of_three(desk)
    outcome = desk.do("anna", "close", first, text="It works again.", at=NOW + timedelta(hours=1))
    assert outcome.sentence == f"SD-{first} resolved, and 2 tickets with it"
    assert {desk.ticket(number).status for number in (first, second, third)} == {Status.RESOLVED}
    told = sorted(address for kind, address, _ in desk.outbox() if kind == "resolution")
    assert told == [f"shop-{shop}@shop.example" for shop in (1, 2, 3)]


def test_a_part_that_was_resolved_by_itself_is_not_told_again(desk: MailDesk) -> None:
    first, second, _ = incident_of_three(desk)
    desk.do("anna", "close", second, text="Yours works.", at=NOW + timedelta(minutes=30))
    desk.do("anna", "close", first, text="All work.", at=NOW + timedelta(hours=1))
    told = sorted(address for kind, address, _ in desk.outbox() if kind == "resolution")
    assert told == [f"shop-{shop}@shop.example" for shop in (1, 2, 3)]


def test_parts_wait_and_go_to_another_agent_with_their_incident(desk: MailDesk) -> None:
    first, second, third = incident_of_three(desk)
    desk.do("anna", "assign", first, to="boris")
    desk.do("anna", "wait", first, waiting_for="supplier", until=NOW + timedelta(days=1))
    for number in (second, third):
        row = desk.ticket(number)
        assert (row.assignee, row.status, row.wake_at) == ("boris", Status.WAITING, NOW + timedelta(days=1))


def test_its_loss_is_confirmed_and_ended_for_all_and_counted_once_for_a_unit(desk: MailDesk) -> None:
    first, second, third = incident_of_three(desk)
    again = writes(desk, 1, 15, nth=2)
    assert desk.links(again) == [("part_of", first)]
    desk.do("anna", "confirm", first, at=NOW + timedelta(minutes=20))
    assert all(desk.ticket(number).loss_confirmed for number in (first, second, third, again))
    desk.do("anna", "restored", first, at=NOW + timedelta(minutes=63))
    rows = [desk.ticket(number, at=NOW + timedelta(hours=9)) for number in (first, second, third, again)]
    # 12,000 an hour: shop 1 from 12:03 to 13:03, shop 2 from 12:06, shop 3 from 12:09; shop 1's second mail nothing.
    assert [row.loss_so_far for row in rows] == [Decimal(12_000), Decimal(11_400), Decimal(10_800), Decimal(0)]


def test_forty_five_shops_are_one_line_of_the_queue_and_two_answers(desk: MailDesk) -> None:
    shops = "".join(
        f'[units.s{number}]\nname = "S {number}"\nkind = "store"\ncalendar = "store"\nturnover_per_hour = 12000\n'
        f'mail = ["s{number}@shop.example"]\n'
        for number in range(45)
    )
    desk.apply(DESK_FILE + shops + _ROUTING)

    def mail(number: int) -> int:
        receipt = desk.take(
            f"""
            From: s{number}@shop.example
            To: {SUPPORT}
            Subject: till
            Message-ID: <s{number}@shop.example>

            The cash program does not open.
            """,
            at=NOW + timedelta(seconds=20 * number),
        )
        assert receipt.number is not None
        return receipt.number

    first, second, third = mail(0), mail(1), mail(2)
    assert proposals(desk) == [(first, second, third)]
    for part in (second, third):
        desk.do("anna", "join", part, incident=first, at=NOW + timedelta(minutes=1))
    others = [mail(number) for number in range(3, 45)]
    assert all(desk.ticket(number).incident == first for number in others)
    with Reader(desk.path) as reader:
        order = [row.number for row in reader.walk(desk.actor("anna"), Filter(), now=NOW + timedelta(minutes=20))]
    assert order[0] == first
    desk.do("anna", "reply", first, text="We know, and work on it.", at=NOW + timedelta(minutes=20))
    desk.do("anna", "close", first, text="It works again.", at=NOW + timedelta(hours=1))
    kinds = [kind for kind, _, _ in desk.outbox()]
    assert (kinds.count("known_incident"), kinds.count("reply"), kinds.count("resolution")) == (42, 45, 45)
    assert {row[0] for row in desk.rows("SELECT status FROM ticket")} == {"resolved"}
