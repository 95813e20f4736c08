"""Ready replies: which fit a ticket, what they say of it, and what the desk file may not say in them."""

from __future__ import annotations

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk

from sdesk.actions.personal import ready_replies
from sdesk.desk.deskfile import read
from sdesk.domain.errors import BadInput
from sdesk.mail.outbox.ready import ReadyText

REPLIES = """
[replies.hello]
title = "Hello"
text.en = "Hello {{ requester.name }}, {{ ticket.ref }} is with {{ agent.name }} of {{ team.name }}."
text.ru = "Здравствуйте, {{ requester.name }}!"
[replies.due]
title = "By when"
text.de = "Bis {{ ticket.promised_at | local }}"
[replies.till]
title = "Restart the till"
service = "till"
text.en = '''
{% if requester.name %}
Hello {{ requester.name }},
{% endif %}
restart it.
'''
[replies.hr]
title = "Leave"
team = "hr"
text.en = "Granted."
"""


def replies(mails: MailDesk, number: int) -> tuple[ReadyText, ...]:
    return ready_replies(mails.desk, mails.actor("boris"), number, now=NOW)


def test_those_that_fit_the_ticket_with_its_values_its_own_service_first(desk_of_mail: MailDesk) -> None:
    desk_of_mail.apply(DESK_FILE + REPLIES)
    number = desk_of_mail.new(requester="Maria <maria@shop.example>", service="till")
    found = replies(desk_of_mail, number)
    assert [each.key for each in found] == ["till", "hello", "due"]
    assert found[0] == ReadyText("till", "Restart the till", "Hello Maria,\nrestart it.")
    assert found[1].text == f"Hello Maria, SD-{number} is with Boris Kim of IT support."
    assert found[2].why_not == "it names a value that this ticket does not have"
    other = desk_of_mail.new(requester="Maria <maria@shop.example>", service="other")
    assert [each.key for each in replies(desk_of_mail, other)] == ["hello", "due"]


def test_who_wrote_what_is_answered_is_greeted(desk_of_mail: MailDesk) -> None:
    desk_of_mail.apply(DESK_FILE + REPLIES)
    number = desk_of_mail.ask(sender="Maria <maria@shop.example>")

    def greeted() -> str:
        return next(each.text for each in replies(desk_of_mail, number) if each.key == "hello").partition(",")[0]

    def write(name: str) -> None:
        answers = "Subject: Re\nIn-Reply-To: <ask-1@shop.example>"
        desk_of_mail.take(f"From: {name}<maria@shop.example>\n{answers}\n\nStill.\n")

    assert greeted() == "Hello Maria"
    write("Piet ")
    assert greeted() == "Hello Piet", "the address is one of a shop, which he shares with Maria"
    desk_of_mail.do("anna", "reply", number, text="We look.")
    assert greeted() == "Hello Piet", "what the desk says is answered by nobody"
    write("")
    assert greeted() == "Hello Maria", "who gives no name is called as the address is"


def test_the_language_is_the_requesters(desk_of_mail: MailDesk) -> None:
    desk_of_mail.apply(DESK_FILE + REPLIES)
    number = desk_of_mail.new(requester="Maria <maria@shop.example>", service="other")
    with desk_of_mail.desk.work(desk_of_mail.actor("anna"), NOW) as work:
        work.connection.exec_driver_sql("UPDATE person SET language = 'ru'")
        work.session.commit()
    assert replies(desk_of_mail, number)[0].text == "Здравствуйте, Maria!"


def test_a_plan_names_them_and_what_leaves_the_file_is_gone(desk_of_mail: MailDesk) -> None:
    from sdesk.desk.setup import plan

    anna = desk_of_mail.actor("anna")
    planned = plan(desk_of_mail.desk, DESK_FILE + REPLIES, "desk.toml", actor=anna, now=NOW)
    assert [each for each in planned.added if each.startswith("ready")] == [
        *("ready reply hello", "ready reply due", "ready reply till", "ready reply hr")
    ]
    desk_of_mail.apply(DESK_FILE + REPLIES)
    later = REPLIES.replace('"Hello"', '"Greeting"').replace("[replies.hr]", "[replies.leave]")
    planned = plan(desk_of_mail.desk, DESK_FILE + later, "desk.toml", actor=anna, now=NOW)
    assert (planned.changed, planned.added, planned.retired) == (
        ["ready reply hello"],
        ["ready reply leave"],
        ["ready reply hr"],
    )
    desk_of_mail.apply(DESK_FILE)
    assert desk_of_mail.rows("SELECT * FROM ready_reply") == []


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        (
            "agent.name }} of",
            "agentt.name }} of",
            "[replies.hello.text] en: there is no variable `agentt`. did you mean `agent`",
        ),
        ("{{ requester.name }}!", "{{ message }}!", "[replies.hello.text] ru: there is no variable `message`"),
        ("ticket.ref }}", "ticket.reff }}", "[replies.hello.text] en: `ticket` has no `reff`. did you mean `ref`"),
        ("{% endif %}", "", "[replies.till.text] en: line 2 of it: `{% if %}` is never closed"),
        ("text.de", "text.xx", "[replies.due.text] xx:"),
        ('service = "till"\ntext', 'service = "tilll"\ntext', "[replies.till] service: there is no service `tilll`"),
        ('title = "Leave"\n', "", "[replies.hr] title: title is missing"),
        ("[replies.hr]", '[replies."a b"]', "cannot be the key of a ready reply"),
    ],
)
def test_what_is_wrong_in_them_is_said_with_its_place(right: str, wrong: str, said: str) -> None:
    text = DESK_FILE + REPLIES
    assert right in text
    with pytest.raises(BadInput) as caught:
        read(text.replace(right, wrong, 1), "desk.toml")
    assert said in str(caught.value)
    assert not caught.value.others


def test_a_service_of_another_team_is_in_doubt() -> None:
    text = (DESK_FILE + REPLIES).replace('team = "hr"\ntext', 'team = "hr"\nservice = "till"\ntext')
    assert any("service `till` is of team `it`" in each for each in read(text, "desk.toml").warnings)
