"""Whether two subjects are about the same matter: by the words they share, of which a rare one says more than a common.

A subject is few words, so nothing is said of likeness where too little is shared: no answer is better than a bad one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from math import log

LEAST = 0.6
"""Of the weight of the shorter subject, so much is shared by two that are about the same."""
LEAST_OF_LONGER = 0.3
"""And so much of the longer: a short subject is a part of many."""

_WORD = re.compile(r"\w{3,}")
_STEM = 6
"""Letters that words are told apart by: `принтер` and `принтера` are one word."""
_EMPTY = frozenset({"fwd", "для", "the", "and", "при", "или", "not", "это", "что", "как", "with", "for"})


def words_of(subject: str) -> frozenset[str]:
    """What a subject is compared by: its words without endings, and without those that say nothing."""
    words = _WORD.findall(subject.lower().replace("ё", "е"))
    return frozenset(word[:_STEM] for word in words if word not in _EMPTY)


class Rarity:
    """How rare words are among some subjects."""

    def __init__(self, subjects: Iterable[str] = ()) -> None:
        self._subjects, self._counts = 0, Counter[str]()
        for subject in subjects:
            self._subjects += 1
            self._counts.update(words_of(subject))

    def weight(self, words: Collection[str]) -> float:
        """Of all of them: a word that stands in every subject weighs next to nothing (inverse document frequency)."""
        return sum(log((self._subjects + 2) / (min(self._counts[word], self._subjects) + 1)) + 0.01 for word in words)

    def is_rare(self, word: str) -> bool:
        """Whether hardly any other subject has it."""
        return self._counts[word] <= max(2, self._subjects // 100)

    def likeness(self, one: str, other: str) -> float:
        """How much of the shorter subject's weight is shared, from 0 to 1; 0 where that says nothing.

        One word alone, as "printer", is shared by all that a shop ever writes: it must be all of a subject, and rare.
        """
        here, there = words_of(one), words_of(other)
        shared = here & there
        if not shared or (
            len(shared) == 1 and not (min(len(here), len(there)) == 1 and all(map(self.is_rare, shared)))
        ):
            return 0.0
        light, heavy = sorted((self.weight(here), self.weight(there)))
        weight = self.weight(shared)
        return weight / light if weight >= LEAST_OF_LONGER * heavy else 0.0
