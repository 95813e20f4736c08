"""Watching: who watches a ticket is told as its assignee is, and is responsible for nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from desks import DESK_FILE, NOW
from intake_desk import SUPPORT, MailDesk

from sdesk.actions.perform import perform, undo
from sdesk.desk.absence import away
from sdesk.desk.outbox.notifications import agents_due, claim
from sdesk.desk.purging import purge
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import BadInput, NotFound, Refused
from sdesk.domain.ticket import Status
from sdesk.store.check import check
from sdesk.store.check.repair import repair

HOUR = timedelta(hours=1)


@pytest.fixture
def desk(desk_of_mail: MailDesk) -> Iterator[MailDesk]:
    """A desk with a request that Boris has; whatever is done with it, the store is sound."""
    desk_of_mail.ask()
    desk_of_mail.do("boris", "take", 1)
    yield desk_of_mail
    assert check(desk_of_mail.path, NOW + timedelta(days=9)) == ()


def watchers(desk: MailDesk, number: int = 1) -> list[tuple[str, str | None]]:
    """Who watches, and who said so, as the public view has it."""
    return desk.rows("SELECT agent, by FROM watcher_view WHERE number = ? ORDER BY agent", number)


def answer(desk: MailDesk, number: int = 1, text: str = "It is still so.") -> None:
    """A mail of the requester into the ticket's thread."""
    reference = f"<sd-{number}.{desk.token(number)}.00@desk.example>"
    desk.take(
        f"From: maria@shop.example\nTo: {SUPPORT}\nSubject: Re\nMessage-ID: <{number}{len(text)}@shop.example>\n"
        f"In-Reply-To: {reference}\n\n{text}\n"
    )


def news(desk: MailDesk, number: int = 1) -> list[tuple[str, str]]:
    """What was told since the ticket was taken, but for its opening."""
    return [each for each in desk.told(number) if each[1] != "new"]


# ---- the verbs ---------------------------------------------------------------------------------


def test_one_watches_oneself_and_names_others(desk: MailDesk) -> None:
    version, seen = desk.column(1, "version"), desk.column(1, "updated_at")
    assert desk.do("vera", "watch", 1).sentence == "SD-1 is watched by vera"
    assert desk.do("boris", "watch", 1, agent="anna").sentence == "SD-1 is watched by anna"
    assert watchers(desk) == [("anna", "boris"), ("vera", "vera")]
    assert desk.rows("SELECT watchers FROM ticket_view WHERE number = 1") == [('["anna","vera"]',)]
    assert desk.ticket(1).watchers == ("anna", "vera")
    # Who has the ticket open in an editor need not know: nothing of it has changed.
    assert (desk.column(1, "version"), desk.column(1, "updated_at")) == (version, seen)
    assert desk.event(1, "watched") == {"by": "boris", "agent": "anna"}
    again = desk.do("vera", "watch", 1)
    assert (again.changed, again.sentence) == (False, "SD-1 is watched by vera already")
    assert desk.do("anna", "unwatch", 1, agent="vera").sentence == "SD-1 is watched by vera no more"
    assert desk.do("vera", "unwatch", 1).changed is False
    assert watchers(desk) == [("anna", "boris")]
    assert desk.events(1)[-3:] == ["watched", "watched", "unwatched"]


def test_a_dry_run_leaves_nothing_and_undo_puts_back(desk: MailDesk) -> None:
    before = desk.dump()
    assert desk.try_to("vera", "watch", 1, dry_run=True).changed
    assert desk.dump() == before
    desk.do("vera", "watch", 1)
    desk.do("anna", "unwatch", 1, agent="vera")
    undo(desk.desk, desk.actor("anna"), now=NOW)
    assert watchers(desk) == [("vera", "vera")]
    undo(desk.desk, desk.actor("vera"), now=NOW)
    assert watchers(desk) == []


def test_who_is_never_told_cannot_watch(desk: MailDesk) -> None:
    private = desk.new("olga", subject="Salary", service="leave")
    with pytest.raises(NotFound):
        desk.do("boris", "watch", private)
    with pytest.raises(Refused, match="`boris` is no member of team `hr`"):
        desk.do("olga", "watch", private, agent="boris")
    with pytest.raises(BadInput, match="there is no agent `bors`"):
        desk.do("anna", "watch", 1, agent="bors")
    (outcome,) = perform(desk.desk, SYSTEM, "watch", [1], {}, now=NOW)
    assert "the desk itself watches no ticket" in str(outcome.error)
    desk.do("boris", "spam", 1)
    with pytest.raises(Refused, match="SD-1 is spam: nothing is told of it"):
        desk.do("vera", "watch", 1)
    assert desk.rows("SELECT count(*) FROM watcher") == [(0,)]


def test_an_auditor_watches_nothing(desk: MailDesk) -> None:
    desk.apply(f'{DESK_FILE}\n[agents.lars]\nname = "Lars"\nemail = "lars@desk.example"\nrole = "auditor"\n')
    with pytest.raises(Refused, match="`lars` is an auditor, and is told of nothing"):
        desk.do("anna", "watch", 1, agent="lars")
    with pytest.raises(Refused, match="an auditor reads everything"):
        desk.do("lars", "watch", 1)


# ---- the news ----------------------------------------------------------------------------------


def test_a_watcher_gets_the_news_of_the_assignee(desk: MailDesk) -> None:
    desk.do("vera", "watch", 1)
    answer(desk)
    assert news(desk) == [("boris", "reply"), ("vera", "reply")]
    desk.sweep(NOW + timedelta(days=3))
    of_boris, of_vera = ([event for login, event in news(desk) if login == each] for each in ("boris", "vera"))
    assert "breached" in of_boris
    assert of_boris == of_vera
    desk.do("vera", "unwatch", 1, at=NOW + timedelta(days=3))
    answer(desk, text="Hello?")
    assert news(desk)[-1] == ("boris", "reply")


def test_nobody_is_told_twice_nor_of_his_own_doing(desk: MailDesk) -> None:
    for login in ("boris", "anna", "vera"):
        desk.do(login, "watch", 1)
    # The assignee watches too: told once.
    answer(desk)
    assert news(desk) == [("boris", "reply"), ("anna", "reply"), ("vera", "reply")]
    # Whose it is now is news to that one alone; another team's queue is news to who watches, and not to who did it.
    desk.do("anna", "assign", 1, to="boris")
    desk.do("boris", "assign", 1, to="anna")
    assert news(desk)[3:] == [("anna", "assigned")]
    desk.do("anna", "assign", 1, to="team:quality")
    assert desk.told(1)[-2:] == [("vera", "new"), ("boris", "new")]


def test_a_watcher_is_responsible_for_nothing(desk: MailDesk) -> None:
    # A P1 that only a watcher heard of is not heard: it goes to the lead all the same.
    desk.apply(
        DESK_FILE.replace(
            'email = "boris@desk.example"\n', 'email = "boris@desk.example"\nnotify = { events = ["assigned"] }\n'
        )
    )
    desk.do("vera", "watch", 1)
    desk.do("boris", "priority", 1, priority="P1", reason="Board")
    answer(desk)
    assert news(desk) == [("anna", "reply"), ("vera", "reply")]


def test_what_a_watcher_asked_not_to_hear_is_not_told(desk: MailDesk) -> None:
    told = 'email = "vera@desk.example"\nnotify = { events = ["breached"] }\n'
    desk.apply(DESK_FILE.replace('email = "vera@desk.example"\n', told))
    desk.do("vera", "watch", 1)
    answer(desk)
    assert news(desk) == [("boris", "reply")]


def test_a_channel_that_all_read_tells_of_it_for_those_whom_it_concerns(desk: MailDesk) -> None:
    desk.do("vera", "watch", 1)
    answer(desk)
    first = desk.rows(
        "SELECT a.key, json_extract(o.\"values\", '$.first') FROM outbox AS o JOIN agent AS a ON a.id = o.agent_id"
        " WHERE json_extract(o.\"values\", '$.event') = 'reply' ORDER BY o.id"
    )
    assert first == [("boris", 1), ("vera", None)]


def test_news_of_several_tickets_goes_together(desk: MailDesk) -> None:
    other = desk.ask(2, sender="b@acc.shop.example")
    for number in (1, other):
        desk.do("vera", "watch", number)
    answer(desk)
    answer(desk, other)
    with desk.desk.work(SYSTEM, NOW) as work:
        vera = work.rules.agent_keys["vera"]
        assert vera in agents_due(work)
        batch = claim(work, vera)
        assert batch is not None
        assert sorted(notice.number or 0 for notice in batch.notices) == [1, other]


def test_who_is_away_is_not_told_and_nobody_stands_in(desk: MailDesk) -> None:
    desk.do("vera", "watch", 1)
    with desk.desk.work(desk.actor("anna"), NOW) as work:
        away(work, "vera", until=NOW + timedelta(days=3), to="anna")
        work.session.commit()
    answer(desk)
    assert news(desk) == [("boris", "reply")]


# ---- walls -------------------------------------------------------------------------------------


def test_behind_a_wall_a_watcher_is_told_nothing_even_of_what_waits(desk: MailDesk) -> None:
    desk.do("vera", "watch", 1)
    answer(desk)
    desk.do("anna", "assign", 1, to="team:hr")
    answer(desk, text="And here is my salary.")
    desk.sweep(NOW + 30 * HOUR)
    assert [event for login, event in news(desk) if login == "vera"] == ["reply"]
    with desk.desk.work(SYSTEM, NOW + HOUR) as work:
        assert claim(work, work.rules.agent_keys["vera"]) is None
        work.session.commit()
    assert desk.rows("SELECT o.state FROM outbox AS o JOIN agent AS a ON a.id = o.agent_id WHERE a.key = 'vera'") == [
        ("taken_back",)
    ]
    # Who sees it again is told again.
    desk.do("olga", "assign", 1, to="team:it")
    answer(desk, text="Is anybody there?")
    assert ("vera", "reply") in news(desk)[-2:]


# ---- answers by mail ---------------------------------------------------------------------------


def test_a_watchers_answer_by_mail_is_any_agents(desk: MailDesk) -> None:
    desk.do("vera", "watch", 1)
    receipt = desk.answer("vera", "Try the other till.", desk.agent_id_of("vera", 1), at=NOW + HOUR)
    assert receipt.reason == "vera's answer, relayed to the requester"
    assert desk.ticket(1).assignee == "boris"
    assert watchers(desk) == [("vera", "vera")]
    # Without a key it is a note, and he is asked, as every agent is.
    desk.answer("vera", "And that one.", f"<sd-1.{desk.token(1)}.00@desk.example>", at=NOW + 2 * HOUR)
    assert desk.conversation(1)[-1].startswith("note vera")


# ---- what tickets and agents become ------------------------------------------------------------


def test_merging_unites_the_watchers(desk: MailDesk) -> None:
    other = desk.ask(2, sender="b@acc.shop.example")
    desk.do("vera", "watch", other)
    desk.do("anna", "watch", other)
    desk.do("anna", "watch", 1)
    desk.do("boris", "merge", other, into=1)
    assert watchers(desk) == [("anna", "anna"), ("vera", "boris")]
    assert desk.event(1, "watched") == {"by": "boris", "agent": "vera"}
    undo(desk.desk, desk.actor("boris"), now=NOW)
    assert watchers(desk) == [("anna", "anna")]
    assert watchers(desk, other) == [("anna", "anna"), ("vera", "vera")]


def test_merging_into_a_private_teams_ticket_takes_along_who_may_see_it(desk: MailDesk) -> None:
    private = desk.new("olga", subject="Salary", service="leave")
    desk.do("vera", "watch", 1)
    desk.do("anna", "watch", 1, agent="olga")
    desk.do("anna", "merge", 1, into=private)
    assert watchers(desk, private) == [("olga", "anna")]


def test_who_leaves_the_desk_watches_nothing_any_more(desk: MailDesk) -> None:
    desk.do("boris", "watch", 1, agent="vera")
    gone = DESK_FILE.replace('[agents.vera]\nname = "Vera Lis"\nemail = "vera@desk.example"\nteams = ["quality"]\n', "")
    gone = gone.replace('lead = "vera"', 'lead = "anna"')
    assert gone != DESK_FILE
    desk.apply(gone)
    assert watchers(desk) == []
    assert desk.event(1, "unwatched") == {"by": "anna", "agent": "vera"}
    desk.apply(DESK_FILE)
    answer(desk)
    assert ("vera", "reply") not in news(desk)


def test_purged_spam_takes_its_watchers_along(desk: MailDesk) -> None:
    desk.do("vera", "watch", 1)
    desk.do("boris", "spam", 1)
    late = NOW + timedelta(days=800)
    purge(desk.desk, desk.actor("anna"), late, spam=True, raw=False, before=late - timedelta(days=30))
    assert desk.rows("SELECT (SELECT count(*) FROM ticket), (SELECT count(*) FROM watcher)") == [(0, 0)]


# ---- db check ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("harm", "named", "mends"),
    [
        ("DELETE FROM watcher", "by its history, and nobody would tell him", False),
        (
            "INSERT INTO watcher SELECT 1, id, '2026-11-23T09:00:00Z', NULL FROM agent WHERE key = 'anna'",
            "ticket 1 is watched by anna, and its history does not say so",
            False,
        ),
        (
            "UPDATE agent SET retired_at = '2026-11-23T09:00:00Z' WHERE key = 'vera'",
            "ticket 1 is watched by vera, who has left the desk",
            True,
        ),
    ],
)
def test_the_check_names_what_contradicts_the_history(
    desk_of_mail: MailDesk, harm: str, named: str, *, mends: bool
) -> None:
    desk_of_mail.ask()
    desk_of_mail.do("vera", "watch", 1)
    path: Path = desk_of_mail.path
    assert check(path, NOW) == ()
    with sqlite3.connect(path) as connection:
        connection.execute(harm)
    connection.close()
    (finding,) = check(path, NOW)
    assert (named in finding.what, finding.mends, finding.ticket) == (True, mends, 1)
    if mends:
        repair(path, NOW)
        assert check(path, NOW) == ()
        assert desk_of_mail.rows("SELECT count(*) FROM watcher") == [(0,)]


def test_a_resolved_ticket_is_watched_on(desk: MailDesk) -> None:
    desk.do("vera", "watch", 1)
    desk.do("boris", "close", 1, silent=True)
    answer(desk, text="It is broken again!")
    assert desk.ticket(1).status is Status.OPEN
    assert ("vera", "reply") in news(desk)
