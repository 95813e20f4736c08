"""Whether something may be done, answered on a page: by the link or signed in, by a button and once."""

from __future__ import annotations

import re

from portal_stage import Browser, Page, Stage

from sdesk.desk.outbox import queue
from sdesk.desk.steps.approval_question import is_asked
from sdesk.domain.actor import SYSTEM
from sdesk.domain.outgoing import MailKind
from sdesk.mail.outbox.render import render


def question(stage: Stage) -> str:
    """The path in the mail to an approver that is due, as it goes."""
    mails = stage.mails()
    try:
        with mails.desk.work(SYSTEM, stage.now) as work:
            mail = queue.claim(work, {MailKind.APPROVAL})
            assert mail is not None
            letter = render(mail.facts)
            queue.mark_sent(work, mail.id, refused={})
            work.session.commit()
    finally:
        mails.desk.close()
    found = re.search(r"https?://\S+(/approve/\S+)", letter.text)
    assert found is not None, letter.text
    return found[1]


def test_the_head_of_a_unit_approves_what_its_clerk_asks_for(stage: Stage) -> None:
    clerk = stage.signed_in("store-001@shop.example")
    page = clerk.fill("/services/chair", {"subject": "A <b>chair</b>", "text": "Mine is broken."})
    number = int(page.header("location").split("/")[2].partition("?")[0])
    assert "Waiting for an approval" in clerk.get(f"/requests/{number}").seen
    stage.later(minutes=5)
    path = question(stage)
    mails = stage.mails()
    head = stage.browser()
    for _ in range(2):
        page = head.get(path)
        assert page.status == 200
        assert "A &lt;b&gt;chair&lt;/b&gt;" in page.text
        # Who decides sees who asks, and in which words.
        assert "Who asks store-001@shop.example" in page.seen
        assert "Mine is broken." in page.seen
    assert mails.ticket(number, at=stage.now).status == "waiting"
    assert head.post(path, {"answer": "yes"}).status == 403
    assert head.post(path, {"proof": page.hidden("proof"), "answer": "perhaps"}).status == 422
    form = {"proof": page.hidden("proof"), "answer": "yes", "comment": "A plain one."}
    assert head.post(path, form).header("location") == path
    assert mails.ticket(number, at=stage.now).status == "new"
    assert "It is approved, and goes on." in head.get(path).seen
    again = head.post(path, {**form, "answer": "no"})
    assert again.status == 403
    assert "is approved already" in again.seen
    assert mails.ticket(number, at=stage.now).status == "new"
    assert head.get(f"/approve/p-{'0' * 32}").status == 404
    mails.desk.close()


def asked(stage: Stage, subject: str, **more: str) -> int:
    """A chair for somebody in the kiosk: its head, whose address the desk file writes with a capital, must say yes."""
    mails = stage.mails()
    number = mails.new(
        "anna", at=stage.now, subject=subject, text="Mine is broken.", requester="Kim <kim@kiosk.example>",
        service="chair", **{"unit": "kiosk", **more},
    )  # fmt: skip
    mails.desk.close()
    return number


def decide(head: Browser, number: int, answer: str, **more: str) -> Page:
    """Open the page and press a button."""
    shown = head.get(f"/approvals/{number}")
    own = {name: shown.hidden(name) for name in ("proof", "once", "question")}
    return head.post(f"/approvals/{number}", {**own, "answer": answer, **more})


def test_who_is_signed_in_finds_what_waits_for_his_decision_and_decides_once(stage: Stage) -> None:
    first, second = asked(stage, "A <b>seat</b>"), asked(stage, "A stool")
    head = stage.signed_in("olga@kiosk.example")
    for path in ("/services", "/requests"):
        page = head.get(path)
        assert page.seen.count("Waits for your decision") == 1
        assert page.text.count('href="/approvals/') == 2
        assert "A &lt;b&gt;seat&lt;/b&gt; May this be done?" in re.sub(
            r"\s+", " ", re.sub(r"</?(a|span|li)\b[^>]*>", " ", page.text)
        )
    assert "Waits for" not in head.get("/services?q=till").seen
    # As the head of the unit he sees the requests themselves, and from there comes to the question too.
    for path in ("/units/kiosk", f"/requests/{first}"):
        assert f'href="/approvals/{first}"' in head.get(path).text
        assert "Waits for your decision" in head.get(path).seen
    page = head.get(f"/approvals/{first}")
    assert page.status == 200
    assert "Who asks Kim" in page.seen
    assert "Mine is broken." in page.seen
    assert head.post(f"/approvals/{first}", {"answer": "yes"}).status == 403
    assert decide(head, first, "perhaps").status == 422
    own = {name: page.hidden(name) for name in ("proof", "once", "question")}
    for _ in range(2):  # a double click
        answer = head.post(f"/approvals/{first}", {**own, "answer": "no", "comment": "Not this year."})
        assert (answer.status, answer.header("location")) == (303, f"/approvals/{first}")
    assert "It was not approved, and will not be done. Not this year." in head.get(f"/approvals/{first}").seen
    # Nobody calls it solved; who asked may say that it is to go on.
    assert "Not approved" in head.get("/units/kiosk").seen
    page = stage.signed_in("kim@kiosk.example").get(f"/requests/{first}")
    assert "State Not approved" in page.seen
    assert "Yes, it is solved" not in page.seen
    assert "Go on with it" in page.seen
    again = head.post(f"/approvals/{first}", {"proof": own["proof"], "answer": "yes"})
    assert again.status == 403
    assert "is refused already" in again.seen
    mails = stage.mails()
    try:
        told = mails.rows("SELECT state, how, comment FROM approval WHERE ticket_id = ?", first)
        assert told == [("refused", "portal", "Not this year.")]
        assert mails.rows(
            "SELECT actor, data ->> 'how' FROM history WHERE ticket_id = ? AND event = 'refused'", first
        ) == [("approver", "portal")]
    finally:
        mails.desk.close()
    assert head.get("/requests").text.count('href="/approvals/') == 1
    # What is over waits for nobody; and what is older than its links is not answered here either.
    mails = stage.mails()
    mails.do("anna", "close", second, at=stage.now, text="Bought already.")
    mails.desk.close()
    assert "Nobody needs this answer any more." in head.get(f"/approvals/{second}").seen
    assert decide(head, second, "yes").status == 403
    old = asked(stage, "A bench")
    stage.later(days=30, seconds=1)
    head = stage.signed_in("olga@kiosk.example")
    assert "Waits for" not in head.get("/requests").seen
    assert "too old" in head.get(f"/approvals/{old}").seen
    late = decide(head, old, "yes")
    assert late.status == 403
    assert "is older than 30 days" in late.seen


def test_nobody_else_learns_that_somebody_is_asked(stage: Stage) -> None:
    number = asked(stage, "A desk")
    for address in ("kim@kiosk.example", "irina@shop.example", "anna@desk.example"):
        other = stage.signed_in(address)
        assert "/approvals/" not in other.get("/services").text + other.get("/requests").text
        proof = other.get("/requests").hidden("proof")
        for wanted in (str(number), "999999", "0", "x", "9" * 30):
            page = other.get(f"/approvals/{wanted}")
            assert page.status == 404
            said = page.seen.partition("There is nothing here")[2].partition("Signed in")[0]
            assert said.strip() == "There is no such question. See what is offered. To the first page"
            assert other.post(f"/approvals/{wanted}", {"proof": proof, "answer": "yes"}).status == 404
    assert stage.browser().get(f"/approvals/{number}").header("location") == f"/sign-in?next=/approvals/{number}"
    mails = stage.mails()
    assert mails.ticket(number, at=stage.now).status == "waiting"
    # Somebody of whom the desk knows nothing else comes in by that.
    with mails.desk.look(SYSTEM, stage.now) as work:
        assert not is_asked(work, "carla@far.example")
    mails.do("anna", "ask-approval", number, at=stage.now, of="Carla <Carla@far.example>")
    mails.desk.close()
    carla = stage.signed_in("carla@far.example")
    assert decide(carla, number, "yes").status == 303
    # Whom nobody asks any more has nothing to decide.
    assert "Waits for" not in stage.signed_in("olga@kiosk.example").get("/services").seen


def test_a_yes_is_one_to_what_was_shown_and_to_nothing_that_is_asked_in_its_place(stage: Stage) -> None:
    number = asked(stage, "A chair")
    head = stage.signed_in("olga@kiosk.example")
    shown = head.get(f"/approvals/{number}")
    own = {name: shown.hidden(name) for name in ("proof", "once", "question")}
    # Meanwhile somebody else was asked, and then she again: hers is a question of its own.
    mails = stage.mails()
    for whom in ("Carla <carla@far.example>", "Olga <olga@kiosk.example>"):
        mails.do("anna", "ask-approval", number, at=stage.now, of=whom)
    mails.desk.close()
    for question in (own["question"], "", "x"):
        page = head.post(f"/approvals/{number}", {**own, "question": question, "answer": "yes", "comment": "Do."})
        assert page.status == 403
        assert f"Something else is asked about SD-{number} by now. Look it over, and send it once more" in page.seen
        assert "Do." in page.text
    mails = stage.mails()
    assert mails.ticket(number, at=stage.now).status == "waiting"
    mails.desk.close()
    assert page.hidden("question") not in ("", own["question"])
    own["question"] = page.hidden("question")
    assert head.post(f"/approvals/{number}", {**own, "answer": "yes"}).status == 303
