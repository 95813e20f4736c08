"""Writing a reply or an internal note under the conversation: what is typed is kept, reviewed, and sent once."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Protocol

from textual import on
from textual.app import SuspendNotSupported
from textual.binding import Binding, BindingType

from sdesk.actions.fence import keep_off_programs
from sdesk.actions.grammar import attached, usual_editor
from sdesk.actions.personal import Kept
from sdesk.domain.actor import Actor
from sdesk.domain.beside import Beside, action_of
from sdesk.domain.errors import BadInput, Conflict, Refused, SdeskError
from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket import Direction
from sdesk.store.reader import Reader
from sdesk.store.reader.detail_rows import TicketDetail
from sdesk.store.reader.personal_rows import DraftRow
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.attaching import require_light
from sdesk.tui.countdown import Held, hold
from sdesk.tui.language import _, told_error
from sdesk.tui.outgoing import first_copies, quotation
from sdesk.tui.render.changes import changes_since, newest_event
from sdesk.tui.render.conversation import MOST_LETTERS
from sdesk.tui.screens.command_line import open_words
from sdesk.tui.screens.compose_fields import Words
from sdesk.tui.screens.compose_kept import KeptCompose
from sdesk.tui.screens.compose_menu import PutIn
from sdesk.tui.widgets.button import Button

SCISSORS = "------------------------ >8 ------------------------"
"""In the file for an editor: what stands below is for the eyes alone."""

Answer = tuple[TicketDetail, Held, DraftRow | None, frozenset[str]]
"""The ticket, its draft, and the desk's own addresses."""


class Perform(Protocol):
    """Does an action on tickets, and tells what came of it."""

    def __call__(
        self,
        verb: str,
        rows: tuple[TicketRow, ...],
        values: dict[str, Any],
        *,
        succeeded: Callable[[], object],
        refused: Callable[[SdeskError], object],
        words: Kept | None,
    ) -> None: ...


class Compose(KeptCompose):
    """The editor; stays open, with its text, until what was written is sent or it is left (the draft stays)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+g,ctrl+п", "send", show=False),
        Binding("ctrl+t,ctrl+е", "then", show=False),
        Binding("colon,Ж,ctrl+p,ctrl+з", "line", show=False),
        Binding("escape", "leave", show=False),
    ]

    def __init__(self, row: TicketRow, direction: Direction, perform: Perform, *, editor: bool = False) -> None:
        super().__init__(row, direction)
        self._perform, self._editor_first = perform, editor
        self._rows = (row,)
        """The ticket as the person has seen it: what changed since is a Conflict."""
        self._reads = False
        """Whether the files are being read, before it goes: that can still be left."""
        self._event = 0
        """Up to which event it was seen."""
        self._changed = ""
        self._detail: TicketDetail | None = None

    def on_mount(self) -> None:
        # Textual calls those of the classes below by itself.
        self.show_company()
        self.find_held()
        self._ask(self._restore, self._no_draft)

    # ---- reading --------------------------------------------------------------------------------

    def _ask(self, then: Callable[[Answer], object], failed: Callable[[SdeskError], object]) -> None:
        number, direction, now = self.number, self._direction, self.console.now()

        def ask(reader: Reader, actor: Actor) -> Answer:
            detail = reader.ticket(actor, number, now=now, longest=MOST_LETTERS)
            own = {each.email.lower() for each in reader.agents()}
            own |= {each.address.lower() for each in reader.teams(actor) if each.address}
            held = hold(reader, [detail.ticket], now)[0]
            return detail, held, reader.draft(actor, number, direction), frozenset(own)

        self.console.link.read(self.app, ask, then, failed, behind_writes=True)

    def _restore(self, answer: Answer) -> None:
        if not self.is_attached:
            return
        detail, held, draft, own = answer
        self._see(detail, held)
        self._rows, self._event = (detail.ticket,), newest_event(detail.history)
        copies = "" if self.is_note else first_copies(detail.messages, detail.ticket, own)
        if said := self.restore_draft(draft, Beside(cc=copies)):
            self.console.notice(said)
        if self._editor_first:
            self._editor_first = False
            self.action_outside()

    def _no_draft(self, error: SdeskError) -> None:
        self.console.notice(_("The draft could not be read: {why}").format(why=told_error(error)), "error")

    def _see(self, detail: TicketDetail, held: Held) -> None:
        self._detail = detail
        self.show_read(detail, held)

    def store_changed(self) -> None:
        """Somebody wrote: show what changed, beside what one writes."""
        self._ask(self._show_changes, lambda error: self.complain(told_error(error)))

    def _show_changes(self, answer: Answer) -> None:
        if not self.is_attached or self._area.read_only:
            return
        if self._detail is None:
            return  # the first reading still waits behind one's own writes, and will show all there is
        detail, held, *_rest = answer
        self._see(detail, held)
        console = self.console
        self._changed = changes_since(
            detail.history,
            self._event,
            me=console.link.login,
            now=console.now(),
            zone=console.zone,
            titles=detail.titles,
        )
        self.show_company()

    def show_company(self) -> None:
        """Who else is at it, and what has changed since it was opened."""
        parts = []
        if here := self.console.company.at(self.number):
            parts.append(_("Now at it: {who}").format(who=here))
        if self._changed:
            parts.append(_("Changed since you opened it: {what}").format(what=self._changed))
        self._news.update("\n".join(parts))
        self._news.display = bool(parts)

    # ---- sending --------------------------------------------------------------------------------

    def action_line(self) -> None:
        """The `:` line, also from within the text by Ctrl+P: `:send`."""
        words: dict[str, tuple[str, Callable[[], object]]] = {
            "send": (_("Send it, or save the note"), self.action_send),
            "then": (_("What becomes of the ticket with the answer"), self.action_then),
            "phone": (_("It was told by phone: no mail goes; once more: it goes"), self.by_phone),
            "editor": (_("Write in $EDITOR"), self.action_outside),
            "q": (_("Leave; the draft is kept"), self.action_leave),
        }
        open_words(self.app, self.console.lines, words)

    def action_then(self) -> None:
        """What follows the answer: the next choice. Where another terminal has newer words: both joined."""
        if self.is_parted:
            self.join()
        elif not self.is_note:
            self._then.action_step(1)
            self.fields_changed()  # at once: the next key may go to the field that this shows

    def by_phone(self) -> None:
        """By phone instead of by mail, or by mail again."""
        if not self.is_note:
            self._phone = not self._phone
            self.fields_changed()

    @on(Button.Pressed, "#send")
    def action_send(self) -> None:
        """Send the reply, or save the note."""
        if not self._area.read_only:
            self.with_path(self._send)

    def _send(self) -> None:
        if self._area.read_only:
            return  # on its way already
        beside, now, zone = self.beside, self.console.now(), self.console.zone
        try:
            verb, values = action_of(self.text, beside, note=self.is_note, now=now, zone=zone)
            if self._missing:
                self._path.focus()
                name = one_line(Path(self._missing[-1]).name)
                what = _("the file `{name}` of the draft is not there any more").format(name=name)
                raise BadInput(what, _("Backspace in the empty path takes it away"))
            if self._files:
                require_light(self._files)
        except BadInput as error:
            self.complain(told_error(error))
            self.go_to(error.about)
            return
        self.keep_draft()
        if self._changed and self._detail is not None:
            self._look_first(self._detail)
            return
        self.complain("")
        self._area.read_only = True
        paths = [file.path for file in self._files]
        if not paths:
            self._go(verb, values)
            return
        self._reads = True
        self.console.link.aside(
            self,
            lambda: tuple(attached(path) for path in paths),
            lambda files: self._go(verb, {**values, "attachments": files}),
            self.refused,
        )

    def _go(self, verb: str, values: dict[str, Any]) -> None:
        self._reads = False
        if self.is_attached:
            done, refused = self.sent, self.refused
            self._perform(verb, self._rows, values, succeeded=done, refused=refused, words=self.kept)

    def sent(self) -> None:
        """It is done: leave; the draft went with it."""
        self.keeps_draft = False
        if self.is_attached:
            self.dismiss(None)

    def refused(self, error: SdeskError) -> None:
        """It was not sent: the words stay, with the reason under them."""
        self._area.read_only = self._reads = False
        if isinstance(error, Conflict):
            self._ask(self._conflicting, self.refused)
            return
        if self.is_attached:
            self.complain(told_error(error))
            self.go_to(error.about)
        self.console.notice(told_error(error), "error")

    def _conflicting(self, answer: Answer) -> None:
        self._show_changes(answer)
        self._look_first(answer[0])

    def _look_first(self, detail: TicketDetail) -> None:
        """What was changed meanwhile is looked at before anything goes; the second try goes through."""
        self._rows, self._event = (detail.ticket,), newest_event(detail.history)
        words = _("{ref} was changed meanwhile: look at it, then send again").format(ref=detail.ticket.ref)
        changed, self._changed = self._changed, ""
        if self.is_attached:
            self.complain(f"{words} ({changed})" if changed else words)
            self.show_company()
        self.console.notice(words)

    # ---- leaving --------------------------------------------------------------------------------

    @on(Button.Pressed, "#keep")
    def action_leave(self) -> None:
        """Leave; the draft stays."""
        if self._area.read_only and not self._reads:
            return  # on its way: what came of it is said in a moment
        self.leave_draft()
        self.keeps_draft = bool(self.text.strip() or self._files)
        self.dismiss(None)

    @on(Button.Pressed, "#discard")
    def discard(self) -> None:
        """Leave and forget the draft."""
        self.forget_draft()
        self.dismiss(None)

    # ---- what is put in -------------------------------------------------------------------------

    @on(Button.Pressed, "#menu")
    def put_in(self) -> None:
        """Choose what is put in at the cursor."""
        self._open_menu(typed=False)

    @on(Words.MenuAsked)
    def asked_by_slash(self) -> None:
        """`/` was typed on an empty line: what is typed behind it, and is none of the list, stays as it was typed."""
        self._open_menu(typed=True)

    def _open_menu(self, *, typed: bool) -> None:
        menu = PutIn(quotation(self._detail.messages) if self._detail is not None else "")

        def chosen(value: str | None) -> None:
            if value:
                self._area.put_in(menu.text_of(value))
            elif typed and menu.narrowed_by:
                self._area.put_in(f"/{menu.narrowed_by}")
            self._area.focus()

        self.app.push_screen(menu, chosen)
        self.console.link.ready_replies(
            menu, self.number, menu.show_ready, lambda error: menu.complain(told_error(error))
        )

    @on(Button.Pressed, "#outside")
    def action_outside(self) -> None:
        """Write on in $VISUAL or $EDITOR; the console stands aside meanwhile."""
        try:
            keep_off_programs()
            command = editor_command(os.environ)
        except (BadInput, Refused) as error:
            self.complain(told_error(error))
            return
        self.keep_draft()
        with tempfile.TemporaryDirectory(prefix="sdesk-") as folder:
            file = Path(folder) / f"{self._row.ref}-{'note' if self.is_note else 'reply'}.txt"
            given = f"{self.text}\n\n{SCISSORS}\n{self._below()}\n"
            file.write_text(given, encoding="utf-8")
            try:
                with self.console.attendance.holding(), self.app.suspend():
                    failure = _run([*command, str(file)])
            except SuspendNotSupported:
                failure = _("cannot have the terminal: this one does not let the console stand aside")
            # Whatever became of the editor: what it saved is hours of somebody's work.
            written = file.read_text(encoding="utf-8", errors="replace") if file.exists() else given
        if written != given or not failure:
            self._area.load_text(above(written))
            self._area.move_cursor(self._area.document.end)
        if failure:
            text = (
                _("{editor} {what}; the text is as it was")
                if written == given
                else _("{editor} {what}; the text is what it saved")
            )
            self.complain(text.format(editor=one_line(command[0]), what=failure))
        self.keep_draft()

    def _below(self) -> str:
        """For whom it is, and what is answered, for the eyes of who writes in an editor."""
        head = _("What stands below this line is not sent.")
        lines = [head, self._title(), "" if self.is_note else str(self._review_line.content)]
        if self._detail is not None:
            lines += ["", quotation(self._detail.messages)]
        return "\n".join(lines)


def editor_command(environment: Mapping[str, str]) -> list[str]:
    """The words of $VISUAL or $EDITOR, else of the machine's usual one; BadInput where they are no command."""
    for name in ("VISUAL", "EDITOR"):
        if value := environment.get(name, "").strip():
            try:
                return shlex.split(value)
            except ValueError as error:
                what = _("${name} is no command: `{value}`").format(name=name, value=one_line(value))
                raise BadInput(what, _("look for a quote that does not end")) from error
    return [usual_editor() or "vi"]


def above(text: str) -> str:
    """What was written above the scissors; all of it where somebody took the line away."""
    return text.partition(SCISSORS)[0].rstrip()


def _run(command: list[str]) -> str:
    """Run an editor; gives what went wrong, or nothing. Never raises: Textual would not take the terminal back."""
    try:
        code = subprocess.call(command)
    except OSError as error:
        return _("cannot be started: {why}").format(why=error.strerror)
    if code < 0:
        return _("was ended by signal {number}").format(number=-code)
    return _("ended with {code}").format(code=code) if code else ""
