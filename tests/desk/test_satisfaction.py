"""Whom the desk asks how it was and when, what becomes of the answers, and who may know of them."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from desks import DESK_FILE, NOW
from intake_desk import SUPPORT, MailDesk
from smtp import Post, send
from sqlalchemy.exc import IntegrityError

from sdesk.desk import ratings, requests
from sdesk.desk.intake.explain import explain
from sdesk.desk.intake.origin import Origin
from sdesk.desk.outbox.previews import look_at
from sdesk.desk.satisfaction import DUE, ask_due
from sdesk.domain.actor import REQUESTER, SYSTEM
from sdesk.domain.errors import BadInput, NotFound, Refused
from sdesk.domain.ledger import Outcome
from sdesk.domain.satisfaction import RatedBy
from sdesk.domain.thread import hide_agent_keys, hide_agent_tokens
from sdesk.mail.mime.message import read
from sdesk.mail.outbox.shown import letter_of_seen
from sdesk.store.check import check
from sdesk.store.models import Rating

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
SOLVED = NOW + timedelta(hours=1)
ASKED = SOLVED + DAY
SECTION = "[satisfaction]\n"
PORTAL = '[portal]\nurl = "https://desk.shop.example"\n'
MARIA = "Maria Sokolova <maria@shop.example>"


class Asking(MailDesk):
    """The small desk, which asks how it was."""

    def solve(self, number: int = 0, *, at: datetime = SOLVED, login: str = "anna", **more: Any) -> int:
        """A ticket that is solved and told to be; the mail has gone."""
        number = number or self.new(login, requester=MARIA, at=at - timedelta(hours=1), **more)
        self.do(login, "close", number, text="It works again.", at=at)
        self.goes(number)
        return number

    def goes(self, number: int) -> None:
        """What waits for people in the outbox has gone, as far as the store knows."""
        with self.desk.work(SYSTEM, NOW) as work:
            work.connection.exec_driver_sql(
                "UPDATE outbox SET state = 'sent' WHERE ticket_id = ? AND kind = 'resolution'", (number,)
            )
            work.session.commit()

    def asks(self, at: datetime = ASKED) -> int:
        return ask_due(self.desk, now=at)

    def key(self, number: int = 1) -> str:
        """The key of the last question about a ticket, which the outbox alone has."""
        ((message_id,),) = self.rows(
            "SELECT message_id FROM outbox WHERE kind = 'rating' AND ticket_id = ? ORDER BY id DESC LIMIT 1", number
        )
        return str(message_id).split(".")[1]

    def says(self, score: int, comment: str = "", *, at: datetime = ASKED, key: str = "") -> ratings.Answered:
        with self.desk.work(SYSTEM, at) as work:
            answered = ratings.answer(work, key or self.key(), score, comment)
            work.session.commit()
        return answered

    def said(self) -> list[tuple[Any, ...]]:
        return self.rows("SELECT ticket_id, score, comment, how, follow_up_id FROM rating ORDER BY id")


@pytest.fixture
def mails(desk_path: Path) -> Iterator[Asking]:
    desk = Asking(desk_path)
    desk.apply(SECTION + DESK_FILE)
    yield desk
    assert check(desk_path) == ()
    desk.desk.close()


# ---- who is asked, and when -----------------------------------------------------------------------


def test_a_day_after_it_was_solved_its_requester_is_asked_once(mails: Asking) -> None:
    mails.solve()
    assert mails.asks(ASKED - MINUTE) == 0
    assert mails.asks() == 1
    assert mails.asks(ASKED + DAY) == 0
    assert mails.outbox()[-1][:2] == ("rating", "maria@shop.example")
    ((ticket, person, team, service, unit, digest),) = mails.rows(
        "SELECT ticket_id, person_id, team_id, service_id, unit_id, token_hash FROM rating"
    )
    assert (ticket, person, team, service) == (1, 1, 1, None)
    assert unit == mails.column(1, "unit_id")
    # The key itself is in the outbox until the mail has gone, and nowhere else.
    assert mails.key() not in digest


def test_nobody_is_asked_where_the_desk_file_says_nothing_of_it(mails: Asking) -> None:
    mails.apply(DESK_FILE)
    mails.solve()
    assert mails.asks() == 0


def test_what_was_solved_long_ago_is_asked_about_no_more(mails: Asking) -> None:
    mails.solve()
    assert mails.asks(ASKED + 7 * DAY) == 0


def test_one_person_is_asked_once_a_month_whichever_of_his_tickets_it_is(mails: Asking) -> None:
    for _ in range(3):
        mails.solve()
    assert mails.asks() == 1
    mails.solve(at=ASKED + 28 * DAY)
    assert mails.asks(ASKED + 29 * DAY) == 0
    assert mails.asks(ASKED + 30 * DAY) == 1
    assert [each[0] for each in mails.said()] == [1, 4]


def test_a_ticket_is_asked_about_again_when_it_was_opened_and_solved_again_a_month_later(mails: Asking) -> None:
    mails.solve()
    assert mails.asks() == 1
    mails.do("anna", "reopen", 1, at=ASKED + DAY)
    mails.solve(1, at=ASKED + 2 * DAY)
    assert mails.asks(ASKED + 4 * DAY) == 0
    mails.do("anna", "reopen", 1, at=ASKED + 40 * DAY)
    mails.solve(1, at=ASKED + 40 * DAY)
    assert mails.asks(ASKED + 41 * DAY) == 1


def test_nobody_is_asked_about_what_he_was_not_told(mails: Asking) -> None:
    number = mails.new(requester=MARIA)
    mails.do("anna", "close", number, silent=True, at=SOLVED)
    unsent = mails.new(requester="Oleg <oleg@shop.example>")
    mails.do("anna", "close", unsent, text="Done.", at=SOLVED)
    assert mails.asks() == 0
    mails.goes(unsent)
    assert mails.asks() == 1


@pytest.mark.parametrize("at_work", [True, False])
def test_who_said_himself_in_the_portal_that_it_is_solved_is_asked_too_and_once(at_work: bool, mails: Asking) -> None:
    number = mails.new(requester=MARIA)
    if not at_work:
        mails.do("anna", "close", number, silent=True, at=SOLVED)
    with mails.desk.work(REQUESTER, SOLVED) as work:
        requests.confirm_solved(work, number, address="maria@shop.example")
        work.session.commit()
    assert mails.asks(ASKED - MINUTE) == 0
    assert mails.asks() == 1
    assert mails.asks(ASKED + DAY) == 0


def test_who_was_told_and_said_so_too_is_asked_once(mails: Asking) -> None:
    number = mails.solve()
    with mails.desk.work(REQUESTER, SOLVED + MINUTE) as work:
        requests.confirm_solved(work, number, address="maria@shop.example")
        work.session.commit()
    assert [mails.asks(), mails.asks(ASKED + DAY)] == [1, 0]


@pytest.mark.parametrize("change", ["status = 'spam'", "status = 'merged'", "channel = 'event'", "channel = 'import'"])
def test_nobody_is_asked_about_what_he_did_not_ask_for(change: str, mails: Asking) -> None:
    mails.solve()
    with mails.desk.work(SYSTEM, NOW) as work:
        work.connection.exec_driver_sql(f"UPDATE ticket SET {change}")
        work.session.commit()
    assert mails.asks() == 0
    with mails.desk.work(SYSTEM, NOW) as work:
        work.connection.exec_driver_sql("UPDATE ticket SET status = 'resolved', channel = 'mail'")
        work.session.commit()
    assert mails.asks() == 1


def test_no_agent_is_asked_and_nobody_about_what_another_desk_solved(mails: Asking) -> None:
    number = mails.new(requester="Boris <boris@desk.example>")
    mails.do("anna", "close", number, text="Done.", at=SOLVED)
    moved = mails.new(requester=MARIA, external_id="OLD-1")
    mails.do("anna", "close", moved, text="Done.", at=SOLVED)
    mails.goes(number)
    mails.goes(moved)
    assert mails.asks() == 0


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ('teams = ["quality"]', 0),
        ('teams = ["it"]', 1),
        ('services = ["till"]', 0),
        ('services = ["printer"]', 1),
        ('but = ["printer"]', 0),
        ('ask_after = "2d"', 0),
    ],
)
def test_the_desk_file_chooses_teams_and_services(said: str, asked: int, mails: Asking) -> None:
    mails.apply(f"{SECTION}{said}\n{DESK_FILE}")
    mails.solve(service="printer")
    assert mails.asks() == asked


def test_of_what_was_opened_again_meanwhile_the_question_does_not_go(mails: Asking, post: Post) -> None:
    mails.solve()
    mails.asks()
    mails.do("anna", "reopen", 1, at=ASKED)
    send(mails.desk, post, ASKED + MINUTE)
    assert not [each for each in post.taken if "How was it" in each.mail["Subject"]]
    assert mails.event(1, "rating_withheld")["reason"] == "its ticket is new"
    # Nobody was asked: it is neither counted, nor is it this month's question.
    assert mails.said() == []


def test_a_tick_looks_at_what_was_solved_lately_and_at_nothing_else(mails: Asking) -> None:
    values = {"since": "", "until": "", "after": "", "number": 0, "lately": "", "most": 1}
    with closing(sqlite3.connect(mails.path)) as connection:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {DUE}", values)]
    assert plan[0] == "SEARCH t USING INDEX ix_ticket_solved (resolved_at>? AND resolved_at<?)"
    assert not [each for each in plan if each.startswith("SCAN") and each.split()[1] not in {"agent", "team"}]


def test_where_the_desk_asks_about_nothing_that_was_solved_nobody_is_held_up(
    mails: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    mails.apply(f'{SECTION}teams = ["hr"]\n{DESK_FILE}')
    mails.solve()
    with monkeypatch.context() as patch:
        patch.delattr(type(mails.desk), "work")
        assert mails.asks() == 0
    mails.apply(f'{SECTION}teams = ["it"]\n{DESK_FILE}')
    assert mails.asks() == 1


# ---- answers --------------------------------------------------------------------------------------


def test_an_answer_stands_with_its_ticket_and_a_later_one_takes_its_place(mails: Asking) -> None:
    mails.solve()
    mails.asks()
    assert mails.says(5, "Quick\x1b[2J and kind").follow_up is None
    assert mails.said() == [(1, 5, "Quick␛[2J and kind", "portal", None)]
    again = mails.says(4, at=ASKED + 13 * DAY)
    assert (again.before, again.changed) == (5, True)
    # Who chooses another number only takes back none of his words.
    assert mails.said() == [(1, 4, "Quick␛[2J and kind", "portal", None)]
    assert mails.event(1, "rated") == {"by": "requester", "score": 4, "how": "portal", "rating": 1, "was": 5}
    assert mails.says(4, at=ASKED + 14 * DAY).changed is False
    assert mails.events(1).count("rated") == 2


def test_looking_at_a_question_changes_nothing(mails: Asking) -> None:
    mails.solve()
    mails.asks()
    before = mails.dump()
    for _ in range(5):
        with mails.desk.look(SYSTEM, ASKED) as work:
            question = ratings.look(work, mails.key())
    assert (question.ref, question.subject, question.team, question.score) == ("SD-1", "By hand", "IT support", None)
    assert mails.dump() == before


@pytest.mark.parametrize("score", [0, 6, -1, 50])
def test_what_is_no_score_is_no_answer(score: int, mails: Asking) -> None:
    mails.solve()
    mails.asks()
    with pytest.raises(BadInput):
        mails.says(score)


def test_what_was_never_given_out_and_what_is_too_old_open_nothing(mails: Asking) -> None:
    mails.solve()
    mails.asks()
    for forged in ("r-", "r-" + "0" * 32, mails.token(1), mails.key().upper(), "r-' OR 1=1 --"):
        with pytest.raises(NotFound):
            mails.says(1, key=forged)
    with pytest.raises(NotFound):
        mails.says(1, at=ASKED + 30 * DAY + MINUTE)
    mails.says(5)
    with pytest.raises(Refused):
        mails.says(1, at=ASKED + 14 * DAY + MINUTE)
    assert mails.said() == [(1, 5, "", "portal", None)]


def test_one_question_is_answered_ten_times_at_most(mails: Asking) -> None:
    mails.solve()
    mails.asks()
    for number in range(10):
        mails.says(4 + number % 2, f"word {number}")
    with pytest.raises(Refused):
        mails.says(3, "one more")


# ---- a bad one ------------------------------------------------------------------------------------


def test_a_bad_answer_opens_one_ticket_for_the_lead(mails: Asking) -> None:
    mails.solve(service="printer")
    mails.asks()
    opened = mails.says(2, "It jams still.").follow_up
    assert opened == 2
    ticket = mails.ticket(2, at=ASKED)
    assert (ticket.subject, ticket.team, ticket.service) == ("Rated 2 of 5: By hand", "it", "printer")
    assert (ticket.assignee, ticket.requester_email, ticket.tags) == ("anna", "maria@shop.example", ("feedback",))
    assert mails.links(2) == [("follows", 1)]
    assert mails.conversation(2) == ["in maria@shop.example: It jams still."]
    assert mails.told(2) == [("anna", "assigned")]
    assert mails.says(1).follow_up is None
    assert mails.says(1, "And nobody came.").follow_up is None
    assert mails.conversation(2)[1:] == ["in maria@shop.example: And nobody came."]
    assert mails.count() == 2
    # A better one closes nothing: the lead has the ticket in hand.
    mails.says(5)
    assert mails.said() == [(1, 5, "And nobody came.", "portal", 2)]


def test_nobody_is_asked_to_approve_of_a_complaint(mails: Asking) -> None:
    mails.solve(service="printer")
    mails.asks()
    printer = "[services.printer]\n"
    mails.apply(SECTION + DESK_FILE.replace(printer, f'{printer}approve_by = "irina@shop.example"\n'))
    opened = mails.says(1, "It jams.").follow_up
    assert opened is not None
    assert (mails.ticket(opened, at=ASKED).status, mails.rows("SELECT count(*) FROM approval")) == ("open", [(0,)])


def test_nobody_is_asked_how_content_he_is_with_his_complaint(mails: Asking) -> None:
    mails.solve()
    mails.asks()
    mails.says(1)
    mails.solve(2, at=ASKED + 40 * DAY)
    assert mails.asks(ASKED + 41 * DAY) == 0


def test_the_desk_file_says_who_gets_bad_answers_but_for_those_behind_a_wall(mails: Asking) -> None:
    mails.apply(f'{SECTION}follow_up_team = "quality"\n{DESK_FILE}')
    mails.solve(service="printer")
    mails.asks()
    mails.says(1)
    follow = mails.ticket(2, at=ASKED)
    assert (follow.team, follow.assignee, follow.service) == ("quality", "vera", None)
    mails.solve(login="olga", service="leave", at=ASKED + 40 * DAY)
    mails.asks(ASKED + 41 * DAY)
    mails.says(1, key=mails.key(3), at=ASKED + 41 * DAY)
    follow = mails.ticket(4, at=ASKED + 41 * DAY)
    assert (follow.team, follow.assignee) == ("hr", "olga")


# ---- by mail, from the resolution to the answer -------------------------------------------------------


def question(post: Post) -> Any:
    (found,) = [each for each in post.taken if "rating" in each.text or "content" in each.text]
    return found


def pressed(text: str, score: int) -> tuple[str, str]:
    """Whom a mail goes to, and its subject, where somebody follows the link of an answer."""
    from urllib.parse import unquote

    address, subject = re.findall(r"<mailto:([^?]+)\?subject=([^>]+)>", text)[5 - score]
    return unquote(address), unquote(subject)


def reply(to: str, subject: str, text: str = "", *, sender: str = MARIA, more: str = "", number: int = 1) -> str:
    return f"From: {sender}\nTo: {to}\nSubject: {subject}\nMessage-ID: <rating.{number}@shop.example>\n{more}\n{text}\n"


@pytest.mark.parametrize("plus", [True, False])
def test_from_the_resolution_to_an_answer_by_mail(plus: bool, mails: Asking, post: Post) -> None:
    if plus:
        mails.apply(SECTION + DESK_FILE.replace("[teams.hr]", "plus_addressing = true\n[teams.hr]", 1))
    mails.ask(sender=MARIA)
    mails.do("boris", "close", 1, text="It works again.", at=SOLVED)
    send(mails.desk, post, SOLVED + MINUTE)
    post.taken.clear()
    assert mails.asks(ASKED) == 1
    key = mails.key()
    send(mails.desk, post, ASKED + MINUTE)
    (taken,) = post.taken
    assert taken.mail["Auto-Submitted"] == "auto-generated"
    assert taken.mail["Subject"] == "[SD-1] How was it?"
    assert taken.text.count("<mailto:") == 5
    # The key has gone: nothing of it is left in the store.
    assert key not in mails.dump()
    to, subject = pressed(taken.text, 2)
    assert (key in to, key in subject) == (plus, not plus)
    assert subject.startswith("2/5: bad [SD-1]")
    mail = reply(to, subject, "Nobody told me when.\n\n-- \nMaria, shop 1")
    receipt = mails.take(mail, at=ASKED + 2 * MINUTE)
    assert (receipt.outcome, receipt.number) == (Outcome.NOTED, 1)
    assert mails.said() == [(1, 2, "Nobody told me when.", "mail", 2)]
    assert key not in str(mails.rows("SELECT subject, reason FROM ledger"))
    # The same mail again, and the same link pressed by a colleague whom she sent the question on to.
    assert mails.take(mail, at=ASKED + 3 * MINUTE).outcome is Outcome.DUPLICATE
    to, subject = pressed(taken.text, 4)
    forwarded = reply(to, subject, sender="Oleg <oleg@elsewhere.example>", number=2)
    assert mails.take(forwarded, at=ASKED + 4 * MINUTE).outcome is Outcome.NOTED
    assert mails.said() == [(1, 4, "Nobody told me when.", "mail", 2)]
    assert mails.count() == 2
    assert mails.column(1, "status") == "resolved"


@pytest.mark.parametrize("head", ["", "plus_addressing = true\n", PORTAL])
def test_whoever_looks_into_the_outbox_finds_no_key(head: str, mails: Asking) -> None:
    file = DESK_FILE if head == PORTAL else DESK_FILE.replace("[teams.hr]", f"{head}[teams.hr]", 1)
    mails.apply((PORTAL if head == PORTAL else "") + SECTION + file)
    mails.solve()
    mails.asks()
    ((row,),) = mails.rows("SELECT id FROM outbox WHERE kind = 'rating'")
    with mails.desk.look(mails.actor("anna"), ASKED) as work:
        shown = letter_of_seen(look_at(work, row), fallback_sender="").shown()
    assert shown.count(mails.key()) >= 5
    assert mails.key() not in hide_agent_tokens(shown)
    assert mails.key().encode() not in hide_agent_keys(shown.encode())


def test_with_a_portal_there_are_five_links_and_no_address(mails: Asking, post: Post) -> None:
    mails.apply(PORTAL + SECTION + DESK_FILE)
    mails.solve()
    mails.asks()
    key = mails.key()
    send(mails.desk, post, ASKED + MINUTE)
    text = next(each.text for each in post.taken if "How was it" in each.mail["Subject"])
    links = re.findall(r"<(https://[^>]+)>", text)
    assert links == [f"https://desk.shop.example/rate/{key}?score={score}" for score in (5, 4, 3, 2, 1)]
    assert "mailto:" not in text


def test_the_question_speaks_russian_and_says_no_word_of_a_form(mails: Asking, post: Post) -> None:
    mails.take(
        "From: web@shop.example\nSubject: Feedback, win a prize\nContent-Type: text/plain; charset=utf-8\n\n"
        "E-mail: olga@home.example\nВсё плохо, сделайте что-нибудь.\n"
    )
    mails.do("vera", "close", 1, text="Сделали.", at=SOLVED)
    mails.goes(1)
    mails.asks()
    send(mails.desk, post, ASKED + MINUTE)
    (taken,) = [each for each in post.taken if "Оцените" in each.mail["Subject"]]
    assert "5 - отлично:" in taken.text
    assert "prize" not in taken.text
    _, subject = pressed(taken.text, 5)
    assert subject.startswith("5/5: отлично [SD-1]")


AUTO = "Auto-Submitted: auto-replied\n"


@pytest.mark.parametrize(
    ("subject", "text", "more", "sender", "outcome"),
    [
        ("Re: How was it?", "Thanks, but who are you?", "", MARIA, Outcome.FOLLOWED_UP),
        ("Re: How was it?", "I am away until 5.", AUTO, MARIA, Outcome.NOTED),
        ("5/5: very good", "", AUTO, MARIA, Outcome.NOTED),
        ("5/5 or 1/5?", "What is it?", "", MARIA, Outcome.FOLLOWED_UP),
        ("5/5: very good", "", "", "Boris <boris@desk.example>", Outcome.NOTED),
    ],
)
def test_what_is_no_clear_answer_of_a_person_is_a_mail_as_any(
    subject: str, text: str, more: str, sender: str, outcome: Outcome, mails: Asking
) -> None:
    mails.apply(SECTION + DESK_FILE.replace("[teams.hr]", "plus_addressing = true\n[teams.hr]", 1))
    mails.solve()
    mails.asks()
    to = f"support+1.{mails.key()}@desk.example"
    receipt = mails.take(reply(to, subject, text, more=more, sender=sender), at=ASKED + MINUTE)
    assert receipt.outcome is outcome
    assert mails.said() == [(1, None, "", None, None)]
    assert "rated" not in mails.events(1)


@pytest.mark.parametrize(
    ("text", "score", "comment"), [("4\n\nAll fine.", 4, "All fine."), ("5/5, thanks!", 5, "thanks!")]
)
def test_who_simply_replies_says_it_first(text: str, score: int, comment: str, mails: Asking) -> None:
    mails.solve()
    mails.asks()
    answering = f"In-Reply-To: {mails.sent_id(1)}\n"
    receipt = mails.take(reply(SUPPORT, "Re: [SD-1] How was it?", text, more=answering), at=ASKED + MINUTE)
    assert (receipt.outcome, receipt.number) == (Outcome.NOTED, 1)
    assert mails.said() == [(1, score, comment, "mail", None)]


def test_a_forged_key_is_no_answer_and_the_key_stands_in_no_subject(mails: Asking) -> None:
    mails.solve()
    mails.asks()
    forged = "r-" + "f" * 32
    mails.take(reply(SUPPORT, f"5/5: very good [{forged}]", sender="eve@evil.example"), at=ASKED)
    assert mails.said() == [(1, None, "", None, None)]
    assert mails.column(2, "subject") == "5/5: very good"
    late = mails.take(reply(SUPPORT, f"5/5: very good [{mails.key()}]", number=2), at=ASKED + 31 * DAY)
    assert late.outcome is Outcome.CREATED
    assert mails.key() not in str(mails.rows("SELECT subject FROM ticket UNION ALL SELECT subject FROM message"))


def test_what_a_picture_shows_is_kept_with_the_answer(mails: Asking) -> None:
    mails.solve()
    mails.asks()
    mail = reply(SUPPORT, f"1/5: very bad [{mails.key()}]").replace(
        "Message-ID", "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\nMessage-ID"
    )
    parts = (
        "--b\nContent-Type: text/plain\n\nLook.\n--b\nContent-Type: image/png\n"
        'Content-Disposition: attachment; filename="ring.png"\nContent-Transfer-Encoding: base64\n\niVBORw==\n--b--\n'
    )
    mails.take(mail + parts, at=ASKED + MINUTE)
    assert mails.said() == [(1, 1, "Look.", "mail", 2)]
    files = "SELECT m.ticket_id, f.name FROM attachment AS f JOIN message AS m ON m.id = f.message_id"
    assert sorted(mails.rows(files)) == [(1, "ring.png"), (2, "ring.png")]


def test_a_bounced_question_is_no_answer_and_nobody_has_to_do_anything(mails: Asking) -> None:
    mails.solve()
    mails.asks()
    with Post(refuse={"maria@shop.example": "550 5.1.1 no such user"}) as post:
        send(mails.desk, post, ASKED + MINUTE)
    assert mails.event(1, "undeliverable")["reason"] == "maria@shop.example: 550 5.1.1 no such user"
    assert mails.said() == [(1, None, "", None, None)]
    assert ("anna", "undeliverable") not in mails.told(1)


def test_the_table_lets_no_other_score_in(mails: Asking) -> None:
    mails.solve()
    mails.asks()
    with mails.desk.work(SYSTEM, NOW) as work:
        rating = work.session.get_one(Rating, 1)
        rating.score, rating.answered_at, rating.how = 7, NOW, RatedBy.MAIL
        with pytest.raises(IntegrityError, match="ck_rating_score"):
            work.session.flush()


def test_who_tries_a_mail_out_learns_nothing_of_a_question_behind_a_wall(mails: Asking) -> None:
    """With the key that somebody shows, and without it, the same becomes of the mail."""
    number = mails.new("olga", team="hr", requester=MARIA, at=SOLVED - timedelta(hours=1))
    mails.solve(number, login="olga")
    assert mails.asks() == 1

    def tried(subject: str) -> tuple[Any, ...]:
        raw = reply(SUPPORT, subject).encode()
        origin = Origin("support", "INBOX", 1, "9", ASKED, addresses=(SUPPORT,), team="it")
        with mails.desk.work(SYSTEM, ASKED) as work:
            found = explain(work, read(raw), raw, origin, viewer=mails.actor("boris"))
        return found.receipt, found.decided

    assert tried(f"5/5: very good [{mails.key(number)}]") == tried("5/5: very good")


def test_what_a_bad_answer_opens_waits_for_no_approver_of_the_service(mails: Asking) -> None:
    mails.apply(SECTION + DESK_FILE.replace('name = "Other"', 'name = "Other"\napprove_by = "carla@desk.example"'))
    number = mails.new(requester=MARIA, service="other")
    mails.do("anna", "approve", number, text="By phone.")
    mails.solve(number)
    mails.asks()
    follow_up = mails.says(1, "Never again").follow_up
    assert follow_up is not None
    assert (mails.column(follow_up, "status"), mails.column(follow_up, "waiting_for")) == ("open", None)
    assert mails.rows("SELECT DISTINCT ticket_id FROM approval") == [(number,)]
