"""Words of an editor or a form that was left, held until the store has them: a locked store must not cost a draft."""

from __future__ import annotations

import tempfile
from collections.abc import Hashable
from typing import TYPE_CHECKING

from sdesk.domain.errors import SdeskError, Unavailable
from sdesk.domain.safe_text import one_line
from sdesk.tui.language import _, told_error

if TYPE_CHECKING:
    from sdesk.tui.app import Console
    from sdesk.tui.left import Left

SAVE_SECONDS = 2.0
"""How often what is being written is kept."""


class Unkept:
    """Everything that was left and that the store has not answered for yet."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._left: dict[Hashable, Left] = {}

    @property
    def held(self) -> tuple[Left, ...]:
        """What would be lost with the console."""
        return tuple(each for each in self._left.values() if not each.is_settled)

    def hold(self, left: Left) -> None:
        """Hold it and have it written."""
        if (older := self.take(left.key)) is not None and left.text is not None:
            # An editor that was left before it had read its draft does not know of these.
            parted = older.text and older.words.session != left.words.session
            left.text = f"{older.text}\n\n{left.text}" if parted else left.text
        self._left[left.key] = left
        self._write(left)

    def find(self, key: Hashable) -> Left | None:
        """What is held; it stays held."""
        left = self._left.get(key)
        return None if left is None or left.is_settled else left

    def take(self, key: Hashable) -> Left | None:
        """Give it to who keeps it from now on."""
        left = self.find(key)
        if left is not None:
            left.is_settled = True
            del self._left[key]
        return left

    def again(self) -> None:
        """Try again what was refused."""
        for left in self.held:
            if left.waits:
                self._write(left)

    def at_the_end(self) -> None:
        """The console ends, and no answer arrives any more: all of it once more, which the writing thread sees to."""
        for left in self.held:
            self._write(left)

    def rescued(self) -> Unavailable | None:
        """What the store did not take to the very end is put into files that only this person can read; in a session
        over SSH, where such are the server's, it is said."""
        from sdesk.actions.fence import is_up

        held = self.held
        if held and is_up():
            return Unavailable(
                _("the draft of {refs} could not be kept: the store does not answer").format(
                    refs=", ".join(left.ref for left in held)
                ),
                _("its words are: {words}").format(words=" / ".join(one_line(left.text or "") for left in held)),
            )
        files = []
        for left in self.held:
            handle, path = tempfile.mkstemp(prefix=f"sdesk-{left.ref}-", suffix=".txt")
            with open(handle, "w", encoding="utf-8") as file:
                file.write(left.text or "")
            files.append(path)
        if not files:
            return None
        refs = ", ".join(left.ref for left in self.held)
        return Unavailable(
            _("the draft of {refs} could not be kept: the store does not answer").format(refs=refs),
            _("its words are in {files}").format(files=", ".join(files)),
        )

    def _write(self, left: Left) -> None:
        left.waits = False
        self._console.link.keep(
            self._console, left.keep, lambda nothing: self._kept(left), lambda error: self._refused(left, error)
        )

    def _kept(self, left: Left) -> None:
        if self._left.get(left.key) is left:
            del self._left[left.key]
            if left.text is not None and not left.words.is_gone and not left.is_told:
                self._console.notice(_("draft of {ref} kept").format(ref=left.ref))

    def _refused(self, left: Left, error: SdeskError) -> None:
        if left.is_settled:
            return
        left.waits = True
        text = _("The draft of {ref} is not kept yet, it is tried again: {why}")
        said = text.format(ref=left.ref, why=told_error(error))
        if said != left.said:
            left.said = said
            self._console.notice(said, "error")
