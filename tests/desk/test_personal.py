"""What is an agent's own: drafts that no other terminal writes over, and presence that runs out."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from desks import NOW
from intake_desk import MailDesk
from sqlalchemy.event import listen, remove
from sqlmodel import Session

from sdesk.actions.perform import perform
from sdesk.actions.personal import Kept, KeptDraft, KeptForm, be_at, save_draft, save_form
from sdesk.desk.presence import LIVES
from sdesk.domain.actor import Actor
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


def reply(mails: MailDesk, number: int, words: Kept) -> None:
    (outcome,) = perform(mails.desk, mails.actor("anna"), "reply", [number], {"text": "We come."}, now=NOW, words=words)
    assert outcome.error is None


def test_an_answer_takes_its_own_draft_along_and_leaves_other_words(desk_of_mail: MailDesk) -> None:
    number = desk_of_mail.ask()
    keep(desk_of_mail, number, "We co", session="here")
    reply(desk_of_mail, number, KeptDraft("here"))
    assert draft(desk_of_mail, number) is None
    keep(desk_of_mail, number, "Half a thou", session="there")
    reply(desk_of_mail, number, KeptDraft("here"))
    left = draft(desk_of_mail, number)
    assert left is not None
    assert left.text == "Half a thou"
    # What another session wrote goes with an answer that began with just that.
    reply(desk_of_mail, number, KeptDraft("here", seen=left.stamp))
    assert draft(desk_of_mail, number) is None


WORDS = {
    "a draft": (KeptDraft("here"), "SELECT text FROM draft"),
    "a form": (KeptForm("here", form="close 1"), "SELECT words FROM form_draft"),
}


@pytest.mark.parametrize("kind", WORDS)
def test_a_death_on_the_way_leaves_either_the_draft_or_what_was_made_of_it(
    desk_of_mail: MailDesk, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    number = desk_of_mail.ask()
    words, kept = WORDS[kind]
    keep(desk_of_mail, number, "We come.", session="here")
    save_form(desk_of_mail.desk, desk_of_mail.actor("anna"), KeptForm("here", form="close 1"), {"text": "We"}, now=NOW)
    before = desk_of_mail.dump()

    class Death(BaseException):
        """As by a signal."""

    def die(*of: object) -> None:
        raise Death

    for at in ("after_flush", "before_commit"):
        listen(Session, at, die)
        with pytest.raises(Death):
            reply(desk_of_mail, number, words)
        remove(Session, at, die)
        assert desk_of_mail.dump() == before, at
    gone = words.is_gone
    assert not gone
    committed = []
    real = Session.commit

    def counted(session: Session) -> None:
        real(session)
        committed.append((desk_of_mail.conversation(number)[-1], desk_of_mail.rows(kept)))

    monkeypatch.setattr(Session, "commit", counted)
    reply(desk_of_mail, number, words)
    assert words.is_gone
    assert len(committed) == 1, "one transaction"
    assert "We come." in committed[0][0]
    assert committed[0][1] == []


def test_a_form_keeps_words_of_each_terminal_and_gives_the_newest(desk_of_mail: MailDesk) -> None:
    anna, boris = desk_of_mail.actor("anna"), desk_of_mail.actor("boris")

    def typed(session: str, text: str, before: str = "", read_at: datetime = NOW) -> None:
        kept = KeptForm(session, form="close 1 2", before=before, before_at=read_at)
        save_form(desk_of_mail.desk, anna, kept, {"text": text} if text else {}, now=NOW)

    def found(actor: Actor = anna, form: str = "close 1 2") -> tuple[str, str] | None:
        with Reader(desk_of_mail.path) as reader:
            row = reader.form_draft(actor, form, now=NOW)
        return None if row is None else (row.session, row.words["text"])

    typed("one", "A")
    typed("two", "B")
    assert found() == ("two", "B")
    assert (found(boris), found(form="close 1")) == (None, None)
    typed("three", "B and more", before="two")
    assert found() == ("three", "B and more")
    typed("three", "")
    assert found() == ("one", "A"), "what another terminal holds was never touched"
    typed("four", "A and more", before="one", read_at=NOW - timedelta(seconds=1))
    typed("four", "", before="one", read_at=NOW - timedelta(seconds=1))
    assert found() == ("one", "A"), "kept again since it was read"


def test_a_form_that_is_open_is_taken_by_no_other_terminal(desk_of_mail: MailDesk) -> None:
    anna = desk_of_mail.actor("anna")

    def found(seconds: int = 0) -> tuple[str, bool] | None:
        with Reader(desk_of_mail.path) as reader:
            row = reader.form_draft(anna, "close 1", now=NOW + timedelta(seconds=seconds))
        return None if row is None else (row.session, row.is_open)

    left, here = KeptForm("left", form="close 1"), KeptForm("here", form="close 1")
    save_form(desk_of_mail.desk, anna, here, {"text": "Here"}, now=NOW, is_open=True)
    assert (found(), found(9), found(11)) == (("here", True), ("here", True), ("here", False))
    save_form(desk_of_mail.desk, anna, left, {"text": "Left"}, now=NOW - timedelta(seconds=60))
    assert found() == ("left", False)
    save_form(desk_of_mail.desk, anna, here, {"text": "Here"}, now=NOW + timedelta(seconds=8))
    assert found(8) == ("here", False), "it was left"


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
