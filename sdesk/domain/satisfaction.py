"""How content people are with what was done for them: whom the desk asks, and what they answer, from 1 to 5."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

SCORES = (5, 4, 3, 2, 1)
"""What can be answered, the best first."""
BAD, GOOD = 2, 4
"""Up to which an answer is a bad one, and from which a good one."""
LIVES = timedelta(days=30)
"""So long after it was asked a question can be answered."""
REPLACES = timedelta(days=14)
"""So long after an answer another one may take its place."""
FEW = 5
"""Below so many answers a mean says little: it is never shown without their number."""
LONGEST_COMMENT = 2_000
FEEDBACK = "feedback"
"""The tag of a ticket that a bad answer opens."""
PREFIX = "r-"
"""What the token of a question begins with."""

_SCORE = re.compile(r"(?<![\w/.,-])([1-5]) ?(?:/|of|из|von) ?5(?![\w/]|[.,]\d)", re.IGNORECASE)
_ALONE = re.compile(
    # `4/5`, or a number that stands by itself: `3 of us waited` and `1. The box` are none.
    r"[\s*_]*([1-5])(?: ?(?:/|of|из|von) ?5(?![\w/]|[.,]\d)|(?=[*_]*[ .!]*(?:\n|\Z))|(?=[*_]*(?:[,;:!]| ?[–—-])\s))"
    r"[\s.!,;:*_–—-]*(.*)",
    re.IGNORECASE | re.DOTALL,
)
_TOKEN = re.compile(r"\[(r-[0-9a-f]{32})\]", re.IGNORECASE)
_BLANKS = re.compile(r"\n{3,}")
_SIGNATURE = re.compile(r"\n-- ?\n|\A-- ?\n")
_PROGRAM = re.compile(
    r"^(sent from|sent via|get outlook for|отправлено (с|из)|von meinem .* gesendet)\b[^\n]{0,80}$",
    re.IGNORECASE | re.MULTILINE,
)


class RatedBy(StrEnum):
    """By which way an answer came."""

    PORTAL = "portal"
    MAIL = "mail"


class SatisfactionRule(NamedTuple):
    """Whom the desk asks, and when."""

    ask_after: timedelta = timedelta(days=1)
    """After the resolution: who says that it is not solved says so before."""
    every: timedelta = timedelta(days=30)
    """At most so often one person is asked."""
    teams: tuple[str, ...] | None = None
    """Of whose tickets; None: of all."""
    services: tuple[str, ...] | None = None
    """About tickets of which services; None: of all."""
    but: tuple[str, ...] = ()
    """Services of whose tickets nobody is asked."""
    follow_up_team: str | None = None
    """Who gets what a bad answer opens; None: whose ticket it was."""

    def asks_of(self, team: str, service: str | None) -> bool:
        """Whether the desk asks about a ticket of a team and a service (keys)."""
        if self.teams is not None and team not in self.teams:
            return False
        if self.services is not None and service not in self.services:
            return False
        return service not in self.but


def subject_of_answer(score: int, words: str) -> str:
    """The subject of a mail that answers: `5/5: very good`."""
    return f"{score}/5: {words}"


def token_in(subject: str) -> str | None:
    """The token of a question that a subject carries, where it stands in brackets; None without one."""
    found = _TOKEN.search(subject)
    return found[1].lower() if found else None


def score_of(subject: str, text: str) -> tuple[int, str] | None:
    """The answer that a mail gives, with the words beside it; None where it gives none that is clear.

    It stands in the subject (`5/5: very good`), else it is the first thing that is said (`4`, `4/5, thanks`).
    """
    said = {int(found) for found in _SCORE.findall(subject)}
    if len(said) == 1:
        return said.pop(), comment_of(text)
    first = _ALONE.match(text.strip())
    if said or first is None:
        return None
    return int(first[1]), comment_of(first[2])


def comment_of(text: str) -> str:
    """The words beside an answer, without a signature and what a telephone adds."""
    own = _SIGNATURE.split(text.strip(), maxsplit=1)[0]
    return _BLANKS.sub("\n\n", _PROGRAM.sub("", own)).strip()[:LONGEST_COMMENT].strip()


def mean(scores: Iterable[int]) -> float | None:
    """The mean of answers, with two decimals; None without any."""
    listed = list(scores)
    return round(sum(listed) / len(listed), 2) if listed else None
