"""Feedback from web forms by mail, in Russian and English, from the raw bytes to the ticket of who answers for quality.

The form's mail comes from the shop's web server, whoever filled it in: the requester is named in it, and may be
anybody.
"""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk

from sdesk.mail.outbox.render import render

PATTERN = (
    r"^(Имя|Name): *(?P<name>.*)\n(Почта|E-mail): *(?P<requester>\S*)\n"
    r"(Телефон|Phone): *(?P<phone>.*)\n(Магазин|Shop): *(?P<unit>.*)$"
)
FORMS = f"""
[[routing]]
when = {{ sender = "site@shop.example", body = '{PATTERN}' }}
person = true
set = {{ tags = ["site"] }}
[[routing]]
when = {{ sender = "site@shop.example" }}
person = true
set = {{ service = "feedback" }}
"""
RUSSIAN = "Имя: Ольга Ёлкина\nПочта: olga@home.example\nТелефон: +7 916 000-00-07\nМагазин: Teply Stan\n\nГрубят.\n"
ENGLISH = "Name: Ann Lee\nE-mail: ann@home.example\nPhone: 030 123456\nShop: flagship\n\nThe ring was bent.\n"


@pytest.fixture
def forms(desk_of_mail: MailDesk) -> MailDesk:
    """The small desk with a rule for the form of the shop's site."""
    desk_of_mail.apply(DESK_FILE.replace("[[routing]]", f"{FORMS}[[routing]]", 1))
    return desk_of_mail


def form(text: str, subject: str = "Отзыв с сайта", number: int = 1) -> bytes:
    """The mail of a form, as a web server writes it: encoded, and of a program."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Site <site@shop.example>", "feedback@desk.example", subject
    mail["Message-ID"], mail["Auto-Submitted"] = f"<form.{number}@shop.example>", "auto-generated"
    mail.set_content(text, charset="utf-8", cte="base64")
    return mail.as_bytes()


@pytest.mark.parametrize(
    ("text", "language", "name", "address", "phone", "unit"),
    [
        (RUSSIAN, "ru", "Ольга Ёлкина", "olga@home.example", "+7 916 000-00-07", "store-017"),
        (ENGLISH, "en", "Ann Lee", "ann@home.example", "030 123456", "flagship"),
    ],
)
def test_a_form_is_its_writers_and_goes_to_who_answers_for_quality(
    text: str, language: str, name: str, address: str, phone: str, unit: str, forms: MailDesk
) -> None:
    receipt = forms.take(form(text), box="feedback", addresses=("feedback@desk.example",), team="quality")
    assert receipt.number == 1
    ticket = forms.ticket(1)
    assert (ticket.team, ticket.service, ticket.channel, ticket.unit) == ("quality", "feedback", "form", unit)
    assert (ticket.requester_name, ticket.requester_email, ticket.tags) == (name, address, ("site",))
    assert forms.rows("SELECT phone, language FROM person") == [(phone, language)]
    assert ticket.unanswered_since == NOW
    assert forms.outbox()[0][:2] == ("acknowledgement", address)
    assert forms.told(1) == [("vera", "new")]


def acknowledgement(forms: MailDesk) -> str:
    from sdesk.desk.outbox.facts import facts_of
    from sdesk.domain.actor import SYSTEM
    from sdesk.store.models import Outbox

    with forms.desk.look(SYSTEM, NOW) as work:
        ((row,),) = forms.rows("SELECT id FROM outbox WHERE kind = 'acknowledgement'")
        letter = render(facts_of(work, work.session.get_one(Outbox, row)))
    return f"{letter.subject}\n{letter.text}"


def test_a_strangers_words_go_to_nobody_in_the_desks_name(forms: MailDesk) -> None:
    text = ENGLISH.replace("Ann Lee", "Win a prize at once").replace("ann@", "victim@")
    forms.take(form(text, subject="Win a prize http://evil.example"), team="quality")
    said = acknowledgement(forms)
    assert not any(word in said for word in ("prize", "evil", "ring"))
    assert "SD-1" in said


def test_a_form_changes_nothing_of_somebody_whom_the_desk_knows(forms: MailDesk) -> None:
    forms.ask(sender="Maria Sokolova <maria@shop.example>")
    before = forms.rows("SELECT name, phone, unit_id FROM person")
    forms.take(form(ENGLISH.replace("ann@home.example", "maria@shop.example")), team="quality")
    assert forms.rows("SELECT name, phone, unit_id FROM person") == before
    assert forms.ticket(2).requester_name == "Maria Sokolova"


@pytest.mark.parametrize(
    "address",
    [
        "a@home.example\r\nBcc: all@evil.example",
        "a@home.example,b@evil.example",
        "<script>@evil.example",
        '"a b"@evil.example',
        "",
        "no-address",
    ],
)
def test_what_is_no_single_address_reaches_nobody_beside(address: str, forms: MailDesk) -> None:
    forms.take(form(ENGLISH.replace("ann@home.example", address)), team="quality")
    assert forms.count() == 1
    told = {each for (each,) in forms.rows("SELECT to_address FROM outbox WHERE agent_id IS NULL")}
    assert told <= {"site@shop.example", "a@home.example"}
    assert not any("evil" in each for (each,) in forms.rows("SELECT address FROM person_address"))


def test_many_forms_bring_few_mails_though_each_names_another_address(forms: MailDesk) -> None:
    for number in range(33):
        forms.take(form(ENGLISH.replace("ann@", f"victim{number}@"), number=number), team="quality")
    assert forms.count() == 33
    assert len(forms.outbox()) == 30
    assert forms.event(33, "acknowledgement_withheld")["reason"] == "30 web forms came within an hour"


@pytest.mark.parametrize(("shop", "unit"), [("TEPLY stan", "store-017"), ("Nowhere", None), ("store-017", "store-017")])
def test_a_shop_is_named_as_people_name_it(shop: str, unit: str | None, forms: MailDesk) -> None:
    forms.take(form(RUSSIAN.replace("Teply Stan", shop)), team="quality")
    assert forms.ticket(1).unit == unit
