"""What an answer by mail to the question for an approval says: yes, no, or neither plainly."""

from __future__ import annotations

import re
from typing import NamedTuple


class Answer(NamedTuple):
    """What somebody decided, and what he said besides."""

    yes: bool
    comment: str


_YES = frozenset(
    {"yes", "y", "ok", "okay", "approve", "approved", "i approve", "agreed", "i agree", "granted"}
    | {"да", "ок", "одобряю", "одобрено", "утверждаю", "утверждено", "разрешаю", "разрешено"}
    | {"согласен", "согласна", "согласовано", "согласовываю"}
)
_NO = frozenset(
    {"no", "n", "refuse", "refused", "i refuse", "reject", "rejected", "decline", "declined", "denied"}
    | {"not approved", "disapproved", "нет", "отказ", "отказать", "отказано", "отклонить", "отклоняю", "отклонено"}
    | {"не согласен", "не согласна", "не согласовано", "не согласовываю", "не одобряю", "не разрешаю", "против"}
)
_REST = re.compile(r"[\s.,:;!\u2013\u2014-]+")
"""What parts the word from the rest of its line: `no problem` is no refusal, `no, too dear` is one."""
_TAG = re.compile(r"\[[^\[\]]{0,40}\]")
_PREFIX = re.compile(r"^\s*((re|fwd?|aw|отв)(\[\d+\])?:\s*)+", re.IGNORECASE)
_GREETING = re.compile(
    r"\s*(?:hi|hello|dear|good (?:morning|day|afternoon|evening)"
    r"|здравствуйте|добрый (?:день|вечер)|доброе утро|привет)\b[^\n]*\n",
    re.IGNORECASE,
)


def read_answer(subject: str, text: str) -> Answer | None:
    """The decision of a mail; None where it is not plain.

    The first line of the text decides, behind a greeting: a word alone, or one that a sign parts from what follows.
    A subject that is such a word and nothing else decides where the text does not: the links of a mail write it.
    """
    text = text.strip()
    if not text or (said := _of_line(text)) is None:
        said = _of_line(_GREETING.sub("", f"{text}\n", count=1).strip())
    by_subject = _word(_PREFIX.sub("", _TAG.sub(" ", subject)))
    if said is not None:
        # One that says yes above and no below has not decided.
        return None if by_subject is not None and by_subject is not said.yes else said
    return None if by_subject is None else Answer(by_subject, text)


def _of_line(text: str) -> Answer | None:
    line, _, below = text.partition("\n")
    whole = _word(line)
    if whole is not None:
        return Answer(whole, below.strip())
    for words in (2, 1):
        # As many words as an answer has, at most, and then a sign.
        match = re.match(rf"\s*((?:[^\W\d_]+ ){{{words - 1}}}[^\W\d_]+)\s*([.,:;!\u2013\u2014]|\s-\s)", line)
        found = _word(match[1]) if match else None
        if match is not None and found is not None:
            rest = line[match.end() :].strip()
            return Answer(found, "\n".join(filter(None, (rest, below.strip()))))
    return None


def _word(text: str) -> bool | None:
    folded = " ".join(_REST.sub(" ", text.casefold().replace("ё", "е")).split())
    return True if folded in _YES else False if folded in _NO else None
