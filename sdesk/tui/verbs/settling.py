"""Letting tickets rest and taking them up again: wait, close, reopen, spam."""

from __future__ import annotations

from sdesk.tui.language import _
from sdesk.tui.verbs.doing import Verbs, named, subjects


class Settling(Verbs):
    """Lets tickets rest."""

    def action_wait(self) -> None:
        """Wait for somebody or something."""
        from sdesk.tui.screens.forms import WaitForm

        if rows := self._possible("wait"):
            title = _("{tickets}: wait").format(tickets=named(rows))
            many = len(rows) > 1
            self._ask(WaitForm(title, self._end, self._clock, many=many), "wait", rows)

    def action_close(self) -> None:
        """Close with a resolution."""
        from sdesk.tui.screens.forms import CloseForm

        if rows := self._possible("close"):
            title = _("Close {tickets}").format(tickets=named(rows))
            self._ask(CloseForm(title, many=len(rows) > 1), "close", rows)

    def action_reopen(self) -> None:
        """Put it back to work."""
        from sdesk.tui.screens.forms import ReopenForm

        if rows := self._possible("reopen"):
            title = _("Reopen {tickets}").format(tickets=named(rows))
            self._ask(ReopenForm(title), "reopen", rows)

    def action_spam(self) -> None:
        """It is spam."""
        from sdesk.tui.screens.dialog import Confirm

        if not (rows := self._possible("spam")):
            return

        def confirmed(yes: bool | None) -> None:
            if yes:
                self._perform("spam", rows, {}, asked=True)

        question = _("Mark {tickets} as spam?").format(tickets=named(rows))
        self.app.push_screen(Confirm(question, _("Mark as spam"), subjects(rows)), confirmed)
