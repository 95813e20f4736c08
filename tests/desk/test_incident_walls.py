"""Incidents and the walls of private teams: nothing is shared across one, nor told of what stands behind it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk

from sdesk.domain.errors import Refused
from sdesk.domain.filters import Filter, parse
from sdesk.store.reader import Reader

UTC = ZoneInfo("UTC")


@pytest.fixture
def desk(desk_of_mail: MailDesk) -> MailDesk:
    """Olga is of the private team and of the other."""
    desk_of_mail.apply(DESK_FILE.replace('teams = ["hr"]', 'teams = ["hr", "it"]'))
    return desk_of_mail


def till(desk: MailDesk) -> int:
    return desk.new(service="till", requester="store-001@shop.example")


def test_nothing_joins_across_a_wall_either_way(desk: MailDesk) -> None:
    private, public = desk.new("olga", service="leave"), till(desk)
    for part, incident in ((public, private), (private, public)):
        outcome = desk.try_to("olga", "join", part, incident=incident)
        assert isinstance(outcome.error, Refused), (part, incident)
    assert not desk.column(private, "is_incident")
    assert desk.column(public, "loss_key") == -18_000_000


@pytest.mark.parametrize("how", ["team", "service"])
@pytest.mark.parametrize("whose", ["part", "incident"])
def test_what_is_given_behind_a_wall_leaves(desk: MailDesk, how: str, whose: str) -> None:
    incident, part, other = desk.ask(1), till(desk), desk.ask(2)
    desk.do("anna", "join", part, incident=incident)
    desk.do("anna", "join", other, incident=incident)
    given = part if whose == "part" else incident
    if how == "team":
        desk.do("anna", "assign", given, to="team:hr")
    else:
        desk.do("anna", "service", given, service="leave")
    assert desk.column(part, "incident_id") is None
    assert desk.events(part).count("left_incident") == 1
    assert desk.column(part, "rank") != 5
    assert desk.links(part) == []
    left = desk.column(incident, "loss_key")
    assert left == 0, "what a part behind a wall costs moves no place"
    assert desk.column(other, "incident_id") == (incident if whose == "part" else None)
    assert bool(desk.column(incident, "is_incident")) is (whose == "part")


def test_between_teams_without_a_wall_an_incident_is_shared(desk: MailDesk) -> None:
    incident, part = desk.ask(1), till(desk)
    desk.do("anna", "join", part, incident=incident)
    desk.do("anna", "assign", part, to="team:quality")
    assert desk.column(part, "incident_id") == incident


def test_an_incident_is_parted_where_a_team_becomes_private(desk: MailDesk) -> None:
    incident, part, other = desk.ask(1), till(desk), desk.ask(2)
    for each in (part, other):
        desk.do("anna", "join", each, incident=incident)
    desk.do("anna", "assign", part, to="team:quality")
    desk.apply(DESK_FILE.replace('lead = "vera"\nsla = "office"', 'lead = "vera"\nsla = "office"\nprivate = true'))
    assert desk.column(part, "incident_id") is None
    assert desk.column(other, "incident_id") == incident
    assert desk.column(incident, "loss_key") == 0


def test_a_hidden_incident_has_no_number_and_no_parts_for_who_may_not_see_it(desk: MailDesk) -> None:
    incident, part = till(desk), till(desk)
    desk.do("anna", "join", part, incident=incident)
    # As where a team became private afterwards.
    with desk.desk.work(desk.actor("anna"), NOW) as work:
        hr = work.rules.team_keys["hr"]
        work.connection.exec_driver_sql("UPDATE ticket SET team_id = ? WHERE id = ?", (hr, incident))
        work.session.commit()

    def of(login: str, words: str) -> list[int]:
        wanted = parse(words, now=NOW, zone=UTC) if words else Filter()
        with Reader(desk.path) as reader:
            return [row.number for row in reader.page(reader.actor(login), wanted, now=NOW).rows]

    with Reader(desk.path) as reader:
        for login, known in (("boris", None), ("olga", incident)):
            assert reader.rows(reader.actor(login), [part], now=NOW)[part].incident == known
            assert reader.ticket(reader.actor(login), part, now=NOW).ticket.incident == known
    assert of("boris", "") == [part]
    assert of("boris", f"incident:{incident}") == []
    assert of("olga", f"incident:{incident}") == [part]
    assert of("boris", f"not:incident:{incident}") == [part]
    assert (of("boris", "is:part"), of("boris", "not:is:part")) == ([], [part])
    assert of("olga", "is:part") == [part]
    with Reader(desk.path) as reader:
        for login, parts in (("boris", 0), ("olga", 1)):
            counts = {each.key: each.tickets for each in reader.facet(reader.actor(login), Filter(), "is", now=NOW)}
            assert counts.get("part", 0) == parts
            assert reader.count(reader.actor(login), parse("is:part", now=NOW, zone=UTC), now=NOW) == parts
