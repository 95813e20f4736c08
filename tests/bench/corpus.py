"""A mailbox to measure with: the same bytes for the same count and seed, in the mix that a service desk gets.

Of the messages 35 % answer an earlier one, a third is Russian (three charsets, three transfer encodings), 20 % carry an
HTML alternative and 10 % a file of 20 to 60 kB.
"""

from __future__ import annotations

import base64
import quopri
import random
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import Header
from email.utils import formatdate

SUPPORT = "support@desk.example"
BEGINNING = 1_704_700_800
"""Monday 8 January 2024, 08:00 UTC, in seconds since 1970."""

REPLIES, RUSSIAN, ALTERNATIVES, FILES = 0.35, 1 / 3, 0.20, 0.10

_FIRST = {
    "en": [
        "Ada",
        "Ben",
        "Clara",
        "Dylan",
        "Edith",
        "Felix",
        "Greta",
        "Hugo",
        "Iris",
        "Jonas",
        "Kate",
        "Leo",
        "Mona",
        "Nils",
        "Paula",
        "Rolf",
        "Sara",
        "Theo",
    ],
    "ru": [
        "Алёна",
        "Борис",
        "Вадим",
        "Галина",
        "Денис",
        "Елена",
        "Захар",
        "Инна",
        "Костя",
        "Лидия",
        "Максим",
        "Нина",
        "Олег",
        "Полина",
        "Руслан",
        "Софья",
    ],
}
_LAST = {
    "en": [
        "Abbott",
        "Barlow",
        "Cross",
        "Dixon",
        "Ellis",
        "Foster",
        "Grant",
        "Hayes",
        "Ingram",
        "Joyce",
        "Keller",
        "Lowe",
        "Marsh",
        "North",
        "Olsen",
    ],
    "ru": [
        "Авилов",
        "Брик",
        "Ветров",
        "Гусь",
        "Дым",
        "Ежов",
        "Зорин",
        "Исаков",
        "Круг",
        "Лапин",
        "Мухин",
        "Нестер",
        "Орех",
        "Пчёлкин",
        "Рябко",
    ],
}
_HOSTS = ["mill.example", "harbour.example", "lyceum.example", "depot.example", "studio.example", "farm.example"]
_TROUBLE = {
    "en": [
        "The scanner sends empty pages",
        "My badge no longer opens the door",
        "The shared calendar shows last year",
        "Spreadsheet opens read-only",
        "No sound in video calls",
        "The price list will not print",
        "Please order a second monitor",
        "Phone rings at the wrong desk",
    ],
    "ru": [
        "Сканер присылает пустые страницы",
        "Пропуск больше не открывает дверь",
        "Не приходят письма от поставщика",
        "Касса просит обновление",
        "Таблица открывается только для чтения",
        "Нет звука в видеозвонке",
        "Прошу выдать второй монитор",
        "Телефон звонит не на том столе",
    ],
}
_PLACE = {
    "en": ["ground floor", "room 214", "the warehouse", "reception", "the Leeds office", "at home"],
    "ru": ["первый этаж", "кабинет 214", "склад", "ресепшен", "офис в Твери", "из дома"],
}
_SENTENCES = {
    "en": [
        "It worked on Friday and nobody has touched it since.",
        "Two colleagues beside me see the same, a third one does not.",
        "I have already restarted the machine twice and changed the cable.",
        "The message says that the server cannot be found, then the window closes.",
        "We have an audit on Thursday and need this before then.",
        "If it helps, I can leave the computer switched on over night.",
        "The last update came in the morning, about an hour before the trouble began.",
        "A picture of the screen would show no more than I can describe here.",
        "Please call me before you come, the office is locked after five.",
    ],
    "ru": [
        "В пятницу всё работало, с тех пор никто ничего не трогал.",
        "У двух соседей то же самое, у третьего всё в порядке.",
        "Компьютер перезагружали дважды, кабель тоже меняли.",
        "Пишет, что сервер не найден, после чего окно закрывается.",
        "В четверг у нас проверка, до неё это нужно наладить.",
        "Если так удобнее, могу оставить компьютер включённым на ночь.",
        "Утром приходило обновление, примерно за час до того, как всё началось.",
        "Снимок экрана покажет не больше, чем я могу описать здесь.",
        "Пожалуйста, позвоните заранее: после пяти офис закрыт.",
    ],
}
_ANSWER = {
    "en": ["Thank you, but it is still the same.", "One more thing:"],
    "ru": ["Спасибо, но всё по-прежнему.", "И ещё:"],
}
_GREETING = {"en": "Good morning,", "ru": "Добрый день!"}
_ENCLOSED = {
    "en": [("screen.png", "image/png"), ("order.pdf", "application/pdf"), ("trace.log", "text/plain")],
    "ru": [("экран.png", "image/png"), ("заявка.pdf", "application/pdf"), ("журнал.log", "text/plain")],
}

Part = tuple[list[str], bytes]
"""Header lines, and the encoded body."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One message of the mailbox."""

    arrived: int
    """Seconds since 1970."""
    raw: bytes
    opens: bool
    """Whether it opens a thread."""


@dataclass(frozen=True, slots=True)
class _Sent:
    """What later messages can answer."""

    language: str
    title: str
    message_id: str
    chain: tuple[str, ...]
    who: tuple[str, str]
    text: str


def corpus(count: int, seed: int = 1) -> Iterator[Mail]:
    """Messages in the order of their arrival; each but the first may answer one of the 400 before it."""
    dice = random.Random(f"sdesk bench {seed}")
    people = {language: [_person(dice, language, index) for index in range(150)] for language in ("en", "ru")}
    answers = [False, *_drawn(dice, count - 1, REPLIES * count / max(count - 1, 1))]
    russian = _drawn(dice, count, RUSSIAN)
    kinds = dice.sample(
        ["alternative"] * round(ALTERNATIVES * count)
        + ["file"] * round(FILES * count)
        + ["plain"] * (count - round(ALTERNATIVES * count) - round(FILES * count)),
        count,
    )
    recent: dict[str, list[_Sent]] = {"en": [], "ru": []}
    arrived = BEGINNING
    for index in range(count):
        arrived += dice.randrange(20, 400)
        language = "ru" if russian[index] else "en"
        parent = dice.choice(recent[language][-400:]) if answers[index] and recent[language] else None
        sent = _written(dice, index, language, people[language], parent)
        recent[language].append(sent)
        del recent[language][:-400]
        yield Mail(arrived, _rendered(dice, index, arrived, sent, parent, kinds[index]), parent is None)


def _drawn(dice: random.Random, count: int, share: float) -> list[bool]:
    """A list with exactly this share of True, shuffled."""
    wanted = round(share * count)
    return dice.sample([True] * wanted + [False] * (count - wanted), count)


def _person(dice: random.Random, language: str, index: int) -> tuple[str, str]:
    name = f"{dice.choice(_FIRST[language])} {dice.choice(_LAST[language])}"
    return name, f"{language}{index}@{_HOSTS[index % len(_HOSTS)]}"


def _written(
    dice: random.Random, index: int, language: str, people: list[tuple[str, str]], parent: _Sent | None
) -> _Sent:
    opening = _GREETING[language] if parent is None else dice.choice(_ANSWER[language])
    words = dice.sample(_SENTENCES[language], dice.randrange(3, 9))
    text = "\n\n".join([opening, *words, f"({index:06d}-{dice.getrandbits(32):08x})"])
    if parent is None:
        title = f"{dice.choice(_TROUBLE[language])}, {dice.choice(_PLACE[language])}"
        who = dice.choice(people)
    else:
        title = parent.title
        who = parent.who if dice.random() < 0.8 else dice.choice(people)
        if dice.random() < 0.5:
            text += "\n\n" + "\n".join(f"> {line}" for line in parent.text.splitlines()[:12])
    text += f"\n\n-- \n{who[0]}\n{who[1]}\n"
    message_id = f"<{index:06d}.{dice.getrandbits(48):012x}@{who[1].partition('@')[2]}>"
    chain = (*parent.chain, parent.message_id)[-8:] if parent is not None else ()
    return _Sent(language, title, message_id, chain, who, text)


def _rendered(dice: random.Random, index: int, arrived: int, sent: _Sent, parent: _Sent | None, kind: str) -> bytes:
    charset, encoding = "us-ascii", dice.choice(["7bit", "7bit", "7bit", "quoted-printable"])
    if sent.language == "ru":
        charset = dice.choices(["utf-8", "koi8-r", "windows-1251"], [60, 20, 20])[0]
        encoding = dice.choice(["base64", "quoted-printable", "8bit"])
    part = _text("plain", sent.text, charset, encoding)
    if kind == "alternative":
        part = _multipart("alternative", index, [part, _text("html", _html(sent.text), charset, encoding)])
    elif kind == "file":
        part = _multipart("mixed", index, [part, _file(dice, sent.language)])
    name, address = sent.who
    host = address.partition("@")[2]
    date = formatdate(arrived)
    words = charset if sent.language == "ru" else "us-ascii"
    head = [
        f"Return-Path: <{address}>",
        f"Received: from mx.{host} (mx.{host} [192.0.2.{dice.randrange(1, 255)}])",
        f"\tby mx.desk.example with ESMTPS id {index:06d}",
        f"\tfor <{SUPPORT}>; {date}",
        f"Received: from [198.51.100.{dice.randrange(1, 255)}] by mx.{host} with ESMTPSA; {date}",
        f"Date: {date}",
        f"From: {Header(name, words).encode()} <{address}>",
        f"To: Service Desk <{SUPPORT}>",
        f"Subject: {Header(f'Re: {sent.title}' if parent else sent.title, words).encode()}",
        f"Message-ID: {sent.message_id}",
    ]
    if parent is not None:
        references = "\n ".join(sent.chain)
        head += [f"In-Reply-To: {parent.message_id}", f"References: {references}"]
    head += ["MIME-Version: 1.0", *part[0]]
    return "\n".join(head).encode() + b"\n\n" + part[1]


def _text(subtype: str, text: str, charset: str, encoding: str) -> Part:
    data = text.encode(charset)
    if encoding == "base64":
        data = base64.encodebytes(data)
    elif encoding == "quoted-printable":
        data = quopri.encodestring(data)
    head = [f'Content-Type: text/{subtype}; charset="{charset}"', f"Content-Transfer-Encoding: {encoding}"]
    return head, data if data.endswith(b"\n") else data + b"\n"


def _html(text: str) -> str:
    paragraphs = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").split("\n\n")
    body = "\n".join(f"<p>{each}</p>".replace("\n", "<br>\n") for each in paragraphs)
    return f'<html><body style="font-family: sans-serif">\n{body}\n</body></html>\n'


def _file(dice: random.Random, language: str) -> Part:
    name, media_type = dice.choice(_ENCLOSED[language])
    size = dice.randrange(20_000, 60_000)
    if media_type == "text/plain":
        lines = (f"{line:05d} node{dice.randrange(9)} code={dice.randrange(10**6)}\n" for line in range(size // 24))
        data = "".join(lines).encode()
    else:
        data = dice.randbytes(size)
    quoted = "".join(chr(byte) if byte < 128 else f"%{byte:02X}" for byte in name.encode())
    head = [
        f"Content-Type: {media_type}",
        f"Content-Disposition: attachment; filename*=utf-8''{quoted}",
        "Content-Transfer-Encoding: base64",
    ]
    return head, base64.encodebytes(data)


def _multipart(subtype: str, index: int, parts: list[Part]) -> Part:
    boundary = f"=_part_{index:06d}"
    body = b"".join(
        b"--" + boundary.encode() + b"\n" + "\n".join(head).encode() + b"\n\n" + data for head, data in parts
    )
    return [f'Content-Type: multipart/{subtype}; boundary="{boundary}"'], body + b"--" + boundary.encode() + b"--\n"
