"""The end of an answer: which key undoes what was done, and how much longer; what undo does not bring back."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from sdesk.tui.language import _


class Tail(Protocol):
    """The end of an answer, which is seen however long that is."""

    def words(self, age: float) -> str:
        """What it says so many seconds later."""


class FilesLost:
    """What undo does not bring back."""

    def words(self, age: float) -> str:
        """The same however long ago it was."""
        return _(". Its files are not in the draft: attach them anew")


class WayBack(NamedTuple):
    """How something is undone."""

    key: str
    seconds: int = 0
    """How long it can be, as an answer that waits to go; 0: as long as nobody builds on it."""

    def words(self, age: float) -> str:
        """What is said of it so many seconds later; nothing once it is over."""
        if not self.seconds:
            return _(". {key} undo").format(key=self.key)
        left = self.seconds - int(age)
        return _(". {key} undo ({left} s)").format(key=self.key, left=left) if left > 0 else ""
