"""`sdesk why`: what decided about a ticket, told from what was written down when it was decided."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from command_line import NOW, Sdesk
from desks import DESK_FILE
from intake_desk import MailDesk

TILL = """
From: Irina <store-001@shop.example>
To: support@desk.example
Subject: Till is down
Message-ID: <till@shop.example>

Nobody can pay.
"""
HOUR = timedelta(hours=1)


@pytest.fixture
def desk(at_desk: Path) -> Iterator[MailDesk]:
    """The desk that the command line finds."""
    opened = MailDesk(at_desk)
    yield opened
    opened.desk.close()


def told(sdesk: Sdesk, number: int = 1, *more: str) -> dict[str, Any]:
    """The answer in JSON."""
    ran = sdesk("why", str(number), "-o", "json", *more)
    assert (ran.code, ran.err) == (0, "")
    found: dict[str, Any] = json.loads(ran.out)
    return found


def test_a_rule_decides_and_a_loss_raises(sdesk: Sdesk, desk: MailDesk) -> None:
    desk.take(TILL)
    found = told(sdesk)
    assert found["service"]["value"] == "till"
    assert found["service"]["by"].startswith("routing rule 1 (sender store-*@shop.example, subject till (is )?(down|")
    assert found["team"] == {"value": "it", "by": "service till", "who": None, "at": None}
    assert found["unit"]["by"] == "the requester's address"
    # 180 000 an hour, all of it: over the threshold of 150 000 the impact of the service (significant) is extensive.
    assert found["impact"] == {
        "value": "significant", "by": "service till", "who": None, "at": None, "now": "extensive"
    }  # fmt: skip
    assert found["raised"] == {"own": "significant", "loss_per_hour": "180000.00", "threshold": "150000.00"}
    assert (found["cell"], found["priority"]["value"], found["priority"]["reason"]) == ("P1", "P1", None)
    assert (found["sla"]["value"], found["sla"]["by"], found["sla"]["calendar"]) == ("stores", "service till", "store")
    assert [each["kind"] for each in found["deadlines"]] == ["first_response", "next_reply", "resolution"]
    text = found["paragraph"]
    for words in (
        "SD-1 is new, P1, with team it.",
        "raised from significant (service till) by a loss of 180 000 RUB an hour: from 150 000 on it is extensive",
        "for which the matrix gives P1",
        "SLA stores holds (of service till), in the hours of calendar store.",
        "First response within 15m: due 2026-11-23 12:15; resolution within 2h: due 2026-11-23 14:00.",
        "It stands 1st of 1 open tickets that you see, 1st of 1 of its team, because it is P1: before all others",
        "an hour costs ~180 000 RUB",
    ):
        assert words in text, words


def test_what_was_decided_stays_told_when_the_desk_file_changes(sdesk: Sdesk, desk: MailDesk) -> None:
    """The rule has another position by now, the threshold another height, the matrix other cells."""
    desk.take(TILL)
    rule = '[[routing]]\nwhen = { subject = "x" }\nset = { tags = ["x"] }\n'
    matrix = "[priority.matrix]\n" + "".join(
        f'{impact} = {{ critical = "P2", high = "P2", medium = "P3", low = "P4" }}\n'
        for impact in ("extensive", "significant", "moderate", "minor")
    )
    changed = DESK_FILE.replace("[[routing]]", f"{rule}[[routing]]", 1).replace("150000", "200000")
    desk.apply(changed.replace("[teams.it]", f"{matrix}[teams.it]", 1))
    found = told(sdesk)
    assert found["service"]["by"].startswith("routing rule 1 (sender store-*")
    assert found["raised"]["threshold"] == "150000.00"
    assert (found["cell"], found["priority"]["value"]) == ("P2", "P1")
    assert "It is P1 by the desk file of then: the matrix has been changed since." in found["paragraph"]


def test_a_mailbox_decides(sdesk: Sdesk, desk: MailDesk) -> None:
    desk.ask(service="printer")
    found = told(sdesk)
    assert (found["service"]["by"], found["team"]["by"]) == ("mailbox support", "it was sent to support@desk.example")
    assert (found["impact"]["by"], found["sla"]["by"], found["raised"]) == ("service printer", "team it", None)
    desk.take("From: b@shop.example\nTo: other@x.example\nSubject: x\nMessage-ID: <b@shop.example>\n\nx\n")
    other = told(sdesk, 2)
    assert (other["service"]["value"], other["team"]["by"]) == (None, "mailbox support")
    assert "No service was chosen." in other["paragraph"]
    assert other["impact"]["by"] == "what holds where no service says more"


def test_hands_decide_and_the_last_of_them_counts(sdesk: Sdesk, desk: MailDesk) -> None:
    number = desk.ask()
    desk.do("boris", "service", number, service="printer", at=NOW + HOUR)
    desk.do("anna", "priority", number, priority="P2", reason="the auditors come", at=NOW + 2 * HOUR)
    desk.do("anna", "assign", number, to="team:quality", at=NOW + 3 * HOUR)
    found = told(sdesk)
    assert found["service"] == {"value": "printer", "by": "by hand", "who": "boris", "at": "2026-11-23T10:00:00Z"}
    assert found["team"] == {"value": "quality", "by": "by hand", "who": "anna", "at": "2026-11-23T12:00:00Z"}
    assert found["priority"] == {
        "value": "P2", "by": "by hand", "who": "anna", "at": "2026-11-23T11:00:00Z", "reason": "the auditors come"
    }  # fmt: skip
    assert found["cell"] == "P5"
    expected = (
        "for which the matrix gives P5. Instead it is P2: by hand of anna at 2026-11-23 14:00, because: the auditors"
    )
    assert expected in found["paragraph"]


def test_what_was_named_when_it_was_opened(sdesk: Sdesk, desk: MailDesk) -> None:
    desk.new("boris", service="till", unit="store-017", impact="minor", priority="P3")
    found = told(sdesk)
    assert (found["service"]["by"], found["service"]["who"]) == ("named when it was opened", "boris")
    assert (found["impact"]["by"], found["impact"]["value"]) == ("named when it was opened", "minor")
    assert (found["urgency"]["by"], found["team"]["by"]) == ("service till", "service till")
    assert (found["priority"]["by"], found["priority"]["who"]) == ("by hand", "boris")
    desk.new("boris")
    assert told(sdesk, 2)["team"]["by"] == "the only team of boris"


def test_the_team_that_came_with_a_service(sdesk: Sdesk, desk: MailDesk) -> None:
    number = desk.ask()
    desk.do("boris", "service", number, service="feedback", at=NOW + HOUR)
    assert told(sdesk)["team"] == {
        "value": "quality", "by": "service feedback", "who": "boris", "at": "2026-11-23T10:00:00Z"
    }  # fmt: skip


def test_a_loss_raises_by_a_change_of_service_too(sdesk: Sdesk, desk: MailDesk) -> None:
    number = desk.ask(sender="store-001@shop.example")
    assert told(sdesk)["raised"] is None
    desk.do("boris", "service", number, service="till")
    assert told(sdesk)["raised"] == {"own": "significant", "loss_per_hour": "180000.00", "threshold": "150000.00"}
    desk.do("boris", "service", number, service="printer")
    assert told(sdesk)["raised"] is None


def test_the_place_in_words(sdesk: Sdesk, desk: MailDesk) -> None:
    late = desk.new(service="other", priority="P3", at=NOW - 90 * 24 * HOUR)
    first = desk.new(service="other", priority="P2")
    second = desk.new(service="other", priority="P4")
    waits = desk.new(service="other", priority="P3")
    desk.do("boris", "reply", waits, text="x", phone=True)
    desk.do("boris", "wait", waits, waiting_for="supplier")
    unpromised = desk.new(service="other", priority="P5")
    desk.do("boris", "reply", unpromised, text="x", phone=True)
    desk.sweep(NOW)
    places = {number: told(sdesk, number)["place"] for number in (first, second, late, waits, unpromised)}
    assert [each["position"] for each in places.values()] == [1, 2, 3, 4, 5]
    assert [each["rank"] for each in places.values()] == [1, 1, 2, 3, 4]
    assert (places[first]["head_start"], places[second]["head_start"]) == (4 * 3600, 0)
    listed = json.loads(sdesk("list", "-o", "json").out)
    assert [each["number"] for each in listed] == list(places)
    assert "(P2 has a head start of 4h)" in told(sdesk, first)["paragraph"]
    desk.do("boris", "close", first, silent=True)
    done = told(sdesk, first)
    assert done["place"] is None
    assert "It stands in no queue: it is done" in done["paragraph"]
    assert "resolution within 9h: met in time, at 2026-11-23 12:00" in done["paragraph"]


def test_what_is_behind_a_wall_is_neither_told_nor_counted(
    sdesk: Sdesk, desk: MailDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = desk.new("olga", service="leave", at=NOW - HOUR)
    seen = desk.new("boris", service="other")
    monkeypatch.setenv("SDESK_AGENT", "boris")
    for command in (["why"], ["sla", "explain"]):
        ran = sdesk(*command, str(hidden), "-o", "json")
        assert (ran.code, ran.out) == (3, "")
        assert f"there is no ticket SD-{hidden}" in ran.err
    assert told(sdesk, seen)["place"]["position"] == 1
    assert told(sdesk, seen)["place"]["of"] == 1
    monkeypatch.setenv("SDESK_AGENT", "olga")
    assert told(sdesk, seen)["place"]["position"] == 2


def test_of_what_an_earlier_release_wrote_it_says_what_is_not_known(sdesk: Sdesk, desk: MailDesk) -> None:
    desk.take(TILL)
    with closing(sqlite3.connect(desk.path)) as connection, connection:
        old = '{"channel": "mail", "team": "it", "service": "till", "priority": "P1", "rules": {"service": 1}}'
        connection.execute("UPDATE history SET data = ? WHERE event = 'opened'", (old,))
    found = told(sdesk)
    assert (found["service"]["by"], found["team"]["by"]) == (
        "routing rule 1", "an earlier release did not write down what decided it"
    )  # fmt: skip
    assert found["raised"] == {"own": "significant", "loss_per_hour": None, "threshold": None}
    assert "by a loss; from which threshold on, an earlier release did not write down" in found["paragraph"]


def test_several_and_other_formats(sdesk: Sdesk, desk: MailDesk) -> None:
    desk.ask()
    desk.ask(2)
    both = json.loads(sdesk("why", "1", "SD-2", "-o", "json").out)
    assert [each["number"] for each in both] == [1, 2]
    assert sdesk("why", "1", "99").code == 6
    assert sdesk("why", "1", "--fields", "number,cell", "-o", "tsv").out == "number\tcell\n1\tP4\n"
    text = sdesk("why", "1", "2", "-o", "table").out
    assert max(map(len, text.splitlines())) <= 100
    assert text.count("\n\n") == 1
    assert sdesk("ticket", "why", "1", "-o", "ids").out == "1\n"


def test_an_incident_stands_for_its_parts_as_far_as_they_are_seen(sdesk: Sdesk, desk: MailDesk) -> None:
    incident = desk.ask(1)
    for unit in ("store-001", "store-017"):
        part = desk.new(service="till", requester=f"{unit}@shop.example")
        desk.do("anna", "confirm", part)
        desk.do("anna", "join", part, incident=incident)
    found = told(sdesk, incident)
    why = "it stands for its 2 parts, of which the worst is P1: before all others, by what an hour costs"
    why += ", then by deadline"
    assert found["place"]["because"] == why
    assert found["paragraph"].endswith(f"because {why}; an hour costs 192 000 RUB.")
    # As where a team became private afterwards: nothing is said of what stands behind the wall.
    with desk.desk.work(desk.actor("anna"), NOW) as work:
        hr = work.rules.team_keys["hr"]
        work.connection.exec_driver_sql("UPDATE ticket SET team_id = ? WHERE incident_id IS NOT NULL", (hr,))
        work.session.commit()
    found = told(sdesk, incident, "--as", "boris")
    assert "part" not in found["paragraph"].partition("It stands")[2]
    assert "192 000" not in found["paragraph"]
    assert told(sdesk, incident)["place"]["because"] == why
