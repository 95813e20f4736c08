"""What every form has in common: it stays until what it asks for is done, and its words outlive a slip."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input, TextArea

from sdesk.domain.errors import BadInput
from sdesk.tui.language import _, told_error
from sdesk.tui.screens.dialog import Dialog
from sdesk.tui.widgets.button import Button
from sdesk.tui.widgets.field import Field
from sdesk.tui.widgets.lookup import Lookup

Values = dict[str, Any]
"""Values of an action, by parameter name."""

Words = Mapping[str, str]
"""What was typed into a form, by the id of its field."""


class Form(Dialog[None]):
    """Several fields. `submit` is called with the values; whoever does it says `done` or `refused`."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+g,ctrl+п", "send", show=False)]
    FIELDS: ClassVar[Mapping[str, str]] = {}
    """Ids of the fields of parameters, where they differ from the names of these."""

    def __init__(self, title: str, *, hint: str, kept: Words | None = None) -> None:
        """`kept`: what was typed when the form was left the last time."""
        super().__init__(title, hint=hint, classes="form")
        self.kept = kept or {}
        self.submit: Callable[[Values], None] = lambda values: self.done()
        self.left: Words = {}
        """What stood in the fields when it was left without its being done."""
        self._sending = False
        self._first: Words = {}

    # ---- what a form says of itself -------------------------------------------------------------

    def values(self) -> Values | None:
        """What the fields mean; None where something is missing, which was said. BadInput for what is wrong, `about`
        the parameter that it is."""
        raise NotImplementedError

    def text_of(self, id_: str) -> str:
        """What stands in a field, line or area, without the blanks around it."""
        found = self.query_one(f"#{id_}")
        if isinstance(found, Field):
            return found.text
        return (found.text if isinstance(found, TextArea) else found.value if isinstance(found, Input) else "").strip()

    # ---- words ----------------------------------------------------------------------------------

    def on_mount(self) -> None:
        # Called after that of the form itself: Textual calls those of all classes, the base last.
        self._first = self.words()
        for id_, text in self.kept.items():
            for found in self.query(f"#{id_}"):
                if isinstance(found, Lookup):
                    found.restore(text)
                elif isinstance(found, Field):
                    found.put(text)
                elif isinstance(found, TextArea):
                    found.load_text(text)
                    found.move_cursor(found.document.end)

    def words(self) -> Words:
        """What stands in the fields now."""
        lines = {
            field.id or "": field.kept if isinstance(field, Lookup) else field.input.value
            for field in self.query(Field)
        }
        return lines | {area.id or "": area.text for area in self.query(TextArea)}

    # ---- doing it -------------------------------------------------------------------------------

    @on(Button.Pressed, "#send")
    def action_send(self) -> None:
        """Do it, if the fields are right."""
        if self._sending:
            return
        for lookup in self.query(Lookup):
            lookup.settle()
        for field in self.query(Field):
            if field.fault:
                field.input.focus()  # what is wrong stands below it already
                return
        try:
            values = self.values()
        except BadInput as error:
            self.complain(told_error(error))
            self._go_to(error.about)
            return
        if values is not None:
            self.send(values)

    def send(self, values: Values) -> None:
        """Hand the values on; the form waits for what becomes of them."""
        self.complain("")
        self._sending = True
        self.hint(_("one moment..."))
        self.submit(values)

    def done(self) -> None:
        """It is done: the form goes, and its words with it."""
        self.left = {}
        if self.is_attached:
            self.dismiss(None)

    def refused(self, why: str, about: str = "") -> None:
        """It was not done: the form stays, with the reason, in the field of the parameter that it is about."""
        self._sending = False
        if self.is_attached:
            self.hint(self._hint)
            self.complain(why)
            self._go_to(about)

    def _go_to(self, parameter: str) -> None:
        """To the field of a parameter, where there is one."""
        id_ = self.FIELDS.get(parameter, parameter)
        for found in self.query(f"#{id_}") if id_ else ():
            (found.input if isinstance(found, Field) else found).focus()

    @on(Button.Pressed, "#cancel")
    def action_leave(self) -> None:
        """Leave everything as it is; what was typed is kept."""
        # What was not touched is read anew when the form comes back: somebody may have changed it meanwhile.
        self.left = {id_: text for id_, text in self.words().items() if text != self._first.get(id_)}
        self.dismiss(None)

    @on(Input.Submitted)
    def entered(self) -> None:
        """Enter in a line."""
        self.go_on()

    def go_on(self) -> None:
        """What Enter in a line does: the next field; where there is one alone, a form does it."""
        self.focus_next()

    def missing(self, id_: str, what: str) -> None:
        """Say what is missing, and go there."""
        self.complain(what)
        self._go_to(id_)


def buttons(send: str, *others: tuple[str, str]) -> list[Button]:
    """The buttons of a form: what it does, others by id and words, Cancel."""
    return [
        Button(send, id="send"),
        *(Button(words, id=id_) for id_, words in others),
        Button(_("Cancel"), id="cancel"),
    ]
