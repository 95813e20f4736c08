"""What was seen and went behind a wall: it is gone from what an agent can undo, is told of, and what counts for him."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk

from sdesk.actions.perform import undo
from sdesk.desk.outbox.notifications import claim
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import NothingToDo
from sdesk.domain.filters import Filter, Words
from sdesk.mail.outbox.notices import put_into_words
from sdesk.store.reader import Reader

LATER = NOW + timedelta(minutes=5)


def told(path: Path, login: str) -> list[tuple[int, ...]]:
    with Reader(path) as reader:
        return [row.numbers for row in reader.undoable(reader.actor(login), now=LATER)]


def test_what_an_agent_did_before_another_gave_it_away_is_nothing_to_undo(desk_of_mail: MailDesk) -> None:
    first, second = desk_of_mail.new(service="other"), desk_of_mail.new(service="other")
    desk_of_mail.do("boris", "tag", first, tags=["mine"])
    desk_of_mail.do("boris", "tag", second, tags=["mine"])
    desk_of_mail.do("anna", "assign", second, to="team:hr")
    assert told(desk_of_mail.path, "boris") == [(first,)]
    outcomes = undo(desk_of_mail.desk, desk_of_mail.actor("boris"), now=LATER).outcomes
    assert [(each.number, each.error) for each in outcomes] == [(first, None)]
    with pytest.raises(NothingToDo):
        undo(desk_of_mail.desk, desk_of_mail.actor("boris"), now=LATER)
    assert told(desk_of_mail.path, "boris") == []


def test_what_he_gave_away_himself_he_may_take_back(desk_of_mail: MailDesk) -> None:
    number = desk_of_mail.new(service="other")
    desk_of_mail.do("boris", "tag", number, tags=["mine"])
    desk_of_mail.do("boris", "assign", number, to="team:hr")
    # Of what he did before he sees nothing, until it is his again.
    assert told(desk_of_mail.path, "boris") == [(number,)]
    (outcome,) = undo(desk_of_mail.desk, desk_of_mail.actor("boris"), now=LATER).outcomes
    assert outcome.error is None
    assert desk_of_mail.ticket(number).team == "it"
    assert told(desk_of_mail.path, "boris") == [(number,)]
    assert undo(desk_of_mail.desk, desk_of_mail.actor("boris"), now=LATER).outcomes[0].error is None


def test_a_proposal_with_a_ticket_behind_a_wall_is_not_told_any_more(desk_of_mail: MailDesk) -> None:
    desk_of_mail.apply(DESK_FILE + "[incidents]\nfrom = 3\n")
    units = ("flagship", "store-017", "accounting")
    numbers = [desk_of_mail.new(service="till", unit=unit) for unit in units]
    assert ("boris", "incident") in desk_of_mail.told()
    assert "sdesk incident accept" in _words(desk_of_mail, "boris")
    desk_of_mail.do("anna", "assign", numbers[1], to="team:hr")
    assert "sdesk incident accept" not in _words(desk_of_mail, "boris")


def _words(desk: MailDesk, login: str) -> str:
    """What an agent would be told now."""
    with desk.desk.work(SYSTEM, LATER) as work:
        batch = claim(work, work.rules.agent_keys[login])
        assert batch is not None
        return str(put_into_words(batch, list(batch.notices), LATER))


def test_the_pace_and_what_is_usual_are_of_what_is_seen(
    desk_of_mail: MailDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sdesk.store.reader import usual

    monkeypatch.setattr(usual, "OF_UNIT", 2)
    seen = desk_of_mail.new(service="printer", unit="flagship", at=NOW - timedelta(days=2))
    for _ in range(3):
        desk_of_mail.new("olga", service="leave", unit="flagship", at=NOW - timedelta(days=1))
    desk_of_mail.new("olga", service="leave", at=NOW - timedelta(days=9), external_id="A7")
    desk_of_mail.new(service="other", external_id="otrs:A7")
    with Reader(desk_of_mail.path) as reader:
        boris, week = reader.actor("boris"), timedelta(days=7)
        # Newer ones of a team that he does not see crowd out nothing.
        assert reader.usual_services(boris, unit="flagship") == ("printer",)
        facts = reader.who_facts(boris, now=NOW, week=NOW - week, horizon=NOW + week)
        assert facts.first_opened == reader.rows(boris, [seen], now=NOW)[seen].created_at
        # Nor does one that has the same name stand before it.
        assert [row.number for row in reader.page(boris, Filter((Words("A7"),)), now=NOW).rows] == [6]
