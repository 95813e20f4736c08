"""Equipment: written down, moved, watched and taken out of use; tickets and events that are about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from desks import DESK_FILE, NOW
from equipped import MINUTE, EquippedDesk
from monitoring_mails import ZABBIX, mail, shipped_rules

from sdesk.actions.perform import perform, undo
from sdesk.desk.purging import purge
from sdesk.domain.errors import BadFilter, BadInput, NotFound, Refused
from sdesk.domain.events import Came
from sdesk.store.check import check
from sdesk.store.reader import Reader


@pytest.fixture
def desk(desk_path: Path) -> Iterator[EquippedDesk]:
    """Two tills of the flagship, of which one is watched; a printer of the other shop. The store stays sound."""
    equipped = EquippedDesk(desk_path)
    equipped.add("T-0031", name="Till 3", serial="SN4711", unit="flagship", service="till", checks="zabbix till-3:*")
    equipped.add("T-0032", unit="flagship", service="till")
    equipped.add("P 7", "printer", unit="store-017", service="printer")
    yield equipped
    equipped.desk.close()
    assert check(desk_path, NOW + timedelta(days=9)) == ()


# ---- written down ---------------------------------------------------------------------------------


def test_it_is_found_whatever_the_case_of_its_number(desk: EquippedDesk) -> None:
    found = desk.whole("t-0031").asset
    assert (found.number, found.kind, found.unit, found.service) == ("T-0031", "till", "flagship", "till")
    assert found.checks == ("zabbix till-3:*",)
    with pytest.raises(Refused, match="already"):
        desk.add("t-0031")
    with pytest.raises(NotFound, match="T-0033") as caught:
        desk.whole("T-0033")
    assert caught.value.remedy.startswith("did you mean `T-003")


def test_what_is_changed_stands_in_its_history(desk: EquippedDesk) -> None:
    assert desk.change("t-0031", unit="store-017", model="X", at=NOW + MINUTE).changed
    assert not desk.change("T-0031", model="X").changed
    desk.change("T-0031", service="none", more=["nagios till-3:ping"], fewer=["zabbix till-3:*"])
    told = [(each.actor, each.event, each.fields) for each in desk.whole("T-0031").changes]
    assert [event for _, event, _ in told] == ["added", "changed", "changed"]
    assert told[1] == ("anna", "changed", {"model": ("", "X"), "unit": ("flagship", "store-017")})
    assert told[2][2] == {"service": ("till", None), "checks": ("zabbix till-3:*", "nagios till-3:ping")}


def test_what_cannot_be_said_changes_nothing(desk: EquippedDesk) -> None:
    with pytest.raises(BadInput, match="no unit"):
        desk.change("T-0031", unit="flagshop")
    with pytest.raises(BadInput, match="nothing is said"):
        desk.change("T-0031")
    with pytest.raises(NotFound):
        desk.change("T-0099", model="X")
    with pytest.raises(Refused, match="T-0031"):
        desk.change("T-0032", checks="zabbix till-3:*")
    assert len(desk.whole("T-0031").changes) == len(desk.whole("T-0032").changes) == 1
    desk.apply(DESK_FILE.replace('teams = ["quality"]', 'teams = ["quality"]\nrole = "auditor"'))
    with pytest.raises(Refused, match="auditor"):
        desk.add("X-1", login="vera")
    with pytest.raises(Refused, match="auditor"):
        desk.retire("T-0031", login="vera")


def test_what_is_out_of_use_gives_its_place_to_another(desk: EquippedDesk) -> None:
    assert desk.retire("T-0031").changed
    assert not desk.retire("T-0031").changed
    desk.change("T-0032", checks="zabbix till-3:*")
    assert desk.whole("T-0031").asset.checks == ()
    assert desk.whole("T-0032").asset.checks == ("zabbix till-3:*",)
    assert desk.retire("T-0031", back=True).sentence == "T-0031 is in use again"
    assert [each.event for each in desk.whole("T-0031").changes] == ["added", "retired", "changed", "back"]


# ---- tickets --------------------------------------------------------------------------------------


def test_unit_and_service_follow_from_equipment_where_they_are_not_named(desk: EquippedDesk) -> None:
    number = desk.new(subject="It does not print", assets=["t-0032", "P 7"])
    row = desk.ticket(number)
    assert (row.unit, row.service, row.team, row.assets) == ("flagship", "till", "it", ("P 7", "T-0032"))
    why = desk.event(number, "opened")["why"]
    assert (why["unit"], why["service"]) == ("equipment T-0032", "equipment T-0032")
    other = desk.new(subject="Another", assets=["T-0032"], unit="accounting", service="other")
    assert (desk.ticket(other).unit, desk.ticket(other).service) == ("accounting", "other")
    # Whose requester is of another unit: it is where the equipment stands.
    third = desk.new(subject="Third", assets=["P 7"], requester="maria@shop.example")
    assert desk.ticket(third).unit == "store-017"
    with pytest.raises(BadInput, match="T-0099"):
        desk.new(subject="None", assets=["T-0099"])


def test_a_ticket_is_found_by_its_equipment(desk: EquippedDesk) -> None:
    about = desk.new(subject="Help", text="now", assets=["T-0031"])
    other = desk.new(subject="Else", team="it")
    assert desk.found("SN4711") == desk.found("T-0031") == desk.found("asset:t-0031") == [about]
    assert desk.found("kind:till") == desk.found("kind:till,printer") == [about]
    assert desk.found("asset:none") == desk.found("not:kind:till") == [other]
    assert desk.found("asset:none,T-0031") == [about, other]
    with pytest.raises(BadFilter) as caught:
        desk.found("asset:T-0039")
    assert caught.value.remedy.startswith("did you mean")
    desk.change("T-0031", serial="SN0815")
    assert (desk.found("SN4711"), desk.found("SN0815")) == ([], [about])
    with Reader(desk.path) as reader:
        names = reader.filter_names(reader.actor("anna"), "asset")["asset"]
        assert [(each.key, each.about) for each in names] == [("T-0031", "till Till 3")]
        assert [each.key for each in reader.filter_names(reader.actor("anna"), "kind")["kind"]] == ["printer", "till"]


def test_equipment_is_put_to_a_ticket_and_taken_away_and_that_undone(desk: EquippedDesk) -> None:
    number = desk.new(subject="Help", service="other")
    assert desk.ticket(number).unit is None
    done = desk.do("anna", "set", number, assets=("T-0031", "T-0032"))
    assert done.sentence == "SD-1 is set right: equipment T-0031, equipment T-0032, unit flagship"
    assert desk.ticket(number).unit == "flagship"
    assert not desk.do("anna", "set", number, assets=("t-0031",)).changed
    desk.do("anna", "set", number, unassets=("T-0031",))
    assert desk.about(number) == ("T-0032",)
    assert desk.found("SN4711") == []
    assert [event for event in desk.events(number) if event.startswith("asset")] == [
        "asset_added",
        "asset_added",
        "asset_removed",
    ]
    undo(desk.desk, desk.actor("anna"), now=NOW)
    assert desk.about(number) == ("T-0031", "T-0032")
    assert desk.found("SN4711") == [number]


def test_what_is_merged_takes_its_equipment_along(desk: EquippedDesk) -> None:
    one, other = desk.new(subject="One", assets=["T-0031"]), desk.new(subject="Other", assets=["T-0032"])
    desk.do("anna", "merge", one, into=other)
    assert desk.about(other) == ("T-0031", "T-0032")
    assert desk.found("asset:T-0031") == [other]
    found = desk.whole("T-0031")
    assert (found.tickets, found.open_tickets) == ((other,), 1)


def test_spam_that_goes_takes_its_lines_along(desk: EquippedDesk) -> None:
    number = desk.new(subject="Buy now", assets=["T-0031"])
    desk.do("anna", "spam", number)
    assert desk.whole("T-0031").tickets == ()
    late = NOW + timedelta(days=400)
    purge(desk.desk, desk.actor("anna"), late, spam=True, raw=False, before=late - timedelta(days=1))
    assert desk.rows("SELECT count(*) FROM ticket_asset") == [(0,)]


# ---- mail -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sender", "subject", "about"),
    [
        ("store-001@shop.example", "Till [t-0031]: no paper", ("T-0031",)),
        ("store-001@shop.example", "T-0031, T-0032!", ("T-0031", "T-0032")),
        ("store-017@shop.example", "the printer p 7 jams", ("P 7",)),
        ("store-017@shop.example", "T-0031 is dead", ()),  # another unit's
        ("stranger@far.example", "T-0031 is dead", ()),  # of no unit
        ("store-001@shop.example", "XT-0031 is dead", ()),  # no whole word
    ],
)
def test_a_number_in_a_subject_names_equipment_of_the_senders_unit(
    desk: EquippedDesk, sender: str, subject: str, about: tuple[str, ...]
) -> None:
    number = desk.take(f"From: {sender}\nTo: support@desk.example\nSubject: {subject}\n\nHelp.\n").number or 0
    assert desk.about(number) == about
    if about:
        assert desk.event(number, "asset_added")["why"] == "named in its subject"


# ---- events ---------------------------------------------------------------------------------------


def test_an_event_is_about_what_its_check_watches(desk: EquippedDesk) -> None:
    taken = desk.down("till-3:ping", team=None)
    assert taken.came is Came.OPENED
    row = desk.ticket(1)
    assert (row.unit, row.service, row.assets) == ("flagship", "till", ("T-0031",))
    assert desk.event(1, "asset_added") == {"asset": "T-0031", "why": "its check", "by": "system"}
    assert desk.stands() == {"T-0031": "down"}


def test_an_event_names_its_equipment_itself(desk: EquippedDesk) -> None:
    taken = desk.down("prn:paper", asset="p 7")
    assert desk.about(taken.number or 0) == ("P 7",)
    doubtful = desk.down("x:y", asset="P 8")
    assert "P 8" in doubtful.doubts[0]
    assert desk.about(doubtful.number or 0) == ()


def test_an_agent_who_takes_equipment_away_is_not_contradicted_by_each_word(desk: EquippedDesk) -> None:
    desk.down("till-3:ping")
    desk.do("anna", "set", 1, unassets=("T-0031",))
    desk.down("till-3:ping", at=NOW + MINUTE)
    assert desk.about(1) == ()
    desk.down("till-3:ping", at=NOW + 2 * MINUTE, asset="T-0032")
    assert desk.about(1) == ("T-0032",)


def test_a_check_that_is_put_to_equipment_later_speaks_of_it_at_once(desk: EquippedDesk) -> None:
    desk.down("kiosk:http", unit="accounting")
    desk.down("kiosk2:http", unit="accounting")
    desk.add("K-1", "kiosk", unit="accounting", checks="zabbix kiosk:*")
    assert desk.stands() == {"K-1": "down"}
    desk.change("K-1", checks="")
    assert desk.stands() == {}


def test_a_mail_of_monitoring_is_about_equipment_too(desk: EquippedDesk) -> None:
    desk.apply(DESK_FILE + shipped_rules("en"))
    desk.change("T-0031", checks="zabbix till-01:*")
    receipt = desk.take(mail(ZABBIX.sender, ZABBIX.problem, ZABBIX.problem_text))
    row = desk.ticket(receipt.number or 0)
    assert (row.assets, row.unit, row.service) == (("T-0031",), "flagship", "other")


def test_two_at_once_name_no_ticket_twice(desk: EquippedDesk) -> None:
    number = desk.new(subject="Help", assets=["T-0031", "t-0031"])
    assert desk.about(number) == ("T-0031",)
    (outcome,) = perform(desk.desk, desk.actor("anna"), "set", [number], {"assets": ("T-0031",)}, now=NOW)
    assert not outcome.changed
