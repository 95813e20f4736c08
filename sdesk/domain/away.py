"""Sentences with which people's programs say that they are away, where no header says that a program wrote them.

It is looked for at the beginning of a text or a subject, after a greeting and thanks. Only an agent's mail that would
be relayed is held against it: a requester who is away asks something all the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_SENTENCES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (
        ("i am", "i will be", "we are", "i am going to be"),
        (
            "out of the office",
            "out of office",
            "away from the office",
            "away from my office",
            "away on business",
            "away until",
            "away from work",
            "not in the office",
            "on vacation",
            "on holiday",
            "on holidays",
            "on annual leave",
            "on leave",
            "on parental leave",
            "on maternity leave",
            "on paternity leave",
            "on sick leave",
            "on a business trip",
            "travelling",
            "traveling",
        ),
    ),
    (("i have", "i will have"), ("limited access to my email", "limited access to email", "no access to my email")),
    (
        ("ich bin", "bin ich", "ich befinde mich", "ich werde", "wir sind"),
        (
            "nicht im büro",
            "nicht im hause",
            "nicht im haus",
            "ausser haus",
            "ausser hause",
            "im urlaub",
            "in urlaub",
            "in elternzeit",
            "in mutterschutz",
            "auf dienstreise",
            "auf geschäftsreise",
            "abwesend",
            "krankgeschrieben",
            "nicht erreichbar",
            "nicht am arbeitsplatz",
        ),
    ),
    (
        ("я", "я нахожусь", "нахожусь", "я буду", "буду", "я буду находиться", "мы"),
        (
            "в отпуске",
            "в ежегодном отпуске",
            "в декретном отпуске",
            "в командировке",
            "на больничном",
            "вне офиса",
            "не в офисе",
            "отсутствую",
            "отсутствовать",
        ),
    ),
    (("отсутствую",), ("на рабочем месте", "в офисе", "на работе", "до", "с")),
    (
        ("меня нет", "меня не будет"),
        ("на месте", "на рабочем месте", "в офисе", "на работе"),
    ),
)
"""How such a sentence begins, and how it goes on; between the two may stand `_BETWEEN`, and dates. All are written as
`str.casefold` leaves them, and with `е` for `ё`."""
_OF_A_PROGRAM = (
    "this is an automatic",
    "this is an automated",
    "this is an auto reply",
    "this message was generated automatically",
    "dies ist eine automatische",
    "das ist eine automatische",
    "diese nachricht wurde automatisch",
    "это автоматический ответ",
    "это автоответ",
    "это автоматическое сообщение",
    "данное сообщение сформировано автоматически",
)
_TITLES = (
    "out of office",
    "out of the office",
    "automatic reply",
    "autoreply",
    "auto reply",
    "away",
    "on vacation",
    "on holiday",
    "on leave",
    "abwesend",
    "abwesenheit",
    "abwesenheitsnotiz",
    "abwesenheitsnachricht",
    "automatische antwort",
    "im urlaub",
    "nicht im büro",
    "автоответ",
    "автоматический ответ",
    "в отпуске",
    "я в отпуске",
    "вне офиса",
    "нет на месте",
)
"""What stands before a colon, or alone, in a subject, or alone in the first line of a text."""
_POLITE = (
    "hello",
    "hi",
    "dear",
    "good morning",
    "good day",
    "good afternoon",
    "good evening",
    "greetings",
    "thank you for",
    "thanks for",
    "many thanks for",
    "hallo",
    "guten tag",
    "guten morgen",
    "guten abend",
    "sehr geehrte",
    "sehr geehrter",
    "liebe",
    "lieber",
    "vielen dank für",
    "herzlichen dank für",
    "danke für",
    "здравствуйте",
    "добрый день",
    "доброе утро",
    "добрый вечер",
    "привет",
    "уважаемый",
    "уважаемая",
    "уважаемые",
    "спасибо за",
    "благодарю за",
    "благодарим за",
)
_GREETINGS = tuple(f"{each} " for each in _POLITE)
_SAYING_WHEN = """
currently presently now still at the moment time present today tomorrow this week next from until till to through and
including on monday tuesday wednesday thursday friday saturday sunday
january february march april may june july august september october november december

derzeit zurzeit zur zeit momentan im moment aktuell gerade noch heute morgen diese woche bis zum vom von am ab
einschliesslich und leider montag dienstag mittwoch donnerstag freitag samstag sonntag
januar februar märz mai juni juli oktober dezember

сейчас пока сегодня завтра временно в настоящее время данный момент с со по до и включительно к сожалению
понедельника вторника среды четверга пятницы субботы воскресенья
понедельник вторник среду четверг пятницу субботу воскресенье
января февраля марта апреля мая июня июля августа сентября октября ноября декабря года
"""
_BETWEEN = frozenset(_SAYING_WHEN.split())
_CLAUSES = 6
_LOOKED_AT = 1_000
_SHORT = (("i'm", "i am"), ("we're", "we are"), ("i'll", "i will"), ("e-mail", "email"), ("auto-reply", "auto reply"))
_DATE = re.compile(r"\d[\d./:-]*")
_END = re.compile(r"[.!?,;:\n()–—|]+|\s-+\s")
_NO_WORD = re.compile(r"[^\w\s]+")


def says_away(subject: str, text: str) -> bool:
    """Whether a mail begins as a program's does whose owner is away. `text` is the sender's own, without quotes."""
    title = _folded(_END.split(subject, maxsplit=1)[0])
    if title in _TITLES:
        return True
    written = _DATE.sub("0", _plain(text[:_LOOKED_AT]))
    clauses = [words for each in _END.split(written) if (words := _folded(each))]
    for clause in clauses[:_CLAUSES]:
        if clause in _TITLES or clause.startswith(_OF_A_PROGRAM) or _is_away(clause.split()):
            return True
        if not f"{clause} ".startswith(_GREETINGS) and not all(map(_says_when, clause.split())):
            return False
    return False


def _is_away(words: Sequence[str]) -> bool:
    start = 0
    while start < len(words) and _says_when(words[start]):
        start += 1
    # What says when may be how the sentence begins, too.
    return any(
        _goes_on(words[at + len(opening.split()) :], states)
        for at in {0, start}
        for openings, states in _SENTENCES
        for opening in openings
        if list(words[at : at + len(opening.split())]) == opening.split()
    )


def _goes_on(words: Sequence[str], states: Sequence[str]) -> bool:
    for at in range(len(words)):
        if any(list(words[at : at + len(state.split())]) == state.split() for state in states):
            return True
        if not _says_when(words[at]):
            return False
    return False


def _says_when(word: str) -> bool:
    return word in _BETWEEN or word.isdigit()


def _plain(text: str) -> str:
    text = text.casefold().replace("ё", "е").replace("’", "'")
    for short, long in _SHORT:
        text = text.replace(short, long)
    return text


def _folded(text: str) -> str:
    return " ".join(_NO_WORD.sub(" ", _plain(text)).split())
