"""A line to type in: its name before it, and below it, at once, what was understood or what is wrong."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.suggester import Suggester
from textual.widgets import Input, Static

from sdesk.domain.errors import BadInput
from sdesk.domain.safe_text import one_line
from sdesk.tui.language import told

Read = Callable[[str], str]
"""What was understood of a text, in words; BadInput for what is wrong."""


class Field(Vertical):
    """A named line. With `read`, a second line says what it means."""

    def __init__(
        self,
        label: str,
        *,
        id: str,
        value: str = "",
        placeholder: str = "",
        read: Read | None = None,
        suggester: Suggester | None = None,
    ) -> None:
        super().__init__(id=id)
        self._label, self._read = label, read
        self.input = Input(value, placeholder=placeholder, compact=True, suggester=suggester, select_on_focus=False)
        self.means = Static("", markup=False, classes="means")
        self.fault = ""
        """What is wrong with it; empty where nothing is."""

    def compose(self) -> ComposeResult:
        with Horizontal(classes="named"):
            yield Static(self._label, markup=False, classes="name")
            yield self.input
        if self._read is not None:
            yield self.means

    def on_mount(self) -> None:
        self.look()

    @property
    def text(self) -> str:
        """What was typed."""
        return self.input.value.strip()

    def put(self, text: str) -> None:
        """Put a text there, without its being typed."""
        with self.input.prevent(Input.Changed):
            self.input.value = text
            self.input.cursor_position = len(text)
        self.look()

    @on(Input.Changed)
    def look(self) -> None:
        """Say what was understood."""
        if self._read is None:
            return
        if not self.text:
            self.say("")
            return
        try:
            self.say(self._read(self.text))
        except BadInput as error:
            self.say("", fault=f"{told(error.what)}: {told(error.remedy)}" if error.remedy else told(error.what))

    def say(self, meaning: str, *, fault: str = "") -> None:
        """Show a meaning, or a fault."""
        self.fault = fault
        self.means.update(one_line(fault or (f"= {meaning}" if meaning else "")))
        self.means.set_class(bool(fault), "-fault")
