"""Out-of-office sentences, and what only looks like one."""

from __future__ import annotations

import pytest

from sdesk.domain.away import says_away

AWAY = [
    "I am out of the office until Monday. For urgent matters call 4711.",
    "I'm currently out of office.",
    "Hi,\n\nI\u2019m on annual leave from 3 to 14 August with no access to mail.",
    "Hello! Thank you for your e-mail. I will be on vacation until 7 January.",
    "Dear sender, I am at the moment travelling.",
    "I will have limited access to my e-mail this week.",
    "Out of office\n\nBack on Monday.",
    "This is an automated response.",
    "Ich bin bis zum 14. November im Urlaub.",
    "Guten Tag,\n\nvielen Dank für Ihre Nachricht. Ich bin derzeit nicht im Büro.",
    "Vom 23.12. bis 3.1. bin ich nicht erreichbar.",
    "Ich bin heute außer Haus.",
    "Dies ist eine automatische Antwort.",
    "Я в отпуске до 14 ноября.",
    "Добрый день!\n\nСпасибо за Ваше письмо. С 1 по 14 ноября я нахожусь в отпуске.",
    "Здравствуйте! Меня не будет на рабочем месте до понедельника.",
    "Сейчас я в командировке, отвечу в четверг.",
    "Отсутствую на рабочем месте.",
]
NO_AWAY = [
    "",
    "On my way.",
    "I am out of ideas: please call me.",
    "I am on it.",
    "I am in the office until five, come by.",
    "I am afraid that Mr Lee is on vacation.",
    "Your colleague is out of the office, so I called the shop.",
    "Out of office replies are switched on in the settings.",
    "To say that you are out of the office, open the settings.",
    "The program answers: I am out of the office until Monday.",
    "Please write: I am on vacation.",
    "Thank you for your mail. The till was on holiday settings.",
    "Thanks, I am done.",
    "Hello, the automatic reply is set now.",
    "Ich bin im Büro und komme vorbei.",
    "Ich bin sicher, dass Herr Lee im Urlaub ist.",
    "Der Kollege ist bis Montag nicht im Büro.",
    "Abwesenheitsnotizen stellt man in den Einstellungen ein.",
    "Я в офисе до пяти.",
    "Меня нет в списке получателей, добавьте.",
    "Коллега в отпуске, поэтому отвечаю я.",
    "Я буду у вас завтра.",
    "Спасибо за письмо. Заявка на отпуск оформлена.",
]
SUBJECTS = ["Out of Office: Re: [SD-1] Till", "Abwesend: [SD-1] Till", "Abwesenheitsnotiz", "В отпуске", "Away"]
NO_SUBJECTS = [
    "Re: [SD-1] Out of office: how?",
    "[SD-1] Out of office",
    "Re: [SD-1] Abwesend: wie stellt man das ein",
    "Out of office replies do not work",
    "Re: [SD-1] Till",
    "",
]


@pytest.mark.parametrize("text", AWAY)
def test_away(text: str) -> None:
    assert says_away("Re: [SD-1] Till", text)


@pytest.mark.parametrize("text", NO_AWAY)
def test_not_away(text: str) -> None:
    assert not says_away("Re: [SD-1] Till", text)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_away_by_subject(subject: str) -> None:
    assert says_away(subject, "Call 4711.")


@pytest.mark.parametrize("subject", NO_SUBJECTS)
def test_not_away_by_subject(subject: str) -> None:
    assert not says_away(subject, "Call 4711.")
