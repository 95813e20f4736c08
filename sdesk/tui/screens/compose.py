"""Writing a reply or an internal note under the conversation; what is typed is kept as a draft every two seconds."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static, TextArea

from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket import Direction
from sdesk.store.reader.rows import TicketDetail, TicketRow
from sdesk.tui.countdown import Held
from sdesk.tui.widgets.preview import Preview

if TYPE_CHECKING:
    from sdesk.tui.app import Console

SAVE_SECONDS = 2.0

Save = Callable[[str | None], None]
"""Keeps a draft; None forgets it."""

Send = Callable[[str], None]
"""Sends what was written; the editor stays until it is told that this succeeded."""


class Compose(ModalScreen[None]):
    """The editor; stays open, with its text, until what was written is sent or it is left (the draft stays)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+g,ctrl+п", "send", show=False),
        Binding("escape", "leave", show=False),
    ]

    def __init__(self, row: TicketRow, direction: Direction, save: Save, send: Send, *, editor: bool = False) -> None:
        super().__init__(classes="note" if direction is Direction.NOTE else "reply")
        self._row, self._direction, self._save, self._editor_first = row, direction, save, editor
        self._send = send
        self.keeps_draft = False
        """Whether it was left with words that are kept."""
        self._saved = ""
        self._restored = False
        self._read = Preview(id="read")
        self._review_line = Static("", id="review", markup=False)
        self._error = Static("", id="error", markup=False)
        self._area = TextArea(id="text", compact=True, tab_behavior="focus")

    @property
    def is_note(self) -> bool:
        """Whether only agents will see it."""
        return self._direction is Direction.NOTE

    def compose(self) -> ComposeResult:
        requester = one_line(self._row.requester_name or self._row.requester_email or "the requester")
        yield self._read
        with Vertical(id="editor") as box:
            if self.is_note:
                box.border_title = _plain(f"INTERNAL NOTE on {self._row.ref} - never sent, only agents see it")
            else:
                box.border_title = _plain(f"Reply to {requester} - {self._row.ref} {one_line(self._row.subject)}")
            box.border_subtitle = (
                "Ctrl+G Save note   Tab Buttons   Esc Keep the draft"
                if self.is_note
                else ("Ctrl+G Send   Tab Buttons   Esc Keep the draft")
            )
            self._review_line.update(self._review())
            yield self._review_line
            yield self._area
            with Horizontal(classes="buttons"):
                yield Button("Save note" if self.is_note else "Send", id="send", compact=True)
                yield Button("$EDITOR", id="outside", compact=True)
                yield Button("Keep draft", id="keep", compact=True)
                yield Button("Discard", id="discard", compact=True)
            yield self._error

    def _review(self) -> str:
        if self.is_note:
            return "INTERNAL NOTE: stays at the desk"
        row = self._row
        name, address = one_line(row.requester_name or ""), one_line(row.requester_email or "")
        to = f"{name} <{address}>" if name and address else address or name or "nobody: the requester has no address"
        return f"To: {to}"

    def on_mount(self) -> None:
        self._error.display = False
        self._area.focus()
        self.set_interval(SAVE_SECONDS, self.keep_draft)

    def restore(self, answer: tuple[TicketDetail, Held, str | None]) -> None:
        """Show what is answered, and put the kept draft before what was typed meanwhile; called when they were read."""
        detail, held, draft = answer
        self.show_read(detail, held)
        if draft:
            area = self._area
            typed = area.text
            area.load_text(draft + typed)
            area.move_cursor(area.document.end)
            self._saved = draft
            self._review_line.update(f"{self._review()}   (draft restored)")
        self._restored = True
        if self._editor_first:
            self._editor_first = False
            self.action_outside()

    @property
    def text(self) -> str:
        """What was written."""
        return self._area.text

    def keep_draft(self) -> None:
        """Keep what was written if it is new; never before the kept draft was read, which would be lost."""
        if self._restored and self.text != self._saved:
            self._saved = self.text
            self._save(self._saved or None)

    @on(Button.Pressed, "#send")
    def action_send(self) -> None:
        """Send the reply, or save the note."""
        if not self.text.strip():
            self._complain("Nothing is written yet")
            return
        if self._area.read_only:
            return  # on its way already
        self.keep_draft()
        self._complain("")
        self._area.read_only = True
        self._send(self.text.strip())

    def sent(self) -> None:
        """It is done: leave; the draft goes, now that the words are safely elsewhere."""
        self._restored = False
        self._save(None)
        if self.is_attached:
            self.dismiss(None)

    def refused(self, why: str) -> None:
        """It was not sent: the words stay, with the reason under them."""
        self._area.read_only = False
        if self.is_attached:
            self._complain(why)

    def show_read(self, detail: TicketDetail, held: Held) -> None:
        """Show what is answered."""
        console = cast("Console", self.app)
        self._read.show(detail, held, console.now(), console.zone)

    @on(Button.Pressed, "#keep")
    def action_leave(self) -> None:
        """Leave; the draft stays."""
        if self._area.read_only:
            return  # on its way: what came of it is said in a moment
        self.keep_draft()
        self.keeps_draft = bool(self.text.strip())
        self.dismiss(None)

    @on(Button.Pressed, "#discard")
    def discard(self) -> None:
        """Leave and forget the draft."""
        self._restored = False
        self._save(None)
        self.dismiss(None)

    @on(Button.Pressed, "#outside")
    def action_outside(self) -> None:
        """Write on in $VISUAL or $EDITOR; the console stands aside meanwhile."""
        command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
        with tempfile.TemporaryDirectory(prefix="sdesk-") as folder:
            file = Path(folder) / f"{self._row.ref}-{'note' if self.is_note else 'reply'}.txt"
            file.write_text(self.text, encoding="utf-8")
            try:
                with self.app.suspend():
                    failure = _run([*command, str(file)])
            except SuspendNotSupported:
                failure = "cannot have the terminal: this one does not let the console stand aside"
            if failure:
                self._complain(f"{command[0]} {failure}; the text is as it was")
                return
            area = self._area
            area.load_text(file.read_text(encoding="utf-8", errors="replace").rstrip("\n"))
            area.move_cursor(area.document.end)
        self.keep_draft()

    def _complain(self, text: str) -> None:
        self._error.update(text)
        self._error.display = bool(text)


def _run(command: list[str]) -> str:
    """Run an editor; gives what went wrong, or nothing. Never raises: Textual would not take the terminal back."""
    try:
        code = subprocess.call(command)
    except OSError as error:
        return f"cannot be started: {error.strerror}"
    return f"ended with {code}" if code else ""


def _plain(text: str) -> str:
    return text.replace("[", r"\[")
