"""Whether something may be done, answered on a page: the link changes nothing, a button does, once."""

from __future__ import annotations

import re

from portal_stage import Stage

from sdesk.desk.outbox import queue
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
