"""How it was, answered on a page: the link changes nothing, the button does, and a wrong key is nothing."""

from __future__ import annotations

import re

from portal_stage import Stage, sent

from sdesk.domain.outgoing import MailKind


def test_an_answer_is_given_by_the_button_and_can_be_changed(stage: Stage) -> None:
    from sdesk.desk.satisfaction import ask_due

    mails = stage.mails()
    number = mails.ask(1, sender="maria@shop.example", at=stage.now)
    mails.do("anna", "close", number, at=stage.now, text="Done.")
    stage.later(hours=1)
    sent(stage, MailKind.RESOLUTION)
    stage.later(days=2)
    assert ask_due(mails.desk, now=stage.now) == 1
    stage.later(hours=1)
    found = re.search(r"https?://\S+(/rate/\S+)\?score=5", sent(stage, MailKind.RATING))
    assert found is not None
    path = found[1]
    visitor = stage.browser()
    for _ in range(2):
        page = visitor.get(f"{path}?score=2")
        assert page.status == 200
        assert 'value="2" checked' in page.text
    assert mails.rows("SELECT score FROM rating WHERE ticket_id = ?", number) == [(None,)]
    refused = visitor.post(path, {"score": "2"})
    assert refused.status == 403
    nothing = visitor.post(path, {"proof": page.hidden("proof"), "score": "9"})
    assert nothing.status == 422
    form = {"proof": page.hidden("proof"), "score": "4", "comment": "Quick <b>and</b> kind"}
    assert visitor.post(path, form).header("location") == f"{path}?thanks=1"
    assert "Thank you." in visitor.get(f"{path}?thanks=1").seen
    assert mails.rows("SELECT score, comment FROM rating WHERE ticket_id = ?", number) == [(4, form["comment"])]
    assert visitor.get(f"/rate/r-{'0' * 32}").status == 404
    mails.desk.close()
