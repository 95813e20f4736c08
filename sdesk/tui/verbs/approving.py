"""Approvals: writing down what an approver said, asking again, asking no more."""

from __future__ import annotations

from sdesk.tui.language import _
from sdesk.tui.verbs.doing import Verbs, named, subjects


class Approving(Verbs):
    """Decides in the place of an approver, and asks one."""

    def action_approve(self) -> None:
        """Write down that the approver said yes."""
        self._write_down("approve", _("{tickets}: approved, and how"))

    def action_refuse(self) -> None:
        """Write down that the approver said no: the ticket is resolved."""
        self._write_down("refuse", _("{tickets}: refused, and why"))

    def action_ask_approval(self) -> None:
        """Ask for an approval, once more or of somebody else."""
        from sdesk.domain.mailboxes import parse_mailbox
        from sdesk.tui.screens.ask import Ask

        if not (rows := self._possible("ask-approval")):
            return

        def asked(address: str | None) -> None:
            if address is not None:
                self._perform("ask-approval", rows, {"of": address.strip()} if address.strip() else {})

        dialog = Ask(
            _("{tickets}: ask for the approval of").format(tickets=named(rows)),
            placeholder=_("a mail address; empty: whom the service names"),
            check=lambda text: parse_mailbox(text) if text.strip() else None,
        )
        self.app.push_screen(dialog, asked)

    def action_drop_approval(self) -> None:
        """Ask for no approval, after a question."""
        from sdesk.tui.screens.dialog import Confirm

        if not (rows := self._possible("drop-approval")):
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._perform("drop-approval", rows, {})

        title = _("{tickets}: go on without an approval?").format(tickets=named(rows))
        self.app.push_screen(Confirm(title, _("Go on"), subjects(rows)), answered)

    def _write_down(self, verb: str, title: str) -> None:
        from sdesk.tui.screens.ask import Ask

        if not (rows := self._possible(verb)):
            return

        def said(text: str | None) -> None:
            if text is not None:
                self._perform(verb, rows, {"text": text})

        dialog = Ask(
            title.format(tickets=named(rows)),
            placeholder=_("by phone: the requester reads it"),
            needed=_("Say how it was given"),
        )
        self.app.push_screen(dialog, said)
