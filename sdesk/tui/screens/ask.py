"""A question of one line, checked before it is answered."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from sdesk.domain.errors import BadInput
from sdesk.tui.language import _, told_error
from sdesk.tui.screens.dialog import Dialog


class Ask(Dialog[str]):
    """One line of text; `check` raises BadInput for what is wrong, which is shown under the field."""

    def __init__(
        self,
        title: str,
        *,
        value: str = "",
        placeholder: str = "",
        check: Callable[[str], object] | None = None,
        needed: str = "",
        hint: str = "",
    ) -> None:
        """`value`: what stands there already.

        `needed`: what is said where nothing was typed; without it, nothing is an answer too.
        """
        super().__init__(title, hint=hint or _("Enter Go   Esc Cancel"), classes="ask")
        self._placeholder, self._check, self._needed = placeholder, check, needed
        self._value = value

    def fields(self) -> ComposeResult:
        yield Input(self._value, placeholder=self._placeholder, id="line", compact=True, select_on_focus=False)

    def on_mount(self) -> None:
        self.query_one("#line").focus()

    @on(Input.Submitted, "#line")
    def answer(self, event: Input.Submitted) -> None:
        """Give the line as the answer, if it is right."""
        if self._needed and not event.value.strip():
            self.complain(self._needed)
            return
        if self._check is not None:
            try:
                self._check(event.value)
            except BadInput as error:
                self.complain(told_error(error))
                return
        self.dismiss(event.value)
