"""Completes the last word of a line from a list, as tags are typed: `pos -vi` becomes `pos -vip`."""

from __future__ import annotations

from collections.abc import Sequence

from textual.suggester import Suggester


class LastWord(Suggester):
    """Suggests the first known word that begins as the last one of the line does; Right takes it."""

    def __init__(self, known: Sequence[str], *, prefix: str = "") -> None:
        """`prefix`: what may stand before a word and is no part of it."""
        super().__init__(use_cache=False, case_sensitive=True)
        self._known, self._prefix = tuple(known), prefix

    async def get_suggestion(self, value: str) -> str | None:
        """The line with its last word completed."""
        before, blank, last = value.rpartition(" ")
        word = last.lstrip(self._prefix).lower() if self._prefix else last.lower()
        if not word:
            return None
        sign = last[: len(last) - len(word)]
        found = next((each for each in self._known if each.startswith(word) and each != word), None)
        return None if found is None else f"{before}{blank}{sign}{found}"
