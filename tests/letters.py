"""A mailbox of some two hundred letters, the same at every run, and what a right desk makes of each.

Threads in Russian and English, three charsets, three transfer encodings, machines' mail in and outside of threads,
letters that lie in the mailbox twice.
"""

from __future__ import annotations

import base64
import quopri
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.header import Header
from email.utils import format_datetime

SUPPORT = "support@desk.example"

_RUSSIAN = (
    ("Касса не печатает чек", "С утра касса не печатает чек, очередь растёт. Перезагружали дважды."),
    ("Не работает сканер этикеток", "Сканер пищит, но ничего не читает. Изделия принять не можем."),
    ("Забыл пароль от учётной записи", "После отпуска не пускает. Помогите, пожалуйста, до обеда."),
    ("Нет связи с банком", "Терминал пишет, что нет связи. Покупатели платят только наличными."),
    ("Ёлочные украшения: нужна наклейка", "Для витрины нужны ценники со скидкой. Шаблон не открывается."),
)
_ENGLISH = (
    ("Laptop does not start", "It shows a black screen since this morning. I need it for a meeting."),
    ("Access to the price list", "A new colleague needs to see the wholesale prices. Her name is Mary."),
    ("VPN drops", "It drops every few minutes when I work from home."),
    ("Scale is off by a gram", "The scale in the back room shows one gram too much. Please calibrate it."),
)
_CHARSETS = ("utf-8", "koi8-r", "windows-1251")
_ENCODINGS = ("8bit", "base64", "quoted-printable")
_BEGUN = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Letter:
    """One letter, and what should become of it."""

    raw: bytes
    outcome: str
    """As in the ledger."""
    message_id: str
    root: str
    """The Message-ID of the thread's first letter."""
    text: str
    """The sender's own words."""


@dataclass
class _Thread:
    sender: str
    subject: str
    russian: bool
    ids: list[str] = field(default_factory=list)


def corpus(count: int = 200) -> list[Letter]:
    """So many letters, in the order in which they came."""
    dice = random.Random(1)
    letters: list[Letter] = []
    threads: list[_Thread] = []
    while len(letters) < count:
        message_id = f"<letter.{len(letters)}@shop.example>"
        kind = dice.random()
        if kind < 0.5 and threads:
            thread = dice.choice(threads)
            if kind < 0.03:
                asked = [each for each in letters if each.outcome == "created"]
                again = dice.choice(asked)
                letters.append(Letter(again.raw, "duplicate", again.message_id, again.root, again.text))
            elif kind < 0.08:
                letters.append(_machine(len(letters), message_id, thread.ids[0] if kind < 0.06 else ""))
            else:
                letters.append(_answer(dice, len(letters), message_id, thread))
        else:
            letters.append(_question(dice, len(letters), message_id, threads))
    return letters


def expected(letters: Sequence[Letter]) -> dict[str, int]:
    """The counts of a fetch that takes them all."""
    found = Counter(each.outcome for each in letters)
    return {
        "examined": len(letters),
        "created": found["created"],
        "followed_up": found["followed_up"],
        "noted": found["noted"],
        "ignored": found["ignored"],
        "duplicates": found["duplicate"],
        "quarantined": 0,
    }


def letter(
    subject: str,
    text: str = "Please help.",
    *,
    message_id: str,
    sender: str = "Irina <store-001@shop.example>",
    answers: str = "",
    size: int = 0,
) -> bytes:
    """One plain letter, of at least `size` bytes."""
    lines = [f"From: {sender}", f"To: {SUPPORT}", f"Subject: {subject}", "Date: Mon, 23 Nov 2026 09:30:00 +0300"]
    lines.append(f"Message-ID: {message_id}")
    if answers:
        lines.append(f"In-Reply-To: {answers}")
    body = text + "\n" + "Nothing but a long line that fills the letter up.\n" * (size // 50)
    return ("\n".join(lines) + f"\n\n{body}").encode()


def _question(dice: random.Random, number: int, message_id: str, threads: list[_Thread]) -> Letter:
    russian = dice.random() < 0.6
    subject, text = dice.choice(_RUSSIAN if russian else _ENGLISH)
    thread = _Thread(f"store-{dice.randrange(1, 31):03}@shop.example", subject, russian, [message_id])
    threads.append(thread)
    text = f"{text} ({number})"
    return Letter(_raw(dice, number, thread, subject, text, ""), "created", message_id, message_id, text)


def _answer(dice: random.Random, number: int, message_id: str, thread: _Thread) -> Letter:
    text = "Всё ещё не работает, когда придёте?" if thread.russian else "It happened again today."
    text = f"{text} ({number})"
    parent = dice.choice(thread.ids)
    way = dice.randrange(3)
    references = " ".join(thread.ids[: thread.ids.index(parent) + 1])
    answering = (f"In-Reply-To: {parent}\n" if way != 1 else "") + (f"References: {references}\n" if way != 0 else "")
    raw = _raw(dice, number, thread, f"Re: {thread.subject}", text, answering)
    thread.ids.append(message_id)
    return Letter(raw, "followed_up", message_id, thread.ids[0], text)


def _machine(number: int, message_id: str, answers: str) -> Letter:
    text = f"I am away until Monday. ({number})"
    raw = (
        f"From: robot-{number}@shop.example\nTo: {SUPPORT}\nSubject: Out of office\nDate: {_date(number)}\n"
        f"Message-ID: {message_id}\nAuto-Submitted: auto-replied\n"
        + (f"In-Reply-To: {answers}\n" if answers else "")
        + f"\n{text}\n"
    )
    return Letter(raw.encode(), "noted" if answers else "ignored", message_id, answers or message_id, text)


def _raw(dice: random.Random, number: int, thread: _Thread, subject: str, text: str, answering: str) -> bytes:
    charset = dice.choice(_CHARSETS) if thread.russian else "utf-8"
    encoding = dice.choice(_ENCODINGS)
    body = f"{text}\n".encode(charset)
    if encoding == "base64":
        body = base64.encodebytes(body)
    elif encoding == "quoted-printable":
        body = quopri.encodestring(body)
    head = (
        f"From: {thread.sender}\nTo: {SUPPORT}\nSubject: {Header(subject, charset).encode()}\n"
        f"Date: {_date(number)}\nMessage-ID: <letter.{number}@shop.example>\n{answering}MIME-Version: 1.0\n"
        f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {encoding}\n\n"
    )
    return head.encode() + body


def _date(number: int) -> str:
    return format_datetime(_BEGUN + timedelta(minutes=7 * number))
