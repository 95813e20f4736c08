"""How the editor looks: what is answered above, the fields, the words, and the line that reviews it all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from sdesk.actions.fence import is_up
from sdesk.domain.beside import Beside, Then, end_of_wait, seconds_spent
from sdesk.domain.errors import BadInput
from sdesk.domain.mailboxes import parse_mailboxes
from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket import Direction, Doing
from sdesk.store.reader.detail_rows import MessageRow, TicketDetail
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.attaching import Attached, attach, attach_all, complete
from sdesk.tui.countdown import Held
from sdesk.tui.language import _, told_error
from sdesk.tui.markup import verbatim
from sdesk.tui.outgoing import LABELS, addressee, review
from sdesk.tui.screens.compose_copies import known_boxes
from sdesk.tui.screens.compose_fields import PathField, PicksInRow, Words
from sdesk.tui.screens.following import Following
from sdesk.tui.stylesheet import rules_of
from sdesk.tui.widgets.button import Button
from sdesk.tui.widgets.copies_field import CopiesField
from sdesk.tui.widgets.preview import Preview
from sdesk.tui.widgets.suggestions import Suggestions

if TYPE_CHECKING:
    from sdesk.tui.app import Console

SHOWN_NAMES = 12
"""Files of a folder that are named below the path."""


class ComposeForm(Following, ModalScreen[None]):
    """The fields of an answer or a note, and what they hold."""

    CSS_PATH = rules_of("dialog", "compose")

    def __init__(self, row: TicketRow, direction: Direction) -> None:
        super().__init__(classes="note" if direction is Direction.NOTE else "reply")
        self._row, self._direction = row, direction
        self._messages: tuple[MessageRow, ...] = ()
        self._files: tuple[Attached, ...] = ()
        self._missing: tuple[str, ...] = ()
        """Paths of a draft whose files are not there (any more): kept, and in the way of sending."""
        self._phone = False
        """Whether it was told by phone."""
        self._looking = False
        """Whether those are still looked for."""
        self._read = Preview(id="read")
        self._cc = CopiesField(id="cc", placeholder=_("nobody; name, login or address"))
        self._path = PathField(
            id="path", compact=True, select_on_focus=False, placeholder=_("path: Tab completes, Enter attaches")
        )
        self._attached = Static("", id="attached", markup=False)
        self._hint = Static("", id="hint", markup=False)
        self._then = PicksInRow([_(label) for label in LABELS.values()], id="then")
        self._until = Input(
            id="until", compact=True, select_on_focus=False, placeholder=_("as tomorrow, fri 10:00, or 2d")
        )
        self._spent = Input(id="spent", compact=True, select_on_focus=False, placeholder=_("as 15m"))
        self._area = Words(id="text", compact=True, tab_behavior="focus")
        self._review_line = Static("", id="review", markup=False)
        self._news = Static("", id="news", markup=False)
        self._error = Static("", id="error", markup=False)
        for line in (self._error, self._news, self._hint, self._attached):
            line.display = False

    @property
    def console(self) -> Console:
        """The application."""
        return cast("Console", self.app)

    @property
    def attended(self) -> tuple[int, Doing]:
        """The ticket that is written to."""
        return self._row.number, Doing.NOTING if self.is_note else Doing.REPLYING

    @property
    def is_note(self) -> bool:
        """Whether only agents will see it."""
        return self._direction is Direction.NOTE

    @property
    def number(self) -> int:
        """The ticket."""
        return self._row.number

    @property
    def text(self) -> str:
        """What was written."""
        return self._area.text

    @property
    def beside(self) -> Beside:
        """What is chosen beside it."""
        return Beside(
            cc=self._cc.value.strip(),
            files=(*(str(file.path) for file in self._files), *self._missing),
            then=list(Then)[self._then.chosen],
            until=self._until.value.strip(),
            spent=self._spent.value.strip(),
            phone=self._phone,
        )

    def compose(self) -> ComposeResult:
        yield self._read
        with Vertical(id="editor") as box:
            box.border_title = verbatim(self._title())
            box.border_subtitle = verbatim(
                _("Ctrl+G Save note   / Put in   Esc Keep the draft")
                if self.is_note
                else _("Ctrl+G Send   Ctrl+T Then   / Put in   Esc Keep the draft")
            )
            if not self.is_note:
                with Horizontal(classes="line", id="copies"):
                    yield Static(_("Cc"), classes="name")
                    yield self._cc
                yield self._cc.list
            with Horizontal(classes="line"):
                yield Static(_("Files"), classes="name")
                yield self._attached
                yield self._path
                yield Static(_("Spent"), classes="name")
                yield self._spent
            yield self._hint
            if not self.is_note:
                with Horizontal(classes="line"):
                    yield Static(_("Then"), classes="name")
                    yield self._then
                with Horizontal(classes="line", id="wait"):
                    yield Static(_("Until"), classes="name")
                    yield self._until
            yield self._area
            yield self._review_line
            with Horizontal(classes="buttons"):
                yield Button(_("Save note") if self.is_note else _("Send"), id="send")
                yield Button(_("Put in /"), id="menu")
                if not is_up():
                    yield Button("$EDITOR", id="outside")
                yield Button(_("Keep draft"), id="keep")
                yield Button(_("Discard"), id="discard")
            yield self._news
            yield self._error

    def _title(self) -> str:
        row = self._row
        if self.is_note:
            return _("INTERNAL NOTE on {ref} - never sent, only agents see it").format(ref=row.ref)
        requester = one_line(addressee(row, self._messages) or row.requester_email or _("the requester"))
        if self._phone:
            return _("Told {whom} by phone - {ref} {subject}").format(
                whom=requester, ref=row.ref, subject=one_line(row.subject)
            )
        return _("Reply to {whom} - {ref} {subject}").format(whom=requester, ref=row.ref, subject=one_line(row.subject))

    def on_mount(self) -> None:
        self._area.focus()
        self.fields_changed()

    # ---- what the fields say --------------------------------------------------------------------

    def fill(self, beside: Beside) -> None:
        """Put in what was chosen before; what is chosen already stays."""
        for field, text in ((self._cc, beside.cc), (self._until, beside.until), (self._spent, beside.spent)):
            field.value = field.value or text
        self._then.chosen = self._then.chosen or list(Then).index(beside.then)
        self._phone = self._phone or beside.phone
        more = tuple(path for path in beside.files if path not in self.beside.files)
        if more:
            self._missing, self._looking = (*self._missing, *more), True
            self.console.link.aside(self, lambda: attach_all(more), self._looked_for, self.console.notice_error)
        self.fields_changed()

    def _looked_for(self, found: dict[str, Attached]) -> None:
        self._looking = False
        self._files += tuple(found[path] for path in self._missing if path in found)
        self._missing = tuple(path for path in self._missing if path not in found)
        self.fields_changed()

    @on(Input.Changed)
    @on(PicksInRow.Changed)
    def fields_changed(self) -> None:
        """Say at once what was understood, and what follows."""
        beside = self.beside
        if self._then.is_attached and not self.is_note:
            self.query_one("#wait").display = beside.then.waits
            self.query_one("#copies").display = not self._phone
            self.query_one("#editor").border_title = verbatim(self._title())
        self._review()
        labels = [file.label for file in self._files]
        gone = "{name} ..." if self._looking else _("{name} IS NOT THERE")
        labels += [gone.format(name=one_line(Path(path).name)) for path in self._missing]
        self._attached.update(", ".join(labels))
        self._attached.display = bool(labels)
        self.complain(self._wrong())

    def _review(self) -> None:
        sizes, now, zone = [file.size for file in self._files], self.console.now(), self.console.zone
        self._review_line.update(
            review(self._row, self.beside, sizes, note=self.is_note, now=now, zone=zone, messages=self._messages)
        )

    def _wrong(self) -> str:
        """What is wrong in a field, the first of it."""
        beside = self.beside
        try:
            seconds_spent(beside.spent)
            if not self.is_note:
                parse_mailboxes(beside.cc)
                if beside.until:
                    end_of_wait(beside, self.console.now(), self.console.zone)
        except BadInput as error:
            return told_error(error)
        return ""

    # ---- copies ---------------------------------------------------------------------------------

    @on(CopiesField.Asked)
    def seek_copies(self, event: CopiesField.Asked) -> None:
        """Look up who may be meant."""
        words, here = event.words, f"{self._cc.value}, {self._row.requester_email or ''}"
        self.console.link.read(
            self,
            lambda reader, actor: known_boxes(reader, actor, words, here),
            lambda found: self._cc.offer(words, found),
            self.console.notice_error,
            topic="copies",
        )

    @on(Suggestions.Taken)
    def copy_clicked(self, event: Suggestions.Taken) -> None:
        """A click takes it."""
        self._cc.action_take(event.place)
        self._cc.focus()

    # ---- files ----------------------------------------------------------------------------------

    @on(Input.Submitted, "#path")
    def take_path(self) -> None:
        """Attach the file that is named, or say why it cannot be."""
        self.with_path(lambda: None)

    def with_path(self, then: Callable[[], object]) -> None:
        """Attach the file that is named, if any is, and go on; not where it cannot be attached, which is said.

        Aside, as all that has to do with files: a network folder may not answer for minutes.
        """
        self._show_names(())
        written = self._path.value
        if not written.strip():
            then()
            return

        def taken(file: Attached) -> None:
            if file.path not in [each.path for each in self._files]:
                self._files = (*self._files, file)
            if self._path.value == written:
                self._path.value = ""
            self.fields_changed()
            then()

        self.console.link.aside(self, lambda: attach(written), taken, lambda error: self.complain(told_error(error)))

    @on(PathField.Begun)
    def complete_path(self, event: PathField.Begun) -> None:
        """Look up how a path goes on."""
        self.console.link.aside(
            self,
            lambda: complete(event.text),
            lambda found: self._path.go_on(event.text, found),
            self.console.notice_error,
        )

    @on(PathField.TakenAway)
    def take_file_away(self) -> None:
        """The last file, or one that is not there, is not to go along."""
        if self._missing:
            self._missing = self._missing[:-1]
        else:
            self._files = self._files[:-1]
        self.fields_changed()

    @on(PathField.Fits)
    def show_fits(self, event: PathField.Fits) -> None:
        """Name what a path may go on with."""
        self._show_names(tuple(event.names))

    def _show_names(self, names: tuple[str, ...]) -> None:
        more = f"  ... {len(names) - SHOWN_NAMES}" if len(names) > SHOWN_NAMES else ""
        self._hint.update("  ".join(one_line(name) for name in names[:SHOWN_NAMES]) + more)
        self._hint.display = bool(names)

    # ---- what is said ---------------------------------------------------------------------------

    def show_read(self, detail: TicketDetail, held: Held) -> None:
        """Show what is answered, and what follows as the ticket is now: a colleague may have it since."""
        self._row, self._messages = detail.ticket, detail.messages
        if self._review_line.is_attached:
            self.query_one("#editor").border_title = verbatim(self._title())
            self._review()
        self._read.show(detail, held, self.console.now(), self.console.zone)

    def go_to(self, parameter: str) -> None:
        """To the field of a parameter that is wrong."""
        fields = {"cc": self._cc, "until": self._until, "spent": self._spent, "text": self._area}
        if (found := fields.get(parameter)) is not None and found.is_attached:
            found.focus()

    def complain(self, text: str) -> None:
        """Say under the fields what is wrong, or nothing any more."""
        self._error.update(text)
        self._error.display = bool(text)
