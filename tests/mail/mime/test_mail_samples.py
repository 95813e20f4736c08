"""Mail as the usual programs write it: what are the sender's own words, what is history, and what a machine wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdesk.domain.inbound import InboundMail
from sdesk.mail.mime.message import read

SAMPLES = Path(__file__).parents[2] / "samples"

OWN_WORDS = {
    "gmail_en": ("It works again, thank you.\n\nAnn", ["Nov 2, 2026", "Please restart", "does not start"]),
    "gmail_en_wrapped": (
        "No, it is the other till.",
        ["The Service Desk of", "support@desk.example", "Please restart"],
    ),
    "gmail_ru": ("Не помогло, ошибка та же.", ["пн, 2 нояб.", "Перезагрузите", "> Служба поддержки"]),
    "gmail_de": ("Läuft wieder, danke.", ["Am Mo.,", "Bitte die Kasse"]),
    "gmail_html": ("It works again.\n\nAnn", ["wrote:", "> Please restart the till <https://desk.example/till>."]),
    "outlook_en": ("Still broken.\n\nAnn Lee\nStore 17", ["Original Message", "Please restart the till."]),
    "outlook_ru": ("Всё равно не работает.", ["Исходное сообщение", "Перезагрузите кассу."]),
    "outlook_block_ru": ("Готово, спасибо.\n\nС уважением,\nАнна", ["____", "Отправлено:", "Перезагрузите кассу."]),
    "outlook_block_en": ("Yes, please do.", ["From: Desk", "Shall we send somebody?"]),
    "outlook_de": ("Geht wieder.", ["Von: Service Desk", "Bitte neu starten."]),
    "outlook_html": ("Still broken.", ["From: Desk", "Please restart the till."]),
    "apple_en": ("All good now.\n\nAnn", ["wrote:", "Please restart the till."]),
    "apple_en_old": ("All good now.", ["wrote:", "Please restart the till."]),
    "apple_ru": ("Всё заработало.", ["Отправлено с iPhone", "написал(а):", "Перезагрузите кассу."]),
    "apple_de": ("Alles gut.", ["schrieb", "Bitte neu starten."]),
    "apple_html": ("All good now.", ["wrote:", "Please restart the till."]),
    "thunderbird_en": ("I did all of it, and it starts now.", ["Desk wrote:", "Then sleep.", "Store 17"]),
    "thunderbird_ru": ("Готово.", ["пишет:", "Перезагрузите"]),
    "thunderbird_de": ("Fertig.", ["schrieb", "Bitte neu starten."]),
    "mailru": ("Заработало, благодарю!", ["Понедельник", "Перезагрузите"]),
    "mailru_new": ("Заработало, благодарю!", ["Анна Ли", "написал(а)", "Перезагрузите"]),
    "mailru_html": ("Заработало", ["Анна Ли", "Понедельник", "Перезагрузите"]),
    "yandex": ("Спасибо, помогло.", ["02.11.2026, 08:41", "Перезагрузите", "Яндекс.Почты"]),
    "yandex_html": ("Спасибо, помогло.", ["02.11.2026, 08:41", "Перезагрузите", "Анна"]),
    "thebat_ru": (
        "Здравствуйте, Служба.\n\nВы писали 2 ноября 2026 г., 8:41:07:\n\n> Перезагрузите кассу.\n\nПерезагрузили.",
        ["С уважением"],
    ),
    "inline_answers": (
        "Hello,\n\nOn Mon, Nov 2, 2026 at 8:41 AM Desk <support@desk.example> wrote:\n> Which till is it?\n\n"
        "The left one.\n\n"
        "> Since when?\n\nSince Friday.",
        ["> Regards"],
    ),
    "reply_without_thread_headers": ("Still broken.", ["schrieb", "neu starten"]),
    "two_rules": ("The list:\n\n-- \nfirst", ["second"]),
    "signature_only": ("The till is down.", ["Store 17"]),
}
"""Own words exactly, and what must be among the folded."""

WHOLE = [
    "rule_is_no_signature",
    "prompt_is_no_quote",
    "quote_in_the_middle",
    "forward_gmail",
    "forward_outlook",
    "forward_apple",
    "forward_mailru",
    "forward_yandex",
    "only_history",
    "form_is_no_history",
    "attribution_is_no_history",
    "sentence_is_no_attribution",
    "new_with_statement",
    "new_with_program_output",
    "new_with_pasted_history",
    "markup_and_templates",
    "flowed_delsp",
]
"""Mail of which nothing may be folded."""

BOUNCES = {
    "bounce_postfix": ("<sd-12.abc@desk.example>", "delivery report"),
    "bounce_delayed": ("<sd-13.abc@desk.example>", "delivery report: delayed"),
    "bounce_exim_text": ("<sd-14.abc@desk.example>", "X-Failed-Recipients"),
    "bounce_qmail_text": ("<sd-15.abc@desk.example>", "sender MAILER-DAEMON@qmail.other.example"),
    "bounce_headers_only": ("<sd-16.abc@desk.example>", "delivery report"),
}

AUTOMATIC = {
    "vacation_rfc3834": "Auto-Submitted: auto-replied",
    "vacation_subject": "subject of an automatic reply",
    "vacation_subject_ru": "subject of an automatic reply",
    "vacation_precedence": "Precedence: auto_reply",
    "vacation_exchange": "X-Auto-Response-Suppress",
    "vacation_null_sender": "empty Return-Path",
    "monitoring": "Auto-Submitted: auto-generated",
    "mailing_list": "Precedence: list",
    "newsletter": "Precedence: bulk",
    "no_reply": "sender no-reply@shop.example",
    "do_not_reply": "sender do.not.reply@shop.example",
    "loop": "X-Loop",
    "receipt": "report: disposition-notification",
}

PERSONS = [
    "person_auto_no",
    "person_auto_no_comment",
    "person_reply_name",
    "person_suppress_none",
    "person_about_office",
    "person_about_bounce",
    "other_tracker",
]

ELSEWHERE = ["flowed"]


def sample(name: str) -> InboundMail:
    return read((SAMPLES / f"{name}.eml").read_bytes())


@pytest.mark.parametrize("name", OWN_WORDS)
def test_own_words_and_history(name: str) -> None:
    mail = sample(name)
    own, folded = OWN_WORDS[name]
    assert mail.body_text == own
    for phrase in folded:
        assert phrase in mail.body_quoted
    assert not mail.is_auto
    assert mail.defects == ()


@pytest.mark.parametrize("name", WHOLE)
def test_nothing_is_folded(name: str) -> None:
    mail = sample(name)
    assert mail.body_quoted == ""
    assert len(mail.body_text) > 20
    assert mail.defects == ()


@pytest.mark.parametrize("name", [*OWN_WORDS, *WHOLE])
def test_no_word_is_thrown_away(name: str) -> None:
    mail = sample(name)
    whole = f"{mail.body_text} {mail.body_quoted}"
    raw = (SAMPLES / f"{name}.eml").read_text().partition("\n\n")[2]
    if "html" not in name and not name.startswith("flowed"):
        assert sorted(whole.split()) == sorted(raw.replace("\ufeff", "").split())


@pytest.mark.parametrize("name", BOUNCES)
def test_bounces(name: str) -> None:
    mail = sample(name)
    reported, reason = BOUNCES[name]
    assert (mail.is_bounce, mail.is_auto, mail.reported_ids, mail.auto_reason) == (True, True, (reported,), reason)


@pytest.mark.parametrize("name", AUTOMATIC)
def test_machines(name: str) -> None:
    mail = sample(name)
    assert (mail.is_bounce, mail.is_auto, mail.auto_reason) == (False, True, AUTOMATIC[name])


@pytest.mark.parametrize("name", PERSONS)
def test_persons(name: str) -> None:
    mail = sample(name)
    assert (mail.is_bounce, mail.is_auto, mail.auto_reason) == (False, False, "")


def test_a_receipt_names_the_mail_that_was_read() -> None:
    assert sample("receipt").reported_ids == ("<sd-12.abc@desk.example>",)


def test_an_identifier_that_a_report_names_obeys_no_terminal() -> None:
    raw = (SAMPLES / "receipt.eml").read_bytes().replace(b"<sd-12.abc@", b"<sd-\x1b[2J12.abc@")
    assert read(raw).reported_ids == ("<sd-␛[2J12.abc@desk.example>",)


def test_flowed_text_is_put_together_and_quotes_keep_their_depth() -> None:
    mail = sample("flowed")
    assert mail.body_text == (
        "This is one long paragraph that was broken for the wire and is one line again.\n\n"
        "> A quoted line that was broken too.\n>> deeper\nFrom the start: stuffed."
    )
    assert mail.body_quoted == "-- \nAnn"


def test_flowed_with_delsp_joins_without_a_blank() -> None:
    assert sample("flowed_delsp").body_text == "日本語の長い文章が途中で折り返されています。"


def test_markup_stays_the_text_that_it_is() -> None:
    mail = sample("markup_and_templates")
    assert mail.subject == "[red]x[/red] {{ 1 }}"
    assert mail.body_text.startswith("[bold]not bold[/bold] {{ ticket.secret }} {% raw %} $(reboot) `id`\n<script>")


def test_languages() -> None:
    assert {name: sample(name).language for name in ("gmail_en", "gmail_ru", "thebat_ru", "flowed_delsp")} == {
        "gmail_en": "en",
        "gmail_ru": "ru",
        "thebat_ru": "ru",
        "flowed_delsp": "",
    }


def test_every_sample_is_used() -> None:
    used = {*OWN_WORDS, *WHOLE, *BOUNCES, *AUTOMATIC, *PERSONS, *ELSEWHERE}
    assert {path.stem for path in SAMPLES.glob("*.eml")} == used
