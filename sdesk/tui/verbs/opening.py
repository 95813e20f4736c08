"""`o`: unfold what is quoted, open or save a file, follow a link, go to another ticket. `B`: its playbook."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sdesk.domain.actor import Actor
from sdesk.domain.safe_text import one_line, safe_file_name
from sdesk.store.reader import Reader
from sdesk.tui.language import _
from sdesk.tui.render.conversation import MOST_LETTERS
from sdesk.tui.render.signals import size_text
from sdesk.tui.verbs.doing import Verbs

if TYPE_CHECKING:
    from sdesk.store.reader.detail_rows import AttachmentRow, TicketDetail
    from sdesk.store.reader.playbook_rows import Progress
    from sdesk.tui.things import Thing


class Opening(Verbs):
    """Opens what belongs to a ticket."""

    def action_open_menu(self) -> None:
        """Choose what to open; the quoted text alone needs no choice."""
        self.with_detail(self._open_menu)

    def action_unfold(self) -> None:
        """Unfold all quoted parts, or fold them."""
        self.preview.toggle_quotes()

    def action_playbook(self) -> None:
        """How far the playbook has come that the ticket is the parent or a step of."""
        self.with_detail(self._playbook)

    def _playbook(self, detail: TicketDetail) -> None:
        from sdesk.tui.render.playbook import progress_lines
        from sdesk.tui.screens.page import Page

        row, now, zone = detail.ticket, self.console.now(), self.console.zone

        def ask(reader: Reader, actor: Actor) -> Progress | None:
            return reader.playbook_progress(actor, row.number, now=now)

        def show(found: Progress | None) -> None:
            if found is None:
                self.console.notice(_("{ref} is of no playbook").format(ref=row.ref))
                return
            page = Page(_("Playbook of {ref}").format(ref=found.run.ref))  # the parent's, on a step's ticket too
            self.app.push_screen(page)
            page.fill(lambda width: progress_lines(found, width=width, now=now, zone=zone))

        self.console.link.read(self, ask, show, self.console.notice_error)

    def with_detail(self, then: Callable[[TicketDetail], object]) -> None:
        """Do something with the ticket as it is shown; it is read first where it is not shown."""
        rows = self.chosen()
        if not rows:
            self.console.notice(_("There is no ticket here"), "error")
            return
        if len(rows) > 1:
            self.console.notice(_("That is done with one ticket: {count} are marked").format(count=len(rows)), "error")
            return
        row, shown, now = rows[0], self.preview.detail, self.console.now()
        if shown is not None and shown.ticket.number == row.number:
            then(shown)
            return
        self.console.link.read(
            self,
            lambda reader, actor: reader.ticket(actor, row.number, now=now, longest=MOST_LETTERS),
            then,
            self.console.notice_error,
        )

    def _open_menu(self, detail: TicketDetail) -> None:
        from sdesk.tui.screens.choose import Choice, Choose
        from sdesk.tui.things import WORDS, Kind, things

        shown = self.preview.detail is detail
        message = self.preview.message if shown else None
        current = message.id if message is not None else None
        unfolded = [each.id for each in detail.messages if shown and self.preview.is_unfolded(each.id)]
        found = things(detail, current, unfolded)
        if not found:
            self.console.notice(_("There is nothing to open in {ref}").format(ref=detail.ticket.ref))
        elif len(found) == 1 and found[0].kind in (Kind.QUOTE, Kind.QUOTES):
            self._open(found[0], detail)
        else:
            choices = [Choice(str(place), (_(WORDS[thing.kind]), thing.text)) for place, thing in enumerate(found)]

            def chosen(answer: str | None) -> None:
                if answer is not None:
                    self._open(found[int(answer)], detail)

            title = _("Open in {ref}").format(ref=detail.ticket.ref)
            self.app.push_screen(Choose(title, choices, widths=(9,)), chosen)

    def _open(self, thing: Thing, detail: TicketDetail) -> None:
        from sdesk.tui.things import Kind

        number = detail.ticket.number
        match thing.kind:
            case Kind.QUOTE:
                self.preview.toggle_quote(thing.message)
            case Kind.QUOTES:
                self.preview.toggle_quotes()
            case Kind.TICKET:
                self.console.open_ticket(thing.number)
            case Kind.LINK:
                self._open_link(thing.link)
            case Kind.FILE if thing.file is not None:
                self._open_file(number, thing.file)
            case Kind.SAVE if thing.file is not None:
                self._save_file(number, thing.file)

    # ---- files ----------------------------------------------------------------------------------

    def _open_file(self, number: int, file: AttachmentRow) -> None:
        from sdesk.actions.fence import is_up
        from sdesk.tui.outside import fetch_command, opener, over_ssh, why_not_opened

        why = why_not_opened(file.name, file.media_type)
        if why is not None and not is_up():
            self._save_file(number, file, why)
        elif over_ssh(os.environ):
            link = self.console.link
            self._copy_command(fetch_command(os.environ, link.login, link.path, number, file))
        elif (program := opener(os.environ)) is None:
            self._save_file(number, file, _("no program here can open it"))
        else:
            self._hand_over(number, file, program)

    def _copy_command(self, command: str) -> None:
        self.app.copy_to_clipboard(command)
        self.console.notice(_("Copied, to be run on your own machine: {command}").format(command=command))

    def _hand_over(self, number: int, file: AttachmentRow, program: str) -> None:
        from sdesk.tui.outside import run_outside, why_not_opened

        copies = self.console.opened_files

        def write(reader: Reader, actor: Actor) -> Path | str:
            row, content = reader.attachment(actor, number, file.id)
            # What it is called is the sender's word; what it is shows in its first bytes.
            return why_not_opened(row.name, row.media_type, content[:64]) or copies.put(row.name, content)

        def written(answer: Path | str) -> None:
            if isinstance(answer, str):
                self._save_file(number, file, answer)
                return
            self.console.notice(_("Opening {name}").format(name=answer.name))
            run_outside(program, str(answer), lambda why: self.app.call_later(self._not_opened, answer.name, why))

        self.console.link.read(self.app, write, written, self.console.notice_error)

    def _not_opened(self, name: str, why: str) -> None:
        words = _("{name} was not opened: {why}. Save it instead (o)").format(name=one_line(name), why=why)
        self.console.notice(words, "error")

    def _save_file(self, number: int, file: AttachmentRow, why: str = "") -> None:
        """Ask where to; `why` it is not opened. In a session over SSH the disk is the server's: how the file is got."""
        from sdesk.actions.fence import is_up
        from sdesk.actions.saving import target_of, write_new
        from sdesk.tui.outside import fetch_command
        from sdesk.tui.screens.ask import Ask

        if is_up():
            link = self.console.link
            self._copy_command(fetch_command(os.environ, link.login, link.path, number, file))
            return
        name = safe_file_name(file.name)

        def save(reader: Reader, actor: Actor) -> tuple[Path, int]:
            row, content = reader.attachment(actor, number, file.id)
            return write_new(target_of(answer_path, row.name), content), len(content)

        def saved(answer: tuple[Path, int]) -> None:
            path, size = answer
            self.console.notice(_("Saved as {path}, {size}").format(path=path, size=size_text(size)), "good")

        answer_path = ""

        def answered(path: str | None) -> None:
            nonlocal answer_path
            if path is not None:
                answer_path = path
                self.console.link.read(self.app, save, saved, self.console.notice_error)

        title = _("Save {name} as").format(name=name)
        ask = Ask(
            title if not why else _("Not opened: {why}. {save}").format(why=why, save=title),
            value=str(_usual_folder() / name),
            check=lambda text: target_of(text, name),
            hint=_("Enter Save   Esc Cancel"),
        )
        self.app.push_screen(ask, answered)

    # ---- links ----------------------------------------------------------------------------------

    def _open_link(self, link: str) -> None:
        from sdesk.tui.outside import opener, over_ssh, run_outside
        from sdesk.tui.screens.link import FollowLink

        program = None if over_ssh(os.environ) else opener(os.environ)

        def answered(yes: bool | None) -> None:
            if not yes:
                return
            if program is None:
                self.app.copy_to_clipboard(link)
                self.console.notice(_("Copied {text}").format(text=link))
                return
            self.console.notice(_("Opening {name}").format(name=link))
            run_outside(program, link, lambda why: self.app.call_later(self._link_failed, link, why))

        self.app.push_screen(FollowLink(link, _("Open link") if program is not None else _("Copy")), answered)

    def _link_failed(self, link: str, why: str) -> None:
        self.console.notice(_("{link} was not opened: {why}").format(link=link, why=why), "error")


def _usual_folder() -> Path:
    """Where the person keeps what is downloaded; home where there is no such folder."""
    from platformdirs import user_downloads_path

    folder = user_downloads_path()
    return folder if folder.is_dir() else Path.home()
