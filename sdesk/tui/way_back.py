"""The end of an answer that says which key undoes what was done, and how much longer."""

from __future__ import annotations

from typing import NamedTuple

from sdesk.tui.language import _


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
