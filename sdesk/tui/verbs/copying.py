"""`y`: copy something of a ticket through the terminal (OSC 52), which works over SSH too."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from sdesk.domain.safe_text import neutralise, one_line
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.language import _
from sdesk.tui.render.conversation import file_label
from sdesk.tui.verbs.doing import Verbs

if TYPE_CHECKING:
    from sdesk.store.reader.detail_rows import MessageRow

MOST = 50_000
"""Bytes: terminals take no more than about 75 000 in one go, of what base64 makes a third longer."""


class Copying(Verbs):
    """Copies."""

    def action_copy(self) -> None:
        """Choose what to copy."""
        from sdesk.tui.screens.choose import Choice, Choose

        rows = self.chosen()
        if not rows:
            self.console.notice(_("There is no ticket to copy from"), "error")
            return
        offers = self._offers(rows)
        choices = [Choice(str(place), (name, text)) for place, (name, text) in enumerate(offers)]

        def copy(answer: str | None) -> None:
            if answer is not None:
                self._copy(offers[int(answer)][1])

        self.app.push_screen(Choose(_("Copy"), choices, widths=(14,)), copy)

    def _offers(self, rows: tuple[TicketRow, ...]) -> list[tuple[str, str]]:
        """What can be copied: what it is, and the text."""
        offers = [
            (_("number"), " ".join(row.ref for row in rows)),
            (_("command"), f"sdesk show {' '.join(str(row.number) for row in rows)}"),
        ]
        addresses = dict.fromkeys(row.requester_email for row in rows if row.requester_email)
        if addresses:
            offers.append((_("address"), ", ".join(one_line(address) for address in addresses)))
        offers.append((_("subject"), "\n".join(one_line(row.subject) for row in rows)))
        return offers + (self._of_message(rows[0]) if len(rows) == 1 else [])

    def _of_message(self, row: TicketRow) -> list[tuple[str, str]]:
        """Of the message at hand, and of what else is shown of the ticket."""
        from sdesk.tui.outside import fetch_command, over_ssh

        detail = self.preview.detail
        if detail is None or detail.ticket.number != row.number:
            return []
        message, offers = self.preview.message, list[tuple[str, str]]()
        if message is not None:
            offers.append((_("message text"), neutralise(message.text).strip("\n")))
            offers += [(_("Message-ID"), id_) for id_ in [_message_id(message)] if id_]
            offers += [(_("author"), one_line(who)) for who in [message.author_address] if who]
        unit = detail.unit
        for name, value in ((_("phone"), unit and unit.phone), (_("manager"), unit and unit.manager)):
            if value:
                offers.append((name, one_line(value)))
        if over_ssh(os.environ):
            link = self.console.link
            for file in (each for said in detail.messages for each in said.attachments):
                command = fetch_command(os.environ, link.login, link.path, row.number, file)
                offers.append((_("get {file}").format(file=file_label(file)), command))
        return [(name, text) for name, text in offers if text]

    def _copy(self, text: str) -> None:
        whole = text.encode()
        part = whole[:MOST].decode(errors="ignore")
        self.app.copy_to_clipboard(part)
        words = _("Copied {text}").format(text=one_line(part[:200]))
        if len(whole) > MOST:
            words = _("Copied the first {count} letters: a terminal takes no more").format(count=len(part))
        self.console.notice(words)


def _message_id(message: MessageRow) -> str:
    return one_line(message.message_id or "")
