"""What every form has in common: it stays until what it asks for is done, and its words outlive a slip."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input, TextArea

from sdesk.actions.personal import KeptForm
from sdesk.domain.errors import BadInput, SdeskError
from sdesk.store.reader.personal_rows import FormDraftRow
from sdesk.tui.language import _, told_error
from sdesk.tui.left import LeftForm
from sdesk.tui.screens.dialog import Dialog
from sdesk.tui.screens.following import Following
from sdesk.tui.unkept import SAVE_SECONDS
from sdesk.tui.widgets.button import Button
from sdesk.tui.widgets.field import Field
from sdesk.tui.widgets.lookup import Lookup

if TYPE_CHECKING:
    from sdesk.tui.app import Console

Values = dict[str, Any]
"""Values of an action, by parameter name."""

Words = Mapping[str, str]
"""What was typed into a form, by the id of its field."""


class Form(Following, Dialog[None]):
    """Several fields. `submit` is called with the values; whoever does it says `done` or `refused`."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+g,ctrl+п", "send", show=False)]
    FIELDS: ClassVar[Mapping[str, str]] = {}
    """Ids of the fields of parameters, where they differ from the names of these."""

    def __init__(self, title: str, *, hint: str) -> None:
        super().__init__(title, hint=hint, classes="form")
        self.submit: Callable[[Values], None] = lambda values: self.done()
        self.kept = KeptForm(secrets.token_hex(6))
        """Where its words are kept."""
        self._ref = ""
        self._sending = False
        self._first: Words = {}
        self._found = False
        """Whether the words of the last time were looked for: before that, nothing is written over them."""
        self._saving = False
        self._answered: Words = {}
        """What the store had last."""

    @property
    def console(self) -> Console:
        """The application."""
        return cast("Console", self.app)

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
        self.set_interval(SAVE_SECONDS, self.keep_words)
        left = self.console.unkept.take(self.kept.form)
        if isinstance(left, LeftForm):
            self.kept, self._answered = left.words, left.fields
            self._restore(left.fields)
            return
        form, now = self.kept.form, self.console.now()
        self.console.link.read(
            self, lambda reader, actor: reader.form_draft(actor, form, now=now), self._restore_draft, self._not_found
        )

    def keep_as(self, form: str, ref: str) -> None:
        """What it does and to which tickets, by which its words are found again; and as people write that."""
        self.kept.form, self._ref = form, ref

    def _restore_draft(self, draft: FormDraftRow | None) -> None:
        if draft is not None and draft.is_open:
            self.console.notice(_("This form is open at another terminal: its words stay there"))
            draft = None
        if draft is not None:
            self.kept.before, self.kept.before_at = draft.session, draft.updated_at
            self._answered = draft.words
        self._restore(draft.words if draft is not None else {})

    def _not_found(self, error: SdeskError) -> None:
        self.console.notice(_("The draft could not be read: {why}").format(why=told_error(error)), "error")

    def _restore(self, kept: Words) -> None:
        """Put the kept words into the fields, before what was typed meanwhile."""
        typed = self.changed
        self._found = True
        for id_, text in kept.items():
            for found in self.query(f"#{id_}"):
                if isinstance(found, TextArea):
                    found.load_text(text + typed.get(id_, ""))
                    found.move_cursor(found.document.end)
                elif id_ not in typed:
                    if isinstance(found, Lookup):
                        found.restore(text)
                    elif isinstance(found, Field):
                        found.put(text)

    @property
    def changed(self) -> Words:
        """What was typed: the rest is read anew when the form comes back, since somebody may have changed it."""
        return {id_: text for id_, text in self.words().items() if text != self._first.get(id_)}

    def keep_words(self) -> None:
        """Keep what was typed, also unchanged: other terminals see by it that the form is open."""
        words = self.changed
        if self._found and (words or self._answered) and not self._saving:
            self._saving = True

            def kept(nothing: None) -> None:
                self._saving, self._answered = False, words

            self.console.link.save_form(self.app, self.kept, words, kept, self._not_kept)

    def _not_kept(self, error: SdeskError) -> None:
        self._saving = False  # tried again with the next beat
        self.console.notice_error(error)

    def leave_draft(self) -> None:
        """The form goes: the console keeps what was typed, as words that are open nowhere any more."""
        words = self.changed
        self._found = False  # a beat behind this would say that it is open still
        if words or self._answered or self._saving:
            left = LeftForm(key=self.kept.form, ref=self._ref, text=_text_of(words), words=self.kept, fields=words)
            self.console.unkept.hold(left)

    def keep_for(self, form: str, name: str, refs: str, typed: Words) -> str:
        """It was done to others, and its words went with that: keep them for these too; gives what to say of it."""
        if not typed:
            return ""
        kept = KeptForm(secrets.token_hex(6), form=form)
        self.console.unkept.hold(
            LeftForm(key=form, ref=name, text=_text_of(typed), words=kept, fields=typed, is_told=True)
        )
        self.console.begun[form] = name
        return _(". What you typed is kept for {tickets}").format(tickets=refs)

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
        self.keep_words()
        self._sending = True
        self.hint(_("one moment..."))
        self.submit(values)

    def done(self) -> None:
        """It is done: the form goes; its words went with it."""
        self.console.words_gone(self.kept.form)
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
        self.leave_draft()
        self.console.words_left(self.kept.form, self._ref, kept=bool(self.changed))
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


def _text_of(words: Words) -> str | None:
    """For a person, where the store never takes them; None of nothing."""
    return "\n".join(filter(None, words.values())) or None


def buttons(send: str, *others: tuple[str, str]) -> list[Button]:
    """The buttons of a form: what it does, others by id and words, Cancel."""
    return [
        Button(send, id="send"),
        *(Button(words, id=id_) for id_, words in others),
        Button(_("Cancel"), id="cancel"),
    ]
