"""A fuzzy list: type to narrow, Enter takes the row, Esc none."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from sdesk.tui.language import _
from sdesk.tui.render.choices import Choice, fitting, prompt_of
from sdesk.tui.screens.dialog import Dialog

__all__ = ["Choice", "Choose"]


class Choose(Dialog[str]):
    """Pick one of `choices`; `widths` are the cells of each column, the last one takes what is left."""

    def __init__(self, title: str, choices: Sequence[Choice], *, widths: Sequence[int] = (), hint: str = "") -> None:
        super().__init__(title, hint=hint or _("type to narrow   Enter Choose   Esc Cancel"), classes="choose")
        self._choices, self._widths = choices, widths
        self._shown: list[Choice] = []
        self._entered = False
        """Whether Enter was pressed before there was anything to take."""

    def fields(self) -> ComposeResult:
        yield Input(placeholder=_("type to narrow"), id="words", compact=True)
        yield OptionList(id="rows", markup=False, compact=True)

    def fill(self, choices: Sequence[Choice]) -> None:
        """Give the rows later: the box opens at once, so that no key typed meanwhile goes to the screen below."""
        self._choices = choices
        self.narrow(self.query_one("#words", Input).value)
        if self._entered:
            self.take_highlighted()

    def on_mount(self) -> None:
        self.narrow("")
        self.query_one("#words").focus()

    @on(Input.Changed, "#words")
    def typed(self, event: Input.Changed) -> None:
        """Show the rows that match."""
        self._entered = False
        self.narrow(event.value)

    def narrow(self, words: str) -> None:
        """Show the rows that match, the best first."""
        self._show(fitting(self._choices, words), sought=bool(words.strip()))

    def _show(self, choices: Sequence[Choice], *, sought: bool = True) -> None:
        self._shown = list(choices)
        rows = self.query_one("#rows", OptionList)
        rows.clear_options()
        rows.add_options(
            [Option(prompt_of(each, self._widths), disabled=each.why_not is not None) for each in self._shown]
        )
        if not self._shown and sought:
            rows.add_option(Option(_("nothing fits"), disabled=True))
        first = next((at for at, choice in enumerate(self._shown) if choice.why_not is None), None)
        rows.highlighted = first

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
    def entered(self) -> None:
        """Enter in the field."""
        self.take_highlighted()

    def take_highlighted(self) -> None:
        """Take the highlighted row."""
        at = self.query_one("#rows", OptionList).highlighted
        self._entered = not self._choices
        if at is not None and at < len(self._shown) and self._shown[at].why_not is None:
            self.dismiss(self._shown[at].value)

    @on(OptionList.OptionSelected, "#rows")
    def take_row(self, event: OptionList.OptionSelected) -> None:
        """A click, or Enter in the list."""
        self.dismiss(self._shown[event.option_index].value)
