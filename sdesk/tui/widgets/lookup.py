"""A line in which one types what one knows of something, and takes it from those that fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from sdesk.domain.errors import BadInput
from sdesk.domain.safe_text import one_line
from sdesk.tui.language import _
from sdesk.tui.render.choices import Choice, fitting, prompt_of
from sdesk.tui.widgets.field import Field

ROWS = 6
"""How many of those that fit are shown."""


class Lookup(Field):
    """One of many, found by words: typed, taken with Enter or by going on, shown by its name."""

    class Asked(Message):
        """Words were typed whose finds the form has to `fill` in."""

        def __init__(self, lookup: Lookup, words: str) -> None:
            super().__init__()
            self.lookup, self.words = lookup, words

        @property
        def control(self) -> Lookup:
            """Where."""
            return self.lookup

    class Taken(Message):
        """Something was taken, or nothing holds any more."""

        def __init__(self, lookup: Lookup) -> None:
            super().__init__()
            self.lookup = lookup

        @property
        def control(self) -> Lookup:
            """Where."""
            return self.lookup

    def __init__(
        self,
        label: str,
        *,
        id: str,
        value: str | None = None,
        shown: str = "",
        placeholder: str = "",
        widths: Sequence[int] = (),
        asks: bool = False,
        free: Callable[[str], str] | None = None,
    ) -> None:
        """`value` is held, by the name `shown`. `asks`: finds are asked for (`Asked`), not sought in what was given.

        `free` makes a value of words that are none of those found, as a new address; BadInput where they make none.
        """
        super().__init__(label, id=id, value=shown, placeholder=placeholder, read=lambda text: "")
        self.value = value
        """What is held; None where nothing is."""
        self._widths, self._asks, self._free = widths, asks, free
        self._given: tuple[Choice, ...] = ()
        self._finds: tuple[Choice, ...] = ()
        self._shown = one_line(shown).strip()
        """The name of what is held."""
        self._answered = ""
        """The words that the finds are for."""
        self.rows = OptionList(markup=False, compact=True, classes="finds")
        self.rows.can_focus = False

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield self.rows

    def look(self) -> None:
        """Nothing to read: what is held is said when it is taken."""

    # ---- what there is --------------------------------------------------------------------------

    def fill(self, choices: Sequence[Choice], *, words: str = "") -> None:
        """Give what can be taken: all of it, or what was found for `words`."""
        self._given, self._answered = tuple(choices), words
        if self.value is not None:
            held = next((each for each in choices if each.value == self.value), None)
            if held is not None:
                self._say(held)
            return
        if self.input.has_focus:
            self._narrow()
        elif self.text:
            self.settle()

    def hold(self, choice: Choice) -> None:
        """Hold this."""
        self.value = choice.value
        self._shown = one_line(choice.cells[0]).strip()
        self.put(self._shown)
        self._say(choice)
        self._close()
        self.post_message(self.Taken(self))

    def _say(self, choice: Choice) -> None:
        self.say(", ".join(one_line(cell) for cell in choice.cells[1:] if cell))

    @property
    def kept(self) -> str:
        """What stands there, to be restored: the name of what is held and its value, or the words."""
        return self.text if self.value is None else f"{self._shown}\t{self.value}"

    def restore(self, kept: str) -> None:
        """Put back what was kept."""
        shown, held, value = kept.partition("\t")
        if held:
            self.hold(Choice(value, (shown,)))
        else:
            self.value = None
            self.input.value = shown  # as if it were typed: it is sought again

    # ---- typing ---------------------------------------------------------------------------------

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        """Show what fits."""
        event.stop()
        if self.value is not None and self.text == self._shown:
            return  # nobody typed it: it is the name of what is held
        had, self.value = self.value, None
        self.say("")
        if had is not None:
            self.post_message(self.Taken(self))
        if not self.text:
            self._close()
        elif self._asks:
            self.post_message(self.Asked(self, self.text))
        else:
            self._narrow()

    def _narrow(self) -> None:
        found = self._given if self._asks else fitting(self._given, self.text)
        self._finds = tuple(found[: ROWS * 3]) if self.text else ()
        self.rows.clear_options()
        self.rows.add_options([Option(prompt_of(choice, self._widths)) for choice in self._finds])
        if not self._finds and self.text and self._free is None:
            self.rows.add_option(Option(Text(_("nothing fits")), disabled=True))
        self.rows.highlighted = 0 if self._finds else None
        self.set_class(bool(self.text) and self.rows.option_count > 0, "-open")

    def _close(self) -> None:
        self._finds = ()
        self.remove_class("-open")

    def on_key(self, event: events.Key) -> None:
        if not self.has_class("-open"):
            return
        move = {"down": self.rows.action_cursor_down, "up": self.rows.action_cursor_up}.get(event.key)
        page = {"pagedown": self.rows.action_page_down, "pageup": self.rows.action_page_up}.get(event.key)
        if (step := move or page) is not None:
            step()
        elif event.key == "escape":
            self._close()  # the first Esc closes what is open, the next one leaves
        else:
            return
        event.stop()
        event.prevent_default()

    @on(OptionList.OptionSelected)
    def take(self, event: OptionList.OptionSelected) -> None:
        """A click on one of those that fit."""
        event.stop()
        if self._finds:
            self.hold(self._finds[event.option_index])

    @on(Input.Submitted)
    def submitted(self) -> None:
        """Enter takes the highlighted one; the form then goes on."""
        self.settle()

    def on_descendant_blur(self) -> None:
        self.call_after_refresh(self._left)

    def _left(self) -> None:
        if self.is_attached and not self.input.has_focus:
            self.settle()

    def settle(self) -> None:
        """Take what the words mean: those that make a value by themselves, else the highlighted find."""
        if self.value is not None or not self.text:
            self._close()
            return
        words = self.text
        fault = ""
        if self._free is not None:
            try:
                made = self._free(words)
            except BadInput as error:
                fault = str(error)
            else:
                known = next((each for each in self._finds if made.lower() in each.value.lower()), None)
                self.hold(known or Choice(made, (words, _("new here"))))
                return
        if self._asks and self._answered != words:
            return  # the answer is on its way: it settles
        if not self._finds:
            self._finds = tuple(self._given if self._asks else fitting(self._given, words))
        at = self.rows.highlighted
        if self._finds:
            self.hold(self._finds[at if at is not None and at < len(self._finds) else 0])
        else:
            self._close()
            self.say("", fault=fault or _("nothing fits"))
