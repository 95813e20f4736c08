"""Events of monitoring: what `down` opens, what further ones add, what `up` resolves; flapping, and storms."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from desks import DESK_FILE, NOW
from history_rules import faults
from intake_desk import MailDesk

from sdesk.desk.events import take_event
from sdesk.desk.steps.check_notes import MOST_NOTES
from sdesk.desk.steps.checks import Taken
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import Refused
from sdesk.domain.events import Came, CheckState, find_severity, machine_event

MINUTE = timedelta(minutes=1)


class Watched(MailDesk):
    """The small desk, and a monitoring system that tells of its checks."""

    def down(self, key: str = "till-1:ping", *, at: datetime = NOW, login: str = "", **more: Any) -> Taken:
        where = {name: more.pop(name, other) for name, other in (("unit", None), ("service", "other"), ("team", None))}
        where["tags"] = more.pop("tags", ())
        severity = find_severity(more.pop("severity", None))
        event = machine_event("zabbix", key, CheckState.DOWN, severity=severity, **{"subject": f"{key} is down"} | more)
        return self._take(event, at, login, **where)

    def up(self, key: str = "till-1:ping", *, at: datetime = NOW, login: str = "", **more: Any) -> Taken:
        return self._take(machine_event("zabbix", key, CheckState.UP, **more), at, login)

    def _take(self, event: Any, at: datetime, login: str, **where: Any) -> Taken:
        with self.desk.work(self.actor(login) if login else SYSTEM, at) as work:
            taken = take_event(work, event, **where)
            work.session.commit()
        return taken

    def texts(self, number: int) -> list[str]:
        found = self.rows("SELECT text FROM message WHERE ticket_id = ? ORDER BY id", number)
        return [text for (text,) in found]

    def events(self, number: int) -> list[str]:
        return [event for (event,) in self.rows("SELECT event FROM history WHERE ticket_id = ? ORDER BY id", number)]


@pytest.fixture
def desk(desk_path: Path) -> Watched:
    return Watched(desk_path)


# ---- one check -------------------------------------------------------------------------------------


def test_the_first_down_opens_a_ticket_that_nobody_asked_for(desk: Watched) -> None:
    taken = desk.down(text="100 % packet loss")
    assert (taken.came, taken.number, taken.ref) == (Came.OPENED, 1, "SD-1")
    ticket = desk.ticket(1)
    assert (ticket.subject, ticket.channel, ticket.requester_email) == ("till-1:ping is down", "event", None)
    assert desk.column(1, "unanswered_since") is None
    # There is nobody to answer first; what is promised is that it works again.
    assert desk.column(1, "first_response_due_at") is None
    assert desk.column(1, "resolution_due_at") is not None
    assert desk.texts(1) == ["100 % packet loss"]
    assert desk.rows("SELECT kind, agent_id IS NULL FROM outbox") == [("notification", 0)] * 2


def test_what_says_the_same_again_is_counted_in_one_message(desk: Watched) -> None:
    desk.down(text="loss 100 %")
    version = desk.column(1, "version")
    for at in range(1, 1001):
        taken = desk.down(text=f"loss {at % 100} %", at=NOW + at * MINUTE)
    assert (taken.came, taken.number) == (Came.ADDED, 1)
    (text,) = desk.texts(1)
    assert text.startswith("loss 100 %\n\nSaid again: 1000 times, last ")
    assert desk.events(1).count("check_down") == 0
    # It is no change of the ticket: an agent who writes an answer meanwhile is not hindered.
    assert desk.column(1, "version") == version
    assert desk.rows("SELECT downs, repeats FROM check_event") == [(1001, 1000)]


def test_what_differs_each_time_fills_no_ticket(desk: Watched) -> None:
    for at in range(MOST_NOTES + 50):
        desk.down(text="x" * (at + 1))
    assert len(desk.texts(1)) == MOST_NOTES
    assert "Said again: 50 times" in desk.texts(1)[-1]


def test_up_resolves_it_without_a_word_to_anybody(desk: Watched) -> None:
    desk.down()
    told = len(desk.rows("SELECT id FROM outbox"))
    taken = desk.up(at=NOW + 4 * MINUTE, text="PING OK")
    assert (taken.came, taken.number) == (Came.RESOLVED, 1)
    assert (desk.column(1, "status"), desk.column(1, "resolved_at")) == ("resolved", "2026-11-23T09:04:00Z")
    assert desk.texts(1)[-1] == "PING OK"
    assert len(desk.rows("SELECT id FROM outbox")) == told
    assert desk.up(at=NOW + 5 * MINUTE).came is Came.NOTHING


def test_up_without_down_does_nothing(desk: Watched) -> None:
    taken = desk.up()
    assert (taken.came, taken.number, desk.count()) == (Came.NOTHING, None, 0)
    assert "was not down" in taken.sentence
    assert desk.rows("SELECT * FROM check_event") == []


@pytest.mark.parametrize("hand", ["assigned", "waiting", "answered"])
def test_up_is_noted_where_an_agent_has_it_in_hand(desk: Watched, hand: str) -> None:
    desk.down(unit="flagship", service="till")
    if hand == "assigned":
        desk.do("boris", "take", 1)
    elif hand == "waiting":
        desk.do("boris", "wait", 1, waiting_for="date", until=NOW + timedelta(days=1))
    else:
        desk.do("boris", "set", 1, requester="store-001@shop.example")
        desk.do("boris", "reply", 1, text="We see it.")
        desk.do("boris", "assign", 1, to="none")
    assert desk.up(at=NOW + 30 * MINUTE).came is Came.NOTED
    assert desk.column(1, "status") in {"new", "open", "waiting"}
    # What stood works again: that costs nothing any more, whatever is done about the cause.
    assert desk.rows("SELECT down_to FROM outage") == [("2026-11-23T09:30:00Z",)]
    assert desk.events(1).count("restored") == 1


def test_down_again_soon_opens_it_again_and_late_another_one(desk: Watched) -> None:
    desk.down()
    desk.up(at=NOW + MINUTE)
    assert desk.down(at=NOW + 2 * MINUTE).came is Came.REOPENED
    assert (desk.column(1, "status"), desk.column(1, "reopenings")) == ("new", 1)
    desk.up(at=NOW + 3 * MINUTE)
    late = NOW + timedelta(days=8)
    desk.sweep(late)
    taken = desk.down(at=late)
    assert (taken.came, taken.number) == (Came.OPENED, 2)
    assert desk.rows("SELECT ticket_id, other_id, kind FROM link") == [(2, 1, "follows")]
    assert desk.rows("SELECT ticket_id, downs, ups, returns FROM check_event") == [(2, 1, 0, 0)]


def test_a_ticket_that_an_agent_resolved_while_it_was_down_is_opened_again(desk: Watched) -> None:
    desk.down()
    desk.do("anna", "close", 1, silent=True)
    assert desk.down(at=NOW + MINUTE).came is Came.REOPENED
    desk.do("anna", "close", 1, silent=True, at=NOW + 2 * MINUTE)
    assert desk.up(at=NOW + 3 * MINUTE).came is Came.NOTHING
    assert desk.column(1, "status") == "resolved"


def test_a_ticket_that_was_merged_goes_on_in_the_other(desk: Watched) -> None:
    desk.down()
    other = desk.new(service="other")
    desk.do("anna", "merge", 1, into=other)
    taken = desk.down(at=NOW + MINUTE, text="still down")
    assert (taken.came, taken.number) == (Came.ADDED, other)
    assert desk.texts(other)[-1] == "still down"


def test_a_ticket_of_two_checks_is_resolved_with_the_last_of_them(desk: Watched) -> None:
    for key in ("a", "b"):
        desk.down(key, unit="flagship", service="till")
    desk.do("anna", "merge", 2, into=1)
    assert desk.up("a", at=NOW + MINUTE).came is Came.NOTED
    assert desk.rows("SELECT count(*) FROM outage WHERE down_to IS NULL") == [(1,)]
    assert desk.up("b", at=NOW + 2 * MINUTE).came is Came.RESOLVED
    assert desk.column(1, "status") == "resolved"
    # What was merged is found by its own check still: its ticket is the other.
    assert desk.down("b", at=NOW + 3 * MINUTE).number == 1


def test_what_is_spam_is_heard_no_more(desk: Watched) -> None:
    desk.down()
    desk.do("anna", "spam", 1)
    assert desk.down(at=NOW + MINUTE).came is Came.NOTHING
    assert (desk.column(1, "status"), desk.count()) == ("spam", 1)


def test_two_sources_and_two_keys_are_different_checks(desk: Watched) -> None:
    desk.down("a")
    desk.down("A")
    with desk.desk.work(SYSTEM, NOW) as work:
        take_event(work, machine_event("nagios", "a", CheckState.DOWN), service="other")
        work.session.commit()
    assert desk.count() == 3


# ---- what stands, and how bad it is ------------------------------------------------------------------


def test_an_outage_begins_and_ends_with_it_as_a_fact(desk: Watched) -> None:
    desk.down(unit="flagship", service="till")
    assert desk.column(1, "priority") == "P1"
    assert desk.rows("SELECT down_from, down_to, confirmed FROM outage") == [("2026-11-23T09:00:00Z", None, 1)]
    desk.up(at=NOW + 30 * MINUTE)
    assert desk.rows("SELECT down_to, loss FROM outage") == [("2026-11-23T09:30:00Z", 9_000_000)]
    desk.down(unit="flagship", service="till", at=NOW + 40 * MINUTE)
    desk.up(at=NOW + 50 * MINUTE)
    assert desk.rows("SELECT down_from, down_to, confirmed FROM outage ORDER BY id")[1] == (
        "2026-11-23T09:40:00Z",
        "2026-11-23T09:50:00Z",
        1,
    )
    assert desk.column(1, "loss_past") == 12_000_000


def test_a_warning_stops_no_turnover_and_what_gets_worse_does(desk: Watched) -> None:
    desk.down(unit="flagship", service="till", severity="warning")
    assert desk.rows("SELECT * FROM outage") == []
    assert (desk.column(1, "urgency"), desk.column(1, "priority")) == ("medium", "P3")
    taken = desk.down(unit="flagship", service="till", severity="Disaster", at=NOW + MINUTE)
    assert taken.came is Came.ADDED
    assert (desk.column(1, "urgency"), desk.column(1, "priority")) == ("critical", "P1")
    assert desk.rows("SELECT confirmed FROM outage") == [(1,)]
    # It is never less urgent by itself.
    desk.down(unit="flagship", service="till", severity="information", at=NOW + 2 * MINUTE)
    assert desk.column(1, "urgency") == "critical"


# ---- flapping ----------------------------------------------------------------------------------------


def test_what_flaps_is_counted_alone_and_stays_open(desk: Watched) -> None:
    at = NOW
    came = [desk.down(unit="flagship", service="till", at=at).came]
    for _ in range(20):
        came.append(desk.up(at=(at := at + MINUTE)).came)
        came.append(desk.down(unit="flagship", service="till", at=(at := at + MINUTE)).came)
    assert came[:9] == [Came.OPENED, *[Came.RESOLVED, Came.REOPENED] * 4]
    assert came[9:] == [Came.NOTED, Came.ADDED] * 16
    assert desk.column(1, "reopenings") == 4
    assert desk.events(1).count("check_flaps") == 1
    assert desk.events(1).count("check_down") == 4
    assert "flaps: it came back down 4 times" in desk.texts(1)[-1]
    assert "Said again: 32 times" in desk.texts(1)[-1]
    assert desk.rows("SELECT downs, ups FROM check_event") == [(21, 20)]
    # It settles: an hour later it comes up, and that is the end of it.
    assert desk.up(at=at + timedelta(hours=1)).came is Came.RESOLVED


def test_what_comes_back_now_and_then_does_not_flap(desk: Watched) -> None:
    at = NOW
    for _ in range(8):
        desk.down(at=at)
        assert desk.up(at=at + timedelta(hours=1)).came is Came.RESOLVED
        at += timedelta(hours=2)


# ---- storms ------------------------------------------------------------------------------------------


def storm(desk: Watched, count: int, *, apart: timedelta = MINUTE, **more: Any) -> list[Taken]:
    return [desk.down(f"host{each}:ping", unit="flagship", at=NOW + each * apart, **more) for each in range(count)]


def test_more_than_five_checks_of_a_unit_within_ten_minutes_are_one_incident(desk: Watched) -> None:
    taken = storm(desk, 9)
    assert [each.incident for each in taken] == [None] * 5 + [1] * 4
    assert desk.rows("SELECT incident_id, count(*) FROM ticket GROUP BY incident_id") == [(None, 1), (1, 8)]
    assert desk.events(1).count("storm") == 1
    # Five were told of before anybody could know; the others nobody was called for.
    told = {number for (number,) in desk.rows("SELECT DISTINCT ticket_id FROM outbox")}
    assert told == {1, 2, 3, 4, 5}


def test_a_storm_ends_with_the_last_of_its_checks(desk: Watched) -> None:
    storm(desk, 7)
    later = NOW + 20 * MINUTE
    assert desk.up("host0:ping", at=later).came is Came.NOTED
    for each in range(1, 7):
        assert desk.up(f"host{each}:ping", at=later + each * MINUTE).came is Came.RESOLVED
    assert desk.rows("SELECT DISTINCT status FROM ticket") == [("resolved",)]


def board(desk: Watched) -> list[str]:
    """What the incident of a storm says of its checks."""
    (found,) = [text for text in desk.texts(1) if text.startswith("Storm")]
    return found.splitlines()


def test_the_incident_of_a_storm_says_which_checks_are_down_and_which_came_up(desk: Watched) -> None:
    storm(desk, 6)
    assert board(desk) == [
        "Storm at flagship: 6 of 6 checks are down (Mon 2026-11-23 12:05).",
        "Down: host0:ping, host1:ping, host2:ping, host3:ping, host4:ping, host5:ping",
    ]
    version = desk.column(1, "version")
    desk.down("host6:ping", unit="flagship", at=NOW + 6 * MINUTE)
    desk.up("host3:ping", at=NOW + 7 * MINUTE)
    desk.up("host5:ping", at=NOW + 8 * MINUTE)
    assert board(desk) == [
        "Storm at flagship: 5 of 7 checks are down (Mon 2026-11-23 12:08).",
        "Down: host0:ping, host1:ping, host2:ping, host4:ping, host6:ping",
        "Up again: host5:ping (12:08), host3:ping (12:07)",
    ]
    desk.down("host3:ping", at=NOW + 9 * MINUTE)
    assert board(desk)[0] == "Storm at flagship: 6 of 7 checks are down (Mon 2026-11-23 12:09)."
    for each in range(7):
        desk.up(f"host{each}:ping", at=NOW + (10 + each) * MINUTE)
    assert board(desk)[0] == "Storm at flagship is over: all 7 checks are up again (Mon 2026-11-23 12:16)."
    assert len(board(desk)) == 2
    assert version is not None
    with closing(sqlite3.connect(desk.path)) as store:
        assert faults(store) == []


def test_a_large_storm_is_told_of_in_a_few_lines(desk: Watched) -> None:
    storm(desk, 60, apart=timedelta(seconds=1))
    desk.down("k" * 240, unit="flagship", at=NOW + MINUTE)
    first, down = board(desk)
    assert first == "Storm at flagship: 61 of 61 checks are down (Mon 2026-11-23 12:01)."
    assert down.endswith("host19:ping and 41 more")
    assert desk.rows("SELECT count(*) FROM message WHERE text LIKE 'Storm%'") == [(1,)]


def test_the_note_of_a_check_that_flaps_says_how_it_stands(desk: Watched) -> None:
    at = NOW
    desk.down(at=at)
    for _ in range(6):
        desk.up(at=(at := at + MINUTE))
        desk.down(at=(at := at + MINUTE))
    assert desk.texts(1)[-1].endswith("last Mon 2026-11-23 12:12 (down)")
    desk.up(at=at + MINUTE)
    assert desk.texts(1)[-1].endswith("last Mon 2026-11-23 12:13 (up)")


def test_whoever_has_the_incident_has_its_checks(desk: Watched) -> None:
    storm(desk, 7)
    desk.do("boris", "take", 1)
    assert desk.up("host3:ping", at=NOW + 20 * MINUTE).came is Came.NOTED
    # What goes down now joins, and is Boris's.
    assert desk.down("host9:ping", unit="flagship", at=NOW + 9 * MINUTE).incident == 1
    assert desk.rows("SELECT count(DISTINCT assignee_id) FROM ticket") == [(1,)]


@pytest.mark.parametrize(
    ("count", "apart", "more"),
    [
        (5, MINUTE, {}),
        (9, 3 * MINUTE, {}),
    ],
)
def test_few_checks_or_slow_ones_are_no_storm(
    desk: Watched, count: int, apart: timedelta, more: dict[str, Any]
) -> None:
    storm(desk, count, apart=apart, **more)
    assert desk.rows("SELECT count(*) FROM ticket WHERE incident_id IS NOT NULL OR is_incident") == [(0,)]


def test_checks_of_no_unit_and_of_two_units_are_no_storm(desk: Watched) -> None:
    for each in range(12):
        desk.down(f"host{each}", unit=("flagship", "store-017")[each % 2] if each < 8 else None)
    assert desk.rows("SELECT count(*) FROM ticket WHERE incident_id IS NOT NULL") == [(0,)]


def test_no_storm_goes_through_a_wall(desk: Watched) -> None:
    for each in range(7):
        desk.down(f"host{each}", unit="flagship", service="leave" if each % 2 else "other")
    assert desk.rows("SELECT count(*) FROM ticket WHERE incident_id IS NOT NULL") == [(0,)]


def test_the_desk_file_says_when_it_is_a_storm_and_when_a_check_flaps(desk: Watched) -> None:
    desk.apply(DESK_FILE + "[events]\nstorm_from = 2\nstorm_within = '1m'\nflaps_from = 1\nflaps_within = '5m'\n")
    assert [each.incident for each in storm(desk, 3, apart=timedelta(seconds=20))] == [None, None, 1]
    desk.down("a")
    desk.up("a", at=NOW + MINUTE)
    desk.down("a", at=NOW + 2 * MINUTE)
    assert desk.up("a", at=NOW + 3 * MINUTE).came is Came.NOTED


# ---- who, and what is wrong ----------------------------------------------------------------------------


def test_an_agent_may_tell_of_it_and_a_wall_stands_before_him_too(desk: Watched) -> None:
    desk.down("a", login="boris")
    assert desk.rows("SELECT actor FROM history WHERE event = 'opened'") == [("boris",)]
    desk.down("b", service="leave")
    # A check behind the wall and one that nobody told of are alike.
    walled, missing = desk.up("b", login="boris"), desk.up("c", login="boris")
    assert (walled.came, walled.number, walled.sentence) == (Came.NOTHING, None, "nothing to do: zabbix b was not down")
    assert missing.sentence.replace(" c ", " b ") == walled.sentence
    assert desk.column(2, "status") == "new"


def test_an_alarm_that_comes_through_a_wall_is_taken_and_tells_nothing(desk: Watched) -> None:
    desk.down("b", service="leave")
    told = desk.down("b", login="boris", at=NOW + MINUTE)
    assert (told.came, told.number, told.ref, told.sentence) == (Came.ADDED, None, None, "taken: zabbix b is down")
    assert (desk.count(), desk.rows("SELECT downs FROM check_event")) == (1, [(2,)])
    desk.up("b", at=NOW + 2 * MINUTE)
    assert desk.column(1, "status") == "resolved"
    again = desk.down("b", login="boris", at=NOW + 3 * MINUTE)
    assert again == told
    assert desk.column(1, "status") == "new"
    # Alike where it opens one.
    other = desk.down("c", login="boris", service="leave")
    assert (other.came, other.number, other.sentence) == (Came.ADDED, None, "taken: zabbix c is down")
    assert (desk.count(), desk.ticket(2).team) == (2, desk.ticket(1).team)


def test_no_alarm_is_lost_for_a_clock_that_was_ahead(desk: Watched) -> None:
    desk.down()
    desk.up(at=NOW + 60 * MINUTE)
    assert desk.down(at=NOW + 5 * MINUTE).came is Came.REOPENED


@pytest.mark.parametrize(
    ("more", "team", "said"),
    [
        ({"service": "tilll", "team": "quality"}, "quality", ["no service `tilll` (did you mean `till`?): left out"]),
        ({"unit": "moon"}, "it", ["there is no unit `moon`"]),
        ({"team": "itt"}, "it", ["there is no team `itt`"]),
        ({"service": None}, "it", ["nobody knows which team this is for: it goes to team it"]),
        ({"service": "x", "unit": "y", "team": "z"}, "it", ["service `x`", "unit `y`", "team `z`", "it goes to team"]),
        ({"tags": ("pos", "two words")}, "it", ["`two words` is no tag"]),
    ],
    ids=str,
)
def test_no_alarm_is_lost_for_a_slip_in_what_is_said_of_it(
    desk: Watched, more: dict[str, Any], team: str, said: list[str]
) -> None:
    taken = desk.down(**more)
    assert (taken.came, taken.number, desk.ticket(1).team) == (Came.OPENED, 1, team)
    assert len(taken.doubts) == len(said)
    assert all(words in doubt for words, doubt in zip(said, taken.doubts, strict=True))
    # Whoever takes it at night sees what its sender got wrong.
    event, doubts = desk.texts(1)
    assert event == "till-1:ping is down"
    assert doubts.splitlines()[0] == "Not all that the event says is known to this desk:"
    assert [line.removeprefix("- ") for line in doubts.splitlines()[1:]] == list(taken.doubts)
    with closing(sqlite3.connect(desk.path)) as store:
        assert faults(store) == []
    # It is counted from then on in what the event said, and said once.
    again = desk.down(**more, at=NOW + MINUTE)
    assert (again.came, again.doubts) == (Came.ADDED, taken.doubts)
    assert len(desk.texts(1)) == 2
    assert desk.texts(1)[0].startswith("till-1:ping is down\n\nSaid again: once")
    assert desk.up(at=NOW + 2 * MINUTE).came is Came.RESOLVED


def test_an_alarm_of_nobody_goes_to_no_private_team_that_its_agent_does_not_see(desk: Watched) -> None:
    desk.apply(DESK_FILE.replace("[teams.", "[teams.aaa]\nname = 'Secret'\nprivate = true\n\n[teams.", 1))
    desk.down(service=None)
    assert desk.ticket(1).team == "it"
    desk.down("b", service=None, login="boris")
    assert desk.ticket(2).team == "it"


def test_an_auditor_tells_of_nothing(desk: Watched) -> None:
    desk.apply(DESK_FILE.replace('teams = ["quality"]', 'teams = ["quality"]\nrole = "auditor"'))
    before = desk.dump()
    with pytest.raises(Refused):
        desk.down(login="vera")
    assert desk.dump() == before


def test_what_a_machine_says_is_harmless_and_no_longer_than_may_be(desk: Watched) -> None:
    desk.down("a\x1b[2J\nb", subject="Down\x1b]0;x\x07\nnow " + "y" * 5000, text="\x1b[31m" + "z" * 100_000)
    (key,), (subject,) = desk.rows("SELECT key FROM check_event")[0], desk.rows("SELECT subject FROM ticket")[0]
    assert "\x1b" not in key + subject + desk.texts(1)[0]
    assert "\n" not in key + subject
    assert len(subject) <= 260
    assert len(desk.texts(1)[0]) < 21_000
    long = ["k" * 300 + str(each) for each in range(2)]
    for each in long:
        desk.down(each)
    assert desk.count() == 3


def test_every_story_hangs_together(desk: Watched) -> None:
    import sqlite3
    from contextlib import closing

    storm(desk, 8, severity="high")
    for each in range(8):
        desk.up(f"host{each}:ping", at=NOW + 20 * MINUTE)
        desk.down(f"host{each}:ping", unit="flagship", at=NOW + 21 * MINUTE)
    with closing(sqlite3.connect(desk.path)) as store:
        assert faults(store) == []
