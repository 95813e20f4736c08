"""What is an agent's own: drafts that no other terminal writes over, and presence that runs out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desks import NOW
from intake_desk import MailDesk

from sdesk.actions.personal import be_at, save_draft
from sdesk.desk.presence import LIVES
from sdesk.domain.errors import Conflict, NotFound
from sdesk.domain.ticket import Direction, Doing
from sdesk.store.reader import Reader
from sdesk.store.reader.personal_rows import DraftRow, PresenceRow


def keep(mails: MailDesk, number: int, text: str | None, *, session: str, seen: str | None = None) -> None:
    save_draft(
        mails.desk,
        mails.actor("anna"),
        number,
        Direction.OUT,
        text,
        now=NOW,
        beside={"cc": "a@x.example"},
        session=session,
        seen=seen,
    )


def draft(mails: MailDesk, number: int) -> DraftRow | None:
    with Reader(mails.path) as reader:
        return reader.draft(reader.actor("anna"), number, Direction.OUT)


def test_newer_words_of_another_terminal_are_never_written_over(desk_of_mail: MailDesk) -> None:
    number = desk_of_mail.ask()
    version = desk_of_mail.column(number, "version")
    keep(desk_of_mail, number, "One", session="here")
    keep(desk_of_mail, number, "One two", session="here")
    first = draft(desk_of_mail, number)
    assert first is not None
    assert (first.text, first.beside, first.stamp) == ("One two", {"cc": "a@x.example"}, "here.2")
    # Another terminal goes on with what it read, then this one is too late, as often as it tries.
    keep(desk_of_mail, number, "One two three", session="there", seen=first.stamp)
    for text in ("One two four", None):
        with pytest.raises(Conflict, match="was written on at another terminal"):
            keep(desk_of_mail, number, text, session="here")
    newest = draft(desk_of_mail, number)
    assert newest is not None
    assert newest.text == "One two three"
    # Who has read the newer words goes on with them.
    keep(desk_of_mail, number, "All of it", session="here", seen=newest.stamp)
    with pytest.raises(Conflict):
        keep(desk_of_mail, number, "Old", session="there")
    keep(desk_of_mail, number, None, session="here")
    assert draft(desk_of_mail, number) is None
    assert desk_of_mail.column(number, "version") == version


def test_an_answer_takes_its_own_draft_along_and_leaves_other_words(desk_of_mail: MailDesk) -> None:
    number = desk_of_mail.ask()
    keep(desk_of_mail, number, "We come.\n", session="here")
    desk_of_mail.do("anna", "reply", number, text="We come.")
    assert draft(desk_of_mail, number) is None
    keep(desk_of_mail, number, "Half a thou", session="here")
    desk_of_mail.do("anna", "reply", number, text="Something else.")
    left = draft(desk_of_mail, number)
    assert left is not None
    assert left.text == "Half a thou"


def test_a_draft_may_be_of_files_alone(desk_of_mail: MailDesk) -> None:
    number = desk_of_mail.ask()
    anna = desk_of_mail.actor("anna")
    save_draft(desk_of_mail.desk, anna, number, Direction.NOTE, None, now=NOW, beside={"files": ["/tmp/log"]})
    with Reader(desk_of_mail.path) as reader:
        marks = reader.drafts(anna)
    assert [(mark.number, mark.direction) for mark in marks] == [(number, Direction.NOTE)]


def present(mails: MailDesk, login: str, *, later: timedelta = timedelta(0)) -> list[PresenceRow]:
    with Reader(mails.path) as reader:
        return list(reader.presence(reader.actor(login), now=NOW + later))


def test_presence_is_seen_by_others_runs_out_and_is_swept(desk_of_mail: MailDesk) -> None:
    one, other = desk_of_mail.ask(1), desk_of_mail.ask(2)
    anna, boris = desk_of_mail.actor("anna"), desk_of_mail.actor("boris")
    before = desk_of_mail.column(one, "version"), desk_of_mail.events(one)
    be_at(desk_of_mail.desk, boris, one, Doing.REPLYING, now=NOW)
    assert present(desk_of_mail, "anna") == [PresenceRow(one, "boris", Doing.REPLYING)]
    assert present(desk_of_mail, "boris") == [], "nobody is told of himself"
    assert present(desk_of_mail, "anna", later=LIVES) == [], "who says nothing more is gone"
    # Elsewhere: no more here.
    be_at(desk_of_mail.desk, boris, other, Doing.READING, now=NOW)
    assert present(desk_of_mail, "anna") == [PresenceRow(other, "boris", Doing.READING)]
    # What ran out goes with the next word of anybody.
    be_at(desk_of_mail.desk, anna, one, Doing.READING, now=NOW + LIVES)
    assert desk_of_mail.rows("SELECT agent_id FROM presence") == [(anna.agent_id,)]
    be_at(desk_of_mail.desk, anna, None, Doing.READING, now=NOW + LIVES)
    assert desk_of_mail.rows("SELECT agent_id FROM presence") == []
    assert (desk_of_mail.column(one, "version"), desk_of_mail.events(one)) == before


def test_nobody_is_present_behind_a_wall(desk_of_mail: MailDesk) -> None:
    number = desk_of_mail.new("olga", service="leave", requester="maria@shop.example")
    boris, olga = desk_of_mail.actor("boris"), desk_of_mail.actor("olga")
    with pytest.raises(NotFound):
        be_at(desk_of_mail.desk, boris, number, Doing.READING, now=NOW)
    be_at(desk_of_mail.desk, olga, number, Doing.READING, now=NOW)
    assert present(desk_of_mail, "boris") == []
