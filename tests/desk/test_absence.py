"""Absences: who may say it, who is told instead, who warns whom, and what is handed over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk
from sla_examples import moscow

from sdesk.desk import recurring
from sdesk.desk.absence import Planned, away, back
from sdesk.domain.errors import BadInput, Refused

FRIDAY = moscow("2026-11-27 09:00")
FILE = DESK_FILE.replace('lead = "anna"', 'lead = "anna"\non_call = ["boris", "anna"]').replace(
    '[agents.olga]',
    '[agents.dina]\nname = "Dina"\nemail = "dina@desk.example"\nteams = ["it"]\nrole = "lead"\n'
    '[agents.ivan]\nname = "Ivan"\nemail = "ivan@desk.example"\nteams = ["hr"]\n'
    '[agents.cato]\nname = "Cato"\nemail = "cato@desk.example"\nrole = "auditor"\n[agents.olga]',
)  # fmt: skip


@pytest.fixture
def desk(desk_of_mail: MailDesk) -> MailDesk:
    desk_of_mail.apply(FILE, at=NOW - timedelta(days=1))
    return desk_of_mail


def go(desk: MailDesk, login: str, *, by: str = "anna", at: datetime = NOW, **more: Any) -> Planned:
    with desk.desk.work(desk.actor(by), at) as work:
        done = away(work, login, until=more.pop("until", FRIDAY), **more)
        work.session.commit()
    return done


def come(desk: MailDesk, login: str, *, by: str = "anna", at: datetime = NOW) -> Planned:
    with desk.desk.work(desk.actor(by), at) as work:
        done = back(work, login)
        work.session.commit()
    return done


def absences(desk: MailDesk) -> list[tuple[str, str, str, str | None]]:
    return desk.rows(
        "SELECT a.key, b.starts_at, b.ends_at, s.key FROM absence AS b JOIN agent AS a ON a.id = b.agent_id"
        " LEFT JOIN agent AS s ON s.id = b.stand_in_id ORDER BY b.starts_at, b.id"
    )


def answer(desk: MailDesk, number: int, at: datetime = NOW) -> None:
    reference = f"<sd-{number}.{desk.token(number)}.00@desk.example>"
    head = f"From: maria@shop.example\nSubject: Re\nMessage-ID: <{at:%d%H%M}@shop.example>\n"
    desk.take(f"{head}In-Reply-To: {reference}\n\nNo.\n", at=at)


def told_since(desk: MailDesk, number: int, before: int) -> list[tuple[str, str]]:
    return desk.told(number)[before:]


def of_boris(desk: MailDesk) -> tuple[int, int]:
    """A ticket that boris has, and how many notices there were of it."""
    number = desk.ask()
    desk.do("boris", "take", number)
    return number, len(desk.told(number))


def test_what_happens_to_his_tickets_is_told_to_the_stand_in_while_he_is_away(desk: MailDesk) -> None:
    number, before = of_boris(desk)
    done = go(desk, "boris", by="boris", to="vera")
    assert done.sentence == "boris is away until Fri 2026-11-27 09:00; vera stands in"
    assert done.warnings == ()
    answer(desk, number)
    assert told_since(desk, number, before) == [("vera", "reply")]
    # It ends by itself.
    answer(desk, number, at=FRIDAY)
    assert told_since(desk, number, before + 1) == [("boris", "reply")]


def test_without_a_stand_in_the_team_is_told(desk: MailDesk) -> None:
    number, before = of_boris(desk)
    go(desk, "boris")
    answer(desk, number)
    assert told_since(desk, number, before) == [("anna", "reply"), ("dina", "reply")]


def test_a_stand_in_who_is_away_hands_on(desk: MailDesk) -> None:
    number, before = of_boris(desk)
    go(desk, "boris", to="dina")
    assert go(desk, "dina", to="vera").warnings == ()
    answer(desk, number)
    assert told_since(desk, number, before) == [("vera", "reply")]
    # In a circle nobody is there.
    go(desk, "vera", to="boris")
    answer(desk, number, at=NOW + timedelta(minutes=1))
    assert told_since(desk, number, before + 1) == [("anna", "reply")]


def test_a_new_request_is_told_to_those_who_are_there(desk: MailDesk) -> None:
    go(desk, "boris", to="vera")
    number = desk.ask()
    assert desk.told(number) == [("anna", "new"), ("dina", "new")]
    go(desk, "anna")
    go(desk, "dina")
    # All of them are away: it waits for them.
    assert desk.told(desk.ask(2)) == [("anna", "new"), ("boris", "new"), ("dina", "new")]


def test_who_gives_him_a_ticket_is_warned_and_the_stand_in_told(desk: MailDesk) -> None:
    go(desk, "boris", to="dina")
    number = desk.ask()
    before = len(desk.told(number))
    outcome = desk.do("anna", "assign", number, to="boris")
    assert outcome.warning == "`boris` is away until 2026-11-27 09:00: `dina` stands in"
    assert told_since(desk, number, before) == [("dina", "assigned")]
    assert desk.do("boris", "take", desk.ask(2)).warning == ""
    go(desk, "boris", at=NOW + timedelta(days=7), until=NOW + timedelta(days=8))
    outcome = desk.do("anna", "assign", desk.ask(3), to="boris", at=NOW + timedelta(days=7))
    assert outcome.warning == "`boris` is away until 2026-12-01 12:00: team `it` is told"


def test_walls_stand_before_a_stand_in(desk: MailDesk) -> None:
    number = desk.new("olga", service="leave", assignee="ivan")
    before = len(desk.told(number))
    done = go(desk, "ivan", to="boris")
    assert done.warnings == ("`boris` is no member of team `hr`, whose tickets are private: of these the team is told",)
    desk.sweep(NOW + timedelta(days=3))
    assert {login for login, _ in told_since(desk, number, before)} == {"olga"}


def test_a_breach_is_told_to_the_leads_stand_in(desk: MailDesk) -> None:
    number, _ = of_boris(desk)
    go(desk, "anna", to="vera")
    desk.sweep(NOW + timedelta(days=2))
    assert ("vera", "breached") in desk.told(number)
    assert ("boris", "breached") in desk.told(number)
    assert ("anna", "breached") not in desk.told(number)


def test_his_week_on_call_goes_on_to_the_next(desk: MailDesk) -> None:
    evening = NOW + timedelta(hours=7, minutes=40)
    till = "From: store-001@shop.example\nSubject: Till is down\nMessage-ID: <{}@shop.example>\n\nNobody can pay.\n"
    first = desk.take(till.format(1), at=evening).number
    assert first is not None
    ((ringing, _),) = desk.told(first)
    go(desk, ringing)
    second = desk.take(till.format(2), at=evening).number
    assert desk.told(second) == [("anna" if ringing == "boris" else "boris", "new")]


@pytest.mark.parametrize("by", ["boris", "dina", "anna"])
def test_oneself_a_lead_and_an_admin_may_say_it(desk: MailDesk, by: str) -> None:
    assert go(desk, "boris", by=by).agent == "boris"
    assert come(desk, "boris", by=by).sentence == "boris is back"


@pytest.mark.parametrize(("login", "by"), [("anna", "boris"), ("vera", "dina"), ("boris", "cato"), ("cato", "cato")])
def test_nobody_else_may(desk: MailDesk, login: str, by: str) -> None:
    with pytest.raises(Refused):
        go(desk, login, by=by)
    assert absences(desk) == []


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"until": NOW}, "over before it begins"),
        ({"starts": FRIDAY}, "over before it begins"),
        ({"starts": NOW - timedelta(days=9), "until": NOW - timedelta(days=8)}, "over before it begins"),
        ({"to": "boris"}, "nobody stands in for himself"),
        ({"to": "cato"}, "an auditor"),
        ({"to": "dora"}, "did you mean `dina`|there is no agent"),
        ({"starts": NOW + timedelta(days=1), "reassign": True}, "the absence is later"),
    ],
)
def test_what_cannot_be_is_refused(desk: MailDesk, more: dict[str, Any], what: str) -> None:
    with pytest.raises(BadInput, match=what):
        go(desk, "boris", **more)


def test_his_tickets_stay_his_until_somebody_says_otherwise(desk: MailDesk) -> None:
    mine, hers = desk.new(service="other", assignee="boris"), desk.new(service="other", assignee="dina")
    waiting = desk.new(service="other", assignee="boris")
    desk.do("boris", "wait", waiting, waiting_for="date", until=NOW + timedelta(days=3))
    done = desk.new(service="other", assignee="boris")
    desk.do("boris", "close", done, silent=True)
    assert go(desk, "boris", to="dina").reassigned == ()
    assert desk.ticket(mine).assignee == "boris"
    handed = go(desk, "boris", to="dina", reassign=True)
    assert handed.reassigned == (mine, waiting)
    assert handed.sentence == "boris is away until Fri 2026-11-27 09:00; dina stands in; 2 tickets handed over"
    assert {desk.ticket(number).assignee for number in (mine, waiting, hers)} == {"dina"}
    assert (desk.ticket(waiting).status, desk.ticket(done).assignee) == ("waiting", "boris")
    assert desk.event(mine, "assigned") == {"by": "anna", "old": "boris", "new": "dina"}


def test_to_the_team_where_nobody_stands_in(desk: MailDesk) -> None:
    number = desk.new(service="other", assignee="boris")
    before = len(desk.told(number))
    go(desk, "boris", reassign=True)
    assert (desk.ticket(number).assignee, desk.ticket(number).status) == (None, "new")
    assert told_since(desk, number, before) == [("dina", "new")]


def test_a_lead_hands_over_what_he_sees_and_hears_nothing_of_the_rest(desk: MailDesk) -> None:
    desk.apply(
        FILE.replace('email = "ivan@desk.example"\nteams = ["hr"]', 'email = "ivan@desk.example"\nteams = ["hr", "it"]')
    )
    seen, hidden = desk.new(service="other", assignee="ivan"), desk.new("olga", service="leave", assignee="ivan")
    done = go(desk, "ivan", by="dina", to="boris", reassign=True)
    assert done.reassigned == (seen,)
    assert "1 ticket handed over" in done.sentence
    assert not [each for each in done.warnings if "stay" in each]
    assert desk.ticket(hidden).assignee == "ivan"
    # An admin sees it; the stand-in does not.
    assert go(desk, "ivan", reassign=True).reassigned == (hidden,)
    assert desk.ticket(hidden).assignee is None


def test_a_later_word_replaces_an_earlier_one(desk: MailDesk) -> None:
    go(desk, "boris", to="dina")
    later = NOW + timedelta(hours=5)
    # He stays longer: the same absence, the same stand-in.
    go(desk, "boris", until=moscow("2026-11-30 09:00"), at=later)
    assert absences(desk) == [("boris", "2026-11-23T09:00:00Z", "2026-11-30T06:00:00Z", "dina")]
    # Another in its midst.
    go(desk, "boris", starts=moscow("2026-11-25 09:00"), until=moscow("2026-11-26 09:00"), to="vera", at=later)
    assert absences(desk) == [
        ("boris", "2026-11-23T09:00:00Z", "2026-11-25T06:00:00Z", "dina"),
        ("boris", "2026-11-25T06:00:00Z", "2026-11-26T06:00:00Z", "vera"),
        ("boris", "2026-11-26T06:00:00Z", "2026-11-30T06:00:00Z", "dina"),
    ]
    assert come(desk, "boris", at=later).sentence == "boris is back"
    assert absences(desk)[0] == ("boris", "2026-11-23T09:00:00Z", "2026-11-23T14:00:00Z", "dina")
    assert come(desk, "boris", at=later).sentence == "boris is not away on Wed 2026-11-25 09:00: that is called off"
    assert len(absences(desk)) == 2


def test_who_is_not_away_is_not_back(desk: MailDesk) -> None:
    assert come(desk, "boris") == Planned("boris", None, None, None, "boris is not away", changed=False)


def test_a_stand_in_who_is_away_himself_is_said(desk: MailDesk) -> None:
    go(desk, "dina", starts=moscow("2026-11-25 09:00"))
    (warning,) = go(desk, "boris", to="dina").warnings
    assert warning.startswith("`dina` is away as well, from Wed 2026-11-25 09:00 until Fri 2026-11-27 09:00")


def test_a_recurring_ticket_of_who_is_away_is_the_stand_ins(desk: MailDesk) -> None:
    desk.apply(
        f'{FILE}[recurring.check]\nsubject = "Check"\nrule = "FREQ=DAILY"\nstarts = 2026-11-20T10:00:00\nteam = "it"\n'
        'assignee = "boris"\n'
    )
    go(desk, "boris", to="dina", until=moscow("2026-11-24 12:00"))
    go(desk, "boris", starts=moscow("2026-11-25 00:00"), until=moscow("2026-11-26 00:00"))
    for day in (24, 25, 26):
        recurring.make_due(desk.desk, now=moscow(f"2026-11-{day} 10:01"))
    assert [desk.ticket(number).assignee for number in (1, 2, 3)] == ["dina", None, "boris"]
    assert desk.told(2) == [("anna", "new"), ("dina", "new")]


def test_an_open_absence_is_kept_in_the_history_of_the_desk(desk: MailDesk) -> None:
    go(desk, "boris", to="dina")
    come(desk, "boris")
    found = desk.rows("SELECT event, actor FROM history WHERE event LIKE 'agent%' ORDER BY id")
    assert found == [("agent_away", "anna"), ("agent_back", "anna")]
