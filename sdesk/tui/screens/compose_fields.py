"""The editor's own fields: the words, answers in a row, a path that Tab completes, and the files that go along."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input, TextArea

from sdesk.tui.attaching import Completed
from sdesk.tui.widgets.picks import Picks


class Words(TextArea):
    """What is written; `/` on an empty line asks for what can be put in."""

    class MenuAsked(Message):
        """`/` on an empty line."""

    async def _on_key(self, event: events.Key) -> None:
        if event.character == "/" and not self.read_only and not self.document.get_line(self.cursor_location[0]):
            event.stop()
            event.prevent_default()
            self.post_message(self.MenuAsked())
            return
        await super()._on_key(event)

    def put_in(self, text: str) -> None:
        """Put a text at the cursor, as if it were typed: it can be undone."""
        self.insert(text)
        self.scroll_cursor_visible(animate=False)


class PicksInRow(Picks):
    """One of several, side by side; in a narrow line only the one that holds."""

    def __init__(self, labels: Sequence[str], *, id: str) -> None:
        super().__init__(labels, id=id, in_line=True)

    def render(self) -> Text:
        """All of them; the one that holds has a cross, and a `>` while the keys are here. Where they have no room, that
        one, and which it is of how many."""
        cells = self._cells()
        if sum(map(cell_len, cells)) > self.size.width:
            cells = [f"{cells[self.chosen]}  < {self.chosen + 1}/{len(cells)} >"]
        return Text("".join(cells), no_wrap=True, overflow="ellipsis")

    def _cells(self) -> list[str]:
        here = ">" if self.has_focus else " "
        return [
            f"{here}(x) {label}" if place == self.chosen else f" ( ) {label}"
            for place, label in enumerate(self._labels)
        ]

    def on_click(self, event: events.Click) -> None:
        end = 0
        if sum(map(cell_len, self._cells())) > self.size.width:
            self.action_step(1)
            return
        for place, cell in enumerate(self._cells()):
            end += cell_len(cell)
            if event.x < end:
                self.chosen = place
                return


class PathField(Input):
    """A path: Tab goes on with it as a shell does, Enter attaches the file, Backspace in the empty field takes the last
    one away."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "complete", show=False)]

    @dataclass
    class Fits(Message):
        """What the path may go on with."""

        names: Sequence[str]

    @dataclass
    class Begun(Message):
        """A path that is to go on: whoever looks it up calls `go_on`."""

        text: str

    class TakenAway(Message):
        """The last file is not to go along."""

    _looked_up: str | None = None
    """The path whose answer is on its way."""
    _pressed: Callable[[], object] | None = None
    """What was pressed meanwhile: it is about the path as it will be."""

    def action_complete(self) -> None:
        """Go on with the path; out of the field where there is nothing to go on with."""
        if not self.value.strip():
            self.screen.focus_next()
        elif self.value == self._looked_up:
            self._pressed = self.action_complete
        else:
            self._looked_up = self.value
            self.post_message(self.Begun(self.value))

    async def action_submit(self) -> None:
        """Enter."""
        if self.value and self.value == self._looked_up:
            self._pressed = self._submit
        else:
            self._submit()

    def _submit(self) -> None:
        self.post_message(self.Submitted(self, self.value))

    def go_on(self, begun: str, found: Completed) -> None:
        """The answer: how the path goes on, unless it is another one by now."""
        pressed, self._pressed, self._looked_up = self._pressed, None, None
        if self.value != begun or not self.is_attached:
            return
        self._complete(found)
        if pressed is not None:
            pressed()

    def _complete(self, found: Completed) -> None:
        if found.text == self.value and len(found.names) == 1 and not found.text.endswith("/"):
            # It is whole: Tab means what Enter does.
            self._submit()
            return
        self.value = found.text
        self.cursor_position = len(found.text)
        self.post_message(self.Fits(found.names if len(found.names) != 1 else ()))

    def action_delete_left(self) -> None:
        """Backspace."""
        if self.value:
            super().action_delete_left()
        else:
            self.post_message(self.TakenAway())
