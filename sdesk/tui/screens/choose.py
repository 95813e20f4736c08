"""A fuzzy list: type to narrow, Enter takes the row, Esc none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.fuzzy import Matcher
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from sdesk.domain.safe_text import one_line
from sdesk.tui.render.columns import fit
from sdesk.tui.screens.dialog import Dialog


@dataclass(frozen=True, slots=True)
class Choice:
    """A row: what is answered, and the cells that show and find it."""

    value: str
    cells: tuple[str, ...]
    why_not: str | None = None
    """The reason for which it cannot be chosen now."""


class Choose(Dialog[str]):
    """Pick one of `choices`; `widths` are the cells of each column, the last one takes what is left."""

    def __init__(self, title: str, choices: Sequence[Choice], *, widths: Sequence[int] = (), hint: str = "") -> None:
        super().__init__(title, hint=hint or "type to narrow   Enter Choose   Esc Cancel", classes="choose")
        self._choices, self._widths = choices, widths
        self._shown: list[Choice] = []

    def fields(self) -> ComposeResult:
        yield Input(placeholder="type to narrow", id="words", compact=True)
        yield OptionList(id="rows", markup=False, compact=True)

    def fill(self, choices: Sequence[Choice]) -> None:
        """Give the rows later: the box opens at once, so that no key typed meanwhile goes to the screen below."""
        self._choices = choices
        self._narrow(self.query_one("#words", Input).value)

    def on_mount(self) -> None:
        super().on_mount()
        self._narrow("")
        self.query_one("#words").focus()

    @on(Input.Changed, "#words")
    def narrow(self, event: Input.Changed) -> None:
        """Show the rows that match, the best first."""
        self._narrow(event.value)

    def _narrow(self, words: str) -> None:
        self._shown = list(self._choices)
        if words.strip():
            matcher = Matcher(words.strip())
            scored = [(matcher.match(" ".join(choice.cells)), choice) for choice in self._choices]
            self._shown = [choice for score, choice in sorted(scored, key=lambda pair: -pair[0]) if score > 0]
        rows = self.query_one("#rows", OptionList)
        rows.clear_options()
        rows.add_options([Option(self._prompt(choice), disabled=choice.why_not is not None) for choice in self._shown])
        if not self._shown and words.strip():
            rows.add_option(Option("nothing fits", disabled=True))
        first = next((at for at, choice in enumerate(self._shown) if choice.why_not is None), None)
        rows.highlighted = first

    def _prompt(self, choice: Choice) -> Text:
        text = Text(no_wrap=True, overflow="ellipsis")
        for place, cell in enumerate(choice.cells):
            cell = one_line(cell)
            width = self._widths[place] if place < len(self._widths) else 0
            text.append(fit(cell, width) + "  " if width else cell, "" if place == 0 else "dim")
        if choice.why_not is not None:
            text.append(f"  {choice.why_not}", "italic")
        return text

    def on_key(self, event: events.Key) -> None:
        rows = self.query_one("#rows", OptionList)
        move = {"down": rows.action_cursor_down, "up": rows.action_cursor_up}.get(event.key)
        pages = {"pagedown": rows.action_page_down, "pageup": rows.action_page_up}.get(event.key)
        step = move or pages
        if step is not None and self.focused is not rows:
            event.stop()
            event.prevent_default()
            step()

    @on(Input.Submitted, "#words")
    def take_highlighted(self) -> None:
        """Enter in the field takes the highlighted row."""
        at = self.query_one("#rows", OptionList).highlighted
        if at is not None and self._shown[at].why_not is None:
            self.dismiss(self._shown[at].value)

    @on(OptionList.OptionSelected, "#rows")
    def take_row(self, event: OptionList.OptionSelected) -> None:
        """A click, or Enter in the list."""
        self.dismiss(self._shown[event.option_index].value)
