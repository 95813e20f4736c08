"""The lines that mail programs write around what they quote, forward and sign: in English, Russian and German, a little
French, Italian and Spanish.

The first question of each is whether a person could have written the line: then it is no mark.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LONGEST_MARK = 300
"""Characters of a line, or of an attribution of several, that a mail program writes above what it quotes."""
_LONGEST_BLOCK = 14
"""Lines of a pasted header; long lists of recipients are wrapped."""

_ORIGINAL = (
    r"original message|original appointment|исходное сообщение|оригинальное сообщение|первоначальное сообщение"
    r"|ursprüngliche nachricht|originalnachricht|urspr\. nachricht|ursprünglicher termin"
    r"|message d'origine|mensaje original|messaggio originale"
)
_FORWARDED = (
    r"forwarded message|forwarded by\b.*|пересылаемое сообщение|пересланное сообщение|перенаправленное сообщение"
    r"|переадресованное сообщение|пересылаемое письмо|пересланное письмо"
    r"|weitergeleitete nachricht|weitergeleitet von\b.*|message transféré"
)
ORIGINAL_LINE = re.compile(rf"\s*-{{2,}} ?(?:{_ORIGINAL}) ?-{{2,}}\s*\Z", re.IGNORECASE)
"""`-----Original Message-----`: of an answer or of a forward, the subject says which."""
FORWARD_LINE = re.compile(
    rf"\s*(?:-{{2,}} ?(?:{_FORWARDED}) ?-{{2,}}|begin forwarded message:|начало (?:пере\w+) (?:сообщения|письма):"
    r"|anfang der weitergeleiteten (?:nachricht|e-mail):)\s*\Z",
    re.IGNORECASE,
)
"""`---------- Forwarded message ---------`."""
RULE = re.compile(r"\s*(?:_{10,}|-{10,})\s*\Z")
"""A line drawn across."""

_LABELS = {
    "from": "from|от|от кого|von|de",
    "date": "sent|date|отправлено|дата|gesendet|datum|envoyé",
    "to": "to|кому|an|à",
    "cc": "cc|копия|kopie",
    "subject": "subject|тема|betreff|objet",
}
_KIND_OF = {label: kind for kind, labels in _LABELS.items() for label in labels.split("|")}
_FIELD_LINE = re.compile(
    r"\s*\*?(" + "|".join(sorted(_KIND_OF, key=len, reverse=True)) + r")\*?\s?:\*?[ \t]*(.*)", re.IGNORECASE
)
FROM_LINE = re.compile(rf"\s*\*?(?:{_LABELS['from']})\*?\s?:\*?\s*\S", re.IGNORECASE)
"""Where a pasted header may begin."""

_WROTE_WORDS = r"wrote|writes|schrieb|написала?|написал\(а\)|пишет|писала?|писал\(а\)|a écrit|escribió|ha scritto"
_WROTE = re.compile(rf"\b(?:{_WROTE_WORDS})(?!\w)", re.IGNORECASE)
_YOU_WROTE = re.compile(r"\b(?:you wrote|вы писали|sie schrieben)\b", re.IGNORECASE)
_TIME = re.compile(r"\b\d{1,2}[:.]\d{2}\b")
_DATE = re.compile(
    r"\b(?:\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{4}-\d{2}-\d{2}|\d{1,2}\W{1,3}\w{3,9}\W{1,4}\d{4}|\w{3,9}\W{1,2}\d{1,2}\W{1,3}\d{4})\b"
)
_ADDRESSED = re.compile(r"[^\s<>@]@[^\s<>@]")
_WRITER_AT_END = re.compile(
    rf"(?:[^\s<>@]@[^\s<>@]+>?|\b(?:{_WROTE_WORDS.replace('|schrieb', '')}))\s?:\Z", re.IGNORECASE
)
_DEVICE = (
    r"(?:i?phone|ipad|ipod|galaxy|samsung|android|huawei|honor|xiaomi|redmi|pixel|nokia|motorola|oneplus|blackberry"
    r"|handy|smartphone|tablet|mobile|телефона|смартфона|планшета|мобильного|устройства|айфона)"
)
_PROGRAM = r"(?:mail|outlook|yahoo|proton|gmail|gmx|web\.de|yandex|thunderbird|myMail|яндекс|почты|мобильной|mail\.ru)"
MOBILE = re.compile(
    rf"\s*(?:sent from (?:my |the )?(?:[\w-]+ ){{0,3}}{_DEVICE}\b.{{0,40}}"
    rf"|sent (?:from|with|by) (?:the )?{_PROGRAM}\b.{{0,60}}"
    r"|(?:get|download) outlook for \w+.{0,60}|(?:получить|скачать) outlook для \w+.{0,60}"
    r"|(?:outlook für \w+ (?:beziehen|herunterladen|abrufen)|holen sie sich outlook für \w+).{0,60}"
    rf"|отправлено с (?:моего |мобильного )?(?:[\w-]+ ){{0,2}}{_DEVICE}\b.{{0,60}}"
    rf"|отправлено из (?:приложения )?(?:мобильно|{_PROGRAM}).{{0,80}}"
    rf"|von mein(?:em|er) (?:[\w-]+ ){{0,2}}{_DEVICE}.{{0,40}} gesendet"
    rf"|gesendet (?:von|mit|aus) (?:mein(?:em|er) |der |dem )?(?:[\w-]+ ){{0,2}}(?:{_DEVICE}|{_PROGRAM})\b.{{0,60}}"
    rf"|diese nachricht wurde von meinem .{{1,40}} gesendet\.?)\s*\Z",
    re.IGNORECASE,
)
"""A line that a telephone adds below what was typed on it."""

_COUNTED = r"(?:\[\d+\]|\(\d+\)|\^\d+)?\s?:"
_REPLY_PREFIX = rf"(?:re|aw|antw|sv|отв|ответ|на|ha){_COUNTED}"
REPLY_SUBJECT = re.compile(rf"\s*{_REPLY_PREFIX}", re.IGNORECASE)
"""`Re:` and its like."""
FORWARD_SUBJECT = re.compile(rf"\s*(?:fwd?|wg|пер|пересл|пересылка|перес|tr){_COUNTED}", re.IGNORECASE)
"""`Fwd:` and its like, before any `Re:`: who answers a forwarded mail forwards nothing."""

ANSWERS_WITHIN = re.compile(
    r"\b(?:see|find) (?:my |our |the )?(?:answers?|replies|reply|comments?|notes?)?\b ?(?:below|inline|in ?line)"
    r"|\b(?:answers?|replies|answered|replied|comments?|commented|responses?) (?:are |is )?"
    r"(?:below|inline|in ?line|in (?:red|blue|green|bold|the text|your (?:mail|text|message)))\b"
    r"|\bсм(?:\.|отрите) (?:мои |наши )?(?:ответы? |комментарии |пометки )?(?:ниже|в тексте|по тексту)"
    r"|\b(?:ответы?|ответила?|отвечаю|комментарии) (?:ниже|внутри|в тексте|по тексту|красным|синим|зел[её]ным|жирным)"
    r"|\bниже по тексту\b|\bпо тексту ниже\b"
    r"|\b(?:siehe|s\.) ?(?:meine )?(?:antworten |anmerkungen |kommentare )?(?:unten|u\.|im text|inline)"
    r"|\b(?:antworten|antwort|anmerkungen|kommentare) (?:unten|im text|inline|in (?:rot|blau|grün|fett))\b",
    re.IGNORECASE,
)
"""Words that say that there are answers within the history: then it holds own words, wherever they are."""


@dataclass(frozen=True, slots=True)
class PastedHeader:
    """The header of a message that a program pasted into the text of another."""

    first: int
    """Index of its first line."""
    after: int
    """Index of the line behind it."""
    fields: dict[str, str] = field(default_factory=dict)
    """What was pasted of `from`, `date`, `to`, `cc` and `subject`."""

    @property
    def is_whole(self) -> bool:
        """Whether it is as much as tells it from a form that somebody filled in: that may well hold two of them."""
        return {"from", "date", "to", "subject"} <= self.fields.keys()


def pasted_header(lines: list[str], first: int) -> PastedHeader | None:
    """The pasted header that begins at a line; None where that line is no field of one.

    One blank line between fields may be the layout of HTML; two end it, as does text below a blank line.
    """
    fields: dict[str, str] = {}
    index, after, kind = first, first, ""
    for index in range(first, min(len(lines), first + _LONGEST_BLOCK)):
        text = lines[index].removeprefix(">").strip()
        found = _FIELD_LINE.match(text) if len(text) <= 2_000 else None
        if found is not None:
            kind = _KIND_OF[found[1].lower()]
            if kind in fields:
                break
            fields[kind] = found[2].strip()
        elif not fields:
            return None
        elif not text:
            if index + 1 < len(lines) and _FIELD_LINE.match(lines[index + 1].removeprefix(">")):
                continue
            break
        elif not lines[index - 1].removeprefix(">").strip():
            break
        elif kind in ("date", "subject") and not any(map(_FIELD_LINE.match, lines[index + 1 : index + 3])):
            break  # HTML without a blank line: what follows is the message
        else:
            fields[kind] = f"{fields[kind]} {text}"
        after = index + 1
    return PastedHeader(first, after, fields)


def is_forward_mark(lines: list[str], index: int) -> bool:
    """Whether a line says that what follows was forwarded; Apple's program says so within the quote, on its first
    line."""
    line = lines[index]
    if line.startswith(">") and (index == 0 or not lines[index - 1].startswith(">")):
        line = line[1:]
    return FORWARD_LINE.match(line) is not None


def attribution(lines: list[str], last: int, *, strong: bool) -> int | None:
    """The first line of "On such a day somebody wrote:" that ends at `last` (it may be wrapped); None where it is none.

    `strong` asks for as much as tells it from an own sentence, for where no quote mark follows.
    """
    for first in range(last, max(-1, last - 3), -1):
        if not lines[first].strip() or lines[first].startswith(">"):
            return None
        words = " ".join(line.strip() for line in lines[first : last + 1])
        if len(words) > LONGEST_MARK or not words.endswith(":"):
            return None
        if is_attribution(words, strong=strong):
            # The line above may be the beginning of the same sentence: "On Mon, 2 Nov 2026 at 9:00,"
            while first > 0 and last - first < 3 and re.match(r"\s*(?:On|Am|Le|El)\b.*\d", lines[first - 1]):
                first -= 1
            return _with_recipients(lines, first)
    return None


def is_attribution(words: str, *, strong: bool) -> bool:
    """Whether words, on one line, say who wrote what follows, and when."""
    dated = _DATE.search(words) is not None
    timed = _TIME.search(words) is not None
    if strong:
        return dated and timed and _WRITER_AT_END.search(words) is not None
    if not words.endswith(":"):
        return False
    # "The screen wrote:" is the writer's own: a program says when, or from which address.
    said = _WROTE.search(words[-60:]) is not None or _YOU_WROTE.search(words) is not None
    signs = (dated and timed, said, _ADDRESSED.search(words) is not None)
    return sum(signs) >= 2 or (said and (dated or timed))


def _with_recipients(lines: list[str], first: int) -> int:
    """The rule, recipient and subject that Yandex writes above its attribution belong to it."""
    above = first
    while above > 0 and first - above < 4 and _FIELD_LINE.match(lines[above - 1]):
        above -= 1
    return above - 1 if 0 < above < first and RULE.match(lines[above - 1]) else first
