"""The word that was probably meant: one rule for every name that a person can mistype."""

from __future__ import annotations

from collections.abc import Iterable

from sdesk.domain.phrase import phrase

_LIKE_ENOUGH = 0.55
"""Of difflib's ratio, from 0 to 1: lower, and short words that have nothing to do with each other are suggested."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that looks most like `word`, whatever the case of its letters; None where none does."""
    from difflib import get_close_matches  # only on the way to an error: it is slow to load

    folded = {each.casefold(): each for each in known}
    found = get_close_matches(word.strip().casefold(), folded, n=1, cutoff=_LIKE_ENOUGH)
    return folded[found[0]] if found else None


def nearest_few(word: str, known: Iterable[str], most: int, like_enough: float) -> list[str]:
    """Several known words that look like `word`, the likest first: of words that are folded already."""
    from difflib import get_close_matches

    return get_close_matches(word, list(known), n=most, cutoff=like_enough)


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """The remedy for a name that is not known: the nearest right one as a question, or `otherwise`."""
    found = nearest(word, known)
    return phrase("did you mean `{near}`?", near=found) if found is not None else otherwise
